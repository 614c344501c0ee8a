"""Our operators beside compiled mmcv 2.1.0, which runs in an environment of its own.

`MMVIST_MMCV_ENV` names the Python of an environment that has it. Without, one is built once, for 10 to 20 minutes, in
the user's cache; that takes a C++ compiler.
"""

import copy
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from .compiled_answers import answer
