# The detector of Table 1's baselines, trained alone on single frames. Its detections, stored, serve every tracker:
# tools/test.py THIS CHECKPOINT --dump-detections FILE.
_base_ = [
    '../_base_/detectors/mask-rcnn_r50_fpn.py', '../_base_/datasets/youtube_vis_2019.py', '../_base_/schedules/12e.py',
    '../_base_/runtime.py']
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, tracker=dict(type='SingleFrameTracker'),
    data_preprocessor=_base_.data_preprocessor)
train_dataloader = dict(batch_size=16, dataset=dict(clip=None))         # the authors' code: 16 images a GPU
optim_wrapper = dict(optimizer=dict(lr=0.02))                           # for 16 images
auto_scale_lr = dict(base_batch_size=16)
