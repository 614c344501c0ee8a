import io

import cv2
import numpy as np
import pytest
from PIL import Image

from mmvist.io import davis
from mmvist.io.davis.palette import palette
from mmvist.structures import Video, VideoSet, rle
from tests.io.video_sets import assert_same, problems_of

# Bits 0, 3, 6 of a number are bits 7, 6, 5 of red, bits 1, 4, 7 of green, bits 2, 5 of blue; 255 is VOC's border.
COLOURS = {0: (0, 0, 0), 1: (128, 0, 0), 2: (0, 128, 0), 3: (128, 128, 0), 4: (0, 0, 128), 8: (64, 0, 0),
           20: (0, 64, 128), 22: (0, 192, 128), 255: (224, 224, 192)}


def image(path, values, mode='P'):
    path.parent.mkdir(parents=True, exist_ok=True)
    values = np.array(values, np.uint8)
    picture = Image.fromarray(palette()[values] if mode == 'RGB' else values)
    if mode == 'P':
        picture.putpalette(palette().tobytes())
    picture.save(path, 'PNG')


def picture(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new('RGB', (3, 2)).save(path)


@pytest.fixture
def street(make_video_tracks):
    """Two videos; the rows of a frame by rising id, void last, as they are read."""
    rows = [(0, 3, 0, (0, 0, 4, 5)), (0, 254, 0, (5, 2, 8, 9)), (0, 255, -1, (10, 0, 16, 12), 1.0, True),
            (2, 3, 0, (2, 0, 6, 5))]
    return VideoSet(('object',), (make_video_tracks([(1, 1, 0, (3, 3, 4, 4))], 'alley', length=2),
                                  make_video_tracks(rows, length=4)), (1,))


def test_palette():
    assert {number: tuple(palette()[number].tolist()) for number in COLOURS} == COLOURS
    assert len(np.unique(palette(), axis=0)) == 256


@pytest.mark.parametrize('mode', ['P', 'L', 'RGB'])
def test_values(tmp_path, mode):
    image(tmp_path / 'street' / '00005.png', [[0, 2, 2], [1, 255, 2]], mode)
    image(tmp_path / 'street' / '00000.png', [[0, 0, 0], [0, 0, 0]], mode)
    video_set = davis.read(tmp_path)
    (tracks,) = video_set.videos
    assert (video_set.classes, video_set.category_ids) == (('object',), (1,))
    assert tracks.video == Video('street', 'street', 2, 3, 6)
    assert (tracks.frames.tolist(), tracks.ids.tolist()) == ([5, 5, 5], [1, 2, 255])
    assert (tracks.labels.tolist(), tracks.ignore.tolist()) == ([0, 0, -1], [False, False, True])
    assert tracks.scores.tolist() == [1, 1, 1]
    assert tracks.bboxes.tolist() == [[0, 1, 1, 2], [1, 0, 3, 2], [1, 1, 2, 2]]
    assert rle.decode(tracks.masks[1], 2, 3).astype(int).tolist() == [[0, 1, 1], [0, 0, 1]]


def test_palettes_of_few_colours(tmp_path):
    # Such files have 1, 2 or 4 bits a pixel.
    for number, count in enumerate((2, 4, 16)):
        picture = Image.fromarray(np.array([[0, count - 1]], np.uint8))
        picture.putpalette(palette()[:count].tobytes())
        picture.save(tmp_path / f'{number}.png')
    assert davis.read(tmp_path).videos[0].ids.tolist() == [1, 3, 15]


def objects(height, width, seed):
    """Numbers (H, W) uint8 of objects that hide each other, on mostly nothing."""
    generator = np.random.default_rng(seed)
    values = np.zeros((height, width), np.uint8)
    for number in (*generator.integers(1, 255, 5).tolist(), 255):
        top, left = generator.integers(0, height), generator.integers(0, width)
        values[top:top + height // 8 + 1, left:left + width // 8 + 1] = number
    return values


@pytest.mark.parametrize('mode', ['P', 'L', 'RGB'])
def test_random_images(tmp_path, mode):
    """Those with little in them and those full of noise, one behind the other."""
    generator = np.random.default_rng(0)
    values = [objects(120, 160, frame) if frame % 3 else generator.integers(0, 256, (120, 160), dtype=np.uint8)
              for frame in range(9)]
    for frame, numbers in enumerate(values):
        image(tmp_path / f'{frame}.png', numbers, mode)
    (tracks,) = davis.read(tmp_path).videos
    expected = [(frame, number, rle.encode(numbers == number)) for frame, numbers in enumerate(values)
                for number in np.unique(numbers).tolist() if number]
    assert list(zip(tracks.frames.tolist(), tracks.ids.tolist(), tracks.masks, strict=True)) == expected


@pytest.mark.parametrize('mode', ['P', 'L', 'RGB'])
def test_files_of_opencv(tmp_path, mode):
    """OpenCV writes other filters than Pillow, and no palettes: their colours."""
    values = objects(120, 160, 1)
    image(tmp_path / 'pillow' / '0.png', values, mode)
    (tmp_path / 'opencv').mkdir()
    numbers = values if mode == 'L' else np.ascontiguousarray(palette()[values][..., ::-1])
    cv2.imwrite(str(tmp_path / 'opencv' / '0.png'), numbers)
    one, other = davis.read(tmp_path).videos
    assert one.ids.tolist() == other.ids.tolist() == sorted(set(values.ravel().tolist()) - {0})
    assert one.masks == other.masks


@pytest.mark.parametrize('resolution', ['', '480p', 'Full-Resolution'])
def test_places(tmp_path, resolution):
    root = tmp_path / 'DAVIS'
    for name in ('street', 'alley'):
        image(root / 'Annotations' / resolution / name / '00001.png', [[0, 2, 2], [1, 255, 2]])
        for frame in range(4):
            picture(root / 'JPEGImages' / resolution / name / f'{frame:05d}.jpg')
    assert davis.sequence_names(root) == ['alley', 'street']
    with_images = davis.read(root)
    assert [tracks.video.length for tracks in with_images.videos] == [4, 4]
    assert with_images.videos[1].video.file_names == tuple(f'street/{frame:05d}.jpg' for frame in range(4))
    for path in ('Annotations', f'Annotations/{resolution}'):
        assert [tracks.video.length for tracks in davis.read(root / path).videos] == [2, 2]
        assert_same(davis.read(root / path, images=root / 'JPEGImages'), with_images)
    alone = root / 'Annotations' / resolution / 'street'
    assert davis.sequence_names(alone) == ['street']
    for images in (root / 'JPEGImages', root / 'JPEGImages' / resolution / 'street'):
        assert_same(davis.read(alone, images=images), davis.read(root, {'street': None}))


def test_some_frames_of_some_videos(tmp_path):
    for frame in range(5):
        for name in ('street', 'alley'):
            image(tmp_path / 'masks' / name / f'{frame:05d}.png', [[0, frame]])
            picture(tmp_path / 'images' / name / f'{frame:05d}.jpg')
    (tracks,) = davis.read(tmp_path / 'masks', {'street': (1, 3)}, tmp_path / 'images').videos
    assert tracks.video == Video('street', 'street', 1, 2, 3, tuple(f'street/{frame:05d}.jpg' for frame in (1, 2, 3)))
    assert (tracks.frames.tolist(), tracks.ids.tolist()) == ([0, 1, 2], [1, 2, 3])
    assert problems_of(davis.read, tmp_path / 'masks', {'street': (3, 5), 'park': None}) == (
        'sequence street: frames 3..5 are wanted, there are 0..4',
        'video park: there is no folder of this name')


def test_images_with_gaps(tmp_path):
    image(tmp_path / 'masks' / '00005.png', [[0, 1]])
    for frame in (0, 5, 10):
        picture(tmp_path / 'images' / f'{frame:05d}.jpg')
    (tracks,) = davis.read(tmp_path / 'masks', images=tmp_path / 'images').videos
    assert tracks.video == Video('masks', 'masks', 1, 2, 11)


def test_round_trip(tmp_path, street):
    davis.write(street, tmp_path)
    assert_same(davis.read(tmp_path), street)
    assert sorted(path.name for path in (tmp_path / 'street').iterdir()) == [f'{frame:05d}.png' for frame in range(4)]
    with Image.open(tmp_path / 'street' / '00000.png') as picture:
        assert (picture.mode, picture.size) == ('P', (16, 12))
        assert picture.getpalette() == palette().ravel().tolist()
        values = np.asarray(picture)
    expected = np.zeros((12, 16), np.uint8)
    expected[0:5, 0:4], expected[2:9, 5:8], expected[0:12, 10:16] = 3, 254, 255
    np.testing.assert_array_equal(values, expected)


def test_results(tmp_path, street, make_video_tracks):
    davis.write(street, tmp_path)
    image(tmp_path / 'other' / 'mask.png', [[1]])
    ground_truth = VideoSet(('person',), (*street.videos, make_video_tracks([], 'park')), (7,))
    found = davis.read_results(tmp_path, ground_truth)
    assert (found.classes, found.category_ids) == (('person',), (7,))
    assert [tracks.video for tracks in found.videos] == [tracks.video for tracks in ground_truth.videos]
    assert [tracks.ids.tolist() for tracks in found.videos] == [[1], [3, 254, 3], []]
    assert found.videos[1].masks == tuple(street.videos[1].masks[row] for row in (0, 1, 3))
    assert not any(tracks.ignore.any() for tracks in found.videos)


def test_bad_results_all_at_once(tmp_path, make_video_tracks):
    image(tmp_path / 'street' / '00000.png', [[1, 2]])
    image(tmp_path / 'street' / '00004.png', np.ones((12, 16)))
    image(tmp_path / 'street' / 'last.png', np.ones((12, 16)))
    ground_truth = VideoSet(('object',), (make_video_tracks([]),), (1,))
    assert problems_of(davis.read_results, tmp_path, ground_truth) == (
        'street/last.png: the name must be the number of a frame, 0..9999999',
        'street/00004.png: lies outside the video, whose frames are 0..3',
        'street/00000.png: size is (1, 2), the video\'s is (12, 16) (height, width)')
    assert problems_of(davis.read_results, tmp_path, VideoSet(('a', 'b'), (make_video_tracks([]),), (1, 2))) == (
        "classes: results have no classes, the ground truth has ['a', 'b']",)
    assert problems_of(davis.read_results, tmp_path, VideoSet(('a',), (make_video_tracks([], 'park'),), (1,))) == (
        "folder: holds no folder of a video, it has ['street'], the videos are ['park']",)


def test_bad_images_all_at_once(tmp_path):
    folder = tmp_path / 'street'
    image(folder / '00000.png', [[0, 1]])
    stored = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64)).astype(np.uint8)).save(stored, 'PNG')
    for frame, data in ((1, b''), (2, b'no image'), (3, stored.getvalue()[:2000]),
                        (4, (folder / '00000.png').read_bytes()[:40])):
        (folder / f'{frame:05d}.png').write_bytes(data)
    for frame, mode in ((5, 'RGBA'), (6, 'I;16'), (7, '1')):
        Image.new(mode, (2, 1)).save(folder / f'{frame:05d}.png')
    Image.fromarray(np.array([[[0, 0, 0], [1, 2, 3]]], np.uint8)).save(folder / '00008.png')
    Image.new('RGB', (2, 1)).save(folder / '00009.png', 'JPEG')
    image(folder / '00010.png', [[0], [1]])
    image(folder / 'frame11.png', [[0, 1]])
    image(folder / '0.png', [[0, 1]])
    (tmp_path / 'alley').mkdir()
    kinds = 'must be a palette, grey (8 bits) or RGB image, got '
    broken = 'not a PNG image'
    cut = 'the PNG image is cut short, after'
    assert problems_of(davis.read, tmp_path) == (
        'video alley: holds no image *.png', 'street/00000.png: is the same frame as 0.png',
        'street/frame11.png: the name must be the number of a frame, 0..9999999',
        f'street/00001.png: {broken}', f'street/00002.png: {broken}',
        f'street/00003.png: {cut} 2000 bytes, or broken at byte 33',
        f'street/00004.png: {cut} 40 bytes', f'street/00005.png: {kinds}4 x 8 bits a pixel',
        f'street/00006.png: {kinds}1 x 16 bits a pixel', f'street/00007.png: {kinds}1 x 1 bits a pixel',
        'street/00008.png: colour (1, 2, 3) in row 0, column 1 is none of the DAVIS palette',
        f'street/00009.png: {broken}',
        "street/00010.png: size is (2, 1), the video's is (1, 2) (height, width)")


