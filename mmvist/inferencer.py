"""A model that follows the objects of any video: a source of frames in, results as they come."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope

from mmvist.datasets.clip import Clip, ClipFrame
from mmvist.engine import check_config, load_config, load_weights
from mmvist.io.frames import Frames, Source, open_frames
from mmvist.models.inference import prepare_for_inference
from mmvist.models.segmentor import frames_of
from mmvist.registry import MODELS, TRANSFORMS
from mmvist.structures import FrameResult, Video


class VISInferencer:
    """A model ready to follow the objects of any video.

        inferencer = VISInferencer('config.py', 'checkpoint.pth')
        for image, result in inferencer.track('video.mp4'):
            print(result.frame, result.ids, result.labels)

    Args:
        config: Config file, or a loaded config.
        checkpoint: Weights; without any the model begins with those the config says.
        device: Where to run; a GPU if there is one.
        options: New values for entries of the config, by dotted key.
        chunk: Frames the detector is given at once; more keep a GPU busy, results are the same.
        trust_checkpoint: Unpickle a checkpoint of another project, which can run any code.
    """

    def __init__(self, config: str | Path | Config, checkpoint: str | Path | None = None, device: str | None = None,
                 options: Mapping[str, Any] | None = None, chunk: int = 1, trust_checkpoint: bool = False) -> None:
        if chunk < 1:
            raise ValueError(f'chunk must be at least 1, got {chunk}')
        self.config = config if isinstance(config, Config) else load_config(config, options)
        check_config(self.config)
        if 'classes' not in self.config:
            raise ValueError(f'config {self.config.filename or ""} has no `classes`, the names that labels index')
        init_default_scope(self.config.default_scope)
        self.device = torch.device(device or ('cuda' if torch.cuda.is_available() else 'cpu'))
        self.model = MODELS.build(self.config.model)
        self.classes: tuple[str, ...] = tuple(self.config.classes)
        if checkpoint is None:
            self.model.init_weights()
        else:
            load_weights(self.model, checkpoint, trust_checkpoint)
        prepare_for_inference(self.model.to(self.device))
        self.chunk = chunk
        # The same preparation as in a test; images that are there already are not read.
        pipeline = self.config.test_dataloader.dataset.pipeline
        self._transforms = [TRANSFORMS.build(transform) for transform in pipeline]

    def track(self, source: Source | Frames, skip_broken: bool = False) -> Iterator[tuple[np.ndarray, FrameResult]]:
        """Follow the objects of one video; memory does not grow with its length.

        Several videos may be tracked side by side, each iterator keeps a state of its own.

        Args:
            source: What `open_frames` takes: a file, folder, pattern, camera, or an iterable of (H, W, 3) BGR arrays.
            skip_broken: Leave broken frames out with a warning.

        Yields:
            Each frame's image, (H, W, 3) uint8 BGR, and its result; the last one carries the tracks' summaries,
            which rename the ids where the tracker decides at the video's end (`VideoTracks.from_results` does that).
        """
        frames = source if isinstance(source, Frames) else open_frames(source, skip_broken)
        waiting: dict[int, np.ndarray] = {}
        ready: list[FrameResult] = []
        state, numbered = self.model.init(), frames.numbered()
        while chunk := list(islice(numbered, self.chunk)):
            waiting.update(chunk)
            with torch.no_grad():
                state, results = self.model.step(state, frames_of(**self._prepare(frames.video, chunk)))
            ready += results
            # One result waits for the next, in case it turns out to be the last.
            while len(ready) > 1:
                result = ready.pop(0)
                yield waiting.pop(result.frame), result
        with torch.no_grad():
            results, summaries = self.model.finish(state)
        ready += results
        if ready:
            ready[-1] = replace(ready[-1], summaries=summaries)
        for result in ready:
            yield waiting.pop(result.frame), result

    def _prepare(self, video: Video, chunk: Sequence[tuple[int, np.ndarray]]) -> dict:
        """A batch of frames as the model takes it."""
        video = replace(video, file_names=())
        items = []
        for index, image in chunk:
            item = Clip(video, (ClipFrame(index, True, f'{video.name}, frame {index}', image=image),))
            for transform in self._transforms:
                # In testing nothing is left to chance.
                item = transform.transform(item, np.random.default_rng(0))
            items.append(item)
        return self.model.data_preprocessor({key: [item[key] for item in items] for key in ('inputs', 'data_samples')})
