import cv2
import numpy as np
import pytest
from PIL import Image

from mmvist.io import bdd100k
from mmvist.io.problems import FormatError
from mmvist.structures import Video, VideoSet, VideoTracks, rle
from tests.io.video_sets import assert_same

CAR, PERSON = 3, 1
NAME = 'b1c66a42-6f7d68ca'


def image(path, *regions, height=6, width=8):
    """Write an image of regions (x1, y1, x2, y2, class, attributes, instance); blue, green, red, alpha is OpenCV's."""
    pixels = np.zeros((height, width, 4), np.uint8)
    for x1, y1, x2, y2, category, attributes, instance in regions:
        pixels[y1:y2, x1:x2] = (instance >> 8, attributes, category, instance & 255)
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), pixels)
    return path


def file(tmp_path, number, video=NAME):
    return tmp_path / video / f'{video}-{number:07d}.png'


def test_values(tmp_path):
    image(file(tmp_path, 1), (0, 0, 3, 2, CAR, 0, 258), (4, 1, 6, 5, PERSON, 8 + 4, 2), (6, 1, 7, 2, PERSON, 12, 2))
    image(file(tmp_path, 2))
    image(file(tmp_path, 3), (1, 0, 4, 2, CAR, 2, 258), (4, 3, 8, 6, 8, 1, 300), (0, 5, 1, 6, 0, 3, 1))
    video_set = bdd100k.read(tmp_path)
    assert (video_set.classes, video_set.category_ids) == (bdd100k.CLASSES, bdd100k.CATEGORY_IDS)
    (tracks,) = video_set.videos
    assert tracks.video == Video(NAME, NAME, 6, 8, 3, tuple(f'{NAME}/{NAME}-{number:07d}.jpg' for number in (1, 2, 3)))
    assert tracks.frames.tolist() == [0, 0, 2, 2, 2]
    assert tracks.ids.tolist() == [2, 258, 1, 258, 300]
    assert tracks.labels.tolist() == [0, 2, -1, 2, 7]
    assert tracks.ignore.tolist() == [False, False, True, True, True]
    assert tracks.bboxes.tolist() == [[4, 1, 7, 5], [0, 0, 3, 2], [0, 5, 1, 6], [1, 0, 4, 2], [4, 3, 8, 6]]
    assert tracks.scores.tolist() == [1] * 5
    expected = np.zeros((6, 8), bool)
    expected[1:5, 4:6] = expected[1, 6] = True
    np.testing.assert_array_equal(rle.decode(tracks.masks[0], 6, 8), expected)
    assert rle.area(tracks.masks, 6, 8).tolist() == [9, 6, 1, 6, 12]


def test_random_images(tmp_path):
    """Those with little in them and those full of noise, one behind the other; by OpenCV and by Pillow."""
    generator = np.random.default_rng(0)
    expected = []
    for frame in range(6):
        count = 12 if frame % 3 else 300
        instances = np.zeros((count + 1, 4), np.uint8)  # red, green, blue, alpha
        instances[1:, 0] = generator.integers(1, 9, count)
        instances[1:, 1] = generator.integers(0, 16, count)
        ids = np.sort(generator.choice(np.arange(1, 65536), count, replace=False))
        instances[1:, 2], instances[1:, 3] = ids >> 8, ids & 255
        numbers = generator.integers(0, count + 1, (120, 160))
        if frame % 3:
            numbers = np.zeros((120, 160), np.int64)
            for number in range(1, count + 1):
                top, left = generator.integers(0, 115), generator.integers(0, 150)
                numbers[top:top + 5, left:left + 10] = number
        pixels = instances[numbers]
        path = file(tmp_path, frame + 1)
        path.parent.mkdir(exist_ok=True)
        if frame % 2:
            Image.fromarray(pixels).save(path)
        else:
            cv2.imwrite(str(path), np.ascontiguousarray(pixels[..., [2, 1, 0, 3]]))
        expected += [(frame, ids[number - 1], instances[number, 0] - 1, bool(instances[number, 1] & 3),
                      rle.encode(numbers == number)) for number in np.unique(numbers).tolist() if number]
    (tracks,) = bdd100k.read(tmp_path).videos
    assert list(zip(tracks.frames.tolist(), tracks.ids.tolist(), tracks.labels.tolist(), tracks.ignore.tolist(),
                    tracks.masks, strict=True)) == expected


@pytest.fixture
def streets(make_video_tracks):
    """One video with ids in order within the frames, one without objects."""
    rows = [(0, 5, 2, (0, 0, 4, 5)), (0, 700, 0, (5, 2, 8, 9), 1.0, True), (2, 5, 2, (2, 0, 6, 5)),
            (2, 65535, 7, (8, 0, 16, 12)), (2, 9, -1, (0, 6, 2, 12), 1.0, True)]
    rows[3], rows[4] = rows[4], rows[3]
    videos = [make_video_tracks(rows, name, length=length, file_names=tuple(
        f'{name}/{name}-{number:07d}.jpg' for number in range(1, length + 1)))
              for name, length, rows in (('a', 1, []), ('b', 3, rows))]
    return VideoSet(bdd100k.CLASSES, tuple(videos), bdd100k.CATEGORY_IDS)


