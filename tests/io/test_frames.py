"""Sources of frames, and the video writer."""

import cv2
import numpy as np
import pytest

from mmvist.io.frames import DEFAULT_FPS, open_frames
from mmvist.io.image import read_image
from mmvist.io.video_writer import VideoWriter


def grey(value, height=16, width=24):
    return np.full((height, width, 3), value, np.uint8)


def save(path, image):
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), image)
    return path


def values(frames):
    """Mean grey of each frame: what tells the frames of these tests apart."""
    return [round(float(image.mean())) for image in frames]


@pytest.fixture
def folder(tmp_path):
    """Images 1, 2, 10 with these grey values, and files that are not images."""
    for number in (10, 2, 1):
        save(tmp_path / 'street' / f'frame{number}.png', grey(number))
    (tmp_path / 'street' / 'notes.txt').write_text('not a frame')
    save(tmp_path / 'street' / '.hidden.png', grey(99))
    return tmp_path / 'street'


@pytest.fixture
def video(tmp_path):
    """Five frames at 12.5 a second; compression may change a value by a little, the steps are 40."""
    with VideoWriter(tmp_path / 'five.mp4', 12.5) as writer:
        for index in range(5):
            writer.write(grey(20 + 40 * index))
    return tmp_path / 'five.mp4'


def test_a_folder_is_read_in_natural_order(folder):
    frames = open_frames(folder)
    assert values(frames) == [1, 2, 10]
    assert values(frames) == [1, 2, 10]     # again
    assert (frames.video.height, frames.video.width, frames.video.length) == (16, 24, 3)
    assert frames.video.name == 'street'
    assert [name.rsplit('/', 1)[1] for name in frames.video.file_names] == ['frame1.png', 'frame2.png', 'frame10.png']
    assert (frames.video.fps, frames.fps, frames.num_expected) == (None, DEFAULT_FPS, 3)


@pytest.mark.parametrize('pattern', ['frame?.png', '*e[12].png', 'frame1.png'])
def test_a_pattern_or_a_single_image(folder, pattern):
    assert values(open_frames(str(folder / pattern))) == [1, 2][:2 if 'frame1' not in pattern else 1]


def test_a_list_of_images_keeps_its_order(folder):
    frames = open_frames([folder / 'frame10.png', str(folder / 'frame2.png')])
    assert values(frames) == [10, 2]
    assert frames.video.name == 'street'


@pytest.mark.parametrize(('name', 'message'), [
    ('nothing', 'nothing: no such video, folder or image'), ('*.jpg', r'\*.jpg: no image found; images end in .bmp'),
    ('empty', 'empty: no image found'), ('nothing.png', 'nothing.png: no such video')])
def test_sources_that_are_not_there(tmp_path, name, message):
    (tmp_path / 'empty').mkdir()
    with pytest.raises(FileNotFoundError, match=message):
        open_frames(str(tmp_path / name))


def test_a_broken_image_is_named(folder):
    (folder / 'frame2.png').write_bytes(b'no image')
    frames = open_frames(folder)
    with pytest.raises(ValueError, match=r'frame2.png: not an image that can be decoded \(8 bytes\)'):
        list(frames)


def test_broken_images_are_skipped_and_counted(folder):
    (folder / 'frame1.png').write_bytes(b'')
    (folder / 'frame2.png').unlink()
    frames = open_frames([folder / f'frame{number}.png' for number in (1, 2, 10)], skip_broken=True)
    with pytest.warns(UserWarning, match=r'street: skipped 2 broken frame\(s\): .*frame1.png, .*frame2.png$'):
        numbered = [(index, round(float(image.mean()))) for index, image in frames.numbered()]
    assert numbered == [(2, 10)]
    assert frames.video.length == 3


def test_nothing_but_broken_images(folder):
    for file in folder.glob('frame*.png'):
        file.write_bytes(b'no image')
    with pytest.raises(ValueError, match='street: no frame can be read from it'):
        open_frames(folder, skip_broken=True)


def test_frames_of_another_size(folder):
    save(folder / 'frame2.png', grey(2, 16, 32))
    with pytest.raises(ValueError, match=r'frame2.png: frames must keep the size of the first, 16x24 \(HxW\), '
                                         'got 16x32'):
        list(open_frames(folder))


def test_a_grey_image_becomes_bgr(tmp_path):
    image = read_image(save(tmp_path / 'grey.png', np.full((4, 6), 7, np.uint8)))
    assert image.shape == (4, 6, 3)
    assert (image == 7).all()


def test_a_video_comes_back_as_it_was_written(video):
    frames = open_frames(video)
    assert values(frames) == pytest.approx([20, 60, 100, 140, 180], abs=4)
    assert len(values(frames)) == 5     # again
    assert (frames.video.height, frames.video.width, frames.video.name) == (16, 24, 'five')
    assert (frames.video.fps, frames.fps) == (12.5, 12.5)
    # The header is a promise, not a fact: the length is open, five are expected.
    assert (frames.video.length, frames.num_expected) == (0, 5)


def test_a_file_that_is_no_video(tmp_path):
    (tmp_path / 'broken.mp4').write_bytes(b'no video' * 100)
    with pytest.raises(ValueError, match='broken.mp4: no frame can be read from it'):
        open_frames(tmp_path / 'broken.mp4')


