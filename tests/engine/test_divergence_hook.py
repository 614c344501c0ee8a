import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from mmengine.hooks import CheckpointHook
from torch import distributed

from mmvist.engine import DivergenceHook, TrainingDivergedError, build_runner
from mmvist.registry import MODELS
from tests.engine.toy import ToyModel

ROOT = Path(__file__).parents[2]


@MODELS.register_module(force=True)
class DivergingToyModel(ToyModel):
    """One of its two losses is `value` in one iteration, on one process; a number for the log is never finite."""

    def __init__(self, at, value=float('nan'), rank=0, data_preprocessor=None):
        super().__init__(data_preprocessor=data_preprocessor)
        self.at = at if rank == (distributed.get_rank() if distributed.is_initialized() else 0) else None
        self.value, self.step = value, 0

    def forward(self, inputs, data_samples=None, mode='loss'):
        found = super().forward(inputs, data_samples, mode)
        if mode != 'loss':
            return found
        self.step += 1
        factor = self.value if self.step == self.at else 1.0
        return {'loss_a': found['loss'], 'loss_b': found['loss'] * factor, 'iou': found['loss'] * float('nan')}


@pytest.fixture
def diverging(toy_config):
    def config(at, length=4, **model):
        toy_config.model = dict(type='DivergingToyModel', at=at, **model)
        toy_config.train_dataloader.dataset = dict(type='ToyDataset', length=length)
        toy_config.custom_imports = dict(imports=['tests.engine.test_divergence_hook'])
        return toy_config

    return config


def by_iteration(config, max_iters, val_interval=100, **checkpoint):
    config.train_cfg = dict(type='IterBasedTrainLoop', max_iters=max_iters, val_interval=val_interval)
    config.param_scheduler = None
    config.default_hooks.checkpoint.update(by_epoch=False, **checkpoint)
    return config


def checkpoints(config):
    return sorted(path.name for path in Path(config.work_dir).glob('*.pth'))


def report(config):
    return (Path(config.work_dir) / 'diverged.txt').read_text()


@pytest.mark.parametrize('value', [float('nan'), float('inf')])
def test_it_ends_at_the_end_of_the_epoch_without_a_checkpoint(diverging, value):
    config = diverging(at=3, value=value)
    runner = build_runner(config)
    with pytest.raises(TrainingDivergedError) as error:
        runner.train()
    last = Path(config.work_dir) / 'epoch_1.pth'
    assert str(error.value) == f'diverged: not finite in iteration 3: loss, loss_b; the last checkpoint is {last}'
    assert report(config) == f'{error.value}\n'
    # The one that is kept is not removed for it.
    assert checkpoints(config) == ['best_mean_epoch_1.pth', 'epoch_1.pth']
    assert runner.epoch == 1


def test_without_a_checkpoint(diverging):
    config = diverging(at=1)
    with pytest.raises(TrainingDivergedError, match='in iteration 1: loss, loss_b; no checkpoint was written'):
        build_runner(config).train()
    assert checkpoints(config) == []


def test_it_looks_after_its_interval(diverging):
    config = diverging(at=2, length=20)
    config.custom_hooks = [dict(type='DivergenceHook', interval=3)]
    runner = build_runner(config)
    with pytest.raises(TrainingDivergedError, match='in iteration 2'):
        runner.train()
    assert runner.iter == 2


@pytest.mark.parametrize(('at', 'interval'), [(5, 3), (4, 100), (6, 100)])
def test_it_looks_before_a_checkpoint_between_epochs(diverging, at, interval):
    config = by_iteration(diverging(at=at, length=12), 6, interval=interval)
    with pytest.raises(TrainingDivergedError, match=f'in iteration {at}'):
        build_runner(config).train()
    assert checkpoints(config) == (['iter_3.pth'] if interval == 3 else [])


def test_it_looks_before_a_validation(diverging):
    config = by_iteration(diverging(at=2, length=12), 6, val_interval=2, interval=100)
    runner = build_runner(config)
    with pytest.raises(TrainingDivergedError, match='in iteration 2'):
        runner.train()
    assert runner.iter == 2
    assert checkpoints(config) == []


def test_a_finite_run_is_as_it_was(diverging):
    config = diverging(at=None)
    config.param_scheduler = None
    runner = build_runner(config)
    runner.train()
    # Both losses: .1 times twice the batches' means.
    assert runner.model.weight.item() == pytest.approx(1 - .2 * 2 * (.5 + 2.5))
    assert checkpoints(config) == ['best_mean_epoch_2.pth', 'epoch_2.pth']
    assert not (Path(config.work_dir) / 'diverged.txt').exists()


