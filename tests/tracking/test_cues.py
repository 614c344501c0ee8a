"""Cues against loops and closed forms."""

import math

import numpy as np
import pytest
import torch

from mmvist.structures import rle
from mmvist.structures.instances import Instances
from mmvist.structures.masks import BoxMasks, RLEMasks
from mmvist.tracking import (
    AppearanceSoftmax,
    BoxIoU,
    EmbeddingDistance,
    Gap,
    InheritedId,
    MaskIoU,
    SameClass,
    Score,
    SignedBoxIoU,
)
from mmvist.tracking.gallery import Gallery
from tests.tracking.toys import boxes

GENERATOR = np.random.default_rng(0)
OLD, NEW = GENERATOR.normal(size=(4, 8)).astype(np.float32), GENERATOR.normal(size=(3, 8)).astype(np.float32)


def looking(embeds):
    return boxes(*[(0, 0, .5)] * len(embeds)).replace(embeds=torch.from_numpy(np.asarray(embeds, np.float32)))


def lying(*corners):
    return boxes(*[(0, 0, .5)] * len(corners)).replace(bboxes=torch.tensor(corners, dtype=torch.float32).reshape(-1, 4))


def distance(first, second, metric):
    if metric == 'euclidean':
        return math.sqrt(sum((a - b) ** 2 for a, b in zip(first, second, strict=True)))
    lengths = [math.sqrt(sum(a * a for a in one)) for one in (first, second)]
    return 1 - sum(a * b for a, b in zip(first, second, strict=True)) / math.prod(lengths)


@pytest.mark.parametrize('cue', [
    AppearanceSoftmax(), BoxIoU(), EmbeddingDistance('cosine'), Gap(5), InheritedId(), SameClass(), Score(),
    SignedBoxIoU()], ids=lambda cue: type(cue).__name__)
@pytest.mark.parametrize(('num_tracks', 'num_detections'), [(0, 0), (0, 2), (3, 0), (3, 2)])
def test_every_cue_has_a_row_of_its_own_for_new(cue, num_tracks, num_detections):
    many = looking(OLD).replace(ids=torch.arange(4), gaps=torch.ones(4, dtype=torch.long), inherited=torch.arange(4))
    affinity = cue(many[:num_tracks], many[:num_detections])
    assert affinity.shape == (1 + num_tracks, num_detections)
    assert affinity.dtype == torch.float32


def test_appearance_is_a_softmax_over_zero_and_the_dot_products():
    affinity = AppearanceSoftmax(weight=2.)(looking(OLD), looking(NEW))
    for column, found in enumerate(NEW):
        likes = [1.] + [math.exp(sum(a * b for a, b in zip(track, found, strict=True))) for track in OLD]
        expected = [2 * math.log(like / sum(likes)) for like in likes]
        assert affinity[:, column].tolist() == pytest.approx(expected, rel=1e-5)
    assert (affinity / 2).exp().sum(0).tolist() == pytest.approx([1] * 3)


def test_appearance_of_large_half_precision_embeddings():
    # Products of 6.5e4 * 64 do not fit into sixteen bits.
    large = looking(np.full((1, 64), 250.)).replace(embeds=torch.full((1, 64), 250., dtype=torch.float16))
    assert AppearanceSoftmax()(large, large).tolist() == [[-250. * 250 * 64], [0.]]


@pytest.mark.parametrize('metric', ['cosine', 'euclidean'])
class TestEmbeddingDistance:
    def test_of_single_embeddings(self, metric):
        affinity = EmbeddingDistance(metric, weight=.5, new=.3)(looking(OLD), looking(NEW))
        assert affinity[0].tolist() == pytest.approx([-.15] * 3)
        for row, track in enumerate(OLD):
            expected = [-.5 * distance(track, found, metric) for found in NEW]
            assert affinity[1 + row].tolist() == pytest.approx(expected, rel=1e-5)

    def test_of_galleries_is_that_of_the_nearest(self, metric):
        looks = [OLD[:3], OLD[[3, 0]]]
        tracks = boxes(*[(0, 0, .5)] * 2).replace(gallery=Gallery(tuple(map(torch.from_numpy, looks))))
        affinity = EmbeddingDistance(metric)(tracks, looking(NEW))
        for row, ring in enumerate(looks):
            expected = [-min(distance(look, found, metric) for look in ring) for found in NEW]
            assert affinity[1 + row].tolist() == pytest.approx(expected, rel=1e-5)

    def test_equal_embeddings_are_no_distance_apart(self, metric):
        for look in (OLD, OLD * 1e4, OLD + 1e3):
            diagonal = EmbeddingDistance(metric)(looking(look), looking(look))[1:].diagonal()
            assert diagonal.tolist() == pytest.approx([0] * 4, abs=1e-6 if metric == 'cosine' else 0)
            assert (diagonal <= 0).all()


def test_cosine_of_nothing_is_a_right_angle_and_of_opposites_two():
    affinity = EmbeddingDistance('cosine')(looking([[0., 0], [1, 0]]), looking([[-3., 0], [0, 0]]))
    assert affinity[1:].tolist() == [[-1, -1], [-2, -1]]


def test_an_unknown_metric_is_refused():
    with pytest.raises(ValueError, match="EmbeddingDistance: metric must be one of .*'euclidean'.*, got 'l1'"):
        EmbeddingDistance('l1')


