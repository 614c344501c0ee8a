"""Small networks, against what they stand for."""

import pytest
import torch
import torch.nn.functional as F

from mmvist.models.layers.mlp import Gate, Residual, SplitLinear, linear


def random(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def shapes(module):
    return {name: tuple(weight.shape) for name, weight in module.named_parameters()}


@pytest.mark.parametrize('bias', [0., -2.1])
def test_a_linear_layer_starts_as_of_xavier(bias):
    layer = linear(300, 200, bias)
    assert (layer.bias == bias).all()
    # Evenly between these two.
    bound = (6 / 500) ** .5
    assert .99 * bound < layer.weight.abs().max() <= bound
    assert layer.weight.std().item() == pytest.approx(bound / 3 ** .5, rel=.02)


class TestSplitLinear:
    @pytest.mark.parametrize('sizes', [(3, 4, 2), (5,), (3, 0), (0, 4, 1)])
    def test_is_a_layer_on_the_concatenation(self, sizes):
        layer = SplitLinear(sizes, 6)
        assert shapes(layer) == {'whole.weight': (6, sum(sizes)), 'whole.bias': (6,)}
        layer.whole.bias.data.uniform_(1, 2)
        parts = [random(2, 7, size, seed=size) for size in sizes]
        torch.testing.assert_close(layer(*parts), layer.whole(torch.cat(parts, dim=-1)))

    def test_what_broadcasts(self):
        layer = SplitLinear((3, 4, 2), 5)
        tracks, found, edges = random(2, 6, 1, 3), random(2, 1, 7, 4, seed=1), random(2, 6, 7, 2, seed=2)
        whole = torch.cat([tracks.expand(-1, -1, 7, -1), found.expand(-1, 6, -1, -1), edges], dim=-1)
        torch.testing.assert_close(layer(tracks, found, edges), F.linear(whole, layer.whole.weight, layer.whole.bias))

    @pytest.mark.parametrize(('tracks', 'found'), [(0, 7), (6, 0), (0, 0)])
    def test_nothing(self, tracks, found):
        layer = SplitLinear((3, 4), 5)
        assert layer(random(2, tracks, 1, 3), random(2, 1, found, 4)).shape == (2, tracks, found, 5)

    @pytest.mark.parametrize('count', [1, 3])
    def test_another_number_of_inputs(self, count):
        with pytest.raises(ValueError, match='zip'):
            SplitLinear((3, 3), 5)(*[random(2, 3)] * count)

    def test_gradients(self):
        layer = SplitLinear((2, 3), 2).double()
        parts = [random(3, 1, 2).double().requires_grad_(), random(1, 4, 3).double().requires_grad_()]
        assert torch.autograd.gradcheck(layer, parts)


class TestResidual:
    def test_of_two_layers(self):
        layer, values = Residual(6, 4), random(3, 5, 6)
        first, last = layer.layers[0], layer.layers[2]
        expected = (values + last(first(values).clamp(min=0))).clamp(min=0)
        torch.testing.assert_close(layer(values), expected)
        assert (expected == 0).any()

    def test_of_three_layers(self):
        layer, values = Residual(6, 4, depth=3), random(5, 6)
        hidden = layer.layers[2](layer.layers[0](values).clamp(min=0)).clamp(min=0)
        torch.testing.assert_close(layer(values), (values + layer.layers[4](hidden)).clamp(min=0))

    def test_sizes(self):
        # The appearance network's, 512-128-128-512, and the graph's, 128-32-128.
        assert [shape for name, shape in shapes(Residual(512, 128, depth=3)).items() if 'weight' in name] == [
            (128, 512), (128, 128), (512, 128)]
        assert shapes(Residual(128, 32)) == {'layers.0.weight': (32, 128), 'layers.0.bias': (32,),
                                             'layers.2.weight': (128, 32), 'layers.2.bias': (128,)}


def test_a_gate():
    gate, values = Gate(6, 4), 3 * random(7, 6)
    assert shapes(gate) == {'0.weight': (4, 6), '0.bias': (4,), '2.weight': (6, 4), '2.bias': (6,)}
    expected = 1 / (1 + (-(values @ gate[0].weight.T).clamp(min=0) @ gate[2].weight.T).exp())
    torch.testing.assert_close(gate(values), expected)
    assert (expected > .5).any()
    assert (expected < .5).any()
