from pathlib import Path

import pytest

from mmvist.engine import build_runner, read_checkpoint


@pytest.fixture
def trained(toy_config):
    runner = build_runner(toy_config)
    runner.train()
    return runner


def test_written_checkpoints_load_without_unpickling(toy_config, trained):
    work_dir = Path(toy_config.work_dir)
    assert trained.model.weight.item() == pytest.approx(1 - 0.1 * 3 - 0.01 * 3)
    for name in ('epoch_2.pth', 'best_mean_epoch_2.pth'):
        checkpoint = read_checkpoint(work_dir / name)
        assert checkpoint['state_dict']['weight'].item() == pytest.approx(0.67)
        assert checkpoint['meta']['epoch'] == 2
        assert checkpoint['meta']['dataset_meta']['classes'] == ('one', 'two')


def test_training_goes_on_where_it_was(toy_config, trained):
    toy_config.experiment_name += '-resumed'
    toy_config.train_cfg.max_epochs = 3
    runner = build_runner(toy_config, resume=True)
    runner.train()
    assert (runner.epoch, runner.iter) == (3, 6)
    # The rate stays lowered: 0.67 less 0.01 times the batches' means.
    assert runner.model.weight.item() == pytest.approx(0.67 - 0.01 * 3)
    assert runner.optim_wrapper.get_lr()['lr'] == [pytest.approx(0.01)]
    # The best score before counts: mean prediction 0.64 * 1.5.
    assert runner.message_hub.get_info('best_score') == pytest.approx(0.96)
    assert runner.message_hub.get_info('val/table') is not None
