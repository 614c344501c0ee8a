import json
from dataclasses import replace

import numpy as np
import pytest

from mmvist.io import ytvis
from mmvist.io.problems import FormatError
from mmvist.structures import Video, VideoSet, VideoTracks, rle
from tests.io.video_sets import assert_same

# 2 x 3 pixels; the mask of frame 0 is the right column, that of frame 2 the top row. Column-major runs.
RIGHT, TOP = [4, 2], [0, 1, 1, 1, 1, 1, 1]
OFFICIAL = {
    'info': {}, 'licenses': [],
    'videos': [{'id': 7, 'width': 3, 'height': 2, 'length': 3,
                'file_names': ['lane/00000.jpg', 'lane/00005.jpg', 'lane/00010.jpg']}],
    'categories': [{'supercategory': 'object', 'id': 3, 'name': 'car'},
                   {'supercategory': 'object', 'id': 9, 'name': 'dog'}],
    'annotations': [
        {'id': 4, 'video_id': 7, 'iscrowd': 0, 'height': 2, 'width': 3, 'length': 1, 'category_id': 9,
         'segmentations': [{'counts': RIGHT, 'size': [2, 3]}, None, {'counts': TOP, 'size': [2, 3]}],
         'bboxes': [[2, 0, 1, 2], None, [0, 0, 3, 1]], 'areas': [2, None, 3]}]}


def stored(path, data):
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return path


def changed(table, number, **keys):
    data = json.loads(json.dumps(OFFICIAL))
    data[table][number].update(keys)
    return data


def test_reads_the_official_layout(tmp_path):
    read = ytvis.read(stored(tmp_path / 'a.json', OFFICIAL))
    assert read.classes == ('car', 'dog')
    assert read.category_ids == (3, 9)
    (tracks,) = read.videos
    assert tracks.video == Video(7, 'lane', 2, 3, 3, ('lane/00000.jpg', 'lane/00005.jpg', 'lane/00010.jpg'))
    assert tracks.frames.tolist() == [0, 2]
    assert tracks.ids.tolist() == [4, 4]
    assert tracks.labels.tolist() == [1, 1]
    assert tracks.scores.tolist() == [1, 1]
    assert tracks.bboxes.tolist() == [[2, 0, 3, 2], [0, 0, 3, 1]]
    assert rle.decode(tracks.masks[0], 2, 3).tolist() == [[False, False, True]] * 2
    assert rle.decode(tracks.masks[1], 2, 3).tolist() == [[True] * 3, [False] * 3]
    assert not tracks.ignore.any()


def test_writes_the_official_layout(tmp_path):
    ytvis.write(ytvis.read(stored(tmp_path / 'a.json', OFFICIAL)), tmp_path / 'b.json')
    assert json.loads((tmp_path / 'b.json').read_text()) == OFFICIAL


@pytest.mark.parametrize('spelling', [
    {'size': [2, 3], 'counts': rle.from_run_lengths(RIGHT, 2, 3).decode()},      # compressed
    [[2, 0, 3, 0, 3, 2, 2, 2]],                                                  # polygon
])
def test_other_spellings_of_a_mask(tmp_path, spelling):
    data = changed('annotations', 0, segmentations=[spelling, None, None], bboxes=None)
    (tracks,) = ytvis.read(stored(tmp_path / 'a.json', data)).videos
    assert rle.decode(tracks.masks[0], 2, 3).tolist() == [[False, False, True]] * 2
    assert tracks.bboxes.tolist() == [[2, 0, 3, 2]]     # from the mask, where the file has none


def test_boxes_alone(tmp_path):
    read = ytvis.read(stored(tmp_path / 'a.json', changed('annotations', 0, segmentations=None)))
    assert read.videos[0].masks == (None, None)
    assert read.videos[0].bboxes.tolist() == [[2, 0, 3, 2], [0, 0, 3, 1]]
    ytvis.write(read, tmp_path / 'b.json')
    assert_same(ytvis.read(tmp_path / 'b.json'), read)


