"""Weights of HD3's authors: names of every kind, each weight of ours once, and the networks that are none of ours."""

import pytest
import torch

from mmvist.models.flow import HD3Flow
from mmvist.models.flow.hd3.names import HD3_NAMES
from mmvist.models.key_maps import PROGRAMS

THEIRS, OURS = 'module.hd3net.', 'detector.flow.network.'


@pytest.mark.parametrize(('theirs', 'ours'), [
    ('encoder.base.base_layer.0.weight', 'encoder.stem.conv.weight'),
    ('encoder.base.level1.1.running_mean', 'encoder.levels.1.bn.running_mean'),
    ('encoder.base.level2.tree1.conv2.weight', 'encoder.levels.2.first.last.conv.weight'),
    ('encoder.base.level2.project.1.bias', 'encoder.levels.2.project.bn.bias'),
    ('encoder.base.level3.tree1.tree2.bn1.weight', 'encoder.levels.3.first.last.first.bn.weight'),
    ('encoder.base.level4.tree2.root.conv.weight', 'encoder.levels.4.last.root.conv.weight'),
    ('encoder.base.level4.tree1.project.0.weight', 'encoder.levels.4.first.project.conv.weight'),
    ('encoder.dla_up.ida_0.up_1.weight', 'encoder.joints.0.enlarge.0.up.weight'),
    ('encoder.dla_up.ida_3.proj_4.0.weight', 'encoder.joints.3.enlarge.3.project.conv.weight'),
    ('encoder.dla_up.ida_2.node_1.1.bias', 'encoder.joints.2.nodes.0.bn.bias'),
    ('cost_bn_4.running_var', 'cost_norms.4.running_var'),
    ('Decoder_0.mapping.block1.shortcut.0.weight', 'decoders.0.first.around.weight'),
    ('Decoder_1.mapping.block1.bn2.weight', 'decoders.1.first.last.0.weight'),
    ('Decoder_2.mapping.block2.conv1.weight', 'decoders.2.last.first.2.weight'),
    ('Decoder_3.mapping.root.2.weight', 'decoders.3.root.2.weight'),
    ('Decoder_3.up.2.weight', 'decoders.3.hand_on.0.2.weight'), ('Decoder_3.up.3.bias', 'decoders.3.hand_on.1.bias'),
    ('Decoder_3.cls.2.bias', 'decoders.3.density.2.bias'),
    ('Decoder_4.dc_conv_5.0.weight', 'decoders.4.layers.5.conv.weight'),
    ('Decoder_4.cls.bias', 'decoders.4.density.bias')])
def test_names_by_hand(theirs, ours):
    assert list(PROGRAMS['hd3']({THEIRS + theirs: torch.zeros(1)})) == [OURS + ours]


def test_every_weight_is_named_once():
    back = {ours: theirs for theirs, ours in HD3_NAMES.items() if ours is not None}
    assert len(back) == sum(ours is not None for ours in HD3_NAMES.values())
    weights = {f'detector.flow.{name}': weight for name, weight in HD3Flow().state_dict().items()}
    theirs = {}
    for name, weight in weights.items():
        prefixes = [prefix for prefix in back if name.startswith(prefix)]
        assert len(prefixes) == 1, name
        theirs[back[prefixes[0]] + name.removeprefix(prefixes[0])] = weight
    found = PROGRAMS['hd3'](theirs)
    assert found.keys() == weights.keys() and all(found[name] is weight for name, weight in weights.items())


@pytest.mark.parametrize('unread', [
    'encoder.base.level3.project.0.weight', 'encoder.base.level4.project.1.bias', 'encoder.dla_up.ida_4.up_3.weight'])
def test_what_nothing_reads_is_left_out(unread):
    assert PROGRAMS['hd3']({THEIRS + unread: torch.zeros(1)}) == {}


@pytest.mark.parametrize('other', ['module.hd3net.Decoder_4.mapping.root.0.weight', 'module.hd3net.Decoder_5.cls.bias',
                                   'module.fnet.conv1.weight'])
def test_other_networks_are_refused(other):
    with pytest.raises(ValueError, match=f'1 weights are of another network; the first is \'{other}\''):
        PROGRAMS['hd3']({other: torch.zeros(1)})
