"""Scores of optical flow over a run."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from mmengine.logging import print_log

from mmvist.evaluation.functional.flow import REGIONS, flow_errors, flow_scores
from mmvist.evaluation.metrics.feature import FeatureMetric, Outcome
from mmvist.evaluation.report import as_text
from mmvist.io.flow import check_path, read_flow
from mmvist.io.truth import GroundTruth
from mmvist.registry import METRICS
from mmvist.structures import Video, rle


@METRICS.register_module()
class FlowMetric(FeatureMetric):
    """How far the feature `flow`, to the frame before, is from the true one: EPE and Fl of KITTI 2015.

    A map of another size is brought to that of the true one, bilinear; lengths are those of the original image. A
    video's first frame does not count, nor does any without a file.

    Args:
        flow_prefix: Folder of the true flow.
        path: File of the flow from a frame to the one before it below the folder, from the video's name and the frame's
            number; see `mmvist.io.flow.read_flow`.
        ann_file: Annotations of the videos, to score objects and background by themselves, or `None`.
        format: Their format; see `mmvist.io.formats`.

    Raises:
        FileNotFoundError: There is no such folder or file.
        FormatError: The annotations are broken.
    """

    def __init__(self, flow_prefix: str | Path, path: str = '{video}/{frame:05d}.png',
                 ann_file: str | Path | None = None, format: str = 'ytvis') -> None:
        super().__init__('flow', flow_prefix)
        check_path('FlowMetric', path)
        self.path = path
        self._truth = None if ann_file is None else GroundTruth(ann_file, None, format, None, None)

    def check(self, video: Video) -> None:
        """Raise FileNotFoundError unless there is flow for a frame of a video."""
        if not any(self._file(video, frame).exists() for frame in range(1, video.length)):
            raise FileNotFoundError(f'FlowMetric: {self._file(video, 1)}: no such file, nor one of any other frame of '
                                    f'video {video.name}')

    def measure(self, video: Video, frame: int, values: np.ndarray) -> Outcome:
        """Compare the flow (2, h, w) of one frame."""
        if values.ndim != 3 or len(values) != 2:
            raise ValueError(f'FlowMetric: flow must be (2, h, w), got {values.shape}')
        file = self._file(video, frame)
        if frame == 0 or not file.exists():
            return None
        try:
            truth, known = read_flow(file)
        except ValueError as error:
            return str(error)
        if known.shape != (video.height, video.width):
            return f'{file}: must have the size of its image, {(video.height, video.width)}, got {known.shape}'
        flow = values.transpose(1, 2, 0)
        if flow.shape[:2] != known.shape:
            flow = cv2.resize(flow, known.shape[::-1], interpolation=cv2.INTER_LINEAR)
        return flow_errors(flow, truth, known, self._objects(video, frame))

    def score(self, outcomes: Sequence[Mapping[str, float] | None]) -> dict[str, float | int]:
        """Scores as `flow/<region>/<score>`."""
        scores = flow_scores(errors for errors in outcomes if errors is not None)
        rows = [[region, f'{scores[f"{region}/EPE"]:.3f}', f'{scores[f"{region}/Fl"]:.2%}',
                 str(scores[f'{region}/pixels'])] for region in REGIONS if f'{region}/EPE' in scores]
        print_log('\n' + as_text([[['flow', 'EPE', 'Fl', 'pixels'], *rows]]), logger='current')
        return {f'flow/{name}': value for name, value in scores.items()}

    def _file(self, video: Video, frame: int) -> Path:
        return self.source / self.path.format(video=video.name, frame=frame)

    def _objects(self, video: Video, frame: int) -> np.ndarray | None:
        """Pixels (H, W) bool that show an object."""
        if self._truth is None:
            return None
        masks = [mask for mask in self._truth.objects(video, frame).masks if mask is not None]
        return rle.decode(rle.union(masks, video.height, video.width), video.height, video.width)
