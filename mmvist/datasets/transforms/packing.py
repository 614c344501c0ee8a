"""From a clip to what the model takes."""

import numpy as np
import torch
from mmdet.structures import DetDataSample, TrackDataSample
from mmdet.structures.mask import BitmapMasks
from mmengine.structures import InstanceData

from mmvist.datasets.clip import Clip, ClipFrame, Objects
from mmvist.registry import TRANSFORMS
from mmvist.structures import Video


@TRANSFORMS.register_module()
class PackClip:
    """Ends a pipeline: images as one tensor, each frame's truth and facts as mmdet's data samples."""

    def transform(self, clip: Clip, rng: np.random.Generator) -> dict:
        """Pack a clip of T frames.

        Returns:
            `inputs`: (T, 3, H, W) uint8, BGR. `data_samples`: a `TrackDataSample` of T `DetDataSample`s with
            `gt_instances` (`bboxes` (N, 4) float32 xyxy in pixels of the input, `labels` (N,) int64, `ids` (N,) int64,
            `masks` `BitmapMasks` (N, H, W)) and `ignored_instances` (the same without ids), both absent in testing,
            `gt_flow` and `gt_flow_ahead` (3, H, W) float32 where they were loaded, and the facts `img_path`,
            `ori_shape` and `img_shape` (height, width), `scale_factor` (x, y), `flip`, `frame` (index in the video),
            `key` and `video`.
        """
        sample = TrackDataSample()
        sample.video_data_samples = [_sample(frame, clip.video) for frame in clip.frames]
        images = np.stack([frame.image for frame in clip.frames]).transpose(0, 3, 1, 2)
        return {'inputs': torch.from_numpy(np.ascontiguousarray(images)), 'data_samples': sample}


def _sample(frame: ClipFrame, video: Video) -> DetDataSample:
    sample = DetDataSample(metainfo={
        'img_path': frame.path, 'ori_shape': (video.height, video.width), 'img_shape': frame.image.shape[:2],
        'scale_factor': frame.scale, 'flip': frame.flip, 'frame': frame.index, 'key': frame.key, 'video': video})
    if frame.objects is not None:
        objects = frame.objects.select(~frame.objects.ignore)
        sample.gt_instances = _instances(objects)
        sample.gt_instances.ids = torch.from_numpy(objects.ids)
        sample.ignored_instances = _instances(frame.objects.select(frame.objects.ignore))
    for name, flow in (('gt_flow', frame.flow), ('gt_flow_ahead', frame.flow_ahead)):
        if flow is not None:
            sample.set_field(torch.from_numpy(np.ascontiguousarray(flow.transpose(2, 0, 1))), name)
    return sample


def _instances(objects: Objects) -> InstanceData:
    masks = BitmapMasks(np.ascontiguousarray(objects.masks), *objects.masks.shape[1:])
    return InstanceData(bboxes=torch.from_numpy(objects.bboxes), labels=torch.from_numpy(objects.labels), masks=masks)
