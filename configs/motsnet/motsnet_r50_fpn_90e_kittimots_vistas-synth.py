# MOTSNet on KITTI MOTS, from KITTI Synth, from Mapillary Vistas: the best of the paper (Table 2, [I, M, KS]).
_base_ = './motsnet_r50_fpn_90e_kittimots_vistas.py'
load_from = 'work_dirs/motsnet_r50_fpn_10e_kittisynth_vistas/epoch_10.pth'
model = dict(detector=dict(init_cfg=None))
