"""What stands in for `mmcv._ext`, mmcv's compiled module."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import NoReturn

from mmvist.ops.deform_attn import ms_deform_attn_backward, ms_deform_attn_forward
from mmvist.ops.half_precision import accept_half
from mmvist.ops.nms import nms
from mmvist.ops.roi_align import roi_align_backward, roi_align_forward
from mmvist.ops.soft_nms import softnms


class Extension(ModuleType):
    """A module with the supplied operators, and under every other name one that raises when it is called.

    mmcv asks for all its operators by name when `mmcv.ops` is imported: a missing one may only fail in use.
    """

    def __init__(self) -> None:
        super().__init__('mmcv._ext', 'mmcv operators in PyTorch, from mmvist.ops')
        # importlib.util.find_spec refuses a loaded module that has no spec
        self.__spec__ = ModuleSpec('mmcv._ext', loader=None)
        self.nms = accept_half(nms)
        self.softnms = accept_half(softnms, outputs=(2,))
        self.roi_align_forward = accept_half(roi_align_forward, outputs=(2, 3, 4))
        self.roi_align_backward = accept_half(roi_align_backward, outputs=(4,))
        self.ms_deform_attn_forward = ms_deform_attn_forward
        self.ms_deform_attn_backward = ms_deform_attn_backward
        # what mmcv's collect_env prints
        self.get_compiler_version = lambda: 'none (operators of mmvist.ops)'
        self.get_compiling_cuda_version = lambda: 'none'

    def __getattr__(self, name: str) -> Callable[..., NoReturn]:
        """Return an operator that raises; special names stay missing, as in any module."""
        if name.startswith('__'):
            raise AttributeError(f"module 'mmcv._ext' has no attribute {name!r}")
        return partial(_missing, name)


def _missing(name: str, *_args: object, **_options: object) -> NoReturn:
    raise RuntimeError(
        f'mmcv operator {name!r} needs compiled mmcv; mmvist.ops supplies nms, softnms, roi_align and ms_deform_attn '
        "only. In place of mmcv-lite, with torch and 'setuptools<82' installed first: "
        'pip install --no-build-isolation --no-binary mmcv mmcv==2.1.0')
