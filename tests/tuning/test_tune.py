"""A tracker's numbers tuned on stored detections: the scores are those of a run, the best config is one."""

import json
from dataclasses import replace

import numpy as np
import pytest
from mmengine.config import Config

from mmvist.engine import build_runner, load_config
from mmvist.engine.options import with_detections
from mmvist.io import ytvis
from mmvist.io.detections import DetectionsWriter
from mmvist.structures import VideoSet
from mmvist.structures.detections import VideoDetections
from mmvist.tuning import Objective, TrialError, tune

CLASSES = ('car', 'person')
SPACE = {'tracker.max_age': dict(type='Integer', low=1, high=4),
         'tracker.filters.0.threshold': dict(type='Uniform', low=0.0, high=0.9),
         'tracker.stages.0.gates.0.threshold': dict(type='Uniform', low=0.1, high=0.9)}


@pytest.fixture(scope='module')
def world(tmp_path_factory, make_video_tracks):
    """Two videos of squares, of which a detector misses some and finds others that are not there, and a config."""
    root, rng, videos, found = tmp_path_factory.mktemp('tuning'), np.random.default_rng(0), [], []
    for number in (1, 2):
        truth, seen = [], []
        for track in range(6):
            x, dx = rng.integers(0, 60), rng.integers(-2, 3)
            for frame in range(10):
                left = int(np.clip(x + dx * frame, 0, 84))
                box = (left, 10 * track, left + 10, 10 * track + 9)
                truth.append((frame, track + 1, track % 2, box))
                if rng.random() < .8:
                    seen.append((frame, track, track % 2, box, round(rng.uniform(.4, 1), 3)))
                if rng.random() < .3:
                    stray = int(rng.integers(0, 80))
                    seen.append((frame, 100 + track, track % 2, (stray, 10 * track, stray + 8, 10 * track + 8),
                                 round(rng.uniform(0, .6), 3)))
        shape = dict(name=f'v{number}', length=10, height=64, width=96, video_id=number)
        names = tuple(f'v{number}/{frame}.jpg' for frame in range(10))
        videos.append(make_video_tracks(truth, file_names=names, **shape))
        found.append(VideoDetections.from_tracks(make_video_tracks(seen, **shape)))
    ytvis.write(VideoSet(CLASSES, tuple(videos), (1, 2)), root / 'gt.json')
    with DetectionsWriter(root / 'found.npz', CLASSES) as writer:
        for one in found[::-1]:
            writer.write(one)
    (root / 'config.py').write_text(CONFIG.format(truth=str(root / 'gt.json'), space=SPACE))
    return root


CONFIG = '''
default_scope = 'mmvist'
classes = ('car', 'person')
tracker = dict(
    type='AssociationTracker', memory=dict(type='LatestMemory'), max_age=1,
    filters=[dict(type='MinScore', threshold=0.0)],
    stages=[dict(cues=[dict(type='BoxIoU')], gates=[dict(type='MinBoxIoU', threshold=0.85)],
                 assigner=dict(type='Hungarian'))])
model = dict(type='VideoInstanceSegmentor', detector=dict(type='OracleDetector', ann_file={truth!r}), tracker=tracker,
             disjoint_masks=True)
test_dataloader = dict(
    batch_size=4, num_workers=0, sampler=dict(type='VideoSampler'), batch_sampler=dict(type='VideoBatchSampler'),
    dataset=dict(type='VideoDataset', ann_file={truth!r}, img_prefix='nowhere', test_mode=True, classes=classes,
                 pipeline=[dict(type='LoadFrames'), dict(type='ResizeClip', scale=(192, 128)), dict(type='PackClip')]))
test_evaluator = [dict(type='FrameMetric', ann_file={truth!r}),
                  dict(type='MOTSMetric', ann_file={truth!r}, min_score=0.2, per_class=True)]
test_cfg = dict(type='VideoTestLoop')
visualizer = dict(type='Visualizer', vis_backends=[])
log_level = 'ERROR'
tuning = dict(metric='mots/sMOTSA', space={space!r})
'''


def run_scores(path, detections, folder):
    """What a whole run reports of a config, tracking these detections."""
    config = with_detections(load_config(path), detections)
    config.experiment_name = f'{folder.name}-{path.parent.name}-{path.stem}'
    return build_runner(config, folder).test()


def test_scores_are_those_of_a_run(world, tmp_path):
    config = load_config(world / 'config.py')
    expected = run_scores(world / 'config.py', world / 'found.npz', tmp_path)
    for metric in ('mots/sMOTSA', 'mots/person/sMOTSA', 'id/IDF1', 'hota/HOTA'):
        objective = Objective.from_config(config, world / 'found.npz', metric)
        assert objective(config.model.tracker) == expected[metric]
        assert [video.scale for video in objective.videos] == [(2, 2)] * 2
        assert [video.name for video in objective.videos] == ['v1', 'v2']
    assert Objective.from_config(config, world / 'found.npz', 'frame/AP')(config.model.tracker) == expected['frame/AP']


