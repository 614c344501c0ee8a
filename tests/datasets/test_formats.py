import cv2
import numpy as np
import pytest

from mmvist.datasets import VideoDataset
from mmvist.datasets.formats import read_annotations
from mmvist.io import davis, mot, mots
from mmvist.io.classes import (
    BDD100K,
    COCO,
    DAVIS,
    KITTI_MOTS,
    MOTS_CHALLENGE,
    OVIS,
    VISTAS,
    YOUTUBE_VIS_2019,
    YOUTUBE_VIS_2021,
)
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


def test_a_split_of_mots_needs_no_other_images(kitti):
    (kitti / 'list.txt').write_text('!0002\n')
    (kitti / 'images' / '0002' / '000001.png').unlink()
    read = read_annotations(kitti / 'png', kitti / 'images', 'kitti_mots', kitti / 'val.seqmap', kitti / 'list.txt')
    assert [tracks.video.name for tracks in read.videos] == ['0006']


def test_size_of_a_video_without_objects(kitti):
    read = read_annotations(kitti / 'txt', kitti / 'images', 'kitti_mots', kitti / 'val.seqmap')
    assert [(tracks.video.height, tracks.video.width) for tracks in read.videos] == [(12, 16), (12, 16)]
    (kitti / 'images' / '0006' / '0.jpg').write_bytes(b'no image')
    with pytest.raises(FormatError, match='sequence 0006: .*0.jpg: not an image that can be decoded'):
        read_annotations(kitti / 'txt', kitti / 'images', 'kitti_mots', kitti / 'val.seqmap')


@pytest.fixture
def mot17(tmp_path, make_video_tracks):
    tracks = make_video_tracks([(0, 1, 0, (0, 0, 4, 4)), (2, 1, 0, (3, 0, 7, 4))], 'MOT17-02', length=3)
    mot.write(VideoSet(('pedestrian',), (tracks,), (1,)), tmp_path / 'train')
    images(tmp_path / 'train/MOT17-02/img1', ['000001.jpg', '000002.jpg', '000003.jpg'])
    return tmp_path / 'train'


def test_mot_boxes_are_for_testing(mot17):
    dataset = VideoDataset(mot17, mot17, [PIPELINE[0], PIPELINE[2]], format='mot', test_mode=True)
    assert [dataset.get_data_info(index)['img_path'] for index in range(3)] == [
        str(mot17 / f'MOT17-02/img1/{number:06d}.jpg') for number in (1, 2, 3)]
    assert dataset[2]['inputs'].shape == (1, 3, 12, 16)
    with pytest.raises(FormatError, match='annotations: 2 boxes and no masks; boxes alone can be tested on'):
        VideoDataset(mot17, mot17, PIPELINE, format='mot')


def test_mot_frames_begin_where_the_sequence_map_says(mot17):
    (mot17 / 'map').write_text('MOT17-02 empty 000002 000003\n')
    (mot17 / 'MOT17-02/seqinfo.ini').unlink()
    read = read_annotations(mot17, mot17, 'mot', mot17 / 'map')
    assert read.videos[0].video.file_names == ('MOT17-02/img1/000002.jpg', 'MOT17-02/img1/000003.jpg')
    assert read.videos[0].frames.tolist() == [1]


@pytest.mark.parametrize('from_root', [True, False])
def test_davis(tmp_path, make_video_tracks, from_root):
    tracks = make_video_tracks([(0, 1, 0, (0, 0, 4, 4)), (1, 2, 0, (6, 0, 9, 4))], 'judo', length=2)
    davis.write(VideoSet(DAVIS, (tracks,), (1,)), tmp_path / 'Annotations/480p')
    images(tmp_path / 'JPEGImages/480p/judo', ['00000.jpg', '00001.jpg'])
    path = tmp_path if from_root else tmp_path / 'Annotations/480p'
    dataset = VideoDataset(path, tmp_path / 'JPEGImages/480p', PIPELINE, format='davis')
    assert [dataset[index]['data_samples'][0].gt_instances.ids.tolist() for index in range(2)] == [[1], [2]]
    assert dataset.get_data_info(1)['img_path'] == str(tmp_path / 'JPEGImages/480p/judo/00001.jpg')


def test_missing_mots_images(kitti):
    (kitti / 'images' / '0002' / '000001.png').unlink()
    with pytest.raises(FormatError) as caught:
        read_annotations(kitti / 'txt', kitti / 'images', 'kitti_mots', kitti / 'val.seqmap')
    assert caught.value.problems == ('sequence 0002: 1 of 3 images are missing, frames [1]',)


@pytest.mark.parametrize(('classes', 'number'), [(YOUTUBE_VIS_2019, 40), (YOUTUBE_VIS_2021, 40), (OVIS, 25),
                                                 (KITTI_MOTS, 2), (MOTS_CHALLENGE, 1), (BDD100K, 8), (COCO, 80),
                                                 (DAVIS, 1), (VISTAS, 37)])
def test_class_lists(classes, number):
    assert len(classes) == len(set(classes)) == number


def test_class_lists_at_a_few_ids():
    # Ids of the official files count from 1.
    assert (YOUTUBE_VIS_2019[0], YOUTUBE_VIS_2019[5], YOUTUBE_VIS_2019[39]) == ('person', 'sedan', 'tennis_racket')
    assert (YOUTUBE_VIS_2021[0], YOUTUBE_VIS_2021[25], YOUTUBE_VIS_2021[39]) == ('airplane', 'person', 'zebra')
    assert (OVIS[0], OVIS[24]) == ('Person', 'Vehical')
    assert sorted(YOUTUBE_VIS_2021) == list(YOUTUBE_VIS_2021)
    assert (KITTI_MOTS, MOTS_CHALLENGE) == (('car', 'pedestrian'), ('pedestrian',))
    assert (BDD100K[0], BDD100K[7]) == ('pedestrian', 'bicycle')
    assert (VISTAS[0], VISTAS[3], VISTAS[36]) == ('animal--bird', 'human--person', 'object--vehicle--wheeled-slow')
    assert sorted(VISTAS) == list(VISTAS)
    assert (COCO[0], COCO[39], COCO[79]) == ('person', 'bottle', 'toothbrush')