@pytest.mark.parametrize('annotations', ['absent', None, []])
def test_valid_split_without_annotations(tmp_path, annotations):
    data = {**OFFICIAL, 'annotations': annotations}
    if annotations == 'absent':
        del data['annotations']
    (tracks,) = ytvis.read(stored(tmp_path / 'a.json', data)).videos
    assert len(tracks) == 0
    assert tracks.video.length == 3


def test_crowds_are_ignored(tmp_path):
    read = ytvis.read(stored(tmp_path / 'a.json', changed('annotations', 0, iscrowd=1)))
    assert read.videos[0].ignore.tolist() == [True, True]


def test_ids_stay_as_they_are_though_official_tools_need_others(tmp_path, make_video_tracks):
    box = (0, 0, 3, 2)
    video_set = VideoSet(('car',), (make_video_tracks([(0, 0, 0, box), (1, 0, 0, box), (1, 5, 0, (4, 4, 6, 6))], 'a'),
                                    make_video_tracks([(3, 0, 0, box)], 'b'), make_video_tracks([], 'c')), (1,))
    ytvis.write(video_set, tmp_path / 'a.json')
    assert_same(ytvis.read(tmp_path / 'a.json'), video_set)
    annotations = json.loads((tmp_path / 'a.json').read_text())['annotations']
    assert [(entry['id'], entry['track_id']) for entry in annotations] == [(1, 0), (2, 5), (3, 0)]


def test_round_trip_of_name_rate_and_broken_numbers(tmp_path, make_video_tracks):
    tracks = make_video_tracks([(0, 3, 1, (1, 2, 5, 7))], 'a', fps=29.97, video_id=11)
    tracks = replace(tracks, bboxes=np.float32([[0.1, 0.2, 5.7, 7.3]]).astype(np.float64))
    video_set = VideoSet(('car', 'dog'), (tracks,), (2, 1))
    ytvis.write(video_set, tmp_path / 'new' / 'folder' / 'a.json')
    assert_same(ytvis.read(tmp_path / 'new' / 'folder' / 'a.json'), video_set)


def test_no_videos(tmp_path):
    empty = VideoSet(('car',), (), (1,))
    ytvis.write(empty, tmp_path / 'a.json')
    assert_same(ytvis.read(tmp_path / 'a.json'), empty)


def test_a_region_of_no_class_becomes_a_crowd_of_every_class(tmp_path, make_video_tracks):
    tracks = make_video_tracks([(0, 1, 0, (0, 0, 2, 2)), (0, 10000, -1, (4, 4, 9, 9), 1.0, True)])
    ytvis.write(VideoSet(('car', 'dog'), (tracks,), (1, 2)), tmp_path / 'a.json')
    annotations = json.loads((tmp_path / 'a.json').read_text())['annotations']
    assert [(entry['category_id'], entry['iscrowd']) for entry in annotations] == [(1, 0), (1, 1), (2, 1)]


