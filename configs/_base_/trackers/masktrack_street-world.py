# MaskTrack R-CNN's association, sized for the small detector.
_base_ = './masktrack.py'
embedder = dict(in_channels=64, channels=128, roi_extractor=dict(out_channels=64))
