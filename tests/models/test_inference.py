"""The model that was made ready gives the same answers."""

import torch

from mmvist.models.inference import prepare_for_inference
from tests.models.builders import batch, clip, tiny_model


def test_features_change_by_rounding_only():
    model = tiny_model()
    for _ in range(3):      # so that the batch norms have something to fold in
        model.detector.extract(torch.randn(2, 3, 64, 96) * 3)
    model.eval()
    image = torch.randn(2, 3, 64, 96)
    with torch.no_grad():
        before = model.detector.extract(image)
        after = prepare_for_inference(model).detector.extract(image)
    for first, second in zip(before, after, strict=True):
        torch.testing.assert_close(first, second.contiguous(), rtol=1e-4, atol=1e-5)
    assert not any(isinstance(part, torch.nn.BatchNorm2d) for part in model.modules())


def test_it_still_tracks():
    model = prepare_for_inference(tiny_model())
    assert len(model.test_step(batch(clip([True])))) == 1
