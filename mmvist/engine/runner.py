"""The one way to a runner: the same config on a CPU, a GPU, several of either, or a Slurm cluster."""

from copy import deepcopy
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.logging import print_log
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner, find_latest_checkpoint

from mmvist.engine.checkpoint import install_loader, load_weights
from mmvist.engine.config import check_config
from mmvist.engine.distributed import start_processes, wrapper_config
from mmvist.engine.files import install_backend


def build_runner(config: Config, work_dir: str | Path | None = None, launcher: str = 'none',
                 checkpoint: str | Path | None = None, resume: bool = False, trust_checkpoint: bool = False) -> Runner:
    """Check a config and build mmengine's runner for it.

    Args:
        config: From `load_config`.
        work_dir: Folder for logs and checkpoints; the config's own, else work_dirs/ and the config's name.
        launcher: What started the processes: 'none', 'pytorch', 'slurm' or 'mpi'.
        checkpoint: Weights to begin with, in place of the config's.
        resume: Go on with a training: from `checkpoint`, or from the last one in `work_dir`. Without any, it starts
            from the beginning, so that a job that is interrupted and started again needs no other command.
        trust_checkpoint: Unpickle checkpoints, which can run any code.

    Raises:
        ValueError: The config would not build, or the launcher is not what started the processes.
        FileNotFoundError: There is no such checkpoint.
    """
    config = deepcopy(config)
    check_config(config)
    config.work_dir = str(work_dir or config.get('work_dir') or _default_work_dir(config))
    config.launcher = launcher
    checkpoint = None if checkpoint is None else str(checkpoint)
    if checkpoint is not None:
        config.load_from = checkpoint if resume else None
    if resume:
        latest = checkpoint or latest_checkpoint(config.work_dir)
        config.resume = latest is not None
        if latest is not None:
            config.load_from = str(latest)
        else:
            print_log(f'{config.work_dir} has no checkpoint to resume from; starting from the beginning', 'current')

    _check_exists(config.get('load_from') or checkpoint)
    # Every run writes checkpoints that can be read again, and ends when nothing is left to learn from.
    config.custom_hooks = [*(config.get('custom_hooks') or []), {'type': 'PlainCheckpointHook'},
                           {'type': 'DivergenceHook'}]
    install_loader(trust_checkpoint)
    install_backend()
    start_processes(launcher, config.get('env_cfg', {}).get('dist_cfg', {}).get('timeout'))
    if launcher != 'none' and not torch.cuda.is_available():
        # PyTorch shares the statistics of batch norms among GPUs only.
        config.sync_bn = None
        config.model_wrapper_cfg = wrapper_config(config.get('model_wrapper_cfg'),
                                                  config.get('find_unused_parameters', False))
    runner = Runner.from_cfg(config)
    if checkpoint is not None and not resume:
        # mmengine would pass over weights that are missing; a test of random weights helps nobody.
        load_weights(runner.model.module if is_model_wrapper(runner.model) else runner.model, checkpoint,
                     trust_checkpoint)
    return runner


def latest_checkpoint(work_dir: str | Path) -> str | None:
    """The last checkpoint of a folder, also when the folder was moved since; `None` when there is none."""
    recorded = find_latest_checkpoint(str(work_dir))
    if recorded is None:
        return None
    places = (Path(recorded), Path(work_dir) / Path(recorded).name)
    found = next((place for place in places if place.exists()), None)
    return None if found is None else str(found)


def _check_exists(load_from: str | None) -> None:
    """Refuse a missing local checkpoint now, and not when data and model have been built."""
    if load_from and '://' not in load_from and not Path(load_from).expanduser().is_file():
        raise FileNotFoundError(f'checkpoint {load_from} does not exist; the config\'s key is load_from, and '
                                '--cfg-options load_from=None begins without one')


def _default_work_dir(config: Config) -> Path:
    return Path('work_dirs') / Path(config.filename or 'unnamed').stem
