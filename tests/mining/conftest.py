import pytest

from mmvist.engine import load_config
from mmvist.worlds import WorldConfig
from mmvist.worlds.writer import write
from tests.commands import ROOT

WORLD = WorldConfig(num_train_videos=3, num_val_videos=0, num_frames=4, height=64, width=96, min_area=1, noise=0.0)
CONFIG = ROOT / 'configs/mining/mine_ground-truth_exact-flow_street-world.py'


@pytest.fixture(scope='session')
def world(tmp_path_factory):
    root = tmp_path_factory.mktemp('mining') / 'world'
    write(WORLD, root)
    return root


@pytest.fixture(scope='session')
def options(world):
    """What `--cfg-options` says of the world's place."""
    return {'model.detector.file': str(world / 'train.json'), 'model.tracker.type': 'SingleFrameTracker',
            'mining.linker.tracker.propagator.flow.root': str(world / 'flow' / 'train'), 'scale': (96, 64)}


@pytest.fixture
def config(options):
    config = load_config(CONFIG, options)
    config.test_dataloader.dataset.pipeline = [
        step for step in config.test_dataloader.dataset.pipeline if step.type != 'ResizeClip']
    return config


@pytest.fixture
def videos(world):
    return [world / 'train' / 'JPEGImages']
