"""Videos of two objects of one size and one mean colour: stripes across, and stripes down, that move about on them."""

import numpy as np
import torch
from mmdet.structures import DetDataSample, TrackDataSample
from mmengine.structures import InstanceData

from mmvist.io import ytvis
from mmvist.structures import VideoSet, VideoTracks, rle

HEIGHT, WIDTH = 28, 20
ACROSS, DOWN = 3, 7
ROWS, COLUMNS = torch.arange(HEIGHT)[:, None].expand(HEIGHT, WIDTH), torch.arange(WIDTH).expand(HEIGHT, WIDTH)
ALONG = {ACROSS: ROWS, DOWN: COLUMNS}


def box(place):
    """The box of an object whose top left pixel is (x, y)."""
    return [place[0], place[1], place[0] + WIDTH, place[1] + HEIGHT]


def striped_clip(frames, video, first=0, seed=0):
    """A clip: each frame maps an object's id to its place."""
    images, samples = [], []
    generator = torch.Generator().manual_seed(1000 * seed + first)
    for number, places in enumerate(frames, first):
        image = torch.randint(90, 110, (3, video.height, video.width), generator=generator, dtype=torch.uint8)
        for track, (left, top) in places.items():
            bright = (ALONG[track] + torch.randint(8, (), generator=generator)) % 8 < 4
            noise = torch.randint(60, (3, HEIGHT, WIDTH), generator=generator)
            image[:, top:top + HEIGHT, left:left + WIDTH] = torch.where(bright, 140, 20) + noise
        sample = DetDataSample(metainfo=dict(
            img_shape=(video.height, video.width), scale_factor=(1., 1.), frame=number, key=True, video=video))
        sample.gt_instances = InstanceData(
            bboxes=torch.tensor([box(place) for place in places.values()]).float().reshape(-1, 4),
            labels=torch.zeros(len(places), dtype=torch.long), ids=torch.tensor(list(places), dtype=torch.long))
        images.append(image)
        samples.append(sample)
    clip = TrackDataSample()
    clip.video_data_samples = samples
    return {'inputs': torch.stack(images), 'data_samples': clip}


def write_objects(path, frames_of):
    """Store videos and, for each frame, ids and places as annotations."""
    videos = []
    for video, frames in frames_of.items():
        rows = []
        for number, places in enumerate(frames):
            for track, place in places.items():
                left, top, right, bottom = box(place)
                mask = np.zeros((video.height, video.width), bool)
                mask[top:bottom, left:right] = True
                rows.append((number, track, 0, 1., box(place), rle.encode(mask), False))
        videos.append(VideoTracks.from_rows(video, rows))
    ytvis.write(VideoSet(('thing',), tuple(videos), (1,)), path)
    return str(path)
