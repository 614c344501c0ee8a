"""Labels of the tests: 0 bird, 1 road, 2 car, 3 person group, 4 unlabeled; a pixel is label * 256 + number."""

import json

import cv2
import numpy as np
import pytest

from mmvist.io import vistas
from mmvist.io.problems import FormatError
from mmvist.structures import Video, rle
from tests.io.video_sets import problems_of

LABELS = [
    {'name': 'animal--bird', 'readable': 'Bird', 'instances': True, 'evaluate': True, 'color': [165, 42, 42]},
    {'name': 'construction--flat--road', 'readable': 'Road', 'instances': False, 'evaluate': True},
    {'name': 'object--vehicle--car', 'readable': 'Car', 'instances': True, 'evaluate': True},
    {'name': 'human--person--person-group', 'readable': 'Person Group', 'instances': False, 'evaluate': False},
    {'name': 'void--unlabeled', 'readable': 'Unlabeled', 'instances': False, 'evaluate': False}]
ROAD, CAR, GROUP, VOID = (number << 8 for number in (1, 2, 3, 4))
STREET = [[CAR + 1, CAR + 1, ROAD, VOID],
          [CAR + 1, CAR + 3, ROAD, ROAD],
          [ROAD, CAR + 3, CAR + 3, VOID]]


def write(root, labels=LABELS, config='config.json', instances='training/instances', **images):
    """A release with these images of instances and as many black images; gives the folder of the former."""
    (root / config).write_text(json.dumps({'labels': labels, 'version': 1.2, 'mapping': 'public'}))
    folder = root / instances
    for path in (folder, root / 'training/images'):
        path.mkdir(parents=True, exist_ok=True)
    for name, values in images.items():
        cv2.imwrite(str(folder / f'{name}.png'), np.array(values, np.uint16))
        cv2.imwrite(str(root / f'training/images/{name}.jpg'), np.zeros(np.shape(values), np.uint8))
    return folder


def cells(tracks):
    """Pixels (row, column) of every row, by id."""
    size = tracks.video.height, tracks.video.width
    return {number: list(zip(*np.nonzero(rle.decode(mask, *size)), strict=True))
            for number, mask in zip(tracks.ids.tolist(), tracks.masks, strict=True)}


def test_values(tmp_path):
    found = vistas.read(write(tmp_path, b=STREET, a=[[ROAD, ROAD]]))
    assert (found.classes, found.category_ids) == (('animal--bird', 'object--vehicle--car'), (0, 2))
    empty, street = found.videos
    assert empty.video == Video('a', 'a', 1, 2, 1, ('a.jpg',))
    assert len(empty) == 0
    assert street.video == Video('b', 'b', 3, 4, 1, ('b.jpg',))
    assert street.ids.tolist() == [513, 515, 1024]
    assert street.frames.tolist() == [0, 0, 0]
    assert street.labels.tolist() == [1, 1, -1]
    assert street.ignore.tolist() == [False, False, True]
    assert street.scores.tolist() == [1, 1, 1]
    assert street.bboxes.tolist() == [[0, 0, 2, 2], [1, 1, 3, 3], [3, 0, 4, 3]]
    assert cells(street) == {513: [(0, 0), (0, 1), (1, 0)], 515: [(1, 1), (2, 1), (2, 2)], 1024: [(0, 3), (2, 3)]}


def test_value_zero_is_an_object(tmp_path):
    (tracks,) = vistas.read(write(tmp_path, a=[[ROAD, 0, 0], [CAR, 1, 0]])).videos
    assert tracks.labels.tolist() == [0, 0, 1]
    assert cells(tracks) == {0: [(0, 1), (0, 2), (1, 2)], 1: [(1, 1)], 512: [(1, 0)]}
    (tracks,) = vistas.read(write(tmp_path, a=[[0, 0], [0, 0]])).videos
    assert tracks.bboxes.tolist() == [[0, 0, 2, 2]]


def test_the_first_label_may_be_background(tmp_path):
    (tracks,) = vistas.read(write(tmp_path, LABELS[1:], a=[[0, 256], [0, 256]])).videos
    assert tracks.ids.tolist() == [256]


def test_labels_that_are_not_scored_are_ignored(tmp_path):
    """In v2.0 some of them have instances, which are no class either."""
    labels = [*LABELS, {'name': 'object--sign--ambiguous', 'instances': True, 'evaluate': False}]
    found = vistas.read(write(tmp_path, labels, a=[[GROUP, VOID, 5 << 8, (5 << 8) + 1]]))
    assert 'object--sign--ambiguous' not in found.classes
    assert found.videos[0].ids.tolist() == [768, 1024, 1280, 1281]
    assert found.videos[0].labels.tolist() == [-1] * 4
    assert found.videos[0].ignore.all()


