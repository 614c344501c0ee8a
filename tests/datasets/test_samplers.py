from contextlib import contextmanager

import numpy as np
import pytest
import torch.distributed
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from torch.testing._internal.distributed.fake_pg import FakeStore

from mmvist.datasets import ClipSampler, VideoBatchSampler, VideoDataset, VideoSampler
from mmvist.datasets.samplers import deal_out, mixture, share
from mmvist.datasets.wrappers import frame_index, leaves
from mmvist.registry import DATASETS


@contextmanager
def process(rank, num_ranks):
    """Be one of several processes; torch's fake group answers for the others."""
    torch.distributed.init_process_group('fake', rank=rank, world_size=num_ranks, store=FakeStore())
    try:
        yield
    finally:
        torch.distributed.destroy_process_group()


def on_ranks(num_ranks, build):
    results = []
    for rank in range(num_ranks):
        with process(rank, num_ranks):
            results.append(build())
    return results


@pytest.fixture(autouse=True)
def scope():
    init_default_scope('mmvist')


@pytest.mark.parametrize(('lengths', 'num_ranks', 'expected'), [
    ([5, 3, 1], 1, [[0, 1, 2]]),
    ([5, 3, 1], 2, [[0], [1, 2]]),
    ([5, 3, 1], 5, [[0], [1], [2], [], []]),
    ([1, 1, 8, 1, 4, 3], 2, [[1, 2], [0, 3, 4, 5]]),
    ([2, 2, 2], 2, [[0, 2], [1]]),                      # ties by position
    ([], 2, [[], []]),
])
def test_longest_first(lengths, num_ranks, expected):
    assert deal_out(lengths, num_ranks) == expected


def test_dealing_is_balanced():
    lengths = np.random.default_rng(0).integers(1, 100, 60)
    loads = [lengths[videos].sum() for videos in deal_out(lengths, 4)]
    assert sum(loads) == lengths.sum()
    assert max(loads) - min(loads) <= 20


@pytest.mark.parametrize('num_ranks', [1, 2, 3, 4, 5])
def test_whole_videos_in_order_none_twice_none_lost(streets, num_ranks):
    dataset = streets.build(test_mode=True)
    samplers = on_ranks(num_ranks, lambda: VideoSampler(dataset, seed=0))
    shares = [list(sampler) for sampler in samplers]
    assert sorted(sum(shares, [])) == list(range(9))
    assert [len(sampler) for sampler in samplers] == [len(indices) for indices in shares]
    for indices in shares:
        assert indices == sorted(indices)
    owners = [{dataset.data_list[index][0] for index in indices} for indices in shares]
    assert sum(len(videos) for videos in owners) == 3       # no video on two ranks
    if num_ranks == 2:
        assert shares == [[0, 1, 2, 3, 4], [5, 6, 7, 8]]


@pytest.mark.parametrize(('batch_size', 'drop_last', 'expected'), [
    (1, False, [[0], [1], [2], [3], [4], [5], [6], [7], [8]]),
    (3, False, [[0, 1, 2], [3, 4], [5, 6, 7], [8]]),
    (3, True, [[0, 1, 2], [5, 6, 7]]),
    (50, False, [[0, 1, 2, 3, 4], [5, 6, 7], [8]]),
])
def test_batches_end_with_the_video(streets, batch_size, drop_last, expected):
    sampler = VideoBatchSampler(VideoSampler(streets.build(test_mode=True)), batch_size, drop_last)
    assert list(sampler) == expected
    assert len(sampler) == len(expected)


def test_batches_of_a_process_without_videos(streets):
    dataset = streets.build(test_mode=True)
    *_, last = on_ranks(5, lambda: VideoBatchSampler(VideoSampler(dataset), 2))
    assert list(last) == []
    assert len(last) == 0


