import cv2
import numpy as np
import pytest

from mmvist.datasets import VideoDataset
from mmvist.datasets.classes import KITTI_MOTS, MOTS_CHALLENGE, OVIS, YOUTUBE_VIS_2019, YOUTUBE_VIS_2021
from mmvist.datasets.formats import read_annotations
from mmvist.io import mots
from mmvist.io.problems import FormatError
from mmvist.structures import VideoSet

PIPELINE = [dict(type='LoadFrames'), dict(type='LoadTracks'), dict(type='PackClip')]


def images(folder, names):
    folder.mkdir(parents=True)
    for name in names:
        cv2.imwrite(str(folder / name), np.zeros((12, 16, 3), np.uint8))


@pytest.fixture
def kitti(tmp_path, make_video_tracks):
    rows = [(1, 1001, 0, (0, 0, 4, 4)), (1, 2004, 1, (6, 0, 9, 4)), (1, 10000, -1, (10, 0, 16, 6), 1.0, True)]
    videos = (make_video_tracks(rows, '0002', length=3), make_video_tracks([], '0006', length=2))
    video_set = VideoSet(KITTI_MOTS, videos, (1, 2))
    mots.write_txt(video_set, tmp_path / 'txt')
    mots.write_png(video_set, tmp_path / 'png')
    mots.write_seqmap(video_set, tmp_path / 'val.seqmap')
    images(tmp_path / 'images' / '0002', ['000000.png', '000001.png', '000002.png', 'notes.png'])
    images(tmp_path / 'images' / '0006', ['0.jpg', '1.jpg'])
    return tmp_path


@pytest.mark.parametrize('form', ['txt', 'png'])
def test_mots_frames_find_their_images(kitti, form):
    read = read_annotations(kitti / form, kitti / 'images', 'kitti_mots', kitti / 'val.seqmap')
    assert [tracks.video.file_names for tracks in read.videos] == [
        ('0002/000000.png', '0002/000001.png', '0002/000002.png'), ('0006/0.jpg', '0006/1.jpg')]


def test_training_on_mots(kitti):
    dataset = VideoDataset(kitti / 'png', kitti / 'images', PIPELINE, format='kitti_mots', seqmap=kitti / 'val.seqmap')
    assert len(dataset) == 1
    sample = dataset[0]['data_samples'][0]
    assert sample.frame == 1
    assert sample.gt_instances.ids.tolist() == [1001, 2004]
    assert sample.gt_instances.labels.tolist() == [0, 1]
    assert sample.ignored_instances.bboxes.tolist() == [[10, 0, 16, 6]]


def test_frames_from_one(tmp_path, make_video_tracks):
    video_set = VideoSet(MOTS_CHALLENGE, (make_video_tracks([(0, 2001, 0, (0, 0, 2, 2))], '0005', length=2),), (2,))
    mots.write_txt(video_set, tmp_path / 'txt', first_frame=1)
    mots.write_seqmap(video_set, tmp_path / 'map', first_frame=1)
    images(tmp_path / 'images' / '0005', ['000001.jpg', '000002.jpg'])
    read = read_annotations(tmp_path / 'txt', tmp_path / 'images', 'mots', tmp_path / 'map')
    assert read.videos[0].video.file_names == ('0005/000001.jpg', '0005/000002.jpg')
    assert read.videos[0].frames.tolist() == [0]


def test_missing_mots_images(kitti):
    (kitti / 'images' / '0002' / '000001.png').unlink()
    with pytest.raises(FormatError) as caught:
        read_annotations(kitti / 'txt', kitti / 'images', 'kitti_mots', kitti / 'val.seqmap')
    assert caught.value.problems == ('sequence 0002: 1 of 3 images are missing, frames [1]',)


@pytest.mark.parametrize(('classes', 'number'), [(YOUTUBE_VIS_2019, 40), (YOUTUBE_VIS_2021, 40), (OVIS, 25),
                                                 (KITTI_MOTS, 2), (MOTS_CHALLENGE, 1)])
def test_class_lists(classes, number):
    assert len(classes) == len(set(classes)) == number


def test_class_lists_at_a_few_ids():
    # Ids of the official files count from 1.
    assert (YOUTUBE_VIS_2019[0], YOUTUBE_VIS_2019[5], YOUTUBE_VIS_2019[39]) == ('person', 'sedan', 'tennis_racket')
    assert (YOUTUBE_VIS_2021[0], YOUTUBE_VIS_2021[25], YOUTUBE_VIS_2021[39]) == ('airplane', 'person', 'zebra')
    assert (OVIS[0], OVIS[24]) == ('Person', 'Vehical')
    assert sorted(YOUTUBE_VIS_2021) == list(YOUTUBE_VIS_2021)
    assert mots.KITTI_MOTS.classes == KITTI_MOTS
    assert mots.MOTS_CHALLENGE.classes == MOTS_CHALLENGE
