import itertools

import pytest
from mmengine.config import Config

import tests.engine.toy  # noqa: F401 (registers the parts)
from mmvist.engine import install_loader

RUNS = itertools.count()


@pytest.fixture
def toy_config(tmp_path):
    """Two epochs of two steps over 0, 1, 2, 3: the weight falls by 0.1 times the batch's mean in each step."""
    loader = dict(batch_size=2, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=False),
                  dataset=dict(type='ToyDataset'))
    return Config(dict(
        # mmengine tells runs apart by name and second; tests are faster than that.
        experiment_name=f'run-{next(RUNS)}', work_dir=str(tmp_path / 'work'), log_level='WARNING',
        default_scope='mmvist', custom_imports=dict(imports=['tests.engine.toy']), model=dict(type='ToyModel'),
        train_dataloader=loader, val_dataloader=loader, test_dataloader=loader,
        train_cfg=dict(type='EpochBasedTrainLoop', max_epochs=2), val_cfg=dict(type='ValLoop'),
        test_cfg=dict(type='TestLoop'), val_evaluator=dict(type='ToyMetric'), test_evaluator=dict(type='ToyMetric'),
        optim_wrapper=dict(type='OptimWrapper', optimizer=dict(type='SGD', lr=0.1, momentum=0.0)),
        param_scheduler=[dict(type='MultiStepLR', by_epoch=True, milestones=[1], gamma=0.1)],
        default_hooks=dict(checkpoint=dict(type='CheckpointHook', interval=1, max_keep_ckpts=1, save_best='mean',
                                           rule='less')),
        visualizer=dict(type='Visualizer', vis_backends=[])))


@pytest.fixture(autouse=True)
def untrusting():
    """A test that trusts a file leaves nothing behind."""
    yield
    install_loader()
