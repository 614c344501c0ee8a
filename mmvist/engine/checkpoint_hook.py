"""What mmengine puts into a checkpoint beside the weights, made plain."""

from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmvist.engine.plain import as_plain
from mmvist.registry import HOOKS


@HOOKS.register_module()
class PlainCheckpointHook(Hook):
    """Keeps a checkpoint to tensors and plain values, so that it loads with `weights_only=True`.

    mmengine 0.10.7 stores its running averages of the logs as objects and metrics as numpy scalars; PyTorch 2.6 and
    later refuse both on resuming. The averages are dropped: they only smooth the printed log. Can go when mmengine
    resumes from its own checkpoints.
    """

    # After the hooks that change what is saved, such as an average of the weights.
    priority = 'LOWEST'

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Replace entries of the checkpoint about to be written.

        Weights are left alone: PyTorch keeps their version in an attribute that a copy would lose.
        """
        hub = checkpoint['message_hub']
        resumed = {key: value for key, value in hub['resumed_keys'].items() if key in hub['runtime_info']}
        checkpoint['message_hub'] = {**hub, 'log_scalars': {}, 'resumed_keys': resumed}
        for key, value in checkpoint.items():
            if not key.endswith('state_dict'):
                checkpoint[key] = as_plain(value, key)
