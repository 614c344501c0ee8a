"""Masks made disjoint, and given up where too much of them is covered: both kinds of masks, by hand and by pixels."""

import numpy as np
import pytest
import torch

from mmvist.structures import Video, rle
from mmvist.structures.frames import Frame
from mmvist.structures.masks import BoxMasks, RLEMasks, as_pixels


def box_masks(*rows):
    """Full grids over the part of an image of one row that is marked; of nothing where nothing is."""
    spans = [(row.find('#'), row.rfind('#') + 1) for row in rows]
    grids = torch.ones(len(rows), 20, 20) * torch.tensor([end > 0 for _, end in spans])[:, None, None]
    return BoxMasks(grids, torch.tensor([[float(start), 0., float(end), 1.] for start, end in spans]).reshape(-1, 4))


def rle_masks(*rows):
    return RLEMasks(tuple(rle.encode(np.array([[mark == '#' for mark in row]])) for row in rows), 1, 12)


def drawn(counts):
    return [''.join('#' if inside else '.' for inside in rle.decode(code, 1, 12)[0]) for code in counts]


NOTHING = '............'


@pytest.mark.parametrize('kind', [box_masks, rle_masks])
@pytest.mark.parametrize(('rows', 'priority', 'max_covered', 'expected'), [
    # Exactly half of the second is covered: it keeps what is left.
    (['########....', '....########', '.......#####'], [.9, .8, .7], .5,
     ['########....', '........####', NOTHING]),
    # One pixel more, and all of it goes; the third has nobody above it then.
    (['########....', '...########.', '........####'], [.9, .8, .7], .5,
     ['########....', NOTHING, '........####']),
    # The first two cover half of the third together, and five of eight.
    (['######......', '........####', '....########'], [.9, .8, .7], .5, ['######......', '........####', NOTHING]),
    (['######......', '..........##', '....########'], [.9, .8, .7], .5,
     ['######......', '..........##', '......####..']),
    # All of it may go, which is what it was.
    (['########....', '...########.', '........####'], [.9, .8, .7], 1.,
     ['########....', '........###.', '...........#']),
    (['########....', '..####......'], [.9, .8], 1., ['########....', NOTHING]),
    # None of it may.
    (['####........', '....####....', '.......#####'], [.9, .8, .7], 0.,
     ['####........', '....####....', NOTHING]),
    # The order is that of the priority; of equals the earlier one comes first.
    (['...########.', '########....'], [.1, .2], .5, [NOTHING, '########....']),
    (['...########.', '########....'], [.2, .2], .5, ['...########.', NOTHING]),
    # Of nothing, nothing is covered.
    (['####........', NOTHING], [.1, .9], .0, ['####........', NOTHING]),
    (['####........'], [.1], .5, ['####........']),
    ([], [], .5, []),
])
def test_by_hand(kind, rows, priority, max_covered, expected):
    counts = kind(*rows).encode((1., 1.), 1, 12, np.array(priority, np.float32), max_covered)
    assert drawn(counts) == expected


@pytest.mark.parametrize('kind', [box_masks, rle_masks])
def test_without_a_priority_masks_overlap(kind):
    rows = ['########....', '...########.']
    assert drawn(kind(*rows).encode((1., 1.), 1, 12, max_covered=.5)) == rows


@pytest.mark.parametrize('kind', [box_masks, rle_masks])
def test_all_may_go_unless_said_otherwise(kind):
    masks = kind('########....', '...########.', '........####')
    assert drawn(masks.encode((1., 1.), 1, 12, np.array([.9, .8, .7]))) == [
        '########....', '........###.', '...........#']


@pytest.mark.parametrize('kind', [box_masks, rle_masks])
@pytest.mark.parametrize(('max_covered', 'second'), [(1., '........###.'), (.5, NOTHING)])
def test_as_pixels(kind, max_covered, second):
    frame = Frame(Video(1, 'v', 1, 12, 1), 0, torch.zeros(3, 1, 12), 1, 12, (1., 1.))
    masks = kind('...########.', '########....')
    found = as_pixels(masks, frame, np.array([.1, .2]), max_covered)
    assert drawn(found.counts) == [second, '########....']
    assert (found.height, found.width) == (1, 12)
    assert drawn(as_pixels(masks, frame).counts) == ['...########.', '########....']


def spelled_out(masks, scores, max_covered):
    """Mask by mask, in whole pixels."""
    result, taken = np.zeros_like(masks), np.zeros(masks.shape[1:], bool)
    for index in sorted(range(len(masks)), key=lambda index: -scores[index]):
        if (masks[index] & taken).sum() <= max_covered * masks[index].sum():
            result[index] = masks[index] & ~taken
            taken |= masks[index]
    return result


def squares(seed, count=30, height=13, width=17):
    """Some of which overlap; the first is empty."""
    generator = np.random.default_rng(seed)
    masks = np.zeros((count, height, width), bool)
    for mask, x, y, side in zip(masks[1:], generator.integers(0, 14, count), generator.integers(0, 10, count),
                                generator.integers(1, 6, count), strict=False):
        mask[y:y + side, x:x + side] = True
    return masks, generator.integers(0, 5, count) / 4


@pytest.mark.parametrize('max_covered', [0., .25, .5, .9, 1.])
@pytest.mark.parametrize('seed', range(5))
def test_counts_are_made_disjoint_as_pixels_are(seed, max_covered):
    masks, scores = squares(seed)
    expected = spelled_out(masks, scores, max_covered)
    result = rle.make_disjoint([rle.encode(mask) for mask in masks], scores, 13, 17, max_covered)
    np.testing.assert_array_equal(rle.decode_all(result, 13, 17), expected)
    if max_covered <= .5:       # so that some are given up
        assert expected.sum() < masks.any(0).sum()


@pytest.mark.parametrize('seed', range(5))
def test_soft_masks_are_made_disjoint_as_what_is_pasted(seed):
    generator = torch.Generator().manual_seed(seed)
    corners = torch.rand(20, 2, generator=generator) * 20 - 4
    masks = BoxMasks(torch.rand(20, 6, 6, generator=generator),
                     torch.cat([corners, corners + 2 + 10 * torch.rand(20, 2, generator=generator)], dim=1))
    priority = torch.randint(5, (20,), generator=generator).numpy() / 4
    pasted = rle.decode_all(masks.encode((1.5, 0.9), 20, 16), 20, 16)
    disjoint = rle.decode_all(masks.encode((1.5, 0.9), 20, 16, priority, .5), 20, 16)
    np.testing.assert_array_equal(disjoint, spelled_out(pasted, priority, .5))
    assert 0 < disjoint.sum() < pasted.sum()
