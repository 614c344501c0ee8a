"""mmdet's published segmenters with a backbone of few channels and few detections, random weights."""

import torch
from mmdet.registry import MODELS as MMDET
from mmengine.config import ConfigDict

from mmvist.models.mmdet_zoo import read_zoo_model
from mmvist.registry import MODELS
from mmvist.structures import Video
from mmvist.structures.frames import Frame

NAMES = {
    'mask-rcnn': 'mask-rcnn_r50_fpn_2x_coco', 'cascade': 'cascade-mask-rcnn_r50_fpn_20e_coco',
    'ms-rcnn': 'ms-rcnn_r50_fpn_1x_coco', 'point-rend': 'point-rend_r50-caffe_fpn_ms-1x_coco',
    'htc': 'htc-without-semantic_r50_fpn_1x_coco', 'solov2': 'solov2-light_r50_fpn_ms-3x_coco',
    'rtmdet-ins': 'rtmdet-ins_tiny_8xb32-300e_coco', 'mask2former': 'mask2former_r50_8xb2-lsj-50e_coco',
    'yolact': 'yolact_r50_1xb8-55e_coco', 'condinst': 'condinst_r50_fpn_ms-poly-90k_coco_instance'}
GRIDS = ('mask-rcnn', 'cascade', 'ms-rcnn', 'point-rend', 'htc')
PIXELS = ('solov2', 'rtmdet-ins', 'mask2former', 'yolact', 'condinst')
# Twice as many rows and columns as the frames have.
HEIGHT, WIDTH = 64, 96


def small_config(kind):
    """Config of a segmenter, as `MMDetDetector` takes it."""
    zoo = read_zoo_model(NAMES[kind])
    colours = {key: zoo.preprocessor[key] for key in ('mean', 'std', 'bgr_to_rgb')}
    model = {**zoo.model, 'data_preprocessor': dict(type='DetDataPreprocessor', **colours, pad_size_divisor=32)}
    if kind != 'rtmdet-ins':
        model['backbone'].update(depth=18, base_channels=8)
    widths = [8, 16, 32, 64]
    if 'neck' in model and kind != 'rtmdet-ins':
        model['neck']['in_channels'] = widths
    if kind == 'mask2former':
        head = model['panoptic_head']
        head.update(in_channels=widths, num_queries=10)
        head['transformer_decoder'].update(num_layers=1)
        head['pixel_decoder']['encoder'].update(num_layers=1)
        model['test_cfg'].update(max_per_image=10)
    elif kind in GRIDS:
        model['test_cfg']['rpn'].update(nms_pre=20, max_per_img=20)
        model['test_cfg']['rcnn'].update(score_thr=0.0, max_per_img=6)
        heads = model['roi_head']['bbox_head']
        for head in heads if isinstance(heads, list) else [heads]:
            head['fc_out_channels'] = 32
    else:
        # With random weights SOLOv2 is sure of nothing and sees it everywhere.
        model['test_cfg'].update(score_thr=0.6 if kind == 'solov2' else 0.0, nms_pre=30, max_per_img=6)
    return {'type': 'MMDetDetector', 'model': model, 'model_classes': zoo.classes}


def small_pair(kind, **options):
    """mmdet's own model, and the detector that wraps it, with the same weights."""
    config = small_config(kind)
    detector = MODELS.build({**config, **options}).eval()
    theirs = MMDET.build(ConfigDict({**config['model'], 'data_preprocessor': None})).eval()
    torch.manual_seed(4)
    for name, weight in theirs.named_parameters():
        # Boxes stay near what they are refined from, none without a side.
        torch.nn.init.normal_(weight, std=.004 if 'reg' in name else .08)
    missing, unused = detector.load_state_dict(theirs.state_dict(), strict=False)
    assert missing == []
    assert all('segm_branch' in name for name in unused)
    return theirs, detector


def toy_frames(count, seed=1):
    """Frames of a video half as large as the network's input."""
    video = Video(0, 'toy', HEIGHT // 2, WIDTH // 2, count)
    images = torch.randn(count, 3, HEIGHT, WIDTH, generator=torch.Generator().manual_seed(seed))
    return [Frame(video, index, image, HEIGHT, WIDTH, (2., 2.)) for index, image in enumerate(images)]
