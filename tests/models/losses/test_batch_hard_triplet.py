"""The batch-hard triplet loss, against the definition written out."""

import pytest
import torch
import torch.multiprocessing
from torch import distributed

from mmvist.models.losses import BatchHardTriplet, Embedded, batch_hard_triplet


def spelled_out(regions, others, margin, across_clips=False):
    """Region by region."""
    terms = []
    for embed, label, track, (clip, video) in zip(*regions, strict=True):
        positive, negative = [], []
        for other_embed, other_label, other_track, (other_clip, other_video) in zip(*others, strict=True):
            distance = ((embed - other_embed) ** 2).sum().add(1e-12).sqrt().item()
            if label == other_label and clip == other_clip:
                (positive if track == other_track else negative).append(distance)
            elif label == other_label and video != other_video and across_clips:
                negative.append(distance)
        if negative:
            terms.append(max(max(positive) - min(negative) + margin, 0.))
    return sum(terms) / len(terms) if terms else 0.


def embedded(embeds, labels, ids, clips, videos=None):
    columns = (torch.as_tensor(column, dtype=torch.long) for column in (labels, ids))
    origins = torch.stack([torch.as_tensor(column, dtype=torch.long) for column in (clips, videos or clips)], dim=1)
    return Embedded(embeds, *columns, origins)


def on_a_line(places, labels, ids, clips, margin=.2, videos=None, across_clips=False):
    embeds = torch.tensor(places, dtype=torch.float64)[:, None].requires_grad_()
    regions = embedded(embeds, labels, ids, clips, videos)
    return embeds, batch_hard_triplet(regions, regions, margin, across_clips)


