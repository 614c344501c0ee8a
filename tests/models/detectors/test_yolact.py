"""YOLACT: its losses against loops over anchors and cells, and what it finds."""

import math
from copy import deepcopy

import pytest
import torch
import torch.nn.functional as F
from mmengine.config import Config

from mmvist.models.detectors import frames_in
from mmvist.models.segmentor import frames_of
from mmvist.registry import MODELS, TASK_UTILS
from mmvist.structures import Video
from mmvist.structures.boxes import box_iou
from mmvist.structures.masks import MapMasks
from tests.models.builders import CLASSES, batch, clip, random_norms, tiny_yolact

VIDEO = Video(9, 'toy', 64, 96, 6)


def build(dropout=0.0, **options):
    """Random weights at which answers differ by more than rounding."""
    torch.manual_seed(0)
    detector = MODELS.build({**tiny_yolact(**options), 'dropout': dropout})
    detector.init_weights()
    # Random features are large; what is told of them shall be neither certain nor far away.
    detector.bbox_head.conv_cls.weight.data *= .3
    detector.bbox_head.conv_reg.weight.data *= .3
    return random_norms(detector)


def with_many_positives(detector):
    detector.bbox_head.assigner.pos_iou_thr = detector.bbox_head.assigner.neg_iou_thr = .25
    return detector


@pytest.fixture
def detector():
    return build()


def training_batch(*clips, size=(64, 96)):
    """Input (N, T, 3, H, W), padded with zeros to a size, and the clips."""
    data = batch(*(clips or (clip([True, True]), clip([True, True], first=3, ids=(7, 2)))))
    inputs = (torch.stack(data['inputs']).float() - 60) / 60
    return F.pad(inputs, (0, size[1] - 96, 0, size[0] - 64)), data['data_samples']


def video_frames(count=6, size=(64, 96)):
    return frames_of(*training_batch(*[clip([True], t, video=VIDEO) for t in range(count)], size=size))


def found_by(detector, frames):
    with torch.no_grad():
        return [detections for _, detections in detector.eval().step(None, frames, None)[1]]


def positives(detector, inputs, samples):
    """Coefficients (P, K), objects (P,) and boxes (P, 4) of each image's anchors that train, and its prototypes."""
    levels = detector.extract_clips(inputs)
    _, deltas, coefficients = detector.bbox_head(levels)
    coefficients, moves = (torch.cat([part.permute(0, 2, 3, 1).reshape(len(part), -1, size) for part in parts], dim=1)
                           for parts, size in ((coefficients, 8), (deltas, 4)))
    sizes = [part.shape[-2:] for part in deltas]
    anchors = torch.cat(detector.bbox_head.prior_generator.grid_priors(sizes, device='cpu'))
    rows = []
    for sample, here, move in zip(samples, coefficients, moves, strict=True):
        overlap = box_iou(sample.gt_instances.bboxes, anchors)
        best, matched = overlap.max(0)
        positive = best >= .5
        for row, column in enumerate(overlap.argmax(1)):
            # No object is without an anchor.
            positive[column], matched[column] = True, row
        rows.append((here[positive], matched[positive], moved(anchors, move, sample.img_shape)[positive]))
    return rows, detector.mask_head.protonet(levels[0])


def moved(anchors, move, size):
    """Anchors (A, 4) moved as the network says, and cut off at the image's border."""
    low, high = anchors.view(-1, 2, 2).unbind(1)
    sides = high - low
    centres = (low + high) / 2 + move[:, :2] * .1 * sides
    half = sides * (move[:, 2:] * .2).exp() / 2
    return torch.cat([centres - half, centres + half], dim=1).clamp(min=0).minimum(torch.tensor([*size[::-1]] * 2))


