import json
from dataclasses import replace

import numpy as np
import pytest

from mmvist.io import coco
from mmvist.io.problems import FormatError
from mmvist.structures import Video, VideoSet, VideoTracks, rle
from tests.io.video_sets import assert_same

# Two images of 2 x 3 pixels, the second without objects. RIGHT is the right column, TOP the top row, column by column.
RIGHT, TOP = [4, 2], [0, 1, 1, 1, 1, 1, 1]
POLYGON = [2, 0, 3, 0, 3, 2, 2, 2]
STILLS = {
    'images': [{'id': 139, 'width': 3, 'height': 2, 'file_name': 'val2017/000000000139.jpg'},
               {'id': 'x', 'width': 3, 'height': 2}],
    'categories': [{'supercategory': 'person', 'id': 1, 'name': 'person'}, {'id': 90, 'name': 'toothbrush'}],
    'annotations': [
        {'id': 7, 'image_id': 139, 'category_id': 90, 'iscrowd': 0, 'bbox': [2, 0, 1, 2], 'area': 2,
         'segmentation': [POLYGON]},
        {'id': 5, 'image_id': 139, 'category_id': 1, 'iscrowd': 1, 'bbox': [0, 0, 3, 1], 'area': 3,
         'segmentation': {'size': [2, 3], 'counts': TOP}}]}
# Frames stand in the wrong order and are counted from 4.
CLIPS = {
    'videos': [{'id': 1, 'name': 'lane', 'fps': 30, 'width': 3, 'height': 2}, {'id': 2}],
    'images': [{'id': 9, 'width': 3, 'height': 2, 'file_name': 'b.jpg', 'video_id': 1, 'frame_id': 8},
               {'id': 3, 'width': 3, 'height': 2, 'file_name': 'a.jpg', 'video_id': 1, 'frame_id': 4}],
    'categories': [{'id': 1, 'name': 'car'}],
    'annotations': [
        {'id': 1, 'image_id': 9, 'category_id': 1, 'instance_id': 0, 'bbox': [-1, 0, 2, 2], 'iscrowd': False},
        {'id': 2, 'image_id': 3, 'video_id': 1, 'category_id': 1, 'instance_id': 0,
         'segmentation': {'size': [2, 3], 'counts': RIGHT}}]}
RESULTS = [{'image_id': 139, 'category_id': 90, 'score': 0.25, 'bbox': [2, 0, 1, 2],
            'segmentation': {'size': [2, 3], 'counts': rle.from_run_lengths(RIGHT, 2, 3).decode()}},
           {'image_id': 139, 'category_id': 1, 'score': 1, 'bbox': [0, 0, 1.5, 2]}]


def stored(path, data):
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return path


def changed(data, table, number, **keys):
    data = json.loads(json.dumps(data))
    data[table][number].update(keys)
    return data


def test_reads_images(tmp_path):
    read = coco.read(stored(tmp_path / 'a.json', STILLS))
    assert read.classes == ('person', 'toothbrush')
    assert read.category_ids == (1, 90)
    image, empty = read.videos
    assert image.video == Video(139, '000000000139', 2, 3, 1, ('val2017/000000000139.jpg',))
    assert empty.video == Video('x', 'x', 2, 3, 1)
    assert len(empty) == 0
    assert image.ids.tolist() == [7, 5]
    assert image.labels.tolist() == [1, 0]
    assert image.scores.tolist() == [1, 1]
    assert image.bboxes.tolist() == [[2, 0, 3, 2], [0, 0, 3, 1]]
    assert image.ignore.tolist() == [False, True]
    assert [rle.run_lengths(mask).tolist() for mask in image.masks] == [RIGHT, TOP]


def test_reads_videos(tmp_path):
    first, second = coco.read(stored(tmp_path / 'a.json', CLIPS)).videos
    assert first.video == Video(1, 'lane', 2, 3, 2, ('a.jpg', 'b.jpg'), 30)
    assert second.video == Video(2, '2', 0, 0, 0)
    assert first.frames.tolist() == [0, 1]
    assert first.ids.tolist() == [0, 0]
    assert first.bboxes.tolist() == [[2, 0, 3, 2], [-1, 0, 1, 2]]   # the first from the mask
    assert first.masks == (rle.from_run_lengths(RIGHT, 2, 3), None)


