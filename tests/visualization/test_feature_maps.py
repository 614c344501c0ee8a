"""Maps that results keep."""

from dataclasses import replace

import numpy as np
import pytest

from mmvist.structures import Video
from mmvist.visualization.feature_maps import feature_map, instance_map, laid_over

VIDEO = Video('one', 'one', 4, 6, 2)


def test_rows_of_pixels_the_highest_score_on_top(result):
    found = result(0, (5, 0, .9, (0, 0, 3, 4)), (2, 0, .8, (2, 0, 4, 2)), (3, 0, .5, (3, 1, 6, 4)),
                   (4, 0, .9, (0, 0, 6, 4), False), video=VIDEO)
    assert instance_map(found, 4, 6).tolist() == [[0, 0, 0, 1, -1, -1], [0, 0, 0, 1, 2, 2], [0, 0, 0, 2, 2, 2],
                                                  [0, 0, 0, 2, 2, 2]]


def test_pixels_of_the_map_have_those_at_their_centres(result):
    found = result(0, (5, 0, .9, (2, 0, 4, 2)), video=VIDEO)
    # Twice as many are two by two alike; of half as many, each has the lower right of its four.
    assert (np.flatnonzero((instance_map(found, 8, 12) == 0).any(0)).tolist(),
            np.flatnonzero((instance_map(found, 8, 12) == 0).any(1)).tolist()) == ([4, 5, 6, 7], [0, 1, 2, 3])
    assert instance_map(found, 2, 3).tolist() == [[-1, 0, -1], [-1, -1, -1]]


def test_no_instances(result):
    assert (instance_map(result(0, video=VIDEO), 2, 2) == -1).all()


def test_a_map_at_the_size_of_the_image():
    picture = np.arange(6, dtype=np.uint8).reshape(2, 3, 1).repeat(3, 2)
    assert laid_over(picture, np.zeros((4, 9, 3), np.uint8))[..., 0].tolist() == (
        [[0, 0, 0, 1, 1, 1, 2, 2, 2]] * 2 + [[3, 3, 3, 4, 4, 4, 5, 5, 5]] * 2)


def test_a_feature_that_is_not_kept(result):
    kept = replace(result(7), features={'depth': np.ones((1, 2, 3))})
    assert feature_map(kept, 'depth').shape == (1, 2, 3)
    with pytest.raises(ValueError, match="video street, frame 7: the result keeps no features 'embedding' to draw; "
                                         'name it in model.result_features'):
        feature_map(kept, 'embedding')
