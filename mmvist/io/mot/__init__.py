"""MOTChallenge's text files of boxes: MOT15, MOT16, MOT17, MOT20, and the data sets that took over their form.

A line is `frame,id,x,y,width,height,conf,...`, frames counted from 1. The documentation counts pixels from 1, too, but
the official evaluation takes coordinates as they stand, and so do we: a box is x, y, x + width, y + height.
"""

from mmvist.io.mot.ground_truth import read
from mmvist.io.mot.layout import sequence_names
from mmvist.io.mot.results import read_detections, read_results
from mmvist.io.mot.writer import write, write_results

__all__ = ['read', 'read_detections', 'read_results', 'sequence_names', 'write', 'write_results']
