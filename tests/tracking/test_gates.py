"""Gates at their thresholds."""

import numpy as np
import pytest
import torch

from mmvist.structures import rle
from mmvist.structures.masks import RLEMasks
from mmvist.tracking import (
    BelowScore,
    Confirmed,
    MaxDistance,
    MaxGap,
    MinArea,
    MinBoxIoU,
    MinCover,
    MinCoverRatio,
    MinLead,
    MinMaskIoU,
    MinScore,
    SameClassOnly,
)
from tests.tracking.toys import boxes

NONE = boxes()


def strips(*lengths):
    """Masks of the first so many of 20 x 20 pixels."""
    masks = [np.arange(400).reshape(20, 20) < length for length in lengths]
    return boxes(*[(0, 0, .5)] * len(lengths)).replace(masks=RLEMasks(tuple(map(rle.encode, masks)), 20, 20))


def test_same_class():
    assert SameClassOnly()(boxes((0, 1, .5), (0, 2, .5)), boxes((0, 2, .5), (0, 3, .5), (0, 1, .5))).tolist() == [
        [False, False, True], [True, False, False]]


def test_box_overlap_at_the_threshold():
    # 5 / 15.
    gate = MinBoxIoU(1 / 3)
    assert gate(boxes((0, 0, .5)), boxes((0, 0, .5), (5, 0, .5), (6, 0, .5))).tolist() == [[True, True, False]]
    seen = boxes((9, 0, .5)).replace(observed=boxes((0, 0, .5)).bboxes)
    assert MinBoxIoU(1 / 3, observed=True)(seen, boxes((5, 0, .5), (9, 0, .5))).tolist() == [[True, False]]


def test_mask_overlap_at_the_threshold():
    assert MinMaskIoU(.3)(strips(100), strips(100, 30, 29, 0)).tolist() == [[True, True, False, False]]


def test_area_at_the_threshold():
    assert MinArea(11)(NONE, strips(0, 10, 11, 400)).tolist() == [[False, False, True, True]]
    with pytest.raises(AttributeError, match="no column 'masks'"):
        MinArea(11)(NONE, boxes((0, 0, .5)))


@pytest.mark.parametrize('metric', ['cosine', 'euclidean'])
def test_distance_at_the_threshold_one_a_class(metric):
    # Vectors at right angles: 1 and sqrt(2) apart; the class is the detection's.
    apart = {'cosine': 1., 'euclidean': 2 ** .5}[metric]
    tracks = boxes((0, 1, .5)).replace(embeds=torch.tensor([[1., 0]]))
    found = boxes((0, 0, .5), (0, 1, .5), (0, 2, .5)).replace(embeds=torch.tensor([[0., 1]] * 3))
    assert MaxDistance(metric, apart + 1e-6)(tracks, found).tolist() == [[True] * 3]
    assert MaxDistance(metric, apart - 1e-6)(tracks, found).tolist() == [[False] * 3]
    gate = MaxDistance(metric, [apart - 1e-6, apart + 1e-6, 9.])
    assert gate(tracks, found).tolist() == [[False, True, True]]
    with pytest.raises(ValueError, match='MaxDistance: metric must be one of'):
        MaxDistance('l1', 1.)


def test_gap_of_one_for_all_or_one_a_class_of_tracks():
    tracks = boxes((0, 0, .5), (0, 0, .5), (0, 1, .5), (0, 1, .5)).replace(gaps=torch.tensor([1, 2, 2, 3]))
    assert MaxGap(1)(tracks, NONE).flatten().tolist() == [True, False, False, False]
    assert MaxGap([1, 2])(tracks, NONE).flatten().tolist() == [True, False, True, False]


def test_score_of_one_for_all_or_one_a_class():
    found = boxes((0, 0, .847), (0, 0, .846), (0, 1, .937), (0, 1, .936), (0, 0, .937))
    assert MinScore(.847)(NONE, found).tolist() == [[True, False, True, True, True]]
    assert MinScore([.847, .937])(NONE, found).tolist() == [[True, False, True, False, True]]
    assert BelowScore(.847)(NONE, found).tolist() == [[False, True, False, False, False]]


@pytest.mark.parametrize('dtype', [torch.uint8, torch.int16, torch.int32])
def test_classes_of_any_integers(dtype):
    found = boxes((0, 0, .5), (0, 1, .5))
    found = found.replace(labels=found.labels.to(dtype), gaps=torch.tensor([2, 2]))
    assert MinScore([.6, .4])(NONE, found).tolist() == [[False, True]]
    assert MaxGap([1, 2])(found, NONE).flatten().tolist() == [False, True]


def test_a_class_without_a_number_is_named():
    with pytest.raises(ValueError, match=r'there are numbers for 2 classes, \[0\.3, 0\.5\], but a label is 2'):
        MinScore([.3, .5])(boxes(), boxes((0, 2, .5)))


def test_confirmed_or_not():
    tracks = boxes((0, 0, .5), (0, 0, .5)).replace(confirmed=torch.tensor([True, False]))
    assert Confirmed()(tracks, NONE).tolist() == [[True], [False]]
    assert Confirmed(confirmed=False)(tracks, NONE).tolist() == [[False], [True]]


