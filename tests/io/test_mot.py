import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmvist.io import mot
from mmvist.io.mot.writer import _sizes, _texts
from mmvist.io.problems import FormatError
from mmvist.structures import Video, VideoSet, VideoTracks
from tests.io.video_sets import assert_same, problems_of

INFO = ('[Sequence]', 'name=street', 'imDir=img1', 'frameRate=30', 'seqLength=5', 'imWidth=640', 'imHeight=480',
        'imExt=.jpg')


def text(path, *lines, end='\n'):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(''.join(line + end for line in lines).encode())
    return path


def sequence(root, *lines, name='street', info=INFO):
    text(root / name / 'gt' / 'gt.txt', *lines)
    if info:
        text(root / name / 'seqinfo.ini', *info)
    return root


def tracks_of(rows, name='street', length=5, size=(480, 640), **video):
    """Boxes alone, from (frame, id, (x1, y1, x2, y2)[, score[, ignore]])."""
    filled = []
    for frame, track, box, *rest in rows:
        score, ignore = [*rest, *(1.0, False)[len(rest):]]
        filled.append((frame, track, -1 if ignore else 0, score, box, None, ignore))
    return VideoTracks.from_rows(Video(name, name, *size, length, **video), filled)


def set_of(*videos):
    return VideoSet(('pedestrian',), videos, (1,))


def test_values_of_later_benchmarks(tmp_path):
    sequence(tmp_path, '2,7,10,20,30,40,1,1,0.5', '1,7,9.5,20,30,40.25,1,1,1', '1,3,0,0,2,2,0,3,1', '1,4,0,0,2,2,0,1,1',
             *(f'3,{kind},0,0,2,2,0,{kind},1' for kind in range(2, 14)))
    video_set = mot.read(tmp_path)
    (tracks,) = video_set.videos
    assert (video_set.classes, video_set.category_ids) == (('pedestrian',), (1,))
    assert tracks.video == Video('street', 'street', 480, 640, 5,
                                 tuple(f'street/img1/{number:06d}.jpg' for number in range(1, 6)), 30.0)
    # The pedestrian whose flag is 0 is dropped, as are cars and the like.
    assert tracks.frames.tolist() == [0, 1, 2, 2, 2, 2]
    assert tracks.ids.tolist() == [7, 7, 2, 7, 8, 12]
    assert tracks.labels.tolist() == [0, 0, -1, -1, -1, -1]
    assert tracks.ignore.tolist() == [False, False, True, True, True, True]
    assert tracks.bboxes[:2].tolist() == [[9.5, 20, 39.5, 60.25], [10, 20, 40, 60]]
    assert tracks.scores.tolist() == [1] * 6
    assert tracks.masks == (None,) * 6


def test_vehicles_distract_in_mot20_alone(tmp_path):
    for name in ('MOT17-02', 'MOT20-01'):
        sequence(tmp_path, '1,1,0,0,2,2,0,6,1', name=name)
    assert [tracks.ignore.tolist() for tracks in mot.read(tmp_path).videos] == [[], [True]]


@pytest.mark.parametrize('tail', [',-1,-1,-1', ',4.4852,5.5016,0', ',3,1,0', ''])
def test_mot15_has_pedestrians_only(tmp_path, tail):
    path = text(tmp_path / 'TUD.txt', f'1,1,88,99,61.08,218.56,1{tail}', f'3,2,88,99,1,1,0{tail}')
    (tracks,) = mot.read(path).videos
    # The size is that of the largest corner, 149.08 and 317.56, rounded up.
    assert tracks.video == Video('TUD', 'TUD', 318, 150, 3)
    assert tracks.labels.tolist() == [0]
    np.testing.assert_array_equal(tracks.bboxes[0], [88, 99, 88 + 61.08, 99 + 218.56])


def test_class_that_is_not_stated(tmp_path):
    (tracks,) = mot.read(text(tmp_path / 'a.txt', '1,1,0,0,2,2,1,-1,-1')).videos
    assert tracks.labels.tolist() == [0]