def test_batch_sampler_errors(streets):
    dataset = streets.build(test_mode=True)
    with pytest.raises(TypeError, match='needs a VideoSampler, got ClipSampler'):
        VideoBatchSampler(ClipSampler(dataset, seed=0), 2)
    with pytest.raises(ValueError, match='batch_size must be at least 1, got 0'):
        VideoBatchSampler(VideoSampler(dataset), 0)


def test_sharing_out():
    order = np.array([7, 3, 9, 1, 5])
    assert share(order, 0, 1).tolist() == [7, 3, 9, 1, 5]
    assert [share(order, rank, 2).tolist() for rank in range(2)] == [[7, 9, 5], [3, 1, 7]]
    assert [share(np.array([4]), rank, 3).tolist() for rank in range(3)] == [[4], [4], [4]]


@pytest.mark.parametrize('num_ranks', [1, 2, 3, 4, 5])
def test_clips_of_all_processes(streets, num_ranks):
    dataset = streets.build()
    samplers = on_ranks(num_ranks, lambda: ClipSampler(dataset, seed=0))
    shares = [list(sampler) for sampler in samplers]
    assert len({len(indices) for indices in shares}) == 1
    assert [len(sampler) for sampler in samplers] == [len(indices) for indices in shares]
    assert set(sum(shares, [])) == {0, 1, 2, 3}


def test_order_is_a_function_of_seed_and_epoch(streets):
    dataset = DATASETS.build(dict(type='RepeatDataset', times=10, dataset=streets.config()))
    sampler = ClipSampler(dataset, seed=4)
    orders = []
    for epoch in (0, 1, 0):
        sampler.set_epoch(epoch)
        orders.append(list(sampler))
    assert orders[0] == orders[2] != orders[1]
    assert sorted(orders[0]) == list(range(40))
    assert list(ClipSampler(dataset, seed=4)) == orders[0]
    assert list(ClipSampler(dataset, seed=5)) != orders[0]


