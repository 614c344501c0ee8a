# Table 1's AVEBOX+TH: features averaged over the whole box.
_base_ = './motsnet_r50_fpn_20e_kittisynth.py'
model = dict(embedder=dict(pooling='box'))
