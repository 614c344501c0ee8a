"""What setup.cfg cannot say: the version, the requirements, and that configs and tools travel in the wheel."""

import re
import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
# Where OpenMMLab's installer `mim` looks for what lies beside a package in its repository.
SHIPPED = ('configs', 'tools', 'model-index.yml', 'dataset-index.yml')


def requirements(name: str) -> list[str]:
    """Lines of requirements/{name}.txt without comments."""
    lines = (ROOT / 'requirements' / f'{name}.txt').read_text().splitlines()
    return [line for line in lines if line and not line.startswith('#')]


class BuildWithMim(build_py):
    """Copies `SHIPPED` to mmvist/.mim in the build folder; the source tree stays as it is."""

    def run(self) -> None:
        """Build the package, then add what travels with it."""
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib) / 'mmvist' / '.mim'
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for source in (ROOT / name for name in SHIPPED):
            if source.is_dir():
                shutil.copytree(source, target / source.name, ignore=shutil.ignore_patterns('__pycache__'))
            elif source.exists():
                shutil.copy2(source, target)


setup(
    version=re.search(r"__version__ = '(.+)'", (ROOT / 'mmvist' / 'version.py').read_text()).group(1),
    install_requires=requirements('runtime') + requirements('mminstall'),
    extras_require={name: requirements(name) for name in ('tests', 'docs', 'optional')},
    cmdclass={'build_py': BuildWithMim})
