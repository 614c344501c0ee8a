# TrackR-CNN of the VAE paper's Table 1 on YouTube-VIS 2019. The thresholds are those of MOTSChallenge, whose one class
# is shared by all; they should be tuned.
_base_ = [
    '../_base_/detectors/temporal-mask-rcnn_r101_c4_youtubevis.py', '../_base_/trackers/trackrcnn_mots-challenge.py',
    '../_base_/datasets/youtube_vis_2019_vae.py', '../_base_/schedules/trackrcnn.py', '../_base_/runtime.py']
train_dataloader = dict(batch_size=1, dataset=dict(clip=dict(_delete_=True, type='ContiguousClip', length=8)))
val_dataloader = dict(batch_size=1)                       # the features of a thousand proposals take 0.8 GB
test_dataloader = val_dataloader
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor, disjoint_masks=True)
