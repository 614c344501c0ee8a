"""Masks carried by flow that is known exactly, and by OpenCV's."""

import cv2
import numpy as np
import pytest
import torch

from mmvist.registry import MODELS
from mmvist.structures import Video, rle
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.structures.masks import RLEMasks
from mmvist.tracking import FlowWarp
from mmvist.tracking.propagators.flow_warp import warp

VIDEO = Video(1, 'flow', 40, 60, 10)


@MODELS.register_module(force=True)
class EvenFlow:
    """Every pixel moves by (x, y) pixels of the network input from a frame to the next."""

    needs_image = True

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __call__(self, image, previous, frame):
        flow = image.new_zeros(2, *image.shape[1:])
        flow[0], flow[1] = -self.x, -self.y
        return flow


def picture(index=1, scale=(1., 1.), padding=0, video=VIDEO):
    height, width = round(video.height * scale[1]), round(video.width * scale[0])
    return Frame(video, index, torch.zeros(3, height + padding, width + padding), height, width, scale)


def mask_of(top, left, height, width, video=VIDEO):
    """A rectangle without one corner, so that it looks different mirrored or turned."""
    mask = np.zeros((video.height, video.width), bool)
    mask[max(top, 0):max(top + height, 0), max(left, 0):max(left + width, 0)] = True
    mask[max(top, 0):max(top + 2, 0), max(left, 0):max(left + 3, 0)] = False
    return mask


def tracks_of(*masks, scale=(1., 1.), video=VIDEO):
    counts = tuple(map(rle.encode, masks))
    bboxes = torch.from_numpy(rle.bboxes(counts, video.height, video.width)) * torch.tensor([*scale, *scale])
    return Instances(bboxes=bboxes, labels=torch.zeros(len(masks), dtype=torch.long),
                     masks=RLEMasks(counts, video.height, video.width))


def warped(flow, tracks, **frame):
    part = FlowWarp(flow=flow)
    state, unmoved = part.predict(part.init(), tracks[:0], picture(0, **frame))
    assert len(unmoved) == 0
    return part.predict(state, tracks, picture(1, **frame))[1]


def decoded(tracks):
    return [rle.decode(counts, tracks.masks.height, tracks.masks.width) for counts in tracks.masks.counts]


@pytest.mark.parametrize(('x', 'y'), [(0, 0), (7, 0), (0, -5), (-4, 3)])
def test_an_even_flow_moves_every_pixel(x, y):
    moved = warped(dict(type='EvenFlow', x=x, y=y), tracks_of(mask_of(10, 20, 8, 12), mask_of(25, 30, 5, 9)))
    for mask, (top, left, height, width) in zip(decoded(moved), ((10, 20, 8, 12), (25, 30, 5, 9)), strict=True):
        assert np.array_equal(mask, mask_of(top + y, left + x, height, width))
    assert moved.bboxes.tolist() == [[20 + x, 10 + y, 32 + x, 18 + y], [30 + x, 25 + y, 39 + x, 30 + y]]


def test_the_nearest_pixel_counts():
    mask = mask_of(10, 20, 8, 12)
    for flow, expected in ((.4, mask), (.6, mask_of(11, 21, 8, 12))):
        assert np.array_equal(decoded(warped(dict(type='EvenFlow', x=flow, y=flow), tracks_of(mask)))[0], expected)


@pytest.mark.parametrize('scale', [(2., 2.), (.5, .5), (2., .5)])
@pytest.mark.parametrize('padding', [0, 7])
def test_flow_in_pixels_of_the_network_moves_masks_of_the_original(scale, padding):
    before = tracks_of(mask_of(10, 20, 8, 12), scale=scale)
    moved = warped(dict(type='EvenFlow', x=6 * scale[0], y=4 * scale[1]), before, scale=scale, padding=padding)
    assert np.array_equal(decoded(moved)[0], mask_of(14, 26, 8, 12))
    assert moved.bboxes.tolist() == [[26 * scale[0], 14 * scale[1], 38 * scale[0], 22 * scale[1]]]


def test_a_mask_that_leaves_is_cut_then_empty_and_keeps_its_box():
    flow = dict(type='EvenFlow', x=10, y=0)
    half = warped(flow, tracks_of(mask_of(10, 44, 8, 12)))
    assert np.array_equal(decoded(half)[0], mask_of(10, 54, 8, 12))
    assert half.bboxes.tolist() == [[54, 10, 60, 18]]
    gone = warped(flow, half)
    assert not decoded(gone)[0].any()
    assert gone.bboxes.tolist() == half.bboxes.tolist()
    assert warped(flow, gone).bboxes.tolist() == half.bboxes.tolist()


def test_masks_that_share_pixels_and_empty_ones_are_moved_each_by_itself():
    masks = [mask_of(10, 20, 8, 12), mask_of(12, 25, 8, 12), np.zeros((40, 60), bool), mask_of(10, 20, 8, 12),
             mask_of(30, 5, 4, 4)]
    expected = [mask_of(13, 18, 8, 12), mask_of(15, 23, 8, 12), masks[2], mask_of(13, 18, 8, 12), mask_of(33, 3, 4, 4)]
    assert np.array_equal(decoded(warped(dict(type='EvenFlow', x=-2, y=3), tracks_of(*masks))), expected)


