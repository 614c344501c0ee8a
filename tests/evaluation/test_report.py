"""Tables and JSON of scores."""

import math

from mmvist.evaluation.report import as_json, markdown_table, text_table, without_classes

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


def test_markdown():
    assert markdown_table(SCORES).split('\n')[:4] == [
        '| ytvis | AP | APs |', '| --- | ---: | ---: |', '| all | 45.67 | - |', '| car\\|van | 50.00 | 0.00 |']
    assert markdown_table(SCORES).split('\n')[5] == '| mots | sMOTSA | TP |'


def test_json_keeps_fractions_and_names_nothing_infinite():
    values = as_json(SCORES)
    assert list(values) == list(SCORES)
    assert [values[name] for name in ('ytvis/AP', 'ytvis/APs', 'mots/sMOTSA', 'mots/TP')] == [.4567, None, None, 12]
    assert isinstance(values['mots/TP'], int)


def test_classes_are_left_out_and_videos_stay():
    assert list(without_classes(SCORES)) == ['ytvis/AP', 'ytvis/APs', 'mots/sMOTSA', 'mots/TP',
                                             'mots/video/a/b/sMOTSA', 'mots/video/a/b/TP']
