"""Linking segments by flow: the checks of the paper's rules, worked by hand."""

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.model import BaseModule

from mmvist.io.flow import write_flow
from mmvist.mining import TrackerLinker
from mmvist.registry import MODELS
from tests.commands import ROOT
from tests.mining.boards import HEIGHT, WIDTH, block, columns, segments_of

LINKER = Config.fromfile(ROOT / 'configs/_base_/mining/tracklets.py').linker.to_dict()


@MODELS.register_module(force=True)
class SteadyFlow:
    """Everything moves by (x, y) pixels a frame; counts how often it was asked."""

    needs_image = True
    calls = 0

    def __init__(self, x=0, y=0):
        self.x, self.y = x, y

    def __call__(self, image, previous, frame):
        SteadyFlow.calls += 1
        flow = torch.zeros(2, *image.shape[1:])
        flow[0], flow[1] = -self.x, -self.y
        return flow


def linker(flow=None, kept=None):
    config = {**LINKER, 'tracker': {**LINKER['tracker'], 'propagator': dict(
        type='FlowWarp', flow=flow or dict(type='SteadyFlow'))}}
    part = TrackerLinker(config['tracker'])
    part.prepare('cpu', kept)
    return part


def images(count):
    return [np.zeros((HEIGHT, WIDTH, 3), np.uint8)] * count


def ids(*frames, flow=None):
    """Ids of the segments, frame by frame, and what was refused."""
    linked = linker(flow).link(segments_of(*frames), images(len(frames)))
    rows = columns(linked.tracks)
    refused = {gate: count for gate, count in linked.refused.items() if count}
    return [[track for at, track, *_ in rows if at == frame] for frame in range(len(frames))], refused


def car(mask, score=.9):
    return 0, score, mask


def walker(mask, score=.9):
    return 1, score, mask


def test_a_square_that_the_flow_moves_is_linked():
    frames = [[car(block(1, 1 + 3 * frame, 5, 4))] for frame in range(4)]
    assert ids(*frames, flow=dict(type='SteadyFlow', x=3)) == ([[0], [0], [0], [0]], {})


def test_two_halves_that_cover_a_segment_are_ambiguous():
    halves = [car(block(0, 0, 6, 5)), car(block(0, 5, 6, 5))]
    assert ids(halves, [car(block(0, 0, 6, 10))]) == ([[0, 1], [2]], {'MinLead': 2})
    # With ten pixels more the larger one is clear: 36 and 24 lie apart by 12, 33 and 27 by 6.
    assert ids([car(block(0, 0, 6, 6)), car(block(0, 6, 6, 4))], [car(block(0, 0, 6, 10))])[0] == [[0, 1], [0]]


@pytest.mark.parametrize(('first', 'second', 'expected'), [
    # b1 = 10, r = 5; nine pixels are too few.
    (block(0, 0, 5, 2), block(0, 0, 5, 3), ([[0], [0]], {})),
    (block(0, 0, 3, 3), block(0, 0, 3, 4), ([[0], [1]], {'MinCover': 1})),
    # b1 = 12, r = 6 and 7: twice as much, and less.
    (block(0, 0, 6, 2), block(0, 0, 6, 3), ([[0], [0]], {})),
    (block(0, 0, 2, 6), block(0, 0, 2, 10), ([[0], [1]], {'MinCoverRatio': 1})),
    # Wholly covered: nothing is left over.
    (block(0, 0, 12, 16), block(0, 0, 5, 2), ([[0], [0]], {})),
    # Nothing in common.
    (block(0, 0, 5, 5), block(0, 8, 5, 5), ([[0], [1]], {}))])
def test_rules_at_their_thresholds(first, second, expected):
    assert ids([car(first)], [car(second)]) == expected


def test_classes_are_linked_apart():
    mask = block(0, 0, 6, 6)
    assert ids([car(mask)], [walker(mask)]) == ([[0], [1]], {'SameClassOnly': 1})
    # What others of its class cover alone makes a segment ambiguous.
    halves = [car(block(0, 0, 6, 5)), walker(block(0, 5, 6, 5))]
    assert ids(halves, [car(block(0, 0, 6, 7))])[0] == [[0, 1], [0]]


