"""Every dataset of the configs in its released layout, small: the street world's videos under the datasets' names."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from mmvist.io import bdd100k, coco, davis, mots, openimages, ytvis
from mmvist.io import classes as lists
from mmvist.io.class_map import map_classes
from mmvist.io.flow import write_flow
from mmvist.io.label_image import join_values
from mmvist.io.label_png import encode_png
from mmvist.io.splits import write_split
from mmvist.structures import Video, VideoSet
from mmvist.worlds import CLASSES, RenderedVideo, WorldConfig

# Low and wide, as scales of the configs are the largest factors that fit; every visible pixel is annotated.
STREET = WorldConfig(seed=3, num_train_videos=2, num_val_videos=1, num_frames=3, height=32, width=128, min_area=1,
                     min_objects=3, max_objects=4)
TRAFFIC = {'car': 'car', 'pedestrian': 'pedestrian', 'truck': 'truck'}

# From the name of a video and the number of a frame, from 0, to the name of its image.
Naming = Callable[[str, int], str]


def video_set(videos: Sequence[RenderedVideo], classes: Sequence[str], class_map: Mapping[str, str],
              names: Sequence[str], naming: Naming, ids: Sequence[int] | None = None) -> VideoSet:
    """The videos' tracks under other names of videos, images and classes, and with other ids of videos."""
    renamed = []
    for number, (video, name) in enumerate(zip(videos, names, strict=True)):
        known = video.tracks.video
        files = tuple(naming(name, frame) for frame in range(known.length))
        renamed.append(replace(video.tracks, video=Video(name if ids is None else ids[number], name, known.height,
                                                         known.width, known.length, files)))
    return map_classes(VideoSet(CLASSES, tuple(renamed), tuple(range(1, len(CLASSES) + 1))), class_map, classes)


def write_images(given: VideoSet, videos: Sequence[RenderedVideo], root: Path) -> None:
    """Store the pictures where the videos of the set say."""
    for tracks, video in zip(given.videos, videos, strict=True):
        for name, image in zip(tracks.video.file_names, video.images, strict=True):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            assert cv2.imwrite(str(root / name), image)


def unnamed(given: VideoSet) -> VideoSet:
    """Without the names of the images, which the format does not hold."""
    return replace(given, videos=tuple(replace(tracks, video=replace(tracks.video, file_names=()))
                                       for tracks in given.videos))


def as_images(given: VideoSet, numbered: bool) -> VideoSet:
    """Every frame as a video of its own, called like its file; its id is its number from 1, or its name."""
    images = []
    for tracks in given.videos:
        video = tracks.video
        for frame in range(video.length):
            rows = tracks.select(tracks.frames == frame)
            name = Path(video.file_names[frame]).stem
            image = Video(len(images) + 1 if numbered else name, name, video.height, video.width, 1,
                          (video.file_names[frame],))
            images.append(replace(rows, video=image, frames=np.zeros_like(rows.frames)))
    return replace(given, videos=tuple(images))


def of_split(street: Sequence[RenderedVideo], split: str) -> list[RenderedVideo]:
    return [video for video in street if video.split == split]


def _youtube_vis(street: Sequence[RenderedVideo], ann_file: Path, images: Path, classes: Sequence[str],
                 class_map: Mapping[str, str], naming: Naming) -> None:
    """Ids 1 and 2 are trained on, 3 is held out."""
    names = ['003234408d', '0043f083b5', '005a527edd']
    given = video_set(street, classes, class_map, names, naming, [1, 2, 3])
    ytvis.write(given, ann_file)
    write_images(given, street, images)


def youtube_vis_2019(street: Sequence[RenderedVideo], root: Path) -> None:
    data = root / 'data/youtube_vis_2019'
    _youtube_vis(street, data / 'train.json', data / 'train/JPEGImages', lists.YOUTUBE_VIS_2019,
                 {'car': 'sedan', 'pedestrian': 'person', 'truck': 'truck'},
                 lambda name, frame: f'{name}/{5 * frame:05d}.jpg')
    for train, val in ((root / 'splits/youtube_vis_2019_vae_train.txt', root / 'splits/youtube_vis_2019_vae_val.txt'),
                       (data / 'splits/rgnnvis_train.txt', data / 'splits/rgnnvis_val.txt')):
        write_split(['!3'], train)
        write_split(['3'], val)


