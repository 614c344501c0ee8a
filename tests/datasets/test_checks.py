from dataclasses import replace

import pytest

from mmvist.datasets.checks import check_videos
from mmvist.io import ytvis
from mmvist.structures import VideoSet


@pytest.fixture
def video_set(streets):
    return ytvis.read(streets.ann_file)


def test_sound(streets, video_set):
    report = check_videos(video_set, 'a.json', streets.img_prefix, ['dog', 'car'])
    assert len(report.problems) == 0
    assert report.remarks == ('1 videos of one frame: c', '1 videos without objects: c')


def test_everything_in_one_report(streets, video_set):
    (streets.img_prefix / 'a/00000.png').unlink()
    video_set = replace(video_set, videos=(*video_set.videos[:2], replace(video_set.videos[2], video=replace(
        video_set.videos[2].video, file_names=()))))
    report = check_videos(video_set, 'a.json', streets.img_prefix, ['dog', 'cat', 'dog'])
    with pytest.raises(ValueError, match='a.json: 4 problems') as caught:
        report.problems.check()
    assert caught.value.problems == (
        "classes: ['cat'] are not in the file; it has ['car', 'dog']", "classes: ['dog'] are asked for twice",
        f'video a: no image {streets.img_prefix}/a/00000.png', 'video c: the images of its frames are not named')


def test_images_are_looked_for_at_three_places(streets, video_set):
    (streets.img_prefix / 'a/00001.png').unlink()
    assert len(check_videos(video_set, 'a.json', streets.img_prefix).problems) == 0
    (streets.img_prefix / 'a/00002.png').unlink()
    assert len(check_videos(video_set, 'a.json', streets.img_prefix).problems) == 1


def test_missing_images_that_will_be_skipped(streets, video_set):
    (streets.img_prefix / 'a/00004.png').unlink()
    report = check_videos(video_set, 'a.json', streets.img_prefix, missing_images=True)
    assert len(report.problems) == 0
    assert report.remarks[0] == f'video a: no image {streets.img_prefix}/a/00004.png'


@pytest.mark.parametrize('training', [True, False])
def test_a_split_without_annotations_can_be_tested_not_trained(streets, video_set, training):
    bare = replace(video_set, videos=tuple(tracks.select(tracks.ids < 0) for tracks in video_set.videos))
    assert len(check_videos(bare, 'a.json', streets.img_prefix, training=training).problems) == int(training)


def test_boxes_without_masks(streets, video_set):
    first = video_set.videos[0]
    boxes = replace(video_set, videos=(replace(first, masks=(None, *first.masks[1:])), *video_set.videos[1:]))
    with pytest.raises(ValueError, match='video a: 1 boxes have no mask'):
        check_videos(boxes, 'a.json', streets.img_prefix).problems.check()
    assert len(check_videos(boxes, 'a.json', streets.img_prefix, training=False).problems) == 0


def test_boxes_alone(streets, video_set):
    boxes = replace(video_set, videos=tuple(replace(tracks, masks=(None,) * len(tracks))
                                            for tracks in video_set.videos))
    report = check_videos(boxes, 'a.json', streets.img_prefix)
    with pytest.raises(ValueError, match='boxes alone') as caught:
        report.problems.check()
    assert caught.value.problems == ('annotations: 7 boxes and no masks; boxes alone can be tested on and their tracks '
                                     'be scored, training needs masks',)
    assert len(check_videos(boxes, 'a.json', streets.img_prefix, training=False).problems) == 0


def test_images_are_not_odd_for_having_one_frame(video_set):
    images = replace(video_set, videos=video_set.videos[2:])
    assert check_videos(images, 'a.json', 'images', training=False, missing_images=True).remarks == (
        'video c: no image images/c/00000.png',)


def test_no_videos():
    report = check_videos(VideoSet(('car',), (), (1,)), 'a.json', 'images', training=False)
    with pytest.raises(ValueError, match='videos: there are none'):
        report.problems.check()


def test_empty_videos_are_named_up_to_ten(make_video_tracks):
    videos = tuple(make_video_tracks([], f'v{number}', length=0) for number in range(12))
    report = check_videos(VideoSet(('car',), videos, (1,)), 'a.json', 'images', training=False)
    assert report.remarks == ('12 videos without frames: v0, v1, v2, v3, v4, v5, v6, v7, v8, v9 and 2 more',)
