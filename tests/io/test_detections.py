"""Detections files: what they keep, what is told of broken ones, and detections of other formats."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mmvist.io import bdd100k, coco, davis, frame_files, mot, mots, ytvis
from mmvist.io.detections import DetectionsReader, DetectionsWriter, is_detections_file, open_detections
from mmvist.structures import Video, VideoSet
from mmvist.structures.detections import VideoDetections
from tests.io.video_sets import problems_of

CLASSES = ('car', 'pedestrian')
COLUMNS = ('offsets', 'labels', 'scores', 'bboxes')


@pytest.fixture
def street(make_video_tracks):
    """Two objects in frame 0, one in frame 2, and an ignore region, of four frames of 12x16."""
    return make_video_tracks([(0, 1, 0, (0, 0, 4, 4), .5), (0, 2, 1, (8, 0, 12, 4), .25), (2, 1, 0, (2, 0, 6, 4), .75),
                              (2, 10000, -1, (8, 8, 12, 12), 1., True)], '0002',
                             file_names=tuple(f'0002/{frame}.jpg' for frame in range(4)))


@pytest.fixture
def videos(street):
    """Three videos with embeddings: of three rows, of none, and of two rows one of which is a box alone."""
    found = VideoDetections.from_tracks(street)
    found = replace(found, embeds=np.arange(6, dtype=np.float32).reshape(3, 2))
    empty = replace(found.select(np.zeros(3, bool)), video=Video(7, 'empty', 12, 16, 4, fps=2.5))
    mixed = found.select(np.array([True, False, True]))
    return found, empty, replace(mixed, video=replace(street.video, id='x', name='mixed'),
                                 masks=(None, mixed.masks[1]))


@pytest.fixture
def file(videos, tmp_path):
    return written(videos, tmp_path / 'found.npz')


def written(videos, path, classes=CLASSES):
    with DetectionsWriter(path, classes) as writer:
        for one in videos:
            writer.write(one)
    return path


def assert_same(one, other):
    assert (one.video, one.masks) == (other.video, other.masks)
    for name in (*COLUMNS, 'embeds'):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), name, strict=True)


def test_what_is_written_is_read(file, videos):
    reader = DetectionsReader(file)
    assert (reader.classes, reader.embed_size) == (CLASSES, 2)
    assert reader.videos == tuple(one.video for one in videos)
    for number in (2, 0, 1):
        assert_same(reader.read(number), videos[number])
    assert [path.name for path in file.parent.iterdir()] == ['found.npz']


def test_any_number_of_detections_and_no_embeddings(tmp_path):
    rng, count = np.random.default_rng(0), 5000
    offsets = np.sort(rng.integers(0, count + 1, 301))
    offsets[[0, -1]] = 0, count
    many = VideoDetections(Video('a', 'a', 40, 60, 300), offsets, rng.integers(0, 2, count),
                           rng.random(count, np.float32), rng.random((count, 4), np.float32), (None,) * count)
    read = DetectionsReader(written([many], tmp_path / 'many.npz')).read(0)
    assert_same(read, many)
    assert DetectionsReader(written([], tmp_path / 'none.npz')).videos == ()


def test_numpy_alone_reads_and_writes_it(file, videos, tmp_path):
    with np.load(file) as arrays:
        index = json.loads(arrays['index'].tobytes())
        assert index['classes'] == ['car', 'pedestrian']
        assert arrays['0/bboxes'].tolist() == [[0, 0, 4, 4], [8, 0, 12, 4], [2, 0, 6, 4]]
        ends = arrays['0/mask_ends']
        assert arrays['0/masks'][:ends[0]].tobytes() == videos[0].masks[0]
        columns = {name: arrays[name] for name in arrays.files}
    for save in (np.savez, np.savez_compressed):
        save(tmp_path / 'again.npz', **columns)
        assert_same(DetectionsReader(tmp_path / 'again.npz').read(0), videos[0])


def test_equal_videos_make_equal_files(file, videos, tmp_path):
    assert written(videos, tmp_path / 'again.npz').read_bytes() == file.read_bytes()


def test_a_file_appears_when_it_is_whole(videos, tmp_path):
    with pytest.raises(KeyError), DetectionsWriter(tmp_path / 'a.npz', CLASSES) as writer:
        writer.write(videos[0])
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_what_a_writer_refuses(videos, tmp_path):
    found, empty, _ = videos
    other = replace(found, video=replace(found.video, id=9, name='nine'))
    for wrong, message in (
            (found, "video 0002: a video of id '0002' was written before"),
            (replace(other, labels=other.labels + 1), r'video nine: labels must lie in 0..1, got 1..2'),
            (replace(other, embeds=None), 'video nine: embeddings must have size 2, as in the other videos, got None'),
            (replace(other, embeds=np.zeros((3, 5), np.float32)), 'must have size 2, .* got 5')):
        with pytest.raises(ValueError, match=message), DetectionsWriter(tmp_path / 'a.npz', CLASSES) as writer:
            writer.write(replace(empty, embeds=None))
            writer.write(found)
            writer.write(wrong)


def changed(file, **arrays):
    """The file with other arrays under some names; `None` takes one away."""
    with np.load(file) as known:
        columns = {name: known[name] for name in known.files} | {
            name.replace('_at_', '/'): array for name, array in arrays.items()}
    path = file.with_name('changed.npz')
    np.savez(path, **{name: array for name, array in columns.items() if array is not None})
    return path


def as_index(**entries):
    return np.frombuffer(json.dumps({'kind': 'mmvist detections', 'version': 1, 'classes': ['car', 'pedestrian'],
                                     'embed_size': 2, 'videos': [], **entries}).encode(), np.uint8)


@pytest.mark.parametrize(('index', 'problems'), [
    (None, "file: is no detections file: the array 'index' is missing"),
    (np.frombuffer(b'{"kind"', np.uint8), 'index: must be JSON in UTF-8: '),
    (as_index(kind='other'), "index: must hold kind 'mmvist detections' and version 1, got {'classes'"),
    (as_index(version=2), 'index: must hold kind'),
    (as_index(classes='car'), "index: classes must be a list of different names, got 'car'"),
    (as_index(classes=['car', 'car']), 'index: classes must be a list of different names'),
    (as_index(embed_size=0), 'index: embed_size must be a whole number from 1, or null, got 0'),
    (as_index(videos=None), 'index: videos must be a list, got None'),
    (as_index(videos=[{'id': 1}]), "index, videos[0]: key 'name' is missing"),
    (as_index(videos=[{'id': 1, 'name': 'a', 'height': 1, 'width': 1, 'length': 0}] * 2),
     'index: video id 1 occurs twice')])
def test_broken_indices(file, index, problems):
    line, = problems_of(DetectionsReader, changed(file, index=index))
    assert line.startswith(problems)


def test_missing_arrays(file):
    path = changed(file, **{'0_at_scores': None, '0_at_masks': None, '2_at_labels': None})
    assert problems_of(DetectionsReader, path) == ('video 0002: arrays are missing: 0/scores, 0/masks',
                                                   'video mixed: arrays are missing: 2/labels')
    path = changed(file, **{'0_at_embeds': None})
    assert problems_of(DetectionsReader(path).read, 0) == ('video 0002: embeds are missing, embed_size is 2',)


@pytest.mark.parametrize(('name', 'array', 'problem'), [
    ('labels', np.zeros(3, np.int32), '0/labels must be int64, got int32'),
    ('scores', np.zeros(3), '0/scores must be float32, got float64'),
    ('scores', np.zeros((3, 1), np.float32), '0/scores must have shape (N), got (3, 1)'),
    ('bboxes', np.zeros((3, 5), np.float32), '0/bboxes must have shape (N, 4), got (3, 5)'),
    ('embeds', np.zeros((3, 4), np.float32), '0/embeds must have shape (N, 2), got (3, 4)'),
    ('labels', np.zeros(2, np.int64), "columns must be equally long, got {'labels': 2, 'scores': 3, 'bboxes': 3, "
                                      "'mask_ends': 3, 'embeds': 3}"),
    ('labels', np.array([0, 2, 0]), 'labels must lie in 0..1, got 0..2'),
    ('labels', np.array([0, -1, 0]), 'labels must lie in 0..1, got -1..0'),
    ('scores', np.array([0, np.nan, 0], np.float32), 'scores must be finite numbers, got nan in row 1'),
    ('bboxes', np.array([[0, 0, 1, 1]] * 2 + [[0, 0, 1, np.inf]], np.float32),
     'bboxes must be finite numbers, got [ 0.  0.  1. inf] in row 2'),
    ('offsets', np.array([0, 2, 2, 3]), 'offsets must be 5, one more than frames, got 4'),
    ('offsets', np.array([0, 2, 2, 3, 2]), 'offsets must rise from 0 to 3, the number of rows, got [0, 2, 2, 3, 2]'),
    ('mask_ends', np.array([3, 2, 4]), 'mask_ends must rise to ')])
def test_broken_arrays(file, name, array, problem):
    reader = DetectionsReader(changed(file, **{f'0_at_{name}': array}))
    line, = problems_of(reader.read, 0)
    assert line.startswith(f'video 0002: {problem}')
    assert len(reader.read(1)) == 0      # other videos can be read


def test_broken_masks(file):
    text = np.frombuffer(b'04;<' + b'q' * 3 + b'<0', np.uint8)
    lines = problems_of(DetectionsReader(changed(file, **{'0_at_masks': text,
                                                          '0_at_mask_ends': np.array([4, 7, 9])})).read, 0)
    assert [line.partition(': ')[0] for line in lines] == [f'video 0002, row {row}' for row in range(3)]
    assert 'must add up to 12 * 16 = 192' in lines[0]


def test_arrays_that_hold_code_are_not_run(file):
    reader = DetectionsReader(changed(file, **{'0_at_labels': np.array([{}, {}, {}], object)}))
    assert 'labels cannot be read: Object arrays cannot be loaded' in problems_of(reader.read, 0)[0]


def test_files_that_end_early_or_are_none(file, tmp_path):
    whole = file.read_bytes()
    for text in (whole[:-30], whole[:len(whole) // 2], b'', b'PK\x03\x04'):
        (tmp_path / 'torn.npz').write_bytes(text)
        assert problems_of(DetectionsReader, tmp_path / 'torn.npz')[0].startswith(
            'file: is no detections file, or ends early: ')
        assert is_detections_file(tmp_path / 'torn.npz')
    with pytest.raises(FileNotFoundError, match=r'none\.npz: no such file'):
        DetectionsReader(tmp_path / 'none.npz')
    # A byte that changed on the way.
    with zipfile.ZipFile(file) as archive:
        place = archive.getinfo('0/embeds.npy').header_offset - 1     # the end of the boxes
    (tmp_path / 'flipped.npz').write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1:])
    assert '0/bboxes cannot be read: Bad CRC-32' in problems_of(DetectionsReader(tmp_path / 'flipped.npz').read, 0)[0]


def test_videos_are_known_by_id_or_by_name(file, videos):
    found = open_detections(file)
    assert (found.classes, found.has_embeds) == (CLASSES, True)
    for asked in (videos[0].video, Video(5, '0002', 12, 16, 4), Video('0002', 'another', 12, 16, 4)):
        got = found.of(asked)
        assert (got.video, got.labels.tolist()) == (asked, [0, 1, 0])
    # What is not known yet is taken from the file.
    assert found.of(Video('0002', 'a', 0, 0, 0)).video == Video('0002', 'a', 12, 16, 4)


@pytest.mark.parametrize(('video', 'message'), [
    (Video(3, 'three', 12, 16, 4), r"video 3 \(three\) is not there; it has '0002' \(0002\), 7 \(empty\), 'x' \(mixed"),
    (Video('0002', 'a', 12, 16, 5), r"video '0002' \(a\): \(length, height, width\) is \(4, 12, 16\) there, "
                                    r'\(5, 12, 16\) is wanted'),
    (Video(7, 'b', 12, 20, 4), r'.*\(4, 12, 16\) there, \(4, 12, 20\) is wanted')])
def test_videos_that_are_not_there(file, video, message):
    with pytest.raises(ValueError, match=rf'found\.npz: {message}'):
        open_detections(file).of(video)


def test_a_name_of_two_videos_tells_neither(videos, tmp_path):
    twins = [replace(videos[0], video=replace(videos[0].video, id=number, name='twin')) for number in (1, 2)]
    found = open_detections(written(twins, tmp_path / 'twins.npz'))
    with pytest.raises(ValueError, match='is not there'):
        found.of(Video(3, 'twin', 12, 16, 4))


def test_classes_are_found_by_name(file, videos, street, tmp_path):
    found = open_detections(file, classes=['pedestrian']).of(videos[0].video)
    assert (found.labels.tolist(), found.frames.tolist(), found.embeds.tolist()) == ([0], [0], [[2, 3]])
    assert open_detections(file, classes=CLASSES[::-1]).of(videos[0].video).labels.tolist() == [1, 0, 1]
    with pytest.raises(ValueError, match=r"found\.npz: classes \['bus'\] are not in the file; it has \['car', 'ped"):
        open_detections(file, classes=['bus'])
    # Without others, the classes of the annotations.
    ytvis.write(VideoSet(CLASSES[::-1], (replace(street, video=replace(street.video, id=2)),), (1, 2)),
                tmp_path / 'gt.json')
    assert open_detections(file, ann_file=tmp_path / 'gt.json').classes == CLASSES[::-1]


def facts(found, video):
    """Frames, labels, scores and boxes of a video's detections."""
    got = found.of(video)
    return got.frames.tolist(), got.labels.tolist(), got.scores.tolist(), got.bboxes.tolist()