def test_as_many_masks_as_there_may_be():
    # More than a byte counts.
    masks = [np.arange(2400).reshape(40, 60) == 3 * pixel for pixel in range(700)]
    moved = decoded(warped(dict(type='EvenFlow', x=1, y=0), tracks_of(*masks)))
    for pixel in (0, 255, 256, 699):
        row, column = divmod(3 * pixel, 60)
        assert np.argwhere(moved[pixel]).tolist() == [[row, column + 1]] * (column < 59)


def test_random_flow_is_read_pixel_by_pixel():
    generator = np.random.default_rng(3)
    source = (np.stack(np.meshgrid(np.arange(60), np.arange(40)))
              + generator.uniform(-9, 9, (2, 40, 60))).astype(np.float32)
    masks = generator.random((6, 40, 60)) < .4
    moved = warp([rle.encode(mask) for mask in masks], source)
    for mask, counts in zip(masks, moved, strict=True):
        expected = np.zeros((40, 60), bool)
        for (row, column), (x, y) in zip(np.ndindex(40, 60), np.rint(source.reshape(2, -1).T).astype(int), strict=True):
            expected[row, column] = 0 <= x < 60 and 0 <= y < 40 and mask[y, x]
        assert np.array_equal(rle.decode(counts, 40, 60), expected)


def test_the_first_frame_and_frames_without_tracks_need_no_flow():
    part = FlowWarp(flow=dict(type='EvenFlow', x=5, y=0))
    tracks = tracks_of(mask_of(10, 20, 8, 12))
    state, first = part.predict(part.init(), tracks, picture(0))
    assert first is tracks
    # What is kept of a frame is its image without padding.
    state, _ = part.predict(state, tracks[:0], picture(1, padding=7))
    assert state.shape == (3, 40, 60)
    assert part.predict(state, tracks, picture(2))[1].bboxes.tolist() == [[25, 10, 37, 18]]


def test_frames_of_two_sizes_are_refused():
    part = FlowWarp(flow=dict(type='EvenFlow', x=5, y=0))
    state, _ = part.predict(part.init(), tracks_of(mask_of(10, 20, 8, 12)), picture(0))
    with pytest.raises(ValueError, match=r'frame 3 of video flow is \(80, 120\) \(HxW\), .* was \(40, 60\)'):
        part.predict(state, tracks_of(mask_of(10, 20, 8, 12)), picture(3, scale=(2., 2.)))


TRACKER = dict(
    type='AssociationTracker', pixel_masks=True,
    memory=dict(type='LatestMemory', columns=['bboxes', 'labels', 'masks']),
    stages=[dict(cues=[dict(type='MaskIoU', new=.5)], assigner=dict(type='Hungarian'))])


@pytest.mark.parametrize(('propagator', 'expected'), [
    (dict(type='FlowWarp', flow=dict(type='EvenFlow', x=12, y=0)), [[0], [0], [], [0]]), (None, [[0], [1], [], [2]])])
def test_a_track_is_found_where_the_flow_carried_it(propagator, expected):
    tracker = MODELS.build({**TRACKER, 'propagator': propagator})
    state, seen = tracker.init(), []
    # Twelve pixels wide, twelve a frame; in frame 2 it is missed and carried on.
    for index in range(4):
        found = tracks_of(*[mask_of(10, 2 + 12 * index, 8, 12)] * (index != 2))
        found = found.replace(scores=torch.ones(len(found)))
        state, instances = tracker.step(state, found, picture(index))
        seen.append(instances.ids.tolist())
    assert seen == expected


def test_opencvs_flow_follows_a_textured_square():
    generator = np.random.default_rng(0)
    video = Video(1, 'texture', 120, 160, 10)
    ground, cloth = (cv2.GaussianBlur(generator.uniform(0, 255, size).astype(np.float32), (0, 0), 2)
                     for size in ((160, 200), (40, 40)))
    cloth = (cloth - cloth.mean()) * 3 + 128

    def shown(index):
        """The background moves a pixel left a frame, the square five right and three down."""
        image = ground[10:130, 10 + index:170 + index].copy()
        top, left = 20 + 3 * index, 30 + 5 * index
        image[top:top + 40, left:left + 40] = cloth
        mask = np.zeros((120, 160), bool)
        mask[top:top + 40, left:left + 40] = True
        frame = Frame(video, index, torch.from_numpy(image)[None].expand(3, -1, -1), 120, 160, (1., 1.))
        return frame, mask

    part = FlowWarp(flow=dict(type='DISFlow'))
    first, before = shown(0)
    state, _ = part.predict(part.init(), tracks_of(before, video=video), first)
    for index in range(1, 4):
        (frame, after), stayed = shown(index), tracks_of(before, video=video)
        state, carried = part.predict(state, stayed, frame)
        overlaps = rle.iou((*carried.masks.counts, *stayed.masks.counts), [rle.encode(after)], 120, 160)[:, 0]
        # A step of five and three pixels leaves 35 * 37 of 40 * 40 where they were.
        assert overlaps[1] == pytest.approx(35 * 37 / (2 * 40 * 40 - 35 * 37))
        assert overlaps[0] > .9
        before = after
