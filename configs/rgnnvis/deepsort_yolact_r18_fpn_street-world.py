# For comparison: DeepSORT on the same YOLACT's detections; it takes that checkpoint, and the embedder its own,
# of ../deepsort/reid_r18_street-world.py.
_base_ = [
    '../_base_/detectors/yolact_r18_fpn_street-world.py', '../_base_/trackers/deepsort_street-world.py',
    '../_base_/datasets/street_world.py', '../_base_/schedules/yolact_street_world.py', '../_base_/runtime.py']
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor)
