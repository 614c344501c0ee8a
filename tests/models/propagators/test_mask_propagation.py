import pickle

import pytest
import torch

from mmvist.models.osmn.spots import find_spots
from mmvist.registry import MODELS
from mmvist.structures import Video, rle
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.structures.masks import BoxMasks, RLEMasks, tight_boxes
from tests.models.builders import batch, clip
from tests.models.osmn.bright_network import TINY, TRAINER, bright_propagator, squares

VIDEO = Video(1, 'v', 64, 96, 30)
SIZE = (96, 64)


@pytest.fixture
def propagator():
    return bright_propagator(SIZE)


def frame_of(image, index=0, video=VIDEO):
    return Frame(video, index, image, *image.shape[1:], (image.shape[2] / video.width, image.shape[1] / video.height))


def detections(masks):
    """Detections with the masks (N, 64, 96) themselves, as they come from files."""
    counts = tuple(rle.encode(mask.numpy()) for mask in masks)
    return Instances(bboxes=tight_boxes(masks), labels=torch.zeros(len(masks), dtype=torch.long),
                     scores=torch.ones(len(masks)), masks=RLEMasks(counts, VIDEO.height, VIDEO.width))


def start(propagator, places):
    image, masks = squares(places)
    found = detections(masks)
    return found.only(['bboxes', 'labels']).replace(**propagator.start(found, frame_of(image)))


def overlap(tracks, masks):
    """IoU of masks predicted with others, row by row."""
    found = tracks.masks.on_canvas((1., 1.), VIDEO.height, VIDEO.width)
    return ((found & masks).sum((1, 2)) / (found | masks).sum((1, 2))).tolist()


def test_a_birth_keeps_looks_and_place(propagator):
    tracks = start(propagator, [(20, 12), (60, 30)])
    assert tracks.guides.shape == (2, propagator.network.num_guides)
    # 16 pixels: the median deviation is 4.
    assert tracks.spots.flatten().tolist() == pytest.approx([28, 20, 5.9304, 5.9304, 68, 38, 5.9304, 5.9304])


def test_tracks_follow_what_is_near_them(propagator):
    tracks = start(propagator, [(20, 12), (60, 30)])
    for step in range(1, 6):
        image, masks = squares([(20 + 4 * step, 12), (60 - 2 * step, 30 + 2 * step)])
        _, tracks = propagator.predict(None, tracks, frame_of(image, step))
        assert overlap(tracks, masks) == [1, 1]
        assert torch.equal(tracks.bboxes, tight_boxes(masks))
        assert torch.equal(tracks.spots, find_spots(masks))


def test_guides_scale_the_maps(propagator):
    tracks = start(propagator, [(20, 12)])
    image, _ = squares([(20, 12)])
    assert torch.equal(tracks.guides, torch.ones_like(tracks.guides))
    guides = tracks.guides.clone()
    # The first channel of conv3_2: how far a pixel is.
    guides[:, TINY['channels'][2]] = 0.25
    for factors, logit in ((tracks.guides, -4 - 12), (guides, -4 - 3)):
        grids = propagator.predict(None, tracks.replace(guides=factors), frame_of(image))[1].masks.grids
        assert grids[0, 60, 90].logit().item() == pytest.approx(logit, rel=1e-3)
        assert grids[0, 20, 28].logit().item() == pytest.approx(10 - 4, rel=1e-3)


def test_an_empty_prediction_leaves_a_track_where_it_was(propagator):
    tracks = start(propagator, [(20, 12), (60, 30)])
    image, masks = squares([(62, 30)])
    _, moved = propagator.predict(None, tracks, frame_of(image, 1))
    assert torch.equal(moved.bboxes, torch.stack([tracks.bboxes[0], tight_boxes(masks)[0]]))
    assert torch.equal(moved.spots[0], tracks.spots[0])
    assert moved.masks.on_canvas((1., 1.), 64, 96).flatten(1).any(1).tolist() == [False, True]


def test_a_match_gives_the_place_and_not_the_looks(propagator):
    tracks = start(propagator, [(20, 12)])
    image, masks = squares([(40, 12)])
    columns = propagator.correct(tracks, detections(masks), frame_of(image, 1))
    assert columns['spots'][0, :2].tolist() == [48, 20]
    assert torch.equal(columns['guides'], tracks.guides)


def test_a_detection_without_a_pixel_counts_as_its_box(propagator):
    image, masks = squares([(20, 12)])
    empty = detections(masks).replace(masks=RLEMasks((rle.encode(torch.zeros(64, 96).numpy()),), 64, 96))
    expected = propagator.start(detections(masks), frame_of(image))
    assert torch.equal(propagator.start(empty, frame_of(image))['spots'], expected['spots'])


def test_masks_of_heads_serve_as_those_of_files(propagator):
    image, masks = squares([(20, 12)])
    hard = detections(masks)
    soft = hard.replace(masks=BoxMasks(torch.ones(1, 28, 28), hard.bboxes))
    for name, column in propagator.start(hard, frame_of(image)).items():
        assert torch.equal(propagator.start(soft, frame_of(image))[name], column)


