"""YOLACT in the loop over a video, under trackers that were made for Mask R-CNN."""

import pytest
import torch

from mmvist.structures import Video
from tests.models.builders import batch, clip, tiny_model, tiny_slots, tiny_yolact

VIDEO = Video(9, 'toy', 64, 96, 6)


@pytest.mark.parametrize('tracker', ['iou_plus', 'masktrack'])
@pytest.mark.parametrize('min_score', [.0302, 1.])
def test_it_tracks(min_score, tracker):
    slots = tiny_slots(tracker)
    if slots['embedder'] is not None:
        slots['embedder'].roi_extractor.featmap_strides = [8, 16, 32, 64]
    model = tiny_model(detector=tiny_yolact(min_score=min_score), **slots).eval()
    results = model.test_step(batch(*[clip([True], t, video=VIDEO) for t in range(6)]))
    assert [result.frame for result in results] == list(range(6))
    assert (sum(map(len, results)) == 0) == (min_score == 1)
    tracked = set.union(*(set(result.ids.tolist()) for result in results))
    assert tracked <= set(results[-1].summaries)


def test_frames_with_and_without_detections_follow_each_other():
    model = tiny_model(detector=tiny_yolact(), **tiny_slots('iou_plus')).eval()
    counts = []
    for t in range(6):
        model.detector.test_cfg.min_score = t % 2
        counts += [len(result) for result in model.test_step(batch(clip([True], t, video=VIDEO)))]
    assert [count > 0 for count in counts] == [True, False] * 3


def test_masktracks_embedder_trains_on_its_regions():
    slots = tiny_slots()
    slots['embedder'].roi_extractor.featmap_strides = [8, 16, 32, 64]
    model = tiny_model(detector=tiny_yolact(), **slots).train()
    losses = model(**model.data_preprocessor(batch(clip([True, False])), True), mode='loss')
    total, _ = model.parse_losses(losses)
    total.backward()
    assert torch.isfinite(losses['loss_match'])
    assert [name for name, weight in model.named_parameters() if weight.grad is None] == []
