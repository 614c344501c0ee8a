"""Parts drawn one over the other, and what they remember."""

import numpy as np
import pytest

from mmvist.registry import DRAWINGS
from mmvist.structures import Video
from mmvist.visualization import Overlay
from mmvist.visualization.colours import colour

CLASSES = ('car',)
TRAILS = [{'type': 'DrawTrails', 'length': 3}]


def at(result, frame, **video):
    return result(frame, (1, 0, .5, (20 * frame, 100, 20 * frame + 20, 200)), **video)


def reach(drawn, image):
    """Columns between the first and the last pixel drawn on."""
    columns = np.flatnonzero((drawn != image).any((0, 2)))
    return int(np.ptp(columns))


def test_parts_come_in_order(image, result):
    # The foot of box 1, (150, 150), lies on mask 2.
    now = result(0, (1, 0, .5, (100, 50, 200, 150)), (2, 0, .5, (120, 100, 220, 200)))
    masks, trails = {'type': 'DrawMasks', 'opacity': 1}, {'type': 'DrawTrails'}
    assert Overlay(CLASSES, [masks, trails]).draw(image, now)[150, 150].tolist() == list(colour(1))
    assert Overlay(CLASSES, [trails, masks]).draw(image, now)[151, 150].tolist() == list(colour(2))


def test_no_part_gives_a_copy(image, result):
    drawn = Overlay(CLASSES, []).draw(image, at(result, 0))
    assert (drawn == image).all()
    drawn[:] = 0
    assert (image == 100).all()


def test_trails_reach_back_as_far_as_they_are_long(image, result):
    overlay = Overlay(CLASSES, TRAILS)
    reaches = [reach(overlay.draw(image, at(result, frame)), image) for frame in range(8)]
    dot = reaches[0]
    assert reaches[:4] == pytest.approx([dot, dot + 20, dot + 40, dot + 60], abs=5)
    assert reaches[4:] == pytest.approx([reaches[3]] * 4, abs=1)


def test_a_reset_forgets(image, result):
    overlay = Overlay(CLASSES, TRAILS)
    alone = overlay.draw(image, at(result, 0))
    overlay.draw(image, at(result, 1))
    overlay.reset()
    assert (overlay.draw(image, at(result, 0)) == alone).all()


@pytest.mark.parametrize('video', ['street', 'other'])
def test_another_video_or_an_earlier_frame_starts_afresh(image, result, video):
    overlay = Overlay(CLASSES, TRAILS)
    alone = overlay.draw(image, at(result, 1))
    overlay.draw(image, at(result, 2))
    again = at(result, 1, video=Video(video, video, 400, 500, 9))
    assert (overlay.draw(image, again) == alone).all()


def test_small_frames_are_enlarged(result):
    video = Video('small', 'small', 100, 150, 1)
    drawn = Overlay(CLASSES).draw(np.full((100, 150, 3), 100, np.uint8),
                                  result(0, (1, 0, .5, (20, 30, 60, 70)), video=video))
    assert drawn.shape == (400, 600, 3)     # the first whole multiple of 100 from 360


def test_an_instance_without_an_extent_is_not_drawn(image, result):
    assert (Overlay(CLASSES).draw(image, result(0, (1, 0, .5, (0, 0, 0, 0)))) == image).all()


@DRAWINGS.register_module()
class CountFrames:
    """Remembers how many frames there were, and draws it as a grey level."""

    def remember(self, count, result):
        return 1 if count is None else count + 1

    def draw(self, image, result, classes, memory=None):
        return np.full_like(image, memory)


def test_each_part_has_a_memory_of_its_own(image, result):
    overlay, others = (Overlay(CLASSES, [{'type': 'CountFrames'}, *more]) for more in ([], TRAILS))
    for frame in range(5):
        drawn = overlay.draw(image, at(result, frame))
        assert (drawn == frame + 1).all()
        assert reach(others.draw(image, at(result, frame)), drawn) == pytest.approx(5 + 20 * min(frame, 3), abs=5)
    assert (overlay.draw(image, at(result, 0)) == 1).all()


def test_a_key_that_no_part_has():
    with pytest.raises(TypeError, match='length'):
        Overlay(CLASSES, [{'type': 'DrawMasks', 'length': 3}])


def test_doubtful_instances_are_not_drawn(image, result):
    now = at(result, 0)
    certain = float(now.scores.max()) + .01
    assert np.array_equal(Overlay(CLASSES, min_score=certain).draw(image, now), Overlay(CLASSES, []).draw(image, now))
    assert len(now.with_min_score(certain)) == 0
    assert len(now.with_min_score(0.0)) == len(now)
