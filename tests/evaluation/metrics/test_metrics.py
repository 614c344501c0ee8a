"""Registered metrics: what they collect, refuse and report, in one process and in two."""

import json
import multiprocessing
import traceback
from dataclasses import replace

import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator

from mmvist.evaluation.functional import Scoring, score
from mmvist.evaluation.functional.window_protocol import WindowRules
from mmvist.evaluation.metrics import MOTSMetric, ResultFile, YouTubeVISMetric
from mmvist.evaluation.metrics.base import ScoringError
from mmvist.io import mots, ytvis
from mmvist.io.class_map import map_classes
from mmvist.io.hard_cases import HardCase, write_hard_cases
from mmvist.registry import METRICS
from mmvist.structures import FrameResult, TrackSummary, VideoSet
from tests.evaluation.frame_results import frame_results

CLASSES = ('car', 'pedestrian')
AP = Scoring(('ytvis',))
FRAMES = Scoring(('mots', 'hota', 'id'), overlaps='by_score')


@pytest.fixture
def files(make_random_pair, tmp_path):
    truth, found = make_random_pair(3, num_copies=2, ignore_label=0)
    ytvis.write(truth, tmp_path / 'gt.json')
    return tmp_path / 'gt.json', truth, found


def built(kind, **arguments):
    metric = METRICS.build(dict(type=kind, **arguments))
    metric.dataset_meta = {'classes': CLASSES}
    return metric


def same(scores, expected):
    assert scores == pytest.approx({name: expected[name] for name in scores}, nan_ok=True)
    return len(scores)


def test_scores_are_those_of_the_functions(files):
    path, truth, found = files
    for kind, expected, num_scores in (('YouTubeVISMetric', score(truth, found, AP), 12),
                                       ('MOTSMetric', score(truth, found, FRAMES), 35)):
        for per_class, num_rows in ((False, 1), (True, 3)):
            metric = built(kind, ann_file=path, per_class=per_class)
            for result in frame_results(found):
                metric.process(None, [result])
            assert same(metric.evaluate(1), expected) == num_scores * num_rows


def test_any_order_and_doubled_frames(files):
    path, truth, found = files
    results = frame_results(found)
    metric = built('YouTubeVISMetric', ann_file=path)
    metric.process(None, results[::-1])
    metric.process(None, results[:4])
    same(metric.evaluate(len(results)), score(truth, found, AP))


def test_each_validation_starts_afresh(files):
    path, truth, found = files
    metric = built('MOTSMetric', ann_file=path)
    metric.process(None, frame_results(found))
    first = metric.evaluate(0)
    empty = metric.evaluate(0)
    assert first['mots/TP'] > 0
    assert (empty['mots/TP'], empty['mots/FP'], empty['mots/sMOTSA']) == (0, 0, 0)
    assert empty['mots/FN'] == first['mots/TP'] + first['mots/FN']


@pytest.mark.parametrize('is_renamed', [False, True])
def test_classes_under_the_names_of_the_dataset(make_random_pair, tmp_path, is_renamed):
    """Two classes are one to the dataset; ground truth may say so already."""
    truth, found = make_random_pair(5)
    truth, found = (replace(part, videos=tuple(replace(tracks, ids=10 * tracks.ids + tracks.labels)
                                               for tracks in part.videos)) for part in (truth, found))
    one = {'*': 'object'}
    expected = score(map_classes(truth, one, ('object',)), map_classes(found, one, ('object',)), FRAMES)
    ytvis.write(map_classes(truth, one, ('object',)) if is_renamed else truth, tmp_path / 'gt.json')
    metric = METRICS.build(dict(type='MOTSMetric', ann_file=tmp_path / 'gt.json'))
    metric.dataset_meta = {'classes': ('object',), 'class_map': one}
    metric.process(None, frame_results(map_classes(found, one, ('object',))))
    assert same(metric.evaluate(1), expected) == 35
    # A name that the file has, too, is no sign that it was renamed.
    merged = {'car': 'car', 'pedestrian': 'car'}
    metric = METRICS.build(dict(type='MOTSMetric', ann_file=tmp_path / 'gt.json'))
    if not is_renamed:
        metric.dataset_meta = {'classes': ('car',), 'class_map': merged}
        assert sum(map(len, metric.ground_truth.videos)) == sum(map(len, ytvis.read(tmp_path / 'gt.json').videos))
        with pytest.raises(ValueError, match='gt.json: class_map makes'):
            metric.dataset_meta = {'classes': ('object',), 'class_map': {'car': 'thing'}}


