"""What a frozen detector finds, kept on disk."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from mmvist.models.detection_cache import DetectionCache, _read, _write
from mmvist.models.segmentor import frames_of
from mmvist.registry import MODELS
from mmvist.structures import Video
from mmvist.structures.instances import Instances
from mmvist.structures.map_masks import MapMasks
from mmvist.structures.masks import BoxMasks, RLEMasks
from tests.models.builders import batch, clip, random_norms, tiny_model, tiny_yolact
from tests.models.test_segmentor_unrolled import build, clips, prepared

VIDEO = Video(9, 'toy', 64, 96, 6)


def detector_of(seed=0, **options):
    torch.manual_seed(seed)
    detector = MODELS.build(tiny_yolact(max_per_img=5, **options))
    detector.init_weights()
    return random_norms(detector).eval()


@pytest.fixture
def detector():
    return detector_of()


def frames(*numbers):
    data = batch(*[clip([True], t, video=VIDEO) for t in numbers])
    return frames_of((torch.stack(data['inputs']).float() - 60) / 60, data['data_samples'])


def cache_of(folder, config=None, maps=('backbone', 'neck')):
    return DetectionCache(folder, config or {}, maps)


@torch.no_grad()
def asked(cache, detector, some):
    return cache.step(detector, None, some, None)[1]


def files(folder):
    return sorted(path for path in folder.rglob('*') if path.is_file())


def assert_same(answers, others):
    """Bit by bit, and in type and place."""
    for (frame, found), (other, wanted) in zip(answers, others, strict=True):
        assert (frame.video, frame.index, frame.height, frame.width, frame.scale) == (
            other.video, other.index, other.height, other.width, other.scale)
        assert torch.equal(frame.image, other.image)
        assert set(frame.features) <= set(other.features)
        pairs = [pair for name in frame.features for pair in zip(frame.features[name], other.features[name],
                                                                 strict=True)]
        assert set(found.columns) == set(wanted.columns)
        pairs += [(getattr(found, name), getattr(wanted, name)) for name in wanted.columns if name != 'masks']
        pairs += [(getattr(found.masks, name), getattr(wanted.masks, name)) for name in ('logits', 'bboxes')]
        assert type(found.masks) is type(wanted.masks) is MapMasks
        assert found.masks.stride == wanted.masks.stride
        for value, expected in pairs:
            assert value.dtype == expected.dtype
            assert torch.equal(value, expected)


@torch.no_grad()
def test_answers_are_the_detectors_own(detector, tmp_path):
    some = frames(0, 1, 2)
    expected = detector.step(None, some, None)[1]
    assert sum(len(found) for _, found in expected) > 3
    cache = cache_of(tmp_path)
    assert_same(asked(cache, detector, some), expected)
    assert len(files(tmp_path)) == 3
    # From disk, by another process's cache too.
    for again in (cache, cache_of(str(tmp_path))):
        assert_same(asked(again, detector, some), expected)
    assert len(files(tmp_path)) == 3


@torch.no_grad()
def test_no_detection(tmp_path):
    blind = detector_of(min_score=1.0)
    expected = blind.step(None, frames(0), None)[1]
    assert len(expected[0][1]) == 0
    cache = cache_of(tmp_path)
    for _ in range(2):
        assert_same(asked(cache, blind, frames(0)), expected)
    assert asked(cache, blind, []) == []


@torch.no_grad()
def test_some_of_the_frames_are_there(detector, tmp_path):
    # The order is that of the frames that are asked for, among which one comes twice.
    asked(cache_of(tmp_path), detector, frames(1, 3))
    some = frames(0, 1, 2, 3, 4, 1)
    expected = [detector.step(None, [frame], None)[1][0] for frame in some]
    answers = asked(cache_of(tmp_path), detector, some)
    assert [frame.index for frame, _ in answers] == [0, 1, 2, 3, 4, 1]
    for (_, found), (_, wanted) in zip(answers, expected, strict=True):
        assert found.labels.tolist() == wanted.labels.tolist()
        torch.testing.assert_close(found.bboxes, wanted.bboxes, rtol=0, atol=1e-3)
    assert len(files(tmp_path)) == 5


@torch.no_grad()
def test_nothing_runs_for_what_is_there(detector, tmp_path):
    cache = cache_of(tmp_path)
    expected = asked(cache, detector, frames(0, 1))
    # Such weights give other answers, which the cache has no reason to expect: it has seen them once.
    for weight in detector.parameters():
        weight.fill_(float('nan'))
    assert_same(asked(cache, detector, frames(0, 1)), expected)


@torch.no_grad()
@pytest.mark.parametrize('change', ['pixel', 'weight', 'statistic', 'height', 'padding'])
def test_what_differs_is_found_anew(detector, tmp_path, change):
    some = frames(0)
    asked(cache_of(tmp_path), detector, some)
    if change == 'pixel':
        some[0].image[2, 63, 95] += 1e-3
    elif change == 'weight':
        detector.bbox_head.conv_cls.bias[3] += 1e-6
    elif change == 'statistic':
        detector.backbone.bn1.running_mean[0] += 1e-6
    else:
        some = [replace(some[0], **({'height': 60} if change == 'height' else {
            'image': F.pad(some[0].image, (0, 32))}))]
    expected = detector.step(None, some, None)[1]
    assert_same(asked(cache_of(tmp_path), detector, some), expected)
    assert len(files(tmp_path)) == 2


def test_a_file_appears_once_it_is_complete(tmp_path):
    # The numbers of a column that has none can not be written, after those of others were.
    frame, = frames(0)
    boxes = torch.zeros(2, 4)
    broken = Instances(bboxes=boxes, scores=torch.zeros(2), embeds=torch.zeros(2, 3, device='meta'),
                       masks=MapMasks(torch.zeros(2, 4, 4), boxes, 4.))
    with pytest.raises(NotImplementedError, match='meta'):
        _write(tmp_path / 'ab/cd', frame.features, broken)
    assert files(tmp_path) == []


def test_another_config_is_another_detector(detector, tmp_path):
    # What weights do not tell: of how much overlap two detections are one, say.
    for config in (dict(nms_iou=.7), dict(nms_iou=.7), dict(nms_iou=.5)):
        asked(cache_of(tmp_path, config), detector, frames(0))
    assert len(files(tmp_path)) == 2


def test_half_precision_is_kept_apart(detector, tmp_path):
    cache = cache_of(tmp_path)
    with torch.autocast('cpu', torch.bfloat16):
        (half, _), = asked(cache, detector, frames(0))
        (again, _), = asked(cache, detector, frames(0))
    (full, _), = asked(cache, detector, frames(0))
    assert len(files(tmp_path)) == 2
    assert (half.features['neck'][0].dtype, full.features['neck'][0].dtype) == (torch.bfloat16, torch.float32)
    assert all(torch.equal(*pair) for pair in zip(half.features['neck'], again.features['neck'], strict=True))


@pytest.mark.parametrize('maps', [('backbone',), ()])
@torch.no_grad()
def test_only_maps_that_are_read_are_kept(detector, tmp_path, maps):
    expected = detector.step(None, frames(0), None)[1]
    whole = asked(cache_of(tmp_path / 'whole'), detector, frames(0))
    for _ in range(2):
        answers = asked(cache_of(tmp_path / 'part', maps=maps), detector, frames(0))
        assert tuple(answers[0][0].features) == maps
        assert_same(answers, expected)
    assert set(whole[0][0].features) == {'backbone', 'neck'}
    sizes = [files(tmp_path / name)[0].stat().st_size for name in ('part', 'whole')]
    assert sizes[0] < sizes[1]


@pytest.mark.parametrize('kind', ['boxes', 'pixels'])
def test_masks_of_other_kinds(tmp_path, kind):
    boxes, frame = torch.tensor([[4., 4., 20., 20.]]), frames(0)[0]
    masks = BoxMasks(torch.rand(1, 7, 7), boxes, .4) if kind == 'boxes' else RLEMasks((b'',), 64, 96)
    some = Instances(bboxes=boxes, masks=masks)
    if kind == 'pixels':
        with pytest.raises(ValueError, match='masks of type RLEMasks cannot be kept, only BoxMasks and MapMasks'):
            _write(tmp_path / 'one', {}, some)
        assert files(tmp_path) == []
    else:
        _write(tmp_path / 'one', {}, some)
        told = _read(tmp_path / 'one', frame)[1].masks
        assert type(told) is BoxMasks
        assert (told.threshold, torch.equal(told.grids, masks.grids), told.bboxes.tolist()) == (
            .4, True, boxes.tolist())


def test_a_file_that_was_cut_off_by_others_is_an_error(detector, tmp_path):
    asked(cache_of(tmp_path), detector, frames(0))
    path, = files(tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[:len(content) // 2])
    with pytest.raises(ValueError):
        asked(cache_of(tmp_path), detector, frames(0))


def test_a_detector_with_a_state_is_refused(detector, tmp_path):
    with pytest.raises(ValueError, match='detection_cache: what YOLACTDetector finds depends on the frames before'):
        cache_of(tmp_path).step(detector, object(), frames(0), None)
    assert files(tmp_path) == []


def test_trackers_learn_the_same(tmp_path):
    plain, kept = build().train(), build(detection_cache=str(tmp_path)).train()
    kept.load_state_dict(plain.state_dict())
    expected = plain(*prepared(plain), mode='loss')
    sum(expected.values()).backward()
    some = clips()
    # Once found, once partly read, once read.
    for given in (some[:1], some, some):
        kept.zero_grad()
        losses = kept(*prepared(kept, *given), mode='loss')
    sum(losses.values()).backward()
    assert len(files(tmp_path)) == 6
    for name, value in losses.items():
        assert torch.equal(value, expected[name]), name
    other = dict(plain.named_parameters())
    for name, weight in kept.named_parameters():
        assert weight.grad is None or torch.equal(weight.grad, other[name].grad), name


def test_a_tracker_that_does_not_learn_needs_none(tmp_path):
    with pytest.raises(ValueError, match='detection_cache is for trackers that learn from what a frozen detector fin'):
        tiny_model(detection_cache=str(tmp_path))
