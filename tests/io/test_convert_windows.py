"""Scenes cut into windows: how many there are, which are kept, and what is in them."""

from collections import Counter

import pytest

from mmvist.io import formats, mots, ytvis
from mmvist.io.convert import Request, Windows, convert
from mmvist.io.problems import Problems
from mmvist.structures import VideoSet
from tests.io import video_sets

CAR, PEDESTRIAN, NONE = 0, 1, -1


def named(video, length):
    return dict(video_id=video, file_names=tuple(f'{video}/{frame:02}.png' for frame in range(length)))


@pytest.fixture
def scene(make_video_tracks):
    """`scene(name, length, rows)`: a video whose images have names."""
    def build(name, length, rows=()):
        return make_video_tracks(rows, name, length, **named(name, length))
    return build


def cut(scenes, *rule):
    """Batch, scene and first frame of each window, once what must not be noted is not."""
    problems = Problems('scenes')
    windows = Windows(*rule).cut(scenes, problems, Counter())
    problems.check()
    assert [tracks.video.id for tracks in windows] == list(range(1, len(windows) + 1))
    parts = [tracks.video.name.split('/') for tracks in windows]
    return [(int(batch[1:]), name, int(first[1:])) for name, first, batch in parts]


@pytest.mark.parametrize(('rule', 'expected'), [
    # 12 frames have 8 windows of 5, 7 frames have 3: one full batch of six, and five windows that fill none.
    ((5, 6), [(0, 'a', first) for first in range(6)]),
    # Five full batches of two, of which the first, third and fifth are kept; the eleventh window is left over.
    ((5, 2, 2), [(0, 'a', 0), (0, 'a', 1), (2, 'a', 4), (2, 'a', 5), (4, 'b', 0), (4, 'b', 1)]),
    # The third batch goes over into the next scene.
    ((5, 3, 2), [(0, 'a', 0), (0, 'a', 1), (0, 'a', 2), (2, 'a', 6), (2, 'a', 7), (2, 'b', 0)]),
    ((5, 1, 1), [(place, *where) for place, where in enumerate(
        [*(('a', first) for first in range(8)), *(('b', first) for first in range(3))])]),
    ((12, 1), [(0, 'a', 0)]),
])
def test_windows_and_batches(rule, expected, scene):
    assert cut([scene('a', 12), scene('b', 7)], *rule) == expected


def test_by_default_batches_are_a_window_apart(scene):
    """64 frames have 60 windows, ten batches; of these the first and the sixth are kept."""
    windows = cut([scene('a', 64)])
    assert windows == [(batch, 'a', 6 * batch + place) for batch in (0, 5) for place in range(6)]


def test_short_scenes_have_no_window(scene):
    assert cut([scene('a', 4), scene('b', 5), scene('c', 0), scene('d', 1)], 5, 1, 1) == [(0, 'b', 0)]


def test_what_a_window_holds(scene):
    row = (0, 0, 4, 5)
    tracks = scene('a', 6, [(1, 7, CAR, row), (2, 7, CAR, row), (2, 9, CAR, (6, 0, 9, 9)), (5, 7, CAR, row)])
    first, last = Windows(3, 1, 3).cut([tracks], Problems('scenes'), Counter())
    assert (first.video.name, first.video.length, first.video.file_names) == (
        'a/w00000/b00000', 3, ('a/00.png', 'a/01.png', 'a/02.png'))
    assert (first.frames.tolist(), first.ids.tolist(), first.masks) == ([1, 2, 2], [7, 7, 9], tracks.masks[:3])
    assert (last.video.name, last.frames.tolist(), last.ids.tolist()) == ('a/w00003/b00003', [2], [7])


