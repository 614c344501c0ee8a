# Not in the paper: objects of other videos, in the clips of the other GPUs, are negatives too.
_base_ = './motsnet_r50_fpn_180e_kittimots.py'
model = dict(embedder=dict(loss=dict(across_clips=True)))
