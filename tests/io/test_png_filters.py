import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmvist.io.png_filters import NONE, PAETH, SUB, UP, Filtered, boundaries
from tests.io.png_files import filtered_rows, rows_of


def images(num_images, height, width, num_channels, values):
    """Images (F, H, W, channels), blocks of a few labels, so that rows, columns and channels often agree."""
    generator = np.random.default_rng(values)
    labels = generator.integers(0, 256, (4, num_channels)).astype(np.uint8) * generator.integers(0, 2, (4, 1), np.uint8)
    blocks = generator.integers(0, 4, (num_images, height, width))
    keep = generator.random((num_images, height, width)) < generator.random()
    numbers = np.zeros((num_images, height, width), np.int64)
    for row in range(height):
        above = numbers[:, row - 1] if row else np.zeros((num_images, width), np.int64)
        numbers[:, row] = np.where(keep[:, row], above, blocks[:, row])
    return labels[numbers]


def decoded(filtered, width, num_channels, size):
    """Images (F, H, W) of what `boundaries` says."""
    pixels, values = boundaries(filtered, width, num_channels)
    assert (np.diff(pixels) >= 0).all()
    flat = np.zeros(len(filtered) * size[0] * size[1], np.int64)
    for first, value in zip(pixels, values, strict=True):
        flat[first:] = value
    return flat.reshape(len(filtered), size[1], size[0]).transpose(0, 2, 1)


@settings(max_examples=120, deadline=None)
@given(st.integers(1, 3), st.integers(1, 9), st.integers(1, 9), st.integers(1, 4), st.integers(0, 10**6), st.data())
def test_any_image_with_any_filters(num_images, height, width, num_channels, seed, data):
    pictures = images(num_images, height, width, num_channels, seed)
    kinds = st.lists(st.sampled_from([NONE, SUB, UP, PAETH]), min_size=height, max_size=height)
    filtered = []
    for picture in pictures:
        rows = filtered_rows(rows_of(picture, 8), data.draw(kinds), num_channels)
        filtered.append(Filtered.of(np.frombuffer(bytearray(rows), np.uint8).reshape(height, -1), num_channels))
    expected = pictures.astype(np.int64) @ 256 ** np.arange(num_channels)[::-1]
    np.testing.assert_array_equal(decoded(filtered, width, num_channels, (height, width)), expected)


@pytest.mark.parametrize('kind', [NONE, SUB, UP, PAETH])
def test_random_bytes_with_one_filter(kind):
    picture = np.random.default_rng(kind).integers(0, 256, (20, 30, 2)).astype(np.uint8)
    rows = bytearray(filtered_rows(rows_of(picture, 8), [kind] * 20, 2))
    filtered = Filtered.of(np.frombuffer(rows, np.uint8).reshape(20, -1), 2)
    expected = picture.astype(np.int64) @ [256, 1]
    np.testing.assert_array_equal(decoded([filtered], 30, 2, (20, 30))[0], expected)


def test_paeth_where_three_labels_meet():
    """Worked by hand: at column 2, left 9, above 1, corner 5 make the estimate 5, which is the corner."""
    rows = np.array([[SUB, 5, 0, 252], [PAETH, 4, 0, 0]], np.uint8)
    # Above: 5 5 1. Below: 5 + 4 = 9; left 9, above 5, corner 5: the estimate is 9; then the corner's 5.
    assert decoded([Filtered.of(rows, 1)], 3, 1, (2, 3))[0].tolist() == [[5, 5, 1], [9, 9, 5]]


def test_blank_images():
    blank = Filtered.of(np.zeros((3, 5), np.uint8), 1)
    assert [len(part) for part in boundaries([blank, blank], 4, 1)] == [0, 0]


def test_objects_that_touch_the_ends_of_images():
    rows = [np.array([[SUB, 7], [UP, 0]], np.uint8), np.array([[UP, 7], [NONE, 7]], np.uint8)]
    pixels, values = boundaries([Filtered.of(image, 1) for image in rows], 1, 1)
    assert pixels.tolist() == [0, 2, 2, 4]
    # The first image ends where the second begins: the last of both is what holds.
    assert dict(zip(pixels.tolist(), values.tolist(), strict=True)) == {0: 7, 2: 7, 4: 0}
