import logging
import shutil

import cv2
import numpy as np
import pytest
import torch
from mmengine.dataset import pseudo_collate
from mmengine.logging import MMLogger
from torch.utils.data import DataLoader

from mmvist.datasets import BrokenFrameError, ClipSampler, VideoDataset
from mmvist.io import mots
from mmvist.io.problems import FormatError
from mmvist.structures import VideoSet
from tests.datasets.conftest import store

PAIR = dict(type='RandomPair')
CHANCE = [dict(type='LoadFrames'), dict(type='LoadTracks'), dict(type='RandomResizeClip', scales=[(16, 12), (32, 24)]),
          dict(type='RandomFlipClip', prob=0.5), dict(type='RandomCropClip', size=(10, 8)), dict(type='PackClip')]


def shown(item):
    """Video, frame and key of every frame of an item."""
    return [(sample.video.name, sample.frame, sample.key) for sample in item['data_samples']]


def everything(item):
    """An item as comparable values."""
    frames = [(sample.frame, sample.flip, sample.scale_factor, sample.gt_instances.ids.tolist(),
               sample.gt_instances.bboxes.tolist(), sample.gt_instances.masks.masks.tolist())
              for sample in item['data_samples']]
    return item['inputs'].tolist(), frames


def test_a_training_item_for_each_frame_with_an_object(streets):
    dataset = streets.build()
    assert [shown(dataset[index]) for index in range(len(dataset))] == [
        [('a', 0, True)], [('a', 1, True)], [('a', 3, True)], [('b', 2, True)]]
    assert dataset.metainfo == {'classes': ('car', 'dog')}
    assert dataset.num_videos == 3


def test_a_test_item_for_each_frame(streets):
    dataset = streets.build(test_mode=True)
    assert [shown(dataset[index])[0][:2] for index in range(len(dataset))] == [
        *(('a', frame) for frame in range(5)), *(('b', frame) for frame in range(3)), ('c', 0)]
    item = dataset[3]
    assert item['inputs'].shape == (1, 3, 12, 16)
    assert item['inputs'].unique().tolist() == [3]      # the image of frame 3
    assert 'gt_instances' not in item['data_samples'][0]
    assert item['data_samples'][0].video.id == 4
    assert item['data_samples'][0].video.length == 5


def test_truth_of_an_item(streets):
    sample = streets.build()[1]['data_samples'][0]
    assert sample.gt_instances.ids.tolist() == [0]
    assert sample.gt_instances.bboxes.tolist() == [[2, 1, 6, 5]]
    assert sample.ignored_instances.bboxes.tolist() == [[10, 0, 16, 4]]
    assert sample.img_path == str(streets.img_prefix / 'a/00001.png')


def test_pairs_stay_within_a_video(streets):
    dataset = streets.build(clip=PAIR)
    others = set()
    for epoch in range(12):
        dataset.set_epoch(epoch)
        key, reference = shown(dataset[1])
        assert key == ('a', 1, True)
        assert reference[2] is False
        others.add(reference[:2])
        assert shown(dataset[3]) == [('b', 2, True), ('b', 2, False)]      # the only frame with an object
    assert others == {('a', 0), ('a', 3)}


def test_contiguous_clips(streets):
    dataset = streets.build(clip=dict(type='ContiguousClip', length=4))
    frames = [frame for _, frame, _ in shown(dataset[2])]
    assert frames in ([0, 1, 2, 3], [1, 2, 3, 4])
    assert [frame for _, frame, _ in shown(dataset[3])] == [0, 1, 2, 2]
    assert len(dataset[2]['data_samples'][frames.index(2)].gt_instances.ids) == 0      # frame 2 shows nothing


def test_an_item_for_each_video_with_an_object(streets):
    dataset = streets.build(clips_per_video=1)
    assert (len(dataset), dataset.num_videos) == (2, 3)
    drawn = []
    for epoch in range(600):
        dataset.set_epoch(epoch)
        ((name, frame, key),) = shown(dataset[0])
        assert (name, key) == ('a', True)
        drawn.append(frame)
    assert shown(dataset[1]) == [('b', 2, True)]
    # A crowd alone, as in frame 4, is no object. 200 each; four standard deviations are 46.
    frames, times = np.unique(drawn, return_counts=True)
    assert frames.tolist() == [0, 1, 3]
    assert times.min() > 150


def test_a_video_as_small_objects_leave_it(streets):
    dataset = streets.build(clips_per_video=1, min_size=4)
    assert [shown(item)[0][0] for item in dataset] == ['a']
    assert len(streets.build(clips_per_video=1, min_size=50)) == 0