def truth(sample, rows, columns, stride):
    """Masks of the objects (O, rows, columns) at a stride, outside of the image nothing."""
    height, width = sample.img_shape
    masks = torch.zeros(len(sample.gt_instances), rows * stride, columns * stride)
    masks[:, :height, :width] = torch.from_numpy(sample.gt_instances.masks.masks).float()
    # The middle of a square of even sides lies between four pixels.
    middle = masks.unflatten(2, (columns, stride)).unflatten(1, (rows, stride))
    low, high = stride // 2 - 1, stride // 2 + 1
    return middle[:, :, low:high, :, low:high].mean((2, 4)) > .5


def mask_loss_by_loop(detector, inputs, clips):
    samples = list(frames_in(clips))
    rows, prototypes = positives(detector, inputs, samples)
    total = 0.
    for (coefficients, matched, _), sample, prototype in zip(rows, samples, prototypes, strict=True):
        masks = truth(sample, *prototype.shape[-2:], 4)
        logits = torch.einsum('pk,kij->pij', coefficients, prototype).tolist()
        for logit, row in zip(logits, matched.tolist(), strict=True):
            left, top, right, bottom = (sample.gt_instances.bboxes[row] / 4).tolist()
            inside = 0.
            for i, line in enumerate(logit):
                for j, value in enumerate(line):
                    if top - 1 <= i + .5 < bottom + 1 and left - 1 <= j + .5 < right + 1:
                        inside += math.log1p(math.exp(-value if masks[row, i, j] else value))
            total += inside / ((right - left) * (bottom - top))
    return 6.125 * total / sum(len(matched) for _, matched, _ in rows)


def segmentation_target(sample, rows, columns, stride):
    target = torch.zeros(CLASSES, rows, columns)
    for label, mask in zip(sample.gt_instances.labels.tolist(), truth(sample, rows, columns, stride), strict=True):
        for i in range(rows):
            for j in range(columns):
                if mask[i, j]:
                    target[label, i, j] = 1
    return target


def test_losses_are_finite_and_reach_every_weight(detector):
    losses = detector.train().loss(*training_batch()).losses
    assert set(losses) == {'loss_cls', 'loss_bbox', 'loss_mask', 'loss_segm'}
    total = sum(losses['loss_cls']) + sum(losses['loss_bbox']) + losses['loss_mask'] + losses['loss_segm']
    total.sum().backward()
    assert torch.isfinite(total).all()
    for name, weight in detector.named_parameters():
        assert torch.isfinite(weight.grad).all(), name
        # No anchor of the coarse levels may be among the positives and the hardest negatives.
        assert weight.grad.any() or name.startswith('neck'), name


def test_nothing_of_a_step_is_kept(detector):
    detector.train().loss(*training_batch())
    # What belongs to a graph cannot be copied.
    deepcopy(detector)


@pytest.mark.parametrize('size', [(64, 96), (96, 128)])
def test_mask_loss_as_by_a_loop(detector, size):
    inputs, clips = training_batch(size=size)
    with torch.no_grad():
        loss = detector.train().loss(inputs, clips).losses['loss_mask']
        torch.testing.assert_close(loss.item(), mask_loss_by_loop(detector, inputs, clips), rtol=1e-5, atol=0)


@pytest.mark.parametrize('size', [(64, 96), (96, 128)])
@pytest.mark.parametrize('labels', [[0, 2], [1, 1]])
def test_segmentation_loss_as_by_a_loop(detector, labels, size):
    # Four objects, the two pairs of which have a class each; they overlap.
    inputs, clips = training_batch(clip([True], ids=(4, 0)), clip([True], ids=(4, 0), first=8), size=size)
    for sample in frames_in(clips):
        sample.gt_instances.labels = torch.tensor(labels)
    with torch.no_grad():
        loss = detector.train().loss(inputs, clips).losses['loss_segm']
        logits = detector.mask_head.segm_branch(detector.extract_clips(inputs)[0])
    target = torch.stack([segmentation_target(sample, *logits.shape[-2:], 8) for sample in frames_in(clips)])
    assert target.sum((0, 2, 3)).bool().tolist() == [label in labels for label in range(CLASSES)]
    # Added up over the classes, averaged over cells and images.
    expected = (F.softplus(logits) - logits * target).sum(1).mean()
    torch.testing.assert_close(loss, expected)


