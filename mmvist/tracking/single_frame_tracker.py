"""No tracking at all: what is left of a video when its frames stand for themselves."""

import numpy as np
import torch

from mmvist.registry import MODELS
from mmvist.structures import TrackSummary
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.tracking.portions import append

# What is kept of a detection: 8 bytes. Its id is its place among all detections of the video.
DETECTION = np.dtype([('score', np.float32), ('label', np.int32)])
# In portions that shrink by half or more.
State = tuple[np.ndarray, ...]


@MODELS.register_module()
class SingleFrameTracker:
    """Takes every detection for a track of its own, so that the results are what was detected."""

    def init(self) -> State:
        """State before a video's first frame: no detections."""
        return ()

    def step(self, state: State, detections: Instances, frame: Frame) -> tuple[State, Instances]:
        """The next state, and all detections with new `ids`, counted on from 0."""
        rows = np.empty(len(detections), DETECTION)
        rows['score'], rows['label'] = detections.scores.cpu().numpy(), detections.labels.cpu().numpy()
        first = sum(map(len, state))
        ids = torch.arange(first, first + len(rows), device=detections.labels.device)
        return append(state, rows, lambda *parts: np.concatenate(parts)), detections.replace(ids=ids)

    def finish(self, state: State) -> dict[int, TrackSummary]:
        """Label and score of every detection, by id."""
        rows = (row for portion in state for row in portion.tolist())
        return {track: TrackSummary(label, score) for track, (score, label) in enumerate(rows)}
