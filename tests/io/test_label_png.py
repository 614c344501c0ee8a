import re
import zlib
from itertools import product

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from mmvist.io.label_png import encode_png, read_labels
from mmvist.io.png_header import GREY, PALETTE, RGB, RGBA
from mmvist.structures import rle
from tests.io.png_files import SIGNATURE, chunk, filtered_rows, png, rows_of

KINDS = [(GREY, 1), (GREY, 2), (GREY, 4), (GREY, 8), (GREY, 16), (PALETTE, 1), (PALETTE, 2), (PALETTE, 4),
         (PALETTE, 8), (RGB, 8), (RGBA, 8)]


def street(height=60, width=90, seed=0):
    """An image (H, W) uint16 of a few objects that hide each other, on mostly nothing."""
    generator = np.random.default_rng(seed)
    image = np.zeros((height, width), np.uint16)
    for value in (1000, 1001, 2003, 10000, 255):
        top, left = generator.integers(0, height), generator.integers(0, width)
        image[top:top + generator.integers(1, 15), left:left + generator.integers(1, 25)] = value
    return image


def expected(values):
    return {value: rle.encode(values == value) for value in np.unique(values).tolist() if value}


def read_one(path, data):
    path.write_bytes(data)
    return next(read_labels([path]))


def numbers(values):
    """Channels (H, W, C) uint8 as one number, red the highest."""
    return values.astype(np.int64) @ 256 ** np.arange(values.shape[2])[::-1]


@pytest.mark.parametrize(('colour', 'depth'), KINDS)
@pytest.mark.parametrize('interlaced', [False, True])
def test_every_kind_and_filter(tmp_path, colour, depth, interlaced):
    """Small images come out the same, however they are told."""
    channels = {RGB: 3, RGBA: 4}.get(colour)
    generator = np.random.default_rng(depth)
    shape = (11, 13) if channels is None else (11, 13, channels)
    values = generator.integers(0, 1 << depth, shape) * (generator.random((11, 13)) < 0.3).reshape(
        (11, 13) + (1,) * (len(shape) - 2))
    for number, filters in enumerate(([0], [1], [2], [3], [4], [0, 1, 2, 3, 4], [4, 2, 4, 4])):
        image = read_one(tmp_path / f'{number}.png', png(values, colour, depth, filters, interlaced))
        assert (image.size, image.colour, image.depth) == ((11, 13), colour, depth)
        assert image.masks == expected(values if channels is None else numbers(values))


@pytest.mark.parametrize('filters', [[0], [1], [2], [3], [4], [0, 1, 2, 4], [2, 4, 4, 1], [1, 4, 2, 3]])
def test_sparse_images_together(tmp_path, filters):
    """Many images at once, of two sizes and a broken one between; nothing is mixed up.

    There is so little in them that they are told without OpenCV, but for rows with the filter Average.
    """
    images = [street(180, 250, seed) if seed % 7 else street(180, 260, seed) for seed in range(1, 20)]
    files = [tmp_path / f'{number:02d}.png' for number in range(len(images))]
    for file, values in zip(files, images, strict=True):
        file.write_bytes(png(values, GREY, 16, filters))
    files.insert(3, tmp_path / 'broken.png')
    files[3].write_bytes(b'GIF89a')
    found = list(read_labels(files))
    assert found.pop(3) == 'not a PNG image'
    assert [image.size for image in found] == [values.shape for values in images]
    assert [image.masks for image in found] == [expected(values) for values in images]


def test_no_files():
    assert list(read_labels([])) == []


@pytest.mark.parametrize('kind', [np.uint8, np.uint16])
def test_files_of_opencv_and_pillow(tmp_path, kind):
    values = street(200, 300).astype(kind)
    files = []
    for number, (strategy, filters) in enumerate(product(range(5), (0, 0x08, 0x10, 0x20, 0x40, 0x80, 0xF8))):
        files.append(tmp_path / f'{number}.png')
        cv2.imwrite(str(files[-1]), values, [cv2.IMWRITE_PNG_STRATEGY, strategy, cv2.IMWRITE_PNG_FILTER, filters])
    for level in range(10):
        files.append(tmp_path / f'pillow{level}.png')
        Image.fromarray(values).save(files[-1], compress_level=level, optimize=level == 9)
    for image in read_labels(files):
        assert image.masks == expected(values)


def test_palettes_of_pillow(tmp_path):
    values = (street() % 5).astype(np.uint8)
    files = []
    for num_colours in (6, 16, 17, 256):
        image = Image.fromarray(values)
        image.putpalette(bytes(range(num_colours)) * 3)
        files.append(tmp_path / f'{num_colours}.png')
        image.save(files[-1])
    found = list(read_labels(files))
    assert [(image.colour, image.depth) for image in found] == [(PALETTE, 4), (PALETTE, 4), (PALETTE, 8), (PALETTE, 8)]
    assert all(image.masks == expected(values) for image in found)


def test_four_channels_of_pillow(tmp_path):
    values = np.stack([street(180, 250, seed) % 251 for seed in range(4)], axis=2).astype(np.uint8)
    Image.fromarray(values).save(tmp_path / '0.png')
    assert next(read_labels([tmp_path / '0.png'])).masks == expected(numbers(values))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 1000), st.data())
