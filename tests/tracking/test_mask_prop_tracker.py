"""Masks handed on by a network that finds bright squares near their last place."""

import pickle

import pytest
import torch

from mmvist.registry import MODELS
from mmvist.structures import TrackSummary, Video, rle
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.structures.masks import BoxMasks, RLEMasks, tight_boxes
from tests.models.osmn.bright_network import TINY, bright_propagator, squares

VIDEO = Video(1, 'v', 64, 96, 30)
SIZE = (96, 64)
A, B = (16, 8), (64, 36)


@pytest.fixture
def build():
    def tracker(**options):
        tracker = MODELS.build(dict(
            type='MaskPropTracker', **options,
            propagator=dict(type='MaskPropagation', network=dict(type='OSMN', **TINY), size=SIZE)))
        tracker.propagator.load_state_dict(bright_propagator(SIZE).state_dict())
        return tracker.eval()

    return tracker


def detections(*rows):
    """Rows (place, label, score)."""
    _, masks = squares([row[0] for row in rows])
    counts = tuple(rle.encode(mask.numpy()) for mask in masks)
    return Instances(bboxes=tight_boxes(masks), labels=torch.tensor([row[1] for row in rows], dtype=torch.long),
                     scores=torch.tensor([row[2] for row in rows], dtype=torch.float32),
                     masks=RLEMasks(counts, VIDEO.height, VIDEO.width))


def run(tracker, *frames):
    """Frames are (places of squares, detections): ids and masks of each, and the state at the end."""
    state, ids, masks = tracker.init(), [], []
    for index, (places, found) in enumerate(frames):
        image, _ = squares(places)
        state, instances = tracker.step(state, found, Frame(VIDEO, index, image, 64, 96, (1., 1.)))
        ids.append(instances.ids.tolist())
        masks.append(instances.masks.counts)
    return ids, masks, state


def counts(*places):
    return tuple(rle.encode(mask.numpy()) for mask in squares(places)[1])


NOTHING = detections()


def test_one_frame_of_detections_is_enough(build):
    places = [[(16 + 4 * step, 8), (64 - 2 * step, 36)] for step in range(5)]
    ids, masks, state = run(build(), (places[0], detections((places[0][0], 2, .9), (places[0][1], 1, .3))),
                            *((place, NOTHING) for place in places[1:]))
    assert ids == [[0, 1]] * 5
    assert masks == [counts(*place) for place in places]
    assert build().finish(state) == {0: TrackSummary(2, pytest.approx(.9), True),
                                     1: TrackSummary(1, pytest.approx(.3), True)}


def test_instances_carry_what_a_result_needs(build):
    tracker = build()
    image, masks = squares([A])
    frame = Frame(VIDEO, 0, image, 64, 96, (1., 1.))
    state, _ = tracker.step(tracker.init(), detections((A, 2, .9)), frame)
    _, instances = tracker.step(state, NOTHING, Frame(VIDEO, 1, image, 64, 96, (1., 1.)))
    assert set(instances.columns) == {'bboxes', 'labels', 'scores', 'masks', 'ids'}
    assert instances.bboxes.tolist() == tight_boxes(masks).tolist()
    assert (instances.labels.tolist(), instances.scores.tolist()) == ([2], [pytest.approx(.9)])


@pytest.mark.parametrize(('detection', 'expected'), [
    ((B, 1, .5), [0, 1]),
    ((B, 1, .49), [0]),                            # too doubtful
    ((A, 1, .9), [0]),                             # a track is there
    (((A[0] + 8, A[1]), 1, .9), [0]),               # IoU 1/3 with it
    (((A[0] + 9, A[1]), 1, .9), [0, 1]),            # IoU 7/25
])
def test_births_after_the_first_frame(build, detection, expected):
    ids, _, _ = run(build(), ([A], detections((A, 0, .9))), ([A, B], detections(detection)))
    assert ids == [[0], expected]