def test_places(tmp_path):
    sequence(sequence(tmp_path / 'train', '1,1,0,0,2,2,1,1,1'), '1,1,0,0,2,2,1,1,1', name='alley', info=())
    (tmp_path / 'train' / 'notes').mkdir()
    assert mot.sequence_names(tmp_path / 'train') == ['alley', 'street']
    assert mot.sequence_names(tmp_path / 'train' / 'alley') == ['alley']
    for path in ('street', 'street/gt/gt.txt'):
        assert_same(mot.read(tmp_path / 'train' / path), mot.read(tmp_path / 'train', {'street': None}))
    for name in ('b', 'a'):
        text(tmp_path / 'files' / f'{name}.txt', '1,1,0,0,2,2,1,1,1')
    assert mot.sequence_names(tmp_path / 'files') == ['a', 'b']
    assert [tracks.video.name for tracks in mot.read(tmp_path / 'files').videos] == ['a', 'b']


def test_some_frames_of_some_sequences(tmp_path):
    rows = [f'{frame},{frame},0,0,{frame},2,1,1,1' for frame in range(1, 6)]
    sequence(sequence(tmp_path, *rows), *rows, name='alley')
    (tracks,) = mot.read(tmp_path, {'street': (2, 4)}).videos
    assert (tracks.video.name, tracks.video.length) == ('street', 3)
    assert tracks.video.file_names[0] == 'street/img1/000002.jpg'
    assert (tracks.frames.tolist(), tracks.ids.tolist()) == ([0, 1, 2], [2, 3, 4])
    assert problems_of(mot.read, tmp_path, {'street': (4, 6), 'alley': (0, 2), 'park': None}) == (
        'sequence street: frames 4..6 are wanted, there are 1..5',
        'sequence alley: frames 0..2 are wanted, there are 1..5',
        'sequence park: there is no file park.txt or park/gt/gt.txt')


def test_length_that_only_the_caller_knows(tmp_path):
    path = text(tmp_path / 'a.txt', '2,1,0,0,2,2,1,1,1')
    assert mot.read(path, {'a': (1, 9)}).videos[0].video.length == 9
    assert mot.read(path).videos[0].video.length == 2


@pytest.mark.parametrize(('start', 'end'), [('', '\r\n'), ('\ufeff', '\n'), ('', ' \t\n'), ('', '\n\n\n')])
def test_what_editors_leave_behind(tmp_path, start, end):
    path = text(tmp_path / 'a.txt', f'{start}1,1,0,0,2,2,1,1,1', '2, 1 ,0,0,2,2,1,1,1', end=end)
    assert mot.read(path).videos[0].frames.tolist() == [0, 1]
    info = text(tmp_path / 'b' / 'seqinfo.ini', f'{start}[Sequence]', 'seqLength = 3', end=end)
    text(info.parent / 'gt' / 'gt.txt')
    assert mot.read(info.parent).videos[0].video == Video('b', 'b', 1, 1, 3)


def test_blanks_between_numbers_and_whole_numbers_as_fractions(tmp_path):
    path = text(tmp_path / 'a.txt', '1.0 2.000e+00 0 0 2 2 1 -1 -1 -1', '2   2 0 0 2 2 1 -1 -1 -1')
    assert mot.read(path).videos[0].ids.tolist() == [2, 2]


def test_empty_files(tmp_path):
    (tracks,) = mot.read(sequence(tmp_path)).videos
    assert (len(tracks), tracks.video.length, tracks.bboxes.shape) == (0, 5, (0, 4))
    (tracks,) = mot.read(text(tmp_path / 'a.txt')).videos
    assert tracks.video == Video('a', 'a', 1, 1, 0)


