import cv2
import numpy as np
import pytest
import torch

from mmvist.datasets.clip import Annotations, Clip, ClipFrame, Objects
from mmvist.datasets.transforms import (
    BlankFrames,
    BrokenFrameError,
    LoadFrames,
    LoadTracks,
    PackClip,
    RandomCropClip,
    RandomFlipClip,
    RandomResizeClip,
    RandomScaleClip,
    ResizeClip,
)
from mmvist.datasets.transforms.geometry import resized_size, tight_boxes
from mmvist.registry import TRANSFORMS
from mmvist.structures import Video

HEIGHT, WIDTH = 8, 10
BOXES = [(1, 1, 4, 5), (5, 2, 9, 8), (0, 6, 3, 8)]


def frame(index=0, boxes=BOXES, ignore=(), key=True, seed=0):
    masks = np.zeros((len(boxes), HEIGHT, WIDTH), np.uint8)
    for mask, (x1, y1, x2, y2) in zip(masks, boxes, strict=True):
        mask[y1:y2, x1:x2] = 1
    number = len(boxes)
    objects = Objects(np.array(boxes, np.float32).reshape(-1, 4), np.arange(number) % 2, np.arange(number) + 10,
                      np.isin(np.arange(number), ignore), masks)
    image = np.random.default_rng(seed).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    return ClipFrame(index, key, f'v/{index}.png', image=image, objects=objects)


def clip_of(*frames):
    return Clip(Video(1, 'v', HEIGHT, WIDTH, 20), frames)


def apply(transform, clip, seed=0):
    return transform.transform(clip, np.random.default_rng(seed))


@pytest.fixture
def clip():
    return clip_of(frame(0), frame(4, BOXES[:2], key=False, seed=1))


@pytest.mark.parametrize('transform', [ResizeClip((20, 16)), RandomResizeClip([(20, 16)]), RandomFlipClip(1.0),
                                       RandomCropClip((6, 6)), RandomCropClip((6, 6), by_centre=True),
                                       RandomScaleClip(0.5, 2.0), PackClip()])
def test_the_clip_given_is_not_changed(clip, transform):
    before = [(f.image.copy(), f.objects.masks.copy(), f.objects.bboxes.copy()) for f in clip.frames]
    apply(transform, clip)
    for (image, masks, bboxes), f in zip(before, clip.frames, strict=True):
        np.testing.assert_array_equal(f.image, image)
        np.testing.assert_array_equal(f.objects.masks, masks)
        np.testing.assert_array_equal(f.objects.bboxes, bboxes)


@pytest.mark.parametrize(('size', 'scale', 'keep_ratio', 'expected'), [
    ((1280, 720), (640, 360), True, (640, 360)),
    ((720, 1280), (640, 360), True, (360, 640)),    # upright videos keep their pixels
    ((1280, 720), (640, 640), True, (640, 360)),
    ((1000, 720), (640, 360), True, (500, 360)),
    ((1280, 720), (100, 200), False, (100, 200)),
    ((333, 100), (111, 100), True, (111, 33)),
    ((5000, 2), (100, 100), True, (100, 1)),
])
def test_size_reached(size, scale, keep_ratio, expected):
    assert resized_size(*size, scale, keep_ratio) == expected


def test_resize_doubles_everything(clip):
    resized = apply(ResizeClip((2 * WIDTH, 2 * HEIGHT)), clip)
    first = resized.frames[0]
    assert first.image.shape == (16, 20, 3)
    assert first.scale == (2, 2)
    assert first.objects.bboxes.tolist() == (2 * np.array(BOXES)).tolist()
    np.testing.assert_array_equal(first.objects.masks, clip.frames[0].objects.masks.repeat(2, 1).repeat(2, 2))
    assert first.objects.ids.tolist() == [10, 11, 12]


def test_resize_without_keeping_the_ratio(clip):
    resized = apply(ResizeClip((30, 4), keep_ratio=False), clip).frames[0]
    assert resized.image.shape == (4, 30, 3)
    assert resized.scale == (3, 0.5)
    assert resized.objects.bboxes[0].tolist() == [3, 0.5, 12, 2.5]


def test_resizing_twice_multiplies_the_scale(clip):
    twice = apply(ResizeClip((5, 4)), apply(ResizeClip((20, 16)), clip)).frames[0]
    assert twice.scale == (0.5, 0.5)


