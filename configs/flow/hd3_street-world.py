# HD3 in small, trained on the street world's exact flow.
_base_ = [
    '../_base_/detectors/hd3_street-world.py', '../_base_/trackers/single_frame.py',
    '../_base_/datasets/street_world_flow.py', '../_base_/schedules/hd3_street_world.py', '../_base_/panels/flow.py',
    '../_base_/runtime.py']
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor, result_features=('flow',))