def test_a_video_that_was_cut_short(tmp_path):
    codec = cv2.VideoWriter_fourcc(*'MJPG')
    writer = cv2.VideoWriter(str(tmp_path / 'cut.avi'), cv2.CAP_FFMPEG, codec, 10, (64, 48))
    noise = np.random.default_rng(0).integers(0, 255, (48, 64, 3), np.uint8)
    for _ in range(10):
        writer.write(noise)
    writer.release()
    data = (tmp_path / 'cut.avi').read_bytes()
    (tmp_path / 'cut.avi').write_bytes(data[:len(data) // 2])
    frames = open_frames(tmp_path / 'cut.avi')
    with pytest.warns(UserWarning, match=r'cut.avi: ended after \d of the 10 frames its header names'):
        assert 1 <= len(list(frames)) <= 6


def test_a_list_of_arrays_is_read_again_and_again():
    frames = open_frames([grey(1), grey(2)])
    assert values(frames) == values(frames) == [1, 2]
    assert frames.video.length == 2


def test_an_iterator_is_read_lazily_and_once():
    taken = []

    def images():
        for value in range(3):
            taken.append(value)
            yield grey(value)

    frames = open_frames(images())
    assert taken == [0]
    assert (frames.video.length, frames.num_expected) == (0, 0)
    iterator = iter(frames)
    next(iterator)
    assert taken == [0]
    assert values(iterator) == [1, 2]
    with pytest.raises(ValueError, match='frames: these frames can be read once only'):
        list(frames)


@pytest.mark.parametrize('source', [[], iter([])])
def test_no_frame(source):
    with pytest.raises(ValueError, match='frames: no frame can be read from it'):
        open_frames(source)


@pytest.mark.parametrize(('image', 'error', 'message'), [
    (grey(1)[..., 0], ValueError, r'frame 1: must be \(H, W, 3\) uint8, got \(16, 24\) uint8'),
    (grey(1).astype(float), ValueError, r'frame 1: must be .*, got \(16, 24, 3\) float64'),
    ('frame.png', TypeError, 'frame 1: must be a numpy array, got str'),
    (grey(1, 8), ValueError, r'frame 1: frames must keep the size of the first, 16x24 \(HxW\), got 8x24')])
def test_arrays_that_are_no_frames(image, error, message):
    with pytest.raises(error, match=message):
        list(open_frames([grey(0), image]))


def test_something_else():
    with pytest.raises(TypeError, match='a path, a camera number or an iterable, got float'):
        open_frames(1.5)


def test_a_camera_that_is_not_there():
    with pytest.raises(ValueError, match='camera 97: no frame can be read from it'):
        open_frames('97')


def test_odd_sizes_are_filled_up(tmp_path):
    with VideoWriter(tmp_path / 'odd.mp4', 10) as writer:
        for _ in range(3):
            writer.write(grey(100, 15, 21))
    assert [image.shape for image in open_frames(tmp_path / 'odd.mp4')] == [(16, 22, 3)] * 3


@pytest.mark.parametrize('fps', [0.5, 23.976023976, 29.97, 60, 1000 / 33])
def test_rates(tmp_path, fps):
    with VideoWriter(tmp_path / 'rate.mp4', fps) as writer:
        writer.write(grey(1))
        writer.write(grey(2))
    assert open_frames(tmp_path / 'rate.mp4').fps == pytest.approx(fps, abs=.001)


def test_an_error_leaves_what_was_there_before(tmp_path):
    path = tmp_path / 'out' / 'video.mp4'
    path.parent.mkdir()
    path.write_bytes(b'before')
    with pytest.raises(RuntimeError), VideoWriter(path, 10) as writer:
        writer.write(grey(1))
        raise RuntimeError
    assert [file.name for file in path.parent.iterdir()] == ['video.mp4']
    assert path.read_bytes() == b'before'


def test_a_forgotten_writer_leaves_nothing(tmp_path):
    writer = VideoWriter(tmp_path / 'video.mp4', 10)
    writer.write(grey(1))
    assert len(list(tmp_path.iterdir())) == 1
    del writer
    assert not list(tmp_path.iterdir())


def test_a_video_needs_a_frame(tmp_path):
    with pytest.raises(ValueError, match=r'none.mp4: a video needs at least one frame'), \
            VideoWriter(tmp_path / 'none.mp4', 10):
        pass
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(('name', 'fps', 'message'), [
    ('video.avi', 10, r'video.avi: a video must be named \*.mp4'), ('video.mp4', 0, r'fps must lie in 0..1000, got 0'),
    ('video.mp4', float('nan'), 'got nan')])
def test_videos_that_cannot_be(tmp_path, name, fps, message):
    with pytest.raises(ValueError, match=message):
        VideoWriter(tmp_path / name, fps)


def test_a_frame_that_does_not_fit(tmp_path):
    with pytest.raises(ValueError, match=r'video.mp4: frame 1 must have shape \(16, 24, 3\), got \(16, 26, 3\)'), \
            VideoWriter(tmp_path / 'video.mp4', 10) as writer:
        writer.write(grey(1))
        writer.write(grey(1, 16, 26))
