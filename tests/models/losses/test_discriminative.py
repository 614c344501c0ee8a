"""The discriminative loss, against its definition written out."""

import math

import pytest
import torch

from mmvist.models.losses.discriminative import DiscriminativeLoss, discriminative_terms
from mmvist.registry import MODELS

NAMES = ['loss_attraction', 'loss_repulsion', 'loss_regularisation']
EVEN = dict(attraction_weight=1., repulsion_weight=1., regularisation_weight=1.)


def spelled_out(embeddings, ids, attraction_radius=.5, repulsion_radius=1.5):
    """The three terms, mean over the windows, from loops over instances and pairs."""
    totals = [0., 0., 0.]
    for window, shown in zip(embeddings.movedim(2, -1), ids, strict=True):
        instances = [window[shown == number] for number in sorted(set(shown[shown >= 0].tolist()))]
        means = [pixels.mean(0) for pixels in instances]
        if not instances:
            continue
        for pixels, mean in zip(instances, means, strict=True):
            costs = [max(0., math.dist(mean, pixel) - attraction_radius) ** 2 for pixel in pixels]
            totals[0] += sum(costs) / len(costs) / len(means)
            totals[2] += math.dist(mean, torch.zeros_like(mean)) / len(means)
        pairs = [(one, other) for one in range(len(means)) for other in range(len(means)) if one != other]
        for one, other in pairs:
            totals[1] += max(0., 2 * repulsion_radius - math.dist(means[one], means[other])) ** 2 / len(pairs)
    return [total / len(ids) for total in totals]


def drawn(seed, windows=3, frames=2, channels=4, size=(5, 6), objects=4, dtype=torch.float64):
    """Windows of objects that share ids with other windows, of background and of ignored pixels."""
    generator = torch.Generator().manual_seed(seed)
    embeddings = torch.randn(windows, frames, channels, *size, generator=generator, dtype=torch.float64)
    ids = torch.randint(-2, objects, (windows, frames, *size), generator=generator)
    return embeddings.to(dtype), torch.where(ids >= 0, 10 * ids, ids)


def one_row(*pixels):
    """A window of one frame, one row high: embeddings and ids of (id, embedding) pairs."""
    numbers, embeds = zip(*pixels, strict=True)
    return torch.tensor(embeds).T[None, None, :, None], torch.tensor(numbers)[None, None, None]


def values(embeddings, ids, **more):
    losses = DiscriminativeLoss(**EVEN)(embeddings, ids, **more)
    assert list(losses) == NAMES
    return [losses[name].item() for name in NAMES]


def test_frames_apart_are_windows_of_one_frame():
    embeddings, ids = drawn(3, frames=4)
    losses = DiscriminativeLoss(per_frame=True)(embeddings, ids, first_frame=1)
    single = DiscriminativeLoss()(embeddings[:, 1:].flatten(0, 1)[:, None], ids[:, 1:].flatten(0, 1)[:, None])
    assert losses == single
    assert losses['loss_repulsion'] != DiscriminativeLoss()(embeddings, ids, first_frame=1)['loss_repulsion']
    # What one object has in one frame need not be what it has in the next.
    moved = torch.cat([row := one_row((0, [0., 0.]), (1, [9., 0.]))[0], row + 5], dim=1)
    shown = torch.tensor([[[[0, 1]]] * 2])
    for per_frame, attraction in ((True, 0.), (False, (math.sqrt(12.5) - .5) ** 2)):
        found = DiscriminativeLoss(per_frame=per_frame)(moved, shown)['loss_attraction'].item()
        assert found == pytest.approx(attraction, abs=1e-5)


def test_equal_embeddings_of_one_instance_cost_the_length_of_their_mean():
    assert values(*one_row((3, [3., 4.]), (3, [3., 4.]), (-1, [9., 9.]))) == pytest.approx([0, 0, 5])


@pytest.mark.parametrize(('distance', 'repulsion'), [(4., 0.), (3., 0.), (1., 4.), (0., 9.)])
def test_two_instances_repel_each_other_up_to_twice_the_radius(distance, repulsion):
    assert values(*one_row((0, [0., 0.]), (1, [0., distance]))) == pytest.approx([0, repulsion, distance / 2], abs=1e-5)


