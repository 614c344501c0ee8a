"""mmdet's own MaskTrack R-CNN, random weights, against ours with the mapped weights: the same numbers."""

import pytest
import torch

from mmvist.models.key_maps import MMDET_MASKTRACK_RCNN, rename
from mmvist.structures import Video, rle
from mmvist.structures.frames import Frame
from mmvist.tracking import AppearanceSoftmax
from tests.models.builders import tiny_detector, tiny_model, tiny_slots

HEIGHT, WIDTH = 64, 96


@pytest.fixture(scope='module')
def models():
    from mmdet.models.vis import MaskTrackRCNN
    from mmengine.config import ConfigDict
    torch.manual_seed(3)
    extractor = tiny_slots()['embedder'].roi_extractor
    theirs = MaskTrackRCNN(
        detector={'type': 'MaskRCNN', **{key: value for key, value in tiny_detector().items() if key != 'type'}},
        track_head=dict(
            type='RoITrackHead', roi_extractor=extractor,
            embed_head=dict(type='RoIEmbedHead', num_fcs=2, roi_feat_size=7, in_channels=16, fc_out_channels=8),
            train_cfg=ConfigDict(assigner=dict(type='MaxIoUAssigner', pos_iou_thr=.5, neg_iou_thr=.5),
                           sampler=dict(type='RandomSampler', num=8, pos_fraction=.25))),
        tracker=dict(type='MaskTrackRCNNTracker', match_weights=dict(det_score=1., iou=2., det_label=10.)))
    for weight in theirs.parameters():
        torch.nn.init.normal_(weight, std=.08)
    slots = tiny_slots()
    slots['embedder'].final_relu = True
    ours = tiny_model(**slots)
    missing, unexpected = ours.load_state_dict(rename(theirs.state_dict(), MMDET_MASKTRACK_RCNN), strict=False)
    assert (missing, unexpected) == ([], [])
    return theirs.eval(), ours.eval()


@pytest.fixture(scope='module')
def found(models):
    theirs, ours = models
    image = torch.randn(3, HEIGHT, WIDTH, generator=torch.Generator().manual_seed(1))
    frame = Frame(Video(0, 'toy', HEIGHT, WIDTH, 1), 0, image, HEIGHT, WIDTH, (1., 1.))
    from mmdet.structures import DetDataSample
    sample = DetDataSample(metainfo=dict(img_shape=(HEIGHT, WIDTH), ori_shape=(HEIGHT, WIDTH), scale_factor=(1., 1.)))
    with torch.no_grad():
        _, [(frame, detections)] = ours.detector.step(None, [frame], None)
        features = theirs.detector.extract_feat(image[None])
        answer = theirs.detector.predict(image[None], [sample], rescale=False)[0].pred_instances
    return frame, detections, features, answer


def test_features(found):
    frame, _, features, _ = found
    for ours, theirs in zip(frame.features['neck'], features, strict=True):
        torch.testing.assert_close(ours, theirs[0])


def test_boxes_scores_and_labels(found):
    _, detections, _, answer = found
    assert len(detections) > 3
    torch.testing.assert_close(detections.bboxes, answer.bboxes)
    torch.testing.assert_close(detections.scores, answer.scores)
    assert torch.equal(detections.labels, answer.labels)


def test_masks(found):
    _, detections, _, answer = found
    codes = detections.masks.encode((1., 1.), HEIGHT, WIDTH)
    pasted = torch.from_numpy(rle.decode_all(codes, HEIGHT, WIDTH))
    assert pasted.any()
    # A pixel may sit within rounding of the threshold.
    assert (pasted != answer.masks).float().mean() < 1e-4


def test_match_logits(models, found):
    theirs, ours = models
    frame, detections, features, _ = found
    with torch.no_grad():
        boxes = detections.bboxes
        regions, _ = theirs.track_head.extract_roi_feats(features, [boxes])
        logits = theirs.track_head.predict(regions, regions[:2])
        _, embedded = ours.embedder(frame, detections)
    log_probability = AppearanceSoftmax()(embedded[:2], embedded)
    torch.testing.assert_close(log_probability.T, logits.log_softmax(1), rtol=1e-4, atol=1e-5)


def test_a_weight_that_fits_nowhere_is_an_error():
    with pytest.raises(ValueError, match="1 weights are of another network; the first is 'head.bias'"):
        rename({'head.bias': torch.zeros(1)}, MMDET_MASKTRACK_RCNN)
