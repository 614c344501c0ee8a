"""VIST-VAE in the detector slot: what it learns, what it inherits, the ends of videos."""

import re
from dataclasses import replace

import pytest
import torch
from mmengine.config import Config

from mmvist.models.segmentor import frames_of
from mmvist.registry import MODELS
from mmvist.structures import Video
from mmvist.structures.instances import Instances
from mmvist.structures.masks import BoxMasks, RLEMasks
from mmvist.structures.rle import decode_all, encode
from tests.models.builders import batch, clip

VIDEO = Video(9, 'toy', 64, 96, 1000)
MASK_RCNN = {'loss_rpn_cls', 'loss_rpn_bbox', 'loss_cls', 'acc', 'loss_bbox', 'loss_mask'}
AUGMENT = {'loss_augment_cls', 'augment_acc', 'loss_augment_bbox', 'loss_augment_mask'}


def config(**options):
    """The street world's detector with a quarter of its channels, or less."""
    detector = Config.fromfile('configs/_base_/detectors/vae-mask-rcnn_r18_fpn_street-world.py').detector
    detector.backbone.base_channels = 8
    detector.neck.update(in_channels=[8, 16, 32, 64], out_channels=16)
    detector.rpn_head.update(in_channels=16, feat_channels=16)
    for head in (detector.roi_head, detector.augment_head):
        for extractor in (head.bbox_roi_extractor, head.mask_roi_extractor):
            extractor.out_channels = 16
        head.bbox_head.update(in_channels=16, fc_out_channels=32)
        head.mask_head.update(in_channels=16, conv_out_channels=16)
    detector.train_cfg.rpn_proposal.max_per_img = detector.train_cfg.rcnn.sampler.num = 16
    detector.test_cfg.rcnn.update(max_per_img=4, score_thr=.2)
    coarse_to_fine = [8, 8, 8, 6]
    detector.encoder.channels = [4, *coarse_to_fine[::-1]]
    detector.latent.update(in_channels=8, channels=3)
    detector.future_decoder.update(latent_channels=3, channels=[*coarse_to_fine, 4])
    detector.proposal_decoder.update(
        latent_channels=3, channels=coarse_to_fine, skip_channels=coarse_to_fine, out_channels=16)
    detector.proposal_head.update(in_channels=16, hidden=32)
    detector.proposal_head.roi_extractor.out_channels = 16
    detector.augment_decoder.update(
        latent_channels=3, channels=coarse_to_fine, skip_channels=[size + 16 for size in coarse_to_fine],
        out_channels=16)
    detector.update(min_score=0.0, kl_warm_up=0, **options)
    return detector


def build(**options):
    torch.manual_seed(0)
    return MODELS.build(config(**options))


def street_world_model():
    """All slots."""
    return MODELS.build(dict(
        type='VideoInstanceSegmentor', detector=config(), disjoint_masks=True,
        tracker=Config.fromfile('configs/_base_/trackers/vae.py').tracker,
        data_preprocessor=Config.fromfile('configs/_base_/detectors/mask-rcnn_r18_fpn_street-world.py'
                                          ).data_preprocessor)).eval()


def windows(*clips):
    settings = Config.fromfile('configs/_base_/detectors/mask-rcnn_r18_fpn_street-world.py')
    data = MODELS.build(settings.data_preprocessor)(batch(*clips), True)
    return data['inputs'], data['data_samples']


def three(first=1, **options):
    return clip([False, True, False], first, **options)


def at_the_end(which):
    """A clip whose first, or last, frame is the middle one once more."""
    item = three(0)
    frames = item['data_samples'].video_data_samples
    frames[which], item['inputs'][which] = frames[1], item['inputs'][1]
    return item