@pytest.mark.parametrize('data', [STILLS, CLIPS])
def test_round_trip(tmp_path, data):
    read = coco.read(stored(tmp_path / 'a.json', data))
    coco.write(read, tmp_path / 'new' / 'b.json')
    assert_same(coco.read(tmp_path / 'new' / 'b.json'), read)


def test_no_images(tmp_path):
    empty = VideoSet(('car',), (), (1,))
    coco.write(empty, tmp_path / 'a.json')
    assert_same(coco.read(tmp_path / 'a.json'), empty)


@pytest.mark.parametrize('encoded', [b'\xef\xbb\xbf%s', b'%s\r\n\r\n '])
def test_what_windows_editors_leave(tmp_path, encoded):
    path = tmp_path / 'a.json'
    path.write_bytes(encoded % json.dumps(STILLS).encode())
    assert len(coco.read(path).videos[0]) == 2


def test_no_annotations(tmp_path):
    assert [len(tracks) for tracks in coco.read(stored(tmp_path / 'a.json', {**STILLS, 'annotations': None})).videos
            ] == [0, 0]


def test_no_videos_in_their_table_means_images(tmp_path):
    assert_same(coco.read(stored(tmp_path / 'a.json', {**STILLS, 'videos': []})),
                coco.read(stored(tmp_path / 'b.json', STILLS)))


def test_several_polygons_join_and_one_call_keeps_them_apart(tmp_path):
    # Squares of 4 pixels; the pair shares one pixel.
    square, shifted = [0, 0, 2, 0, 2, 2, 0, 2], [1, 1, 3, 1, 3, 3, 1, 3]
    images = [{'id': number, 'width': width, 'height': height}
              for number, width, height in ((1, 4, 4), (2, 4, 4), (3, 3, 5))]
    annotations = [{'id': number, 'image_id': image, 'category_id': 1, 'segmentation': polygons}
                   for number, (image, polygons) in enumerate(
                       [(2, [square]), (1, [square, shifted]), (3, [shifted]), (1, [shifted])])]
    data = {'images': images, 'categories': STILLS['categories'], 'annotations': annotations}
    read = coco.read(stored(tmp_path / 'a.json', data))
    pixels = [rle.area(tracks.masks, tracks.video.height, tracks.video.width).tolist() for tracks in read.videos]
    assert pixels == [[7, 4], [4], [4]]
    assert [tracks.ids.tolist() for tracks in read.videos] == [[1, 3], [0], [2]]
    assert read.videos[0].bboxes.tolist() == [[0, 0, 3, 3], [1, 1, 3, 3]]


def test_polygons_are_drawn_as_pycocotools_does(tmp_path):
    from pycocotools import mask
    rng = np.random.default_rng(0)
    polygons = [[(rng.random(8) * 20).round(2).tolist() for _ in range(1 + number % 3)] for number in range(40)]
    data = {'images': [{'id': 1, 'width': 17, 'height': 19}], 'categories': STILLS['categories'],
            'annotations': [{'id': number, 'image_id': 1, 'category_id': 1, 'segmentation': parts}
                            for number, parts in enumerate(polygons)]}
    (tracks,) = coco.read(stored(tmp_path / 'a.json', data)).videos
    assert list(tracks.masks) == [mask.merge(mask.frPyObjects(parts, 19, 17))['counts'] for parts in polygons]


@pytest.mark.parametrize('keys', [{'segmentation': []}, {'segmentation': None}])
def test_boxes_alone(tmp_path, keys):
    read = coco.read(stored(tmp_path / 'a.json', changed(STILLS, 'annotations', 0, **keys)))
    assert read.videos[0].masks[0] is None
    coco.write(read, tmp_path / 'b.json')
    assert_same(coco.read(tmp_path / 'b.json'), read)
    assert [entry['area'] for entry in json.loads((tmp_path / 'b.json').read_text())['annotations']] == [2, 3]