def test_bad_lines_all_at_once(tmp_path):
    sequence(tmp_path, '1,1,0,0,2,2,1,1,1', '1,2,0,0,2,2,1,1', '1,3,nan,0,2,2,1,1,1', '1,4,0,,2,2,1,1,1',
             '1,5,0,0,2,inf,1,1,1', '1,6,0,0,1e39,2,1,1,1', '1,7,0,0,2,0x1,1,1,1', '0,8,0,0,2,2,1,1,1',
             '6,9,0,0,2,2,1,1,1', '1.5,10,0,0,2,2,1,1,1', '1,-1,0,0,2,2,1,1,1', '1,1.5,0,0,2,2,1,1,1',
             '1,11,0,0,-2,2,1,1,1', '1,12,0,0,2,2,1,14,1', '1,13,0,0,2,2,1,1.5,1', '2,1,0,0,2,2,1,1,1',
             '1,1,5,5,2,2,1,1,1', '1,14,0,0,2,2,1,1,1,1', '1,1_5,0,0,2,2,1,1,1')
    assert problems_of(mot.read, tmp_path) == tuple(f'street/gt/gt.txt, line {problem}' for problem in (
        "2: must have 9 columns as line 1 has, got 8: '1,2,0,0,2,2,1,1'",
        "3: column 3 must be a finite number, got 'nan'", "4: column 4 must be a finite number, got ''",
        "5: column 6 must be a finite number, got 'inf'", "6: column 5 must be a finite number, got '1e39'",
        "7: column 6 must be a finite number, got '0x1'",
        "18: must have 9 columns as line 1 has, got 10: '1,14,0,0,2,2,1,1,1,1'",
        "19: column 2 must be a finite number, got '1_5'",
        '8: frame must be a whole number in 1..5, got 0', '9: frame must be a whole number in 1..5, got 6',
        '10: frame must be a whole number in 1..5, got 1.5', '13: width and height must be 0 or more, got -2 and 2',
        '11: id must be a whole number in 0..9007199254740992, got -1',
        '12: id must be a whole number in 0..9007199254740992, got 1.5', '17: id 1 occurs twice in frame 1',
        '14: unknown class 14, known are 1..13', '15: unknown class 1.5, known are 1..13'))


@pytest.mark.parametrize(('line', 'told'), [
    ('1,1,0,0,2,2', "line 1: must have 7 to 10 columns, got 6: '1,1,0,0,2,2'"),
    ('frame,id,x,y,w,h,conf', "line 1: column 1 must be a finite number, got 'frame'"),
    ('{"a": [1, 2]}', 'line 1: must have 7 to 10 columns, got 2'),
    ('1,1,0,0,2,2,1,1,\0', 'byte 16: is 0, which no text holds'),
    ('1,1,0,0,2,2,1,1,\u0661', 'line 1: column 9 must be a finite number'),
    ('99999999,1,0,0,2,2,1', 'line 1: frame must be a whole number in 1..10000000, got 99999999'),
    ('1' * 100_000 + 'x,1,0,0,2,2,1', 'line 1: column 1 must be a finite number'),
])
def test_files_of_another_kind(tmp_path, line, told):
    with pytest.raises(FormatError) as caught:
        mot.read(text(tmp_path / 'a.txt', line))
    assert told in str(caught.value)


def test_bytes_that_are_no_text(tmp_path):
    (tmp_path / 'a.txt').write_bytes(b'\x89PNG\xff\xfe 1,2,3,4,5,6,7')
    assert len(problems_of(mot.read, tmp_path / 'a.txt')) == 1


@pytest.mark.parametrize(('lines', 'told'), [
    (('[Sequence]', 'seqLength=-3'), "seqLength must be a whole number in 1..10000000, got '-3'"),
    (('[Sequence]', 'imWidth=wide', 'imHeight=0'), "imWidth must be a whole number in 1..10000000, got 'wide'"),
    (('[Sequence]', 'frameRate=nan'), "frameRate must be a number above 0, got 'nan'"),
    (('[Sequence]', 'seqLength=3', 'seqLength=4'), "option 'seqlength' in section 'Sequence' already exists"),
    (('seqLength=3',), 'must be "key=value" lines under [Sequence]'),
    (('[Video]', 'seqLength=3'), "No section: 'Sequence'"),
    (('[Sequence]', 'seqLength'), 'must be "key=value" lines under [Sequence]'),
])
def test_bad_seqinfo(tmp_path, lines, told):
    with pytest.raises(FormatError) as caught:
        mot.read(sequence(tmp_path, '1,1,0,0,2,2,1,1,1', info=lines))
    assert caught.value.problems[0].startswith('street/seqinfo.ini: ')
    assert told in str(caught.value)


