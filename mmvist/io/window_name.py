"""What a video is called that is a window, some consecutive frames of a scene, among others that overlap it."""

import re

BATCH = re.compile(r'/b(\d+)$')


def window_name(scene: str, first_frame: int, batch: int) -> str:
    """The name of a window, `0002/w00010/b00003`.

    It alone says which windows are scored together: formats keep names, but not what else there is to say of a video.

    Args:
        scene: Name of the video that it is cut from.
        first_frame: Its first frame in the scene.
        batch: Number of the batch that it belongs to.
    """
    return f'{scene}/w{first_frame:05d}/b{batch:05d}'


def batch_of(name: str) -> int:
    """The batch of a window.

    Raises:
        ValueError: It is no name of a window.
    """
    found = BATCH.search(name)
    if found is None:
        raise ValueError(f'video {name}: is no window; the name of one ends with its batch, as in '
                         f'{window_name("0002", 10, 3)!r}, and `tools/convert.py windows` writes them')
    return int(found[1])
