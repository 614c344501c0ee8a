"""What a mining run leaves: annotations in several forms, strips to look at, a summary."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mmvist.io import frame_files, mots, ytvis
from mmvist.io.frames import image_files
from mmvist.io.image import read_image
from mmvist.io.json_file import write_json
from mmvist.io.mots.benchmark import IGNORE_CLASS
from mmvist.io.progress import progress
from mmvist.mining.annotations import annotate, fits_mots
from mmvist.mining.plan import MiningPlan
from mmvist.mining.store import Store
from mmvist.mining.summary import Summary
from mmvist.structures import VideoSet, VideoTracks
from mmvist.visualization.strip import TrackStrip

# Most frames of a film strip.
STRIP_FRAMES = 12


def write_annotations(store: Store, plan: MiningPlan, names: Sequence[str]) -> Summary:
    """Put the tracks of all videos together.

    ```
    annotations.json                                        YouTube-VIS
    instances_txt/<video>.txt  instances_txt/all.seqmap     MOTS, as KITTI has it
    instances/<video>/<frame>.png                           the same as images
    results/<video>.json                                    the tracks alone as frame JSON, to be scored
    strips/<video>.png  summary.json
    ```

    MOTS has room for nine classes, and for 999 tracks of each in a video; what has more is in the other files alone.

    Args:
        store: Where they are.
        plan: What is annotated.
        names: The videos; those that failed are left out.
    """
    summary, annotated = Summary(plan.classes), []
    for name in progress(names, len(names), 'Annotating'):
        reason = store.failure(name)
        try:
            tracks, counts = store.read_tracks(name) if reason is None else (None, None)
        except (OSError, ValueError) as error:
            reason = f'{type(error).__name__}: {error}'.partition('\n')[0]
        if reason is not None:
            summary.failed[name] = reason
            continue
        tracks = annotate(tracks, plan.min_length, plan.min_area)
        summary.add(tracks, counts)
        annotated.append(tracks)
    fitting = [tracks for tracks in annotated if len(plan.classes) < IGNORE_CLASS and fits_mots(tracks)]
    summary.beyond_mots += [tracks.video.name for tracks in annotated if tracks not in fitting]
    _write(store.root, annotated, fitting, plan.classes)
    _draw_strips(store, annotated, plan)
    write_json(summary.as_dict(), store.root / 'summary.json')
    return summary


def _write(root: Path, videos: Sequence[VideoTracks], fitting: Sequence[VideoTracks], classes: Sequence[str]) -> None:
    """Write the annotations in all forms."""
    category_ids = tuple(range(1, len(classes) + 1))
    numbered = tuple(replace(tracks, video=replace(tracks.video, id=number))
                     for number, tracks in enumerate(videos, 1))
    ytvis.write(VideoSet(tuple(classes), numbered, category_ids), root / 'annotations.json', compressed=True)
    # What another set of videos has left must not stay.
    for folder in ('instances', 'instances_txt', 'results'):
        shutil.rmtree(root / folder, ignore_errors=True)
    frame_files.write(VideoSet(tuple(classes), tuple(videos), category_ids), root / 'results')
    in_mots = VideoSet(tuple(classes), tuple(fitting), category_ids)
    if fitting:
        mots.write_png(in_mots, root / 'instances')
        mots.write_txt(in_mots, root / 'instances_txt')
        mots.write_seqmap(in_mots, root / 'instances_txt' / 'all.seqmap')


def _draw_strips(store: Store, videos: Sequence[VideoTracks], plan: MiningPlan) -> None:
    """Film strips of some videos, evenly spaced among all."""
    shutil.rmtree(store.root / 'strips', ignore_errors=True)
    step = max(1, -(-len(videos) // max(plan.num_strips, 1)))
    chosen = videos[::step][:plan.num_strips]
    for tracks in progress(chosen, len(chosen), 'Drawing strips'):
        files = image_files(store.images(tracks.video.name))
        every = -(-len(files) // STRIP_FRAMES)
        strip = TrackStrip(max(-(-len(files) // every), 2))
        for result in frame_files.frame_results(tracks.select(~tracks.ignore)):
            if result.frame % every == 0:
                strip.add(read_image(files[result.frame]), result)
        strip.save(store.root / 'strips' / f'{tracks.video.name}.png', plan.classes)
