"""Scores of what a detector says of the scene beside its objects: depth, and the camera's motion."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from mmengine.logging import print_log

from mmvist.evaluation.functional.camera_motion import AHEAD, camera_motion_errors, camera_motion_scores, motions_of
from mmvist.evaluation.functional.depth import CONSTANT, DepthScoring, depth_scores, mean_depth_scores
from mmvist.evaluation.metrics.feature import FeatureMetric, Outcome
from mmvist.evaluation.report import as_text
from mmvist.io.cameras import read_cameras
from mmvist.io.depth_image import read_depth
from mmvist.registry import METRICS
from mmvist.structures import Video


@METRICS.register_module()
class DepthMetric(FeatureMetric):
    """How far the feature `depth` is from the true depth; see `mmvist.evaluation.functional.depth.depth_scores`.

    A map of another size is brought to that of the true one by what grows evenly along a plane in view, its inverse,
    bilinear between the centres of the pixels. Scores are means over the images; those without a pixel that counts are
    counted and left out.

    Args:
        depth_prefix: Root of the true depth, `VIDEO/FRAME.png` as `mmvist.io.depth_image` reads them, frames counted
            from 0 with any number of digits. A frame of which nothing is known has a file of zeros.
        align: Scale every map so that its median is the true one; without it, the map must be in metres.
        min_depth: True depths above it count, metres.
        max_depth: True depths below it count, metres.

    Raises:
        FileNotFoundError: There is no such folder.
        ValueError: There is nothing between `min_depth` and `max_depth`, or what is not known lies there.
    """

    def __init__(self, depth_prefix: str | Path, align: bool = True, min_depth: float = 1e-3, max_depth: float = 80.0
                 ) -> None:
        super().__init__('depth', depth_prefix)
        self.scoring = DepthScoring(align, min_depth, max_depth)
        self._files: dict[int | str, dict[int, Path]] = {}

    def check(self, video: Video) -> None:
        """Raise FileNotFoundError unless every frame of a video has true depth."""
        folder = self.source / video.name
        files = {int(path.stem): path for path in folder.glob('*.png') if path.stem.isdecimal()}
        missing = [frame for frame in range(video.length) if frame not in files]
        if missing:
            raise FileNotFoundError(f'DepthMetric: {folder / f"{missing[0]:05d}.png"}: no such file, nor with another '
                                    f'number of digits; of {video.length} frames {len(missing)} have none')
        self._files[video.id] = files

    def measure(self, video: Video, frame: int, values: np.ndarray) -> Outcome:
        """Compare the depth (1, h, w) of one frame."""
        if values.ndim != 3 or len(values) != 1:
            raise ValueError(f'DepthMetric: depth must be (1, h, w), got {values.shape}')
        path = self._files[video.id][frame]
        try:
            truth = read_depth(path)
        except ValueError as error:
            return str(error)
        if truth.shape != (video.height, video.width):
            return f'{path}: must have the size of its image, {(video.height, video.width)}, got {truth.shape}'
        return depth_scores(_resized(values[0], *truth.shape), truth, self.scoring)

    def score(self, outcomes: Sequence[Mapping[str, float] | None]) -> dict[str, float | int]:
        """Scores as `depth/<score>`, those of the true median everywhere as `depth/constant_<score>`."""
        scores = mean_depth_scores(outcomes)
        _print('depth', scores, CONSTANT)
        return {f'depth/{name}': value for name, value in scores.items()}


@METRICS.register_module()
class CameraMotionMetric(FeatureMetric):
    """How far the feature `motion` is from how the camera moved; see `mmvist.evaluation.functional.camera_motion`.

    The frames of a video must have been shown one after the other; the first has no motion.

    Args:
        cameras: Folder of a file `VIDEO.json` a video, as `mmvist.io.cameras` reads them.
        min_distance: Where the camera moves less from one frame to the next, in metres, directions are left out.

    Raises:
        FileNotFoundError: There is no such folder, or no file in it.
        FormatError: A file is broken.
    """

    def __init__(self, cameras: str | Path, min_distance: float = 0.05) -> None:
        super().__init__('motion', cameras)
        self.min_distance = min_distance
        # Read now, so that what is wrong with them shows before the first iteration.
        self._motions = {file: motions_of(read_cameras(file).poses) for file in sorted(self.source.rglob('*.json'))}
        if not self._motions:
            raise FileNotFoundError(f'CameraMotionMetric: {cameras}: there is no file *.json in it')

    def check(self, video: Video) -> None:
        """Raise FileNotFoundError or ValueError unless there is a camera for every frame of a video."""
        path = self._path(video)
        if path not in self._motions:
            raise FileNotFoundError(f'CameraMotionMetric: {path}: no such file')
        if len(self._motions[path]) + 1 != video.length:
            raise ValueError(f'CameraMotionMetric: {path}: must have {video.length} poses, one a frame, '
                             f'got {len(self._motions[path]) + 1}')

    def measure(self, video: Video, frame: int, values: np.ndarray) -> Outcome:
        """Compare the motion (4, 4) from the frame before to this one."""
        if values.shape != (4, 4):
            raise ValueError(f'CameraMotionMetric: motion must be (4, 4), got {values.shape}')
        if frame == 0:
            return None
        return camera_motion_errors(values, self._motions[self._path(video)][frame - 1], self.min_distance)

    def score(self, outcomes: Sequence[Mapping[str, float] | None]) -> dict[str, float | int]:
        """Scores as `camera/<score>`, in degrees, those of going straight ahead as `camera/ahead_<score>`."""
        scores = camera_motion_scores([errors for errors in outcomes if errors is not None])
        _print('camera', scores, AHEAD)
        return {f'camera/{name}': value for name, value in scores.items()}

    def _path(self, video: Video) -> Path:
        return self.source / f'{video.name}.json'


def _resized(depth: np.ndarray, height: int, width: int) -> np.ndarray:
    """A map (H, W) at another size."""
    if depth.shape == (height, width):
        return depth
    return 1 / cv2.resize(1 / depth, (width, height), interpolation=cv2.INTER_LINEAR)


def _print(name: str, scores: Mapping[str, float | int], baseline: str) -> None:
    """Log the scores, those of the baseline below them, and the counts."""
    columns = [column for column in scores if f'{baseline}{column}' in scores]
    rows = [[row, *(f'{scores[prefix + column]:.4f}' for column in columns)]
            for row, prefix in (('predicted', ''), (baseline.rstrip('_'), baseline))]
    counts = ', '.join(f'{value} {column}' for column, value in scores.items() if isinstance(value, int))
    print_log(f'\n{as_text([[[name, *columns], *rows]])}\n{counts}', logger='current')
