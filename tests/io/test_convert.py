"""From format to format: what comes back, what is refused, what is told as lost."""

import json
from dataclasses import replace

import numpy as np
import pytest

from mmvist.io import davis, formats, frame_files, mots, ytvis
from mmvist.io.convert import SOURCES, TARGETS, Request, convert
from mmvist.io.convert.classes import read_class_map
from mmvist.io.problems import FormatError
from mmvist.structures import Video, VideoSet, VideoTracks, rle
from tests.io import video_sets

SIZE = (12, 16)
CAR, PEDESTRIAN = 0, 1


def boxes_of(tracks):
    """Every row, as what it is and where."""
    return sorted(zip(tracks.frames.tolist(), tracks.labels.tolist(), tracks.ignore.tolist(),
                      map(tuple, tracks.bboxes.tolist()), strict=True))


def masks_of(tracks):
    return sorted(zip(tracks.frames.tolist(), tracks.labels.tolist(), tracks.masks, strict=True))


def grouped(tracks):
    """The frames and masks of each track, whatever its id."""
    return sorted(tuple((tracks.frames[row], tracks.masks[row]) for row in tracks.rows_of(track).tolist())
                  for track in tracks.track_ids.tolist())


@pytest.fixture
def street(make_video_tracks):
    """Two videos of disjoint boxes; in the first one a track is away in frame 1, and frame 3 is empty."""
    rows = [(0, 7, CAR, (0, 0, 4, 5)), (0, 4000, PEDESTRIAN, (5, 2, 8, 9)), (1, 4000, PEDESTRIAN, (6, 2, 9, 9)),
            (2, 7, CAR, (2, 0, 6, 5))]
    return VideoSet(('car', 'pedestrian'), (
        make_video_tracks(rows, 'main', video_id=1, file_names=tuple(f'main/{frame}.jpg' for frame in range(4))),
        make_video_tracks([(1, 8, CAR, (3, 3, 4, 4))], 'alley', 2, video_id=2)), (1, 2))


@pytest.fixture
def source(street, tmp_path):
    ytvis.write(street, tmp_path / 'gt.json')
    return tmp_path / 'gt.json'


def write_image(path):
    cv2 = pytest.importorskip('cv2')
    cv2.imwrite(str(path), np.zeros((*SIZE, 3), np.uint8))


def with_videos(video_set, *videos):
    return replace(video_set, videos=videos)


def problems_of(**options):
    return video_sets.problems_of(convert, Request(**options))


MASK_FORMATS = [name for name in TARGETS if name not in ('mot', 'davis', 'mots', 'mots_png')]
OUTS = dict.fromkeys(('ytvis', 'coco', 'bdd100k'), 'out.json')


@pytest.mark.parametrize('to', MASK_FORMATS)
def test_masks_go_there_and_back(to, street, source, tmp_path):
    out, back = tmp_path / OUTS.get(to, 'out'), tmp_path / 'back.json'
    name = next(one for one in formats.FORMATS if to.removesuffix('_png').removesuffix('_bitmask') == one)
    seqmap = out / 'all.seqmap' if to == 'kitti_mots' else None
    there = convert(Request(source, out, to))
    assert (there.videos, there.frames, there.tracks, there.masks, there.boxes) == (2, 6, 3, 5, 0)
    convert(Request(out, back, 'ytvis', origin=name, seqmap=seqmap, classes=['car', 'pedestrian']))
    found = {tracks.video.name: tracks for tracks in ytvis.read(back).videos}
    assert set(found) == {'main', 'alley'}
    for tracks in street.videos:
        returned = found[tracks.video.name]
        assert replace(returned.video, file_names=(), id=0) == replace(tracks.video, file_names=(), id=0)
        assert masks_of(returned) == masks_of(tracks)
        assert boxes_of(returned) == boxes_of(tracks)
        assert grouped(returned) == grouped(tracks)


