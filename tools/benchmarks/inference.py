"""MaskTrack R-CNN's inference beside mmdet's own: the same weights, the same frames, turn by turn."""

import time
from statistics import median

import torch
from mmengine.config import Config, ConfigDict
from mmengine.registry import init_default_scope

import mmvist.models  # noqa: F401
from mmvist.models.inference import prepare_for_inference
from mmvist.models.key_maps import MMDET_MASKTRACK_RCNN, rename
from mmvist.registry import MODELS
from mmvist.structures import Video

# isort: split
from mmdet.models.vis import MaskTrackRCNN
from mmdet.structures import DetDataSample, TrackDataSample
from mmdet.structures.mask import encode_mask_results

# isort: split
from benchmarks.stopwatch import Stopwatch

CONFIG = 'configs/masktrack_rcnn/masktrack-rcnn_mask-rcnn_r50_fpn_12e_youtubevis2019.py'
INPUT, OUTPUT = (360, 640), (720, 1280)
DETECTIONS = 50


def build_models(device: str) -> tuple[torch.nn.Module, torch.nn.Module]:
    """Ours and mmdet's with equal random weights, 50 detections a frame whatever their score."""
    init_default_scope('mmvist')
    torch.manual_seed(0)
    config = Config.fromfile(CONFIG)
    detector = config.model.detector
    detector.pop('init_cfg')
    detector.test_cfg.rcnn.update(score_thr=0.0, max_per_img=DETECTIONS)
    config.model.embedder.final_relu = True
    ours = MODELS.build(config.model)
    ours.init_weights()
    mmdet_detector = ConfigDict(detector, type='MaskRCNN')
    train = ConfigDict(assigner=detector.train_cfg.rcnn.assigner, sampler=detector.train_cfg.rcnn.sampler)
    theirs = MaskTrackRCNN(
        detector=mmdet_detector, data_preprocessor=dict(
            type='TrackDataPreprocessor', mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], bgr_to_rgb=True,
            pad_mask=True, pad_size_divisor=32),
        track_head=dict(
            type='RoITrackHead', roi_extractor=config.model.embedder.roi_extractor,
            embed_head=dict(type='RoIEmbedHead', num_fcs=2, roi_feat_size=7, in_channels=256, fc_out_channels=1024),
            train_cfg=train),
        tracker=dict(type='MaskTrackRCNNTracker', num_frames_retain=20,
                     match_weights=dict(det_score=1.0, iou=2.0, det_label=10.0)))
    ours.load_state_dict(rename(theirs.state_dict(), MMDET_MASKTRACK_RCNN))
    return prepare_for_inference(ours.to(device)), theirs.to(device).eval()


def frame(index: int, length: int) -> tuple[torch.Tensor, DetDataSample]:
    """One 640x360 frame of noise that stands for 1280x720."""
    image = torch.randint(0, 256, (1, 3, *INPUT), generator=torch.Generator().manual_seed(index), dtype=torch.uint8)
    sample = DetDataSample(metainfo=dict(
        img_path='', ori_shape=OUTPUT, img_shape=INPUT, scale_factor=(0.5, 0.5), frame_id=index, video_id=0,
        video_length=length, ori_video_length=length, key=True, frame=index, video=Video(0, 'noise', *OUTPUT, length)))
    clip = TrackDataSample()
    clip.video_data_samples = [sample]
    return image, clip


def run(num_frames: int = 8, warmup: int = 2, device: str | None = None) -> dict[str, float]:
    """Time both models frame by frame, alternating.

    Args:
        num_frames: Frames that count.
        warmup: Frames before them.
        device: Where to run; a GPU if there is one.

    Returns:
        Median seconds a frame of each model, their ratio, the share of a frame that each spends after the network
        (association, pasting, encoding) and the ratio of these.
    """
    device = device or ('cuda' if torch.cuda.is_available() else 'cpu')
    ours, theirs = build_models(device)
    our_watch, their_watch = Stopwatch(), Stopwatch()
    our_watch.wrap(ours.detector, 'step', 'network')
    our_watch.wrap(ours.embedder, 'extract', 'extract')
    their_watch.wrap(theirs.detector.roi_head.mask_head, 'predict_by_feat', 'paste')
    their_watch.wrap(theirs.tracker, 'track', 'track')
    their_watch.wrap(theirs.track_head, 'extract_roi_feats', 'extract')
    totals = {'ours': [], 'theirs': []}
    after = {'ours': [], 'theirs': []}
    length = num_frames + warmup + 1
    for index in range(num_frames + warmup):
        for name, model, watch in (('ours', ours, our_watch), ('theirs', theirs, their_watch)):
            image, clip = frame(index, length)
            watch.seconds.clear()
            start = time.perf_counter()
            with torch.no_grad():
                result = model.test_step({'inputs': [image], 'data_samples': [clip]})
            if name == 'theirs':
                with watch('encode'):
                    tracks = result[0][0].pred_track_instances
                    encode_mask_results(tracks.masks.detach().cpu().numpy())
            total = time.perf_counter() - start
            if index >= warmup:
                totals[name].append(total)
                spent = watch.seconds
                after[name].append(total - spent['network'] - spent['extract'] if name == 'ours' else
                                   spent['paste'] + spent['track'] - spent['extract'] + spent['encode'])
    seconds = {name: median(values) for name, values in totals.items()}
    rest = {name: median(values) for name, values in after.items()}
    return {'ours_s': seconds['ours'], 'mmdet_s': seconds['theirs'], 'speedup': seconds['theirs'] / seconds['ours'],
            'ours_after_share': rest['ours'] / seconds['ours'], 'mmdet_after_share': rest['theirs'] / seconds['theirs'],
            'after_speedup': rest['theirs'] / rest['ours'], 'ours_after_s': rest['ours'],
            'mmdet_after_s': rest['theirs']}
