"""Annotations and results from one format to another, with what the new one cannot hold refused or told."""

from mmvist.io.convert.conversion import Request, Summary, convert
from mmvist.io.convert.sources import SOURCES, check_source, read_source, tell_format
from mmvist.io.convert.targets import TARGETS
from mmvist.io.convert.windows import Windows

__all__ = ['SOURCES', 'TARGETS', 'Request', 'Summary', 'Windows', 'check_source', 'convert', 'read_source',
           'tell_format']
