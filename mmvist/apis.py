"""Tracking from Python: a model, a source of frames, and results as they come, or stored while they do."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from mmvist.inferencer import VISInferencer
from mmvist.io.frame_json import FrameJSONWriter
from mmvist.io.frames import Source, open_frames
from mmvist.io.progress import progress
from mmvist.io.video_writer import VideoWriter
from mmvist.visualization import Overlay, Panels
from mmvist.visualization.strip import TrackStrip

__all__ = ['VISInferencer', 'draw_folders', 'track_to_files']

# A ranking holds many doubtful instances; a picture of all of them shows none.
DRAWN_SCORE = 0.4


def track_to_files(inferencer: VISInferencer, source: Source, video: str | Path | None = None,
                   results: str | Path | None = None, strip: str | Path | None = None, skip_broken: bool = False,
                   panels: bool = False) -> int:
    """Track one source and store what is asked for while it streams.

    Args:
        inferencer: The model.
        source: What `open_frames` takes.
        video: Where the video with its instances drawn goes, *.mp4.
        results: Where the results go, JSON as `io/frame_json.py` describes.
        strip: Where the film strip of the tracks goes, *.png.
        skip_broken: Leave broken frames out with a warning.
        panels: Draw the panels of the inferencer's config, which `with_panels` made ready, in place of one overlay.

    Returns:
        Number of frames.
    """
    frames = open_frames(source, skip_broken)
    overlay: Overlay | Panels = Overlay(inferencer.classes, min_score=DRAWN_SCORE)
    if panels:
        overlay = Panels(inferencer.classes, inferencer.config.panels, DRAWN_SCORE)
    film, count = TrackStrip(), 0
    with ExitStack() as stack:
        drawn = None if video is None else stack.enter_context(VideoWriter(video, frames.fps))
        stored = None if results is None else stack.enter_context(
            FrameJSONWriter(results, frames.video, inferencer.classes))
        for image, result in progress(inferencer.track(frames), frames.num_expected, frames.video.name):
            count += 1
            if drawn is not None:
                drawn.write(overlay.draw(image, result))
            if stored is not None:
                stored.write(result)
            if strip is not None:
                film.add(image, result)
    if strip is not None:
        film.save(strip, inferencer.classes)
    return count


def draw_folders(inferencer: VISInferencer, folders: Sequence[Path], video: Path, strips: Path, fps: float
                 ) -> None:
    """Track folders of images and draw them one after another into one video, with a film strip each.

    Args:
        inferencer: The model.
        folders: Folders of images of one size.
        video: Where the video goes, *.mp4.
        strips: Folder of the strips, one <folder's name>.png each.
        fps: Frames a second of the video.
    """
    overlay = Overlay(inferencer.classes, min_score=DRAWN_SCORE)
    with VideoWriter(video, fps) as drawn:
        for folder in progress(folders, len(folders), 'Drawing'):
            overlay.reset()
            film = TrackStrip()
            for image, result in inferencer.track(folder):
                drawn.write(overlay.draw(image, result))
                film.add(image, result)
            film.save(strips / f'{folder.name}.png', inferencer.classes)
