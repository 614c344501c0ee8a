import sys

import pytest
import torch

from mmvist.ops import torchvision_kernels


@pytest.fixture
def fresh_answer():
    torchvision_kernels.works_on.cache_clear()
    yield
    torchvision_kernels.works_on.cache_clear()


@pytest.mark.usefixtures('fresh_answer')
@pytest.mark.parametrize('error', [
    RuntimeError('operator torchvision::nms does not exist'), ImportError, OSError])
def test_broken_torchvision_is_not_used(monkeypatch, error):
    class Broken:
        @staticmethod
        def find_spec(name, path=None, target=None):
            if name.startswith('torchvision'):
                raise error

    for name in [name for name in sys.modules if name.partition('.')[0] == 'torchvision']:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, 'meta_path', [Broken, *sys.meta_path])
    assert not torchvision_kernels.works_on('cpu')


def test_not_used_on_a_cpu():
    assert not torchvision_kernels.usable_for(torch.zeros(1))


@pytest.fixture
def both(monkeypatch):
    """Run a function with our kernels, then with torchvision's."""
    if not torchvision_kernels.works_on('cpu'):
        pytest.skip('no working torchvision')

    def run(function):
        ours = function()
        monkeypatch.setattr(torchvision_kernels, 'usable_for', lambda tensor: True)
        return ours, function()
    return run


@pytest.mark.parametrize('sampling_ratio', [0, 2])
def test_roi_align_agrees(both, extension, sampling_ratio):
    generator = torch.Generator().manual_seed(0)
    image = torch.randn(2, 8, 9, 13, generator=generator)
    corner, size = torch.rand(2, 20, 2, generator=generator) * 60 - 10
    rois = torch.cat([torch.arange(20)[:, None] % 2, corner, corner + size.clamp(min=0)], 1)
    options = {'aligned_height': 3, 'aligned_width': 2, 'spatial_scale': 0.25,
               'sampling_ratio': sampling_ratio, 'pool_mode': 1, 'aligned': True}
    empty = image.new_zeros(0)

    def run():
        pooled, grad = image.new_zeros(20, 8, 3, 2), torch.zeros_like(image)
        extension.roi_align_forward(image, rois, pooled, empty, empty, **options)
        extension.roi_align_backward(pooled, rois, empty, empty, grad, **options)
        return pooled, grad

    for ours, theirs in zip(*both(run), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize('threshold', [0.3, 0.6])
def test_nms_agrees(both, extension, threshold):
    generator = torch.Generator().manual_seed(0)
    corner = torch.randint(12, (200, 2), generator=generator).float()
    boxes = torch.cat([corner, corner + torch.randint(9, (200, 2), generator=generator)], 1)
    scores = torch.rand(200, generator=generator)
    ours, theirs = both(lambda: extension.nms(boxes, scores, iou_threshold=threshold, offset=0))
    assert ours.equal(theirs)
