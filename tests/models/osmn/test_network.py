import pytest
import torch
import torch.nn.functional as F
from mmcv.cnn import VGG as ReferenceVGG

from mmvist.models.osmn import OSMN
from mmvist.models.osmn.vgg import VGG

TINY = dict(channels=(4, 6, 8, 10, 12), hidden=14, guide_size=32, side_channels=3)
SPOTS = torch.tensor([[20., 15., 8., 6.], [40., 30., 6., 6.], [10., 30., 9., 5.]])


@pytest.fixture
def network():
    torch.manual_seed(0)
    network = OSMN(**TINY)
    for weight in network.parameters():
        torch.nn.init.normal_(weight, std=0.3)
    return network.eval()


def inputs(network, count=3, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return (torch.randn((3, 48, 64), generator=generator),
            torch.randn((count, network.num_guides), generator=generator), SPOTS[:count])


def parameters_of_vgg_16():
    widths = [3, 64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512]
    return sum(9 * first * second + second for first, second in zip(widths[:-1], widths[1:], strict=True))


def test_sizes_of_the_paper():
    with torch.device('meta'):
        network = OSMN()
    modulated = 256 * 3 + 512 * 6
    assert network.num_guides == modulated == 3840

    def count(part):
        return sum(weight.numel() for weight in part.parameters())

    assert count(network.vgg) == parameters_of_vgg_16() == 14_714_688
    fully_connected = 512 * 7 * 7 * 4096 + 4096 + 4096 * 4096 + 4096 + 4096 * modulated + modulated
    assert count(network.visual) == parameters_of_vgg_16() + fully_connected
    assert count(network.spatial) == modulated + 2 * modulated          # weights; factor and bias of what normalises
    assert count(network.decoder) == 16 * 9 * (128 + 256 + 512 + 512) + 4 * 16 + 4 * 16 + 1


def test_convolutions_are_numbered_and_computed_as_in_other_vggs():
    torch.manual_seed(0)
    reference, ours = ReferenceVGG(16), VGG()
    assert ours.load_state_dict(reference.state_dict()).missing_keys == []
    hidden = image = torch.randn(1, 3, 32, 64)
    for stage, expected in enumerate(reference(image)):
        hidden = ours.stage(stage, hidden)
        torch.testing.assert_close(F.max_pool2d(hidden, 2), expected)


def test_fully_connected_layers_are_numbered_as_in_torchvision():
    with torch.device('meta'):
        names = dict(OSMN().visual.classifier.named_parameters())
    assert {name: tuple(weight.shape) for name, weight in names.items()} == {
        '0.weight': (4096, 25088), '0.bias': (4096,), '3.weight': (4096, 4096), '3.bias': (4096,)}


def test_each_rectified_convolution_is_modulated():
    torch.manual_seed(0)
    vgg, hidden = VGG(TINY['channels']), torch.randn(2, 6, 8, 12)
    scales, shifts = [torch.randn(2, 8, 1, 1) for _ in range(3)], [torch.randn(2, 8, 4, 6) for _ in range(3)]
    expected = F.max_pool2d(hidden, 2)
    for place, scale, shift in zip((10, 12, 14), scales, shifts, strict=True):
        expected = scale * F.relu(vgg.features[place](expected)) + shift
    torch.testing.assert_close(vgg.stage(2, hidden, scales, shifts), expected)


def test_factors_of_one_and_nothing_added_leave_the_maps():
    torch.manual_seed(0)
    vgg, hidden = VGG(TINY['channels']), torch.randn(2, 6, 8, 12)
    same = vgg.stage(2, hidden, [torch.ones(2, 8, 1, 1)] * 3, [torch.zeros(2, 8, 4, 6)] * 3)
    assert torch.equal(same, vgg.stage(2, hidden))


def test_a_network_that_is_not_trained_has_factors_of_one():
    network = OSMN(**TINY)
    network.init_weights()
    assert torch.equal(network.visual(torch.randn(2, 3, 32, 32)), torch.ones(2, network.num_guides))


def test_logits_are_the_joined_side_outputs_weighed(network):
    """Written as the paper has it: every map enlarged, all joined, one 1x1 convolution."""
    image, guides, spots = inputs(network)
    heat = torch.stack([torch.exp(-0.5 * (((torch.arange(64) + .5 - x) / sx) ** 2
                                          + ((torch.arange(48) + .5 - y)[:, None] / sy) ** 2))
                        for x, y, sx, sy in spots])[:, None]
    hidden, maps, factors = image.expand(3, -1, -1, -1), [], guides.split(network.widths, dim=1)
    for stage in range(5):
        if stage < 2:
            hidden = network.vgg.stage(stage, hidden)
        else:
            shifts = network.spatial.stages[stage - 2](F.avg_pool2d(heat, 2 ** stage)).chunk(3, dim=1)
            scales = [each[..., None, None] for each in factors[3 * (stage - 2):3 * (stage - 1)]]
            hidden = network.vgg.stage(stage, hidden, scales, shifts)
        if stage > 0:
            maps.append(F.interpolate(network.decoder.sides[stage - 1](hidden), (48, 64), mode='bilinear'))
    expected = network.decoder.fuse(torch.cat(maps, dim=1))[:, 0]
    found = network(image[None], torch.zeros(3, dtype=torch.long), guides, spots)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-3)


def test_objects_of_several_images_go_to_their_own(network):
    (first, guides, spots), (second, _, _) = inputs(network), inputs(network, seed=1)
    together = network(torch.stack([first, second]), torch.tensor([1, 0, 1]), guides, spots)
    for row, image in enumerate((second, first, second)):
        alone = network(image[None], torch.zeros(1, dtype=torch.long), guides[row:row + 1], spots[row:row + 1])
        torch.testing.assert_close(together[row:row + 1], alone, rtol=1e-4, atol=1e-3)


def test_how_many_go_at_once_changes_nothing(network):
    image, guides, spots = inputs(network)
    together = network.segment(image, guides, spots, 8)
    assert together.shape == (3, 48, 64)
    assert 0 <= together.min() <= together.max() <= 1
    torch.testing.assert_close(network.segment(image, guides, spots, 2), together)
    assert network.segment(image, guides[:0], spots[:0], 2).shape == (0, 48, 64)


@pytest.mark.parametrize(('change', 'message'), [
    (dict(guide_size=100), 'guide_size must be a multiple of 32, got 100'),
    (dict(channels=(4, 8)), r'one number for each of 5 stages, got \[4, 8\]'),
])
def test_errors(change, message):
    with pytest.raises(ValueError, match=message):
        OSMN(**{**TINY, **change})
