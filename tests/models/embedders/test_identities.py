"""The objects of a training set, numbered through."""

import pytest
import torch

from mmvist.io import ytvis
from mmvist.models.embedders.identities import Identities
from mmvist.structures import Video, VideoSet


@pytest.fixture
def ann_file(tmp_path, make_video_tracks):
    box = (1, 1, 5, 5)
    videos = (make_video_tracks([(0, 8, 0, box), (1, 8, 0, box), (1, 2, 1, box)], 'b', video_id=20),
              make_video_tracks([], 'empty', video_id=5),
              make_video_tracks([(0, 2, 0, box), (0, 4, 0, box, 1.0, True)], 'a', video_id=10))
    ytvis.write(VideoSet(('car', 'truck'), videos, (1, 2)), tmp_path / 'train.json')
    return tmp_path / 'train.json'


def video(number):
    return Video(number, 'some', 12, 16, 4)


def test_the_files_order_then_ids(ann_file):
    identities = Identities(ann_file)
    # The ignore region is no object.
    assert len(identities) == 3
    assert identities.numbers(video(20), torch.tensor([8, 2, 8])).tolist() == [1, 0, 1]
    # The same id in another video is another object.
    assert identities.numbers(video(10), torch.tensor([2])).tolist() == [2]
    assert identities.numbers(video(5), torch.zeros(0, dtype=torch.long)).dtype == torch.int64


def test_a_split_counts_its_own(ann_file, tmp_path):
    (tmp_path / 'some.txt').write_text('a\n')
    identities = Identities(ann_file, split=tmp_path / 'some.txt')
    assert len(identities) == 1
    assert identities.numbers(video(10), torch.tensor([2])).tolist() == [0]


@pytest.mark.parametrize(('number', 'track'), [(20, 4), (7, 2), (10, 4)])
def test_an_unknown_object_is_named(ann_file, number, track):
    with pytest.raises(ValueError, match=rf'train\.json has no track {track} of video {number} \(some\)'):
        Identities(ann_file).numbers(video(number), torch.tensor([track]))


def test_no_objects(tmp_path, make_video_tracks):
    ytvis.write(VideoSet(('car',), (make_video_tracks([]),), (1,)), tmp_path / 'none.json')
    with pytest.raises(ValueError, match='has no objects to tell apart'):
        Identities(tmp_path / 'none.json')