def test_random_resize_takes_one_size_for_all_frames(clip):
    sizes = set()
    for seed in range(20):
        shapes = {f.image.shape[:2] for f in apply(RandomResizeClip([(10, 8), (20, 16)]), clip, seed).frames}
        assert len(shapes) == 1
        sizes |= shapes
    assert sizes == {(8, 10), (16, 20)}


def test_a_factor_by_hand(clip):
    scaled, resized = apply(RandomScaleClip(1.5, 1.5), clip), apply(ResizeClip((15, 12)), clip)
    for one, other in zip(scaled.frames, resized.frames, strict=True):
        assert one.image.shape == (12, 15, 3)
        assert one.scale == (1.5, 1.5)
        np.testing.assert_array_equal(one.image, other.image)
        np.testing.assert_array_equal(one.objects.masks, other.objects.masks)
        np.testing.assert_array_equal(one.objects.bboxes, other.objects.bboxes)
    assert scaled.frames[0].objects.bboxes.tolist() == (1.5 * np.array(BOXES)).tolist()


def test_one_factor_for_all_frames_and_objects(clip):
    sizes = set()
    for seed in range(300):
        first, second = apply(RandomScaleClip(0.5, 2.0), clip, seed).frames
        (height, width), scale = first.image.shape[:2], first.scale
        assert (second.image.shape, second.scale) == (first.image.shape, scale)
        # What was reached in whole pixels is what is recorded.
        assert scale == (width / WIDTH, height / HEIGHT)
        for before, after in zip(clip.frames, (first, second), strict=True):
            np.testing.assert_allclose(after.objects.bboxes, before.objects.bboxes * [*scale, *scale], rtol=1e-6)
            assert after.objects.masks.shape == (len(before.objects.ids), height, width)
            assert after.objects.ids.tolist() == before.objects.ids.tolist()
        # One factor gives both sides.
        low, high = max((height - .5) / HEIGHT, (width - .5) / WIDTH), min((height + .5) / HEIGHT, (width + .5) / WIDTH)
        assert max(low, 0.5) <= min(high, 2.0)
        sizes.add((width, height))
    # All widths from 5 to 20 are reached.
    assert {width for width, _ in sizes} == set(range(5, 21))


def test_a_factor_leaves_a_pixel_at_least():
    (small,) = apply(RandomScaleClip(0.01, 0.01), clip_of(frame())).frames
    assert small.image.shape == (1, 1, 3)
    assert small.scale == (1 / WIDTH, 1 / HEIGHT)


def test_factors_multiply_with_a_size(clip):
    scaled = apply(RandomScaleClip(0.5, 0.5), apply(ResizeClip((40, 32)), clip)).frames[0]
    assert (scaled.image.shape[:2], scaled.scale) == ((16, 20), (2, 2))


def test_a_factor_without_objects():
    nothing = apply(RandomScaleClip(2.0, 2.0), clip_of(frame(0, []))).frames[0]
    assert nothing.objects.masks.shape == (0, 16, 20)


def test_flip_mirrors_all_frames_or_none(clip):
    flips = 0
    for seed in range(60):
        frames = apply(RandomFlipClip(0.5), clip, seed).frames
        assert frames[0].flip == frames[1].flip
        flips += frames[0].flip
    assert 15 < flips < 45
    assert not any(f.flip for f in apply(RandomFlipClip(0.0), clip).frames)


def test_flip_by_hand(clip):
    flipped = apply(RandomFlipClip(1.0), clip).frames[0]
    np.testing.assert_array_equal(flipped.image, clip.frames[0].image[:, ::-1])
    assert flipped.objects.bboxes.tolist() == [[6, 1, 9, 5], [1, 2, 5, 8], [7, 6, 10, 8]]
    np.testing.assert_array_equal(tight_boxes(flipped.objects.masks), flipped.objects.bboxes)


def test_flipping_twice_is_nothing(clip):
    again = apply(RandomFlipClip(1.0), apply(RandomFlipClip(1.0), clip)).frames[0]
    assert not again.flip
    np.testing.assert_array_equal(again.image, clip.frames[0].image)
    np.testing.assert_array_equal(again.objects.bboxes, clip.frames[0].objects.bboxes)


