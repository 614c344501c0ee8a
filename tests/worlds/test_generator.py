from dataclasses import replace

import cv2
import numpy as np
import pytest

from mmvist.structures import rle
from mmvist.worlds import CLASSES, generate_video
from mmvist.worlds.hard_cases import STAGED_KINDS


def id_map(video):
    """(T, H, W) int64: the track at each pixel, 0 for none; fails where masks overlap."""
    length, height, width = video.depth.shape
    ids = np.zeros((length, height, width), np.int64)
    for row, frame in enumerate(video.tracks.frames):
        mask = rle.decode(video.tracks.masks[row], height, width)
        assert not ids[frame][mask].any()
        ids[frame][mask] = video.tracks.ids[row]
    return ids


def pairs(video):
    """(from, to, flow, valid) of every stored flow."""
    for frame in range(1, len(video.images)):
        yield frame, frame - 1, video.backward_flow[frame], video.backward_valid[frame]
        yield frame - 1, frame, video.forward_flow[frame - 1], video.forward_valid[frame - 1]


def pixel_grid(video):
    height, width = video.depth.shape[1:]
    return np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=2).astype(np.float64)


def test_depth_poses_and_paths_reproject_to_the_flow(tiny_videos):
    for video in tiny_videos:
        grid, ids = pixel_grid(video), id_map(video)
        rays = np.concatenate([grid, np.ones_like(grid[..., :1])], axis=2) @ np.linalg.inv(video.intrinsics).T
        moving = 0
        for start, end, flow, _ in pairs(video):
            solid = np.isfinite(video.depth[start])
            points = rays * np.where(solid, video.depth[start], 1)[..., None]
            world = points @ video.poses[start, :3, :3].T + video.poses[start, :3, 3]
            moves = np.concatenate([np.zeros((1, 3)), video.paths[end] - video.paths[start]])
            moving += np.abs(moves[ids[start]]).sum(axis=2).astype(bool).sum()
            seen = (world + moves[ids[start]] - video.poses[end, :3, 3]) @ video.poses[end, :3, :3]
            solid &= seen[..., 2] > 0.1
            pixels = (seen @ video.intrinsics.T)[solid]
            error = pixels[:, :2] / pixels[:, 2:] - grid[solid] - flow[solid]
            assert np.abs(error).max() < 1e-3
        assert moving > 0


def test_warping_by_the_flow_brings_frames_together(tiny_videos):
    before, after = [], []
    for video in tiny_videos:
        grid = pixel_grid(video)
        for start, end, flow, valid in pairs(video):
            source = (grid + flow).astype(np.float32)
            warped = cv2.remap(video.images[end], source[..., 0], source[..., 1], cv2.INTER_LINEAR)
            before.append(np.abs(video.images[end][valid].astype(int) - video.images[start][valid]).mean())
            after.append(np.abs(warped[valid].astype(int) - video.images[start][valid]).mean())
    # What is left comes from edges and fine texture, read between pixels in so small an image.
    assert max(after) < 8
    assert np.mean(after) < 0.7 * np.mean(before)


def test_valid_flow_stays_on_the_same_object_at_the_right_depth(tiny_videos):
    for video in tiny_videos:
        grid, ids = pixel_grid(video), id_map(video)
        height, width = video.depth.shape[1:]
        for start, end, flow, valid in pairs(video):
            column, row = np.rint(grid + flow)[valid].astype(int).T
            assert column.min() >= 0
            assert row.min() >= 0
            assert column.max() < width
            assert row.max() < height
            assert np.array_equal(ids[end][row, column], ids[start][valid])


def test_flow_has_nowhere_to_go_at_the_ends(tiny_videos):
    video = tiny_videos[0]
    assert not video.backward_flow[0].any()
    assert not video.backward_valid[0].any()
    assert not video.forward_flow[-1].any()
    assert not video.forward_valid[-1].any()


