"""A whole mining run: all videos, on one process or several, and the annotations that come of them."""

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.dist import all_gather_object, get_dist_info

from mmvist.inferencer import VISInferencer
from mmvist.io import frame_files, mots, ytvis
from mmvist.io.frames import image_files
from mmvist.io.image import read_image
from mmvist.io.json_file import write_json
from mmvist.io.progress import progress
from mmvist.mining.annotations import annotate, fits_mots
from mmvist.mining.miner import Miner
from mmvist.mining.raw_videos import find_videos
from mmvist.mining.segments import SegmentRules
from mmvist.mining.store import Store
from mmvist.mining.summary import Summary
from mmvist.registry import TASK_UTILS
from mmvist.structures import VideoSet, VideoTracks
from mmvist.visualization.strip import TrackStrip


@dataclass(frozen=True)
class MiningPlan:
    """A config's entry `mining`.

    Attributes:
        classes: Classes that are mined; a label is an index into them.
        linker: Config of what makes tracks of segments.
        class_map: See `SegmentRules`.
        min_score: See `SegmentRules`.
        max_covered: See `SegmentRules`.
        min_length: See `annotate`.
        min_area: See `annotate`.
        num_strips: Videos of which a film strip is made, to be looked at.
    """

    classes: Sequence[str]
    linker: Mapping[str, Any]
    class_map: Mapping[str, str] | None = None
    min_score: float = 0.5
    max_covered: float = 0.5
    min_length: int = 2
    min_area: int = 0
    num_strips: int = 20

    def rules(self, found: Sequence[str]) -> SegmentRules:
        """The rules of segments, for a detector's classes."""
        return SegmentRules(self.classes, found, self.class_map, self.min_score, self.max_covered)


def mine(config: Config, sources: Sequence[str | Path], out: str | Path, checkpoint: str | Path | None = None,
         device: str | None = None, trust_checkpoint: bool = False, keep_flow: bool = False, redo: str | None = None
         ) -> tuple[Summary, dict[str, float]] | None:
    """Mine annotations from raw videos; each process of a group takes its share of them.

    What is in the folder already is not done again. The annotations are

    ```
    instances_txt/<video>.txt  instances_txt/all.seqmap     KITTI MOTS
    instances/<video>/<frame>.png                           the same as images
    annotations.json                                        YouTube-VIS
    results/<video>.json                                    the tracks alone as frame JSON, to be scored
    strips/<video>.png  summary.json
    ```

    Args:
        config: A detector, what prepares its frames, and `mining`, the arguments of `MiningPlan`.
        sources: See `find_videos`.
        out: Folder of the run; see `Store`.
        checkpoint: The detector's weights.
        device: Where it runs; a GPU if there is one.
        trust_checkpoint: Unpickle a checkpoint of another project, which can run any code.
        keep_flow: Store optical flow, so that tracks can be made anew without it being estimated anew.
        redo: A stage that is done anew for all videos, with those after it: 'segments' or 'tracks'.

    Returns:
        What was mined, and how long each kind of work took all processes this time; `None` but on the first process.

    Raises:
        ValueError: The config has no plan, videos have one name, or the folder holds what was made differently.
        FileNotFoundError: A source is not there.
    """
    if 'mining' not in config:
        raise ValueError(f'config {config.filename or ""} has no entry `mining`, which says what is mined and how')
    plan = MiningPlan(**config.mining)
    videos = find_videos(sources)
    store, (rank, num_processes) = Store(out, plan.classes), get_dist_info()
    stages = _stages(config, plan, checkpoint)
    if redo is not None and rank == 0:
        store.forget(redo, [video.name for video in videos])
    all_gather_object(None)
    for stage, description in stages.items():
        store.check_stage(stage, description)
        if rank == 0:
            store.begin_stage(stage, description)
    linker = TASK_UTILS.build(dict(plan.linker))
    if keep_flow:
        linker.keep_flow(store.root / 'flow')
    miner = Miner(store, partial(VISInferencer, config, checkpoint, device, trust_checkpoint=trust_checkpoint),
                  plan.rules, linker)
    share = videos[rank::num_processes]
    miner.prepare(share)
    for video in progress(share, len(share), 'Mining videos'):
        miner.mine(video)
    seconds = _sum(all_gather_object(dict(miner.seconds)))
    return (write_annotations(store, plan, [video.name for video in videos]), seconds) if rank == 0 else None


