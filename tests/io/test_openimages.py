from dataclasses import replace

import cv2
import numpy as np
import pytest

from mmvist.io import openimages
from mmvist.io.classes import YOUTUBE_VIS_2019
from mmvist.io.label_png import read_labels
from mmvist.io.openimages.classes import label_name, label_number
from mmvist.io.openimages.image_size import jpeg_size
from mmvist.io.openimages.masks import read_mask, write_mask
from mmvist.io.problems import FormatError
from mmvist.structures import Video, VideoSet, VideoTracks, rle
from tests.io.video_sets import assert_same

IMAGE, OTHER = '677c122b0eaa5d16', '05529ae018130c68'
MAN, TREE = '/m/04yx4', '/m/07j7r'
CLASSES = f'{TREE},Tree\n{MAN},Man\n'
HEADER = 'MaskPath,ImageID,LabelName,BoxID,BoxXMin,BoxXMax,BoxYMin,BoxYMax,PredictedIoU,Clicks\n'
LINES = (f'{IMAGE}_m04yx4_9a041d52.png,{IMAGE},{MAN},9a041d52,0.25,0.5,0.0,1.0,0.86864,0.95 0.65 1;0.89 0.56 1\n'
         f'{OTHER}_m07j7r_00000001.png,{OTHER},{TREE},00000001,0.5,1.000000,0.5,0.75,0.8,\n'
         f'{IMAGE}_m07j7r_9a041d53.png,{IMAGE},{TREE},9a041d53,0,1,0,1,,\n')
BOX_HEADER = ('ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,IsDepiction,'
              'IsInside\n')
BOXES = (f'{IMAGE},xclick,{TREE},1,0.000001,1,0,1,0,0,1,0,0\n'         # a mask's, rounded elsewhere
         f'{IMAGE},xclick,{MAN},1,0.25,0.5,0.0,1.0,-1,0,0,0,0\n'
         f'{IMAGE},xclick,{MAN},1,0.5,0.75,0.0,0.5,0,0,1,0,0\n'
         f'0001eeaf4aed83f9,xclick,/m/0cmf2,1,0.02,0.96,0.07,0.80,0,0,1,0,0\n')


def mask_of(rows, columns, height, width):
    mask = np.zeros((height, width), np.uint8)
    mask[slice(*rows), slice(*columns)] = 255
    return mask


@pytest.fixture
def root(tmp_path):
    """Two images, of 4 x 8 and 8 x 8 pixels, with three masks, one in a subfolder and one of half the size."""
    (tmp_path / 'masks' / '0').mkdir(parents=True)
    (tmp_path / 'images' / 'train_0').mkdir(parents=True)
    cv2.imwrite(str(tmp_path / 'images' / f'{IMAGE}.jpg'), np.zeros((4, 8, 3), np.uint8))
    cv2.imwrite(str(tmp_path / 'images' / 'train_0' / f'{OTHER}.jpg'), np.zeros((8, 8, 3), np.uint8))
    for name, mask in ((f'{IMAGE}_m04yx4_9a041d52', mask_of((0, 4), (2, 4), 4, 8)),
                       (f'0/{OTHER}_m07j7r_00000001', mask_of((2, 3), (2, 4), 4, 4)),
                       (f'{IMAGE}_m07j7r_9a041d53', mask_of((0, 4), (0, 8), 4, 8))):
        cv2.imwrite(str(tmp_path / 'masks' / f'{name}.png'), mask)
    (tmp_path / 'classes.csv').write_text(CLASSES)
    (tmp_path / 'table.csv').write_text(HEADER + LINES)
    (tmp_path / 'boxes.csv').write_text(BOX_HEADER + BOXES)
    return tmp_path


def read(root, classes=None, boxes=None, table='table.csv'):
    return openimages.read(root / table, root / 'masks', root / 'images', root / 'classes.csv', classes,
                           None if boxes is None else root / boxes)


