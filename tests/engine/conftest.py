"""A model of one weight, its data and its metric: whole runs that take a moment."""

import itertools

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.evaluator import BaseMetric
from mmengine.model import BaseModel
from torch.utils.data import Dataset

from mmvist.engine import install_loader
from mmvist.registry import DATASETS, METRICS, MODELS, TASK_UTILS

RUNS = itertools.count()


@TASK_UTILS.register_module()
class ToyCue:
    def __init__(self, weight=1.0, new=0.0):
        self.weight, self.new = weight, new


@MODELS.register_module()
class ToyModel(BaseModel):
    def __init__(self, scale=1.0, cues=(), data_preprocessor=None, init_cfg=None):
        super().__init__(data_preprocessor=data_preprocessor, init_cfg=init_cfg)
        self.weight = torch.nn.Parameter(torch.tensor(scale))
        self.cues = [TASK_UTILS.build(cue) for cue in cues]

    def forward(self, inputs, data_samples=None, mode='loss'):
        values = torch.stack(inputs) * self.weight
        return {'loss': values.mean()} if mode == 'loss' else list(values)


@DATASETS.register_module()
class ToyDataset(Dataset):
    metainfo = {'classes': ('one', 'two'), 'palette': np.zeros((2, 3), np.uint8)}

    def __init__(self, length=4, ann_file='', skip_broken=False):
        if length == 0:
            raise RuntimeError('data was read')
        self.length, self.skip_broken = length, skip_broken

    def __len__(self):
        return self.length

    def __getitem__(self, index):
        return {'inputs': torch.tensor(float(index))}


@METRICS.register_module()
class ToyMetric(BaseMetric):
    """Mean of all predictions, as a numpy scalar, and something that is no number."""

    def process(self, data_batch, data_samples):
        self.results.extend(sample.item() for sample in data_samples)

    def compute_metrics(self, results):
        return {'mean': np.float64(np.mean(results)), 'table': {'values': np.array(results)}}


@pytest.fixture
def toy_config(tmp_path):
    """Two epochs of two steps over 0, 1, 2, 3: the weight falls by 0.1 times the batch's mean in each step."""
    loader = dict(batch_size=2, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=False),
                  dataset=dict(type='ToyDataset'))
    return Config(dict(
        # mmengine tells runs apart by name and second; tests are faster than that.
        experiment_name=f'run-{next(RUNS)}', work_dir=str(tmp_path / 'work'), log_level='WARNING',
        default_scope='mmvist', model=dict(type='ToyModel'), train_dataloader=loader, val_dataloader=loader,
        test_dataloader=loader, train_cfg=dict(type='EpochBasedTrainLoop', max_epochs=2), val_cfg=dict(type='ValLoop'),
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
