"""DAVIS's label images: a PNG a frame, a pixel's value is the number of its object. They have no classes.

Value 0 is background, 255 is void: pixels that are neither object nor background.
"""

from mmvist.io.davis.layout import sequence_names
from mmvist.io.davis.reader import read, read_results
from mmvist.io.davis.writer import write

__all__ = ['read', 'read_results', 'sequence_names', 'write']
