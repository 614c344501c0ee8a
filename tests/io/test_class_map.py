import pytest

from mmvist.io.class_map import map_classes, new_labels, new_names
from mmvist.structures import VideoSet

CLASSES = ('sedan', 'truck', 'dog')


def test_new_names():
    assert new_names(CLASSES, {'sedan': 'car', 'truck': 'car'}) == {'sedan': 'car', 'truck': 'car'}
    assert new_names(CLASSES, {'sedan': 'car', '*': 'other'}) == {'sedan': 'car', 'truck': 'other', 'dog': 'other'}
    assert new_names((), {'*': 'other'}) == new_names(CLASSES, {}) == {}


def test_new_labels():
    names = {'sedan': 'car', 'truck': 'car', 'dog': 'animal'}
    assert new_labels(CLASSES, names, ('animal', 'car')) == [1, 1, 0]
    assert new_labels(CLASSES, names, ('car',)) == [0, 0, -1]
    assert new_labels(CLASSES, {'dog': 'animal'}, ('person', 'animal')) == [-1, -1, 1]
    assert new_labels(CLASSES, names, ()) == [-1, -1, -1]
    assert new_labels((), names, ('car',)) == []


@pytest.fixture
def people(make_video_tracks):
    rows = [(0, 1, 0, (0, 0, 2, 2)), (0, 2, 1, (4, 0, 6, 2)), (0, 3, 2, (8, 0, 9, 2)),
            (0, 4, -1, (10, 0, 12, 2), 1.0, True)]
    return VideoSet(('Man', 'Woman', 'Tree'), (make_video_tracks(rows),), (4, 5, 6))


def test_several_become_one_and_the_rest_is_dropped(people):
    mapped = map_classes(people, {'Woman': 'person', 'Man': 'person'}, ('dog', 'person'))
    assert (mapped.classes, mapped.category_ids) == (('dog', 'person'), (1, 2))
    (tracks,) = mapped.videos
    assert tracks.ids.tolist() == [1, 2, 4]
    assert tracks.labels.tolist() == [1, 1, -1]
    assert tracks.ignore.tolist() == [False, False, True]
    assert people.videos[0].labels.tolist() == [0, 1, 2, -1]


def test_all_others(people):
    (tracks,) = map_classes(people, {'Tree': 'plant', '*': 'person'}, ('person', 'plant')).videos
    assert tracks.labels.tolist() == [0, 0, 1, -1]


@pytest.mark.parametrize(('class_map', 'message'), [
    ({'Boy': 'person'}, r"class_map renames \['Boy'\], which are not in the file; it has \['Man', 'Woman', 'Tree'\]"),
    ({'Man': 'cat'}, r"class_map makes \['cat'\], which are not among the classes \['dog', 'person'\]"),
])
def test_names_that_are_not_there(people, class_map, message):
    with pytest.raises(ValueError, match=message):
        map_classes(people, class_map, ('dog', 'person'))
