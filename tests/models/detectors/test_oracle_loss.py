"""What the oracle hands on in training."""

import torch

from mmvist.io import ytvis
from mmvist.registry import MODELS
from mmvist.structures import Video, VideoSet, VideoTracks
from tests.models.builders import batch, clip, tiny_detector, tiny_model, tiny_slots


def oracle(folder, **options):
    video = Video(9, 'toy', 64, 96, 2)
    ytvis.write(VideoSet(('a', 'b', 'c'), (VideoTracks.from_rows(video, []),), (1, 2, 3)), folder / 'none.json')
    return dict(type='OracleDetector', ann_file=str(folder / 'none.json'), **options)


def test_objects_are_regions_and_images_features(tmp_path):
    model = tiny_model(detector=oracle(tmp_path), **tiny_slots('iou_plus'))
    assert model.state_dict() == {}
    data = model.data_preprocessor(batch(clip([True, False]), clip([False, True], 3, ids=(7,))), True)
    found = model.detector.loss(data['inputs'], data['data_samples'])
    assert found.losses == {}
    assert set(found.features) == {'image'}
    images, = found.features['image']
    assert torch.equal(images[2], data['inputs'][1, 0])
    assert [objects.ids.tolist() for objects in found.objects] == [[4, 0], [4, 0], [7], [7]]
    assert found.objects[3].bboxes.tolist() == [[14, 10, 38, 38]]
    assert [None if regions is None else regions.ids.tolist() for regions in found.regions] == [[4, 0], None, None, [7]]
    assert found.regions[0].ious.tolist() == [1, 1]
    assert model(**data, mode='loss') == {}


def test_an_embedder_trains_on_another_detectors_features(tmp_path):
    model = tiny_model(detector=oracle(tmp_path, features=tiny_detector()))
    data = model.data_preprocessor(batch(clip([True, False])), True)
    losses = model(**data, mode='loss')
    assert set(losses) == {'loss_match'}
    losses['loss_match'].backward()
    assert all(weight.grad.abs().sum() > 0 for weight in model.embedder.parameters())
    # The features are those of the detector itself.
    detector = MODELS.build(tiny_detector())
    detector.load_state_dict(model.detector.features.state_dict())
    expected = detector.train().extract(data['inputs'].flatten(0, 1))
    for level, wanted in zip(model.detector.loss(**{'inputs': data['inputs'], 'clips': data['data_samples']})
                             .features['neck'], expected, strict=True):
        torch.testing.assert_close(level, wanted)