def test_one_class_goes_to_davis_and_the_mots_challenge(street, source, tmp_path):
    for to, names in (('davis', {'*': 'object'}), ('mots', {'*': 'pedestrian'}), ('mots_png', {'car': 'pedestrian'})):
        convert(Request(source, tmp_path / to, to, class_map=names))
    read = davis.read(tmp_path / 'davis')
    assert [grouped(tracks) for tracks in read.videos] == [grouped(tracks) for tracks in street.videos[::-1]]
    challenge = mots.read(tmp_path / 'mots', mots.MOTS_CHALLENGE, mots.read_seqmap(tmp_path / 'mots/all.seqmap'))
    assert [grouped(tracks) for tracks in challenge.videos] == [grouped(tracks) for tracks in street.videos]
    assert challenge.videos[0].video.length == 4
    cars = mots.read(tmp_path / 'mots_png', mots.MOTS_CHALLENGE)
    assert [len(tracks) for tracks in cars.videos] == [1, 2]


def test_boxes_go_to_mot(source, tmp_path):
    refused = problems_of(source=source, out=tmp_path / 'mot', to='mot', class_map={'*': 'pedestrian'})
    assert refused[0] == ('video main: 4 masks, where the target holds boxes alone; drop masks to leave them out; they '
                          'are frame 0, id 7; frame 0, id 4000; frame 1, id 4000 and 1 more')
    assert not (tmp_path / 'mot').exists()
    summary = convert(Request(source, tmp_path / 'mot', 'mot', class_map={'*': 'pedestrian'}, drop=['masks']))
    assert (summary.masks, summary.boxes, summary.lost) == (0, 5, {'masks': 5, 'names of images': 4})
    (_, main) = formats.read(tmp_path / 'mot', 'mot').videos
    assert main.bboxes.tolist() == [[0, 0, 4, 5], [5, 2, 8, 9], [6, 2, 9, 9], [2, 0, 6, 5]]


def test_boxes_without_masks(make_video_tracks, tmp_path):
    tracks = make_video_tracks([(0, 1, 0, (0, 0, 4, 5)), (1, 2, 0, (5, 2, 8, 9))], 'main', video_id=1)
    tracks = replace(tracks, masks=(None, tracks.masks[1]))
    ytvis.write(VideoSet(('car',), (tracks,), (1,)), tmp_path / 'gt.json')
    request = dict(source=tmp_path / 'gt.json', out=tmp_path / 'txt', to='kitti_mots')
    assert problems_of(**request) == ('video main: 1 boxes without masks, where the target needs masks; drop boxes to '
                                      'leave them out; they are frame 0, id 1',)
    assert convert(Request(**request, drop=['boxes'])).lost == {'boxes without masks': 1}
    assert len(mots.read(tmp_path / 'txt').videos[0]) == 1
    assert convert(Request(tmp_path / 'gt.json', tmp_path / 'coco.json', 'coco')).boxes == 1


@pytest.fixture
def overlapping(make_video_tracks, tmp_path):
    """Two cars with 2 x 4 common pixels, and one wholly below the first; in frame 1 nothing overlaps."""
    tracks = make_video_tracks([(0, 5, CAR, (0, 0, 4, 5)), (0, 6, CAR, (2, 1, 8, 5)), (0, 7, CAR, (0, 0, 2, 2)),
                                (1, 5, CAR, (0, 0, 4, 5))], 'main', video_id=1)
    ytvis.write(VideoSet(('car',), (tracks,), (1,)), tmp_path / 'overlapping.json')
    return tmp_path / 'overlapping.json'


@pytest.mark.parametrize('to', ['kitti_mots', 'kitti_mots_png', 'bdd100k_bitmask'])
def test_overlaps_are_refused_or_go_to_the_earlier(to, overlapping, tmp_path):
    request = dict(source=overlapping, out=tmp_path / 'out', to=to)
    assert problems_of(**request) == ('video main: masks overlap in 1 frames, where the target holds one object a '
                                      'pixel; they are frame 0 (12 pixels); let overlaps go by score to cut them',)
    summary = convert(Request(**request, overlaps='by_score'))
    assert summary.lost == {'masks wholly covered by others': 1, 'pixels of masks, left to other masks': 12}
    (tracks,) = formats.read(tmp_path / 'out', to.removesuffix('_png').removesuffix('_bitmask')).videos
    assert rle.area(tracks.masks, *SIZE).tolist() == [20, 16, 20]
    assert tracks.bboxes.tolist() == [[0, 0, 4, 5], [4, 1, 8, 5], [0, 0, 4, 5]]