def test_box_overlap():
    tracks, found = lying((0, 0, 10, 10), (0, 0, 0, 0)), lying((5, 0, 15, 10), (0, 0, 10, 10), (0, 0, 0, 0))
    assert BoxIoU(weight=2., new=.3)(tracks, found).tolist() == [
        pytest.approx([.6] * 3), pytest.approx([2 / 3, 2, 0]), [0, 0, 0]]
    assert BoxIoU(new=.3, times_score=True)(tracks, found)[:2].tolist() == [
        pytest.approx([.3] * 3), pytest.approx([1 / 6, .5, 0])]


@pytest.mark.parametrize(('other', 'signed'), [
    ((0, 0, 10, 10), 1.), ((5, 0, 15, 10), 50 / 150), ((5, 5, 15, 15), 25 / 175),
    ((10, 0, 20, 10), 0.), ((10, 10, 20, 20), 0.),              # they touch
    ((12, 0, 22, 10), -20 / 220), ((0, -15, 10, -5), -50 / 250),       # apart along one axis
    ((13, 14, 23, 24), -12 / 212),                              # along both
    ((0, 0, 0, 0), 0.), ((4, 4, 4, 4), 0.)])                    # without area
def test_signed_overlap(other, signed):
    affinity = SignedBoxIoU(weight=.5, new=1.25)(lying((0, 0, 10, 10)), lying(other))
    assert affinity.flatten().tolist() == pytest.approx([-.625, -.5 * (1 - signed)])


def test_signed_overlap_tells_near_from_far():
    affinity = SignedBoxIoU()(lying((0, 0, 10, 10)), lying(*[(x, 3, x + 10, 13) for x in range(10, 400, 10)]))[1]
    assert (affinity.diff() < 0).all()
    assert affinity.min() > -2


def test_mask_overlap_counts_pixels():
    generator = np.random.default_rng(0)
    masks = generator.random((6, 20, 30)) < generator.random((6, 1, 1))
    masks[5] = False
    column = RLEMasks(tuple(map(rle.encode, masks)), 20, 30)
    many = boxes(*[(0, 0, .5)] * 6).replace(masks=column)
    affinity = MaskIoU(weight=2., new=.25)(many[:2], many[2:])
    assert affinity[0].tolist() == [.5] * 4
    for row, column in np.ndindex(2, 4):
        both, either = masks[row] & masks[2 + column], masks[row] | masks[2 + column]
        assert affinity[1 + row, column].item() == pytest.approx(2 * both.sum() / max(either.sum(), 1))


def test_masks_must_be_pixels():
    found = boxes((0, 0, .5)).replace(masks=BoxMasks(torch.ones(1, 2, 2), torch.tensor([[0., 0, 10, 10]])))
    with pytest.raises(ValueError, match='masks are compared as pixels, got BoxMasks; set pixel_masks=True'):
        MaskIoU()(found, found)


def test_gap():
    tracks = looking(OLD).replace(gaps=torch.tensor([1, 2, 12, 13]))
    affinity = Gap(window=12)(tracks, looking(NEW))
    assert affinity.tolist() == [pytest.approx([-gap / 12] * 3) for gap in (0, 1, 2, 12, 13)]
    assert affinity[3, 0] == -1       # without rounding


def test_inherited_ids():
    tracks = boxes((0, 0, .5), (0, 0, .5)).replace(ids=torch.tensor([7, 0]))
    found = boxes(*[(0, 0, .5)] * 4).replace(inherited=torch.tensor([0, -1, 7, 3]))
    assert InheritedId(weight=2.)(tracks, found).tolist() == [[1, 1, 1, 1], [0, 0, 2, 0], [2, 0, 0, 0]]


def test_same_class():
    assert SameClass(weight=10.)(boxes((0, 1, .5), (0, 2, .5)), boxes((0, 2, .5), (0, 3, .5))).tolist() == [
        [10, 10], [0, 0], [10, 0]]
    assert SameClass(new=0.)(boxes((0, 1, .5)), boxes((0, 1, .5))).tolist() == [[0], [1]]


def test_score_is_a_logarithm_that_stays_finite():
    affinity = Score(weight=2.)(boxes((0, 0, .1)), boxes((0, 0, 1.), (0, 0, .5), (0, 0, 0.)))
    expected = [0, 2 * math.log(.5), 2 * math.log(1e-12)]
    assert affinity.tolist() == [pytest.approx(expected, rel=1e-6)] * 2


def test_nothing_is_written_into_tracks_or_detections():
    tracks = Instances(embeds=torch.from_numpy(OLD.copy()), bboxes=torch.rand(4, 4), labels=torch.arange(4),
                       gaps=torch.arange(4), ids=torch.arange(4))
    found = looking(NEW).replace(inherited=torch.arange(3))
    before = [{name: getattr(part, name).clone() for name in part.columns} for part in (tracks, found)]
    for cue in (AppearanceSoftmax(3.), EmbeddingDistance('cosine', 3.), EmbeddingDistance('euclidean', 3.), BoxIoU(3.),
                SignedBoxIoU(3.), Gap(3), InheritedId(3.), SameClass(3.), Score(3.)):
        cue(tracks, found)
    for part, kept in zip((tracks, found), before, strict=True):
        assert all(torch.equal(getattr(part, name), column) for name, column in kept.items())
