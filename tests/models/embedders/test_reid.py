"""Re-identification: crops, unit embeddings, and training on who is who."""

import logging

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmengine.runner.checkpoint import load_state_dict

from mmvist.models.detectors import DetectorLoss
from mmvist.models.embedders import ReIDEmbedder
from mmvist.structures import Video
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from tests.models.striped import ACROSS, DOWN, striped_clip, write_objects

FIRST, SECOND = Video(1, 'first', 64, 96, 2), Video(2, 'second', 64, 96, 2)
PLACES = [{ACROSS: (4, 8), DOWN: (40, 20)}, {DOWN: (50, 30)}]


def make(crop_size=(32, 32), **options):
    torch.manual_seed(0)
    backbone = dict(type='ResNet', depth=18, base_channels=4, num_stages=4, out_indices=(3,), norm_eval=False,
                    style='pytorch')
    return ReIDEmbedder(backbone, in_channels=32, channels=8, crop_size=crop_size, **options)


@pytest.fixture
def ann_file(tmp_path):
    return write_objects(tmp_path / 'train.json', {FIRST: PLACES, SECOND: PLACES})


@pytest.fixture
def trained():
    """Two clips of two frames, in both of which the second frame lacks an object."""
    clips = [striped_clip(PLACES, video) for video in (FIRST, SECOND)]
    images = torch.cat([clip['inputs'] for clip in clips]).float() / 64 - 1.5
    samples = [clip['data_samples'] for clip in clips]
    objects = [Instances(**{name: sample[t].gt_instances[name] for name in ('bboxes', 'labels', 'ids')})
               for sample in samples for t in range(2)]
    return DetectorLoss({}, {'image': (images,)}, objects, objects), samples


def image(height=40, width=48, number=1):
    return torch.randn(number, 3, height, width, generator=torch.Generator().manual_seed(3))


def crop(images, *boxes, size):
    return make(size).crop(images, [torch.tensor(some, dtype=torch.float32).reshape(-1, 4) for some in boxes])


def test_a_box_of_the_crops_size_is_cut_out():
    images = image(number=2)
    crops = crop(images, [[3, 5, 15, 13]], [[0, 0, 12, 8], [36, 32, 48, 40]], size=(8, 12))
    torch.testing.assert_close(crops[0], images[0, :, 5:13, 3:15])
    torch.testing.assert_close(crops[1], images[1, :, :8, :12])
    torch.testing.assert_close(crops[2], images[1, :, 32:, 36:])


def test_a_larger_box_is_averaged():
    images = image()
    crops = crop(images, [[2, 4, 26, 36]], size=(8, 12))
    torch.testing.assert_close(crops, F.avg_pool2d(images[..., 4:36, 2:26], (4, 2)))


def test_a_smaller_box_is_interpolated():
    images = image()
    crops = crop(images, [[0, 0, 48, 40]], size=(80, 96))
    torch.testing.assert_close(crops, F.interpolate(images, scale_factor=2, mode='bilinear'), atol=1e-5, rtol=0)


def test_outside_the_image_is_the_mean_colour():
    images = image() + 4
    crops = crop(images, [[-4, 36, 8, 44]], [], size=(8, 12))
    torch.testing.assert_close(crops[0, :, :4, 4:], images[0, :, 36:, :8])
    # The pixel next to the border repeats it.
    torch.testing.assert_close(crops[0, :, :4, 3], images[0, :, 36:, 0])
    assert (crops[0, :, :, :3] == 0).all()
    assert (crops[0, :, 5:] == 0).all()


def frame_with(*boxes):
    detections = Instances(bboxes=torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4),
                           scores=torch.ones(len(boxes)), labels=torch.zeros(len(boxes), dtype=torch.long))
    return Frame(FIRST, 0, image()[0], 40, 48, (1., 1.)), detections


@torch.no_grad()
def test_embeddings_are_unit_and_do_not_depend_on_each_other():
    embedder = make().eval()
    boxes = [[3, 5, 15, 13], [0, 0, 48, 40], [-9, 30, 11, 52], [60, 60, 70, 70], [7, 7, 7, 7]]
    frame, detections = frame_with(*boxes)
    same, found = embedder(frame, detections)
    assert same is frame
    assert found.columns == (*detections.columns, 'embeds')
    torch.testing.assert_close(found.embeds.norm(dim=1), torch.ones(5))
    for row in range(5):
        alone = embedder(frame, detections[row:row + 1])[1].embeds
        torch.testing.assert_close(alone[0], found.embeds[row], atol=1e-5, rtol=0)
    assert (found.embeds[0] - found.embeds[1]).norm() > 1e-3