def test_flip_and_resize_in_any_order(clip):
    one = apply(ResizeClip((20, 16)), apply(RandomFlipClip(1.0), clip)).frames[0]
    other = apply(RandomFlipClip(1.0), apply(ResizeClip((20, 16)), clip)).frames[0]
    np.testing.assert_array_equal(one.image, other.image)
    np.testing.assert_array_equal(one.objects.masks, other.objects.masks)
    np.testing.assert_array_equal(one.objects.bboxes, other.objects.bboxes)


def window_of(image, cut):
    """Left and top of a window, told by the image that was cut out."""
    height, width = cut.shape[:2]
    ((x, y),) = [(x, y) for y in range(image.shape[0] - height + 1) for x in range(image.shape[1] - width + 1)
                 if np.array_equal(image[y:y + height, x:x + width], cut)]
    return x, y


def test_crop_keeps_every_column_in_step(clip):
    for seed in range(25):
        cropped = apply(RandomCropClip((4, 3)), clip, seed)
        if cropped is None:
            continue
        x, y = window_of(clip.frames[0].image, cropped.frames[0].image)
        for before, after in zip(clip.frames, cropped.frames, strict=True):
            np.testing.assert_array_equal(after.image, before.image[y:y + 3, x:x + 4])
            expected = {int(track): mask[y:y + 3, x:x + 4] for track, mask
                        in zip(before.objects.ids, before.objects.masks, strict=True) if mask[y:y + 3, x:x + 4].any()}
            assert after.objects.ids.tolist() == list(expected)
            assert after.objects.labels.tolist() == [(track - 10) % 2 for track in expected]
            for mask, box, wanted in zip(after.objects.masks, after.objects.bboxes, expected.values(), strict=True):
                np.testing.assert_array_equal(mask, wanted)
                rows, columns = np.nonzero(wanted)
                assert box.tolist() == [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


def test_crop_that_leaves_no_object():
    corner = clip_of(frame(0, [(0, 0, 1, 1)]))
    assert {apply(RandomCropClip((2, 2)), corner, seed) is None for seed in range(40)} == {True, False}
    ignored = clip_of(frame(0, BOXES, ignore=(0, 1, 2)))
    assert apply(RandomCropClip((10, 8)), ignored) is None
    only_reference = clip_of(frame(0, []), frame(1, key=False))
    assert apply(RandomCropClip((10, 8)), only_reference) is None


def by_centre(clip, size):
    """What each window leaves of a clip, by its left and top; those that leave nothing are not among them."""
    cropped = [apply(RandomCropClip(size, by_centre=True), clip, seed) for seed in range(400)]
    return {window_of(clip.frames[0].image, one.frames[0].image): one for one in cropped if one is not None}


def centre_in(box, x, y):
    """Whether the window of 4x3 pixels from there on holds the centre of a box."""
    return x <= (box[0] + box[2]) / 2 < x + 4 and y <= (box[1] + box[3]) / 2 < y + 3


def test_crop_by_centre_keeps_every_column_in_step(clip):
    results = by_centre(clip, (4, 3))
    assert set(results) == {(x, y) for x in range(7) for y in range(6) if any(centre_in(box, x, y) for box in BOXES)}
    for (x, y), cropped in results.items():
        for before, after in zip(clip.frames, cropped.frames, strict=True):
            np.testing.assert_array_equal(after.image, before.image[y:y + 3, x:x + 4])
            kept = [(track, [max(box[0] - x, 0), max(box[1] - y, 0), min(box[2] - x, 4), min(box[3] - y, 3)],
                     mask[y:y + 3, x:x + 4]) for track, box, mask
                    in zip(before.objects.ids, before.objects.bboxes, before.objects.masks, strict=True)
                    if centre_in(box, x, y)]
            objects = after.objects
            assert objects.ids.tolist() == [track for track, _, _ in kept]
            assert objects.labels.tolist() == [(track - 10) % 2 for track, _, _ in kept]
            assert objects.bboxes.tolist() == [box for _, box, _ in kept]
            assert objects.bboxes.dtype == np.float32
            assert objects.masks.tolist() == [mask.tolist() for _, _, mask in kept]


@pytest.mark.parametrize(('box', 'kept'), [
    ((0, 2, 4, 6), [0, 0, 4, 2]),       # the centre is on the upper edge of the window: inside
    ((0, 1, 4, 6), None),               # above it, though two rows show
    ((0, 1, 4, 8), [0, 0, 4, 4]),
    ((8, 5, 10, 7), [8, 1, 10, 3]),     # whole
])
def test_crop_by_centre_by_hand(box, kept):
    results = by_centre(clip_of(frame(0, [box])), (10, 4))
    # The lower half of the image.
    assert (results[0, 4].frames[0].objects.bboxes.tolist() if (0, 4) in results else None) == (kept and [kept])


def test_a_centre_on_the_far_edge_is_outside():
    assert sorted(by_centre(clip_of(frame(0, [(2, 0, 8, 8)])), (4, 8))) == [(2, 0), (3, 0), (4, 0), (5, 0)]


def test_crop_by_centre_clips_boxes_and_does_not_tighten_them():
    # Something hides the object's right half, so that the window from column 5 on shows none of it.
    given = frame(0, [(2, 0, 8, 8)])
    given.objects.masks[:, :, 5:] = 0
    results = by_centre(clip_of(given), (4, 8))
    assert {left: one.frames[0].objects.bboxes.tolist() for (left, _), one in results.items()} == {
        2: [[0, 0, 4, 8]], 3: [[0, 0, 4, 8]], 4: [[0, 0, 4, 8]]}
    assert [one.frames[0].objects.masks.sum() for _, one in sorted(results.items())] == [24, 16, 8]


def test_crop_by_centre_decides_for_each_frame():
    moving = clip_of(frame(0, [(0, 0, 4, 4)]), frame(1, [(3, 0, 10, 4)], seed=1))
    first, second = by_centre(moving, (4, 8))[0, 0].frames
    assert first.objects.ids.tolist() == [10]
    # Its first column shows, but is background.
    assert moving.frames[1].objects.masks[:, :, :4].any()
    assert second.objects.masks.shape == (0, 8, 4)


def test_crop_by_centre_keeps_ignore_regions():
    # The object's centre, (5, 0.5), is in some windows, that of the ignore region, (5, 4), in none of them.
    results = by_centre(clip_of(frame(0, [(0, 0, 10, 1), (0, 0, 10, 8)], ignore=(1,))), (3, 2))
    assert sorted(results) == [(3, 0), (4, 0), (5, 0)]
    for one in results.values():
        objects = one.frames[0].objects
        assert (objects.ignore.tolist(), objects.bboxes.tolist()) == ([False, True], [[0, 0, 3, 1], [0, 0, 3, 2]])


def test_crop_by_centre_of_nothing_and_of_everything():
    crop = RandomCropClip((100, 80), by_centre=True)
    assert apply(crop, clip_of(frame(0, BOXES, ignore=(0, 1, 2)))) is None
    assert apply(crop, clip_of(frame(0, []), frame(1, key=False))) is None
    whole = apply(crop, clip_of(frame())).frames[0]
    assert whole.image.shape == (8, 10, 3)
    assert whole.objects.bboxes.tolist() == [list(box) for box in BOXES]


def test_crop_larger_than_the_image(clip):
    cropped = apply(RandomCropClip((100, 4)), clip)
    assert cropped.frames[0].image.shape == (4, 10, 3)


def test_pack(clip):
    frames = (frame(3, ignore=(1,)), frame(7, [], key=False))
    packed = apply(PackClip(), clip_of(*frames))
    assert packed['inputs'].dtype == torch.uint8
    np.testing.assert_array_equal(packed['inputs'].numpy(), np.stack([f.image for f in frames]).transpose(0, 3, 1, 2))
    first, second = (packed['data_samples'][index] for index in range(2))
    truth, ignored = first.gt_instances, first.ignored_instances
    assert truth.bboxes.tolist() == [list(BOXES[0]), list(BOXES[2])]
    assert (truth.bboxes.dtype, truth.labels.dtype, truth.ids.dtype) == (torch.float32, torch.int64, torch.int64)
    assert truth.ids.tolist() == [10, 12]
    assert truth.labels.tolist() == [0, 0]
    assert truth.masks.masks.sum((1, 2)).tolist() == [12, 6]
    assert ignored.bboxes.tolist() == [list(BOXES[1])]
    assert 'ids' not in ignored
    assert (first.frame, first.key, first.flip, first.img_path) == (3, True, False, 'v/3.png')
    assert (first.ori_shape, first.img_shape, first.scale_factor) == ((8, 10), (8, 10), (1, 1))
    assert first.video == Video(1, 'v', HEIGHT, WIDTH, 20)
    assert not second.key
    assert second.gt_instances.bboxes.shape == (0, 4)
    assert second.gt_instances.masks.masks.shape == (0, 8, 10)


def test_load_tracks(box_mask):
    rows = Annotations(np.array([[1, 1, 4, 5]], np.float32), np.array([1]), np.array([0]), np.array([False]),
                       (box_mask((1, 1, 4, 5), HEIGHT, WIDTH),))
    objects = apply(LoadTracks(), clip_of(ClipFrame(0, True, 'p', rows))).frames[0].objects
    assert objects.masks.dtype == np.uint8
    np.testing.assert_array_equal(objects.masks, frame(0, [(1, 1, 4, 5)]).objects.masks)
    assert objects.ids.tolist() == [0]
    with pytest.raises(ValueError, match='p comes without annotations'):
        apply(LoadTracks(), clip_of(ClipFrame(0, True, 'p')))


def test_load_frames(tmp_path):
    path = tmp_path / 'a.png'
    image = frame().image
    cv2.imwrite(str(path), image)
    loaded = apply(LoadFrames(), clip_of(ClipFrame(0, True, str(path))))
    np.testing.assert_array_equal(loaded.frames[0].image, image)
    assert apply(LoadFrames(), loaded).frames[0].image is loaded.frames[0].image


@pytest.mark.parametrize(('content', 'told'), [
    (None, 'cannot be read: No such file'),
    (b'', 'not an image that can be decoded'),
    (b'text', 'not an image that can be decoded'),
    ('half', 'not an image that can be decoded'),
    ('upright', 'is 10x8, the annotations of video v are 8x10'),
])
def test_broken_images_are_named(tmp_path, content, told):
    path = tmp_path / 'a.jpg'
    encoded = cv2.imencode('.jpg', frame().image)[1].tobytes()
    if content == 'half':
        content = encoded[:len(encoded) // 2]
    if content == 'upright':
        content = cv2.imencode('.jpg', frame().image.transpose(1, 0, 2))[1].tobytes()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BrokenFrameError, match=told) as caught:
        apply(LoadFrames(), clip_of(ClipFrame(0, True, str(path))))
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(('config', 'error', 'told'), [
    (dict(type='ResizeClip', scale=640), ValueError, r'ResizeClip: scale must be \(width, height\)'),
    (dict(type='RandomCropClip', size=(0, 4)), ValueError, 'RandomCropClip: size must be'),
    (dict(type='RandomScaleClip', low=0.0, high=1.0), ValueError,
     'RandomScaleClip: factors must be above 0 and in order, got 0.0 and 1.0'),
    (dict(type='RandomScaleClip', low=1.25, high=0.8), ValueError, 'got 1.25 and 0.8'),
    (dict(type='RandomFlipClip', prob=1.5), ValueError, r'prob must lie in 0\.\.1, got 1.5'),
    (dict(type='ResizeClip', scale=(2, 2), ratio=True), TypeError, 'ratio'),
])
def test_errors_at_build(config, error, told):
    with pytest.raises(error, match=told):
        TRANSFORMS.build(config)


def test_blank_frames_have_a_size_and_take_no_memory():
    blank = apply(BlankFrames(), Clip(Video(1, 'v', 8, 10, 20), (ClipFrame(0, True, ''), ClipFrame(1, True, ''))))
    assert [(f.image.shape, f.image.dtype) for f in blank.frames] == [((8, 10, 3), np.uint8)] * 2
    assert {f.image.strides for f in blank.frames} == {(0, 0, 0)}
    item = apply(PackClip(), apply(ResizeClip((20, 16)), blank))
    assert item['inputs'].shape == (2, 3, 16, 20)
    assert item['inputs'].unique().tolist() == [0]
    assert item['data_samples'][1].scale_factor == (2, 2)


def test_blank_frames_of_unknown_size():
    with pytest.raises(ValueError, match='the annotations do not tell the size of video v, got 0x0'):
        apply(BlankFrames(), Clip(Video(1, 'v', 0, 0, 20), (ClipFrame(0, True, ''),)))
