"""Who takes which detection, and which detections start a track."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from mmvist.models.graph_tracker import EdgeAssociation, LatestAppearance, MaskTrackAssociation
from mmvist.models.graph_tracker.association import PairTargets, Verdict
from mmvist.models.graph_tracker.graph import Reading
from tests.models.graph_tracker.builders import CHANNELS, CLASSES, LOOKS, found_of, random, tracker

NEXT = 1e-6


def reading(match, init):
    """A graph's reading of one video, of which the association sees logits alone."""
    match, init = torch.tensor(match), torch.tensor(init)
    match = match.view(-1, len(init)) if match.numel() else torch.zeros(len(match), len(init))
    return Reading(None, None, None, match[None], init[None])


def slots_of(*used, videos=1, seed=0):
    """Tracks in slots of one video, or of several that have the same."""
    model = tracker()
    slots = model._grow(model._start(found_of(*[1] * videos)), len(used))
    used = torch.tensor(used, dtype=torch.bool).expand(videos, -1)
    return slots, used, random(videos, used.shape[1], CLASSES + 1, seed=seed)


def decide(read, used, real=None, training=False, **options):
    slots, used, _ = slots_of(*used)
    found = found_of(read.init.shape[1])
    found = found if real is None else found._replace(real=torch.tensor([real]))
    verdict = EdgeAssociation(**options).train(training)(read, None, replace(slots, used=used), found, None)
    return verdict.choice[0].tolist(), verdict.births[0].tolist()


class TestThresholds:
    def test_a_match_is_at_the_threshold_and_a_birth_above(self):
        said = reading([[-2.], [-2. - NEXT]], [-2.])
        assert decide(said, [True, True]) == ([0, -1], [False])
        assert decide(reading([[-5.]], [-2. + NEXT]), [True]) == ([-1], [True])

    def test_they_are_set_apart(self):
        said = reading([[.5, .4]], [.5, 1.5])
        assert decide(said, [True], match_threshold=.5, init_threshold=1.) == ([0], [False, True])
        assert decide(said, [True], match_threshold=.6, init_threshold=.5) == ([-1], [False, True])

    def test_training_has_its_own(self):
        options = dict(init_threshold=0., train_init_threshold=1.)
        for training, births in ((False, [True, True]), (True, [False, True])):
            assert decide(reading([], [.5, 1.5]), [], training=training, **options) == ([], births)

    def test_they_are_those_of_the_authors(self):
        assert EdgeAssociation().match_threshold == EdgeAssociation().init_threshold == -2
        assert 1 / (1 + torch.tensor(2.).exp()) == pytest.approx(.119, abs=5e-4)


class TestChoice:
    def test_two_tracks_take_one_detection(self):
        assert decide(reading([[1., 3.], [2., 5.]], [-9., -9.]), [True, True]) == ([1, 1], [False, False])

    def test_a_matched_detection_may_start_a_track_too(self):
        assert decide(reading([[1., -9.]], [4., -9.]), [True]) == ([0], [True, False])

    @pytest.mark.parametrize(('match', 'real', 'choice'), [
        ([[1., 1., 0.]], [True, True, True], [0]),              # of equals the first
        ([[9., 1., 0.]], [False, True, True], [1]),             # what is not there is not taken
        ([[9., 1., 0.]], [False, False, False], [-1])])
    def test_the_best(self, match, real, choice):
        chosen, births = decide(reading(match, [1., 1., 1.]), [True], real)
        assert (chosen, births) == (choice, real)

    def test_a_free_slot_takes_nothing(self):
        assert decide(reading([[5.], [5.], [5.]], [-9.]), [False, True, False])[0] == [-1, 0, -1]

    @pytest.mark.parametrize(('used', 'init', 'expected'), [
        ([], [1.], ([], [True])), ([True, True], [], ([-1, -1], [])), ([], [], ([], []))])
    def test_nothing(self, used, init, expected):
        assert decide(reading([[]] * len(used), init), used) == expected

    def test_no_gradient_but_that_of_logits(self):
        said = reading([[1.]], [1.])
        said = said._replace(match=said.match.requires_grad_(), init=said.init.requires_grad_())
        slots, used, _ = slots_of(True)
        verdict = EdgeAssociation()(said, None, slots, found_of(1), None)
        assert verdict.match is said.match
        assert verdict.init is said.init
        assert not verdict.choice.is_floating_point()


class TestPlaces:
    """Where births go: the best detections first, into the first slots that are free."""

    @pytest.mark.parametrize(('used', 'births', 'scores', 'placed'), [
        ([], [1, 1, 1], [.2, .9, .5], [1, 2, 0]),
        ([1, 0, 1], [1, 0, 1], [.2, .9, .5], [-1, 2, -1, 0]),
        # There are four slots at most.
        ([1, 0, 1], [1, 1, 1], [.2, .9, .5], [-1, 1, -1, 2]),
        ([1, 1, 1, 1], [1, 1, 1], [.2, .9, .5], [-1] * 4),
        ([1, 1, 0, 1], [1, 1, 1], [.2, .9, .5], [-1, -1, 1, -1]),
        # Of equals the first; nothing to place; nothing at all.
        ([1], [1, 1, 0], [.5, .5, .9], [-1, 0, 1]),
        ([0, 1], [0, 0, 0], [.2, .9, .5], [-1, -1]),
        ([1, 0], [], [], [-1, -1]),
        ([], [], [], [])])
    def test_by_hand(self, used, births, scores, placed):
        found = tracker(max_tracks=4)._place(*(torch.tensor([values]).bool() for values in (used, births)),
                                             torch.tensor([scores]))
        assert found.tolist() == [placed]

    def test_of_two_videos(self):
        used = torch.tensor([[True, False], [False, True]])
        births, scores = torch.tensor([[True, True], [True, False]]), torch.tensor([[.1, .2], [.3, .4]])
        assert tracker()._place(used, births, scores).tolist() == [[-1, 1, 0], [0, -1, -1]]


