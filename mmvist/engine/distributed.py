"""Several processes without a GPU.

mmengine 0.10.7 selects a CUDA device for every process and passes one to the model's wrapper; on a machine without CUDA
both fail. It leaves a process group alone that exists already, so this one is started first. Can go when mmengine asks
whether there is a device.
"""

import atexit
import os
import subprocess
from collections.abc import Mapping
from datetime import timedelta

import torch
from torch import distributed

LAUNCHERS = ('none', 'pytorch', 'slurm', 'mpi')


def start_processes(launcher: str, timeout: float | None = None) -> None:
    """Join the processes of a CPU run; a run on GPUs is left to mmengine.

    Args:
        launcher: One of `LAUNCHERS`, whatever started the processes.
        timeout: Seconds after which a process gives up on the others.

    Raises:
        ValueError: The launcher is unknown, or its environment variables are not set.
    """
    if launcher not in LAUNCHERS:
        raise ValueError(f'launcher must be one of {", ".join(LAUNCHERS)}, got {launcher!r}')
    if launcher != 'none' and not torch.cuda.is_available():
        join_processes(launcher, timeout)


def join_processes(launcher: str, timeout: float | None = None) -> None:
    """Join the processes of a run that talk on the CPU, whatever else they work with; once is enough.

    Args:
        launcher: One of `LAUNCHERS` but 'none'.
        timeout: Seconds after which a process gives up on the others.
    """
    if distributed.is_initialized():
        return
    os.environ.update(rendezvous(launcher, os.environ))
    arguments = {} if timeout is None else {'timeout': timedelta(seconds=timeout)}
    distributed.init_process_group('gloo', **arguments)
    atexit.register(distributed.destroy_process_group)


def rendezvous(launcher: str, environment: Mapping[str, str]) -> dict[str, str]:
    """PyTorch's variables for one of the processes, from its launcher's.

    Args:
        launcher: 'pytorch', 'slurm' or 'mpi'.
        environment: The process's environment.

    Returns:
        RANK, WORLD_SIZE, LOCAL_RANK, MASTER_ADDR and MASTER_PORT.

    Raises:
        ValueError: A variable is missing.
    """
    sources = {
        'pytorch': ('RANK', 'WORLD_SIZE', 'LOCAL_RANK'),
        'slurm': ('SLURM_PROCID', 'SLURM_NTASKS', 'SLURM_LOCALID'),
        'mpi': ('OMPI_COMM_WORLD_RANK', 'OMPI_COMM_WORLD_SIZE', 'OMPI_COMM_WORLD_LOCAL_RANK')}[launcher]
    # Only Slurm can be asked for the address.
    needed = sources if launcher == 'slurm' else (*sources, 'MASTER_ADDR')
    missing = [name for name in needed if name not in environment]
    if missing:
        raise ValueError(f'launcher {launcher!r} needs the environment variables {", ".join(missing)}; were the '
                         'processes started by it?')
    found = dict(zip(('RANK', 'WORLD_SIZE', 'LOCAL_RANK'), (environment[name] for name in sources), strict=True))
    address = environment.get('MASTER_ADDR') or _first_host(environment)
    return {**found, 'MASTER_ADDR': address, 'MASTER_PORT': environment.get('MASTER_PORT', '29500')}


def wrapper_config(config: Mapping | None, find_unused_parameters: bool) -> dict:
    """Config of the model's wrapper for processes without devices.

    Args:
        config: The run's own `model_wrapper_cfg`.
        find_unused_parameters: The run's setting, which counts only without a wrapper config of its own.
    """
    if config is None:
        config = {'broadcast_buffers': False, 'find_unused_parameters': find_unused_parameters}
    return {'type': 'MMDistributedDataParallel', **config, 'device_ids': None}


def _first_host(environment: Mapping[str, str]) -> str:
    hosts = environment.get('SLURM_NODELIST', '')
    found = subprocess.run(['scontrol', 'show', 'hostnames', hosts], capture_output=True, text=True, check=True)
    return found.stdout.split()[0]