def test_random_images(tmp_path, height, width, seed, data):
    values = street(height, width, seed)
    filters = data.draw(st.lists(st.integers(0, 4), min_size=1, max_size=height))
    assert read_one(tmp_path / 'a.png', png(values, GREY, 16, filters)).masks == expected(values)
    assert read_one(tmp_path / 'b.png', encode_png(values)).masks == expected(values)


@pytest.mark.parametrize('kind', [np.uint8, np.uint16])
def test_written_files(tmp_path, kind):
    """Both libraries read what is written, from images that lie either way in memory."""
    values = street().astype(kind)
    for image in (values, np.asfortranarray(values)):
        (tmp_path / 'a.png').write_bytes(encode_png(image))
        np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / 'a.png')), values)
        np.testing.assert_array_equal(cv2.imread(str(tmp_path / 'a.png'), cv2.IMREAD_UNCHANGED), values)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_mutation_makes_another_image(tmp_path, data):
    values = street(24, 31)
    content = bytearray(png(values, GREY, 16, [1, 2, 4]))
    if data.draw(st.booleans()):
        content = content[:data.draw(st.integers(0, len(content) - 1))]
    for _ in range(data.draw(st.integers(0, 3))):
        if content:
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    image = read_one(tmp_path / 'a.png', bytes(content))
    assert isinstance(image, str) or image.masks == expected(values)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data(), st.booleans(), st.sampled_from([[1, 2, 4], [3]]))
def test_no_broken_stream_makes_another_image(tmp_path, data, interlaced, filters):
    """Broken before the sums of the file were made, so that only the stream's own tells."""
    values = street(24, 31)
    whole = png(values, GREY, 16, filters, interlaced)
    first, second = (whole.index(b'IDAT', at) for at in (0, whole.index(b'IDAT') + 1))
    stream = bytearray(whole[first + 4:first + 11] + whole[second + 4:-16])
    at = data.draw(st.integers(0, len(stream) - 1))
    stream[at] ^= data.draw(st.integers(1, 255))
    if data.draw(st.booleans()):
        stream = stream[:data.draw(st.integers(0, len(stream) - 1))]
    image = read_one(tmp_path / 'a.png', png(values, GREY, 16, filters, interlaced, bytes(stream)))
    assert isinstance(image, str) or image.masks == expected(values)


def broken(**parts):
    """A file with one thing wrong."""
    values = np.zeros((2, 2), np.uint16)
    values[1, 1] = 1000
    rows = filtered_rows(rows_of(values, 16), [1, 1], 2)
    parts = {'width': 2, 'depth': 16, 'colour': GREY, 'methods': b'\0\0\0', 'stream': zlib.compress(rows), **parts}
    header = (parts['width'].to_bytes(4, 'big') + (2).to_bytes(4, 'big') + bytes([parts['depth'], parts['colour']])
              + parts['methods'])
    return SIGNATURE + chunk(b'IHDR', header) + chunk(b'IDAT', parts['stream']) + chunk(b'IEND', b'')


@pytest.mark.parametrize(('content', 'told'), [
    (b'', 'not a PNG image'),
    (b'\xff\xd8\xff', 'not a PNG image'),
    (broken()[:50], 'the PNG image is cut short, after 50 bytes, or broken at byte 33'),
    (broken()[:-12], f'the PNG image is cut short, after {len(broken()) - 12} bytes'),
    (broken().replace(b'IDAT', b'IDAU'), 'the PNG image is broken, between bytes 33 and'),
    (SIGNATURE + chunk(b'IDAT', b'') + chunk(b'IEND', b''), 'does not begin with its header'),
    (SIGNATURE + chunk(b'IHDR', b'\0') + chunk(b'IEND', b''), 'does not begin with its header'),
    (broken(colour=RGB), 'must be grey .* or RGBA .8., got colour type 2 of 16 bits'),
    (broken(colour=5, depth=8), 'got colour type 5 of 8 bits'),
    (broken(methods=b'\0\0\2'), 'unknown kind of PNG image: compression 0, filtering 0, interlacing 2'),
    (broken(width=0), 'must have 1 to .* pixels, got 2 x 0'),
    (broken(width=1 << 31), 'must have 1 to .* pixels, got 2 x 2147483648'),
    (broken(stream=b''), 'the pixels of the PNG image are broken'),
    (broken(stream=zlib.compress(bytes(9))), 'must inflate to 10 bytes'),
    (broken(stream=zlib.compress(bytes(11))), 'the pixels of the PNG image are broken'),
    (broken(stream=zlib.compress(b'\0' * 5 + b'\7' * 5)), 'row 1 of the PNG image has the unknown filter 7'),
    (broken(methods=b'\0\0\1', stream=zlib.compress(bytes(9))), 'must inflate to 11 bytes'),
])
def test_broken_files(tmp_path, content, told):
    fault = read_one(tmp_path / 'a.png', content)
    assert re.search(told, fault)


def test_a_bomb_is_not_inflated(tmp_path):
    fault = read_one(tmp_path / 'a.png', broken(stream=zlib.compress(bytes(10**7))))
    assert 'the pixels of the PNG image are broken' in fault
