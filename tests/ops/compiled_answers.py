"""Answers of `mmcv.ops` to cases in a file; `test_compiled_mmcv.py` runs it where mmcv is compiled.

Usage: python compiled_answers.py CASES ANSWERS
"""

import sys

import torch
from torch import Tensor


def answer(operator: str, tensors: list[Tensor], options: dict) -> list[Tensor]:
    """Outputs of an operator; for `roi_align`, the gradient for the last of the tensors too."""
    from mmcv import ops

    if operator != 'roi_align':
        return list(getattr(ops, operator)(*tensors, **options))
    image, rois, grad = tensors
    image.requires_grad_()
    pooled = ops.roi_align(image, rois, *options.values())
    pooled.backward(grad)
    return [pooled.detach(), image.grad]


if __name__ == '__main__':
    import mmcv._ext

    assert mmcv._ext.__file__.endswith(('.so', '.pyd')), 'mmcv is not compiled here'
    cases, answers = sys.argv[1:]
    torch.save([answer(*case) for case in torch.load(cases)], answers)
