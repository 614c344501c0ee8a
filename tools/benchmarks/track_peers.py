"""Programs that track, under the same three verbs; each instance takes one video."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from benchmarks.plain_sort import PlainSORT
from benchmarks.track_scenes import Found, Scene
from mmengine.config import Config

import mmvist.models
import mmvist.tracking  # noqa: F401
from mmvist.registry import MODELS
from mmvist.structures import Video, rle
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.structures.masks import RLEMasks

BASES = Path(__file__).parents[2] / 'configs' / '_base_' / 'trackers'
# MaskTrack R-CNN's embeddings are not of length one; with these its softmax can tell objects apart.
LENGTH = 5.0


class Program(ABC):
    """A tracker of one video.

    Attributes:
        inputs: What `step` takes, for each frame; made before the clock starts.
    """

    inputs: Sequence[Any]

    @abstractmethod
    def step(self, inputs: Any) -> Any:
        """Track one frame."""

    def named(self, found: Found, output: Any) -> dict[int, Any]:
        """Ids by detection, of what `step` answered; nothing where a program does not tell which detection is which."""
        return {}


class Ours(Program):
    """A tracker of `configs/_base_/trackers`."""

    def __init__(self, scene: Scene, config: str, masks: bool = False) -> None:
        self.tracker = MODELS.build(Config.fromfile(BASES / f'{config}.py').tracker)
        self.state = self.tracker.init()
        video = Video(0, 'scene', scene.side, scene.side, len(scene.frames))
        self.inputs = [(_instances(found, LENGTH if config == 'masktrack' else 1.0, scene.side if masks else None),
                        Frame(video, index, torch.zeros(3, 1, 1), 1, 1, (1.0, 1.0)))
                       for index, found in enumerate(scene.frames)]

    def step(self, inputs: tuple[Instances, Frame]) -> Instances:
        """Track one frame."""
        self.state, instances = self.tracker.step(self.state, *inputs)
        return instances

    def named(self, found: Found, output: Instances) -> dict[int, int]:
        """Ids by detection."""
        return dict(zip(found.rows(output.bboxes.numpy()), output.ids.tolist(), strict=True))


def _instances(found: Found, length: float, side: int | None) -> Instances:
    columns = {name: torch.from_numpy(getattr(found, name)) for name in ('bboxes', 'scores', 'embeds')}
    columns['embeds'] = columns['embeds'] * length
    if side is not None:
        columns['masks'] = RLEMasks(tuple(_ellipse(box, side) for box in found.bboxes), side, side)
    return Instances(labels=torch.zeros(len(found), dtype=torch.long), **columns)


def _ellipse(box: np.ndarray, side: int) -> bytes:
    left, top, right, bottom = np.clip(np.round(box), 0, side).astype(int)
    x = (np.arange(left, right) + 0.5 - (box[0] + box[2]) / 2) / (box[2] - box[0])
    y = (np.arange(top, bottom) + 0.5 - (box[1] + box[3]) / 2) / (box[3] - box[1])
    return rle.encode_crop(y[:, None] ** 2 + x ** 2 <= 0.25, top, left, side, side)


class PlainPeer(Program):
    """SORT in plain NumPy."""

    def __init__(self, scene: Scene, loop: bool) -> None:
        self.tracker, self.inputs = PlainSORT(loop), [found.bboxes for found in scene.frames]

    def step(self, inputs: np.ndarray) -> list[tuple[int, int]]:
        """Track one frame."""
        return self.tracker.step(inputs)

    def named(self, found: Found, output: list[tuple[int, int]]) -> dict[int, int]:
        """Ids by detection."""
        return dict(output)


class MMDetPeer(Program):
    """A tracker of mmdet, with the numbers of our config where it has them."""

    TYPES = {
        'masktrack': dict(type='MaskTrackRCNNTracker', num_frames_retain=10 ** 6),
        'sort': dict(type='SORTTracker', reid=None, obj_score_thr=0.0, match_iou_thr=0.3, num_frames_retain=2),
        'deepsort': dict(type='SORTTracker', reid=dict(num_samples=100, img_scale=None, match_score_thr=0.63),
                         obj_score_thr=0.0, match_iou_thr=0.3, num_tentatives=1, num_frames_retain=30),
        'bytetrack': dict(type='ByteTracker', match_iou_thrs=dict(high=0.2, low=0.5, tentative=0.3), num_tentatives=2,
                          num_frames_retain=31),
        'oc_sort': dict(type='OCSORTTracker', obj_score_thr=0.6, num_frames_retain=31),
    }

    def __init__(self, scene: Scene, config: str) -> None:
        from mmdet.models import trackers
        from mmdet.structures import DetDataSample
        from mmengine.structures import InstanceData

        if config in ('bytetrack', 'oc_sort'):
            import lap  # noqa: F401
        arguments = dict(self.TYPES[config])
        if config != 'masktrack':
            arguments['motion'] = dict(type='mmdet.KalmanFilter')
        self.tracker = getattr(trackers, arguments.pop('type'))(**arguments)
        # What the networks would answer: embeddings of the frame, and logits by dot products, zero for "new".
        self.embeds: torch.Tensor | None = None
        head = SimpleNamespace(
            extract_roi_feats=lambda *_: (self.embeds * LENGTH, None),
            predict=lambda found, known: torch.cat([found.new_zeros(len(found), 1), found @ known.T], dim=1))
        self.model = SimpleNamespace(reid=lambda *_, **__: self.embeds, track_head=head)
        self.tracker.crop_imgs = lambda *_: torch.empty(1)      # crops belong to the network
        self.inputs = []
        for index, found in enumerate(scene.frames):
            sample = DetDataSample(metainfo=dict(frame_id=index))
            sample.pred_instances = InstanceData(
                bboxes=torch.from_numpy(found.bboxes), scores=torch.from_numpy(found.scores),
                labels=torch.zeros(len(found), dtype=torch.long), masks=torch.zeros(len(found), 1, 1, dtype=torch.bool))
            self.inputs.append((sample, torch.from_numpy(found.embeds)))

    def step(self, inputs: tuple[Any, torch.Tensor]) -> Any:
        """Track one frame."""
        sample, self.embeds = inputs
        return self.tracker.track(model=self.model, img=torch.empty(1), feats=[], data_sample=sample, rescale=False)

    def named(self, found: Found, output: Any) -> dict[int, int]:
        """Ids by detection."""
        return dict(zip(found.rows(output.bboxes.numpy()), output.instances_id.tolist(), strict=True))


class RoboflowPeer(Program):
    """A tracker of Roboflow's package `trackers`, with the numbers of our config where it has them."""

    def __init__(self, scene: Scene, config: str) -> None:
        import supervision
        import trackers
        from trackers.utils.state_representations import XCYCSRStateEstimator

        kind, arguments = {
            'sort': (trackers.SORTTracker, dict(lost_track_buffer=1, track_activation_threshold=0.0,
                                                state_estimator_class=XCYCSRStateEstimator)),
            'bytetrack': (trackers.ByteTrackTracker, dict(minimum_iou_threshold=0.2)),
            'oc_sort': (trackers.OCSORTTracker, {})}[config]
        self.tracker = kind(**arguments)
        self.inputs = [supervision.Detections(xyxy=found.bboxes, confidence=found.scores,
                                              class_id=np.zeros(len(found), int)) for found in scene.frames]

    def step(self, inputs: Any) -> Any:
        """Track one frame."""
        return self.tracker.update(inputs)

    def named(self, found: Found, output: Any) -> dict[int, int]:
        """Ids by detection; those without a track have -1."""
        rows = found.rows(output.xyxy)
        return {row: track for row, track in zip(rows, output.tracker_id.tolist(), strict=True) if track >= 0}


class MotpyPeer(Program):
    """motpy, which answers with boxes of its own."""

    def __init__(self, scene: Scene) -> None:
        import motpy

        self.tracker = motpy.MultiObjectTracker(
            dt=1.0, matching_fn_kwargs={'min_iou': 0.3}, tracker_kwargs={'max_staleness': 2})
        self.inputs = [[motpy.Detection(box=box, score=float(score), class_id=0)
                        for box, score in zip(found.bboxes, found.scores, strict=True)] for found in scene.frames]

    def step(self, inputs: Any) -> Any:
        """Track one frame."""
        return self.tracker.step(inputs)


def program(name: str, method: str) -> Callable[[Scene], Program]:
    """What makes a program of a scene.

    Args:
        name: As `track.METHODS` names it, or 'mmvist'.
        method: Which of our base configs it is, or stands beside.
    """
    return {
        'mmvist': partial(Ours, config=method, masks=method == 'mask_iou'),
        'plain NumPy': partial(PlainPeer, loop=False), 'plain Python': partial(PlainPeer, loop=True),
        'mmdet': partial(MMDetPeer, config=method), 'trackers': partial(RoboflowPeer, config=method),
        'motpy': MotpyPeer}[name]
