"""Ground truth that can be scored."""

from pathlib import Path

from mmvist.structures import VideoSet, VideoTracks


def has_objects(tracks: VideoTracks) -> bool:
    """Whether there is anything to find in a video."""
    return not tracks.ignore.all()


def no_objects(path: str | Path) -> ValueError:
    """The error for ground truth in which there is nothing to find: benchmarks publish test files like that."""
    return ValueError(f'{path}: the ground truth has no objects, so there is nothing to score; benchmarks publish none '
                      'for their validation and test files')


def require_objects(video_set: VideoSet, path: str | Path) -> None:
    """Raise ValueError when there is nothing to find."""
    if not any(map(has_objects, video_set.videos)):
        raise no_objects(path)