def indifferent(detector):
    """The detector with masks and segmentation that do not depend on the image."""
    detector.bbox_head.conv_coeff.weight.data.zero_()
    detector.bbox_head.conv_coeff.bias.data.normal_(std=.5)
    detector.mask_head.protonet[-2].weight.data.zero_()
    detector.mask_head.protonet[-2].bias.data.uniform_()
    detector.mask_head.segm_branch.segm_conv.weight.data.zero_()
    detector.mask_head.segm_branch.segm_conv.bias.data.normal_()
    return detector.train()


@torch.no_grad()
def test_padding_changes_no_target(detector):
    indifferent(detector)
    # One object far from the padding, so that no anchor there is positive.
    alone, padded = (detector.loss(*training_batch(clip([True], ids=(4,)), size=size)).losses
                     for size in ((64, 96), (128, 160)))
    torch.testing.assert_close(padded['loss_mask'], alone['loss_mask'])
    # There nothing is to be seen.
    nothing = F.softplus(detector.mask_head.segm_branch.segm_conv.bias).sum()
    cells, more = 8 * 12, 16 * 20 - 8 * 12
    torch.testing.assert_close(padded['loss_segm'] * (cells + more), alone['loss_segm'] * cells + nothing * more)


@torch.no_grad()
def test_some_masks_stand_for_all(detector):
    inputs, clips = training_batch(clip([True], ids=(4,)))
    bias = indifferent(with_many_positives(detector)).bbox_head.conv_coeff.bias
    # All anchors have the same mask here, and all that are positive have the same object.
    bias.copy_(bias[:8].repeat(3))
    every = detector.loss(inputs, clips)
    assert len(every.regions[0]) > 6
    detector.mask_head.max_masks_to_train = 2
    torch.testing.assert_close(detector.loss(inputs, clips).losses['loss_mask'], every.losses['loss_mask'])


@torch.no_grad()
def test_masks_that_train_are_drawn(detector):
    inputs, clips = training_batch(clip([True], ids=(4,)))
    with_many_positives(detector).train().mask_head.max_masks_to_train = 1
    drawn = set()
    for seed in range(8):
        torch.manual_seed(seed)
        drawn.add(detector.loss(inputs, clips).losses['loss_mask'].item())
    assert len(drawn) > 2


def test_images_without_objects(detector):
    trained = detector.train().loss(*training_batch(clip([True, True], ids=())))
    losses = trained.losses
    total = sum(losses['loss_cls']) + sum(losses['loss_bbox']) + losses['loss_mask'] + losses['loss_segm']
    total.sum().backward()
    assert torch.isfinite(total).all()
    assert losses['loss_mask'] == 0
    assert all(weight.grad is not None for weight in detector.parameters())
    for regions in trained.regions:
        assert [getattr(regions, name).shape for name in ('bboxes', 'labels', 'ids', 'ious')] == [(0, 4)] + [(0,)] * 3


def test_one_image_of_a_batch_without_objects(detector):
    losses = detector.train().loss(*training_batch(clip([True], ids=()), clip([True]))).losses
    assert all(torch.isfinite(value) for value in (*losses['loss_cls'], *losses['loss_bbox'], losses['loss_segm']))
    assert 0 < losses['loss_mask'] < float('inf')


@torch.no_grad()
def test_regions(detector):
    # The boxes that anchors of objects predict, and whose they are.
    inputs, clips = training_batch(clip([True, False, True], ids=(4, 0)))
    trained = detector.train().loss(inputs, clips)
    samples = list(frames_in(clips))
    expected, _ = positives(detector, inputs, samples)
    assert [regions is not None for regions in trained.regions] == [True, False, True]
    for frame in (0, 2):
        regions, objects = trained.regions[frame], samples[frame].gt_instances
        assert set(regions.ids.tolist()) == {4, 0}
        torch.testing.assert_close(regions.bboxes, expected[frame][2])
        for row in range(len(regions)):
            owner = objects.ids.tolist().index(regions.ids[row])
            assert regions.labels[row] == objects.labels[owner]
            torch.testing.assert_close(regions.ious[row], box_iou(regions.bboxes[row:row + 1],
                                                                  objects.bboxes[owner:owner + 1])[0, 0])
    assert [objects.ids.tolist() for objects in trained.objects] == [[4, 0]] * 3
    assert [level.shape[0] for level in trained.features['neck'] + trained.features['backbone']] == [3] * 8


