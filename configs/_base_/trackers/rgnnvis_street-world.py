# RGNNVIS for the small detector; masks are compared at the prototypes' size.
_base_ = './rgnnvis.py'
embedder = dict(in_channels=[128, 256], channels=64, hidden=64)
tracker = dict(num_classes=3, appearance_channels=128, mask_channels=8, loss=dict(mask_stride=4))
