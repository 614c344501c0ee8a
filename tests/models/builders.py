"""A Mask R-CNN of a few channels, and clips of squares for it."""

import numpy as np
import torch
from mmdet.structures import DetDataSample, TrackDataSample
from mmdet.structures.mask import BitmapMasks
from mmengine.config import Config
from mmengine.structures import InstanceData

from mmvist.registry import MODELS
from mmvist.structures import Video

CLASSES = 3


def tiny_detector():
    """The street world's detector with a quarter of its channels."""
    detector = Config.fromfile('configs/_base_/detectors/mask-rcnn_r18_fpn_street-world.py').detector
    detector.backbone.base_channels = 8
    detector.neck.update(in_channels=[8, 16, 32, 64], out_channels=16)
    detector.rpn_head.update(in_channels=16, feat_channels=16)
    for extractor in (detector.roi_head.bbox_roi_extractor, detector.roi_head.mask_roi_extractor):
        extractor.out_channels = 16
    detector.roi_head.bbox_head.update(in_channels=16, fc_out_channels=32)
    detector.roi_head.mask_head.update(in_channels=16, conv_out_channels=16)
    return detector


def tiny_abn_detector(**options):
    """The street world's detector of activated batch norms, with few channels and regions."""
    detector = Config.fromfile('configs/_base_/detectors/mask-rcnn_r18_fpn_abn_street-world.py').detector
    detector.backbone.base_channels = 8
    detector.neck.update(in_channels=[8, 16, 32, 64], out_channels=16)
    detector.rpn_head.update(in_channels=16, feat_channels=16)
    detector.roi_head.bbox_roi_extractor.out_channels = 16
    detector.roi_head.bbox_head.update(in_channels=16, fc_channels=32)
    detector.roi_head.mask_head.update(in_channels=16, conv_out_channels=16)
    detector.train_cfg.rpn_proposal.max_per_img = detector.train_cfg.rcnn.sampler.num = 16
    detector.update(options)
    return detector


def tiny_yolact(**options):
    """The street world's YOLACT with a quarter of its channels and without dropout; options go into its `test_cfg`."""
    detector = Config.fromfile('configs/_base_/detectors/yolact_r18_fpn_street-world.py').detector
    detector.backbone.base_channels = 8
    detector.neck.update(in_channels=[16, 32, 64], out_channels=16)
    detector.bbox_head.update(in_channels=16, feat_channels=16, num_protos=8)
    detector.mask_head.update(in_channels=16, num_protos=8, proto_channels=(16, 16, 16, None, 16, 8))
    detector.dropout = 0.0
    detector.test_cfg.update(options)
    return detector


def random_norms(model, seed=0):
    """Batch norms that do something: weights around one, everything else around nothing."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for part in model.modules():
            if hasattr(part, 'running_var'):
                part.weight.copy_(.5 + torch.rand(part.weight.shape, generator=generator))
                part.running_var.copy_(.5 + torch.rand(part.weight.shape, generator=generator))
                for values in (part.bias, part.running_mean):
                    values.copy_(torch.rand(part.weight.shape, generator=generator) - .5)
    return model


def tiny_slots(tracker='masktrack'):
    """Embedder and tracker of a base file, sized for the tiny detector."""
    slots = Config.fromfile(f'configs/_base_/trackers/{tracker}.py')
    if slots.embedder is not None:
        slots.embedder.update(in_channels=16, channels=8)
        slots.embedder.roi_extractor.out_channels = 16
    return {'embedder': slots.embedder, 'tracker': slots.tracker}


def tiny_model(**slots):
    torch.manual_seed(0)
    preprocessor = Config.fromfile('configs/_base_/detectors/mask-rcnn_r50_fpn.py').data_preprocessor
    model = MODELS.build(dict(type='VideoInstanceSegmentor', data_preprocessor=preprocessor,
                              **{'detector': tiny_detector(), **tiny_slots(), **slots}))
    model.init_weights()
    return model


def clip(key, first=0, ids=(4, 0), video=None, size=(64, 96), num_classes=CLASSES):
    """A clip of len(key) frames with one square per id, moving two pixels to the right a frame."""
    video = video or Video(9, 'toy', *size, 1000)
    frames, images = [], []
    generator = torch.Generator().manual_seed(0)
    background = torch.randint(0, 60, (3, *size), generator=generator, dtype=torch.uint8)
    for t, is_key in enumerate(key):
        image, boxes, masks = background.clone(), [], []
        for row, track in enumerate(ids):
            left, top = 6 + 40 * row + 2 * (first + t), 10 + 8 * row
            image[row, top:top + 28, left:left + 24] = 200 + 5 * track
            boxes.append([left, top, left + 24, top + 28])
            mask = np.zeros(size, np.uint8)
            mask[top:top + 28, left:left + 24] = 1
            masks.append(mask)
        sample = DetDataSample(metainfo=dict(
            img_path='', ori_shape=size, img_shape=size, scale_factor=(1., 1.), flip=False, key=is_key,
            frame=first + t, video=video))
        sample.gt_instances = InstanceData(
            bboxes=torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4),
            labels=torch.arange(len(ids)) % num_classes, ids=torch.tensor(ids, dtype=torch.long),
            masks=BitmapMasks(np.array(masks).reshape(-1, *size), *size))
        sample.ignored_instances = InstanceData(bboxes=torch.zeros(0, 4), labels=torch.zeros(0, dtype=torch.long))
        frames.append(sample)
        images.append(image)
    clips = TrackDataSample()
    clips.video_data_samples = frames
    return {'inputs': torch.stack(images), 'data_samples': clips}


def batch(*clips):
    """Collate clips as mmengine does."""
    return {'inputs': [item['inputs'] for item in clips], 'data_samples': [item['data_samples'] for item in clips]}
