import cv2
import numpy as np
import pytest

from mmvist.io import mots
from mmvist.io.problems import FormatError
from mmvist.structures import Video, VideoSet, rle
from tests.io.video_sets import assert_same

# Public lines of real ground truth with their known area and box (x, y, width, height).
REAL = [
    ('52 1005 1 375 1242 WSV:2d;1O10000O10000O1O100O100O1O100O1000000000000000O100O102N5K00O1O1N2O110OO2O001O1NTga3',
     283, [890, 168, 41, 11]),
    ('1 2029 2 1080 1920 kWn[19ZQ1;I0C>000000000000O13M5K2N00001O001O00001O1O005Df\\`b0', 646, [1333, 334, 25, 36])]
RIGHT, LEFT = (rle.from_run_lengths(runs, 2, 3).decode() for runs in ([4, 2], [0, 2, 4]))


def text(path, *lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(''.join(line + '\n' for line in lines))
    return path


def image(path, values, dtype=np.uint16):
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), np.array(values, dtype))


@pytest.fixture
def street(make_video_tracks):
    """Two sequences; ids as the ground truth's files have them, rows of a frame by rising id."""
    rows = [(0, 1003, 0, (0, 0, 4, 5)), (0, 2001, 1, (5, 2, 8, 9)), (0, 10000, -1, (10, 0, 16, 12), 1.0, True),
            (2, 1003, 0, (2, 0, 6, 5))]
    return VideoSet(('car', 'pedestrian'), (make_video_tracks(rows, '0002', length=4),
                                            make_video_tracks([(1, 2000, 1, (3, 3, 4, 4))], '0006', length=2)), (1, 2))


@pytest.mark.parametrize(('line', 'area', 'box'), REAL)
def test_real_lines(tmp_path, line, area, box):
    (tracks,) = mots.read_txt(text(tmp_path / '0001.txt', line)).videos
    frame, track, category, height, width, counts = line.split(' ')
    assert tracks.video == Video('0001', '0001', int(height), int(width), int(frame) + 1)
    assert (tracks.frames[0], tracks.ids[0], tracks.labels[0]) == (int(frame), int(track), int(category) - 1)
    assert rle.area(tracks.masks, int(height), int(width)).tolist() == [area]
    x, y, w, h = box
    assert tracks.bboxes.tolist() == [[x, y, x + w, y + h]]
    mots.write_txt(VideoSet(('car', 'pedestrian'), (tracks,), (1, 2)), tmp_path / 'again')
    assert (tmp_path / 'again' / '0001.txt').read_text() == line + '\n'


def test_text_and_images_round_trip(tmp_path, street):
    mots.write_txt(street, tmp_path / 'txt')
    mots.write_png(street, tmp_path / 'png')
    mots.write_seqmap(street, tmp_path / 'val.seqmap')
    seqmap = mots.read_seqmap(tmp_path / 'val.seqmap')
    assert seqmap == {'0002': (0, 3), '0006': (0, 1)}
    assert_same(mots.read(tmp_path / 'txt', sequences=seqmap), street)
    assert_same(mots.read(tmp_path / 'png', sequences=seqmap), street)


def test_official_text(tmp_path, street):
    mots.write_txt(street, tmp_path)
    lines = (tmp_path / '0002.txt').read_text().splitlines()
    assert [line.rsplit(' ', 1)[0] for line in lines] == [
        '0 1003 1 12 16', '0 2001 2 12 16', '0 10000 10 12 16', '2 1003 1 12 16']


def test_official_images(tmp_path, street):
    mots.write_png(street, tmp_path)
    assert sorted(path.name for path in (tmp_path / '0002').iterdir()) == [f'{frame:06d}.png' for frame in range(4)]
    values = cv2.imread(str(tmp_path / '0002' / '000000.png'), cv2.IMREAD_UNCHANGED)
    expected = np.zeros((12, 16), np.uint16)
    expected[0:5, 0:4], expected[2:9, 5:8], expected[0:12, 10:16] = 1003, 2001, 10000
    assert values.dtype == np.uint16
    np.testing.assert_array_equal(values, expected)
    assert not cv2.imread(str(tmp_path / '0002' / '000001.png'), cv2.IMREAD_UNCHANGED).any()


def test_official_seqmap(tmp_path, street):
    mots.write_seqmap(street, tmp_path / 'a.seqmap')
    assert (tmp_path / 'a.seqmap').read_text() == '0002 empty 000000 000003\n0006 empty 000000 000001\n'


def test_frames_counted_from_one(tmp_path, make_video_tracks):
    video_set = VideoSet(('pedestrian',), (make_video_tracks([(0, 2001, 0, (0, 0, 2, 2))], length=3),), (2,))
    mots.write_txt(video_set, tmp_path / 'txt', first_frame=1)
    mots.write_png(video_set, tmp_path / 'png', first_frame=1)
    mots.write_seqmap(video_set, tmp_path / 'map', first_frame=1)
    assert (tmp_path / 'txt' / 'street.txt').read_text().startswith('1 2001 2 ')
    seqmap = mots.read_seqmap(tmp_path / 'map')
    assert seqmap == {'street': (1, 3)}
    for form in ('txt', 'png'):
        assert_same(mots.read(tmp_path / form, mots.MOTS_CHALLENGE, seqmap), video_set)


