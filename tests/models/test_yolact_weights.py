"""Checkpoints of YOLACT's authors: a network of their layout with random weights, and ours with the mapped ones."""

import pytest
import torch
import torch.nn.functional as F
from mmengine.config import Config
from torch import nn

from mmvist.models.key_maps import CLASS_LAYERS, MMDET_YOLACT, from_yolact, rename, without_class_layers
from mmvist.registry import MODELS
from tests.models.builders import random_norms, tiny_detector, tiny_yolact

CLASSES, PROTOTYPES, CHANNELS = 5, 6, 8


class Bottleneck(nn.Module):
    def __init__(self, channels, planes, stride, resized):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(channels, planes, 1, bias=False), nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, stride=stride, padding=1, bias=False)
        self.bn2, self.bn3 = nn.BatchNorm2d(planes), nn.BatchNorm2d(4 * planes)
        self.conv3 = nn.Conv2d(planes, 4 * planes, 1, bias=False)
        if resized:
            self.downsample = nn.Sequential(nn.Conv2d(channels, 4 * planes, 1, stride=stride, bias=False),
                                            nn.BatchNorm2d(4 * planes))

    def forward(self, x):
        inner = F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))))
        return F.relu(self.bn3(self.conv3(inner)) + (self.downsample(x) if hasattr(self, 'downsample') else x))


class Backbone(nn.Module):
    """ResNet-50 of a few channels; its stages are numbered from zero."""

    def __init__(self, planes=2):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, planes, 7, stride=2, padding=3, bias=False), nn.BatchNorm2d(planes)
        self.layers, channels = nn.ModuleList(), planes
        for stage, depth in enumerate((3, 4, 6, 3)):
            width, blocks = planes * 2 ** stage, []
            for block in range(depth):
                blocks.append(Bottleneck(channels, width, 2 if stage and not block else 1, not block))
                channels = 4 * width
            self.layers.append(nn.Sequential(*blocks))

    def forward(self, x):
        x, maps = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, stride=2, padding=1), []
        for layer in self.layers:
            x = layer(x)
            maps.append(x)
        return maps[1:]


class Pyramid(nn.Module):
    """Its layers are numbered from the coarsest map."""

    def __init__(self, channels):
        super().__init__()
        self.lat_layers = nn.ModuleList(nn.Conv2d(size, CHANNELS, 1) for size in reversed(channels))
        self.pred_layers = nn.ModuleList(nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1) for _ in channels)
        self.downsample_layers = nn.ModuleList(nn.Conv2d(CHANNELS, CHANNELS, 3, stride=2, padding=1) for _ in range(2))

    def forward(self, maps):
        levels, above = [], 0
        for lateral, last, level in zip(self.lat_layers, self.pred_layers, reversed(maps), strict=True):
            if levels:
                above = F.interpolate(above, level.shape[-2:], mode='bilinear', align_corners=False)
            above = above + lateral(level)
            levels.insert(0, F.relu(last(above)))
        for conv in self.downsample_layers:
            levels.append(conv(levels[-1]))
        return levels


class Predictions(nn.Module):
    """Three anchors a cell; of the classes the background is the first."""

    def __init__(self):
        super().__init__()
        self.upfeature = nn.Sequential(nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1), nn.ReLU())
        self.bbox_layer = nn.Conv2d(CHANNELS, 3 * 4, 3, padding=1)
        self.conf_layer = nn.Conv2d(CHANNELS, 3 * (CLASSES + 1), 3, padding=1)
        self.mask_layer = nn.Conv2d(CHANNELS, 3 * PROTOTYPES, 3, padding=1)

    def forward(self, level):
        level = self.upfeature(level)
        deltas, classes, coefficients = (
            layer(level).permute(0, 2, 3, 1).reshape(len(level), -1, size)
            for layer, size in ((self.bbox_layer, 4), (self.conf_layer, CLASSES + 1), (self.mask_layer, PROTOTYPES)))
        return deltas, classes.softmax(-1), coefficients.tanh()


class Official(nn.Module):
    """The network of dbolya/yolact under its names."""

    def __init__(self):
        super().__init__()
        self.backbone, self.fpn = Backbone(), Pyramid([16, 32, 64])
        convolutions = [nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1) for _ in range(4)]
        double = nn.Upsample(scale_factor=2, mode='bilinear', align_corners=False)
        steps = [*convolutions[:3], double, convolutions[3], nn.Conv2d(CHANNELS, PROTOTYPES, 1)]
        self.proto_net = nn.Sequential(*[part for step in steps for part in (step, nn.ReLU())][:-1])
        self.prediction_layers = nn.ModuleList([Predictions()])
        self.semantic_seg_conv = nn.Conv2d(CHANNELS, CLASSES, 1)

    def forward(self, images):
        levels = self.fpn(self.backbone(images))
        told = [torch.cat(parts, dim=1) for parts in zip(*map(self.prediction_layers[0], levels), strict=True)]
        return [*told, F.relu(self.proto_net(levels[0])), self.semantic_seg_conv(levels[0])]