def test_the_sum_of_overlaps_decides():
    # Each alone would go to the large one; together one of them has to take the other.
    before = [car(block(0, 0, 10, 6)), car(block(0, 6, 10, 4))]
    after = [car(block(0, 0, 10, 5)), car(block(0, 5, 10, 5))]
    assert ids(before, after)[0] == [[0, 1], [0, 1]]


def test_a_tracklet_ends_with_the_first_frame_that_misses_it():
    mask = block(0, 0, 6, 6)
    assert ids([car(mask)], [], [car(mask)])[0] == [[0], [], [1]]


def test_nothing_in_any_frame():
    assert ids([], [], []) == ([[], [], []], {})


def test_refusals_add_up_over_frames():
    mask = block(0, 0, 6, 6)
    assert ids([car(mask)], [walker(mask)], [car(mask)])[1] == {'SameClassOnly': 2}


def test_flow_from_files_needs_no_images(tmp_path):
    flow = np.zeros((HEIGHT, WIDTH, 2))
    flow[..., 0] = -3
    write_flow(flow, np.ones((HEIGHT, WIDTH), bool), tmp_path / 'board' / '00001.png')

    def refuse():
        raise AssertionError('images are not looked at')
        yield

    frames = [[car(block(1, 1, 5, 4))], [car(block(1, 4, 5, 4))]]
    linked = linker(dict(type='FileFlow', root=str(tmp_path))).link(segments_of(*frames), refuse())
    assert linked.tracks.ids.tolist() == [0, 0]


def test_flow_is_kept_and_read_back(tmp_path):
    frames = [[car(block(1, 1 + 3 * frame, 5, 4))] for frame in range(4)]
    answers = []
    for calls in (3, 0):
        before, part = SteadyFlow.calls, linker(dict(type='SteadyFlow', x=3.001), tmp_path)
        answers.append(part.link(segments_of(*frames), images(4)))
        assert SteadyFlow.calls - before == calls
    assert [path.name for path in sorted((tmp_path / 'board').iterdir())] == ['00001.png', '00002.png', '00003.png']
    assert [columns(answer.tracks) for answer in answers] == [[(frame, 0, 0, False) for frame in range(4)]] * 2


def test_flow_is_timed():
    linked = linker().link(segments_of([car(block(0, 0, 6, 6))], [car(block(0, 0, 6, 6))]), images(2))
    assert linked.flow_seconds > 0
    assert linker().link(segments_of([], []), images(2)).flow_seconds == 0


@MODELS.register_module(force=True)
class NormedFlow(BaseModule):
    """A network whose answer depends on its weights, and in training on what it was shown before."""

    needs_image = True

    def __init__(self, init_cfg=None):
        super().__init__(init_cfg)
        self.norm = torch.nn.BatchNorm2d(3)
        self.move = torch.nn.Parameter(torch.zeros(2))

    def forward(self, image, previous, frame):
        return self.move.view(2, 1, 1) + 0 * self.norm(image[None].float())[0, :2]


def test_networks_have_their_weights_and_do_not_learn(tmp_path):
    torch.save({'detector.flow.move': torch.tensor([-3., 0.]), 'detector.flow.norm.weight': torch.ones(3)},
               tmp_path / 'weights.pth')
    weights = dict(type='Pretrained', checkpoint=str(tmp_path / 'weights.pth'), prefix='detector.flow.')
    frames = [[car(block(1, 1 + 3 * frame, 5, 4))] for frame in range(4)]
    for kept in (None, tmp_path / 'kept'):
        part = linker(dict(type='NormedFlow', init_cfg=weights), kept)
        norm = next(module for module in part.tracker.modules() if isinstance(module, torch.nn.BatchNorm2d))
        assert part.link(segments_of(*frames), images(4)).tracks.ids.tolist() == [0, 0, 0, 0]
        assert norm.num_batches_tracked == 0
        assert not norm.training