def test_small_ids_get_their_class_in_images(tmp_path, make_video_tracks):
    tracks = make_video_tracks([(0, 0, 0, (0, 0, 2, 2)), (0, 7, 1, (4, 0, 6, 2))], length=1)
    mots.write_png(VideoSet(('car', 'pedestrian'), (tracks,), (1, 2)), tmp_path)
    assert mots.read_png(tmp_path).videos[0].ids.tolist() == [1000, 2007]


def test_regions_of_a_frame_become_one(tmp_path, make_video_tracks):
    tracks = make_video_tracks([(0, 1, -1, (0, 0, 2, 2), 1.0, True), (0, 2, -1, (4, 0, 6, 2), 1.0, True)], length=1)
    mots.write_txt(VideoSet(('car',), (tracks,), (1,)), tmp_path)
    (read,) = mots.read_txt(tmp_path).videos
    assert (read.ids.tolist(), read.labels.tolist(), read.ignore.tolist()) == ([10000], [-1], [True])
    assert rle.area(read.masks, 12, 16).tolist() == [8]


def test_empty_sequence(tmp_path, street):
    empty = VideoSet(street.classes, (street.videos[0].select(np.array([], np.int64)),), street.category_ids)
    mots.write_txt(empty, tmp_path)
    assert (tmp_path / '0002.txt').read_text() == ''
    (tracks,) = mots.read_txt(tmp_path, videos=[street.videos[0].video]).videos
    assert tracks.video == street.videos[0].video
    assert len(tracks) == 0


def test_videos_of_the_ground_truth_choose_and_size_predictions(tmp_path, street):
    mots.write_txt(street, tmp_path)
    read = mots.read_txt(tmp_path, videos=[street.videos[1].video])
    assert [tracks.video for tracks in read.videos] == [street.videos[1].video]
    with pytest.raises(FormatError, match='sequence 0009: there is no file 0009.txt'):
        mots.read_txt(tmp_path, videos=[Video('0009', '0009', 12, 16, 3)])


def test_bad_lines_all_at_once(tmp_path):
    good = f'0 1001 1 2 3 {RIGHT}'
    path = text(tmp_path / '0001.txt', good, '', f'0  1002 1 2 3 {LEFT}', f'0.5 1002 1 2 3 {LEFT}',
                f'1 3001 3 2 3 {LEFT}', f'1 1001 1 3 2 {LEFT}', f'9 1001 1 2 3 {LEFT}', '2 1001 1 2 3 ~~',
                f'3 1001 1 2 3 {LEFT}', f'3 1001 1 2 3 {RIGHT}', f'4 1001 1 2 3 {LEFT}', f'4 1002 2 2 3 {LEFT}')
    with pytest.raises(FormatError) as caught:
        mots.read_txt(path, sequences={'0001': (0, 4)})
    told = [problem.removeprefix('0001.txt, ') for problem in caught.value.problems]
    assert [problem.split(':')[0] for problem in told] == [
        'line 3', 'line 4', 'line 5', 'line 6', 'line 7', 'line 8', 'line 10', 'frame 4']
    parts = ['single blanks', 'whole numbers', 'unknown class 3',
             'size is 3 2, the video is 2 3', 'outside the video', 'alphabet',
             'id 1001 stands in this frame already, in line 9', 'masks overlap: 1001 and 1002']
    for problem, part in zip(told, parts, strict=True):
        assert part in problem


def test_bad_images_all_at_once(tmp_path):
    image(tmp_path / '0001' / '000000.png', [[0, 1001], [0, 0]])
    image(tmp_path / '0001' / '000001.png', [[0, 200], [0, 0]], np.uint8)
    image(tmp_path / '0001' / '000002.png', [[0, 3001], [500, 0]])
    image(tmp_path / '0001' / '000003.png', [[0, 1001, 1]])
    image(tmp_path / '0001' / '000009.png', [[0, 1001], [0, 0]])
    (tmp_path / '0001' / '000004.png').write_bytes(b'')
    with pytest.raises(FormatError) as caught:
        mots.read_png(tmp_path, sequences={'0001': (0, 4), '0002': (0, 4)})
    assert caught.value.problems == (
        '0001/000009.png: the name must be the number of a frame, 0..4', '0002: holds no image *.png',
        'sequence 0001, frame 1: must be one channel of 16 bits, got 1 of 8',
        'sequence 0001, frame 2: values of unknown classes: [500, 3001]',
        'sequence 0001, frame 3: size is (1, 3), frames before are (2, 2) (height, width)',
        'sequence 0001, frame 4: not a PNG image')