def test_by_hand():
    # Instance 0 has its mean at 0 and both pixels 1 away, .5 too far; instance 1, at 2, none. 3 - 2 is missing.
    pixels = one_row((0, [-1.]), (0, [1.]), (1, [2.]))
    assert values(*pixels) == pytest.approx([.25 / 2, 1, 1], abs=1e-5)


@pytest.mark.parametrize('objects', [1, 2, 4, 25])
@pytest.mark.parametrize('seed', range(3))
def test_as_spelled_out(seed, objects):
    embeddings, ids = drawn(seed, objects=objects)
    assert values(embeddings, ids) == pytest.approx(spelled_out(embeddings, ids), rel=1e-5)


@pytest.mark.parametrize('radii', [(0., 1.), (.2, .5), (1., 4.)])
def test_radii(radii):
    embeddings, ids = drawn(3)
    losses = DiscriminativeLoss(*radii, **EVEN)(embeddings, ids)
    assert [loss.item() for loss in losses.values()] == pytest.approx(spelled_out(embeddings, ids, *radii), rel=1e-5)


def test_windows_one_by_one():
    embeddings, ids = drawn(4)
    each = [values(embeddings[[window]], ids[[window]]) for window in range(3)]
    assert values(embeddings, ids) == pytest.approx([sum(terms) / 3 for terms in zip(*each, strict=True)])


def test_an_instance_is_one_over_all_frames():
    # The mean is at 0, so that both frames' pixels are 1 away; each frame alone costs nothing.
    embeddings = torch.tensor([1., -1.]).view(1, 2, 1, 1, 1)
    ids = torch.zeros(1, 2, 1, 1, dtype=torch.int64)
    assert values(embeddings, ids)[0] == pytest.approx(.25)
    assert values(embeddings.transpose(0, 1), ids.transpose(0, 1)) == pytest.approx([0, 0, 1])


@pytest.mark.parametrize('first_frame', [0, 1, 3])
def test_frames_that_do_not_count(first_frame):
    embeddings, ids = drawn(5, frames=4)
    expected = spelled_out(embeddings[:, first_frame:], ids[:, first_frame:])
    embeddings[:, :first_frame] = float('nan')
    assert values(embeddings, ids, first_frame=first_frame) == pytest.approx(expected, rel=1e-5)


def test_windows_without_instances_are_nothing():
    embeddings, ids = drawn(6)
    ids[1] = -1
    alone = values(embeddings[::2], ids[::2])
    assert values(embeddings, ids) == pytest.approx([term * 2 / 3 for term in alone])


@pytest.mark.parametrize('shape', [(2, 3, 4, 5, 6), (0, 3, 4, 5, 6), (2, 3, 4, 0, 6)])
def test_no_instance(shape):
    embeddings = torch.ones(shape, requires_grad=True)
    losses = DiscriminativeLoss()(embeddings, torch.full((*shape[:2], *shape[3:]), -2))
    assert [loss.item() for loss in losses.values()] == [0, 0, 0]
    sum(losses.values()).backward()
    assert not embeddings.grad.any()


def test_pixels_of_no_object_are_nothing():
    embeddings, ids = drawn(7, dtype=torch.float32)
    expected = values(embeddings, ids)
    outside = (ids < 0)[:, :, None].expand_as(embeddings)
    changed = embeddings.masked_fill(outside, float('nan')).requires_grad_()
    losses = DiscriminativeLoss(**EVEN)(changed, ids)
    assert [loss.item() for loss in losses.values()] == expected
    sum(losses.values()).backward()
    assert not changed.grad[outside].any()
    assert changed.grad[~outside].any()


