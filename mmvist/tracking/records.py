"""Bookkeeping of live tracks on the host: age, length, votes, mean score."""

from dataclasses import dataclass, replace

import numpy as np

from mmvist.structures import TrackSummary


@dataclass(frozen=True, eq=False)
class TrackRecords:
    """One row a live track; never modified.

    Attributes:
        ids: (T,) int64.
        last_frames: (T,) int64, frame of the last detection.
        lengths: (T,) int64, number of detections.
        score_sums: (T,) float64, sum of the detections' scores.
        votes: (T, C) int64, detections of each class; C grows as classes appear.
    """

    ids: np.ndarray
    last_frames: np.ndarray
    lengths: np.ndarray
    score_sums: np.ndarray
    votes: np.ndarray

    @classmethod
    def empty(cls) -> 'TrackRecords':
        """No track."""
        none = np.zeros(0, np.int64)
        return cls(none, none, none, np.zeros(0), np.zeros((0, 0), np.int64))

    def __len__(self) -> int:
        return len(self.ids)

    def select(self, rows: np.ndarray) -> 'TrackRecords':
        """Keep some rows, by index or (T,) bool."""
        return TrackRecords(self.ids[rows], self.last_frames[rows], self.lengths[rows], self.score_sums[rows],
                            self.votes[rows])

    @staticmethod
    def cat(first: 'TrackRecords', second: 'TrackRecords') -> 'TrackRecords':
        """Rows of both, one after another."""
        width = max(first.votes.shape[1], second.votes.shape[1])
        votes = [np.pad(part.votes, ((0, 0), (0, width - part.votes.shape[1]))) for part in (first, second)]
        columns = [np.concatenate([getattr(first, name), getattr(second, name)])
                   for name in ('ids', 'last_frames', 'lengths', 'score_sums')]
        return TrackRecords(*columns, np.concatenate(votes))

    def add(self, ids: np.ndarray) -> 'TrackRecords':
        """Append tracks without detections."""
        count = len(ids)
        return TrackRecords(np.append(self.ids, ids), np.append(self.last_frames, np.zeros(count, np.int64)),
                            np.append(self.lengths, np.zeros(count, np.int64)),
                            np.append(self.score_sums, np.zeros(count)),
                            np.pad(self.votes, ((0, count), (0, 0))))

    def observe(self, frame: int, rows: np.ndarray, labels: np.ndarray, scores: np.ndarray) -> 'TrackRecords':
        """Count one detection for each of `rows`, which are distinct."""
        if len(rows) == 0:
            return self
        missing = max(int(labels.max()) + 1 - self.votes.shape[1], 0)
        votes = np.pad(self.votes, ((0, 0), (0, missing)))
        votes[rows, labels] += 1
        last_frames, lengths, score_sums = self.last_frames.copy(), self.lengths.copy(), self.score_sums.copy()
        last_frames[rows] = frame
        lengths[rows] += 1
        score_sums[rows] += scores
        return replace(self, last_frames=last_frames, lengths=lengths, score_sums=score_sums, votes=votes)

    def summaries(self, min_length: int) -> dict[int, TrackSummary]:
        """Majority label (lowest on a tie) and mean score of each track; kept from `min_length` detections on."""
        labels = self.votes.argmax(axis=1) if len(self) else []
        return {int(track): TrackSummary(int(label), float(total / length), bool(length >= min_length))
                for track, label, total, length in zip(self.ids, labels, self.score_sums, self.lengths, strict=True)}
