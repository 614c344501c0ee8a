"""Inputs that no detector should give, but some will."""

import pytest
import torch

from mmvist.structures.instances import Instances
from mmvist.structures.masks import BoxMasks
from tests.tracking.scenes import CARRIED, TRACKERS
from tests.tracking.toys import follow

NAMES = sorted(set(TRACKERS) - CARRIED)
LARGE = [[10., 10, 410, 410], [500, 500, 900, 900]]


def found(bboxes=LARGE, labels=(0, 1), without=(), precision=torch.float32, integer=torch.long, **columns):
    bboxes = torch.as_tensor(bboxes)
    columns = {'bboxes': bboxes, 'scores': torch.tensor([.98, .99]), 'embeds': torch.eye(2, 8) * 5, **columns}
    columns = {name: column.to(precision) for name, column in columns.items()}
    columns |= {'labels': torch.tensor(labels).to(integer), 'masks': BoxMasks(torch.ones(2, 4, 4), bboxes / 10)}
    return Instances(**{name: column for name, column in columns.items() if name not in without})


def final(name, *frames):
    """Final ids of what is kept in the end, and the summaries of it."""
    _, seen, summaries = follow(TRACKERS[name], frames)
    kept = {track: summary for track, summary in summaries.items() if summary.keep}
    return [[track if kept[track].id is None else kept[track].id for track in instances.ids.tolist() if track in kept]
            for instances in seen], list(kept.values())


@pytest.mark.parametrize('name', NAMES)
class TestEveryTracker:
    @pytest.mark.parametrize('precision', [torch.float16, torch.bfloat16, torch.float64])
    def test_other_precisions(self, name, precision):
        # Areas of 160000 pixels do not fit into sixteen bits.
        tracks, summaries = final(name, *[found(precision=precision)] * 8)
        assert tracks == final(name, *[found()] * 8)[0]
        assert tracks in ([[0, 1]] * 8, [[1, 0]] * 8)
        assert summaries[0].score == pytest.approx(.985, abs=6e-3)

    def test_the_first_frame_of_another_precision(self, name):
        frames = [found(), *[found(precision=torch.float16)] * 2]
        assert final(name, *frames)[0] == final(name, *[found()] * 3)[0]
        # As long as any tracker wants a track to be.
        tracks, _ = final(name, found()[:0], *[found(precision=torch.float16)] * 8)
        assert len(tracks[0]) == 0
        assert len(tracks[8]) == 2
        assert all(in_frame in ([], tracks[8]) for in_frame in tracks)

    @pytest.mark.parametrize('integer', [torch.uint8, torch.int16, torch.int32])
    def test_labels_of_other_integers(self, name, integer):
        assert final(name, *[found(integer=integer)] * 3) == final(name, *[found()] * 3)

    @pytest.mark.parametrize('value', [float('nan'), float('inf')])
    @pytest.mark.parametrize('column', ['bboxes', 'scores'])
    def test_what_is_not_finite_is_refused_at_once(self, name, column, value):
        broken = getattr(found(), column).clone()
        broken.view(2, -1)[1, 0] = value
        detections = found(**{column: broken})
        if column == 'bboxes':
            detections = detections.replace(masks=BoxMasks(torch.ones(2, 4, 4), broken))
        with pytest.raises(ValueError, match='not finite'):
            follow(TRACKERS[name], [detections])

    def test_boxes_without_area_break_nothing(self, name):
        for corners in ([5., 5, 5, 5], [9., 9, 3, 3], [5., 5, 5, 50]):
            detections = found(bboxes=[corners, LARGE[1]])
            tracks, _ = final(name, *[detections] * 3)
            assert all(len(set(in_frame)) == len(in_frame) for in_frame in tracks)

    def test_coordinates_far_outside(self, name):
        detections = found(bboxes=[[1e6, 1e6, 1e6 + 300, 1e6 + 300], [-1e6, 0, -1e6 + 300, 400]])
        detections = detections.replace(masks=found().masks)
        assert final(name, *[detections] * 3)[0] == final(name, *[found()] * 3)[0]

    def test_a_score_of_zero_breaks_nothing(self, name):
        tracks, _ = final(name, *[found(scores=torch.zeros(2))] * 3)
        assert all(len(set(in_frame)) == len(in_frame) for in_frame in tracks)


def uses(name, *words):
    return any(word in str(TRACKERS[name]) for word in words)


@pytest.mark.parametrize('name', [name for name in NAMES if not uses(name, "'threshold': [")])
def test_labels_beyond_what_sixteen_bits_of_a_score_can_tell(name):
    _, summaries = final(name, *[found(labels=(301, 1203), precision=torch.bfloat16)] * 8)
    assert {summary.label for summary in summaries} == {301, 1203}


@pytest.mark.parametrize('name', [name for name in NAMES if not uses(name, 'SequenceTracker')])
def test_embeddings_that_are_not_finite_are_refused_at_once(name):
    broken = torch.eye(2, 8)
    broken[1, 3] = torch.nan
    with pytest.raises(ValueError, match='frame 0: boxes, scores or embeddings of detections are not finite'):
        follow(TRACKERS[name], [found(embeds=broken)])


@pytest.mark.parametrize('name', [name for name in NAMES if uses(name, 'Appearance', 'Embedding', 'Gallery')])
def test_detections_without_embeddings_are_named(name):
    with pytest.raises(AttributeError, match="no column 'embeds'; they have"):
        follow(TRACKERS[name], [found(without=['embeds'])])


@pytest.mark.parametrize('name', [name for name in NAMES if uses(name, 'pixel_masks')])
def test_detections_without_masks_are_named(name):
    with pytest.raises(AttributeError, match="no column 'masks'; they have"):
        follow(TRACKERS[name], [found(without=['masks'])])


@pytest.mark.parametrize('name', [name for name in NAMES if not uses(name, 'pixel_masks', 'LastMasks')])
def test_masks_are_not_asked_for_where_they_are_not_compared(name):
    assert final(name, *[found(without=['masks'])] * 3) == final(name, *[found()] * 3)
