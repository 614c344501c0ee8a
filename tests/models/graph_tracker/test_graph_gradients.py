"""Gradients: through many frames, against finite differences, and to every weight of every variant."""

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from mmengine.config import Config
from torch import nn
from torch.func import functional_call

from mmvist.registry import MODELS
from tests.models.graph_tracker.builders import (
    CLASSES,
    LOOKS,
    clip_of,
    double,
    found_of,
    random,
    tracker,
    truth_clip,
    truth_of,
    unroll,
    with_biases,
)

BOX = (4, 4, 20, 20)
# What a frame's detections have that gradients go to.
SEEN = ('embeds', 'scene', 'logits', 'masks')
FOLDER = Path(__file__).parents[3] / 'configs/rgnnvis'
NAME = 'rgnnvis_r18_fpn_street-world'
VARIANTS = sorted(path.stem.removeprefix(NAME).removeprefix('_') for path in FOLDER.glob(f'{NAME}*.py'))
# Weights that nothing reads, or nothing that learns. What is told last of the empty track is for the next frame alone.
UNTRAINED = {
    # Births are what matches nothing, so that nothing is read of the empty track.
    'limited-gnn': ['empty_recurrence', 'appearance.scene_rates'],
    'constant-variance': [f'appearance.{part}.{rate}' for part in ('rates', 'scene_rates')
                          for rate in ('variance', 'spread')],
    # Chances are told by looks alone, and no edge is read after the last nodes have.
    'masktrack-association': ['graph.match', 'graph.init', 'graph.blocks.3.layers.edges',
                              'graph.blocks.3.layers.empty_edges'],
}


def small(variant):
    """The tracker of a config, with few channels, that starts and matches much."""
    config = Config.fromfile(FOLDER / f'{NAME}{"_" * bool(variant)}{variant}.py').model.tracker
    torch.manual_seed(0)
    if config.association.type == 'EdgeAssociation':
        config.association.train_init_threshold = -9.0
    model = MODELS.build({**config, 'num_classes': CLASSES, 'appearance_channels': LOOKS, 'channels': 16,
                          'graph': {**config.graph, 'hidden': 8}})
    return with_biases(model, -.1, .3).train()


def learning_clip(seed=0):
    """A clip of an object that is detected in every frame, and of false detections."""
    found = []
    for frame, some in clip_of(3, 2, 3, 3, seed=seed):
        bboxes = some.bboxes.clone()
        bboxes[0] = torch.tensor(BOX)
        found.append((frame, some.replace(bboxes=bboxes, masks=type(some.masks)(some.masks.logits, bboxes, 4))))
    return found, truth_clip([truth_of({5: (BOX, 1)})] * len(found))


def test_there_are_variants():
    assert len(VARIANTS) >= 18
    assert set(UNTRAINED) <= set(VARIANTS)


@pytest.mark.parametrize('variant', VARIANTS, ids=lambda name: name or 'full')
def test_every_weight_learns(variant):
    model = small(variant)
    found, clips = zip(*(learning_clip(seed) for seed in (0, 50)), strict=True)
    losses = model.loss(found, clips)
    sum(losses.values()).backward()
    assert all(torch.isfinite(value) for value in losses.values())
    untrained = tuple(f'{name}.' for name in UNTRAINED.get(variant, ()))
    for name, weight in model.named_parameters():
        if name.startswith(untrained):
            assert weight.grad is None, name
        else:
            assert torch.isfinite(weight.grad).all(), name
            assert (weight.grad != 0).any(), name


class Outcome(nn.Module):
    """What the last of some frames comes to, a number."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, batches):
        step = unroll(self.model, batches)[-1]
        used = step.slots.used[..., None].double()
        parts = [step.verdict.match, step.verdict.init, step.slots.logits * used, step.slots.embeds,
                 step.slots.cells, self.model.track_masks(batches[-1], step)]
        return sum((random(*part.shape, seed=seed, dtype=part.dtype) * part).sum() for seed, part in enumerate(parts))


@pytest.mark.parametrize(('frames', 'options'), [
    (10, {}), (10, dict(appearance=dict(type='GaussianAppearance', code_init=True))),
    (4, dict(appearance=dict(type='LSTMAppearance'))), (4, dict(recurrence=dict(type='SimpleGate'))),
    (4, dict(graph=dict(gated=False))),
    (4, dict(appearance=dict(type='LatestAppearance'), association=dict(type='MaskTrackAssociation')))])
def test_finite_differences(frames, options):
    # In float64, which `gather_found` would not let through: detections come in single precision.
    options = {'association': dict(match_threshold=-1.5, init_threshold=-1.), **options}
    model = with_biases(tracker(**options, max_tracks=4), -.2, .2).double()
    for part in model.modules():
        if hasattr(part, 'first_variance'):
            # A wider Gaussian, whose likelihood is not so steep.
            part.first_variance, part.rates.spread.bias.data[:], part.scene_rates.spread.bias.data[:] = .1, -2, -2
    batches = [double(found_of(count, seed=seed)) for seed, count in enumerate([3, 2, 3, 2, 0, 3, 1, 2, 1, 2][:frames])]
    steps = unroll(model, batches)
    assert sum((step.choice >= 0).sum() for step in steps) > 6
    assert [step.born.any().item() for step in steps[:3]].count(True) > 1
    outcome = Outcome(model)
    inputs = {**{name: weight.detach() for name, weight in outcome.named_parameters()},
              **{f'{t}.{name}': getattr(found, name) for t, found in enumerate(batches) for name in SEEN}}

    def told(flat):
        parts = {name: part.view_as(inputs[name]) for (name, part) in zip(
            inputs, flat.split([value.numel() for value in inputs.values()]), strict=True)}
        seen = [found._replace(**{name: parts.pop(f'{t}.{name}') for name in SEEN}) for t, found in enumerate(batches)]
        return functional_call(outcome, parts, (seen,))

    flat = torch.cat([value.flatten() for value in inputs.values()])
    slopes, = torch.autograd.grad(told(flat.requires_grad_()), flat)
    for seed in range(4):
        step = 1e-6 * F.normalize(random(len(flat), seed=seed, dtype=flat.dtype), dim=0)
        with torch.no_grad():
            expected = (told(flat + step) - told(flat - step)) / 2
        assert (slopes @ step).item() == pytest.approx(expected.item(), rel=1e-4)


def test_gradients_reach_back_over_ten_frames():
    model = tracker(association=dict(match_threshold=-9., init_threshold=-9.), max_tracks=2).double()
    batches = [double(found_of(2, seed=seed)) for seed in range(10)]
    first = batches[0]._replace(embeds=batches[0].embeds.requires_grad_(), logits=batches[0].logits.requires_grad_())
    steps = unroll(model, [first, *batches[1:]])
    assert steps[0].slots.used.any()
    logits = steps[-1].slots.logits[steps[0].born.nonzero(as_tuple=True)]
    for grad in torch.autograd.grad(logits.square().sum(), [first.embeds, first.logits]):
        assert torch.isfinite(grad).all()
        assert grad.abs().max() > 1e-12


def test_decisions_pass_no_gradient():
    model = tracker()
    for step in unroll(model, [found_of(3, seed=seed) for seed in range(3)]):
        for values in (step.choice, step.born, step.verdict.births, step.slots.used, step.slots.ids, step.slots.bboxes):
            assert not values.requires_grad
