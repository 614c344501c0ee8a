import pytest

from mmvist.io.problems import FormatError, Problems
from mmvist.io.sequences import check_names, wanted_ends
from mmvist.structures import VideoSet


def test_names_of_files(make_video_tracks):
    names = ['a', 'b c', 'a', '', '.', '.hidden', 'a/b', 'a\\b', 'a\nb']
    videos = (*(make_video_tracks([], name) for name in names), make_video_tracks([], 'short', length=0))
    problems = Problems('out')
    check_names(VideoSet(('car',), videos, (1,)), problems)
    with pytest.raises(FormatError) as caught:
        problems.check()
    assert caught.value.problems == (
        'video a: the name occurs twice',
        *(f"video {name}: the name cannot be a file's" for name in names[3:]), 'video short: has no frames')


@pytest.mark.parametrize(('wanted', 'ends'), [(None, (1, 9)), ((1, 9), (1, 9)), ((3, 3), (3, 3))])
def test_ends(wanted, ends):
    problems = Problems('in')
    assert wanted_ends('a', wanted, 1, 9, problems) == ends
    assert len(problems) == 0


@pytest.mark.parametrize('wanted', [(0, 3), (3, 10), (4, 3)])
def test_ends_that_do_not_lie_in_the_sequence(wanted):
    problems = Problems('in')
    assert wanted_ends('a', wanted, 1, 9, problems) == (1, 9)
    with pytest.raises(FormatError) as caught:
        problems.check()
    assert caught.value.problems == (f'sequence a: frames {wanted[0]}..{wanted[1]} are wanted, there are 1..9',)