def test_file_of_windows(scene, tmp_path):
    """Ids are those of the scene in all windows; other classes and ignore regions are gone, and told."""
    rows = [(frame, 1000 + track, CAR, (4 * track, 0, 4 * track + 3, 5)) for frame in range(7) for track in (0, 1)]
    rows += [(3, 2001, PEDESTRIAN, (9, 0, 12, 5)), (3, 10000, NONE, (13, 0, 16, 9), 1.0, True)]
    source, out = tmp_path / 'gt.json', tmp_path / 'windows.json'
    ytvis.write(VideoSet(('car', 'pedestrian'), (scene('0002', 7, rows), scene('0006', 5)), (1, 2)), source)
    summary = convert(Request(source, out, 'ytvis', classes=['car'], windows=Windows(5, 2, 1)))
    assert (summary.videos, summary.frames, summary.tracks, summary.masks) == (4, 20, 6, 30)
    # A region of no class is a crowd of every class in the source.
    assert summary.lost == {'tracks of other classes': 2, 'ignore rows, background now': 1}
    windows = ytvis.read(out)
    assert windows.classes == ('car',)
    assert [tracks.video.name for tracks in windows.videos] == [
        '0002/w00000/b00000', '0002/w00001/b00000', '0002/w00002/b00001', '0006/w00000/b00001']
    assert [tracks.track_ids.tolist() for tracks in windows.videos] == [[1000, 1001]] * 3 + [[]]
    assert not any(tracks.ignore.any() for tracks in windows.videos)
    assert windows.videos[3].video.file_names == tuple(f'0006/{frame:02}.png' for frame in range(5))
    with pytest.raises(ValueError, match='is there already'):
        convert(Request(source, out, 'ytvis', windows=Windows()))


def test_from_kitti_mots(make_video_tracks, tmp_path):
    """Text files name no images, and forget how long a scene is; ignore regions are dropped."""
    rows = [(0, 1003, CAR, (0, 0, 4, 5)), (2, 1003, CAR, (2, 0, 6, 5)), (0, 10000, NONE, (10, 0, 16, 12), 1.0, True)]
    mots.write_txt(VideoSet(('car', 'pedestrian'), (make_video_tracks(rows, '0002'),), (1, 2)), tmp_path / 'txt')
    (tmp_path / 'val.seqmap').write_text('0002 empty 000000 000006\n')
    request = dict(source=tmp_path / 'txt', out=tmp_path / 'windows.json', to='ytvis', seqmap=tmp_path / 'val.seqmap',
                   classes=['car'], windows=Windows(5, 3))
    assert video_sets.problems_of(convert, Request(**request)) == (
        'video 0002: its images have no names, by which a window could find them; they do where the root of the images '
        'is given',)
    assert not (tmp_path / 'windows.json').exists()
    (tmp_path / 'images/0002').mkdir(parents=True)
    for frame in range(7):
        (tmp_path / f'images/0002/{frame:06}.png').write_bytes(b'')
    summary = convert(Request(**request, img_prefix=tmp_path / 'images'))
    assert summary.lost == {'ignore rows, background now': 1}
    first, second, third = formats.read(tmp_path / 'windows.json', 'ytvis').videos
    assert (first.ids.tolist(), first.frames.tolist(), second.frames.tolist()) == ([1003, 1003], [0, 2], [1])
    assert third.video.file_names == tuple(f'0002/{frame:06}.png' for frame in range(2, 7))


def test_refused(scene, tmp_path):
    ytvis.write(VideoSet(('car',), (scene('a', 9), scene('b', 3)), (1,)), tmp_path / 'gt.json')
    request = dict(source=tmp_path / 'gt.json', out=tmp_path / 'out.json')
    assert video_sets.problems_of(convert, Request(**request, to='ytvis', windows=Windows())) == (
        'windows: a batch needs 6 windows of 5 frames, there are 5 in 2 videos',)
    for options, message in ((dict(to='coco'), 'coco'), (dict(to='ytvis', results=True), 'results')):
        with pytest.raises(ValueError, match=f'windows are written as ground truth of the format ytvis, got {message}'):
            Request(**request, **options, windows=Windows())
    for key in ('length', 'batch', 'every'):
        with pytest.raises(ValueError, match=f'windows: {key} must be at least 1, got 0'):
            Windows(**{key: 0})
