import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

from mmvist.io import mots, ytvis
from mmvist.io.flow import read_flow
from mmvist.structures import rle
from mmvist.worlds import CLASSES, WorldConfig, generate
from mmvist.worlds.files import JPEG_FLAGS, encode_depth
from mmvist.worlds.writer import write

MINIMAL = WorldConfig(num_train_videos=2, num_val_videos=0, num_frames=2, height=32, width=48, min_area=1)


SMALL = WorldConfig(num_train_videos=2, num_val_videos=1, num_frames=3, height=48, width=80, min_area=1, noise=1.0)


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp('world') / 'small'
    assert write(SMALL, folder)
    return folder


@pytest.fixture(scope='module')
def videos():
    return list(generate(SMALL))


def files_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob('*') if path.is_file()}


def of_split(videos, split):
    return [video for video in videos if video.split == split]


@pytest.mark.parametrize('split', ['train', 'val'])
def test_youtube_vis_file_holds_the_tracks(root, videos, split):
    read = ytvis.read(root / f'{split}.json')
    assert read.classes == CLASSES
    assert read.category_ids == (1, 2, 3)
    for found, video in zip(read.videos, of_split(videos, split), strict=True):
        expected = video.tracks
        assert found.video == expected.video
        order, expected_order = (np.lexsort([tracks.ids, tracks.frames]) for tracks in (found, expected))
        for name in ('frames', 'ids', 'labels', 'bboxes'):
            assert np.array_equal(getattr(found, name)[order], getattr(expected, name)[expected_order])
        assert [found.masks[row] for row in order] == [expected.masks[row] for row in expected_order]


def test_annotation_ids_are_unique_and_video_ids_count_from_one(root):
    data = json.loads((root / 'train.json').read_text())
    ids = [annotation['id'] for annotation in data['annotations']]
    assert len(set(ids)) == len(ids)
    assert 0 not in ids
    assert [video['id'] for video in data['videos']] == [1, 2]


