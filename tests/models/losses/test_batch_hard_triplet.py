"""The batch-hard triplet loss, against the definition written out."""

import pytest
import torch

from mmvist.models.losses import BatchHardTriplet, batch_hard_triplet


def spelled_out(embeds, labels, ids, clips, margin):
    """Region by region."""
    terms = []
    for a in range(len(embeds)):
        distances = {b: ((embeds[a] - embeds[b]) ** 2).sum().add(1e-12).sqrt().item() for b in range(len(embeds))
                     if labels[a] == labels[b] and clips[a] == clips[b]}
        positive = [value for b, value in distances.items() if ids[a] == ids[b]]
        negative = [value for b, value in distances.items() if ids[a] != ids[b]]
        if negative:
            terms.append(max(max(positive) - min(negative) + margin, 0.))
    return sum(terms) / len(terms) if terms else 0.


def on_a_line(places, labels, ids, clips, margin=.2):
    embeds = torch.tensor(places, dtype=torch.float64)[:, None].requires_grad_()
    return embeds, batch_hard_triplet(embeds, *map(torch.tensor, (labels, ids, clips)), margin)


def test_by_hand():
    # Object 1 at 0 and 3, object 2 at 4: 3 - 4 + .2, 3 - 1 + .2, 0 - 1 + .2, of which the second alone is positive.
    _, loss = on_a_line([0., 3., 4.], [0, 0, 0], [1, 1, 2], [0, 0, 0])
    assert loss.item() == pytest.approx(2.2 / 3)


@pytest.mark.parametrize('seed', range(6))
def test_as_spelled_out(seed):
    generator = torch.Generator().manual_seed(seed)
    embeds = torch.randn(24, 5, generator=generator, dtype=torch.float64) * (seed + 1) / 3
    labels, ids, clips = (torch.randint(high, (24,), generator=generator) for high in (2, 4, 2))
    loss = batch_hard_triplet(embeds, labels, ids, clips, .2)
    assert loss.item() == pytest.approx(spelled_out(embeds, labels, ids, clips, .2), abs=1e-9)


def test_regions_without_a_negative_do_not_count():
    # The second class has one object: its regions neither add nor thin out.
    _, alone = on_a_line([0., 1.], [0, 0], [1, 2], [0, 0], margin=3.)
    _, more = on_a_line([0., 1., 5., 9.], [0, 0, 1, 1], [1, 2, 7, 7], [0, 0, 0, 0], margin=3.)
    assert alone.item() == more.item() == pytest.approx(2.)


def test_ids_tell_nothing_of_another_clip():
    # Id 1 of the second clip is another object than id 1 of the first, and no negative for it either.
    _, loss = on_a_line([0., 1., 50.], [0, 0, 0], [1, 2, 1], [0, 0, 1], margin=3.)
    assert loss.item() == pytest.approx(2.)


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
    generator = torch.Generator().manual_seed(1)
    embeds = torch.randn(10, 3, generator=generator, dtype=torch.float64, requires_grad=True)
    ids = torch.arange(10) % 3
    labels, clips = torch.arange(10) % 2, torch.zeros(10, dtype=torch.long)
    assert torch.autograd.gradcheck(lambda values: batch_hard_triplet(values, labels, ids, clips, 2.), embeds)


@pytest.mark.parametrize('count', [2, 6])
def test_equal_vectors_have_a_finite_gradient(count):
    # All positives and all negatives tie, at a distance where a root has no gradient.
    embeds = torch.ones(count, 4, requires_grad=True)
    zeros = torch.zeros(count, dtype=torch.long)
    loss = batch_hard_triplet(embeds, zeros, torch.arange(count) % 2, zeros, .2)
    loss.backward()
    assert loss.item() == pytest.approx(.2)
    assert torch.isfinite(embeds.grad).all()


def test_close_vectors_keep_their_digits():
    embeds = torch.tensor([[1000., 0.], [1000.01, 0.]])
    zeros = torch.zeros(2, dtype=torch.long)
    loss = batch_hard_triplet(embeds, zeros, torch.tensor([0, 1]), zeros, .2)
    assert loss.item() == pytest.approx(.19, abs=1e-4)


def test_weight_and_margin():
    embeds, zeros = torch.tensor([[0.], [1.]]), torch.zeros(2, dtype=torch.long)
    loss = BatchHardTriplet(margin=3., loss_weight=.5)(embeds, zeros, torch.tensor([0, 1]), zeros)
    assert loss.item() == pytest.approx(.5 * (3 - 1), abs=1e-5)
