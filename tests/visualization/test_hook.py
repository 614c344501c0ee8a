"""Videos drawn while the loops of validation and testing run."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from mmdet.structures import DetDataSample, TrackDataSample
from mmengine.evaluator import Evaluator
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch.utils.data import DataLoader, Dataset

from mmvist.io.frames import open_frames
from mmvist.registry import HOOKS
from mmvist.structures import FrameResult, Video

VIDEOS = (Video('a', 'a', 400, 500, 6), Video('b', 'b', 400, 500, 3, fps=10.0))
TOLERANCE = 5     # the codec's
LOOPS = {'val': 'ValidationLoop', 'test': 'VideoTestLoop'}
FRAMES = [(video, frame) for video in VIDEOS for frame in range(video.length)]


class Frames(Dataset):
    """One frame an item; its grey level is 20 * (index + 1)."""

    def __init__(self, root, frames, classes=('car',)):
        self.items, self.metainfo = [], {} if classes is None else {'classes': classes}
        for index, (video, frame) in enumerate(frames):
            path = root / f'{video.name}_{frame}.png'
            cv2.imwrite(str(path), np.full((400, 500, 3), 20 * (index + 1), np.uint8))
            self.items.append(DetDataSample(metainfo={'img_path': str(path), 'video': video, 'frame': frame,
                                                      'ori_shape': (400, 500)}))

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        clip = TrackDataSample()
        clip.video_data_samples = [self.items[index]]
        return {'inputs': torch.zeros(1), 'data_samples': clip}


class Answers(BaseModel):
    """Finds nothing, `late` frames later than the frame came; all that is left with a video's last frame."""

    def __init__(self, late=0, features=None):
        super().__init__()
        self.late, self.held, self.features = late, [], features or {}

    def forward(self, inputs, data_samples=None, mode='tensor'):
        for clip in data_samples:
            sample = clip[0]
            none = np.zeros(0, np.int64)
            self.held.append(FrameResult(sample.video, sample.frame, none, none, np.zeros(0, np.float32),
                                         np.zeros((0, 4), np.float32), (), features=self.features))
        last = sample.frame == sample.video.length - 1
        count = len(self.held) if last else max(len(self.held) - self.late, 0)
        done, self.held = self.held[:count], self.held[count:]
        return [*done[:-1], replace(done[-1], summaries={})] if last else done


def collate(items):
    return {key: [item[key] for item in items] for key in items[0]}


@pytest.fixture
def run(tmp_path):
    """`run(frames, late, classes, ...)`: test (or validate) with an `OverlayHook`; returns its folder."""
    def run(frames=FRAMES, late=0, classes=('car',), validate=False, dataset=None, features=None, **options):
        hook = HOOKS.build({'type': 'OverlayHook', 'out_dir': tmp_path / 'out', **options})
        loader = DataLoader(dataset or Frames(tmp_path, frames, classes), batch_size=1, collate_fn=collate)
        name = 'val' if validate else 'test'
        runner = Runner(Answers(late, features), str(tmp_path / 'work'), custom_hooks=[hook],
                        experiment_name=tmp_path.name, default_scope='mmvist', log_level='ERROR',
                        **{f'{name}_dataloader': loader, f'{name}_evaluator': Evaluator([]),
                           f'{name}_cfg': {'type': LOOPS[name]}})
        getattr(runner, name)()
        return tmp_path / 'out'
    return run


def greys(path):
    return [round(float(image.mean())) for image in open_frames(path)]


@pytest.mark.parametrize('late', [0, 1, 2])
@pytest.mark.parametrize('validate', [False, True])
def test_one_video_a_file_each_result_on_its_own_image(run, late, validate):
    out = run(late=late, validate=validate)
    assert sorted(path.name for path in out.iterdir()) == ['a.mp4', 'b.mp4']
    assert greys(out / 'a.mp4') == pytest.approx([20, 40, 60, 80, 100, 120], abs=TOLERANCE)
    assert greys(out / 'b.mp4') == pytest.approx([140, 160, 180], abs=TOLERANCE)
    # Video a does not know its rate.
    assert (open_frames(out / 'a.mp4').fps, open_frames(out / 'b.mp4').fps) == (6, 10)


def test_a_video_that_is_not_run_to_its_end_is_closed_too(run):
    assert greys(run(FRAMES[:3]) / 'a.mp4') == pytest.approx([20, 40, 60], abs=TOLERANCE)


def test_the_first_videos_only(run):
    assert [path.name for path in run(num_videos=1).iterdir()] == ['a.mp4']


def test_a_broken_image_is_black(run, tmp_path):
    dataset = Frames(tmp_path, FRAMES)
    (tmp_path / 'a_1.png').write_bytes(b'no image')
    assert greys(run(dataset=dataset) / 'a.mp4') == pytest.approx([20, 0, 60, 80, 100, 120], abs=TOLERANCE)


PANELS = {'image': [], 'depth': [{'type': 'ShowDepth'}]}


def test_panels_side_by_side(run):
    ramp = np.linspace(1, 5, 20, dtype=np.float32).reshape(1, 4, 5)
    out = run(late=1, features={'depth': ramp}, panels=PANELS)
    images = list(open_frames(out / 'a.mp4'))
    assert len(images) == 6
    for number, image in enumerate(images, 1):
        height, width = image.shape[:2]
        assert (width, 400 < height < 450) == (2 * 500 + 4, True)
        assert image[-400:, :500].mean() == pytest.approx(20 * number, abs=TOLERANCE)
        assert image[-380, 520].mean() > image[-200, 754].mean() > image[-20, 980].mean()


def test_features_that_results_do_not_keep(run):
    with pytest.raises(ValueError, match="video a, frame 0: the result keeps no features 'depth' to draw; name it in "
                                         'model.result_features, and in model.detector.predicts'):
        run(panels=PANELS)


def test_data_without_class_names(run):
    with pytest.raises(ValueError, match='OverlayHook: Frames does not name its classes'):
        run(classes=None)


@pytest.mark.parametrize('wrap', [lambda parts: {'drawings': parts}, lambda parts: {'panels': {'one': parts}}])
def test_a_wrong_drawing_shows_when_the_hook_is_built(tmp_path, wrap):
    with pytest.raises(TypeError, match='opaque'):
        HOOKS.build({'type': 'OverlayHook', 'out_dir': tmp_path, **wrap([{'type': 'DrawMasks', 'opaque': 1}])})
