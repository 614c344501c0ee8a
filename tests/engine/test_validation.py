"""Validation in a training."""

import pytest
from mmengine.evaluator import BaseMetric

from mmvist.engine import build_runner
from mmvist.evaluation.metrics.base import ScoringError
from mmvist.io import ytvis
from mmvist.registry import METRICS
from mmvist.structures import VideoSet


@METRICS.register_module()
class OddMetric(BaseMetric):
    """Cannot score the first epoch; tells of how many values it scores the others."""

    def __init__(self):
        super().__init__(prefix='odd')
        self.epochs = 0

    def process(self, data_batch, data_samples):
        self.results.extend(sample.item() for sample in data_samples)

    def compute_metrics(self, results):
        return {'values': len(results)}

    def evaluate(self, size):
        self.epochs += 1
        if self.epochs == 1:
            raise ScoringError('video v is not in gt.json')
        return super().evaluate(size)


def test_scores_that_fail_do_not_end_a_training(toy_config, capsys):
    toy_config.val_cfg = dict(type='ValidationLoop')
    toy_config.val_evaluator = dict(type='OddMetric')
    del toy_config.default_hooks['checkpoint']['save_best'], toy_config.default_hooks['checkpoint']['rule']
    runner = build_runner(toy_config, toy_config.work_dir)
    runner.train()
    assert runner.epoch == 2
    # The values of the first epoch are not among those of the second.
    assert runner.message_hub.get_scalar('val/odd/values').current() == 4


def test_a_test_does_end(toy_config):
    toy_config.test_evaluator = dict(type='OddMetric')
    with pytest.raises(ScoringError, match='video v is not in gt.json'):
        build_runner(toy_config, toy_config.work_dir).test()


def test_two_metrics_of_one_score_are_refused_before_the_first_step(toy_config, make_video_tracks, tmp_path):
    tracks = make_video_tracks([(0, 1, 0, (0, 0, 2, 2))], video_id=1)
    ytvis.write(VideoSet(('one', 'two'), (tracks,), (1, 2)), tmp_path / 'gt.json')
    toy_config.val_cfg = dict(type='ValidationLoop')
    toy_config.val_evaluator = [dict(type='MOTSMetric', ann_file=str(tmp_path / 'gt.json'), min_score=score)
                                for score in (0.0, 0.5)]
    del toy_config.default_hooks['checkpoint']['save_best'], toy_config.default_hooks['checkpoint']['rule']
    toy_config.train_dataloader.dataset = dict(type='ToyDataset', length=4)
    runner = build_runner(toy_config, toy_config.work_dir)
    with pytest.raises(ValueError, match='several metrics would report hota, id, mots'):
        runner.train()
    assert runner.iter == 0
