"""Mining: raw video in, annotations to train on out (Porzi et al. 2020, section 3).

A detector finds segments, a linker makes tracks of them, and what is good enough becomes annotations.
"""

from mmvist.mining.annotations import annotate
from mmvist.mining.box_linker import BoxLinker
from mmvist.mining.linkers import Linked, Linker, TrackerLinker
from mmvist.mining.miner import Miner
from mmvist.mining.output import write_annotations
from mmvist.mining.plan import MiningPlan
from mmvist.mining.raw_videos import RawVideo, find_videos
from mmvist.mining.run import mine
from mmvist.mining.segments import SegmentRules
from mmvist.mining.store import Store
from mmvist.mining.summary import Summary

__all__ = ['BoxLinker', 'Linked', 'Linker', 'Miner', 'MiningPlan', 'RawVideo', 'SegmentRules', 'Store', 'Summary',
           'TrackerLinker', 'annotate', 'find_videos', 'mine', 'write_annotations']
