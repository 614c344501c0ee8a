"""Instances from embeddings of pixels: streamed, grouped, trained."""

import pytest
import torch
from mmengine.config import Config

from mmvist.models.dense_truth import id_map
from mmvist.models.layers.view_geometry import inverse_motion, motion_from_pose, pixel_intrinsics
from mmvist.models.segmentor import frames_of
from mmvist.registry import MODELS
from mmvist.structures import Video, rle
from mmvist.structures.frames import Frame
from tests.models.builders import batch, clip

VIDEO = Video(9, 'toy', 64, 96, 1000)


def config(**options):
    """The street world's detector with a quarter of its channels.

    With fewer than eight, PyTorch's convolutions write where they must not on CPUs without AVX-512 (torch 2.13).
    """
    settings = Config.fromfile('configs/_base_/detectors/pixel-embedding_r18_street-world.py')
    detector = settings.detector
    for encoder in (detector.encoder, detector.foreground.encoder):
        encoder.backbone.base_channels = 8
        encoder.channels = [8, 8, 16, 32, 64]
    for decoder in (detector.decoder, detector.depth_decoder, detector.foreground.decoder):
        decoder.update(in_channels=16, channels=[8, 4, 4], skip_channels=[8, 8])
    detector.temporal_model.update(channels=16, hidden=4)
    detector.pose_network.update(in_channels=64, channels=8)
    detector.pose_network.backbone.base_channels = 8
    detector.update(min_area=5, **options)
    return detector


def build(seed=0, **options):
    torch.manual_seed(seed)
    detector = MODELS.build(config(**options))
    with torch.no_grad():
        # Some of everything is foreground.
        detector.foreground.decoder.heads[0][1].bias.copy_(torch.tensor([0., .02]))
        detector.decoder.heads[0][1].weight.mul_(20)
    return detector


def windows(*clips):
    settings = Config.fromfile('configs/_base_/detectors/pixel-embedding_r18_street-world.py')
    data = MODELS.build(settings.data_preprocessor)(batch(*clips), True)
    return data['inputs'], data['data_samples']


def five(first=0, **options):
    return clip([True] * 5, first, **options)


@torch.no_grad()
@pytest.mark.parametrize('chunks', [(5,), (1,) * 5, (2, 3)])
def test_results_do_not_depend_on_the_chunks(chunks):
    detector = build(predicts=['foreground', 'depth', 'motion']).eval()
    frames = frames_of(*windows(five(video=VIDEO)))
    _, wanted = detector.step(detector.init(), frames, None)
    state, found = detector.init(), []
    start = 0
    for size in chunks:
        state, some = detector.step(state, frames[start:start + size], None)
        found += some
        start += size
    assert any(len(detections) for _, detections in wanted)
    for (frame, detections), (other, same) in zip(found, wanted, strict=True):
        assert detections.masks.counts == same.masks.counts
        for name in ('bboxes', 'scores', 'labels', 'embeds'):
            assert torch.allclose(getattr(detections, name), getattr(same, name), atol=1e-5)
        assert set(frame.features) == {'embedding', 'foreground', 'depth', 'motion'}
        for name, (values,) in frame.features.items():
            assert torch.allclose(values, other.features[name][0], atol=1e-5)


@torch.no_grad()
def test_what_is_told_beside_the_instances():
    detector = build(predicts=['motion', 'depth', 'foreground'], temporal_model=None, grouping=None).eval()
    inputs, samples = windows(five(video=VIDEO))
    frames = frames_of(inputs, samples)
    _, found = detector.step(detector.init(), frames, None)
    assert [len(detections) for _, detections in found] == [0] * 5
    for t, (frame, _) in enumerate(found):
        image, before = inputs[:, t], inputs[:, max(t - 1, 0)]
        expected = dict(
            foreground=detector.foreground(image, [frame])[:1],
            depth=1 / (.01 + 9.99 * detector.depth_decoder(*detector.encoder(image))[0][0].sigmoid()),
            motion=motion_from_pose(detector.pose_network(before, image))[0])
        for name, values in expected.items():
            assert torch.allclose(frame.features[name][0], values, rtol=1e-4, atol=1e-5), (t, name)
    plain = build().eval()
    _, found = plain.step(plain.init(), frames[:1], None)
    assert list(found[0][0].features) == ['embedding']


@torch.no_grad()
def test_a_frame_does_not_know_what_follows():
    detector = build().eval()
    inputs, samples = windows(five(video=VIDEO))
    others = inputs.clone()
    others[:, 4] += 1
    found, changed = (detector.step(detector.init(), frames_of(images, samples), None)[1]
                      for images in (inputs, others))
    for (_, detections), (_, same) in list(zip(found, changed, strict=True))[:4]:
        assert detections.masks.counts == same.masks.counts
        assert torch.equal(detections.embeds, same.embeds)