def test_an_empty_frame():
    frame, detections = frame_with()
    assert make().eval()(frame, detections)[1].embeds.shape == (0, 8)


def test_the_loss_by_hand(ann_file, trained):
    embedder = make(identities=dict(ann_file=ann_file)).eval()
    losses = embedder.loss(*trained)
    assert set(losses) == {'loss_reid'}
    images, = trained[0].features['image']
    embeds = [embedder.embed(images[frame, None], [torch.tensor([[left, top, left + 20., top + 28.]])])[0]
              for frame, places in enumerate(PLACES + PLACES) for left, top in places.values()]
    embeds = torch.stack(embeds).detach().double().numpy()
    centres = embedder.classifier.centres.detach().double().numpy()
    terms = []
    # Videos in the file's order, their tracks by id; the second frame shows the second object alone.
    for embed, target in zip(embeds, [0, 1, 1, 2, 3, 3], strict=True):
        logits = 16 * centres @ embed / np.linalg.norm(centres, axis=1)
        terms.append(np.log(np.exp(logits).sum()) - logits[target])
    assert losses['loss_reid'].item() == pytest.approx(np.mean(terms), abs=1e-4)
    assert np.std(terms) > .3


def test_every_weight_learns(ann_file, trained):
    embedder = make(identities=dict(ann_file=ann_file), jitter=.1)
    embedder.loss(*trained)['loss_reid'].backward()
    assert [name for name, weight in embedder.named_parameters() if weight.grad is None or not weight.grad.any()] == []


def test_frames_without_objects_give_a_zero_with_gradients(ann_file, trained):
    found, clips = trained
    empty = DetectorLoss({}, found.features, found.regions, [objects[:0] for objects in found.objects])
    embedder = make(identities=dict(ann_file=ann_file))
    loss = embedder.loss(empty, clips)['loss_reid']
    loss.backward()
    assert loss.item() == 0
    assert all((weight.grad == 0).all() for weight in embedder.parameters())


def test_without_identities_nothing_trains(trained):
    embedder = make()
    assert embedder.loss(*trained) == {}
    assert not any(weight.requires_grad for weight in embedder.parameters())


def test_a_detector_must_hand_on_the_images(ann_file, trained):
    found, clips = trained
    features = DetectorLoss({}, {'neck': found.features['image']}, found.regions, found.objects)
    with pytest.raises(ValueError, match='trains on images, which OracleDetector hands on .* gives neck'):
        make(identities=dict(ann_file=ann_file)).loss(features, clips)


def test_jitter_moves_edges_by_shares_of_the_sides():
    torch.manual_seed(1)
    boxes = torch.tensor([10., 20., 30., 60.]).repeat(2000, 1)
    moved = make(jitter=.2)._jittered(boxes) - boxes
    assert (moved.abs().amax(0) <= torch.tensor([4., 8., 4., 8.])).all()
    assert (moved.abs().amax(0) > torch.tensor([3.9, 7.8, 3.9, 7.8])).all()
    assert (moved.mean(0).abs() < .3).all()
    assert torch.equal(make()._jittered(boxes), boxes)
    with pytest.raises(ValueError, match='jitter must lie in 0..0.5'):
        make(jitter=.5)


def test_a_checkpoint_of_the_training_fills_a_model_for_testing(ann_file, caplog):
    teacher = make(identities=dict(ann_file=ann_file))
    weights = {f'embedder.{name}': weight + 1 for name, weight in teacher.state_dict().items()}
    assert 'embedder.classifier.centres' in weights
    model = torch.nn.ModuleDict({'embedder': make()})
    assert model.load_state_dict(weights) == ([], [])
    assert torch.equal(model['embedder'].projection.weight, teacher.projection.weight + 1)
    # As mmengine loads it, which prints what does not fit.
    student = make()
    load_state_dict(student, {name.removeprefix('embedder.'): weight for name, weight in weights.items()},
                    logger=logging.getLogger(__name__))
    assert caplog.text == ''
    assert torch.equal(student.projection.weight, teacher.projection.weight + 1)
