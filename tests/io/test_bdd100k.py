import json
import re

import pytest

from mmvist.io import bdd100k
from mmvist.io.bdd100k.labels import whole_ids
from mmvist.io.problems import FormatError
from mmvist.structures import Video, VideoSet, VideoTracks, rle
from tests.io.video_sets import assert_same


def label(track='00122062', category='car', box=(1, 2, 5, 8), **rest):
    entry = {'id': track, 'category': category, **rest}
    return entry if box is None else {**entry, 'box2d': dict(zip(('x1', 'y1', 'x2', 'y2'), box, strict=True))}


def frame(index=0, *labels, video='b1c66a42-6f7d68ca', **rest):
    return {'name': f'{video}-{index + 1:07d}.jpg', 'videoName': video, 'frameIndex': index, 'labels': list(labels),
            **rest}


def put(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return path


def read(tmp_path, *frames):
    return bdd100k.read(put(tmp_path / 'labels.json', list(frames)))


def drawn(*points, types=None, closed=True):
    return {'vertices': [list(point) for point in points], 'types': types or 'L' * len(points), 'closed': closed}


@pytest.fixture
def mask():
    """Rows 2 to 4 and columns 1 to 2 of a frame of 6 x 4."""
    return {'size': [6, 4], 'counts': rle.from_run_lengths([8, 3, 3, 3, 7], 6, 4).decode()}


def test_boxes(tmp_path):
    video_set = read(tmp_path,
                     frame(1, label('00122063', 'rider', (0.5, 1, 2, 1279.25), attributes={'crowd': False})),
                     frame(0, label('00122062', 'car'), label('7', 'bicycle', (0, 0, 0, 0))))
    assert video_set.classes == ('pedestrian', 'rider', 'car', 'truck', 'bus', 'train', 'motorcycle', 'bicycle')
    assert video_set.category_ids == (1, 2, 3, 4, 5, 6, 7, 8)
    (tracks,) = video_set.videos
    name = 'b1c66a42-6f7d68ca'
    assert tracks.video == Video(name, name, 720, 1280, 2, (f'{name}/{name}-0000001.jpg', f'{name}/{name}-0000002.jpg'))
    assert tracks.frames.tolist() == [0, 0, 1]
    assert tracks.ids.tolist() == [122062, 7, 122063]
    assert tracks.labels.tolist() == [2, 7, 1]
    assert tracks.scores.tolist() == [1, 1, 1]
    assert tracks.bboxes.tolist() == [[1, 2, 5, 8], [0, 0, 0, 0], [0.5, 1, 2, 1279.25]]
    assert tracks.masks == (None, None, None)
    assert not tracks.ignore.any()


@pytest.mark.parametrize(('category', 'attributes', 'expected'), [
    ('person', None, (0, False)), ('bike', {}, (7, False)), ('motor', {'occluded': True}, (6, False)),
    ('van', {'crowd': False}, (2, False)), ('caravan', {'truncated': True}, (2, False)),
    ('other person', None, (0, True)), ('other vehicle', {'crowd': False}, (2, True)), ('trailer', {}, (3, True)),
    ('bus', {'crowd': True}, (4, True)), ('bus', {'Crowd': True}, (4, True)), ('bus', {'ignored': 1}, (4, True)),
    ('bus', {'crowd': None, 'ignored': 0}, (4, False)),
])
def test_names_and_attributes(tmp_path, category, attributes, expected):
    (tracks,) = read(tmp_path, frame(0, label(category=category, attributes=attributes))).videos
    assert (tracks.labels[0], tracks.ignore[0]) == expected


def test_first_release(tmp_path):
    """Keys of 2020's first files, the video named by the file alone."""
    entries = [{'name': f'{name}.jpg', 'index': index, 'labels': labels}
               for name, index, labels in (('b', 4, None), ('a', 2, [label(attributes={'Crowd': True})]))]
    (tracks,) = bdd100k.read(put(tmp_path / 'street.json', entries)).videos
    assert tracks.video.name == 'street'
    assert tracks.video.file_names == ('street/a.jpg', 'street/b.jpg')
    assert (tracks.frames.tolist(), tracks.ignore.tolist()) == ([0], [True])


def test_frames_without_any_index_keep_their_order(tmp_path):
    entries = [{'name': 'v/b.jpg', 'video_name': 'v', 'labels': [label()]}, {'name': 'v/a.jpg', 'video_name': 'v'}]
    (tracks,) = read(tmp_path, *entries).videos
    assert tracks.video.file_names == ('v/b.jpg', 'v/a.jpg')
    assert tracks.frames.tolist() == [0]


def test_masks(tmp_path, mask):
    runs = {'size': [6, 4], 'counts': [0, 1, 23]}
    (tracks,) = read(tmp_path, frame(0, label(1, rle=mask, box=None), label(2, rle=runs, box=(0, 0, 3, 3)),
                                     label(3, rle=None, poly2d=[]))).videos
    assert (tracks.video.height, tracks.video.width) == (6, 4)
    assert tracks.masks == (mask['counts'].encode(), rle.from_run_lengths([0, 1, 23], 6, 4), None)
    assert tracks.bboxes.tolist() == [[1, 2, 3, 5], [0, 0, 3, 3], [1, 2, 5, 8]]


def test_size_is_the_frames_then_the_files_then_the_masks(tmp_path, mask):
    own = frame(0, label(), size={'width': 10, 'height': 9})
    config = {'imageSize': {'width': 8, 'height': 7}}
    for data, expected in (({'frames': [own], 'config': config}, (9, 10)),
                           ({'frames': [frame(0, label())], 'config': config}, (7, 8)),
                           ({'frames': [frame(0, label(rle=mask))], 'config': None}, (6, 4)),
                           ({'frames': [frame(0, label())]}, (720, 1280))):
        (tracks,) = bdd100k.read(put(tmp_path / 'a.json', data)).videos
        assert (tracks.video.height, tracks.video.width) == expected


def test_parts_of_an_object_are_one_mask(tmp_path):
    size = {'width': 20, 'height': 10}
    left, right = drawn((2, 1), (6, 1), (6, 5), (2, 5)), drawn((10, 2), (12, 2), (12, 9), (10, 9))
    (tracks,) = read(tmp_path, frame(0, label('a', poly2d=[left]), label('b', box=None, poly2d=[left]),
                                     label('a', box=None, poly2d=[right]), size=size)).videos
    assert tracks.ids.tolist() == [1, 2]
    assert rle.area(tracks.masks, 10, 20).tolist() == [16 + 14, 16]
    assert tracks.bboxes.tolist() == [[2, 1, 12, 9], [2, 1, 6, 5]]


@pytest.mark.parametrize(('texts', 'expected'), [
    ([], []), (['0012', '7', '0012'], [12, 7, 12]), (['7', '07', '7'], [1, 2, 1]), (['a-1', '5', 'a-1'], [1, 2, 1]),
    (['a'], [1]), (['-5', '3'], [1, 2]), (['9' * 30], [1]), (['٣'], [1])])
def test_ids_become_whole_numbers(texts, expected):
    assert whole_ids(texts).tolist() == expected


def test_own_classes(tmp_path):
    config = {'categories': [{'name': 'life', 'subcategories': [{'name': 'dog'}, {'name': 'car', 'subcategories': []}]},
                             {'name': 'van'}]}
    data = {'frames': [frame(0, label(1, 'van'), label(2, 'caravan'), label(3, 'dog'))], 'config': config}
    video_set = bdd100k.read(put(tmp_path / 'a.json', data))
    assert (video_set.classes, video_set.category_ids) == (('dog', 'car', 'van'), (1, 2, 3))
    assert video_set.videos[0].labels.tolist() == [2, 1, 0]


def test_empty_and_many(tmp_path):
    assert bdd100k.read(put(tmp_path / 'none.json', [])).videos == ()
    labels = [label(track, box=(track, 0, track + 1, 1)) for track in range(300)]
    one, other = bdd100k.read(put(tmp_path / 'two.json', [frame(0, *labels, video='z'), frame(0, video='a')])).videos
    assert (one.video.name, other.video.name, len(one), len(other)) == ('z', 'a', 300, 0)
    assert one.bboxes[299].tolist() == [299, 0, 300, 1]


def test_windows_files(tmp_path):
    text = json.dumps([frame(0, label())], indent=1).replace('\n', '\r\n')
    (tmp_path / 'a.json').write_bytes(b'\xef\xbb\xbf' + text.encode() + b' \r\n\r\n')
    assert len(bdd100k.read(tmp_path / 'a.json').videos[0]) == 1


@pytest.fixture
def folder(tmp_path):
    put(tmp_path / 'set' / 'b.json', [frame(index, label(index), video='b') for index in range(3)])
    put(tmp_path / 'set' / 'a.json', [frame(index, label(index), video='a') for index in range(2)])
    put(tmp_path / 'set' / '._a.json', 'what some systems leave')
    return tmp_path / 'set'


def test_folder(folder):
    assert bdd100k.sequence_names(folder) == ['a', 'b']
    assert [(tracks.video.name, len(tracks)) for tracks in bdd100k.read(folder).videos] == [('a', 2), ('b', 3)]


def test_sequences(folder, tmp_path):
    (tracks,) = bdd100k.read(folder, {'b': (1, 2)}).videos
    assert tracks.video.file_names == ('b/b-0000002.jpg', 'b/b-0000003.jpg')
    assert (tracks.frames.tolist(), tracks.ids.tolist()) == ([0, 1], [1, 2])
    file = put(tmp_path / 'all.json', [frame(0, label(), video='b'), frame(0, video='a'), frame(0, video='c')])
    assert bdd100k.sequence_names(file) == ['b', 'a', 'c']
    assert [t.video.name for t in bdd100k.read(file, {'c': None, 'b': (0, 0)}).videos] == ['c', 'b']
    with pytest.raises(FormatError) as error:
        bdd100k.read(folder, {'c': (0, 1), 'b': (0, 3), 'a': (1, 0)})
    assert error.value.problems == ('sequence c: there is no file c.json',
                                    'sequence b: frames 0..3 are wanted, there are 0..2',
                                    'sequence a: frames 1..0 are wanted, there are 0..1')
    with pytest.raises(FormatError, match='sequence d: is not in the file'):
        bdd100k.read(file, {'d': (0, 0)})


def test_folder_errors(folder, tmp_path):
    put(folder / 'c.json', [frame(5, video='a')])
    put(folder / 'd.json', {'frames': [], 'config': {'categories': [{'name': 'dog'}]}})
    put(folder / 'e.json', '[{"name": "x')
    with pytest.raises(FormatError) as error:
        bdd100k.read(folder)
    same, classes, broken = error.value.problems
    assert same == 'c.json: video a is in a file before, too'
    assert classes.startswith("d.json: its classes are ['dog'], those of files before ['pedestrian', ")
    assert broken.startswith('e.json: line 1, column 11: not valid JSON')
    with pytest.raises(FileNotFoundError, match='no such file or folder'):
        bdd100k.read(tmp_path / 'nowhere')
    (tmp_path / 'empty').mkdir()
    with pytest.raises(FormatError, match='neither files'):
        bdd100k.read(tmp_path / 'empty')


@pytest.mark.parametrize(('data', 'message'), [
    ('[{"name": ', 'ends early'), ('', 'not valid JSON'), ('"text"', 'must hold a list of frames'),
    ({'labels': []}, 'must hold a list of frames'), ([None], r'frames\[0\]: must be an object with the name'),
    ([{'name': 3}], 'must be an object with the name'), ([frame(0, videoName=5)], 'videoName must be text, got 5'),
    ([frame(0, frameIndex=-1)], 'frameIndex must be a whole number from 0, got -1'),
    ([frame(0, frameIndex=True)], 'frameIndex must be a whole'), ([frame(0, frameIndex=1.5)], 'frameIndex must be'),
    ([frame(0, labels={})], 'labels must be a list or null, got dict'),
    ([frame(0), frame(1, frameIndex=None)], 'has no frameIndex'),
    ([frame(0), frame(0)], "has two frames of frameIndex 0, .*\n.*two frames of name 'b1c66a42-6f7d68ca-0000001'"),
    ([frame(0), frame(0, frameIndex=1)], 'two frames of name'),
    ([frame(0, size=[720, 1280])], r'size: must be \{width, height\}'),
    ([frame(0, size={'width': 5, 'height': 0})], r'size: must be \{width, height\}'),
    ([frame(0, size={'width': 5, 'height': 40000})], r'whole numbers in 1..32767, got'),
    ([frame(0, size={'width': 5, 'height': 5}), frame(1, size={'width': 6, 'height': 5})], 'must have one size'),
    ({'frames': [], 'config': {'categories': ['car']}}, r'config.categories: must be a list of \{name\}'),
    ({'frames': [], 'config': {'categories': [{'name': 'a'}, {'name': 'a'}]}}, 'names occur twice'),
    ({'frames': [], 'config': {'imageSize': {'width': 5}}}, 'config.imageSize: must be'),
])
def test_broken_files(tmp_path, data, message):
    with pytest.raises(FormatError, match=message):
        bdd100k.read(put(tmp_path / 'labels.json', data))


@pytest.mark.parametrize(('entry', 'message'), [
    (5, 'must be an object, got int'), (label(None), 'id must be text or a whole number, got None'),
    (label(True), 'got True'), (label(1.5), 'got 1.5'), (label(category='horse'), "unknown category 'horse'"),
    (label(category=None), 'unknown category None'), (label(category=['car']), 'unknown category'),
    (label(box=None), 'has neither box2d nor rle nor poly2d'), (label(box=None, rle=None, poly2d=[]), 'neither'),
    (label(box=None, box2d={'x1': 0}), 'box2d must be'), (label(box=None, box2d=[0, 0, 1, 1]), 'box2d must be'),
    (label(box=(0, 0, float('nan'), 1)), 'must be finite numbers'), (label(box=(0, 0, float('inf'), 1)), 'finite'),
    (label(box=(0, 0, '5', 1)), 'finite'), (label(box=(0, 0, True, 1)), 'finite'), (label(box=(0, 0, 1e39, 1)), 'fin'),
    (label(box=(0, 0, 10 ** 400, 1)), 'finite'), (label(box=(0, 0, None, 1)), 'finite'),
    (label(box=(5, 0, 4, 1)), r'x1 <= x2 and y1 <= y2, got \(5, 0, 4, 1\)'), (label(box=(0, 5, 4, 1)), 'y1 <= y2'),
    (label(attributes=[1]), 'attributes must be an object'), (label(attributes={'crowd': 'no'}), 'must be true or'),
    (label(rle={'size': [6, 4]}), 'a mask must be'), (label(rle='0123'), 'rle must be'),
    (label(rle=[]), 'rle must be'),
    (label(rle={'size': [6, 5], 'counts': [30]}), r'mask size must be .*\[6, 4\]'),
    (label(rle={'size': [6, 4], 'counts': [23]}), 'must add up to 6 '),
    (label(rle={'size': [6, 4], 'counts': '~~~'}), 'alphabet|middle'),
    (label(rle={'size': [6, 4], 'counts': ''}), 'add'),
    (label(rle={'size': [6, 4], 'counts': 'é'}), 'alphabet'), (label(rle={'size': [6, 4], 'counts': 3}), 'must be a'),
    (label(poly2d={}), None), (label(poly2d=7), 'poly2d must be a list'), (label(poly2d=[[1, 2]]), 'a shape of poly2d'),
    (label(poly2d=[drawn((0, 0), (1, 1))]), 'at least three points'),
    (label(poly2d=[drawn((0, 0), (1, 1), (float('nan'), 2))]), 'at least three points'),
    (label(poly2d=[drawn((0, 0), (1, 1), (1e9, 2))]), 'at least three points'),
    (label(poly2d=[drawn((0, 0), (1, 1), (3,))]), 'at least three points'),
    (label(poly2d=[drawn((0, 0), (1, 1), (3, 1), types='LL')]), 'types must be 3 letters'),
    (label(poly2d=[drawn((0, 0), (1, 1), (3, 1), types='LLX')]), 'types must be 3 letters'),
    (label(poly2d=[drawn((0, 0), (1, 1), (3, 1), types='LLC')]), 'two control points and an end'),
    (label(poly2d=[drawn((0, 0), (1, 1), (3, 1), closed=False)]), 'must be closed'),
])
def test_broken_labels(tmp_path, entry, message):
    good = label('1', rle={'size': [6, 4], 'counts': [24]})
    path = put(tmp_path / 'labels.json', [frame(0, good, entry)])
    if message is None:
        assert len(bdd100k.read(path).videos[0]) == 2
        return
    with pytest.raises(FormatError, match=r'labels.json, frame b1c66a42-6f7d68ca-0000001.jpg, labels\[1\]') as error:
        bdd100k.read(path)
    assert len(error.value.problems) == 1
    assert re.search(message, error.value.problems[0])


def test_all_problems_at_once(tmp_path):
    with pytest.raises(FormatError) as error:
        read(tmp_path, frame(0, label('1'), label('1'), label('2', 'horse')), frame(1, label('3', box=(1, 0, 0, 0))),
             frame(0, label('4', box=(0, 0, float('nan'), 0)), video='other'))
    assert [line.split(': ', 1)[0].split(', ', 1)[1] for line in error.value.problems] == [
        'frame b1c66a42-6f7d68ca-0000001.jpg, labels[2]', 'frame b1c66a42-6f7d68ca-0000001.jpg, labels[0] (id 1)',
        'frame b1c66a42-6f7d68ca-0000002.jpg, labels[0] (id 3)', 'frame other-0000001.jpg, labels[0] (id 4)']


def test_one_id_of_two_classes_is_an_error(tmp_path):
    shape = drawn((2, 1), (6, 1), (6, 5), (2, 5))
    with pytest.raises(FormatError, match='the id occurs twice in the frame'):
        read(tmp_path, frame(0, label('a', 'car', poly2d=[shape]), label('a', 'bus', poly2d=[shape])))


@pytest.fixture
def streets(make_video_tracks):
    names = tuple(f'street/street-{number:07d}.jpg' for number in range(1, 4))
    rows = [(0, 5, 2, (0, 0, 4, 5)), (0, 3, 0, (5, 2, 8, 9), 1.0, True), (2, 5, 2, (2, 0, 6, 5))]
    one = make_video_tracks(rows, 'street', length=3, file_names=names)
    two = make_video_tracks([], 'empty', length=1, file_names=('empty/empty-0000001.jpg',))
    video = Video('boxes', 'boxes', 720, 1280, 1, ('boxes/boxes-0000001.jpg',))
    boxes = VideoTracks.from_rows(video, [(0, 9, 7, 1.0, (0.1, 1 / 3, 0.7, 719.9), None, False)])
    return VideoSet(bdd100k.CLASSES, (two, boxes, one), bdd100k.CATEGORY_IDS)


@pytest.mark.parametrize('target', ['all.json', 'folder'])
def test_round_trip(tmp_path, streets, target):
    bdd100k.write(streets, tmp_path / target)
    again = bdd100k.read(tmp_path / target)
    # A folder's videos come by name, and so do these only in the file.
    order = [1, 0, 2] if target == 'folder' else [0, 1, 2]
    assert_same(again, VideoSet(streets.classes, tuple(streets.videos[index] for index in order), streets.category_ids))
    assert bdd100k.sequence_names(tmp_path / target) == [streets.videos[index].video.name for index in order]


def test_official_layout(tmp_path, streets):
    bdd100k.write(streets, tmp_path / 'labels')
    first, second, third = json.loads((tmp_path / 'labels' / 'street.json').read_text())
    assert (first['name'], first['videoName'], first['frameIndex']) == ('street-0000001.jpg', 'street', 0)
    assert first['size'] == {'width': 16, 'height': 12}
    car, crowd = first['labels']
    assert (car['id'], car['category'], car['box2d']) == ('5', 'car', {'x1': 0, 'y1': 0, 'x2': 4, 'y2': 5})
    assert car['rle']['size'] == [12, 16]
    assert 'attributes' not in car
    assert (crowd['category'], crowd['attributes']) == ('pedestrian', {'crowd': True})
    assert (second['labels'], third['frameIndex'], len(third['labels'])) == ([], 2, 1)


def test_other_classes_round_trip(tmp_path, make_video_tracks):
    names = tuple(f'v/{index}.png' for index in range(4))
    tracks = make_video_tracks([(0, 1, 1, (0, 0, 2, 2)), (1, 2, -1, (0, 0, 2, 2), 1.0, True)], 'v', file_names=names)
    bdd100k.write(VideoSet(('dog', 'cat'), (tracks,), (1, 2)), tmp_path / 'a.json')
    again = bdd100k.read(tmp_path / 'a.json')
    assert (again.classes, again.category_ids) == (('dog', 'cat'), (1, 2))
    # A region of no class becomes one of the first.
    assert (again.videos[0].labels.tolist(), again.videos[0].ignore.tolist()) == ([1, 0], [False, True])


def test_names_of_frames_that_are_not_files(tmp_path, make_video_tracks):
    bdd100k.write(VideoSet(bdd100k.CLASSES, (make_video_tracks([], 'v', length=2),), bdd100k.CATEGORY_IDS),
                  tmp_path / 'a.json')
    assert bdd100k.read(tmp_path / 'a.json').videos[0].video.file_names == ('v/v-0000001.jpg', 'v/v-0000002.jpg')


def test_write_errors(tmp_path, make_video_tracks):
    videos = [make_video_tracks([], name, length=length) for name, length in (('a', 1), ('a', 1), ('b', 0), ('c/d', 1))]
    with pytest.raises(FormatError) as error:
        bdd100k.write(VideoSet(bdd100k.CLASSES, tuple(videos), bdd100k.CATEGORY_IDS), tmp_path / 'folder')
    assert error.value.problems == ('video a: the name occurs twice',
                                    'video b: has no frames',
                                    'video c/d: the name cannot be a file\'s')
    assert not (tmp_path / 'folder').exists()


def test_results(tmp_path, streets):
    frames = [{'name': 'street-0000003.png', 'videoName': 'street', 'frameIndex': 2, 'labels': [
        label('x', 'car', (0, 0, 4, 5), score=0.25), label('y', 'person', (1, 1, 2, 2), score=None),
        label('z', 'bus', (1, 1, 2, 2), attributes={'crowd': True}), label('w', 'trailer', (1, 1, 2, 2))]}]
    results = bdd100k.read_results(put(tmp_path / 'results.json', frames), streets)
    assert [tracks.video for tracks in results.videos] == [tracks.video for tracks in streets.videos]
    assert [len(tracks) for tracks in results.videos] == [0, 0, 2]
    tracks = results.videos[2]
    assert (tracks.frames.tolist(), tracks.ids.tolist()) == ([2, 2], [1, 2])
    assert (tracks.labels.tolist(), tracks.scores.tolist()) == ([2, 0], [0.25, 1])
    assert [len(t) for t in bdd100k.read_results(put(tmp_path / 'none.json', []), streets).videos] == [0, 0, 0]


@pytest.mark.parametrize('target', ['all.json', 'folder'])
@pytest.mark.parametrize('named', [True, False])
def test_results_round_trip(tmp_path, make_video_tracks, target, named):
    rows = [(0, 1, 2, (0, 0, 2, 3), 0.1), (1, 1, 2, (1, 0, 3, 3), 1 / 3), (3, 0, 7, (1, 0, 3, 3), 0)]
    names = tuple(f'street/{letter}.jpg' for letter in 'dcba') if named else ()
    results = VideoSet(bdd100k.CLASSES, (make_video_tracks(rows, file_names=names),), bdd100k.CATEGORY_IDS)
    bdd100k.write_results(results, tmp_path / target)
    assert_same(bdd100k.read_results(tmp_path / target, results), results)


def test_results_leave_ignored_rows_out(tmp_path, streets):
    bdd100k.write_results(streets, tmp_path / 'a.json')
    assert bdd100k.read_results(tmp_path / 'a.json', streets).videos[2].ids.tolist() == [5, 5]


@pytest.mark.parametrize(('data', 'message'), [
    ([frame(0, video='lane')], "unknown video 'lane', it is not in the ground truth"),
    ([frame(3, video='street')], 'is no frame of video street in the ground truth, which has 3'),
    ([frame(0, video='street'), frame(0, video='street')], 'has this frame twice'),
    ([frame(0, video='street', size={'width': 12, 'height': 16})], r'size is \(16, 12\), the ground truth'),
    ([frame(0, label(score='high'), video='street')], "score must be a finite number, got 'high'"),
    ([frame(0, label(score=float('nan')), video='street')], 'score must be a finite number, got nan'),
    ([frame(0, label(score=True), video='street')], 'score must be a finite number, got True'),
    ([frame(0, label(category='horse'), video='street')], "unknown category 'horse'"),
    ([frame(0, label(rle={'size': [6, 4], 'counts': [24]}), video='street')], r'mask size must be .*\[12, 16\]'),
    ([frame(0, label(), label(), video='street')], 'the id occurs twice in the frame'),
    ('[{', 'not valid JSON'), ({}, 'must hold a list of frames'),
])
def test_broken_results(tmp_path, streets, data, message):
    with pytest.raises(FormatError, match=message):
        bdd100k.read_results(put(tmp_path / 'results.json', data), streets)


def test_results_errors_of_paths(tmp_path, streets):
    with pytest.raises(FileNotFoundError, match='no such file or folder'):
        bdd100k.read_results(tmp_path / 'nowhere', streets)
    put(tmp_path / 'r' / 'a.json', [frame(0, video='street')])
    put(tmp_path / 'r' / 'b.json', [frame(1, video='street')])
    with pytest.raises(FormatError, match='b.json: video street is in a file before, too'):
        bdd100k.read_results(tmp_path / 'r', streets)
