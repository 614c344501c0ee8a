"""Bookkeeping against plain lists."""

import pickle

import numpy as np
import pytest

from mmvist.structures import TrackSummary
from mmvist.tracking import TrackRecords


def whole(*values):
    return np.array(values, np.int64)


def history(labels, scores):
    """The records of one track, 7, that was detected in every frame."""
    records = TrackRecords.start(0, whole(7), whole(labels[0]), np.array(scores[:1]))
    for frame, (label, score) in enumerate(zip(labels[1:], scores[1:], strict=True), 1):
        records = records.observe(frame, whole(0), whole(label), np.array([score]))
    return records


@pytest.mark.parametrize(('rule', 'label'), [('vote', 1), ('last', 2)])
def test_label_rules(rule, label):
    # Two votes each for 1 and 2: the lower.
    records = history([2, 1, 1, 0, 2], [.1] * 5)
    assert records.labels(rule).tolist() == [label]
    assert records.summaries(np.array([True]), label=rule) == {7: TrackSummary(label, pytest.approx(.1))}


@pytest.mark.parametrize(('rule', 'score'), [('mean', .45), ('max', .9), ('last', .2)])
def test_score_rules(rule, score):
    records = history([0] * 3, [.25, .9, .2])
    assert records.scores(rule).tolist() == pytest.approx([score])
    assert records.summaries(np.array([False]), score=rule) == {7: TrackSummary(0, pytest.approx(score), False)}


def test_no_track():
    none = TrackRecords.empty()
    assert len(none) == 0
    for rule in ('vote', 'last'):
        assert none.labels(rule).tolist() == []
    assert none.summaries(np.zeros(0, bool)) == {}
    assert len(TrackRecords.cat(none, TrackRecords.start(3, whole(), whole(), np.zeros(0)))) == 0
    assert TrackRecords.cat(none, history([4], [.5])).labels('vote').tolist() == [4]


@pytest.mark.parametrize('seed', range(5))
def test_random_histories(seed):
    generator = np.random.default_rng(seed)
    records, lists = TrackRecords.empty(), []
    for frame in range(30):
        rows = generator.permutation(len(lists))[:generator.integers(len(lists) + 1)]
        labels, scores = generator.integers(0, 5, len(rows)), generator.random(len(rows))
        before = pickle.dumps(records)
        following = records.observe(frame, rows, labels, scores)
        assert pickle.dumps(records) == before
        for row, label, score in zip(rows, labels, scores, strict=True):
            lists[row].append((frame, label, score))
        born = generator.integers(3)
        labels, scores = generator.integers(0, 5, born), generator.random(born)
        records = TrackRecords.cat(following, TrackRecords.start(frame, len(lists) + np.arange(born), labels, scores))
        lists += [[(frame, label, score)] for label, score in zip(labels, scores, strict=True)]
    records = records.select(np.arange(len(lists))[::-1])
    assert records.ids.tolist() == list(range(len(lists)))[::-1]
    for row, seen in enumerate(lists[::-1]):
        frames, labels, scores = zip(*seen, strict=True)
        votes = [labels.count(label) for label in range(5)]
        assert (records.first_frames[row], records.last_frames[row], records.lengths[row]) == (
            frames[0], frames[-1], len(seen))
        assert records.votes[row].tolist() == votes
        assert (records.labels('vote')[row], records.labels('last')[row]) == (votes.index(max(votes)), labels[-1])
        assert [records.scores(rule)[row] for rule in ('mean', 'max', 'last')] == pytest.approx(
            [sum(scores) / len(scores), max(scores), scores[-1]])