def test_missing_places(tmp_path):
    ground_truth = set_of(tracks_of([]))
    for call in (mot.read, mot.sequence_names, lambda path: mot.read_results(path, ground_truth)):
        with pytest.raises(FileNotFoundError, match='nowhere'):
            call(tmp_path / 'nowhere')
        assert len(problems_of(call, tmp_path)) == 1
    text(tmp_path / 'street' / 'seqinfo.ini', *INFO)
    assert problems_of(mot.read, tmp_path) == ('sequence street: there is no file street.txt or street/gt/gt.txt',)


def test_results(tmp_path):
    text(tmp_path / 'street.txt', '2,5,1,2,3,4,0.25,-1,-1,-1', '1,5,1,2,3,4,-1,-1,-1,-1', '2,6,1,2,3,4,-7.5,1,-1,-1',
         '2,7,1,2,3,4,120,0.5,-1,-1')
    text(tmp_path / 'other.txt', 'of no interest')
    ground_truth = set_of(tracks_of([(0, 1, (0, 0, 9, 9))]), tracks_of([], 'alley', 2))
    street, alley = mot.read_results(tmp_path, ground_truth).videos
    assert (street.video, alley.video) == tuple(tracks.video for tracks in ground_truth.videos)
    assert (len(alley), alley.bboxes.dtype) == (0, np.float64)
    assert (street.frames.tolist(), street.ids.tolist()) == ([0, 1, 1, 1], [5, 5, 6, 7])
    assert street.scores.tolist() == [1, .25, -7.5, 120]
    assert street.bboxes.tolist() == [[1, 2, 4, 6]] * 4
    assert street.labels.tolist() == [0] * 4
    assert not street.ignore.any()


@pytest.mark.parametrize(('line', 'score'), [('1,5,1,2,3,4', 1), ('1,5,1,2,3,4,0.5', .5), ('1,5,1,2,3,4,0.5,1,1', .5)])
def test_results_of_fewer_columns(tmp_path, line, score):
    path = text(tmp_path / 'any_name.txt', line)
    (tracks,) = mot.read_results(path, set_of(tracks_of([]))).videos
    assert tracks.scores.tolist() == [score]


def test_results_for_several_classes(tmp_path):
    path = text(tmp_path / 'street.txt', '1,5,1,2,3,4')
    found = mot.read_results(path, VideoSet(('car', 'pedestrian'), (tracks_of([]),), (1, 2)))
    assert (found.classes, found.videos[0].labels.tolist()) == (('car', 'pedestrian'), [1])
    assert problems_of(mot.read_results, path, VideoSet(('car',), (tracks_of([]),), (1,))) == (
        "classes: must hold 'pedestrian', the ground truth's are ['car']",)


def test_bad_results_all_at_once(tmp_path):
    text(tmp_path / 'street.txt', '6,5,1,2,3,4,1,-1,-1,-1', '1,-1,1,2,3,4,1,-1,-1,-1', '1,5,1,2,3,4,1,3,-1,-1',
         '1,5,1,2,3,4,1,-1,-1,-1')
    text(tmp_path / 'alley.txt', '1,5,1,2,3,4,nan', '1,6,1,2,3,4,one')
    ground_truth = set_of(tracks_of([]), tracks_of([], 'alley'))
    assert problems_of(mot.read_results, tmp_path, ground_truth) == (
        'street.txt, line 1: frame must be a whole number in 1..5, got 6',
        'street.txt, line 2: id must be a whole number in 0..9007199254740992, got -1',
        'street.txt, line 4: id 5 occurs twice in frame 1',
        'street.txt, line 3: unknown class 3, results are of pedestrians: 1, or -1',
        "alley.txt, line 1: column 7 must be a finite number, got 'nan'",
        "alley.txt, line 2: column 7 must be a finite number, got 'one'")


