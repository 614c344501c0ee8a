"""Tables and JSON of scores."""

import math

from mmvist.evaluation.report import (
    MAX_WIDTH,
    as_json,
    as_markdown,
    as_text,
    score_grids,
    text_table,
    without_classes,
)

SCORES = {'ytvis/AP': .4567, 'ytvis/APs': math.nan, 'ytvis/car|van/AP': .5, 'ytvis/car|van/APs': 0.,
          'mots/sMOTSA': -math.inf, 'mots/TP': 12, 'mots/car/sMOTSA': -1.5, 'mots/car/TP': 3,
          'mots/video/a/b/sMOTSA': 1., 'mots/video/a/b/TP': 0}


def test_text():
    assert text_table(SCORES).split('\n') == [
        'ytvis       AP   APs',
        '--------------------',
        'all      45.67     -',
        'car|van  50.00  0.00',
        '',
        'mots   sMOTSA  TP',
        '-----------------',
        'all         -  12',
        'car   -150.00   3',
        'a/b    100.00   0',
    ]
    assert text_table({}) == ''


def test_wide_tables_are_cut_between_columns():
    """8 + 4 * (2 + 26) = 120 characters for the first four columns, one for the fifth is too many."""
    name = 'x' * 25
    scores = {f'm/{row}{name}{column}': .5 for row in ('', 'sparrow/') for column in 'abcde'}
    lines = text_table(scores | {f'm/sparrows/{name}{column}': .5 for column in 'abcde'}).split('\n')
    assert len(lines[0]) == MAX_WIDTH
    assert lines[0].split() == ['m', *(name + column for column in 'abcd')]
    assert lines[6] == f'm         {name}e'
    assert [line.split()[0] for line in lines[7:]] == ['-' * 36, 'all', 'sparrow', 'sparrows']
    assert all(len(line) <= MAX_WIDTH for line in lines)


def test_a_single_column_may_be_too_wide():
    assert as_text([[['m', 'x' * 130, 'y'], ['all', '1', '2']]]).split('\n') == [
        'm    ' + 'x' * 130, '-' * 135, 'all  ' + '1'.rjust(130), '', 'm    y', '------', 'all  2']


def test_forty_classes_are_forty_rows():
    scores = {f'mots/{row}{score}': .123 for row in ('', *(f'class_{index}/' for index in range(40)))
              for score in ('sMOTSA', 'MOTSA')}
    lines = text_table(scores).split('\n')
    assert len(lines) == 2 + 41
    assert len({len(line) for line in lines}) == 1


def test_markdown():
    lines = as_markdown(score_grids(SCORES)).split('\n')
    assert lines[:4] == [
        '| ytvis | AP | APs |', '| --- | ---: | ---: |', '| all | 45.67 | - |', '| car\\|van | 50.00 | 0.00 |']
    assert lines[5] == '| mots | sMOTSA | TP |'
    assert as_markdown([[['a|b', 'TP '], ['  x', '5*']]]) == '| a\\|b | TP |\n| --- | ---: |\n| x | 5\\* |\n'


def test_json_keeps_fractions_and_names_nothing_infinite():
    values = as_json(SCORES)
    assert list(values) == list(SCORES)
    assert [values[name] for name in ('ytvis/AP', 'ytvis/APs', 'mots/sMOTSA', 'mots/TP')] == [.4567, None, None, 12]
    assert isinstance(values['mots/TP'], int)


def test_classes_are_left_out_and_videos_stay():
    assert list(without_classes(SCORES)) == ['ytvis/AP', 'ytvis/APs', 'mots/sMOTSA', 'mots/TP',
                                             'mots/video/a/b/sMOTSA', 'mots/video/a/b/TP']


def test_kinds_of_hard_cases_are_no_classes():
    scores = {'hard/kept': 3, 'hard/look_alikes_cross/kept': 1, 'hard/video/v1/kept': 2}
    assert without_classes(scores) == scores


def test_speed_is_no_share():
    assert score_grids({'speed/ms': 12.345}) == [[['speed', 'ms'], ['all', '12.35']]]
