import functools
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import mmvist

ROOT = Path(__file__).parents[1]
SOURCES = {'mmvist', 'configs', 'tools', 'requirements', 'setup.py', 'setup.cfg', 'pyproject.toml', 'MANIFEST.in',
           'LICENSE', 'README.md', 'CHANGELOG.md'}


def requirements(name):
    lines = (ROOT / 'requirements' / f'{name}.txt').read_text().splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith('#')]


@pytest.mark.parametrize('requirement', requirements('runtime') + requirements('mminstall'), ids=str)
def test_requirement_is_met_here(requirement):
    try:
        found = version(requirement.name)
    except PackageNotFoundError:
        pytest.skip(f'{requirement.name} is not installed under this name')
    assert requirement.specifier.contains(found, prereleases=True)


def test_versions_that_were_run_are_allowed():
    """Each constraint lies within the ranges that the other files give."""
    ranges = {requirement.name: requirement.specifier for name in ('runtime', 'mminstall', 'tests')
              for requirement in requirements(name)}
    for constraint in requirements('constraints'):
        for pin in (part.version for part in constraint.specifier if part.operator == '=='):
            assert constraint.name not in ranges or ranges[constraint.name].contains(pin), str(constraint)


def test_the_stand_in_for_opencv_has_the_constraints_version():
    pins = {requirement.name: str(requirement.specifier) for requirement in requirements('constraints')}
    stand_in = (ROOT / 'requirements' / 'headless_opencv' / 'pyproject.toml').read_text()
    assert f'opencv-python-headless{pins["opencv-python-headless"]}' in stand_in
    assert f'version = "{pins["opencv-python"].removeprefix("==")}"' in stand_in


def test_opencv_needs_no_window_system():
    code = "import cv2; raise SystemExit('libGL.so' in open('/proc/self/maps').read())"
    if not Path('/proc/self/maps').exists():
        pytest.skip('there is no /proc')
    assert subprocess.run([sys.executable, '-c', code]).returncode == 0


def test_version_is_semantic():
    assert re.fullmatch(r'\d+\.\d+\.\d+', mmvist.__version__)


def test_changelog_has_the_version_or_is_about_to():
    text = (ROOT / 'CHANGELOG.md').read_text()
    assert f'## [{mmvist.__version__}]' in text or '## [Unreleased]' in text


@pytest.mark.slow
def test_configs_and_tools_travel_in_the_wheel(tmp_path):
    """By way of the source archive, so that it is complete, too."""
    source = tmp_path / 'source'
    shutil.copytree(ROOT, source, ignore=lambda folder, names: [
        name for name in names if Path(folder) == ROOT and name not in SOURCES or name == '__pycache__'])
    run = functools.partial(subprocess.run, check=True, capture_output=True)
    run([sys.executable, 'setup.py', 'sdist', '--dist-dir', tmp_path], cwd=source)
    run([sys.executable, '-m', 'pip', '--disable-pip-version-check', 'wheel', '--no-deps', '--no-build-isolation',
         '--wheel-dir', tmp_path, next(tmp_path.glob('mmvist-*.tar.gz'))])
    names = zipfile.ZipFile(next(tmp_path.glob('mmvist-*.whl'))).namelist()
    assert f'mmvist-{mmvist.__version__}.dist-info/METADATA' in names
    assert {'mmvist/registry.py', 'mmvist/.mim/tools/train.py', 'mmvist/.mim/tools/dist_train.sh'} <= set(names)
    assert any(name.startswith('mmvist/.mim/configs/_base_/') for name in names)
    assert not any(name.startswith('tests/') or '__pycache__' in name for name in names)
    assert not (source / 'mmvist' / '.mim').exists()