@torch.no_grad()
@pytest.mark.parametrize('changed', range(5))
def test_a_frame_depends_on_three(changed):
    detector = build().eval()
    inputs, samples = windows(five(video=VIDEO))
    others = inputs.clone()
    others[:, changed] += 1
    maps = [[frame.features['embedding'][0]
             for frame, _ in detector.step(detector.init(), frames_of(images, samples), None)[1]]
            for images in (inputs, others)]
    differs = [not torch.equal(one, other) for one, other in zip(*maps, strict=True)]
    assert differs == [changed <= t < changed + 3 for t in range(5)]


class Halves:
    """Groups by the sign of the first number of an embedding; nothing is kept."""

    def init(self):
        return 0

    def step(self, past, embeds, inside, frame):
        assert len(embeds) == inside.sum()
        return past + 1, (embeds[:, 0] > 0).long()


def painted(height=8, width=12):
    """An embedding of two numbers: left negative and right positive, and a foreground without the upper rows."""
    embedding = torch.zeros(2, height, width)
    embedding[0, :, :5], embedding[0, :, 5:] = -1, 3
    embedding[1] = torch.arange(width)
    chances = torch.full((height, width), .9)
    chances[:2] = .1
    chances[2] = .6
    return embedding, chances


def test_groups_become_instances():
    detector = build()
    detector.grouping, detector.min_area = Halves(), 5
    frame = Frame(Video(1, 'v', 16, 24, 9), 0, torch.zeros(3, 8, 12), 8, 12, (.5, .5))
    kept, found = detector._group(0, *painted(), frame)
    assert kept == 1
    assert found.bboxes.tolist() == [[0, 2, 5, 8], [5, 2, 12, 8]]
    assert found.labels.tolist() == [0, 0]
    assert found.embeds.tolist() == [[-1, 2], [3, 8]]
    assert found.scores.tolist() == pytest.approx([(5 * .9 + .6) / 6] * 2)
    # Each pixel of the input is two by two of the original.
    assert [rle.area([counts], 16, 24)[0] for counts in found.masks.counts] == [5 * 6 * 4, 7 * 6 * 4]


def test_small_groups_padding_and_an_empty_foreground():
    detector = build()
    detector.grouping = Halves()
    embedding, chances = painted()
    # Of the twelve columns the last five are padding.
    frame = Frame(Video(1, 'v', 8, 7, 9), 0, torch.zeros(3, 8, 12), 8, 7, (1., 1.))
    detector.min_area = 13
    _, found = detector._group(0, embedding, chances, frame)
    assert found.bboxes.tolist() == [[0, 2, 5, 8]]
    detector.min_area = 12
    _, found = detector._group(0, embedding, chances, frame)
    assert found.bboxes.tolist() == [[0, 2, 5, 8], [5, 2, 7, 8]]
    _, found = detector._group(0, embedding, torch.zeros(8, 12), frame)
    assert (len(found), found.embeds.shape, found.masks.counts) == (0, (0, 2), ())


def test_each_task_trains_its_parts():
    trained = {'foreground': {'foreground'}, 'depth': {'encoder', 'temporal_model', 'depth_decoder', 'pose_network'},
               'embedding': {'encoder', 'temporal_model', 'decoder'}}
    for task, parts in trained.items():
        detector = build(tasks=[task]).train()
        found = detector.loss(*windows(five(), five(3)))
        total = sum(found.losses.values())
        total.backward()
        assert torch.isfinite(total)
        moved = {name.split('.')[0] for name, weight in detector.named_parameters() if weight.grad is not None}
        assert moved == parts, task
        # The statistics of batch norms move in training only.
        for name, part in detector.named_children():
            modes = {module.training for module in part.modules()}
            assert modes == {name in parts} or not list(part.parameters()), (task, name)


def test_losses_are_those_of_the_parts():
    """With no dropout and the statistics of the batch norms fixed, the parts can be called by hand."""
    detector = build(tasks=['foreground', 'embedding', 'depth']).eval()
    inputs, clips = windows(five(ids=(4, 0)), five(3, ids=(7,)))
    losses = detector.loss(inputs, clips).losses
    assert set(losses) == {'loss_foreground', 'loss_attraction', 'loss_repulsion', 'loss_regularisation', 'loss_depth'}
    ids = torch.stack([torch.stack([id_map(clip[t], (64, 96), 'cpu') for t in range(5)]) for clip in clips])
    flat = inputs.flatten(0, 1)
    maps, skips = detector.encoder(flat)
    maps = detector.temporal_model(maps.unflatten(0, (2, 5))).flatten(0, 1)
    embeddings = detector.decoder(maps, skips)[0].unflatten(0, (2, 5))
    # The first two frames of a window have not seen all that they depend on.
    for name, value in detector.embedding_loss(embeddings, ids, first_frame=2).items():
        assert torch.allclose(losses[name], value, atol=1e-5)
    assert torch.allclose(losses['loss_foreground'], detector.foreground.loss(flat, ids.flatten(0, 1), -2), atol=1e-5)

    disparities = [level.sigmoid().unflatten(0, (2, 5)) for level in detector.depth_decoder(maps, skips)]
    images = (inputs * detector.image_std + detector.image_mean) / 255
    terms = []
    for number in range(2):
        for t in (2, 3):
            before, after = (motion_from_pose(detector.pose_network(inputs[number, [at]], inputs[number, [at + 1]]))
                             for at in (t - 1, t))
            intrinsics = pixel_intrinsics(detector.intrinsics, 64, 96)[None]
            terms.append(detector.depth_loss(
                images[number, [t]], (images[number, [t - 1]], images[number, [t + 1]]),
                [level[number, [t]] for level in disparities], (inverse_motion(before), after), intrinsics))
    assert torch.allclose(losses['loss_depth'], torch.stack(terms).mean(), atol=1e-4)


