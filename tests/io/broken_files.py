"""A small good file of every form that there is a reader for."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from mmvist.io import bdd100k, coco, davis, frame_json, mot, mots, openimages, vistas, ytvis
from mmvist.io.splits import apply_split, read_split, write_split
from mmvist.structures import FrameResult, TrackSummary, Video, VideoSet, VideoTracks, rle
from tests.io.fuzzing import Case, contents

HEIGHT, WIDTH, LENGTH = 6, 8, 3
SQUARE = [1, 1, 5, 1, 5, 5, 1, 5]
NUMBERS = ('-1', '7', '000001', '00001', '1000000000', '9' * 20, '1' * 200, '٣', 'é', 'x')
IMAGE_NAMES = tuple(f'{number}.png' for number in NUMBERS)


def street(classes: Sequence[str], ids: Sequence[int] = (1, 2), length: int = LENGTH, has_masks: bool = True,
           ignore_label: int | None = -1) -> VideoSet:
    """Two videos: two objects that move, the second one a frame shorter, and a region to be ignored in the first."""
    videos = []
    for number, name in enumerate(('a', 'b'), 1):
        video = Video(name, name, HEIGHT, WIDTH, length)
        boxes = [(frame, ids[0], 0, 0.5, (frame, 0, frame + 2, 3), False) for frame in range(length)]
        boxes += [(frame, ids[1], len(classes) - 1, 0.25, (frame, 3, frame + 3, 6), False)
                  for frame in range(max(length - 1, 1))]
        if ignore_label is not None and number == 1:
            boxes.append((0, 9, ignore_label, 1.0, (7, 0, 8, 6), True))
        videos.append(VideoTracks.from_rows(video, [
            (frame, track, label, score, box,
             rle.encode_crop(np.ones((box[3] - box[1], box[2] - box[0])), box[1], box[0], HEIGHT, WIDTH)
             if has_masks else None, ignore) for frame, track, label, score, box, ignore in boxes]))
    return VideoSet(tuple(classes), tuple(videos), tuple(range(1, len(classes) + 1)))


def numbered(video_set: VideoSet) -> VideoSet:
    """The set with numbers for ids of videos."""
    return VideoSet(video_set.classes, tuple(
        VideoTracks(Video(number, tracks.video.name, HEIGHT, WIDTH, tracks.video.length), tracks.frames, tracks.ids,
                    tracks.labels, tracks.scores, tracks.bboxes, tracks.masks, tracks.ignore)
        for number, tracks in enumerate(video_set.videos, 1)), video_set.category_ids)


ROAD = street(('car', 'pedestrian'))
PEOPLE = street(('pedestrian',))
CLIPS = numbered(ROAD)
STILLS = numbered(street(('car', 'pedestrian'), length=1, ignore_label=0))
BDD = street(bdd100k.CLASSES, ignore_label=0)
OBJECTS = street(('object',))


def _write_spellings(folder: Path) -> None:
    """YouTube-VIS in every spelling that masks have."""
    size, box = [HEIGHT, WIDTH], [1, 1, 4, 4]
    masks = [[SQUARE, [0, 0, 3, 0, 3, 3]], {'size': size, 'counts': rle.encode(np.eye(*size)).decode()},
             {'size': size, 'counts': [8, 2, 38]}]
    entry = {'video_id': 1, 'iscrowd': 0, 'bboxes': [box, None, box], 'areas': [16, 6, 2]}
    (folder / 'gt.json').write_text(json.dumps({
        'videos': [{'id': 1, 'width': WIDTH, 'height': HEIGHT, 'length': LENGTH, 'fps': 30,
                    'file_names': ['a/0.jpg', 'a/1.jpg', 'a/2.jpg']}],
        'categories': [{'id': 1, 'name': 'car'}, {'id': 2, 'name': 'cat'}],
        'annotations': [{'id': 1, 'category_id': 1, 'segmentations': masks, **entry},
                        {'id': 2, 'category_id': 2, 'segmentations': [None, masks[1], None], **entry},
                        {'id': 3, 'category_id': 2, 'segmentations': None, **entry}]}))


def _write_images(folder: Path) -> None:
    """COCO in every spelling that masks have."""
    size = [HEIGHT, WIDTH]
    masks = [[SQUARE, [0, 0, 3, 0, 3, 3]], {'size': size, 'counts': [8, 2, 38]},
             {'size': size, 'counts': rle.encode(np.eye(*size)).decode()}]
    (folder / 'gt.json').write_text(json.dumps({
        'images': [{'id': 1, 'width': WIDTH, 'height': HEIGHT, 'file_name': 'a.jpg'}],
        'categories': [{'id': 1, 'name': 'car'}],
        'annotations': [{'id': number, 'image_id': 1, 'category_id': 1, 'iscrowd': 0, 'bbox': [1, 1, 4, 4], 'area': 9,
                         'segmentation': mask} for number, mask in enumerate(masks, 1)]}))


def _write_outlines(folder: Path) -> None:
    """BDD100K with outlines in place of run lengths, and its tree of classes."""
    label = {'category': 'car', 'attributes': {'crowd': False},
             'poly2d': [{'vertices': [[1, 1], [5, 1], [5, 5], [1, 5]], 'types': 'LCCL', 'closed': True}]}
    frames = [{'name': f'a-{number}.jpg', 'videoName': 'a', 'frameIndex': number,
               'labels': [{'id': '1', **label}, {'id': '2', 'score': 0.5, **label}]} for number in range(2)]
    (folder / 'gt.json').write_text(json.dumps({
        'frames': frames, 'config': {'imageSize': {'width': WIDTH, 'height': HEIGHT},
                                     'categories': [{'name': 'x', 'subcategories': [{'name': 'car'}]}]}}))


def _write_frames(folder: Path) -> None:
    tracks = ROAD.videos[0]
    with frame_json.FrameJSONWriter(folder / 'found.json', tracks.video, ROAD.classes) as writer:
        for frame in range(LENGTH):
            rows = np.flatnonzero((tracks.frames == frame) & ~tracks.ignore)
            summaries = {1: TrackSummary(0, 0.5), 2: TrackSummary(1, 0.25, False)} if frame == LENGTH - 1 else None
            writer.write(FrameResult(tracks.video, frame, tracks.ids[rows], tracks.labels[rows], tracks.scores[rows],
                                     tracks.bboxes[rows].astype(np.float32), tuple(tracks.masks[row] for row in rows),
                                     summaries))


def _write_openimages(folder: Path) -> None:
    openimages.write(STILLS, folder / 'masks.csv', folder / 'masks', folder / 'classes.csv', folder / 'boxes.csv')
    for name in ('a', 'b'):
        (folder / 'images').mkdir(exist_ok=True)
        (folder / 'images' / f'{name}.jpg').write_bytes(
            cv2.imencode('.jpg', np.zeros((HEIGHT, WIDTH, 3), np.uint8))[1].tobytes())


def _read_openimages(folder: Path) -> VideoSet:
    return openimages.read(folder / 'masks.csv', folder / 'masks', folder / 'images', folder / 'classes.csv', None,
                           folder / 'boxes.csv')


def _write_vistas(folder: Path) -> None:
    names = ('bird', 'road', 'car', 'void')
    (folder / 'config.json').write_text(json.dumps({'labels': [
        {'name': name, 'instances': name in ('bird', 'car'), 'evaluate': name != 'void'} for name in names]}))
    values = np.full((HEIGHT, WIDTH), 1 << 8, np.uint16)
    values[:2], values[2:4, 2:], values[4:, 5:] = 0, 2 << 8 | 7, 3 << 8
    for name, kind, image in (('a.png', 'instances', values), ('a.jpg', 'images', np.zeros((HEIGHT, WIDTH), np.uint8))):
        (folder / 'training' / kind).mkdir(parents=True)
        cv2.imwrite(str(folder / 'training' / kind / name), image)


def _write_detections(folder: Path) -> None:
    for name in ('a', 'b'):
        (folder / name / 'det').mkdir(parents=True)
        (folder / name / 'det/det.txt').write_text('1,-1,0,0,2,3,0.5\n2,-1,1,0,2,3,0.5\n2,-1,1,0,2,3,0.25\n')


def _write_grey(folder: Path) -> None:
    """DAVIS's other forms: grey, and the palette's colours without the palette."""
    values = np.zeros((HEIGHT, WIDTH), np.uint8)
    values[1:3, 2:5] = 1
    (folder / 'a').mkdir()
    for number, image in enumerate((values, values[..., None] * np.array([0, 0, 128], np.uint8))):
        cv2.imwrite(str(folder / f'a/{number:05d}.png'), image)


def _write_mapped(folder: Path) -> None:
    mots.write_txt(ROAD, folder / 'txt')
    mots.write_seqmap(ROAD, folder / 'val.seqmap')


def _read_mapped(folder: Path) -> VideoSet:
    return mots.read(folder / 'txt', sequences=mots.read_seqmap(folder / 'val.seqmap'))


def _read_mapped_images(folder: Path) -> VideoSet:
    return mots.read(folder / 'png', sequences=mots.read_seqmap(folder / 'val.seqmap'))


def _write_mapped_images(folder: Path) -> None:
    mots.write_png(ROAD, folder / 'png')
    mots.write_seqmap(ROAD, folder / 'val.seqmap')


def _read_mots_results(folder: Path) -> VideoSet:
    return mots.read_txt(folder, videos=[tracks.video for tracks in ROAD.videos])


def _read_split(folder: Path) -> VideoSet:
    assert all(read_split(folder / 'val.txt'))
    return apply_split(ROAD, folder / 'val.txt')


# What writes the files into a folder, what reads them from there, and what a file may be called instead.
_FORMS: dict[str, tuple[Callable[[Path], None], Callable[[Path], VideoSet], tuple[str, ...]]] = {
    'ytvis': (lambda folder: ytvis.write(CLIPS, folder / 'gt.json'), lambda folder: ytvis.read(folder / 'gt.json'), ()),
    'ytvis_spellings': (_write_spellings, lambda folder: ytvis.read(folder / 'gt.json'), ()),
    'ytvis_results': (lambda folder: ytvis.write_results(CLIPS, folder / 'found.json'),
                      lambda folder: ytvis.read_results(folder / 'found.json', CLIPS), ()),
    'frame_json': (_write_frames, lambda folder: frame_json.read(folder / 'found.json'), ()),
    'mots_text': (partial(mots.write_txt, ROAD), mots.read, ('c.txt', 'é.txt')),
    'mots_results': (partial(mots.write_txt, ROAD), _read_mots_results, ('c.txt',)),
    'mots_images': (partial(mots.write_png, ROAD), mots.read, IMAGE_NAMES),
    'mots_seqmap': (_write_mapped, _read_mapped, ()),
    'mots_images_seqmap': (_write_mapped_images, _read_mapped_images, IMAGE_NAMES),
    'mot': (partial(mot.write, PEOPLE), mot.read, ()),
    'mot_results': (partial(mot.write_results, PEOPLE), lambda folder: mot.read_results(folder, PEOPLE), ('c.txt',)),
    'mot_detections': (_write_detections, lambda folder: mot.read_detections(folder, PEOPLE), ()),
    'bdd100k': (partial(bdd100k.write, BDD), bdd100k.read, ('c.json',)),
    'bdd100k_outlines': (_write_outlines, bdd100k.read, ()),
    'bdd100k_results': (partial(bdd100k.write_results, BDD), lambda folder: bdd100k.read_results(folder, BDD),
                        ('c.json',)),
    'bdd100k_bitmasks': (partial(bdd100k.write_bitmask, BDD), bdd100k.read, IMAGE_NAMES),
    'bdd100k_bitmask_results': (partial(bdd100k.write_bitmask, BDD), lambda folder: bdd100k.read_results(folder, BDD),
                                IMAGE_NAMES),
    'davis': (partial(davis.write, OBJECTS), davis.read, IMAGE_NAMES),
    'davis_grey': (_write_grey, davis.read, IMAGE_NAMES),
    'davis_results': (partial(davis.write, OBJECTS), lambda folder: davis.read_results(folder, OBJECTS), IMAGE_NAMES),
    'coco': (lambda folder: coco.write(STILLS, folder / 'gt.json'), lambda folder: coco.read(folder / 'gt.json'), ()),
    'coco_spellings': (_write_images, lambda folder: coco.read(folder / 'gt.json'), ()),
    'coco_clips': (lambda folder: coco.write(CLIPS, folder / 'gt.json'), lambda folder: coco.read(folder / 'gt.json'),
                   ()),
    'coco_results': (lambda folder: coco.write_results(STILLS, folder / 'found.json'),
                     lambda folder: coco.read_results(folder / 'found.json', STILLS), ()),
    'openimages': (_write_openimages, _read_openimages, IMAGE_NAMES),
    'vistas': (_write_vistas, lambda folder: vistas.read(folder / 'training/instances'), IMAGE_NAMES),
    'split': (lambda folder: write_split(['a'], folder / 'val.txt', 'why'), _read_split, ()),
}
FORMS = tuple(_FORMS)


def case_of(form: str, folder: Path) -> Case:
    """Write the good files into a folder, and say how they are read."""
    write, read, names = _FORMS[form]
    write(folder)
    return Case(contents(folder), read, names)
