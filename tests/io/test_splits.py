from pathlib import Path

import pytest

from mmvist.io.problems import FormatError
from mmvist.io.splits import apply_split, random_split, read_split, select_videos, write_split
from mmvist.structures import Video, VideoSet, VideoTracks

SPLITS = Path(__file__).parents[2] / 'configs/_base_/datasets/splits'


def videos(*given):
    """A set of videos of (id[, name[, height, width[, length]]])."""
    tracks = []
    for video_id, *rest in given:
        name, height, width, length = (*rest, *(str(video_id), 12, 16, 4)[len(rest):])
        tracks.append(VideoTracks.from_rows(Video(video_id, name, height, width, length), []))
    return VideoSet(('car',), tuple(tracks), (1,))


def numbered(count):
    return videos(*((number, f'v{number}') for number in range(1, count + 1)))


def ids(video_set):
    return [tracks.video.id for tracks in video_set.videos]


@pytest.fixture
def listed(tmp_path):
    def write(text):
        path = tmp_path / 'list.txt'
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path
    return write


@pytest.mark.parametrize('text', ['12\nstreet b\n', '# head\n12  # why\n\nstreet b', '\ufeff12\r\nstreet b\r\n\r\n'])
def test_reading(listed, text):
    assert read_split(listed(text)) == ('12', 'street b')


@pytest.mark.parametrize(('text', 'problems'), [
    ('a\nb\n# c\na\n', ("line 4: 'a' is on line 1, too",)),
    ('a\n!b\n', ("line 2: '!b': either all lines begin with ! or none",)),
    ('!a\n!\n', ('line 2: ! must stand before an id or name',)),
    ('', ('file: names no video',)),
    ('# nothing\n', ('file: names no video',)),
    (b'a\n\xff\n', ('line 2: must be text in UTF-8',)),
])
def test_broken_lists(listed, text, problems):
    with pytest.raises(FormatError) as caught:
        read_split(listed(text))
    assert caught.value.problems == problems


