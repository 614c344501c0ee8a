import pytest

from mmvist.io.json_tables import References, entries, folder_of, read_categories
from mmvist.io.problems import FormatError, Problems


def test_references():
    known = References({1: 'a', 'x': 'b'}, [{'id': 1}, {'id': 'x'}, {'id': 7}, {'id': [3]}, 'no object'])
    assert [known.find(value) for value in (1, 'x', 7, 8)] == ['a', 'b', None, None]
    assert [known.was_noted(value) for value in (7, 8)] == [True, False]


@pytest.mark.parametrize('value', [True, 1.0, None, [1], {}])
def test_values_that_equal_an_id_and_are_none(value):
    known = References({1: 'a'}, [{'id': 1}])
    assert known.find(value) is None
    assert not known.was_noted(value)


@pytest.mark.parametrize(('table', 'noted'), [(None, True), ('text', True), ([], False), ((), False)])
def test_references_to_a_table_that_is_missing_or_empty(table, noted):
    assert References({}, table).was_noted(1) == noted


def test_entries():
    problems = Problems('in')
    assert entries({'rows': [{'id': 1}, 3, {'id': None}]}, 'rows', problems, ('id',)) == [('rows[0]', {'id': 1})]
    assert entries({}, 'rows', problems, ()) == entries({'rows': 3}, 'rows', problems, ()) == []
    with pytest.raises(FormatError) as caught:
        problems.check()
    assert caught.value.problems == ('rows[1]: must be an object, got int', 'rows[2]: keys are missing: id',
                                     'rows: missing', 'rows: must be a list, got int')


def test_categories():
    problems = Problems('in')
    rows = [{'id': 3, 'name': 'car'}, {'id': 3, 'name': 'bus'}, {'id': 4, 'name': 'car'}, {'id': 5, 'name': 17}]
    assert read_categories({'categories': rows}, problems) == (('car', '17'), (3, 5))
    assert len(problems) == 2


def test_folders():
    assert [folder_of(names, 5) for names in (['a/b/1.jpg'], ['1.jpg'], ())] == ['b', '5', '5']
