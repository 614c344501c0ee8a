# HD3 small enough for two CPU cores.
_base_ = './hd3.py'
detector = dict(flow=dict(channels=(8, 16, 24, 32, 48, 64, 64), hidden=48))
