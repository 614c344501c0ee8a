"""What tracks keep, and the gallery."""

import numpy as np
import pytest
import torch
from torch import Tensor

from mmvist.tracking import GalleryMemory, LatestMemory, MomentumMemory
from mmvist.tracking.gallery import Gallery
from tests.tracking.toys import boxes


def looking(*rows):
    """Rows (x, label, number): an embedding of two equal numbers."""
    return boxes(*[(x, label, .5) for x, label, _ in rows]).replace(
        embeds=torch.tensor([[number, number] for _, _, number in rows], dtype=torch.float32).reshape(-1, 2))


def rings(gallery):
    """The distinct embeddings that each track keeps."""
    return [sorted({look[0] for look in ring}) for ring in map(Tensor.tolist, gallery.looks)]


class TestLatest:
    def test_keeps_what_it_is_told_as_far_as_it_is_there(self):
        found = looking((0, 1, 2.))
        assert LatestMemory().start(found).columns == ('bboxes', 'labels', 'embeds')
        assert LatestMemory(columns=['labels', 'masks']).start(found).columns == ('labels',)

    def test_frozen_columns_stay(self):
        memory = LatestMemory(frozen=['labels'])
        tracks = memory.update(memory.start(looking((0, 1, 2.))), looking((5, 3, 4.)))
        assert (tracks.labels.tolist(), tracks.bboxes[0, 0].item(), tracks.embeds[0].tolist()) == ([1], 5, [4, 4])

    def test_frozen_columns_must_be_kept(self):
        with pytest.raises(ValueError, match=r"frozen must be among columns \['bboxes'\], got \['labels'\]"):
            LatestMemory(columns=['bboxes'], frozen=['labels'])


class TestMomentum:
    def test_is_the_moving_average(self):
        memory = MomentumMemory(momentum=.75)
        tracks = memory.start(looking((0, 1, 8.), (0, 1, 0.)))
        tracks = memory.update(tracks, looking((5, 3, 4.), (7, 0, 4.)))
        assert tracks.embeds[:, 0].tolist() == [7, 1]
        assert (tracks.bboxes[:, 0].tolist(), tracks.labels.tolist()) == ([5, 7], [3, 0])
        assert memory.update(tracks, looking((5, 3, 7.), (7, 0, 3.))).embeds[:, 0].tolist() == [7, 1.5]

    def test_none_is_the_latest(self):
        memory = MomentumMemory(momentum=0.)
        assert memory.update(memory.start(looking((0, 1, 8.))), looking((5, 3, 4.))).embeds.tolist() == [[4, 4]]

    def test_detections_of_another_precision(self):
        memory = MomentumMemory(momentum=.5)
        found = looking((0, 1, 4.))
        tracks = memory.update(memory.start(looking((0, 1, 8.))), found.replace(embeds=found.embeds.half()))
        assert tracks.embeds.tolist() == [[6, 6]]

    @pytest.mark.parametrize('momentum', [-.1, 1., 2.])
    def test_it_must_be_a_share(self, momentum):
        with pytest.raises(ValueError, match='MomentumMemory: momentum must lie in 0..1 and below 1, got'):
            MomentumMemory(momentum)

    def test_detections_without_embeddings(self):
        with pytest.raises(AttributeError, match="no column 'embeds'; they have bboxes, labels, scores"):
            MomentumMemory(.5).start(boxes((0, 0, .5)))


class TestGallery:
    def test_the_oldest_goes_first(self):
        memory = GalleryMemory(budget=3)
        tracks = memory.start(looking((0, 0, 0.)))
        for number in range(1, 8):
            tracks = memory.update(tracks, looking((number, number, float(number))))
            assert rings(tracks.gallery) == [[float(kept) for kept in range(max(number - 2, 0), number + 1)]]
        assert (tracks.bboxes[0, 0].item(), tracks.labels.item()) == (7, 7)
        assert [tuple(looks.shape) for looks in tracks.gallery.looks] == [(3, 2)]

    def test_tracks_of_different_lengths_in_one_column(self):
        generator = np.random.default_rng(0)
        memory, given = GalleryMemory(budget=4), []
        tracks = memory.start(looking())
        for number in range(60):
            # Some tracks get one more, the others stay; then one is born, and sometimes one dies.
            rows = np.flatnonzero(generator.random(len(given)) < .6)
            found = looking(*[(0, 0, 100. * number + row) for row in rows])
            others = np.setdiff1d(np.arange(len(given)), rows)
            parts = [tracks[others], memory.update(tracks[rows], found),
                     memory.start(looking((0, 0, 100. * number + 99)))]
            tracks = type(tracks).cat(parts)
            given = [*[given[row] for row in others], *[[*given[row], 100. * number + place]
                                                        for place, row in zip(rows, rows, strict=True)],
                     [100. * number + 99]]
            assert rings(tracks.gallery) == [sorted(numbers[-4:]) for numbers in given]
            if generator.random() < .5:
                dead = generator.integers(len(given))
                tracks = tracks[torch.arange(len(given)) != dead]
                del given[dead]

    def test_nearest_of_all_entries(self):
        # Twenty tracks with one to three looks, the first of track n being n: more than are compared at once.
        gallery = Gallery(tuple(number + torch.arange(1. + number % 3)[:, None] for number in range(20)))
        found = torch.tensor([[0.], [7.5]])
        nearest = gallery.nearest(lambda looks: (looks - found.T).abs(), torch.zeros(0, 2))
        for number, row in enumerate(nearest.tolist()):
            looks = [number + step for step in range(1 + number % 3)]
            assert row == [min(looks), min(abs(look - 7.5) for look in looks)]

    def test_no_track(self):
        gallery = Gallery.of(torch.zeros(0, 5))
        assert len(gallery.added(torch.zeros(0, 5), 3)) == 0
        assert gallery.nearest(lambda looks: looks, torch.zeros(0, 4)).shape == (0, 4)

    def test_what_was_there_stays(self):
        first = Gallery.of(torch.ones(1, 2))
        second = first.added(torch.full((1, 2), 2.), 2)
        third = second.added(torch.full((1, 2), 3.), 2)
        assert [rings(gallery) for gallery in (first, second, third)] == [[[1]], [[1, 2]], [[2, 3]]]

    def test_a_budget_of_none_is_refused(self):
        with pytest.raises(ValueError, match='GalleryMemory: budget must be at least 1, got 0'):
            GalleryMemory(0)

    def test_detections_without_embeddings(self):
        with pytest.raises(AttributeError, match="no column 'embeds'; they have bboxes, labels, scores"):
            GalleryMemory(3).start(boxes((0, 0, .5)))
