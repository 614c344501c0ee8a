"""Checks the components of a config against their constructors, before anything is built or read."""

import difflib
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence

import mmengine.registry
from mmengine.registry import Registry
from torch.utils.data import DataLoader

import mmvist.registry
from mmvist.engine.keywords import keywords

# Which registries an entry is looked up in, by the nearest key on the way to it: top-level keys, then keys below any.
SECTIONS = {
    'model': ('MODELS', 'TASK_UTILS'), 'data_preprocessor': ('MODELS',), 'model_wrapper_cfg': ('MODEL_WRAPPERS',),
    'train_dataloader': ('DATASETS',), 'val_dataloader': ('DATASETS',), 'test_dataloader': ('DATASETS',),
    'val_evaluator': ('METRICS',), 'test_evaluator': ('METRICS',),
    'train_cfg': ('LOOPS',), 'val_cfg': ('LOOPS',), 'test_cfg': ('LOOPS',),
    'optim_wrapper': ('OPTIM_WRAPPERS',), 'param_scheduler': ('PARAM_SCHEDULERS',),
    'default_hooks': ('HOOKS',), 'custom_hooks': ('HOOKS',),
    'visualizer': ('VISUALIZERS',), 'log_processor': ('LOG_PROCESSORS',), 'panels': ('DRAWINGS',)}
NESTED = {
    'init_cfg': ('WEIGHT_INITIALIZERS',), 'optimizer': ('OPTIMIZERS',), 'vis_backends': ('VISBACKENDS',),
    'pipeline': ('TRANSFORMS',), 'transforms': ('TRANSFORMS',), 'batch_sampler': ('DATA_SAMPLERS',),
    'collate_fn': ('FUNCTIONS',), 'clip': ('TASK_UTILS',), 'drawings': ('DRAWINGS',),
    'panels': ('DRAWINGS',)}
# A sampler picks proposals inside a model and items elsewhere.
SAMPLERS = ('DATA_SAMPLERS',)
# Keywords that whoever builds the component takes out, by registry and by key.
CONSUMED = {
    'HOOKS': {'priority'}, 'PARAM_SCHEDULERS': {'convert_to_iter_based'},
    'OPTIM_WRAPPERS': {'constructor', 'paramwise_cfg'},
    'norm_cfg': {'requires_grad'}, 'dcn': {'fallback_on_stride'}}
# The loops' and the optimizer wrapper's `type` may be left out.
DEFAULT_TYPES = {'val_cfg': 'ValLoop', 'test_cfg': 'TestLoop', 'optim_wrapper': 'OptimWrapper',
                 'log_processor': 'LogProcessor'}
# Plain data, whose `type` is no component.
OPAQUE = {'clip_grad', 'paramwise_cfg', 'metainfo', 'backend_args', 'data_prefix'}
# A dataloader has no `type`; these are what mmengine's runner builds for it.
DATALOADER = {'dataset', 'sampler', 'batch_sampler', 'collate_fn', 'worker_init_fn', 'num_batch_per_epoch'}


def component_problems(config: Mapping) -> list[str]:
    """Everything that would not build: one line a problem, with the way to it in the config.

    Args:
        config: The resolved config. Only the keys that mmengine's runner reads, and `panels`, are looked at.
    """
    problems = []
    for key, registries in SECTIONS.items():
        entry = config.get(key)
        if not entry:
            continue
        if isinstance(entry, Mapping) and 'type' not in entry:
            if key.endswith('_dataloader'):
                problems += _stray(key, 'DataLoader', entry, {*keywords(DataLoader), *DATALOADER})
            elif key == 'train_cfg' and 'by_epoch' in entry:
                loop = 'EpochBasedTrainLoop' if entry['by_epoch'] else 'IterBasedTrainLoop'
                entry = {**{name: value for name, value in entry.items() if name != 'by_epoch'}, 'type': loop}
            elif key in DEFAULT_TYPES:
                entry = {**entry, 'type': DEFAULT_TYPES[key]}
        problems += _walk(entry, key, key, registries, key == 'model')
    return problems