@pytest.mark.parametrize('to', ['kitti_mots', 'kitti_mots_png', 'bdd100k_bitmask'])
def test_every_pixel_goes_to_the_first_that_has_it(to, tmp_path):
    generator = np.random.default_rng(5)
    rows, expected = [], np.zeros((6, *SIZE), np.int64)
    for frame in range(6):
        ignored = generator.random(SIZE) < .2
        # Regions of two classes; what is an object is none.
        rows += [(frame, 90 + copy, copy, 1.0, (0, 0, 1, 1), rle.encode(ignored), True) for copy in (0, 1)]
        expected[frame][ignored] = -1
        masks = generator.random((3, *SIZE)) < .3
        for track in (2, 1, 0):
            expected[frame][masks[track]] = 1 + track
        rows += [(frame, 1 + track, track % 2, 1.0, (0, 0, 1, 1), rle.encode(masks[track]), False)
                 for track in range(3)]
    video = Video(1, 'v', *SIZE, 6)
    ytvis.write(VideoSet(('car', 'pedestrian'), (VideoTracks.from_rows(video, rows),), (1, 2)), tmp_path / 'gt.json')
    convert(Request(tmp_path / 'gt.json', tmp_path / 'out', to, overlaps='by_score'))
    (tracks,) = formats.read(tmp_path / 'out', to.removesuffix('_png').removesuffix('_bitmask')).videos
    found = np.zeros_like(expected)
    for frame, track, ignore, mask in zip(tracks.frames, tracks.ids, tracks.ignore, tracks.masks, strict=True):
        found[frame][rle.decode(mask, *SIZE)] = -1 if ignore else track % 1000
    np.testing.assert_array_equal(found, expected)


def test_objects_go_before_regions(make_video_tracks, tmp_path):
    tracks = make_video_tracks([(0, 9, CAR, (0, 0, 6, 5), 1.0, True), (0, 5, CAR, (4, 0, 8, 5))], 'main', video_id=1)
    ytvis.write(VideoSet(('car',), (tracks,), (1,)), tmp_path / 'gt.json')
    summary = convert(Request(tmp_path / 'gt.json', tmp_path / 'out', 'davis', class_map={'*': 'object'},
                              overlaps='by_score'))
    assert summary.lost == {'pixels of masks, left to other masks': 10}
    (tracks,) = davis.read(tmp_path / 'out').videos
    assert (tracks.ids.tolist(), tracks.ignore.tolist()) == ([5, 255], [False, True])
    assert rle.area(tracks.masks, *SIZE).tolist() == [20, 20]


def test_formats_whose_masks_may_overlap_keep_them(overlapping, tmp_path):
    assert convert(Request(overlapping, tmp_path / 'out.json', 'coco')).lost == {}


def test_the_higher_score_keeps_its_pixels(make_video_tracks, source, street, tmp_path):
    found = make_video_tracks([(0, 1, CAR, (0, 0, 4, 5), .25), (0, 2, CAR, (2, 0, 6, 5), .5)], 'main', video_id=1)
    ytvis.write_results(with_videos(street, found), tmp_path / 'results.json')
    summary = convert(Request(tmp_path / 'results.json', tmp_path / 'out', 'kitti_mots', results=True,
                              ground_truth=source, overlaps='by_score'))
    assert summary.lost == {'pixels of masks, left to other masks': 10, 'scores': 2}
    lines = (tmp_path / 'out/main.txt').read_text().splitlines()
    assert [line.split()[:3] for line in lines] == [['0', '1', '1'], ['0', '2', '1']]
    assert rle.area([line.split()[5].encode() for line in lines], *SIZE).tolist() == [10, 20]
    assert (tmp_path / 'out/alley.txt').read_text() == ''
    assert not (tmp_path / 'out/all.seqmap').exists()


