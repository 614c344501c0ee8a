"""The tracker in the loop over a video."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch
from mmengine.config import Config

from mmvist.models.graph_tracker.batch import gather_found
from mmvist.registry import MODELS
from mmvist.structures import TrackSummary, Video, rle
from mmvist.structures.competing_masks import competing_masks
from tests.models.graph_tracker.builders import (
    CLASSES,
    HEIGHT,
    WIDTH,
    clip_of,
    detections,
    frame_of,
    stream,
    tensors,
    tracker,
)

# All detections start tracks while there is room; some tracks are matched and some are not.
MIXED = dict(match_threshold=-2.3, init_threshold=-9.)
# Nothing is matched, everything starts.
BIRTHS = dict(match_threshold=99., init_threshold=-99.)


def test_answers():
    model, clip = tracker(association=MIXED, max_tracks=6), clip_of(4, 3, 0, 4, 2)
    states, answers = stream(model, clip)
    step, slots = None, None
    for (frame, some), state, answer in zip(clip, states, answers, strict=True):
        with torch.no_grad():
            step = model.advance(slots, gather_found([(frame, some)]))
            maps = model.track_masks(gather_found([(frame, some)]), step)[0]
        slots = step.slots
        shown = [m for m in range(maps.shape[0]) if step.choice[0, m] >= 0]
        rows = step.choice[0, shown]
        chances = slots.logits[0, shown].softmax(1)[:, :-1]
        assert answer.ids.tolist() == slots.ids[0, shown].tolist()
        assert torch.equal(answer.bboxes, some.bboxes[rows])
        assert torch.equal(answer.labels, chances.argmax(1))
        torch.testing.assert_close(answer.scores, chances.amax(1))
        expected = competing_masks(maps[shown], model.background, 4., (1., 1.), HEIGHT, WIDTH)
        assert answer.masks.counts == expected.counts
        assert all(torch.equal(value, tensors(state.slots)[name]) for name, value in tensors(slots).items())
    assert [len(answer) for answer in answers][2] == 0
    assert {len(answer) for answer in answers} > {0}


def test_ids_are_unique_and_masks_share_no_pixel():
    model = tracker(association=MIXED, max_tracks=6)
    _, answers = stream(model, clip_of(4, 3, 0, 4, 2))
    covered = 0
    for answer in answers:
        assert len(set(answer.ids.tolist())) == len(answer)
        pixels = rle.decode_all(answer.masks.counts, HEIGHT, WIDTH)
        assert pixels.sum(0).max(initial=0) <= 1
        covered += pixels.sum()
    assert covered > 0
    assert {track for answer in answers for track in answer.ids.tolist()} == set(range(6))


def test_a_state_is_left_as_it_is():
    model, clip = tracker(association=MIXED, release_after=1, max_tracks=5), clip_of(4, 3, 0, 4, 2)
    states, answers = stream(model, clip)
    for index in (0, 1, 2):
        before = {name: value.clone() for name, value in tensors(states[index]).items()}
        ended = dict(states[index].ended or {})
        _, again = stream(model, clip[index + 1:], states[index])
        assert len(before) > 10
        assert all(torch.equal(value, before[name]) for name, value in tensors(states[index]).items())
        assert (states[index].ended or {}) == ended
        for one, two in zip(again, answers[index + 1:], strict=True):
            assert one.ids.tolist() == two.ids.tolist()
            assert one.masks.counts == two.masks.counts
            assert torch.equal(one.scores, two.scores)


def test_summaries_are_of_the_last_frame():
    # Of tracks without a detection too, whose class goes on to change.
    model = tracker(association=MIXED, max_tracks=6)
    states, answers = stream(model, clip_of(4, 3, 4, 2, 0))
    assert len(answers[-1]) == 0
    changed = 0
    for state in states:
        summaries, slots = model.finish(state), state.slots
        assert list(summaries) == sorted(slots.ids[0, slots.used[0]].tolist())
        chances = slots.logits[0].softmax(1)[:, :-1]
        for m in range(len(chances)):
            label, score = chances[m].argmax().item(), chances[m].max().item()
            assert summaries[slots.ids[0, m].item()] == TrackSummary(label, pytest.approx(score))
            changed += not slots.active[0, m]
    assert len(summaries) == 6
    assert changed >= 6
    one, two = model.finish(states[-2]), model.finish(states[-1])
    assert all(one[track].score != two[track].score for track in one)


def test_nothing_at_all():
    model = tracker()
    assert model.finish(model.init()) == {}
    states, answers = stream(model, clip_of(0, 0))
    assert [len(answer) for answer in answers] == [0, 0]
    assert all(answer.columns == ('bboxes', 'scores', 'labels', 'ids', 'masks') for answer in answers)
    assert model.finish(states[-1]) == {}


def test_a_padded_frame_of_another_size():
    # The image is three quarters of the input, which is twice as large as the video.
    video = Video(2, 'half', 12, 18, 9)
    some = detections(3)
    frame = replace(frame_of(), video=video, height=24, width=36, scale=(2., 2.))
    model = tracker(association=BIRTHS)
    _, (answer,) = stream(model, [(frame, some)])
    pixels = rle.decode_all(answer.masks.counts, 12, 18)
    assert pixels.shape == (3, 12, 18)
    assert pixels.any()
    # In the network's pixels.
    assert torch.equal(answer.bboxes, some.bboxes[answer_rows(answer, some)])


def answer_rows(answer, some):
    """Rows of the detections that instances have."""
    return [(some.bboxes == box).all(1).nonzero()[0, 0].item() for box in answer.bboxes]


def test_the_state_does_not_grow():
    model, sizes = tracker(association=MIXED, max_tracks=5), []
    state = model.init()
    for index in range(60):
        state, _ = model.step(state, detections(index % 4, index), frame_of(index, index))
        sizes.append(len(pickle.dumps(state)))
    assert len(set(sizes[10:])) == 1
    assert sizes[-1] < 60000


def test_a_table_of_labels_is_inside_the_classes():
    # The background is never a label, even where it is most likely.
    model = tracker(association=MIXED, max_tracks=6)
    model.scoring.classify.bias.data[-1] = 5
    states, answers = stream(model, clip_of(4, 3))
    labels = np.concatenate([answer.labels for answer in answers])
    assert labels.max() < CLASSES
    assert max(summary.score for summary in model.finish(states[-1]).values()) < .05


def test_without_looks():
    some = detections(1)
    bare = some.only([name for name in some.columns if name != 'embeds'])
    model = tracker(appearance=dict(type='NoAppearance'), association=BIRTHS)
    assert len(stream(model, [(frame_of(), bare)])[1][0]) == 1
    with pytest.raises(ValueError, match='GaussianAppearance compares embeds, which an embedder adds to detections'):
        stream(tracker(), [(frame_of(), bare)])


def test_numbers_of_the_paper_and_of_its_code():
    model = MODELS.build(Config.fromfile('configs/_base_/trackers/rgnnvis.py').tracker)
    assert (model.num_classes, model.channels, model.max_tracks, model.background) == (40, 128, 24, 10)
    assert (model.keep_boxes, model.release_after) == (False, None)
    assert vars(model.association).items() >= dict(match_threshold=-2, init_threshold=-2,
                                                   train_init_threshold=-2).items()
    assert model.unrolled_loss.weights == dict(score=1, mask=1, match=4, init=1)
    assert (model.unrolled_loss.min_iou, model.unrolled_loss.mask_stride) == (.5, 1)
    assert (model.appearance.channels, model.appearance.code_init, model.appearance.constant_variance) == (
        512, False, False)
    assert [type(block).__name__ for block in model.graph.blocks] == ['GraphBlock', 'ResidualBlock'] * 2
    # What it has without being told is the same.
    other = MODELS.build(dict(type='GraphTracker', num_classes=40))
    assert {name: value.shape for name, value in other.state_dict().items()} == {
        name: value.shape for name, value in model.state_dict().items()}
    assert other.unrolled_loss.weights == model.unrolled_loss.weights
    assert (other.max_tracks, other.background) == (24, 10)
