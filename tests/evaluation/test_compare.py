"""Several results side by side."""

import math

import pytest

from mmvist.evaluation.compare import comparison_grids, result_names
from mmvist.evaluation.report import as_text


def test_stars_and_differences():
    old = {'mots/sMOTSA': .5, 'mots/FP': 7, 'mots/PT': 1, 'mots/TP': 4, 'mots/MOTSP': math.inf}
    new = {'mots/sMOTSA': .512, 'mots/FP': 9, 'mots/PT': 2, 'mots/TP': 4, 'mots/MOTSP': .9}
    assert as_text(comparison_grids({'old': old, 'new': new})).split('\n') == [
        'mots          sMOTSA   FP   PT   TP   MOTSP ',
        '--------------------------------------------',
        'old            50.00    7*   1    4       - ',
        'new            51.20*   9    2    4   90.00 ',
        '  difference   +1.20   +2   +1   +0       - ',
    ]


def test_three_results_are_each_compared_with_the_first():
    (grid,) = comparison_grids({name: {'id/IDF1': value, 'id/IDFN': count}
                                for name, value, count in (('a', .9, 3), ('b', .8, 3), ('c', .9, 5))})
    assert grid == [['id', 'IDF1 ', 'IDFN '], ['a', '90.00*', '3*'], ['b', '80.00 ', '3*'],
                    ['  difference', '-10.00 ', '+0 '], ['c', '90.00*', '5 '], ['  difference', '+0.00 ', '+2 ']]


def test_a_grid_for_every_class_and_video():
    scores = {'mots/TP': 3, 'mots/car/van/TP': 2, 'hota/HOTA': .5, 'mots/video/v1/TP': 1}
    grids = comparison_grids({'a': scores, 'b': scores})
    assert [grid[0] for grid in grids] == [['mots', 'TP '], ['mots/car/van', 'TP '], ['hota', 'HOTA '],
                                           ['mots/video/v1', 'TP ']]


def test_a_grid_for_every_kind_of_hard_case():
    grids = comparison_grids({name: {'hard/success': success, 'hard/switched': 9, 'hard/cross/success': success,
                                     'hard/cross/switched': switched}
                              for name, success, switched in (('a', .5, 2), ('b', .75, 1))})
    assert grids[1] == [['hard/cross', 'success ', 'switched '], ['a', '50.00 ', '2 '], ['b', '75.00*', '1*'],
                        ['  difference', '+25.00 ', '-1 ']]


def test_one_result_and_undefined_scores():
    assert comparison_grids({'a': {'ytvis/AP': math.nan}}) == [[['ytvis', 'AP '], ['a', '- ']]]
    assert comparison_grids({'a': {}}) == []


def test_other_scores_are_refused():
    with pytest.raises(ValueError, match=r"a and b must have the same scores, only one of them has \['id/IDR'\]"):
        comparison_grids({'a': {'id/IDF1': .5}, 'b': {'id/IDF1': .5, 'id/IDR': .5}})


@pytest.mark.parametrize(('paths', 'names'), [
    (['runs/a.json', 'runs/b.json'], ['a', 'b']),
    (['a/results.json', 'b/results.json', 'other.json'], ['a/results', 'b/results', 'other']),
    (['x/a/results.json', 'y/a/results.json'], ['x/a/results', 'y/a/results']),
    (['v1.json', 'v1.txt'], ['v1.json', 'v1.txt']),
    (['v1.5/', 'v1.6/'], ['v1.5', 'v1.6']),
    (['x/../a.json'], ['a']),
])
def test_names(paths, names, tmp_path):
    for path in paths:
        place = tmp_path / path
        (place if path.endswith('/') else place.parent).mkdir(parents=True, exist_ok=True)
        if not path.endswith('/'):
            place.write_text('')
    assert result_names([str(tmp_path / path) for path in paths]) == names


def test_a_path_given_twice():
    with pytest.raises(ValueError, match='results must be different files, .*a.json is given twice'):
        result_names(['a.json', 'b.json', './a.json'])
