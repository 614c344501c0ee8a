import sys
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from torch import distributed

from mmvist.engine import build_runner, latest_checkpoint
from mmvist.registry import MODELS
from tests.engine.toy import ToyModel


@MODELS.register_module(force=True)
class NormedToyModel(ToyModel):
    """A batch norm stands before the weight."""

    def __init__(self, data_preprocessor=None):
        super().__init__(data_preprocessor=data_preprocessor)
        self.norm = torch.nn.BatchNorm1d(1)

    def forward(self, inputs, data_samples=None, mode='loss'):
        values = self.norm(torch.stack(inputs)[:, None])[:, 0]
        return super().forward(list(values), data_samples, mode)


def test_trains_and_tests(toy_config):
    runner = build_runner(toy_config)
    runner.train()
    assert runner.test()['mean'] == pytest.approx(0.67 * 1.5)


def test_without_pkg_resources(toy_config, monkeypatch, tmp_path):
    """Recent setuptools have none; mmengine asks for it only where a config inherits from another package."""
    monkeypatch.setitem(sys.modules, 'pkg_resources', None)
    toy_config.dump(tmp_path / 'base.py')
    (tmp_path / 'child.py').write_text("_base_ = './base.py'\ntrain_cfg = dict(max_epochs=1)\n")
    runner = build_runner(Config.fromfile(tmp_path / 'child.py'))
    runner.train()
    assert runner.epoch == 1


def test_misspelt_key_is_found_before_data_is_read(toy_config):
    toy_config.train_dataloader.dataset.length = 0
    toy_config.model.scael = 1
    with pytest.raises(ValueError, match='model: ToyModel got an unexpected keyword \'scael\''):
        build_runner(toy_config)


def test_the_config_is_left_as_it_was(toy_config):
    before = toy_config.pretty_text
    build_runner(toy_config)
    assert toy_config.pretty_text == before


def test_work_dir_is_named_after_the_config(toy_config, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    toy_config.pop('work_dir')
    toy_config.dump(tmp_path / 'method_data.py')
    assert build_runner(Config.fromfile(tmp_path / 'method_data.py')).work_dir == str(
        tmp_path / 'work_dirs' / 'method_data')


def test_resuming_without_a_checkpoint_begins_with_the_configs_weights(toy_config, tmp_path):
    torch.save({'state_dict': {'weight': torch.tensor(5.0)}}, tmp_path / 'weights.pth')
    toy_config.load_from = str(tmp_path / 'weights.pth')
    runner = build_runner(toy_config, resume=True)
    runner.train()
    assert runner.model.weight.item() == pytest.approx(5 - 0.33)
    assert runner.epoch == 2


def test_checkpoint_replaces_the_configs(toy_config, tmp_path):
    torch.save({'state_dict': {'weight': torch.tensor(2.0)}}, tmp_path / 'weights.pth')
    toy_config.load_from = 'elsewhere.pth'
    assert build_runner(toy_config, checkpoint=tmp_path / 'weights.pth').test()['mean'] == pytest.approx(3.0)


def test_missing_checkpoint_is_named(toy_config):
    toy_config.load_from = 'checkpoints/none.pth'
    with pytest.raises(FileNotFoundError, match=r'checkpoints/none\.pth does not exist; .* key is load_from'):
        build_runner(toy_config)


def test_latest_checkpoint(tmp_path):
    assert latest_checkpoint(tmp_path) is None
    (tmp_path / 'epoch_3.pth').touch()
    (tmp_path / 'last_checkpoint').write_text(str(tmp_path / 'epoch_3.pth'))
    assert latest_checkpoint(tmp_path) == str(tmp_path / 'epoch_3.pth')
    moved = tmp_path.rename(tmp_path.with_name(f'{tmp_path.name}-moved'))
    assert latest_checkpoint(moved) == str(moved / 'epoch_3.pth')
    (moved / 'epoch_3.pth').unlink()
    assert latest_checkpoint(moved) is None


def test_a_run_leaves_whole_files_only(toy_config):
    build_runner(toy_config).train()
    names = sorted(path.name for path in Path(toy_config.work_dir).iterdir() if path.is_file())
    assert [name for name in names if not name.endswith('.py')] == [
        'best_mean_epoch_2.pth', 'epoch_2.pth', 'last_checkpoint']


@pytest.fixture
def one_process(tmp_path, monkeypatch):
    """A launcher's process that has no other beside it, and no GPU."""
    monkeypatch.setenv('LOCAL_RANK', '0')
    distributed.init_process_group('gloo', init_method=f'file://{tmp_path}/store', rank=0, world_size=1)
    yield
    distributed.destroy_process_group()


@pytest.mark.skipif(torch.cuda.is_available(), reason='shares batch norms among GPUs')
@pytest.mark.parametrize('sync_bn', ['torch', None])
def test_shared_batch_norms_are_plain_ones_without_a_gpu(toy_config, one_process, sync_bn):
    toy_config.model = dict(type='NormedToyModel')
    toy_config.sync_bn = sync_bn
    runner = build_runner(toy_config, launcher='pytorch')
    runner.train()
    assert type(runner.model.module.norm) is torch.nn.BatchNorm1d
    # Means of the batches, 1/2 and 5/2, two times: .1 times each, and .9 times what was before.
    mean = 0.
    for batch in (.5, 2.5, .5, 2.5):
        mean = .9 * mean + .1 * batch
    assert runner.model.module.norm.running_mean.item() == pytest.approx(mean)
    assert toy_config.sync_bn == sync_bn
