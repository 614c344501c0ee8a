"""What is in annotations that can be read, and what is strange about them."""

from mmvist.io.checks.oddities import Oddity, find_oddities
from mmvist.io.checks.report import Report, examine
from mmvist.io.checks.statistics import Statistics, count

__all__ = ['Oddity', 'Report', 'Statistics', 'count', 'examine', 'find_oddities']
