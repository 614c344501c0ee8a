# Table 1's AVEBOX+TH: features averaged over the whole box.
_base_ = './motsnet_r18_fpn_street-world.py'
model = dict(embedder=dict(pooling='box'))