def test_the_best_config_scores_what_the_search_found(world, tmp_path):
    config = load_config(world / 'config.py')
    trials = list(tune(config, world / 'found.npz', tmp_path / 'out', 30))
    assert [trial.index for trial in trials] == list(range(30))
    best = json.loads((tmp_path / 'out' / 'best.json').read_text())
    assert best['score'] == max(trial.score for trial in trials) > best['own_score'] + 0.1
    assert best['values'] == trials[best['trial']].values
    assert best['own_values'] == trials[0].values == {'tracker.max_age': 1, 'tracker.filters.0.threshold': 0.0,
                                                      'tracker.stages.0.gates.0.threshold': 0.85}
    tuned = Config.fromfile(tmp_path / 'out' / 'best.py')
    assert tuned.model.tracker.max_age == best['values']['tracker.max_age']
    assert tuned.model.tracker.stages[0].gates == [dict(
        type='MinBoxIoU', threshold=best['values']['tracker.stages.0.gates.0.threshold'])]
    assert tuned.model.detector == config.model.detector
    assert (tmp_path / 'out' / 'best.py').read_text().startswith(f'# Trial {best["trial"]} of 30: mots/sMOTSA 0.')
    assert run_scores(tmp_path / 'out' / 'best.py', world / 'found.npz', tmp_path)['mots/sMOTSA'] == best['score']


def test_the_tool(world, tmp_path, load_tool, capsys):
    tool, out = load_tool('tune'), str(tmp_path / 'out')
    common = [str(world / 'config.py'), str(world / 'found.npz'), '--out', out, '--metric', 'id/IDF1']
    assert tool.main([*common, '--trials', '4']) == 0
    first = capsys.readouterr().out
    assert first.startswith('trial 0: 0.')
    best = json.loads((tmp_path / 'out/best.json').read_text())
    assert f'tracker.max_age = {best["values"]["tracker.max_age"]}' in first
    before = (tmp_path / 'out/trials.jsonl').read_text()
    assert tool.main([*common, '--trials', '6', '--workers', '2']) == 0
    after = (tmp_path / 'out/trials.jsonl').read_text()
    assert after.startswith(before)
    assert sorted(json.loads(line)['index'] for line in after.splitlines()) == list(range(6))
    assert f'{out}/best.py' in capsys.readouterr().out
    assert tool.main([*common, '--seed', '1']) == 2
    assert 'tune.py: ' in (told := capsys.readouterr().err)
    assert 'holds another search, whose seed is 0; now it is 1' in told


def test_other_detections_are_another_search(world, tmp_path):
    config = load_config(world / 'config.py')
    list(tune(config, world / 'found.npz', tmp_path / 'out', 1))
    with pytest.raises(ValueError, match='whose detections is .*; now it is'):
        list(tune(config, world / 'gt.json', tmp_path / 'out', 1))


@pytest.mark.parametrize(('change', 'message'), [
    (dict(tuning=None), 'needs tuning = dict'),
    (dict(tuning=dict(metric='mots/sMOTSA', space={})), 'needs tuning = dict'),
    (dict(tuning=dict(metric='ytvis/AP', space=SPACE)), 'test_evaluator does not compute ytvis/AP; it computes frame'),
    (dict(tuning=dict(metric='mots/sMOTA', space=SPACE)), "mots/sMOTA is no score of the config's evaluator; it has "),
    (dict(test_evaluator=dict(type='SpeedMetric')), 'does not compute mots/sMOTSA; it computes no scores of tracks')])
def test_what_is_refused(world, tmp_path, change, message):
    config = load_config(world / 'config.py')
    for key, value in change.items():
        config[key] = value
    with pytest.raises(ValueError, match=message):
        list(tune(config, world / 'found.npz', tmp_path / 'out', 2))
    assert not (tmp_path / 'out').exists()


def test_trackers_that_cannot_be_tuned(world, tmp_path):
    images = {'model.tracker.propagator': dict(type='FlowWarp', flow=dict(type='DISFlow')),
              'model.data_preprocessor': dict(type='ClipPreprocessor', mean=[0] * 3, std=[1] * 3)}
    with pytest.raises(ValueError, match='its tracker looks at images; only trackers of detections alone can be tuned'):
        list(tune(load_config(world / 'config.py', images), world / 'found.npz', tmp_path / 'out', 2))
    embeddings = {'model.tracker.stages.0.cues': [dict(type='EmbeddingDistance', metric='cosine', new=0.1)]}
    with pytest.raises(TrialError, match="trial 0, {'tracker.max_age': 1, .*Instances have no column 'embeds'"):
        list(tune(load_config(world / 'config.py', embeddings), world / 'found.npz', tmp_path / 'out', 2))


def test_videos_that_lack_detections(world, tmp_path):
    with DetectionsWriter(tmp_path / 'half.npz', CLASSES) as writer:
        objective = Objective.from_config(load_config(world / 'config.py'), world / 'found.npz', 'mots/sMOTSA')
        writer.write(objective.videos[0].detections)
    with pytest.raises(ValueError, match=r"half\.npz: video 2 \(v2\) is not there; it has 1 \(v1\)"):
        Objective.from_config(load_config(world / 'config.py'), tmp_path / 'half.npz', 'mots/sMOTSA')


def test_scores_that_are_no_numbers(world):
    objective = Objective.from_config(load_config(world / 'config.py'), world / 'found.npz', 'mots/MOTSP')
    config = load_config(world / 'config.py', {'model.tracker.filters.0.threshold': 2.0})
    # Without any match the mean overlap of matches is infinite.
    assert objective(config.model.tracker) is None
    assert replace(objective, metric='mots/sMOTSA')(config.model.tracker) == 0
