"""Stored detections in the detector slot."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from mmvist.io import mot, ytvis
from mmvist.io.detections import DetectionsWriter
from mmvist.registry import MODELS
from mmvist.structures import Video, VideoSet
from mmvist.structures.detections import VideoDetections
from mmvist.structures.frames import Frame
from tests.models.builders import batch, clip, tiny_detector, tiny_model

CLASSES = ('car', 'person')
BOXES = [[0, 0, 4, 4], [8, 0, 12, 4], [2, 0, 6, 4]]


@pytest.fixture
def street(make_video_tracks):
    return make_video_tracks([(0, 1, 0, BOXES[0], .5), (0, 2, 1, BOXES[1], .25), (2, 1, 0, BOXES[2], .75)], video_id=7,
                             file_names=tuple('0123'))


@pytest.fixture
def file(street, tmp_path):
    found = VideoDetections.from_tracks(street)
    other = replace(found, video=replace(street.video, id=8, name='other'), scores=found.scores / 2)
    with DetectionsWriter(tmp_path / 'found.npz', CLASSES) as writer:
        for one in (found, other):
            writer.write(replace(one, embeds=np.eye(3, dtype=np.float32)))
    return str(tmp_path / 'found.npz')


def frame(index, video, scale=(1., 1.)):
    return Frame(video, index, torch.zeros(3, 4, 4), 4, 4, scale)


def found_in(config, video, frames=range(4), scale=(1., 1.)):
    detector = MODELS.build(dict(type='FileDetector', **config))
    state, answers = detector.step(detector.init(), [frame(index, video, scale) for index in frames], None)
    assert (state, detector.finish(state), [answer.index for answer, _ in answers]) == (None, [], list(frames))
    return [detections for _, detections in answers]


def test_every_frame_has_its_detections_in_network_coordinates(file, street):
    found = found_in(dict(file=file), street.video, scale=(2., 3.))
    assert [len(detections) for detections in found] == [2, 0, 1, 0]
    assert found[0].bboxes.tolist() == [[0, 0, 8, 12], [16, 0, 24, 12]]
    assert (found[0].labels.tolist(), found[0].scores.tolist()) == ([0, 1], [.5, .25])
    assert found[2].embeds.tolist() == [[0, 0, 1]]
    assert found[2].masks.counts == street.masks[2:]


def test_videos_side_by_side(file, street):
    detector = MODELS.build(dict(type='FileDetector', file=file))
    videos = street.video, replace(street.video, id=8, name='other'), Video(99, 'other', 12, 16, 4)
    frames = [frame(index, video) for index in (0, 2) for video in videos]
    scores = [detections.scores.tolist() for _, detections in detector.step(None, frames, None)[1]]
    assert scores == [[.5, .25], [.25, .125], [.25, .125], [.75], [.375], [.375]]


def test_scores_and_classes_are_chosen(file, street):
    found = found_in(dict(file=file, min_score=.5), street.video)
    assert [detections.scores.tolist() for detections in found] == [[.5], [], [.75], []]
    found = found_in(dict(file=file, classes=['person']), street.video)
    assert [detections.labels.tolist() for detections in found] == [[0], [], [], []]
    with pytest.raises(ValueError, match=r"classes \['bus'\] are not in the file; it has \['car', 'person'\]"):
        found_in(dict(file=file, classes=['bus']), street.video)


def test_boxes_alone(street, tmp_path):
    video = replace(street.video, id='street', file_names=())
    truth = VideoSet(('pedestrian',), (replace(street, video=video, labels=0 * street.labels),), (1,))
    mot.write(truth, tmp_path / 'gt')
    (tmp_path / 'det').mkdir()
    (tmp_path / 'det' / 'street.txt').write_text('1,-1,-2,0,4,4,0.5\n3,-1,8,0,4,4,2.5\n')
    config = dict(file=str(tmp_path / 'det'), ann_file=str(tmp_path / 'gt'), ann_format='mot')
    found = found_in(config, video)
    assert found[0].bboxes.tolist() == [[-2, 0, 2, 4]]
    assert (found[2].scores.tolist(), 'masks' in found[2]) == ([2.5], False)
    model = MODELS.build(dict(type='VideoInstanceSegmentor', detector=dict(type='FileDetector', **config),
                              tracker=dict(type='SingleFrameTracker')))
    results = model.step(model.init(), [frame(index, video) for index in range(4)])[1]
    assert [result.masks for result in results] == [(None,), (), (None,), ()]
    # A box without a mask is not cut off at the image's border.
    assert results[0].bboxes.tolist() == [[-2, 0, 2, 4]]


def test_what_is_refused(file, street):
    for video, frames, message in (
            (replace(street.video, id=1, name='none'), [0], r"found\.npz: video 1 \(none\) is not there"),
            (replace(street.video, width=20), [0], r'\(4, 12, 16\) there, \(4, 12, 20\) is wanted'),
            (replace(street.video, length=0, file_names=()), [4],
             r"frame 4 of video 7 \(street\) is not there; it has 4 frames")):
        with pytest.raises(ValueError, match=message):
            found_in(dict(file=file), video, frames)
    with pytest.raises(FileNotFoundError, match='none: no such file or folder'):
        found_in(dict(file='none'), street.video)


def test_features_for_an_embedder(tmp_path):
    """The embedder looks at another detector's maps; its checkpoint loads under the names it has."""
    real = tiny_model().eval()
    video = Video(9, 'toy', 64, 96, 2)
    prepared = [clip([True], index, video=video) for index in range(2)]
    images = real.data_preprocessor(batch(*prepared))['inputs'].flatten(0, 1)
    frames = [Frame(video, index, images[index], 64, 96, (1., 1.)) for index in range(2)]
    with torch.no_grad():
        expected = [real.embedder(*answer)[1] for answer in real.detector.step(None, frames, None)[1]]
    stored = VideoDetections(
        video, np.cumsum([0, *map(len, expected)]),
        *(torch.cat([getattr(one, name) for one in expected]).numpy() for name in ('labels', 'scores', 'bboxes')),
        tuple(mask for one in expected for mask in one.masks.encode((1., 1.), 64, 96)))
    with DetectionsWriter(tmp_path / 'found.npz', ('a', 'b', 'c')) as writer:
        writer.write(stored)
    model = tiny_model(detector=dict(type='FileDetector', file=str(tmp_path / 'found.npz'), features=tiny_detector()))
    model.load_state_dict(real.state_dict())
    model.eval()
    with torch.no_grad():
        got = [model.embedder(*answer)[1] for answer in model.detector.step(None, frames, None)[1]]
    assert sum(map(len, got)) > 2
    for one, other in zip(got, expected, strict=True):
        torch.testing.assert_close(one.embeds, other.embeds)


def test_the_oracle_reads_annotations(street, tmp_path):
    ytvis.write(VideoSet(CLASSES, (street,), (1, 2)), tmp_path / 'gt.json')
    oracle = MODELS.build(dict(type='OracleDetector', ann_file=str(tmp_path / 'gt.json'), classes=['person', 'car']))
    (_, detections), = oracle.step(None, [frame(0, street.video)], None)[1]
    assert (detections.labels.tolist(), detections.scores.tolist()) == ([1, 0], [1, 1])
    assert detections.bboxes.tolist() == BOXES[:2]
