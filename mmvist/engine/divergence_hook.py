"""A training whose loss is no longer a number ends, in place of going on for days."""

from collections.abc import Mapping
from pathlib import Path

import torch
from mmengine.dist import all_gather_object, all_reduce, barrier, is_main_process
from mmengine.hooks import CheckpointHook, Hook
from mmengine.runner import Runner
from torch import Tensor

from mmvist.io.atomic import open_atomic
from mmvist.registry import HOOKS

REPORT = 'diverged.txt'
# Iteration of what has not happened.
NEVER = torch.iinfo(torch.int64).max


class TrainingDivergedError(RuntimeError):
    """A loss became infinite or not a number; one line says when, which and what is left."""


@HOOKS.register_module()
class DivergenceHook(Hook):
    """Ends a training once a loss of any process was not finite.

    It looks every `interval` iterations, at the end of an epoch, before a validation and before a checkpoint would be
    written, and then at the weights, too, so that none is kept of such a model. In between the losses stay on their
    device.

    Args:
        interval: Iterations between two looks.

    Raises:
        ValueError: The interval is less than one iteration.
    """

    # After the log, which shows the loss; before the checkpoint, which is VERY_LOW.
    priority = 'LOW'

    def __init__(self, interval: int = 50) -> None:
        if interval < 1:
            raise ValueError(f'DivergenceHook: interval must be at least 1 iteration, got {interval}')
        self.interval = interval
        # Names of what comes together -> (K,) the first iteration since the last look when each was not finite.
        self._first: dict[tuple[str, ...], Tensor] = {}

    def before_train(self, runner: Runner) -> None:
        """Remove the report of a training that ended before in the same folder."""
        if is_main_process():
            (Path(runner.work_dir) / REPORT).unlink(missing_ok=True)

    def after_train_iter(self, runner: Runner, batch_idx: int, data_batch: dict, outputs: Mapping[str, Tensor]) -> None:
        """Remember which losses were not finite, and look when it is time.

        Raises:
            TrainingDivergedError: One was not, on any process.
        """
        # What mmengine adds up; other values are for the log, and may lack a number.
        names = tuple(name for name in outputs if 'loss' in name)
        if names:
            finite = torch.stack([outputs[name].detach().float() for name in names]).isfinite()
            now = torch.where(finite, NEVER, runner.iter + 1)
            self._first[names] = torch.minimum(self._first.get(names, now), now)
        if self._checkpoint_is_next(runner):
            self._note_weights(runner, runner.iter + 2)
            self._look(runner)
        elif self.every_n_train_iters(runner, self.interval):
            self._look(runner)

    def after_train_epoch(self, runner: Runner) -> None:
        """Look; raises as `after_train_iter` does."""
        self._note_weights(runner, runner.iter + 1)
        self._look(runner)

    def before_val(self, runner: Runner) -> None:
        """Look: the best checkpoint is written after it. Raises as `after_train_iter` does."""
        self._note_weights(runner, runner.iter + 1)
        self._look(runner)

    def _note_weights(self, runner: Runner, iteration: int) -> None:
        """Remember whether the weights that an iteration would begin with are not finite.

        A loss that was finite may have had gradients that were not.
        """
        weights = [weight.detach() for weight in runner.model.parameters() if weight.requires_grad]
        if weights:
            finite = torch.stack([weight.isfinite().all() for weight in weights]).all()
            self._first[('the weights',)] = torch.where(finite, NEVER, iteration)[None]

    def _checkpoint_is_next(self, runner: Runner) -> bool:
        hooks = [hook for hook in runner.hooks if isinstance(hook, CheckpointHook) and not hook.by_epoch]
        return any(self.every_n_train_iters(runner, hook.interval, hook.save_begin) or self.is_last_train_iter(runner)
                   for hook in hooks)

    def _look(self, runner: Runner) -> None:
        if not self._first:
            return
        own = torch.cat(list(self._first.values()))
        names = [name for together in self._first for name in together]
        self._first = {}
        earliest = own.min()
        all_reduce(earliest, 'min')
        # The one time that the host waits for the device.
        earliest, *own = torch.cat([earliest[None], own]).tolist()
        if earliest == NEVER:
            return
        found = {name for name, iteration in zip(names, own, strict=True) if iteration == earliest}
        found = sorted(set.union(*all_gather_object(found)))
        last = runner.message_hub.get_info('last_ckpt')
        message = (f'diverged: not finite in iteration {earliest}: {", ".join(found)}; '
                   + (f'the last checkpoint is {last}' if last else 'no checkpoint was written'))
        if is_main_process():
            with open_atomic(Path(runner.work_dir) / REPORT) as file:
                file.write(f'{message}\n')
        # The first process that ends may take the others with it.
        barrier()
        raise TrainingDivergedError(message)
