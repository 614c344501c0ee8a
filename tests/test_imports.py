"""Imports point one way: structures, io, then the parts, then what composes them, then the tools."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BOTTOM = {'ops', 'registry', 'version'}
PARTS = {'tracking', 'evaluation', 'datasets', 'models'}
# Folder or module of the package -> what of the package it may import, beside itself and the bottom.
ALLOWED = {
    'ops': set(), 'registry': set(), 'version': set(), 'structures': set(),
    'io': {'structures'},
    'worlds': {'structures', 'io'},
    'visualization': {'structures', 'io'},
    'engine': {'io'},
    'tracking': {'structures', 'io'},
    'evaluation': {'structures', 'io'},
    'datasets': {'structures', 'io'},
    'models': {'structures', 'io', 'tracking'},
    'inferencer': {'structures', 'io', 'engine', *PARTS},
    'mining': {'structures', 'io', 'engine', 'visualization', 'inferencer', *PARTS},
    'tuning': {'structures', 'io', 'engine', *PARTS},
    'apis': {'structures', 'io', 'engine', 'visualization', 'inferencer', *PARTS}}
# Modules that work without a deep learning framework.
FREE_OF_TORCH = ('evaluation.functional', 'structures.video', 'structures.rle', 'io')
FRAMEWORKS = {'torch', 'mmengine', 'mmcv', 'mmdet'}


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix('').parts
    return '.'.join(parts[:-1] if parts[-1] == '__init__' else parts)


MODULES = {module_name(path): path for path in sorted((ROOT / 'mmvist').rglob('*.py')) if '.mim' not in path.parts}


def imports(path):
    """Full names of everything that a file imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f'{path}: imports name the package'
            # A name may be a module of its own: `from mmvist import ops`.
            names = [f'{node.module}.{alias.name}' for alias in node.names]
            yield from (name if name in MODULES else node.module for name in names)


def loaded_with(module):
    """Modules of the package that importing one of them loads: those it names and the packages around it."""
    parents = ['.'.join(module.split('.')[:depth]) for depth in range(1, module.count('.') + 1)]
    named = [name for name in imports(MODULES[module]) if name in MODULES]
    return {*parents, *named}


def closure(module):
    found, waiting = set(), {module}
    while waiting:
        found |= waiting
        waiting = {name for each in waiting for name in loaded_with(each)} - found
    return found


def test_every_module_is_parsed():
    assert {'mmvist', 'mmvist.registry', 'mmvist.structures.video'} <= set(MODULES)


@pytest.mark.parametrize('module', [name for name in MODULES if name != 'mmvist'])
def test_imports_point_one_way(module):
    place = module.split('.')[1]
    assert place in ALLOWED, f'{place} has no place in the order of imports'
    used = {name.split('.')[1] for name in imports(MODULES[module]) if name.startswith('mmvist.')}
    assert used - {place} - BOTTOM <= ALLOWED[place]


@pytest.mark.parametrize('module', MODULES)
def test_the_package_needs_no_tool_and_no_test(module):
    assert not {name.split('.')[0] for name in imports(MODULES[module])} & {'tools', 'tests', 'configs'}


@pytest.mark.parametrize('part', FREE_OF_TORCH)
def test_numpy_is_enough(part):
    members = [name for name in MODULES if f'{name}.'.startswith(f'mmvist.{part}.')]
    assert members
    for module in members:
        for loaded in closure(module):
            used = {name.split('.')[0] for name in imports(MODULES[loaded])}
            assert not used & FRAMEWORKS, f'{module} loads {loaded}, which imports {sorted(used & FRAMEWORKS)}'


def test_tracking_knows_no_detector():
    for module in (name for name in MODULES if name.startswith('mmvist.tracking')):
        assert not any(name.startswith(('mmvist.models', 'mmdet.models')) for name in imports(MODULES[module]))


@pytest.mark.parametrize('statement', ['import mmvist', *(f'import mmvist.{part}' for part in FREE_OF_TORCH)])
def test_torch_is_not_loaded(statement):
    code = f'{statement}, sys; sys.exit(any(name in sys.modules for name in {sorted(FRAMEWORKS)}))'
    assert subprocess.run([sys.executable, '-c', code], cwd=ROOT).returncode == 0
