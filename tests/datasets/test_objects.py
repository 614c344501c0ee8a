import numpy as np
import pytest

from mmvist.datasets.clip import Clip, ClipFrame, Objects
from mmvist.datasets.transforms import DropIgnored, KeepCommonObjects
from mmvist.structures import Video

HEIGHT, WIDTH = 10, 20
# id -> box; 9 has a mask that fills a quarter of its box.
BOXES = {3: (0, 0, 10, 10), 5: (10, 0, 12, 5), 9: (12, 0, 20, 8)}


def frame(index, ids, ignore=(), empty=()):
    masks = np.zeros((len(ids), HEIGHT, WIDTH), np.uint8)
    for mask, track in zip(masks, ids, strict=True):
        x1, y1, x2, y2 = BOXES[track]
        mask[y1:y2, x1:x2] = track not in empty
        if track == 9:
            mask[4:], mask[:, 16:] = 0, 0
    boxes = np.array([BOXES[track] for track in ids], np.float32).reshape(-1, 4)
    objects = Objects(boxes, np.zeros(len(ids), np.int64), np.array(ids, np.int64), np.isin(ids, ignore), masks)
    return ClipFrame(index, True, 'f.png', image=np.zeros((HEIGHT, WIDTH, 3), np.uint8), objects=objects)


def kept(frames, seed=0, **options):
    clip = Clip(Video(1, 'v', HEIGHT, WIDTH, 9), tuple(frames))
    clip = KeepCommonObjects(**options).transform(clip, np.random.default_rng(seed))
    return None if clip is None else [frame.objects.ids.tolist() for frame in clip.frames]


def test_objects_of_all_frames_stay_in_their_order():
    assert kept([frame(0, (3, 5, 9)), frame(1, (9, 3)), frame(2, (5, 9, 3))], count=5) == [[3, 9], [9, 3], [9, 3]]


def test_one_is_drawn_fairly():
    frames = [frame(0, (3, 5, 9)), frame(1, (9, 3, 5))]
    drawn = [kept(frames, seed) for seed in range(300)]
    assert all(len(first) == 1 and first == second for first, second in drawn)
    names, times = np.unique([first[0] for first, _ in drawn], return_counts=True)
    assert names.tolist() == [3, 5, 9]
    assert times.min() > 67      # 100 each; four standard deviations are 33


@pytest.mark.parametrize(('options', 'expected'), [
    ({}, [3, 5, 9]),
    (dict(min_area=0.08), [3, 9]),            # 100, 10 and 16 of 200 pixels
    (dict(min_fill=0.3), [3, 5]),
    (dict(min_area=0.08, min_fill=0.3), [3]),
])
def test_the_guide_must_show_them_well(options, expected):
    assert kept([frame(0, (3, 5, 9)), frame(1, (3, 5, 9))], count=5, **options)[0] == expected
    # Only the guide: another frame may show anything.
    assert kept([frame(0, (3,)), frame(1, (3, 5, 9))], **options) == [[3], [3]]


@pytest.mark.parametrize('frames', [
    [frame(0, (3,)), frame(1, (5,))],
    [frame(0, (3,)), frame(1, ())],
    [frame(0, ()), frame(1, (3,))],
    [frame(0, (3,), ignore=(3,)), frame(1, (3,))],
    [frame(0, (3,)), frame(1, (3,), ignore=(3,))],
    [frame(0, (3,)), frame(1, (3,), empty=(3,))],
])
def test_nothing_in_common(frames):
    assert kept(frames) is None


def test_errors():
    with pytest.raises(ValueError, match='count must be at least 1, got 0'):
        KeepCommonObjects(count=0)


def test_ignored_objects_become_background():
    frames = (frame(0, [3, 5, 9], ignore=[5]), frame(1, [9], ignore=[9]), frame(2, []))
    clip = Clip(Video(1, 'v', HEIGHT, WIDTH, 9), frames)
    left = DropIgnored().transform(clip, np.random.default_rng(0))
    assert [frame.objects.ids.tolist() for frame in left.frames] == [[3, 9], [], []]
    assert [len(frame.objects.masks) for frame in clip.frames] == [3, 1, 0]
