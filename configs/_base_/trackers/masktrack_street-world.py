_base_ = './masktrack.py'
embedder = dict(in_channels=64, channels=128, roi_extractor=dict(out_channels=64))
