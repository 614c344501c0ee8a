"""SeqTracker: the offline baseline that looks for the best paths through a whole video (Yang et al. 2019, Table 1)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from mmvist.registry import MODELS
from mmvist.structures import TrackSummary
from mmvist.structures.boxes import box_iou
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.tracking.paths import Paths
from mmvist.tracking.portions import append

# What is kept of a detection: 28 bytes. Its provisional id is its place among all detections of the video.
DETECTION = np.dtype([('frame', np.int32), ('bbox', np.float32, 4), ('score', np.float32), ('label', np.int32)])
# As the cue `Score`.
MIN_SCORE = 1e-12


@dataclass(frozen=True, eq=False)
class SequenceState:
    """All detections of a video so far.

    Attributes:
        portions: Rows of type `DETECTION`, by frame, in portions that shrink by half or more.
        num_frames: Frames seen, those without detections too.
    """

    portions: tuple[np.ndarray, ...] = ()
    num_frames: int = 0

    @property
    def num_detections(self) -> int:
        """Detections of all frames."""
        return sum(map(len, self.portions))


@MODELS.register_module()
class SequenceTracker:
    """Takes the best path through the detections of all frames for a track, then the best of what is left, and so on.

    A path goes from frame to frame, over boxes that overlap, and is worth

        sum of alpha * log(score) + sum over its steps of beta * IoU + gamma * [same class].

    Ids are provisional until the video ends: each detection has its own, and the summaries name the final ones, 0 for
    the first path. What is drawn or written before shows provisional ids. The paper does not say which steps are
    allowed; without a smallest overlap the class alone would join objects that are far apart.

    The result does not depend on the detections' order but where they score the same: on a tie the path that ends first
    is taken, and in each frame the detection that scores highest, then the one listed first.

    Args:
        alpha: Weight of the detections' log scores.
        beta: Weight of the overlap of boxes.
        gamma: Worth of an equal class.
        min_iou: Smallest overlap of the boxes of a step.
        min_length: When the best path that is left has fewer frames than this, and than the video, it and all others
            are dropped.
    """

    def __init__(self, alpha: float = 1.0, beta: float = 2.0, gamma: float = 10.0, min_iou: float = 0.3,
                 min_length: int = 8) -> None:
        if min_length < 1:
            raise ValueError(f'SequenceTracker: min_length must be at least 1, got {min_length}')
        self.alpha, self.beta, self.gamma, self.min_iou, self.min_length = alpha, beta, gamma, min_iou, min_length

    def init(self) -> SequenceState:
        """State before a video's first frame."""
        return SequenceState()

    def step(self, state: SequenceState, detections: Instances, frame: Frame) -> tuple[SequenceState, Instances]:
        """Keep the boxes, scores and labels of the next frame's detections.

        Args:
            state: From `init` or the frame before.
            detections: At least bboxes, scores and labels.
            frame: The frame; a step across frames that were left out is no step.

        Returns:
            The next state, and the detections with provisional `ids`.

        Raises:
            ValueError: A box or a score is not a finite number.
        """
        # One copy from the device.
        host = torch.cat([detections.bboxes.float(), detections.scores.float()[:, None],
                          detections.labels.float()[:, None]], dim=1).cpu().numpy()
        if not np.isfinite(host).all():
            raise ValueError(f'frame {frame.index}: boxes or scores of detections are not finite; the detector has '
                             'diverged')
        rows = np.empty(len(host), DETECTION)
        rows['frame'], rows['bbox'], rows['score'], rows['label'] = frame.index, host[:, :4], host[:, 4], host[:, 5]
        first = state.num_detections
        ids = torch.arange(first, first + len(rows), device=detections.labels.device)
        return SequenceState(append(state.portions, rows, _joined), state.num_frames + 1), detections.replace(ids=ids)

    def finish(self, state: SequenceState) -> dict[int, TrackSummary]:
        """Final id, label (majority, lowest on a tie), mean score and verdict of every detection, by provisional id."""
        if not state.portions:
            return {}
        rows = np.concatenate(state.portions)
        summaries = [TrackSummary(label, score, keep=False)
                     for label, score in zip(rows['label'].tolist(), rows['score'].tolist(), strict=True)]
        for final, path in enumerate(self._paths(rows, min(self.min_length, state.num_frames))):
            label, score = np.bincount(rows['label'][path]).argmax(), rows['score'][path].mean(dtype=np.float64)
            for row in path.tolist():
                summaries[row] = TrackSummary(int(label), float(score), id=final)
        return dict(enumerate(summaries))

    def _paths(self, rows: np.ndarray, min_length: int) -> Iterator[np.ndarray]:
        """Rows of the paths that become tracks, best first."""
        order = np.lexsort([-rows['score'], rows['frame']])
        paths = self._search(rows[order])
        while len(path := paths.best()) >= min_length:
            yield order[path]
            paths.remove(path)

    def _search(self, rows: np.ndarray) -> Paths:
        frames, firsts = np.unique(rows['frame'], return_index=True)
        offsets = np.append(firsts, len(rows))
        links: list[np.ndarray | None] = [None]
        for step in range(1, len(frames)):
            follows = frames[step] == frames[step - 1] + 1
            before, now = rows[offsets[step - 1]:offsets[step]], rows[offsets[step]:offsets[step + 1]]
            links.append(self._links(before, now) if follows else None)
        return Paths(self.alpha * np.log(np.maximum(rows['score'].astype(np.float64), MIN_SCORE)), offsets, links)

    def _links(self, before: np.ndarray, now: np.ndarray) -> np.ndarray:
        """What a step from each detection of a frame to each of the next is worth, (K', K); `-inf` where forbidden."""
        boxes = [torch.from_numpy(np.ascontiguousarray(rows['bbox'])) for rows in (before, now)]
        overlaps = box_iou(*boxes).double().numpy()
        same = before['label'][:, None] == now['label']
        # The limit as the boxes, in 32 bits: an overlap of 0.3 is at least 0.3.
        return np.where(overlaps >= np.float32(self.min_iou), self.beta * overlaps + self.gamma * same, -np.inf)


def _joined(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.concatenate([first, second])
