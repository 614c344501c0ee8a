# The mean shift of the text: clusters one after the other, each from a random pixel.
_base_ = './spatio-temporal-embedding_r18_48e_kittimots.py'
model = dict(detector=dict(grouping=dict(
    _delete_=True, type='RandomSeedGrouping', radius=1.5, num_frames=5, min_points=100)))