def test_classes_go_by_name(make_random_pair, tmp_path):
    """The model's labels are another order, and fewer, than the file's."""
    truth, found = make_random_pair(5, ignore_label=1)
    ytvis.write(truth, tmp_path / 'gt.json')
    expected = score(truth, found, Scoring(FRAMES.metrics))
    metric = built('MOTSMetric', ann_file=tmp_path / 'gt.json', overlaps='error', per_class=True)
    for classes in (CLASSES[::-1], CLASSES[1:], CLASSES):
        metric.dataset_meta = {'classes': classes}
        metric.process(None, frame_results(found.with_classes(classes)))
        scores = metric.evaluate(0)
        assert 'mots/pedestrian/TP' in scores
        same({name: value for name, value in scores.items() if name.count('/') == 2}, expected)


def test_ignore_regions_serve_the_classes_that_are_left(make_set, make_tracks, rect, tmp_path):
    truth = make_set(make_tracks(dict(id=1001, masks={0: rect(0, 0, 5, 5)}), dict(id=2001, label=1,
                                                                                masks={0: rect(0, 9, 5, 5)}),
                                 dict(id=10000, label=-1, ignore=True, masks={0: rect(20, 0, 9, 9)}),
                                 video='a', name='a', length=1))
    mots.write_txt(truth, tmp_path / 'gt')
    for classes in (CLASSES[::-1], CLASSES[:1], CLASSES[1:]):
        found = make_set(make_tracks(dict(id=4, masks={0: rect(20, 0, 9, 9)}), video='a', name='a', length=1),
                         classes=classes)
        metric = MOTSMetric(tmp_path / 'gt', format='kitti_mots')
        metric.dataset_meta = {'classes': classes}
        metric.process(None, frame_results(found))
        scores = metric.evaluate(0)
        assert (scores['mots/FP'], scores['mots/FN']) == (0, len(classes))


def test_summaries_decide(make_set, make_tracks, rect, tmp_path):
    """The tracker's verdict on a track overrules its frames: one is dropped, one changes its class."""
    mask = rect(0, 0, 9, 9)
    ytvis.write(make_set(make_tracks(dict(id=1, label=1, masks={0: mask}), length=1)), tmp_path / 'gt.json')
    found = make_tracks(dict(id=4, masks={0: mask}), dict(id=5, masks={0: rect(20, 0, 4, 4)}), length=1)
    result = frame_results(make_set(found))[0]
    result = FrameResult(**{**vars(result), 'summaries': {4: TrackSummary(1, .5), 5: TrackSummary(0, .9, keep=False)}})
    metric = built('MOTSMetric', ann_file=tmp_path / 'gt.json')
    metric.process(None, [result])
    scores = metric.evaluate(1)
    assert (scores['mots/TP'], scores['mots/FP']) == (1, 0)


def test_final_ids_are_scored(make_set, make_tracks, rect, tmp_path):
    """An object under a new provisional id each frame counts as the one track that it ends as."""
    masks = {frame: rect(4 * frame, 0, 9, 9) for frame in range(3)}
    ytvis.write(make_set(make_tracks(dict(id=1, masks=masks), length=3)), tmp_path / 'gt.json')
    found = frame_results(make_set(make_tracks(*(dict(id=frame, masks={frame: masks[frame]}) for frame in range(3)),
                                               length=3)))
    for final, switches in ((None, 2), (8, 0)):
        summaries = {frame: TrackSummary(0, .5, id=final) for frame in range(3)}
        results = [*found[:-1], FrameResult(**{**vars(found[-1]), 'summaries': summaries})]
        metric, file = built('MOTSMetric', ann_file=tmp_path / 'gt.json'), tmp_path / 'out.json'
        stored = built('ResultFile', out=file, ann_file=tmp_path / 'gt.json')
        for one in (metric, stored):
            one.process(None, results)
        scores = metric.evaluate(3)
        assert (scores['mots/TP'], scores['mots/IDS']) == (3, switches)
        stored.evaluate(3)
        assert len(json.loads(file.read_text())) == switches + 1