def test_the_network_may_work_at_another_size_than_the_detector():
    """An image of 128x192 in an input padded to 160x192, of a video twice as large, seen at 64x96."""
    propagator, video = bright_propagator(SIZE), Video(1, 'v', 256, 384, 30)
    frames = []
    for x in (40, 48):
        image, masks = squares([(x, 24)], 160, 192, 32)
        image[:, 128:] = 5
        frames.append(Frame(video, len(frames), image, 128, 192, (0.5, 0.5)))
    found = Instances(bboxes=torch.tensor([[40., 24., 72., 56.]]), labels=torch.zeros(1, dtype=torch.long),
                      scores=torch.ones(1), masks=BoxMasks(torch.ones(1, 28, 28), torch.tensor([[40., 24., 72., 56.]])))
    tracks = found.only(['bboxes', 'labels']).replace(**propagator.start(found, frames[0]))
    assert tracks.spots[0].tolist() == pytest.approx([56, 40, 11.8608, 11.8608])
    _, moved = propagator.predict(None, tracks, frames[1])
    assert moved.bboxes.tolist() == [[48, 24, 80, 56]]
    full = rle.decode_all(moved.masks.encode((0.5, 0.5), 256, 384), 256, 384)
    # Enlarged four times, an edge may lie a pixel aside.
    assert (tight_boxes(torch.from_numpy(full)) - torch.tensor([96, 48, 160, 112])).abs().max() <= 1


def test_no_track_and_no_detection(propagator):
    tracks = start(propagator, [])
    assert len(tracks) == 0 and tracks.guides.shape == (0, propagator.network.num_guides)
    image, _ = squares([(20, 12)])
    _, moved = propagator.predict(None, tracks, frame_of(image))
    assert len(moved) == len(moved.masks) == 0
    columns = propagator.correct(tracks, detections(squares([])[1]), frame_of(image))
    assert {name: len(column) for name, column in columns.items()} == {'guides': 0, 'spots': 0}


@pytest.mark.parametrize('size', [(100, 64), (96, 0), (96,)])
def test_sizes_the_network_cannot_halve(size):
    with pytest.raises(ValueError, match='size must be .width, height., multiples of 16'):
        MODELS.build(dict(type='MaskPropagation', network=dict(type='OSMN', **TINY), size=size))


def osmn_tracker(propagator):
    stage = dict(
        cues=[dict(type='Score'), dict(type='BoxIoU', weight=2.0), dict(type='SameClass', weight=10.0, new=0.0)],
        gates=[dict(type='MinBoxIoU', threshold=0.3)], assigner=dict(type='Greedy', loser='drop'))
    tracker = MODELS.build(dict(
        type='AssociationTracker', stages=[stage], memory=dict(type='LatestMemory'),
        propagator=dict(type='MaskPropagation', network=dict(type='OSMN', **TINY), size=SIZE)))
    tracker.propagator.load_state_dict(propagator.state_dict())
    return tracker.eval()


def test_a_detector_that_blinks_finds_its_tracks_again(propagator):
    """Squares move by more than their side while there are no detections: boxes alone would not overlap any more."""
    tracker = osmn_tracker(propagator)
    state, ids = tracker.init(), []
    for step in range(7):
        image, masks = squares([(6 + 4 * step, 12), (76 - 4 * step, 40)])
        found = detections(masks if step in (0, 6) else masks[:0])
        # A video can be stopped and resumed anywhere.
        state, instances = tracker.step(pickle.loads(pickle.dumps(state)), found, frame_of(image, step))
        ids.append(instances.ids.tolist())
    assert ids == [[0, 1], [], [], [], [], [], [0, 1]]
    assert set(state.tracks.columns) == {'bboxes', 'labels', 'guides', 'spots'}


def test_a_step_leaves_the_state_alone(propagator):
    tracker = osmn_tracker(propagator)
    image, masks = squares([(20, 12), (60, 30)])
    state, _ = tracker.step(tracker.init(), detections(masks), frame_of(image))
    before = [getattr(state.tracks, name).clone() for name in state.tracks.columns]
    moved, others = squares([(24, 12), (60, 34)])
    first = tracker.step(state, detections(others[:1]), frame_of(moved, 1))
    again = tracker.step(state, detections(others[:1]), frame_of(moved, 1))
    assert all(torch.equal(getattr(state.tracks, name), column)
               for name, column in zip(state.tracks.columns, before, strict=True))
    assert all(torch.equal(getattr(first[0].tracks, name), getattr(again[0].tracks, name))
               for name in state.tracks.columns)


@pytest.mark.slow
def test_training_for_seconds_follows_squares_through_a_video():
    torch.manual_seed(0)
    trainer = MODELS.build(TRAINER)
    trainer.init_weights()
    before = followed(trainer)
    optimizer = torch.optim.Adam(trainer.parameters(), lr=3e-3)
    for step in range(160):
        clips = [clip([False, False, True], (7 * step + 3 * row) % 11) for row in range(2)]
        losses = trainer(**trainer.data_preprocessor(batch(*clips), True), mode='loss')
        optimizer.zero_grad()
        losses['loss_mask'].backward()
        optimizer.step()
    assert before < 0.2
    assert followed(trainer) > 0.9
    assert losses['iou'] > 0.9


def followed(trainer):
    """Overlap in the last of eight frames, through which two squares were handed on from the first, the smaller one."""
    propagator = MODELS.build(dict(type='MaskPropagation', network=dict(type='OSMN', **TINY), size=SIZE)).eval()
    propagator.load_state_dict(trainer.state_dict())
    prepared = trainer.data_preprocessor(batch(clip([True] * 8)))
    masks = [torch.from_numpy(sample.gt_instances.masks.masks) > 0 for sample in prepared['data_samples'][0]]
    frames = [frame_of(image, index) for index, image in enumerate(prepared['inputs'][0])]
    found = detections(masks[0])
    tracks = found.only(['bboxes', 'labels']).replace(**propagator.start(found, frames[0]))
    for frame in frames[1:]:
        _, tracks = propagator.predict(None, tracks, frame)
    return min(overlap(tracks, masks[-1]))
