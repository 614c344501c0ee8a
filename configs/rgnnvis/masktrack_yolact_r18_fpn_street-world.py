# For comparison: MaskTrack R-CNN's association of the same YOLACT's detections; its embedder alone is trained.
_base_ = [
    '../_base_/detectors/yolact_r18_fpn_street-world.py', '../_base_/trackers/masktrack_yolact_street-world.py',
    '../_base_/datasets/street_world.py', '../_base_/schedules/street_world.py', '../_base_/runtime.py']
load_from = 'work_dirs/yolact_r18_fpn_street-world/epoch_20.pth'
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor, frozen=['detector'])