BOXES = [[0, 0, 4, 4], [8, 0, 12, 4], [2, 0, 6, 4]]


@pytest.mark.parametrize(('format', 'module', 'name'), [
    ('ytvis', ytvis, 'results.json'), ('frames', frame_files, 'results'), ('bdd100k', bdd100k, 'results.json')])
def test_results_of_other_formats(street, tmp_path, format, module, name):
    # YouTube-VIS's classes have numbers, BDD100K's names of its own.
    classes = CLASSES if format != 'bdd100k' else bdd100k.CLASSES
    labels = {0: classes.index('car'), 1: classes.index('pedestrian'), -1: -1}
    street = replace(street, labels=np.array([labels[label] for label in street.labels.tolist()]),
                     video=replace(street.video, id=2) if format == 'ytvis' else street.video)
    truth = VideoSet(classes, (street,), tuple(range(1, len(classes) + 1)))
    module.write(truth, tmp_path / 'gt.json')
    path = tmp_path / name
    write = frame_files.write if format == 'frames' else module.write_results
    write(replace(truth, videos=(street.select(~street.ignore),)), path)
    found = open_detections(path, ann_file=tmp_path / 'gt.json', ann_format=format)
    frames, got, scores, boxes = facts(found, street.video)
    assert (frames, got, boxes) == ([0, 0, 2], [labels[0], labels[1], labels[0]], BOXES)
    # A track of YouTube-VIS has one score unless it says more, and ours do.
    assert scores == [.5, .25, .75]
    assert found.has_embeds is False