def test_a_new_run_removes_the_report(diverging):
    config = diverging(at=3)
    with pytest.raises(TrainingDivergedError):
        build_runner(config).train()
    config.model.at, config.experiment_name = None, f'{config.experiment_name}-again'
    build_runner(config, resume=True).train()
    assert not (Path(config.work_dir) / 'diverged.txt').exists()
    assert 'epoch_2.pth' in checkpoints(config)


def test_it_comes_before_checkpoints(toy_config):
    hooks = [type(hook) for hook in build_runner(toy_config).hooks]
    assert hooks.count(DivergenceHook) == 1
    assert hooks.index(DivergenceHook) < hooks.index(CheckpointHook)


def test_the_host_reads_a_number_only_where_it_looks(toy_config):
    """A tensor of the meta device has no number to read."""
    runner = build_runner(toy_config)
    outputs = {'loss': torch.zeros((), device='meta'), 'loss_mask': torch.zeros((), device='meta')}
    patient = DivergenceHook(interval=2)
    for _ in range(3):
        # The runner stays before its second iteration.
        patient.after_train_iter(runner, 0, {}, outputs)
    with pytest.raises(NotImplementedError, match='meta'):
        DivergenceHook(interval=1).after_train_iter(runner, 0, {}, outputs)


def test_losses_may_come_and_go(toy_config):
    runner = build_runner(toy_config)
    hook = DivergenceHook()
    for outputs in ({'loss': 1., 'loss_a': 1.}, {'loss': float('inf'), 'loss_b': -float('inf')}, {'accuracy': 1.}):
        hook.after_train_iter(runner, 0, {}, {name: torch.tensor(value) for name, value in outputs.items()})
    with pytest.raises(TrainingDivergedError, match='in iteration 1: loss, loss_b;'):
        hook.after_train_epoch(runner)
    # What was told is over.
    hook.after_train_epoch(runner)


def test_interval():
    with pytest.raises(ValueError, match='interval must be at least 1 iteration, got 0'):
        DivergenceHook(interval=0)


def test_the_tool_ends_with_a_line_and_a_status(diverging, monkeypatch, capsys, tmp_path):
    config = diverging(at=3)
    config.dump(tmp_path / 'toy.py')
    monkeypatch.setattr(sys, 'argv', ['train.py', str(tmp_path / 'toy.py')])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / 'tools' / 'train.py'), run_name='__main__')
    assert ended.value.code == 3
    errors = capsys.readouterr().err
    assert 'Traceback' not in errors
    assert [f'{line}\n' for line in errors.splitlines() if line.startswith('diverged: ')] == [report(config)]


@pytest.mark.slow
def test_all_processes_end_together(diverging, tmp_path):
    config = diverging(at=2, rank=1, length=8)
    config.dump(tmp_path / 'toy.py')
    environment = {**os.environ, 'CUDA_VISIBLE_DEVICES': '', 'PYTHON': sys.executable, 'PORT': '29618',
                   'PYTHONPATH': str(ROOT)}
    done = subprocess.run([ROOT / 'tools' / 'dist_train.sh', tmp_path / 'toy.py', '2'], env=environment, cwd=tmp_path,
                          capture_output=True, text=True, timeout=300)
    assert done.returncode != 0
    assert report(config) == 'diverged: not finite in iteration 2: loss, loss_b; no checkpoint was written\n'
    assert done.stderr.count(report(config)) == 1
    assert checkpoints(config) == []


def test_weights_that_are_not_finite_are_not_kept(toy_config):
    """Gradients of a finite loss may be infinite: a root has one at zero."""
    toy_config.model = dict(type='RootToyModel')
    toy_config.train_dataloader.dataset = dict(type='ToyDataset', length=4)
    toy_config.custom_imports = dict(imports=['tests.engine.test_divergence_hook'])
    with pytest.raises(TrainingDivergedError, match='not finite in iteration 3: the weights'):
        build_runner(by_iteration(toy_config, max_iters=2, interval=2)).train()
    assert checkpoints(toy_config) == []


@MODELS.register_module(force=True)
class RootToyModel(ToyModel):
    """In its second iteration the loss is finite and its gradient is not."""

    step = 0

    def forward(self, inputs, data_samples=None, mode='loss'):
        found = super().forward(inputs, data_samples, mode)
        if mode != 'loss':
            return found
        self.step += 1
        return {'loss': found['loss'] if self.step == 1 else (0 * found['loss']).sqrt()}
