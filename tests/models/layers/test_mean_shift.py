"""Mean shift, against its rules written out point by point, and against scikit-learn where that is installed."""

import numpy as np
import pytest
import torch

from mmvist.models.layers import mean_shift as module
from mmvist.models.layers.mean_shift import mean_shift, sequential_mean_shift


def climb(seed, points, bandwidth, max_iterations):
    """The number of points and the coordinates that a seed ends with; `None` if it has no point."""
    place = seed
    for iteration in range(max_iterations + 1):
        within = [point for point in points if np.linalg.norm(point - place) <= bandwidth]
        if not within:
            return None
        before, place = place, np.mean(within, axis=0)
        if np.linalg.norm(place - before) <= 1e-3 * bandwidth or iteration == max_iterations:
            return len(within), tuple(place)
    return None


def spelled_out(points, bandwidth, max_iterations=300):
    """Centres and labels, from loops."""
    cells = {tuple(np.round(point / bandwidth)) for point in points}
    seeds = list(points) if len(cells) == len(points) else [bandwidth * np.array(cell) for cell in cells]
    ends = {climb(seed, points, bandwidth, max_iterations) for seed in seeds} - {None}
    ends = ends or {climb(point, points, bandwidth, max_iterations) for point in points}
    centres = []
    for _, place in sorted(ends, reverse=True):
        if all(np.linalg.norm(np.array(place) - other) > bandwidth for other in centres):
            centres.append(np.array(place))
    labels = [int(np.argmin([np.linalg.norm(point - centre) for centre in centres])) for point in points]
    return np.array(centres), labels


def blobs(num_points=200, channels=2, num_blobs=4, spread=.3, distance=2., seed=0, dtype=torch.float32):
    """Points around random middles."""
    generator = torch.Generator().manual_seed(seed)
    middles = distance * torch.randn(num_blobs, channels, generator=generator, dtype=torch.float64)
    noise = spread * torch.randn(num_points, channels, generator=generator, dtype=torch.float64)
    return (middles[torch.randint(num_blobs, (num_points,), generator=generator)] + noise).to(dtype)


def pair(distance=3., spread=.1, each=150, channels=8):
    """Two blobs, the points of both by turns."""
    points = spread * torch.randn(2 * each, channels, generator=torch.Generator().manual_seed(0))
    points[1::2, 0] += distance
    return points


CASES = [dict(channels=1), dict(channels=2), dict(channels=3, num_blobs=6), dict(channels=8, num_blobs=5, spread=.2),
         dict(channels=8, num_points=60, spread=.5), dict(channels=2, spread=.8), dict(channels=2, num_points=30),
         dict(channels=2, distance=50., num_blobs=20), dict(channels=3, num_points=12, distance=40.)]


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
@pytest.mark.parametrize('bandwidth', [.7, 1., 2.5])
@pytest.mark.parametrize('case', CASES)
def test_as_spelled_out(case, bandwidth, dtype):
    for seed in range(2):
        points = blobs(**case, seed=seed, dtype=dtype)
        centres, labels = spelled_out(points.double().numpy(), bandwidth)
        found = mean_shift(points, bandwidth)
        assert found.labels.tolist() == labels
        assert found.centres.dtype == dtype
        np.testing.assert_allclose(found.centres.numpy(), centres, atol=1e-5 if dtype == torch.float32 else 1e-9)


@pytest.mark.parametrize('bandwidth', [.7, 1., 2.5])
@pytest.mark.parametrize('case', [*CASES, dict(channels=8, num_points=5000, num_blobs=8, spread=.18)])
def test_as_scikit_learn(case, bandwidth):
    cluster = pytest.importorskip('sklearn.cluster')
    points = blobs(**case, seed=2, dtype=torch.float64)
    found = mean_shift(points, bandwidth)
    expected = cluster.MeanShift(bandwidth=bandwidth, bin_seeding=True).fit(points.numpy())
    assert found.labels.tolist() == expected.labels_.tolist()
    np.testing.assert_allclose(found.centres.numpy(), expected.cluster_centers_, atol=1e-6)


@pytest.mark.parametrize('max_iterations', [0, 1, 2])
def test_steps_may_be_few(max_iterations):
    points = blobs(channels=2, spread=1., dtype=torch.float64)
    centres, labels = spelled_out(points.numpy(), 1., max_iterations)
    found = mean_shift(points, 1., max_iterations)
    assert found.labels.tolist() == labels
    np.testing.assert_allclose(found.centres.numpy(), centres)
    assert len(centres) != len(mean_shift(points, 1.).centres)