@torch.no_grad()
def test_frames_that_are_not_key_do_not_train(detector):
    detector.eval()
    both, first = (clip([True, False]), clip([True]))
    losses, alone = (detector.loss(*training_batch(some)).losses for some in (both, first))
    for name, value in alone.items():
        torch.testing.assert_close(losses[name], value)


def test_no_key_frame_is_an_error(detector):
    with pytest.raises(ValueError, match='YOLACTDetector: no frame of the batch is key'):
        detector.loss(*training_batch(clip([False, False])))


@pytest.mark.parametrize('size', [1, 2, 4])
def test_results_do_not_depend_on_the_chunk(detector, size):
    given = video_frames()
    whole = found_by(detector, given)
    parts = [found for first in range(0, 6, size) for found in found_by(detector, given[first:first + size])]
    assert sum(map(len, whole)) > 12
    for found, wanted in zip(parts, whole, strict=True):
        assert found.labels.tolist() == wanted.labels.tolist()
        for name, distance in (('scores', 1e-5), ('logits', 1e-4), ('bboxes', 1e-3)):
            torch.testing.assert_close(getattr(found, name), getattr(wanted, name), rtol=0, atol=distance)
        torch.testing.assert_close(found.masks.logits, wanted.masks.logits, rtol=0, atol=1e-4)


@pytest.mark.parametrize(('most', 'overlap'), [(16, .7), (5, .7), (16, .2)])
def test_detections(most, overlap):
    detector = build(max_per_img=most, nms_iou=overlap)
    frames = video_frames(2, size=(96, 128))
    with torch.no_grad():
        _, answers = detector.eval().step(None, frames, None)
    assert [frame.index for frame, _ in answers] == [0, 1]
    for frame, found in answers:
        assert 1 < len(found) <= most
        classes = found.logits.softmax(1)
        assert classes.shape == (len(found), CLASSES + 1)
        best = classes[:, :-1].max(1)
        torch.testing.assert_close(found.scores, best.values)
        assert torch.equal(found.labels, best.indices)
        assert found.scores.tolist() == sorted(found.scores.tolist(), reverse=True)
        assert box_iou(found.bboxes, found.bboxes).fill_diagonal_(0).max() <= overlap
        # Inside the image, not in the padding.
        assert found.bboxes.min() >= 0
        assert (found.bboxes <= torch.tensor([96., 64., 96., 64.])).all()
        assert [tuple(level.shape) for level in frame.features['neck']] == [
            (16, 12, 16), (16, 6, 8), (16, 3, 4), (16, 2, 2), (16, 1, 1)]
        assert [tuple(level.shape) for level in frame.features['backbone']] == [(16, 12, 16), (32, 6, 8), (64, 3, 4)]
        assert torch.equal(found.masks.bboxes, found.bboxes)
        assert (found.masks.logits.shape, found.masks.stride) == ((len(found), 24, 32), 4)


def test_the_background_is_no_label(detector):
    detector.bbox_head.conv_cls.bias.data.view(3, -1)[:, -1] = 7.
    found, = found_by(detector, video_frames(1))
    assert (found.logits.argmax(1) == CLASSES).any()
    assert found.labels.max() < CLASSES
    torch.testing.assert_close(found.scores, found.logits.softmax(1)[torch.arange(len(found)), found.labels])


def test_more_detections_than_are_compared():
    few = found_by(build(nms_pre=1), video_frames(1))[0]
    many = found_by(build(), video_frames(1))[0]
    assert len(few) == 1 < len(many)
    assert torch.equal(few.bboxes, many.bboxes[:1])