@pytest.mark.parametrize(('config', 'instances'), [
    ('config_v1.2.json', 'training/instances'), ('config_v1.2.json', 'training/v1.2/instances'),
    ('config_v2.0.json', 'training/v2.0/instances')])
def test_layouts(tmp_path, config, instances, monkeypatch):
    folder = write(tmp_path, config=config, instances=instances, a=STREET)
    assert vistas.read(folder).videos[0].video.file_names == ('a.jpg',)
    monkeypatch.chdir(folder)
    assert vistas.read('.').videos[0].ids.tolist() == [513, 515, 1024]


def test_a_version_has_its_own_config(tmp_path):
    write(tmp_path, LABELS[:2], config='config_v1.2.json')
    folder = write(tmp_path, config='config_v2.0.json', instances='training/v2.0/instances', a=STREET)
    assert len(vistas.read(folder).videos[0]) == 3


def test_images_elsewhere_or_nowhere(tmp_path):
    folder = write(tmp_path, a=STREET)
    (tmp_path / 'training/images').rename(tmp_path / 'pictures')
    assert vistas.read(folder).videos[0].video.file_names == ('a.jpg',)
    (tmp_path / 'pictures/a.jpg').rename(tmp_path / 'pictures/a.png')
    assert vistas.read(folder, tmp_path / 'pictures').videos[0].video.file_names == ('a.png',)
    with pytest.raises(FileNotFoundError, match='nowhere: no such folder'):
        vistas.read(folder, tmp_path / 'nowhere')
    with pytest.raises(FileNotFoundError, match='testing/instances: no such folder'):
        vistas.read(tmp_path / 'testing/instances')


def test_everything_wrong_at_once(tmp_path):
    folder = write(tmp_path, a=STREET, b=[[CAR, 5 << 8, 200 << 8]], c=STREET, d=STREET, e=STREET)
    cv2.imwrite(str(folder / 'a.png'), np.zeros((2, 2), np.uint8))
    whole = (folder / 'c.png').read_bytes()
    (folder / 'c.png').write_bytes(whole[:-20])
    (tmp_path / 'training/images/d.jpg').unlink()
    (folder / 'e.png').unlink()
    (folder / '.hidden.png').touch()
    (tmp_path / 'training/images/a.png').touch()
    images = tmp_path / 'training/images'
    assert problems_of(vistas.read, folder) == (
        'a.png: has the name of a.jpg', f'd.png: there is no image d.jpg in {images}',
        'e.jpg: there are no instances of it, e.png', 'a.png: must be one channel of 16 bits, got 1 of 8',
        'b.png: has the labels [5, 200], the config lists 5, from 0',
        f'c.png: the PNG image is cut short, after {len(whole) - 20} bytes, or broken at byte 33')


def test_no_config(tmp_path):
    folder = write(tmp_path, a=STREET)
    (tmp_path / 'training/images/a.jpg').unlink()
    (tmp_path / 'config.json').rename(tmp_path / 'labels.json')
    lost = f'a.png: there is no image a.jpg in {tmp_path}/training/images'
    assert problems_of(vistas.read, folder) == (
        f'labels: there is no config.json or config_v1.2.json or config_v2.0.json in {tmp_path}', lost)
    (tmp_path / 'labels.json').rename(tmp_path / 'config.json')
    newer = write(tmp_path, config='config_v2.0.json', instances='training/v3.0/instances')
    assert problems_of(vistas.read, newer) == (
        f'labels: there is no config_v3.0.json in {tmp_path}', 'folder: holds no image *.png')
    assert problems_of(vistas.read, folder) == (
        f'labels: config.json and config_v2.0.json are in {tmp_path}, and no folder like v2.0 tells which of them '
        'holds', lost)


def test_broken_configs(tmp_path):
    folder = write(tmp_path, [{**LABELS[0], 'evaluate': 1}, LABELS[1], 'car', LABELS[2], LABELS[2]], a=STREET)
    expected = 'must be an object with the text "name", and "instances" and "evaluate" true or false, got '
    first, second, third = problems_of(vistas.read, folder)
    assert first.startswith(f'config.json, labels[0]: {expected}{{')
    assert second == f"config.json, labels[2]: {expected}'car'"
    assert third == 'config.json, labels[4]: the name object--vehicle--car occurs twice'
    (tmp_path / 'config.json').write_text('[]')
    assert problems_of(vistas.read, folder) == ('config.json: must hold an object with the list "labels"',)
    (tmp_path / 'config.json').write_text('{"labels": [')
    with pytest.raises(FormatError, match=r'config.json: line 1, column 13: not valid JSON: .*, the file ends early'):
        vistas.read(folder)


def test_more_images_than_are_read_at_a_time(tmp_path):
    found = vistas.read(write(tmp_path, **{f'i{number:03d}': [[CAR + number % 200, ROAD]] for number in range(130)}))
    assert [tracks.ids.tolist() for tracks in found.videos] == [[CAR + number] for number in range(130)]
