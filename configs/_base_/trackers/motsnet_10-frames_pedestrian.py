# The same for one class.
_base_ = './motsnet_10-frames.py'
embedder = dict(head=dict(num_classes=1))
