import pytest

from mmvist.io.problems import FormatError


def test_a_dataset_under_other_names(streets):
    dataset = streets.build(classes=('person', 'vehicle'), class_map={'car': 'vehicle'})
    assert dataset.metainfo == {'classes': ('person', 'vehicle')}
    assert [dataset.get_cat_ids(index) for index in range(len(dataset))] == [[1], [1]]


def test_a_map_that_does_not_fit_a_dataset(streets):
    with pytest.raises(FormatError, match=r"train.json: 1 problem\n  classes: class_map renames \['bus'\]"):
        streets.build(classes=('person',), class_map={'bus': 'person'})
    with pytest.raises(ValueError, match='class_map needs classes'):
        streets.build(class_map={'car': 'vehicle'})


def test_metrics_learn_of_it_in_a_test(streets):
    class_map = {'*': 'vehicle'}
    training = streets.build(classes=('vehicle',), class_map=class_map)
    testing = streets.build(classes=('vehicle',), class_map=class_map, test_mode=True)
    assert (training.metainfo.get('class_map'), testing.metainfo['class_map']) == (None, class_map)
