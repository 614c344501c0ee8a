"""The IoU tracker and its brother for masks, against the original algorithm in plain Python."""

import numpy as np
import pytest
import torch

from mmvist.structures import rle
from mmvist.structures.instances import Instances
from mmvist.structures.masks import BoxMasks, RLEMasks
from tests.tracking.scenes import tracker_config
from tests.tracking.toys import VIDEO, boxes, follow

IOU, MASK_IOU = tracker_config('iou'), tracker_config('mask_iou')


def box_overlap(first, second):
    wide = max(min(first[2], second[2]) - max(first[0], second[0]), 0)
    high = max(min(first[3], second[3]) - max(first[1], second[1]), 0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (first, second)]
    return wide * high / (sum(areas) - wide * high)


def original(frames, overlap, sigma_l, sigma_h, sigma_iou, t_min):
    """Bochinski et al. 2017, Algorithm 1: the detections (frame, place) of every track. Frames of (shape, score)."""
    active, finished = [], []
    for index, detections in enumerate(frames):
        free = [place for place, (_, score) in enumerate(detections) if score >= sigma_l]
        going_on = []
        for track in active:
            last_frame, last_place = track[-1]
            shape = frames[last_frame][last_place][0]
            best = max(free, key=lambda place, shape=shape: overlap(shape, detections[place][0]), default=None)
            if best is not None and overlap(shape, detections[best][0]) >= sigma_iou:
                going_on.append([*track, (index, best)])
                free.remove(best)
            else:
                finished.append(track)
        active = going_on + [[(index, place)] for place in free]
    finished += active
    return sorted(track for track in finished
                  if len(track) >= t_min and max(frames[index][place][1] for index, place in track) >= sigma_h)


def tracks_of(config, found, places):
    """The same from the tracker; `places` finds a detection by its frame and its row of numbers."""
    _, seen, summaries = follow(config, found)
    tracks = {}
    for index, instances in enumerate(seen):
        for track, score in zip(instances.ids.tolist(), instances.scores.tolist(), strict=True):
            if summaries[track].keep:
                tracks.setdefault(track, []).append((index, places[index][score]))
    return sorted(tracks.values())


@pytest.mark.parametrize('seed', range(60))
def test_random_boxes(seed):
    generator = np.random.default_rng(seed)
    limits = dict(sigma_l=0., sigma_h=.5, sigma_iou=.5, t_min=2)
    if seed % 2:
        limits = dict(sigma_l=generator.integers(3) / 8, sigma_h=generator.integers(4, 8) / 8,
                      sigma_iou=generator.choice([.25, .5, .75]), t_min=int(generator.integers(1, 5)))
    frames = []
    for _ in range(12):
        number = generator.integers(7)
        # Whole numbers, so that overlaps tie and meet the threshold; scores name the detections.
        corners = generator.integers(0, 8, (number, 2))
        shapes = np.concatenate([corners, corners + generator.integers(4, 9, (number, 2))], 1)
        frames.append(list(zip(shapes.tolist(), (generator.permutation(64)[:number] / 64).tolist(), strict=True)))
    config = {**IOU, 'filters': [dict(type='MinScore', threshold=limits['sigma_l'])],
              'min_top_score': limits['sigma_h'], 'min_length': limits['t_min'],
              'stages': [{**IOU['stages'][0], 'gates': [dict(type='MinBoxIoU', threshold=limits['sigma_iou'])]}]}
    if not seed % 2:
        config = IOU
    found = [Instances(bboxes=torch.tensor([shape for shape, _ in frame], dtype=torch.float32).reshape(-1, 4),
                       labels=torch.arange(len(frame)) % 3, scores=torch.tensor([score for _, score in frame]))
             for frame in frames]
    places = [{score: place for place, (_, score) in enumerate(frame)} for frame in frames]
    assert tracks_of(config, found, places) == original(frames, box_overlap, **limits)


@pytest.mark.parametrize(('top', 'kept'), [(.5, True), (.49, False)])
def test_a_track_needs_one_score_of_sigma_h(top, kept):
    _, _, summaries = follow(IOU, [boxes((0, 0, .2)), boxes((1, 0, top)), boxes((2, 0, .3))])
    assert {track: summary.keep for track, summary in summaries.items()} == {0: kept}


