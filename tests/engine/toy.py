"""A model of one weight, its data and its metric: whole runs that take a moment."""

import numpy as np
import torch
from mmengine.evaluator import BaseMetric
from mmengine.model import BaseModel
from torch.utils.data import Dataset

from mmvist.registry import DATASETS, METRICS, MODELS, TASK_UTILS


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