def test_ignore_flag(tmp_path):
    read = coco.read(stored(tmp_path / 'a.json', changed(STILLS, 'annotations', 0, ignore=True)))
    assert read.videos[0].ignore.tolist() == [True, True]


def test_ids_that_official_tools_cannot_have(tmp_path, make_video_tracks):
    box = (0, 0, 3, 2)
    video_set = VideoSet(('car',), (make_video_tracks([(0, 0, 0, box)], 'a', 1),
                                    make_video_tracks([(0, 4, 0, box), (0, 0, 0, box)], 'b', 1)), (1,))
    coco.write(video_set, tmp_path / 'a.json')
    assert_same(coco.read(tmp_path / 'a.json'), video_set)
    annotations = json.loads((tmp_path / 'a.json').read_text())['annotations']
    assert [(entry['id'], entry['instance_id']) for entry in annotations] == [(1, 0), (2, 4), (3, 0)]


def test_regions_of_no_class_become_crowds_of_every_class(tmp_path, make_video_tracks):
    box, region = (0, 0, 2, 2), (4, 4, 9, 9)
    tracks = make_video_tracks([(0, 1, 0, box), (0, 3, -1, region, 1.0, True), (1, 3, -1, region, 1.0, True)], length=2)
    coco.write(VideoSet(('car', 'dog'), (tracks,), (1, 2)), tmp_path / 'a.json')
    (read,) = coco.read(tmp_path / 'a.json').videos
    assert read.ids.tolist() == [1, 4, 5, 4, 5]
    assert read.labels.tolist() == [0, 0, 1, 0, 1]
    assert read.ignore.tolist() == [False, True, True, True, True]
    assert read.bboxes[1:].tolist() == [list(region)] * 4


def test_pycocotools_reads_what_is_written(tmp_path, make_video_tracks):
    from pycocotools.coco import COCO
    tracks = make_video_tracks([(0, 3, 0, (1, 2, 9, 8)), (0, 4, 0, (0, 0, 2, 2), 1.0, True)], 'a', 1, video_id=5)
    coco.write(VideoSet(('car',), (tracks,), (1,)), tmp_path / 'a.json')
    api = COCO(tmp_path / 'a.json')
    first, crowd = api.loadAnns(api.getAnnIds(imgIds=[5]))
    assert (first['area'], crowd['iscrowd']) == (48, 1)
    mask = api.annToMask(first)
    assert mask.shape == (12, 16)
    assert mask[2:8, 1:9].all()