@pytest.mark.parametrize('top', [.3, .6, .7, .9])
def test_a_score_that_has_no_exact_bits_meets_itself(top):
    _, _, summaries = follow({**IOU, 'min_top_score': top}, [boxes((0, 0, top)), boxes((0, 0, top))])
    assert summaries[0].keep


def test_a_track_of_one_detection_is_dropped_and_a_miss_ends_a_track():
    _, seen, summaries = follow(IOU, [boxes((0, 0, .9)), boxes(), boxes((0, 0, .9)), boxes((0, 0, .9))])
    assert [instances.ids.tolist() for instances in seen] == [[0], [], [1], [1]]
    assert {track: summary.keep for track, summary in summaries.items()} == {0: False, 1: True}


def test_the_older_track_chooses_first_whatever_the_younger_overlaps():
    # Both tracks like the one box at 2; the first is 2 away, the second lies on it.
    _, seen, _ = follow(IOU, [boxes((0, 0, .9), (2, 0, .9)), boxes((2, 0, .9))])
    assert seen[1].ids.tolist() == [0]


def full(rows):
    """Masks in a box of 10x10: the rows of pixels that are inside."""
    grids = torch.zeros(len(rows), 10, 10)
    for grid, inside in zip(grids, rows, strict=True):
        grid[inside] = 1
    return grids


def masked(*rows, pixels=False):
    """Rows (x, label, score, rows of the box inside)."""
    found = boxes(*(row[:3] for row in rows))
    column = BoxMasks(full([row[3] for row in rows]), found.bboxes)
    if pixels:
        column = RLEMasks(tuple(column.encode((1., 1.), VIDEO.height, VIDEO.width)), VIDEO.height, VIDEO.width)
    return found.replace(masks=column)


UPPER, LOWER, ALL = slice(0, 5), slice(5, 10), slice(0, 10)


@pytest.mark.parametrize('pixels', [False, True])
def test_masks_tell_apart_what_shares_a_box(pixels):
    frames = [masked((0, 0, .9, UPPER), (0, 0, .8, LOWER), pixels=pixels),
              masked((0, 0, .9, LOWER), (0, 0, .8, UPPER), pixels=pixels)]
    assert [instances.ids.tolist() for instances in follow(MASK_IOU, frames)[1]] == [[0, 1], [1, 0]]
    assert [instances.ids.tolist() for instances in follow(IOU, frames)[1]] == [[0, 1], [0, 1]]


def test_masks_must_overlap_by_half_and_agree_in_class():
    # 50 of 100 pixels; 40 of 100; all pixels of another class.
    for row, expected in (((0, 0, .9, UPPER), [0]), ((0, 0, .9, slice(0, 4)), [1]), ((0, 1, .9, ALL), [1])):
        _, seen, _ = follow(MASK_IOU, [masked((0, 0, .9, ALL)), masked(row)])
        assert seen[1].ids.tolist() == expected


def test_weak_masks_take_no_part():
    _, seen, summaries = follow(MASK_IOU, [masked((0, 0, .3, ALL), (50, 0, .29, ALL))] * 2)
    assert [instances.ids.tolist() for instances in seen] == [[0], [0]]
    assert {track: summary.keep for track, summary in summaries.items()} == {0: False}


@pytest.mark.parametrize('seed', range(10))
def test_random_masks(seed):
    generator = np.random.default_rng(seed)
    frames, found = [], []
    for _ in range(8):
        number = generator.integers(6)
        starts = generator.integers(0, 6, number)
        rows = [(x, 0, score, slice(start, start + length)) for x, score, start, length in zip(
            generator.integers(0, 4, number), generator.permutation(64)[:number] / 64, starts,
            generator.integers(3, 5, number), strict=True)]
        found.append(masked(*rows))
        masks = rle.decode_all(found[-1].masks.encode((1., 1.), 100, 100), 100, 100)
        frames.append([(mask, row[2]) for mask, row in zip(masks, rows, strict=True)])

    def overlap(first, second):
        return np.sum(first & second) / np.sum(first | second)

    places = [{score: place for place, (_, score) in enumerate(frame)} for frame in frames]
    assert tracks_of(MASK_IOU, found, places) == original(frames, overlap, sigma_l=.3, sigma_h=.5, sigma_iou=.5,
                                                          t_min=2)
