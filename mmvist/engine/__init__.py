"""Running a config: checks before the first iteration, and what mmengine 0.10.7 needs mended, one file each."""

from mmvist.engine.checkpoint import install_loader, load_weights, read_checkpoint
from mmvist.engine.checkpoint_hook import PlainCheckpointHook
from mmvist.engine.config import check_config, load_config
from mmvist.engine.divergence_hook import DivergenceHook, TrainingDivergedError
from mmvist.engine.runner import build_runner, latest_checkpoint

__all__ = ['DivergenceHook', 'PlainCheckpointHook', 'TrainingDivergedError', 'build_runner', 'check_config',
           'install_loader', 'latest_checkpoint', 'load_config', 'load_weights', 'read_checkpoint']
