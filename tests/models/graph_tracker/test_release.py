"""Slots that become free when their track is not seen for long."""

from dataclasses import replace

import pytest
import torch

from tests.models.graph_tracker.builders import clip_of, stream, tracker

# Nothing is matched, everything starts; and the other way round.
BIRTHS, STAYS = dict(match_threshold=99., init_threshold=-99.), dict(match_threshold=-99., init_threshold=99.)


def run(release_after, unseen, max_tracks=2):
    """Two tracks, then frames without a detection, then one more detection."""
    model = tracker(association=BIRTHS, max_tracks=max_tracks, release_after=release_after)
    return model, *stream(model, clip_of(2, *[0] * unseen, 1))


@pytest.mark.parametrize(('release_after', 'unseen', 'ids'), [
    (None, 9, []), (3, 2, []), (3, 3, [2]), (1, 1, [2]), (1, 0, [])])
def test_slots_become_free(release_after, unseen, ids):
    model, states, answers = run(release_after, unseen)
    assert answers[0].ids.tolist() == [0, 1]
    assert answers[-1].ids.tolist() == ids
    assert list(model.finish(states[-1])) == [0, 1, *ids]
    assert states[-1].slots.used.shape == (1, 2)


def test_summaries_of_what_has_left_are_of_its_last_frame():
    model, states, _ = run(3, 6)
    # The state after the third frame without a detection still has the tracks, the next one does not.
    last, end = model.finish(states[3]), model.finish(states[-1])
    assert (states[3].ended, set(states[4].ended)) == (None, {0, 1})
    assert {track: end[track] for track in (0, 1)} == last
    assert states[4].slots.used.sum() == 0


def test_a_track_that_is_seen_in_time_stays():
    model = tracker(association=BIRTHS, max_tracks=2, release_after=3)
    states, _ = stream(model, clip_of(1, 0, 0))
    for name, value in STAYS.items():
        setattr(model.association, name, value)
    states, answers = stream(model, clip_of(1, 0, 0, 1), states[-1])
    assert [answer.ids.tolist() for answer in answers] == [[0], [], [], [0]]


@pytest.mark.parametrize('options', [
    {}, dict(keep_boxes=True), dict(recurrence=dict(type='NoGate')), dict(appearance=dict(type='LSTMAppearance')),
    dict(appearance=dict(type='LatestAppearance')), dict(scoring=dict(type='VoteScoring')),
    dict(scoring=dict(type='AverageScoring')), dict(graph=dict(type='LimitedGraph'))])
def test_a_slot_forgets_what_was_there(options):
    # Tracks of other videos left the slots; the empty track's memory is set to be the same.
    model = tracker(association=BIRTHS, max_tracks=2, release_after=1, **options)
    first, second = (stream(model, clip_of(2, 0, seed=seed))[0][-1] for seed in (0, 70))
    slots, appearance = first.slots, second.slots.appearance
    scene = {name: getattr(slots.appearance, name) for name in getattr(appearance, '_fields', ())
             if name.startswith('scene')}
    second = replace(second, slots=replace(
        second.slots, empty=slots.empty, empty_cells=slots.empty_cells,
        appearance=appearance._replace(**scene) if scene else appearance))
    following = clip_of(2, 1, 2, seed=40)
    ended = [stream(model, following, state) for state in (first, second)]
    (one, answers), (two, others) = ended
    assert [answer.ids.tolist() for answer in answers] == [[2, 3], [], [4, 5]]
    for answer, other in zip(answers, others, strict=True):
        assert answer.ids.tolist() == other.ids.tolist()
        assert answer.labels.tolist() == other.labels.tolist()
        torch.testing.assert_close(answer.scores, other.scores)
        assert answer.masks.counts == other.masks.counts
    torch.testing.assert_close(one[-1].slots.embeds, two[-1].slots.embeds)
    torch.testing.assert_close(one[-1].slots.logits, two[-1].slots.logits)


def test_ids_go_on_and_slots_do_not():
    model = tracker(association=BIRTHS, max_tracks=3, release_after=1)
    states, answers = stream(model, clip_of(*[3, 0, 0] * 6))
    ids = [track for answer in answers for track in answer.ids.tolist()]
    assert ids == list(range(18))
    assert {state.slots.used.shape[1] for state in states} == {3}
    assert list(model.finish(states[-1])) == ids


def test_a_track_that_was_just_seen_is_not_released():
    with pytest.raises(ValueError, match='release_after must be at least 1 frame, got 0'):
        tracker(release_after=0)