def test_every_part_learns():
    detector = build().train()
    with torch.no_grad():
        # The head of changes begins with zeros, which would hide what is before it.
        detector.proposal_head.layers[-1].weight.normal_()
    losses = detector.loss(*windows(three(), three(5, ids=(3, 8)))).losses
    assert set(losses) == MASK_RCNN | AUGMENT | {'loss_kl', 'loss_future', 'loss_proposal'}
    total = sum(torch.as_tensor(part).sum() if not isinstance(part, list) else sum(part)
                for name, part in losses.items() if 'loss' in name)
    total.backward()
    assert torch.isfinite(total)
    trained = {name: weight for name, weight in detector.named_parameters() if weight.requires_grad}
    assert [name for name, weight in trained.items() if weight.grad is None] == []
    # Boxes of the toy video are small: nobody looks at the decoders' coarser maps.
    coarse = re.compile(r'(proposal|augment)_decoder\.answers\.[012]\.|neck|rpn_head')
    assert [name for name, weight in trained.items() if not weight.grad.any() and not coarse.match(name)] == []


NO_AUGMENT = dict(augment_decoder=None, augment_head=None)


@pytest.mark.parametrize(('options', 'missing'), [
    (dict(latent=dict(type='DeterministicLatent', in_channels=8, channels=3)), {'loss_kl'}),    # row c
    (dict(future_decoder=None, **NO_AUGMENT), {'loss_future'} | AUGMENT),                       # row d
    (NO_AUGMENT, AUGMENT),                                                                      # row e
    (dict(future_decoder=None), {'loss_future'})])                                              # row f
def test_rows_log_what_they_have(options, missing):
    settings = config()
    for name, value in options.items():
        settings[name] = value
    torch.manual_seed(0)
    losses = MODELS.build(settings).loss(*windows(three())).losses
    assert set(losses) == (MASK_RCNN | AUGMENT | {'loss_kl', 'loss_future', 'loss_proposal'}) - missing


def test_latents_learn_from_every_branch():
    for name in ('loss_future', 'loss_proposal', 'loss_augment_mask', 'loss_augment_cls'):
        detector = build().train()
        with torch.no_grad():
            # The head of changes begins with zeros, which would hide what is before it.
            detector.proposal_head.layers[-1].weight.normal_()
        detector.loss(*windows(three())).losses[name].backward()
        assert detector.latent.mean.weight.grad.abs().sum() > 0, name


def test_a_last_frame_has_no_next_one_and_a_first_one_no_past():
    detector = build().train()
    torch.manual_seed(1)
    losses = detector.loss(*windows(at_the_end(2))).losses
    assert losses['loss_future'].item() == 0
    assert losses['loss_proposal'].item() > 0
    losses = detector.loss(*windows(at_the_end(0))).losses
    assert losses['loss_proposal'].item() == 0
    assert losses['loss_future'].item() > 0
    seen = []
    detector.encoder.register_forward_pre_hook(lambda module, arguments: seen.append(arguments[0]))
    detector.mask_drop = 0.0
    detector.loss(*windows(at_the_end(0), three()))
    first, other = seen[0]
    assert torch.equal(first[:3], first[3:6])
    assert not first[6].any()
    assert not torch.equal(other[:3], other[3:6])
    assert sorted(set(other[6].unique().tolist())) == pytest.approx([0, 1 / 3, 2 / 3])


def test_the_kl_weight_grows():
    detector = build(kl_weight=.5).train()
    detector.kl_warm_up = 4
    weights = []
    for _ in range(6):
        weights.append(detector._kl_weight())
        detector.loss(*windows(three()))
    assert [weight.item() for weight in weights] == pytest.approx([.1, .2, .3, .4, .5, .5])
    assert detector.state_dict()['num_steps'] == 6


@torch.no_grad()
def test_a_first_frame_has_no_proposals():
    detector = build().eval()
    inputs, samples = windows(three(0, video=VIDEO))
    frame = frames_of(inputs, samples)[0]
    state, ((_, detections),) = detector.step(detector.init(), [frame], None)
    assert len(detections) > 0
    assert (detections.inherited == -1).all()
    assert len(state.ids) == 0
    assert torch.equal(state.image, frame.image)


