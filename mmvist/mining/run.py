"""A whole mining run: all videos, on one process or several."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.dist import all_gather_object, get_dist_info
from torch import distributed

from mmvist.inferencer import VISInferencer
from mmvist.io.progress import progress
from mmvist.mining.miner import Miner, needs_segments
from mmvist.mining.output import write_annotations
from mmvist.mining.plan import MiningPlan
from mmvist.mining.raw_videos import find_videos
from mmvist.mining.store import Store
from mmvist.mining.summary import Summary
from mmvist.registry import TASK_UTILS

# A process may wait that long for others that have longer videos.
PATIENCE = timedelta(days=30)
# Detectors that fetch their weights themselves.
SELF_SUFFICIENT = ('MMDetDetector',)


def mine(config: Config, sources: Sequence[str | Path], out: str | Path, checkpoint: str | Path | None = None,
         device: str | None = None, chunk: int = 1, trust_checkpoint: bool = False, keep_flow: bool = False,
         redo: str | None = None) -> tuple[Summary, dict[str, float]] | None:
    """Mine annotations from raw videos; each process of a group takes its share of them.

    What is in the folder already is not done again.

    Args:
        config: A detector, what prepares its frames, and `mining`; see `MiningPlan`.
        sources: See `find_videos`.
        out: Folder of the run; see `Store` and `write_annotations`.
        checkpoint: The detector's weights.
        device: Where it runs; a GPU if there is one.
        chunk: Frames the detector is given at once.
        trust_checkpoint: Unpickle a checkpoint of another project, which can run any code.
        keep_flow: Store optical flow, so that tracks can be made anew without it being estimated anew.
        redo: A stage that is done anew for all videos, with those after it: 'segments' or 'tracks'.

    Returns:
        What was mined, and how long each kind of work took all processes this time; `None` but on the first process.

    Raises:
        ValueError: The config has no plan, videos have one name, the folder holds what was made differently, or the
            detector would have random weights.
        FileNotFoundError: A source is not there.
    """
    plan, videos = MiningPlan.of(config), find_videos(sources)
    for key in ('classes', 'test_dataloader'):
        if key not in config:
            raise ValueError(f'config {config.filename or ""} has no entry {key}, which tells of the detector')
    linker, rules = TASK_UTILS.build(dict(plan.linker)), plan.rules(config.classes)
    store, (rank, num_processes) = Store(out, plan.classes), get_dist_info()
    stages = _stages(config, plan, checkpoint)
    group = distributed.new_group(timeout=PATIENCE) if distributed.is_initialized() else None
    if rank == 0:
        if redo is not None:
            store.forget(redo)
        for stage, description in stages.items():
            store.check_stage(stage, description)
        store.sweep()
    all_gather_object(None, group)

    share = videos[rank::num_processes]
    for video in share:
        store.begin(video)
    device = device or ('cuda' if torch.cuda.is_available() else 'cpu')
    inferencer = None
    if needs_segments(store, share):
        inferencer = VISInferencer(config, checkpoint, device, chunk=chunk, trust_checkpoint=trust_checkpoint)
        _check_weights(config, checkpoint, inferencer)
    linker.prepare(device, store.root / 'flow' / _flow_digest(plan.linker) if keep_flow else None)
    miner = Miner(store, inferencer, rules, linker)
    for video in progress(share, len(share), 'Mining videos'):
        miner.mine(video)
    parts = all_gather_object(dict(miner.seconds), group)
    if rank != 0:
        return None
    names = sorted({name for part in parts for name in part})
    seconds = {name: sum(part.get(name, 0.0) for part in parts) for name in names}
    return write_annotations(store, plan, [video.name for video in videos]), seconds


def _check_weights(config: Config, checkpoint: str | Path | None, inferencer: VISInferencer) -> None:
    has_weights = any(True for _ in inferencer.model.detector.parameters())
    if checkpoint is None and has_weights and config.model.detector.type not in SELF_SUFFICIENT:
        raise ValueError(f'{config.model.detector.type} would find segments with random weights; name a checkpoint')


def _stages(config: Config, plan: MiningPlan, checkpoint: str | Path | None) -> dict[str, dict[str, Any]]:
    """What the results of each stage depend on; of files that are named what they hold, of folders the names alone."""
    config = config.to_dict()
    files = {} if checkpoint is None else {'checkpoint': _file_digest(Path(checkpoint))}
    segments = {'model': config['model'], 'pipeline': config['test_dataloader']['dataset']['pipeline'],
                'found': config['classes'], 'classes': plan.classes, 'class_map': plan.class_map,
                'min_score': plan.min_score, 'max_covered': plan.max_covered,
                'files': files | _files_of(config['model'])}
    linker = config['mining']['linker']
    return {'segments': segments, 'tracks': {'linker': linker, 'files': _files_of(linker)}}


def _files_of(config: Any) -> dict[str, str]:
    """Digests of all files that a config names."""
    return {str(path): _file_digest(path) for path in map(Path, _texts(config)) if path.is_file()}


def _texts(config: Any) -> Iterator[str]:
    if isinstance(config, str):
        # Longer ones are no names of files.
        yield from [config] if len(config) < 256 and '\0' not in config else []
    elif isinstance(config, Mapping):
        for value in config.values():
            yield from _texts(value)
    elif isinstance(config, list | tuple):
        for value in config:
            yield from _texts(value)


def _file_digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open('rb') as file:
        while part := file.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()


def _flow_digest(linker: Mapping[str, Any]) -> str:
    """A word that stands for what estimates a linker's flow."""
    flow = linker.get('tracker', {}).get('propagator', {}).get('flow')
    described = json.dumps([flow, _files_of(flow)], default=str, sort_keys=True)
    return hashlib.sha256(described.encode()).hexdigest()[:16]
