"""mmcv's Python operators on top of ours, also where a compiled mmcv is installed."""

import importlib

import pytest

from mmvist import ops
from mmvist.ops.extension import Extension

ops.install()


@pytest.fixture(autouse=True)
def extension(monkeypatch):
    """Our operators; `mmcv.ops` calls them during the test."""
    extension = Extension()
    for name in ('nms', 'roi_align', 'deform_conv', 'multi_scale_deform_attn'):
        monkeypatch.setattr(importlib.import_module(f'mmcv.ops.{name}'), 'ext_module', extension)
    return extension