def test_reads_masks(root):
    found = read(root)
    assert found.classes == ('Tree', 'Man')
    assert found.category_ids == (label_number(TREE), label_number(MAN))
    first, second = found.videos
    assert first.video == Video(IMAGE, IMAGE, 4, 8, 1, (f'{IMAGE}.jpg',))
    assert second.video == Video(OTHER, OTHER, 8, 8, 1, (f'train_0/{OTHER}.jpg',))
    assert first.ids.tolist() == [0x9A041D52, 0x9A041D53]
    assert first.labels.tolist() == [1, 0]
    assert first.bboxes.tolist() == [[2, 0, 4, 4], [0, 0, 8, 4]]
    assert [rle.run_lengths(mask).tolist() for mask in first.masks] == [[8, 8, 16], [0, 32]]
    assert not first.ignore.any()
    assert second.bboxes.tolist() == [[4, 4, 8, 6]]
    assert rle.bboxes(second.masks, 8, 8).tolist() == [[4, 4, 8, 6]]     # from half the size
    assert rle.area(second.masks, 8, 8).tolist() == [8]


def test_restricted_to_classes(root):
    found = read(root, ['Man'])
    assert found.classes == ('Man',)
    assert [(tracks.video.id, tracks.ids.tolist(), tracks.labels.tolist()) for tracks in found.videos
            ] == [(IMAGE, [0x9A041D52], [0])]
    assert read(root, ['Man', 'Tree']).videos[0].labels.tolist() == [0, 1]


def test_groups_become_ignore_rows(root):
    first, second = read(root, boxes='boxes.csv').videos
    assert first.ignore.tolist() == [False, True, True]
    assert first.ids.tolist() == [0x9A041D52, 0x9A041D53, 0x9A041D54]
    assert first.labels.tolist() == [1, 0, 1]
    assert first.bboxes[2].tolist() == [4, 0, 6, 2]
    assert first.masks[2] is None
    assert second.ignore.tolist() == [False]


@pytest.mark.parametrize('boxes', [None, 'boxes.csv'])
def test_round_trip(root, boxes):
    found = read(root, boxes=boxes)
    again = root / 'again'
    openimages.write(found, again / 'table.csv', again / 'masks', again / 'classes.csv',
                     None if boxes is None else again / boxes)
    (again / 'images').symlink_to(root / 'images')
    assert_same(read(again, boxes=boxes), found)
    assert (again / 'classes.csv').read_text() == CLASSES
    header, line, *_ = (again / 'table.csv').read_text().splitlines()
    assert header + '\n' == HEADER
    assert line == f'{IMAGE}_m04yx4_9a041d52.png,{IMAGE},{MAN},9a041d52,0.25,0.5,0.0,1.0,,'


def test_random_boxes_and_masks_round_trip(root):
    rng = np.random.default_rng(0)
    videos = []
    for number in range(12):
        height, width = (int(side) for side in rng.integers(7, 60, 2))
        rows = []
        for track in range(1, 4):
            mask = rle.encode(rng.random((height, width)) < 0.4)
            box = rle.bboxes([mask], height, width)[0] if track > 1 else [*rng.integers(0, 7, 2), width, height]
            rows.append((0, track, track % 2, 1.0, box, mask, False))
        name = f'i{number}'
        videos.append(VideoTracks.from_rows(Video(name, name, height, width, 1, (f'{name}.jpg',)), rows))
        cv2.imwrite(str(root / 'images' / f'{name}.jpg'), np.zeros((height, width, 3), np.uint8))
    video_set = VideoSet(('a, b', 'c'), tuple(videos), (0, 26))
    openimages.write(video_set, root / 'new.csv', root / 'masks', root / 'classes.csv')
    assert_same(read(root, table='new.csv'), video_set)


def test_no_lines(root):
    (root / 'table.csv').write_text(HEADER)
    assert read(root, boxes='boxes.csv').videos == ()
    openimages.write(VideoSet((), (), ()), root / 'b.csv', root / 'm', root / 'c.csv')
    assert (root / 'b.csv').read_text() == HEADER
    assert (root / 'm').is_dir()


def test_what_windows_editors_leave(root):
    expected = read(root)
    for name in ('table.csv', 'classes.csv'):
        text = (root / name).read_text().replace('\n', ' \r\n')
        (root / name).write_bytes(b'\xef\xbb\xbf' + text.encode() + b'\r\n \r\n')
    assert_same(read(root), expected)


