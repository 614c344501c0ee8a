"""The one model: three slots and the loop over a video."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch
from mmdet.structures import TrackDataSample
from mmengine.model import BaseModel
from torch import Tensor, nn

from mmvist.models.detection_cache import DetectionCache
from mmvist.models.detectors.base import frames_in
from mmvist.registry import MODELS
from mmvist.structures import FrameResult, TrackSummary
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.structures.output import to_result, with_features


@dataclass(frozen=True, eq=False)
class SegmentorState:
    """What a video being streamed has come to.

    Attributes:
        detector: The detector's state.
        tracker: The tracker's state.
        video: Id of the video; `None` before its first frame.
        index: Number of the last frame.
        tracks: Instances the last frame ended with.
    """

    detector: Any
    tracker: Any
    video: int | str | None = None
    index: int = -1
    tracks: Instances | None = None


@MODELS.register_module()
class VideoInstanceSegmentor(BaseModel):
    """Segments, names and follows the objects of a video.

    Args:
        detector: Config of the detector: frames in, detections out.
        tracker: Config of the tracker: gives detections their ids.
        embedder: Config of the embedder that adds what the tracker compares, or `None`.
        data_preprocessor: Config of the preprocessor; by default what the detector says it was trained with.
        disjoint_masks: Give each pixel to the instance with the highest score, where the benchmark forbids overlap.
        complete_results: Let results keep all there is, embeddings and instances without a pixel too; see `to_result`.
        result_features: Names of the detector's features that results keep, to look at or to measure.
        frozen: Names of parts that do not train, such as 'detector': they get no gradients and stay in evaluation mode.
        detection_cache: Folder that keeps what a frozen detector finds in training, to be found there again; see
            `DetectionCache`.
        init_cfg: Initial weights.

    Raises:
        ValueError: There is no part of a name in `frozen`.
    """

    def __init__(self, detector: dict, tracker: dict, embedder: dict | None = None,
                 data_preprocessor: dict | None = None, disjoint_masks: bool = False,
                 complete_results: bool = False, result_features: Sequence[str] = (), frozen: Sequence[str] = (),
                 detection_cache: str | None = None, init_cfg: dict | None = None) -> None:
        built = MODELS.build(detector)
        if data_preprocessor is None:
            data_preprocessor = getattr(built, 'preprocessor', None)
        # Built here: mmengine alone would look the type up in its own registry.
        preprocessor = None if data_preprocessor is None else MODELS.build(data_preprocessor)
        super().__init__(data_preprocessor=preprocessor, init_cfg=init_cfg)
        self.detector = built
        self.embedder = None if embedder is None else MODELS.build(embedder)
        self.tracker = MODELS.build(tracker)
        self.disjoint_masks, self.complete_results = disjoint_masks, complete_results
        self.result_features = tuple(result_features)
        unmade = [name for name in self.result_features
                  if name in getattr(built, 'predictions', ()) and name not in built.predicts]
        if unmade:
            raise ValueError(f'VideoInstanceSegmentor: result_features names {unmade}, which {type(built).__name__} '
                             f'makes only where its predicts does, too; it has {list(built.predicts)}')
        self._state: SegmentorState | None = None
        self._cache = None
        if detection_cache is not None:
            if not hasattr(self.tracker, 'loss'):
                raise ValueError('detection_cache is for trackers that learn from what a frozen detector finds; '
                                 f'{type(self.tracker).__name__} does not')
            self._cache = DetectionCache(detection_cache, detector, getattr(self.embedder, 'reads', ()))
        self.frozen = tuple(frozen)
        for name in self.frozen:
            _part(self, name).requires_grad_(False)
        self.register_load_state_dict_pre_hook(_name_as_detectors)

    def train(self, mode: bool = True) -> 'VideoInstanceSegmentor':
        """Set the mode of all parts that are not frozen."""
        super().train(mode)
        for name in self.frozen:
            _part(self, name).eval()
        return self

    def forward(self, inputs: Tensor, data_samples: Sequence[TrackDataSample], mode: str
                ) -> dict[str, Tensor | list[Tensor]] | list[FrameResult]:
        """Entry of mmengine's loops.

        Args:
            inputs: (N, T, 3, H, W) network input.
            data_samples: N clips of T frames.
            mode: 'loss' trains on N clips. 'predict' takes the N * T frames as the next frames of one video and keeps
                its state until the video's last frame; a first frame, or another video, starts afresh.
        """
        if mode == 'loss':
            return self.loss(inputs, data_samples)
        if mode == 'predict':
            return self.predict(inputs, data_samples)
        raise ValueError(f'mode must be "loss" or "predict", got {mode!r}')

    def loss(self, inputs: Tensor, data_samples: Sequence[TrackDataSample]) -> dict[str, Tensor | list[Tensor]]:
        """Losses of a batch of clips."""
        if hasattr(self.tracker, 'loss'):
            return self._unrolled_loss(inputs, data_samples)
        trained = self.detector.loss(inputs, data_samples)
        losses = dict(trained.losses)
        if self.embedder is not None:
            more = self.embedder.loss(trained, data_samples)
            twice = sorted(set(losses) & set(more))
            if twice:
                raise ValueError(f'detector and embedder both call a loss {twice[0]!r}')
            losses.update(more)
        return losses

    def _unrolled_loss(self, inputs: Tensor, clips: Sequence[TrackDataSample]) -> dict[str, Tensor]:
        """Losses of a tracker that learns, and through it the embedder, from what a frozen detector finds."""
        if 'detector' not in self.frozen:
            raise ValueError(f'{type(self.tracker).__name__} learns from what a trained detector finds: set '
                             'frozen=["detector"], and load_from or init_cfg for its weights')
        if self.detector.max_chunk is not None:
            raise ValueError(f'what {type(self.detector).__name__} finds depends on the tracks: it takes '
                             f'{self.detector.max_chunk} frame at a time, and a tracker cannot learn from it')
        found = []
        for images, clip in zip(inputs, clips, strict=True):
            frames = frames_of(images[None], [clip])
            with torch.no_grad():
                detect = self.detector.step if self._cache is None else partial(self._cache.step, self.detector)
                state, answers = detect(self.detector.init(), frames, None)
                answers = [*answers, *self.detector.finish(state)]
            found.append(answers if self.embedder is None else [self.embedder(*answer) for answer in answers])
        # In full precision, as it will track.
        with torch.autocast(inputs.device.type, enabled=False):
            return self.tracker.loss(found, clips)

    @torch.no_grad()
    def predict(self, inputs: Tensor, data_samples: Sequence[TrackDataSample]) -> list[FrameResult]:
        """Results of the frames that are ready; with the video's last frame also of those held back."""
        frames = frames_of(inputs, data_samples)
        first, last = frames[0], frames[-1]
        if first.video.id != last.video.id:
            raise ValueError(f'a batch must hold frames of one video, got {first.video.name} and {last.video.name}; '
                             'use the batch sampler VideoBatchSampler')
        state = self._state
        if state is None or first.index == 0 or first.video.id != state.video:
            state = self.init()
        state, results = self.step(state, frames)
        if last.index == last.video.length - 1:
            rest, summaries = self.finish(state)
            results += rest
            results[-1] = replace(results[-1], summaries=summaries)
            state = None
        self._state = state
        return results

    def init(self) -> SegmentorState:
        """State before a video's first frame."""
        return SegmentorState(self.detector.init(), self.tracker.init())

    def step(self, state: SegmentorState, frames: Sequence[Frame]) -> tuple[SegmentorState, list[FrameResult]]:
        """Segment the next frames of a video and name their instances.

        Args:
            state: From `init` or the frames before; not modified.
            frames: Consecutive frames of one size. How many come at once does not change the results.

        Returns:
            The next state, and the frames that are done: as many as were given, unless the detector looks ahead.
        """
        _check_order(state, frames)
        size = self.detector.max_chunk or len(frames)
        results = []
        for start in range(0, len(frames), size):
            detector, found = self.detector.step(state.detector, frames[start:start + size], state.tracks)
            state, done = self._track(replace(state, detector=detector), found)
            results += done
        return replace(state, video=frames[-1].video.id, index=frames[-1].index), results

    def finish(self, state: SegmentorState) -> tuple[list[FrameResult], dict[int, TrackSummary]]:
        """End the video.

        Returns:
            The frames that the detector held back, and the summary of every track of the video by id.
        """
        state, results = self._track(state, self.detector.finish(state.detector))
        return results, self.tracker.finish(state.tracker)

    def _track(self, state: SegmentorState, found: Sequence[tuple[Frame, Instances]]
               ) -> tuple[SegmentorState, list[FrameResult]]:
        results = []
        for frame, detections in found:
            if self.embedder is not None:
                frame, detections = self.embedder(frame, detections)
            # Scores are compared as they are, also where the networks run in half precision.
            with torch.autocast(frame.image.device.type, enabled=False):
                tracker, instances = self.tracker.step(state.tracker, detections, frame)
            state = replace(state, tracker=tracker, tracks=instances)
            result = to_result(instances, frame, self.disjoint_masks, self.complete_results)
            results.append(with_features(result, frame, self.result_features) if self.result_features else result)
        return state, results


