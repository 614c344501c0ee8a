# MOTSNet's flow network, from nothing, on KITTI Raw's static scene.
_base_ = [
    '../_base_/detectors/hd3.py', '../_base_/trackers/single_frame.py', '../_base_/datasets/kitti_synth_flow.py',
    '../_base_/schedules/hd3_200k.py', '../_base_/panels/flow.py', '../_base_/runtime.py']
# Nobody knows the flow of KITTI MOTS' videos.
val_dataloader = val_evaluator = val_cfg = test_dataloader = test_evaluator = test_cfg = None
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=10000))
log_processor = dict(by_epoch=False)
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor, result_features=('flow',))
