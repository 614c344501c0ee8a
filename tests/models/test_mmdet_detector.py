"""mmdet's segmenters in the detector slot: mmdet's own answers, in network coordinates, chosen and renumbered."""

from copy import deepcopy

import pytest
import torch
from mmdet.structures import DetDataSample
from mmengine.config import Config

from mmvist.engine import check_config
from mmvist.engine.checkpoint import load_weights
from mmvist.io.classes import COCO
from mmvist.models.inference import prepare_for_inference
from mmvist.registry import MODELS
from mmvist.structures import Video, rle
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.structures.masks import BoxMasks, RLEMasks
from tests.models.builders import batch, clip, tiny_slots
from tests.models.small_segmenters import GRIDS, HEIGHT, NAMES, PIXELS, WIDTH, small_config, small_pair, toy_frames

SIZE = HEIGHT // 2, WIDTH // 2
# Some scores of random weights are negative.
ANY = float('-inf')


def found_by(detector, frames):
    with torch.no_grad():
        return [detections for _, detections in detector.step(None, frames, None)[1]]


def told_by_mmdet(model, frame):
    """mmdet's own answer in original pixels."""
    sample = DetDataSample(metainfo=dict(img_shape=(HEIGHT, WIDTH), ori_shape=SIZE, scale_factor=(2., 2.),
                                         batch_input_shape=(HEIGHT, WIDTH), pad_shape=(HEIGHT, WIDTH)))
    with torch.no_grad():
        return model.predict(frame.image[None], [sample], rescale=True)[0].pred_instances


@pytest.fixture(scope='module', params=NAMES)
def kind(request):
    return request.param


@pytest.fixture(scope='module')
def pair(kind):
    return small_pair(kind, min_score=ANY)


def test_mmdets_own_answer(kind, pair):
    theirs, detector = pair
    frame, = toy_frames(1)
    detections, = found_by(detector, [frame])
    answer = told_by_mmdet(theirs, frame)
    rows = answer.masks.flatten(1).any(1) if kind in PIXELS else torch.ones(len(answer), dtype=torch.bool)
    assert len(detections) == rows.sum() > 1
    torch.testing.assert_close(detections.scores, answer.scores[rows])
    assert torch.equal(detections.labels, answer.labels[rows])
    pasted = torch.from_numpy(rle.decode_all(detections.masks.encode((2., 2.), *SIZE), *SIZE))
    assert pasted.any()
    if kind in GRIDS:
        assert isinstance(detections.masks, BoxMasks)
        # A pixel may sit within rounding of the threshold.
        assert (pasted != answer.masks).float().mean() < 1e-3
    else:
        assert isinstance(detections.masks, RLEMasks)
        assert torch.equal(pasted, answer.masks[rows])
    # SOLOv2 predicts no boxes: they are drawn around the masks.
    masks = detections.masks
    expected = torch.from_numpy(rle.bboxes(masks.counts, *SIZE)) if kind == 'solov2' else answer.bboxes[rows]
    torch.testing.assert_close(detections.bboxes, 2 * expected, rtol=1e-4, atol=1e-3)


def test_frames_may_come_at_once_or_one_by_one(pair):
    _, detector = pair
    frames = toy_frames(2)
    for together, (alone,) in zip(found_by(detector, frames), (found_by(detector, [frame]) for frame in frames),
                                  strict=True):
        torch.testing.assert_close(together.bboxes, alone.bboxes, rtol=1e-3, atol=1e-2)
        torch.testing.assert_close(together.scores, alone.scores, rtol=1e-4, atol=1e-5)
        assert torch.equal(together.labels, alone.labels)


def test_features_of_every_frame_come_along(kind, pair):
    theirs, detector = pair
    frames = toy_frames(2)
    with torch.no_grad():
        answered = [frame for frame, _ in detector.step(None, frames, None)[1]]
        expected = theirs.extract_feat(torch.stack([frame.image for frame in frames]))
    assert [frame.index for frame in answered] == [0, 1]
    for index, frame in enumerate(answered):
        (name, maps), = frame.features.items()
        assert name == ('backbone' if kind == 'mask2former' else 'neck')
        for level, all_of_it in zip(maps, expected, strict=True):
            torch.testing.assert_close(level, all_of_it[index])


def test_folded_batch_norms_change_rounding_only(pair):
    # RTMDet's levels share convolutions but not batch norms.
    detector = deepcopy(pair[1])
    for part in detector.modules():
        if isinstance(part, torch.nn.BatchNorm2d | torch.nn.SyncBatchNorm):
            torch.nn.init.uniform_(part.running_var, .5, 2)
            torch.nn.init.uniform_(part.weight, .5, 1.5)
    image = torch.randn(1, 3, HEIGHT, WIDTH, generator=torch.Generator().manual_seed(2))
    before = maps_of(detector.model, image)
    for first, second in zip(before, maps_of(prepare_for_inference(detector).model, image), strict=True):
        torch.testing.assert_close(first, second, rtol=1e-3, atol=1e-3 * float(first.abs().max()))