def write_annotations(store: Store, plan: MiningPlan, names: Sequence[str]) -> Summary:
    """Put the tracks of all videos together.

    Args:
        store: Where they are.
        plan: What is annotated.
        names: The videos; those that failed are left out.
    """
    summary, annotated = Summary(plan.classes), []
    for name in progress(names, len(names), 'Annotating'):
        reason = store.failure(name)
        if reason is not None:
            summary.failed[name] = reason
            continue
        tracks, counts = store.read_tracks(name)
        tracks = annotate(tracks, plan.min_length, plan.min_area)
        summary.add(tracks, counts)
        annotated.append(tracks)
    _write(store.root, annotated, plan.classes)
    summary.beyond_mots += [tracks.video.name for tracks in annotated if not fits_mots(tracks)]
    write_json(summary.as_dict(), store.root / 'summary.json')
    _draw_strips(store, annotated, plan)
    return summary


def _stages(config: Config, plan: MiningPlan, checkpoint: str | Path | None) -> dict[str, dict[str, Any]]:
    """All that the results of each stage depend on."""
    config = config.to_dict()
    segments = {'model': config['model'], 'pipeline': config['test_dataloader']['dataset']['pipeline'],
                'found': config['classes'], 'classes': plan.classes, 'class_map': plan.class_map,
                'min_score': plan.min_score, 'max_covered': plan.max_covered,
                'checkpoint': None if checkpoint is None else _digest(checkpoint)}
    return {'segments': segments, 'tracks': {'linker': plan.linker, 'segments': segments}}


def _digest(path: str | Path) -> str:
    digest = hashlib.sha256()
    with open(path, 'rb') as file:
        while part := file.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()


def _sum(parts: Sequence[Mapping[str, float]]) -> dict[str, float]:
    names = sorted({name for part in parts for name in part})
    return {name: sum(part.get(name, 0.0) for part in parts) for name in names}


def _write(root: Path, videos: Sequence[VideoTracks], classes: Sequence[str]) -> None:
    """Write the annotations in all forms."""
    category_ids = tuple(range(1, len(classes) + 1))
    numbered = tuple(replace(tracks, video=replace(tracks.video, id=number))
                     for number, tracks in enumerate(videos, 1))
    ytvis.write(VideoSet(tuple(classes), numbered, category_ids), root / 'annotations.json', compressed=True)
    fitting = VideoSet(tuple(classes), tuple(filter(fits_mots, videos)), category_ids)
    # What another set of videos has left must not stay.
    for folder in ('instances', 'instances_txt', 'results'):
        shutil.rmtree(root / folder, ignore_errors=True)
    mots.write_png(fitting, root / 'instances')
    mots.write_txt(fitting, root / 'instances_txt')
    mots.write_seqmap(fitting, root / 'instances_txt' / 'all.seqmap')
    frame_files.write(VideoSet(tuple(classes), tuple(videos), category_ids), root / 'results')


def _draw_strips(store: Store, videos: Sequence[VideoTracks], plan: MiningPlan) -> None:
    """Film strips of some videos, evenly spaced among all."""
    step = max(1, -(-len(videos) // max(plan.num_strips, 1)))
    chosen = videos[::step][:plan.num_strips]
    for tracks in progress(chosen, len(chosen), 'Drawing strips'):
        kept, strip = tracks.select(~tracks.ignore), TrackStrip()
        files = image_files(store.images(tracks.video.name))
        for path, result in zip(files, frame_files.frame_results(kept), strict=True):
            strip.add(read_image(path), result)
        strip.save(store.root / 'strips' / f'{tracks.video.name}.png', plan.classes)
