"""Masks as intervals against pycocotools, pixels, and codes worked out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmvist.structures import Video, VideoTracks, rle
from mmvist.structures.runs import PORTION, Runs, SortedRuns, decode, encode, portions
from mmvist.structures.video_runs import frame_portions, runs_of

# An image of 2 x 3 counts its pixels down the columns: 0 2 4
#                                                        1 3 5
CODES = [  # text, starts and ends of its runs
    (b'141', [1], [5]),
    (b'6', [], []),                   # empty
    (b'06', [0], [6]),                # full
    (b'015', [0], [1]),               # the first pixel
    (b'51', [5], [6]),                # the last one
    (b'131N', [1, 5], [4, 6]),        # the fourth length is 1: 2 less than the second
]
ODD_CODES = [  # such as pycocotools would not write
    (b'12001', [1, 3], [3, 5]),       # no pixel between two runs
    (b'105', [], []),                 # a run without a pixel
    (b'060J0', [0], [6]),             # and behind the last one
    (b'150', [1], [6]),               # no pixel behind the last one
    (b'V' + b'P' * 10 + b'0', [], []),  # 6 in twelve characters
]
BROKEN = [b'', b'P', b'6P', b'~', b'/', b' 6', b'6 ', b'\xff', '6é'.encode(), b'5', b'7', b'13', b'N8', b'131O', b'1P',
          b'V' + b'P' * 11 + b'0', b'P' * 12 + b'6', b'o' * 11 + b'?', b'o' * 40 + b'?', (b'o' * 11 + b'?') * 2]


def masks_of(count, height=7, width=5, seed=0):
    """Random masks of every density, and those at the ends."""
    generator = np.random.default_rng(seed)
    edges = [np.zeros((height, width)), np.ones((height, width))]
    for place in {0, height - 1, height * width - 1}:
        single = np.zeros(height * width)
        single[place] = 1
        edges.append(single.reshape(width, height).T)
    return [*(mask.astype(bool) for mask in edges),
            *(generator.random((height, width)) < share for share in generator.random(count))]


def pixels_of(runs, num_masks, num_pixels):
    """(N, num_pixels), how often a mask has a pixel."""
    pixels = np.zeros((num_masks, num_pixels), np.int64)
    for owner, start, end in zip(runs.owners, runs.starts, runs.ends, strict=True):
        pixels[owner, start:end] += 1
    return pixels


@pytest.mark.parametrize(('text', 'starts', 'ends'), CODES + ODD_CODES)
def test_decoding_by_hand(text, starts, ends):
    runs = decode([text], 6)
    assert (runs.starts.tolist(), runs.ends.tolist(), runs.counts.tolist()) == (starts, ends, [len(starts)])
    assert runs.areas.tolist() == [sum(ends) - sum(starts)]
    assert runs.owners.tolist() == [0] * len(starts)


@pytest.mark.parametrize(('text', 'starts', 'ends'), CODES)
def test_encoding_by_hand(text, starts, ends):
    assert encode(Runs(np.array(starts, np.int64), np.array(ends, np.int64), np.array([len(starts)])), 6) == [text]


@pytest.mark.parametrize('text', BROKEN)
def test_broken_text(text):
    assert decode([text], 6) is None
    assert decode([b'141', text, b'6'], 6) is None
    assert decode([b'141', b'6', text], 6) is None


def test_no_masks():
    runs = decode([], 6)
    assert (len(runs.starts), len(runs.counts), len(runs.areas)) == (0, 0, 0)
    assert encode(runs, 6) == []
    assert portions([]) == []
    ordered = SortedRuns.of(runs)
    assert ordered.disjoint
    assert len(ordered.union().starts) == 0


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 2 ** 32 - 1), st.integers(1, 40), st.integers(1, 40))
def test_text_is_that_of_pycocotools(seed, height, width):
    masks = masks_of(6, height, width, seed)
    texts = [rle.encode(mask) for mask in masks]
    runs = decode(texts, height * width)
    assert (pixels_of(runs, len(masks), height * width)
            == np.stack([mask.T.ravel() for mask in masks])).all()
    assert runs.areas.tolist() == [int(mask.sum()) for mask in masks]
    assert encode(runs, height * width) == texts
    # One mask for itself, and among the others.
    assert [encode(decode([text], height * width), height * width) for text in texts] == [[text] for text in texts]


@pytest.mark.parametrize('num_pixels', [2 ** 20, 2 ** 31 - 1, 2 ** 40])
def test_numbers_of_many_characters(num_pixels):
    edges = np.array([[0, 1], [num_pixels // 3, num_pixels // 2], [num_pixels - 1, num_pixels]])
    runs = Runs(edges[:, 0], edges[:, 1], np.array([1, 0, 2]))
    again = decode(encode(runs, num_pixels), num_pixels)
    assert again.starts.tolist() == runs.starts.tolist()
    assert again.ends.tolist() == runs.ends.tolist()
    assert again.counts.tolist() == [1, 0, 2]


def test_the_longest_number():
    # Twelve characters of five bits, but for the sign.
    assert decode([b'o' * 11 + b'?'], 2 ** 59 - 1).counts.tolist() == [0]
    assert decode([b'o' * 11 + b'?'], 2 ** 59) is None


def test_offsets_lay_images_behind_each_other():
    texts = [b'141', b'6', b'06', b'51']
    runs = decode(texts, 6, np.array([0, 0, 6, 60]))
    assert runs.starts.tolist() == [1, 6, 65]
    assert runs.ends.tolist() == [5, 12, 66]
    assert runs.counts.tolist() == [1, 0, 1, 1]
    # In any order: one mask may lie before the one in front of it.
    assert decode(texts, 6, np.array([60, 6, 0, 6])).starts.tolist() == [61, 0, 11]


def test_some_masks():
    runs = decode([b'131N', b'6', b'06'], 6)
    kept = runs.of_masks(np.array([True, False, False]))
    assert (kept.starts.tolist(), kept.ends.tolist(), kept.counts.tolist()) == ([1, 5], [4, 6], [2, 0, 0])
    assert kept.areas.tolist() == [4, 0, 0]
    assert runs.of_masks(np.ones(3, bool)) is runs
    assert runs.of_masks(np.zeros(3, bool)).areas.tolist() == [0, 0, 0]


@pytest.mark.parametrize(('texts', 'disjoint', 'starts', 'owners', 'union'), [
    ([b'51', b'015'], True, [0, 5], [1, 0], [(0, 1), (5, 6)]),
    ([b'141', b'51'], True, [1, 5], [0, 1], [(1, 6)]),              # they touch
    ([b'141', b'321'], False, [1, 3], [0, 1], [(1, 5)]),            # one in the other
    ([b'06', b'015', b'51'], False, [0, 0, 5], [0, 1, 2], [(0, 6)]),
    ([b'12001', b'6'], True, [1, 3], [0, 0], [(1, 5)]),             # no pixel between two runs of one mask
    ([b'6', b'6'], True, [], [], []),
])
def test_runs_in_order(texts, disjoint, starts, owners, union):
    ordered = SortedRuns.of(decode(texts, 6))
    assert ordered.disjoint == disjoint
    assert ordered.starts.tolist() == starts
    assert ordered.owners.tolist() == owners
    joined = ordered.union()
    assert list(zip(joined.starts.tolist(), joined.ends.tolist(), strict=True)) == union
    assert joined.disjoint
    assert joined.owners.tolist() == [0] * len(union)


def test_what_is_left_may_be_disjoint():
    ordered = SortedRuns.of(decode([b'06', b'015', b'51'], 6))
    left = ordered.of_masks(np.array([False, True, True]))
    assert left.disjoint
    assert (left.starts.tolist(), left.ends.tolist(), left.owners.tolist()) == ([0, 5], [1, 6], [1, 2])
    assert not ordered.of_masks(np.array([True, False, True])).disjoint
    assert ordered.of_masks(np.ones(3, bool)) is ordered


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.integers(0, 2 ** 32 - 1))
def test_unions_and_overlaps_of_random_masks(seed):
    masks = masks_of(4, seed=seed)[2:]
    pixels = np.stack([mask.T.ravel() for mask in masks])
    ordered = SortedRuns.of(decode([rle.encode(mask) for mask in masks], 35))
    assert ordered.disjoint == (pixels.sum(axis=0).max() <= 1)
    assert (np.diff(ordered.starts) >= 0).all()
    assert (pixels_of(ordered, len(masks), 35) == pixels).all()
    union = ordered.union()
    assert (pixels_of(union, 1, 35)[0] == pixels.any(axis=0)).all()
    # Maximal runs: none begins where another ends.
    assert (union.starts[1:] > union.ends[:-1]).all()


def test_portions():
    assert portions([b'123', b'4', b'56789', b'0'], 4) == [slice(0, 1), slice(1, 2), slice(2, 4)]
    assert portions([b'1', b'2'], 4) == [slice(0, 2)]
    assert portions([b'123456789'], 4) == [slice(0, 1)]
    assert portions([b'', b''], 4) == [slice(0, 2)]


def tracks_of(rows, length, height=2, width=3):
    """Tracks of (frame, id, mask)."""
    return VideoTracks.from_rows(Video('a', 'a', height, width, length), [
        (frame, track, 0, 1.0, (0, 0, 1, 1), mask, False) for frame, track, mask in rows])


def test_masks_of_some_frames():
    tracks = tracks_of([(0, 7, b'141'), (2, 7, b'06'), (2, 8, b'51'), (3, 7, b'6')], 5)
    runs = runs_of(tracks, 1, 4, 'results')
    # Frame 2 is the second of them.
    assert (runs.starts.tolist(), runs.ends.tolist(), runs.counts.tolist()) == ([6, 11], [12, 12], [1, 1, 0])
    assert runs_of(tracks, 4, 5, 'results').counts.tolist() == []


def test_a_broken_mask_is_named():
    tracks = tracks_of([(0, 7, b'141'), (2, 7, b'06'), (2, 8, b'50')], 5)
    assert runs_of(tracks, 0, 2, 'results').counts.tolist() == [1]
    with pytest.raises(ValueError, match='results, video a, frame 2, id 8: the mask does not fill 2 x 3 pixels'):
        runs_of(tracks, 0, 5, 'results')


def test_stretches_of_frames():
    board = rle.encode(np.indices((300, 300)).sum(axis=0) % 2)
    assert len(board) > PORTION
    empty = tracks_of([], 6, 300, 300)
    assert list(frame_portions(empty, empty)) == [(0, 6)]
    heavy = tracks_of([(1, 1, board), (4, 1, board)], 6, 300, 300)
    stretches = list(frame_portions(empty, heavy))
    # Each heavy frame has a stretch of its own, and together they are all frames.
    assert stretches == [(0, 1), (1, 4), (4, 6)]
    assert list(frame_portions(tracks_of([], 0), tracks_of([], 0))) == [(0, 0)]
