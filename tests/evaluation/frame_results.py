"""What metrics are given: the results of one frame after the other."""

from mmvist.structures import FrameResult, VideoSet


def frame_results(video_set: VideoSet) -> list[FrameResult]:
    """The frames of a set, as a segmentor gives them; labels and scores of tracks come with the last frame."""
    results = []
    for tracks in video_set.videos:
        for frame in range(tracks.video.length):
            rows = tracks.rows_at(frame)
            last = frame == tracks.video.length - 1
            summaries = {track: tracks.summary(track) for track in tracks.track_ids.tolist()} if last else None
            results.append(FrameResult(tracks.video, frame, tracks.ids[rows], tracks.labels[rows], tracks.scores[rows],
                                       tracks.bboxes[rows], tracks.masks[rows], summaries))
    return results
