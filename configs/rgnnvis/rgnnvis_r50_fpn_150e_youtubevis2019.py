# RGNNVIS (Johnander et al. 2021), stage 2: everything but the detector, whose weights stage 1 has made.
_base_ = [
    '../_base_/detectors/yolact_r50_fpn.py', '../_base_/trackers/rgnnvis.py',
    '../_base_/datasets/youtube_vis_2019_rgnnvis.py', '../_base_/schedules/rgnnvis_150e.py', '../_base_/runtime.py']
load_from = 'work_dirs/yolact_r50_fpn_120e_youtubevis2019/epoch_120.pth'
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor, frozen=['detector'])
