"""MOTSNet's configs hold the paper's numbers, fit together, and name checkpoints that are written."""

import re
from pathlib import Path

import pytest
import torch
from mmengine.optim import LinearLR, PolyLR

from mmvist.engine import load_config
from mmvist.registry import MODELS
from tests.models.builders import tiny_abn_detector

FOLDER = Path(__file__).parents[1] / 'configs/motsnet'
IMAGENET, COCO = 'resnet50-0676ba61', 'motsnet-detector_r50_fpn_12e_coco'
VISTAS = 'motsnet-detector_r50_fpn_85e_mapillaryvistas'
# Table 6: rate, epochs and frames of a clip; which weights a training begins with; classes; the share of a clip that a
# track must be seen in (section 4.2), and the weight of the detector's losses (appendix B).
RECIPES = {
    '180e_kittimots': (0.02, 180, 12, IMAGENET, 2, 0.0, 1.0),
    '90e_kittimots_vistas': (0.01, 90, 12, VISTAS, 2, 0.0, 1.0),
    '90e_kittimots_synth': (0.01, 90, 12, 'motsnet_r50_fpn_20e_kittisynth', 2, 0.0, 1.0),
    '90e_kittimots_vistas-synth': (0.01, 90, 12, 'motsnet_r50_fpn_10e_kittisynth_vistas', 2, 0.0, 1.0),
    '20e_kittisynth': (0.02, 20, 12, IMAGENET, 2, 0.5, 1.0),
    '10e_kittisynth_vistas': (0.01, 10, 12, VISTAS, 2, 0.5, 1.0),
    '180e_kittisynthmots': (0.02, 180, 12, IMAGENET, 2, 0.5, 1.0),
    '100e_bdd100k': (0.02, 100, 10, IMAGENET, 2, 0.0, 1.0),
    '100e_bdd100k_vistas': (0.02, 100, 10, VISTAS, 2, 0.0, 1.0),
    **{f'90e_motschallenge{fold}': (0.01, 90, 10, IMAGENET, 1, 0.0, 1.0)
       for fold in ('', '-fold2', '-fold3', '-fold4')},
    **{f'180e_motschallenge{fold}_coco': (0.02, 180, 10, COCO, 1, 0.0, 0.1)
       for fold in ('', '-fold2', '-fold3', '-fold4')}}
TRACKED = sorted(path.stem for path in FOLDER.glob('motsnet_*.py'))


def first_weights(config):
    """Name of the run, or file, whose weights a training begins with."""
    detector = config.model.detector
    if config.load_from:
        assert detector.init_cfg is None
        return Path(config.load_from).parent.name
    if detector.init_cfg:
        assert detector.backbone.init_cfg is None
        assert detector.init_cfg.prefix == 'detector.'
        return Path(detector.init_cfg.checkpoint).parent.name
    return Path(detector.backbone.init_cfg.checkpoint).stem


@pytest.mark.parametrize('name', RECIPES)
def test_the_papers_numbers(name):
    config = load_config(FOLDER / f'motsnet_r50_fpn_{name}.py')
    detector, embedder = config.model.detector, config.model.embedder
    losses = {part.loss_weight for head in (detector.rpn_head, detector.roi_head.bbox_head, detector.roi_head.mask_head)
              for key, part in head.items() if key.startswith('loss_')}
    assert len(losses) == 1
    assert RECIPES[name] == (
        config.optim_wrapper.optimizer.lr, config.train_cfg.max_epochs, config.train_dataloader.dataset.clip.length,
        first_weights(config), embedder.head.num_classes, embedder.get('min_presence', 0.0), losses.pop())
    assert config.param_scheduler[1].end == config.train_cfg.max_epochs
    assert (embedder.pooling if 'pooling' in embedder else 'mask', embedder.head.channels) == ('mask', 32)
    assert (config.model.tracker.min_length, config.sync_bn) == (5, 'torch')


@pytest.mark.parametrize('name', TRACKED)
def test_one_window_for_clips_epochs_and_tracks(name):
    config = load_config(FOLDER / f'{name}.py')
    cues = config.model.tracker.stages[0].cues
    windows = {config.train_dataloader.dataset.clip.length, config.train_dataloader.sampler.frames_per_item,
               config.model.tracker.max_age, *(cue.window for cue in cues if cue.type == 'Gap')}
    assert len(windows) == 1
    # tau, of whatever the distance is.
    assert cues[0].new == 1.0


def test_checkpoints_are_written_by_the_configs_that_they_are_named_for():
    text = '\n'.join(path.read_text() for path in FOLDER.parent.glob('**/*.py'))
    named = set(re.findall(r'work_dirs/(motsnet[^/]*)/epoch_(\d+)\.pth', text))
    assert len(named) == 5
    for run, epoch in named:
        assert load_config(FOLDER / f'{run}.py').train_cfg.max_epochs == int(epoch)


def test_weights_of_other_classes_but_for_the_last_layers(tmp_path):
    torch.manual_seed(0)
    source = MODELS.build(tiny_abn_detector())
    torch.save({'state_dict': {f'detector.{name}': weight for name, weight in source.state_dict().items()}},
               tmp_path / 'epoch_1.pth')
    config = tiny_abn_detector(
        init_cfg=dict(type='Pretrained', prefix='detector.', checkpoint=str(tmp_path / 'epoch_1.pth')))
    config.roi_head.bbox_head.num_classes = config.roi_head.mask_head.num_classes = 2
    detector = MODELS.build(config)
    detector.init_weights()
    known = source.state_dict()
    # Tensors of other shapes are not equal.
    other = {name for name, weight in detector.state_dict().items() if not torch.equal(weight, known[name])}
    assert other == {f'roi_head.{layer}.{part}' for layer in ('bbox_head.fc_cls', 'mask_head.conv_logits')
                     for part in ('weight', 'bias')}


def test_the_rate_falls_in_a_straight_line():
    config, epoch = load_config(FOLDER / 'motsnet_r50_fpn_20e_kittisynth.py'), 50
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=config.optim_wrapper.optimizer.lr)
    warm_up, line = (dict(entry) for entry in config.param_scheduler)
    assert (warm_up.pop('type'), line.pop('type'), line.pop('convert_to_iter_based')) == ('LinearLR', 'PolyLR', True)
    schedulers = [LinearLR(optimizer, **warm_up), PolyLR.build_iter_from_epoch(optimizer, **line, epoch_length=epoch)]
    rates = []
    for _ in range(20 * epoch):
        rates.append(optimizer.param_groups[0]['lr'])
        optimizer.step()
        for scheduler in schedulers:
            scheduler.step()
    # lr_0 (1 - i / steps), the last one with a rate of zero; a third of it at first.
    assert rates[0] == pytest.approx(0.02 / 3)
    assert rates[200:] == pytest.approx([0.02 * (1 - step / 999) for step in range(200, 1000)], abs=1e-9)
