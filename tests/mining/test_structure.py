"""Structure from motion of a street that is known exactly; needs pycolmap."""

import numpy as np
import pytest

from mmvist.io.flow import SEEN, read_flow
from mmvist.mining.flow_targets import sparse_flow
from mmvist.mining.structure import reconstruct
from mmvist.worlds import WorldConfig
from mmvist.worlds.writer import write

pytest.importorskip('pycolmap')


@pytest.fixture(scope='module')
def street(tmp_path_factory):
    """A camera that drives past houses."""
    root = tmp_path_factory.mktemp('structure') / 'world'
    write(WorldConfig(num_train_videos=1, num_val_videos=0, num_frames=16, height=256, width=416, drives=1.0,
                      camera_speed=6.0, noise=0.0), root)
    return root


@pytest.mark.slow
def test_flow_of_points_is_the_streets(street, tmp_path):
    seen = reconstruct(street / 'train' / 'JPEGImages' / 'train_0001', tmp_path / 'work')
    _, images = np.unique(np.stack([seen.points, seen.frames]), axis=1, return_counts=True)
    assert (images == 1).all()
    assert np.unique(seen.points, return_counts=True)[1].min() >= 3
    errors = []
    for frame, flow, known in sparse_flow(seen, -1, 256, 416):
        truth, truth_known = read_flow(street / 'flow' / 'train' / 'train_0001' / f'{frame:05d}.png')
        both = (known == SEEN) & (truth_known == SEEN)
        errors.append(np.linalg.norm(flow - truth, axis=2)[both])
    errors = np.concatenate(errors)
    assert len(errors) > 300
    assert np.median(errors) < 0.5


def test_positions_that_do_not_fit(street, tmp_path):
    with pytest.raises(ValueError, match=r'positions must be \(16, 3\), three an image, got \(15, 3\)'):
        reconstruct(street / 'train' / 'JPEGImages' / 'train_0001', tmp_path, positions=np.zeros((15, 3)))
