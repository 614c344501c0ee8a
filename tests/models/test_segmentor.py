"""The loop over a video, and one training step."""

import numpy as np
import pytest
import torch

from mmvist.io import ytvis
from mmvist.structures import Video, VideoSet, VideoTracks, rle
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from tests.models.builders import batch, clip, tiny_detector, tiny_model, tiny_slots

VIDEO = Video(9, 'toy', 64, 96, 6)


@pytest.fixture(scope='module')
def model():
    return tiny_model().eval()


def stream(model, size, **options):
    """Results of a six-frame video, given `size` frames at a time."""
    results = []
    for first in range(0, VIDEO.length, size):
        frames = range(first, min(first + size, VIDEO.length))
        results += model.test_step(batch(*[clip([True], t, video=VIDEO) for t in frames]), **options)
    return results


def same(first, second):
    return (first.frame == second.frame and np.array_equal(first.ids, second.ids) and first.masks == second.masks
            and np.allclose(first.scores, second.scores, atol=1e-5)
            and np.allclose(first.bboxes, second.bboxes, atol=1e-3))


def test_results_do_not_depend_on_the_chunk(model):
    one = stream(model, 1)
    assert [result.frame for result in one] == list(range(6))
    assert sum(len(result) for result in one) > 6
    for size in (2, 4, 6):
        assert all(same(*pair) for pair in zip(one, stream(model, size), strict=True))


def test_summaries_come_with_the_last_frame_only(model):
    results = stream(model, 4)
    assert [result.summaries is None for result in results] == [True] * 5 + [False]
    seen = {track for result in results for track in result.ids.tolist()}
    assert seen <= set(results[-1].summaries)


def test_a_first_frame_starts_afresh(model):
    model.test_step(batch(clip([True], 0, video=VIDEO)))
    assert stream(model, 3)[0].ids.tolist() == list(range(len(stream(model, 3)[0])))


def test_ids_are_unique_and_boxes_inside(model):
    for result in stream(model, 3):
        assert len(set(result.ids.tolist())) == len(result)
        assert result.bboxes.min(initial=0) >= 0
        assert (result.bboxes <= [96, 64, 96, 64]).all()


def test_disjoint_masks_share_no_pixel():
    model = tiny_model(disjoint_masks=True).eval()
    for result in stream(model, 6):
        assert rle.decode_all(result.masks, 64, 96).sum(0).max(initial=0) <= 1


def test_frames_must_come_in_order(model):
    stream(model, 6)
    model.test_step(batch(clip([True], 2, video=VIDEO)))
    with pytest.raises(ValueError, match='frame 1 of video 9 cannot follow frame 2 of video 9'):
        model.test_step(batch(clip([True], 1, video=VIDEO)))


def test_another_video_starts_afresh_wherever_it_begins(model):
    model.test_step(batch(clip([True], 0, video=VIDEO)))
    first, = model.test_step(batch(clip([True], 3, video=Video(10, 'other', 64, 96, 6))))
    assert first.ids.tolist() == list(range(len(first)))


def test_no_detection_still_has_the_masks_of_others_size(model):
    # So that a frame without detections joins with frames that have some.
    blind = tiny_detector()
    blind.test_cfg.rcnn.score_thr = 1.1
    image = torch.zeros(3, 64, 96)
    frame = Frame(VIDEO, 0, image, 64, 96, (1., 1.))
    (_, nothing), = tiny_model(detector=blind).eval().detector.step(None, [frame], None)[1]
    (_, something), = model.detector.step(None, [frame], None)[1]
    assert nothing.masks.grids.shape == (0, 28, 28)
    assert len(Instances.cat([nothing, something])) == len(something) > 0


def test_frames_of_two_videos_in_a_batch_are_refused(model):
    other = Video(10, 'other', 64, 96, 6)
    with pytest.raises(ValueError, match='got toy and other; use the batch sampler VideoBatchSampler'):
        model.test_step(batch(clip([True], 5, video=VIDEO), clip([True], 0, video=other)))


def test_no_detection_at_all():
    detector = tiny_detector()
    detector.test_cfg.rcnn.score_thr = 1.1
    results = stream(tiny_model(detector=detector).eval(), 2)
    assert [len(result) for result in results] == [0] * 6
    assert results[-1].summaries == {}


def losses_of(model, *clips):
    model.train()
    data = model.data_preprocessor(batch(*clips), True)
    return model(**data, mode='loss')


