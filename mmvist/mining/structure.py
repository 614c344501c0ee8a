"""Structure from motion: points of the static scene, and where frames see them (Porzi et al. 2020, section 3.1).

The paper makes depth dense afterwards; here the points themselves are what is known.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from mmvist.io.frames import image_files
from mmvist.structures import rle
from mmvist.structures.detections import VideoDetections

# Pixels by which objects that may move are made wider, as their outlines are not exact (the paper does not say).
MARGIN = 5
# A point must be seen in so many images (section 3.1).
MIN_IMAGES = 3
# Points that are farther off, in the mean of their images, are left out, pixels.
MAX_ERROR = 1.0
# How far off GPS may be, metres.
GPS_DEVIATION = 3.0


class Observations(NamedTuple):
    """Points of the scene, and where they are seen, one row each time.

    Attributes:
        points: (R,) int64, number of the point.
        frames: (R,) int64, the frame that sees it.
        places: (R, 2) float64, where that is, (x, y); the first pixel's centre is 0, 0.
    """

    points: np.ndarray
    frames: np.ndarray
    places: np.ndarray


def reconstruct(images: Path, work: Path, movable: VideoDetections | None = None,
                positions: np.ndarray | None = None, num_threads: int = -1) -> Observations:
    """Find points of the static scene that a video sees, with COLMAP.

    Args:
        images: Folder of the video's images, all of one camera, in the order of their names.
        work: Folder for what COLMAP leaves; what is in it goes.
        movable: Objects that may move: nothing is looked for on them, nor within 5 pixels.
        positions: (T, 3) where the camera was in each frame, degrees of latitude and longitude and metres of altitude,
            as GPS tells; a row that is not finite is not known.
        num_threads: Threads; -1 takes all.

    Returns:
        Points that at least three images see, at the places they are projected to.

    Raises:
        ImportError: There is no pycolmap.
        ValueError: There are not as many positions as images, or names do not sort as the frames do, or objects are of
            another video, or the scene could not be reconstructed.
    """
    pycolmap = _colmap()
    files = image_files(images)
    if positions is not None and positions.shape != (len(files), 3):
        raise ValueError(f'{images}: positions must be {(len(files), 3)}, three an image, got {positions.shape}')
    if [file.name for file in files] != sorted(file.name for file in files):
        raise ValueError(f'{images}: images must sort by their names, such as 000000.png, 000001.png')
    if movable is not None and movable.video.length != len(files):
        raise ValueError(f'{images}: has {len(files)} images, its objects are known in {movable.video.length} frames')
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    options = pycolmap.ImageReaderOptions()
    if movable is not None:
        write_masks(movable, files, work / 'masks')
        options.mask_path = work / 'masks'
    database = work / 'database.db'
    extraction = pycolmap.FeatureExtractionOptions(num_threads=num_threads, use_gpu=False)
    names = [file.name for file in files]
    pycolmap.extract_features(database, images, names, pycolmap.CameraMode.SINGLE, options, extraction)
    if positions is not None:
        _write_positions(pycolmap, database, dict(zip(names, positions, strict=True)))
    pairing = pycolmap.SequentialPairingOptions(loop_detection=False)
    pycolmap.match_sequential(
        database, pycolmap.FeatureMatchingOptions(num_threads=num_threads, use_gpu=False), pairing)
    mapping = pycolmap.IncrementalPipelineOptions(
        num_threads=num_threads, use_prior_position=positions is not None, random_seed=0,
        extract_colors=False)
    models = pycolmap.incremental_mapping(database, images, work, mapping)
    if not models:
        raise ValueError(f'{images}: the scene could not be reconstructed; the camera must move, and see enough that '
                         'does not')
    return _observations(list(models.values()), names)


def write_masks(movable: VideoDetections, files: Sequence[Path], folder: Path) -> None:
    """Write for each image a mask as COLMAP reads them, black where an object may move or is near.

    Args:
        movable: The objects.
        files: The images.
        folder: Where `<image's name>.png` go.
    """
    folder.mkdir(parents=True, exist_ok=True)
    height, width = movable.video.height, movable.video.width
    for frame, file in enumerate(files):
        near = near_objects(movable.masks[movable.rows_at(frame)], height, width)
        (folder / f'{file.name}.png').write_bytes(cv2.imencode('.png', 255 * (~near).astype(np.uint8))[1].tobytes())


def near_objects(masks: Sequence[bytes], height: int, width: int) -> np.ndarray:
    """Pixels (H, W) bool of masks, and within 5 pixels of them."""
    covered = rle.decode(rle.union(masks, height, width), height, width).astype(np.uint8)
    return cv2.dilate(covered, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * MARGIN + 1,) * 2)) > 0


def _colmap() -> Any:
    try:
        import pycolmap
    except ImportError as error:
        raise ImportError(f'structure from motion needs pycolmap, `pip install pycolmap`: {error}') from None
    return pycolmap


def _write_positions(pycolmap: Any, database: Path, positions: dict[str, np.ndarray]) -> None:
    with pycolmap.Database.open(database) as stored:
        for image in stored.read_all_images():
            position = positions[image.name]
            if np.isfinite(position).all():
                stored.write_pose_prior(pycolmap.PosePrior(
                    position=position, coordinate_system=pycolmap.PosePriorCoordinateSystem.WGS84,
                    position_covariance=GPS_DEVIATION ** 2 * np.eye(3), corr_data_id=image.data_id))


def _observations(models: Sequence[Any], names: Sequence[str]) -> Observations:
    """What is seen of the points of all models: a scene may fall into parts that nothing connects."""
    numbers = {name: frame for frame, name in enumerate(names)}
    rows = []
    points = [(model, point) for model in models for point in model.points3D.values()]
    for number, (model, point) in enumerate(points):
        seen = {element.image_id for element in point.track.elements}
        if len(seen) < MIN_IMAGES or point.error > MAX_ERROR:
            continue
        for image_id in seen:
            image = model.image(image_id)
            place = image.project_point(point.xyz)
            if place is not None:
                # COLMAP counts from the first pixel's corner.
                rows.append((number, numbers[image.name], place[0] - 0.5, place[1] - 0.5))
    table = np.array(rows, np.float64).reshape(-1, 4)
    return Observations(table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2:])
