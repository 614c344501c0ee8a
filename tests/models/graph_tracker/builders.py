"""Detections, truth and trackers of a few numbers."""

import numpy as np
import torch
from mmdet.structures import DetDataSample, TrackDataSample
from mmdet.structures.mask import BitmapMasks
from mmengine.structures import InstanceData

from mmvist.models.graph_tracker.batch import gather_found
from mmvist.registry import MODELS
from mmvist.structures import Video
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.structures.map_masks import MapMasks

CLASSES, LOOKS, CHANNELS = 3, 6, 8
HEIGHT, WIDTH, STRIDE = 32, 48, 4
VIDEO = Video(1, 'toy', HEIGHT, WIDTH, 1000)


def random(*shape, seed=0, dtype=torch.float32):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def detections(count, seed=0, **columns):
    """So many detections, at random but for the columns given."""
    sides = random(count, 4, seed=seed).abs() * 8
    corners = torch.cat([sides[:, :2], sides[:, :2] + sides[:, 2:] + 4], dim=1)
    bboxes = columns.pop('bboxes', corners.minimum(torch.tensor([WIDTH, HEIGHT] * 2)))
    logits = columns.pop('logits', 2 * random(count, CLASSES + 1, seed=seed + 1))
    scores = columns.pop('scores', logits.softmax(1)[:, :-1].amax(1))
    # Near enough to each other for likelihoods that do not drown everything else.
    embeds = columns.pop('embeds', .05 * random(count, LOOKS, seed=seed + 2))
    maps = columns.pop('maps', 15 + 8 * random(count, HEIGHT // STRIDE, WIDTH // STRIDE, seed=seed + 3))
    assert not columns
    return Instances(bboxes=bboxes, scores=scores, labels=logits[:, :-1].argmax(1), logits=logits, embeds=embeds,
                     masks=MapMasks(maps, bboxes, STRIDE))


def frame_of(index=0, seed=0, video=VIDEO):
    """A frame that fills the network's input."""
    scene = .05 * random(LOOKS, 1, 1, seed=seed + 4)
    return Frame(video, index, torch.zeros(3, HEIGHT, WIDTH), HEIGHT, WIDTH, (1., 1.), {'appearance': (scene,)})


def clip_of(*counts, seed=0):
    """Frames with so many detections each."""
    return [(frame_of(index, seed + 10 * index), detections(count, seed + 10 * index))
            for index, count in enumerate(counts)]


def found_of(*counts, seed=0):
    """A frame of each of several videos, with so many detections."""
    return gather_found(clip_of(*counts, seed=seed))


def double(found):
    """The same in float64."""
    return found._replace(**{name: value.double() for name, value in found._asdict().items()
                             if torch.is_tensor(value) and value.is_floating_point()})


def tracker(seed=0, **options):
    """A tracker of few channels, whose masks lie on both sides of the background."""
    torch.manual_seed(seed)
    graph = {'hidden': 4, **options.pop('graph', {})}
    return MODELS.build(dict(type='GraphTracker', num_classes=CLASSES, appearance_channels=LOOKS, channels=CHANNELS,
                             mask_channels=5, **{'graph': graph, 'background': 1.0, **options})).eval()


def with_biases(model, low, high):
    """Biases at random, also those of matches and births: nothing is zero by chance, where a ReLU has no slope."""
    for name, weight in model.named_parameters():
        if name.endswith('bias') and 'spread' not in name:
            weight.data.uniform_(low, high)
    return model


def unroll(model, batches):
    """The steps of a model over frames."""
    slots, steps = None, []
    for found in batches:
        steps.append(model.advance(slots, found))
        slots = steps[-1].slots
    return steps


def stream(model, clip, state=None):
    """States and answers of the frames of a clip."""
    state, states, answers = state or model.init(), [], []
    for frame, some in clip:
        state, answer = model.step(state, some, frame)
        states.append(state)
        answers.append(answer)
    return states, answers


def tensors(value, name=''):
    """All tensors inside, by where they are."""
    if torch.is_tensor(value):
        return {name: value}
    parts = value._asdict() if hasattr(value, '_asdict') else vars(value) if hasattr(value, '__dict__') else value
    parts = dict(enumerate(parts)) if isinstance(parts, (tuple, list)) else parts
    if not isinstance(parts, dict):
        return {}
    return {key: tensor for part, inner in parts.items() for key, tensor in tensors(inner, f'{name}.{part}').items()}


def truth_of(objects, size=(HEIGHT, WIDTH), ignored=()):
    """A frame whose objects, id -> (box in whole pixels, label), are filled boxes; boxes in whole pixels to ignore."""
    masks = np.zeros((len(objects), *size), np.uint8)
    for mask, ((left, top, right, bottom), _) in zip(masks, objects.values(), strict=True):
        mask[top:bottom, left:right] = 1
    sample = DetDataSample(metainfo=dict(img_shape=size))
    sample.gt_instances = InstanceData(
        bboxes=torch.tensor([box for box, _ in objects.values()], dtype=torch.float32).reshape(-1, 4),
        labels=torch.tensor([label for _, label in objects.values()], dtype=torch.long),
        ids=torch.tensor(list(objects), dtype=torch.long), masks=BitmapMasks(masks, *size))
    sample.ignored_instances = InstanceData(bboxes=torch.tensor(ignored, dtype=torch.float32).reshape(-1, 4))
    return sample


def truth_clip(samples):
    clip = TrackDataSample()
    clip.video_data_samples = list(samples)
    return clip
