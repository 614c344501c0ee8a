"""Random search over a function that is known, its log, and what happens when it is stopped."""

import json
import time

import pytest

from mmvist.io.problems import FormatError
from mmvist.tuning import Space, Trial, TrialError, TrialLog, search
from mmvist.tuning.trial_log import fingerprint

SPACE = Space({'tracker.x': dict(type='Uniform', low=-1, high=1), 'tracker.n': dict(type='Integer', low=0, high=3)},
              dict(type='Any', x=0.9, n=3))
ABOUT = {'metric': 'hill', 'seed': 1}


def hill(tracker):
    """Highest, zero, at x = 0.25 and n = 2; undefined for n = 0."""
    return None if tracker['n'] == 0 else -(tracker['x'] - 0.25) ** 2 - (tracker['n'] - 2) ** 2


def slow_hill(tracker):
    time.sleep(0.02 if tracker['x'] > 0 else 0)
    return hill(tracker)


def cliff(tracker):
    if tracker['x'] < -0.5:
        raise KeyError('too far')
    return hill(tracker)


def lines(folder):
    return [json.loads(line) for line in (folder / 'trials.jsonl').read_text().splitlines()]


def facts(trials):
    return sorted((trial.index, trial.score) for trial in trials)


def test_every_trial_is_scored_and_logged(tmp_path):
    log = TrialLog(tmp_path, ABOUT)
    trials = list(search(hill, SPACE, log, 40, seed=1))
    assert [trial.index for trial in trials] == list(range(40))
    assert trials[0].values == {'tracker.x': 0.9, 'tracker.n': 3}
    assert trials[0].score == pytest.approx(-(0.65 ** 2) - 1)
    for trial in trials[1:]:
        assert trial.values == SPACE.draw(1, trial.index)
        assert trial.score == hill({'x': trial.values['tracker.x'], 'n': trial.values['tracker.n']})
    assert [Trial(**line) for line in lines(tmp_path)] == trials
    assert log.best.score == max(trial.score for trial in trials if trial.score is not None) > -0.1


def test_processes_do_not_change_what_is_found(tmp_path):
    alone = list(search(hill, SPACE, TrialLog(tmp_path / 'one', ABOUT), 25, seed=1))
    log = TrialLog(tmp_path / 'two', ABOUT)
    shared = list(search(slow_hill, SPACE, log, 25, seed=1, num_workers=2))
    assert facts(shared) == facts(alone)
    assert log.best.index == max(alone, key=lambda trial: trial.rank).index


def test_a_search_goes_on_where_it_was(tmp_path):
    whole = facts(search(hill, SPACE, TrialLog(tmp_path / 'whole', ABOUT), 12, seed=1))
    first = search(hill, SPACE, TrialLog(tmp_path / 'torn', ABOUT), 12, seed=1)
    begun = [next(first) for _ in range(5)]
    first.close()
    # Killed while the sixth line was written.
    with (tmp_path / 'torn' / 'trials.jsonl').open('a') as file:
        file.write('{"index": 5, "val')
    log = TrialLog(tmp_path / 'torn', ABOUT)
    assert facts(log.trials.values()) == facts(begun)
    rest = list(search(hill, SPACE, log, 12, seed=1))
    assert [trial.index for trial in rest] == list(range(5, 12))
    assert facts([*begun, *rest]) == whole
    assert [line['index'] for line in lines(tmp_path / 'torn')] == list(range(12))
    # Further, and with nothing left to do.
    assert [trial.index for trial in search(hill, SPACE, TrialLog(tmp_path / 'torn', ABOUT), 14, seed=1)] == [12, 13]
    assert list(search(hill, SPACE, TrialLog(tmp_path / 'torn', ABOUT), 14, seed=1)) == []


def test_a_tie_goes_to_the_earlier_trial(tmp_path):
    log = TrialLog(tmp_path, ABOUT)
    for index, score in ((4, .5), (2, .5), (3, None), (1, .25)):
        log.append(Trial(index, {}, score, 0.))
    assert log.best.index == 2
    assert TrialLog(tmp_path, ABOUT).best.index == 2


def test_no_score_at_all(tmp_path):
    log = TrialLog(tmp_path, ABOUT)
    list(search(lambda tracker: None, SPACE, log, 2))
    with pytest.raises(ValueError, match='none of 2 trials has a score that is a number'):
        log.best  # noqa: B018


@pytest.mark.parametrize('num_workers', [1, 2])
def test_a_tracker_that_fails_ends_the_search(tmp_path, num_workers):
    failing = next(index for index in range(1, 99) if SPACE.draw(1, index)['tracker.x'] < -0.5)
    log = TrialLog(tmp_path, ABOUT)
    with pytest.raises(TrialError, match=r"trial \d+, {'tracker.x': -0\..*KeyError: 'too far'"):
        list(search(cliff, SPACE, log, 99, seed=1, num_workers=num_workers))
    if num_workers == 1:
        assert [*log.trials] == list(range(failing))
    assert len(log.trials) < 90


def test_another_search_is_refused(tmp_path):
    list(search(hill, SPACE, TrialLog(tmp_path, ABOUT), 3, seed=1))
    for key, value in (('seed', 2), ('metric', 'valley'), ('space', {'tracker.x': (1, 2)})):
        with pytest.raises(ValueError, match=f'holds another search, whose {key} is .*; now it is .*; name '):
            TrialLog(tmp_path, {**ABOUT, key: value})
    with pytest.raises(ValueError, match='trial 1 of the log has the values .*, the seed gives'):
        list(search(hill, SPACE, TrialLog(tmp_path, ABOUT), 4, seed=2))
    (tmp_path / 'search.json').unlink()
    with pytest.raises(ValueError, match='has trials.jsonl, but no search.json'):
        TrialLog(tmp_path, ABOUT)


def test_a_broken_log_is_told(tmp_path):
    TrialLog(tmp_path, ABOUT)
    good = json.dumps(dict(index=0, values={}, score=None, seconds=1))
    (tmp_path / 'trials.jsonl').write_text('\n'.join([good, '{"index": 1', '[]', good.replace('0', '-1'), good]) + '\n')
    with pytest.raises(FormatError) as caught:
        TrialLog(tmp_path, ABOUT)
    assert [line.partition(':')[0] for line in caught.value.problems] == ['line 2', 'line 3', 'line 4']


def test_fingerprints(tmp_path):
    for name in ('a', 'b'):
        (tmp_path / name).mkdir()
        (tmp_path / name / '1.txt').write_text('one')
    assert fingerprint(tmp_path / 'a') == fingerprint(tmp_path / 'b')
    (tmp_path / 'b' / '2.txt').write_text('')
    assert fingerprint(tmp_path / 'a') != fingerprint(tmp_path / 'b')
    assert fingerprint(tmp_path / 'a' / '1.txt') == fingerprint(tmp_path / 'b' / '1.txt')