def test_mots_text_and_png(street, tmp_path):
    truth = VideoSet(CLASSES, (street,), (1, 2))
    mots.write_txt(truth, tmp_path / 'gt')
    mots.write_txt(replace(truth, videos=(street.select(~street.ignore),)), tmp_path / 'results')
    mots.write_png(truth, tmp_path / 'png', first_frame=0)
    (tmp_path / 'all.seqmap').write_text('0002 empty 000000 000003\n')
    options = dict(ann_file=tmp_path / 'gt', ann_format='kitti_mots', seqmap=tmp_path / 'all.seqmap')
    for found in (open_detections(tmp_path / 'results', **options),
                  open_detections(tmp_path / 'png', 'kitti_mots', seqmap=tmp_path / 'all.seqmap')):
        frames, labels, scores, boxes = facts(found, street.video)
        assert sorted(zip(frames, labels, map(tuple, boxes), strict=True)) == [
            (0, 0, (0, 0, 4, 4)), (0, 1, (8, 0, 12, 4)), (2, 0, (2, 0, 6, 4))]
        assert scores == [1, 1, 1]


def test_mot_detections_have_scores_and_need_no_ids(tmp_path):
    (tmp_path / 'gt' / '02' / 'gt').mkdir(parents=True)
    (tmp_path / 'gt' / '02' / 'seqinfo.ini').write_text(
        '[Sequence]\nname=02\nimDir=img1\nframeRate=25\nseqLength=4\nimWidth=16\nimHeight=12\nimExt=.jpg\n')
    (tmp_path / 'gt' / '02' / 'gt' / 'gt.txt').write_text('1,1,0,0,4,4,1,1,1\n')
    (tmp_path / 'det' / '02' / 'det').mkdir(parents=True)
    (tmp_path / 'det' / '02' / 'det' / 'det.txt').write_text('1,-1,0,0,4,4,0.5,-1,-1,-1\n1,-1,-2,0,4,4,3.25,-1,-1,-1\n')
    found = open_detections(tmp_path / 'det', ann_file=tmp_path / 'gt', ann_format='mot')
    video = mot.read(tmp_path / 'gt').videos[0].video
    assert facts(found, video) == ([0, 0], [0, 0], [.5, 3.25], [[0, 0, 4, 4], [-2, 0, 2, 4]])
    assert found.of(video).masks == (None, None)


