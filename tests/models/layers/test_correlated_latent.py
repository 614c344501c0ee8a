"""Correlated latents, against dense covariance matrices, loops over windows and the plain formulas."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch.distributions import MultivariateNormal, kl_divergence

from mmvist.models.layers import CorrelatedLatent, DeterministicLatent
from mmvist.models.layers import compound_symmetry as symmetry
from mmvist.models.layers.correlated_latent import Latent
from mmvist.registry import MODELS

CHANNELS = 3


def draw(seed=0):
    return torch.Generator().manual_seed(seed)


def normal(*shape, seed=0, dtype=torch.float64):
    return torch.randn(*shape, generator=draw(seed), dtype=dtype)


def layer(seed=0, **options):
    """One in float64 whose correlations are far from 0, as after training."""
    torch.manual_seed(seed)
    built = CorrelatedLatent(4, CHANNELS, **options).double()
    for weight in built.offsets.parameters():
        torch.nn.init.normal_(weight, std=1.)
    return built


def latent(rho, size, window, channels=1, batch=1, seed=0):
    """Latents with random means and variances, and the given correlations of the groups."""
    mean, log_variance = normal(2, batch, channels, *size, seed=seed)
    sizes = symmetry.group_sizes(size, window, mean)
    rho = torch.as_tensor(rho, dtype=mean.dtype).expand(batch, channels, *sizes.shape)
    return Latent(mean, log_variance, rho, symmetry.log_determinants(rho, sizes), window)


def correlations(rho, size, window):
    """R (C h w, C h w) of one image, from loops over pairs; rho (C, g, k)."""
    places = [(channel, row, column) for channel in range(len(rho)) for row in range(size[0])
              for column in range(size[1])]
    groups = [(channel, row // window[0], column // window[1]) for channel, row, column in places]
    matrix = torch.eye(len(places), dtype=rho.dtype)
    for i, one in enumerate(groups):
        for j, other in enumerate(groups):
            if i != j and one == other:
                matrix[i, j] = rho[one]
    return matrix


def covariance(given, image=0):
    """Sigma of an image."""
    spread = (given.log_variance[image].flatten() / 2).exp()
    return spread[:, None] * correlations(given.rho[image], given.mean.shape[-2:], given.window) * spread


def dense_kl(mean, matrix):
    return .5 * (matrix.trace() + mean @ mean - len(mean) - torch.logdet(matrix))


def between_bounds(d, number=9):
    """Correlations that d latents can have, 0 among them."""
    return [0.] if d == 1 else [0., *torch.linspace(-1 / (d - 1) + .01, .99, number, dtype=torch.float64).tolist()]


@pytest.mark.parametrize('d', range(1, 33))
def test_kl_is_that_of_the_dense_formula(d):
    for rho in between_bounds(d):
        given = latent(rho, (1, d), (1, d), seed=d)
        mean, matrix = given.mean.flatten(), covariance(given)
        prior = MultivariateNormal(torch.zeros_like(mean), torch.eye(d, dtype=mean.dtype))
        expected = dense_kl(mean, matrix).item()
        assert given.kl().item() == pytest.approx(expected, abs=1e-5)
        assert kl_divergence(MultivariateNormal(mean, matrix), prior).item() == pytest.approx(expected, abs=1e-5)


# The map's size, the window, and what the window makes of it.
CUTS = [((4, 8), (4, 4), [[16, 16]]),
        ((5, 6), (4, 4), [[16, 8], [4, 2]]),       # rows and columns are left over
        ((5, 5), (4, 4), [[16, 4], [4, 1]]),       # one latent has a window of its own
        ((2, 3), (4, 4), [[6]]),                   # the window is larger than the map
        ((1, 1), (4, 4), [[1]]),
        ((3, 5), (3, 5), [[15]]),                  # a channel
        ((2, 3), (1, 1), [[1, 1, 1], [1, 1, 1]])]


@pytest.mark.parametrize(('size', 'window', 'expected'), CUTS)
def test_windows_at_the_border_are_smaller(size, window, expected):
    sizes = symmetry.group_sizes(size, window, torch.zeros(1))
    assert sizes.tolist() == expected
    assert sizes.sum() == math.prod(size)
    maps = normal(2, CHANNELS, *size)
    means = symmetry.group_means(maps, window)
    assert means.shape == (2, CHANNELS, *sizes.shape)
    for row in range(sizes.shape[0]):
        for column in range(sizes.shape[1]):
            shown = maps[:, :, row * window[0]:(row + 1) * window[0], column * window[1]:(column + 1) * window[1]]
            torch.testing.assert_close(means[:, :, row, column], shown.mean(dim=(2, 3)))


@pytest.mark.parametrize(('size', 'window', '_'), CUTS)
def test_noise_gets_exactly_the_covariance(size, window, _):
    sizes = symmetry.group_sizes(size, window, normal(1))
    # Between the bounds that the largest of the groups leaves.
    low = -1 / max(sizes.max().item() - 1, 1)
    rho = low + (1 - low) * torch.rand(1, 2, *sizes.shape, generator=draw(), dtype=torch.float64)
    number = 2 * math.prod(size)
    basis = torch.eye(number, dtype=torch.float64).view(number, 2, *size)
    root = symmetry.correlate(basis, rho.expand(number, *rho.shape[1:]), window).flatten(1)
    torch.testing.assert_close(root, root.T)
    torch.testing.assert_close(root @ root, correlations(rho[0], size, window))


@pytest.mark.parametrize('rho', [-.13, 0., .4, .95])
def test_kl_sums_over_groups_and_channels_of_each_image(rho):
    given = latent(rho, (5, 3), (4, 2), channels=2, batch=3)
    expected = [dense_kl(given.mean[image].flatten(), covariance(given, image)).item() for image in range(3)]
    assert given.kl().tolist() == pytest.approx(expected, abs=1e-9)
    assert given.kl_per_latent().tolist() == pytest.approx([value / 30 for value in expected], abs=1e-9)


def test_kl_without_correlation_is_the_usual_one():
    given = latent(0., (3, 5), (3, 5), channels=2, batch=2)
    variance = given.log_variance.exp()
    expected = (given.mean ** 2 + variance - 1 - variance.log()).sum(dim=(1, 2, 3)) / 2
    torch.testing.assert_close(given.kl(), expected)
    torch.testing.assert_close(Latent(given.mean, given.log_variance).kl(), expected)


def test_kl_by_hand():
    # Variances 1 and 4 of two latents, means 1 and 0, rho = .6: |R| = .64.
    mean, log_variance = torch.tensor([[[[1., 0.]]], [[[0., 0.]]]]), torch.tensor([0., math.log(4)]).expand(2, 1, 1, 2)
    rho = torch.tensor([.6, 0.]).view(2, 1, 1, 1)
    given = Latent(mean, log_variance, rho, symmetry.log_determinants(rho, torch.tensor([[2.]])), (1, 2))
    half = .5 * (3 - math.log(4))
    assert given.kl().tolist() == pytest.approx([.5 + half - .5 * math.log(.64), half])
    assert given.kl_per_latent().tolist() == pytest.approx([(.5 + half - .5 * math.log(.64)) / 2, half / 2])


@pytest.mark.parametrize('d', [2, 3, 7, 16, 32])
@pytest.mark.parametrize('rho', [-.02, 0., .3, .9])
def test_eigenvalues(d, rho):
    values = torch.linalg.eigvalsh(correlations(torch.full((1, 1, 1), rho, dtype=torch.float64), (1, d), (1, d)))
    expected = torch.tensor(sorted([1 + (d - 1) * rho] + [1 - rho] * (d - 1)), dtype=torch.float64)
    torch.testing.assert_close(values, expected)
    determinant = symmetry.log_determinants(torch.tensor([[rho]], dtype=torch.float64), torch.tensor([[d]]))
    assert determinant.item() == pytest.approx(values.log().sum().item(), abs=1e-12)


@pytest.mark.parametrize('d', [2, 3, 16, 77, 1050])
def test_two_sided_is_the_sigmoid_around_no_correlation(d):
    offsets = torch.linspace(-6, 6, 49, dtype=torch.float64).view(1, 1, 49, 1)
    u = offsets - math.log(d - 1)
    rho = -1 / (d - 1) + d / (d - 1) * u.sigmoid()
    log_determinants = (d - 1) * (math.log(d / (d - 1)) + F.logsigmoid(-u)) + math.log(d) + F.logsigmoid(u)
    sizes = torch.full((49, 1), d, dtype=torch.float64)
    found = symmetry.two_sided(offsets, sizes)
    torch.testing.assert_close(found.rho, rho, rtol=1e-10, atol=1e-12)
    torch.testing.assert_close(found.log_determinants, log_determinants, rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(symmetry.log_determinants(rho, sizes), log_determinants, rtol=1e-9, atol=1e-9)
    assert (-1 / (d - 1) < found.rho).all()
    assert (found.rho < 1).all()
    assert (found.log_determinants <= 0).all()
    assert found.rho[0, 0, 24, 0] == 0
    assert found.log_determinants[0, 0, 24, 0] == 0
    # The ratio of the eigenvalues.
    torch.testing.assert_close(((1 + (d - 1) * rho) / (1 - rho)).log(), offsets)
    # Few digits are lost in float32, though there are many latents.
    single = symmetry.two_sided(offsets.float(), sizes.float())
    torch.testing.assert_close(single.rho.double(), rho, rtol=1e-5, atol=1e-7)
    torch.testing.assert_close(single.log_determinants.double(), log_determinants, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize('d', [1, 2, 5, 16, 1050])
def test_no_correlation_is_where_kl_is_least(d):
    offsets = torch.zeros(1, 1, 1, 1, dtype=torch.float64, requires_grad=True)
    found = symmetry.two_sided(offsets, torch.tensor([[d]], dtype=torch.float64))
    mean = normal(1, 1, 1, d)
    gradient, = torch.autograd.grad(symmetry.kl_divergence(mean, mean, found.log_determinants).sum(), offsets)
    assert gradient.item() == 0
    for other in (-.1, .1) if d > 1 else ():
        moved = symmetry.two_sided(offsets + other, torch.tensor([[d]], dtype=torch.float64))
        assert moved.log_determinants < 0


@pytest.mark.parametrize('kind', ['two_sided', 'one_sided'])
def test_a_single_latent_has_no_correlation(kind):
    offsets = torch.tensor([-9., 0., 2.]).view(3, 1, 1, 1).requires_grad_()
    found = getattr(symmetry, kind)(offsets, torch.ones(1, 1))
    for values in found:
        assert values.flatten().tolist() == [0, 0, 0]
    gradient, = torch.autograd.grad(sum(values.sum() for values in found), offsets)
    assert gradient.flatten().tolist() == [0, 0, 0]


def test_one_sided_range():
    offsets = torch.tensor([-1e4, -10., 0., 4., 1e4]).view(5, 1, 1, 1)
    found = symmetry.one_sided(offsets, torch.tensor([[16.]]))
    expected = [0, .99 / (1 + math.exp(14)), .99 / (1 + math.exp(4)), .99 / 2, .99]
    assert found.rho.flatten().tolist() == pytest.approx(expected)
    logarithms = [15 * math.log1p(-rho) + math.log1p(15 * rho) for rho in expected]
    assert found.log_determinants.flatten().tolist() == pytest.approx(logarithms, rel=1e-5, abs=1e-6)


# 1 latent short of a window, one row of windows with a remainder, and a channel of 6.
@pytest.mark.parametrize('rho', [-.05, 0., .3])
def test_log_ratios_are_those_of_the_eigenvalues(rho):
    """Of windows 4x4, 4x1, 1x4 and 1x1 of a map 5x5; a single latent has no correlation."""
    given = latent(rho, (5, 5), (4, 4))
    for d, ratio in zip((16, 4, 4), given.log_ratios().flatten().tolist(), strict=False):
        matrix = torch.full((d, d), rho, dtype=torch.float64).fill_diagonal_(1)
        least, *_, most = torch.linalg.eigvalsh(matrix).tolist()
        assert abs(ratio) == pytest.approx(math.log(most / least), abs=1e-9)
        assert ratio * rho >= 0
    assert latent(0., (1, 1), (4, 4)).log_ratios().flatten().tolist() == [0]
    assert DeterministicLatent(4, 3)(torch.zeros(1, 4, 2, 2)).log_ratios() is None


@pytest.mark.parametrize(('size', 'window', 'rho'), [((3, 5), (4, 4), -.08), ((3, 5), (4, 4), .7),
                                                     ((2, 3), (2, 3), -.19), ((2, 3), (2, 3), .9)])
def test_covariance_of_many_draws(size, window, rho):
    one = latent(rho, size, window)
    many = Latent(*(None if values is None else values.expand(100_000, -1, -1, -1)
                    for values in (one.mean, one.log_variance, one.rho, one.log_determinants)), window)
    drawn = many.sample(draw(1)).flatten(1)
    spread = (one.log_variance.flatten() / 2).exp()
    empirical = torch.cov(drawn.T) / spread[:, None] / spread
    torch.testing.assert_close(empirical, correlations(one.rho[0], size, window), rtol=0, atol=.02)
    torch.testing.assert_close((drawn.mean(dim=0) - one.mean.flatten()) / spread, torch.zeros_like(spread), rtol=0,
                               atol=.02)


@pytest.mark.parametrize(('size', 'window'), [((5, 6), (4, 4)), ((5, 6), (5, 6)), ((1, 1), (1, 1))])
def test_without_correlation_a_seed_draws_what_it_draws_for_the_plain_one(size, window):
    given = latent(0., size, window, channels=2, batch=2)
    plain = given.mean + (given.log_variance / 2).exp() * normal(2, 2, *size, seed=7)
    torch.testing.assert_close(given.sample(draw(7)), plain, rtol=0, atol=1e-15)
    assert torch.equal(Latent(given.mean, given.log_variance).sample(draw(7)), plain)
    torch.manual_seed(7)
    torch.testing.assert_close(given.sample(), plain, rtol=0, atol=1e-15)
    assert not torch.equal(given.sample(draw(8)), plain)


@pytest.mark.parametrize('kind', ['two_sided', 'one_sided'])
@pytest.mark.parametrize('d', [2, 16, 1050])
def test_gradients_are_finite_at_the_bounds_and_beyond(d, kind):
    offsets = torch.tensor([-1e4, -30., -6., 6., 30., 1e4]).view(6, 1, 1, 1).requires_grad_()
    found = getattr(symmetry, kind)(offsets, torch.tensor([[float(d)]]))
    noise = normal(6, 1, 1, d, dtype=torch.float32)
    drawn = symmetry.correlate(noise, found.rho, (1, d))
    kl = symmetry.kl_divergence(noise, noise, found.log_determinants)
    assert drawn.isfinite().all()
    assert kl.isfinite().all()
    for value in (drawn.square().sum(), kl.sum()):
        gradient, = torch.autograd.grad(value, offsets, retain_graph=True)
        assert gradient.isfinite().all()
    # Beyond 6 nothing more is asked for.
    if kind == 'two_sided':
        assert found.rho.flatten().unique().numel() == 2
        assert gradient.flatten()[[0, 1, 4, 5]].tolist() == [0] * 4
        assert (gradient.flatten()[2:4] != 0).all()


def test_gradients_are_finite_where_the_covariance_is_singular():
    rho = torch.tensor([1., -.25]).view(2, 1, 1, 1).requires_grad_()
    drawn = symmetry.correlate(normal(2, 1, 1, 5, dtype=torch.float32), rho, (1, 5))
    # All equal, and of no sum, but for what keeps the roots away from 0.
    assert drawn[0].std() < .01
    assert drawn[1].sum().abs() < .01
    gradient, = torch.autograd.grad(drawn.square().sum(), rho)
    assert gradient.isfinite().all()


OPTIONS = [dict(groups=groups, correlation=correlation) for groups in ('channel', 'window')
           for correlation in ('two-sided', 'one-sided')]


@pytest.mark.parametrize('options', OPTIONS)
@pytest.mark.parametrize('size', [(8, 4), (5, 7), (3, 2), (1, 1)])
def test_heads_are_convolutions_of_places_and_of_windows(options, size):
    built, features = layer(**options), normal(2, 4, *size)
    found = built(features)

    def told(head, column):
        return head.weight[:, :, 0, 0] @ column + head.bias

    rows, columns = size if options['groups'] == 'channel' else (4, 4)
    assert found.window == (rows, columns)
    assert found.rho.shape == (2, CHANNELS, math.ceil(size[0] / rows), math.ceil(size[1] / columns))
    for image in range(2):
        for y in range(size[0]):
            for x in range(size[1]):
                column = features[image, :, y, x]
                torch.testing.assert_close(found.mean[image, :, y, x], told(built.mean, column))
                torch.testing.assert_close(found.log_variance[image, :, y, x], told(built.log_variance, column))
                members = features[image, :, y // rows * rows:][:, :rows, x // columns * columns:][:, :, :columns]
                d = members[0].numel()
                offset = told(built.offsets, members.mean(dim=(1, 2)))
                if d == 1:
                    rho = torch.zeros_like(offset)
                elif options['correlation'] == 'one-sided':
                    rho = .99 * (offset - 4).sigmoid()
                else:
                    rho = -1 / (d - 1) + d / (d - 1) * (offset - math.log(d - 1)).sigmoid()
                torch.testing.assert_close(found.rho[image, :, y // rows, x // columns], rho)
    expected = [dense_kl(found.mean[image].flatten(), covariance(found, image)).item() for image in range(2)]
    assert found.kl().tolist() == pytest.approx(expected, abs=1e-6)


def test_pooling_over_a_map_and_a_convolution_are_a_linear_layer():
    built, features = layer(correlation='one-sided'), normal(2, 4, 3, 5)
    offsets = F.linear(F.adaptive_avg_pool2d(features, 1).flatten(1), built.offsets.weight.flatten(1),
                       built.offsets.bias)
    torch.testing.assert_close(built(features).rho.flatten(1), .99 * (offsets - 4).sigmoid())


@pytest.mark.parametrize(('size', 'groups'), [((1, 1), 'channel'), ((2, 1), 'channel'), ((25, 42), 'channel'),
                                              ((5, 9), 'window')])
def test_latents_of_any_map_start_almost_independent(size, groups):
    torch.manual_seed(0)
    features = normal(2, 4, *size, dtype=torch.float32)
    assert CorrelatedLatent(4, groups=groups)(features).rho.abs().max() < .01
    started = CorrelatedLatent(4, groups=groups, correlation='one-sided')(features).rho
    assert ((started == 0) | ((started - .018).abs() < .002)).all()


@pytest.mark.parametrize('options', OPTIONS)
def test_gradients_in_features_and_weights(options):
    # A window of 16, smaller ones, and one of a single latent.
    built, features = layer(**options), normal(1, 4, 5, 5).requires_grad_()

    def outcomes(features, *weights):
        found = torch.func.functional_call(built, dict(zip(names, weights, strict=True)), (features,))
        return found.kl(), found.kl_per_latent(), found.sample(draw())

    names, weights = zip(*built.named_parameters(), strict=True)
    assert torch.autograd.gradcheck(outcomes, (features, *weights))


@pytest.mark.parametrize('build', [CorrelatedLatent, DeterministicLatent])
def test_every_weight_learns_from_what_is_decoded(build):
    built = build(4, CHANNELS)
    built(normal(2, 4, 5, 3, dtype=torch.float32)).z(built.training, draw()).square().sum().backward()
    assert all(weight.grad.abs().sum() > 0 for weight in built.parameters())


@pytest.mark.parametrize('options', [*OPTIONS, dict(correlation=None)])
def test_images_of_a_batch_do_not_mix(options):
    built = layer(**options) if options['correlation'] else CorrelatedLatent(4, CHANNELS, **options).double()
    features = normal(3, 4, 5, 6)
    together, alone = built(features), [built(image[None]) for image in features]
    for name in ('mean', 'log_variance', 'rho', 'log_determinants'):
        if options['correlation'] or name in ('mean', 'log_variance'):
            torch.testing.assert_close(getattr(together, name), torch.cat([getattr(one, name) for one in alone]))
    assert together.kl().shape == (3,)
    torch.testing.assert_close(together.kl(), torch.cat([one.kl() for one in alone]))
    # Nor does noise reach other images.
    features.requires_grad_()
    gradient, = torch.autograd.grad(built(features).sample(draw())[1].sum(), features)
    assert gradient.flatten(1).any(dim=1).tolist() == [False, True, False]


@pytest.mark.parametrize('options', [*OPTIONS, dict(correlation=None)])
def test_a_batch_may_be_empty(options):
    found = CorrelatedLatent(4, CHANNELS, **options)(torch.zeros(0, 4, 5, 6))
    assert found.kl().shape == found.kl_per_latent().shape == (0,)
    assert found.sample().shape == (0, CHANNELS, 5, 6)


def test_in_training_a_draw_is_decoded_and_at_test_time_the_mean():
    found = layer()(normal(2, 4, 5, 6))
    assert torch.equal(found.z(False), found.mean)
    assert torch.equal(found.z(True, draw()), found.sample(draw()))
    assert not torch.equal(found.sample(draw()), found.mean)


def test_without_correlation_there_is_no_code_for_it():
    torch.manual_seed(0)
    plain = CorrelatedLatent(4, CHANNELS, correlation=None).double()
    found = plain(normal(2, 4, 5, 6))
    assert {name.split('.')[0] for name, _ in plain.named_parameters()} == {'mean', 'log_variance'}
    assert (found.rho, found.log_determinants, found.window) == (None, None, None)
    # The same as if each latent were a group.
    single = layer(groups='window', window_size=1)(normal(2, 4, 5, 6))
    assert not single.rho.any()
    torch.testing.assert_close(found.kl(), single.kl())
    torch.testing.assert_close(found.sample(draw()), single.sample(draw()))


def test_deterministic_latents_are_neither_drawn_nor_pulled():
    torch.manual_seed(0)
    built = DeterministicLatent(4, CHANNELS).double()
    found = built(normal(2, 4, 5, 6))
    # One seed gives all rows of the ablation the same means to start with.
    assert torch.equal(found.mean, layer()(normal(2, 4, 5, 6)).mean)
    assert found.kl() is None
    assert found.kl_per_latent() is None
    for z in (found.sample(), found.sample(draw()), found.z(True), found.z(False)):
        assert torch.equal(z, found.mean)


def test_log_variances_stay_within_bounds():
    found = layer()(1e4 * normal(2, 4, 5, 6))
    assert found.log_variance.min() == -10
    assert found.log_variance.max() == 10
    assert found.kl().isfinite().all()
    assert found.sample(draw()).isfinite().all()


@pytest.mark.parametrize('options', [*OPTIONS, dict(correlation=None), None])
@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float32])
def test_float32_under_autocast(options, dtype):
    torch.manual_seed(0)
    built = DeterministicLatent(4, CHANNELS) if options is None else CorrelatedLatent(4, CHANNELS, **options)
    features = normal(2, 4, 5, 6, dtype=torch.float32).to(dtype)
    outside = built(features.float())
    with torch.autocast('cpu', dtype=torch.bfloat16):
        inside = built(features)
        pairs = [(inside.sample(draw()), outside.sample(draw())), (inside.kl(), outside.kl())]
    for name in ('mean', 'log_variance', 'rho', 'log_determinants'):
        pairs.append((getattr(inside, name), getattr(outside, name)))
    for found, expected in pairs:
        assert (found is None) == (expected is None)
        if found is not None:
            assert found.dtype == torch.float32
            assert torch.equal(found, expected)


def test_nothing_given_is_changed():
    features = normal(2, 4, 5, 6)
    before = features.clone()
    found = layer(groups='window')(features)
    kept = found.mean.clone(), found.log_variance.clone(), found.rho.clone()
    found.sample(draw()), found.kl()
    assert torch.equal(features, before)
    assert all(torch.equal(*pair) for pair in zip(kept, (found.mean, found.log_variance, found.rho), strict=True))


def test_built_from_configs():
    built = MODELS.build(dict(type='CorrelatedLatent', in_channels=256, groups='window', correlation='one-sided'))
    assert built(torch.zeros(1, 256, 4, 6)).mean.shape == (1, 64, 4, 6)
    assert MODELS.build(dict(type='DeterministicLatent', in_channels=256))(torch.zeros(1, 256, 4, 6)).kl() is None


@pytest.mark.parametrize(('options', 'match'), [
    (dict(groups='image'), r"groups must be one of \('channel', 'window'\), got 'image'"),
    (dict(correlation='full'), r"correlation must be None or one of \('two-sided', 'one-sided'\), got 'full'"),
    (dict(window_size=0), 'window_size must be at least 1, got 0'),
    (dict(channels=0), 'CorrelatedLatent: channels must be at least 1, got 0'),
    (dict(in_channels=-1), 'in_channels must be at least 1, got -1')])
def test_wrong_options(options, match):
    with pytest.raises(ValueError, match=match):
        CorrelatedLatent(**{'in_channels': 4, **options})
    if options.keys() <= {'channels', 'in_channels'}:
        with pytest.raises(ValueError, match=match.replace('Correlated', 'Deterministic')):
            DeterministicLatent(**{'in_channels': 4, **options})


@pytest.mark.parametrize('build', [CorrelatedLatent, DeterministicLatent])
@pytest.mark.parametrize('shape', [(4, 5, 6), (2, 3, 5, 6), (2, 4, 0, 6), (2, 4, 5, 0)])
def test_wrong_features(build, shape):
    match = rf'{build.__name__}: features must have shape \(B, 4, h, w\), h and w at least 1, got \({shape[0]}, '
    with pytest.raises(ValueError, match=match):
        build(4)(torch.zeros(shape))