@pytest.mark.parametrize(('data', 'told'), [
    (changed(STILLS, 'images', 0, width=None), r'images\[0\]: keys are missing: width'),
    (changed(STILLS, 'images', 0, height=0), r'images\[0\]: unusable height 0'),
    (changed(STILLS, 'images', 0, height=2.0), r'images\[0\]: unusable height 2\.0'),
    (changed(STILLS, 'images', 0, height=2**40), r'has 2\^31 pixels or more'),
    (changed(STILLS, 'images', 0, file_name=3), r'images\[0\]: unusable file_name 3'),
    (changed(STILLS, 'images', 1, id=True), r'images\[1\]: unusable id True'),
    (changed(STILLS, 'images', 1, id=139), r'images\[1\]: image id 139 occurs twice'),
    ({**STILLS, 'images': None}, 'images: missing'),
    ({**STILLS, 'categories': {}}, 'categories: must be a list, got dict'),
    ({**STILLS, 'annotations': {}}, 'annotations: must be a list, got dict'),
    ({**STILLS, 'annotations': [5]}, r'annotations\[0\]: must be an object, got int'),
    (changed(STILLS, 'annotations', 0, id=5), r'annotations\[1\] \(id 5\): the id occurs twice'),
    (changed(STILLS, 'annotations', 0, id='7'), r"annotations\[0\] \(id '7'\): the id must be a whole number"),
    (changed(STILLS, 'annotations', 0, id=2**63), 'the id must be a whole number from 0'),
    (changed(STILLS, 'annotations', 0, instance_id=-1), 'instance_id must be a whole number from 0, got -1'),
    (changed(STILLS, 'annotations', 0, instance_id=5), r'annotations\[1\]: id 5 occurs twice in image 139'),
    (changed(STILLS, 'annotations', 0, image_id=1), r'annotations\[0\] \(id 7\): unknown image 1'),
    (changed(STILLS, 'annotations', 0, image_id=[139]), r'unknown image \[139\]'),
    (changed(STILLS, 'annotations', 0, category_id=2), r'annotations\[0\] \(id 7\): unknown category 2'),
    (changed(STILLS, 'annotations', 0, category_id=None), 'keys are missing: category_id'),
    (changed(STILLS, 'annotations', 0, iscrowd=2), 'iscrowd must be 0 or 1, got 2'),
    (changed(STILLS, 'annotations', 0, ignore=[]), r'ignore must be 0 or 1, got \[\]'),
    (changed(STILLS, 'annotations', 0, bbox=[1, 2, 3]), 'bbox must be four finite numbers'),
    (changed(STILLS, 'annotations', 0, bbox=[1, 2, -3, 4]), 'the size not negative'),
    (changed(STILLS, 'annotations', 0, bbox=[1, 2, float('nan'), 4]), 'bbox must be four|not valid JSON'),
    (changed(STILLS, 'annotations', 0, bbox=[1, 2, 10**400, 4]), 'bbox must be four finite numbers|not valid JSON'),
    (changed(STILLS, 'annotations', 0, bbox=[1, 2, 1e300, 4]), 'bbox must be four finite numbers'),
    (changed(STILLS, 'annotations', 0, bbox=[1, 2, '3', 4]), 'bbox must be four finite numbers'),
    (changed(STILLS, 'annotations', 0, bbox=None, segmentation=[]), 'has neither segmentation nor bbox'),
    (changed(STILLS, 'annotations', 0, segmentation=[[0, 0, 1, 1]]), r'annotations\[0\]: polygons must be at least'),
    (changed(STILLS, 'annotations', 0, segmentation=[POLYGON, [0, 0, 1, 1, 2]]), 'polygons must be at least three'),
    (changed(STILLS, 'annotations', 0, segmentation=[[0, 0, 1, float('nan'), 2, 2]]),
     'polygons must be at least|not valid JSON'),
    (changed(STILLS, 'annotations', 0, segmentation=[[0, 0, 1e9, 1, 2, 2]]), 'within 100000 pixels'),
    (changed(STILLS, 'annotations', 0, segmentation=[[0, 0, 1, 10**400, 2, 2]]), 'polygons must be|not valid JSON'),
    (changed(STILLS, 'annotations', 0, segmentation=[[0, 0, 1, 10**15, 2, 2]]), 'polygons must be at least'),
    (changed(STILLS, 'annotations', 0, segmentation=[[0, 0, 1, '1', 2, 2]]), 'polygons must be at least'),
    (changed(STILLS, 'annotations', 0, segmentation=[{'a': 1}]), 'polygons must be at least'),
    (changed(STILLS, 'annotations', 0, segmentation='abc'), 'a mask must be {size, counts} or a list of polygons'),
    (changed(STILLS, 'annotations', 1, segmentation={'size': [3, 2], 'counts': TOP}),
     r'annotations\[1\]: mask size must be \[height, width\] = \[2, 3\], got \[3, 2\]'),
    (changed(STILLS, 'annotations', 1, segmentation={'size': [2, 3], 'counts': [4, 3]}),
     r'add up to 2 \* 3 = 6, got 7'),
    (changed(STILLS, 'annotations', 1, segmentation={'size': [2, 3], 'counts': '~~'}), 'outside COCO\'s alphabet'),
    (changed(CLIPS, 'videos', 1, id=1), r'videos\[1\]: video id 1 occurs twice'),
    (changed(CLIPS, 'videos', 1, fps=0), r'videos\[1\]: unusable fps 0'),
    (changed(CLIPS, 'videos', 0, width=4), r'several sizes \(height, width\): \[\(2, 3\), \(2, 4\)\]'),
    (changed(CLIPS, 'images', 0, file_name=None), r'videos\[0\]: some of its images have no file_name'),
    (changed(CLIPS, 'images', 0, frame_id=4), r'images\[1\]: frame_id 4 occurs twice in video 1'),
    (changed(CLIPS, 'images', 0, frame_id=None), r'images\[0\]: frame_id must be a whole number from 0, got None'),
    (changed(CLIPS, 'images', 0, video_id=3), r'images\[0\]: unknown video 3'),
    (changed(CLIPS, 'annotations', 1, video_id=2), r'video_id is 2, its image belongs to video 1'),
    (changed(CLIPS, 'annotations', 1, image_id=9), r'annotations\[1\]: id 0 occurs twice in image 1 of video lane'),
    (changed(CLIPS, 'annotations', 0, instance_id=None), r'annotations\[0\] \(id 1\): keys are missing: instance_id'),
    (json.dumps(STILLS)[:-20], r'line 1, column \d+: not valid JSON: .*the file ends early'),
    ('[1, 2]', 'must hold an object'),
])
def test_bad_files(tmp_path, data, told):
    path = stored(tmp_path / 'bad.json', data)
    with pytest.raises(FormatError, match=told) as caught:
        coco.read(path)
    assert str(caught.value).startswith(f'{path}: 1 problem\n')