def test_clips_of_a_video(streets):
    pairs, clips = streets.build(clips_per_video=1, clip=PAIR), streets.build(
        clips_per_video=1, clip=dict(type='ContiguousClip', length=2))
    keys, starts = set(), set()
    for epoch in range(40):
        pairs.set_epoch(epoch)
        clips.set_epoch(epoch)
        (_, key, _), (_, reference, _) = shown(pairs[0])
        assert {key, reference} < {0, 1, 3}
        keys.add(key)
        first, second = (frame for _, frame, _ in shown(clips[0]))
        assert second == first + 1
        starts.add(first)
    assert keys == {0, 1, 3}
    assert starts == {0, 1, 2, 3}


def test_classes_of_a_video_are_those_of_all_its_frames(make_video_tracks, tmp_path):
    box = (0, 0, 3, 3)
    late = store(tmp_path, [
        make_video_tracks([(1, 0, 2, box), (3, 1, 1, box), (4, 2, 0, box, 1.0, True)], 'a', length=5),
        make_video_tracks([(0, 0, 0, box)], 'b', length=1)], classes=('car', 'dog', 'cat'))
    dataset = late.build(clips_per_video=1)
    assert [dataset.get_cat_ids(index) for index in (0, 1, -2)] == [[1, 2], [0], [1, 2]]
    assert [late.build().get_cat_ids(index) for index in range(3)] == [[2], [1], [0]]


def test_frames_without_objects_may_be_items(streets):
    frames = [shown(item)[0][:2] for item in streets.build(test_mode=True)]
    dataset = streets.build(empty_frames=True)
    assert [shown(item)[0][:2] for item in dataset] == frames
    assert len(streets.build()) < len(frames)
    empty = next(index for index in range(len(dataset)) if not dataset.get_cat_ids(index))
    truth = dataset[empty]['data_samples'][0].gt_instances
    assert (len(truth.ids), truth.masks.masks.shape[0]) == (0, 0)
    windows = streets.build(empty_frames=True, clip=dict(type='ContiguousClip', length=2))
    assert all(frame in [index for _, index, _ in shown(windows[item])]
               for item, (name, frame) in enumerate(frames) if name == 'a')
    for wrong in (dict(test_mode=True), dict(clips_per_video=1)):
        with pytest.raises(ValueError, match='empty_frames is for training on an item for each frame'):
            streets.build(empty_frames=True, **wrong)


def test_a_video_item_is_listed_with_its_first_frame(streets):
    dataset = streets.build(clips_per_video=1)
    assert dataset.get_data_info(0) == {'video_id': 4, 'frame': 0, 'img_path': str(streets.img_prefix / 'a/00000.png'),
                                        'sample_idx': 0}
    assert dataset.get_data_info(1)['frame'] == 2
    with pytest.raises(IndexError):
        dataset[2]


def test_video_items_depend_on_seed_epoch_and_index_alone(streets):
    one, other = (streets.build(CHANCE, clip=PAIR, clips_per_video=1, seed=5) for _ in range(2))
    items = []
    for epoch in range(6):
        one.set_epoch(epoch)
        other.set_epoch(epoch)
        items.append([everything(one[index]) for index in (0, 1)])
        assert [everything(other[index]) for index in (-1, -2)] == items[-1][::-1]
    assert len({str(item) for item in items}) == 6
    assert [everything(item) for item in streets.build(CHANCE, clip=PAIR, clips_per_video=1, seed=6)] != items[0]


def test_classes_by_name(streets):
    dataset = streets.build(classes=['dog', 'car'])
    assert dataset.metainfo == {'classes': ('dog', 'car')}
    assert dataset[0]['data_samples'][0].gt_instances.labels.tolist() == [1, 0]
    only = streets.build(classes=['dog'])
    assert [shown(only[index])[0][:2] for index in range(len(only))] == [('a', 0), ('a', 3), ('b', 2)]
    assert only[0]['data_samples'][0].gt_instances.ids.tolist() == [1]
    with pytest.raises(FormatError, match=r"classes: \['cat'\] are not in the file; it has \['car', 'dog'\]"):
        streets.build(classes=['cat', 'dog'])


def test_a_split_of_the_videos(streets, tmp_path):
    path = tmp_path / 'list.txt'
    path.write_text('b\n9\n')
    assert [shown(item)[0][:2] for item in streets.build(split=path, test_mode=True)] == [
        ('b', 0), ('b', 1), ('b', 2), ('c', 0)]
    path.write_text('!4\n')
    dataset = streets.build(split=path)
    assert [shown(item)[0][:2] for item in dataset] == [('b', 2)]
    assert (dataset.num_videos, dataset.metainfo['classes']) == (2, ('car', 'dog'))


