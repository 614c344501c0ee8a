"""Flow from files, as trackers ask for it."""

import re

import numpy as np
import pytest
import torch

from mmvist.io.flow import HIDDEN, SEEN, UNKNOWN, write_flow
from mmvist.models.flow import FileFlow
from mmvist.structures import Video, rle
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.structures.masks import RLEMasks
from mmvist.tracking import FlowWarp

VIDEO = Video(1, 'street', 20, 30, 3)


def frame_of(index, scale=1):
    return Frame(VIDEO, index, torch.zeros(3, 20 * scale, 30 * scale), 20 * scale, 30 * scale, (scale, scale))


def read(flow, index=1, scale=1):
    frame = frame_of(index, scale)
    return flow(frame.image, frame.image, frame)


@pytest.fixture
def root(tmp_path):
    flow = np.zeros((20, 30, 2))
    flow[..., 0] = np.arange(30) / 4
    flow[..., 1] = -2
    known = np.full((20, 30), SEEN, np.uint8)
    known[3], known[4] = HIDDEN, UNKNOWN
    write_flow(flow, known, tmp_path / 'street' / '00001.png')
    return tmp_path


def test_what_the_file_says_in_pixels_of_the_image(root):
    flow = read(FileFlow(str(root)))
    assert (flow.dtype, flow.shape) == (torch.float32, (2, 20, 30))
    assert flow[0, 0].tolist() == [x / 4 for x in range(30)]
    assert (flow[1, [0, 1, 2, 5, 19]] == -2).all()
    assert (flow[:, 3:5] > 1000).all()


def test_an_input_of_another_size(root):
    flow = read(FileFlow(str(root)), scale=2)
    assert flow.shape == (2, 40, 60)
    assert flow[0, 0, :6].tolist() == [0, 0, .5, .5, 1, 1]
    assert (flow[1, :6] == -4).all()
    assert (flow[:, 6:10] > 1000).all()


def test_a_path_of_ones_own(root):
    (root / 'street' / '00001.png').rename(root / 'street_000001.png')
    assert read(FileFlow(str(root), '{video}_{frame:06d}.png'))[1, 0, 0] == -2
    with pytest.raises(ValueError, match=r"a path may use \{video\} and \{frame\}, got '\{name\}.png'"):
        FileFlow(str(root), '{name}.png')


def test_missing_and_misfitting_files(root):
    with pytest.raises(FileNotFoundError, match='00002.png'):
        read(FileFlow(str(root)), index=2)
    write_flow(np.zeros((20, 31, 2)), np.ones((20, 31), bool), root / 'street' / '00002.png')
    with pytest.raises(ValueError, match=re.escape('00002.png: must be of the size of video street, 20x30 (HxW), got '
                                                   '20x31')):
        read(FileFlow(str(root)), index=2)


@pytest.mark.parametrize('scale', [1, 2])
def test_nothing_comes_from_where_nothing_is_known(root, scale):
    part, mask = FlowWarp(flow=dict(type='FileFlow', root=str(root))), np.zeros((20, 30), bool)
    mask[0:8, 0:4] = True
    tracks = Instances(bboxes=torch.tensor([[0., 0, 4, 8]]) * scale, labels=torch.zeros(1, dtype=torch.long),
                       masks=RLEMasks((rle.encode(mask),), 20, 30))
    state, _ = part.predict(part.init(), tracks[:0], frame_of(0, scale))
    moved = rle.decode(part.predict(state, tracks, frame_of(1, scale))[1].masks.counts[0], 20, 30)
    # Column x shows what was at x * 1.25 two rows higher: 0, 1.25, 2.5 (the even one) and 3.75, which is outside.
    assert np.flatnonzero(moved.any(axis=0)).tolist() == [0, 1, 2]
    assert np.flatnonzero(moved.any(axis=1)).tolist() == [2, 5, 6, 7, 8, 9]
