"""Write a world to disk in the formats that real datasets come in.

```
world.json                                     the configuration; written last
{train,val}.json                               YouTube-VIS ground truth
{train,val}/JPEGImages/<video>/<frame>.jpg
kitti_mots/{instances,instances_txt}/          cars and pedestrians; both splits
kitti_mots/{train,val}.seqmap
depth/<split>/<video>/<frame>.png              KITTI: 16 bit, metres * 256, 0 for the sky
flow/<split>/<video>/<frame>.png               KITTI: 16 bit, pixels * 64 + 2**15, to the previous frame; the third
                                               channel is 1 where the point is seen there, 2 where it is hidden
flow_forward/<split>/<video>/<frame>.png       the same, to the next frame
cameras/<split>/<video>.json
visibility/<split>/<video>.json
hard_cases.json
```
"""

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mmvist.io import mots, ytvis
from mmvist.io.hard_cases import HardCase, write_hard_cases
from mmvist.io.json_file import read_json, write_json
from mmvist.io.mots.benchmark import INSTANCES
from mmvist.io.progress import progress
from mmvist.structures import VideoSet, VideoTracks
from mmvist.worlds.config import CLASSES, SPLITS, WorldConfig
from mmvist.worlds.files import write_video
from mmvist.worlds.generator import generate_video

FORMAT = 2
KITTI_CLASSES = ('car', 'pedestrian')


class _Written(NamedTuple):
    split: str
    tracks: VideoTracks
    hard_cases: tuple[HardCase, ...]


def write(config: WorldConfig, root: str | Path, num_workers: int = 1) -> bool:
    """Generate a world and write it; all of it appears at once, or nothing.

    Args:
        config: The world.
        root: Folder to make.
        num_workers: Processes to share the videos among; the files do not depend on it.

    Returns:
        Whether anything was written; False when this very world is there already.

    Raises:
        ValueError: Another world, or something else, is there.
    """
    root = Path(root).resolve()
    if _is_there(config, root):
        return False
    building = root.with_name(f'.{root.name}.{os.getpid()}.tmp')
    try:
        _write_all(config, building, num_workers)
        os.replace(building, root)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return True


def _describe(config: WorldConfig) -> dict:
    return {'format': FORMAT, 'classes': list(CLASSES), **config.as_dict()}


def _is_there(config: WorldConfig, root: Path) -> bool:
    path = root / 'world.json'
    if not path.exists():
        if root.exists() and (not root.is_dir() or any(root.iterdir())):
            raise ValueError(f'{root}: expected a new or empty folder, or a world; it holds something else')
        return False
    found, wanted = read_json(path), _describe(config)
    if found == wanted:
        return True
    differences = [f'{key} {found.get(key)!r} instead of {wanted.get(key)!r}'
                   for key in sorted(found.keys() | wanted.keys()) if found.get(key) != wanted.get(key)]
    raise ValueError(f'{path}: another world is there, with {", ".join(differences)}')


def _write_all(config: WorldConfig, root: Path, num_workers: int) -> None:
    jobs = [(split, index) for split in SPLITS for index in range(config.num_videos(split))]
    written = list(progress(_run(config, root, jobs, num_workers), len(jobs), 'Rendering videos'))
    for split in SPLITS:
        videos = VideoSet(CLASSES, tuple(video.tracks for video in written if video.split == split),
                          tuple(range(1, len(CLASSES) + 1)))
        (root / split / 'JPEGImages').mkdir(parents=True, exist_ok=True)
        ytvis.write(videos, root / f'{split}.json')
        kitti = _as_kitti(videos)
        mots.write_png(kitti, root / 'kitti_mots' / 'instances')
        mots.write_txt(kitti, root / 'kitti_mots' / 'instances_txt')
        mots.write_seqmap(kitti, root / 'kitti_mots' / f'{split}.seqmap')
    write_hard_cases({video.tracks.video.name: video.hard_cases for video in written}, root / 'hard_cases.json')
    write_json(_describe(config), root / 'world.json')


def _as_kitti(videos: VideoSet) -> VideoSet:
    """Without trucks, and with the ids of KITTI's ground truth: class * 1000 + number."""
    kitti = videos.with_classes(KITTI_CLASSES)
    numbers = np.array(kitti.category_ids, np.int64) * INSTANCES
    return replace(kitti, videos=tuple(replace(tracks, ids=numbers[tracks.labels] + tracks.ids)
                                       for tracks in kitti.videos))


def _run(config: WorldConfig, root: Path, jobs: list[tuple[str, int]], num_workers: int) -> Iterator[_Written]:
    job = partial(_render_and_write, config, root)
    if num_workers <= 1:
        yield from map(job, jobs)
        return
    with ProcessPoolExecutor(num_workers) as pool:
        yield from pool.map(job, jobs)


def _render_and_write(config: WorldConfig, root: Path, job: tuple[str, int]) -> _Written:
    video = generate_video(config, *job)
    write_video(video, root)
    return _Written(video.split, video.tracks, video.hard_cases)
