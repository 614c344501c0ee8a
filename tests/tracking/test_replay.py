"""Trackers on stored detections, and what is left of a video without a tracker."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from mmvist.io.detections import DetectionsWriter
from mmvist.registry import MODELS
from mmvist.structures import TrackSummary, Video, VideoTracks
from mmvist.structures.detections import VideoDetections
from mmvist.tracking import needs_image, replay
from tests.models.builders import clip
from tests.tracking.toys import boxes, follow, frame

IOU = dict(
    type='AssociationTracker', memory=dict(type='LatestMemory'), max_age=2, min_length=2,
    stages=[dict(cues=[dict(type='BoxIoU')], gates=[dict(type='MinBoxIoU', threshold=0.3), dict(type='SameClassOnly')],
                 assigner=dict(type='Hungarian'))])
APPEARANCE = dict(
    type='AssociationTracker', memory=dict(type='GalleryMemory', budget=3, columns=['bboxes', 'labels', 'masks']),
    max_age=3, min_hits=2, pixel_masks=True,
    propagator=dict(type='KalmanFilter'), filters=[dict(type='MinScore', threshold=0.2)],
    stages=[dict(cues=[dict(type='EmbeddingDistance', metric='cosine', new=0.4)], assigner=dict(type='Hungarian')),
            dict(cues=[dict(type='MaskIoU', new=0.3)], assigner=dict(type='Greedy', loser='next'))])
PIXELS = dict(
    type='AssociationTracker', memory=dict(type='LatestMemory'), propagator=dict(type='AreaKalmanFilter'),
    stages=[dict(cues=[dict(type='BoxIoU', new=0.3)], assigner=dict(type='Hungarian'))])
OFFLINE = dict(type='SequenceTracker', min_length=2)


@pytest.fixture
def crowd(make_video_tracks):
    """Twenty squares of 12 pixels on their ways through 12 frames, seen four times in five, with embeddings."""
    rng, rows, looks = np.random.default_rng(0), [], []
    for track in range(20):
        x, y, dx, dy = rng.uniform(0, 80), rng.uniform(0, 50), *rng.uniform(-3, 3, 2)
        for index in range(12):
            left, top = np.clip([x + dx * index, y + dy * index], 0, [84, 52]).astype(int).tolist()
            if rng.random() < 0.8:
                rows.append((index, track, track % 2, (left, top, left + 12, top + 12), round(rng.random(), 2)))
                looks.append((index, np.eye(20)[track] + rng.normal(0, 0.1, 20)))
    tracks = make_video_tracks(rows, length=12, height=64, width=96, video_id=9)
    embeds = np.array([look for _, look in sorted(looks, key=lambda pair: pair[0])], np.float32)
    return replace(VideoDetections.from_tracks(tracks), embeds=embeds)


def through_segmentor(config, detections, path, scale, disjoint_masks):
    """The same by the model's own loop, with a detector that reads a file."""
    with DetectionsWriter(path, ('car', 'person')) as writer:
        writer.write(detections)
    model = MODELS.build(dict(type='VideoInstanceSegmentor', detector=dict(type='FileDetector', file=str(path)),
                              tracker=config, disjoint_masks=disjoint_masks))
    results = []
    for first in (0, 5, 10):
        frames = range(first, min(first + 5, detections.video.length))
        clips = [clip([True], index, video=detections.video) for index in frames]
        for one in clips:
            one['data_samples'][0].set_metainfo(dict(scale_factor=scale))
        results += model.predict(torch.stack([one['inputs'].float() for one in clips]),
                                 [one['data_samples'] for one in clips])
    return VideoTracks.from_results(detections.video, results)


def assert_same(one, other):
    for name in ('frames', 'ids', 'labels', 'scores', 'bboxes', 'ignore'):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), name, strict=True)
    assert (one.video, one.masks, one.track_scores) == (other.video, other.masks, other.track_scores)


@pytest.mark.parametrize(('config', 'scale', 'disjoint_masks'), [
    (IOU, (1., 1.), False), (IOU, (1., 1.), True), (APPEARANCE, (1.5, 0.7), False), (APPEARANCE, (1., 1.), True),
    (PIXELS, (4., 4.), False), (OFFLINE, (1., 1.), True)])
