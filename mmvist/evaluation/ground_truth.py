"""Ground truth that can be scored."""

from pathlib import Path

from mmvist.structures import VideoSet


def require_objects(video_set: VideoSet, path: str | Path) -> None:
    """Raise ValueError when there is nothing to find: benchmarks publish test files without annotations."""
    if all(tracks.ignore.all() for tracks in video_set.videos):
        raise ValueError(f'{path}: the ground truth has no objects, so there is nothing to score; benchmarks publish '
                         'none for their validation and test files')
