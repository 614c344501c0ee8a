"""A stage: one round of comparing and deciding."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from mmvist.registry import TASK_UTILS
from mmvist.structures.instances import Instances


class Stage:
    """Cues that score, gates that forbid, and the assigner that decides.

    Args:
        cues: Configs of cues; their matrices are added.
        assigner: Config of the assigner.
        gates: Configs of gates; a pair must pass all.
        cascade: Tracks choose by age: those detected in the frame before first, then those that missed one frame, and
            so on (Wojke et al. 2017, Listing 1).
    """

    def __init__(self, cues: Sequence[dict], assigner: dict, gates: Sequence[dict] = (), cascade: bool = False) -> None:
        if not cues:
            raise ValueError('Stage: at least one cue is needed')
        self.cues = [TASK_UTILS.build(cue) for cue in cues]
        self.gates = [TASK_UTILS.build(gate) for gate in gates]
        self.assigner = TASK_UTILS.build(assigner)
        self.cascade = cascade

    def affinity(self, tracks: Instances, detections: Instances) -> Tensor:
        """Score of every pair, (1 + tracks, detections), `-inf` where a gate forbids it."""
        total = self.cues[0](tracks, detections)
        for cue in self.cues[1:]:
            total = total + cue(tracks, detections)
        if not self.gates:
            return total
        allowed = self.gates[0](tracks, detections)
        for gate in self.gates[1:]:
            allowed = allowed & gate(tracks, detections)
        return torch.cat([total[:1], total[1:].where(allowed, -torch.inf)])

    def refused(self, tracks: Instances, detections: Instances) -> Tensor:
        """How many pairs that would score above "new" each gate forbids, (gates,) int64; the first to forbid counts.

        Of all tracks and detections, those that an earlier stage has settled, too.
        """
        scores = sum(cue(tracks, detections) for cue in self.cues)
        wanted, counts = scores[1:] > scores[0], []
        for gate in self.gates:
            allowed = gate(tracks, detections)
            counts.append((wanted & ~allowed).sum())
            wanted = wanted & allowed
        return torch.stack(counts) if counts else scores.new_zeros(0, dtype=torch.int64)

    def decide(self, affinity: np.ndarray, tracks: np.ndarray, detections: np.ndarray, gaps: np.ndarray
               ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Decide on what is left over, round by round.

        Args:
            affinity: (1 + T, D) of all tracks and detections, on the host.
            tracks: Tracks that are free, rising.
            detections: Detections that are open, rising.
            gaps: (T,) frames since each track's last detection.

        Yields:
            Detections and the rows of `affinity` they take, as an assigner gives them; those that are still open after
            the last round have row 0.
        """
        rounds = [tracks[gaps[tracks] == gap] for gap in np.unique(gaps[tracks])] if self.cascade else [tracks]
        for some in rounds:
            if len(detections) == 0:
                return
            some = np.append(0, some + 1)
            decided = self.assigner(affinity[some][:, detections])
            rows = np.where(decided > 0, some[np.maximum(decided, 0)], decided)
            closed = rows != 0
            yield detections[closed], rows[closed]
            detections = detections[~closed]