def youtube_vis_2021(street: Sequence[RenderedVideo], root: Path) -> None:
    data = root / 'data/youtube_vis_2021/train'
    _youtube_vis(street, data / 'instances.json', data / 'JPEGImages', lists.YOUTUBE_VIS_2021,
                 {'car': 'car', 'pedestrian': 'person', 'truck': 'truck'},
                 lambda name, frame: f'{name}/{5 * frame:05d}.jpg')
    write_split(['!3'], root / 'splits/youtube_vis_2021_train.txt')
    write_split(['3'], root / 'splits/youtube_vis_2021_val.txt')


def ovis(street: Sequence[RenderedVideo], root: Path) -> None:
    data = root / 'data/ovis'
    _youtube_vis(street, data / 'annotations_train.json', data / 'train', lists.OVIS,
                 {'car': 'Vehical', 'pedestrian': 'Person'}, lambda name, frame: f'{name}/img_{frame + 1:07d}.jpg')
    write_split(['!3'], root / 'splits/ovis_train.txt')
    write_split(['3'], root / 'splits/ovis_val.txt')


def coco_videos(street: Sequence[RenderedVideo], root: Path) -> None:
    data = root / 'data/videos'
    _youtube_vis(street, data / 'annotations.json', data / 'images', lists.COCO,
                 {'car': 'car', 'pedestrian': 'person', 'truck': 'truck'},
                 lambda name, frame: f'{name}/{frame:05d}.jpg')


def kitti_mots(street: Sequence[RenderedVideo], root: Path) -> None:
    data = root / 'data/kitti_mots'
    given = video_set(street, lists.KITTI_MOTS, {'car': 'car', 'pedestrian': 'pedestrian'}, ['0000', '0001', '0002'],
                      lambda name, frame: f'{name}/{frame:06d}.png')
    write_images(given, street, data / 'training/image_02')
    mots.write_txt(given, data / 'instances_txt')
    for split, videos in (('train', given.videos[:2]), ('val', given.videos[2:])):
        mots.write_seqmap(replace(given, videos=videos), root / f'splits/kitti_mots_{split}.seqmap')


def kitti_synth(street: Sequence[RenderedVideo], root: Path) -> None:
    kitti_mots(street, root)
    videos = of_split(street, 'train')
    given = video_set(videos, lists.KITTI_MOTS, {'car': 'car', 'pedestrian': 'pedestrian'},
                      ['2011_09_26_drive_0001', '2011_09_28_drive_0016'], lambda name, frame: f'{name}/{frame:06d}.png')
    write_images(given, videos, root / 'data/kitti_synth/images')
    mots.write_txt(given, root / 'data/kitti_synth/instances_txt')
    mots.write_seqmap(given, root / 'data/kitti_synth/instances_txt/all.seqmap')


def kitti_synth_flow(street: Sequence[RenderedVideo], root: Path) -> None:
    kitti_synth(street, root)
    for video, name in zip(of_split(street, 'train'), ('2011_09_26_drive_0001', '2011_09_28_drive_0016'), strict=False):
        for folder, flow, known in (('backward', video.backward_flow, video.backward_known),
                                    ('forward', video.forward_flow, video.forward_known)):
            for frame in range(len(flow)):
                write_flow(flow[frame], known[frame],
                           root / 'data/kitti_synth/flow_targets' / folder / name / f'{frame:05d}.png')


def kitti_synth_mots(street: Sequence[RenderedVideo], root: Path) -> None:
    kitti_mots(street, root)
    truth = root / 'data/kitti_mots/instances_txt'
    mined = root / 'data/kitti_synth_mots/instances_txt'
    mined.mkdir(parents=True)
    for name in ('0000.txt', '0001.txt'):
        (mined / name).write_bytes((truth / name).read_bytes())


