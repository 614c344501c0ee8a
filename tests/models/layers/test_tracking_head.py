"""The tracking head, restated with its own weights."""

import pytest
import torch
import torch.nn.functional as F

from mmvist.models.layers.tracking_head import TrackingHead

CLASSES, CHANNELS = 3, 4
LABELS = torch.tensor([2, 0, 0, 1, 2, 1, 0])


@pytest.fixture
def head():
    torch.manual_seed(0)
    built = TrackingHead(CLASSES, in_channels=6, hidden_channels=5, channels=CHANNELS)
    built.init_weights()
    with torch.no_grad():       # so that nothing is one or zero by chance
        for values in (*built.norm.parameters(), built.norm.running_mean, built.norm.running_var, built.output.bias):
            values.uniform_(.5, 1.5)
    return built


def pooled(regions=7, seed=1):
    return torch.randn(regions, 6, generator=torch.Generator().manual_seed(seed))


def restated(head, regions, labels, batch_statistics):
    """Region by region, with the rows of the last layer that are its class's."""
    hidden = regions @ head.hidden.weight.T
    mean, variance = head.norm.running_mean, head.norm.running_var
    if batch_statistics:
        mean, variance = hidden.mean(0), hidden.var(0, unbiased=False)
    hidden = (hidden - mean) / (variance + 1e-5).sqrt() * head.norm.weight + head.norm.bias
    hidden = torch.where(hidden > 0, hidden, .01 * hidden)
    embeds = []
    for row, label in zip(hidden, labels.tolist(), strict=True):
        rows = slice(label * CHANNELS, (label + 1) * CHANNELS)
        embed = head.output.weight[rows] @ row + head.output.bias[rows]
        embeds.append(embed / embed.norm())
    return torch.stack(embeds)


@pytest.mark.parametrize('training', [True, False])
def test_the_embedding_is_the_slice_of_the_class(head, training):
    head.train(training)
    expected = restated(head, pooled(), LABELS, training)
    embeds = head(pooled(), LABELS)
    torch.testing.assert_close(embeds, expected)
    torch.testing.assert_close(embeds.norm(dim=1), torch.ones(len(LABELS)))
    assert not torch.allclose(embeds, head(pooled(), (LABELS + 1) % CLASSES))


@pytest.mark.parametrize('training', [True, False])
@pytest.mark.parametrize('regions', [0, 1])
def test_few_regions(head, training, regions):
    head.train(training)
    before = head.norm.running_mean.clone(), head.norm.running_var.clone()
    embeds = head(pooled(regions), LABELS[:regions])
    assert embeds.shape == (regions, CHANNELS)
    if regions:
        # There is no variance of one: it is told by what was seen so far, which it does not change.
        torch.testing.assert_close(embeds, restated(head, pooled(1), LABELS[:1], False))
    embeds.sum().backward()
    assert all(weight.grad is not None for weight in head.parameters())
    assert torch.equal(head.norm.running_mean, before[0])
    assert torch.equal(head.norm.running_var, before[1])


def test_statistics_run_along(head):
    before = head.norm.running_mean.clone()
    head(pooled(), LABELS)
    expected = .9 * before + .1 * (pooled() @ head.hidden.weight.T).mean(0)
    torch.testing.assert_close(head.norm.running_mean, expected)


def test_every_weight_gets_a_gradient(head):
    head(pooled(), LABELS)[:, 0].sum().backward()
    for name, weight in head.named_parameters():
        assert (weight.grad != 0).any(), name
    # Rows of the last layer of a class that nothing shows get none.
    head.zero_grad()
    head(pooled(), LABELS.clamp(max=1))[:, 0].sum().backward()
    assert (head.output.weight.grad[2 * CHANNELS:] == 0).all()
    assert (head.output.weight.grad[:2 * CHANNELS] != 0).all()


def test_the_papers_size():
    # 256 x 128 without a bias, scale and shift of 128, and 128 x 32 and a bias for each of two classes.
    count = 256 * 128 + 2 * 128 + 2 * 32 * (128 + 1)
    assert sum(weight.numel() for weight in TrackingHead(num_classes=2).parameters()) == count == 41280


@pytest.mark.parametrize('regions', [1, 7])
def test_sixteen_bits_in_thirty_two_bits_out(head, regions):
    with torch.autocast('cpu', torch.bfloat16):
        embeds = head(pooled(regions), LABELS[:regions])
    assert embeds.dtype == torch.float32
    torch.testing.assert_close(embeds, F.normalize(embeds), rtol=1e-5, atol=1e-6)
