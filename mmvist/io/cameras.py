"""Where a video was taken from, as a JSON file.

```
{"convention": text, "intrinsics": 3 x 3, "poses": [4 x 4, ...]}
```
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmvist.io.json_file import read_json, write_json
from mmvist.io.problems import FormatError, Problems, shown

CONVENTION = ('pixel = intrinsics @ camera point, world point = pose @ (camera point, 1); '
              'x right, y down, z ahead, metres; the centre of the top left pixel is (0, 0)')
# By which the product of a rotation and its transpose may differ from the identity: files may be rounded.
TOLERANCE = 1e-3


@dataclass(frozen=True, eq=False)
class Cameras:
    """The camera of each of a video's T frames, by `CONVENTION`.

    Attributes:
        intrinsics: (3, 3) float64, pixels.
        poses: (T, 4, 4) float64, camera to world, metres.
    """

    intrinsics: np.ndarray
    poses: np.ndarray


def read_cameras(path: str | Path) -> Cameras:
    """Read the cameras of one video.

    Raises:
        FileNotFoundError: There is no such file.
        FormatError: It holds something else, or poses that are not rigid.
    """
    data, problems = read_json(path), Problems(path)
    if not isinstance(data, dict):
        raise FormatError(str(path), (f'file: must hold an object with intrinsics and poses, '
                                      f'got {type(data).__name__}',))
    intrinsics, poses = _numbers(data.get('intrinsics')), _numbers(data.get('poses'))
    if intrinsics is None or intrinsics.shape != (3, 3):
        problems.add('intrinsics', f'must be 3 x 3 numbers, got {shown(data.get("intrinsics"))}')
    if poses is None or poses.shape[1:] != (4, 4):
        problems.add('poses', f'must be 4 x 4 numbers for every frame, got {shown(data.get("poses"))}')
    else:
        for frame in np.flatnonzero(~_rigid(poses)).tolist():
            problems.add(f'poses[{frame}]', 'must be a rotation and a translation, camera to world, with the last row '
                                            f'0, 0, 0, 1, got {shown(data["poses"][frame])}')
    problems.check()
    return Cameras(intrinsics, poses)


def write_cameras(cameras: Cameras, path: str | Path) -> None:
    """Write the cameras of one video."""
    write_json({'convention': CONVENTION, 'intrinsics': cameras.intrinsics.tolist(), 'poses': cameras.poses.tolist()},
               path)


def _numbers(value: object) -> np.ndarray | None:
    """Nested lists of finite numbers as float64; `None` for anything else."""
    try:
        array = np.array(value)
    except ValueError:
        return None
    return array.astype(np.float64) if array.dtype.kind in 'if' and np.isfinite(array).all() else None


def _rigid(poses: np.ndarray) -> np.ndarray:
    """(T,) bool, which poses turn and shift without bending or mirroring."""
    rotations = poses[:, :3, :3]
    off = np.abs(rotations @ rotations.mT - np.eye(3)).max(axis=(1, 2))
    return (off < TOLERANCE) & (np.linalg.det(rotations) > 0) & (poses[:, 3] == (0, 0, 0, 1)).all(axis=1)