@pytest.mark.parametrize('case', CASES)
def test_what_is_left_out_is_out_of_reach(case, monkeypatch):
    points = blobs(**case, dtype=torch.float64)
    whole = mean_shift(points, .7)
    monkeypatch.setattr(module, 'WORTH_SPLITTING', 0)
    monkeypatch.setattr(module, 'BLOCK', 64)
    halved = mean_shift(points, .7)
    assert torch.equal(halved.labels, whole.labels)
    torch.testing.assert_close(halved.centres, whole.centres)


def test_a_half_reaches_beyond_its_seeds():
    # Points lie on the border of the reach of seeds on both sides of where they are halved.
    table = module._tabulate(torch.tensor([[0.], [1.], [5.], [9.], [10.]], dtype=torch.float64))
    seeds = torch.tensor([[-1.], [0.], [4.], [6.], [10.], [11.]], dtype=torch.float64)
    assert torch.equal(module._neighbours(seeds, table, 1.),
                       torch.tensor([[1, 0], [2, .5], [1, 5], [1, 5], [2, 9.5], [1, 10]], dtype=torch.float64))


def test_two_blobs():
    found = mean_shift(pair(), 1.)
    assert found.labels.tolist() == [found.labels[0].item(), 1 - found.labels[0].item()] * 150
    means = torch.stack([pair()[::2].mean(0), pair()[1::2].mean(0)])
    torch.testing.assert_close(found.centres[found.labels[:2]], means)


def test_by_hand():
    # Seeds 0 (0.2 and 0.4), 1 (0.8, which sees 0.2 to 0.8) and 3. The first goes on to 7/15, where 3 points are too.
    found = mean_shift(torch.tensor([[.2], [.4], [.8], [3.]]), 1.)
    torch.testing.assert_close(found.centres, torch.tensor([[1.4 / 3], [3.]]))
    assert found.labels.tolist() == [0, 0, 0, 1]


def test_more_points_come_first_then_higher_coordinates():
    points = torch.tensor([[0., 0.], [0., 0.], [9., 5.], [9., 7.], [9., 5.], [9., 7.], [4., 0.], [4., 0.], [4., 0.]])
    assert mean_shift(points, 1.).centres.tolist() == [[4, 0], [9, 7], [9, 5], [0, 0]]


def test_a_point_between_two_centres_is_of_the_better():
    found = mean_shift(torch.tensor([[0.]] * 4 + [[4.]] * 5 + [[2.]]), 1.)
    assert found.centres.tolist() == [[4], [0], [2]]
    table = module._tabulate(torch.tensor([[2.], [1.9], [2.1]], dtype=torch.float64))
    assert module._nearest(found.centres[:2].double(), table).tolist() == [0, 1, 0]


def test_a_distance_of_the_bandwidth_is_within():
    assert mean_shift(torch.tensor([[0.], [0.], [1.]]), 1.).centres.tolist() == [[pytest.approx(1 / 3)]]
    # A centre at that distance from a better one is dropped.
    ends = torch.tensor([[0.], [1.], [1.5]], dtype=torch.float64)
    assert module._apart(ends, 1.).tolist() == [[0], [1.5]]


@pytest.mark.parametrize('dtype', [torch.float16, torch.float32, torch.float64])
@pytest.mark.parametrize('channels', [1, 8])
def test_no_point_and_one_point(channels, dtype):
    none = mean_shift(torch.zeros(0, channels, dtype=dtype), 1.)
    assert none.centres.shape == (0, channels)
    assert none.labels.shape == (0,)
    one = mean_shift(torch.full((1, channels), .375, dtype=dtype), 1.)
    assert one.centres.tolist() == [[.375] * channels]
    assert one.labels.tolist() == [0]
    for result in (none, one):
        assert result.centres.dtype == dtype
        assert result.labels.dtype == torch.int64


@pytest.mark.parametrize('place', [0., .49, 7.])
def test_identical_points(place):
    # In 8-D the corner of a cell is 1.4 bandwidths from its middle, which then sees no point.
    found = mean_shift(torch.full((40, 8), place), 1.)
    torch.testing.assert_close(found.centres, torch.full((1, 8), place))
    assert found.labels.tolist() == [0] * 40


@pytest.mark.parametrize('distance', [1e2, 1e4, 1e6])
def test_outliers_are_clusters(distance):
    points = torch.cat([pair().double(), distance * torch.eye(8, dtype=torch.float64)])
    found = mean_shift(points, 1.)
    assert len(found.centres) == 10
    assert torch.equal(found.labels[:300], mean_shift(pair().double(), 1.).labels)
    assert sorted(found.labels[300:].tolist()) == list(range(2, 10))
    torch.testing.assert_close(found.centres[found.labels[300:]], points[300:])


def test_points_far_from_zero():
    found = mean_shift(pair().double() + 1e5, 1.)
    assert torch.equal(found.labels, mean_shift(pair(), 1.).labels)


