"""A search from a config to the best config."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mmengine.config import Config, ConfigDict

from mmvist.engine import check_config
from mmvist.io.atomic import open_atomic
from mmvist.io.json_file import write_json
from mmvist.tuning.objective import Objective
from mmvist.tuning.search import search
from mmvist.tuning.space import Space
from mmvist.tuning.trial_log import Trial, TrialLog, fingerprint

BEST_JSON, BEST_CONFIG = 'best.json', 'best.py'


def tune(config: Config, detections: str | Path, out: str | Path, num_trials: int = 1000, metric: str | None = None,
         num_workers: int = 1, seed: int = 0) -> Iterator[Trial]:
    """Search a config's `tuning.space`; what was done before in the same folder is not done again.

    In the end `best.json` holds the best trial beside the config's own values, and `best.py` is the config with the
    best ones.

    Args:
        config: From a file; see `mmvist.tuning` for its `tuning`.
        detections: What the config's detector found in its test videos; see `Objective.from_config`.
        out: Folder for the log and the best.
        num_trials: How many there are to be, those of the log included.
        metric: Name of the score, more of which is better; the config's own by default.
        num_workers: Processes that share the trials.
        seed: Another seed, other trials.

    Yields:
        First the best trial that the log has, if any, then trials as they end.

    Raises:
        TrialError: A tracker fails.
        ValueError: The config has nothing to tune, files do not fit together, the folder is of another search, or no
            trial has a score.
    """
    tuning = config.get('tuning') or {}
    metric = metric or tuning.get('metric')
    if not tuning.get('space') or not metric:
        raise ValueError(f'{config.filename}: needs tuning = dict(metric=..., space={{...}}), see mmvist.tuning; got '
                         f'{dict(tuning)}')
    if num_trials < 1:
        raise ValueError(f'num_trials must be at least 1, got {num_trials}')
    check_config(config)
    tracker, ranges = _plain(config.model.tracker), _plain(tuning.space)
    space = Space(ranges, tracker)
    objective = Objective.from_config(config, str(detections), metric)
    log = TrialLog(out, {
        'metric': metric, 'seed': seed, 'space': ranges, 'tracker': repr(tracker), 'scoring': repr(objective.scoring),
        'disjoint_masks': objective.disjoint_masks, 'classes': list(objective.classes),
        'videos': [video.name for video in objective.videos], 'detections': fingerprint(detections)})
    if log.trials:
        yield max(log.trials.values(), key=lambda trial: trial.rank)
    yield from search(objective, space, log, num_trials, seed, num_workers)
    write_best(log, space, metric, config, Path(out))


def write_best(log: TrialLog, space: Space, metric: str, config: Config, out: Path) -> None:
    """Write `best.json` and `best.py`.

    Args:
        log: All trials.
        space: What was searched.
        metric: Name of the score.
        config: The config that was tuned.
        out: The folder.
    """
    best, own = log.best, log.trials.get(0)
    before = None if own is None else own.score
    write_json({'metric': metric, 'trial': best.index, 'score': best.score, 'values': best.values,
                'own_score': before, 'own_values': space.own, 'num_trials': len(log.trials)}, out / BEST_JSON)
    base = os.path.relpath(config.filename, out)
    tracker = ConfigDict({'_delete_': True, **space.tracker(best.values)})
    with open_atomic(out / BEST_CONFIG) as file:
        file.write(f'# Trial {best.index} of {len(log.trials)}: {metric} {best.score:.6g}; the values of the config '
                   f'below come to {before if before is None else f"{before:.6g}"}.\n_base_ = {base!r}\n')
        file.write(Config({'model': {'tracker': tracker}}).pretty_text)


def _plain(node: Any) -> Any:
    """Config entries as plain dictionaries and lists."""
    if isinstance(node, dict):
        return {key: _plain(value) for key, value in node.items()}
    return [_plain(value) for value in node] if isinstance(node, list | tuple) else node
