"""`tools/benchmark.py track` on tiny videos: the same tracks as the other programs', and the table of them."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope='module')
def benchmark():
    """`tools/benchmarks/track.py`, imported as the tool does."""
    sys.path.insert(0, str(ROOT / 'tools'))
    try:
        from benchmarks import plain_sort, track, track_peers  # noqa: F401
    finally:
        sys.path.remove(str(ROOT / 'tools'))
    return track


@pytest.mark.slow
def test_every_row_from_the_command_line(benchmark, tmp_path):
    files = tmp_path / 'out.json', tmp_path / 'out.md'
    subprocess.run([sys.executable, ROOT / 'tools' / 'benchmark.py', 'track', '--small', '--rounds', '1', '--json',
                    files[0], '--markdown', files[1]], check=True, capture_output=True)
    rows = json.loads(files[0].read_text())
    assert [(row['method'], row['program']) for row in rows if row['objects'] == 4] == \
        [(method, name) for method, others in benchmark.METHODS.items() for name in ('mmvist', *others)]
    measured = [row for row in rows if 'note' not in row]
    # What is not measured lacks a package that nothing but this needs.
    assert {row['note'] for row in rows if 'note' in row} <= {f'{name} is not installed' for name in
                                                              ('lap', 'motpy', 'filterpy', 'supervision', 'trackers')}
    assert all(row['ms'] > 0 for row in measured)
    for row in measured:
        ours = next(other for other in rows if other['program'] == 'mmvist'
                    and (other['method'], other['objects']) == (row['method'], row['objects']))
        if row is not ours:
            assert row['ratio'] == pytest.approx(row['ms'] / ours['ms'])
    ours, others = files[1].read_text().split('\n\n')
    assert len(ours.splitlines()) == 2 + len(benchmark.METHODS)
    assert len(others.splitlines()) == 2 + sum(map(len, benchmark.METHODS.values()))


@pytest.mark.parametrize('size', [4, 20])
@pytest.mark.parametrize(('method', 'other', 'needs'), [
    ('sort', 'plain NumPy', 'numpy'), ('sort', 'plain Python', 'numpy'), ('masktrack', 'mmdet', 'mmdet'),
    ('bytetrack', 'mmdet', 'lap'), ('oc_sort', 'mmdet', 'lap')])
def test_programs_of_one_rule_agree(benchmark, method, other, needs, size):
    pytest.importorskip(needs)
    peers, scene = sys.modules['benchmarks.track_peers'], sys.modules['benchmarks.track_scenes'].make_scene(size, 30)
    found = []
    for name in ('mmvist', other):
        program = peers.program(name, method)(scene)
        found.append([program.named(frame, program.step(inputs))
                      for frame, inputs in zip(scene.frames, program.inputs, strict=True)])
    same, number = benchmark.agreement(*found)
    assert same == 1
    assert number > 0.8 * size * 30


def test_a_program_that_is_not_installed(benchmark, monkeypatch):
    monkeypatch.setitem(sys.modules, 'motpy', None)
    rows = benchmark.run(['sort'], True, 1)
    assert [row['note'] for row in rows if row['program'] == 'motpy'] == ['motpy is not installed'] * 2
    assert '| sort | motpy | motpy is not installed |' in benchmark.as_table(rows)


def test_a_program_that_fails_is_not_passed_over(benchmark, monkeypatch):
    monkeypatch.setattr(sys.modules['benchmarks.plain_sort'], 'MIN_HITS', None)
    with pytest.raises(TypeError, match='NoneType'):
        benchmark.run(['sort'], True, 1)


@pytest.mark.parametrize(('first', 'second', 'expected'), [
    ([{0: 5}, {0: 5}], [{0: 1}, {0: 1}], (1.0, 2)),                         # ids are only names
    ([{0: 5}, {0: 5}], [{0: 1}, {0: 2}], (0.5, 2)),                         # the second continues nothing
    ([{0: 0, 1: 1}, {0: 0, 1: 1}], [{0: 0, 1: 1}, {0: 1, 1: 0}], (0.5, 4)),     # exchanged
    ([{0: 0}, {0: 0}, {0: 0}], [{0: 0}, {}, {0: 0}], (1.0, 2)),             # what one leaves out does not count
    ([{}], [{}], (0.0, 0)),
])
def test_agreement(benchmark, first, second, expected):
    assert benchmark.agreement(first, second) == expected


def test_the_table(benchmark):
    rows = [{'method': 'sort', 'objects': 2, 'program': 'mmvist', 'ms': 0.5, 'tracks': 2},
            {'method': 'sort', 'objects': 2, 'program': 'motpy', 'ms': 1.0, 'tracks': 2, 'ratio': 2.0, 'same': 0.75,
             'named': 8},
            {'method': 'sort', 'objects': 6, 'program': 'mmvist', 'ms': 0.75, 'tracks': 7},
            {'method': 'sort', 'objects': 6, 'program': 'motpy', 'ms': 6.0, 'tracks': 9, 'ratio': 8.0, 'same': 0.0,
             'named': 0}]
    assert benchmark.as_table(rows).splitlines() == [
        '| ours | 2 objects, ms | 6 objects, ms | 6 by 2 objects | tracks of 2 | tracks of 6 |',
        '| --- | ---: | ---: | ---: | ---: | ---: |',
        '| sort | 0.50 | 0.75 | 1.5 | 2 | 7 |',
        '',
        '| ours | beside | ratio, 2 objects | ratio, 6 objects | 6 by 2 objects | same, 2 objects | same, 6 objects |',
        '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
        '| sort | motpy | 2.0 | 8.0 | 6.0 | 75.00% of 8 |  |']


def test_scenes_are_the_same_every_time(benchmark):
    make_scene = sys.modules['benchmarks.track_scenes'].make_scene
    one, other = make_scene(8, 12), make_scene(8, 12)
    for first, second in zip(one.frames, other.frames, strict=True):
        for name in ('bboxes', 'scores', 'embeds'):
            assert np.array_equal(getattr(first, name), getattr(second, name))
    first = one.frames[0]
    assert first.rows(first.bboxes[::-1]) == list(range(len(first)))[::-1]
    assert np.linalg.norm(first.embeds, axis=1) == pytest.approx(1, rel=1e-5)
    # Few are missed, few are false.
    assert 0.8 * 8 < np.mean([len(found) for found in one.frames]) < 1.2 * 8


def test_overlaps_of_the_plain_programs(benchmark):
    plain = sys.modules['benchmarks.plain_sort']
    first, second = np.array([[0., 0, 4, 4], [10, 10, 12, 12]]), np.array([[2., 0, 6, 4], [0, 0, 4, 4], [20, 0, 21, 1]])
    expected = [[1 / 3, 1, 0], [0, 0, 0]]
    assert plain.overlaps(first, second) == pytest.approx(np.array(expected))
    assert plain.overlaps_in_a_loop(first, second) == pytest.approx(np.array(expected))
