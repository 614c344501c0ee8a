"""Whole runs: what comes out, interrupted or not, on one process or two."""

import json
import shutil
from collections import Counter

import cv2
import numpy as np
import pytest
import torch

from mmvist.evaluation.functional import Scoring, score
from mmvist.io import frame_files, mots, ytvis
from mmvist.mining import Store, mine
from mmvist.mining import miner as miner_module
from mmvist.mining import output as output_module
from mmvist.mining import run as run_module
from mmvist.models.detectors import FileDetector
from mmvist.registry import MODELS
from mmvist.structures import rle

CLASSES = ('car', 'pedestrian', 'truck')


def files_of(folder):
    """The bytes of all files, but for what is only linked."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob('*'))
            if path.is_file()}


@pytest.fixture
def mined(config, videos, tmp_path):
    summary, _ = mine(config, videos, tmp_path / 'whole')
    return tmp_path / 'whole', summary


def test_all_forms_hold_the_same_tracks_and_they_are_the_worlds(mined, world):
    out, summary = mined
    truth = {tracks.video.name: tracks for tracks in ytvis.read(world / 'train.json').videos}
    written = ytvis.read(out / 'annotations.json')
    assert written.classes == CLASSES
    assert [tracks.video.name for tracks in written.videos] == ['train_0001', 'train_0002', 'train_0003']
    results = frame_files.read_results(out / 'results', ytvis.read(world / 'train.json'))
    scores = score(ytvis.read(world / 'train.json'), results, Scoring(('links', 'mots')))
    assert scores['links/Wrong'] == 0
    assert scores['mots/FP'] == 0
    assert scores['links/LinkRe'] > .8
    seqmap = mots.read_seqmap(out / 'instances_txt' / 'all.seqmap')
    assert seqmap == dict.fromkeys(truth, (0, 3))
    for tracks in written.videos:
        kept = tracks.select(~tracks.ignore)
        of = truth[tracks.video.name]
        assert tracks.video.length == 4
        for row, mask in enumerate(kept.masks):
            at = of.rows_at(int(kept.frames[row]))
            assert mask in of.masks[at]
        # Nothing is lost: what is not annotated is ignored.
        for frame in range(4):
            every = rle.union(tracks.masks[tracks.rows_at(frame)], 64, 96)
            assert every == rle.union(of.masks[of.rows_at(frame)], 64, 96)
    assert summary.frames == 12
    assert summary.segments == summary.annotated + summary.ignored == sum(map(len, truth.values()))
    assert summary.links == scores['links/Made'] == scores['links/Found']
    assert sum(summary.tracks.values()) == sum(summary.lengths.values()) == sum(
        len(tracks.select(~tracks.ignore).track_ids) for tracks in written.videos)


def test_mots_files_hold_what_youtube_vis_holds(mined):
    out, _ = mined
    written = {tracks.video.name: tracks for tracks in ytvis.read(out / 'annotations.json').videos}
    for name, tracks in written.items():
        kept = tracks.select(~tracks.ignore)
        lines = (out / 'instances_txt' / f'{name}.txt').read_text().splitlines()
        rows = {tuple(line.split(' ')) for line in lines if line.split(' ')[2] != '10'}
        columns = zip(kept.frames.tolist(), kept.ids.tolist(), kept.labels.tolist(), kept.masks, strict=True)
        assert rows == {(str(frame), str(track), str(label + 1), '64', '96', mask.decode())
                        for frame, track, label, mask in columns}
        for frame in range(4):
            image = cv2.imread(str(out / 'instances' / name / f'{frame:06d}.png'), cv2.IMREAD_UNCHANGED)
            at = kept.rows_at(frame)
            for track, mask in zip(kept.ids[at].tolist(), kept.masks[at], strict=True):
                assert np.array_equal(image == track, rle.decode(mask, 64, 96))
            rows = np.arange(len(tracks))[tracks.rows_at(frame)]
            ignored = rle.union([tracks.masks[row] for row in rows if tracks.ignore[row]], 64, 96)
            assert np.array_equal(image == 10000, rle.decode(ignored, 64, 96))


class Killed(BaseException):
    """As sudden as a kill: nothing in the package catches it."""


STAGES = [(Store, 'begin'), (Store, 'write_fps'), (miner_module, 'store_images'), (miner_module.Miner, '_segments'),
          (Store, 'write_segments'), (miner_module.Miner, '_tracks'), (Store, 'write_tracks'),
          (output_module, '_write'), (output_module, '_draw_strips'), (output_module.mots, 'write_txt'),
          (output_module, 'write_json')]


@pytest.mark.parametrize(('owner', 'name'), STAGES, ids=[name for _, name in STAGES])
@pytest.mark.parametrize('before', [True, False])
def test_a_run_that_was_killed_goes_on_to_the_same_bytes(config, videos, mined, tmp_path, monkeypatch, owner, name,
                                                         before):
    whole, summary = mined
    work, calls = getattr(owner, name), Counter()

    def fatal(*args, **kwargs):
        calls['all'] += 1
        # In the second video, or in the only call there is.
        if calls['all'] == 2 or owner in (output_module, output_module.mots):
            if not before:
                work(*args, **kwargs)
            raise Killed
        return work(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, fatal)
        with pytest.raises(Killed):
            mine(config, videos, tmp_path / 'killed')
    again, _ = mine(config, videos, tmp_path / 'killed')
    assert again == summary
    assert files_of(tmp_path / 'killed') == files_of(whole)


def test_what_is_done_is_not_done_again(config, videos, mined, monkeypatch):
    out, summary = mined

    def refuse(*_, **__):
        raise AssertionError('it was done before')

    for owner, name in STAGES[1:7]:
        monkeypatch.setattr(owner, name, refuse)
    monkeypatch.setattr(run_module, 'VISInferencer', refuse)
    assert mine(config, videos, out)[0] == summary


def test_a_failing_video_is_told_of_and_stops_no_other(config, world, tmp_path):
    sources = tmp_path / 'sources'
    shutil.copytree(world / 'train' / 'JPEGImages', sources)
    broken = sources / 'train_0002' / '00002.jpg'
    whole = broken.read_bytes()
    broken.write_bytes(whole[:100])
    summary, _ = mine(config, [sources], tmp_path / 'out')
    assert list(summary.failed) == ['train_0002']
    assert summary.videos == 2
    told = json.loads((tmp_path / 'out' / 'summary.json').read_text())['failed']
    assert told['train_0002'].startswith('ValueError: ')
    assert '000002.jpg: not an image' in told['train_0002']
    assert 'Traceback' in (tmp_path / 'out' / 'failed' / 'train_0002.txt').read_text()
    written = ytvis.read(tmp_path / 'out' / 'annotations.json').videos
    assert [tracks.video.name for tracks in written] == ['train_0001', 'train_0003']
    assert 'failed     train_0002: ' in summary.as_text({})
    # Once it is mended, only this one is mined.
    broken.write_bytes(whole)
    again, _ = mine(config, [sources], tmp_path / 'out')
    assert (again.failed, again.videos) == ({}, 3)
    assert not list((tmp_path / 'out' / 'failed').iterdir())


def test_what_was_made_differently_is_not_mixed(config, videos, mined):
    out, _ = mined
    config.mining.min_score = .7
    with pytest.raises(ValueError, match='segments.json: segments of this folder were made with another min_score; use '
                                         'another folder, or have all of them made anew with --redo segments'):
        mine(config, videos, out)
    config.mining.min_score = .5
    config.mining.linker.tracker.stages[0].gates[1].pixels = 40
    with pytest.raises(ValueError, match=r'tracks.json: tracks .* with another linker; .* --redo tracks'):
        mine(config, videos, out)
    stamps = {path: path.stat().st_mtime_ns for path in (out / 'segments').iterdir()}
    summary, _ = mine(config, videos, out, redo='tracks')
    assert summary.refused['MinCover'] > 0
    assert {path: path.stat().st_mtime_ns for path in (out / 'segments').iterdir()} == stamps


def test_what_is_only_annotated_differently_needs_nothing_anew(config, videos, mined):
    out, summary = mined
    config.mining.min_length = 4
    again, _ = mine(config, videos, out)
    assert again.annotated < summary.annotated
    assert again.annotated + again.ignored == summary.segments


def test_strips_of_some_videos(config, videos, tmp_path):
    config.mining.num_strips = 2
    mine(config, videos, tmp_path)
    assert sorted(path.name for path in (tmp_path / 'strips').iterdir()) == ['train_0001.png', 'train_0003.png']


def test_a_config_without_a_plan(config, videos, tmp_path):
    config.pop('mining')
    with pytest.raises(ValueError, match='has no entry `mining`'):
        mine(config, videos, tmp_path)


def test_it_is_told_where_the_time_goes(config, videos, tmp_path):
    summary, seconds = mine(config, videos, tmp_path)
    assert set(seconds) == {'images', 'segments', 'tracks', 'flow'}
    assert min(seconds.values()) >= 0
    assert 'flow' in summary.as_text(seconds).splitlines()[-1]


def test_a_video_that_is_another_one_now_is_mined_anew(config, world, tmp_path):
    source, out = tmp_path / 'street', tmp_path / 'out'
    shutil.copytree(world / 'train' / 'JPEGImages' / 'train_0001', source)
    named = [f'train_0001={source}']
    mine(config, named, out)
    stamp = (out / 'segments' / 'train_0001.npz').stat().st_mtime_ns
    mine(config, named, out)
    assert (out / 'segments' / 'train_0001.npz').stat().st_mtime_ns == stamp
    (source / '00003.jpg').write_bytes((source / '00000.jpg').read_bytes())
    mine(config, named, out)
    assert (out / 'images' / 'train_0001' / '000003.jpg').read_bytes() == (source / '00000.jpg').read_bytes()
    assert (out / 'segments' / 'train_0001.npz').stat().st_mtime_ns > stamp


def test_redo_leaves_nothing_of_other_videos(config, videos, world, mined):
    out, _ = mined
    config.mining.min_score = .7
    mine(config, [world / 'train' / 'JPEGImages' / 'train_0001'], out, redo='segments')
    assert [path.stem for path in (out / 'segments').iterdir()] == ['train_0001']


def test_a_run_that_could_not_begin_costs_nothing(config, videos, tmp_path, mined):
    out, _ = mined
    before = files_of(out)
    config.mining.class_map = {'lorry': 'truck'}
    with pytest.raises(ValueError, match="class_map names"):
        mine(config, videos, out, redo='segments')
    assert files_of(out) == before
    config.mining.class_map = {'truck': 'car', 'car': 'car', 'pedestrian': 'pedestrian'}
    with pytest.raises(ValueError, match='another class_map'):
        mine(config, videos, out)
    # Where nothing was made there is nothing to mix with.
    config.mining.class_map = None
    shutil.rmtree(out / 'segments')
    shutil.rmtree(out / 'tracks')
    mine(config, videos, out)


def test_files_that_changed_are_noticed(config, videos, world, tmp_path):
    truth = tmp_path / 'truth.json'
    truth.write_bytes((world / 'train.json').read_bytes())
    config.model.detector.file = str(truth)
    mine(config, videos, tmp_path / 'out')
    truth.write_bytes(truth.read_bytes() + b' ')
    with pytest.raises(ValueError, match='segments of this folder were made with another files'):
        mine(config, videos, tmp_path / 'out')


def test_kept_flow_is_not_mixed_but_outlives_other_rules(config, videos, tmp_path):
    config.mining.linker.tracker.propagator.flow = dict(type='DISFlow')
    mine(config, videos, tmp_path, keep_flow=True)
    first, = (tmp_path / 'flow').iterdir()
    assert len(list(first.rglob('*.png'))) == 9
    config.mining.linker.tracker.stages[0].gates[1].pixels = 20
    mine(config, videos, tmp_path, keep_flow=True, redo='tracks')
    assert [folder.name for folder in (tmp_path / 'flow').iterdir()] == [first.name]
    config.mining.linker.tracker.propagator.flow = dict(type='DISFlow', preset='fast')
    mine(config, videos, tmp_path, keep_flow=True, redo='tracks')
    assert len(list((tmp_path / 'flow').iterdir())) == 2


def test_more_classes_than_mots_has_room_for(config, videos, tmp_path):
    config.mining.classes = ('car', 'pedestrian', 'truck', *(f'class {number}' for number in range(7)))
    config.mining.class_map = {name: name for name in ('car', 'pedestrian', 'truck')}
    summary, _ = mine(config, videos, tmp_path)
    assert summary.beyond_mots == ['train_0001', 'train_0002', 'train_0003']
    assert not (tmp_path / 'instances_txt').exists()
    assert len(ytvis.read(tmp_path / 'annotations.json').videos) == 3
    assert 'not MOTS   train_0001' in summary.as_text({})


def test_random_weights_find_no_segments(config, videos, tmp_path):
    config.model.detector = dict(type='TrainedNothing')
    with pytest.raises(ValueError, match='TrainedNothing would find segments with random weights; name a checkpoint'):
        mine(config, videos, tmp_path)


@MODELS.register_module(force=True)
class TrainedNothing(FileDetector):
    def __init__(self):
        super(FileDetector, self).__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))


@pytest.mark.parametrize(('entries', 'message'), [
    (dict(classes='car'), r"mining.classes must be different names, none of them 'ignore', got 'car'"),
    (dict(classes=('car', 'car')), 'mining.classes must be different names'),
    (dict(classes=('car', 'ignore')), 'mining.classes must be different names'),
    (dict(min_score=50), r'mining.min_score must lie in 0..1, got 50'),
    (dict(max_covered=-1), r'mining.max_covered must lie in 0..1, got -1'),
    (dict(min_length=0), 'mining.min_length must be at least 1, got 0'),
    (dict(num_strips=-1), 'mining.num_strips must be at least 0'),
    (dict(min_scores=.5), r"mining must have classes and linker, and may have \['class_map', .* has .*'min_scores'"),
    (dict(linker=dict(type='BoxLinker', ann_file='x', classes=('pedestrian', 'car'))),
     r"mining.linker.classes must be mining.classes, \['car', 'pedestrian', 'truck'\], got \['pedestrian', 'car'\]")])
def test_plans_that_cannot_be(config, videos, tmp_path, entries, message):
    config.mining = {**config.mining, **entries}
    with pytest.raises(ValueError, match=message):
        mine(config, videos, tmp_path)
    assert list(tmp_path.iterdir()) == []
