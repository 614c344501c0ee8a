"""What a run detected, on disk: from one process and from two."""

import multiprocessing
import traceback
from dataclasses import replace

import numpy as np
import pytest
import torch

from mmvist.evaluation.metrics import DetectionsFile
from mmvist.evaluation.metrics.base import ScoringError
from mmvist.io import ytvis
from mmvist.io.detections import DetectionsReader
from mmvist.registry import METRICS
from tests.evaluation.frame_results import frame_results

CLASSES = ('car', 'pedestrian')


@pytest.fixture
def results(make_random_pair, tmp_path):
    """The frames of four videos, one of which shows nothing, with an embedding for each instance."""
    truth, found = make_random_pair(3, num_copies=2, ignore_label=0, num_videos=4)
    found = replace(found, videos=(*found.videos[:3], found.videos[3].select(np.zeros(len(found.videos[3]), bool))))
    named = tuple(replace(tracks, video=replace(tracks.video, file_names=tuple('abcdef'))) for tracks in truth.videos)
    ytvis.write(replace(truth, videos=named), tmp_path / 'gt.json')
    return [replace(result, embeds=np.stack([result.ids, result.ids + result.frame], axis=1).astype(np.float32))
            for result in frame_results(found)]


def built(tmp_path):
    metric = METRICS.build(dict(type='DetectionsFile', out=tmp_path / 'out' / 'found.npz',
                                ann_file=tmp_path / 'gt.json'))
    metric.dataset_meta = {'classes': CLASSES}
    return metric


def check(path, results, videos=(1, 2, 3, 4)):
    """Every value of every frame stands in the file, and the names of the images."""
    reader = DetectionsReader(path)
    assert reader.classes == CLASSES
    assert sorted(video.id for video in reader.videos) == list(videos)
    for number, video in enumerate(reader.videos):
        assert video.file_names == tuple('abcdef')
        stored = reader.read(number)
        for result in (result for result in results if result.video.id == video.id):
            rows = stored.rows_at(result.frame)
            for name in ('labels', 'scores', 'embeds'):
                np.testing.assert_array_equal(getattr(stored, name)[rows], getattr(result, name))
            np.testing.assert_array_equal(stored.bboxes[rows], result.bboxes.astype(np.float32))
            assert stored.masks[rows] == result.masks


def test_frames_in_any_order_and_twice(results, tmp_path):
    metric = built(tmp_path)
    for result in results[::-1]:
        metric.process(None, [result])
    metric.process(None, results[:8])
    assert metric.evaluate(len(results)) == {}
    check(tmp_path / 'out' / 'found.npz', results)
    # The next run begins with nothing.
    metric.evaluate(0)
    assert DetectionsReader(tmp_path / 'out' / 'found.npz').videos == ()


def test_only_unfinished_videos_are_in_memory(results, tmp_path):
    metric = built(tmp_path)
    metric.process(None, results[:-1])
    assert metric.results == []
    assert [*metric._waiting] == [4]
    # What is set aside has no name, so that nothing stays behind.
    assert list((tmp_path / 'out').iterdir()) == []


def test_videos_that_lack_frames_are_left_out(results, tmp_path):
    metric = built(tmp_path)
    metric.process(None, results[:3] + results[6:])
    metric.evaluate(0)
    check(tmp_path / 'out' / 'found.npz', results, (2, 3, 4))


def test_what_is_refused(results, tmp_path):
    for out in (tmp_path, tmp_path / 'found.json'):
        with pytest.raises(ValueError, match=r'DetectionsFile: out must be a file \*\.npz, got'):
            DetectionsFile(out, tmp_path / 'gt.json')
    metric = built(tmp_path)
    with pytest.raises(ValueError, match=r'labels must lie in 0\.\.1, got \[0, 2\]'):
        metric.process(None, [next(replace(result, labels=result.labels * 0 + np.arange(len(result)) % 2 * 2)
                                   for result in results if len(result) > 1)])
    metric.process(None, results[:6])
    metric.process(None, [replace(result, embeds=result.embeds[:, :1]) for result in results[6:12]])
    with pytest.raises(ScoringError, match='embeddings must have size 2, as in the other videos, got 1'):
        metric.evaluate(0)
    assert list((tmp_path / 'out').iterdir()) == []


def two_processes(rank, folder, results, queue):
    """The first rank has most of videos 1 and 3 and all of 4, the second the rest; both have video 2."""
    torch.set_num_threads(1)
    try:
        torch.distributed.init_process_group('gloo', init_method=f'file://{folder}/store', rank=rank, world_size=2)
        metric = built(folder)
        mine = [result for result in results if
                result.video.id == 2 or rank == (result.video.id != 4 and result.frame in (2, 5))]
        metric.process(None, mine)
        scores = metric.evaluate(len(results))
        # A failure on the first rank, in the midst of the second's sending.
        metric.process(None, [replace(result, embeds=result.embeds[:, :1 + rank]) for result in results[rank * 6:][:6]])
        error = None
        try:
            metric.evaluate(0)
        except ScoringError as failure:
            error = str(failure)
        queue.put((rank, scores, error))
        torch.distributed.destroy_process_group()
    except BaseException:
        queue.put((rank, traceback.format_exc(), None))


def test_two_processes_write_one_file(results, tmp_path):
    # Forked, as a fresh interpreter would spend seconds on imports.
    context = multiprocessing.get_context('fork')
    queue = context.Queue()
    workers = [context.Process(target=two_processes, args=(rank, tmp_path, results, queue)) for rank in range(2)]
    for worker in workers:
        worker.start()
    outcomes = {rank: outcome for rank, *outcome in (queue.get(timeout=60) for _ in workers)}
    for worker in workers:
        worker.join()
    for scores, error in outcomes.values():
        assert scores == {}
        assert 'embeddings must have size 1' in error
    check(tmp_path / 'out' / 'found.npz', results)
