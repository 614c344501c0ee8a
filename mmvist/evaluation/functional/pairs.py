"""Which results belong to which ground truth."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from mmvist.structures import VideoSet, VideoTracks


def pair_videos(ground_truth: VideoSet, results: VideoSet) -> list[tuple[VideoTracks, VideoTracks]]:
    """Ground truth and results of every video of the ground truth, by rising video id.

    A video without results is paired with no tracks: all of its objects are missed. Ignore rows of results are dropped.

    Raises:
        ValueError: The classes differ, a video occurs twice or is not in the ground truth, or it has another size or
            length there.
    """
    if ground_truth.classes != results.classes:
        raise ValueError(f'classes of the results must be {list(ground_truth.classes)} as in the ground truth, '
                         f'got {list(results.classes)}')
    for videos, source in ((ground_truth.videos, 'ground truth'), (results.videos, 'results')):
        twice = [video for video, times in Counter(tracks.video.id for tracks in videos).items() if times > 1]
        if twice:
            raise ValueError(f'{source}: videos {twice} occur twice')
    found = {tracks.video.id: tracks for tracks in results.videos}
    unknown = sorted(set(found) - {tracks.video.id for tracks in ground_truth.videos})
    if unknown:
        raise ValueError(f'results: videos {unknown} are not in the ground truth')
    pairs = []
    for truth in sorted(ground_truth.videos, key=lambda tracks: id_order(tracks.video.id)):
        tracks = found.get(truth.video.id)
        if tracks is None:
            tracks = VideoTracks.from_rows(truth.video, [])
        if len(truth) == 0:
            # Without an object a file may not say how large its frames are.
            truth = replace(truth, video=replace(truth.video, height=tracks.video.height, width=tracks.video.width))
        _check_shape(truth, tracks)
        pairs.append((truth, tracks.select(~tracks.ignore)))
    return pairs


def id_order(video_id: int | str) -> tuple[bool, int | str]:
    """What to sort ids by: numbers first, then text."""
    return isinstance(video_id, str), video_id


def video_names(videos: Iterable[tuple[int | str, str]]) -> dict[int | str, str]:
    """What each video is called in a report, by id: its name, or its id where names occur twice.

    Args:
        videos: Id and name of each.
    """
    names = dict(videos)
    distinct = len(set(names.values())) == len(names)
    return {video: name if distinct else str(video) for video, name in names.items()}


def _check_shape(truth: VideoTracks, tracks: VideoTracks) -> None:
    if len(tracks) == 0:
        return
    wanted, got = ((video.length, video.height, video.width) for video in (truth.video, tracks.video))
    if wanted != got:
        raise ValueError(f'video {truth.video.name}: (length, height, width) is {wanted} in the ground truth, '
                         f'{got} in the results')