def _part(model: nn.Module, name: str) -> nn.Module:
    try:
        return model.get_submodule(name)
    except AttributeError:
        parts = ', '.join(part for part, _ in model.named_children())
        raise ValueError(f'VideoInstanceSegmentor: frozen names {name!r}, which is no part of the model; its parts are '
                         f'{parts}') from None


def _check_order(state: SegmentorState, frames: Sequence[Frame]) -> None:
    video, index = state.video, state.index
    for frame in frames:
        if video not in (None, frame.video.id) or frame.index <= index:
            raise ValueError(f'frame {frame.index} of video {frame.video.id} cannot follow frame {index} of video '
                             f'{video}: frames of one video must come in order')
        video, index = frame.video.id, frame.index


def frames_of(inputs: Tensor, data_samples: Sequence[TrackDataSample]) -> list[Frame]:
    """The N * T frames of a prepared batch: images (N, T, 3, H, W) and N clips that tell what they show."""
    return [Frame(sample.video, sample.frame, image, *sample.img_shape[:2], tuple(sample.scale_factor))
            for sample, image in zip(frames_in(data_samples), inputs.flatten(0, 1), strict=True)]


def _name_as_detectors(module: VideoInstanceSegmentor, state_dict: dict, prefix: str, *_: Any) -> None:
    """A checkpoint that names none of the slots is one of a detector alone."""
    slots = tuple(f'{prefix}{name}.' for name in ('detector', 'embedder', 'tracker'))
    if not any(key.startswith(slots) for key in state_dict):
        for key in [key for key in state_dict if key.startswith(prefix)]:
            state_dict[f'{slots[0]}{key[len(prefix):]}'] = state_dict.pop(key)
