import re

import pytest

from mmvist.engine import check_config, load_config

PARTS = "tracker = dict(type='ToyModel', max_age=1, stages=[dict(weight=1.0)])\ntrain_cfg = dict(max_epochs=1)\n"
JOINED = "_base_ = './parts.py'\nmodel = dict(type='ToyModel', tracker=_base_.tracker)\n"


@pytest.fixture
def config_file(tmp_path):
    (tmp_path / 'parts.py').write_text(PARTS)
    (tmp_path / 'joined.py').write_text(JOINED)
    return tmp_path / 'joined.py'


def test_scope_is_mmvist_unless_stated(config_file):
    assert load_config(config_file).default_scope == 'mmvist'
    assert load_config(config_file, {'default_scope': 'mmdet'}).default_scope == 'mmdet'


def test_options_reach_into_dicts_and_lists(config_file):
    options = {'model.tracker.max_age': 5, 'model.tracker.stages.0.weight': 2.0, 'train_cfg.max_epochs': 3}
    config = load_config(config_file, options)
    assert (config.model.tracker.max_age, config.model.tracker.stages[0].weight) == (5, 2.0)
    assert config.train_cfg.max_epochs == 3
    assert options == {'model.tracker.max_age': 5, 'model.tracker.stages.0.weight': 2.0, 'train_cfg.max_epochs': 3}


def test_option_for_an_entry_that_was_copied_into_the_model_names_the_right_key(config_file):
    with pytest.raises(ValueError, match=r'option tracker\.max_age: .* change model\.tracker\.max_age'):
        load_config(config_file, {'tracker.max_age': 5})


def test_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match='nowhere.py'):
        load_config(tmp_path / 'nowhere.py')


def test_no_option(config_file):
    assert load_config(config_file, {}).model.tracker.max_age == 1


def test_check_counts_and_lists_problems(toy_config):
    toy_config.model.scael = 1
    toy_config.train_dataloder = {}
    with pytest.raises(ValueError, match='config  has 2 problems:') as caught:
        check_config(toy_config)
    first, second = str(caught.value).split('\n  ')[1:]
    assert first == 'train_dataloder: nobody reads this key; did you mean \'train_dataloader\'?'
    assert second.startswith('model: ToyModel')


@pytest.mark.parametrize('key', ['detector', 'embedder', 'train_pipeline', 'image_size', 'vis_backends', 'test_dataset',
                                 'model_wrapper_cfg', 'data_root'])
def test_own_names_are_allowed(toy_config, key):
    toy_config[key] = 1
    check_config(toy_config)


@pytest.mark.parametrize('key', ['param_schedulers', 'load_form', 'optim_wraper', 'custom_hook', 'test_evaluators'])
def test_misspelt_names_are_not(toy_config, key):
    toy_config[key] = 1
    with pytest.raises(ValueError, match=re.escape(f'{key}: nobody reads this key')):
        check_config(toy_config)
