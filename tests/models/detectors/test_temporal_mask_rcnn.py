"""The detector of TrackR-CNN: a streamed video is answered as the whole one, and features reach the embedder."""

import pytest
import torch
from mmdet.structures.bbox import bbox2roi
from mmengine.config import Config

from mmvist.models.detectors.region_heads import heads_loss
from mmvist.models.inference import prepare_for_inference
from mmvist.models.segmentor import frames_of
from mmvist.registry import MODELS
from mmvist.structures import Video
from tests.models.builders import batch, clip

CONFIG = 'configs/trackrcnn/trackrcnn_r18-c4_street-world.py'


def build(score_thr=.3):
    """The street world's model with random weights, in its temporal model too, so that frames do mix."""
    torch.manual_seed(0)
    config = Config.fromfile(CONFIG).model
    config.detector.test_cfg.rpn.max_per_img = 20
    config.detector.test_cfg.rcnn.update(score_thr=score_thr, max_per_img=6)
    config.tracker.filters[0].threshold = 0.
    model = MODELS.build(config)
    model.init_weights()
    # Random scores are nearly equal; these differ by more than rounding.
    model.detector.roi_head.bbox_head.fc_cls.weight.data *= 40
    model.detector.roi_head.mask_head.conv_logits.bias.data += 2
    for name, weight in model.detector.temporal_model.named_parameters():
        weight.data += torch.randn_like(weight) * (.1 if 'depthwise' in name else .02)
    return model


@pytest.fixture(scope='module')
def model():
    return build().eval()


def video(length):
    return Video(9, 'toy', 64, 96, length)


def frames(model, length):
    data = batch(*[clip([True], t, video=video(length)) for t in range(length)])
    return frames_of(**model.data_preprocessor(data))


def stream(detector, given, size):
    state, steps = detector.init(), []
    for first in range(0, len(given), size):
        state, found = detector.step(state, given[first:first + size], None)
        steps.append(found)
    return [*steps, detector.finish(state)]


