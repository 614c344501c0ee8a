"""Appearance as a Gaussian (Eq. 4), by the numbers of the paper's sizes and by loops."""

import math

import pytest
import torch

from mmvist.models.graph_tracker.gaussian_appearance import (
    GaussianAppearance,
    Gaussians,
    log_likelihood,
    moved_gaussians,
)
from tests.models.graph_tracker.builders import LOOKS, found_of, random

VARIANCE = math.log1p(math.exp(-7))
D = 8


def build(**options):
    torch.manual_seed(0)
    return GaussianAppearance(LOOKS, D, **options)


def state_of(tracks, seed=0, videos=1):
    """Gaussians of variances about the first one's."""
    def some(count, number):
        return (.05 * random(videos, count, LOOKS, seed=seed + number),
                VARIANCE * (1 + random(videos, count, LOOKS, seed=seed + number + 1).abs()))
    return Gaussians(*some(tracks, 20), *some(1, 22))


class TestLikelihood:
    def test_numbers_of_512_channels(self):
        # One track, one detection that looks the same, and one that differs by 0.1 in every channel.
        mean = random(1, 1, 512)
        found = found_of(2)._replace(embeds=torch.cat([mean, mean + .1], dim=1), scene=mean)
        variance = torch.full_like(mean, VARIANCE)
        assert pytest.approx(9.115e-4, rel=1e-4) == VARIANCE
        state = Gaussians(mean, variance, mean - .1, variance)
        same, moved = log_likelihood(found.embeds, mean, variance)[0, 0].tolist()
        assert same == pytest.approx(-470.5 + 1792.1, abs=.1) == pytest.approx(1321.6, abs=.1)
        assert same - moved == pytest.approx(2808.6, abs=.5)
        edges, empty_edges = GaussianAppearance(512, 128).edges(state, torch.ones(1, 1, dtype=torch.bool), found)
        assert edges.shape == empty_edges.shape == (1, 1, 2, 1)
        assert edges.flatten().tolist() == pytest.approx([9.2, -18.9], abs=.05)
        # From the empty track, which lies on the other side, the second is twice as far.
        assert empty_edges.flatten().tolist() == pytest.approx([-18.9, 9.2 - 4 * 28.086], abs=.05)

    @pytest.mark.parametrize(('tracks', 'counts'), [(3, (2, 4)), (0, (2, 1)), (2, (0, 0)), (1, (1, 1))])
    def test_of_every_pair(self, tracks, counts):
        found, state = found_of(*counts), state_of(tracks, videos=2)
        edges, empty_edges = build().edges(state, torch.ones(2, tracks, dtype=torch.bool), found)
        count = max(counts)
        assert edges.shape == (2, tracks, count, 1)
        for video in range(2):
            for n in range(count):
                for m in range(tracks):
                    density = torch.distributions.Normal(state.means[video, m], state.variances[video, m].sqrt())
                    expected = density.log_prob(found.embeds[video, n]).sum()
                    assert edges[video, m, n].item() == pytest.approx(.01 * expected.item() - 4, rel=1e-4)
                density = torch.distributions.Normal(state.scene_means[video, 0],
                                                     state.scene_variances[video, 0].sqrt())
                expected = density.log_prob(found.embeds[video, n]).sum()
                assert empty_edges[video, 0, n].item() == pytest.approx(.01 * expected.item() - 4, rel=1e-4)

    def test_gradients(self):
        parts = [random(1, 2, 3, seed=0, dtype=torch.float64), random(1, 2, 3, seed=1, dtype=torch.float64),
                 1 + random(1, 2, 3, seed=2, dtype=torch.float64).abs()]
        assert torch.autograd.gradcheck(log_likelihood, [part.requires_grad_() for part in parts])


