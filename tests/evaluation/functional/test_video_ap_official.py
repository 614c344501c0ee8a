"""Equal to mmdet's copy of the official YouTube-VIS evaluation, on sets without its known faults."""

import copy
import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest

from mmvist.evaluation.functional import Scoring, score
from mmvist.structures import rle

NAMES = ('AP', 'AP50', 'AP75', 'APs', 'APm', 'APl', 'AR1', 'AR10', 'AR100', 'ARs', 'ARm', 'ARl')


def load(name):
    """A module of mmdet by its file: importing mmdet itself takes seconds."""
    package = importlib.util.find_spec('mmdet')
    if package is None:
        pytest.skip('mmdet is not installed')
    path = Path(package.origin).parent / 'evaluation' / 'functional' / f'{name}.py'
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def entries(video_set, first_id):
    found = []
    for tracks in video_set.videos:
        video = tracks.video
        for track in tracks.track_ids.tolist():
            rows, summary = tracks.rows_of(track), tracks.summary(track)
            segmentations, areas = [None] * video.length, [None] * video.length
            for row in rows.tolist():
                segmentations[tracks.frames[row]] = {'size': [video.height, video.width], 'counts': tracks.masks[row]}
                areas[tracks.frames[row]] = int(rle.area([tracks.masks[row]], video.height, video.width)[0])
            found.append({'id': first_id + len(found), 'video_id': video.id, 'score': summary.score,
                          'category_id': video_set.category_ids[summary.label], 'segmentations': segmentations,
                          'areas': areas, 'iscrowd': int(tracks.ignore[rows].any())})
    return found


def official(ground_truth, results):
    videos = [{'id': tracks.video.id, 'height': tracks.video.height, 'width': tracks.video.width}
              for tracks in ground_truth.videos]
    categories = [{'id': category} for category in ground_truth.category_ids]
    truth = load('ytvis').YTVIS({'videos': videos, 'categories': categories, 'annotations': entries(ground_truth, 1)})
    evaluation = load('ytviseval').YTVISeval(truth, truth.loadRes(copy.deepcopy(entries(results, 1))))
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    return evaluation


@pytest.mark.parametrize('seed', range(6))
def test_equal_to_the_official_tool(seed, make_random_pair, monkeypatch):
    monkeypatch.setattr(np, 'float', float, raising=False)
    # Sides of up to 300 pixels reach all area ranges; crowds have a class, as files of YouTube-VIS give them one.
    truth, results = make_random_pair(seed, size=(400, 1600), num_copies=3, ignore_label=seed % 2, num_videos=4,
                                      length=4)
    reference = official(truth, results)
    scores = score(truth, results, Scoring(('ytvis',)))
    expected = np.where(reference.stats < 0, np.nan, reference.stats)
    assert [scores[f'ytvis/{name}'] for name in NAMES] == pytest.approx(expected, abs=1e-9, nan_ok=True)
    for label, name in enumerate(truth.classes):
        precision = reference.eval['precision'][:, :, label, 0, 2]
        of_class = precision.mean() if precision.min() >= 0 else math.nan
        assert scores[f'ytvis/{name}/AP'] == pytest.approx(of_class, abs=1e-9, nan_ok=True)
