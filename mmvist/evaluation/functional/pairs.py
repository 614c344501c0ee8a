"""Which results belong to which ground truth."""

from collections import Counter

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
    for truth in sorted(ground_truth.videos, key=lambda tracks: tracks.video.id):
        tracks = found.get(truth.video.id)
        if tracks is None:
            tracks = VideoTracks.from_rows(truth.video, [])
        _check_shape(truth, tracks)
        pairs.append((truth, tracks.select(~tracks.ignore)))
    return pairs


def video_names(ground_truth: VideoSet) -> dict[int | str, str]:
    """What each video is called in a report, by id: its name, or its id where names occur twice."""
    names = [tracks.video.name for tracks in ground_truth.videos]
    distinct = len(set(names)) == len(names)
    return {tracks.video.id: tracks.video.name if distinct else str(tracks.video.id)
            for tracks in ground_truth.videos}


def _check_shape(truth: VideoTracks, tracks: VideoTracks) -> None:
    # Without rows the size of a video may be unknown to its file, and does not matter.
    if len(truth) == 0 or len(tracks) == 0:
        return
    wanted, got = ((video.length, video.height, video.width) for video in (truth.video, tracks.video))
    if wanted != got:
        raise ValueError(f'video {truth.video.name}: (length, height, width) is {wanted} in the ground truth, '
                         f'{got} in the results')
