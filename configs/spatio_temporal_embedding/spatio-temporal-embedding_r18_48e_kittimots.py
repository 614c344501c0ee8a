# The spatio-temporal embedding on the cars of KITTI MOTS: embeddings and depth together (section 4.2), after the
# foreground (foreground_r18_5e_kittimots.py) and depth alone (depth_r18_20e_kittimots.py).
_base_ = [
    '../_base_/detectors/pixel-embedding_r18.py', '../_base_/trackers/pixel_embedding.py',
    '../_base_/datasets/kitti_mots_windows.py', '../_base_/schedules/spatio_temporal_embedding_48e.py',
    '../_base_/panels/pixel_embedding.py', '../_base_/runtime.py']
default_hooks = dict(checkpoint=dict(save_best='mots/MOTSA', rule='greater'))          # the authors' code
load_from = 'work_dirs/depth_r18_20e_kittimots/epoch_20.pth'
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor)
