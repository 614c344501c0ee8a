"""Sparse flow from points that frames see."""

import numpy as np
import pytest

from mmvist.io.flow import HIDDEN, SEEN, UNKNOWN, read_flow
from mmvist.mining.flow_targets import sample_flow, sparse_flow, write_targets
from mmvist.mining.structure import Observations, write_masks
from tests.mining.boards import block, segments_of


def observations(*rows):
    """Rows (point, frame, x, y)."""
    table = np.array(rows, np.float64).reshape(-1, 4)
    return Observations(table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2:])


SEEN_TWICE = observations((7, 0, 2.2, 3.0), (7, 1, 4.6, 2.5), (7, 2, 7.0, 2.0), (9, 1, 0.4, 5.0), (9, 3, 1.0, 1.0))


def test_differences_of_places_stand_at_the_nearest_pixels():
    back = {frame: (flow, known) for frame, flow, known in sparse_flow(SEEN_TWICE, -1, 8, 10)}
    assert list(back) == [1, 2]
    flow, known = back[1]
    assert np.argwhere(known == SEEN).tolist() == [[2, 5]]
    assert flow[2, 5].tolist() == pytest.approx([-2.4, .5])
    assert set(np.unique(known)) == {UNKNOWN, SEEN}
    ahead = {frame: (flow, known) for frame, flow, known in sparse_flow(SEEN_TWICE, 1, 8, 10)}
    assert list(ahead) == [0, 1]
    assert ahead[0][0][3, 2].tolist() == pytest.approx([2.4, -.5])
    # Point 9 is not seen in successive frames.
    assert (ahead[1][1] == SEEN).sum() == 1


def test_places_outside_do_not_count():
    seen = observations((1, 0, -3, 0), (1, 1, 4, 4), (2, 0, 3, 3), (2, 1, 12, 3))
    assert [(frame, int((known == SEEN).sum())) for frame, _, known in sparse_flow(seen, 1, 8, 10)] == [(0, 1)]
    assert [(frame, int((known == SEEN).sum())) for frame, _, known in sparse_flow(seen, -1, 8, 10)] == [(1, 1)]
    assert list(sparse_flow(observations(), 1, 8, 10)) == []


def test_files_in_both_directions(tmp_path):
    write_targets(observations((1, 5, 0, 0), (1, 6, 1, 1)), tmp_path, 'street', 8, 10)
    # What was there before goes.
    write_targets(SEEN_TWICE, tmp_path, 'street', 8, 10)
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob('*.png')} == {
        'backward/street/00001.png', 'backward/street/00002.png', 'forward/street/00000.png',
        'forward/street/00001.png'}
    flow, known = read_flow(tmp_path / 'backward' / 'street' / '00001.png')
    assert flow[2, 5].tolist() == pytest.approx([-2.4, .5], abs=1 / 128)
    assert known.sum() == 1


def test_a_sample_of_exact_flow_is_of_the_static_scene_that_both_frames_see():
    generator = np.random.default_rng(0)
    flow, still = generator.normal(size=(40, 50, 2)).astype(np.float32), generator.random((40, 50)) < .5
    known = generator.integers(0, 3, (40, 50)).astype(np.uint8)
    sparse, sparse_known = sample_flow(flow, known, still, .25, generator)
    chosen = sparse_known == SEEN
    assert not chosen[~still].any()
    assert not chosen[(known == HIDDEN) | (known == UNKNOWN)].any()
    assert chosen.sum() == pytest.approx(.25 * (still & (known == SEEN)).sum(), rel=.3)
    assert np.array_equal(sparse[chosen], flow[chosen])
    assert not sparse[~chosen].any()
    assert set(np.unique(sparse_known)) == {UNKNOWN, SEEN}


def test_masks_are_black_on_objects_and_five_pixels_around(tmp_path):
    import cv2

    files = [tmp_path / name for name in ('000000.jpg', '000001.jpg')]
    write_masks(segments_of([], [(0, .9, block(6, 8, 1, 1))]), files, tmp_path / 'masks')
    first, second = (cv2.imread(str(tmp_path / 'masks' / f'{file.name}.png'), cv2.IMREAD_UNCHANGED) for file in files)
    assert (first == 255).all()
    rows, columns = np.indices((12, 16))
    distance = np.hypot(rows - 6, columns - 8)
    assert (second[distance <= 4.5] == 0).all()
    assert (second[distance >= 6] == 255).all()
