"""Training of a tracker that learns, on what a frozen detector finds."""

import pytest
import torch
from mmengine.config import Config

from mmvist.models.graph_tracker.batch import gather_found
from mmvist.models.segmentor import frames_of
from mmvist.structures import Video
from tests.models.builders import batch, clip, random_norms, tiny_model, tiny_yolact

SHORT = dict(graph=dict(type='GraphNetwork', hidden=8), channels=16, max_tracks=6, background=0.0)


def build(frozen=('detector',), tracker=(), embedder=(), **options):
    """RGNNVIS of the street world on a small detector that finds much."""
    slots = Config.fromfile('configs/_base_/trackers/rgnnvis_street-world.py')
    slots.tracker.update(appearance_channels=8, **SHORT)
    slots.tracker.update(dict(tracker))
    slots.embedder.update(in_channels=[32, 64], channels=4, hidden=5, **dict(embedder))
    detector = tiny_yolact(min_score=.26, max_per_img=5)
    model = tiny_model(detector=detector, embedder=slots.embedder, tracker=slots.tracker, frozen=frozen, **options)
    # At first all classes are about as likely, and masks are nowhere clear.
    model.detector.bbox_head.conv_cls.weight.data *= .3
    random_norms(model.detector)
    for name, weight in model.tracker.named_parameters():
        if name.endswith('bias') and 'spread' not in name:
            # A few channels that no input passes would teach nothing.
            weight.data += .2 * torch.rand(weight.shape)
    association = model.tracker.association
    association.match_threshold = association.init_threshold = association.train_init_threshold = -1e3
    return model


@pytest.fixture(scope='module')
def model():
    return build().train()


def clips():
    return clip([True, True, True]), clip([False, True, True], first=3, ids=(7, 2))


def prepared(model, *some):
    data = model.data_preprocessor(batch(*(some or clips())), True)
    return data['inputs'], data['data_samples']


def test_losses_are_those_of_the_parts(model):
    # Each clip's frames go through the detector, the embedder, and then all clips through the tracker.
    inputs, samples = prepared(model)
    found = []
    for images, sample in zip(inputs, samples, strict=True):
        with torch.no_grad():
            _, answers = model.detector.step(None, frames_of(images[None], [sample]), None)
        found.append([model.embedder(*answer) for answer in answers])
        assert sum(len(detections) for _, detections in answers) > 3
    expected = model.tracker.loss(found, samples)
    losses = model(inputs, samples, mode='loss')
    assert set(losses) == {'loss_score', 'loss_mask', 'loss_match', 'loss_init'}
    for name, value in losses.items():
        torch.testing.assert_close(value, expected[name])
        assert value > 0


def test_a_step_trains_all_but_the_detector():
    model = build().train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    optimizer = torch.optim.Adam([weight for weight in model.parameters() if weight.requires_grad], 1e-3)
    for _ in range(2):
        total, _ = model.parse_losses(model(*prepared(model), mode='loss'))
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
    for name, weight in model.named_parameters():
        assert weight.requires_grad == (weight.grad is not None) != name.startswith('detector.'), name
        if name.startswith('embedder.'):
            assert (weight.grad != 0).any(), name
    moved = {name for name, value in model.state_dict().items() if not torch.equal(value, before[name])}
    # Statistics of batch norms, and how many batches they have seen, are not among them.
    assert any('running_mean' in name for name in before)
    assert not any(name.startswith('detector.') for name in moved)
    assert len(moved) > .8 * sum(not name.startswith('detector.') for name in before)


def test_the_detector_stays_in_evaluation_mode(model):
    model.eval()
    model.train()
    assert not any(part.training for part in model.detector.modules())
    assert all(part.training for slot in (model.embedder, model.tracker) for part in slot.modules())
    # As it would be in testing: nothing is dropped, whatever else trains.
    model.detector.dropout.p = .9
    first, second = (model(*prepared(model), mode='loss') for _ in range(2))
    model.detector.dropout.p = 0.
    third = model(*prepared(model), mode='loss')
    for name, value in first.items():
        assert torch.equal(value, second[name])
        assert torch.equal(value, third[name])


@pytest.mark.parametrize('frozen', [(), ('embedder',), ('detector.backbone',)])
def test_a_detector_that_trains_is_refused(frozen):
    model = build(frozen=frozen)
    told = r'GraphTracker learns from what a trained detector finds: set frozen=\["detector"\]'
    with pytest.raises(ValueError, match=told):
        model(*prepared(model), mode='loss')


def test_a_detector_that_needs_the_tracks_is_refused(model, monkeypatch):
    monkeypatch.setattr(model.detector, 'max_chunk', 1)
    with pytest.raises(ValueError, match='what YOLACTDetector finds depends on the tracks: it takes 1 frame'):
        model(*prepared(model), mode='loss')


def test_a_batch_is_the_mean_of_its_clips(model):
    both = model(*prepared(model), mode='loss')
    alone = [model(*prepared(model, some), mode='loss') for some in clips()]
    for name, value in both.items():
        expected = sum(losses[name].item() for losses in alone) / 2
        assert value.item() == pytest.approx(expected, rel=1e-3), name


@pytest.mark.parametrize('min_score', [0.0, 1.0])
@pytest.mark.parametrize('ids', [(4, 0), ()])
def test_detections_or_none_objects_or_none(model, min_score, ids, monkeypatch):
    model.zero_grad()
    monkeypatch.setitem(model.detector.test_cfg, 'min_score', min_score)
    total, _ = model.parse_losses(model(*prepared(model, clip([True] * 3, ids=ids)), mode='loss'))
    total.backward()
    assert torch.isfinite(total)
    assert all(torch.isfinite(weight.grad).all() for weight in model.parameters() if weight.grad is not None)


def test_without_an_embedder():
    slots = dict(Config.fromfile('configs/_base_/trackers/rgnnvis_street-world.py').tracker, **SHORT)
    slots['appearance'] = dict(type='NoAppearance')
    model = tiny_model(detector=tiny_yolact(min_score=.2), embedder=None, tracker=slots, frozen=['detector']).train()
    losses = model(*prepared(model), mode='loss')
    assert all(torch.isfinite(value) for value in losses.values())


def test_the_street_world_at_once_and_frame_by_frame(model):
    # In testing the same parts run frame by frame; how many frames come at once changes nothing.
    model.eval()
    video = Video(9, 'toy', 64, 96, 4)
    results = []
    for size in (1, 4):
        here = []
        for first in range(0, 4, size):
            here += model.test_step(batch(*[clip([True], t, video=video) for t in range(first, first + size)]))
        results.append(here)
    model.train()
    for one, two in zip(*results, strict=True):
        assert one.ids.tolist() == two.ids.tolist()
        assert len(one.masks) == len(two.masks)
    assert results[0][-1].summaries.keys() == results[1][-1].summaries.keys()
    assert any(len(result.ids) for result in results[0])


def test_in_training_as_in_testing(model):
    # The steps of a clip are those of the loop over a video.
    model.eval()
    inputs, samples = prepared(model, clip([True] * 3))
    frames = frames_of(inputs, samples)
    with torch.no_grad():
        _, answers = model.detector.step(None, frames, None)
        answers = [model.embedder(*answer) for answer in answers]
        slots, state = None, model.tracker.init()
        for frame, detections in answers:
            slots = model.tracker.advance(slots, gather_found([(frame, detections)])).slots
            state, _ = model.tracker.step(state, detections, frame)
            assert torch.equal(state.slots.embeds, slots.embeds)
            assert torch.equal(state.slots.ids, slots.ids)
    model.train()