def maps_of(model, image):
    """Features, and what the dense head makes of them where there is one."""
    head = next((getattr(model, name) for name in ('bbox_head', 'mask_head') if getattr(model, name, None)), None)
    with torch.no_grad():
        features = model.extract_feat(image)
        return [*features, *(leaves(head(features)) if head is not None else ())]


def leaves(outputs):
    return [outputs] if isinstance(outputs, torch.Tensor) else [leaf for part in outputs for leaf in leaves(part)]


@pytest.mark.parametrize('silent', ['mmdet', 'mmvist'])
def test_nothing_found_joins_with_what_was_found(pair, silent):
    _, detector = pair
    something, = found_by(detector, toy_frames(1))
    quiet = deepcopy(detector)
    if silent == 'mmvist':
        quiet.min_score = float('inf')
    for part in quiet.modules() if silent == 'mmdet' else ():
        if 'score_thr' in (getattr(part, 'test_cfg', None) or ()):
            part.test_cfg.score_thr = 2.
    nothing, = found_by(quiet, toy_frames(1))
    # Mask2Former has no threshold of its own.
    assert len(nothing) == 0 or (silent == 'mmdet' and len(nothing) == 10)
    for parts in ([nothing, something], [something, nothing]):
        assert len(Instances.cat(parts).masks.encode((2., 2.), *SIZE)) == len(something) + len(nothing) > 0


def test_masks_fill_the_frame_where_sizes_were_rounded():
    # 100 columns are 96 in the network; RTMDet takes the rows' factor back, 32 / 33, and comes to 99.
    _, detector = small_pair('rtmdet-ins')
    video = Video(0, 'toy', 33, 100, 1)
    image = torch.randn(3, 32, 96, generator=torch.Generator().manual_seed(1))
    detections, = found_by(detector, [Frame(video, 0, image, 32, 96, (96 / 100, 32 / 33))])
    decoded = rle.decode_all(detections.masks.encode((96 / 100, 32 / 33), 33, 100), 33, 100)
    assert len(decoded) == len(detections) > 0
    assert decoded[:, :, 98].any()
    assert not decoded[:, :, 99].any()


def test_detections_above_a_score_are_kept_in_their_order():
    _, detector = small_pair('mask2former', min_score=ANY)
    everything, = found_by(detector, toy_frames(1))
    rows = sorted(range(len(everything)), key=lambda row: -everything.scores[row])
    limit = float(everything.scores[rows[1]])
    _, detector = small_pair('mask2former', min_score=limit)
    confident, = found_by(detector, toy_frames(1))
    assert confident.scores.tolist() == everything.scores[sorted(rows[:2])].tolist()


def test_classes_are_chosen_and_become_one():
    _, detector = small_pair('yolact')
    own, = found_by(detector, toy_frames(1))
    seen = [COCO[label] for label in own.labels.unique().tolist()]
    assert len(seen) >= 2
    _, detector = small_pair('yolact', classes=('other', 'first'), class_map={seen[0]: 'first'})
    first, = found_by(detector, toy_frames(1))
    assert first.labels.tolist() == [1] * int((own.labels == COCO.index(seen[0])).sum())
    _, detector = small_pair('yolact', classes=('other', 'first'), class_map={seen[0]: 'first', '*': 'other'})
    every, = found_by(detector, toy_frames(1))
    assert every.labels.tolist() == [int(COCO[label] == seen[0]) for label in own.labels.tolist()]
    assert every.masks.counts == own.masks.counts
    _, detector = small_pair('yolact', classes=(seen[1],))
    second, = found_by(detector, toy_frames(1))
    assert len(second) == (own.labels == COCO.index(seen[1])).sum()
    assert not second.labels.any()


@pytest.mark.parametrize(('options', 'message'), [
    ({'classes': ('person', 'lorry')}, r"the model knows no \['lorry'\]; it knows \['person', 'bicycle'"),
    ({'classes': ('car',), 'class_map': {'auto': 'car'}}, r"the model knows no \['auto'\]"),
    ({'classes': ('car',), 'class_map': {'car': 'sedan'}}, r"makes \['sedan'\], .* the classes \['car'\]")])
def test_unknown_classes_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        MODELS.build({**small_config('rtmdet-ins'), **options})


@pytest.mark.parametrize('missing', ['model_classes', 'data_preprocessor'])
def test_a_model_must_come_with_its_classes_and_its_normalisation(missing):
    config = small_config('rtmdet-ins')
    (config if missing == 'model_classes' else config['model']).pop(missing)
    with pytest.raises(ValueError, match='needs its data_preprocessor, and model_classes beside it'):
        MODELS.build(config)