def tracks(*ids, left=10.):
    boxes = torch.tensor([[left + 30 * row, 8, left + 30 * row + 24, 40] for row in range(len(ids))]).reshape(-1, 4)
    return Instances(bboxes=boxes, scores=torch.ones(len(ids)), labels=torch.zeros(len(ids), dtype=torch.int64),
                     ids=torch.tensor(ids, dtype=torch.int64), masks=BoxMasks(torch.ones(len(ids), 4, 4), boxes))


@torch.no_grad()
def test_boxes_of_the_last_frame_keep_their_identities():
    detector = build(nms_iou=1.0).eval()
    frames = frames_of(*windows(three(0, video=VIDEO)))
    state, _ = detector.step(detector.init(), frames[:1], None)
    state, ((_, detections),) = detector.step(state, frames[1:2], tracks(4, 7))
    old = detections[detections.inherited >= 0]
    assert sorted(old.inherited.tolist()) == [4, 7]
    # 30 pixels apart, and hardly moved.
    middles = (old.bboxes[:, 0] + old.bboxes[:, 2]) / 2
    assert middles[old.inherited.argsort()].tolist() == pytest.approx([22, 52], abs=8)
    assert state.ids.tolist() == [4, 7]
    # An untrained head leaves boxes where they were.
    assert torch.allclose(state.bboxes, tracks(4, 7).bboxes, atol=1e-3)


def only_tracks(**options):
    """A detector that finds nothing but what it is told to look for, and all of that."""
    settings = config(nms_iou=1.0)
    settings.test_cfg.rcnn.score_thr = 2.0
    for name, value in options.items():
        settings[name] = value
    torch.manual_seed(0)
    return MODELS.build(settings).eval()


def found_of(detector, *ids):
    frames = frames_of(*windows(three(0, video=VIDEO)))
    state, _ = detector.step(detector.init(), frames[:1], None)
    state, ((_, detections),) = detector.step(state, frames[1:2], tracks(*ids))
    return state, detections


@torch.no_grad()
def test_boxes_are_refined_by_the_augment_branch_alone():
    for options, is_refined in (({}, True), (NO_AUGMENT, False)):
        detector = only_tracks(**options)
        head = detector.roi_head if options else detector.augment_head
        head.bbox_head.fc_reg.bias.copy_(torch.tensor([2., 0, 0, 0]))
        head.bbox_head.fc_reg.weight.zero_()
        boxes = found_of(detector, 4)[1].bboxes
        # A fifth of its width, 24 pixels, to the right.
        assert torch.allclose(boxes, tracks(4, left=10 + 4.8 * is_refined).bboxes, atol=1e-3)


@torch.no_grad()
def test_boxes_change_as_their_class_says():
    detector = only_tracks()
    head = detector.augment_head.bbox_head
    head.reg_class_agnostic = False
    head.fc_reg = torch.nn.Linear(head.fc_reg.in_features, 12)
    head.fc_reg.weight.zero_()
    head.fc_reg.bias.copy_(torch.tensor([0., 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0]))
    head.fc_cls.weight.zero_()
    for label in range(3):
        head.fc_cls.bias.copy_(torch.eye(4)[label])
        found = found_of(detector, 4)[1]
        assert found.labels.tolist() == [label]
        assert torch.allclose(found.bboxes, tracks(4, left=10 + 2.4 * label).bboxes, atol=1e-3)


