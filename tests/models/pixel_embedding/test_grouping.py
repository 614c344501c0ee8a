"""Groups of pixels, and what is remembered of earlier frames."""

from dataclasses import replace

import pytest
import torch

from mmvist.models.layers.mean_shift import mean_shift, sequential_mean_shift
from mmvist.models.pixel_embedding import MeanShiftGrouping, OracleForeground, OracleMeans, RandomSeedGrouping
from mmvist.models.pixel_embedding.grouping import opened
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


def square(number, *middles, side=20):
    """A frame whose foreground is squares of a side, one beside the other, two pixels apart."""
    inside = torch.zeros(side, (side + 2) * len(middles), dtype=torch.bool)
    for place in range(len(middles)):
        inside[:, place * (side + 2):place * (side + 2) + side] = True
    embeds = blobs(*middles, count=side * side, seed=number).unflatten(0, (len(middles), side, side))
    return embeds.transpose(0, 1).flatten(0, 2), inside, Frame(VIDEO, number, torch.zeros(3, 32, 48), 32, 48, (1., 1.))


def test_random_seeds_find_the_same_blobs():
    grouping = RandomSeedGrouping(num_frames=2)
    state = grouping.init()
    for number in range(3):
        state, labels = grouping.step(state, *square(number, (0., 0.), (4., 0.)))
        rows = labels.view(20, 2, 20).transpose(0, 1).flatten(1)
        assert [row.unique().numel() for row in rows] == [1, 1]
        assert {*rows[:, 0].tolist()} == {0, 1}
        assert len(state) == 1


def test_random_seeds_are_those_of_the_frame():
    """Of crowded points the clusters depend on the seeds, which depend on the number of the frame alone."""
    embeds, inside, frame = square(0, (0., 0.), side=30)
    embeds = embeds * 20
    first, second = (RandomSeedGrouping(opening=1).step((), embeds, inside, frame)[1] for _ in range(2))
    assert torch.equal(first, second)
    found = sequential_mean_shift(embeds, 1.5, torch.Generator().manual_seed(0)).labels
    assert torch.equal(first, found)
    other = RandomSeedGrouping(opening=1, seed=1).step((), embeds, inside, frame)[1]
    assert not torch.equal(first, other)


def test_random_seeds_leave_few_pixels_and_none():
    grouping = RandomSeedGrouping()
    for embeds in (torch.zeros(0, 2), torch.zeros(1, 2)):
        inside = torch.zeros(4, 4, dtype=torch.bool)
        inside[0, :len(embeds)] = True
        state, labels = grouping.step((), embeds, inside, square(0, (0., 0.))[2])
        assert (len(state), labels.tolist()) == (1, [-1] * len(embeds))


def test_threads_and_specks_are_no_part_of_an_instance():
    mask = torch.zeros(1, 9, 12, dtype=torch.bool)
    mask[0, 2:7, 1:6] = True
    mask[0, 4, 6:11] = True                # a thread
    mask[0, 0, 9] = True                   # a speck
    left = torch.zeros_like(mask)
    left[0, 2:7, 1:6] = True
    assert torch.equal(opened(mask, 3), left)
    assert torch.equal(opened(mask, 1), mask)
    # At the border the square may reach beyond.
    assert opened(torch.ones(1, 2, 2, dtype=torch.bool), 3).all()
    assert opened(mask[:0], 3).shape == (0, 9, 12)
    with pytest.raises(ValueError, match='opening must be odd and above 0, got 2'):
        RandomSeedGrouping(opening=2)


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


def embedded(index, embedding):
    """A frame and the embeddings (2, 32, 48) of its pixels."""
    return replace(frame(index), features={'embedding': (embedding,)})


def test_true_means_take_what_is_near(truth):
    grouping = OracleMeans(truth, radius=1.5)
    inside = OracleForeground(truth)(torch.zeros(1, 3, 32, 48), [frame(0)])[0] > 0
    embedding = torch.zeros(2, 32, 48)
    embedding[0, :, 25:] = 5
    first = tuple(inside.nonzero()[0])
    embedding[1][first] = 3.0
    _, labels = grouping.step(None, embedding[:, inside].T, inside, embedded(0, embedding))
    assert labels[0] == -1
    assert torch.equal(labels[1:], (inside.nonzero()[1:, 1] > 24).long())
    # What shows no object has no group.
    everything, flat = torch.ones(32, 48, dtype=torch.bool), torch.zeros(2, 32, 48)
    _, labels = grouping.step(None, flat.flatten(1).T, everything, embedded(0, flat))
    assert torch.equal((labels >= 0).view(32, 48), inside)
    _, labels = grouping.step(None, flat.flatten(1).T, everything, embedded(2, flat))
    assert (labels == -1).all()


def test_true_means_are_of_all_pixels_of_an_object(truth):
    """Also of those that were not found to be foreground."""
    inside = OracleForeground(truth)(torch.zeros(1, 3, 32, 48), [frame(1)])[0] > 0
    columns = inside.nonzero()[:, 1]
    # Half of the object is at 0 and half at 4: its mean is 2, too far from both.
    middle = columns.median()
    embedding = torch.zeros(2, 32, 48)
    embedding[0, :, middle + 1:] = 4
    found = inside.clone()
    found[:, middle + 1:] = False
    _, labels = OracleMeans(truth, radius=1.5).step(None, embedding[:, found].T, found, embedded(1, embedding))
    assert (labels == -1).all()
    _, labels = OracleMeans(truth, radius=2.5).step(None, embedding[:, found].T, found, embedded(1, embedding))
    assert (labels == 0).all()
