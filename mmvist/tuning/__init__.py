"""Numbers of a tracker's config found by search: thousands of replays of stored detections, and no network.

A config says what may change, and what counts:

    tuning = dict(metric='mots/sMOTSA', space={
        'tracker.max_age': dict(type='Integer', low=1, high=30),
        'tracker.stages.0.gates.1.threshold': dict(type='Uniform', low=0.1, high=0.9)})
"""

from mmvist.tuning.objective import Objective
from mmvist.tuning.ranges import Choice, Integer, LogUniform, Uniform
from mmvist.tuning.search import Trial, TrialError, search
from mmvist.tuning.space import Space
from mmvist.tuning.trial_log import TrialLog
from mmvist.tuning.tune import tune

__all__ = ['Choice', 'Integer', 'LogUniform', 'Objective', 'Space', 'Trial', 'TrialError', 'TrialLog', 'Uniform',
           'search', 'tune']
