import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmvist.io import segmentation
from mmvist.structures import rle


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.integers(1, 70))
def test_whole_masks_have_no_fault(seed, height, width):
    rng = np.random.default_rng(seed)
    masks = [rle.encode(rng.random((height, width)) < share) for share in (0, 0.02, 0.5, 0.98, 1)]
    assert segmentation.broken(masks, height, width) == {}
    # Any other size has more pixels or fewer: all are at fault.
    assert list(segmentation.broken(masks, height + 1, width)) == [0, 1, 2, 3, 4]


def test_each_broken_mask_is_named():
    good = rle.from_run_lengths([4, 2], 2, 3)
    faults = segmentation.broken([good, b'', good[:-1], good, b'~', b'o'], 2, 3)
    assert list(faults) == [1, 2, 4, 5]
    assert faults[1] == 'run lengths must add up to 2 * 3 = 6, got 0'
    assert faults[2] == 'run lengths must add up to 2 * 3 = 6, got 4'
    assert "outside COCO's alphabet" in faults[4]
    assert 'end in the middle' in faults[5]


def test_negative_run():
    # 'N' is -2: runs -2, 8 add up to 6 all the same.
    assert rle.run_lengths(b'N8').tolist() == [-2, 8]
    assert segmentation.broken([b'N8'], 2, 3) == {0: 'RLE counts hold a negative run length'}


def test_no_masks():
    assert segmentation.broken([], 2, 3) == {}


def test_overlapping_polygons_join():
    # Two squares of 4 pixels that share one: 7.
    counts = segmentation.parse([[0, 0, 2, 0, 2, 2, 0, 2], [1, 1, 3, 1, 3, 3, 1, 3]], 4, 4)
    assert rle.area([counts], 4, 4).tolist() == [7]


@pytest.mark.parametrize(('mask', 'told'), [
    ('abc', 'must be {size, counts} or a list of polygons'),
    ({'counts': 'x'}, 'must be {size, counts}'),
    ({'size': [2, 3], 'counts': None}, 'counts must be a list or text, got NoneType'),
    ({'size': [2, 3], 'counts': [2.5, 3.5]}, 'run lengths must be whole numbers from 0'),
    ({'size': [2, 3], 'counts': [8, -2]}, 'run lengths must be whole numbers from 0'),
    ([[0, 0, 1, 1, 2]], 'a polygon must be at least three points'),
    ([[0, 0, 1, 1, 2, float('inf')]], 'a polygon must be at least three points'),
])
def test_unusable_masks(mask, told):
    with pytest.raises(ValueError, match=told):
        segmentation.parse(mask, 2, 3)
