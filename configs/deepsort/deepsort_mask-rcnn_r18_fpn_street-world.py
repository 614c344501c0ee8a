# DeepSORT under the small Mask R-CNN of the street world; any checkpoint of that detector serves.
_base_ = [
    '../_base_/detectors/mask-rcnn_r18_fpn_street-world.py', '../_base_/trackers/deepsort_street-world.py',
    '../_base_/datasets/street_world.py', '../_base_/schedules/street_world.py', '../_base_/runtime.py']
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor)
# python tools/tune.py THIS DETECTIONS --out FOLDER, on detections that --dump-detections stored with embeddings.
tuning = dict(metric='hota/HOTA', space={
    'tracker.propagator.position_weight': dict(type='LogUniform', low=0.02, high=0.3),
    'tracker.propagator.velocity_weight': dict(type='LogUniform', low=0.005, high=0.3),
    'tracker.stages.0.cues.0.new': dict(type='Uniform', low=0.05, high=0.6),
    'tracker.stages.0.gates.0.probability': dict(type='Choice', values=[0.95, 0.99, 0.9999, 0.999999]),
    'tracker.stages.1.cues.0.new': dict(type='Uniform', low=0.05, high=0.6)})
