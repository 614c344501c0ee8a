"""Flow by itself in the detector slot."""

import numpy as np
import pytest
import torch
from mmdet.structures import DetDataSample, TrackDataSample
from mmengine.structures import InstanceData

from mmvist.models.detectors import FlowDetector
from mmvist.registry import MODELS
from mmvist.structures import Video
from mmvist.structures.frames import Frame
from mmvist.structures.output import to_result, with_features

VIDEO = Video(1, 'street', 20, 30, 5)


@MODELS.register_module(force=True)
class DifferenceFlow(torch.nn.Module):
    """Says in x how much brighter a pixel has become, in y the frame's number; its loss is what it was given."""

    needs_image = True

    def forward(self, image, previous, frame):
        return torch.stack([(image - previous).mean(0), torch.full(image.shape[1:], float(frame.index))])

    def loss(self, images, backward, forward):
        return {'loss_backward': backward.sum() + 0 * images.sum(), 'loss_forward': forward.sum()}


def frames_of(*brightness, scale=(1., 1.), padding=0):
    height, width = round(20 * scale[1]), round(30 * scale[0])
    return [Frame(VIDEO, index, torch.full((3, height + padding, width + padding), float(value)), height, width, scale)
            for index, value in enumerate(brightness)]


def flows(detector, *chunks):
    state, found = detector.init(), []
    for chunk in chunks:
        state, results = detector.step(state, chunk, None)
        found += results
    return found + detector.finish(state)


def test_each_frame_is_compared_with_the_one_before():
    results = flows(FlowDetector(dict(type='DifferenceFlow')), frames_of(1, 5, 4))
    maps = [frame.features['flow'][0] for frame, _ in results]
    assert [flow.shape for flow in maps] == [(2, 20, 30)] * 3
    assert [flow[0, 3, 4].item() for flow in maps] == [0, 4, -1]
    assert [flow[1, 3, 4].item() for flow in maps] == [0, 1, 2]
    assert all(len(found) == 0 for _, found in results)


def test_chunks_do_not_matter():
    detector, frames = FlowDetector(dict(type='DifferenceFlow')), frames_of(1, 5, 4, 9)
    whole = [frame.features['flow'][0] for frame, _ in flows(detector, frames)]
    for chunks in ([[frame] for frame in frames], [frames[:1], frames[1:]], [frames[:3], frames[3:]]):
        parts = [frame.features['flow'][0] for frame, _ in flows(detector, *chunks)]
        assert all(map(torch.equal, parts, whole))


def test_flow_is_told_in_pixels_of_the_video_without_padding():
    detector = FlowDetector(dict(type='DifferenceFlow'))
    frame, found = flows(detector, frames_of(1, 5, scale=(2., .5), padding=7))[1]
    assert frame.features['flow'][0].shape == (2, 17, 67)
    found = found.replace(ids=torch.zeros(0, dtype=torch.long))
    flow = with_features(to_result(found, frame, False), frame, ['flow']).features['flow']
    assert flow.shape == (2, 10, 60)
    assert (flow == np.array([4 / 2, 1 / .5]).reshape(2, 1, 1)).all()


def test_frames_that_do_not_follow_are_refused():
    detector, (first, _, third) = FlowDetector(dict(type='DifferenceFlow')), frames_of(1, 5, 4)
    with pytest.raises(ValueError, match='frame 2 of video street comes after frame 0; flow is from a frame to'):
        flows(detector, [first, third])
    with pytest.raises(ValueError, match=r'frame 1 of video street is 40x60 \(HxW\), the one before was 20x30'):
        flows(detector, [first], frames_of(1, 5, scale=(2., 2.))[1:])


def clip_of(*indices, **truth):
    clip, samples = TrackDataSample(), []
    for place, index in enumerate(indices):
        sample = DetDataSample(metainfo=dict(frame=index, video=VIDEO))
        sample.gt_instances = InstanceData(bboxes=torch.zeros(0, 4), labels=torch.zeros(0, dtype=torch.long),
                                           ids=torch.zeros(0, dtype=torch.long))
        name = ('gt_flow_ahead', 'gt_flow')[place % 2]
        if name in truth:
            sample.set_field(truth[name], name)
        samples.append(sample)
    clip.video_data_samples = samples
    return clip


def test_truth_is_padded_with_what_is_not_known():
    back, ahead = torch.ones(3, 20, 30), torch.ones(3, 20, 30) / 2
    detector = FlowDetector(dict(type='DifferenceFlow'))
    answer = detector.loss(torch.zeros(1, 2, 3, 64, 64), [clip_of(3, 4, gt_flow=back, gt_flow_ahead=ahead)])
    assert answer.losses['loss_backward'] == 3 * 20 * 30
    assert answer.losses['loss_forward'] == 3 * 20 * 30 / 2
    assert answer.regions == [None, None]


def test_clips_that_do_not_fit():
    detector = FlowDetector(dict(type='DifferenceFlow'))
    with pytest.raises(ValueError, match='two successive frames, got 3; use ContiguousClip with length 2'):
        detector.loss(torch.zeros(1, 3, 3, 64, 64), [clip_of(3, 4, 5)])
    with pytest.raises(ValueError, match='DISFlow learns nothing; it can be tested alone'):
        FlowDetector(dict(type='DISFlow')).loss(torch.zeros(1, 2, 3, 64, 64), [clip_of(3, 4)])
    with pytest.raises(ValueError, match='frame 4 of video street comes without gt_flow; the pipeline must have LoadF'):
        detector.loss(torch.zeros(1, 2, 3, 64, 64), [clip_of(3, 4)])