def test_regions_of_every_class_are_one_again(street, tmp_path):
    """YouTube-VIS has a crowd of each class where MOTS has one region."""
    main = street.videos[0]
    region = main.select(np.array([1]))
    region = replace(region, ids=np.array([10000]), labels=np.array([-1]), ignore=np.array([True]))
    columns = {name: np.concatenate([getattr(main.select(np.array([0])), name), getattr(region, name)])
               for name in ('frames', 'ids', 'labels', 'scores', 'bboxes', 'ignore')}
    tracks = replace(region, masks=(main.masks[0], region.masks[0]), **columns)
    mots.write_txt(with_videos(street, replace(tracks, ids=np.array([1007, 10000]))), tmp_path / 'txt')
    convert(Request(tmp_path / 'txt', tmp_path / 'gt.json', 'ytvis'))
    assert len(ytvis.read(tmp_path / 'gt.json').videos[0]) == 3
    summary = convert(Request(tmp_path / 'gt.json', tmp_path / 'again', 'kitti_mots'))
    assert (summary.tracks, summary.masks) == (1, 2)
    assert (tmp_path / 'again/main.txt').read_text() == (tmp_path / 'txt/main.txt').read_text()


def test_ids_of_mots_are_class_and_number(make_video_tracks, tmp_path):
    def converted(name, *ids):
        rows = [(0, track, label, (2 * column, 0, 2 * column + 1, 3)) for column, (track, label) in enumerate(ids)]
        ytvis.write(VideoSet(('car', 'pedestrian'), (make_video_tracks(rows, 'v', video_id=1),), (1, 2)),
                    tmp_path / f'{name}.json')
        summary = convert(Request(tmp_path / f'{name}.json', tmp_path / name, 'kitti_mots_png'))
        return mots.read(tmp_path / name).videos[0].ids.tolist(), summary.lost.get('ids of tracks, counted anew', 0)

    assert converted('small', (7, CAR), (5, PEDESTRIAN)) == ([1007, 2005], 0)
    assert converted('own', (1007, CAR), (2005, PEDESTRIAN)) == ([1007, 2005], 0)
    assert converted('large', (4000, CAR), (5, PEDESTRIAN), (12, CAR)) == ([1001, 1002, 2001], 3)
    # 7 and 1007 would be one.
    assert converted('clash', (7, CAR), (1007, CAR)) == ([1001, 1002], 2)


