"""Steps of validation and test that finish no frame, or several."""

import pytest
import torch
from mmengine.evaluator import BaseMetric, Evaluator
from mmengine.hooks import Hook
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch.utils.data import DataLoader, Dataset

from mmvist.evaluation.metrics import SpeedMetric


class Numbers(Dataset):
    metainfo = {'classes': ('one',)}

    def __len__(self):
        return 5

    def __getitem__(self, index):
        return index


class Late(BaseModel):
    """Answers two frames late, with the last frame for all that are left."""

    def __init__(self):
        super().__init__()
        self.held, self.grad = [], []

    def forward(self, inputs, mode='tensor'):
        self.grad.append(torch.is_grad_enabled())
        self.held += inputs
        count = len(self.held) if inputs[-1] == 4 else max(len(self.held) - 2, 0)
        done, self.held = self.held[:count], self.held[count:]
        return done


class Seen(BaseMetric):
    """Keeps what each step gave it."""

    def process(self, data_batch, data_samples):
        self.results.append((data_batch['inputs'], list(data_samples)))

    def compute_metrics(self, results):
        return {'steps': results}


class Answers(Hook):
    """Keeps the outputs of each step."""

    def __init__(self):
        self.outputs = []

    def after_val_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        self.outputs.append((batch_idx, list(outputs)))

    after_test_iter = after_val_iter


@pytest.mark.parametrize(('size', 'answers'), [(1, [[], [], [0], [1], [2, 3, 4]]), (2, [[], [0, 1], [2, 3, 4]]),
                                               (5, [[0, 1, 2, 3, 4]])])
@pytest.mark.parametrize(('stage', 'loop'), [('val', 'ValidationLoop'), ('test', 'VideoTestLoop')])
def test_a_step_may_finish_any_number_of_frames(stage, loop, size, answers, tmp_path):
    hook, model = Answers(), Late()
    loader = DataLoader(Numbers(), batch_size=size, collate_fn=lambda items: {'inputs': items})
    runner = Runner(model, str(tmp_path), custom_hooks=[hook], experiment_name=f'{stage}{size}', default_scope='mmvist',
                    log_level='ERROR', **{f'{stage}_dataloader': loader, f'{stage}_cfg': {'type': loop},
                                          f'{stage}_evaluator': Evaluator([Seen(prefix='seen'), SpeedMetric()])})
    scores = getattr(runner, stage)()
    inputs = [list(range(first, min(first + size, 5))) for first in range(0, 5, size)]
    assert scores['seen/steps'] == list(zip(inputs, answers, strict=True))
    assert hook.outputs == list(enumerate(answers))
    assert (scores['speed/fps'] > 0) == (len(answers) > 1)
    assert not any(model.grad)