def test_a_split_that_does_not_fit(streets, tmp_path):
    (tmp_path / 'list.txt').write_text('a\nz\n')
    with pytest.raises(FormatError, match="list.txt: 1 problem\n  line 2: no video has the id or name 'z'"):
        streets.build(split=tmp_path / 'list.txt')
    with pytest.raises(FileNotFoundError, match='none.txt'):
        streets.build(split=tmp_path / 'none.txt')


def test_small_objects_are_dropped_in_training_only(streets):
    assert [shown(item)[0][:2] for item in streets.build(min_size=4)] == [('a', 0), ('a', 1), ('a', 3)]
    assert len(streets.build(min_size=4, test_mode=True)) == 9


def test_cat_ids(streets):
    dataset = streets.build()
    assert [dataset.get_cat_ids(index) for index in range(4)] == [[0, 1], [0], [1], [1]]
    assert streets.build(test_mode=True).get_cat_ids(0) == []


def test_data_info_and_python_indices(streets):
    dataset = streets.build()
    assert dataset.get_data_info(3) == {'video_id': 2, 'frame': 2, 'img_path': str(streets.img_prefix / 'b/00002.png'),
                                        'sample_idx': 3}
    assert everything(dataset[-1]) == everything(dataset[3])
    with pytest.raises(IndexError):
        dataset[4]


def test_items_depend_on_seed_epoch_and_index_alone(streets):
    one, other = (streets.build(CHANCE, clip=PAIR, seed=5) for _ in range(2))
    backwards = {index: everything(other[index]) for index in reversed(range(4))}
    assert [everything(one[index]) for index in range(4)] == [backwards[index] for index in range(4)]
    one.set_epoch(1)
    later = [everything(one[index]) for index in range(4)]
    assert later != list(backwards.values())[::-1]
    one.set_epoch(0)
    assert everything(one[0]) == backwards[0]
    assert [everything(item) for item in streets.build(CHANCE, clip=PAIR, seed=6)] != list(backwards.values())[::-1]


def run(dataset, epochs, num_workers):
    """The batches of some epochs, as mmengine's loop would fetch them."""
    sampler = ClipSampler(dataset, seed=3)
    loader = DataLoader(dataset, batch_size=2, sampler=sampler, num_workers=num_workers, collate_fn=pseudo_collate,
                        persistent_workers=num_workers > 0)
    batches = []
    for epoch in epochs:
        sampler.set_epoch(epoch)
        for batch in loader:
            batches.append([everything({'inputs': inputs, 'data_samples': sample}) for inputs, sample
                            in zip(batch['inputs'], batch['data_samples'], strict=True)])
    return batches


def test_workers_and_resuming_change_nothing(streets):
    alone = run(streets.build(CHANCE, clip=PAIR), range(3), num_workers=0)
    assert len(alone) == 6
    assert run(streets.build(CHANCE, clip=PAIR), range(3), num_workers=2) == alone
    assert run(streets.build(CHANCE, clip=PAIR), range(1, 3), num_workers=0) == alone[2:]
    assert alone[:2] != alone[2:4]


def test_another_clip_when_nothing_is_left(streets):
    # A window of one pixel seldom hits: the item is another one, and the same one every time.
    pipeline = [*CHANCE[:2], dict(type='RandomCropClip', size=(1, 1)), CHANCE[-1]]
    dataset = streets.build(pipeline)
    items = [dataset[index] for index in range(4)]
    assert all(len(item['data_samples'][0].gt_instances.ids) == 1 for item in items)
    assert [everything(item) for item in items] == [everything(dataset[index]) for index in range(4)]


def test_broken_images(streets):
    path = streets.img_prefix / 'a/00001.png'
    path.write_bytes(b'broken')
    with pytest.raises(BrokenFrameError, match='a/00001.png'):
        streets.build()[1]
    dataset = streets.build(skip_broken=True)
    assert shown(dataset[1])[0][:2] != ('a', 1)
    assert everything(dataset[1]) == everything(dataset[1])
    assert dataset.num_skipped >= 3
    assert shown(dataset[0]) == [('a', 0, True)]


def test_skipping_warns_once_for_an_image(streets):
    told = []
    handler = logging.Handler()
    handler.emit = lambda record: told.append(record.getMessage())
    dataset = streets.build(skip_broken=True)
    (streets.img_prefix / 'a/00001.png').write_bytes(b'')
    logger = MMLogger.get_current_instance()
    logger.addHandler(handler)
    for _ in range(3):
        dataset[1]
    logger.removeHandler(handler)
    assert dataset.num_skipped == 3
    assert [line for line in told if '00001.png' in line] == [
        f'skipped: {streets.img_prefix}/a/00001.png: not an image that can be decoded (0 bytes)']