@pytest.mark.parametrize('header', ['LabelName,DisplayName\n', 'id,name\n'])
def test_later_releases_have_a_header(root, header):
    (root / 'classes.csv').write_text(header + CLASSES)
    assert read(root).classes == ('Tree', 'Man')


def test_two_classes_of_one_name(root):
    (root / 'classes.csv').write_text(f'/m/0cvnqh,Man\n{CLASSES}')
    assert read(root).classes == ('Man', 'Tree', 'Man (/m/04yx4)')


@pytest.mark.parametrize(('label', 'number'), [('/m/0', 0), ('/m/01', 1), ('/m/0b', 10), ('/m/0_', 31), ('/m/010', 32),
                                               (MAN, ((4 * 32 + 29) * 32 + 28) * 32 + 4)])
def test_machine_ids_are_numbers(label, number):
    assert label_number(label) == number
    assert label_name(number) == label


@pytest.mark.parametrize('label', ['', 'Man', '/m/4yx4', '/m/00x', '/m/0a', '/g/01', '/m/0' + 'z' * 13])
def test_other_labels(label):
    with pytest.raises(ValueError, match='LabelName must be a machine id like /m/04yx4, got'):
        label_number(label)


def changed_line(old, new):
    return HEADER + LINES.replace(old, new, 1)


@pytest.mark.parametrize(('table', 'told'), [
    ('', 'table.csv, line 1: columns are missing: MaskPath, ImageID'),
    (HEADER.replace('BoxID', 'Box') + LINES, 'table.csv, line 1: columns are missing: BoxID; got'),
    (changed_line(',0.86864', ''), 'table.csv, line 2: must have 10 fields, got 9'),
    (HEADER + LINES[:-40], 'table.csv, line 4: must have 10 fields, got'),
    (changed_line(',0.25', ',nan'), r'line 2: XMin <= XMax and YMin <= YMax must be numbers in 0\.\.1, got nan, 0\.5'),
    (changed_line(',0.25', ',x'), 'line 2: XMin <= XMax'),
    (changed_line(',0.25', ',0.6'), 'line 2: XMin <= XMax'),
    (changed_line(',1.000000', ',512'), 'line 3: XMin <= XMax'),
    (changed_line(',9a041d52', ',9a04-d52'), "line 2: BoxID must be up to 15 hexadecimal digits, got '9a04-d52'"),
    (changed_line(',9a041d52', ',xyz'), "BoxID must be up to 15 hexadecimal digits, got 'xyz'"),
    (changed_line(',9a041d53', ',9a041d52'), 'line 4: BoxID 9a041d52 occurs twice in the image'),
    (changed_line(MAN, '/m/01g317'), 'line 2: unknown class /m/01g317, it is not among the class descriptions'),
    (changed_line(MAN, 'Man'), 'line 2: LabelName must be a machine id'),
    (changed_line(f',{OTHER}', ',../a'), "line 3: ImageID must be the name of a file without a folder, got '../a'"),
    (changed_line(f',{OTHER}', ',nowhere'), 'line 3: there is no image nowhere.jpg'),
    (changed_line('9a041d52.png', '9.png'), f'line 2: there is no mask {IMAGE}_m04yx4_9.png'),
    (HEADER.encode() + b'\xff,' * 9 + b'\n', 'table.csv, line 1 or later: not text in UTF-8'),
])
def test_bad_tables(root, table, told):
    (root / 'table.csv').write_bytes(table if isinstance(table, bytes) else table.encode())
    with pytest.raises(FormatError, match=told) as caught:
        read(root)
    assert str(caught.value).startswith(f'{root / "table.csv"}: 1 problem\n')