def test_unknown_colours(tmp_path):
    """The lowest one is told, and the first place of it down the columns."""
    colours = np.array([[[0, 0, 0], [9, 9, 9], [128, 0, 0]], [[0, 0, 128], [1, 0, 0], [9, 9, 9]]], np.uint8)
    Image.fromarray(colours).save(tmp_path / '0.png')
    assert problems_of(davis.read, tmp_path) == (
        f'{tmp_path.name}/0.png: colour (1, 0, 0) in row 1, column 1 is none of the DAVIS palette',)


def test_images_that_do_not_fit(tmp_path):
    for name in ('street', 'alley'):
        image(tmp_path / 'masks' / name / '00005.png', [[0, 1]])
    picture(tmp_path / 'images' / 'street' / '00000.jpg')
    picture(tmp_path / 'images' / 'street' / 'cover.jpg')
    assert problems_of(davis.read, tmp_path / 'masks', images=tmp_path / 'images') == (
        f'video alley: there is no image of it in {tmp_path / "images"}',
        'images of street/cover.jpg: the name must be the number of a frame, 0..9999999',
        'street/00005.png: lies outside the video, whose images end with 0')


def test_masks_of_davis_2016_are_not_taken_for_void(tmp_path):
    image(tmp_path / 'street' / '00000.png', [[0, 255]], 'L')
    image(tmp_path / 'alley' / '00000.png', [[0, 255]], 'P')
    (problem,) = problems_of(davis.read, tmp_path)
    assert problem.startswith('video street: its images are grey, 0 and 255 alone, so that all would be void')


