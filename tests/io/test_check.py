"""What a check finds, counted by hand on a few boxes."""

import json
from dataclasses import replace

import numpy as np
import pytest

from mmvist.io.checks import Oddity, count, examine, find_oddities
from mmvist.io.checks.boxes import box_errors
from mmvist.io.checks.class_lists import class_lists
from mmvist.io.checks.report import Report
from mmvist.io.checks.statistics import ClassCounts, Spread
from mmvist.io.json_file import write_json
from mmvist.structures import Video, VideoSet, VideoTracks, rle
from mmvist.structures.overlaps import overlapping_pixels

CLASSES = ('car', 'dog', 'cat')


@pytest.fixture
def street(make_video_tracks):
    """A car that is away in frames 1 and 3 of 6, a dog of one frame, a crowd; a video without objects."""
    rows = [(0, 1, 0, (0, 0, 4, 5)), (2, 1, 0, (0, 0, 4, 5)), (4, 1, 0, (0, 0, 4, 5)), (0, 2, 1, (8, 0, 12, 5)),
            (5, 3, 1, (8, 0, 12, 5), 1.0, True)]
    return VideoSet(CLASSES, (make_video_tracks(rows, 'main', 6), make_video_tracks([], 'alley', 2, 10, 20)), (1, 2, 3))


def kinds(video_set, **lists):
    return {oddity.what: oddity.places for oddity in find_oddities(video_set, 'a', lists)}


def of_one(tracks):
    return VideoSet(CLASSES, (tracks,), (1, 2, 3))


def test_numbers(street):
    numbers = count(street)
    assert (numbers.videos, numbers.frames, numbers.tracks, numbers.instances) == (2, 8, 2, 4)
    assert (numbers.masks, numbers.ignore_rows, numbers.empty_videos, numbers.empty_frames) == (4, 1, 1, 5)
    assert numbers.sizes == {'16 x 12': 1, '20 x 10': 1}
    assert (numbers.video_lengths, numbers.track_lengths) == (Spread(2, 4, 6), Spread(1, 2, 3))
    assert (numbers.tracks_with_gaps, numbers.gaps, numbers.longest_gap) == (1, 2, 1)
    assert numbers.classes == (ClassCounts('car', 1, 1, 3), ClassCounts('dog', 1, 1, 1), ClassCounts('cat', 0, 0, 0))


def test_numbers_of_nothing():
    numbers = count(VideoSet((), (), ()))
    assert (numbers.videos, numbers.frames, numbers.video_lengths, numbers.classes) == (0, 0, None, ())


def test_a_long_gap(make_video_tracks):
    tracks = make_video_tracks([(0, 1, 0, (0, 0, 1, 1)), (1, 2, 0, (0, 0, 1, 1)), (9, 1, 0, (0, 0, 1, 1))], length=10)
    assert (count(of_one(tracks)).gaps, count(of_one(tracks)).longest_gap) == (1, 8)


def test_nothing_odd_but_a_video_without_objects(street):
    assert kinds(street) == {'1 videos without objects': ('video alley',)}


@pytest.mark.parametrize(('rows', 'what', 'places'), [
    ([(0, 1, 0, (0, 0, 4, 5)), (0, 1, 1, (8, 0, 12, 5))], 'ids twice in a frame', ('frame 0, id 1',)),
    ([(0, 1, 0, (0, 0, 4, 5)), (1, 1, 2, (0, 0, 4, 5))], 'tracks that change class', ('id 1: 2 classes',)),
    ([(0, 1, 0, (0, 0, 3, 5)), (1, 1, 0, (0, 0, 4, 4))], 'masks of fewer than 16 pixels', ('frame 0, id 1',)),
    ([(0, 1, 0, (2, 2, 2, 2))], 'empty masks', ('frame 0, id 1',)),
])
def test_oddities(rows, what, places, make_video_tracks):
    found = kinds(of_one(make_video_tracks(rows, 'v')))
    # Two objects that have one id are of two classes, too.
    assert found[f'{len(places)} {what}'] == tuple(f'video v, {place}' for place in places)
    assert len(found) == 1 + (what == 'ids twice in a frame')


def test_overlaps(make_video_tracks):
    # In frame 0 five pixels of column 3; in frame 2 these, and twelve that the third mask shares with the second.
    rows = [(0, 1, 0, (0, 0, 4, 5)), (0, 2, 0, (3, 0, 7, 5)), (2, 1, 0, (0, 0, 4, 5)), (2, 2, 0, (3, 0, 7, 5)),
            (2, 3, 0, (3, 0, 7, 4))]
    assert kinds(of_one(make_video_tracks(rows, 'v'))) == {'2 frames with masks that overlap, in 22 pixels': (
        'video v, frame 0: 5 pixels', 'video v, frame 2: 17 pixels')}


def test_a_video_without_frames():
    assert kinds(of_one(VideoTracks.from_rows(Video(1, 'v', 4, 4, 0), []))) == {'1 videos without frames': ('video v',)}


def test_regions_may_overlap_and_be_tiny(make_video_tracks):
    rows = [(0, 1, 0, (0, 0, 4, 5)), (0, 2, 0, (0, 0, 4, 5), 1.0, True), (0, 3, 0, (0, 0, 1, 1), 1.0, True)]
    assert kinds(of_one(make_video_tracks(rows))) == {}