def small_config(num_classes=CLASSES):
    """The full detector's config with few channels."""
    detector = Config.fromfile('configs/_base_/detectors/yolact_r50_fpn.py').detector
    detector.backbone.base_channels = 2
    detector.neck.update(in_channels=[16, 32, 64], out_channels=CHANNELS)
    detector.bbox_head.update(in_channels=CHANNELS, feat_channels=CHANNELS, num_protos=PROTOTYPES,
                              num_classes=num_classes)
    detector.mask_head.update(in_channels=CHANNELS, num_protos=PROTOTYPES, num_classes=num_classes,
                              proto_channels=(CHANNELS, CHANNELS, CHANNELS, None, CHANNELS, PROTOTYPES))
    return detector


def segmentor(detector):
    return MODELS.build(dict(type='VideoInstanceSegmentor', detector=detector, tracker=dict(type='SingleFrameTracker'),
                             data_preprocessor=dict(type='ClipPreprocessor', mean=[0.] * 3, std=[1.] * 3)))


@pytest.fixture(scope='module')
def official():
    torch.manual_seed(0)
    return random_norms(Official()).eval()


@pytest.fixture(scope='module')
def checkpoint(official):
    """With what an early file has besides: the stages under their first names, and more levels."""
    weights = official.state_dict()
    for name in [name for name in weights if name.startswith('backbone.layers.')]:
        stage, rest = name.removeprefix('backbone.layers.').split('.', 1)
        weights[f'backbone.layer{int(stage) + 1}.{rest}'] = torch.zeros_like(weights[name])
    weights['fpn.downsample_layers.2.bias'] = torch.zeros(CHANNELS)
    return weights


@torch.no_grad()
def test_converted_weights_answer_as_the_official_network(official, checkpoint):
    model = segmentor(small_config())
    model.load_state_dict(from_yolact(checkpoint))
    detector = model.eval().detector
    images = torch.randn(2, 3, 97, 130, generator=torch.Generator().manual_seed(1))
    levels = detector.extract(images)
    told = [torch.cat([part.permute(0, 2, 3, 1).reshape(2, -1, size) for part in parts], dim=1)
            for parts, size in zip(detector.bbox_head(levels), (CLASSES + 1, 4, PROTOTYPES), strict=True)]
    ours = [told[1], told[0].softmax(-1), told[2], detector.mask_head.protonet(levels[0]),
            detector.mask_head.segm_branch(levels[0])]
    theirs = official(images)
    # Their first class is our last.
    theirs[1] = torch.cat([theirs[1][..., 1:], theirs[1][..., :1]], dim=-1)
    assert theirs[1].std() > .01
    for answer, wanted in zip(ours, theirs, strict=True):
        assert wanted.std() > 1e-3
        torch.testing.assert_close(answer, wanted, rtol=0, atol=1e-5)


def test_weights_of_other_networks_are_refused(checkpoint):
    with pytest.raises(ValueError, match="1 weights are of another network; the first is 'maskiou_net.0.weight'"):
        from_yolact({**checkpoint, 'maskiou_net.0.weight': torch.zeros(1)})
    with pytest.raises(ValueError, match=r'no prediction_layers\.0\.bbox_layer'):
        from_yolact({'backbone.conv1.weight': torch.zeros(1)})


def with_classes(config, count):
    heads = config.get('roi_head', config)
    for head in (heads.bbox_head, heads.mask_head):
        head.num_classes = count
    if 'roi_head' in config:
        heads.bbox_head.reg_class_agnostic = False
    return segmentor(config).state_dict()


@pytest.mark.parametrize('build', [tiny_detector, tiny_yolact])
def test_layers_of_classes_are_those_whose_size_depends_on_them(build):
    few, many = with_classes(build(), 3), with_classes(build(), 7)
    same = [name for name, weight in few.items() if weight.shape == many[name].shape]
    assert list(without_class_layers(few)) == same
    assert len(few) > len(same)


def test_weights_of_mmdets_yolact():
    ours = segmentor(tiny_yolact()).state_dict()
    # Before mmdet 3 the segmentation was a head of its own.
    theirs = {name.removeprefix('detector.').replace('mask_head.segm_branch.', 'segm_head.'): weight
              for name, weight in ours.items()}
    for weights in (theirs, {name.removeprefix('detector.'): weight for name, weight in ours.items()}):
        assert list(rename(weights, MMDET_YOLACT)) == list(ours)


def test_every_layer_of_classes_is_one_of_a_detector():
    names = [name for build in (tiny_detector, tiny_yolact) for name in segmentor(build()).state_dict()]
    assert all(any(name.startswith(layer) for name in names) for layer in CLASS_LAYERS)


def test_training_on_other_classes_starts_with_all_but_their_layers(checkpoint):
    weights = without_class_layers(from_yolact(checkpoint))
    model = segmentor(small_config(num_classes=3))
    missing, unexpected = model.load_state_dict(weights, strict=False)
    assert unexpected == []
    assert missing == [name for name in model.state_dict() if name.startswith(CLASS_LAYERS)]
    assert len(missing) == 4