def test_no_list(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_split(tmp_path / 'list.txt')


@pytest.mark.parametrize(('names', 'expected'), [
    (['3', '1'], [1, 3]),                   # in the set's order
    (['b'], [2]), (['b', '3'], [2, 3]),     # names and ids
    (['!b'], [1, 3]), (['!1', '!2', '!3'], []),
])
def test_selecting(names, expected):
    assert ids(select_videos(videos((1, 'a'), (2, 'b'), (3, 'c')), names)) == expected


def test_an_id_goes_before_a_name():
    # Folders are counted from 0, ids from 1.
    assert ids(select_videos(videos((1, '0'), (2, '1'), (3, '2')), ['1', '2'])) == [1, 2]


def test_selecting_keeps_classes_and_tracks(square_moving_right):
    tracks = square_moving_right(name='a')
    kept = select_videos(VideoSet(('car', 'dog'), (tracks, *videos((5,)).videos), (1, 7)), ['a'])
    assert kept.videos == (tracks,)
    assert (kept.classes, kept.category_ids) == (('car', 'dog'), (1, 7))


@pytest.mark.parametrize(('text', 'problem'), [
    ('a\nz\n', "line 2: no video has the id or name 'z'; there are 1 (a), 2 (b), 3 (2) and 2 more"),
    ('a\n# b\n1\n', "line 3: '1' is the video that line 1 names"),
    ('2\nd\n', "line 2: 2 videos have the name 'd'"),
    ('b\n2\n', "line 2: '2' is the video that line 1 names"),     # not video 3, whose name is 2
])
def test_names_that_fit_no_video_or_several(listed, text, problem):
    with pytest.raises(FormatError) as caught:
        apply_split(videos((1, 'a'), (2, 'b'), (3, '2'), (4, 'd'), (5, 'd')), listed(text))
    assert caught.value.problems == (problem,)
    assert caught.value.source == str(listed(text))


@pytest.mark.parametrize('names', [[], ['a', '!b']])
def test_names_that_are_no_list(names):
    with pytest.raises(FormatError, match='all or none of them with !'):
        select_videos(videos(('a',), ('b',)), names)


def test_selecting_from_nothing():
    with pytest.raises(FormatError, match="name 1: no video has the id or name 'a'; there are none"):
        select_videos(videos(), ['a'])


def test_a_draw_splits_the_videos_in_order():
    kept, held_out = random_split(numbered(10), 3, seed=1)
    assert len(held_out) == 3
    assert sorted(kept + held_out, key=int) == [str(number) for number in range(1, 11)]
    assert kept == sorted(kept, key=int)
    assert held_out == sorted(held_out, key=int)
    assert random_split(numbered(10), 3, seed=2) != (kept, held_out)


def test_a_draw_does_not_depend_on_the_order_of_the_file():
    video_set = numbered(20)
    backwards = VideoSet(video_set.classes, video_set.videos[::-1], video_set.category_ids)
    assert set(random_split(backwards, 5)[1]) == set(random_split(video_set, 5)[1])


@pytest.mark.parametrize(('share', 'expected'), [(0.25, 2), (0.5, 4), (0.01, 1)])
def test_a_share(share, expected):
    assert [len(part) for part in random_split(numbered(8), share)] == [8 - expected, expected]


def test_videos_of_the_commonest_size_that_are_long_enough():
    video_set = videos(*((number, f'v{number}', 720, 1280, 10) for number in range(6)), (6, 'short', 720, 1280, 9),
                       *((number, f'v{number}', 360, 640, 10) for number in range(7, 12)))
    kept, held_out = random_split(video_set, 2, same_size=True, min_length=10)
    assert sorted(kept + held_out) == ['0', '1', '2', '3', '4', '5']
    # A tie goes to the larger size, here the six short ones and the six long ones.
    tied = videos((0, 'a', 8, 8), (1, 'b', 8, 8), (2, 'c', 4, 4), (3, 'd', 4, 4))
    assert sorted(sum(random_split(tied, 1, same_size=True), [])) == ['0', '1']


def test_a_draw_of_a_part():
    kept, held_out = random_split(numbered(154), 11, num_kept=50)
    assert (len(kept), len(held_out), len({*kept, *held_out})) == (50, 11, 61)


@pytest.mark.parametrize(('held_out', 'options', 'message'), [
    (3, {}, '3 videos to hold out and some to keep are wanted, 3 of 3 can be drawn'),
    (2, {'num_kept': 2}, '2 videos to hold out and 2 to keep are wanted, 3 of 3 can be drawn'),
    (1, {'min_length': 5}, '1 videos to hold out and some to keep are wanted, 0 of 3 can be drawn'),
    (0, {}, 'held_out must be a count from 1 or a share between 0 and 1, got 0'),
    (1.5, {}, 'held_out must be a count from 1 or a share between 0 and 1, got 1.5'),
])
def test_draws_that_cannot_be(held_out, options, message):
    with pytest.raises(ValueError, match=message):
        random_split(numbered(3), held_out, **options)


def test_writing(tmp_path):
    path = tmp_path / 'new/list.txt'
    write_split(['12', '!b c'], path, 'one\ntwo')
    assert path.read_text() == '# one\n# two\n12\n!b c\n'
    write_split(['12', 'b c'], path)
    assert read_split(path) == ('12', 'b c')


@pytest.mark.parametrize('name', ['', '!', ' a', 'a\nb', '#a', 'a #b'])
def test_names_that_cannot_be_written(tmp_path, name):
    with pytest.raises(ValueError, match='cannot stand on a line of a split'):
        write_split([name], tmp_path / 'list.txt')
    assert not (tmp_path / 'list.txt').exists()


@pytest.mark.parametrize(('name', 'total', 'num_held_out'), [
    ('youtube_vis_2019_vae', 2238, 200), ('youtube_vis_2021', 2985, 200), ('ovis', 607, 60)])
def test_stored_lists(name, total, num_held_out):
    every = numbered(total)
    kept, held_out = (ids(apply_split(every, SPLITS / f'{name}_{part}.txt')) for part in ('train', 'val'))
    assert (len(kept), len(held_out)) == (total - num_held_out, num_held_out)
    assert sorted(kept + held_out) == ids(every)
    # The lists are what their heads say they are.
    assert random_split(every, num_held_out, seed=0)[1] == [str(number) for number in held_out]
