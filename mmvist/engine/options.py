"""What the command line may change in a config, each as a new config."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.registry import Registry

from mmvist.engine.keywords import keywords
from mmvist.io.detections import DetectionsReader, is_detections_file
from mmvist.registry import DATASETS, DRAWINGS, MODELS

# What stored detections have at most.
STORED_COLUMNS = ('bboxes', 'scores', 'labels', 'masks', 'embeds')
# Names for the command line.
METRICS_BY_NAME = {'ytvis': 'YouTubeVISMetric', 'mots': 'MOTSMetric', 'mot': 'MOTMetric', 'bdd100k': 'BDD100KMetric',
                   'frame': 'FrameMetric', 'curves': 'ScoreCurveMetric'}


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
                    show_dir: str | Path | None = None, score_curves: str | Path | None = None) -> Config:
    """Choose what a test computes and leaves behind.

    Args:
        config: Has a `test_dataloader`.
        metrics: Names from `METRICS_BY_NAME`; empty keeps the config's own `test_evaluator`, `None` computes nothing.
        out: File for the results.
        show_dir: Folder for videos with the results drawn in.
        score_curves: Picture of the scores of true and of false tracks over their age, *.png.

    Raises:
        ValueError: A name is unknown, or nothing was asked for.
    """
    if metrics is None and out is None and show_dir is None and score_curves is None:
        raise ValueError('nothing to do: ask for --eval (scores), --out FILE (results), --show-dir FOLDER (videos), '
                         '--score-curves FILE (a picture) or --dump-detections FILE')
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
    if score_curves is not None:
        # Two of a kind would report scores of one name.
        chosen = [metric for metric in chosen if metric['type'] != 'ScoreCurveMetric']
        chosen.append({'type': 'ScoreCurveMetric', 'out': str(score_curves), **_ground_truth(config)})
    config.test_evaluator = chosen
    if show_dir is not None:
        config.custom_hooks = [*(config.get('custom_hooks') or []), {'type': 'OverlayHook', 'out_dir': str(show_dir)}]
    return config


def with_panels(config: Config, names: Sequence[str] = ()) -> Config:
    """Draw panels side by side in place of one overlay: let results keep what they show, and the detector predict it.

    Args:
        config: Has `panels`: title -> configs of drawings, or `None` for a panel of its base that it leaves out. Hooks
            of it that draw results will draw them.
        names: Titles of the panels that are drawn, in this order; all of the config's when empty.

    Raises:
        ValueError: The config has no panels, or none of a title.
    """
    panels = {title: drawings for title, drawings in (config.get('panels') or {}).items() if drawings is not None}
    if not panels:
        raise ValueError(f'--panels: {config.filename} has no `panels`; take those of a base file, such as '
                         '_base_/panels/pixel_embedding.py, or name some: panels = dict(TITLE=[dict(type=DRAWING)])')
    unknown = [name for name in names if name not in panels]
    if unknown:
        raise ValueError(f'--panels: {config.filename} has no panels {unknown}; it has {", ".join(panels)}')
    config = deepcopy(config)
    config.panels = {title: panels[title] for title in names or panels}
    features = [name for drawings in config.panels.values() for drawing in drawings
                for name in getattr(_component(drawing.type, DRAWINGS), 'features', ())]
    model = _model_with_slots(config, '--panels')
    model.result_features = [*dict.fromkeys([*model.get('result_features', ()), *features])]
    on_demand = getattr(_component(model.detector.type), 'predictions', ())
    predicts = [name for name in model.result_features if name in on_demand]
    if predicts:
        model.detector.predicts = [*dict.fromkeys([*model.detector.get('predicts', ()), *predicts])]
    for hook in config.get('custom_hooks') or []:
        if hook['type'] == 'OverlayHook':
            hook['panels'] = config.panels
    return config


def with_detections_dumped(config: Config, out: str | Path) -> Config:
    """Let a test store what the detector, and the embedder, find in place of tracks.

    Args:
        config: Has a `test_dataloader`.
        out: The detections file, *.npz.

    Raises:
        ValueError: The model has no tracker, or its detector looks at the tracks.
    """
    config = deepcopy(config)
    model = _model_with_slots(config, '--dump-detections')
    kind = model.detector.type
    if getattr(_component(kind), 'max_chunk', None) == 1:
        raise ValueError(f'--dump-detections: what {kind} finds in a frame depends on the tracks of the frame before, '
                         'so there are no detections without a tracker')
    model.tracker = {'type': 'SingleFrameTracker'}
    model.update(disjoint_masks=False, complete_results=True)
    config.test_evaluator = [{'type': 'DetectionsFile', 'out': str(out), **_ground_truth(config)}]
    return config


def with_detections(config: Config, file: str | Path, has_weights: bool = False) -> Config:
    """Let stored detections stand in for the detector, so that a test only tracks.

    Images are read only where they are looked at: by an embedder, because the file holds no embeddings, or by a
    propagator.

    Args:
        config: Has a `test_dataloader`.
        file: A detections file, or results or annotations of any format; see `mmvist.io.detections.open_detections`.
        has_weights: Whether there will be a checkpoint, which an embedder needs.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The model has no tracker or one that needs more than files hold, its embedder lacks weights, or
            nobody says how images are prepared.
    """
    if not Path(file).exists():
        raise FileNotFoundError(f'--detections: {file}: no such file or folder')
    config = deepcopy(config)
    model = _model_with_slots(config, '--detections')
    needed = [name for name in getattr(_component(model.tracker.type), 'needs', ()) if name not in STORED_COLUMNS]
    if needed:
        raise ValueError(f'--detections: {model.tracker.type} reads {", ".join(needed)} of detections, which no file '
                         'holds; run it with its detector')
    embeds = is_detections_file(file) and DetectionsReader(file).embed_size is not None
    features = None
    if model.get('embedder') is None or embeds:
        model.embedder = None
    elif has_weights:
        # Another stand-in may have it one level down.
        features = model.detector.get('features') or model.detector
    else:
        raise ValueError(f'--detections: {file} holds no embeddings, and {model.embedder.type} cannot make them '
                         'without a checkpoint; name one, dump the detections with this config, or set '
                         'model.embedder=None if the tracker does not compare them')
    dataset = config.test_dataloader.dataset
    truth = _ground_truth(config)
    truth['ann_format'] = truth.pop('format', 'ytvis')
    classes = next((one['classes'] for one in _datasets(dataset) if one.get('classes')), config.get('classes'))
    model.detector = {'type': 'FileDetector', 'file': str(file), 'classes': classes, 'features': features, **truth}
    if features is None and not _looks_at_images(model.tracker):
        for one in _datasets(dataset):
            _leave_images_out(one)
        if model.get('data_preprocessor') is None:
            # The detector brought its own; blank images can be prepared in any way.
            model.data_preprocessor = {'type': 'ClipPreprocessor', 'mean': [0] * 3, 'std': [1] * 3}
    elif features is None and model.get('data_preprocessor') is None:
        raise ValueError('--detections: the tracker looks at images, which the detector prepared in a way of its own; '
                         'set model.data_preprocessor')
    if not has_weights:
        config.load_from = None
    return config


def _model_with_slots(config: Config, option: str) -> Any:
    model = config.get('model') or {}
    if not {'detector', 'tracker'} <= {*model}:
        raise ValueError(f'{option}: {config.filename} has no model with a detector and a tracker')
    return model


def _component(kind: Any, registry: Registry = MODELS) -> Any:
    """The class that a `type` names."""
    return registry.get(kind) if isinstance(kind, str) else kind


def _looks_at_images(part: Any) -> bool:
    """Whether a part of a model, or anything in it, says that it needs images."""
    if isinstance(part, Mapping):
        return (bool(getattr(_component(part.get('type')), 'needs_image', False))
                or any(map(_looks_at_images, part.values())))
    return isinstance(part, list | tuple) and any(map(_looks_at_images, part))


def _leave_images_out(dataset: dict) -> None:
    """Put blank images in the place of those that are read; where there is no folder of images, look for none."""
    if 'pipeline' in dataset:
        dataset['pipeline'] = [{'type': 'BlankFrames'} if step['type'] == 'LoadFrames' else step
                               for step in dataset['pipeline']]
    if dataset.get('img_prefix') is not None and not Path(dataset['img_prefix']).exists():
        dataset['img_prefix'] = None


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
