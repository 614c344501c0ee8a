import os
import stat

import pytest
from torch import distributed

from mmvist.engine.distributed import rendezvous, start_processes, wrapper_config


@pytest.mark.parametrize(('launcher', 'environment', 'expected'), [
    ('pytorch', dict(RANK='3', WORLD_SIZE='4', LOCAL_RANK='1', MASTER_ADDR='a', MASTER_PORT='1'),
     dict(RANK='3', WORLD_SIZE='4', LOCAL_RANK='1', MASTER_ADDR='a', MASTER_PORT='1')),
    ('slurm', dict(SLURM_PROCID='3', SLURM_NTASKS='4', SLURM_LOCALID='1', MASTER_ADDR='a', RANK='9'),
     dict(RANK='3', WORLD_SIZE='4', LOCAL_RANK='1', MASTER_ADDR='a', MASTER_PORT='29500')),
    ('mpi', dict(OMPI_COMM_WORLD_RANK='0', OMPI_COMM_WORLD_SIZE='1', OMPI_COMM_WORLD_LOCAL_RANK='0', MASTER_ADDR='a'),
     dict(RANK='0', WORLD_SIZE='1', LOCAL_RANK='0', MASTER_ADDR='a', MASTER_PORT='29500'))])
def test_rendezvous(launcher, environment, expected):
    assert rendezvous(launcher, environment) == expected


def test_slurm_is_asked_for_its_first_host(tmp_path, monkeypatch):
    script = tmp_path / 'scontrol'
    script.write_text('#!/bin/sh\necho "${3}1"; echo "${3}2"\n')
    script.chmod(script.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv('PATH', str(tmp_path), prepend=os.pathsep)
    environment = dict(SLURM_PROCID='0', SLURM_NTASKS='2', SLURM_LOCALID='0', SLURM_NODELIST='node')
    assert rendezvous('slurm', environment)['MASTER_ADDR'] == 'node1'


@pytest.mark.parametrize(('launcher', 'missing'), [
    ('pytorch', 'WORLD_SIZE, LOCAL_RANK, MASTER_ADDR'), ('slurm', 'SLURM_PROCID, SLURM_NTASKS, SLURM_LOCALID')])
def test_missing_variables_are_named(launcher, missing):
    with pytest.raises(ValueError, match=f'launcher \'{launcher}\' needs the environment variables {missing}'):
        rendezvous(launcher, dict(RANK='0'))


def test_unknown_launcher():
    with pytest.raises(ValueError, match='launcher must be one of none, pytorch, slurm, mpi, got \'torch\''):
        start_processes('torch')


def test_one_process_starts_nothing():
    start_processes('none')
    assert not distributed.is_initialized()


@pytest.mark.parametrize(('config', 'expected'), [
    (None, dict(type='MMDistributedDataParallel', broadcast_buffers=False, find_unused_parameters=True,
                device_ids=None)),
    (dict(type='Own', device_ids=[0]), dict(type='Own', device_ids=None)),
    (dict(static_graph=True), dict(type='MMDistributedDataParallel', static_graph=True, device_ids=None))])
def test_wrapper_config(config, expected):
    assert wrapper_config(config, True) == expected
