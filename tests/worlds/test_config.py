import pytest

from mmvist.worlds import WorldConfig


def test_number_of_videos_by_split():
    config = WorldConfig(num_train_videos=3, num_val_videos=1)
    assert (config.num_videos('train'), config.num_videos('val')) == (3, 1)


def test_unknown_split_is_named():
    with pytest.raises(ValueError, match="unknown split 'test'; known: train, val"):
        WorldConfig().num_videos('test')


@pytest.mark.parametrize(('knobs', 'message'), [
    (dict(num_frames=0), 'num_frames must be at least 1, got 0'),
    (dict(width=31), 'width must be at least 32, got 31'),
    (dict(min_objects=5, max_objects=4), 'max_objects must be at least 5, got 4'),
    (dict(occlusion=1.5), 'occlusion must lie in 0..1, got 1.5'),
    (dict(drives=1.1), 'drives must lie in 0..1, got 1.1'),
    (dict(reentries=-0.1), 'reentries must lie in 0..1, got -0.1'),
    (dict(fps=0), 'fps must be positive, got 0'),
    (dict(seed=-1), 'seed must be at least 0, got -1'),
])
def test_values_outside_their_range_are_named(knobs, message):
    with pytest.raises(ValueError, match=message):
        WorldConfig(**knobs)


def test_as_dict_rebuilds_the_config():
    config = WorldConfig(seed=7, fps=5.0)
    assert WorldConfig(**config.as_dict()) == config
