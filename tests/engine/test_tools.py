import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from mmvist.engine import read_checkpoint

ROOT = Path(__file__).parents[2]


@pytest.fixture
def config_file(toy_config, tmp_path):
    toy_config.dump(tmp_path / 'toy.py')
    return tmp_path / 'toy.py'


@pytest.fixture
def weights(tmp_path):
    torch.save({'state_dict': {'weight': torch.tensor(2.0)}}, tmp_path / 'weights.pth')
    return tmp_path / 'weights.pth'


def run(monkeypatch, tool, *arguments):
    """Run a tool as its script would be, in this process."""
    monkeypatch.setattr(sys, 'argv', [tool, *map(str, arguments)])
    runpy.run_path(str(ROOT / 'tools' / tool), run_name='__main__')


def test_train(monkeypatch, config_file, tmp_path):
    run(monkeypatch, 'train.py', config_file, '--work-dir', tmp_path / 'here', '--seed', 3, '--skip-broken',
        '--cfg-options', 'train_cfg.max_epochs=1', 'model.scale=2.0')
    checkpoint = read_checkpoint(tmp_path / 'here' / 'epoch_1.pth')
    assert checkpoint['state_dict']['weight'].item() == pytest.approx(1.7)
    assert checkpoint['meta']['seed'] == 3
    assert 'skip_broken=True' in checkpoint['meta']['cfg']


def test_resume_from_a_named_checkpoint(monkeypatch, config_file, tmp_path):
    run(monkeypatch, 'train.py', config_file, '--cfg-options', 'default_hooks.checkpoint.max_keep_ckpts=2')
    run(monkeypatch, 'train.py', config_file, '--resume', tmp_path / 'work' / 'epoch_1.pth', '--work-dir',
        tmp_path / 'two', '--cfg-options', 'experiment_name=resumed')
    assert read_checkpoint(tmp_path / 'two' / 'epoch_2.pth')['state_dict']['weight'].item() == pytest.approx(0.67)


def test_test(monkeypatch, capsys, config_file, weights, tmp_path):
    run(monkeypatch, 'test.py', config_file, weights, '--eval', '--json', tmp_path / 'scores.json')
    scores = json.loads((tmp_path / 'scores.json').read_text())
    assert scores['mean'] == pytest.approx(3.0)
    assert '"mean": 3.0' in capsys.readouterr().out


def test_test_says_what_can_be_asked_for(monkeypatch, config_file, weights):
    with pytest.raises(ValueError, match='--eval'):
        run(monkeypatch, 'test.py', config_file, weights)


def test_foreign_checkpoint(monkeypatch, config_file, tmp_path):
    torch.save({'state_dict': {'weight': torch.tensor(2.0)}, 'meta': {'when': Path('a')}}, tmp_path / 'foreign.pth')
    with pytest.raises(ValueError, match='--trust-checkpoint'):
        run(monkeypatch, 'test.py', config_file, tmp_path / 'foreign.pth', '--eval')
    run(monkeypatch, 'test.py', config_file, tmp_path / 'foreign.pth', '--eval', '--trust-checkpoint',
        '--cfg-options', 'experiment_name=trusted')


def test_print_config(monkeypatch, capsys, config_file):
    run(monkeypatch, 'print_config.py', config_file, '--cfg-options', 'model.scale=3.0')
    assert "model = dict(scale=3.0, type='ToyModel')" in capsys.readouterr().out
    with pytest.raises(ValueError, match='scael'):
        run(monkeypatch, 'print_config.py', config_file, '--cfg-options', 'model.scael=3.0')


@pytest.mark.parametrize('tool', ['train.py', 'test.py', 'print_config.py'])
def test_help(monkeypatch, capsys, tool):
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch, tool, '--help')
    assert ended.value.code == 0
    assert 'config file' in capsys.readouterr().out


@pytest.mark.parametrize('script', ['dist_train.sh', 'dist_test.sh', 'dist_mine.sh', 'slurm_train.sh', 'slurm_test.sh',
                                    'slurm_mine.sh'])
def test_script_without_arguments_shows_its_use(script):
    done = subprocess.run([ROOT / 'tools' / script], capture_output=True, text=True)
    assert done.returncode == 2
    assert f'tools/{script}' in done.stderr


@pytest.mark.parametrize(('script', 'arguments', 'expected'), [
    ('slurm_train.sh', ['part', 'job', 'c.py', 'dir', '--resume'],
     '--ntasks=4 --ntasks-per-node=4 --cpus-per-task=5 --kill-on-bad-exit=1 --time=1 '
     'PYTHON -u TOOLS/train.py c.py --work-dir dir --launcher slurm --resume'),
    ('slurm_test.sh', ['part', 'job', 'c.py', 'w.pth', '--eval', 'mots'],
     '--ntasks=4 --ntasks-per-node=4 --cpus-per-task=5 --kill-on-bad-exit=1 --time=1 '
     'PYTHON -u TOOLS/test.py c.py w.pth --launcher slurm --eval mots'),
    ('slurm_mine.sh', ['part', 'job', 'c.py', 'a.mp4', '--out', 'dir'],
     '--ntasks=4 --ntasks-per-node=4 --cpus-per-task=5 --kill-on-bad-exit=1 --time=1 '
     'PYTHON -u TOOLS/mine.py c.py a.mp4 --out dir --launcher slurm')])
def test_slurm(tmp_path, script, arguments, expected):
    srun = tmp_path / 'srun'
    srun.write_text('#!/bin/sh\necho "$@"\n')
    srun.chmod(0o755)
    environment = {**os.environ, 'PATH': f'{tmp_path}:{os.environ["PATH"]}', 'GPUS': '4', 'SRUN_ARGS': '--time=1',
                   'PYTHON': 'PYTHON'}
    done = subprocess.run([ROOT / 'tools' / script, *arguments], env=environment, capture_output=True, text=True,
                          check=True)
    expected = expected.replace('TOOLS', str(ROOT / 'tools'))
    assert done.stdout == f'--partition=part --job-name=job --gres=gpu:4 {expected}\n'


@pytest.mark.slow
def test_two_processes_on_a_cpu(config_file, tmp_path):
    """Items 0, 2 and 1, 3: one step an epoch, of mean 1.5."""
    environment = {**os.environ, 'CUDA_VISIBLE_DEVICES': '', 'PYTHON': sys.executable, 'PORT': '29617'}
    subprocess.run([ROOT / 'tools' / 'dist_train.sh', config_file, '2'], env=environment, check=True, cwd=tmp_path)
    weights = tmp_path / 'work' / 'epoch_2.pth'
    assert read_checkpoint(weights)['state_dict']['weight'].item() == pytest.approx(1 - 0.15 - 0.015)
    subprocess.run([ROOT / 'tools' / 'dist_test.sh', config_file, weights, '2', '--eval', '--json',
                    tmp_path / 'scores.json'], env=environment, check=True, cwd=tmp_path)
    assert json.loads((tmp_path / 'scores.json').read_text())['mean'] == pytest.approx(0.835 * 1.5)
