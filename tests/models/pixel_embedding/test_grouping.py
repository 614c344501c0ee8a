"""Groups of pixels, and what is remembered of earlier frames."""

import pytest
import torch

from mmvist.models.layers.mean_shift import mean_shift
from mmvist.models.pixel_embedding import MeanShiftGrouping, OracleForeground, OracleMeans
from mmvist.structures import Video
from mmvist.structures.frames import Frame
from tests.models.striped import write_objects

VIDEO = Video(3, 'toy', 32, 48, 3)


def blobs(*middles, count=40, seed=0, spread=.1):
    generator = torch.Generator().manual_seed(seed)
    return torch.cat([torch.tensor(middle) + spread * torch.randn(count, 2, generator=generator) for middle in middles])


def run(grouping, *frames):
    state, labels = grouping.init(), []
    for embeds in frames:
        state, groups = grouping.step(state, embeds, torch.ones(1, len(embeds), dtype=torch.bool), None)
        labels.append(groups)
    return state, labels


def test_two_blobs_are_two_groups():
    _, (labels,) = run(MeanShiftGrouping(), blobs((0., 0.), (3., 0.)))
    assert labels[:40].unique().tolist() != labels[40:].unique().tolist()
    assert labels.unique().tolist() == [0, 1]


def test_what_is_clustered_is_all_of_the_last_frames():
    frames = [blobs((0., 0.), (3., float(t)), seed=t) for t in range(4)]
    grouping = MeanShiftGrouping(num_frames=3)
    state, labels = run(grouping, *frames)
    assert [len(part) for part in state] == [80, 80]
    assert torch.equal(state[-1], frames[-1])
    for t, found in enumerate(labels):
        window = frames[max(t - 2, 0):t + 1]
        assert torch.equal(found, mean_shift(torch.cat(window), 1.0).labels[-80:])


def test_one_frame_alone_keeps_nothing():
    state, _ = run(MeanShiftGrouping(num_frames=1), blobs((0., 0.)), blobs((0., 0.)))
    assert state == ()


def test_frames_without_foreground():
    none = torch.zeros(0, 2)
    state, labels = run(MeanShiftGrouping(num_frames=2), none, blobs((0., 0.)), none, none)
    assert [len(found) for found in labels] == [0, 40, 0, 0]
    assert [len(part) for part in state] == [0]


@pytest.fixture
def truth(tmp_path):
    """Two squares of 28x24 pixels' kind, as the other toy videos have them."""
    return str(write_objects(tmp_path / 'truth.json', {VIDEO: [{4: (2, 2), 7: (30, 2)}, {4: (3, 2)}, {}]}))


def frame(index, scale=1.0):
    height, width = int(32 * scale), int(48 * scale)
    return Frame(VIDEO, index, torch.zeros(3, height, width), height, width, (scale, scale))


@pytest.mark.parametrize('scale', [1.0, 0.5])
def test_the_oracles_foreground_is_what_the_truth_shows(truth, scale):
    oracle = OracleForeground(truth)
    frames = [frame(index, scale) for index in range(3)]
    images = torch.zeros(3, 3, frames[0].height + 8, frames[0].width)
    found = oracle(images, frames)
    assert found.shape == images[:, 0].shape
    assert found.unique().tolist() == [0, 1]
    assert (found[:, -8:] == 0).all()
    areas = found.sum((1, 2))
    assert areas[0] > areas[1] > areas[2] == 0


def test_true_means_take_what_is_near(truth):
    grouping = OracleMeans(truth, radius=1.5)
    inside = OracleForeground(truth)(torch.zeros(1, 3, 32, 48), [frame(0)])[0] > 0
    columns = torch.arange(48).expand(32, 48)[inside]
    embeds = torch.stack([(columns > 24) * 5.0, torch.zeros(len(columns))], dim=1)
    embeds[0, 1] = 3.0
    _, labels = grouping.step(None, embeds, inside, frame(0))
    assert labels[0] == -1
    assert torch.equal(labels[1:], (columns[1:] > 24).long())
    # What shows no object has no group.
    everything = torch.ones(32, 48, dtype=torch.bool)
    _, labels = grouping.step(None, torch.zeros(32 * 48, 2), everything, frame(0))
    assert torch.equal((labels >= 0).view(32, 48), inside)
    _, labels = grouping.step(None, torch.zeros(32 * 48, 2), everything, frame(2))
    assert (labels == -1).all()