def _walk(entry: object, path: str, key: str, registries: Sequence[str], in_model: bool) -> Iterator[str]:
    """Problems of an entry and of all below it."""
    if isinstance(entry, Mapping):
        if 'type' in entry:
            yield from _check(entry, path, key, registries)
        for name, value in entry.items():
            if name in OPAQUE:
                continue
            below = NESTED.get(name, registries)
            below = SAMPLERS if name == 'sampler' and not in_model else below
            yield from _walk(value, f'{path}.{name}', name, below, in_model)
    elif isinstance(entry, list | tuple):
        for index, value in enumerate(entry):
            yield from _walk(value, f'{path}[{index}]', key, registries, in_model)


def _check(entry: Mapping, path: str, key: str, registries: Sequence[str]) -> list[str]:
    """Problems of one component, not of those below it."""
    kind = entry['type']
    if not isinstance(kind, str):
        found = [('', kind)] if callable(kind) else []
    else:
        found = _find(kind, registries)
        if not found and not _is_operator(kind):
            names = sorted({name for registry in registries for name in _names(registry)})
            close = difflib.get_close_matches(kind.rsplit('.', 1)[-1], names, n=1)
            hint = f'; did you mean {close[0]!r}?' if close else f'; no {" or ".join(registries)} has that name'
            return [f'{path}: unknown type {kind!r}{hint}']
    # A name may be in several registries; the entry is sound if it fits one of them.
    problems = []
    for registry, component in found:
        taken = keywords(component)
        allowed = None if taken is None else {*taken, *CONSUMED.get(registry, ()), *CONSUMED.get(key, ())}
        problems.append(_stray(path, getattr(component, '__name__', str(component)), entry, allowed, taken))
    return min(problems, key=len, default=[])


def _stray(path: str, name: str, entry: Mapping, allowed: set[str] | None, listed: Sequence[str] | None = None
           ) -> list[str]:
    """Keys of the entry that the component does not take."""
    if allowed is None:
        return []
    listed = sorted(allowed) if listed is None else listed
    problems = []
    for key in entry:
        if key in allowed or key in ('type', '_scope_'):
            continue
        close = difflib.get_close_matches(key, allowed, n=1)
        hint = f' (did you mean {close[0]!r}?)' if close else ''
        takes = ', '.join(listed) or 'nothing'
        problems.append(f'{path}: {name} got an unexpected keyword {key!r}{hint}; it takes {takes}')
    return problems


def _find(kind: str, registries: Sequence[str]) -> list[tuple[str, Callable]]:
    """Components of a name in the given registries, else in any."""
    for names in (registries, sorted({*_every_registry()} - {*registries})):
        found = [(name, _registry(name).get(kind)) for name in names]
        found = [(name, component) for name, component in found if component is not None]
        if found:
            return found
    return []


def _is_operator(kind: str) -> bool:
    """Whether mmcv or mmdet looks the name up among mmcv's operators, as they do for `nms` and RoI layers."""
    import mmcv.ops

    return hasattr(mmcv.ops, kind)


def _registry(name: str) -> Registry:
    """The registry nearest to mmvist: a lookup goes on to mmdet's and mmengine's."""
    for module in (mmvist.registry, mmvist.registry.mmdet, mmengine.registry):
        if hasattr(module, name):
            return getattr(module, name)
    raise ValueError(f'there is no registry {name}')


def _every_registry() -> Iterator[str]:
    for module in (mmvist.registry, mmengine.registry):
        yield from (name for name, value in inspect.getmembers(module) if isinstance(value, Registry))


def _names(registry: str) -> Iterator[str]:
    """Names registered in a registry and its parents."""
    node = _registry(registry)
    while node is not None:
        yield from node.module_dict
        node = node.parent