@pytest.mark.parametrize(('data', 'told'), [
    (changed('videos', 0, width=None), r'videos\[0\]: keys are missing: width'),
    (changed('videos', 0, height=0), r'videos\[0\]: unusable height 0'),
    (changed('videos', 0, length=2), r'videos\[0\]: length is 2, but 3 frames are named'),
    ({**OFFICIAL, 'videos': OFFICIAL['videos'] * 2}, r'videos\[1\]: video id 7 occurs twice'),
    ({**OFFICIAL, 'categories': [*OFFICIAL['categories'], {'id': 3, 'name': 'cat'}]},
     r'categories\[2\]: category id 3 occurs twice'),
    (changed('categories', 1, name='car'), r"categories\[1\]: category name 'car' occurs twice"),
    ({**OFFICIAL, 'categories': None}, r'categories: missing'),
    ({**OFFICIAL, 'annotations': OFFICIAL['annotations'] * 2}, r'annotations\[1\] \(id 4\): the id occurs twice'),
    (changed('annotations', 0, category_id=5), r'annotations\[0\] \(id 4\): unknown category 5'),
    (changed('annotations', 0, video_id=[7]), r'annotations\[0\] \(id 4\): unknown video \[7\]'),
    (changed('annotations', 0, video_id=True), r'annotations\[0\] \(id 4\): unknown video True'),
    (changed('annotations', 0, segmentations=[None]), 'segmentations has 1 entries, video 7 has 3 frames'),
    (changed('annotations', 0, segmentations=[None] * 5), r'frames 3\.\.4 lie outside the video'),
    (changed('annotations', 0, segmentations=None, bboxes=None), 'keys are missing: segmentations, or bboxes'),
    (changed('annotations', 0, segmentations=[{'size': [3, 2], 'counts': RIGHT}, None, None]),
     r'\(id 4\), frame 0: mask size must be \[height, width\] = \[2, 3\], got \[3, 2\]'),
    (changed('annotations', 0, segmentations=[None, {'size': [2, 3], 'counts': [4, 3]}, None]),
     r'frame 1: run lengths must add up to 2 \* 3 = 6, got 7'),
    (changed('annotations', 0, segmentations=[None, {'size': [2, 3], 'counts': ''}, None]), 'frame 1: run lengths'),
    (changed('annotations', 0, segmentations=[[[0, 0, 1, 1]], None, None]), 'frame 0: a polygon must be at least'),
    (changed('annotations', 0, bboxes=[[1, 2, 3], None, None]), 'frame 0: a box must be four numbers'),
    (json.dumps(OFFICIAL)[:-20], r'line 1, column \d+: not valid JSON: .*the file ends early'),
    (json.dumps(OFFICIAL)[:90], 'ends early'),
    ('[1, 2]', 'must hold an object with videos and categories, got list'),
])
def test_bad_files(tmp_path, data, told):
    path = stored(tmp_path / 'bad.json', data)
    with pytest.raises(FormatError, match=told) as caught:
        ytvis.read(path)
    assert str(caught.value).startswith(f'{path}: 1 problem\n')


def test_all_problems_at_once(tmp_path):
    data = {'videos': [{'id': 1}], 'annotations': [{'id': 1}, 'x', {**OFFICIAL['annotations'][0], 'video_id': 8},
                                                   {**OFFICIAL['annotations'][0], 'id': 5, 'video_id': 1}]}
    with pytest.raises(FormatError) as caught:
        ytvis.read(stored(tmp_path / 'a.json', data))
    assert caught.value.problems == (
        'videos[0]: keys are missing: width, height', 'categories: missing',
        'annotations[0]: keys are missing: video_id, category_id', 'annotations[1]: must be an object, got str',
        'annotations[2] (id 4): unknown video 8')


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match='nowhere.json'):
        ytvis.read(tmp_path / 'nowhere.json')


def test_official_api_reads_what_is_written(tmp_path, make_video_tracks):
    # pycocotools is the independent reader: its decoding of the uncompressed runs must give the same pixels.
    from pycocotools import mask as coco
    tracks = make_video_tracks([(0, 1, 0, (1, 2, 9, 8))])
    ytvis.write(VideoSet(('car',), (tracks,), (1,)), tmp_path / 'a.json')
    (entry,) = json.loads((tmp_path / 'a.json').read_text())['annotations']
    mask = coco.decode(coco.frPyObjects(entry['segmentations'][0], 12, 16))
    assert mask.sum() == entry['areas'][0] == 8 * 6
    assert mask[2:8, 1:9].all()


def test_many_random_masks_round_trip(tmp_path):
    rng = np.random.default_rng(0)
    video = Video(1, 'v', 13, 17, 30)
    rows = []
    for frame in range(30):
        for track in range(3):
            mask = rle.encode(rng.random((13, 17)) < 0.4)
            rows.append((frame, track + 1, track % 2, 1.0, rle.bboxes([mask], 13, 17)[0], mask, False))
    video_set = VideoSet(('a', 'b'), (VideoTracks.from_rows(video, rows),), (1, 2))
    ytvis.write(video_set, tmp_path / 'a.json')
    assert_same(ytvis.read(tmp_path / 'a.json'), video_set)