def test_missing_places(tmp_path):
    ground_truth = VideoSet(('object',), (), (1,))
    for call in (davis.read, davis.sequence_names, lambda path: davis.read_results(path, ground_truth)):
        with pytest.raises(FileNotFoundError, match='nowhere'):
            call(tmp_path / 'nowhere')
        assert problems_of(call, tmp_path) == ('folder: holds neither images *.png nor folders of videos',)
    image(tmp_path / 'masks' / '00000.png', [[1]])
    with pytest.raises(FileNotFoundError, match='images'):
        davis.read(tmp_path / 'masks', images=tmp_path / 'images')


def test_ids_that_are_no_values_are_counted(tmp_path, make_video_tracks):
    tracks = make_video_tracks([(0, 700, 0, (0, 0, 2, 2)), (1, 0, 0, (0, 0, 2, 2)), (1, 700, 0, (4, 0, 6, 2)),
                                (1, 9, -1, (8, 0, 9, 1), 1.0, True), (1, 9, -1, (9, 0, 10, 1), 1.0, True)], length=2)
    davis.write(VideoSet(('car',), (tracks,), (1,)), tmp_path)
    (read,) = davis.read(tmp_path).videos
    assert (read.frames.tolist(), read.ids.tolist()) == ([0, 1, 1, 1], [1, 1, 2, 255])
    assert read.bboxes.tolist() == [[0, 0, 2, 2], [4, 0, 6, 2], [0, 0, 2, 2], [8, 0, 10, 1]]


