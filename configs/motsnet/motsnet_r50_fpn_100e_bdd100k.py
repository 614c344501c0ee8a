# MOTSNet on BDD100K, from ImageNet (Table 4, AVEMSK+LOSS [I]).
_base_ = [
    '../_base_/detectors/mask-rcnn_r50_fpn_abn_bdd100k.py', '../_base_/trackers/motsnet_10-frames.py',
    '../_base_/datasets/bdd100k_motsnet.py', '../_base_/schedules/motsnet_100e.py', '../_base_/runtime.py']
train_dataloader = dict(sampler=dict(frames_per_item=10))
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor)