@pytest.mark.parametrize('form', ['instances', 'instances_txt'])
@pytest.mark.parametrize('split', ['train', 'val'])
def test_kitti_mots_files_hold_cars_and_pedestrians(root, videos, split, form):
    seqmap = mots.read_seqmap(root / 'kitti_mots' / f'{split}.seqmap')
    wanted = of_split(videos, split)
    assert seqmap == {video.tracks.video.name: (0, len(video.images) - 1) for video in wanted}
    read = mots.read(root / 'kitti_mots' / form, sequences=seqmap)
    by_name = {tracks.video.name: tracks for tracks in read.videos}
    for video in wanted:
        tracks, found = video.tracks, by_name[video.tracks.video.name]
        rows = np.flatnonzero(tracks.labels < 2).tolist()
        expected = {(tracks.frames[row], (tracks.labels[row] + 1) * 1000 + tracks.ids[row]): tracks.masks[row]
                    for row in rows}
        assert {(found.frames[row], found.ids[row]): found.masks[row] for row in range(len(found))} == expected
        assert found.labels.tolist() == (found.ids // 1000 - 1).tolist()


def test_images_depth_and_flow_are_the_rendered_ones(root, videos):
    video = videos[2]
    name = video.tracks.video.name
    for frame, file_name in enumerate(video.tracks.video.file_names):
        image = cv2.imread(str(root / 'val' / 'JPEGImages' / file_name))
        _, encoded = cv2.imencode('.jpg', video.images[frame], JPEG_FLAGS)
        assert np.array_equal(image, cv2.imdecode(encoded, cv2.IMREAD_COLOR))
        depth = cv2.imread(str(root / 'depth' / 'val' / name / f'{frame:05d}.png'), cv2.IMREAD_UNCHANGED) / 256
        near = np.isfinite(video.depth[frame])
        assert not depth[~near].any()
        assert np.abs(depth - video.depth[frame])[near].max() <= 1 / 512 + 1e-5
        for folder, flow, known in (('flow', video.backward_flow, video.backward_known),
                                    ('flow_forward', video.forward_flow, video.forward_known)):
            stored, stored_known = read_flow(root / folder / 'val' / name / f'{frame:05d}.png')
            # Hidden points may be farther away than the files reach.
            assert np.array_equal(stored_known == 1, known[frame] == 1)
            assert (stored_known <= known[frame]).all()
            assert np.abs(stored - flow[frame])[stored_known > 0].max(initial=0) <= 1 / 128 + 1e-5


def test_cameras_visibility_and_hard_cases_are_the_rendered_ones(root, videos):
    hard_cases = json.loads((root / 'hard_cases.json').read_text())
    for video in videos:
        name = video.tracks.video.name
        camera = json.loads((root / 'cameras' / video.split / f'{name}.json').read_text())
        assert camera['intrinsics'] == video.intrinsics.tolist()
        assert camera['poses'] == video.poses.tolist()
        objects = json.loads((root / 'visibility' / video.split / f'{name}.json').read_text())['objects']
        assert [entry['id'] for entry in objects] == list(range(1, len(video.labels) + 1))
        assert [entry['category'] for entry in objects] == [CLASSES[label] for label in video.labels]
        for column, entry in enumerate(objects):
            np.testing.assert_allclose(entry['visibility'], video.visibility[:, column], atol=1e-4)
            np.testing.assert_allclose(entry['path'], video.paths[:, column], atol=1e-5)
            assert entry['visible_pixels'] == video.areas[:, column].tolist()
        assert [(case['kind'], tuple(case['ids']), tuple(case['frames'])) for case in hard_cases[name]] == [
            (case.kind, case.ids, case.frames) for case in video.hard_cases]


def test_masks_do_not_share_pixels(root):
    for tracks in ytvis.read(root / 'val.json').videos:
        for frame in range(tracks.video.length):
            masks = rle.decode_all(tracks.masks[tracks.rows_at(frame)], tracks.video.height, tracks.video.width)
            assert masks.sum(axis=0).max(initial=0) <= 1


def test_files_are_byte_equal_for_equal_seeds_and_any_number_of_workers(tmp_path):
    for num_workers in (1, 2):
        write(MINIMAL, tmp_path / str(num_workers), num_workers)
    assert files_of(tmp_path / '1') == files_of(tmp_path / '2')


def test_another_seed_makes_other_images(root, tmp_path):
    write(replace(SMALL, seed=1, num_train_videos=0), tmp_path / 'other')
    first, other = files_of(root), files_of(tmp_path / 'other')
    jpegs = [name for name in other if name.endswith('.jpg')]
    assert len(jpegs) == 3
    assert all(first[name] != other[name] for name in jpegs)


def test_a_world_that_is_there_is_left_alone(tmp_path):
    folder = tmp_path / 'world'
    folder.mkdir()                                      # an empty folder may be filled
    assert write(MINIMAL, folder)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob('*')}
    assert not write(MINIMAL, folder)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob('*')} == before
    with pytest.raises(ValueError, match='another world is there, with num_frames 2 instead of 3, seed 0 instead of 4'):
        write(replace(MINIMAL, seed=4, num_frames=3), folder)


def test_a_folder_with_something_else_is_refused(tmp_path):
    (tmp_path / 'thesis.txt').write_text('all of it')
    with pytest.raises(ValueError, match='it holds something else'):
        write(MINIMAL, tmp_path)
    with pytest.raises(ValueError, match='it holds something else'):
        write(MINIMAL, tmp_path / 'thesis.txt')
    assert [path.name for path in tmp_path.iterdir()] == ['thesis.txt']


def test_a_failure_leaves_nothing_behind(tmp_path):
    (tmp_path / 'blocked').write_text('')
    with pytest.raises(OSError):
        write(MINIMAL, tmp_path / 'blocked' / 'world')
    assert [path.name for path in tmp_path.iterdir()] == ['blocked']


def test_a_world_without_videos(tmp_path):
    write(replace(MINIMAL, num_train_videos=0, num_val_videos=0), tmp_path / 'world')
    assert ytvis.read(tmp_path / 'world' / 'train.json').videos == ()
    assert json.loads((tmp_path / 'world' / 'hard_cases.json').read_text()) == {}


def test_depth_images_follow_kitti():
    assert encode_depth(np.array([[1.0, 255.99, 256.0, np.inf]], np.float32)).tolist() == [[256, 65533, 0, 0]]