def test_windows_without_objects_and_too_short_ones():
    detector = build(tasks=['embedding']).train()
    found = detector.loss(*windows(five(ids=())))
    assert sum(found.losses.values()) == 0
    sum(found.losses.values()).backward()
    with pytest.raises(ValueError, match='depth needs a frame between two others, and clips have 2 frames'):
        build(tasks=['depth']).loss(*windows(clip([True] * 2)))


def test_geometry_is_in_full_precision():
    detector = build(tasks=['depth']).eval()
    seen = []

    class Watch(torch.nn.Module):
        depth_range = detector.depth_loss.depth_range

        def forward(self, now, sources, disparities, motions, intrinsics):
            seen.extend([now, *sources, *disparities, *motions, intrinsics])
            return disparities[0].sum()

    detector.depth_loss = Watch()
    with torch.autocast('cpu', torch.bfloat16):
        detector.loss(*windows(five()))
    assert {part.dtype for part in seen} == {torch.float32}
    assert torch.equal(seen[-1][0], pixel_intrinsics(detector.intrinsics, 64, 96))


def test_depth_is_not_learned_from_padding():
    inputs, clips = windows(five())
    padded = torch.nn.functional.pad(inputs, (0, 32))
    with pytest.raises(ValueError, match=r'images without padding, got one of 64x96 \(HxW\) padded to 64x128'):
        build(tasks=['depth']).loss(padded, clips)
    assert build(tasks=['embedding']).loss(padded, clips).losses


def test_three_frames_have_depth_in_the_middle():
    """With the temporal model no frame of three has all its past and a frame after it."""
    inputs, clips = windows(clip([True] * 3))
    detector = build(tasks=['depth']).eval()
    maps, skips = detector.encoder(inputs[0])
    maps = detector.temporal_model(maps[None])[0]
    disparities = [level[1:2].sigmoid() for level in detector.depth_decoder(maps, skips)]
    images = (inputs[0] * detector.image_std + detector.image_mean) / 255
    before, after = (motion_from_pose(detector.pose_network(inputs[0, [t]], inputs[0, [t + 1]])) for t in (0, 1))
    intrinsics = pixel_intrinsics(detector.intrinsics, 64, 96)[None]
    expected = detector.depth_loss(images[1:2], (images[:1], images[2:]), disparities,
                                   (inverse_motion(before), after), intrinsics)
    assert torch.allclose(detector.loss(inputs, clips).losses['loss_depth'], expected, atol=1e-5)


def test_what_no_task_looks_at_is_not_encoded():
    inputs, clips = windows(five(), five(3))
    detector = build(tasks=['depth'], temporal_model=None).eval()
    seen = []
    detector.encoder.register_forward_pre_hook(lambda module, arguments: seen.append(len(arguments[0])))
    alone = detector.loss(inputs, clips).losses['loss_depth']
    detector.tasks = ('embedding', 'depth')
    beside = detector.loss(inputs, clips).losses['loss_depth']
    assert seen == [2 * 3, 2 * 5]
    assert torch.allclose(alone, beside, atol=1e-6)


def test_without_a_temporal_model():
    detector = build(temporal_model=None).eval()
    assert detector.first_frame == 0
    frames = frames_of(*windows(five(video=VIDEO)))
    with torch.no_grad():
        state, found = detector.step(detector.init(), frames, None)
    assert state.temporal is None
    assert len(found) == 5


@pytest.mark.parametrize(('options', 'message'), [
    (dict(tasks=['depht']), "tasks must be of .* got \\['depht'\\]"), (dict(tasks=[]), 'tasks must be of'),
    (dict(intrinsics=None), 'depth needs a depth_decoder, a pose_network, a depth_loss and intrinsics'),
    (dict(tasks=['embedding'], predicts=['motion'], pose_network=None), 'depth needs a depth_decoder, a pose_network'),
    (dict(predicts=['speed']), "predicts must be of .* got \\['speed'\\]"),
    (dict(embedding_loss=None), 'embeddings need an embedding_loss')])
def test_parts_that_do_not_go_together(options, message):
    with pytest.raises(ValueError, match=message):
        MODELS.build(config(**options))