def test_round_trip(tmp_path, streets):
    bdd100k.write_bitmask(streets, tmp_path)
    assert bdd100k.sequence_names(tmp_path) == ['a', 'b']
    assert_same(bdd100k.read(tmp_path), streets)
    assert sorted(path.name for path in (tmp_path / 'b').iterdir()) == [f'b-000000{number}.png' for number in (1, 2, 3)]


def test_official_pixels(tmp_path, streets):
    bdd100k.write_bitmask(streets, tmp_path)
    path = tmp_path / 'b' / 'b-0000001.png'
    pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    expected = np.zeros((12, 16, 4), np.uint8)
    expected[0:5, 0:4] = (0, 0, 3, 5)
    expected[2:9, 5:8] = (700 // 256, 2, 1, 700 % 256)
    np.testing.assert_array_equal(pixels, expected)
    with Image.open(path) as picture:
        assert picture.mode == 'RGBA'
        np.testing.assert_array_equal(np.asarray(picture), expected[..., [2, 1, 0, 3]])
    assert not cv2.imread(str(tmp_path / 'a' / 'a-0000001.png'), cv2.IMREAD_UNCHANGED).any()


def test_classes_are_written_by_name(tmp_path, streets):
    bdd100k.write_bitmask(streets.with_classes(['bicycle', 'car']), tmp_path)
    tracks = bdd100k.read(tmp_path).videos[1]
    assert tracks.labels.tolist() == [2, 2, -1, 7]


@pytest.mark.parametrize('ids', [(91078, 5), (0, 7)])
def test_ids_without_room_are_counted(tmp_path, make_video_tracks, ids):
    rows = [(0, ids[0], 2, (0, 0, 1, 1)), (1, ids[1], 2, (0, 0, 1, 1)), (1, ids[0], 2, (2, 2, 3, 3))]
    tracks = make_video_tracks(rows, length=2)
    bdd100k.write_bitmask(VideoSet(bdd100k.CLASSES, (tracks,), bdd100k.CATEGORY_IDS), tmp_path)
    (again,) = bdd100k.read(tmp_path).videos
    assert again.ids.tolist() == [1, 1, 2]
    assert again.bboxes.tolist() == [[0, 0, 1, 1], [2, 2, 3, 3], [0, 0, 1, 1]]
    assert tracks.ids.tolist() == [ids[0], ids[1], ids[0]]


def test_sequences(tmp_path):
    for number in (1, 2, 4):
        image(file(tmp_path, number), (0, 0, 2, 2, CAR, 0, number))
    image(file(tmp_path, 1, 'other'))
    (tracks,) = bdd100k.read(tmp_path, {NAME: (2, 4)}).videos
    assert tracks.video.file_names == tuple(f'{NAME}/{NAME}-{number:07d}.jpg' for number in (2, 4))
    assert (tracks.frames.tolist(), tracks.ids.tolist()) == ([0, 1], [2, 4])
    assert [len(video) for video in bdd100k.read(tmp_path, {'other': None, NAME: (2, 3)}).videos] == [0, 1]
    with pytest.raises(FormatError) as error:
        bdd100k.read(tmp_path, {NAME: (1, 5), 'none': (1, 2)})
    assert error.value.problems == (f'sequence {NAME}: frames 1..5 are wanted, there are 1..4',
                                    'sequence none: there is no such folder')


@pytest.mark.parametrize(('regions', 'message'), [
    ([(0, 0, 1, 1, 9, 0, 1)], r'unknown classes \[9\] in red, known are \[1, 2, 3, 4, 5, 6, 7, 8\]'),
    ([(0, 0, 1, 1, 0, 4, 1)], r'unknown classes \[0\] in red'),
    ([(0, 0, 1, 1, CAR, 16, 1)], 'unknown attributes 16 in green'),
    ([(0, 0, 1, 1, CAR, 0, 0)], 'pixels have a class in red, but instance 0'),
    ([(0, 0, 1, 1, CAR, 0, 7), (1, 0, 2, 1, PERSON, 0, 7)], r'instances \[7\] have several classes or attributes'),
    ([(0, 0, 1, 1, CAR, 0, 7), (1, 0, 2, 1, CAR, 2, 7)], r'instances \[7\] have several classes or attributes'),
])
def test_broken_pixels(tmp_path, regions, message):
    image(file(tmp_path, 1), *regions)
    with pytest.raises(FormatError, match=f'{NAME}/{NAME}-0000001.png: {message}'):
        bdd100k.read(tmp_path)


def test_broken_files(tmp_path):
    good = image(file(tmp_path, 1), (0, 0, 1, 1, CAR, 0, 1)).read_bytes()
    for number, data in enumerate((b'', good[:-1], good[:len(good) // 2], b'no image'), 2):
        file(tmp_path, number).write_bytes(data)
    cv2.imwrite(str(file(tmp_path, 6)), np.zeros((6, 8, 3), np.uint8))
    cv2.imwrite(str(file(tmp_path, 7)), np.zeros((6, 8), np.uint16))
    image(file(tmp_path, 8), height=8, width=6)
    noise = np.random.default_rng(0).integers(0, 256, (50, 60, 4), dtype=np.uint8)
    cv2.imwrite(str(file(tmp_path, 9)), noise)
    with pytest.raises(FormatError) as error:
        bdd100k.read(tmp_path)
    lines = [line.removeprefix(f'{NAME}/{NAME}-000000') for line in error.value.problems]
    assert lines[0] == '2.png: not a PNG image'
    assert lines[1] == f'3.png: the PNG image is cut short, after {len(good) - 1} bytes'
    assert lines[2].startswith(f'4.png: the PNG image is cut short, after {len(good) // 2} bytes')
    assert lines[3] == '5.png: not a PNG image'
    assert lines[4:6] == ['6.png: must have four channels of 8 bits, got 3 of 8',
                          '7.png: must have four channels of 8 bits, got 1 of 16']
    assert lines[6] == "8.png: size is (8, 6), the video's is (6, 8) (height, width)"
    assert lines[7] == '9.png: is no bitmask, it has 3000 different pixels'


def test_broken_folders(tmp_path):
    image(file(tmp_path, 1))
    image(tmp_path / NAME / 'x-1.png')
    image(tmp_path / NAME / 'cover.png')
    image(tmp_path / NAME / '._x-9.png').write_bytes(b'what some systems leave')
    (tmp_path / 'empty').mkdir()
    with pytest.raises(FormatError) as error:
        bdd100k.read(tmp_path)
    assert error.value.problems == (f'{NAME}/cover.png: the name must end with the number of a frame',
                                    f'{NAME}/x-1.png: has the number of {NAME}-0000001.png',
                                    'sequence empty: holds no image *.png')


def test_results(tmp_path, streets):
    image(tmp_path / 'b' / 'b-0000002.png', (0, 0, 2, 2, CAR, 0, 4), (4, 4, 5, 5, CAR, 2, 5), height=12, width=16)
    (tmp_path / 'a').mkdir()
    first, second = bdd100k.read_results(tmp_path, streets).videos
    assert (first.video, len(first)) == (streets.videos[0].video, 0)
    assert second.video == streets.videos[1].video
    assert (second.frames.tolist(), second.ids.tolist(), second.labels.tolist()) == ([1], [4], [2])
    cars = bdd100k.read_results(tmp_path, streets.with_classes(['car']))
    assert (cars.classes, cars.category_ids, cars.videos[1].labels.tolist()) == (('car',), (3,), [0])


def test_results_round_trip(tmp_path, make_video_tracks):
    """Frames that are not files get BDD100K's own names."""
    results = VideoSet(bdd100k.CLASSES, (make_video_tracks([(0, 3, 1, (0, 0, 1, 2)), (3, 3, 1, (5, 5, 9, 9))]),),
                       bdd100k.CATEGORY_IDS)
    bdd100k.write_bitmask(results, tmp_path)
    assert_same(bdd100k.read_results(tmp_path, results), results)


def test_broken_results(tmp_path, streets):
    image(tmp_path / 'lane' / 'lane-0000001.png')
    image(tmp_path / 'b' / 'b-0000004.png', height=12, width=16)
    image(tmp_path / 'b' / 'b-0000001.png', height=6, width=8)
    image(tmp_path / 'b' / 'b-0000002.png', (0, 0, 2, 2, CAR, 0, 4), height=12, width=16)
    with pytest.raises(FormatError) as error:
        bdd100k.read_results(tmp_path, streets.with_classes(['rider']))
    assert error.value.problems == (
        'b/b-0000004.png: is no frame of the ground truth', 'lane: unknown video, it is not in the ground truth',
        'b/b-0000001.png: size is (6, 8), the video\'s is (12, 16) (height, width)',
        'b/b-0000002.png: unknown classes [3] in red, known are [2]')


def test_write_errors(tmp_path, make_video_tracks):
    overlap = make_video_tracks([(0, 1, 0, (0, 0, 4, 4)), (0, 2, 0, (3, 3, 5, 5))], 'overlap')
    same = make_video_tracks([], 'same', length=2, file_names=('same/x.jpg', 'same/left/x.jpg'))
    box = VideoTracks.from_rows(Video('box', 'box', 4, 4, 2), [(1, 7, 0, 1.0, (0, 0, 1, 1), None, False)])
    many = VideoTracks.from_rows(Video('many', 'many', 1, 1, 65536), [
        (frame, frame, 0, 1.0, (0, 0, 1, 1), b'01', False) for frame in range(65536)])
    none = make_video_tracks([], 'none', length=0)
    with pytest.raises(FormatError) as error:
        bdd100k.write_bitmask(VideoSet(('dog',), (overlap, same, box, many, none), (1,)), tmp_path)
    assert error.value.problems == (
        'video none: has no frames',
        "classes: 'dog' is none of pedestrian, rider, car, truck, bus, train, motorcycle, bicycle",
        'video many: has 65536 ids, the format has room for 65535', 'video overlap, frame 0: masks overlap: 1 and 2',
        'video same: two frames have files of one name', 'video box, frame 1: id 7 has no mask')
    assert list(tmp_path.iterdir()) == []