def test_boxes_off_their_masks(make_video_tracks):
    rows = [(0, 1, 0, (0, 0, 4, 5)), (0, 2, 0, (5, 0, 9, 5)), (1, 3, 0, (5, 0, 9, 5)), (1, 4, 0, (2, 2, 2, 2))]
    tracks = make_video_tracks(rows, 'v')
    boxes = tracks.bboxes + np.array([[1, 0, 0, 0], [0, 0, 0, -1.5], [9, 9, 9, 9], [5, 5, 5, 5]])
    tracks = replace(tracks, bboxes=boxes, masks=(*tracks.masks[:2], None, tracks.masks[3]))
    assert box_errors(tracks).tolist() == [1, 1.5, 0, 0]
    found = kinds(of_one(tracks))
    assert found['1 boxes more than a pixel off their masks'] == ('video v, frame 0, id 2: 1.5 pixels',)
    assert found['1 boxes without masks, where others have some'] == ('video v, frame 1, id 3',)


def test_boxes_alone_are_not_odd(make_video_tracks):
    tracks = make_video_tracks([(0, 1, 0, (0, 0, 4, 5))])
    assert kinds(of_one(replace(tracks, masks=(None,)))) == {}


def test_names_twice(street):
    video_set = replace(street, videos=(street.videos[0], street.videos[0]))
    assert kinds(video_set) == {'1 names of videos occur more than once': ('main',)}


@pytest.mark.parametrize(('known', 'expected'), [
    (['car', 'dog', 'cat'], {}),
    (['dog', 'car', 'cat'], {'the classes stand in another order than those of known; labels must be renumbered by '
                             'name': ()}),
    (['car', 'dog', 'cow', 'cat'], {'1 classes of known are missing': ('cow',)}),
    (['car', 'dog'], {'1 classes are none of known': ('cat',)}),
    (['car', 'cow', 'ape', 'fox'], {}),      # another data set
])
def test_classes_beside_a_benchmarks(known, expected, street):
    video_set = replace(street, videos=street.videos[:1])
    assert kinds(video_set, known=known, other=['tree']) == expected


def test_shared_pixels_are_those_of_a_count_over_images():
    generator = np.random.default_rng(3)
    rows, counts = [], {}
    for frame in range(40):
        for track in range(int(generator.integers(4))):
            mask = generator.random((9, 11)) < .3
            rows.append((frame, track, 0, 1.0, (0, 0, 1, 1), rle.encode(mask), False))
            counts[frame] = counts.get(frame, 0) + mask
    tracks = VideoTracks.from_rows(Video(1, 'v', 9, 11, 40), rows)
    expected = {frame: int((times > 1).sum()) for frame, times in counts.items() if (times > 1).any()}
    assert overlapping_pixels(tracks) == expected
    assert overlapping_pixels(tracks.select(np.zeros(len(tracks), bool))) == {}


def test_the_report(street, tmp_path):
    report = examine(street, 'gt.json', 'ytvis')
    assert report.problems == ()
    text = report.as_text().splitlines()
    assert text[0] == 'gt.json: ytvis'
    assert 'frames          8, 5 without objects' in text
    assert 'gaps            2 in 1 tracks, the longest of 1 frames' in text
    assert 'car    1       1       3' in text
    assert text[-3:] == ['odd: 1 thing', '  1 videos without objects', '    video alley']
    write_json(report.as_data(), tmp_path / 'report.json')
    data = json.loads((tmp_path / 'report.json').read_text())
    assert data['statistics']['track_lengths'] == {'min': 1, 'median': 2.0, 'max': 3}
    assert data['oddities'] == [{'what': '1 videos without objects', 'places': ['video alley']}]


def test_the_report_of_what_is_broken():
    text = Report('gt.json', 'ytvis', tuple(f'videos[{number}]: bad' for number in range(60))).as_text()
    assert text.splitlines()[2:4] == ['broken: 60 problems', '  videos[0]: bad']
    assert text.splitlines()[-1] == '  ... and 10 more'


def test_expected_classes(street):
    report = examine(street, 'gt.json', 'ytvis', ['car', 'cow'])
    assert report.problems == ("classes: ['cow'] are not in the file; it has ['car', 'dog', 'cat']",)


def test_expected_classes_in_another_order(street):
    oddities = [oddity.what for oddity in examine(street, 'gt.json', 'ytvis', ['dog', 'car', 'cat']).oddities]
    assert oddities == ['the classes stand in another order than those of the list given; labels must be renumbered by '
                        'name', '1 videos without objects']


def test_the_known_class_lists():
    assert set(class_lists('ytvis')) == {'YouTube-VIS 2019', 'YouTube-VIS 2021', 'OVIS', 'COCO'}
    assert class_lists('kitti_mots') == {}
    assert class_lists('kitti_mots', ['car']) == {'the list given': ['car']}


def test_images_that_are_missing(street, tmp_path):
    named = tuple(replace(tracks, video=replace(tracks.video, file_names=tuple(
        f'{tracks.video.name}/{frame}.jpg' for frame in range(tracks.video.length)))) for tracks in street.videos)
    (tmp_path / 'alley').mkdir()
    for frame in range(2):
        (tmp_path / f'alley/{frame}.jpg').write_bytes(b'')
    report = examine(replace(street, videos=named), 'gt.json', 'ytvis', img_prefix=tmp_path)
    (problem,) = report.problems
    assert problem.startswith(f'video main: no image {tmp_path}/main/0.jpg, {tmp_path}/main/1.jpg, ')
    assert report.statistics.videos == 2
    assert examine(replace(street, videos=named[1:]), 'gt.json', 'ytvis', img_prefix=tmp_path).problems == ()
    assert examine(street, 'gt.json', 'ytvis', img_prefix=tmp_path).problems == (
        'video main: the images of its frames are not named', 'video alley: the images of its frames are not named')


def test_long_lists_are_cut(street):
    report = Report('a', 'ytvis', (), count(street), (Oddity('7 things', tuple('abcdefg')),))
    assert report.as_text().splitlines()[-3:] == ['    d', '    e', '    ... and 2 more']