@torch.no_grad()
def test_bad_boxes_and_background_are_dropped():
    detector = only_tracks()
    head = detector.augment_head.bbox_head
    head.fc_cls.weight.zero_()
    # .3 for background, .4 for one class, .2 and .1 for the others.
    head.fc_cls.bias.copy_(torch.tensor([.2, .4, .1, .3]).log())
    for min_score, count in ((.39, 1), (.41, 0)):
        detector.min_score = min_score
        found = found_of(detector, 4)[1]
        assert len(found) == count
    detector.min_score = .1
    assert found_of(detector, 4)[1].scores.item() == pytest.approx(.4)
    head.fc_cls.bias.copy_(torch.tensor([.2, .3, .1, .4]).log())
    assert len(found_of(detector, 4)[1]) == 0


@torch.no_grad()
def test_half_precision_does_not_move_what_is_not_moved():
    box = Instances(bboxes=torch.tensor([[40.3, 8.7, 70.9, 40.1]]), scores=torch.ones(1), ids=torch.tensor([4]),
                    labels=torch.zeros(1, dtype=torch.int64), masks=BoxMasks(torch.ones(1, 4, 4), torch.ones(1, 4)))
    detector = only_tracks(**NO_AUGMENT)
    frames = frames_of(*windows(three(0, video=VIDEO)))
    with torch.autocast('cpu', torch.bfloat16):
        state, _ = detector.step(detector.init(), frames[:1], None)
        state, ((_, found),) = detector.step(state, frames[1:2], box)
    assert state.bboxes.dtype == found.bboxes.dtype == torch.float32
    assert torch.allclose(found.bboxes, box.bboxes, atol=1e-4)


@torch.no_grad()
def test_who_is_not_found_sleeps_and_then_is_gone():
    detector = build(sleep=2).eval()
    frames = [frames_of(*windows(clip([True], index, video=VIDEO)))[0] for index in range(6)]
    state, _ = detector.step(detector.init(), frames[:1], None)
    state, _ = detector.step(state, frames[1:2], tracks(4, 7))
    known = []
    for frame in frames[2:]:
        state, _ = detector.step(state, [frame], tracks(4))
        known.append((state.ids.tolist(), state.ages.tolist()))
    assert known == [([4, 7], [0, 1]), ([4, 7], [0, 2]), ([4], [0]), ([4], [0])]
    # Found again while it sleeps, it is awake.
    state, _ = detector.step(detector.init(), frames[:1], None)
    for index, ids in enumerate([(4, 7), (4,), (4, 7)], 1):
        state, _ = detector.step(state, frames[index:index + 1], tracks(*ids))
    assert (state.ids.tolist(), state.ages.tolist()) == ([4, 7], [0, 0])


@torch.no_grad()
def test_what_the_encoder_sees_is_what_the_last_frame_ended_with():
    detector = build().eval()
    frames = frames_of(*windows(three(0, video=VIDEO)))
    seen = []
    detector.encoder.register_forward_pre_hook(lambda module, arguments: seen.append(arguments[0]))
    state, _ = detector.step(detector.init(), frames[:1], None)
    detector.step(state, frames[1:2], tracks(4))
    first, second = (part[0] for part in seen)
    assert torch.equal(first[:3], first[3:6])
    assert not first[6].any()
    assert torch.equal(second[3:6], frames[0].image)
    assert second[6].unique().tolist() == pytest.approx([0, 1 / 3])
    # At a box's border its grid of four by four cells fades.
    assert second[6, 12:36, 13:31].all()
    assert not second[6, :8].any()


@torch.no_grad()
def test_what_is_shown_of_masks_is_in_its_place_and_the_better_one_is_seen():
    """Masks of pixels fill the image, 48x80, not the input, which is padded to 64x96."""
    detector, masks = build().eval(), torch.zeros(2, 48, 80)
    masks[0, 20:30, 40:60], masks[1, 25:40, 50:70] = 1, 1
    found = Instances(bboxes=torch.tensor([[40., 20, 60, 30], [50, 25, 70, 40]]), scores=torch.tensor([.9, .8]),
                      labels=torch.tensor([0, 1]), ids=torch.tensor([4, 7]),
                      masks=RLEMasks(tuple(encode(mask.numpy().astype(bool)) for mask in masks), 48, 80))
    frame = replace(frames_of(*windows(three(0, video=VIDEO)))[1], height=48, width=80)
    expected = torch.zeros(64, 96)
    expected[25:40, 50:70], expected[20:30, 40:60] = 2 / 3, 1 / 3
    assert torch.equal(detector._shown_map(found, frame)[0], expected)


