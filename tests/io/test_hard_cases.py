import json

import numpy as np
import pytest

from mmvist.io.hard_cases import HardCase, HardCases, read_hard_cases, write_hard_cases
from mmvist.io.problems import FormatError
from mmvist.structures import Video, VideoSet, VideoTracks

CASES = {'a/1': (HardCase('look_alikes_cross', (2, 1), (3, 7)), HardCase('hidden', (4,), (0, 2))), 'b': ()}


@pytest.fixture
def truth():
    """Video b of 8 frames: object 1 in all of them, 4 in the first four; 9 is a region to be ignored."""
    rows = [(frame, track, 0, 1.0, np.zeros(4), None, ignore) for track, length, ignore in
            ((1, 8, False), (4, 4, False), (9, 8, True)) for frame in range(length)]
    return VideoTracks.from_rows(Video('id of b', 'b', 8, 8, 8), rows)


def test_what_is_written_reads_back(tmp_path):
    path = tmp_path / 'cases.json'
    write_hard_cases(CASES, path)
    assert json.loads(path.read_text()) == {
        'a/1': [{'kind': 'look_alikes_cross', 'ids': [2, 1], 'frames': [3, 7]},
                {'kind': 'hidden', 'ids': [4], 'frames': [0, 2]}], 'b': []}
    read = read_hard_cases(path)
    assert (read.source, read.videos) == (str(path), CASES)


@pytest.mark.parametrize(('content', 'message'), [
    ([], 'file: must hold an object with a list of cases for each video, got list'),
    ({'a': {}}, 'video a: must be a list of cases, got dict'),
    ({'a': [3]}, r'video a\[0\]: must be an object, got int'),
    ({'a': [{'kind': 'x', 'ids': [1]}]}, r'video a\[0\]: keys are missing: frames'),
    (('', [1], [0, 2]), 'kind must be a word without "/", got \'\''),
    (('x/y', [1], [0, 2]), "kind must be a word without \"/\", got 'x/y'"),
    ((3, [1], [0, 2]), 'kind must be a word without "/", got 3'),
    (('x', 1, [0, 2]), 'ids must be a list of different ids, got 1'),
    (('x', [], [0, 2]), r'ids must be a list of different ids, got \[\]'),
    (('x', [1, 1], [0, 2]), r'ids must be a list of different ids, got \[1, 1\]'),
    (('x', ['1'], [0, 2]), r"ids must be a list of different ids, got \['1'\]"),
    (('x', [1], [2, 2]), r'frames must be the last one before and the first one after, got \[2, 2\]'),
    (('x', [1], [0]), r'frames must be .*, got \[0\]'),
    (('x', [1], [-1, 2]), r'frames must be .*, got \[-1, 2\]'),
    (('x', [1], [0, 2.5]), r'frames must be .*, got \[0, 2.5\]'),
])
def test_broken_files(content, message, tmp_path):
    if isinstance(content, tuple):
        content = {'a': [dict(zip(('kind', 'ids', 'frames'), content, strict=True))]}
    path = tmp_path / 'cases.json'
    path.write_text(json.dumps(content))
    with pytest.raises(FormatError, match=message) as error:
        read_hard_cases(path)
    assert str(error.value).startswith(f'{path}: 1 problem\n')


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    path = tmp_path / 'cases.json'
    path.write_text('{"a": 1, "b": [{"kind": "x", "ids": [1], "frames": [0, 2]}, 7]}')
    with pytest.raises(FormatError, match='2 problems'):
        read_hard_cases(path)


def test_cases_of_a_video(truth):
    case = HardCase('x', (1, 4), (0, 3))
    assert HardCases('f', {'a': (), 'b': (case,)}).of(truth) == (case,)
    assert HardCases('f', {'a': (case,)}).of(truth) == ()       # the file does not list the video


@pytest.mark.parametrize(('ids', 'frames', 'message'), [
    ((1, 5), (0, 3), 'id 5 is not in the ground truth'),
    ((9,), (0, 3), 'id 9 is not in the ground truth'),          # nobody is told to find it
    ((4,), (3, 4), 'id 4 is not visible in frame 4'),
    ((1, 4), (5, 7), 'id 4 is not visible in frame 5 and 7'),
    ((1,), (0, 8), r'frames must lie in 0..7, got \[0, 8\]'),
])
def test_cases_of_another_ground_truth(ids, frames, message, truth):
    cases = HardCases('f.json', {'b': (HardCase('x', (1,), (0, 7)), HardCase('cross', ids, frames))})
    with pytest.raises(FormatError, match=rf'f.json: 1 problem\n  video b\[1\], cross: {message}$'):
        cases.of(truth)


def test_cases_of_a_set(truth):
    video_set = VideoSet(('car',), (truth,), (1,))
    HardCases('f', {'b': (HardCase('x', (1,), (0, 7)),)}).check(video_set)
    with pytest.raises(FormatError, match='id 3 is not in the ground truth'):
        HardCases('f', {'b': (HardCase('x', (3,), (0, 7)),)}).check(video_set)
    with pytest.raises(FormatError, match=r"lists no case of a scored video; its videos are \['a/1', 'b'\]"):
        HardCases('f', CASES).check(video_set)