@pytest.mark.parametrize('outlier', [0., 1e4])
def test_cells_may_be_too_many_to_be_numbered(outlier):
    points = torch.cat([pair(), torch.full((2, 8), outlier)])
    expected = (points.double() / .5).round().unique(dim=0) * .5
    assert sorted(module._grid_seeds(points, .5).tolist()) == expected.tolist()


def test_the_order_of_points_does_not_matter():
    points = blobs(num_points=500, channels=3)
    order = torch.randperm(500, generator=torch.Generator().manual_seed(0))
    found, other = mean_shift(points, 1.), mean_shift(points[order], 1.)
    assert torch.equal(other.labels, found.labels[order])
    torch.testing.assert_close(other.centres, found.centres)


def test_it_is_deterministic_and_leaves_its_argument_alone():
    points = blobs(num_points=2000, channels=8, spread=.5).requires_grad_()
    before = points.detach().clone()
    first, second = mean_shift(points, 1.), mean_shift(points, 1.)
    assert torch.equal(first.labels, second.labels)
    assert torch.equal(first.centres, second.centres)
    assert not first.centres.requires_grad
    assert torch.equal(points.detach(), before)


def test_mixed_precision():
    points = blobs(channels=8, spread=.2)
    with torch.autocast('cpu', torch.bfloat16):
        found = mean_shift(points, 1.)
    assert torch.equal(found.centres, mean_shift(points, 1.).centres)


@pytest.mark.parametrize('function', [mean_shift, lambda points, radius: sequential_mean_shift(points, radius)])
@pytest.mark.parametrize(('points', 'radius', 'message'), [
    (torch.zeros(3), 1., r'points must be floats \(P, E\), got torch.float32 \(3,\)'),
    (torch.zeros(3, 2, dtype=torch.int64), 1., r'floats \(P, E\), got torch.int64 \(3, 2\)'),
    (torch.zeros(3, 2), 0., 'must be finite and above 0, got 0.0'),
    (torch.zeros(3, 2), float('nan'), 'must be finite and above 0, got nan'),
    (torch.tensor([[0., 1.], [float('nan'), 0.], [0., float('inf')]]), 1., 'finite, 2 of 3 are not')])
def test_errors(function, points, radius, message):
    with pytest.raises(ValueError, match=message):
        function(points, radius)


def draw(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize('seed', range(4))
def test_sequential_two_blobs(seed):
    found = sequential_mean_shift(pair(), generator=draw(seed))
    assert found.labels.tolist() == [found.labels[0].item(), 1 - found.labels[0].item()] * 150
    means = torch.stack([pair()[::2].mean(0), pair()[1::2].mean(0)])
    torch.testing.assert_close(found.centres[found.labels[:2]], means)


def test_sequential_draws_decide():
    orders = {sequential_mean_shift(pair(), generator=draw(seed)).labels[0].item() for seed in range(8)}
    assert orders == {0, 1}
    assert torch.equal(sequential_mean_shift(pair(), generator=draw(1)).labels,
                       sequential_mean_shift(pair(), generator=draw(1)).labels)


@pytest.mark.parametrize(('min_points', 'num_clusters'), [(150, 2), (151, 1), (300, 1), (301, 0)])
def test_sequential_ends_when_few_points_are_left(min_points, num_clusters):
    found = sequential_mean_shift(pair(), generator=draw(), min_points=min_points)
    assert len(found.centres) == num_clusters
    assert (found.labels < 0).sum() == 300 - 150 * num_clusters


def test_sequential_starts_that_do_not_settle_are_failures():
    found = sequential_mean_shift(pair(), generator=draw(), max_iterations=1, tolerance=0.)
    assert found.centres.shape == (0, 8)
    assert (found.labels == -1).all()
    assert len(sequential_mean_shift(pair(), generator=draw(), max_failures=0).centres) == 0


# 60 at 0 and 40 at 0.3 have their mean at 0.12, out of reach of the 10 at 1.7, which are in reach of the 40.
@pytest.mark.parametrize(('max_overlap', 'last'), [(.5, -1), (.79, -1), (.81, 1)])
def test_sequential_overlap(max_overlap, last):
    points = torch.tensor([0.] * 60 + [.3] * 40 + [1.7] * 10)[:, None]
    found = sequential_mean_shift(points, generator=draw(), min_points=1, max_overlap=max_overlap)
    assert found.labels.tolist() == [0] * 100 + [last] * 10
    torch.testing.assert_close(found.centres, torch.tensor([[.12], [1.7]])[:2 + last])


def test_sequential_without_points():
    for min_points in (0, 100):
        found = sequential_mean_shift(torch.zeros(0, 8), min_points=min_points)
        assert found.centres.shape == (0, 8)
        assert found.labels.shape == (0,)
    one = sequential_mean_shift(torch.ones(1, 8), min_points=1)
    assert one.centres.tolist() == [[1] * 8]
    assert one.labels.tolist() == [0]
