"""The losses of unrolled clips."""

import math

import pytest
import torch

from mmvist.models.graph_tracker.training import UnrolledLoss
from tests.models.graph_tracker.builders import (
    CLASSES,
    HEIGHT,
    WIDTH,
    clip_of,
    detections,
    frame_of,
    tracker,
    truth_clip,
    truth_of,
)
from tests.models.graph_tracker.losses_by_loop import losses_by_loop

# Everything starts a track while there is room; about half of the tracks have a detection.
EAGER = dict(association=dict(match_threshold=-2.1, init_threshold=-9., train_init_threshold=-9.), max_tracks=6)


def scene(seed, length=3):
    """Two objects from the first frame on and a third that comes late; detections of them, twice, and of nothing."""
    found, truth = [], []
    for t in range(length):
        boxes = {4: ((2 + t, 4, 16 + t, 20), 1), 0: ((24, 6 - t, 40, 18), 0)}
        if t > 1 - seed % 2:
            boxes[9] = ((18, 22, 34, 28), 2)
        near = [box for box, _ in boxes.values()] + [(3 + t, 4, 17 + t, 20)] * (t != 1) + [(30, 20, 44, 31)]
        truth.append(truth_of(boxes, size=(28, 44) if seed % 2 else (HEIGHT, WIDTH), ignored=[(0, 0, 2, 2)]))
        found.append((frame_of(t, seed + t), detections(len(near), 10 * seed + t, bboxes=torch.tensor(near).float())))
    return found, truth_clip(truth)


@pytest.mark.parametrize('stride', [4, 3])
def test_against_loops(stride):
    model = tracker(**EAGER, loss=dict(mask_stride=stride))
    found, clips = zip(*(scene(seed) for seed in (0, 1)), strict=True)
    # One of the videos has fewer detections at first, so that it has free slots, and none in its last frame.
    first, second, (frame, last) = found[1]
    found = [found[0], [(first[0], first[1][:2]), second, (frame, last[:0])]]
    losses = model.loss(found, clips)
    expected, cases = losses_by_loop(model, found, clips, stride)
    assert set(losses) == set(expected) == {'loss_match', 'loss_init', 'loss_score', 'loss_mask'}
    for name, value in losses.items():
        assert value.item() == pytest.approx(expected[name].item(), rel=1e-4), name
        assert value > 0
    for case in ('false detection', 'false track', 'duplicate', 'match', 'birth', 'object without a track',
                 'ignored pixel', 'start between others'):
        assert cases[case] > 0, case


def test_class_weights():
    # They rise to the last frame, and of ten frames sum up to 1.018.
    loss = UnrolledLoss()
    weights = [loss.last_weight * loss.decay ** (9 - t) for t in range(10)]
    assert weights == pytest.approx([.285 * .8 ** (10 - number + 1) for number in range(1, 11)])
    assert (weights[0], weights[-1], sum(weights)) == pytest.approx((.0306, .228, 1.018), abs=1e-3)


def test_class_loss_of_ten_frames():
    # A track of equal logits that is there in all frames: 1.018 times the logarithm of the number of classes.
    model = tracker(**EAGER)
    model.scoring.classify.weight.data.zero_()
    found = clip_of(1, *[0] * 9)
    losses = model.loss([found] * 2, [truth_clip([truth_of({})] * 10)] * 2)
    assert losses['loss_score'].item() == pytest.approx(1.018 * math.log(CLASSES + 1), rel=1e-3)


def test_weights_of_the_losses():
    found, clip = scene(0)
    plain = tracker(**EAGER).loss([found], [clip])
    weights = dict(score=2., mask=3., match=5., init=.5)
    weighed = tracker(**EAGER, loss=dict(weights=weights)).loss([found], [clip])
    for name, value in plain.items():
        short = name.removeprefix('loss_')
        factor = weights[short] / {'score': 1, 'mask': 1, 'match': 4, 'init': 1}[short]
        assert weighed[name].item() == pytest.approx(factor * value.item(), rel=1e-5)
    only = tracker(**EAGER, loss=dict(weights=dict(match=0.))).loss([found], [clip])
    assert only['loss_match'] == 0
    assert only['loss_init'].item() == pytest.approx(plain['loss_init'].item())


def test_an_unknown_loss_is_named():
    with pytest.raises(ValueError, match='UnrolledLoss: weights has no masks; the losses are score, mask, match, init'):
        tracker(loss=dict(weights=dict(masks=2.)))


def test_a_batch_is_the_mean_of_its_videos():
    model = tracker(**EAGER)
    found, clips = zip(*(scene(seed) for seed in (0, 1, 2)), strict=True)
    both = model.loss(list(found), clips)
    alone = [model.loss([one], [clip]) for one, clip in zip(found, clips, strict=True)]
    for name, value in both.items():
        assert value.item() == pytest.approx(sum(losses[name].item() for losses in alone) / 3, rel=1e-4)


def test_false_detections_do_not_dilute():
    # The sums are not divided by the number of pairs: what is the same twice counts twice.
    model = tracker(**EAGER)
    model.graph.match.weight.data.zero_()
    model.graph.init.weight.data.zero_()
    for count in (1, 3):
        losses = model.loss([clip_of(count, count)], [truth_clip([truth_of({})] * 2)])
        one = math.log1p(math.exp(-2.1))
        assert losses['loss_init'].item() == pytest.approx(count * one, rel=1e-4)
        # Tracks of the first frame against detections of the second.
        assert losses['loss_match'].item() == pytest.approx(4 * count ** 2 * one / 2, rel=1e-4)


@pytest.mark.parametrize(('kind', 'learned'), [('LearnedScoring', True), ('VoteScoring', False),
                                               ('AverageScoring', False)])
def test_classes_are_learned_where_they_can_be(kind, learned):
    found, clip = scene(0)
    losses = tracker(**EAGER, scoring=dict(type=kind)).loss([found], [clip])
    assert ('loss_score' in losses) == learned


@pytest.mark.parametrize('counts', [(0, 0, 0), (0, 3, 1), (3, 0, 2), (8, 8, 0), (1, 1, 1)])
@pytest.mark.parametrize('objects', [{}, {5: ((4, 4, 20, 20), 1)}])
def test_frames_without_detections_tracks_or_room(counts, objects):
    model = tracker(**EAGER)
    losses = model.loss([clip_of(*counts)], [truth_clip([truth_of(objects)] * 3)])
    sum(losses.values()).backward()
    assert all(torch.isfinite(value) for value in losses.values())
    assert all(torch.isfinite(weight.grad).all() for weight in model.parameters() if weight.grad is not None)


def test_a_frame_that_is_all_ignored_costs_no_mask():
    found = clip_of(2)
    losses = tracker(**EAGER).loss([found], [truth_clip([truth_of({}, ignored=[(0, 0, WIDTH, HEIGHT)])])])
    assert losses['loss_mask'] == 0

