# The spatio-temporal embedding in small, on the street world: embeddings and depth together, after the foreground
# (foreground_r18_street-world.py) and depth alone (depth_r18_street-world.py).
_base_ = [
    '../_base_/detectors/pixel-embedding_r18_street-world.py', '../_base_/trackers/pixel_embedding.py',
    '../_base_/datasets/street_world_windows.py', '../_base_/schedules/spatio_temporal_embedding_street_world.py',
    '../_base_/panels/pixel_embedding.py', '../_base_/runtime.py']
load_from = 'work_dirs/depth_r18_street-world/epoch_4.pth'
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor)
