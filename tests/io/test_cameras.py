import json
import re

import numpy as np
import pytest

from mmvist.io.cameras import Cameras, read_cameras, write_cameras
from mmvist.io.problems import FormatError
from mmvist.worlds.camera import make_intrinsics, make_pose

STILL = np.eye(4).tolist()
POSES = np.stack([make_pose(np.array([.1, -1.5, 2.0 * frame]), .1 * frame, .03) for frame in range(3)])


def with_entry(row, column, value):
    pose = np.eye(4)
    pose[row, column] = value
    return pose.tolist()


def test_what_is_written_reads_back(tmp_path):
    path = tmp_path / 'cameras' / '0001.json'
    write_cameras(Cameras(make_intrinsics(48, 80), POSES), path)
    read = read_cameras(path)
    assert np.array_equal(read.intrinsics, make_intrinsics(48, 80))
    assert np.array_equal(read.poses, POSES)
    assert read.poses.dtype == np.float64
    data = json.loads(path.read_text())
    assert 'world point = pose @ (camera point, 1)' in data['convention']


def test_poses_may_be_rounded_and_whole(tmp_path):
    path = tmp_path / 'a.json'
    path.write_text(json.dumps({'intrinsics': np.eye(3).tolist(), 'poses': [STILL, np.round(POSES[1], 4).tolist()]}))
    assert read_cameras(path).poses.shape == (2, 4, 4)


@pytest.mark.parametrize(('changed', 'message'), [
    ({'intrinsics': None}, 'intrinsics: must be 3 x 3 numbers, got None'),
    ({'intrinsics': STILL}, r'intrinsics: must be 3 x 3 numbers, got \[\[1.0'),
    ({'intrinsics': [['1', '0', '0']] * 3}, 'intrinsics: must be 3 x 3 numbers'),
    ({'poses': None}, 'poses: must be 4 x 4 numbers for every frame, got None'),
    ({'poses': []}, r'poses: must be 4 x 4 numbers for every frame, got \[\]'),
    ({'poses': STILL}, 'poses: must be 4 x 4 numbers for every frame'),
    ({'poses': [STILL, STILL[:3]]}, 'poses: must be 4 x 4 numbers for every frame'),
    ({'poses': [with_entry(0, 3, float('nan'))]}, 'poses: must be 4 x 4 numbers for every frame'),
    ({'poses': [STILL, with_entry(0, 0, 1.1)]}, r'poses\[1\]: must be a rotation and a translation'),
    ({'poses': [with_entry(0, 0, -1), STILL]}, r'poses\[0\]: must be a rotation'),      # mirrored
    ({'poses': [np.transpose(POSES[2]).tolist()]}, r'poses\[0\]: must be .* with the last row 0, 0, 0, 1'),
])
def test_broken_files(changed, message, tmp_path):
    path = tmp_path / 'a.json'
    path.write_text(json.dumps({'intrinsics': np.eye(3).tolist(), 'poses': [STILL], **changed}))
    with pytest.raises(FormatError, match=rf'^{re.escape(str(path))}: 1 problem\n  {message}'):
        read_cameras(path)


@pytest.mark.parametrize(('text', 'message'), [('[]', 'file: must hold an object with intrinsics and poses, got list'),
                                               ('{"poses": [', 'not valid JSON')])
def test_other_files(text, message, tmp_path):
    path = tmp_path / 'a.json'
    path.write_text(text)
    with pytest.raises(FormatError, match=message):
        read_cameras(path)
    with pytest.raises(FileNotFoundError, match='b.json'):
        read_cameras(tmp_path / 'b.json')