def test_results_of_unknown_videos(tmp_path):
    path = text(tmp_path / 'park.txt', '1,5,1,2,3,4')
    ground_truth = set_of(tracks_of([]), tracks_of([], 'alley'))
    assert problems_of(mot.read_results, path, ground_truth) == (
        "file: unknown video 'park', it is not in the ground truth",)
    assert problems_of(mot.read_results, tmp_path, ground_truth) == (
        "folder: holds no file of street, alley; it has ['park']",)


def test_detections_have_ids_of_their_frame(tmp_path):
    lines = ['2,-1,1,2,3,4,0.5,-1,-1,-1', '1,-1,1,2,3,4,-1,-1,-1,-1', '2,-1,5,6,7,8,31.5,-1,-1,-1']
    ground_truth = set_of(tracks_of([]))
    text(tmp_path / 'files' / 'street.txt', *lines)
    text(tmp_path / 'train' / 'street' / 'det' / 'det.txt', *lines)
    for folder in ('files', 'train', 'train/street/det/det.txt'):
        (tracks,) = mot.read_detections(tmp_path / folder, ground_truth).videos
        assert (tracks.frames.tolist(), tracks.ids.tolist()) == ([0, 1, 1], [0, 0, 1])
        assert tracks.scores.tolist() == [1, .5, 31.5]
        assert tracks.bboxes[:, 0].tolist() == [1, 1, 5]
    text(tmp_path / 'train' / 'street' / 'det' / 'det.txt', '9,-1,1,2,3,4')
    assert problems_of(mot.read_detections, tmp_path / 'train', ground_truth) == (
        'street/det/det.txt, line 1: frame must be a whole number in 1..5, got 9',)
    # What a tracker found is looked for in files NAME.txt alone.
    assert len(problems_of(mot.read_results, tmp_path / 'train', ground_truth)) == 1


def test_ground_truth_round_trip(tmp_path):
    names = tuple(f'street/img1/{number:06d}.jpg' for number in range(1, 6))
    video_set = set_of(
        tracks_of([(0, 3, (1.5, 2, 4, 6)), (0, 0, (-3, 2, 4.125, 6), 1.0, True), (4, 3, (0, 0, 0, 0))],
                  file_names=names, fps=29.97),
        tracks_of([(1, 2**53, (113.84, 274.5, 113.84 + 57.307, 404.55))], 'alley', 2, (60, 50), fps=25.0),
        tracks_of([], 'park', 1))
    mot.write(video_set, tmp_path)
    # Folders are read by name.
    alley, park, street = mot.read(tmp_path).videos
    assert_same(set_of(street, alley, park), video_set)
    assert (tmp_path / 'street' / 'gt' / 'gt.txt').read_text() == (
        '1,3,1.5,2,2.5,4,1,1,1\n1,0,-3,2,7.125,4,0,8,1\n5,3,0,0,0,0,1,1,1\n')
    assert (tmp_path / 'street' / 'seqinfo.ini').read_text().splitlines() == [
        '[Sequence]', 'name=street', 'imDir=img1', 'frameRate=29.97', 'seqLength=5', 'imWidth=640', 'imHeight=480',
        'imExt=.jpg']
    assert (tmp_path / 'alley' / 'gt' / 'gt.txt').read_text().startswith('2,9007199254740992,113.84,274.5,57.307,')


def test_other_names_of_images_are_lost(tmp_path):
    mot.write(set_of(tracks_of([], length=2, file_names=('street/a.jpg', 'street/b.jpg'))), tmp_path)
    assert mot.read(tmp_path).videos[0].video.file_names == ()


