import pytest

from mmvist.io.problems import FormatError, Problems
from mmvist.io.sequences import MAX_LENGTH, check_names, result_ends, wanted_ends
from mmvist.structures import Video, VideoSet


def test_names_of_files(make_video_tracks):
    names = ['a', 'b c', 'a', '', '.', '.hidden', 'a/b', 'a\\b', 'a\nb', '..']
    videos = (*(make_video_tracks([], name) for name in names), make_video_tracks([], 'short', length=0))
    problems = Problems('out')
    check_names(VideoSet(('car',), videos, (1,)), problems)
    with pytest.raises(FormatError) as caught:
        problems.check()
    assert caught.value.problems == (
        'video a: the name occurs twice',
        *(f"video {name}: the name cannot be a file's" for name in names[3:]), 'video short: has no frames')
    problems = Problems('out')
    check_names(VideoSet(('car',), videos[-1:], (1,)), problems, may_be_empty=True)
    assert len(problems) == 0


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


@pytest.mark.parametrize(('wanted', 'ends'), [
    (None, (1, 4, 4)), ({}, (1, 4, 4)), ({'a': None}, (1, 4, 4)), ({'a': (3, 6)}, (3, 6, MAX_LENGTH))])
def test_ends_of_results(wanted, ends):
    problems = Problems('in')
    assert result_ends(Video('a', 'a', 12, 16, 4), wanted, 1, problems) == ends
    assert len(problems) == 0


@pytest.mark.parametrize('wanted', [(3, 5), (0, 3), (6, 3)])
def test_ends_of_results_that_are_not_those_of_the_ground_truth(wanted):
    problems = Problems('in')
    assert result_ends(Video('a', 'a', 12, 16, 4), {'a': wanted}, 1, problems) == (1, 4, 4)
    with pytest.raises(FormatError) as caught:
        problems.check()
    assert caught.value.problems == (f'sequence a: frames {wanted[0]}..{wanted[1]} are wanted, counted from 1, the '
                                     'ground truth has 4',)