def drawn(seed, count=24):
    generator = torch.Generator().manual_seed(seed)
    embeds = torch.randn(count, 5, generator=generator, dtype=torch.float64) * (seed + 1) / 3
    labels, ids, clips = (torch.randint(high, (count,), generator=generator) for high in (2, 4, 4))
    # Two clips of each of two videos.
    return Embedded(embeds, labels, ids, torch.stack([clips, clips // 2], dim=1))


def test_by_hand():
    # Object 1 at 0 and 3, object 2 at 4: 3 - 4 + .2, 3 - 1 + .2, 0 - 1 + .2, of which the second alone is positive.
    _, loss = on_a_line([0., 3., 4.], [0, 0, 0], [1, 1, 2], [0, 0, 0])
    assert loss.item() == pytest.approx(2.2 / 3)


def test_two_tracks_of_orthogonal_embeddings_cost_nothing():
    embeds = torch.eye(2)[[0, 1, 0, 1]]
    regions = embedded(embeds, [0] * 4, [1, 2, 1, 2], [0] * 4)
    # 0 - sqrt 2 + beta
    assert batch_hard_triplet(regions, regions, .2).item() == 0
    assert batch_hard_triplet(regions, regions, 2.).item() == pytest.approx(2 - 2 ** .5, abs=1e-6)


@pytest.mark.parametrize('across_clips', [False, True])
@pytest.mark.parametrize('seed', range(6))
def test_as_spelled_out(seed, across_clips):
    regions = drawn(seed)
    loss = batch_hard_triplet(regions, regions, .2, across_clips)
    assert loss.item() == pytest.approx(spelled_out(regions, regions, .2, across_clips), abs=1e-9)


def test_regions_without_a_negative_do_not_count():
    # The second class has one object: its regions neither add nor thin out.
    _, alone = on_a_line([0., 1.], [0, 0], [1, 2], [0, 0], margin=3.)
    _, more = on_a_line([0., 1., 5., 9.], [0, 0, 1, 1], [1, 2, 7, 7], [0, 0, 0, 0], margin=3.)
    assert alone.item() == more.item() == pytest.approx(2.)


def test_ids_tell_nothing_of_another_clip():
    # Id 1 of the second clip is another object than id 1 of the first, and no negative for it either.
    _, loss = on_a_line([0., 1., 50.], [0, 0, 0], [1, 2, 1], [0, 0, 1], margin=3.)
    assert loss.item() == pytest.approx(2.)


def test_objects_of_another_video_may_be_negatives():
    # One object in each of three clips, the first two of one video: at 0 and 1 the nearest of another video is at 4.
    places = [0., 1., 4.], [0] * 3, [1] * 3, [0, 1, 2]
    _, alone = on_a_line(*places, margin=5., videos=[7, 7, 8])
    _, loss = on_a_line(*places, margin=5., videos=[7, 7, 8], across_clips=True)
    assert alone.item() == 0
    assert loss.item() == pytest.approx(((5 - 4) + (5 - 3) + (5 - 3)) / 3)


def test_far_apart_objects_cost_nothing():
    _, loss = on_a_line([0., .1, 5., 5.1], [0] * 4, [1, 1, 2, 2], [0] * 4)
    assert loss.item() == 0


@pytest.mark.parametrize('places', [[], [1.], [1., 2.]])
def test_nothing_to_compare_is_zero_with_a_gradient(places):
    embeds, loss = on_a_line(places, [0] * len(places), [4] * len(places), [0] * len(places))
    loss.backward()
    assert loss.item() == 0
    assert torch.equal(embeds.grad, torch.zeros_like(embeds))


def test_gradient():
    regions = drawn(1, 10)
    embeds = regions.embeds.requires_grad_()

    def loss(values):
        some = regions._replace(embeds=values)
        return batch_hard_triplet(some, some, 2., True)

    assert torch.autograd.gradcheck(loss, embeds)


@pytest.mark.parametrize('count', [2, 6])
def test_equal_vectors_have_a_finite_gradient(count):
    # All positives and all negatives tie, at a distance where a root has no gradient.
    embeds = torch.ones(count, 4, requires_grad=True)
    regions = embedded(embeds, [0] * count, [number % 2 for number in range(count)], [0] * count)
    loss = batch_hard_triplet(regions, regions, .2)
    loss.backward()
    assert loss.item() == pytest.approx(.2)
    assert torch.isfinite(embeds.grad).all()


def test_close_vectors_keep_their_digits():
    regions = embedded(torch.tensor([[1000., 0.], [1000.01, 0.]]), [0, 0], [0, 1], [0, 0])
    assert batch_hard_triplet(regions, regions, .2).item() == pytest.approx(.19, abs=1e-4)


def test_weight_and_margin():
    regions = embedded(torch.tensor([[0.], [1.]]), [0, 0], [0, 1], [0, 0])
    assert BatchHardTriplet(margin=3., loss_weight=.5)(*regions).item() == pytest.approx(.5 * (3 - 1), abs=1e-5)


def _of_rank(regions, rank):
    # Ranks have unequal numbers of regions, and clips of their own.
    rows = regions.origins[:, 0] == rank
    origins = regions.origins[rows] * torch.tensor([0, 1])
    return Embedded(regions.embeds[rows].detach().requires_grad_(), regions.labels[rows], regions.ids[rows], origins)


def _on_two_ranks(rank, store, answers, one_is_empty):
    distributed.init_process_group('gloo', init_method=f'file://{store}', rank=rank, world_size=2)
    regions = _of_rank(_two_clips(one_is_empty), rank)
    loss = BatchHardTriplet(margin=2., across_clips=True)(*regions)
    loss.backward()
    torch.save((loss.detach(), regions.embeds.grad), f'{answers}/{rank}.pth')
    distributed.destroy_process_group()


def _two_clips(one_is_empty):
    regions = drawn(3)
    rows = regions.origins[:, 0] < (1 if one_is_empty else 2)
    clips = regions.origins[rows, 0]
    return Embedded(regions.embeds[rows], regions.labels[rows], regions.ids[rows], torch.stack([clips, clips], dim=1))


@pytest.mark.slow
@pytest.mark.parametrize('one_is_empty', [False, True])
def test_two_processes_see_each_others_regions(tmp_path, one_is_empty):
    torch.multiprocessing.spawn(_on_two_ranks, (str(tmp_path / 'store'), str(tmp_path), one_is_empty), nprocs=2)
    both = _two_clips(one_is_empty)
    both = both._replace(embeds=both.embeds.detach().requires_grad_())
    parts = [both.origins[:, 0] == rank for rank in range(2)]
    losses = [batch_hard_triplet(Embedded(*(column[rows] for column in both)), both, 2., True) for rows in parts]
    sum(losses).backward()
    for rank, (rows, expected) in enumerate(zip(parts, losses, strict=True)):
        loss, gradient = torch.load(tmp_path / f'{rank}.pth')
        assert loss.item() == pytest.approx(expected.item())
        torch.testing.assert_close(gradient, both.embeds.grad[rows])
