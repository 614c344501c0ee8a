"""MOTSNet's embedder: which features are pooled, and which regions its loss compares."""

import pytest
import torch
import torch.nn.functional as F
from mmdet.structures.bbox import bbox2roi

from mmvist.models.detectors import DetectorLoss
from mmvist.models.embedders import MaskPoolEmbedder
from mmvist.models.losses import Embedded, batch_hard_triplet
from mmvist.structures import Video, rle
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.structures.masks import BoxMasks, RLEMasks
from tests.models.builders import clip

EXTRACTOR = dict(type='SingleRoIExtractor', roi_layer=dict(type='RoIAlign', output_size=4, sampling_ratio=2),
                 out_channels=6, featmap_strides=[4, 8])
HEAD = dict(num_classes=2, in_channels=6, hidden_channels=5, channels=3)
TRIPLET = dict(type='BatchHardTriplet', margin=1.0)
BOXES = torch.tensor([[4., 8., 36., 40.], [10., 4., 26., 44.], [20., 20., 60., 50.]])


def embedder(head=HEAD, loss=TRIPLET, **options):
    torch.manual_seed(0)
    built = MaskPoolEmbedder(EXTRACTOR, head, loss, **options)
    built.init_weights()
    return built


def features(frames=1, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return tuple(torch.randn(frames, 6, size, size, generator=generator) for size in (16, 8, 4))


def half_masks(regions, seed=0, size=8):
    """Grids whose cells are in or out by chance."""
    return (torch.rand(regions, size, size, generator=torch.Generator().manual_seed(seed)) < .5).float()


def frame_of(maps, scale=(1., 1.)):
    return Frame(Video(1, 'v', 32, 32, 1), 0, torch.zeros(3, 64, 64), 64, 64, scale,
                 {'neck': tuple(level[0] for level in maps)})


def found(masks, labels=(0, 1, 1)):
    return Instances(bboxes=BOXES, labels=torch.tensor(labels), masks=masks)


def pooled_by_hand(built, maps, boxes, grids=None):
    """Means of 4x4 cells, each weighted by how many of the 2x2 cells of the mask in it are in."""
    cells = built.roi_extractor(maps[:2], bbox2roi(boxes))
    weights = torch.ones(len(cells), 4, 4) if grids is None else grids.view(-1, 4, 2, 4, 2).sum((2, 4))
    return torch.einsum('rchw,rhw->rc', cells, weights) / weights.sum((1, 2))[:, None]


def headed_by_hand(built, pooled, labels):
    hidden = F.leaky_relu(built.head.norm(pooled @ built.head.hidden.weight.T), .01)
    both = F.linear(hidden, built.head.output.weight, built.head.output.bias)
    return F.normalize(torch.where(labels[:, None] == 0, both[:, :3], both[:, 3:]))


class TestForward:
    def test_features_are_pooled_under_the_mask(self):
        built, maps, grids = embedder().eval(), features(), half_masks(3)
        frame = frame_of(maps)
        same, embedded = built(frame, found(BoxMasks(grids, BOXES)))
        assert same is frame
        expected = headed_by_hand(built, pooled_by_hand(built, maps, [BOXES], grids), embedded.labels)
        torch.testing.assert_close(embedded.embeds, expected)

    def test_masks_in_pixels_say_the_same(self):
        # The image has half of the network's pixels, of which each cell of a mask has four, eight or more.
        built, maps = embedder().eval(), features()
        boxes = torch.tensor([[4., 8., 36., 40.], [16., 0., 48., 64.]])
        soft = BoxMasks(half_masks(2), boxes)
        pixels = torch.zeros(2, 32, 32)
        pixels[0, 4:20, 2:18] = soft.grids[0].repeat_interleave(2, 0).repeat_interleave(2, 1)
        pixels[1, :, 8:24] = soft.grids[1].repeat_interleave(4, 0).repeat_interleave(2, 1)
        hard = RLEMasks(tuple(rle.encode(mask.numpy()) for mask in pixels), 32, 32)
        frame = frame_of(maps, (2., 2.))
        first, second = (built(frame, Instances(bboxes=boxes, labels=torch.tensor([0, 1]), masks=masks))[1].embeds
                         for masks in (soft, hard))
        torch.testing.assert_close(first, second)

    def test_over_the_whole_box(self):
        built, maps = embedder(pooling='box').eval(), features()
        frame = frame_of(maps)
        some = Instances(bboxes=BOXES, labels=torch.tensor([0, 1, 1]))
        expected = headed_by_hand(built, pooled_by_hand(built, maps, [BOXES]), some.labels)
        torch.testing.assert_close(built(frame, some)[1].embeds, expected)
        torch.testing.assert_close(built(frame, found(BoxMasks(half_masks(3), BOXES)))[1].embeds, expected)

    @pytest.mark.parametrize('pooling', ['mask', 'box'])
    def test_without_a_head_the_features_themselves(self, pooling):
        built, maps, grids = embedder(None, None, pooling=pooling), features(), half_masks(3)
        expected = F.normalize(pooled_by_hand(built, maps, [BOXES], grids if pooling == 'mask' else None))
        embeds = built(frame_of(maps), found(BoxMasks(grids, BOXES)))[1].embeds
        torch.testing.assert_close(embeds, expected)
        torch.testing.assert_close(embeds.norm(dim=1), torch.ones(3))

    @pytest.mark.parametrize(('head', 'loss', 'channels'), [(HEAD, TRIPLET, 3), (None, None, 6)])
    @pytest.mark.parametrize('pooling', ['mask', 'box'])
    def test_no_detection(self, head, loss, channels, pooling):
        none = found(BoxMasks(half_masks(3), BOXES))[:0]
        built = embedder(head, loss, pooling=pooling).eval()
        assert built(frame_of(features()), none)[1].embeds.shape == (0, channels)

    def test_a_detector_without_masks_is_refused(self):
        some = Instances(bboxes=BOXES, labels=torch.tensor([0, 1, 1]))
        with pytest.raises(ValueError, match='needs the column masks.* it gives bboxes, labels. Use pooling="box"'):
            embedder()(frame_of(features()), some)


@pytest.mark.parametrize(('arguments', 'told'), [
    (dict(pooling='average'), r"pooling must be one of \('mask', 'box'\), got 'average'"),
    (dict(loss=None), 'head and loss go together, got a head without a loss'),
    (dict(head=None), 'head and loss go together, got a loss without a head'),
    (dict(min_presence=-.1), 'min_presence must lie in 0..1, without 1, got -0.1'),
    (dict(min_presence=1.), 'min_presence must lie in 0..1, without 1, got 1.0')])
def test_what_does_not_fit(arguments, told):
    with pytest.raises(ValueError, match=f'MaskPoolEmbedder: {told}'):
        embedder(**arguments)


def regions(ids, labels=None, seed=0):
    """One box and one mask for each id."""
    generator = torch.Generator().manual_seed(seed)
    corners = torch.rand(len(ids), 2, generator=generator) * 30
    boxes = torch.cat([corners, corners + 10 + 20 * torch.rand(len(ids), 2, generator=generator)], dim=1)
    return Instances(bboxes=boxes, labels=torch.tensor(labels or [0] * len(ids), dtype=torch.long),
                     ids=torch.tensor(ids, dtype=torch.long), masks=BoxMasks(half_masks(len(ids), seed), boxes))


def objects(*ids):
    return regions(sorted(set(ids))).only(('bboxes', 'labels', 'ids'))


def clips_of(*frames):
    """One clip for each tuple of the numbers of its frames."""
    clips = []
    for number, numbers in enumerate(frames):
        some = clip([True] * len(numbers), video=Video(number, 'v', 64, 96, 9))['data_samples']
        for sample, index in zip(some.video_data_samples, numbers, strict=True):
            sample.set_metainfo({'frame': index})
        clips.append(some)
    return clips


def trained_on(maps, frames):
    """Regions as given for each frame; its objects are those that they show."""
    return DetectorLoss({}, {'neck': maps}, list(frames), [objects() if some is None else objects(*some.ids.tolist())
                                                           for some in frames])


def expected_loss(built, maps, frames, of_clip, chosen=None):
    """The triplet loss over chosen regions, embedded by hand; statistics are of all of them."""
    boxes = [torch.zeros(0, 4) if some is None else some.bboxes for some in frames]
    together = Instances.cat([some for some in frames if some is not None])
    pooled = pooled_by_hand(built, maps, boxes, together.masks.grids)
    embeds = headed_by_hand(built, pooled, together.labels)
    columns = Embedded(embeds, together.labels, together.ids, torch.tensor([of_clip] * 2).T)
    chosen = torch.arange(len(together)) if chosen is None else torch.tensor(chosen, dtype=torch.long)
    columns = Embedded(*(column[chosen] for column in columns))
    return batch_hard_triplet(columns, columns, 1.0)


class TestLoss:
    def test_frames_of_a_clip_are_compared_and_those_of_another_are_not(self):
        # The second frame of the second clip is not key.
        built, maps = embedder(), features(4)
        frames = [regions([1, 2], [0, 1], 1), regions([1, 1, 3], [0, 0, 0], 2), regions([1, 2, 5], [0, 1, 1], 3), None]
        loss = built.loss(trained_on(maps, frames), clips_of((0, 1), (3, 4)))
        assert set(loss) == {'loss_track'}
        expected = expected_loss(built, maps, frames, [0] * 5 + [1] * 3)
        assert loss['loss_track'].item() == pytest.approx(expected.item()) != 0
        assert expected.item() != pytest.approx(expected_loss(built, maps, frames, [0] * 8).item())

    def test_a_frame_without_regions(self):
        built, maps = embedder(), features(2)
        frames = [regions([1, 2, 2], seed=1), regions([])]
        loss = built.loss(trained_on(maps, frames), clips_of((0, 1)))['loss_track']
        assert loss.item() == pytest.approx(expected_loss(built, maps, frames, [0] * 3).item()) != 0

    def test_no_region_at_all_costs_nothing(self):
        built, maps = embedder(min_presence=.5), tuple(level.requires_grad_() for level in features(2))
        loss = built.loss(trained_on(maps, [regions([]), None]), clips_of((0, 1)))['loss_track']
        loss.backward()
        assert loss.item() == 0
        assert all(weight.grad is not None for weight in built.parameters())

    def test_without_a_head_nothing_is_trained(self):
        built = embedder(None, None)
        assert built.loss(trained_on(features(2), [regions([1]), regions([1])]), clips_of((0, 1))) == {}
        assert list(built.parameters()) == []

    def test_over_the_whole_box(self):
        built, maps = embedder(pooling='box'), features(2)
        frames = [regions([1, 2, 2], seed=1), regions([2, 1], seed=2)]
        full = [some.replace(masks=BoxMasks(torch.ones(len(some), 8, 8), some.bboxes)) for some in frames]
        loss = built.loss(trained_on(maps, frames), clips_of((0, 1)))['loss_track']
        assert loss.item() == pytest.approx(expected_loss(built, maps, full, [0] * 5).item()) != 0

    def test_gradients_reach_features_under_masks_only(self):
        # Boxes of one cell of the finest map per cell of a region, whose masks are their left or right halves.
        built, maps = embedder(), tuple(level.requires_grad_() for level in features())
        boxes = torch.tensor([[4., 4., 20., 20.], [4., 36., 20., 52.], [36., 4., 52., 20.]])
        grids = torch.zeros(3, 8, 8)
        grids[0, :, :4], grids[1, :, 4:], grids[2, :4] = 1, 1, 1
        some = Instances(bboxes=boxes, labels=torch.zeros(3, dtype=torch.long), ids=torch.tensor([1, 1, 2]),
                         masks=BoxMasks(grids, boxes))
        built.loss(trained_on(maps, [some]), clips_of((0,)))['loss_track'].backward()
        # Features of cells have their centres half a cell further on, so that the next cell is read too.
        expected, seen = torch.zeros(16, 16, dtype=torch.bool), (maps[0].grad[0] != 0).any(0)
        for top, bottom, left, right in ((1, 5, 1, 3), (9, 13, 3, 5), (1, 3, 9, 13)):
            expected[top - 1:bottom + 1, left - 1:right + 1] = True
            assert seen[top:bottom, left:right].all()
        assert not (seen & ~expected).any()
        assert (maps[1].grad == 0).all()
        assert maps[2].grad is None


class TestMinPresence:
    """Tracks must show in more than half of a clip's frames."""

    @pytest.mark.parametrize(('shown', 'chosen'), [
        # Track 1 shows everywhere, 2 in exactly half of the frames.
        ([[1, 2], [1, 2], [1], [1]], [0, 2, 4, 5]),
        # One more, and it counts.
        ([[1, 2], [1, 2], [1, 2], [1]], range(7)),
        # Of three frames two are more than half, one is less.
        ([[1, 2], [1], [1, 2, 3]], [0, 1, 2, 3, 4]),
        # Two regions of one object in a frame are one frame.
        ([[1, 2], [1, 2, 2, 2], [1], [1]], [0, 2, 6, 7]),
        # Nothing lasts.
        ([[1, 2], [3, 4]], [])])
    def test_by_hand(self, shown, chosen):
        built, maps = embedder(min_presence=.5), features(len(shown))
        frames = [regions(ids, seed=seed) for seed, ids in enumerate(shown)]
        loss = built.loss(trained_on(maps, frames), clips_of(range(len(shown))))['loss_track']
        count = sum(map(len, frames))
        expected = expected_loss(built, maps, frames, [0] * count, list(chosen))
        assert loss.item() == pytest.approx(expected.item())
        if 0 < len(chosen) < count:
            assert loss.item() != pytest.approx(expected_loss(built, maps, frames, [0] * count).item(), abs=1e-4)

    def test_objects_count_where_no_region_found_them(self):
        # Regions are those of one key frame; the objects of the others say that track 1 stays and 2 leaves.
        built, maps = embedder(min_presence=.5), features(3)
        frames = [regions([1, 2, 4, 4], seed=1), None, None]
        trained = DetectorLoss({}, {'neck': maps}, frames, [objects(1, 2, 4), objects(1, 4), objects(4, 3)])
        loss = built.loss(trained, clips_of((0, 1, 2)))['loss_track']
        assert loss.item() == pytest.approx(expected_loss(built, maps, frames, [0] * 4, [0, 2, 3]).item()) != 0

    def test_a_frame_that_is_repeated_counts_once(self):
        # Frames 0, 1, 2, 2, 2: track 2 shows in frame 2 alone, one of three; track 1 in two of three.
        built, maps = embedder(min_presence=.5), features(5)
        shown = [[1, 3], [1, 3], [2, 3], [2, 3], [2, 3]]
        frames = [regions(ids, seed=seed) for seed, ids in enumerate(shown)]
        loss = built.loss(trained_on(maps, frames), clips_of((0, 1, 2, 2, 2)))['loss_track']
        chosen = [0, 1, 2, 3, 5, 7, 9]
        assert loss.item() == pytest.approx(expected_loss(built, maps, frames, [0] * 10, chosen).item()) != 0

    def test_clips_do_not_mix(self):
        # Track 1 shows in one of two frames of each clip, tracks 2 and 3 in both frames of one.
        built, maps = embedder(min_presence=.5), features(4)
        shown = [[1, 2, 3], [2, 3], [2, 1], [1, 3]]
        frames = [regions(ids, seed=seed) for seed, ids in enumerate(shown)]
        loss = built.loss(trained_on(maps, frames), clips_of((0, 1), (0, 1)))['loss_track']
        expected = expected_loss(built, maps, frames, [0] * 5 + [1] * 4, [1, 2, 3, 4, 6, 7])
        assert loss.item() == pytest.approx(expected.item()) != 0

    def test_no_share_asks_for_nothing(self):
        built, maps = embedder(), features(4)
        frames = [regions(ids, seed=seed) for seed, ids in enumerate([[1, 2], [1], [1], [1]])]
        loss = built.loss(trained_on(maps, frames), clips_of(range(4)))['loss_track']
        assert loss.item() == pytest.approx(expected_loss(built, maps, frames, [0] * 5).item()) != 0
