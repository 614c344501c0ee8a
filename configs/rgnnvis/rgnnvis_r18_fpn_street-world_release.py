# Not in the paper: tracks unseen for 20 frames free their slots, for videos that see more than 24 objects. A switch
# of the test, the weights are the full model's.
_base_ = './rgnnvis_r18_fpn_street-world.py'
model = dict(tracker=dict(release_after=20))
