# Table 2, "Without depth".
_base_ = './spatio-temporal-embedding_r18_48e_kittimots.py'
load_from = None
panels = dict(depth=None)
model = dict(detector=dict(tasks=['embedding']))