def mots_challenge(street: Sequence[RenderedVideo], root: Path) -> None:
    data = root / 'data/mots_challenge'
    given = video_set(street, lists.MOTS_CHALLENGE, dict.fromkeys(CLASSES, 'pedestrian'), ['0002', '0005', '0009'],
                      lambda name, frame: f'{name}/{frame + 1:06d}.jpg')
    given = replace(given, category_ids=(2,))
    write_images(given, street, data / 'images')
    mots.write_txt(given, data / 'instances_txt', first_frame=1)
    for fold in range(1, 5):
        held_out = given.videos[min(fold - 1, 2)]
        rest = tuple(tracks for tracks in given.videos if tracks is not held_out)
        for part, videos in (('train', rest), ('test', (held_out,))):
            path = root / f'splits/mots_challenge_fold{fold}_{part}.seqmap'
            mots.write_seqmap(replace(given, videos=videos), path, first_frame=1)


def bdd100k_seg_track(street: Sequence[RenderedVideo], root: Path) -> None:
    for split, names in (('train', ['000d4f89-3bcbe37a', '000d35d3-41990aa4']), ('val', ['b1c66a42-6f7d68ca'])):
        videos = of_split(street, split)
        given = video_set(videos, lists.BDD100K, TRAFFIC, names,
                          lambda name, frame: f'{name}/{name}-{frame + 1:07d}.jpg')
        write_images(given, videos, root / 'data/bdd100k/images/seg_track_20' / split)
        bdd100k.write_bitmask(given, root / 'data/bdd100k/labels/seg_track_20/bitmasks' / split)


def bdd100k_motsnet(street: Sequence[RenderedVideo], root: Path) -> None:
    names = ['000d4f89-3bcbe37a', '000d35d3-41990aa4', '00a0f008-3c67908e']
    data = root / 'data/bdd100k'
    given = video_set(street, lists.BDD100K, TRAFFIC, names, lambda name, frame: f'{name}/{name}-{frame + 1:07d}.jpg')
    write_images(given, street, data / 'images/track/train')
    boxes = tuple(replace(tracks, masks=(None,) * len(tracks)) for tracks in given.videos)
    bdd100k.write(replace(given, videos=boxes), data / 'labels/box_track_20/train')
    # Mining numbers the frames anew.
    mined = video_set(street, lists.BDD100K, TRAFFIC, names, lambda name, frame: f'{name}/{frame:06d}.jpg')
    mined = replace(mined, videos=mined.videos[:2])
    write_images(mined, street[:2], data / 'motsnet/images')
    ytvis.write(mined, data / 'motsnet/annotations.json', compressed=True)
    write_split(names[2:], data / 'splits/motsnet_val.txt')


def bdd100k_box_track(street: Sequence[RenderedVideo], root: Path) -> None:
    videos = of_split(street, 'val')
    given = video_set(videos, lists.BDD100K, TRAFFIC, ['b1c66a42-6f7d68ca'],
                      lambda name, frame: f'{name}/{name}-{frame + 1:07d}.jpg')
    write_images(given, videos, root / 'data/bdd100k/images/track/val')
    boxes = tuple(replace(tracks, masks=(None,) * len(tracks)) for tracks in given.videos)
    bdd100k.write(replace(given, videos=boxes), root / 'data/bdd100k/labels/box_track_20/val')


def coco_2017(street: Sequence[RenderedVideo], root: Path) -> None:
    for split in ('train', 'val'):
        videos = of_split(street, split)
        given = video_set(videos, lists.COCO, {'car': 'car', 'pedestrian': 'person', 'truck': 'truck'},
                          [str(number) for number in range(len(videos))],
                          lambda name, frame: f'{10 * int(name) + frame:012d}.jpg')
        write_images(given, videos, root / f'data/coco/{split}2017')
        coco.write(as_images(given, True), root / f'data/coco/annotations/instances_{split}2017.json')


