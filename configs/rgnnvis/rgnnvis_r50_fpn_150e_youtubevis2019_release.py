# Not in the paper: tracks unseen for 20 frames free their slots, for videos that see more than 24 objects. A switch
# of the test, the weights are the full model's.
_base_ = './rgnnvis_r50_fpn_150e_youtubevis2019.py'
model = dict(tracker=dict(release_after=20))
