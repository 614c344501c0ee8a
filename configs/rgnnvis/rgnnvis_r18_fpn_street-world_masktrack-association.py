# Table 1, association from MaskTrack R-CNN; graph and gates still score. Which of the code's switches the row had is
# not known.
_base_ = './rgnnvis_r18_fpn_street-world.py'
model = dict(tracker=dict(
    appearance=dict(_delete_=True, type='LatestAppearance'),
    association=dict(_delete_=True, type='MaskTrackAssociation', score=1.0, iou=2.0, same_class=10.0)))
