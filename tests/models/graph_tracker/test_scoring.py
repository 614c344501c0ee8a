"""Classes and scores of tracks: learned, by votes, by averages; against loops over what each track has seen."""

from collections import Counter

import pytest
import torch

from mmvist.models.graph_tracker import AverageScoring, LearnedScoring, VoteScoring
from tests.models.graph_tracker.builders import CHANNELS, CLASSES, found_of, random

# Slot 1 is not seen in frames 1 and 2; slot 2 is taken over in frame 2; slot 3 comes in frame 1 and goes.
CHOICES = [[0, 1, 2], [2, -1, 0, 1], [1, -1, 1, -1], [0, 2, 2, -1]]
BIRTHS = [[True] * 3, [False, False, False, True], [False, False, True, False], [False] * 4]


def histories(batches):
    """The logits of the detections that each slot's track has had, after each frame."""
    seen, after = {}, []
    for found, choice, born in zip(batches, CHOICES, BIRTHS, strict=True):
        for slot, (row, starts) in enumerate(zip(choice, born, strict=True)):
            if starts:
                seen[slot] = []
            if row >= 0:
                seen[slot] = [*seen[slot], found.logits[0, row]]
        after.append(dict(seen))
    return after


def scored(scoring):
    """Class logits of tracks in each frame, and what the tracks have seen by then."""
    batches = [found_of(3, seed=seed) for seed in range(4)]
    evidence, logits = scoring.start(batches[0]), []
    for found, choice, born in zip(batches, CHOICES, BIRTHS, strict=True):
        slots = len(logits[-1][0]) if logits else 0
        evidence = scoring.grow(evidence, len(choice) - slots)
        evidence, told = scoring(evidence, None, found, torch.tensor([choice]), torch.tensor([born]))
        logits.append(told)
    return logits, histories(batches)


def test_votes():
    logits, after = scored(VoteScoring(CHANNELS, CLASSES))
    changes = 0
    for told, seen in zip(logits, after, strict=True):
        chances = told[0].softmax(-1)
        for slot, history in seen.items():
            classes = [values.softmax(0)[:-1] for values in history]
            votes = Counter(values.argmax().item() for values in classes)
            # Of equally many the lower class.
            label = min(votes, key=lambda label, votes=votes: (-votes[label], label))
            score = sum(values.max().item() for values in classes) / len(classes)
            assert chances[slot, :-1].argmax() == label
            assert chances[slot, label].item() == pytest.approx(score, abs=1e-6)
            assert chances[slot, -1].item() == pytest.approx(1 - score, abs=1e-6)
            changes += len(votes) > 1
    assert changes > 1


@pytest.mark.parametrize('momentum', [None, .9, .5])
def test_averages(momentum):
    logits, after = scored(AverageScoring(CHANNELS, CLASSES, momentum))
    for told, seen in zip(logits, after, strict=True):
        for slot, history in seen.items():
            average = history[0]
            for count, values in enumerate(history[1:], 2):
                stays = 1 - 1 / count if momentum is None else momentum
                average = stays * average + (1 - stays) * values
            if momentum is None:
                torch.testing.assert_close(average, torch.stack(history).mean(0))
            torch.testing.assert_close(told[0, slot], average)


def test_learned():
    torch.manual_seed(0)
    scoring, embeds, found = LearnedScoring(CHANNELS, CLASSES), random(1, 3, CHANNELS), found_of(2)
    evidence, logits = scoring(scoring.grow(scoring.start(found), 3), embeds, found, None, None)
    assert evidence is None
    torch.testing.assert_close(logits, embeds @ scoring.classify.weight.T)
    # By the paper's size.
    assert LearnedScoring(128, 40).classify.weight.shape == (41, 128)


def test_only_one_of_them_learns():
    kinds = (LearnedScoring, VoteScoring, AverageScoring)
    assert [kind(CHANNELS, CLASSES).learns for kind in kinds] == [True, False, False]
    assert [len(list(kind(CHANNELS, CLASSES).parameters())) for kind in kinds] == [2, 0, 0]


@pytest.mark.parametrize('scoring', [VoteScoring(CHANNELS, CLASSES), AverageScoring(CHANNELS, CLASSES),
                                     AverageScoring(CHANNELS, CLASSES, .9)])
@pytest.mark.parametrize(('tracks', 'counts'), [(0, (3, 1)), (2, (0, 0)), (0, (0, 0)), (2, (1, 0))])
def test_nothing(scoring, tracks, counts):
    found = found_of(*counts)
    before = scoring.grow(scoring.start(found), tracks)
    unseen, none = torch.full((2, tracks), -1), torch.zeros(2, tracks, dtype=torch.bool)
    evidence, logits = scoring(before, None, found, unseen, none)
    assert logits.shape == (2, tracks, CLASSES + 1)
    assert torch.isfinite(logits).all()
    assert all(torch.equal(*pair) for pair in zip(evidence, before, strict=True))


@pytest.mark.parametrize('scoring', [VoteScoring(CHANNELS, CLASSES), AverageScoring(CHANNELS, CLASSES, .9)])
def test_evidence_is_not_modified(scoring):
    found = found_of(2)
    evidence = scoring.grow(scoring.start(found), 2)
    evidence, _ = scoring(evidence, None, found, torch.tensor([[0, 1]]), torch.tensor([[True, True]]))
    before = [part.clone() for part in evidence]
    scoring(evidence, None, found, torch.tensor([[1, 0]]), torch.tensor([[False, True]]))
    assert all(torch.equal(*pair) for pair in zip(evidence, before, strict=True))
