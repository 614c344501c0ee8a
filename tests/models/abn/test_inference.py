"""A detector of activated batch norms gives the same answers when it was made ready for inference."""

import pytest
import torch
from torch import nn

from mmvist.models.inference import prepare_for_inference
from mmvist.registry import MODELS
from mmvist.structures import Video
from mmvist.structures.frames import Frame
from tests.models.builders import random_norms, tiny_abn_detector


@pytest.fixture
def detector():
    torch.manual_seed(0)
    built = MODELS.build(tiny_abn_detector())
    built.init_weights()
    return random_norms(built).eval()


def frames(count=2, seed=0):
    images = torch.randn(count, 3, 64, 96, generator=torch.Generator().manual_seed(seed))
    video = Video(1, 'v', 64, 96, count)
    return [Frame(video, index, image, 64, 96, (1., 1.)) for index, image in enumerate(images)]


@torch.no_grad()
def test_detections_change_by_rounding_only(detector):
    before = detector.step(None, frames(), None)[1]
    after = prepare_for_inference(detector).step(None, frames(), None)[1]
    # Those that follow no convolution stay: two of the box head, one of the mask head.
    assert sum(isinstance(part, nn.BatchNorm1d | nn.BatchNorm2d) for part in detector.modules()) == 3
    for (frame, found), (same, again) in zip(before, after, strict=True):
        assert len(found) == 20
        for level, other in zip(frame.features['neck'], same.features['neck'], strict=True):
            torch.testing.assert_close(level, other.contiguous(), rtol=1e-4, atol=1e-4)
        assert torch.equal(found.labels, again.labels)
        torch.testing.assert_close(found.bboxes, again.bboxes, rtol=1e-4, atol=1e-2)
        torch.testing.assert_close(found.scores, again.scores, rtol=1e-4, atol=1e-4)
        # Boxes that differ by rounding read their masks elsewhere by as much; each processor rounds in its own way.
        torch.testing.assert_close(found.masks.grids, again.masks.grids, rtol=1e-3, atol=1e-3)


@torch.no_grad()
def test_a_frame_without_detections(detector):
    detector.test_cfg.rcnn.score_thr = 1.
    for model in (detector, prepare_for_inference(detector)):
        (_, found), = model.step(None, frames(1), None)[1]
        assert (len(found), found.masks.grids.shape) == (0, (0, 28, 28))
