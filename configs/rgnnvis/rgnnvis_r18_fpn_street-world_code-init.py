# The authors' code: a track's appearance starts at zero and is updated at once; the paper starts from its detection.
_base_ = './rgnnvis_r18_fpn_street-world.py'
model = dict(tracker=dict(appearance=dict(code_init=True)))