def test_empty_video(tmp_path, make_video_tracks):
    video_set = VideoSet(('object',), (make_video_tracks([], length=2),), (1,))
    davis.write(video_set, tmp_path)
    assert_same(davis.read(tmp_path), video_set)


def test_what_images_cannot_say(tmp_path, make_video_tracks):
    overlapping = make_video_tracks([(1, 5, 0, (0, 0, 4, 4)), (1, 6, 0, (3, 3, 6, 6))])
    many = make_video_tracks([(frame, frame + 1, 0, (0, 0, 1, 1)) for frame in range(255)], 'many', length=255)
    boxes = make_video_tracks([(2, 5, 0, (0, 0, 4, 4))], 'boxes')
    boxes = type(boxes)(boxes.video, boxes.frames, boxes.ids, boxes.labels, boxes.scores, boxes.bboxes, (None,),
                        boxes.ignore)
    videos = (overlapping, many, boxes, make_video_tracks([]), make_video_tracks([], 'a/b'))
    assert problems_of(davis.write, VideoSet(('object',), videos, (1,)), tmp_path / 'out') == (
        'video street: the name occurs twice', "video a/b: the name cannot be a file's",
        'video many: has 255 ids, the format has room for 254', 'video street, frame 1: masks overlap: 5 and 6',
        'video boxes, frame 2: id 5 has no mask')
    assert not (tmp_path / 'out').exists()


def test_results_of_some_frames(tmp_path):
    """Results are of the whole video, as the ground truth is; the sequence map asks for frames 2..4."""
    for frame in (0, 1, 2, 4, 5):
        image(tmp_path / 'street' / f'{frame:05d}.png', [[0, frame + 1]])
    ends = {'street': (2, 4)}
    truth = davis.read(tmp_path, ends)
    (found,) = davis.read_results(tmp_path, truth, ends).videos
    assert_same(VideoSet(truth.classes, (found,), truth.category_ids), truth)
    assert (found.video.length, found.frames.tolist(), found.ids.tolist()) == (3, [0, 2], [3, 5])
    assert problems_of(davis.read_results, tmp_path, truth, {'street': (2, 5)})[0] == (
        'sequence street: frames 2..5 are wanted, counted from 0, the ground truth has 3')
