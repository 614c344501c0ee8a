# MOTSNet on KITTI MOTS, from KITTI Synth, from ImageNet (Table 2, [I, KS]).
_base_ = './motsnet_r50_fpn_90e_kittimots_vistas.py'
load_from = 'work_dirs/motsnet_r50_fpn_20e_kittisynth/epoch_20.pth'
model = dict(detector=dict(init_cfg=None))
