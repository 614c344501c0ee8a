"""Bookkeeping of live tracks on the host: age, length, votes, scores."""

from dataclasses import dataclass, fields

import numpy as np

from mmvist.structures import TrackSummary
from mmvist.tracking.portions import append

LABELS = ('vote', 'last')
SCORES = ('mean', 'max', 'last')


@dataclass(frozen=True, eq=False)
class TrackRecords:
    """One row a live track; never modified.

    Attributes:
        ids: (T,) int64.
        first_frames: (T,) int64, frame of the first detection.
        last_frames: (T,) int64, frame of the last detection.
        lengths: (T,) int64, number of detections.
        score_sums: (T,) float64, sum of the detections' scores.
        top_scores: (T,) float64, highest of them.
        last_scores: (T,) float64, that of the last detection.
        last_labels: (T,) int64, class of the last detection.
        votes: (T, C) int64, detections of each class; C grows as classes appear.
    """

    ids: np.ndarray
    first_frames: np.ndarray
    last_frames: np.ndarray
    lengths: np.ndarray
    score_sums: np.ndarray
    top_scores: np.ndarray
    last_scores: np.ndarray
    last_labels: np.ndarray
    votes: np.ndarray

    @classmethod
    def empty(cls) -> 'TrackRecords':
        """No track."""
        whole, real = np.zeros(0, np.int64), np.zeros(0)
        return cls(whole, whole, whole, whole, real, real, real, whole, np.zeros((0, 0), np.int64))

    @classmethod
    def start(cls, frame: int, ids: np.ndarray, labels: np.ndarray, scores: np.ndarray) -> 'TrackRecords':
        """Tracks of one detection each."""
        frames, scores = np.full(len(ids), frame, np.int64), np.asarray(scores, np.float64)
        votes = (labels[:, None] == np.arange(labels.max(initial=-1) + 1)).astype(np.int64)
        return cls(np.asarray(ids, np.int64), frames, frames, np.ones(len(ids), np.int64), scores, scores, scores,
                   labels, votes)

    def __len__(self) -> int:
        return len(self.ids)

    def select(self, rows: np.ndarray) -> 'TrackRecords':
        """Keep some rows, by index or (T,) bool."""
        return TrackRecords(*(getattr(self, field.name)[rows] for field in fields(self)))

    @staticmethod
    def cat(first: 'TrackRecords', second: 'TrackRecords') -> 'TrackRecords':
        """Rows of both, one after another."""
        width = max(first.votes.shape[1], second.votes.shape[1])
        columns = [np.concatenate([getattr(first, field.name), getattr(second, field.name)])
                   for field in fields(TrackRecords)[:-1]]
        return TrackRecords(*columns, np.concatenate([first._votes(width), second._votes(width)]))

    def observe(self, frame: int, rows: np.ndarray, labels: np.ndarray, scores: np.ndarray) -> 'TrackRecords':
        """Count one detection for each of `rows`, which are distinct."""
        if len(rows) == 0:
            return self
        votes = self._votes(max(int(labels.max()) + 1, self.votes.shape[1])).copy()
        votes[rows, labels] += 1
        lengths, score_sums, top_scores = self.lengths.copy(), self.score_sums.copy(), self.top_scores.copy()
        lengths[rows] += 1
        score_sums[rows] += scores
        top_scores[rows] = np.maximum(top_scores[rows], scores)
        last_frames, last_scores = self.last_frames.copy(), self.last_scores.copy()
        last_labels = self.last_labels.copy()
        last_frames[rows], last_scores[rows], last_labels[rows] = frame, scores, labels
        return TrackRecords(self.ids, self.first_frames, last_frames, lengths, score_sums, top_scores, last_scores,
                            last_labels, votes)

    def retire(self, alive: np.ndarray, ended: tuple['TrackRecords', ...]
               ) -> tuple['TrackRecords', tuple['TrackRecords', ...]]:
        """Part tracks that are alive, (T,) bool, from the others, which join those that ended before."""
        return self.select(alive), append(ended, self.select(~alive), TrackRecords.cat)

    def labels(self, rule: str) -> np.ndarray:
        """Class of each track (T,): 'vote' is the most frequent, the lowest on a tie, 'last' the last detection's."""
        # Without any detection there is no class to vote for.
        return self.last_labels if rule == 'last' or len(self) == 0 else self.votes.argmax(axis=1)

    def scores(self, rule: str) -> np.ndarray:
        """Score of each track (T,): 'mean', 'max' or 'last' of its detections'."""
        return {'mean': self.score_sums / np.maximum(self.lengths, 1), 'max': self.top_scores,
                'last': self.last_scores}[rule]

    def summaries(self, kept: np.ndarray, label: str = 'vote', score: str = 'mean') -> dict[int, TrackSummary]:
        """What is told of each track, by id.

        Args:
            kept: (T,) bool, tracks to report.
            label: Rule of `labels`.
            score: Rule of `scores`.
        """
        rows = zip(self.ids.tolist(), self.labels(label).tolist(), self.scores(score).tolist(), kept.tolist(),
                   strict=True)
        return {track: TrackSummary(name, value, keep) for track, name, value, keep in rows}

    def _votes(self, width: int) -> np.ndarray:
        missing = width - self.votes.shape[1]
        return np.pad(self.votes, ((0, 0), (0, missing))) if missing else self.votes
