"""What a detector hands on of its training, by hand."""

import pytest
import torch

from mmvist.models.detectors import DetectorLoss, frames_in
from mmvist.structures import Video
from mmvist.structures.instances import Instances
from tests.models.builders import clip

# What the CRC-32 of '123456789' is known to be, and that of "'a'".
NUMBERED, NAMED = 0xCBF43926, 0x1BAF66FA


def clips(*videos, length=2):
    return [clip([True] * length, video=Video(video, 'v', 64, 96, 9))['data_samples'] for video in videos]


def regions(*ids):
    return Instances(ids=torch.tensor(ids, dtype=torch.long), labels=torch.zeros(len(ids), dtype=torch.long))


def key_regions(frames, of):
    found, origins = DetectorLoss({}, {}, frames, []).key_regions(of)
    return found.ids.tolist(), origins.tolist()


def test_regions_of_key_frames_and_where_they_come_from():
    # The second frame of the first clip is not key, and nothing was found in the first one of the last.
    frames = [regions(1, 2), None, regions(3), regions(1, 1), regions(), regions(2)]
    ids, origins = key_regions(frames, clips(123456789, 'a', 123456789))
    assert ids == [1, 2, 3, 1, 1, 2]
    assert origins == [[0, NUMBERED]] * 2 + [[1, NAMED]] * 3 + [[2, NUMBERED]]


def test_numbers_and_names_of_videos_are_told_apart():
    _, origins = key_regions([regions(1), regions(1)], clips(7, '7', length=1))
    assert origins[0][1] != origins[1][1]


def test_no_region():
    found, origins = DetectorLoss({}, {}, [regions(), None], []).key_regions(clips('a'))
    assert len(found) == 0
    assert (origins.shape, origins.dtype) == ((0, 2), torch.int64)


def test_frames_that_are_not_those_of_the_clips():
    with pytest.raises(ValueError, match='shorter|longer'):
        key_regions([regions(1)] * 3, clips('a', 'b'))


def test_frames_in_the_order_of_a_batch():
    some = clips('a', 'b', length=3)
    frames = list(frames_in(some))
    assert [(frame.video.id, frame.frame) for frame in frames] == [
        ('a', 0), ('a', 1), ('a', 2), ('b', 0), ('b', 1), ('b', 2)]
    assert frames[4] is some[1][1]
    assert list(frames_in([])) == []
