"""Builders of what tracking scores see, without masks or boxes."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from mmvist.evaluation.functional.similarity import VideoSimilarity

Frames = Sequence[tuple[Sequence[int], Sequence[int], np.ndarray]]


@pytest.fixture(scope='session')
def make_similarity() -> Callable[..., VideoSimilarity]:
    """`make_similarity(frames)`: a video of one class from (gt ids, ids, likeness (N, M)) of each frame.

    `ignore_share`, of all results in order, is 0 unless given.
    """
    def build(frames: Frames, ignore_share: Sequence[float] | None = None) -> VideoSimilarity:
        matrices = [np.asarray(values, np.float64).reshape(len(gt_ids), len(ids)) for gt_ids, ids, values in frames]
        pairs = [np.nonzero(matrix) for matrix in matrices]
        gt_counts, counts = ([len(frame[column]) for frame in frames] for column in (0, 1))
        gt_frames, of_frames = (np.repeat(np.arange(len(frames)), number) for number in (gt_counts, counts))
        gt_starts, starts = (np.cumsum([0, *number]) for number in (gt_counts, counts))

        def joined(columns: list, dtype: type = np.int64) -> np.ndarray:
            return np.concatenate([np.zeros(0, dtype), *columns]).astype(dtype)

        return VideoSimilarity(
            len(frames), gt_frames, joined([gt_ids for gt_ids, _, _ in frames]), np.zeros(len(gt_frames), np.int64),
            of_frames, joined([ids for _, ids, _ in frames]), np.zeros(len(of_frames), np.int64),
            joined([rows + start for (rows, _), start in zip(pairs, gt_starts[:-1], strict=True)]),
            joined([columns + start for (_, columns), start in zip(pairs, starts[:-1], strict=True)]),
            joined([matrix[place] for matrix, place in zip(matrices, pairs, strict=True)], np.float64),
            np.zeros(len(of_frames)) if ignore_share is None else np.array(ignore_share, np.float64))

    return build


def _random_frames(generator: np.random.Generator, steps: int) -> list:
    frames = []
    presence = generator.random(2)
    for _ in range(generator.integers(1, 11)):
        gt_ids, ids = (generator.permutation(8)[generator.random(8) < share] for share in presence)
        values = generator.random((len(gt_ids), len(ids))) * (generator.random((len(gt_ids), len(ids))) < .4)
        values[gt_ids[:, None] == ids] += .3
        values = values.clip(0, 1)
        frames.append((gt_ids + 3, ids * 100, np.round(values * steps) / steps if steps else values))
    return frames


@pytest.fixture(scope='session')
def random_videos() -> Callable[..., list[list]]:
    """`random_videos(seed, steps)`: the frames of nine videos, for `make_similarity`.

    Six have up to 8 objects and 8 ids that come and go for up to 10 frames; each object has an id it is more like. One
    has no results, one no objects, one neither. Likeness comes in `steps` steps, so that it ties, or is free for 0.
    """
    def build(seed: int, steps: int = 0) -> list[list]:
        generator = np.random.default_rng(seed)
        videos = [_random_frames(generator, steps) for _ in range(6)]
        return [*videos, [(gt_ids, [], []) for gt_ids, _, _ in videos[0]], [([], ids, []) for _, ids, _ in videos[0]],
                [([], [], [])]]

    return build


@pytest.fixture(scope='session')
def as_trackeval() -> Callable[..., dict]:
    """`as_trackeval(frames)`: what TrackEval's metrics take."""
    def build(frames: Frames) -> dict:
        numbers = [np.unique([number for frame in frames for number in frame[column]]) for column in (0, 1)]
        gt_ids, ids = ([np.searchsorted(numbers[column], frame[column]) for frame in frames] for column in (0, 1))
        matrices = [np.asarray(values, np.float64).reshape(len(here), len(found))
                    for (_, _, values), here, found in zip(frames, gt_ids, ids, strict=True)]
        return dict(num_timesteps=len(frames), num_gt_ids=len(numbers[0]), num_tracker_ids=len(numbers[1]),
                    num_gt_dets=sum(map(len, gt_ids)), num_tracker_dets=sum(map(len, ids)), gt_ids=gt_ids,
                    tracker_ids=ids, similarity_scores=matrices)

    return build