def masktrack_by_loop(rule, logs, used, found, ious, track_logits, training):
    """Every detection goes to its best column; a track takes the best of those that want it."""
    choice, births, wanted = [-1] * len(used), [], {}
    for n in range(found.logits.shape[1]):
        columns = {}
        for m in (-1, *(m for m in range(len(used)) if used[m])):
            value = logs[0, m + 1, n].item()
            if not training:
                value += rule.score * found.scores[0, n].item()
                same = m < 0 or track_logits[m][:-1].argmax() == found.logits[0, n, :-1].argmax()
                value += rule.same_class * float(same) + (rule.iou * ious[0, m, n].item() if m >= 0 else 0)
            columns[m] = value
        best = max(columns, key=columns.get)
        births.append(bool(found.real[0, n]) and best == -1)
        if best >= 0 and found.real[0, n]:
            wanted.setdefault(best, {})[n] = columns[best]
    for m, values in wanted.items():
        choice[m] = max(values, key=values.get)
    return choice, births


class TestMaskTrack:
    @pytest.mark.parametrize('training', [True, False])
    @pytest.mark.parametrize(('used', 'count'), [([1, 1, 0, 1], 6), ([1], 5), ([], 3), ([1, 1], 0), ([0, 0], 2)])
    @torch.no_grad()
    def test_against_a_loop(self, used, count, training):
        outcomes = set()
        for seed in range(12):
            slots, mask, logits = slots_of(*used, seed=seed)
            rule, model = MaskTrackAssociation(1., 2., .5), LatestAppearance(LOOKS, CHANNELS)
            found = found_of(count, seed=seed)
            found = found._replace(real=torch.arange(count)[None] != 1, embeds=random(1, count, LOOKS, seed=seed))
            looks, ious = random(1, len(used), LOOKS, seed=seed + 1), random(1, len(used), count, seed=seed).sigmoid()
            slots = replace(slots, used=mask, logits=logits, appearance=looks)
            verdict = rule.train(training)(None, model, slots, found, ious)
            logs = model.log_chances(looks, mask, found)
            expected = masktrack_by_loop(rule, logs, used, found, ious, logits[0], training)
            assert (verdict.choice[0].tolist(), verdict.births[0].tolist()) == expected
            assert torch.equal(verdict.match, logs[:, 1:])
            assert torch.equal(verdict.init, logs[:, 0])
            outcomes.add((any(n >= 0 for n in expected[0]), any(expected[1])))
        assert len(outcomes) > 1 or count == 0 or not any(used)

    @pytest.mark.parametrize(('labels', 'choice', 'births'), [
        ([0, 0], [0, -1], [False, False]),          # the first track, and the first detection of those that want it
        ([1, 1], [-1, -1], [True, True])])          # of another class: a new track, whose class always is right
    def test_ties(self, labels, choice, births):
        slots, used, _ = slots_of(True, True)
        logits = torch.zeros(1, 2, CLASSES + 1)
        logits[..., 0] = 1
        found = found_of(2)._replace(logits=F.one_hot(torch.tensor([labels]), CLASSES + 1).float(),
                                     embeds=torch.ones(1, 2, LOOKS), scores=torch.full((1, 2), .5))
        slots = replace(slots, used=used, logits=logits, appearance=torch.ones(1, 2, LOOKS))
        verdict = MaskTrackAssociation().eval()(None, LatestAppearance(LOOKS, CHANNELS), slots, found,
                                                torch.zeros(1, 2, 2))
        assert verdict.choice[0].tolist() == choice
        assert verdict.births[0].tolist() == births

    @pytest.mark.parametrize('appearance', ['GaussianAppearance', 'NoAppearance'])
    def test_another_appearance_is_refused(self, appearance):
        told = f'MaskTrackAssociation needs appearance=dict.type=.LatestAppearance.., got {appearance}'
        with pytest.raises(ValueError, match=told):
            tracker(association=dict(type='MaskTrackAssociation'), appearance=dict(type=appearance))

    def test_losses(self):
        # Of three detections the first is track 1's, the second is new, the third shows nothing.
        logs = torch.tensor([[[.2, .5, .1], [.3, .1, .1], [.5, .4, .8]]]).log()
        verdict = Verdict(logs[:, 1:], logs[:, 0], None, None)
        match = torch.tensor([[[False] * 3, [True, False, False]]])
        targets = PairTargets(match, torch.tensor([[False, True, False]]), None, None)
        match, init = MaskTrackAssociation().losses(verdict, targets)
        assert match.exp().item() == pytest.approx(1 / .5)
        assert init.exp().item() == pytest.approx(1 / .5)


def test_losses_of_edges():
    # Sums over what is there: two of three tracks, two of three detections.
    verdict = Verdict(random(1, 3, 3), random(1, 3, seed=1), None, None)
    match = torch.zeros(1, 3, 3, dtype=torch.bool)
    match[0, 0, 1] = match[0, 2, 2] = True
    init = torch.tensor([[True, False, True]])
    targets = PairTargets(match, init, torch.tensor([[True, True, False]]), torch.tensor([[True, True, False]]))
    pairs = sum(F.softplus(verdict.match[0, m, n] * (-1 if (m, n) == (0, 1) else 1)) for m in range(2)
                for n in range(2))
    births = F.softplus(-verdict.init[0, 0]) + F.softplus(verdict.init[0, 1])
    for loss, expected in zip(EdgeAssociation().losses(verdict, targets), (pairs, births), strict=True):
        assert loss.item() == pytest.approx(expected.item())