@torch.no_grad()
@pytest.mark.parametrize('length', [1, 2, 8])
@pytest.mark.parametrize('size', [1, 2, 3, 7, 8])
def test_a_streamed_video_is_answered_as_the_whole_one(model, length, size):
    detector, given = model.detector, frames(model, length)
    maps = detector.extract_clips(torch.stack([frame.image for frame in given])[None])
    whole = detector.detect(given, maps)
    streamed = [pair for found in stream(detector, given, size) for pair in found]
    assert [frame.index for frame, _ in streamed] == list(range(length))
    assert sum(len(detections) for _, detections in whole) > length
    for (frame, found), (wanted_frame, wanted) in zip(streamed, whole, strict=True):
        torch.testing.assert_close(frame.features['neck'], wanted_frame.features['neck'], rtol=0, atol=1e-5)
        assert found.labels.tolist() == wanted.labels.tolist()
        for name in ('scores', 'region_features'):
            torch.testing.assert_close(getattr(found, name), getattr(wanted, name), rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(found.bboxes, wanted.bboxes, rtol=0, atol=1e-3)
        torch.testing.assert_close(found.masks.grids, wanted.masks.grids, rtol=0, atol=1e-4)


@torch.no_grad()
@pytest.mark.parametrize(('size', 'counts'), [(1, [0, 0, 1, 1, 1, 2]), (3, [1, 2, 2]), (5, [3, 2])])
def test_it_looks_two_frames_ahead(model, size, counts):
    steps = stream(model.detector, frames(model, 5), size)
    assert [len(found) for found in steps] == counts


@torch.no_grad()
def test_state_is_bounded_and_a_step_leaves_it_alone(model):
    given = frames(model, 7)
    state, _ = model.detector.step(model.detector.init(), given[:5], None)
    (first, found), (again, more) = (model.detector.step(state, given[5:], None) for _ in range(2))
    assert [frame.index for frame in state.waiting] == [3, 4]
    assert all(frame.image.untyped_storage().nbytes() == 3 * 64 * 96 * 4 for frame in state.waiting)
    assert [frame.index for frame in first.waiting] == [frame.index for frame in again.waiting] == [5, 6]
    assert all(torch.equal(a.scores, b.scores) for (_, a), (_, b) in zip(found, more, strict=True))


def test_a_video_without_frames(model):
    assert model.detector.finish(model.detector.init()) == []


@pytest.mark.parametrize('size', [1, 4])
@pytest.mark.parametrize('length', [1, 2, 6])
def test_the_segmentor_names_every_frame(model, length, size):
    results = []
    for first in range(0, length, size):
        numbers = range(first, min(first + size, length))
        results += model.test_step(batch(*[clip([True], t, video=video(length)) for t in numbers]))
    assert [result.frame for result in results] == list(range(length))
    assert [result.summaries is None for result in results] == [True] * (length - 1) + [False]
    # A mask may lie wholly under others of its frame.
    assert set() != {track for result in results for track in result.ids.tolist()} <= set(results[-1].summaries)


@torch.no_grad()
def test_region_features_are_what_the_box_head_classifies(model):
    head, (found, *_) = model.detector.roi_head, stream(model.detector, frames(model, 3), 3)
    frame, detections = found[0]
    maps = tuple(level[None] for level in frame.features['neck'])
    answer = head._bbox_forward(maps, bbox2roi([detections.bboxes]))
    torch.testing.assert_close(head.bbox_head.fc_cls(detections.region_features), answer['cls_score'])


def losses_of(model, *clips):
    model.train()
    return model(**model.data_preprocessor(batch(*clips), True), mode='loss')


def test_regions_carry_the_features_they_were_classified_by():
    model = build()
    # In evaluation mode the batch norms of a region do not depend on the others'.
    data = model.eval().data_preprocessor(batch(clip([True, True])))
    with torch.no_grad():
        trained = model.detector.loss(**{'inputs': data['inputs'], 'clips': data['data_samples']})
        head, maps = model.detector.roi_head, trained.features['neck']
        answer = head._bbox_forward(maps, bbox2roi([regions.bboxes for regions in trained.regions]))
    features = torch.cat([regions.region_features for regions in trained.regions])
    assert len(features) >= 4
    torch.testing.assert_close(head.bbox_head.fc_cls(features), answer['cls_score'], rtol=1e-4, atol=1e-5)


@pytest.mark.filterwarnings('ignore:indexing with dtype torch.uint8')
def test_the_mask_loss_is_mmdets(model):
    # mmdet cuts boxes off at the image's border, which ours may cross; here they are inside.
    detector, data = model.detector, model.eval().data_preprocessor(batch(clip([True, True], ids=(0, 4))))
    samples = data['data_samples'][0].video_data_samples
    truth = [sample.gt_instances for sample in samples]
    with torch.no_grad():
        maps = detector.extract_clips(data['inputs'])
        _, proposals = detector._rpn_loss(maps, samples, (64, 96))
        ours = heads_loss(detector.roi_head, maps, proposals, samples)
        features = detector.roi_head.bbox_loss(maps, ours.sampled)['bbox_feats']
        theirs = detector.roi_head.mask_loss(maps, ours.sampled, features, truth)['loss_mask']
    assert theirs['loss_mask'] > 0
    torch.testing.assert_close(ours.losses['loss_mask'], theirs['loss_mask'])


@pytest.mark.parametrize('key', [[True] * 3, [True, False]])
def test_every_parameter_gets_a_gradient(key):
    model = build()
    losses = losses_of(model, clip(key, ids=(0, 4, 1)), clip(key, ids=(0, 1)))
    total, _ = model.parse_losses(losses)
    total.backward()
    assert torch.isfinite(total)
    assert set(losses) >= {'loss_rpn_cls', 'loss_rpn_bbox', 'loss_cls', 'loss_bbox', 'loss_mask', 'loss_association'}
    assert [name for name, weight in model.named_parameters() if weight.grad is None] == []


def test_objects_of_one_class_train_the_association():
    model, item = build(), clip([True] * 3)
    for frame in item['data_samples'].video_data_samples:
        frame.gt_instances.labels = frame.gt_instances.labels * 0
    losses = losses_of(model, item)
    assert losses['loss_association'] > 0
    losses['loss_association'].backward()
    for weight in (model.embedder.fc.weight, model.detector.temporal_model.layers[0].depthwise.weight,
                   model.detector.roi_head.shared_head.layer3[0].conv1.weight):
        assert weight.grad.abs().sum() > 0


def test_a_clip_without_objects_trains():
    model = build()
    total, _ = model.parse_losses(losses_of(model, clip([True, True], ids=())))
    total.backward()
    assert torch.isfinite(total)


def test_no_detection_at_all():
    model = build(score_thr=1.1).eval()
    results = model.test_step(batch(*[clip([True], t, video=video(3)) for t in range(3)]))
    assert [len(result) for result in results] == [0, 0, 0]
    assert results[-1].summaries == {}


@torch.no_grad()
def test_made_ready_for_inference_it_answers_the_same():
    model = build().eval()
    given = frames(model, 3)
    (_, before), *_ = model.detector.step(model.detector.init(), given, None)[1]
    prepare_for_inference(model)
    (_, after), *_ = model.detector.step(model.detector.init(), given, None)[1]
    torch.testing.assert_close(after.scores, before.scores, rtol=1e-3, atol=1e-4)


def test_two_feature_maps_are_refused(model):
    config = Config.fromfile(CONFIG).model.detector
    config.backbone.out_indices = (1, 2)
    with pytest.raises(ValueError, match='takes one feature map, the backbone gives 2'):
        MODELS.build(config).extract(torch.zeros(1, 3, 64, 96))
