"""A stage: one round of comparing and deciding."""

from collections.abc import Sequence

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
    """

    def __init__(self, cues: Sequence[dict], assigner: dict, gates: Sequence[dict] = ()) -> None:
        if not cues:
            raise ValueError('Stage: at least one cue is needed')
        self.cues = [TASK_UTILS.build(cue) for cue in cues]
        self.gates = [TASK_UTILS.build(gate) for gate in gates]
        self.assigner = TASK_UTILS.build(assigner)

    def affinity(self, tracks: Instances, detections: Instances) -> Tensor:
        """Score of every pair, (1 + tracks, detections), `-inf` where a gate forbids it."""
        total = self.cues[0](tracks, detections)
        for cue in self.cues[1:]:
            total = total + cue(tracks, detections)
        for gate in self.gates:
            allowed = gate(tracks, detections)
            total = torch.cat([total[:1], total[1:].masked_fill(~allowed, -torch.inf)])
        return total
