"""How the spatio-temporal embedding's rows link what they find, by their configs."""

from pathlib import Path

import pytest
import torch

from mmvist.engine import load_config
from mmvist.registry import MODELS
from mmvist.structures.instances import Instances
from mmvist.structures.masks import RLEMasks
from tests.tracking.toys import frame

FOLDER = Path(__file__).parents[2] / 'configs/spatio_temporal_embedding'


def tracker_of(change=''):
    config = load_config(FOLDER / f'spatio-temporal-embedding_r18_street-world{change}.py')
    return MODELS.build(config.model.tracker)


def blobs(*means):
    """Detections that differ in their mean embeddings alone."""
    count = len(means)
    masks = torch.zeros(count, 8, 8, dtype=torch.bool)
    masks[:, 2:4, 2:4] = True
    boxes = torch.tensor([[2., 2, 4, 4]]).expand(count, -1)
    return Instances(bboxes=boxes, scores=torch.ones(count), labels=torch.zeros(count, dtype=torch.int64),
                     embeds=torch.tensor(means, dtype=torch.float32).reshape(count, -1),
                     masks=RLEMasks.from_pixels(masks, boxes.long()))


def ids_of(tracker, *frames):
    """Ids of each frame's detections, in their order."""
    state, found = tracker.init(), []
    for index, detections in enumerate(frames):
        state, instances = tracker.step(state, detections, frame(index))
        found.append(instances.ids.tolist())
    return found


def test_two_blobs_keep_their_ids():
    frames = [blobs((0 + .2 * t, 0), (3, .1 * t)) for t in range(5)]
    first, *others = ids_of(tracker_of(), *frames)
    assert len(set(first)) == 2
    assert others == [first] * 4


@pytest.mark.parametrize(('moved', 'absent', 'returns'), [
    (1.4, 5, True), (1.6, 5, False),      # rho_r = 1.5
    (0., 9, True), (0., 10, False)])      # ten frames of life
def test_a_blob_that_was_away_returns_with_its_id(moved, absent, returns):
    there, away = blobs((0, 0), (5, 0)), blobs((0, 0))
    found = ids_of(tracker_of(), there, *[away] * absent, blobs((0, 0), (5, moved)))
    assert (found[-1][1] == found[0][1]) is returns
    assert found[-1][0] == found[0][0]


def test_the_frame_before_is_asked_first_and_of_older_ones_the_nearest():
    frames = [blobs((0, 0), (2.5, 0)), blobs((0, 0)), blobs((1.3, 0), (1.1, 0))]
    (old, older), _, last = ids_of(tracker_of(), *frames)
    # 1.1 is nearer to the track of the frame before, 1.3 then to the one that was away.
    assert last == [older, old]
    (_, _), _, (last,) = ids_of(tracker_of(), blobs((0, 0), (2, 0)), blobs((9, 9)), blobs((1.2, 0)))
    assert last == 1


def strips(*lefts, width=10):
    """Detections of ten columns and one row each, from a column on."""
    masks = torch.zeros(len(lefts), 1, 64, dtype=torch.bool)
    for mask, left in zip(masks, lefts, strict=True):
        mask[0, left:left + width] = True
    boxes = torch.tensor([[left, 0, left + width, 1] for left in lefts], dtype=torch.float32).reshape(-1, 4)
    return Instances(bboxes=boxes, scores=torch.ones(len(lefts)), labels=torch.zeros(len(lefts), dtype=torch.int64),
                     embeds=torch.zeros(len(lefts), 8), masks=RLEMasks.from_pixels(masks, boxes.long()))


def test_single_frames_are_linked_by_overlap_with_the_frame_before():
    tracker = tracker_of('_brabandere')
    # Overlaps of 2 of 18 and of 1 of 19 columns: above and below a tenth.
    (first, second), last = ids_of(tracker, strips(0, 30), strips(8, 39))
    assert last[0] == first
    assert last[1] not in (first, second)
    # Who was away for a frame is somebody else.
    (first,), _, (last,) = ids_of(tracker, strips(0), strips(40), strips(0))
    assert first != last
    # The optimum is sought before the threshold: 8 with 3 and 20 with 14, although 8 and 14 overlap, too.
    (first, second), last = ids_of(tracker, strips(8, 20), strips(3, 14))
    assert last == [first, second]
