# MOTSNet on BDD100K, features averaged over the whole box (Table 4, AVEBOX+LOSS [I, M]).
_base_ = './motsnet_r50_fpn_100e_bdd100k_vistas.py'
model = dict(embedder=dict(pooling='box'))