def test_results_round_trip(tmp_path):
    results = set_of(tracks_of([(0, 3, (1.5, 2, 4, 6), .1), (0, 0, (-3, 2, 4.125, 6), 0), (4, 3, (0, 0, 1, 2), 12.75)]),
                     tracks_of([], 'alley'))
    mot.write_results(results, tmp_path)
    assert_same(mot.read_results(tmp_path, results), results)
    assert (tmp_path / 'street.txt').read_text().splitlines()[0] == '1,3,1.5,2,2.5,4,0.1,-1,-1,-1'
    assert (tmp_path / 'alley.txt').read_text() == ''


def test_results_leave_out_what_is_ignored(tmp_path):
    mot.write_results(set_of(tracks_of([(0, 1, (0, 0, 1, 1)), (0, 1, (0, 0, 1, 1), 1.0, True)])), tmp_path)
    assert (tmp_path / 'street.txt').read_text() == '1,1,0,0,1,1,1,-1,-1,-1\n'


def test_what_the_format_cannot_say(tmp_path):
    bad = tracks_of([(0, -1, (0, 0, 1, 1)), (1, 2, (2, 0, 1, 1)), (1, 2, (0, 0, 1, 1)), (2, 2, (0, 0, np.inf, 1))])
    assert problems_of(mot.write, VideoSet(('car',), (bad, tracks_of([], length=0), tracks_of([], '../up')), (1,)),
                       tmp_path / 'out') == (
        "classes: must be ['pedestrian'], got ['car']", 'video street: the name occurs twice',
        "video ../up: the name cannot be a file's", 'video street, frame 0, id -1: the id is below 0',
        'video street, frame 1, id 2: the id occurs twice in the frame',
        'video street, frame 2, id 2: the box must be finite',
        'video street, frame 1, id 2: the box ends before it begins')
    scores = tracks_of([(0, 1, (0, 0, 1, 1), -1), (0, 2, (0, 0, 1, 1), np.nan)])
    assert problems_of(mot.write_results, set_of(scores), tmp_path / 'out') == tuple(
        f'video street, frame 0, id {track}: the score must be finite, and not -1' for track in (1, 2))
    assert not (tmp_path / 'out').exists()


COORDINATE = st.integers(0, 4_000_000).map(lambda number: number / 1000) | st.floats(0, 5000)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(COORDINATE, COORDINATE)
def test_boxes_come_back_exactly(start, size):
    boxes = np.array([[start, 0, start + size, 0]])
    x, width = (np.array(_texts(column), np.float64) for column in (boxes[:, 0], _sizes(boxes)[:, 0]))
    np.testing.assert_array_equal(x + width, boxes[:, 2])


def test_short_numbers_stay_short():
    boxes = np.array([[113.84, 274.5, 113.84 + 57.307, 274.5 + 130.05]])
    assert [_texts(column) for column in _sizes(boxes).T] == [['57.307'], ['130.05']]


def test_results_of_some_frames(tmp_path):
    """Results are of the whole sequence, as `gt.txt` is; the sequence map asks for frames 3..5."""
    lines = [f'{frame},{frame},{frame},0,2,2,1,1,1' for frame in (1, 2, 3, 5, 6, 7)]
    path = sequence(tmp_path / 'gt', *lines, info=None)
    text(tmp_path / 'results' / 'street.txt', *lines)
    ends = {'street': (3, 5)}
    truth = mot.read(path, ends)
    (found,) = mot.read_results(tmp_path / 'results', truth, ends).videos
    assert (truth.videos[0].video.length, found.video) == (3, truth.videos[0].video)
    for tracks in (truth.videos[0], found):
        assert (tracks.frames.tolist(), tracks.ids.tolist()) == ([0, 2], [3, 5])
        assert tracks.bboxes[:, 0].tolist() == [3, 5]
    assert problems_of(mot.read_results, tmp_path / 'results', truth, {'street': (3, 6)}) == (
        'sequence street: frames 3..6 are wanted, counted from 1, the ground truth has 3',
        *(f'street.txt, line {line}: frame must be a whole number in 1..3, got {frame}'
          for line, frame in ((4, 5), (5, 6), (6, 7))))
