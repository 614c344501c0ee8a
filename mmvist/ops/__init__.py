"""The mmcv operators that mmvist's models use, where no compiler has built them."""

from __future__ import annotations

import importlib
import sys
import warnings

from mmvist.ops.extension import Extension
from mmvist.ops.half_precision import widen_compiled

__all__ = ['install']


def install() -> None:
    """Make `import mmcv.ops` work, with a compiled mmcv or without.

    A compiled mmcv keeps its own kernels and only learns to take half-precision tensors. Otherwise an
    `Extension` is registered as `mmcv._ext`, the module that all of mmcv's Python wrappers call into, so that
    `mmcv.ops` and `mmdet.models` import and run unchanged. Call it before the first import of either; calling
    it again changes nothing.
    """
    try:
        compiled = importlib.import_module('mmcv._ext')
    except ModuleNotFoundError as error:
        if error.name != 'mmcv._ext':  # mmcv itself is missing
            raise
    except ImportError as error:  # built against another torch, as a rule
        warnings.warn(f'compiled mmcv cannot be loaded ({error}); using the operators of mmvist.ops',
                      stacklevel=2)
    else:
        if not isinstance(compiled, Extension):
            widen_compiled(compiled)
        return
    sys.modules['mmcv._ext'] = Extension()
