"""Masks carried along by optical flow."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import torch
from mmengine.model import BaseModule
from torch import Tensor

from mmvist.io.label_image import join_values, split_values
from mmvist.registry import MODELS
from mmvist.structures import rle
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.structures.masks import RLEMasks


@MODELS.register_module()
class FlowWarp(BaseModule):
    """Tracks' masks warped into the present frame by backward flow (Porzi et al. 2020, section 3.2).

    Tracks need pixel masks: `pixel_masks` on the tracker and 'masks' among the memory's columns. Boxes become those of
    the warped masks; a track whose mask left the image keeps its box. Tracks that are not detected are carried on.

    Args:
        flow: Config of the flow from a frame to the one before it.
    """

    def __init__(self, flow: dict) -> None:
        super().__init__()
        self.flow = MODELS.build(flow)
        self.needs_image = self.flow.needs_image

    def init(self) -> None:
        """No frame yet."""

    def predict(self, state: Tensor | None, tracks: Instances, frame: Frame) -> tuple[Tensor, Instances]:
        """Tracks with `masks` and `bboxes` warped; the state is the last frame's image, without its padding."""
        # A copy, for the image may be a part of a whole chunk of frames.
        image = frame.image[:, :frame.height, :frame.width].clone()
        if state is None or len(tracks) == 0:
            return image, tracks
        if state.shape != image.shape:
            raise ValueError(f'FlowWarp: frame {frame.index} of video {frame.video.name} is {tuple(image.shape[1:])} '
                             f'(HxW), the one before was {tuple(state.shape[1:])}')
        height, width = frame.video.height, frame.video.width
        source = backward_map(self.flow(image, state, frame).cpu().numpy(), height, width)
        masks = warp(tracks.masks.counts, source)
        boxes = torch.from_numpy(rle.bboxes(masks, height, width)).to(tracks.bboxes)
        scale = boxes.new_tensor([*frame.scale, *frame.scale])
        seen = torch.from_numpy(rle.area(masks, height, width) > 0).to(boxes.device)
        bboxes = torch.where(seen[:, None], boxes * scale, tracks.bboxes)
        return image, tracks.replace(masks=RLEMasks(tuple(masks), height, width), bboxes=bboxes)

    def start(self, detections: Instances, frame: Frame) -> dict[str, Any]:
        """No columns."""
        return {}

    def correct(self, tracks: Instances, detections: Instances, frame: Frame) -> dict[str, Any]:
        """No columns."""
        return {}


def backward_map(flow: np.ndarray, height: int, width: int) -> np.ndarray:
    """Where each pixel of the original image was one frame before, (2, height, width) float32, x and y.

    Args:
        flow: (2, h, w) from the frame to the one before, in pixels of the network input.
        height: Rows of the original image.
        width: Columns of the original image.
    """
    if flow.shape[1:] != (height, width):
        factors = width / flow.shape[2], height / flow.shape[1]
        flow = np.stack([np.float32(factor) * cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR)
                         for plane, factor in zip(flow, factors, strict=True)])
    source = np.empty((2, height, width), np.float32)
    np.add(flow[0], np.arange(width, dtype=np.float32), out=source[0])
    np.add(flow[1], np.arange(height, dtype=np.float32)[:, None], out=source[1])
    return source


def warp(masks: Sequence[bytes], source: np.ndarray) -> list[bytes]:
    """Masks read at `source` (2, height, width); the nearest pixel counts, outside there is nothing.

    Disjoint masks, as those of a frame mostly are, are read all at once.
    """
    height, width = source.shape[1:]
    moved = [rle.from_run_lengths([height * width], height, width)] * len(masks)
    for layer in _layers(rle.iou(masks, masks, height, width) > 0):
        values = join_values(np.arange(1, len(layer) + 1), [masks[row] for row in layer], height, width)
        values = cv2.remap(np.ascontiguousarray(values), source[0], source[1], cv2.INTER_NEAREST)
        for value, counts in split_values(values).items():
            moved[layer[value - 1]] = counts
    return moved


def _layers(touching: np.ndarray) -> list[list[int]]:
    """Rows of a matrix (N, N) bool, each once, in as few groups as it goes in turn without a pair of one group."""
    layers: list[list[int]] = []
    for row in range(len(touching)):
        free = next((layer for layer in layers if not touching[row, layer].any()), None)
        if free is None:
            layers.append([row])
        else:
            free.append(row)
    return layers
