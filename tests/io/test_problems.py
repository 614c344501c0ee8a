import pickle

import pytest

from mmvist.io.problems import FormatError, Problems


def test_nothing_noted():
    problems = Problems('a.json')
    problems.check()
    assert len(problems) == 0


def test_one_line_each():
    problems = Problems('a.json')
    problems.add('line 3', 'too long')
    problems.add('line 8', 'too short')
    with pytest.raises(FormatError) as caught:
        problems.check()
    assert str(caught.value) == 'a.json: 2 problems\n  line 3: too long\n  line 8: too short'


def test_the_printed_list_is_capped():
    problems = Problems('a.json')
    for line in range(53):
        problems.add(f'line {line}', 'bad')
    with pytest.raises(FormatError) as caught:
        problems.check()
    assert len(caught.value.problems) == 53
    lines = str(caught.value).splitlines()
    assert len(lines) == 52
    assert lines[-1] == '  ... and 3 more'


def test_leaves_a_worker_process():
    error = pickle.loads(pickle.dumps(FormatError('a', ('x: y',))))
    assert (error.source, error.problems, str(error)) == ('a', ('x: y',), 'a: 1 problem\n  x: y')
