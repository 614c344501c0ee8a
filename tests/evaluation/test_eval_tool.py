"""`tools/eval.py` from files to tables, without torch."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mmvist.io import mots, ytvis

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope='module')
def tool(load_tool):
    return load_tool('eval')


@pytest.fixture
def sets(make_set, make_tracks, rect):
    """Two cars; one is found in 3 of 4 frames, and so has an IoU of 0.75; the other is missed."""
    truth = make_set(make_tracks(dict(id=1001, masks=dict.fromkeys(range(4), rect(0, 0, 10, 10))),
                                 dict(id=1002, masks={0: rect(20, 0, 10, 10)}), length=4))
    found = make_set(make_tracks(dict(id=3, score=.9, masks=dict.fromkeys(range(3), rect(0, 0, 10, 10))), length=4))
    return truth, found


@pytest.fixture
def ytvis_files(sets, tmp_path):
    ytvis.write(sets[0], tmp_path / 'gt.json')
    ytvis.write_results(sets[1], tmp_path / 'results.json')
    return str(tmp_path / 'results.json'), '--gt', str(tmp_path / 'gt.json')


@pytest.fixture
def mots_files(sets, tmp_path):
    mots.write_txt(sets[0], tmp_path / 'gt')
    mots.write_txt(sets[1], tmp_path / 'results')
    return str(tmp_path / 'results'), '--gt', str(tmp_path / 'gt')


def test_one_file_feeds_both_metrics(tool, ytvis_files, tmp_path, capsys):
    out = tmp_path / 'new' / 'scores.json'
    assert tool.main([*ytvis_files, '--metrics', 'ytvis', 'mots', '--json', str(out),
                      '--markdown', str(tmp_path / 'scores.md')]) == 0
    scores = json.loads(out.read_text())
    # The hit ends at a recall of 1/2: 51 of 101 recalls, at six of ten thresholds.
    assert scores['ytvis/AP'] == pytest.approx(.6 * 51 / 101)
    assert scores['ytvis/APl'] is None
    assert (scores['mots/sMOTSA'], scores['mots/TP'], scores['mots/FN']) == (.6, 3, 2)
    assert (scores['mots/car/TP'], scores['ytvis/pedestrian/AP']) == (3, None)
    printed = capsys.readouterr().out
    assert '30.30' in printed
    assert '60.00' in printed
    assert 'car' not in printed
    assert '| all | 30.30 |' in (tmp_path / 'scores.md').read_text()


def test_mots_files_by_class_and_video(tool, mots_files, tmp_path, capsys):
    out = tmp_path / 'scores.json'
    assert tool.main([*mots_files, '--per-class', '--per-video', '--json', str(out)]) == 0
    scores = json.loads(out.read_text())
    assert scores['mots/video/v1/MOTSA'] == .6
    assert scores['mots/car/FN'] == 2
    assert scores['mots/pedestrian/MOTSA'] is None
    assert (scores['id/car/IDTP'], scores['hota/car/DetPr']) == (3, 1)
    assert not any(name.startswith('ytvis') for name in scores)
    printed = [line.split() for line in capsys.readouterr().out.split('\n')]
    assert ['v1', '75.00', '60.00', '100.00', '3', '2', '0'] in printed
    assert {('mots', 'sMOTSA'), ('car', '60.00'), ('pedestrian', '-')} <= {tuple(row[:2]) for row in printed}


def scores_of(tool, out, *arguments):
    assert tool.main([*arguments, '--json', str(out)]) == 0
    return json.loads(out.read_text())


def test_options_override_what_the_benchmark_does(tool, mots_files, ytvis_files, tmp_path):
    out = tmp_path / 'scores.json'
    assert list(scores_of(tool, out, *mots_files, '--metrics', 'id', 'id'))[:2] == ['id/IDF1', 'id/IDR']
    # Without objects of the class TrackEval has a 0.
    assert scores_of(tool, out, *mots_files, '--rules', 'trackeval')['mots/pedestrian/MOTSA'] == 0
    arguments = [*ytvis_files, '--metrics', 'ytvis', 'mots', '--min-score']
    scores = scores_of(tool, out, *arguments, '.95')
    assert (scores['mots/TP'], scores['ytvis/AP']) == (0, pytest.approx(.6 * 51 / 101))
    assert scores_of(tool, out, *arguments, '.85')['mots/TP'] == 3
    with_regions = [*mots_files, '--regions', 'auto', '--rules', 'auto', '--format', 'kitti_mots']
    assert scores_of(tool, out, *with_regions) == scores_of(tool, out, *mots_files)


def test_overlapping_results(tool, make_set, make_tracks, rect, tmp_path, capsys):
    """The better of two results hides half of the other, which then misses."""
    box, lower = rect(0, 0, 10, 10), rect(0, 5, 10, 10)
    truth = make_set(make_tracks(dict(id=1, masks={0: box}), dict(id=2, masks={0: rect(0, 10, 10, 5)}), length=1))
    found = make_set(make_tracks(dict(id=1, masks={0: box}, score=.9), dict(id=2, masks={0: lower}, score=.5),
                                 length=1))
    ytvis.write(truth, tmp_path / 'gt.json')
    ytvis.write_results(found, tmp_path / 'results.json')
    arguments = [str(tmp_path / 'results.json'), '--gt', str(tmp_path / 'gt.json'), '--metrics', 'mots']
    assert tool.main([*arguments, '--overlaps', 'error']) == 2
    assert f'{tmp_path}/results.json' in capsys.readouterr().err
    for overlaps, tp in (('by_score', 2), ('keep', 1)):
        scores = scores_of(tool, tmp_path / 'scores.json', *arguments, '--overlaps', overlaps)
        assert (scores['mots/TP'], scores['mots/FP']) == (tp, 2 - tp)


def test_workers_change_nothing(tool, make_random_pair, tmp_path):
    truth, found = make_random_pair(3)
    mots.write_txt(truth, tmp_path / 'gt')
    mots.write_txt(found, tmp_path / 'results')
    arguments = [str(tmp_path / 'results'), '--gt', str(tmp_path / 'gt'), '--per-video']
    one, two = (scores_of(tool, tmp_path / 'scores.json', *arguments, '--workers', count) for count in '12')
    assert one == two


def test_results_are_compared(tool, sets, mots_files, tmp_path, capsys):
    mots.write_txt(sets[0], tmp_path / 'perfect')
    out = tmp_path / 'scores.json'
    assert tool.main([mots_files[0], str(tmp_path / 'perfect'), *mots_files[1:], '--metrics', 'mots', '--json',
                      str(out), '--markdown', str(tmp_path / 'scores.md')]) == 0
    results = json.loads(out.read_text())['results']
    assert [(name, scores['mots/sMOTSA'], scores['mots/car/TP']) for name, scores in results.items()] == [
        ('results', .6, 3), ('perfect', 1, 5)]
    rows = [line.split()[:4] for line in capsys.readouterr().out.split('\n')]
    assert rows[:5] == [['mots', 'sMOTSA', 'MOTSA', 'MOTSP'], [rows[1][0]], ['results', '60.00', '60.00', '100.00'],
                        ['perfect', '100.00*', '100.00*', '100.00'], ['difference', '+40.00', '+40.00', '+0.00']]
    assert '| perfect | 100.00\\* |' in (tmp_path / 'scores.md').read_text()


def test_one_broken_result_of_several(tool, ytvis_files, tmp_path, capsys):
    (tmp_path / 'other.json').write_text('[{"video_id": 9, "category_id": 1, "score": 1, "segmentations": []}]')
    assert tool.main([ytvis_files[0], str(tmp_path / 'other.json'), *ytvis_files[1:]]) == 2
    captured = capsys.readouterr()
    assert captured.out == ''
    assert captured.err.startswith(f'eval.py: {tmp_path}/other.json: 1 problem\n')


@pytest.fixture
def hard_files(make_set, make_tracks, rect, tmp_path):
    """Car 2 hides and returns, then cars 1 and 2 have crossed; in `bad` every car has another id after that."""
    left, right, far = (rect(place, 0, 9, 9) for place in (0, 20, 30))
    objects = {1: {0: left, 4: right}, 2: {0: right, 3: far, 4: left}, 3: {2: far}}
    ytvis.write(make_set(make_tracks(*(dict(id=track, masks=masks) for track, masks in objects.items()))),
                tmp_path / 'gt.json')
    for name, tracks in (('good', {5: {0: left, 4: right}, 6: {0: right, 3: far, 4: left}}),
                         ('bad', {5: {0: left, 4: left}, 6: {0: right, 4: right}, 7: {3: far}})):
        found = [dict(id=track, score=.9, masks=masks) for track, masks in tracks.items()]
        ytvis.write_results(make_set(make_tracks(*found)), tmp_path / f'{name}.json')
    cases = [{'kind': 'cross', 'ids': [1, 2], 'frames': [0, 4]}, {'kind': 'hide', 'ids': [2], 'frames': [0, 3]}]
    (tmp_path / 'cases.json').write_text(json.dumps({'v1': cases, 'of another split': []}))
    return tmp_path


def test_hard_cases(tool, hard_files, tmp_path, capsys):
    out = tmp_path / 'scores.json'
    arguments = ['--gt', str(tmp_path / 'gt.json'), '--metrics', 'id', '--hard-cases', str(tmp_path / 'cases.json'),
                 '--json', str(out)]
    assert tool.main([str(tmp_path / 'good.json'), *arguments, '--per-video']) == 0
    scores = json.loads(out.read_text())
    assert (scores['hard/cross/kept'], scores['hard/hide/association'], scores['hard/video/v1/kept']) == (1, 1, 2)
    header, _, *rows = [line.split() for line in capsys.readouterr().out.splitlines()][-6:]
    assert header == ['hard', 'association', 'success', 'kept', 'switched', 'missed', 'TP', 'FN']
    assert rows == [[row, '100.00', '100.00', str(kept), '0', '0', str(hits), '0']
                    for row, kept, hits in (('all', 2, 7), ('cross', 1, 4), ('hide', 1, 3), ('v1', 2, 7))]
    assert tool.main([*(str(tmp_path / f'{name}.json') for name in ('good', 'bad')), *arguments]) == 0
    results = json.loads(out.read_text())['results']
    assert [results[name]['hard/switched'] for name in ('good', 'bad')] == [0, 2]
    printed = capsys.readouterr().out
    assert [line.split()[0] for line in printed.splitlines() if line.startswith('hard')] == [
        'hard', 'hard/cross', 'hard/hide']
    assert ['bad', '0.00', '0.00', '0', '1', '0', '4', '0'] in [line.split() for line in printed.splitlines()]


def test_hard_cases_that_are_refused(tool, hard_files, tmp_path, capsys):
    arguments = [str(tmp_path / 'good.json'), '--gt', str(tmp_path / 'gt.json')]
    cases = tmp_path / 'others.json'
    for content, message in (
            ({'v1': [{'kind': 'hide', 'ids': [4], 'frames': [0, 3]}]},
             f'{cases}: 1 problem\n  video v1[0], hide: id 4 is not in the ground truth'),
            ({'v1': [{'kind': 'hide', 'ids': [3], 'frames': [0, 2]}]}, 'hide: id 3 is not visible in frame 0'),
            ({'v1': [], 'v2': [{'kind': 'hide', 'ids': [1], 'frames': [0, 2]}]}, 'lists no case of a scored video'),
            ({'v1': {}}, 'video v1: must be a list of cases')):
        cases.write_text(json.dumps(content))
        assert tool.main([*arguments, '--hard-cases', str(cases)]) == 2
        captured = capsys.readouterr()
        assert captured.out == ''
        assert message in captured.err
    assert tool.main([*arguments, '--hard-cases', str(tmp_path / 'none.json')]) == 2
    assert 'none.json' in capsys.readouterr().err
    assert tool.main([*arguments, '--metrics', 'hard']) == 2
    assert 'only the metric is given' in capsys.readouterr().err


def test_windows(tool, make_set, make_tracks, rect, tmp_path, capsys):
    masks = dict.fromkeys(range(3), rect(0, 0, 10, 10))
    truth = [make_tracks(dict(id=1, masks=masks), video=number, name=f'a/w{number}/b0', length=3) for number in (1, 2)]
    found = [make_tracks(dict(id=number, masks=masks), video=number, length=3) for number in (1, 2)]
    ytvis.write(make_set(*truth, classes=('car',)), tmp_path / 'windows.json')
    ytvis.write_results(make_set(*found, classes=('car',)), tmp_path / 'results.json')
    out = tmp_path / 'scores.json'
    arguments = [str(tmp_path / 'results.json'), '--gt', str(tmp_path / 'windows.json'), '--metrics', 'windows',
                 '--json', str(out)]
    for options, objects in (([], 6), (['--skip', '1'], 4), (['--size', '20', '40', '--workers', '2'], 6),
                             # Of every 20 pixels one stays, outside the object.
                             (['--size', '1', '2'], 0)):
        assert tool.main([*arguments, *options]) == 0
        scores = json.loads(out.read_text())
        assert (scores['windows/TP'], scores['windows/FN']) == (objects, 0)
        assert scores['windows/sMOTSA'] == pytest.approx((objects - 1) / objects if objects else 0)
    assert capsys.readouterr().out.splitlines()[0].split() == [
        'windows', 'MOTSA', 'sMOTSA', 'MOTSP', 'AP', 'recall', 'precision', 'TP', 'FP', 'FN', 'IDS']
    assert tool.main([*arguments, '--plots', str(tmp_path / 'plots')]) == 0
    assert [path.name for path in (tmp_path / 'plots').iterdir()] == ['windows_videos.png']
    for options, message in ((['--skip', '3'], 'has 3 frames, none is left to score without the first 3'),
                             (['--size', '0', '9'], 'height and width must be at least 1')):
        assert tool.main([*arguments, *options]) == 2
        assert message in capsys.readouterr().err
    with pytest.raises(SystemExit):
        tool.main([*arguments[:3], '--skip', '0'])
    assert '--size and --skip are for the metric windows' in capsys.readouterr().err


def test_plots(tool, mots_files, tmp_path, capsys):
    assert tool.main([*mots_files, '--metrics', 'hota', '--plots', str(tmp_path / 'plots')]) == 0
    assert sorted(path.name for path in (tmp_path / 'plots').iterdir()) == [
        'hota_class_curves.png', 'hota_curves.png', 'hota_videos.png']
    assert f'{tmp_path}/plots/hota_curves.png' in capsys.readouterr().out


def test_sequence_map_chooses_what_is_scored(tool, make_set, make_tracks, rect, tmp_path):
    mask = rect(0, 0, 5, 5)
    truth = make_set(*[make_tracks(dict(id=1001, masks={0: mask}), video=video, length=1) for video in (1, 2)])
    mots.write_txt(truth, tmp_path / 'gt')
    (tmp_path / 'seqmap').write_text('v2 empty 000000 000003\n')
    (tmp_path / 'results').mkdir()
    (tmp_path / 'results' / 'v2.txt').write_text('')
    out = tmp_path / 'scores.json'
    assert tool.main([str(tmp_path / 'results'), '--gt', str(tmp_path / 'gt'), '--seqmap', str(tmp_path / 'seqmap'),
                      '--json', str(out)]) == 0
    assert json.loads(out.read_text())['mots/FN'] == 1


@pytest.mark.parametrize(('content', 'message'), [
    ('[{"video_id": 9', 'not valid JSON'),
    ('[{"video_id": 9, "category_id": 1, "score": 1, "segmentations": []}]', 'unknown video 9'),
    ('{}', 'must hold a list of tracks'),
])
def test_refused_results_end_with_status_2_and_one_message(tool, ytvis_files, content, message, capsys):
    Path(ytvis_files[0]).write_text(content)
    assert tool.main(list(ytvis_files)) == 2
    captured = capsys.readouterr()
    assert captured.out == ''
    assert captured.err.startswith('eval.py: ')
    assert message in captured.err


def test_what_else_is_refused(tool, ytvis_files, mots_files, tmp_path, capsys):
    overlapping = Path(mots_files[0]) / 'v1.txt'
    overlapping.write_text(overlapping.read_text() + overlapping.read_text().replace('0 3 1', '0 4 1', 1)[:-1] + '\n')
    (tmp_path / 'empty.json').write_text(json.dumps({**json.loads(Path(ytvis_files[2]).read_text()),
                                                     'annotations': None}))
    for arguments, message in (
            (mots_files, 'overlap'),
            ((ytvis_files[0], '--gt', str(tmp_path / 'none.json')), 'none.json'),
            ((str(tmp_path / 'none'), '--gt', mots_files[2]), 'none'),
            ((ytvis_files[0], '--gt', str(tmp_path / 'empty.json')), 'the ground truth has no objects'),
            ((*ytvis_files, '--seqmap', 'x'), 'format ytvis has no sequence maps'),
            ((ytvis_files[0], *ytvis_files), 'is given twice'),
            ((ytvis_files[0], '--gt', ytvis_files[0]), 'cannot tell the format'),
            ((*ytvis_files, '--json', str(tmp_path)), str(tmp_path)),
    ):
        assert tool.main(list(arguments)) == 2
        assert message in capsys.readouterr().err


def test_an_unknown_option_is_status_2(tool, capsys):
    with pytest.raises(SystemExit) as exit_info:
        tool.main(['a.json', '--gt', 'b.json', '--metrics', 'mAP'])
    assert exit_info.value.code == 2
    assert "invalid choice: 'mAP'" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        tool.main(['a.json', '--gt', 'b.json', '--workers', '0'])
    assert '--workers: must be at least 1, got 0' in capsys.readouterr().err


def test_an_interrupt_is_quiet(tmp_path):
    """The tool waits for a pipe, so that the signal reaches it at work."""
    pipe = tmp_path / 'gt.json'
    os.mkfifo(pipe)
    (tmp_path / 'results.json').write_text('[]')
    arguments = ['eval.py', str(tmp_path / 'results.json'), '--gt', str(pipe), '--format', 'ytvis']
    code = f'import runpy, signal, sys\nsys.argv = {arguments!r}\n' \
           'signal.signal(signal.SIGINT, signal.default_int_handler)\n' \
           f'runpy.run_path({str(ROOT / "tools" / "eval.py")!r}, run_name="__main__")\n'
    with subprocess.Popen([sys.executable, '-c', code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env={**os.environ, 'PYTHONPATH': str(ROOT)}) as process, open(pipe, 'w'):
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=60)
    assert (process.returncode, out, error) == (130, '', '')


def test_torch_stays_outside(ytvis_files):
    code = f'import runpy, sys\nsys.argv = {["eval.py", *ytvis_files, "--metrics", "ytvis", "mots"]!r}\n' \
           f'try:\n    runpy.run_path({str(ROOT / "tools" / "eval.py")!r}, run_name="__main__")\n' \
           'except SystemExit as end:\n    print(end.code, "torch" in sys.modules, "matplotlib" in sys.modules)\n'
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True,
                          env={**os.environ, 'PYTHONPATH': str(ROOT)})
    assert done.stdout.splitlines()[-1] == '0 False False'
    assert 'all' in done.stdout


def test_scores_beyond_1_are_told_and_count(tool, ytvis_files, caplog):
    path = Path(ytvis_files[0])
    data = json.loads(path.read_text())
    path.write_text(json.dumps([{**entry, 'score': 1.75, 'scores': None} for entry in data]))
    assert tool.main(list(ytvis_files)) == 0
    assert 'scores lie outside 0..1, such as 1.75 in video v1' in caplog.text
