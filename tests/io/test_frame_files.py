"""Frame JSON of several videos: a file alone, or a folder of them."""

from dataclasses import replace

import pytest

from mmvist.io import frame_files
from mmvist.io.problems import FormatError
from mmvist.structures import VideoSet


@pytest.fixture
def street(make_video_tracks):
    """A car and a pedestrian, and a car in another video."""
    rows = [(0, 7, 0, (0, 0, 4, 5)), (0, 40, 1, (5, 2, 8, 9)), (1, 40, 1, (6, 2, 9, 9)), (2, 7, 0, (2, 0, 6, 5))]
    return VideoSet(('car', 'pedestrian'), (make_video_tracks(rows, 'main', video_id=1),
                                            make_video_tracks([(1, 8, 0, (3, 3, 4, 4))], 'alley', 2)), (1, 2))


def test_there_and_back(street, tmp_path):
    frame_files.write(street, tmp_path / 'out')
    read = frame_files.read(tmp_path / 'out')
    assert [tracks.video for tracks in read.videos] == [tracks.video for tracks in street.videos[::-1]]
    for read_back, tracks in zip(read.videos[::-1], street.videos, strict=True):
        assert read_back.masks == tracks.masks
        assert read_back.bboxes.tolist() == tracks.bboxes.tolist()
    assert len(frame_files.read(tmp_path / 'out/main.json').videos) == 1


def test_results_of_a_ground_truth_in_another_order(street, tmp_path):
    frame_files.write(street, tmp_path / 'out')
    turned = replace(street, classes=('pedestrian', 'car'), category_ids=(4, 9))
    results = frame_files.read_results(tmp_path / 'out', turned)
    assert [tracks.video.name for tracks in results.videos] == ['main', 'alley']
    assert results.videos[0].labels.tolist() == [1, 0, 0, 1]
    only = replace(turned, videos=turned.videos[:1])
    frame_files.write(replace(street, videos=street.videos[:1]), tmp_path / 'any.json')
    assert frame_files.read_results(tmp_path / 'any.json', only).videos[0].labels.tolist() == [1, 0, 0, 1]


def test_a_file_holds_one_video(street, tmp_path):
    with pytest.raises(FormatError, match='a file holds one, got 2'):
        frame_files.write(street, tmp_path / 'two.json')
    assert not (tmp_path / 'two.json').exists()


def test_results_that_do_not_fit(street, tmp_path):
    frame_files.write(street, tmp_path / 'out')
    longer = replace(street, classes=('pedestrian', 'dog'), videos=(
        replace(street.videos[0], video=replace(street.videos[0].video, length=5)),))
    with pytest.raises(FormatError) as caught:
        frame_files.read_results(tmp_path / 'out', longer)
    assert caught.value.problems == (
        "alley.json: unknown video 'alley', it is not in the ground truth",
        'main.json: has (4, 12, 16) (frames, height, width), the ground truth (5, 12, 16)',
        "main.json: has objects of ['car']; the classes are ['pedestrian', 'dog']")


def test_broken_files(street, tmp_path):
    frame_files.write(street, tmp_path / 'out')
    frame_files.write(replace(street, classes=('dog', 'cat'), videos=street.videos[1:]), tmp_path / 'mixed')
    frame_files.write(replace(street, videos=street.videos[:1]), tmp_path / 'mixed')
    with pytest.raises(FormatError, match=r"main.json: the classes are .'car', 'pedestrian'., those of other files"):
        frame_files.read(tmp_path / 'mixed')
    (tmp_path / 'out/more.json').write_text('{"video": 3}')
    with pytest.raises(FormatError, match='more.json: classes: a list is missing'):
        frame_files.read(tmp_path / 'out')
    (tmp_path / 'none').mkdir()
    with pytest.raises(FormatError, match=r'holds no file \*.json'):
        frame_files.read(tmp_path / 'none')
    with pytest.raises(FileNotFoundError):
        frame_files.read(tmp_path / 'nothing.json')