@pytest.mark.parametrize(('old', 'new', 'told'), [
    ('0,0,1,0,0', '0,0,2,0,0', "boxes.csv, line 2: IsGroupOf must be -1, 0 or 1, got '2'"),
    ('0.000001', 'x', 'boxes.csv, line 2: XMin <= XMax'),
    (TREE, '/m/01g317', 'boxes.csv, line 2: unknown class /m/01g317'),
    ('IsGroupOf', 'Group', 'boxes.csv, line 1: columns are missing: IsGroupOf'),
])
def test_bad_boxes(root, old, new, told):
    (root / 'boxes.csv').write_text((BOX_HEADER + BOXES).replace(old, new, 1))
    with pytest.raises(FormatError, match=told) as caught:
        read(root, boxes='boxes.csv')
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize(('line', 'told'), [
    (f'{MAN},Woman', f'classes.csv, line 3: {MAN} occurs twice'),
    ('/m/01g317,', 'classes.csv, line 3: /m/01g317 has no display name'),
    ('/m/01g317', 'classes.csv, line 3: must have 2 fields, got 1'),
    ('Person,/m/01g317', 'classes.csv, line 3: LabelName must be a machine id'),
])
def test_bad_classes(root, line, told):
    (root / 'classes.csv').write_text(CLASSES + line)
    with pytest.raises(FormatError, match=told) as caught:
        read(root)
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize('classes', [['Man', 'Dragon'], ['Man', 'Man']])
def test_unknown_classes(root, classes):
    with pytest.raises(ValueError, match='classes must be display names of the file'):
        read(root, classes)


@pytest.mark.parametrize(('image', 'told'), [
    (None, 'not an image, or cut short'),
    (b'', r'not an image, or cut short \(0 bytes\)'),
    (np.zeros((4, 8, 3), np.uint8), 'must have one channel of up to 8 bits, got 3 of 8'),
    (np.zeros((4, 8), np.uint16), 'must have one channel of up to 8 bits, got 1 of 16'),
])
def test_bad_masks(root, image, told):
    path = root / 'masks' / f'{IMAGE}_m04yx4_9a041d52.png'
    if isinstance(image, np.ndarray):
        cv2.imwrite(str(path), image)
    else:
        path.write_bytes(path.read_bytes()[:-20] if image is None else image)
    with pytest.raises(FormatError, match=f'table.csv, line 2: {path.name}: {told}') as caught:
        read(root)
    assert len(caught.value.problems) == 1


def test_all_problems_at_once(root):
    (root / 'images' / f'{IMAGE}.jpg').write_bytes(b'\xff\xd8\xff\xe0')
    (root / 'masks' / '0' / f'{OTHER}_m07j7r_00000001.png').unlink()
    with pytest.raises(FormatError) as caught:
        read(root)
    # The image is told of once, though it has two masks.
    assert caught.value.problems == (
        f'table.csv, line 2: {IMAGE}.jpg: a JPEG image that is broken, or cut short before its size',
        f'table.csv, line 3: there is no mask {OTHER}_m07j7r_00000001.png')


@pytest.mark.parametrize('name', ['table.csv', 'masks', 'images', 'classes.csv', 'boxes.csv'])
def test_missing_files(root, name):
    (root / name).rename(root / 'away')
    with pytest.raises(FileNotFoundError, match=name):
        read(root, boxes='boxes.csv')


@pytest.mark.parametrize('options', [[], [cv2.IMWRITE_JPEG_PROGRESSIVE, 1], [cv2.IMWRITE_JPEG_RST_INTERVAL, 1]])
def test_jpeg_size(tmp_path, options):
    cv2.imwrite(str(tmp_path / 'a.jpg'), np.zeros((37, 1025, 3), np.uint8), options)
    assert jpeg_size(tmp_path / 'a.jpg') == (37, 1025)


@pytest.mark.parametrize(('data', 'told'), [
    (b'', 'not a JPEG image'),
    (b'\x89PNG\r\n\x1a\n', 'not a JPEG image'),
    (b'\xff\xd8', 'broken, or cut short'),
    (b'\xff\xd8\xff\xff\xff', 'broken, or cut short'),
    (b'\xff\xd8\xff\xe0\x00\x00', 'broken, or cut short'),
    (b'\xff\xd8\xff\xda\x00\x08', 'broken, or cut short'),
    (b'\xff\xd8\xff\xe0\xff\xff1234', 'broken, or cut short'),
    (b'\xff\xd8\xff\xc0\x00\x11\x08\x00', 'cut short in its size'),
    (b'\xff\xd8\xff\xc0\x00\x11\x08\x00\x00\x00\x05', 'cut short in its size, or states none'),
])
def test_bad_jpeg(tmp_path, data, told):
    (tmp_path / 'a.jpg').write_bytes(data)
    with pytest.raises(ValueError, match=told):
        jpeg_size(tmp_path / 'a.jpg')