def test_mots_files_and_overlaps(make_set, make_tracks, rect, tmp_path):
    mask = rect(0, 0, 9, 9)
    truth = make_set(make_tracks(dict(id=1001, masks={0: mask}), video='0002', name='0002', length=1))
    mots.write_txt(truth, tmp_path / 'gt')
    found = make_set(make_tracks(dict(id=4, score=.9, masks={0: mask}), dict(id=5, score=.2, masks={0: mask}),
                                 video='0002', length=1))
    for overlaps in ('by_score', 'error'):
        metric = built('MOTSMetric', ann_file=tmp_path / 'gt', format='kitti_mots', overlaps=overlaps)
        metric.process(None, frame_results(found))
        if overlaps == 'error':
            with pytest.raises(ValueError, match='the masks of ids 4 and 5 overlap'):
                metric.evaluate(1)
        else:
            scores = metric.evaluate(1)
            assert (scores['mots/TP'], scores['mots/FP'], scores['mots/sMOTSA']) == (1, 0, 1)


def test_result_file_reads_back(files, tmp_path):
    path, truth, found = files
    metric = built('ResultFile', out=tmp_path / 'out' / 'results.json', ann_file=path)
    metric.process(None, frame_results(found)[::-1])
    assert metric.evaluate(1) == {}
    again = ytvis.read_results(tmp_path / 'out' / 'results.json', ytvis.read(path))
    same(score(truth, again, AP), score(truth, found, AP))
    same(score(truth, again, FRAMES), score(truth, found, FRAMES))


def test_all_in_one_evaluator(files, tmp_path):
    path, _, found = files
    evaluator = Evaluator([built('YouTubeVISMetric', ann_file=path), built('MOTSMetric', ann_file=path),
                           built('ResultFile', out=tmp_path / 'results.json', ann_file=path)])
    evaluator.dataset_meta = {'classes': CLASSES}
    evaluator.process(frame_results(found))
    scores = evaluator.evaluate(1)
    assert {name.split('/')[0] for name in scores} == {'ytvis', 'mots', 'hota', 'id'}
    assert len(json.loads((tmp_path / 'results.json').read_text())) > 0


def test_what_is_refused_before_the_first_frame(files, tmp_path):
    path, truth, _ = files
    ytvis.write(VideoSet(truth.classes, (), truth.category_ids), tmp_path / 'empty.json')
    for error, message, make in (
            (FileNotFoundError, 'YouTubeVISMetric: none.json: no such', lambda: YouTubeVISMetric('none.json')),
            (FileNotFoundError, 'x: no such', lambda: MOTSMetric(path, format='kitti_mots', seqmap='x')),
            (ValueError, "unknown format 'voc'; known: ytvis", lambda: MOTSMetric(path, format='voc')),
            (ValueError, 'format ytvis has no sequence maps', lambda: MOTSMetric(path, seqmap=path)),
            (ValueError, "overlaps must be one of error, by_score, keep, got 'cut'",
             lambda: MOTSMetric(path, overlaps='cut')),
            (ValueError, 'empty.json: the ground truth has no objects', lambda: MOTSMetric(tmp_path / 'empty.json')),
            (ValueError, 'out must be a file', lambda: ResultFile(tmp_path, path)),
            (TypeError, 'per_clas', lambda: built('YouTubeVISMetric', ann_file=path, per_clas=True)),
    ):
        with pytest.raises(error, match=message):
            make()
    metric = YouTubeVISMetric(path)
    with pytest.raises(ValueError, match=r"gt.json: classes \['bus'\] are not in the file"):
        metric.dataset_meta = {'classes': ('car', 'bus')}
    with pytest.raises(ValueError, match="dataset_meta must hold 'classes', got {}"):
        metric.dataset_meta = {}


