# The same with features averaged over the whole box.
_base_ = './motsnet_r18_fpn_street-world_frozen.py'
model = dict(embedder=dict(pooling='box'))