def test_too_many_ids(make_video_tracks, tmp_path):
    boxes = [(number % 40, number // 40, number % 40 + 1, number // 40 + 1) for number in range(1000)]
    tracks = make_video_tracks([(0, 5000 + number, CAR, box) for number, box in enumerate(boxes)], 'v', 1, 25, 40, 1)
    ytvis.write(VideoSet(('car',), (tracks,), (1,)), tmp_path / 'gt.json')
    assert problems_of(source=tmp_path / 'gt.json', out=tmp_path / 'out', to='kitti_mots') == (
        'video v: has 1000 tracks of class number 1, the format has room for 999',)


def test_classes(street, source, tmp_path):
    other = replace(street, classes=('sedan', 'person'), category_ids=(6, 1))
    ytvis.write(other, tmp_path / 'other.json')
    request = dict(source=tmp_path / 'other.json', out=tmp_path / 'out', to='kitti_mots')
    assert problems_of(**request) == tuple(
        f'class {name!r}: {times} tracks, and the target has only car, pedestrian; rename it with a class map, or name '
        'the classes to keep' for name, times in (('sedan', 2), ('person', 1)))
    assert problems_of(**request, class_map={'sedan': 'auto', 'cat': 'car'}) == (
        "class map: renames 'cat', which is none of the file's, sedan, person",
        "classes: 'auto' is none of the target's, car, pedestrian")
    assert problems_of(**request, classes=['car']) == ("classes: 'car' is none of the file's, sedan, person",)
    summary = convert(Request(**request, class_map={'person': 'pedestrian'}))
    assert summary.lost['tracks of other classes'] == 2
    read = mots.read(tmp_path / 'out')
    assert [tracks.labels.tolist() for tracks in read.videos] == [[], [1, 1]]
    convert(Request(tmp_path / 'other.json', tmp_path / 'a.json', 'ytvis', classes=['person', 'sedan']))
    convert(Request(tmp_path / 'other.json', tmp_path / 'b.json', 'ytvis', class_map={'*': 'thing', 'person': 'man'}))
    kept, renamed = ytvis.read(tmp_path / 'a.json'), ytvis.read(tmp_path / 'b.json')
    assert (kept.classes, kept.category_ids) == (('person', 'sedan'), (1, 6))
    assert (renamed.classes, renamed.category_ids) == (('thing', 'man'), (1, 2))
    assert renamed.videos[0].labels.tolist() == street.videos[0].labels.tolist()


def test_tracks_that_change_class_or_are_partly_ignored(make_video_tracks, tmp_path):
    rows = [(0, 1, CAR, (0, 0, 4, 5)), (1, 1, PEDESTRIAN, (0, 0, 4, 5)), (2, 1, CAR, (0, 0, 4, 5)),
            (0, 2, CAR, (8, 0, 9, 5)), (1, 2, CAR, (8, 0, 9, 5), 1.0, True)]
    formats.WRITERS['bdd100k'](VideoSet(('car', 'pedestrian'), (make_video_tracks(rows, 'v'),), (1, 2)),
                               tmp_path / 'bdd.json')
    summary = convert(Request(tmp_path / 'bdd.json', tmp_path / 'gt.json', 'ytvis'))
    assert summary.lost == {'changes of class, a track has the commonest': 1, 'ids of videos, counted from 1 now': 1}
    (tracks,) = ytvis.read(tmp_path / 'gt.json').videos
    assert [(frame, track, label, ignore) for frame, track, label, ignore in zip(
        tracks.frames.tolist(), tracks.ids.tolist(), tracks.labels.tolist(), tracks.ignore.tolist(), strict=True)] == [
        (0, 1, CAR, False), (0, 2, CAR, False), (1, 1, CAR, False), (1, 3, CAR, True), (2, 1, CAR, False)]


def test_results_with_names_for_ids(street, tmp_path):
    """Results of folders fit the numbered videos that their ground truth is converted to."""
    named = with_videos(street, *(replace(tracks, video=replace(tracks.video, id=tracks.video.name, file_names=()))
                                  for tracks in street.videos))
    mots.write_txt(named, tmp_path / 'gt')
    mots.write_txt(named, tmp_path / 'results')
    convert(Request(tmp_path / 'gt', tmp_path / 'gt.json', 'ytvis', origin='kitti_mots'))
    summary = convert(Request(tmp_path / 'results', tmp_path / 'results.json', 'ytvis', origin='kitti_mots',
                              results=True, ground_truth=tmp_path / 'gt'))
    assert (summary.videos, summary.tracks) == (2, 3)
    truth = ytvis.read(tmp_path / 'gt.json')
    found = ytvis.read_results(tmp_path / 'results.json', truth)
    assert [grouped(tracks) for tracks in found.videos] == [grouped(tracks) for tracks in truth.videos]


def test_what_was_tracked_becomes_results_and_labels(street, source, tmp_path):
    main = replace(street.videos[0], scores=np.array([.5, .25, .75, .5], np.float32), track_scores={7: .9, 4000: .125})
    frame_files.write(with_videos(street, main), tmp_path / 'main.json')
    summary = convert(Request(tmp_path / 'main.json', tmp_path / 'results.json', 'ytvis', results=True,
                              ground_truth=tmp_path / 'gt.json'))
    assert summary.lost == {}
    found, empty = ytvis.read_results(tmp_path / 'results.json', street).videos
    assert (found.scores.tolist(), found.track_scores) == ([.5, .25, .75, .5], {7: .9, 4000: .125})
    assert len(empty) == 0
    # Alone it is results of one video, and labels, too.
    alone = convert(Request(tmp_path / 'main.json', tmp_path / 'txt', 'kitti_mots', results=True))
    assert alone.lost == {'scores': 4, 'scores of whole tracks': 2}
    labels = convert(Request(tmp_path / 'main.json', tmp_path / 'labels.json', 'ytvis'))
    assert labels.tracks == 2
    assert ytvis.read(tmp_path / 'labels.json').category_ids == (1, 2)


def test_nothing_is_lost_by_what_is_refused(source, overlapping, tmp_path):
    out = tmp_path / 'out'
    convert(Request(source, out, 'kitti_mots'))
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    with pytest.raises(ValueError, match='out: is there already, with 3 files; --overwrite replaces it'):
        convert(Request(source, out, 'kitti_mots'))
    with pytest.raises(FormatError):
        convert(Request(overlapping, out, 'kitti_mots', overwrite=True))
    # The writer refuses it, after everything fitted: two sequences of one name.
    data = json.loads(source.read_text())
    data['videos'].append({**data['videos'][0], 'id': 9})
    (tmp_path / 'twice.json').write_text(json.dumps(data))
    problems = problems_of(source=tmp_path / 'twice.json', out=out, to='kitti_mots', overwrite=True)
    assert problems == ('video main: the name occurs twice',)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert sorted(path.name for path in tmp_path.iterdir() if path.name[0] == '.') == []


def test_a_folder_is_replaced_as_a_whole(source, tmp_path):
    out = tmp_path / 'out'
    convert(Request(source, out, 'kitti_mots'))
    convert(Request(source, out, 'kitti_mots_png', overwrite=True))
    assert sorted(path.name for path in out.iterdir()) == ['alley', 'main']
    (out / 'photo.jpg').write_bytes(b'')
    with pytest.raises(ValueError, match=r'holds more than annotations, such as .*photo.jpg'):
        convert(Request(source, out, 'kitti_mots', overwrite=True))
    (tmp_path / 'empty').mkdir()
    convert(Request(source, tmp_path / 'empty', 'kitti_mots'))


@pytest.mark.parametrize('out', ['gt.json', '.', 'gt.json/inside'])
def test_what_is_read_is_not_written(out, source, tmp_path):
    with pytest.raises(ValueError, match='cannot be written while'):
        convert(Request(source, tmp_path / out, 'coco', overwrite=True))


@pytest.mark.parametrize(('options', 'message'), [
    ({'to': 'nothing'}, "to: unknown 'nothing'"), ({'origin': 'nothing'}, "origin: unknown 'nothing'"),
    ({'overlaps': 'keep'}, "overlaps: unknown 'keep'; known: error, by_score"),
    ({'drop': ['ids']}, "drop: unknown .'ids'.; known: masks, boxes"),
    ({'ground_truth': 'gt.json'}, 'a ground truth is for results'),
    ({'to': 'kitti_mots_png', 'results': True}, 'results are written as kitti_mots'),
])
def test_requests_that_cannot_be(options, message):
    with pytest.raises(ValueError, match=message):
        Request(**{'source': 'a', 'out': 'b', 'to': 'ytvis'} | options)


def test_results_need_a_ground_truth(source, tmp_path):
    with pytest.raises(ValueError, match='results of the format ytvis do not stand alone'):
        convert(Request(source, tmp_path / 'out.json', 'ytvis', results=True))
    with pytest.raises(ValueError, match='openimages has no results'):
        convert(Request(source, tmp_path / 'out.json', 'ytvis', 'openimages', results=True, ground_truth=source))


def test_no_videos(tmp_path):
    ytvis.write(VideoSet(('car',), (), (1,)), tmp_path / 'gt.json')
    problems = problems_of(source=tmp_path / 'gt.json', out=tmp_path / 'out', to='kitti_mots')
    assert problems == ('videos: there are none',)


def test_videos_without_objects(make_video_tracks, tmp_path):
    ytvis.write(VideoSet(('car',), (make_video_tracks([], 'v', video_id=1),), (1,)), tmp_path / 'gt.json')
    summary = convert(Request(tmp_path / 'gt.json', tmp_path / 'out', 'kitti_mots'))
    assert str(summary) == (f'{tmp_path / "out"}: 1 videos, 4 frames, 0 tracks, 0 masks\nnot kept: 1 sizes of videos '
                            'without objects')
    read = mots.read(tmp_path / 'out', sequences=mots.read_seqmap(tmp_path / 'out/all.seqmap'))
    assert read.videos[0].video.length == 4


@pytest.mark.parametrize('to', ['ytvis', 'coco', 'bdd100k', 'bdd100k_bitmask', 'kitti_mots_png'])
def test_a_size_that_nothing_tells(to, make_video_tracks, tmp_path):
    videos = (make_video_tracks([(0, 1001, CAR, (0, 0, 4, 5))], 'main', 1), make_video_tracks([], 'alley', 2))
    mots.write_txt(VideoSet(('car', 'pedestrian'), videos, (1, 2)), tmp_path / 'txt')
    (tmp_path / 'map').write_text('main empty 000000 000000\nalley empty 000000 000001\n')
    request = dict(source=tmp_path / 'txt', out=tmp_path / OUTS.get(to, 'out'), to=to, seqmap=tmp_path / 'map')
    assert problems_of(**request) == (
        'video alley: has no object that tells its size, which the target needs; its images tell it where their root '
        'is given, and where it has no frames either, a sequence map tells how many there are',)
    assert not request['out'].exists()
    for name, length in (('main', 1), ('alley', 2)):
        (tmp_path / 'images' / name).mkdir(parents=True)
        for frame in range(length):
            write_image(tmp_path / f'images/{name}/{frame}.png')
    convert(Request(**request, img_prefix=tmp_path / 'images'))
    read = formats.read(request['out'], to.removesuffix('_png').removesuffix('_bitmask'))
    sizes = {tracks.video.name: (tracks.video.height, tracks.video.width) for tracks in read.videos}
    assert sizes == {'main': SIZE, 'alley': SIZE}


@pytest.mark.parametrize('to', ['kitti_mots', 'frames'])
def test_targets_that_need_no_size(to, tmp_path):
    video = Video('alley', 'alley', 0, 0, 2)
    mots.write_txt(VideoSet(('car', 'pedestrian'), (VideoTracks.from_rows(video, []),), (1, 2)), tmp_path / 'txt')
    (tmp_path / 'map').write_text('alley empty 000000 000001\n')
    summary = convert(Request(tmp_path / 'txt', tmp_path / 'out', to, 'kitti_mots', tmp_path / 'map'))
    assert (summary.frames, summary.lost) == (2, {})


def test_results_of_videos_without_a_size(tmp_path):
    video = Video('alley', 'alley', 0, 0, 2)
    mots.write_txt(VideoSet(('car', 'pedestrian'), (VideoTracks.from_rows(video, []),), (1, 2)), tmp_path / 'txt')
    request = dict(source=tmp_path / 'txt', origin='kitti_mots', results=True, ground_truth=tmp_path / 'txt')
    assert convert(Request(**request, out=tmp_path / 'results.json', to='ytvis')).masks == 0
    with pytest.raises(FormatError, match='video alley: has no object that tells its size'):
        convert(Request(**request, out=tmp_path / 'davis', to='davis', class_map={'*': 'object'}))


def test_class_map_files(tmp_path):
    path = tmp_path / 'map.json'
    path.write_text('{"sedan": "car"}')
    assert read_class_map(path) == {'sedan': 'car'}
    for text in ('[]', '{}', '{"car": 1}'):
        path.write_text(text)
        with pytest.raises(FormatError, match='must hold an object {class: new name}, got'):
            read_class_map(path)


def test_names_with_blanks_have_no_place_in_a_sequence_map(make_video_tracks, tmp_path):
    ytvis.write(VideoSet(('car',), (make_video_tracks([], 'a b', video_id=1),), (1,)), tmp_path / 'gt.json')
    assert problems_of(source=tmp_path / 'gt.json', out=tmp_path / 'out', to='kitti_mots') == (
        'video a b: the name must hold no blank, as the sequence map has it',)


def test_every_format_can_be_read_and_written():
    assert set(formats.FORMATS) < set(SOURCES)
    assert set(formats.WRITERS) == set(TARGETS)