def test_skipped_images_are_counted_over_workers(streets):
    (streets.img_prefix / 'b/00002.png').write_bytes(b'')
    dataset = streets.build(skip_broken=True, test_mode=True)
    for _ in DataLoader(dataset, num_workers=2, collate_fn=pseudo_collate):
        pass
    assert dataset.num_skipped == 1


def test_a_broken_test_frame_is_black(streets):
    (streets.img_prefix / 'a/00003.png').write_bytes(b'')
    with pytest.raises(BrokenFrameError, match='a/00003.png'):
        streets.build(test_mode=True)[3]
    dataset = streets.build(test_mode=True, skip_broken=True)
    assert dataset[3]['inputs'].eq(0).all()
    assert shown(dataset[3]) == [('a', 3, True)]


def test_giving_up(streets):
    for path in streets.img_prefix.rglob('*.png'):
        path.write_bytes(b'')
    with pytest.raises(RuntimeError, match='100 clips in a row left nothing to train on, beginning with item 2'):
        streets.build(skip_broken=True)[2]


def test_missing_images_are_told_at_build(streets):
    (streets.img_prefix / 'a/00004.png').unlink()
    (streets.img_prefix / 'c/00000.png').unlink()
    with pytest.raises(FormatError) as caught:
        streets.build()
    assert [problem.split(':')[0] for problem in caught.value.problems] == ['video a', 'video c']


def test_broken_annotations_are_told_at_build(streets):
    streets.ann_file.write_text(streets.ann_file.read_text()[:-30])
    with pytest.raises(FormatError, match='ends early'):
        streets.build()


def test_options_that_contradict(streets):
    with pytest.raises(ValueError, match='clip is for training'):
        streets.build(test_mode=True, clip=PAIR)
    with pytest.raises(ValueError, match='clips_per_video is for training; a test item is one frame'):
        streets.build(test_mode=True, clips_per_video=1)
    with pytest.raises(ValueError, match="unknown format 'cocoo'; known: ytvis, kitti_mots, mots"):
        streets.build(format='cocoo')


def test_subset(streets):
    subset = streets.build().get_subset([3, 0])
    assert [shown(subset[index])[0][:2] for index in range(2)] == [('b', 2), ('a', 0)]
    videos = streets.build(clips_per_video=1)
    videos.get_subset_([1])
    assert [shown(item)[0][:2] for item in videos] == [('b', 2)]


def test_items_do_not_share_memory_with_the_dataset(streets):
    dataset = streets.build()
    dataset[0]['data_samples'][0].gt_instances.bboxes.zero_()
    dataset[0]['data_samples'][0].gt_instances.ids.fill_(9)
    assert dataset[0]['data_samples'][0].gt_instances.ids.tolist() == [0, 1]
    assert dataset[0]['data_samples'][0].gt_instances.bboxes[0].tolist() == [1, 1, 5, 5]


def test_jpeg_orientation_is_left_aside(streets):
    # An EXIF block that says "turn by 90 degrees" (tag 0x0112 = 6); annotations are made on stored pixels.
    path = streets.img_prefix / 'b/00002.png'
    jpeg = cv2.imencode('.jpg', np.zeros((12, 16, 3), np.uint8))[1].tobytes()
    exif = b'Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0'
    path.write_bytes(jpeg[:2] + b'\xff\xe1' + (len(exif) + 2).to_bytes(2, 'big') + exif + jpeg[2:])
    assert streets.build()[3]['inputs'].shape == torch.Size([1, 3, 12, 16])


def test_nothing_looks_at_images(streets, make_video_tracks, tmp_path):
    shutil.rmtree(streets.img_prefix)
    pipeline = [dict(type='BlankFrames'), dict(type='ResizeClip', scale=(32, 24)), dict(type='PackClip')]
    dataset = VideoDataset(streets.ann_file, None, pipeline, test_mode=True)
    item = dataset[3]
    assert shown(item)[0][:2] == ('a', 3)
    assert (item['inputs'].shape, item['data_samples'][0].scale_factor) == ((1, 3, 24, 32), (2, 2))
    # Annotations that do not name images are as good.
    tracks = make_video_tracks([(3, 1, 0, (0, 0, 2, 2))], 'b')
    mots.write_txt(VideoSet(('car', 'dog'), (tracks,), (1, 2)), tmp_path / 'gt')
    dataset = VideoDataset(tmp_path / 'gt', None, pipeline, format='kitti_mots', test_mode=True)
    assert [shown(dataset[index])[0][:2] for index in range(len(dataset))] == [('b', frame) for frame in range(4)]
    assert dataset[0]['data_samples'][0].img_path == ''
