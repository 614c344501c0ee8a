"""Names of weights in the checkpoints of HD3's authors (ucbdrive/hd3), of its network with context (`hd3fc`)."""

from collections.abc import Mapping


def _under(outer: Mapping[str, str], inner: Mapping[str, str]) -> dict[str, str]:
    """Every one of some prefixes, followed by every one of others."""
    return {theirs + their_rest: ours + our_rest
            for theirs, ours in outer.items() for their_rest, our_rest in inner.items()}


_CONV = {'0.': 'conv.', '1.': 'bn.'}
_TREE = {
    **_under({'tree1.': 'first.', 'tree2.': 'last.'},
             {'conv1.': 'first.conv.', 'bn1.': 'first.bn.', 'conv2.': 'last.conv.', 'bn2.': 'last.bn.'}),
    'root.': 'root.', **_under({'project.': 'project.'}, _CONV)}
_ENCODER = {
    **_under({'base.base_layer.': 'stem.', 'base.level0.': 'levels.0.', 'base.level1.': 'levels.1.'}, _CONV),
    **_under({f'base.level{level}.': f'levels.{level}.' for level in (2, 5, 6)}, _TREE),
    **_under({f'base.level{level}.{theirs}': f'levels.{level}.{ours}'
              for level in (3, 4) for theirs, ours in (('tree1.', 'first.'), ('tree2.', 'last.'))}, _TREE),
    **_under({f'dla_up.ida_{joint}.node_{row + 1}.': f'joints.{joint}.nodes.{row}.'
              for joint in range(4) for row in range(joint + 1)}, _CONV),
    **_under({f'dla_up.ida_{joint}.proj_{row + 1}.': f'joints.{joint}.enlarge.{row}.project.'
              for joint in range(4) for row in range(joint + 1)}, _CONV),
    **{f'dla_up.ida_{joint}.up_{row + 1}.': f'joints.{joint}.enlarge.{row}.up.'
       for joint in range(4) for row in range(joint + 1)}}
_DECODER = {
    'mapping.block1.conv1.': 'first.first.', 'mapping.block1.bn2.': 'first.last.0.',
    'mapping.block1.conv2.': 'first.last.2.', 'mapping.block1.shortcut.0.': 'first.around.',
    'mapping.block2.bn1.': 'last.first.0.', 'mapping.block2.conv1.': 'last.first.2.',
    'mapping.block2.bn2.': 'last.last.0.', 'mapping.block2.conv2.': 'last.last.2.',
    'mapping.root.': 'root.', 'cls.': 'density.',
    'up.0.': 'hand_on.0.0.', 'up.2.': 'hand_on.0.2.', 'up.3.': 'hand_on.1.'}
_CONTEXT = {**_under({f'dc_conv_{layer}.': f'layers.{layer}.' for layer in range(7)}, _CONV), 'cls.': 'density.'}

# To those of `HD3Network` with five levels.
HD3_NAMES: dict[str, str | None] = {
    **_under({'module.hd3net.': 'detector.flow.network.'}, {
        **_under({'encoder.': 'encoder.'}, _ENCODER),
        **{f'cost_bn_{level}.': f'cost_norms.{level}.' for level in range(5)},
        **_under({f'Decoder_{level}.': f'decoders.{level}.' for level in range(4)}, _DECODER),
        **_under({'Decoder_4.': 'decoders.4.'}, _CONTEXT)}),
    # What nothing reads: ways around trees of two levels, and the map of stride 2.
    **{f'module.hd3net.encoder.{part}.': None
       for part in ('base.level3.project', 'base.level4.project', 'dla_up.ida_4')}}
