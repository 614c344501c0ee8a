import importlib.util
import sys
from types import ModuleType

import mmdet.models
import numpy as np
import pytest
import torch
from mmcv.ops import deform_conv2d
from mmdet.registry import MODELS
from mmdet.structures.mask import BitmapMasks

from mmvist import ops
from mmvist.ops.extension import Extension
from mmvist.ops.half_precision import widen_compiled


@pytest.fixture
def no_extension(monkeypatch):
    if not isinstance(sys.modules['mmcv._ext'], Extension):
        pytest.skip('mmcv is compiled here')
    monkeypatch.delitem(sys.modules, 'mmcv._ext')


@pytest.mark.usefixtures('no_extension')
def test_install_twice_keeps_the_first():
    ops.install()
    first = sys.modules['mmcv._ext']
    ops.install()
    assert isinstance(first, Extension)
    assert sys.modules['mmcv._ext'] is first


@pytest.fixture
def failing_import(monkeypatch):
    def fail(module, error):
        class Finder:
            @staticmethod
            def find_spec(name, path=None, target=None):
                if name == module:
                    raise error

        monkeypatch.delitem(sys.modules, module, raising=False)
        monkeypatch.setattr(sys, 'meta_path', [Finder, *sys.meta_path])
    return fail


@pytest.mark.usefixtures('no_extension')
def test_unloadable_compiled_mmcv_is_replaced_with_a_warning(failing_import):
    failing_import('mmcv._ext', ImportError('undefined symbol: _ZN2at'))
    with pytest.warns(UserWarning, match=r'cannot be loaded \(undefined symbol: _ZN2at\); using'):
        ops.install()
    assert isinstance(sys.modules['mmcv._ext'], Extension)


@pytest.mark.usefixtures('no_extension')
def test_without_mmcv_it_is_mmcv_that_is_missing(failing_import):
    failing_import('mmcv', ModuleNotFoundError("No module named 'mmcv'", name='mmcv'))
    with pytest.raises(ModuleNotFoundError, match="No module named 'mmcv'$"):
        ops.install()


def test_extension_has_every_name_but_special_ones(extension):
    assert callable(extension.nms_rotated)
    with pytest.raises(AttributeError, match="'mmcv._ext' has no attribute '__path__'"):
        extension.__path__  # noqa: B018
    assert extension.__spec__.name == 'mmcv._ext'


@pytest.mark.usefixtures('no_extension')
def test_extension_can_be_found():
    ops.install()
    assert importlib.util.find_spec('mmcv._ext') is not None


def test_missing_operator_names_itself_and_the_remedy():
    image, offsets, weights = torch.zeros(1, 1, 4, 4), torch.zeros(1, 18, 2, 2), torch.zeros(1, 1, 3, 3)
    with pytest.raises(RuntimeError, match=(
            "operator 'deform_conv_forward' needs compiled mmcv; mmvist.ops supplies .* "
            'pip install --no-build-isolation --no-binary mmcv mmcv==2.1.0')):
        deform_conv2d(image, offsets, weights)


def test_compiler_version_is_told(extension):
    assert extension.get_compiler_version() == 'none (operators of mmvist.ops)'
    assert extension.get_compiling_cuda_version() == 'none'


def test_mmdet_models_import():
    assert MODELS.get('MaskRCNN') is mmdet.models.MaskRCNN


def test_mask_targets_are_cropped():
    masks = np.zeros((2, 8, 8), np.uint8)
    masks[0, :, :4] = 1
    masks[1, 2:6, 2:6] = 1
    boxes = np.float32([[0, 0, 8, 8], [2, 2, 6, 6], [4, 0, 8, 4]])
    cropped = BitmapMasks(masks, 8, 8).crop_and_resize(boxes, (2, 2), np.array([0, 1, 1]), binarize=False)
    assert cropped.masks.tolist() == [[[1, 0], [1, 0]], [[1, 1], [1, 1]], [[0, 0], [1, 0]]]


def test_compiled_operators_learn_half_precision_once():
    def nms(boxes, scores, iou_threshold):
        assert boxes.dtype == scores.dtype == torch.float32
        return len(boxes) * iou_threshold

    def roi_align_forward(image, rois, output, argmax_y, argmax_x):
        assert len({tensor.dtype for tensor in (image, rois, output, argmax_y, argmax_x)}) == 1
        output += image[rois[:, 0].long()]

    compiled = ModuleType('compiled')
    compiled.nms, compiled.roi_align_forward = nms, roi_align_forward
    compiled.softnms = compiled.roi_align_backward = nms
    widen_compiled(compiled)
    once = compiled.nms
    widen_compiled(compiled)

    assert compiled.nms is once
    assert compiled.nms(torch.zeros(3, 4).bfloat16(), torch.zeros(3).bfloat16(), iou_threshold=0.5) == 1.5
    output, empty = torch.zeros(1, 2).bfloat16(), torch.zeros(0).bfloat16()
    compiled.roi_align_forward(torch.tensor([[1.5, 2.5]]).bfloat16(), torch.zeros(1, 5), output, empty, empty)
    assert output.tolist() == [[1.5, 2.5]]
