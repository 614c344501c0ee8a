import pytest
import torch
from mmdet.structures import TrackDataSample

from mmvist.models.osmn.trainer import _common_objects
from mmvist.registry import MODELS
from tests.models.builders import batch, clip
from tests.models.osmn.bright_network import TINY, TRAINER


@pytest.fixture
def trainer():
    torch.manual_seed(0)
    trainer = MODELS.build(TRAINER)
    trainer.init_weights()
    return trainer.train()


def loss(trainer, *clips):
    return trainer(**trainer.data_preprocessor(batch(*clips), True), mode='loss')


def pieces(*clips):
    """One clip of the frames of several."""
    whole = TrackDataSample()
    whole.video_data_samples = [sample for item in clips for sample in item['data_samples']]
    return {'inputs': torch.cat([item['inputs'] for item in clips]), 'data_samples': whole}


def test_masks_of_guide_frame_before_and_target():
    clips = pieces(clip([False], 0, ids=(4, 0, 2)), clip([False], 5, ids=(4, 0, 7)), clip([True], 7, ids=(4, 0)))
    stranger = pieces(clip([False], ids=(3,)), clip([True], ids=(6,)))
    owners, masks = _common_objects([stranger['data_samples'], clips['data_samples']], (64, 128))
    assert owners.tolist() == [1, 1]
    assert masks.shape == (2, 3, 64, 128)
    lefts = masks.any(2).byte().argmax(2)
    # Squares begin at 6 + 40 * row and move two pixels a frame.
    assert sorted(lefts.tolist()) == [[6, 16, 20], [46, 56, 60]]
    assert not masks[..., 96:].any()


def test_objects_that_are_not_in_all_frames_do_not_train(trainer):
    clips = pieces(clip([False], ids=(4, 0)), clip([True], ids=(5,)))
    with pytest.raises(ValueError, match='no object is in all frames of its clip; the transform KeepCommonObjects'):
        loss(trainer, clips)


def test_every_weight_learns(trainer):
    optimizer = torch.optim.SGD(trainer.parameters(), lr=1.0)
    clips = clip([False, False, True]), clip([False, False, True], 3, ids=(5,))
    # The visual modulator's last layer begins with zeros and hides what is before it.
    for _ in range(2):
        optimizer.zero_grad()
        losses = loss(trainer, *clips)
        losses['loss_mask'].backward()
        optimizer.step()
    assert [name for name, weight in trainer.named_parameters() if not weight.grad.abs().sum() > 0] == []
    assert set(losses) == {'loss_mask', 'iou'}
    assert 0 <= losses['iou'] <= 1


def test_both_vggs_begin_with_the_weights_given(tmp_path):
    torch.manual_seed(3)
    source = MODELS.build(dict(type='OSMN', **TINY))
    torch.save(source.vgg.state_dict(), tmp_path / 'vgg.pth')
    trainer = MODELS.build({**TRAINER, 'vgg_init_cfg': dict(type='Pretrained', checkpoint=str(tmp_path / 'vgg.pth'))})
    trainer.init_weights()
    for vgg in (trainer.network.vgg, trainer.network.visual):
        assert torch.equal(vgg.features[0].weight, source.vgg.features[0].weight)
    assert trainer.network.visual.head.bias.tolist() == [1.0] * trainer.network.num_guides


def test_a_checkpoint_is_the_propagators(trainer, tmp_path):
    torch.save({'state_dict': trainer.state_dict()}, tmp_path / 'trained.pth')
    propagator = MODELS.build(dict(
        type='MaskPropagation', network=dict(type='OSMN', **TINY), size=(96, 64),
        init_cfg=dict(type='Pretrained', checkpoint=str(tmp_path / 'trained.pth'))))
    assert propagator.state_dict().keys() == trainer.state_dict().keys()
    propagator.init_weights()
    trained = trainer.state_dict()
    assert all(torch.equal(weight, trained[name]) for name, weight in propagator.state_dict().items())
    assert not any(weight.requires_grad for weight in propagator.parameters())


def test_a_single_frame_does_not_train(trainer):
    with pytest.raises(ValueError, match='a clip needs a guide and a target, got 1 frame; use the clip sampler'):
        loss(trainer, clip([True]))


def test_it_does_not_predict(trainer):
    with pytest.raises(ValueError, match='mode must be "loss", got \'predict\'; its masks are used by the propagator'):
        trainer(torch.zeros(1, 2, 3, 64, 96), [], mode='predict')
