"""Scores of files: which videos count, and how files and ground truth find each other."""

import logging
from dataclasses import replace

import pytest

from mmvist.evaluation.files import BENCHMARK_SCORES, score_files
from mmvist.evaluation.functional import Scoring
from mmvist.io import bdd100k, mot, mots, ytvis
from mmvist.io.formats import FORMATS
from mmvist.io.problems import FormatError
from mmvist.io.splits import write_split
from mmvist.structures import VideoSet

FRAMES = Scoring(('mots',))


@pytest.fixture
def sets(make_set, make_tracks, rect):
    """In video v1 the object is found in all of 4 frames, in v2 in one of 4."""
    mask = rect(0, 0, 10, 10)
    truth, found = (make_set(*[
        make_tracks(dict(id=track, masks=dict.fromkeys(range(count), mask)), video=name, name=name, length=4)
        for name, count in zip(('v1', 'v2'), counts, strict=True)]) for track, counts in ((1001, (4, 4)), (7, (4, 1))))
    return truth, found


@pytest.fixture
def mots_files(sets, tmp_path):
    mots.write_txt(sets[0], tmp_path / 'gt')
    mots.write_txt(sets[1], tmp_path / 'results')
    return tmp_path / 'results', tmp_path / 'gt', 'kitti_mots', FRAMES


@pytest.fixture
def ytvis_files(sets, tmp_path):
    ytvis.write(sets[0], tmp_path / 'gt.json')
    ytvis.write_results(sets[1], tmp_path / 'results.json')
    return tmp_path / 'results.json', tmp_path / 'gt.json', 'ytvis', FRAMES


@pytest.mark.parametrize('files', ['mots_files', 'ytvis_files'])
@pytest.mark.parametrize(('names', 'recall'), [(('v1', 'v2'), 5 / 8), (('v1',), 1), (('v2',), 1 / 4)])
def test_a_split_chooses_the_videos(files, names, recall, request, tmp_path):
    write_split(names, tmp_path / 'split.txt')
    scores = score_files(*request.getfixturevalue(files), split=tmp_path / 'split.txt')
    assert scores['mots/recall'] == recall


@pytest.mark.parametrize('num_workers', [1, 2])
def test_workers_do_not_change_a_score(num_workers, mots_files):
    scores = score_files(*mots_files, per_video=True, num_workers=num_workers)
    assert (scores['mots/recall'], scores['mots/video/v1/recall'], scores['mots/video/v2/recall']) == (5 / 8, 1, 1 / 4)


def test_sequences_beyond_the_ground_truth_are_told(mots_files, caplog):
    (mots_files[0] / 'v9.txt').write_text('')
    with caplog.at_level(logging.WARNING):
        assert score_files(*mots_files)['mots/recall'] == 5 / 8
    assert 'results: 1 sequences are not in the ground truth and are left aside: v9' in caplog.text


def test_a_missing_sequence_is_refused(mots_files):
    (mots_files[0] / 'v2.txt').unlink()
    with pytest.raises(FormatError, match=r'sequence v2: there is no file v2.txt'):
        score_files(*mots_files)


def test_broken_masks_are_told_with_their_lines(mots_files):
    """The scores meet them first, and do not know the file."""
    path = mots_files[0] / 'v1.txt'
    lines = path.read_text().splitlines()
    path.write_text('\n'.join([*lines[:2], lines[2][:-1], lines[3]]) + '\n')
    with pytest.raises(FormatError, match=r'v1.txt, line 3: '):
        score_files(*mots_files)


@pytest.mark.parametrize('name', ['all.json', 'folder'])
def test_several_videos_of_bdd100k(name, make_set, make_tracks, tmp_path):
    truth = make_set(*[make_tracks(dict(id=1, masks={0: None, 1: None}), video=video, name=video, length=2)
                       for video in ('a', 'b')], classes=('pedestrian', 'rider'))
    bdd100k.write(truth, tmp_path / 'gt' / name)
    bdd100k.write_results(truth, tmp_path / 'results' / name)
    scores = score_files(tmp_path / 'results' / name, tmp_path / 'gt' / name, 'bdd100k', BENCHMARK_SCORES['bdd100k'])
    assert (scores['mot/MOTA'], scores['mot/TP'], scores['id/IDF1']) == (1, 4, 1)


def test_every_format_has_scores():
    assert {*BENCHMARK_SCORES} == {*FORMATS}


def test_a_part_of_a_sequence_keeps_its_numbers(make_video_tracks, tmp_path):
    """Frames 3 to 6 of MOT, which counts from 1: truth and results are the same boxes, one moving a box a frame."""
    tracks = make_video_tracks([(frame, 1, 0, (frame, 0, frame + 1, 8)) for frame in range(8)], 's', length=8)
    tracks = replace(tracks, masks=(None,) * 8)
    video_set = VideoSet(('pedestrian',), (tracks,), (1,))
    mot.write(video_set, tmp_path / 'gt')
    mot.write_results(video_set, tmp_path / 'results')
    (tmp_path / 'seqmap').write_text('s empty 3 6\n')
    scores = score_files(tmp_path / 'results', tmp_path / 'gt', 'mot', BENCHMARK_SCORES['mot'], tmp_path / 'seqmap')
    assert (scores['mot/TP'], scores['mot/FN'], scores['mot/FP'], scores['mot/MOTP']) == (4, 0, 0, 1)
