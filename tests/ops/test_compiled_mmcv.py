"""Our operators beside compiled mmcv 2.1.0, which runs in an environment of its own.

`MMVIST_MMCV_ENV` names the Python of an environment that has it. Without, one is built in the user's cache,
once; that takes 10 to 20 minutes and a C++ compiler.
"""

import copy
import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tests.ops import compiled_answers

pytestmark = pytest.mark.slow

CACHE = Path(os.environ.get('XDG_CACHE_HOME', Path.home() / '.cache')) / 'mmvist'
# The torch that this mmcv is known to compile with; answers come back in a file, so ours may be another.
BUILD = [['torch==2.13.0', 'setuptools<82', 'wheel', 'ninja', 'numpy'],
         ['--no-deps', '--no-build-isolation', '--no-binary', 'mmcv', 'mmcv==2.1.0'],
         ['--no-deps', 'mmengine==0.10.7'],
         ['addict', 'matplotlib', 'opencv-python-headless', 'packaging', 'pillow', 'pyyaml', 'rich',
          'termcolor', 'yapf']]


def build_environment(folder):
    """A virtual environment with compiled mmcv; a half-built one is not taken for it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, '-m', 'venv', folder], check=True)
    for arguments in BUILD:
        subprocess.run([folder / 'bin' / 'python', '-m', 'pip', 'install', *arguments], check=True,
                       env={**os.environ, 'MMCV_WITH_OPS': '1'})
    (folder / 'complete').touch()


@pytest.fixture(scope='module')
def compiled_python():
    if 'MMVIST_MMCV_ENV' in os.environ:
        return os.environ['MMVIST_MMCV_ENV']
    folder = CACHE / f'mmcv-2.1.0-cp{sys.version_info.major}{sys.version_info.minor}'
    if not (folder / 'complete').exists():
        build_environment(folder)
    return folder / 'bin' / 'python'


def random_boxes(num, generator, width, height, whole=False):
    """Some reach over the border. Whole-numbered, they lie on it, overlap equally, and may have no area."""
    corner = torch.rand(num, 2, generator=generator) * torch.tensor([width, height]) * 1.2 - 0.1 * width
    size = torch.rand(num, 2, generator=generator) ** 2 * 0.7 * width
    boxes = torch.cat([corner, corner + size], 1)
    return boxes.round() if whole else boxes


def roi_align_cases(generator):
    grid = itertools.product([1, 3, 16], [(7, 7), (14, 14), (5, 3)], [0, 2, 3], [True, False], [False, True])
    for channels, num_bins, sampling_ratio, aligned, whole in grid:
        image = torch.randn(2, channels, 24, 40, generator=generator)
        special = torch.tensor([[0.0, 0, 160, 96], [8, 8, 8, 8], [500, 500, 600, 600], [-90, 3, -60, 9]])
        boxes = torch.cat([random_boxes(30, generator, 160, 96, whole), special])
        rois = torch.cat([torch.arange(len(boxes))[:, None] % 2, boxes], 1)
        grad = torch.randn(len(rois), channels, *num_bins, generator=generator)
        options = {'output_size': num_bins, 'spatial_scale': 0.25, 'sampling_ratio': sampling_ratio,
                   'pool_mode': 'avg', 'aligned': aligned}
        yield 'roi_align', [image, rois, grad], options
        yield 'roi_align', [image, rois[:0], grad[:0]], options


def nms_cases(generator):
    for num, whole, offset in itertools.product([0, 1, 2, 300, 1500], [False, True], [0, 1]):
        boxes = random_boxes(num, generator, 60, 60, whole)
        scores = torch.randint(1, 100, (num,), generator=generator) / 100          # most occur more than once
        for threshold in (0.3, 0.5, 0.6, 0.7):
            yield 'nms', [boxes, scores], {'iou_threshold': threshold, 'offset': offset}
        yield 'nms', [boxes, scores], {
            'iou_threshold': 0.5, 'offset': offset, 'score_threshold': 0.3, 'max_num': 20}


def soft_nms_cases(generator):
    for num, whole, offset in itertools.product([0, 1, 2, 300], [False, True], [0, 1]):
        boxes = random_boxes(num, generator, 60, 60, whole)
        boxes[:, 2:] += 1       # of boxes without area, mmcv makes scores that are no numbers
        scores = torch.randint(1, 100, (num,), generator=generator) / 100
        for method, min_score in itertools.product(['naive', 'linear', 'gaussian'], [0.001, 0.3]):
            yield 'soft_nms', [boxes, scores], {
                'iou_threshold': 0.3, 'min_score': min_score, 'method': method, 'offset': offset}


def batched_nms_cases(generator):
    for num, kind, split in itertools.product([1, 300], ['nms', 'soft_nms'], [10000, 100]):
        boxes = random_boxes(num, generator, 60, 60)
        scores, classes = torch.rand(num, generator=generator), torch.randint(5, (num,), generator=generator)
        yield 'batched_nms', [boxes, scores, classes], {
            'nms_cfg': {'type': kind, 'iou_threshold': 0.5, 'split_thr': split}}


@pytest.mark.parametrize('make_cases', [
    roi_align_cases, nms_cases, soft_nms_cases, batched_nms_cases])
def test_equal_to_compiled_mmcv(compiled_python, tmp_path, make_cases):
    cases = list(make_cases(torch.Generator().manual_seed(0)))
    files = tmp_path / 'cases.pt', tmp_path / 'answers.pt'
    torch.save(cases, files[0])
    subprocess.run([compiled_python, compiled_answers.__file__, *files], check=True)
    for case, expected in zip(cases, torch.load(files[1]), strict=True):
        operator, _, options = copy.deepcopy(case)
        for ours, theirs in zip(compiled_answers.answer(*case), expected, strict=True):
            torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5,
                                       msg=lambda text, name=f'{operator} {options}': f'{name}: {text}')
