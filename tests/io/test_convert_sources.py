"""What a converter can read beside the formats of result files."""

import json

import numpy as np
import pytest

from mmvist.io import formats, frame_files, openimages, ytvis
from mmvist.io.convert import Request, check_source, convert, read_source, tell_format
from mmvist.io.label_png import encode_png
from mmvist.structures import VideoSet


def test_open_images_by_their_folders(make_video_tracks, tmp_path):
    still = make_video_tracks([(0, 20, 0, (0, 0, 4, 5)), (0, 21, 1, (5, 2, 8, 9))], 'a1b2', 1)
    table = tmp_path / 'train-annotations-object-segmentation.csv'
    openimages.write(VideoSet(('Cat', 'Dog'), (still,), (17, 18)), table, tmp_path / 'train-masks',
                     tmp_path / 'class-descriptions-boxable.csv')
    (tmp_path / 'train').mkdir()
    image = pytest.importorskip('cv2').imencode('.jpg', np.zeros((12, 16, 3), np.uint8))[1]
    (tmp_path / 'train/a1b2.jpg').write_bytes(image.tobytes())
    assert tell_format(table) == 'openimages'
    summary = convert(Request(table, tmp_path / 'coco.json', 'coco', classes=['Dog']))
    assert (summary.videos, summary.tracks) == (1, 1)
    read = formats.read(tmp_path / 'coco.json', 'coco')
    assert (read.classes, read.videos[0].bboxes.tolist()) == (('Dog',), [[5, 2, 8, 9]])
    (tmp_path / 'train').rename(tmp_path / 'pictures')
    elsewhere = read_source(table, 'openimages', classes=['Dog'], img_prefix=tmp_path / 'pictures')
    assert elsewhere.videos[0].video.file_names == ('a1b2.jpg',)
    with pytest.raises(ValueError, match='openimages has no sequence maps'):
        read_source(table, 'openimages', seqmap='x')


def test_vistas_by_its_folders(tmp_path):
    folder = tmp_path / 'validation/instances'
    folder.mkdir(parents=True)
    values = np.array([[256, 256, 0], [256, 257, 0]], np.uint16)
    for name in ('a', 'b'):
        (folder / f'{name}.png').write_bytes(encode_png(values))
    (tmp_path / 'config.json').write_text(json.dumps({'labels': [
        {'name': 'road', 'instances': False, 'evaluate': True}, {'name': 'car', 'instances': True, 'evaluate': True}]}))
    (tmp_path / 'val.txt').write_text('b\n')
    assert tell_format(folder) == 'vistas'
    summary = convert(Request(folder, tmp_path / 'coco.json', 'coco', split=tmp_path / 'val.txt'))
    assert (summary.videos, summary.tracks) == (1, 2)
    read = formats.read(tmp_path / 'coco.json', 'coco')
    assert (read.classes, read.category_ids) == (('car',), (1,))
    assert read.videos[0].video.file_names == ('b.jpg',)
    assert read.videos[0].bboxes.tolist() == [[0, 0, 2, 2], [1, 1, 2, 2]]
    (tmp_path / 'pictures').mkdir()
    for name in ('a.jpg', 'b.jpeg'):
        (tmp_path / 'pictures' / name).touch()
    elsewhere = read_source(folder, 'vistas', img_prefix=tmp_path / 'pictures')
    assert [tracks.video.file_names for tracks in elsewhere.videos] == [('a.jpg',), ('b.jpeg',)]
    with pytest.raises(ValueError, match='format vistas has no sequence maps, got x'):
        read_source(folder, 'vistas', seqmap='x')


def test_unknown_sources():
    with pytest.raises(ValueError, match="unknown format 'voc'; known: ytvis, .*, openimages, vistas"):
        check_source('voc', None)


def test_looks(make_video_tracks, tmp_path):
    street = VideoSet(('car',), (make_video_tracks([], 'main'), make_video_tracks([], 'alley')), (1,))
    ytvis.write(street, tmp_path / 'gt.json')
    frame_files.write(street, tmp_path / 'folder')
    assert (tell_format(tmp_path / 'gt.json'), tell_format(tmp_path / 'folder')) == ('ytvis', 'frames')
    assert tell_format(tmp_path / 'folder/main.json') == 'frames'
    with pytest.raises(FileNotFoundError):
        tell_format(tmp_path / 'none')
