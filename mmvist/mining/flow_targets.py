"""Sparse optical flow to train on, from points that several frames see."""

import shutil
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from mmvist.io import ytvis
from mmvist.io.detections import DetectionsReader
from mmvist.io.flow import SEEN, UNKNOWN, read_flow, write_flow
from mmvist.io.progress import progress
from mmvist.mining.structure import Observations, near_objects, reconstruct
from mmvist.structures import VideoTracks

Frame = tuple[int, np.ndarray, np.ndarray]


def write_targets_of_mined(folder: Path, positions: Path | None = None, work: Path | None = None,
                           num_threads: int = -1) -> list[str]:
    """Find flow of the static scene of all videos of a mining run, in `flow_targets/` of its folder.

    What is there already is not done again.

    Args:
        folder: Of the run. All its segments, annotated or ignored, count as what may move.
        positions: Folder of files `<video>.txt`, a line "latitude longitude altitude" for each frame, if there are any.
        work: Folder to keep what COLMAP leaves.
        num_threads: Threads; -1 takes all.

    Returns:
        The videos whose scene could not be reconstructed; the reason is printed.

    Raises:
        FileNotFoundError: There are no segments in the folder.
    """
    files, failed = sorted((folder / 'segments').glob('*.npz')), []
    if not files:
        raise FileNotFoundError(f'{folder / "segments"}: no segments there; tools/mine.py finds them')
    for file in progress(files, len(files), 'Structure from motion'):
        done = folder / 'flow_targets' / 'done' / file.stem
        if done.exists():
            continue
        try:
            segments = DetectionsReader(file).read(0)
            known = None if positions is None else np.loadtxt(positions / f'{file.stem}.txt', ndmin=2)[:, :3]
            with tempfile.TemporaryDirectory() as temporary:
                place = Path(temporary) / 'work' if work is None else work / file.stem
                seen = reconstruct(folder / 'images' / file.stem, place, segments, known, num_threads)
        except ImportError:
            raise
        except Exception:
            # Whatever is wrong with a video, the others are not to suffer.
            traceback.print_exc()
            failed.append(file.stem)
            continue
        write_targets(seen, done.parent.parent, file.stem, segments.video.height, segments.video.width)
        done.parent.mkdir(parents=True, exist_ok=True)
        done.touch()
    return failed


def write_targets_of_world(folder: Path, out: Path, share: float, seed: int = 0) -> None:
    """Sample from the exact flow of a street world what structure from motion would know of it.

    Args:
        folder: The world.
        out: Folder for `flow/` and `flow_forward/`, as the world has them.
        share: How many pixels of the static scene are known, in 0..1.
        seed: Which.
    """
    generator = np.random.default_rng(seed)
    videos = [(split, tracks) for split in ('train', 'val') for tracks in ytvis.read(folder / f'{split}.json').videos]
    for split, tracks in progress(videos, len(videos), 'Sampling flow'):
        for kind in ('flow', 'flow_forward'):
            target = out / kind / split / tracks.video.name
            shutil.rmtree(target, ignore_errors=True)
            for frame in range(tracks.video.length):
                file = f'{frame:05d}.png'
                flow = read_flow(folder / kind / split / tracks.video.name / file)
                write_flow(*sample_flow(*flow, ~_moving(tracks, frame), share, generator), target / file)


def sparse_flow(observations: Observations, step: int, height: int, width: int) -> Iterator[Frame]:
    """Flow between successive frames at the points that both see: the difference of the two places.

    Args:
        observations: Points and places; of two points at one pixel the later counts.
        step: -1 for flow to the frame before, 1 for flow to the frame after.
        height: Rows of the images.
        width: Columns of the images.

    Yields:
        Frames that have points in common with the other one, rising, with flow (H, W, 2) float32 and (H, W) uint8,
        `SEEN` where a point is and else `UNKNOWN`.
    """
    place_of = {(point, frame): place for point, frame, place in
                zip(observations.points.tolist(), observations.frames.tolist(), observations.places, strict=True)}
    pairs: dict[int, list[tuple[np.ndarray, np.ndarray]]] = {}
    for (point, frame), place in place_of.items():
        other = place_of.get((point, frame + step))
        if other is not None:
            pairs.setdefault(frame, []).append((place, other - place))
    for frame in sorted(pairs):
        places, flows = (np.array(part) for part in zip(*pairs[frame], strict=True))
        columns, rows = np.rint(places).astype(np.int64).T
        inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
        flow, known = np.zeros((height, width, 2), np.float32), np.full((height, width), UNKNOWN, np.uint8)
        flow[rows[inside], columns[inside]] = flows[inside]
        known[rows[inside], columns[inside]] = SEEN
        yield frame, flow, known


def write_targets(observations: Observations, root: Path, name: str, height: int, width: int) -> None:
    """Write the flow of a video in both directions, `backward/<name>/<frame>.png` and `forward/...`, and no other."""
    for folder, step in (('backward', -1), ('forward', 1)):
        shutil.rmtree(root / folder / name, ignore_errors=True)
        for frame, flow, known in sparse_flow(observations, step, height, width):
            write_flow(flow, known, root / folder / name / f'{frame:05d}.png')


def sample_flow(flow: np.ndarray, known: np.ndarray, still: np.ndarray, share: float, generator: np.random.Generator
                ) -> tuple[np.ndarray, np.ndarray]:
    """What structure from motion would know of exact flow: some points of what does not move, seen in both frames.

    Args:
        flow: (H, W, 2).
        known: (H, W) as `mmvist.io.flow` has it.
        still: (H, W) bool, pixels of the static scene.
        share: How many of these are known, in 0..1.
        generator: Where chance comes from.

    Returns:
        Flow and what is known of it, likewise.
    """
    chosen = (known == SEEN) & still & (generator.random(known.shape) < share)
    return flow * chosen[..., None], np.where(chosen, SEEN, UNKNOWN).astype(np.uint8)


def _moving(tracks: VideoTracks, frame: int) -> np.ndarray:
    return near_objects(tracks.masks[tracks.rows_at(frame)], tracks.video.height, tracks.video.width)
