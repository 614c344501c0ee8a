# The same on YOLACT's pyramid, which begins at a stride of eight.
_base_ = './masktrack_street-world.py'
embedder = dict(roi_extractor=dict(featmap_strides=[8, 16, 32, 64]))
