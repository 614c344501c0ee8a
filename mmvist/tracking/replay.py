"""A tracker run over stored detections: no network, no runner, and no images unless it looks at them."""

from collections.abc import Iterable
from itertools import repeat
from typing import Any

import torch
from torch import Tensor

from mmvist.structures import VideoTracks
from mmvist.structures.detection_columns import DetectionColumns
from mmvist.structures.detections import VideoDetections
from mmvist.structures.frames import Frame
from mmvist.structures.output import to_result


def replay(tracker: Any, detections: VideoDetections, scale: tuple[float, float] = (1.0, 1.0),
           disjoint_masks: bool = False) -> VideoTracks:
    """Track the detections of one video.

    The result is that of a segmentor with a `FileDetector`.

    Args:
        tracker: Fills the tracker slot; needs no images.
        detections: The detections of all frames.
        scale: Pixels of the network's input per original pixel, (x, y): what trackers that count pixels expect.
        disjoint_masks: Give a pixel under several masks to the highest score.

    Returns:
        The tracks, with the tracker's verdict applied.

    Raises:
        ValueError: The tracker needs images.
    """
    if needs_image(tracker):
        raise ValueError(f'{type(tracker).__name__} looks at images, which a replay of detections does not have')
    return replay_with_state(tracker, detections, None, scale, disjoint_masks)[0]


@torch.no_grad()
def replay_with_state(tracker: Any, detections: VideoDetections, images: Iterable[Tensor] | None,
                      scale: tuple[float, float] = (1.0, 1.0), disjoint_masks: bool = False
                      ) -> tuple[VideoTracks, Any]:
    """Track the detections of one video, and tell what the tracker ended with.

    Args:
        tracker: Fills the tracker slot.
        detections: The detections of all frames.
        images: (3, h, w) of each frame, of the size that `scale` makes of the original; `None` for trackers that do not
            look at them.
        scale: See `replay`.
        disjoint_masks: See `replay`.

    Returns:
        The tracks, with the tracker's verdict applied, and its last state.
    """
    video, columns = detections.video, DetectionColumns(detections, scale)
    height, width = round(video.height * scale[1]), round(video.width * scale[0])
    if images is None:
        # One number stands for all pixels.
        images = repeat(torch.zeros(()).expand(3, height, width), video.length)
    state, results = tracker.init(), []
    for index, image in zip(range(video.length), images, strict=True):
        frame = Frame(video, index, image, height, width, scale)
        state, instances = tracker.step(state, columns.at(index), frame)
        results.append(to_result(instances, frame, disjoint_masks))
    return VideoTracks.from_results(video, results).with_summaries(tracker.finish(state)), state


def needs_image(tracker: Any) -> bool:
    """Whether a tracker, or its propagator, looks at `Frame.image`."""
    return any(getattr(part, 'needs_image', False) for part in (tracker, getattr(tracker, 'propagator', None)))
