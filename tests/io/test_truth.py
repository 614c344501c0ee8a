"""Ground truth, frame by frame."""

from dataclasses import replace

import pytest

from mmvist.io import mots, ytvis
from mmvist.io.truth import GroundTruth
from mmvist.structures import VideoSet


@pytest.fixture
def street(make_video_tracks):
    """Objects 3 and 5 in frame 0, 3 and an ignore region in frame 2."""
    return make_video_tracks([(0, 3, 0, (0, 0, 4, 4)), (0, 5, 1, (8, 0, 12, 4)), (2, 3, 0, (2, 0, 6, 4)),
                              (2, 9, 1, (8, 0, 12, 4), 1., True)], video_id=7, file_names=tuple('0123'))


@pytest.fixture
def file(street, tmp_path):
    ytvis.write(VideoSet(('car', 'person'), (street,), (1, 2)), tmp_path / 'gt.json')
    return tmp_path / 'gt.json'


def ids(truth, video):
    return [truth.objects(video, frame).ids.tolist() for frame in range(4)]


def test_objects_and_no_ignore_regions(file, street):
    assert ids(GroundTruth(file, None, 'ytvis', None, None), street.video) == [[3, 5], [], [3], []]
    found = GroundTruth(file, None, 'ytvis', None, None).objects(street.video, 2)
    assert (found.bboxes.tolist(), found.masks) == ([[2, 0, 6, 4]], (street.masks[2],))


def test_classes_leave_others_out(file, street):
    truth = GroundTruth(file, ['person'], 'ytvis', None, None)
    assert ids(truth, street.video) == [[5], [], [], []]
    assert truth.objects(street.video, 0).labels.tolist() == [0]
    with pytest.raises(ValueError, match=r"classes \['cat'\] are not in the file"):
        GroundTruth(file, ['cat'], 'ytvis', None, None)


def test_splits_and_sequences(make_video_tracks, file, street, tmp_path):
    (tmp_path / 'split.txt').write_text('8\n')
    with pytest.raises(ValueError, match="no video has the id or name '8'"):
        GroundTruth(file, None, 'ytvis', None, tmp_path / 'split.txt')
    rows = [(0, 1001, 0, (0, 0, 4, 4))]
    videos = tuple(make_video_tracks(rows, name) for name in ('0001', '0002'))
    mots.write_txt(VideoSet(('car', 'pedestrian'), videos, (1, 2)), tmp_path / 'gt')
    (tmp_path / 'val.seqmap').write_text('0002 empty 000000 000003\n')
    truth = GroundTruth(tmp_path / 'gt', None, 'kitti_mots', tmp_path / 'val.seqmap', None)
    assert ids(truth, videos[1].video) == [[1001], [], [], []]
    with pytest.raises(ValueError, match='video 0001 is not in'):
        truth.objects(videos[0].video, 0)


def test_frames_that_are_not_there(file, street):
    truth = GroundTruth(file, None, 'ytvis', None, None)
    with pytest.raises(ValueError, match=r'video other is not in .*gt\.json'):
        truth.objects(replace(street.video, id='other'), 0)
    with pytest.raises(ValueError, match=r'frame 0 of video 7 is 12x20 \(HxW\); .*gt\.json has 4 frames of 12x16'):
        truth.objects(replace(street.video, width=20), 0)
    with pytest.raises(ValueError, match='frame 4 of video 7 is 12x16'):
        truth.objects(street.video, 4)
