"""`tools/benchmark.py eval` on tiny sets: values equal to the other programs', and the table of them."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope='module')
def benchmark():
    """`tools/benchmarks/eval.py`, imported as the tool does."""
    sys.path.insert(0, str(ROOT / 'tools'))
    try:
        from benchmarks import eval as module
    finally:
        sys.path.remove(str(ROOT / 'tools'))
    return module


@pytest.fixture(scope='module')
def data(tmp_path_factory):
    return tmp_path_factory.mktemp('benchmark')


@pytest.mark.slow
def test_every_row(benchmark, data):
    """All values of all programs, from the command line."""
    pytest.importorskip('trackeval')
    files = data / 'out.json', data / 'out.md'
    subprocess.run([sys.executable, ROOT / 'tools' / 'benchmark.py', 'eval', '--small', '--rounds', '1', '--data', data,
                    '--json', files[0], '--markdown', files[1]], check=True, capture_output=True)
    rows = json.loads(files[0].read_text())
    assert [row['row'] for row in rows] == [name for name, row in benchmark.COMPARISONS.items() for _ in row]
    compared = [row for row in rows if row['difference'] is not None]
    assert {row['beside'] for row in compared} == {'TrackEval', 'mmdet', 'motmetrics', 'mots_tools, written again',
                                                   'mmvist, 1 worker'}
    assert all(row['difference'] < 1e-6 and row['num_values'] > 12 for row in compared)
    assert all(row[f'{side}_mib'] > 1 and row[f'{side}_run_s'] > row[f'{side}_s'] > 0
               for row in rows for side in ('ours', 'peer'))
    assert len(files[1].read_text().splitlines()) == 2 + len(rows)


def test_equal_values_and_a_table(benchmark, data):
    rows = benchmark.run(['mots_png'], data, True, 1)
    assert rows[0]['difference'] < 1e-12
    assert rows[0]['num_values'] == 26
    assert rows[0]['ratio'] == pytest.approx(rows[0]['peer_s'] / rows[0]['ours_s'])
    header, rule, line = benchmark.as_table(rows).splitlines()
    assert header.count('|') == rule.count('|') == line.count('|') == 11
    assert line.startswith('| MOTS, truth as PNG (subset): CLEAR | mots_tools, written again | ')
    assert line.endswith(' of 26 |')


def test_a_program_that_is_not_installed(benchmark, data, tmp_path, monkeypatch):
    (tmp_path / 'motmetrics.py').write_text("raise ModuleNotFoundError(name='motmetrics')")
    monkeypatch.setenv('PYTHONPATH', str(tmp_path))
    rows = benchmark.run(['mot'], data, True, 1)
    assert rows == [{'row': 'mot', 'what': 'MOT boxes: CLEAR, IDF1', 'beside': 'motmetrics',
                     'note': 'motmetrics is not installed'}]
    assert '| motmetrics is not installed |' in benchmark.as_table(rows)


def test_a_program_that_fails_is_told(benchmark, data, tmp_path, monkeypatch):
    (tmp_path / 'motmetrics.py').write_text("raise RuntimeError('out of order')")
    monkeypatch.setenv('PYTHONPATH', str(tmp_path))
    with pytest.raises(RuntimeError, match='motmetrics_mot failed on .*(?s:.*)out of order'):
        benchmark.run(['mot'], data, True, 1)


@pytest.mark.parametrize(('ours', 'theirs', 'expected'), [
    ({'a': 1.0, 'b': 2.0}, {'a': 0.75}, 0.25),
    ({'a': math.nan, 'b': 2.0}, {'a': math.nan, 'b': 2.0}, 0.0),
    ({'a': math.nan, 'b': 2.0}, {'a': 1.0, 'b': 2.0}, math.inf),
])
def test_largest_difference(benchmark, ours, theirs, expected):
    assert benchmark.largest_difference(ours, theirs) == expected


def test_a_score_that_ours_lack(benchmark):
    with pytest.raises(ValueError, match=r"only the other program has: \['c'\]"):
        benchmark.largest_difference({'a': 1.0}, {'a': 1.0, 'c': 2.0})


def test_sets_are_made_once_and_are_the_same_every_time(benchmark, data, tmp_path):
    sets = sys.modules['benchmarks.eval_sets']
    one, other = (sets.make_set('mots', folder, sets.SMALL) for folder in (data, tmp_path))
    texts = [{path.relative_to(folder): path.read_text() for path in sorted(folder.rglob('*.txt'))}
             for folder in (one, other)]
    assert texts[0] == texts[1]
    assert len(texts[0]) == 4
    times = [path.stat().st_mtime_ns for path in sorted(one.rglob('*'))]
    assert sets.make_set('mots', data, sets.SMALL) == one
    assert [path.stat().st_mtime_ns for path in sorted(one.rglob('*'))] == times


def test_a_long_set_repeats_its_short_one_with_new_ids(benchmark, data):
    sets = sys.modules['benchmarks.eval_sets']
    short, long = ([line.split() for line in (sets.make_set(f'long/{part}', data, sets.SMALL) / 'results' / 'ours' /
                                              'data' / '0000.txt').read_text().splitlines()]
                   for part in ('short', 'long'))
    assert len(long) == 2 * len(short)
    again = long[len(short):]
    assert [int(fields[0]) for fields in again] == [int(fields[0]) + 30 for fields in short]
    assert [fields[5] for fields in again] == [fields[5] for fields in short]
    assert not {fields[1] for fields in again} & {fields[1] for fields in short}
