# Stage 2 in small: everything but the detector, which yolact_r18_fpn_street-world.py has trained.
_base_ = [
    '../_base_/detectors/yolact_r18_fpn_street-world.py', '../_base_/trackers/rgnnvis_street-world.py',
    '../_base_/datasets/street_world_clips.py', '../_base_/schedules/rgnnvis_street_world.py', '../_base_/runtime.py']
load_from = 'work_dirs/yolact_r18_fpn_street-world/epoch_20.pth'
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor, frozen=['detector'],
    detection_cache='work_dirs/rgnnvis_street-world_detections')