def test_a_detector_of_boxes_is_refused():
    detector = MODELS.build(dict(type='MMDetDetector', model='rtmdet_tiny_8xb32-300e_coco')).eval()
    with pytest.raises(ValueError, match='RTMDet predicts no masks of instances'):
        found_by(detector, toy_frames(1))


def test_training_is_refused():
    with pytest.raises(NotImplementedError, match='train the model with mmdet'):
        MODELS.build(small_config('rtmdet-ins')).loss(torch.zeros(1, 1, 3, 32, 32), [])


def test_given_config_stays_as_it_was():
    config = small_config('mask-rcnn')
    before = repr(config)
    MODELS.build(config)
    assert repr(config) == before


def small_model(kind):
    return MODELS.build(dict(type='VideoInstanceSegmentor', detector=small_config(kind), **tiny_slots('iou_plus')))


@pytest.mark.parametrize('kind', ['mask-rcnn', 'rtmdet-ins'])
def test_a_checkpoint_of_mmdet_loads(kind, tmp_path):
    theirs, _ = small_pair(kind)
    path = tmp_path / 'mmdet.pth'
    torch.save({'meta': {'epoch': 24}, 'state_dict': theirs.state_dict()}, path)
    model = small_model(kind)
    load_weights(model, path)
    own = model.state_dict()
    assert len(own) == len(theirs.state_dict())
    for name, weight in theirs.state_dict().items():
        assert torch.equal(own[f'detector.model.{name}'], weight)
    # And so does the one it is stored as afterwards.
    torch.save(own, tmp_path / 'own.pth')
    load_weights(small_model(kind), tmp_path / 'own.pth')
    # By init_cfg, too.
    other = MODELS.build({**small_config(kind), 'init_cfg': dict(type='Pretrained', checkpoint=str(path))})
    other.init_weights()
    assert all(torch.equal(weight, own[f'detector.{name}']) for name, weight in other.state_dict().items())


def test_a_checkpoint_of_yolact_from_before_its_training_branch_was_renamed(tmp_path):
    theirs, _ = small_pair('yolact')
    weights = {name.replace('mask_head.segm_branch', 'segm_head'): weight for name, weight in
               theirs.state_dict().items()}
    assert any(name.startswith('segm_head.') for name in weights)
    torch.save(weights, tmp_path / 'yolact.pth')
    model = small_model('yolact')
    load_weights(model, tmp_path / 'yolact.pth')
    assert torch.equal(model.detector.model.bbox_head.conv_cls.weight, theirs.bbox_head.conv_cls.weight)


def test_a_checkpoint_of_another_model_is_refused(tmp_path):
    theirs, _ = small_pair('rtmdet-ins')
    torch.save(theirs.state_dict(), tmp_path / 'other.pth')
    with pytest.raises(ValueError, match=r'does not fit the model|lacks \d+ of the model.s weights'):
        load_weights(small_model('yolact'), tmp_path / 'other.pth')


@pytest.mark.parametrize('kind', ['mask-rcnn', 'rtmdet-ins'])
def test_videos_are_tracked(kind):
    model = small_model(kind)
    theirs, _ = small_pair(kind)
    model.detector.load_state_dict(theirs.state_dict())
    video = Video(9, 'toy', 64, 96, 2)
    results = model.eval().test_step(batch(clip([True], 0, video=video), clip([True], 1, video=video)))
    assert [result.frame for result in results] == [0, 1]
    assert len(results[0]) > 0
    assert set(results[-1].summaries) >= set(results[0].ids.tolist())


def test_frames_are_prepared_as_the_model_was_trained():
    preprocessor = small_model('rtmdet-ins').data_preprocessor
    assert preprocessor.mean.flatten().tolist() == pytest.approx([103.53, 116.28, 123.675])
    assert not preprocessor.bgr_to_rgb
    other = dict(type='ClipPreprocessor', mean=[1, 2, 3], std=[1, 1, 1])
    model = MODELS.build(dict(type='VideoInstanceSegmentor', detector=small_config('rtmdet-ins'),
                              data_preprocessor=other, **tiny_slots('iou_plus')))
    assert model.data_preprocessor.mean.flatten().tolist() == [1, 2, 3]


def test_heads_are_checked_against_the_models_own_classes():
    config = Config(dict(classes=('car',), model=dict(
        type='VideoInstanceSegmentor', **tiny_slots('iou_plus'),
        detector={**small_config('yolact'), 'classes': ('car',)})))
    check_config(config)
    config.model.detector.model_classes = ('car', 'cow')
    with pytest.raises(ValueError, match=r'detector\.model\.bbox_head\.num_classes is 80, but there are 2 classes'):
        check_config(config)
