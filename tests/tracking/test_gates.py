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