def test_jpeg_size_after_fill_bytes_and_other_segments(tmp_path):
    # Restart and comment segments, which hold what looks like a frame, before a frame of 3 x 5 pixels.
    comment = b'\xff\xfe\x00\x0b\xff\xc0\x00\x11\x08\x00\x09\x00\x09'
    (tmp_path / 'a.jpg').write_bytes(b'\xff\xd8\xff\xd0' + comment + b'\xff\xff\xff\xc2\x00\x11\x08\x00\x03\x00\x05')
    assert jpeg_size(tmp_path / 'a.jpg') == (3, 5)


def test_masks_are_scaled_by_the_nearest_pixel(tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), np.array([[1, 0, 7]], np.uint8))
    assert rle.decode(read_mask(tmp_path / 'a.png', 1, 6), 1, 6).tolist() == [[True, True, False, False, True, True]]
    # Centres of two pixels fall into the first and last of three.
    assert rle.decode(read_mask(tmp_path / 'a.png', 1, 2), 1, 2).tolist() == [[True, True]]


@pytest.mark.parametrize('options', [[], [cv2.IMWRITE_PNG_BILEVEL, 1]])
def test_random_masks(tmp_path, options):
    """Equal to what the reader of label images makes of the same files."""
    generator = np.random.default_rng(0)
    files, expected = [], []
    for number, share in enumerate((0.5, 0.1, 0.001, 0.999)):
        mask = generator.random((41, 53)) < share
        files.append(tmp_path / f'{number}.png')
        expected.append(rle.encode(mask))
        cv2.imwrite(str(files[-1]), mask.astype(np.uint8) * 255, options)
    assert [read_mask(path, 41, 53) for path in files] == expected
    assert [list(image.masks.values()) for image in read_labels(files)] == [[mask] for mask in expected]


@pytest.mark.parametrize('mask', [np.zeros((3, 4), bool), np.ones((3, 4), bool), np.eye(3, 4, dtype=bool)])
def test_masks_round_trip(tmp_path, mask):
    (tmp_path / 'a.png').write_bytes(write_mask(rle.encode(mask), 3, 4))
    assert read_mask(tmp_path / 'a.png', 3, 4) == rle.encode(mask)
    assert cv2.imread(str(tmp_path / 'a.png'), cv2.IMREAD_UNCHANGED).tolist() == (mask * 255).tolist()


def test_unwritable_sets(tmp_path, make_video_tracks):
    box = (0, 0, 3, 2)
    image = make_video_tracks([(0, 1, 0, box)], 'a', 1)
    videos = [replace(image, labels=np.array([-1])), replace(image, bboxes=np.array([[0, 0, 17, 2.]])),
              replace(image, ids=np.array([-1])), replace(image, masks=(None,)),
              make_video_tracks([(0, 1, 0, box, 1.0, True)], 'a', 1), make_video_tracks([], 'b/c', 2)]
    video_set = VideoSet(('Man',), tuple(videos), (1,))
    with pytest.raises(FormatError) as caught:
        openimages.write(video_set, tmp_path / 'a.csv', tmp_path / 'm', tmp_path / 'c.csv')
    assert [line for line in caught.value.problems if 'occurs twice' not in line] == [
        'video a, id 1: has no class', 'video a, id 1: the box must lie inside the image',
        'video a, id -1: the id must lie in 0..1152921504606846975',
        'video a, id 1: has no mask and is no ignore row',
        'video a, id 1: is an ignore row, which only a table of boxes holds', 'video b/c: must have one frame, has 2',
        'video b/c: the name must be that of a file without a folder']
    assert list(tmp_path.iterdir()) == []


def test_mapping_to_youtube_vis():
    mapping = openimages.OPENIMAGES_TO_YOUTUBE_VIS_2019
    assert set(mapping.values()) <= set(YOUTUBE_VIS_2019)
    assert set(YOUTUBE_VIS_2019) - set(mapping.values()) == {'sedan', 'ape'}
    assert mapping['Woman'] == 'person'
