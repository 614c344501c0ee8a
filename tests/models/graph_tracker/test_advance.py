"""One frame of several videos: judged, decided, started, remembered."""

from dataclasses import replace

import pytest
import torch

from mmvist.models.graph_tracker.graph import Graph
from mmvist.structures.boxes import box_iou
from tests.models.graph_tracker.builders import (
    CHANNELS,
    clip_of,
    detections,
    found_of,
    frame_of,
    gather_found,
    tensors,
    tracker,
    unroll,
)

# All detections start tracks while there is room; some tracks are matched and some are not.
MIXED = dict(association=dict(match_threshold=-2.5, init_threshold=-9.), max_tracks=6)
VARIANTS = {
    'full': {}, 'code init': dict(appearance=dict(type='GaussianAppearance', code_init=True)),
    'lstm': dict(appearance=dict(type='LSTMAppearance')), 'none': dict(appearance=dict(type='NoAppearance')),
    'baked': dict(appearance=dict(type='BakedAppearance')), 'limited': dict(graph=dict(type='LimitedGraph')),
    'masktrack': dict(appearance=dict(type='LatestAppearance'), association=dict(type='MaskTrackAssociation')),
    'votes': dict(scoring=dict(type='VoteScoring')), 'average': dict(scoring=dict(type='AverageScoring')),
    'boxes': dict(keep_boxes=True), 'simple': dict(recurrence=dict(type='SimpleGate'))}
every_variant = pytest.mark.parametrize('name', VARIANTS)


def build(name='full', **options):
    return tracker(**{**MIXED, **VARIANTS[name], **options})


def assert_same(first, second):
    one, two = tensors(first), tensors(second)
    assert one.keys() == two.keys()
    for name, values in one.items():
        torch.testing.assert_close(values, two[name], rtol=1e-4, atol=1e-5,
                                   msg=lambda text, name=name: f'{name}: {text}')


@torch.no_grad()
def test_a_step_spelled_out():
    model = build()
    batches = [found_of(count, seed=seed) for seed, count in enumerate([3, 2, 0, 3])]
    slots, seen = None, set()
    for found in batches:
        step = model.advance(slots, found)
        slots = model._start(found) if slots is None else slots
        likelihood, empty_likelihood = model.appearance.edges(slots.appearance, slots.used, found)
        overlap = 2 * box_iou(slots.bboxes, found.bboxes)[..., None] - 1
        said = model.graph(Graph(slots.embeds, torch.cat([found.logits, found.places], dim=2), slots.empty,
                                 torch.cat([likelihood, overlap], dim=3), empty_likelihood), slots.used, found.real)
        assert torch.equal(step.verdict.match, said.match)
        assert torch.equal(step.verdict.init, said.init)
        new, number = step.slots, slots.next_ids[0].item()
        for m in range(step.choice.shape[1]):
            n, old = step.choice[0, m].item(), m < slots.used.shape[1]
            tracks, before, cell = (said.tracks[0, m], slots.embeds[0, m], slots.cells[0, m]) if old else (
                None, torch.zeros(CHANNELS), torch.zeros(CHANNELS))
            if step.born[0, m]:
                tracks = said.detections[0, n]
                assert new.ids[0, m] == number
                number += 1
            else:
                assert new.ids[0, m] == slots.ids[0, m]
                assert n == step.verdict.choice[0, m]
            embed, cell = model.recurrence(tracks, before, cell)
            torch.testing.assert_close(new.embeds[0, m], embed)
            torch.testing.assert_close(new.cells[0, m], cell)
            box = found.bboxes[0, n] if n >= 0 else torch.zeros(4)
            assert torch.equal(new.bboxes[0, m], box)
            assert new.idle[0, m] == (0 if n >= 0 else slots.idle[0, m] + 1)
            assert new.active[0, m] == (n >= 0)
            assert new.used[0, m]
            seen.add('born' if step.born[0, m] else 'seen' if n >= 0 else 'missed')
        assert new.next_ids[0] == number
        empty, cell = model.empty_recurrence(said.empty, slots.empty, slots.empty_cells)
        torch.testing.assert_close(new.empty, empty)
        torch.testing.assert_close(new.empty_cells, cell)
        torch.testing.assert_close(new.logits, model.scoring.classify(new.embeds))
        slots = new
    assert seen == {'born', 'seen', 'missed'}
    assert slots.used.shape[1] == 6


