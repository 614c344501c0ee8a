"""The tool: one process, two of them, and one that is killed."""

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.commands import ROOT, run
from tests.mining.conftest import CONFIG
from tests.mining.test_run import files_of


@pytest.fixture
def arguments(options, videos):
    said = [f'{key}={value}' for key, value in options.items() if key != 'scale']
    return [CONFIG, *videos, '--cfg-options', *said]


def mined(arguments, out):
    return run(sys.executable, 'tools/mine.py', *arguments, '--out', out)


def test_two_processes_leave_what_one_leaves(arguments, tmp_path):
    said = mined(arguments, tmp_path / 'one')
    assert said.count('videos     3, 12 frames') == 1
    config, *rest = arguments
    said = run('tools/dist_mine.sh', config, 2, *rest, '--out', tmp_path / 'two', PORT='29671')
    assert said.count('videos     3, 12 frames') == 1
    assert files_of(tmp_path / 'one') == files_of(tmp_path / 'two')


def test_the_status_tells_of_a_failed_video(arguments, tmp_path, videos):
    (tmp_path / 'broken.mp4').write_bytes(b'film')
    command = [sys.executable, 'tools/mine.py', *arguments, '--out', tmp_path / 'out']
    command.insert(3, tmp_path / 'broken.mp4')
    done = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert 'videos     3, 12 frames; 1 failed' in done.stdout
    assert 'failed     broken: ValueError: ' in done.stdout


def num_files(folder):
    return sum(len(files) for _, _, files in os.walk(folder))


@pytest.mark.slow
def test_killed_again_and_again(arguments, tmp_path):
    mined(arguments, tmp_path / 'whole')
    command = [sys.executable, 'tools/mine.py', *map(str, arguments), '--out', str(tmp_path / 'killed')]
    kills, there = 0, 0
    while True:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # Each life is one file longer than the last.
        while process.poll() is None and num_files(tmp_path / 'killed') <= there + kills:
            time.sleep(0.002)
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills, there = kills + 1, num_files(tmp_path / 'killed')
    assert process.returncode == 0
    assert kills > 3
    # What a killed process was writing stays under another name.
    files = {name: data for name, data in files_of(tmp_path / 'killed').items() if '/.' not in f'/{name}'}
    assert files == files_of(tmp_path / 'whole')