@pytest.mark.parametrize('key', [[True, False], [True, True]])
def test_every_parameter_gets_a_gradient(key):
    model = tiny_model()
    losses = losses_of(model, clip(key), clip(key, ids=(0, 1)))
    total, _ = model.parse_losses(losses)
    total.backward()
    assert torch.isfinite(total)
    assert set(losses) >= {'loss_rpn_cls', 'loss_rpn_bbox', 'loss_cls', 'loss_bbox', 'loss_mask', 'loss_match'}
    assert [name for name, weight in model.named_parameters() if weight.grad is None] == []


def test_frozen_parts_learn_nothing():
    model = tiny_model(frozen=['detector.backbone', 'detector.neck']).train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    total, _ = model.parse_losses(model(**model.data_preprocessor(batch(clip([True, False])), True), mode='loss'))
    total.backward()
    frozen = ('detector.backbone.', 'detector.neck.')
    for name, weight in model.named_parameters():
        assert (weight.grad is None) == name.startswith(frozen), name
    # Nor do statistics of batch norms move.
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert model.training
    assert not model.detector.backbone.training
    assert model.detector.rpn_head.training
    assert not any(part.training for part in model.eval().modules())


def test_a_frozen_part_that_is_none_is_named():
    with pytest.raises(ValueError, match="frozen names 'detectr', which is no part of the model; its parts are .*det"):
        tiny_model(frozen=['detectr'])


def test_a_clip_without_objects_trains():
    model = tiny_model()
    total, _ = model.parse_losses(losses_of(model, clip([True, False], ids=())))
    total.backward()
    assert torch.isfinite(total)


def test_proposals_learn_from_every_class():
    # Labels are zeroed for the proposal head, on a copy: a class other than the first is no negative.
    model = tiny_model()
    item = clip([True, False])
    low = losses_of(model, item)['loss_rpn_cls']
    for frame in item['data_samples'].video_data_samples:
        frame.gt_instances.labels = frame.gt_instances.labels * 0 + 2
    torch.manual_seed(0)
    high = losses_of(model, item)['loss_rpn_cls']
    assert frame.gt_instances.labels.tolist() == [2, 2]
    assert sum(high).item() == pytest.approx(sum(low).item(), rel=.05)


def test_one_frame_clips_cannot_train_the_embedder():
    with pytest.raises(ValueError, match='use the clip sampler RandomPair'):
        losses_of(tiny_model(), clip([True]))


def test_without_an_embedder():
    model = tiny_model(**tiny_slots('iou_plus'))
    assert 'loss_match' not in losses_of(model, clip([True]))
    assert len(stream(model.eval(), 2)) == 6


def test_the_clip_padding_changes_nothing_inside():
    model = tiny_model().eval()
    data = model.data_preprocessor(batch(clip([True], size=(50, 70))))
    assert data['inputs'].shape == (1, 1, 3, 64, 96)
    assert data['inputs'][..., 50:, :].abs().sum() == 0
    image = clip([True], size=(50, 70))['inputs'][0].flip(0).float()
    expected = (image - model.data_preprocessor.mean) / model.data_preprocessor.std
    torch.testing.assert_close(data['inputs'][0, 0, :, :50, :70], expected)


def test_image_oracle(tmp_path):
    mask = np.zeros((64, 96), bool)
    mask[10:30, 20:50] = True
    rows = [(t, 7, 1, 1., (20, 10, 50, 30), rle.encode(mask), False) for t in (0, 1, 4)]
    video = Video(9, 'toy', 64, 96, 6, tuple(f'{t}.jpg' for t in range(6)))
    ytvis.write(VideoSet(('a', 'b'), (VideoTracks.from_rows(video, rows),), (1, 2)), tmp_path / 'gt.json')
    detector = dict(type='OracleDetector', ann_file=str(tmp_path / 'gt.json'), features=tiny_detector())
    oracle = tiny_model(detector=detector)
    oracle.load_state_dict(tiny_model().state_dict())      # names of the model with the real detector
    results = stream(oracle.eval(), 2)
    assert [len(result) for result in results] == [1, 1, 0, 0, 1, 0]
    assert {track for result in results for track in result.ids.tolist()} == {0}
    assert all(result.masks == (rows[0][5],) for result in results if len(result))
    assert results[-1].summaries[0].label == 1
