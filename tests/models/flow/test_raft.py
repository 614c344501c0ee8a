"""RAFT: the same as torchvision's network where there is one, and clear errors."""

import sys

import pytest
import torch
import torch.nn.functional as F

from mmvist.models.flow import RAFTFlow


@pytest.fixture(scope='module')
def networks():
    """torchvision's networks; where its compiled operators do not fit torch, it cannot be imported at all."""
    try:
        from torchvision.models import optical_flow
    except (ImportError, OSError, RuntimeError) as error:
        pytest.skip(f'no torchvision that works: {error}')
    return optical_flow


@pytest.mark.parametrize('size', ['large', 'small'])
def test_is_the_network_itself(size, networks, tmp_path):
    torch.manual_seed(0)
    network = getattr(networks, f'raft_{size}')().eval()
    torch.save(network.state_dict(), tmp_path / 'raft.pth')
    image, previous = torch.randint(0, 256, (2, 3, 128, 136)).float()
    with torch.no_grad():
        expected = network(image[None] / 127.5 - 1, previous[None] / 127.5 - 1, num_flow_updates=3)[-1][0]
    flow = RAFTFlow(str(tmp_path / 'raft.pth'), size, iterations=3)
    torch.testing.assert_close(flow(image, previous), expected)
    # What comes here may be normed, and of any size.
    mean, std = (120.0, 110.0, 100.0), (60.0, 50.0, 40.0)
    normed = RAFTFlow(str(tmp_path / 'raft.pth'), size, 3, mean, std)
    pair = ((one - torch.tensor(mean).view(3, 1, 1)) / torch.tensor(std).view(3, 1, 1) for one in (image, previous))
    torch.testing.assert_close(normed(*pair), expected, rtol=1e-3, atol=1e-3)
    small = [one[None, :, :100, :131] for one in (image, previous)]
    with torch.no_grad():
        grown = [F.pad(one / 127.5 - 1, (0, 5, 0, 28), mode='replicate') for one in small]
        expected = network(*grown, num_flow_updates=3)[-1][0, :, :100, :131]
    torch.testing.assert_close(flow(small[0][0], small[1][0]), expected)


def test_weights_that_do_not_fit(networks, tmp_path):
    torch.save(networks.raft_small().state_dict(), tmp_path / 'small.pth')
    with pytest.raises(ValueError, match=r'small\.pth does not hold the weights of raft_large'):
        RAFTFlow(str(tmp_path / 'small.pth'))
    with pytest.raises(FileNotFoundError, match=r'none\.pth: no such file'):
        RAFTFlow(str(tmp_path / 'none.pth'))


def test_without_torchvision(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, 'torchvision', None)
    monkeypatch.setitem(sys.modules, 'torchvision.models', None)
    with pytest.raises(ImportError, match='RAFTFlow: needs a torchvision that fits torch'):
        RAFTFlow(str(tmp_path / 'raft.pth'))


def test_unknown_size():
    with pytest.raises(ValueError, match=r"size must be one of \('large', 'small'\), got 'huge'"):
        RAFTFlow('raft.pth', 'huge')