def mapillary_vistas(street: Sequence[RenderedVideo], root: Path) -> None:
    """The road between the objects has a label, and the last label is that of nothing, as in the release."""
    data = root / 'data/mapillary_vistas'
    data.mkdir(parents=True)
    names = ('construction--flat--road', *lists.VISTAS, 'void--unlabeled')
    (data / 'config.json').write_text(json.dumps({'labels': [
        {'name': name, 'readable': name, 'instances': name in lists.VISTAS, 'evaluate': name != names[-1],
         'color': [0, 0, number]} for number, name in enumerate(names)], 'version': 1.2}))
    for split, folder in (('train', 'training'), ('val', 'validation')):
        videos = of_split(street, split)
        given = video_set(videos, lists.VISTAS, {'car': 'object--vehicle--car', 'pedestrian': 'human--person',
                                                 'truck': 'object--vehicle--truck'},
                          [str(number) for number in range(len(videos))], lambda name, frame: f'{name}_{frame}.jpg')
        write_images(given, videos, data / folder / 'images')
        (data / folder / 'instances').mkdir()
        for tracks in as_images(given, False).videos:
            video = tracks.video
            values = 256 * (tracks.labels + 1) + np.arange(len(tracks))
            image = join_values(values, tracks.masks, video.height, video.width)
            (data / folder / f'instances/{video.name}.png').write_bytes(encode_png(image))


def davis_2017(street: Sequence[RenderedVideo], root: Path) -> None:
    data = root / 'data/davis'
    given = video_set(street, lists.DAVIS, dict.fromkeys(CLASSES, 'object'), ['bear', 'bus', 'judo'],
                      lambda name, frame: f'{name}/{frame:05d}.jpg')
    write_images(given, street, data / 'JPEGImages/480p')
    davis.write(unnamed(given), data / 'Annotations/480p')
    write_split(['bear', 'bus'], data / 'ImageSets/2017/train.txt')
    write_split(['judo'], data / 'ImageSets/2017/val.txt')


def openimages_youtube_vis_2019(street: Sequence[RenderedVideo], root: Path) -> None:
    youtube_vis_2019(street, root)
    videos = of_split(street, 'train')
    given = video_set(videos, tuple(openimages.OPENIMAGES_TO_YOUTUBE_VIS_2019),
                      {'pedestrian': 'Person', 'truck': 'Truck'}, ['00', '01'],
                      lambda name, frame: f'{name}{frame:014x}.jpg')
    write_images(given, videos, root / 'data/openimages/train')
    tables = root / 'data/openimages'
    openimages.write(as_images(given, False), tables / 'train-annotations-object-segmentation.csv',
                     tables / 'train-masks', tables / 'class-descriptions-boxable.csv')


# What makes the data of each config of configs/_base_/datasets; the world writes its own.
MINIATURES = {
    'youtube_vis_2019': youtube_vis_2019, 'youtube_vis_2019_rgnnvis': youtube_vis_2019,
    'youtube_vis_2019_vae': youtube_vis_2019,
    'youtube_vis_2021': youtube_vis_2021, 'ovis': ovis, 'kitti_mots': kitti_mots, 'kitti_mots_windows': kitti_mots,
    'kitti_synth': kitti_synth, 'kitti_synth_flow': kitti_synth_flow,
    'kitti_synth_mots': kitti_synth_mots, 'mots_challenge': mots_challenge,
    **{f'mots_challenge_fold{fold}': mots_challenge for fold in (2, 3, 4)},
    'bdd100k_motsnet': bdd100k_motsnet, 'bdd100k_seg_track': bdd100k_seg_track,
    'bdd100k_box_track': bdd100k_box_track, 'coco': coco_2017, 'coco_videos': coco_videos,
    'mapillary_vistas': mapillary_vistas, 'davis': davis_2017,
    'openimages_youtube_vis_2019': openimages_youtube_vis_2019}
