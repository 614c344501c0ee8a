"""The tools, run as a user runs them."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def run(*command, **environment):
    """What a command printed; it runs in the repository, without a GPU, on one thread."""
    done = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True,
                          env={**os.environ, 'CUDA_VISIBLE_DEVICES': '', 'OMP_NUM_THREADS': '1', **environment})
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout + done.stderr


def train_in_two_goes(config, work):
    """Killed after an epoch, started again: the last checkpoint."""
    first = ('tools/train.py', config, '--work-dir', work, '--seed', 0)
    run(sys.executable, *first, '--cfg-options', 'train_cfg.max_epochs=1')
    assert 'Epoch(train) [2]' in run(sys.executable, *first, '--resume')
    return work / 'epoch_2.pth'
