# A tenth of the triplet loss: in so short a training from scratch all of it takes the features away from detection.
_base_ = './motsnet_r18_fpn_street-world.py'
model = dict(embedder=dict(loss=dict(loss_weight=0.1)))
