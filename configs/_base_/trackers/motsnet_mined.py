# MOTSNet's tracking head and association where tracks are mined: two of them may be parts of one object, so those
# train that more than half of a clip shows (section 4.2).
_base_ = './motsnet.py'
embedder = dict(min_presence=0.5)
