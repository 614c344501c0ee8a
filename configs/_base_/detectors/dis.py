# OpenCV's flow, which learns nothing.
data_preprocessor = dict(type='ClipPreprocessor', mean=[0, 0, 0], std=[1, 1, 1], size_divisor=1)
detector = dict(type='FlowDetector', flow=dict(type='DISFlow'))
