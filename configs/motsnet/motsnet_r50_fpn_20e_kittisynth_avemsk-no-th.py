# Table 1's AVEMSK-TH: no tracking head and no loss of it; the features under the mask are compared as they are.
_base_ = './motsnet_r50_fpn_20e_kittisynth.py'
model = dict(embedder=dict(head=None, loss=None))
