"""The format of files, told by small samples of each."""

import json

import cv2
import numpy as np
import pytest

from mmvist.io import bdd100k, mots, ytvis
from mmvist.io.detect import detect_format
from mmvist.io.problems import FormatError
from mmvist.structures import VideoSet

KITTI = '4 2001 2 375 1242 abc\n'
CHALLENGE = '1 2029 2 1080 1920 abc\n'


def written(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return path


def image(path, shape, dtype=np.uint8):
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), np.zeros(shape, dtype))


@pytest.mark.parametrize(('data', 'expected'), [
    ({'info': {}, 'videos': [], 'annotations': []}, 'ytvis'),
    ({'annotations': [{'segmentations': None, 'bboxes': []}], 'videos': []}, 'ytvis'),
    ({'images': [], 'annotations': []}, 'coco'),
    ({'videos': [], 'categories': [], 'images': [], 'annotations': []}, 'coco'),  # CocoVID
    ([{'name': 'a.jpg', 'videoName': 'v', 'frameIndex': 0, 'labels': None}], 'bdd100k'),
    ([{'name': 'a.jpg', 'labels': []}], 'bdd100k'),
    ({'frames': [], 'config': {}}, 'bdd100k'),
    ('\ufeff {\n "videos" : [ ] }', 'ytvis'),
])
def test_json(data, expected, tmp_path):
    assert detect_format(written(tmp_path / 'gt.json', data)) == expected


@pytest.mark.parametrize(('data', 'message'), [
    ('', "got 'nothing'"), ('[]', "got '[]'"), ('42', "got '42'"),
    ([{'video_id': 1, 'segmentations': []}], 'video_id'), ({'info': {}}, 'info')])
def test_json_of_no_known_format(data, message, tmp_path):
    path = written(tmp_path / 'gt.json', data)
    with pytest.raises(FormatError, match='cannot tell the format, please name it') as caught:
        detect_format(path)
    assert caught.value.source == str(path)
    assert message in caught.value.problems[0]


@pytest.mark.parametrize(('name', 'text', 'expected'), [
    ('0001.txt', '1,2,794.2,47.5,71.2,174.8,1,1,0.8\n', 'mot'),
    ('0001.txt', '1 2 794.2 47.5 71.2 174.8 1 1 0.8\n', 'mot'),
    ('MOT17-02/gt/gt.txt', '1,2,794.2,47.5,71.2,174.8,1,1,0.8\n', 'mot'),
    ('gt/gt.txt', '1,2,794.2,47.5,71.2,174.8,1,1,0.8\n', 'mot'),
    ('0001.txt', KITTI, 'kitti_mots'),
    ('0001.txt', '\n' + CHALLENGE, 'mots'),
    ('0001.txt', CHALLENGE.replace('1080 1920', '480 640'), 'mots'),
    ('0001.txt', CHALLENGE.replace('1080', '720'), 'kitti_mots'),  # the size is not that benchmark's
    ('0001.txt', CHALLENGE + '0 2029 2 1080 1920 abc\n', 'kitti_mots'),  # frame 0
    ('0001.txt', CHALLENGE + '7 1001 1 1080 1920 abc\n', 'kitti_mots'),  # a car
])
def test_text(name, text, expected, tmp_path):
    path = written(tmp_path / name, text)
    assert detect_format(tmp_path) == expected
    assert detect_format(path) == expected


def test_the_first_file_that_holds_anything_decides(tmp_path):
    written(tmp_path / '0001.txt', '\n')
    written(tmp_path / '0002.txt', CHALLENGE)
    assert detect_format(tmp_path) == 'mots'


@pytest.mark.parametrize('text', ['', '1 2 3\n', '52 1005 car 375 1242 abc\n'])
def test_text_of_no_known_format(text, tmp_path):
    written(tmp_path / '0001.txt', text)
    with pytest.raises(FormatError, match=r'0001.txt: 1 problem\n.*cannot tell the format'):
        detect_format(tmp_path)


@pytest.mark.parametrize(('name', 'shape', 'dtype', 'expected'), [
    ('0001/000000.png', (375, 1242), np.uint16, 'kitti_mots'),
    ('0002/000001.png', (1080, 19), np.uint16, 'mots'),
    ('0002/000000.png', (1080, 19), np.uint16, 'kitti_mots'),
    ('v/v-0000001.png', (72, 128, 4), np.uint8, 'bdd100k'),
    ('bear/00000.png', (48, 85), np.uint8, 'davis'),
    ('00000.png', (48, 85), np.uint8, 'davis'),
    ('Annotations/480p/bear/00000.png', (48, 85), np.uint8, 'davis'),
])
def test_images(name, shape, dtype, expected, tmp_path):
    image(tmp_path / name, shape, dtype)
    (tmp_path / 'a-note').write_text('')
    (tmp_path / '.trash').mkdir()
    assert detect_format(tmp_path) == expected


def test_what_is_no_annotation(tmp_path):
    with pytest.raises(FileNotFoundError, match='none: no such file or folder'):
        detect_format(tmp_path / 'none')
    with pytest.raises(FormatError, match=r'expected files \*\.json'):
        detect_format(tmp_path)
    image(tmp_path / 'v' / '0.png', (4, 4, 3))
    with pytest.raises(FormatError, match='got \'8 bits of PNG colour type 2\''):
        detect_format(tmp_path)
    (tmp_path / 'v' / '0.png').write_bytes(b'nothing')
    with pytest.raises(FormatError, match='expected a PNG'):
        detect_format(tmp_path)


def test_what_the_writers_write(make_video_tracks, tmp_path):
    street = VideoSet(('pedestrian',), (make_video_tracks([(0, 2001, 0, (0, 0, 4, 5))], 'v', length=1),), (2,))
    ytvis.write(street, tmp_path / 'gt.json')
    mots.write_txt(street, tmp_path / 'txt')
    mots.write_png(street, tmp_path / 'png')
    bdd100k.write(street, tmp_path / 'bdd.json')
    assert [detect_format(tmp_path / name) for name in ('gt.json', 'txt', 'png', 'bdd.json')] == [
        'ytvis', 'kitti_mots', 'kitti_mots', 'bdd100k']
