import runpy
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[2] / 'tools' / 'make_world.py'


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, 'argv', [str(TOOL), *map(str, arguments)])
    runpy.run_path(str(TOOL), run_name='__main__')


def test_makes_a_world_once(tmp_path, monkeypatch, capsys):
    arguments = ('--out', tmp_path / 'world', '--train-videos', 1, '--val-videos', 0, '--frames', 2,
                 '--size', 32, 48, '--objects', 1, 2, '--seed', 3)
    run(monkeypatch, *arguments)
    assert capsys.readouterr().out == f'{tmp_path / "world"}: written\n'
    assert len(list((tmp_path / 'world/train/JPEGImages/train_0001').iterdir())) == 2
    run(monkeypatch, *arguments)
    assert capsys.readouterr().out == f'{tmp_path / "world"}: already there\n'
    with pytest.raises(SystemExit, match='another world is there, with seed 3 instead of 4'):
        run(monkeypatch, *arguments[:-1], 4)


def test_values_outside_their_range_end_the_tool(tmp_path, monkeypatch):
    with pytest.raises(SystemExit, match='make_world: WorldConfig: num_frames must be at least 1, got 0'):
        run(monkeypatch, '--out', tmp_path / 'world', '--frames', 0)
    assert not (tmp_path / 'world').exists()