@pytest.mark.parametrize(('rows', 'told'), [
    ([(1, 5, 0, (0, 0, 4, 4)), (1, 6, 0, (3, 3, 6, 6))], 'video street, frame 1: masks overlap: 5 and 6'),
    ([(0, 1500, 1, (0, 0, 2, 2))], r'id 1500 must lie in 0\.\.999'),
    ([(0, 3, 0, (0, 0, 2, 2)), (1, 1003, 0, (0, 0, 2, 2))], 'several ids would have the value 1003'),
])
def test_what_images_cannot_say(tmp_path, make_video_tracks, rows, told):
    with pytest.raises(FormatError, match=told):
        mots.write_png(VideoSet(('car', 'pedestrian'), (make_video_tracks(rows),), (1, 2)), tmp_path / 'out')
    assert not (tmp_path / 'out').exists()


def test_what_text_cannot_say(tmp_path, make_video_tracks):
    overlapping = make_video_tracks([(1, 5, 0, (0, 0, 4, 4)), (1, 6, 0, (3, 3, 6, 6))])
    with pytest.raises(FormatError, match='2 problems') as caught:
        mots.write_txt(VideoSet(('car',), (overlapping, make_video_tracks([])), (1,)), tmp_path / 'out')
    assert caught.value.problems == ('video street, frame 1: masks overlap: 5 and 6',
                                     'video street: the name occurs twice')


def test_missing_places(tmp_path):
    with pytest.raises(FileNotFoundError, match='nowhere'):
        mots.read(tmp_path / 'nowhere')
    with pytest.raises(FormatError, match='holds no folder of a sequence'):
        mots.read(tmp_path)
    with pytest.raises(FormatError, match=r'holds no file \*.txt'):
        mots.read_txt(tmp_path)


def test_bad_seqmap(tmp_path):
    path = text(tmp_path / 'a.seqmap', '0000 empty 0 5', '0000 empty 0 5', '0001 empty 3', '', '0002 empty 4 3')
    with pytest.raises(FormatError) as caught:
        mots.read_seqmap(path)
    assert caught.value.problems == (
        'line 2: sequence 0000 occurs twice', "line 3: must be NAME empty FIRST LAST, got '0001 empty 3'",
        'line 5: last frame 3 lies before first frame 4')


def test_the_layout_of_mots20(tmp_path):
    for name in ('MOTS20-05', 'MOTS20-02'):
        text(tmp_path / name / 'gt' / 'gt.txt', f'1 2001 2 2 3 {RIGHT}', f'3 2001 2 2 3 {LEFT}')
    read = mots.read(tmp_path, mots.MOTS_CHALLENGE)
    assert mots.sequence_names(tmp_path) == ['MOTS20-02', 'MOTS20-05']
    assert [tracks.video.name for tracks in read.videos] == ['MOTS20-02', 'MOTS20-05']
    assert read.videos[0].frames.tolist() == [0, 2]
    text(tmp_path / 'MOTS20-05' / 'gt' / 'gt.txt', '1 x')
    with pytest.raises(FormatError, match='MOTS20-05/gt/gt.txt, line 1: must be'):
        mots.read(tmp_path, mots.MOTS_CHALLENGE)


@pytest.mark.parametrize('content', ['', '\n\n'])
def test_a_seqmap_of_nothing(tmp_path, content):
    (tmp_path / 'a.seqmap').write_text(content)
    with pytest.raises(FormatError) as caught:
        mots.read_seqmap(tmp_path / 'a.seqmap')
    assert caught.value.problems == ('file: names no sequence',)


@pytest.mark.parametrize('name', ['..', '.', '', 'a/b', '..\\b', '.hidden'])
@pytest.mark.parametrize('write', [mots.write_txt, mots.write_png])
def test_names_that_leave_the_folder(tmp_path, make_video_tracks, write, name):
    video_set = VideoSet(('car',), (make_video_tracks([(0, 1, 0, (0, 0, 2, 2))], name),), (1,))
    with pytest.raises(FormatError, match="the name cannot be a file's"):
        write(video_set, tmp_path / 'in' / 'out')
    assert list(tmp_path.iterdir()) == []


def test_a_video_without_frames(tmp_path, make_video_tracks):
    video_set = VideoSet(('car',), (make_video_tracks([], 'short', length=0),), (1,))
    mots.write_txt(video_set, tmp_path)
    mots.write_png(video_set, tmp_path)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [('short.txt', '')]
    assert mots.read_txt(tmp_path).videos[0].video.length == 0


@pytest.mark.parametrize(('benchmark', 'ends', 'first'), [
    (mots.KITTI_MOTS, (1, 3), 0), (mots.KITTI_MOTS, (3, 3), 0), (mots.MOTS_CHALLENGE, (2, 3), 1)])
def test_sequences_that_begin_with_a_later_frame(tmp_path, make_video_tracks, benchmark, ends, first):
    tracks = make_video_tracks([(0, 2001, 0, (0, 0, 2, 2))], length=3)
    video_set = VideoSet(('pedestrian',), (tracks,), (2,))
    mots.write_txt(video_set, tmp_path / 'txt', benchmark.first_frame)
    mots.write_png(video_set, tmp_path / 'png', benchmark.first_frame)
    for form in ('txt', 'png'):
        with pytest.raises(FormatError) as caught:
            mots.read(tmp_path / form, benchmark, {'street': ends})
        assert caught.value.problems == (f'sequence street: frames {ends[0]}..{ends[1]} are wanted, but all sequences '
                                         f'must begin with frame {first}',)
