# Table 2, "Without temporal model": frames by themselves, but one loss over all of a window.
_base_ = './spatio-temporal-embedding_r18_48e_kittimots.py'
model = dict(detector=dict(temporal_model=None))