@pytest.mark.parametrize('rename', [
    lambda ids: 7 - ids // 10, lambda ids: ids + (1 << 60), lambda ids: (ids * 37) % 101])
def test_names_do_not_matter(rename):
    embeddings, ids = drawn(8)
    assert values(embeddings, torch.where(ids >= 0, rename(ids), ids)) == pytest.approx(values(embeddings, ids))


def test_instances_of_one_pixel():
    # They are their mean, and no gradient is lost where a distance is 0.
    embeddings, ids = one_row((0, [0., 0.]), (1, [0., 0.]), (2, [1., 0.]))
    embeddings.requires_grad_()
    losses = DiscriminativeLoss(attraction_radius=0., **EVEN)(embeddings, ids)
    assert [loss.item() for loss in losses.values()] == pytest.approx([0, (9 + 4 + 4) / 3, 1 / 3], abs=1e-5)
    sum(losses.values()).backward()
    assert torch.isfinite(embeddings.grad).all()
    # 2 (3 - 1) for both orders of two pairs out of six, less 1/3 for the length.
    assert embeddings.grad[0, 0, 0, 0].tolist() == pytest.approx([4 / 3, 4 / 3, -8 / 3 + 1 / 3], abs=1e-5)


def test_gradient():
    embeds, _ = drawn(9, size=(3, 4))
    embeds = embeds.movedim(2, -1).flatten(0, -2).requires_grad_()
    instances = torch.arange(len(embeds)) % 5
    windows = torch.tensor([0, 2, 0, 2, 3])

    def terms(embeds):
        return discriminative_terms(embeds, instances, windows, 5, .5, 1.5)

    assert torch.autograd.gradcheck(terms, embeds)
    attraction, repulsion, regularisation = terms(embeds)
    assert (attraction > 0).tolist() == (regularisation > 0).tolist() == [True, False, True, True, False]
    assert (repulsion > 0).tolist() == [True, False, True, False, False]


def test_descent_separates():
    # Two objects and their pixels at random: a few steps, and pixels are nearer to their own mean than to the other.
    embeddings, ids = drawn(10, windows=1, objects=2, dtype=torch.float32)
    embeddings.requires_grad_()
    loss = DiscriminativeLoss()
    optimiser = torch.optim.Adam([embeddings], lr=.1)
    for _ in range(200):
        optimiser.zero_grad()
        total = sum(loss(embeddings, ids).values())
        total.backward()
        optimiser.step()
    pixels = embeddings.detach().movedim(2, -1)
    means = torch.stack([pixels[ids == number].mean(0) for number in (0, 10)])
    assert (means[0] - means[1]).norm() > 2.9
    assert (torch.cdist(pixels[ids >= 0], means).argmin(1) * 10 == ids[ids >= 0]).all()


def test_the_module():
    embeddings, ids = drawn(11)
    built = MODELS.build(dict(type='DiscriminativeLoss', attraction_weight=2., repulsion_weight=3.,
                              regularisation_weight=5.))
    losses = [loss.item() for loss in built(embeddings, ids).values()]
    even = values(embeddings, ids)
    assert losses == pytest.approx([weight * term for weight, term in zip([2, 3, 5], even, strict=True)])
    assert DiscriminativeLoss()(embeddings, ids)['loss_regularisation'].item() == pytest.approx(.001 * even[2])
    coarse = built(embeddings.half(), ids)
    assert {loss.dtype for loss in coarse.values()} == {torch.float32}
    assert [loss.item() for loss in coarse.values()] == pytest.approx(losses, rel=1e-2)


@pytest.mark.parametrize('radii', [(.5, 1.), (.8, 1.5), (-.1, 1.)])
def test_radii_that_do_not_separate(radii):
    with pytest.raises(ValueError, match=f'above twice the attraction_radius.*got {radii[1]} and {radii[0]}'):
        DiscriminativeLoss(*radii)


@pytest.mark.parametrize(('shape', 'ids', 'first_frame', 'message'), [
    ((2, 3, 4, 5), (2, 3, 4, 5), 0, r'got \(2, 3, 4, 5\) and \(2, 3, 4, 5\)'),
    ((2, 3, 4, 5, 6), (2, 3, 5, 7), 0, r'got \(2, 3, 4, 5, 6\) and \(2, 3, 5, 7\)'),
    ((2, 3, 4, 5, 6), (2, 3, 5, 6), 3, 'first_frame must be one of 3, counted from 0, got 3'),
    ((2, 3, 4, 5, 6), (2, 3, 5, 6), -1, 'got -1')])
def test_errors(shape, ids, first_frame, message):
    with pytest.raises(ValueError, match=message):
        DiscriminativeLoss()(torch.zeros(shape), torch.zeros(ids, dtype=torch.int64), first_frame)
