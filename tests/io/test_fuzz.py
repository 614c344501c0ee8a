"""Whatever a file holds, it is read as the format says, or refused with what is wrong with it."""

import json
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mmvist.io import mot, mots
from mmvist.io.detect import detect_format
from mmvist.io.formats import FORMATS
from mmvist.io.json_file import read_json, read_table
from mmvist.io.polygons import points_of
from mmvist.io.problems import FormatError, shown
from mmvist.io.segmentation import broken, parse, parse_all
from mmvist.structures import VideoSet, rle
from tests.io.broken_files import FORMS, HEIGHT, LENGTH, ROAD, WIDTH, case_of, street
from tests.io.fuzzing import DEEP, assert_sound, assert_telling, one_broken
from tests.io.png_files import SIGNATURE, chunk

EXAMPLES = settings(derandomize=True, deadline=None, database=None, max_examples=60,
                    suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize('form', FORMS)
def test_good_files(tmp_path, form):
    assert_sound(case_of(form, tmp_path).read(tmp_path))


@pytest.mark.parametrize('form', FORMS)
def test_broken_files(tmp_path, form):
    case = case_of(form, tmp_path)

    @EXAMPLES
    @given(st.data())
    def check(data):
        with one_broken(case, tmp_path, data) as is_gone:
            try:
                found = case.read(tmp_path)
            except FileNotFoundError:
                assert is_gone
            except FormatError as error:
                assert_telling(error)
            else:
                assert_sound(found)

    check()


@pytest.mark.parametrize('form', ['ytvis', 'mots_text', 'mots_images', 'mot', 'bdd100k_bitmasks', 'davis', 'coco'])
def test_formats_of_broken_files(tmp_path, form):
    case = case_of(form, tmp_path)
    path = tmp_path / next(iter(case.files)) if len(case.files) == 1 else tmp_path

    @EXAMPLES
    @given(st.data())
    def check(data):
        with one_broken(case, tmp_path, data) as is_gone:
            try:
                assert detect_format(path) in FORMATS
            except FileNotFoundError:
                assert is_gone
            except FormatError as error:
                assert_telling(error)

    check()


# What readers once fell for.

FULL = rle.encode(np.ones((HEIGHT, WIDTH))).decode()


def changed(case, folder, change):
    """Write the only file again, with a change of its data."""
    (name,) = case.files
    data = json.loads(case.files[name])
    data = change(data) or data
    (folder / name).write_text(json.dumps(data).replace(f'"{DEEP}"', '[' * 1000 + ']' * 1000))


@pytest.mark.parametrize(('form', 'change', 'told'), [
    # Lengths and sizes that no array may be made for.
    ('ytvis', lambda data: data['videos'][0].update(length=10 ** 12), 'length 1000000000000: is more than 10000000'),
    ('ytvis', lambda data: data['videos'][0].update(width=2 ** 31, height=2 ** 31), 'has more than 2147483647 pixels'),
    ('frame_json', lambda data: data['video'].update(length=10 ** 12), 'up to 2147483647 pixels and 10000000 frames'),
    ('frame_json', lambda data: data['video'].update(height=2 ** 31), 'up to 2147483647 pixels and 10000000 frames'),
    ('coco', lambda data: data['images'][0].update(height=2 ** 31), r'has 2\^31 pixels or more'),
    ('coco_clips', lambda data: data['videos'][0].update(height=2 ** 31), r'has 2\^31 pixels or more'),
    ('bdd100k_outlines', lambda data: data['config']['imageSize'].update(height=2 ** 31), 'whole numbers in 1..32767'),
    # Numbers that 64 bits or 32 bits do not hold, and what is no number.
    ('ytvis', lambda data: data['annotations'][0].update(id=2 ** 63), 'ids must be whole numbers from 0'),
    ('ytvis', lambda data: data['categories'][0].update(id=2 ** 63), 'unusable id 9223372036854775808'),
    ('ytvis', lambda data: data['annotations'][0].update(bboxes=[[1e308, 0, 1e308, 1], None, None]), 'four numbers'),
    ('ytvis', lambda data: data['annotations'][0].update(bboxes=[[2 ** 63, 0, True, 1], None, None]), 'four numbers'),
    ('ytvis', lambda data: data['annotations'][0].update(iscrowd={}), 'iscrowd must be 0 or 1, got {}'),
    ('ytvis', lambda data: data['videos'][0].update(fps=float('nan')), 'unusable fps nan'),
    ('ytvis', lambda data: data['videos'][0].update(id=True), 'unusable id True'),
    ('ytvis', lambda data: data['videos'][0].update(file_names=7), 'file_names that is not a list of text'),
    ('ytvis_results', lambda data: data[0].update(score=1e300), 'score must be a number, got 1e.300'),
    ('ytvis_results', lambda data: data[0].update(video_id=True), 'unknown video True'),
    ('ytvis_results', lambda data: data[0].update(id=2 ** 63), 'id must be a whole number from 0'),
    ('ytvis_results', lambda data: data[0]['segmentations'].__setitem__(0, []), 'at least three points'),
    ('frame_json', lambda data: data['video'].update(file_names=7), 'file_names must be a list of text, got 7'),
    ('frame_json', lambda data: data['video'].update(height='6'), "unusable height '6'"),
    ('frame_json', lambda data: data['frames'][1].update(frame=1.5), 'frame must lie in 0..2, got 1.5'),
    ('frame_json', lambda data: data['frames'][1].update(frame=0), 'frame 0 stands twice'),
    ('frame_json', lambda data: data['frames'].__setitem__(1, 'x'), r'frames\[1\]: must be an object'),
    ('frame_json', lambda data: data['frames'][0]['instances'][0].update(id=2 ** 63), 'id must be a whole number'),
    ('frame_json', lambda data: data['frames'][0]['instances'][0].update(bbox=['1', 2, 3, 4]), 'bbox must be'),
    ('frame_json', lambda data: data.update(tracks={'id': 1}), 'tracks: must be a list or null'),
    ('frame_json', lambda data: data['tracks'][0].update(keep='no'), "keep must be true or false, got 'no'"),
    ('frame_json', lambda data: data['tracks'].append(data['tracks'][0]), 'id 1 stands twice'),
    ('frame_json', lambda data: data.update(classes=['car', 'car']), 'must be different names'),
    # Text that pycocotools would read beyond the end of.
    ('frame_json', lambda data: data['frames'][0]['instances'][0]['segmentation'].update(counts='7P'),
     r'frames\[0\], instances\[0\]: RLE counts end in the middle of a number'),
    # Values that take long to be told, or cannot be.
    ('coco', lambda data: data['annotations'][0].update(bbox=DEEP), r'got \[\[\['),
    ('bdd100k_outlines', lambda data: data['frames'][0].update(size=DEEP), r'got \[\[\['),
    ('ytvis', lambda data: data['annotations'][0].update(id=[0] * 10 ** 5), 'ids must be whole'),
    ('ytvis', lambda data: data['categories'][0].update(name='\ud800'), r'half a character, \\ud800'),
])
def test_values_that_are_refused(tmp_path, form, change, told):
    case = case_of(form, tmp_path)
    changed(case, tmp_path, change)
    with pytest.raises(FormatError, match=told) as caught:
        case.read(tmp_path)
    assert_telling(caught.value)


@pytest.mark.parametrize(('line', 'told'), [
    (f'1000000000000000 1001 1 {HEIGHT} {WIDTH} {FULL}', 'frame 1000000000000000 lies behind 10000000'),
    (f'0 1001 1 {2 ** 31} {2 ** 31} {FULL}', 'must have 1 to 2147483647 pixels, got 2147483648 x 2147483648'),
    ('0 1001 1 0 0 00', 'must have 1 to 2147483647 pixels, got 0 x 0'),
])
def test_lines_that_no_video_has(tmp_path, line, told):
    (tmp_path / 'a.txt').write_text(f'{line}\n0 1002 1 {HEIGHT} {WIDTH} {FULL}\n')
    with pytest.raises(FormatError, match=f'a.txt, line 1: .*{told}'):
        mots.read(tmp_path)


@pytest.mark.parametrize(('line', 'told'), [
    (b'\xff empty 0 1', 'line 2: must be text in UTF-8'),
    (b'b empty 0 ' + b'9' * 5000, 'line 2: must be NAME empty FIRST LAST'),
    (b'b empty 0 10000001', 'line 2: last frame 10000001 lies behind 10000000'),
    ('b empty 0 ٣'.encode(), 'line 2: must be NAME empty FIRST LAST'),
    (b'b\0 empty 0 1', 'byte 13: is 0, which no text holds'),
])
def test_lines_of_sequence_maps(tmp_path, line, told):
    path = tmp_path / 'val.seqmap'
    path.write_bytes(b'a empty 0 1\n' + line)
    with pytest.raises(FormatError, match=told) as caught:
        mots.read_seqmap(path)
    assert caught.value.source == str(path)


def test_what_windows_editors_leave_in_sequence_maps(tmp_path):
    (tmp_path / 'val.seqmap').write_bytes('\ufeffé empty 000000 000003\r\n\r\n b empty 1 2 \r\n'.encode())
    assert mots.read_seqmap(tmp_path / 'val.seqmap') == {'é': (0, 3), 'b': (1, 2)}


def test_sequences_that_no_map_can_name(tmp_path, make_video_tracks):
    videos = (make_video_tracks([], 'a b'), make_video_tracks([], ''), make_video_tracks([], 'c', length=0))
    with pytest.raises(FormatError) as caught:
        mots.write_seqmap(VideoSet(('car',), videos, (1,)), tmp_path / 'val.seqmap')
    assert caught.value.problems == ('video a b: the name must be one word', 'video : the name must be one word',
                                     'video c: has no frames')
    assert not list(tmp_path.iterdir())


def test_numbers_of_images(tmp_path):
    mots.write_png(ROAD, tmp_path / 'good')
    whole = mots.read_png(tmp_path / 'good').videos[0]
    # Numbers without zeros in front do not sort as text does.
    for frame in range(LENGTH):
        (tmp_path / 'good/a' / f'{frame:06d}.png').rename(tmp_path / 'good/a' / f'{9 + frame}.png')
    moved = mots.read_png(tmp_path / 'good').videos[0]
    assert (moved.frames - 9).tolist() == whole.frames.tolist()
    assert moved.masks == whole.masks
    (tmp_path / 'good/a/0011.png').write_bytes((tmp_path / 'good/a/11.png').read_bytes())
    (tmp_path / 'good/a' / f'{"9" * 30}.png').write_bytes(b'')
    with pytest.raises(FormatError) as caught:
        mots.read_png(tmp_path / 'good')
    assert caught.value.problems == ('a/11.png: is the same frame as 0011.png',
                                     f'a/{"9" * 30}.png: the name must be the number of a frame, 0..10000000')


def test_boxes_of_text_are_as_exact_as_others(tmp_path):
    mots.write_txt(ROAD, tmp_path)
    assert mots.read_txt(tmp_path).videos[0].bboxes.dtype == np.float64


def test_blanks_that_only_some_see(tmp_path):
    (tmp_path / 'a.txt').write_bytes(b'1 1 0\xa00 2 2 1\n1 2 0\xa00 2 2 1\n')
    with pytest.raises(FormatError, match='column 3 must be a finite number'):
        mot.read_results(tmp_path, street(('pedestrian',)))


@pytest.mark.parametrize('column', ['MaskPath', 'ImageID'])
def test_names_no_file_can_have(tmp_path, column):
    case = case_of('openimages', tmp_path)
    header, *lines = case.files['masks.csv'].decode().splitlines()
    fields = lines[0].split(',')
    fields[header.split(',').index(column)] = 'x' * 300
    (tmp_path / 'masks.csv').write_text('\n'.join([header, ','.join(fields), *lines[1:]]))
    with pytest.raises(FormatError, match=f'masks.csv, line 2: {column} must be the name of a file'):
        case.read(tmp_path)


def test_images_too_large_to_make(tmp_path):
    case = case_of('openimages', tmp_path)
    image = bytearray(case.files['images/a.jpg'])
    at = image.index(b'\xff\xc0')
    image[at + 5:at + 9] = b'\xff' * 4
    (tmp_path / 'images/a.jpg').write_bytes(image)
    mask = next(name for name in case.files if name.startswith('masks/b'))
    header = struct.pack('>IIBBBBB', 1 << 30, 1 << 30, 8, 0, 0, 0, 0)
    (tmp_path / mask).write_bytes(SIGNATURE + chunk(b'IHDR', header) + chunk(b'IEND', b''))
    with pytest.raises(FormatError) as caught:
        case.read(tmp_path)
    assert [problem.partition(': ')[2] for problem in caught.value.problems] == [
        'a.jpg: a JPEG image of 65535 x 65535, more than 134217728 pixels',
        f'{mask[6:]}: an image of 1073741824 x 1073741824 has more than 134217728 pixels']


def test_polygons_that_take_for_ever():
    far = [[0, 0, 1e5, 1e5] * 100]
    assert points_of(far) is None
    with pytest.raises(ValueError, match='no longer than 2000000'):
        parse(far, 6, 8)
    for broken_polygons in ([], [[0, 0, 1e9, 0, 0, 1e9]], [[0, 0, 2, 0, 2, 2], [0, 0, 10 ** 400, 0, 1, 1]]):
        with pytest.raises(ValueError, match='a polygon must be at least three points'):
            parse(broken_polygons, 6, 8)
    # All around what is not too far, and many that are short.
    around = [-1e5, -1e5, 1e5, -1e5, 1e5, 1e5, -1e5, 1e5]
    assert parse([around], 6, 8) == rle.encode(np.ones((6, 8)))
    assert len(points_of([[0, 0, 5e4, 0, 5e4, 5e4]] * 50)) == 50


@pytest.mark.parametrize('size', [(2 ** 31, 2 ** 31), (0, 0), (2 ** 70, 1)])
def test_sizes_without_masks(size):
    for mask in ({'size': list(size), 'counts': '0'}, {'size': list(size), 'counts': [0]}, [[0, 0, 3, 0, 3, 3]]):
        with pytest.raises(ValueError, match='an image with masks must have 1 to 2147483647 pixels'):
            parse(mask, *size)
        assert parse_all({7: mask}, *size)[1].keys() == {7}


def test_numbers_of_more_characters_than_any():
    # 6 in thirteen characters, which pycocotools would take.
    assert broken([b'V' + b'P' * 11 + b'0'], 2, 3) == {0: 'RLE counts hold a number of too many characters'}


@pytest.mark.parametrize('text', [
    '{"info": {"annotations": [{"id": 1}]}, "annotations": []}',
    '{"annotations": [{"id": 1}], "annotations": []}',
    '{"annotations": [{"id": "},{"}, {"id": "{"}], "more": [{}]}',
    '{"annotations": [{"id": NaN}, {"id": "entries of the table"}]}',
    '{"more": "\\"annotations\\": [{}]", "annotations": [{"id": 2}]}',
    '{"annotations": {"annotations": [{}]}}', '{"annotations": [1, {}]}', '{"annotations": []}', '[{}]', '{}',
])
def test_tables_are_what_the_file_says(tmp_path, text):
    (tmp_path / 'a.json').write_text(text)
    document, rows = read_table(tmp_path / 'a.json', 'annotations')
    expected = json.loads(text)
    if isinstance(expected, dict) and isinstance(expected.get('annotations'), list):
        assert repr(list(rows)) == repr(expected['annotations'])
        assert document == {**expected, 'annotations': []}
    else:
        assert (document, list(rows)) == (expected, [])


@pytest.mark.parametrize(('data', 'told'), [
    (b'{"a": "\xed\xa0\x80"}', 'byte 7: not text in UTF-8'),
    (b'{"a": "\xed\xa0\x80", ', 'byte 7: not text in UTF-8'),
    ('{"a": 1}'.encode('utf-16'), 'byte 0: not text in UTF-8'),
    (b'{"a": "\\uDC00"}', r'half a character, \\udc00'),
    (b'[' * 10 ** 5, 'cannot be read as JSON'),
    (b'{"a": ' + b'9' * 5000 + b'}', 'cannot be read as JSON'),
    (b'[1,\n 2,,]', 'line 2, column 4: not valid JSON'),
])
def test_no_json(tmp_path, data, told):
    (tmp_path / 'a.json').write_bytes(data)
    with pytest.raises(FormatError, match=told):
        read_json(tmp_path / 'a.json')


def test_whole_characters(tmp_path):
    (tmp_path / 'a.json').write_text('["\\ud83d\\ude00", NaN]')
    assert read_json(tmp_path / 'a.json')[0] == '😀'


@pytest.mark.parametrize(('value', 'text'), [
    (7, '7'), ('é', "'é'"), ([1, [2, {'a': None}]], "[1, [2, {'a': None}]]"),
    (list(range(9)), '[0, 1, 2, 3, 4, 5, ...]'),
])
def test_values_in_messages(value, text):
    assert shown(value) == text


def test_long_and_deep_values_in_messages():
    deep = []
    for _ in range(5000):
        deep = [deep]
    assert all(len(shown(value)) <= 80 for value in (deep, 'x' * 10 ** 6, [['x' * 99] * 99] * 99, 10 ** 4000))