def test_what_is_refused_from_the_model(files, make_set, make_tracks, rect):
    path, _, _ = files
    with pytest.raises(ValueError, match='dataset_meta must be set before results come'):
        YouTubeVISMetric(path).process(None, [])
    metric = built('YouTubeVISMetric', ann_file=path)
    with pytest.raises(TypeError, match='must predict FrameResult, got dict'):
        metric.process(None, [{}])
    wrong = make_set(make_tracks(dict(id=1, label=2, masks={0: rect(0, 0, 2, 2)}), video=99))
    with pytest.raises(ValueError, match=r'video v99, frame 0: labels must lie in 0..1, got \[2\]'):
        metric.process(None, frame_results(wrong))
    metric.process(None, frame_results(make_set(make_tracks(video=99))))
    with pytest.raises(ValueError, match=r'video v99 \(id 99\) is not in'):
        metric.evaluate(1)


def two_processes(rank, folder, results, queue):
    """One of two ranks: it holds every other frame, so no video is whole on either."""
    torch.set_num_threads(1)
    try:
        torch.distributed.init_process_group('gloo', init_method=f'file://{folder}/store', rank=rank, world_size=2)
        metrics = [built('YouTubeVISMetric', ann_file=f'{folder}/gt.json'),
                   built('MOTSMetric', ann_file=f'{folder}/gt.json'),
                   built('ResultFile', out=f'{folder}/results.json', ann_file=f'{folder}/gt.json'),
                   built('ScoreCurveMetric', out=f'{folder}/curves.png', ann_file=f'{folder}/gt.json')]
        scores = {}
        for metric in metrics:
            # The second rank repeats a frame of the first, as samplers do that pad.
            metric.process(None, results[rank::2] + results[:rank])
            scores.update(metric.evaluate(len(results)))
        metrics[1].process(None, results[:1])
        error = None
        if rank == 0:
            metrics[1].results[0] = None  # scoring fails, on the first rank only
        try:
            metrics[1].evaluate(1)
        except ScoringError as failure:
            error = str(failure)
        queue.put((rank, scores, error))
        torch.distributed.destroy_process_group()
    except BaseException:
        queue.put((rank, traceback.format_exc(), None))


def test_two_processes_give_the_scores_of_one(files, tmp_path):
    _, truth, found = files
    # Forked, as a fresh interpreter would spend seconds on imports.
    context = multiprocessing.get_context('fork')
    queue = context.Queue()
    workers = [context.Process(target=two_processes, args=(rank, tmp_path, frame_results(found), queue))
               for rank in range(2)]
    for worker in workers:
        worker.start()
    outcomes = {rank: outcome for rank, *outcome in (queue.get(timeout=60) for _ in workers)}
    for worker in workers:
        worker.join()
    curves = built('ScoreCurveMetric', ann_file=tmp_path / 'gt.json')
    curves.process(None, frame_results(found))
    expected = {**score(truth, found, AP), **score(truth, found, FRAMES), **curves.evaluate(0)}
    for scores, error in outcomes.values():
        assert same(scores, expected) == 53
        assert "'NoneType' object has no attribute 'video'" in error
    assert (tmp_path / 'curves.png').stat().st_size > 0
    again = ytvis.read_results(tmp_path / 'results.json', ytvis.read(tmp_path / 'gt.json'))
    assert score(truth, again, AP)['ytvis/AP'] == pytest.approx(expected['ytvis/AP'])
    assert np.isfinite(expected['ytvis/AP'])


def test_single_frames(files):
    path, truth, found = files
    metric = built('FrameMetric', ann_file=path)
    for result in frame_results(found):
        metric.process(None, [result])
    scores = metric.evaluate(1)
    expected = score(truth, found, Scoring(('frame', 'coco'), overlaps='keep'))
    assert same(scores, expected) == 15
    assert 0 < scores['frame/recall'] < 1


def test_boxes(files):
    path, truth, found = files
    metric = built('MOTMetric', ann_file=path, format='ytvis')
    for result in frame_results(found):
        metric.process(None, [result])
    expected = score(truth, found, Scoring(('mot', 'hota', 'id'), regions='boxes'))
    assert same(metric.evaluate(1), expected) == 34