class TestUpdate:
    def test_by_hand(self):
        # eta_mu 1/2, eta_var 1/4, v 2: (1 - 1/4) 8 + 1/4 2 + (1/8) / (3/4) (3 - 1)^2.
        numbers = [torch.tensor([value], dtype=torch.float64) for value in (.5, .25, 2., 3., 8., 1.)]
        mean, variance = moved_gaussians(*numbers)
        assert mean.item() == pytest.approx(2)
        assert variance.item() == pytest.approx(6 + .5 + 4 / 6, rel=1e-6)

    def test_at_once(self):
        one = torch.ones(1, 4, 1)
        means, variances, seen = random(1, 4, LOOKS), random(1, 4, LOOKS, seed=1).abs(), random(1, 4, LOOKS, seed=2)
        mean, variance = moved_gaussians(one, one, .3 * one, means, variances, seen)
        torch.testing.assert_close(mean, seen)
        torch.testing.assert_close(variance, .3 + .5 * (means - seen).square())

    @pytest.mark.parametrize('rates', [(0., 0.), (1e-30, 0.), (0., 1e-30)])
    def test_never(self, rates):
        means, variances = random(1, 2, LOOKS).requires_grad_(), random(1, 2, LOOKS, seed=1).abs()
        both = [torch.full((1, 2, 1), rate, requires_grad=True) for rate in rates]
        moved = moved_gaussians(*both, torch.ones(1, 2, 1), means, variances, random(1, 2, LOOKS, seed=2))
        assert torch.equal(moved[0], means)
        assert torch.equal(moved[1], variances)
        sum(part.sum() for part in moved).backward()
        assert all(torch.isfinite(part.grad).all() for part in (*both, means))

    def test_rates_are_told_by_embeddings(self):
        rates, embeds = build().rates, random(2, 3, D)
        mean, variance, spread = rates(embeds)
        for value, layer in ((mean, rates.mean), (variance, rates.variance)):
            torch.testing.assert_close(value, 1 / (1 + (-embeds @ layer.weight.T - layer.bias).exp()))
            assert layer.weight.shape == (1, D)
        torch.testing.assert_close(spread, (embeds @ rates.spread.weight.T + rates.spread.bias).exp().log1p())
        assert rates.spread.bias.tolist() == [-7]

    @pytest.mark.parametrize('code_init', [False, True])
    @pytest.mark.parametrize('constant', [False, True])
    @torch.no_grad()
    def test_of_every_track(self, code_init, constant):
        # Video 0: one track is seen, one is not, one starts, one is born into a used-up slot; video 1: none is seen.
        model = build(code_init=code_init, constant_variance=constant)
        found, state = found_of(3, 2), state_of(4, videos=2)
        choice = torch.tensor([[2, -1, 0, 1], [-1, -1, -1, -1]])
        born = torch.tensor([[False, False, True, True], [False] * 4])
        embeds, empty = random(2, 4, D, seed=7), random(2, 1, D, seed=8)
        new = model.update(state, found, choice, born, embeds, empty)

        def moved(rates, embed, mean, variance, seen):
            eta_mu, eta_var, v = (value.item() for value in rates(embed))
            mean, apart = (1 - eta_mu) * mean + eta_mu * seen, mean - seen
            both = eta_mu * eta_var / (eta_mu + eta_var)
            return mean, variance if constant else (1 - eta_var) * variance + eta_var * v + both * apart.square()

        for video in range(2):
            for m in range(4):
                mean, variance, n = state.means[video, m], state.variances[video, m], choice[video, m].item()
                if n >= 0:
                    seen = found.embeds[video, n]
                    if born[video, m]:
                        mean, variance = torch.zeros(LOOKS) if code_init else seen, torch.full((LOOKS,), VARIANCE)
                    if code_init or not born[video, m]:
                        mean, variance = moved(model.rates, embeds[video, m], mean, variance, seen)
                torch.testing.assert_close(new.means[video, m], mean)
                torch.testing.assert_close(new.variances[video, m], variance)
            mean, variance = moved(model.scene_rates, empty[video, 0], state.scene_means[video, 0],
                                   state.scene_variances[video, 0], found.scene[video, 0])
            torch.testing.assert_close(new.scene_means[video, 0], mean)
            torch.testing.assert_close(new.scene_variances[video, 0], variance)
        assert torch.equal(new.means[0, 1], state.means[0, 1])
        assert torch.equal(new.variances[0, 1], state.variances[0, 1])

    def test_code_init_is_a_share_of_what_is_seen(self):
        model, found = build(code_init=True), found_of(1)
        state = model.grow(model.start(found), 1)
        embeds = random(1, 1, D)
        new = model.update(state, found, torch.tensor([[0]]), torch.tensor([[True]]), embeds, random(1, 1, D))
        torch.testing.assert_close(new.means, model.rates(embeds)[0] * found.embeds)


class TestState:
    def test_starts_as_the_first_frame_looks(self):
        found = found_of(2, 0)
        state = build().start(found)
        assert torch.equal(state.scene_means, found.scene)
        assert state.scene_variances.unique().tolist() == pytest.approx([VARIANCE])
        assert state.means.shape == state.variances.shape == (2, 0, LOOKS)

    def test_grows(self):
        model, state = build(), state_of(2)
        grown = model.grow(state, 3)
        assert torch.equal(grown.means[:, :2], state.means)
        assert torch.equal(grown.variances[:, :2], state.variances)
        assert grown.means.shape == (1, 5, LOOKS)
        assert grown.variances[:, 2:].unique().tolist() == pytest.approx([VARIANCE])
        assert torch.equal(grown.scene_means, state.scene_means)

    @pytest.mark.parametrize(('tracks', 'count'), [(0, 2), (2, 0), (0, 0)])
    def test_nothing(self, tracks, count):
        model, state, found = build(), state_of(tracks), found_of(count)
        choice, born = torch.full((1, tracks), -1), torch.zeros(1, tracks, dtype=torch.bool)
        new = model.update(state, found, choice, born, random(1, tracks, D), random(1, 1, D))
        assert torch.equal(new.means, state.means)
        assert torch.equal(new.variances, state.variances)
        assert not torch.equal(new.scene_means, state.scene_means)
        assert model.describe(found).shape == (1, count, 0)