def test_a_track_begun_later_is_followed_too(build):
    ids, masks, state = run(build(), ([A], detections((A, 0, .9))), ([A, B], detections((A, 0, .8), (B, 1, .7))),
                            ([A, (68, 36)], NOTHING))
    assert ids == [[0], [0, 1], [0, 1]]
    assert masks[2] == counts(A, (68, 36))
    # The score is that of the detection that started it, whatever is detected later.
    assert build().finish(state)[0] == TrackSummary(0, pytest.approx(.9), True)


def test_a_track_without_a_mask_is_not_shown_and_comes_back(build):
    ids, masks, _ = run(build(), ([A, B], detections((A, 0, .9), (B, 0, .9))), ([B], NOTHING), ([B], NOTHING),
                        ([A, B], NOTHING))
    assert ids == [[0, 1], [1], [1], [0, 1]]
    assert masks[3] == counts(A, B)


def test_a_track_without_a_mask_for_too_long_is_given_up(build):
    frames = [([A], detections((A, 3, .9))), ([], NOTHING), ([], NOTHING), ([A], NOTHING)]
    assert run(build(max_age=3), *frames)[0] == [[0], [], [], [0]]
    ids, _, state = run(build(max_age=2), *frames)
    assert ids == [[0], [], [], []]
    assert len(state.tracks) == 0
    assert build().finish(state) == {0: TrackSummary(3, pytest.approx(.9), True)}
    # Its id is not given again.
    again, _ = build().step(state, detections((B, 1, .8)), Frame(VIDEO, 4, squares([B])[0], 64, 96, (1., 1.)))
    assert build().finish(again).keys() == {0, 1}


def test_empty_frames_and_videos(build):
    ids, _, state = run(build(), ([], NOTHING), ([A], detections((A, 0, .4))), ([A], detections((A, 0, .6))))
    # Only in the first frame every detection starts a track.
    assert ids == [[], [], [0]]
    assert build().finish(run(build(), ([], NOTHING))[2]) == {}
    assert build().finish(build().init()) == {}


def test_a_step_leaves_the_state_alone(build):
    tracker = build()
    _, _, state = run(tracker, ([A, B], detections((A, 0, .9), (B, 0, .9))))
    before = pickle.dumps(state)
    frame = Frame(VIDEO, 1, squares([A])[0], 64, 96, (1., 1.))
    first, second = (tracker.step(state, detections((B, 0, .9)), frame) for _ in range(2))
    assert pickle.dumps(state) == before
    assert first[1].ids.tolist() == second[1].ids.tolist() == [0, 2]


def test_the_state_does_not_grow_with_the_video(build):
    _, _, short = run(build(), ([A], detections((A, 0, .9))), *[([A], NOTHING)] * 2)
    _, _, long = run(build(), ([A], detections((A, 0, .9))), *[([A], NOTHING)] * 12)
    assert len(pickle.dumps(long)) == len(pickle.dumps(short))


def test_masks_of_heads_in_a_smaller_network_input(build):
    video = Video(1, 'v', 128, 192, 30)
    found = Instances(bboxes=torch.tensor([[16., 8., 32., 24.]]), labels=torch.zeros(1, dtype=torch.long),
                      scores=torch.ones(1), masks=BoxMasks(torch.ones(1, 28, 28), torch.tensor([[16., 8., 32., 24.]])))
    tracker = build()
    state, started = tracker.step(tracker.init(), found, Frame(video, 0, squares([A])[0], 64, 96, (.5, .5)))
    _, moved = tracker.step(state, found[:0], Frame(video, 1, squares([(20, 12)])[0], 64, 96, (.5, .5)))
    for instances, box in ((started, [32, 16, 64, 48]), (moved, [40, 24, 72, 56])):
        canvas = instances.masks.on_canvas((1., 1.), 128, 192)
        assert (tight_boxes(canvas) - torch.tensor(box)).abs().max() <= 1