def test_visibility_is_zero_exactly_where_there_is_no_mask(tiny_videos):
    for video in tiny_videos:
        assert video.visibility.min() >= 0
        assert video.visibility.max() <= 1
        has_mask = np.zeros(video.areas.shape, bool)
        has_mask[video.tracks.frames, video.tracks.ids - 1] = True
        assert np.array_equal(video.visibility > 0, has_mask)
        areas = rle.area(video.tracks.masks, *video.depth.shape[1:])
        assert areas.tolist() == video.areas[video.tracks.frames, video.tracks.ids - 1].tolist()
        assert (video.areas <= video.silhouettes[..., 1]).all()
        assert (video.silhouettes[..., 1] <= video.silhouettes[..., 0]).all()


def test_ids_keep_their_class(tiny_videos):
    for video in tiny_videos:
        assert video.tracks.labels.tolist() == video.labels[video.tracks.ids - 1].tolist()
        assert set(video.labels.tolist()) <= set(range(len(CLASSES)))
        assert (video.tracks.scores == 1).all()


def test_boxes_are_tight(tiny_videos):
    for video in tiny_videos:
        ids = id_map(video)
        for row, frame in enumerate(video.tracks.frames):
            rows, columns = np.nonzero(ids[frame] == video.tracks.ids[row])
            assert video.tracks.bboxes[row].tolist() == [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


@pytest.mark.parametrize('split', ['train', 'val'])
def test_every_split_has_every_kind_of_hard_case_that_is_staged(tiny_videos, split):
    found = {case.kind for video in tiny_videos if video.split == split for case in video.hard_cases}
    assert found >= set(STAGED_KINDS)


def test_hard_cases_hold_in_the_masks(tiny_videos):
    for video in tiny_videos:
        ids = id_map(video).reshape(len(video.images), -1, 1)
        present = (ids == np.arange(1, len(video.labels) + 1)).any(axis=1)
        for case in video.hard_cases:
            first, last = case.frames
            columns = np.array(case.ids) - 1
            assert present[first, columns].all()
            assert present[last, columns].all()
            if case.kind in ('look_alikes_cross', 'different_looks_cross'):
                sides = [np.sign(np.diff([video.tracks.bboxes[video.tracks.rows_at(frame)]
                                          [video.tracks.ids[video.tracks.rows_at(frame)] == track][0, [0, 2]].mean()
                                          for track in case.ids])) for frame in case.frames]
                assert sides[0] == -sides[1]
                assert video.labels[columns[0]] == video.labels[columns[1]]
                assert (video.looks[columns[0]] == video.looks[columns[1]]) == (case.kind == 'look_alikes_cross')
            else:
                assert not present[first + 1:last, columns].any()
                inside = video.silhouettes[first + 1:last, columns, 1] > 0
                assert inside.all() == (case.kind == 'full_occlusion_and_return')


def test_a_video_depends_on_seed_split_and_index_alone(tiny, tiny_videos):
    again = generate_video(replace(tiny, num_train_videos=1), 'train', 0)
    assert np.array_equal(again.images, tiny_videos[0].images)
    assert again.tracks.masks == tiny_videos[0].tracks.masks
    assert not np.array_equal(again.images, tiny_videos[3].images)      # val, same index
    other = generate_video(replace(tiny, seed=1), 'train', 0)
    assert not np.array_equal(again.images, other.images)


def test_noise_changes_the_images_alone(tiny, tiny_videos):
    noisy = generate_video(replace(tiny, noise=3.0), 'train', 1)
    clean = tiny_videos[1]
    assert noisy.tracks.masks == clean.tracks.masks
    middle = (clean.images > 30) & (clean.images < 225)
    difference = (noisy.images.astype(int) - clean.images)[middle]
    assert abs(difference.mean()) < 0.1
    assert 2.8 < difference.std() < 3.2


def test_one_frame_is_enough(tiny):
    video = generate_video(replace(tiny, num_frames=1), 'val', 2)
    assert video.images.shape == (1, 64, 96, 3)
    assert video.hard_cases == ()


@pytest.mark.parametrize(('split', 'index', 'message'), [
    ('train', 3, 'train has 3 videos, numbered from 0; got 3'), ('test', 0, "unknown split 'test'")])
def test_videos_that_the_world_does_not_have(tiny, split, index, message):
    with pytest.raises(ValueError, match=message):
        generate_video(tiny, split, index)