@every_variant
@torch.no_grad()
def test_order_of_detections_over_a_clip(name):
    model, clip = build(name), clip_of(4, 3, 4, 0, 3, 4)
    orders = [torch.randperm(len(some), generator=torch.Generator().manual_seed(t))
              for t, (_, some) in enumerate(clip)]
    steps = unroll(model, [gather_found([pair]) for pair in clip])
    turned = unroll(model, [gather_found([(frame, some[order])])
                            for (frame, some), order in zip(clip, orders, strict=True)])
    for step, other, order in zip(steps, turned, orders, strict=True):
        back = torch.cat([order, torch.tensor([-1])])       # -1 stays -1
        assert torch.equal(back[other.choice], step.choice)
        assert torch.equal(other.born, step.born)
        assert_same(other.slots, step.slots)
        torch.testing.assert_close(other.verdict.match, step.verdict.match[:, :, order], rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(other.verdict.init, step.verdict.init[:, order], rtol=1e-4, atol=1e-5)
    assert sum((step.choice >= 0).sum() for step in steps) > steps[-1].slots.used.sum()


def turned(slots, order):
    """The same tracks in other slots."""
    fixed = ('next_ids', 'empty', 'empty_cells')

    def turn(value, name):
        if torch.is_tensor(value):
            return value if name in fixed or name.startswith('scene') else value[:, order]
        if isinstance(value, tuple):
            parts = [turn(part, inner) for inner, part in zip(getattr(value, '_fields', [name] * len(value)), value,
                                                              strict=True)]
            return type(value)(*parts) if hasattr(value, '_fields') else tuple(
                part if name == 'scene' else done for part, done in zip(value, parts, strict=True))
        return value

    return replace(slots, **{name: turn(value, name) for name, value in vars(slots).items()})


@every_variant
@torch.no_grad()
def test_order_of_tracks(name):
    model, order = build(name, max_tracks=4), torch.tensor([2, 0, 3, 1])
    slots = unroll(model, [found_of(4, seed=seed) for seed in range(4)])[-1].slots
    # All slots are full, so that nothing starts.
    assert slots.used.sum() == 4
    other = turned(slots, order)
    for seed in range(4, 7):
        found = found_of(3, seed=seed)
        step, moved = model.advance(slots, found), model.advance(other, found)
        assert torch.equal(moved.choice, step.choice[:, order])
        assert_same(moved.slots, turned(step.slots, order))
        slots, other = step.slots, moved.slots


@every_variant
@torch.no_grad()
def test_videos_side_by_side_over_a_clip(name):
    model, clips = build(name), [clip_of(4, 0, 3, 2), clip_of(1, 3, 0, 2, seed=99), clip_of(0, 0, 0, 1, seed=77)]
    together = unroll(model, [gather_found(list(frames)) for frames in zip(*clips, strict=True)])
    sizes = set()
    for row, clip in enumerate(clips):
        for step, both in zip(unroll(model, [gather_found([pair]) for pair in clip]), together, strict=True):
            count = step.choice.shape[1]
            sizes.add(count)
            assert torch.equal(both.choice[row, :count], step.choice[0])
            assert not both.slots.used[row, count:].any()
            for part in ('used', 'active', 'ids', 'idle', 'embeds', 'cells', 'bboxes', 'logits'):
                torch.testing.assert_close(getattr(both.slots, part)[row, :count], getattr(step.slots, part)[0],
                                           rtol=1e-4, atol=1e-5)
            for part in ('next_ids', 'empty', 'empty_cells'):
                torch.testing.assert_close(getattr(both.slots, part)[row], getattr(step.slots, part)[0])
    assert len(sizes) > 2


@every_variant
@torch.no_grad()
def test_nothing_is_written_into_what_is_given(name):
    model = build(name)
    slots = unroll(model, [found_of(3, 2, seed=seed) for seed in range(2)])[-1].slots
    found = found_of(2, 3, seed=5)
    given = {**tensors(slots, 'slots'), **tensors(found, 'found')}
    before = {name: value.clone() for name, value in given.items()}
    model.advance(slots, found)
    assert len(before) >= 20
    assert all(torch.equal(value, before[name]) for name, value in given.items())


@pytest.mark.parametrize('keep', [False, True])
@torch.no_grad()
def test_boxes_of_tracks_that_are_missed(keep):
    # The next frame is told what it overlaps with, or that it is nowhere.
    model = tracker(keep_boxes=keep, association=dict(init_threshold=-9., match_threshold=9.))
    box = torch.tensor([[4., 4., 20., 20.]])
    found = gather_found([(frame_of(), detections(1, bboxes=box))])
    steps = unroll(model, [found, found_of(0), found_of(0, seed=1)])
    assert [step.slots.bboxes[0].tolist() for step in steps] == [box.tolist()] + [
        box.tolist() if keep else [[0., 0., 0., 0.]]] * 2
    assert [step.slots.idle[0].tolist() for step in steps] == [[0], [1], [2]]


@torch.no_grad()
def test_no_more_tracks_than_there_is_room_for():
    model = tracker(max_tracks=5, association=dict(init_threshold=-9.))
    steps = unroll(model, [found_of(3, seed=seed) for seed in range(4)])
    assert [step.slots.used.sum().item() for step in steps] == [3, 5, 5, 5]
    # Of the second frame the best two, in the order of their scores.
    best = found_of(3, seed=1).scores[0].argsort(descending=True)[:2].tolist()
    assert steps[1].choice[0, 3:].tolist() == best
    assert steps[-1].slots.ids[0].tolist() == list(range(5))