@torch.no_grad()
def test_masks_are_prototypes_times_coefficients(detector):
    frame, = video_frames(1)
    found, = found_by(detector, [frame])
    levels = detector.extract(frame.image[None])
    logits, _, coefficients = detector.bbox_head(levels)
    logits, coefficients = (torch.cat([part[0].permute(1, 2, 0).reshape(-1, size) for part in parts])
                            for parts, size in ((logits, CLASSES + 1), (coefficients, 8)))
    prototypes = detector.mask_head.protonet(levels[0])[0]
    for row, classes in enumerate(found.logits):
        anchor = (logits - classes).abs().sum(1).argmin()
        expected = sum(factor * prototype for factor, prototype in zip(coefficients[anchor], prototypes, strict=True))
        torch.testing.assert_close(found.masks.logits[row], expected, rtol=1e-4, atol=1e-5)


def test_nothing_found():
    detector = build(min_score=1.)
    found, = found_by(detector, video_frames(1))
    shapes = {name: tuple(getattr(found, name).shape) for name in ('bboxes', 'scores', 'labels', 'logits')}
    assert shapes == {'bboxes': (0, 4), 'scores': (0,), 'labels': (0,), 'logits': (0, CLASSES + 1)}
    assert isinstance(found.masks, MapMasks)
    assert found.masks.logits.shape == (0, 16, 24)


@torch.no_grad()
def test_dropout_is_for_training():
    inputs, clips = training_batch()
    with_dropout, without = build(dropout=.5), build()
    frame, = video_frames(1)
    (_, wanted), (_, found) = (model.eval().step(None, [frame], None)[1][0] for model in (without, with_dropout))
    assert torch.equal(found.bboxes, wanted.bboxes)
    dropped, kept = 0, 0
    for level, whole in zip(with_dropout.train().loss(inputs, clips).features['backbone'],
                            without.train().loss(inputs, clips).features['backbone'], strict=True):
        gone = (level == 0).flatten(2).all(2)
        # Whole channels; the others make up for them.
        torch.testing.assert_close(level, torch.where(gone[..., None, None], 0., 2 * whole))
        dropped, kept = dropped + gone.sum(), kept + (~gone).sum()
    assert .35 < dropped / (dropped + kept) < .75


def test_anchors_of_the_full_size():
    config = Config.fromfile('configs/_base_/detectors/yolact_r50_fpn.py')
    generator = TASK_UTILS.build({**config.detector.bbox_head.anchor_generator, '_scope_': 'mmdet'})
    assert tuple(config.data_preprocessor.min_size) == (480, 864)
    sizes = [(60, 108), (30, 54), (15, 27), (8, 14), (4, 7)]
    levels = generator.grid_priors(sizes, device='cpu')
    assert [len(level) for level in levels] == [3 * rows * columns for rows, columns in sizes]
    assert sum(map(len, levels)) == 25935
    for level, (rows, columns), stride, scale in zip(levels, sizes, (8, 16, 32, 64, 128), (24, 48, 96, 192, 384),
                                                     strict=True):
        sides = (level[:, 2:] - level[:, :2]).view(rows, columns, 3, 2)
        centres = ((level[:, 2:] + level[:, :2]) / 2).view(rows, columns, 3, 2)
        # RGNNVIS's are shares of the image: s / 500 times the root of a in width, over it in height.
        expected = torch.tensor([[scale / 500 * ratio ** .5 * 864, scale / 500 / ratio ** .5 * 480]
                                 for ratio in (1 / 1.8, .5 / 1.8, 2 / 1.8)])
        torch.testing.assert_close(sides, expected.expand_as(sides), rtol=1e-3, atol=0)
        torch.testing.assert_close(sides[0, 0, 0], torch.tensor([1.288, 1.288]) * scale, rtol=1e-3, atol=0)
        torch.testing.assert_close(centres[1, 2], torch.tensor([[2.5, 1.5]]).expand(3, 2) * stride)
