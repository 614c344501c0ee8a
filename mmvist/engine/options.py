"""What the command line may change in a config, each as a new config."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from pathlib import Path

import torch
from mmengine.config import Config

from mmvist.engine.keywords import keywords
from mmvist.registry import DATASETS

# Names for the command line.
METRICS_BY_NAME = {'ytvis': 'YouTubeVISMetric', 'mots': 'MOTSMetric', 'mot': 'MOTMetric', 'bdd100k': 'BDD100KMetric',
                   'frame': 'FrameMetric'}


def with_seed(config: Config, seed: int) -> Config:
    """Fix the seed of initial weights, sampling and augmentation."""
    config = deepcopy(config)
    config.randomness = {**config.get('randomness', {}), 'seed': seed}
    return config


def with_mixed_precision(config: Config) -> Config:
    """Train in half precision where it is safe.

    Raises:
        ValueError: There is no GPU.
    """
    if not torch.cuda.is_available():
        raise ValueError('mixed precision (--amp) needs a GPU, and PyTorch sees none')
    config = deepcopy(config)
    config.optim_wrapper.update(type='AmpOptimWrapper', loss_scale='dynamic')
    return config


def with_scaled_learning_rate(config: Config) -> Config:
    """Scale the learning rate by the number of clips in a step (Goyal et al. 2017, section 2.1).

    Raises:
        ValueError: The config does not say which number its rate is meant for.
    """
    if 'base_batch_size' not in (config.get('auto_scale_lr') or {}):
        raise ValueError(f'--auto-scale-lr: {config.filename} has no auto_scale_lr.base_batch_size, '
                         'the number of clips in a step that its learning rate is meant for')
    config = deepcopy(config)
    config.auto_scale_lr.enable = True
    return config


def with_broken_items_skipped(config: Config) -> Config:
    """Let the training dataset leave out what cannot be read, with a warning, instead of ending the run.

    Raises:
        ValueError: No part of the dataset can do that.
    """
    config = deepcopy(config)
    able = [dataset for dataset in _datasets(config.train_dataloader.dataset)
            if 'skip_broken' in (keywords(DATASETS.get(dataset.type)) or ())]
    if not able:
        raise ValueError(f'--skip-broken: dataset {config.train_dataloader.dataset.type} cannot skip broken items')
    for dataset in able:
        dataset.skip_broken = True
    return config


def with_evaluation(config: Config, metrics: Sequence[str] | None, out: str | Path | None = None,
                    show_dir: str | Path | None = None) -> Config:
    """Choose what a test computes and leaves behind.

    Args:
        config: Has a `test_dataloader`.
        metrics: Names from `METRICS_BY_NAME`; empty keeps the config's own `test_evaluator`, `None` computes nothing.
        out: File for the results.
        show_dir: Folder for videos with the results drawn in.

    Raises:
        ValueError: A name is unknown, or nothing was asked for.
    """
    if metrics is None and out is None and show_dir is None:
        raise ValueError('nothing to do: ask for --eval (scores), --out FILE (results) or --show-dir FOLDER (videos)')
    unknown = [name for name in metrics or () if name not in METRICS_BY_NAME]
    if unknown:
        raise ValueError(f'unknown metrics {unknown}; known are {", ".join(METRICS_BY_NAME)}')
    config = deepcopy(config)
    own = config.get('test_evaluator') or []
    own = list(own) if isinstance(own, list | tuple) else [own]
    chosen = own if metrics is not None and not metrics else []
    for name in metrics or ():
        # The config's own settings of a metric count when it is asked for by name, too.
        kind = METRICS_BY_NAME[name]
        same = [metric for metric in own if metric['type'] == kind]
        chosen += same or [{'type': kind, **_ground_truth(config)}]
    if out is not None:
        chosen.append({'type': 'ResultFile', 'out': str(out), **_ground_truth(config)})
    config.test_evaluator = chosen
    if show_dir is not None:
        config.custom_hooks = [*(config.get('custom_hooks') or []), {'type': 'OverlayHook', 'out_dir': str(show_dir)}]
    return config


def _ground_truth(config: Config) -> dict:
    """What a metric must be told to read the annotations that the test dataset reads."""
    dataset = next((dataset for dataset in _datasets(config.test_dataloader.dataset) if dataset.get('ann_file')), None)
    if dataset is None:
        raise ValueError(f'{config.filename}: test_dataloader.dataset has no ann_file, which the metrics need')
    return {key: dataset[key] for key in ('ann_file', 'format', 'seqmap', 'split') if key in dataset}


def _datasets(dataset: dict) -> Iterator[dict]:
    """A dataset's config and those of the datasets that it wraps."""
    yield dataset
    inner = [dataset['dataset']] if 'dataset' in dataset else dataset.get('datasets', [])
    for wrapped in inner:
        yield from _datasets(wrapped)
