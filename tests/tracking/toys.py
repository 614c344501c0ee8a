"""Frames of boxes for trackers."""

import torch

from mmvist.registry import MODELS
from mmvist.structures import Video
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances

VIDEO = Video(1, 'toy', 100, 100, 50)


def frame(index, video=VIDEO, scale=(1., 1.)):
    return Frame(video, index, torch.zeros(3, 4, 4), 4, 4, scale)


def boxes(*rows):
    """Rows (x, label, score): a box of 10x10 at x."""
    xs = torch.tensor([row[0] for row in rows], dtype=torch.float32)
    return Instances(bboxes=torch.stack([xs, 0 * xs, xs + 10, 0 * xs + 10], 1).reshape(-1, 4),
                     labels=torch.tensor([row[1] for row in rows], dtype=torch.long),
                     scores=torch.tensor([row[2] for row in rows], dtype=torch.float32))


def follow(config, found, indices=None):
    """Track frames of detections: the state at the end, the instances of each frame, and the summaries."""
    tracker = MODELS.build(config)
    state, seen = tracker.init(), []
    for index, detections in zip(indices or range(len(found)), found, strict=True):
        state, instances = tracker.step(state, detections, frame(index))
        seen.append(instances)
    return state, seen, tracker.finish(state)
