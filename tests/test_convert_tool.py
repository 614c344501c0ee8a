"""`tools/convert.py`: its options, what it prints and its exit status."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mmvist.io import mots, ytvis
from mmvist.io.splits import apply_split, read_split
from mmvist.structures import Video, VideoSet, VideoTracks

ROOT = Path(__file__).parents[1]
SPLITS = ROOT / 'configs/_base_/datasets/splits'


@pytest.fixture(scope='module')
def tool(load_tool):
    return load_tool('convert')


@pytest.fixture
def source(make_video_tracks, tmp_path):
    tracks = make_video_tracks([(0, 7, 0, (0, 0, 4, 5)), (0, 9, 1, (3, 0, 9, 9))], 'main', video_id=1,
                               file_names=tuple(f'main/{frame}.jpg' for frame in range(4)))
    ytvis.write(VideoSet(('sedan', 'person'), (tracks,), (6, 1)), tmp_path / 'gt.json')
    return tmp_path / 'gt.json'


def many(path, ids, size=(4, 6), length=3):
    """A file of videos without objects."""
    videos = tuple(VideoTracks.from_rows(Video(number, f'v{number}', *size, length), []) for number in ids)
    ytvis.write(VideoSet(('car',), videos, (1,)), path)
    return path


def test_annotations(tool, source, tmp_path, capsys):
    (tmp_path / 'map.json').write_text('{"sedan": "car", "*": "pedestrian"}')
    out = tmp_path / 'txt'
    arguments = ['annotations', str(source), str(out), '--to', 'kitti_mots', '--class-map', str(tmp_path / 'map.json')]
    assert tool.main(arguments) == 2
    assert 'gt.json: 1 problem\n  video main: masks overlap in 1 frames' in capsys.readouterr().err
    assert not out.exists()
    assert tool.main([*arguments, '--overlaps', 'by_score']) == 0
    assert capsys.readouterr().out == (f'{out}: 1 videos, 4 frames, 2 tracks, 2 masks\n'
                                       'not kept: 5 pixels of masks, left to other masks; 4 names of images\n')
    assert tool.main([*arguments, '--overlaps', 'by_score']) == 2
    assert 'is there already, with 2 files; --overwrite replaces it' in capsys.readouterr().err
    assert tool.main([*arguments, '--overlaps', 'by_score', '--overwrite']) == 0
    seqmap = ['--seqmap', str(out / 'all.seqmap'), '--from', 'kitti_mots']
    assert tool.main(['annotations', str(out), str(tmp_path / 'back.json'), '--to', 'ytvis', *seqmap]) == 0
    back = ytvis.read(tmp_path / 'back.json')
    assert (back.classes, back.videos[0].ids.tolist(), back.videos[0].video.length) == (
        ('car', 'pedestrian'), [1007, 2009], 4)


def test_results(tool, source, tmp_path, capsys):
    ytvis.write_results(ytvis.read(source), tmp_path / 'results.json')
    assert tool.main(['annotations', str(tmp_path / 'results.json'), str(tmp_path / 'coco.json'), '--to', 'coco',
                      '--results', '--gt', str(source)]) == 2
    assert 'COCO results are of images, got 1 videos' in capsys.readouterr().err
    assert tool.main(['annotations', str(tmp_path / 'results.json'), str(tmp_path / 'frames.json'), '--to', 'frames',
                      '--results', '--gt', str(source)]) == 0
    assert tool.main(['annotations', str(tmp_path / 'frames.json'), str(tmp_path / 'again.json'), '--to', 'ytvis',
                      '--results', '--gt', str(source)]) == 0
    assert json.loads((tmp_path / 'again.json').read_text()) == json.loads((tmp_path / 'results.json').read_text())


def test_check(tool, source, tmp_path, capsys):
    report = tmp_path / 'report.json'
    arguments = ['check', str(source), '--classes', 'person', 'sedan', '--json', str(report)]
    assert tool.main(arguments) == 0
    assert 'odd: 2 things' in capsys.readouterr().out
    assert json.loads(report.read_text())['oddities'][1] == {
        'what': '1 frames with masks that overlap, in 5 pixels', 'places': ['video main, frame 0: 5 pixels']}
    assert tool.main([*arguments, '--images', str(tmp_path)]) == 2
    assert f'video main: no image {tmp_path}/main/0.jpg, ' in capsys.readouterr().out
    (tmp_path / 'main').mkdir()
    for frame in range(4):
        (tmp_path / f'main/{frame}.jpg').write_bytes(b'')
    assert tool.main([*arguments, '--images', str(tmp_path)]) == 0
    assert tool.main(['check', str(source), '--classes', 'cow']) == 2


def test_check_of_what_is_broken(tool, source, tmp_path, capsys):
    data = json.loads(source.read_text())
    data['annotations'][0]['segmentations'].append(None)
    data['annotations'][1]['category_id'] = 44
    source.write_text(json.dumps(data))
    assert tool.main(['check', str(source), '--json', str(tmp_path / 'report.json')]) == 2
    assert 'broken: 2 problems' in capsys.readouterr().out
    report = json.loads((tmp_path / 'report.json').read_text())
    assert (report['statistics'], len(report['problems'])) == (None, 2)
    assert tool.main(['check', str(tmp_path / 'none')]) == 2
    assert 'no such file or folder' in capsys.readouterr().err


def test_check_of_numbered_images(tool, make_video_tracks, tmp_path, capsys):
    tracks = make_video_tracks([(0, 1001, 0, (0, 0, 4, 5)), (1, 1001, 0, (0, 0, 4, 5))], '0001', 2)
    mots.write_txt(VideoSet(('car',), (tracks,), (1,)), tmp_path / 'txt')
    (tmp_path / 'images/0001').mkdir(parents=True)
    (tmp_path / 'images/0001/000000.png').write_bytes(b'')
    arguments = ['check', str(tmp_path / 'txt'), '--images', str(tmp_path / 'images')]
    assert tool.main(arguments) == 2
    assert 'sequence 0001: 1 of 2 images are missing, frames [1]' in capsys.readouterr().out
    (tmp_path / 'images/0001/000001.png').write_bytes(b'')
    assert tool.main(arguments) == 0


def test_check_of_a_part(tool, tmp_path, capsys):
    (tmp_path / 'list.txt').write_text('v2\n')
    arguments = ['check', str(many(tmp_path / 'a.json', range(3))), '--split', str(tmp_path / 'list.txt')]
    assert tool.main(arguments) == 0
    assert 'videos          1, 1 without objects' in capsys.readouterr().out


@pytest.mark.parametrize(('name', 'total', 'num'), [('youtube_vis_2019_vae', 2238, 200), ('ovis', 607, 60)])
def test_split_draws_the_stored_lists(name, total, num, tool, tmp_path):
    source = many(tmp_path / 'train.json', range(1, total + 1))
    lists = [str(tmp_path / 'train.txt'), str(tmp_path / 'val.txt')]
    assert tool.main(['split', str(source), '--out', *lists, '--num', str(num)]) == 0
    assert [read_split(path) for path in lists] == [read_split(SPLITS / f'{name}_{part}.txt')
                                                    for part in ('train', 'val')]
    assert (tmp_path / 'val.txt').read_text().splitlines()[:2] == [
        '# train.json', f'# The {num} held out, drawn by mmvist.io.splits.random_split from {total} videos: {num} held '
        'out, seed 0.']


def test_split_of_a_part(tool, tmp_path, capsys):
    source = many(tmp_path / 'train.json', range(1, 155))
    lists = [str(tmp_path / 'train.txt'), str(tmp_path / 'val.txt')]
    arguments = ['split', str(source), '--out', *lists, '--num', '11', '--keep', '50']
    assert tool.main(arguments) == 0
    assert capsys.readouterr().out == f'{lists[0]}: 50 videos\n{lists[1]}: 11 videos\n'
    parts = [{tracks.video.id for tracks in apply_split(ytvis.read(source), path).videos} for path in lists]
    assert list(map(len, parts)) == [50, 11]
    assert not parts[0] & parts[1]
    assert tool.main(arguments) == 2
    assert 'train.txt: is there already' in capsys.readouterr().err
    assert tool.main([*arguments, '--overwrite', '--seed', '1']) == 0
    assert {tracks.video.id for tracks in apply_split(ytvis.read(source), lists[1]).videos} != parts[1]


def test_split_by_size_and_length(tool, tmp_path):
    source = many(tmp_path / 'a.json', range(8), (720, 1280), 10)
    data, others = (json.loads(path.read_text()) for path in (
        source, many(tmp_path / 'b.json', range(8, 13), (360, 640), 10)))
    short = json.loads(many(tmp_path / 'c.json', [13], (720, 1280), 9).read_text())
    source.write_text(json.dumps({**data, 'videos': [*data['videos'], *others['videos'], *short['videos']]}))
    lists = [str(tmp_path / 'train.txt'), str(tmp_path / 'val.txt')]
    rule = ['--share', '.25', '--same-size', '--min-length', '10']
    assert tool.main(['split', str(source), '--out', *lists, *rule]) == 0
    parts = [read_split(path) for path in lists]
    assert list(map(len, parts)) == [6, 2]
    assert sorted(sum(parts, ())) == [str(number) for number in range(8)]


@pytest.mark.parametrize(('options', 'message'), [
    (['--num', '3'], '3 videos to hold out and some to keep are wanted'),
    (['--share', '1.5'], 'a share between 0 and 1'), (['--num', '1', '--min-length', '9'], '0 of 3 can be drawn')])
def test_splits_that_cannot_be(options, message, tool, tmp_path, capsys):
    source = many(tmp_path / 'train.json', range(3))
    lists = [str(tmp_path / 'train.txt'), str(tmp_path / 'val.txt')]
    assert tool.main(['split', str(source), '--out', *lists, *options]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / 'train.txt').exists()
    assert tool.main(['split', str(source), '--out', lists[0], lists[0], '--num', '1']) == 2
    assert 'the two lists need two names' in capsys.readouterr().err


def test_windows(tool, make_video_tracks, tmp_path, capsys):
    rows = [(frame, 7, 0, (frame, 0, frame + 4, 5)) for frame in range(4)] + [(1, 9, 1, (5, 0, 9, 9))]
    tracks = make_video_tracks(rows, 'main', 6, video_id=1, file_names=tuple(f'main/{frame}.jpg' for frame in range(6)))
    ytvis.write(VideoSet(('sedan', 'person'), (tracks,), (6, 1)), tmp_path / 'gt.json')
    (tmp_path / 'map.json').write_text('{"sedan": "car"}')
    out = tmp_path / 'windows.json'
    arguments = ['windows', str(tmp_path / 'gt.json'), str(out), '--length', '3']
    assert tool.main(arguments) == 2
    assert 'windows: a batch needs 6 windows of 3 frames, there are 4 in 1 videos' in capsys.readouterr().err
    assert tool.main([*arguments, '--batch', '1', '--class-map', str(tmp_path / 'map.json')]) == 0
    assert capsys.readouterr().out == (f'{out}: 2 videos, 6 frames, 2 tracks, 4 masks\n'
                                       'not kept: 1 tracks of other classes\n')
    windows = ytvis.read(out)
    assert (windows.classes, [tracks.video.name for tracks in windows.videos]) == (
        ('car',), ['main/w00000/b00000', 'main/w00003/b00003'])
    assert tool.main([*arguments, '--batch', '1']) == 2
    assert tool.main([*arguments, '--batch', '1', '--every', '1', '--overwrite']) == 0
    assert len(ytvis.read(out).videos) == 4
    assert tool.main([*arguments, '--every', '0', '--overwrite']) == 2
    assert 'windows: every must be at least 1, got 0' in capsys.readouterr().err


def test_checkpoint(tool, tmp_path, capsys):
    torch = pytest.importorskip('torch')
    torch.save({'state_dict': {'track_head.embed_head.fcs.0.bias': torch.ones(2)}}, tmp_path / 'theirs.pth')
    arguments = ['checkpoint', str(tmp_path / 'theirs.pth'), str(tmp_path / 'ours.pth'), '--from']
    assert tool.main([*arguments, 'mmdet-masktrack-rcnn']) == 0
    assert capsys.readouterr().out == f'{tmp_path / "ours.pth"}: 1 weights\n'
    weights = torch.load(tmp_path / 'ours.pth', weights_only=True)['state_dict']
    assert {name: weight.tolist() for name, weight in weights.items()} == {'embedder.fcs.0.bias': [1, 1]}
    assert tool.main([*arguments, 'nothing']) == 2
    known = 'hd3, mmdet-masktrack-rcnn, mmdet-yolact, yolact'
    assert f"--from: unknown 'nothing'; known: {known}" in capsys.readouterr().err


@pytest.mark.parametrize(('options', 'expected'), [
    ([], {'detector.bbox_head.conv_reg.bias': list(range(8)), 'detector.bbox_head.conv_cls.bias': [1, 2, 0, 4, 5, 3]}),
    (['--without-classes'], {'detector.bbox_head.conv_reg.bias': list(range(8))})])
def test_checkpoint_of_yolact(options, expected, tool, tmp_path, capsys):
    torch = pytest.importorskip('torch')
    # Two anchors and two classes, before which they have the background.
    torch.save({'prediction_layers.0.bbox_layer.bias': torch.arange(8),
                'prediction_layers.0.conf_layer.bias': torch.arange(6)}, tmp_path / 'theirs.pth')
    arguments = ['checkpoint', str(tmp_path / 'theirs.pth'), str(tmp_path / 'ours.pth'), '--from', 'yolact']
    assert tool.main([*arguments, *options]) == 0
    assert f'ours.pth: {len(expected)} weights' in capsys.readouterr().out
    weights = torch.load(tmp_path / 'ours.pth', weights_only=True)['state_dict']
    assert {name: weight.tolist() for name, weight in weights.items()} == expected
    assert tool.main([*arguments[:-1], 'mmdet-yolact']) == 2
    assert 'weights are of another network' in capsys.readouterr().err


@pytest.mark.parametrize('command', ['annotations', 'check'])
def test_it_starts_light(command, source, tmp_path):
    options = {'annotations': [str(tmp_path / 'out.json'), '--to', 'coco'], 'check': ['--images', str(tmp_path)]}
    code = ('import runpy, sys; main = runpy.run_path("tools/convert.py")["main"]; '
            f'main({[command, str(source), *options[command]]}); '
            'sys.exit(any(name in sys.modules for name in ("torch", "cv2", "PIL", "scipy", "matplotlib")))')
    assert subprocess.run([sys.executable, '-c', code], cwd=ROOT).returncode == 0
