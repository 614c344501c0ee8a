"""Configs of mmdet by name, and frames prepared as mmdet prepares images."""

import numpy as np
import pytest
import torch
from mmcv.transforms import Compose
from mmdet.registry import MODELS as MMDET
from mmengine.config import Config
from mmengine.registry import init_default_scope

from mmvist.datasets.clip import Clip, ClipFrame
from mmvist.io.classes import COCO
from mmvist.models.mmdet_zoo import CONFIGS, clip_preprocessor, read_zoo_model, without_downloads
from mmvist.registry import MODELS, TRANSFORMS
from mmvist.structures import Video


def test_what_a_config_says():
    zoo = read_zoo_model('mask-rcnn_r50_fpn_2x_coco')
    assert zoo.model['type'] == 'MaskRCNN'
    assert zoo.model['backbone']['depth'] == 50
    assert zoo.classes == COCO
    assert zoo.preprocessor == dict(type='ClipPreprocessor', mean=[123.675, 116.28, 103.53],
                                    std=[58.395, 57.12, 57.375], bgr_to_rgb=True, size_divisor=32)


def test_caffe_weights_want_other_colours():
    preprocessor = read_zoo_model('mask-rcnn_r50-caffe_fpn_1x_coco').preprocessor
    assert preprocessor['std'] == [1., 1., 1.]
    assert preprocessor['bgr_to_rgb'] is False


def test_rtmdet_pads_with_grey_to_a_square():
    preprocessor = read_zoo_model('rtmdet-ins_tiny_8xb32-300e_coco').preprocessor
    assert preprocessor['pad_value'] == 114
    assert preprocessor['min_size'] == (640, 640)


@pytest.mark.parametrize(('name', 'count'), [
    ('mask-rcnn_r50_fpn_1x_cityscapes', 8), ('mask-rcnn_r50_fpn_sample1e-3_ms-1x_lvis-v1', 1203)])
def test_classes_are_those_of_the_data(name, count):
    assert len(read_zoo_model(name).classes) == count


def test_own_config_file(tmp_path):
    path = tmp_path / 'cups.py'
    path.write_text(f'_base_ = {str(CONFIGS / "solov2/solov2_r50_fpn_1x_coco.py")!r}\n'
                    "test_dataloader = dict(dataset=dict(metainfo=dict(classes=('cup', 'bowl'))))\n"
                    'model = dict(mask_head=dict(num_classes=2))\n')
    zoo = read_zoo_model(str(path))
    assert zoo.classes == ('cup', 'bowl')
    assert zoo.model['mask_head']['num_classes'] == 2


def test_unknown_names_come_with_close_ones():
    with pytest.raises(ValueError, match=r"mmdet 3\.3\.0 has no config 'mask_rcnn_r50_fpn_2x_coco'; did you mean "
                                         '.*mask-rcnn_r50_fpn_2x_coco'):
        read_zoo_model('mask_rcnn_r50_fpn_2x_coco')
    with pytest.raises(ValueError, match=r'there are \d\d\d below .*configs'):
        read_zoo_model('?')


def test_missing_file():
    with pytest.raises(FileNotFoundError, match=r'nowhere\.py'):
        read_zoo_model('nowhere.py')


def test_no_config_of_a_segmenter():
    with pytest.raises(ValueError, match='bytetrack_yolox.* does not say how a model is tested on images'):
        read_zoo_model('bytetrack_yolox_x_8xb4-80e_crowdhuman-mot17halftrain_test-mot17halfval')


def test_downloads_are_left_out_of_a_copy():
    download = dict(type='Pretrained', checkpoint='torchvision://resnet50')
    model = dict(type='A', init_cfg=download, pretrained='b.pth', parts=[dict(init_cfg=dict(type='Xavier')),
                                                                         dict(init_cfg=[download])])
    before = repr(model)
    assert without_downloads(model) == dict(type='A', parts=[dict(init_cfg=dict(type='Xavier')), {}])
    assert repr(model) == before


def test_padding_of_several_colours_is_refused():
    with pytest.raises(ValueError, match=r'one grey only, got \(1, 2, 3\)'):
        clip_preprocessor(dict(mean=[0, 0, 0], std=[1, 1, 1]), dict(type='Pad', size=(64, 64), pad_val=(1, 2, 3)))


@pytest.mark.parametrize(('name', 'scale', 'keep_ratio'), [
    ('cascade-mask-rcnn_r50_fpn_20e_coco', (1333, 800), True), ('ms-rcnn_r50-caffe_fpn_1x_coco', (1333, 800), True),
    ('solov2-light_r50_fpn_ms-3x_coco', (768, 448), True), ('rtmdet-ins_s_8xb32-300e_coco', (640, 640), True),
    ('yolact_r50_1xb8-55e_coco', (550, 550), False)])
@pytest.mark.parametrize('size', [(45, 80), (120, 70)])
def test_frames_are_prepared_as_mmdet_does(name, scale, keep_ratio, size):
    init_default_scope('mmvist')
    image = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    video = Video(0, 'toy', *size, 1)
    item = Clip(video, (ClipFrame(0, True, '', image=image),))
    for transform in (dict(type='ResizeClip', scale=scale, keep_ratio=keep_ratio), dict(type='PackClip')):
        item = TRANSFORMS.build(transform).transform(item, np.random.default_rng(0))
    ours = MODELS.build(read_zoo_model(name).preprocessor)(
        {'inputs': [item['inputs']], 'data_samples': [item['data_samples']]})['inputs'][0, 0]

    config = Config.fromfile(next(CONFIGS.glob(f'*/{name}.py')))
    steps = [step for step in config.test_dataloader.dataset.pipeline if not step.type.startswith('Load')]
    init_default_scope('mmdet')
    packed = Compose(steps)(dict(img=image, img_shape=size, ori_shape=size, img_id=0, img_path=''))
    theirs = MMDET.build(config.model.data_preprocessor)(
        {'inputs': [packed['inputs']], 'data_samples': [packed['data_samples']]})['inputs'][0]
    init_default_scope('mmvist')
    assert ours.shape == theirs.shape
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-5)
