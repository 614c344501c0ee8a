# Table 1's AVEBOX-TH: the same over the whole box. It trains nothing more: the weights are those of AVEMSK-TH.
_base_ = './motsnet_r50_fpn_20e_kittisynth_avemsk-no-th.py'
model = dict(embedder=dict(pooling='box'))
