from dataclasses import replace

import pytest

from mmvist.io import bdd100k
from mmvist.io.problems import FormatError
from mmvist.structures import VideoSet


@pytest.mark.parametrize('named', [True, False])
def test_json_results_of_some_frames(tmp_path, make_video_tracks, named):
    """Results are of the whole video; the ground truth was read with the ends 2..4."""
    rows = [(index, index, 2, (index, 0, index + 2, 3)) for index in (0, 1, 2, 4, 5)]
    whole = VideoSet(bdd100k.CLASSES, (make_video_tracks(rows, length=6),), bdd100k.CATEGORY_IDS)
    bdd100k.write(whole, tmp_path / 'all.json')
    ends = {'street': (2, 4)}
    truth = bdd100k.read(tmp_path / 'all.json', ends)
    (tracks,) = truth.videos
    if not named:
        tracks = replace(tracks, video=replace(tracks.video, file_names=()))
    (found,) = bdd100k.read_results(tmp_path / 'all.json', replace(truth, videos=(tracks,)), ends).videos
    assert (found.video, found.frames.tolist()) == (tracks.video, [0, 2])
    assert found.bboxes[:, 0].tolist() == [2, 4]
    with pytest.raises(FormatError, match='is no frame of video street in the ground truth, which has 3'):
        bdd100k.read_results(tmp_path / 'all.json', truth)
    # A frame that lies between the ends and is not in the ground truth is a slip.
    with pytest.raises(FormatError, match=r'frame street-0000006\.jpg: is no frame'):
        bdd100k.read_results(tmp_path / 'all.json', truth, {'street': (2, 5)})


@pytest.mark.parametrize('named', [True, False])
def test_bitmask_results_of_some_frames(tmp_path, make_video_tracks, named):
    """Results are of the whole video; the ground truth was read with the ends 2..4, counted from 1."""
    rows = [(index, index + 1, 1, (index, 0, index + 2, 2)) for index in (0, 1, 3, 5)]
    whole = VideoSet(bdd100k.CLASSES, (make_video_tracks(rows, length=6),), bdd100k.CATEGORY_IDS)
    bdd100k.write_bitmask(whole, tmp_path)
    ends = {'street': (2, 4)}
    truth = bdd100k.read(tmp_path, ends)
    (tracks,) = truth.videos
    if not named:
        tracks = replace(tracks, video=replace(tracks.video, file_names=()))
    (found,) = bdd100k.read_results(tmp_path, replace(truth, videos=(tracks,)), ends).videos
    assert (found.video, found.frames.tolist(), found.ids.tolist()) == (tracks.video, [0, 2], [2, 4])
    with pytest.raises(FormatError, match=r'street-0000005\.png: is no frame of the ground truth'):
        bdd100k.read_results(tmp_path, truth)