@torch.no_grad()
@pytest.mark.parametrize(('gap', 'is_kept'), [(1, True), (5, True), (6, False)])
def test_who_is_missed_for_up_to_five_frames_returns_with_its_identity(gap, is_kept):
    torch.manual_seed(0)
    model = street_world_model()
    video, ids = Video(9, 'toy', 64, 96, gap + 3), []
    for index in range(gap + 3):
        model.detector.min_score = 0.0 if index < 2 or index == gap + 2 else 2.0
        ids += [set(result.ids.tolist()) for result in model.test_step(batch(clip([True], index, video=video)))]
    assert len(ids[1]) > 0
    assert ids[2:-1] == [set()] * gap
    # What is never moved overlaps itself: each finds the place that it had.
    assert bool(ids[1] & ids[-1]) == is_kept


@torch.no_grad()
def test_a_whole_video_through_all_slots():
    torch.manual_seed(0)
    model = street_world_model()
    video = Video(9, 'toy', 64, 96, 5)
    results = [result for index in range(5) for result in model.test_step(batch(clip([True], index, video=video)))]
    assert [result.frame for result in results] == list(range(5))
    assert all(len(set(result.ids.tolist())) == len(result) for result in results)
    ids = [set(result.ids.tolist()) for result in results]
    assert any(first & second for first, second in zip(ids[:-1], ids[1:], strict=True))
    assert results[-1].summaries is not None
    for result in results:
        # Masks share no pixel.
        shown = decode_all(result.masks, 64, 96)
        assert len(shown) == len(result)
        assert shown.sum(0).max(initial=0) <= 1


@torch.no_grad()
def test_what_is_told_beside_the_instances():
    names = ['next_frame', 'proposals', 'correlation']
    detector = build(predicts=names).eval()
    frames = frames_of(*windows(three(0, video=VIDEO)))
    state, ((first, _),) = detector.step(detector.init(), frames[:1], None)
    assert first.features['proposals'][0].shape == (0, 5)
    frame = replace(frames[1], scale=(2., .5))
    _, ((second, _),) = detector.step(state, [frame], tracks(4, 7))
    boxes = second.features['proposals'][0]
    assert boxes[:, 4].tolist() == [4, 7]
    assert torch.allclose(boxes[:, :4] * torch.tensor([2, .5, 2, .5]), tracks(4, 7).bboxes, atol=1e-3)
    assert second.features['next_frame'][0].shape == (3, 64, 96)
    # Before any training a prediction is close to no colour, which is the mean of the data set.
    middle = second.features['next_frame'][0].mean((1, 2))
    assert torch.allclose(middle, torch.tensor([123.7, 116.3, 103.5]), atol=20)
    assert second.features['correlation'][0].shape == (3, 1)
    assert set(detector.step(state, [frame], None)[1][0][0].features) == {'neck', *names}


def test_what_does_not_go_together():
    with pytest.raises(ValueError, match="predicts must be of .* got \\['depth'\\]"):
        build(predicts=['depth'])
    with pytest.raises(ValueError, match='without a future_decoder no next_frame is predicted'):
        build(predicts=['next_frame'], future_decoder=None)
    with pytest.raises(ValueError, match='needs both augment_decoder and augment_head'):
        build(augment_head=None)
    with pytest.raises(ValueError, match='category_weights must be 3 numbers, one a class, got .1.0'):
        build(category_weights=[1.0])
    with pytest.raises(ValueError, match='clips must have three frames, the last, the present and the next, got 2'):
        build().loss(*windows(clip([True, True])))
