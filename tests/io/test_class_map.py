from mmvist.io.class_map import new_labels, new_names

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