def test_mot_detections_of_part_of_a_sequence(make_video_tracks, tmp_path):
    (tmp_path / 'gt').mkdir()
    (tmp_path / 'gt' / '02.txt').write_text('1,1,0,0,4,4,1,1,1\n4,1,0,0,4,4,1,1,1\n')
    (tmp_path / 'det').mkdir()
    (tmp_path / 'det' / '02.txt').write_text(''.join(f'{frame},-1,{frame},0,4,4,1\n' for frame in range(1, 5)))
    (tmp_path / 'half.seqmap').write_text('02 empty 000003 000004\n')
    found = open_detections(tmp_path / 'det', ann_file=tmp_path / 'gt', ann_format='mot',
                            seqmap=tmp_path / 'half.seqmap')
    frames, _, _, boxes = facts(found, Video('02', '02', 0, 0, 2))
    assert (frames, boxes) == ([0, 1], [[3, 0, 7, 4], [4, 0, 8, 4]])


def test_annotations_stand_alone(street, tmp_path):
    street = replace(street, video=replace(street.video, id=2))
    truth = VideoSet(CLASSES, (street,), (1, 2))
    ytvis.write(truth, tmp_path / 'gt.json')
    for options in ({}, dict(ann_file=tmp_path / 'gt.json'), dict(format='ytvis'),
                    dict(format='ytvis', ann_file=tmp_path / 'gt.json')):
        found = open_detections(tmp_path / 'gt.json', **options)
        assert facts(found, street.video) == ([0, 0, 2], [0, 1, 0], [1, 1, 1], BOXES)