@pytest.mark.parametrize(('lengths', 'shares', 'num_items', 'counts'), [
    ([10, 10], [1, 1], 10, [5, 5]),
    ([100, 2], [3, 1], 8, [6, 2]),
    ([2, 9], [0.5, 0.5], 10, [5, 5]),           # the smaller part comes twice and a half
    ([9, 9, 9], [1, 1, 1], 10, [3, 4, 3]),      # the sum is exact
    ([9], [7], 3, [3]),
])
def test_shares_of_a_mixture(lengths, shares, num_items, counts):
    drawn = mixture(lengths, shares, num_items, np.random.default_rng(0))
    bounds = np.cumsum([0, *lengths])
    assert [int(((drawn >= start) & (drawn < end)).sum())
            for start, end in zip(bounds[:-1], bounds[1:], strict=True)] == counts
    for start, end, count in zip(bounds[:-1], bounds[1:], counts, strict=True):
        of_part = np.bincount(drawn[(drawn >= start) & (drawn < end)] - start, minlength=end - start)
        assert set(of_part.tolist()) <= {count // (end - start), -(-count // (end - start))}


@pytest.mark.parametrize('num_ranks', [1, 2, 3])
def test_a_mixture_over_processes_and_epochs(streets, num_ranks):
    dataset = DATASETS.build(dict(type='ConcatDataset', datasets=[streets.config(), streets.config()]))
    epochs = []
    for epoch in (0, 1, 0):
        samplers = on_ranks(num_ranks, lambda: ClipSampler(dataset, seed=3, shares=[1, 3], num_items=12))
        for sampler in samplers:
            sampler.set_epoch(epoch)
        orders = [list(sampler) for sampler in samplers]
        assert [len(sampler) for sampler in samplers] == [12 // num_ranks] * num_ranks
        epochs.append(sum(orders, []))
        assert [sum(index < 4 for index in epochs[-1]), len(epochs[-1])] == [3, 12]
    assert epochs[0] == epochs[2] != epochs[1]


def test_shares_that_do_not_fit(streets):
    dataset = DATASETS.build(dict(type='ConcatDataset', datasets=[streets.config(), streets.config()]))
    for wrong, shares in ((dataset, [1]), (dataset, [1, 0]), (streets.build(), [1])):
        with pytest.raises(ValueError, match='ClipSampler: shares need a ConcatDataset'):
            ClipSampler(wrong, seed=0, shares=shares)
    assert len(ClipSampler(dataset, seed=0, shares=[1, 1])) == 8


@pytest.mark.parametrize(('num_items', 'times'), [(1, {0, 1}), (3, {0, 1}), (4, {1}), (8, {2}), (11, {2, 3})])
def test_an_epoch_of_so_many_items(streets, num_items, times):
    sampler = ClipSampler(streets.build(), seed=0, num_items=num_items)
    epochs = []
    for epoch in (0, 1, 0, *range(2, 6)):
        sampler.set_epoch(epoch)
        epochs.append(list(sampler))
        assert len(epochs[-1]) == len(sampler) == num_items
        assert set(np.bincount(epochs[-1], minlength=4).tolist()) == times
        # None comes again before all others have come.
        for first in range(0, num_items, 4):
            part = epochs[-1][first:first + 4]
            assert len(set(part)) == len(part)
    assert epochs[0] == epochs[2]
    assert len(set(map(tuple, epochs))) > 1


def test_a_whole_epoch_is_the_default(streets):
    dataset = repeated(streets)
    assert list(ClipSampler(dataset, seed=7, num_items=40)) == list(ClipSampler(dataset, seed=7))
    # A part of an epoch is its beginning, and a longer one begins with it.
    assert list(ClipSampler(dataset, seed=7, num_items=9)) == list(ClipSampler(dataset, seed=7))[:9]
    assert list(ClipSampler(dataset, seed=7, num_items=50))[:40] == list(ClipSampler(dataset, seed=7))


@pytest.mark.parametrize('num_ranks', [1, 2, 3])
def test_so_many_items_of_all_processes(streets, num_ranks):
    dataset = streets.build()
    whole = list(ClipSampler(dataset, seed=2, num_items=10))
    parts = [list(sampler) for sampler in on_ranks(num_ranks, lambda: ClipSampler(dataset, seed=2, num_items=10))]
    steps = -(-10 // num_ranks)
    assert [len(part) for part in parts] == [steps] * num_ranks
    assert [part[step] for step in range(steps) for part in parts] == (whole * 2)[:steps * num_ranks]


def test_so_many_items_that_cannot_be_drawn(streets):
    with pytest.raises(ValueError, match='num_items must be at least 1 and .*, got 0 for a VideoDataset of 4'):
        ClipSampler(streets.build(), seed=0, num_items=0)
    nothing = streets.build(min_size=50)
    with pytest.raises(ValueError, match='needs a dataset with items, got 5 for a VideoDataset of 0'):
        ClipSampler(nothing, seed=0, num_items=5)
    with pytest.raises(ValueError, match='frames_per_item must be .* without num_items, got 2 and 5'):
        ClipSampler(streets.build(), seed=0, num_items=5, frames_per_item=2)
    assert list(ClipSampler(nothing, seed=0)) == []


def repeated(streets, times=10):
    """40 items, by default."""
    return DATASETS.build(dict(type='RepeatDataset', times=times, dataset=streets.config()))


@pytest.mark.parametrize(('frames_per_item', 'num_items'), [(1, 40), (2, 20), (8, 5), (7, 6), (40, 1), (99, 1)])
def test_an_epoch_has_as_many_items_as_show_each_frame_once(streets, frames_per_item, num_items):
    sampler = ClipSampler(repeated(streets), seed=0, frames_per_item=frames_per_item)
    indices = list(sampler)
    assert len(sampler) == len(indices) == len(set(indices)) == num_items
    assert set(indices) <= set(range(40))


def test_fewer_items_are_drawn_anew_each_epoch(streets):
    sampler = ClipSampler(repeated(streets), seed=0, frames_per_item=8)
    drawn = []
    for epoch in (0, 1, 0, *range(2, 200)):
        sampler.set_epoch(epoch)
        drawn.append(list(sampler))
    assert drawn[0] == drawn[2] != drawn[1]
    # Each is among 5 of 40 in 200 epochs: 25 times, give or take.
    counts = np.bincount(np.concatenate([drawn[0], drawn[1], *drawn[3:]]), minlength=40)
    assert counts.sum() == 1000
    assert 8 <= counts.min() < counts.max() <= 45


@pytest.mark.parametrize('num_ranks', [1, 2, 3, 4, 7])
def test_fewer_items_of_all_processes(streets, num_ranks):
    dataset = repeated(streets)
    whole = list(ClipSampler(dataset, seed=2, frames_per_item=7))
    samplers = on_ranks(num_ranks, lambda: ClipSampler(dataset, seed=2, frames_per_item=7))
    parts = [list(sampler) for sampler in samplers]
    # 6 items; where they do not divide evenly the first ones fill up.
    steps = -(-6 // num_ranks)
    assert [len(sampler) for sampler in samplers] == [len(part) for part in parts] == [steps] * num_ranks
    assert [part[step] for step in range(steps) for part in parts] == (whole * 2)[:steps * num_ranks]


def test_a_mixture_of_fewer_items(streets):
    dataset = DATASETS.build(dict(type='ConcatDataset', datasets=[
        dict(type='RepeatDataset', times=10, dataset=streets.config()), streets.config()]))
    # 44 items of one frame are 11 of four, of which three parts of four are 8.
    indices = list(ClipSampler(dataset, seed=0, shares=[3, 1], frames_per_item=4))
    assert [len(indices), sum(index < 40 for index in indices)] == [11, 8]
    with pytest.raises(ValueError, match='ClipSampler: frames_per_item must be .* without num_items, got 4 and 7'):
        ClipSampler(dataset, seed=0, shares=[3, 1], frames_per_item=4, num_items=7)


def test_items_without_frames_are_refused(streets):
    with pytest.raises(ValueError, match='ClipSampler: frames_per_item must be at least 1 .*, got 0 and None'):
        ClipSampler(streets.build(), seed=0, frames_per_item=0)


def nested(streets, test_mode=False):
    """Concat of a repeated, a class-balanced and a plain dataset."""
    config = streets.config(test_mode=test_mode)
    return DATASETS.build(dict(type='ConcatDataset', datasets=[
        dict(type='RepeatDataset', times=2, dataset=config),
        dict(type='ClassBalancedDataset', oversample_thr=0.7, dataset=config), config]))


def test_items_are_found_through_wrappers(streets):
    dataset = nested(streets)
    index = frame_index(dataset)
    assert len(index) == len(dataset) == 8 + 6 + 4
    assert index[:8].tolist() == [[0, 0], [0, 1], [0, 3], [1, 2], [2, 0], [2, 1], [2, 3], [3, 2]]
    # Class 0 shows in two of four frames, less than 0.7, so they come twice; class 1 shows in three.
    assert index[8:14].tolist() == [[4, 0], [4, 0], [4, 1], [4, 1], [4, 3], [5, 2]]
    for number, (_, frame) in enumerate(index.tolist()):
        assert dataset[number]['data_samples'][0].frame == frame


def test_the_epoch_reaches_every_dataset(streets):
    dataset = nested(streets)
    before = [int(leaf._epoch) for leaf in leaves(dataset)]
    ClipSampler(dataset, seed=0).set_epoch(6)
    assert before == [0, 0, 0]
    assert [int(leaf._epoch) for leaf in leaves(dataset)] == [6, 6, 6]
    assert all(isinstance(leaf, VideoDataset) for leaf in leaves(dataset))


def test_videos_are_items_through_wrappers(streets):
    config = streets.config(clips_per_video=1)
    dataset = DATASETS.build(dict(type='ConcatDataset', datasets=[
        config, dict(type='RepeatDataset', times=2, dataset=config), streets.config(),
        dict(type='ClassBalancedDataset', oversample_thr=1.0, dataset=config)]))
    index = frame_index(dataset)
    # Both videos show class 1, one of two shows class 0, less than 1.0, so it comes twice.
    assert index.tolist() == [[0, 0], [1, 2], [2, 0], [3, 2], [4, 0], [5, 2],
                              [6, 0], [6, 1], [6, 3], [7, 2], [8, 0], [8, 0], [9, 2]]
    assert len(index) == len(dataset)
    sampler = ClipSampler(dataset, seed=0, num_items=13)
    drawn = {number: set() for number in range(13)}
    for epoch in range(25):
        sampler.set_epoch(epoch)
        for number in sampler:
            drawn[number].add(dataset[number]['data_samples'][0].frame)
    street, other = {0, 1, 3}, {2}
    assert list(drawn.values()) == [street, other, street, other, street, other, {0}, {1}, {3}, {2},
                                    street, street, other]


def test_a_mixture_of_videos_and_frames(streets):
    dataset = DATASETS.build(dict(type='ConcatDataset', datasets=[
        streets.config(clips_per_video=1), dict(type='RepeatDataset', times=5, dataset=streets.config())]))
    sampler = ClipSampler(dataset, seed=1, shares=[1, 3], num_items=8)
    shown = set()
    for epoch in range(20):
        sampler.set_epoch(epoch)
        order = list(sampler)
        assert sorted(index for index in order if index < 2) == [0, 1]
        assert len(order) == len(set(order)) == 8
        shown.add(dataset[0]['data_samples'][0].frame)
    assert shown == {0, 1, 3}


@pytest.mark.parametrize('num_ranks', [1, 3])
def test_testing_through_wrappers(streets, num_ranks):
    dataset = nested(streets, test_mode=True)
    assert len(dataset) == 4 * 9
    batches = sum(on_ranks(num_ranks, lambda: list(VideoBatchSampler(VideoSampler(dataset), 4))), [])
    assert sorted(sum(batches, [])) == list(range(36))
    index = frame_index(dataset)
    for batch in batches:
        videos, frames = index[batch].T
        assert len(set(videos.tolist())) == 1
        assert np.all(np.diff(frames) == 1)


def test_as_the_runner_builds_it(streets):
    loader = Runner.build_dataloader(
        dict(dataset=streets.config(test_mode=True), sampler=dict(type='VideoSampler'), batch_size=2, num_workers=0,
             batch_sampler=dict(type='VideoBatchSampler')), seed=0)
    batches = [[(sample[0].video.name, sample[0].frame) for sample in batch['data_samples']] for batch in loader]
    assert batches == [[('a', 0), ('a', 1)], [('a', 2), ('a', 3)], [('a', 4)], [('b', 0), ('b', 1)], [('b', 2)],
                       [('c', 0)]]
    assert len(loader) == 6


def test_a_cut_epoch_as_the_runner_builds_it(streets):
    loader = Runner.build_dataloader(
        dict(dataset=streets.config(), sampler=dict(type='ClipSampler'), batch_size=1, num_workers=0,
             num_batch_per_epoch=3), seed=0)
    loader.sampler.set_epoch(2)
    assert sorted(int(batch['data_samples'][0][0].frame) for batch in loader) == [0, 1, 3]
    assert frame_index(loader.dataset).tolist() == [[0, 0], [0, 1], [0, 3]]


def test_instances_can_be_wrapped_too(streets):
    from mmengine.dataset import ConcatDataset
    assert len(ConcatDataset([streets.build(), streets.build()])) == 8


def test_other_datasets_are_refused():
    with pytest.raises(TypeError, match='a VideoDataset is needed, .* got list'):
        VideoSampler([1, 2])