def test_all_problems_at_once(tmp_path):
    data = changed(STILLS, 'images', 1, width=-1)
    data['annotations'] += [{**data['annotations'][0], 'id': 8, 'image_id': 'x'},     # of an image that is told of
                            {**data['annotations'][0], 'id': 9, 'image_id': 3, 'category_id': 4},
                            {**data['annotations'][0], 'id': 10, 'segmentation': [[1, 2]]}]
    with pytest.raises(FormatError) as caught:
        coco.read(stored(tmp_path / 'a.json', data))
    assert caught.value.problems[:2] == ('images[1]: unusable width -1',
                                         'annotations[3] (id 9): unknown image 3, unknown category 4')
    assert len(caught.value.problems) == 3
    assert caught.value.problems[2].startswith('annotations[4]: polygons must be')


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match='nowhere.json'):
        coco.read(tmp_path / 'nowhere.json')


def test_unwritable_sets(tmp_path, make_video_tracks):
    tracks = make_video_tracks([(0, 1, -1, (0, 0, 2, 2))], 'a', 1)
    with pytest.raises(FormatError) as caught:
        coco.write(VideoSet(('car',), (tracks, tracks), (1,)), tmp_path / 'a.json')
    assert caught.value.problems == ('video a: the id occurs 2 times',
                                     *['video a, frame 0, id 1: has no class and is no ignore row'] * 2)
    assert not (tmp_path / 'a.json').exists()


@pytest.fixture
def stills(tmp_path):
    return coco.read(stored(tmp_path / 'stills.json', STILLS))


def test_reads_results(tmp_path, stills):
    read = coco.read_results(stored(tmp_path / 'a.json', RESULTS), stills)
    assert read.classes == stills.classes
    image, empty = read.videos
    assert image.video == stills.videos[0].video
    assert len(empty) == 0
    assert image.ids.tolist() == [0, 1]
    assert image.labels.tolist() == [1, 0]
    assert image.scores.tolist() == [0.25, 1]
    assert image.bboxes.tolist() == [[2, 0, 3, 2], [0, 0, 1.5, 2]]
    assert image.masks == (rle.from_run_lengths(RIGHT, 2, 3), None)
    assert not image.ignore.any()


def test_results_round_trip(tmp_path, stills):
    read = coco.read_results(stored(tmp_path / 'a.json', RESULTS), stills)
    image = replace(read.videos[0], scores=np.array([0.1, 1 / 3], np.float32), ids=np.array([4, 2]))
    video_set = replace(read, videos=(image, read.videos[1]))
    coco.write_results(video_set, tmp_path / 'b.json')
    assert_same(coco.read_results(tmp_path / 'b.json', stills), video_set)
    assert [entry['score'] for entry in json.loads((tmp_path / 'b.json').read_text())] == [0.1, 0.33333334]


def test_ignore_rows_are_no_results(tmp_path, stills):
    coco.write_results(stills, tmp_path / 'a.json')
    (entry,) = json.loads((tmp_path / 'a.json').read_text())
    assert (entry['image_id'], entry['category_id'], entry['instance_id']) == (139, 90, 7)


