"""Ranges, and where they stand in a tracker's config."""

import numpy as np
import pytest
from mmengine.config import ConfigDict

from mmvist.tuning import Choice, Integer, LogUniform, Space, Uniform

TRACKER = ConfigDict(
    type='AssociationTracker', max_age=None,
    stages=[dict(cues=[dict(type='BoxIoU')], gates=[dict(type='SameClassOnly'),
                                                    dict(type='MaxDistance', threshold=(1.0, 2.0))])])
RANGES = {'tracker.max_age': dict(type='Integer', low=1, high=3),
          'tracker.stages.0.gates.1.threshold.1': dict(type='Uniform', low=0.5, high=1.5),
          'tracker.stages.0.cues': dict(type='Choice', values=[[dict(type='MaskIoU')], [dict(type='BoxIoU')]])}


def drawn(one, count=2000):
    rng = np.random.default_rng(0)
    return [one.draw(rng) for _ in range(count)]


def test_uniform_numbers():
    values = np.array(drawn(Uniform(2, 4)))
    assert (values.min() >= 2, values.max() <= 4) == (True, True)
    assert values.mean() == pytest.approx(3, abs=.05)
    assert type(Uniform(2, 4).draw(np.random.default_rng(0))) is float


def test_log_uniform_numbers():
    values = np.array(drawn(LogUniform(1e-4, 1.)))
    assert (values.min() >= 1e-4, values.max() <= 1) == (True, True)
    # A quarter in each order of magnitude.
    assert np.histogram(np.log10(values), 4, (-4, 0))[0] / 2000 == pytest.approx([.25] * 4, abs=.04)


def test_whole_numbers_reach_both_ends():
    values = drawn(Integer(1, 3))
    assert [values.count(value) / 2000 for value in (1, 2, 3)] == pytest.approx([1 / 3] * 3, abs=.04)
    assert {type(value) for value in values} == {int}
    assert set(drawn(Integer(5, 5), 9)) == {5}


def test_choices():
    assert {str(value) for value in drawn(Choice([None, 'mean', 2]))} == {'None', 'mean', '2'}


def test_a_trial_is_a_function_of_seed_and_index():
    space, other = Space(RANGES, TRACKER), Space(RANGES, TRACKER)
    trials = [space.draw(3, index) for index in range(20)]
    assert [other.draw(3, index) for index in reversed(range(20))] == trials[::-1]
    assert space.draw(4, 7) != trials[7]
    assert len({str(trial) for trial in trials}) == 20


def test_the_first_trial_is_the_config():
    space = Space(RANGES, TRACKER)
    own = {'tracker.max_age': None, 'tracker.stages.0.gates.1.threshold.1': 2.0,
           'tracker.stages.0.cues': [dict(type='BoxIoU')]}
    assert (space.own, space.draw(9, 0)) == (own, own)
    assert space.tracker(own) == TRACKER


def test_values_find_their_places():
    values = {'tracker.max_age': 7, 'tracker.stages.0.gates.1.threshold.1': 0.25}
    changed = Space(RANGES, TRACKER).tracker(values)
    assert changed['max_age'] == 7
    assert changed['stages'][0]['gates'] == [dict(type='SameClassOnly'),
                                             dict(type='MaxDistance', threshold=(1.0, 0.25))]
    assert changed['stages'][0]['cues'] == [dict(type='BoxIoU')]
    assert (TRACKER.max_age, TRACKER.stages[0].gates[1].threshold) == (None, (1.0, 2.0))


@pytest.mark.parametrize(('key', 'config', 'message'), [
    ('tracker.max_age', dict(type='Normal'), "type must be one of Uniform, LogUniform, Integer, Choice, got 'Normal'"),
    ('tracker.max_age', 3, 'type must be one of .*, got None'),
    ('tracker.max_age', dict(type='Integer', low=1), "missing 1 required positional argument: 'high'"),
    ('tracker.max_age', dict(type='Integer', low=1, hi=2), "unexpected keyword argument 'hi'"),
    ('tracker.max_age', dict(type='Integer', low=3, high=2), 'low the smaller, got 3 and 2'),
    ('tracker.max_age', dict(type='Integer', low=1, high=2.5), 'must be whole numbers, got 1 and 2.5'),
    ('tracker.max_age', dict(type='Uniform', low=0, high=float('inf')), 'must be finite numbers'),
    ('tracker.max_age', dict(type='LogUniform', low=0, high=1), 'low must be above 0, got 0'),
    ('tracker.max_age', dict(type='Choice', values=[]), r'values must be a list of at least one, got \[\]'),
    ('detector.min_score', dict(type='Uniform', low=0, high=1), "keys begin with 'tracker'"),
    ('tracker', dict(type='Uniform', low=0, high=1), "keys begin with 'tracker'"),
    ('tracker.min_hits', dict(type='Integer', low=1, high=2),
     r"tracker has no 'min_hits', it has \['type', 'max_age', 'stages'\]; what is tuned must have a value in the conf"),
    ('tracker.stages.1.gates', dict(type='Integer', low=1, high=2), r"tracker.stages has no '1', it has \[0\]"),
    ('tracker.type.x', dict(type='Integer', low=1, high=2), r"tracker.type has no 'x', it has \[\]")])
def test_what_is_refused(key, config, message):
    with pytest.raises(ValueError, match=rf"tuning.space\['{key}'\]: .*{message}"):
        Space({key: config}, TRACKER)


def test_nothing_to_search():
    with pytest.raises(ValueError, match='tuning.space must name at least one entry of the tracker'):
        Space({}, TRACKER)
