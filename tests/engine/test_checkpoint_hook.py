from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import torch

from mmvist.engine import build_runner, read_checkpoint
from mmvist.engine.checkpoint_hook import as_plain


@pytest.mark.parametrize(('value', 'expected'), [
    (None, None), (True, True), (3, 3), (0.5, 0.5), ('text', 'text'), (b'bytes', b'bytes'),
    (np.float64(0.5), 0.5), (np.int32(3), 3), (np.bool_(True), True), (np.str_('text'), 'text'),
    (np.array([[1, 2]]), [[1, 2]]), (np.array(2.0), 2.0), (Path('a/b'), 'a/b'),
    ([np.int64(1), (np.float32(2),)], [1, (2.0,)]), ({np.int64(1), 2}, {1, 2}), (frozenset([1]), {1}),
    (OrderedDict(a=np.float64(1)), {'a': 1.0}), ({np.int64(7): {}}, {7: {}}), ([], [])])
def test_as_plain(value, expected):
    result = as_plain(value, 'meta')
    assert result == expected
    assert type(result) is type(expected)


def test_tensors_stay_the_same_object():
    tensor = torch.ones(2)
    assert as_plain({'a': [tensor]}, 'optimizer')['a'][0] is tensor


def test_what_cannot_be_plain_is_left_out():
    assert as_plain({'a': object(), 'b': 1}, 'meta') == {'a': None, 'b': 1}


def test_arguments_stay_as_they_were():
    value = {'a': [np.float64(1)]}
    as_plain(value, 'meta')
    assert type(value['a'][0]) is np.float64


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