def test_pycocotools_scores_what_is_written(tmp_path, stills):
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval
    image = replace(stills, videos=stills.videos[:1])
    coco.write(image, tmp_path / 'truth.json')
    coco.write_results(image, tmp_path / 'results.json')
    truth = COCO(tmp_path / 'truth.json')
    evaluation = COCOeval(truth, truth.loadRes(str(tmp_path / 'results.json')), 'segm')
    evaluation.params.imgIds, evaluation.params.catIds = [139], [90]
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    assert evaluation.stats[0] == pytest.approx(1)


def test_no_results(tmp_path, stills):
    read = coco.read_results(stored(tmp_path / 'a.json', []), stills)
    assert [len(tracks) for tracks in read.videos] == [0, 0]


@pytest.mark.parametrize(('keys', 'told'), [
    ({'image_id': 1}, r'results\[1\]: unknown image 1'),
    ({'category_id': 2}, r'results\[1\]: unknown category 2'),
    ({'score': None}, r'results\[1\]: keys are missing: score'),
    ({'score': '0.5'}, "score must be a finite number, got '0.5'"),
    ({'score': True}, 'score must be a finite number, got True'),
    ({'score': float('inf')}, 'score must be a finite number, got inf|not valid JSON'),
    ({'score': 1e300}, 'score must be a finite number'),
    ({'bbox': []}, 'has neither segmentation nor bbox'),
    ({'instance_id': 0}, r'results\[1\]: id 0 occurs twice in image 139'),
    ({'segmentation': {'size': [2, 3], 'counts': '1'}}, r'results\[1\]: run lengths must add up'),
])
def test_bad_results(tmp_path, stills, keys, told):
    with pytest.raises(FormatError, match=told) as caught:
        coco.read_results(stored(tmp_path / 'bad.json', [RESULTS[0], {**RESULTS[1], **keys}]), stills)
    assert len(caught.value.problems) == 1


def test_results_that_are_no_list(tmp_path, stills):
    with pytest.raises(FormatError, match='must hold a list of detections, got dict'):
        coco.read_results(stored(tmp_path / 'bad.json', {}), stills)


def test_results_are_of_images(tmp_path, square_moving_right):
    videos = VideoSet(('car',), (square_moving_right(),), (1,))
    with pytest.raises(ValueError, match='got 1 videos, the first is street'):
        coco.write_results(videos, tmp_path / 'a.json')
    with pytest.raises(ValueError, match='got 1 videos, the first is street'):
        coco.read_results(tmp_path / 'a.json', videos)


def test_many_random_annotations_round_trip(tmp_path):
    rng = np.random.default_rng(0)
    videos = []
    for number in range(1, 30):
        height, width = (int(side) for side in rng.integers(5, 12, 2))
        rows = []
        for track in range(int(rng.integers(4))):
            mask = rle.encode(rng.random((height, width)) < 0.4)
            box = rng.integers(-20, 20, 4) / 8 + [0, 0, 6, 6]
            rows.append((0, 10 * number + track, int(rng.integers(2)), 1.0, box, mask, bool(rng.integers(2))))
        videos.append(VideoTracks.from_rows(Video(number, f'{number}', height, width, 1, (f'{number}.jpg',)), rows))
    video_set = VideoSet(('a', 'b'), tuple(videos), (1, 2))
    coco.write(video_set, tmp_path / 'a.json')
    assert_same(coco.read(tmp_path / 'a.json'), video_set)


def test_boxes_read_from_sums_are_the_same_again(tmp_path):
    rng = np.random.default_rng(0)
    boxes = (rng.random((200, 4)) * [600, 400, 99, 99] - [50, 50, 0, 0]).tolist()
    data = {**STILLS, 'annotations': [{'id': number, 'image_id': 139, 'category_id': 1, 'bbox': box}
                                      for number, box in enumerate(boxes, 1)]}
    read = coco.read(stored(tmp_path / 'a.json', data))
    assert read.videos[0].bboxes.tolist() == [[x, y, x + width, y + height] for x, y, width, height in boxes]
    coco.write(read, tmp_path / 'b.json')
    assert_same(coco.read(tmp_path / 'b.json'), read)
