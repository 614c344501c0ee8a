"""DeepSORT from its re-identification network's training to its tracks."""

import numpy as np
import pytest
import torch
from mmengine.config import Config

from mmvist.registry import MODELS, TASK_UTILS
from mmvist.structures import Video
from tests.models.builders import batch, clip, tiny_model
from tests.models.striped import ACROSS, DOWN, striped_clip, write_objects

TRAINING = Video(1, 'training', 64, 96, 8)
TEST = Video(5, 'test', 64, 96, 24)
# Both stand still, are hidden for ten frames, and have changed places.
HIDDEN = range(7, 17)
PLACES = [{} if frame in HIDDEN else {ACROSS: (30, 20), DOWN: (54, 20)} if frame < 7 else
          {ACROSS: (54, 20), DOWN: (30, 20)} for frame in range(TEST.length)]


def places(seed):
    """The same two objects in eight frames, anywhere."""
    rng = np.random.default_rng(seed)
    return [{ACROSS: rng.integers(36, size=2).tolist(), DOWN: [int(rng.integers(50, 76)), int(rng.integers(36))]}
            for _ in range(8)]


def build(detections, identities=None):
    slots = Config.fromfile('configs/_base_/trackers/deepsort_street-world.py')
    slots.embedder.backbone.base_channels = 4
    slots.embedder.update(in_channels=32, channels=8, crop_size=(32, 32), init_cfg=None)
    if identities is not None:
        slots.embedder.update(identities=dict(ann_file=identities), jitter=.1)
    preprocessor = Config.fromfile('configs/_base_/detectors/mask-rcnn_r50_fpn.py').data_preprocessor
    torch.manual_seed(0)
    return MODELS.build(dict(
        type='VideoInstanceSegmentor', detector=dict(type='OracleDetector', ann_file=detections),
        embedder=slots.embedder, tracker=slots.tracker, data_preprocessor=preprocessor))


def train(model):
    """Thirty steps of a clip each, in training mode: the losses."""
    optimizer = torch.optim.Adam(model.parameters(), lr=.003)
    model.train()
    losses = []
    for step in range(30):
        data = batch(striped_clip(places(step), TRAINING, seed=step + 1))
        loss, _ = model.parse_losses(model(**model.data_preprocessor(data, True), mode='loss'))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@torch.no_grad()
def distances(model):
    """Cosine distances of the test video's crops: of one object, and of two."""
    data = model.data_preprocessor(batch(striped_clip(PLACES, TEST)))
    truth = [sample.gt_instances for sample in data['data_samples'][0]]
    embeds = model.embedder.eval().embed(data['inputs'][0], [objects.bboxes for objects in truth])
    ids = torch.cat([objects.ids for objects in truth])
    apart, same = 1 - embeds @ embeds.T, ids[:, None] == ids
    return apart[same & ~torch.eye(len(ids), dtype=torch.bool)], apart[~same]


def follow(model):
    """Id of each object in each frame, as far as there is any."""
    results = model.eval().test_step(batch(*[striped_clip(PLACES[frame:frame + 1], TEST, frame)
                                             for frame in range(TEST.length)]))
    names = []
    for result, objects in zip(results, PLACES, strict=True):
        rows = {tuple(corner): track for corner, track in zip(result.bboxes[:, :2], result.ids.tolist(), strict=True)}
        names.append([rows[place] for place in objects.values()])
    return names


@pytest.fixture(scope='module')
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp('truth')
    return (write_objects(folder / 'train.json', {TRAINING: places(0)}),
            write_objects(folder / 'test.json', {TEST: PLACES}))


@pytest.fixture(scope='module')
def trained(files):
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    model = build(files[1], files[0])
    before, losses = distances(model), train(model)
    torch.set_num_threads(threads)
    return model, before, losses


def share_apart(same, other):
    """How often two crops of one object are closer than two of different ones: 0.5 by chance."""
    return (same[:, None] < other).float().mean().item()


def test_training_separates_two_objects(trained):
    model, before, losses = trained
    after = distances(model)
    assert share_apart(*before) < .6
    assert share_apart(*after) > .95
    assert after[0].mean() < .2 < .5 < after[1].mean()
    assert losses[-1] < .1 < .7 < losses[0]


def test_looks_tell_who_is_who_when_places_do_not(trained, files):
    # The training's checkpoint fills a model that knows nothing of its objects.
    model = build(files[1])
    model.load_state_dict(trained[0].state_dict())
    assert follow(model) == [[] if frame in HIDDEN else [0, 1] for frame in range(TEST.length)]
    # By overlap alone each takes the other for the one that stood there before.
    model.tracker.stages[0].cues = [TASK_UTILS.build(dict(type='BoxIoU', new=.3))]
    assert follow(model) == [[] if frame in HIDDEN else [0, 1] if frame < 7 else [1, 0]
                             for frame in range(TEST.length)]


def test_a_detector_trains_beside_a_finished_embedder():
    slots = Config.fromfile('configs/_base_/trackers/deepsort_street-world.py')
    model = tiny_model(embedder={**slots.embedder, 'init_cfg': None}, tracker=slots.tracker)
    before = {name: value.clone() for name, value in model.embedder.state_dict().items()}
    losses = model(**model.data_preprocessor(batch(clip([True, True])), True), mode='loss')
    assert {name.split('.')[-1] for name in losses} >= {'loss_rpn_cls', 'loss_cls', 'loss_mask'}
    assert 'loss_reid' not in losses
    total, _ = model.parse_losses(losses)
    total.backward()
    assert all(weight.grad is None for weight in model.embedder.parameters())
    assert all(torch.equal(value, before[name]) for name, value in model.embedder.state_dict().items())