def test_hard_cases(make_set, make_tracks, rect, tmp_path):
    """Ids over a gap, from frames in any order; a wrong class does not matter."""
    left, right = rect(0, 0, 9, 9), rect(20, 0, 9, 9)
    truth = make_set(make_tracks(dict(id=1, masks={0: left, 3: left}), dict(id=2, masks={0: right, 3: right})))
    found = make_set(make_tracks(dict(id=5, label=1, masks={0: left, 3: left}), dict(id=6, masks={0: right}),
                                 dict(id=7, masks={3: right})))
    ytvis.write(truth, tmp_path / 'gt.json')
    cases = {'v1': tuple(HardCase('hidden', (track,), (0, 3)) for track in (1, 2))}
    write_hard_cases(cases, tmp_path / 'cases.json')
    metric = built('HardCaseMetric', ann_file=tmp_path / 'gt.json', hard_cases=tmp_path / 'cases.json')
    metric.process(None, frame_results(found)[::-1])
    expected = {'association': .5, 'success': .5, 'kept': 1, 'switched': 1, 'missed': 0, 'TP': 4, 'FN': 0}
    assert metric.evaluate(5) == {f'hard/{row}{name}': value for row in ('', 'hidden/')
                                  for name, value in expected.items()}
    write_hard_cases({'v1': (HardCase('hidden', (3,), (0, 3)),)}, tmp_path / 'others.json')
    with pytest.raises(ValueError, match='others.json: 1 problem\n.*id 3 is not in the ground truth'):
        built('HardCaseMetric', ann_file=tmp_path / 'gt.json', hard_cases=tmp_path / 'others.json')


def test_hard_cases_of_classes_that_are_left_out(make_set, make_tracks, rect, tmp_path):
    left, right = rect(0, 0, 9, 9), rect(20, 0, 9, 9)
    truth = make_set(make_tracks(dict(id=1, masks={0: left, 3: left}),
                                 dict(id=2, label=1, masks={0: right, 3: right})))
    ytvis.write(truth, tmp_path / 'gt.json')
    cases = [HardCase('hidden', (track,), (0, 3)) for track in (1, 2)] + [HardCase('crossing', (1, 2), (0, 3))]
    write_hard_cases({'v1': tuple(cases)}, tmp_path / 'cases.json')
    for classes, kept in ((CLASSES, 3), (CLASSES[:1], 1)):
        metric = built('HardCaseMetric', ann_file=tmp_path / 'gt.json', hard_cases=tmp_path / 'cases.json')
        metric.dataset_meta = {'classes': classes}
        metric.process(None, frame_results(truth.with_classes(classes)))
        scores = metric.evaluate(5)
        assert (scores['hard/kept'], scores['hard/missed']) == (kept, 0)
        assert ('hard/crossing/kept' in scores) == (kept == 3)


def test_windows(make_set, make_tracks, rect, tmp_path):
    """Ids start anew in each window, but are compared within a batch; frames come in any order."""
    left = dict.fromkeys(range(3), rect(0, 0, 9, 9))
    names = ('a/w0/b0', 'a/w1/b0', 'a/w2/b1')
    truth = make_set(*(make_tracks(dict(id=1, masks=left), video=number, name=name, length=3)
                       for number, name in enumerate(names, 1)))
    found = make_set(*(make_tracks(dict(id=number, masks=left), video=number, name=name, length=3)
                       for number, name in enumerate(names, 1)))
    ytvis.write(truth, tmp_path / 'windows.json')
    metric = built('WindowMetric', ann_file=tmp_path / 'windows.json', skip=1, per_class=True)
    metric.process(None, frame_results(found)[::-1])
    scores = metric.evaluate(9)
    assert scores == score(truth, found, Scoring(('windows',), windows=WindowRules(skip=1)))
    assert (scores['windows/car/TP'], scores['windows/IDS'], scores['windows/MOTSA']) == (6, 1, 5 / 6)
    ytvis.write(make_set(make_tracks(dict(id=1, masks=left))), tmp_path / 'gt.json')
    with pytest.raises(ValueError, match='video v1: is no window'):
        built('WindowMetric', ann_file=tmp_path / 'gt.json')
