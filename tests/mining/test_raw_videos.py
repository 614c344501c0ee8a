"""Finding videos and making folders of images of them."""

import re

import cv2
import numpy as np
import pytest

from mmvist.mining import find_videos
from mmvist.mining.raw_videos import RawVideo, store_images


def folder_of_images(folder, count=3, suffix='.png'):
    folder.mkdir(parents=True)
    for frame in range(count):
        # The natural order is not the order of the letters.
        cv2.imwrite(str(folder / f'f{frame + 8}{suffix}'), np.full((4, 6, 3), 40 * frame, np.uint8))
    return folder


def film(path, count=4):
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*'mp4v'), 10, (64, 48))
    for frame in range(count):
        writer.write(np.full((48, 64, 3), 50 * frame, np.uint8))
    writer.release()
    return path


def named(videos):
    return [video.name for video in videos]


def test_files_folders_and_folders_of_both(tmp_path):
    images, single = folder_of_images(tmp_path / 'alone'), film(tmp_path / 'one.mp4')
    many = tmp_path / 'many'
    for name in ('b10.mp4', 'b9.avi', '.hidden.mp4', 'notes.txt'):
        (many / name).parent.mkdir(exist_ok=True)
        (many / name).touch()
    folder_of_images(many / 'a')
    (many / 'empty').mkdir()
    assert find_videos([images, str(single), many]) == [
        RawVideo('alone', images), RawVideo('one', single), RawVideo('a', many / 'a'), RawVideo('b9', many / 'b9.avi'),
        RawVideo('b10', many / 'b10.mp4')]


def test_a_folder_of_both_images_and_films_is_refused(tmp_path):
    folder_of_images(tmp_path / 'video')
    (tmp_path / 'video' / 'notes.txt').touch()
    assert named(find_videos([tmp_path / 'video'])) == ['video']
    film(tmp_path / 'video' / 'other.mp4')
    with pytest.raises(ValueError, match=r'must hold either .*, got both, such as f8.png and other.mp4'):
        find_videos([tmp_path / 'video'])


def test_names_are_one_word_and_may_be_given(tmp_path):
    film(tmp_path / 'films' / 'my nice  film.mp4')
    folder_of_images(tmp_path / 'drive_1' / 'data')
    folder_of_images(tmp_path / 'drive_2' / 'data')
    assert named(find_videos([tmp_path / 'films'])) == ['my_nice_film']
    with pytest.raises(ValueError, match='name them, NAME=PATH'):
        find_videos([tmp_path / 'drive_1' / 'data', tmp_path / 'drive_2' / 'data'])
    given = find_videos([f'first={tmp_path}/drive_1/data', f'the second={tmp_path}/drive_2/data'])
    assert given == [RawVideo('first', tmp_path / 'drive_1/data'), RawVideo('the_second', tmp_path / 'drive_2/data')]
    with pytest.raises(ValueError, match='must be one video to have a name, got 1 videos in it'):
        find_videos([f'all={tmp_path}/films'])
    with pytest.raises(ValueError, match=r"names of videos must be names of files, got \['a/b'\]"):
        find_videos([f'a/b={tmp_path}/drive_1/data'])


def test_a_link_is_called_by_its_own_name(tmp_path):
    folder_of_images(tmp_path / 'real')
    (tmp_path / 'links').mkdir()
    (tmp_path / 'links' / 'alias').symlink_to(tmp_path / 'real')
    assert named(find_videos([tmp_path / 'links' / 'alias'])) == named(find_videos([tmp_path / 'links'])) == ['alias']


def test_images_are_stored_as_the_camera_was_held(tmp_path):
    source = tmp_path / 'source'
    source.mkdir()
    picture = np.zeros((24, 32, 3), np.uint8)
    picture[:, :16] = 200
    data = cv2.imencode('.jpg', picture)[1].tobytes()
    # Orientation 6: to be turned by a quarter, clockwise. And 1: as it is.
    for name, orientation in (('0.jpg', 6), ('1.jpg', 1)):
        tiff = b'II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0' + bytes([orientation, 0, 0, 0]) + bytes(4)
        exif = b'Exif\0\0' + tiff
        (source / name).write_bytes(data[:2] + b'\xff\xe1' + (len(exif) + 2).to_bytes(2, 'big') + exif + data[2:])
    store_images(RawVideo('held', source), tmp_path / 'images')
    turned = cv2.imread(str(tmp_path / 'images' / '000000.jpg'), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    assert turned.shape == (32, 24, 3)
    assert turned[:12].mean() > 190
    assert (tmp_path / 'images' / '000001.jpg').stat().st_ino == (source / '1.jpg').stat().st_ino


def test_what_is_not_there_and_what_holds_nothing(tmp_path):
    with pytest.raises(FileNotFoundError, match='gone.mp4: no such video or folder'):
        find_videos([tmp_path / 'gone.mp4'])
    with pytest.raises(FileNotFoundError, match='neither images in it, nor video files .* nor folders of images'):
        find_videos([tmp_path])


def test_videos_of_one_name_are_refused(tmp_path):
    first, second = folder_of_images(tmp_path / 'a' / 'street'), film(tmp_path / 'b' / 'street.mp4')
    with pytest.raises(ValueError, match=re.escape(f'have one in common: {first}, {second}')):
        find_videos([first, second, folder_of_images(tmp_path / 'c')])


def test_images_are_linked_and_numbered_from_0_in_natural_order(tmp_path):
    source = folder_of_images(tmp_path / 'source', suffix='.PNG')
    store_images(RawVideo('video', source), tmp_path / 'images' / 'video')
    stored = sorted((tmp_path / 'images' / 'video').iterdir())
    assert [path.name for path in stored] == ['000000.png', '000001.png', '000002.png']
    assert [path.stat().st_ino for path in stored] == [(source / f'f{frame}.PNG').stat().st_ino for frame in (8, 9, 10)]


def test_images_are_copied_where_they_cannot_be_linked(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError('another disk')

    monkeypatch.setattr('os.link', refuse)
    source = folder_of_images(tmp_path / 'source')
    store_images(RawVideo('video', source), tmp_path / 'images')
    assert (tmp_path / 'images' / '000001.png').read_bytes() == (source / 'f9.png').read_bytes()


def test_frames_of_a_film_become_images(tmp_path):
    store_images(RawVideo('one', film(tmp_path / 'one.mp4')), tmp_path / 'images' / 'one')
    stored = sorted((tmp_path / 'images' / 'one').iterdir())
    assert [path.name for path in stored] == [f'{frame:06d}.jpg' for frame in range(4)]
    for frame, path in enumerate(stored):
        image = cv2.imread(str(path))
        assert image.shape == (48, 64, 3)
        assert abs(image.astype(float) - 50 * frame).max() < 6


def test_a_broken_film_leaves_nothing_and_what_a_killed_run_left_goes(tmp_path):
    (tmp_path / 'broken.mp4').write_bytes(b'film')
    left = tmp_path / 'images' / '.broken.123.tmp'
    left.mkdir(parents=True)
    with pytest.raises(ValueError, match='broken.mp4'):
        store_images(RawVideo('broken', tmp_path / 'broken.mp4'), tmp_path / 'images' / 'broken')
    assert list((tmp_path / 'images').iterdir()) == []