def test_images_and_davis(street, tmp_path):
    image = replace(street.select(street.frames == 0), video=Video(4, 'four', 12, 16, 1, ('four.jpg',)))
    truth = VideoSet(CLASSES, (image,), (1, 2))
    coco.write(truth, tmp_path / 'gt.json')
    coco.write_results(truth, tmp_path / 'results.json')
    found = open_detections(tmp_path / 'results.json', ann_file=tmp_path / 'gt.json', ann_format='coco')
    assert facts(found, image.video) == ([0, 0], [0, 1], [.5, .25], BOXES[:2])
    objects = street.select(~street.ignore)
    objects = replace(objects, labels=np.zeros(3, np.int64))
    davis.write(VideoSet(('object',), (objects,), (1,)), tmp_path / 'davis')
    assert facts(open_detections(tmp_path / 'davis'), objects.video) == ([0, 0, 2], [0, 0, 0], [1, 1, 1], BOXES)


def test_what_is_refused(street, tmp_path):
    with pytest.raises(FileNotFoundError, match=r'none\.json: no such file or folder'):
        open_detections(tmp_path / 'none.json')
    (tmp_path / 'list.json').write_text('[]')
    with pytest.raises(ValueError, match='cannot tell the format'):
        open_detections(tmp_path / 'list.json')
    with pytest.raises(ValueError, match=r"the format 'openimages' has no results; known: ytvis"):
        open_detections(tmp_path / 'list.json', ann_file=tmp_path / 'list.json', ann_format='openimages')
    assert not is_detections_file(Path(tmp_path))