@pytest.mark.parametrize('gate', [
    SameClassOnly(), MinBoxIoU(.5), MaxDistance('cosine', .5), MaxDistance('cosine', [.5]), MaxGap(1), MaxGap([1]),
    MinScore(.5), MinScore([.5]), BelowScore(.5), Confirmed(), MinMaskIoU(.5), MinArea(3)],
    ids=lambda gate: type(gate).__name__)
@pytest.mark.parametrize(('num_tracks', 'num_detections'), [(0, 0), (0, 2), (3, 0), (3, 2)])
def test_every_gate_broadcasts_to_tracks_and_detections(gate, num_tracks, num_detections):
    many = strips(1, 2, 3).replace(embeds=torch.rand(3, 4), gaps=torch.tensor([1, 2, 3]),
                                   confirmed=torch.tensor([True, False, True]))
    passing = gate(many[:num_tracks], many[:num_detections])
    assert passing.dtype == torch.bool
    assert passing.expand(num_tracks, num_detections).shape == (num_tracks, num_detections)


def slices(*slices, labels=None):
    """Masks of the pixels from one to another of 20 x 20."""
    masks = [(first <= np.arange(400).reshape(20, 20)) & (np.arange(400).reshape(20, 20) < last)
             for first, last in slices]
    return boxes(*[(0, label, .5) for label in labels or [0] * len(slices)]).replace(
        masks=RLEMasks(tuple(map(rle.encode, masks)), 20, 20))


# One detection of 100 pixels; tracks, then (b1 - b2, b1, r) worked by hand.
COVERS = {
    'exactly covered': ([(0, 100)], (100, 100, 0)),
    'two halves': ([(0, 50), (50, 100)], (0, 50, 0)),
    'a good one and a poor one': ([(0, 71), (80, 100)], (51, 71, 9)),
    'two that lie over each other': ([(0, 70), (0, 60)], (10, 70, 30)),
    'three, the best last': ([(0, 10), (10, 30), (30, 90)], (40, 60, 10)),
    'one beside it': ([(100, 200)], (0, 0, 100)),
    'one larger than it': ([(0, 400)], (100, 100, 0)),
    'none': ([], (0, 0, 100))}


@pytest.mark.parametrize('name', COVERS)
def test_ambiguity_is_in_pixels_of_the_detection(name):
    tracks, (lead, best, left) = COVERS[name]
    tracks, found = slices(*tracks), slices((0, 100))
    for gate, exact in ((MinLead, lead), (MinCover, best)):
        assert gate(exact)(tracks, found).tolist() == [[True]]
        assert gate(exact + 1)(tracks, found).tolist() == [[False]]
    ratio = best / left if left else 1000.
    assert MinCoverRatio(ratio)(tracks, found).tolist() == [[True]]
    assert MinCoverRatio(ratio + .001)(tracks, found).tolist() == [[left == 0]]


def test_ambiguity_counts_tracks_of_the_same_class_alone_and_each_detection_by_itself():
    tracks = slices((0, 60), (60, 100), (100, 160), (160, 200), labels=[0, 1, 1, 1])
    found = slices((0, 100), (100, 200), (0, 100), (300, 350), labels=[0, 1, 2, 0])
    # b1, b2, r: (60, 0, 40), (60, 40, 0), (0, 0, 100), (0, 0, 50).
    assert MinLead(21)(tracks, found).tolist() == [[True, False, False, False]]
    assert MinCover(60)(tracks, found).tolist() == [[True, True, False, False]]
    assert MinCoverRatio(1.5)(tracks, found).tolist() == [[True, True, False, False]]
    assert MinCoverRatio(2)(tracks, found).tolist() == [[False, True, False, False]]
    assert MinLead(10)(tracks, found[:0]).shape == MinCoverRatio(2)(tracks, found[:0]).shape == (1, 0)


def test_ambiguity_of_random_masks_against_counting_pixels():
    generator = np.random.default_rng(0)
    for _ in range(20):
        masks, labels = generator.random((9, 20, 20)) < .3, generator.integers(0, 2, 9)
        everything = boxes(*[(0, label, .5) for label in labels.tolist()]).replace(
            masks=RLEMasks(tuple(map(rle.encode, masks)), 20, 20))
        best, lead, ratio = [], [], []
        for mask, label in zip(masks[5:], labels[5:], strict=True):
            rivals = masks[:5][labels[:5] == label]
            second, first = sorted([0, 0, *(int((rival & mask).sum()) for rival in rivals)])[-2:]
            left = int((mask & ~rivals.any(axis=0)).sum())
            best.append(first >= 30)
            lead.append(first - second >= 5)
            ratio.append(first >= .6 * left)
        tracks, found = everything[:5], everything[5:]
        assert MinCover(30)(tracks, found).tolist() == [best]
        assert MinLead(5)(tracks, found).tolist() == [lead]
        assert MinCoverRatio(.6)(tracks, found).tolist() == [ratio]
