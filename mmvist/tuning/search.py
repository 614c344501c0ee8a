"""Random search: every trial draws its own values."""

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Any

import torch

from mmvist.io.progress import progress
from mmvist.tuning.space import Space
from mmvist.tuning.trial_log import Trial, TrialLog

Score = Callable[[Mapping[str, Any]], float | None]


class TrialError(RuntimeError):
    """A trial that could not be finished; the message names its values."""


class _Task:
    """All that a process needs to run trials; can be pickled."""

    def __init__(self, score: Score, space: Space, seed: int) -> None:
        self.score, self.space, self.seed = score, space, seed

    def __call__(self, index: int) -> Trial:
        values, start = self.space.draw(self.seed, index), time.perf_counter()
        try:
            score = self.score(self.space.tracker(values))
        except Exception as error:
            raise TrialError(f'trial {index}, {values}: {type(error).__name__}: {error}') from error
        return Trial(index, values, score, round(time.perf_counter() - start, 3))


def search(score: Score, space: Space, log: TrialLog, num_trials: int, seed: int = 0, num_workers: int = 1
           ) -> Iterator[Trial]:
    """Run the trials that the log does not have, as TrackR-CNN's authors did (Voigtlaender et al. 2019, section 5).

    Which trials there are does not depend on the number of processes, and the best of them neither.

    Args:
        score: Gives a tracker's config its score; can be pickled.
        space: What is searched.
        log: Every trial is noted there before it is told.
        num_trials: Trials 0 to num_trials - 1 are to be done.
        seed: What the values of all trials but the first come from.
        num_workers: Processes that share the trials.

    Yields:
        Trials as they end.

    Raises:
        TrialError: A tracker fails; the search is over.
        ValueError: A trial of the log has other values than it would have now.
    """
    for trial in log.trials.values():
        if trial.values != space.draw(seed, trial.index):
            raise ValueError(f'trial {trial.index} of the log has the values {dict(trial.values)}, the seed gives '
                             f'{space.draw(seed, trial.index)}; its numbers come from another version of NumPy')
    task = _Task(score, space, seed)
    todo = [index for index in range(num_trials) if index not in log.trials]
    for trial in progress(_run(task, todo, num_workers), len(todo), 'trials'):
        log.append(trial)
        yield trial


def _run(task: _Task, todo: list[int], num_workers: int) -> Iterator[Trial]:
    if num_workers == 1 or len(todo) < 2:
        yield from map(task, todo)
        return
    pool = ProcessPoolExecutor(min(num_workers, len(todo)), initializer=_begin, initargs=(task,))
    try:
        for done in as_completed([pool.submit(_work, index) for index in todo]):
            yield done.result()
    finally:
        # Not those that wait: the search is over, be it by an error or because nobody asks any more.
        pool.shutdown(cancel_futures=True)


# The task of a worker process: sent once, not with each trial.
_tasks: list[_Task] = []


def _begin(task: _Task) -> None:
    # An interrupt reaches every process; it is for the first one alone to tell.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
    _tasks.append(task)


def _work(index: int) -> Trial:
    return _tasks[0](index)
