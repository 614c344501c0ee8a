"""Fixtures of the model tests."""

import pytest
import torch

import mmvist.registry  # noqa: F401  supplies mmcv's operators before any test file imports mmdet


@pytest.fixture(autouse=True)
def one_thread():
    """Tiny tensors are slower on two threads than on one."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