def test_as_through_the_segmentor(crowd, config, scale, disjoint_masks, tmp_path):
    replayed = replay(MODELS.build(config), crowd, scale, disjoint_masks)
    assert_same(replayed, through_segmentor(config, crowd, tmp_path / 'crowd.npz', scale, disjoint_masks))
    assert 5 < len(replayed.track_ids) < 100


class Wide:
    """Every detection that is wider than 20 pixels of the network's input is one and the same object."""

    def init(self):
        return 0

    def step(self, state, detections, frame):
        assert (frame.width, frame.height) == (round(96 * frame.scale[0]), round(64 * frame.scale[1]))
        widths = detections.bboxes[:, 2] - detections.bboxes[:, 0]
        wide = detections[torch.nonzero(widths > 20)[:1, 0]]
        return state + len(wide), wide.replace(ids=torch.zeros(len(wide), dtype=torch.long))

    def finish(self, state):
        return {0: TrackSummary(0, 1.0, keep=state > 0)}


def test_trackers_that_count_pixels_see_the_networks(crowd):
    assert len(replay(Wide(), crowd)) == 0
    tracks = replay(Wide(), crowd, (2., 0.5))
    assert set(tracks.ids.tolist()) == {0}
    # Boxes come back in original pixels.
    assert (tracks.bboxes[:, 2:] - tracks.bboxes[:, :2] == 12).all()


def test_boxes_alone_stay_boxes(crowd):
    alone = replace(crowd, masks=(None,) * len(crowd))
    tracks = replay(MODELS.build(IOU), alone)
    assert tracks.ids.tolist() == replay(MODELS.build(IOU), crowd).ids.tolist()
    assert set(tracks.masks) == {None}
    # Beyond the image, too.
    outside = replace(alone, bboxes=alone.bboxes - [50, 0, 50, 0])
    assert replay(MODELS.build(IOU), outside.renumbered([0, 1])).bboxes.min() < 0


def test_nothing_found(crowd):
    nothing = crowd.select(np.zeros(len(crowd), bool))
    for config in (IOU, APPEARANCE, OFFLINE):
        tracks = replay(MODELS.build(config), nothing)
        assert (len(tracks), tracks.video, tracks.track_scores) == (0, crowd.video, {})
    no_frames = VideoDetections.from_tracks(VideoTracks.from_rows(Video(1, 'none', 4, 4, 0), []))
    assert len(replay(MODELS.build(IOU), no_frames)) == 0


def test_nothing_is_changed(crowd):
    before = {name: getattr(crowd, name).copy() for name in ('bboxes', 'scores', 'labels', 'embeds')}
    first = replay(MODELS.build(APPEARANCE), crowd, (2., 2.))
    assert_same(first, replay(MODELS.build(APPEARANCE), crowd, (2., 2.)))
    assert all(np.array_equal(getattr(crowd, name), column) for name, column in before.items())


def test_images_are_not_there(crowd):
    config = {**IOU, 'propagator': dict(type='FlowWarp', flow=dict(type='DISFlow'))}
    tracker = MODELS.build(config)
    assert needs_image(tracker)
    assert not needs_image(MODELS.build(IOU))
    assert not needs_image(MODELS.build(OFFLINE))
    with pytest.raises(ValueError, match='AssociationTracker looks at images, which a replay'):
        replay(tracker, crowd)


def test_each_detection_is_a_track_of_its_own():
    found = [boxes((0, 1, .5), (20, 0, .25)), boxes(), boxes((0, 1, .75))]
    _, seen, summaries = follow(dict(type='SingleFrameTracker'), found)
    assert [instances.ids.tolist() for instances in seen] == [[0, 1], [], [2]]
    assert summaries == {0: TrackSummary(1, .5), 1: TrackSummary(0, .25), 2: TrackSummary(1, .75)}
    assert follow(dict(type='SingleFrameTracker'), [])[2] == {}
    tracker = MODELS.build(dict(type='SingleFrameTracker'))
    state, _ = tracker.step(tracker.init(), found[0], frame(0))
    assert [tracker.step(state, found[2], frame(2))[1].ids.tolist() for _ in range(2)] == [[2], [2]]
