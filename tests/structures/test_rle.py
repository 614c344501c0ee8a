"""Run-length codes against pycocotools and pixels."""

import numpy as np
import pytest

from mmvist.structures import rle


def random_masks(count, height=13, width=17, seed=0):
    generator = np.random.default_rng(seed)
    return [generator.random((height, width)) < share for share in generator.random(count)]


def test_lengths_by_hand():
    mask = np.array([[0, 1], [1, 1]])      # columns first: 0 1 1 1
    assert rle.run_lengths(rle.encode(mask)).tolist() == [1, 3]
    assert rle.run_lengths(rle.encode(np.ones((2, 2)))).tolist() == [0, 4]
    assert rle.run_lengths(rle.encode(np.zeros((2, 2)))).tolist() == [4]


def test_lengths_and_counts_are_inverse():
    for mask in [*random_masks(50), np.zeros((13, 17)), np.ones((13, 17)), np.tri(13, 17)]:
        counts = rle.encode(mask)
        assert rle.from_run_lengths(rle.run_lengths(counts), 13, 17) == counts


def test_long_runs_need_several_characters():
    mask = np.zeros((1080, 1920), bool)
    mask[100:900, 1000] = True
    assert rle.run_lengths(rle.encode(mask)).tolist() == [1000 * 1080 + 100, 800, 1080 * 920 - 900]


def test_a_crop_equals_the_whole():
    generator = np.random.default_rng(1)
    for mask in random_masks(100):
        top, left = generator.integers(0, 13), generator.integers(0, 17)
        bottom, right = generator.integers(top, 13) + 1, generator.integers(left, 17) + 1
        whole = np.zeros_like(mask)
        whole[top:bottom, left:right] = mask[top:bottom, left:right]
        assert rle.encode_crop(whole[top:bottom, left:right], top, left, 13, 17) == rle.encode(whole)


@pytest.mark.parametrize('shape', [(0, 0), (0, 3), (3, 0)])
def test_an_empty_crop_is_an_empty_mask(shape):
    assert rle.encode_crop(np.zeros(shape, bool), 2, 2, 13, 17) == rle.encode(np.zeros((13, 17)))


def test_subtract_and_disjoint():
    first, second, third = random_masks(3)
    codes = [rle.encode(mask) for mask in (first, second, third)]
    assert rle.decode(rle.subtract(codes[0], codes[1], 13, 17), 13, 17).tolist() == (first & ~second).tolist()
    result = [rle.decode(code, 13, 17) for code in rle.make_disjoint(codes, [.2, .9, .9], 13, 17)]
    assert result[1].tolist() == second.tolist()
    assert result[2].tolist() == (third & ~second).tolist()
    assert result[0].tolist() == (first & ~second & ~third).tolist()
    assert rle.make_disjoint([], [], 13, 17) == []


def test_many_masks_are_disjoint_as_pixels_are():
    # Small squares, some of which overlap, an empty mask among them; ties of scores.
    generator = np.random.default_rng(0)
    masks = np.zeros((30, 13, 17), bool)
    for mask, x, y in zip(masks[1:], generator.integers(0, 14, 29), generator.integers(0, 10, 29), strict=True):
        mask[y:y + 3, x:x + 3] = True
    scores = generator.integers(0, 5, 30) / 4
    expected, taken = masks.copy(), np.zeros((13, 17), bool)
    for index in sorted(range(30), key=lambda index: -scores[index]):
        expected[index] &= ~taken
        taken |= masks[index]
    result = rle.make_disjoint([rle.encode(mask) for mask in masks], scores, 13, 17)
    np.testing.assert_array_equal(rle.decode_all(result, 13, 17), expected)
    assert (expected.sum((1, 2)) < masks.sum((1, 2))).sum() > 5


def test_boxes_areas_and_overlap():
    mask = np.zeros((13, 17), bool)
    mask[2:5, 3:9] = True
    codes = [rle.encode(mask), rle.encode(np.zeros_like(mask))]
    assert rle.bboxes(codes, 13, 17).tolist() == [[3, 2, 9, 5], [0, 0, 0, 0]]
    assert rle.area(codes, 13, 17).tolist() == [18, 0]
    assert rle.area(codes * 300, 13, 17).tolist() == [18, 0] * 300
    assert rle.area([], 13, 17).tolist() == []
    assert rle.bboxes(codes * 300, 13, 17).tolist() == [[3, 2, 9, 5], [0, 0, 0, 0]] * 300
    assert rle.iou(codes * 300, codes[:1], 13, 17).tolist() == [[1.0], [0.0]] * 300
    assert rle.decode_all(codes * 300, 13, 17).sum() == 18 * 300
    assert rle.iou(codes[:1], codes[:1], 13, 17).tolist() == [[1.0]]
    assert rle.iou([], codes, 13, 17).shape == (0, 2)
    assert rle.decode_all(codes, 13, 17).sum((1, 2)).tolist() == [18, 0]


@pytest.mark.parametrize(('counts', 'message'), [
    (b'\xff\x31', 'outside COCO'),
    (b'1P', 'end in the middle of a number'),
])
def test_broken_counts(counts, message):
    with pytest.raises(ValueError, match=message):
        rle.run_lengths(counts)


def test_lengths_must_fill_the_image():
    with pytest.raises(ValueError, match=r'add up to 2 \* 2 = 4, got 3'):
        rle.from_run_lengths([1, 2], 2, 2)
