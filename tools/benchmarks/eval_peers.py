"""One program scores one set in a process of its own: `python eval_peers.py PROGRAM FOLDER` prints JSON.

`s` and `cpu_s` are seconds of the work, files to scores, without what is imported before; `mib` is the most memory that
the process held, or one of those that it started; `scores` go by mmvist's names.
"""

import contextlib
import importlib.util
import io
import json
import os
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

Scores = dict[str, float]
Work = Callable[[], Scores]

CLEAR = {'sMOTSA': 'sMOTA', 'MOTSA': 'MOTA', 'MOTSP': 'MOTP', 'MODSA': 'MODA', 'MOTSAL': 'MOTAL', 'recall': 'CLR_Re',
         'precision': 'CLR_Pr', 'F1': 'CLR_F1', 'FAR': 'FP_per_frame', 'TP': 'CLR_TP', 'FP': 'CLR_FP', 'FN': 'CLR_FN',
         'IDS': 'IDSW', 'Frag': 'Frag', 'MT': 'MT', 'PT': 'PT', 'ML': 'ML'}
HOTA = ('HOTA', 'DetA', 'AssA', 'DetRe', 'DetPr', 'AssRe', 'AssPr', 'LocA', 'HOTA(0)', 'LocA(0)', 'HOTALocA(0)')
IDENTITY = ('IDF1', 'IDR', 'IDP', 'IDTP', 'IDFN', 'IDFP')
AP = ('AP', 'AP50', 'AP75', 'APs', 'APm', 'APl', 'AR1', 'AR10', 'AR100', 'ARs', 'ARm', 'ARl')
AREAS = [[0, 128 ** 2], [128 ** 2, 256 ** 2], [256 ** 2, 1e10]]
AREA_NAMES = {'all': ('AP', 'AR100'), 'area_s': ('APs', 'ARs'), 'area_m': ('APm', 'ARm'), 'area_l': ('APl', 'ARl')}
MOTMETRICS = {'mot/TP': 'num_detections', 'mot/FP': 'num_false_positives', 'mot/FN': 'num_misses',
              'mot/IDS': 'num_switches', 'mot/Frag': 'num_fragmentations', 'mot/MT': 'mostly_tracked',
              'mot/PT': 'partially_tracked', 'mot/ML': 'mostly_lost', 'mot/MOTA': 'mota', 'mot/recall': 'recall',
              'mot/precision': 'precision', 'id/IDF1': 'idf1', 'id/IDR': 'idr', 'id/IDP': 'idp'}
# As many as pycocotools counts right under numpy 2.
PORTION = 255
QUIET = {'PRINT_RESULTS': False, 'PRINT_CONFIG': False, 'PRINT_ONLY_COMBINED': True, 'TIME_PROGRESS': False,
         'OUTPUT_SUMMARY': False, 'OUTPUT_DETAILED': False, 'PLOT_CURVES': False, 'USE_PARALLEL': False,
         'OUTPUT_EMPTY_CLASSES': False, 'BREAK_ON_ERROR': True, 'RETURN_ON_ERROR': False, 'LOG_ON_ERROR': None}


def mmvist_scores(folder: Path, format: str, metrics: tuple[str, ...], rules: str | None = None, workers: int = 1
                  ) -> Work:
    """Ours."""
    from mmvist.evaluation.files import score_files
    from mmvist.evaluation.functional import Scoring

    mots = (folder / 'results/ours/data', folder / 'gt/label_02', folder / 'seqmap')
    results, truth, seqmap = {
        'kitti_mots': mots, 'mot': (folder / 'results', folder / 'gt', None),
        'ytvis': (next(folder.glob('results/*/ours/data/*.json'), None), next(folder.glob('gt/*/*.json'), None), None),
    }[format]
    scoring = Scoring(metrics, 'boxes' if format == 'mot' else 'masks', rules)
    if {'hota', 'id', 'mot'} & {*metrics}:
        # Ours come when they are needed; the others' programs have them from the start.
        import scipy.optimize
        import scipy.sparse.csgraph  # noqa: F401
    return lambda: score_files(results, truth, format, scoring, seqmap, num_workers=workers)


def trackeval_mots(folder: Path) -> Work:
    """TrackEval's CLEAR, HOTA and Identity for KITTI MOTS."""
    import trackeval

    def work() -> Scores:
        dataset = trackeval.datasets.KittiMOTS({
            'GT_FOLDER': str(folder / 'gt'), 'TRACKERS_FOLDER': str(folder / 'results'), 'PRINT_CONFIG': False,
            'SEQ_INFO': _lengths(folder)})
        metrics = [metric({'PRINT_CONFIG': False}) for metric in
                   (trackeval.metrics.HOTA, trackeval.metrics.CLEAR, trackeval.metrics.Identity)]
        scores = {}
        for name, found in _run_trackeval(trackeval, dataset, metrics).items():
            scores |= {f'mots/{name}/{ours}': found['CLEAR'][theirs] for ours, theirs in CLEAR.items()}
            scores |= {f'hota/{name}/{score}': float(np.mean(found['HOTA'][score])) for score in HOTA}
            scores |= {f'id/{name}/{score}': found['Identity'][score] for score in IDENTITY}
        return scores

    return work


def trackeval_ytvis(folder: Path) -> Work:
    """TrackEval's TrackMAP for YouTube-VIS."""
    import trackeval

    def work() -> Scores:
        dataset = trackeval.datasets.YouTubeVIS({
            'GT_FOLDER': f'{folder}/gt/', 'TRACKERS_FOLDER': f'{folder}/results/', 'SPLIT_TO_EVAL': 'val',
            'PRINT_CONFIG': False})
        metric = trackeval.metrics.TrackMAP({'USE_TIME_RANGES': False, 'AREA_RANGES': AREAS, 'MAX_DETECTIONS': 100,
                                             'PRINT_CONFIG': False})
        scores = {}
        for name, found in _run_trackeval(trackeval, dataset, [metric]).items():
            if name not in (*dataset.class_list, 'cls_comb_cls_av'):
                continue
            place = f'ytvis/{name}' if name in dataset.class_list else 'ytvis'
            curves = {ours: found['TrackMAP'][f'{kind}_{area}'] for area, pair in AREA_NAMES.items()
                      for kind, ours in zip(('AP', 'AR'), pair, strict=True)}
            scores |= {f'{place}/{score}': _defined(np.mean(curve)) for score, curve in curves.items()}
            scores |= {f'{place}/AP50': _defined(curves['AP'][0]), f'{place}/AP75': _defined(curves['AP'][5])}
        return scores

    return work


def _run_trackeval(trackeval: object, dataset: object, metrics: list) -> dict[str, dict]:
    """Over all sequences, by class, then by metric."""
    found = trackeval.Evaluator(QUIET).evaluate([dataset], metrics)[0]
    return found[dataset.get_name()]['ours']['COMBINED_SEQ']


def mmdet_ytvis(folder: Path) -> Work:
    """YTVISeval of mmdet, by its two files alone: mmdet itself takes seconds to import."""
    spec = importlib.util.find_spec('mmdet')
    if spec is None:
        raise ModuleNotFoundError(name='mmdet')
    np.float = float  # which numpy no longer has
    ytvis, ytviseval = (_module(Path(spec.origin).parent / 'evaluation' / 'functional' / f'{name}.py')
                        for name in ('ytvis', 'ytviseval'))

    def work() -> Scores:
        truth = ytvis.YTVIS(str(next(folder.glob('gt/*/*.json'))))
        found = ytviseval.YTVISeval(truth, truth.loadRes(str(next(folder.glob('results/*/ours/data/*.json')))))
        found.evaluate()
        found.accumulate()
        found.summarize()
        scores = {f'ytvis/{name}': _defined(value) for name, value in zip(AP, found.stats, strict=True)}
        for index, category in enumerate(found.params.catIds):
            precision = found.eval['precision'][:, :, index, 0, 2]
            scores[f'ytvis/{truth.cats[category]["name"]}/AP'] = _defined(precision.mean())
        return scores

    return work


def _module(path: Path) -> object:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _defined(value: float) -> float:
    return float(value) if value >= 0 else np.nan


def motmetrics_mot(folder: Path) -> Work:
    """py-motmetrics' own way from files to scores."""
    import motmetrics

    np.asfarray = lambda values: np.asarray(values, float)  # which numpy no longer has

    def work() -> Scores:
        names = sorted(path.name for path in (folder / 'gt').iterdir())
        accumulators = []
        for name in names:
            truth = motmetrics.io.loadtxt(folder / 'gt' / name / 'gt' / 'gt.txt', fmt='mot16', min_confidence=1)
            found = motmetrics.io.loadtxt(folder / 'results' / f'{name}.txt', fmt='mot16')
            accumulators.append(motmetrics.utils.compare_to_groundtruth(truth, found, 'iou', distth=0.5))
        table = motmetrics.metrics.create().compute_many(
            accumulators, names=names, metrics=[*MOTMETRICS.values(), 'motp'], generate_overall=True)
        row = table.loc['OVERALL']
        return {**{ours: float(row[theirs]) for ours, theirs in MOTMETRICS.items()}, 'mot/MOTP': 1 - row['motp']}

    return work


def mots_tools(folder: Path) -> Work:
    """The devkit's counting written down again, in its ways: a mask at a time, from text, or images for the truth."""
    from PIL import Image
    from pycocotools import mask as coco

    def of_image(path: Path) -> list[tuple[int, int, dict]]:
        image = np.array(Image.open(path))
        return [(int(value), int(value) // 1000, coco.encode(np.asfortranarray(image == value).astype(np.uint8)))
                for value in np.unique(image) if value]

    def truth_of(name: str) -> dict[int, list]:
        text = folder / 'gt' / 'label_02' / f'{name}.txt'
        if text.exists():
            return _text_masks(text)
        return {int(path.stem): of_image(path) for path in sorted(text.with_suffix('').iterdir())}

    def check(frames: dict[int, list]) -> None:
        for masks in frames.values():
            union = None
            for _, _, mask in masks:
                if union is not None and coco.area(coco.merge([union, mask], intersect=True)) > 0:
                    raise ValueError('masks overlap')
                union = mask if union is None else coco.merge([union, mask])

    def work() -> Scores:
        counts = {label: defaultdict(float) for label in (1, 2)}
        for name, length in _lengths(folder).items():
            truth, found = truth_of(name), _text_masks(folder / 'results' / 'ours' / 'data' / f'{name}.txt')
            check(truth)
            check(found)
            for label in counts:
                _count(truth, found, length, label, counts[label], coco)
        return {f'mots/{name}/{score}': value for name, label in (('car', 1), ('pedestrian', 2))
                for score, value in _clear(counts[label]).items()}

    return work


def _count(truth: dict, found: dict, length: int, label: int, counts: dict, coco: object) -> None:
    history = defaultdict(list)
    for frame in range(length):
        everything = truth.get(frame, [])
        objects = [entry for entry in everything if entry[1] == label]
        results = [entry for entry in found.get(frame, []) if entry[1] == label]
        pairs = {}
        for one, (_, _, mask) in enumerate(objects):
            for other, (_, _, result) in enumerate(results):
                iou = coco.iou([mask], [result], [False])[0][0]
                if iou > 0.5:
                    pairs[one] = other
                    counts['soft'] += iou
        region = coco.merge([mask for _, category, mask in everything if category == 10])
        left = [result for other, (_, _, result) in enumerate(results) if other not in pairs.values()]
        ignored = sum(coco.iou([result], [region], [True])[0][0] > 0.5 for result in left)
        counts['TP'] += len(pairs)
        counts['FN'] += len(objects) - len(pairs)
        counts['FP'] += len(left) - ignored
        for one, (track, _, _) in enumerate(objects):
            history[track].append(results[pairs[one]][0] if one in pairs else None)
    for ids in history.values():
        matched = [number for number in ids if number is not None]
        counts['IDS'] += sum(one != other for one, other in zip(matched, matched[1:], strict=False))
        share = len(matched) / len(ids)
        counts['MT' if share > 0.8 else 'ML' if share < 0.2 else 'PT'] += 1


def _clear(counts: dict[str, float]) -> Scores:
    tp, fp, fn, ids, soft = (counts[name] for name in ('TP', 'FP', 'FN', 'IDS', 'soft'))
    shares = {'sMOTSA': (soft - fp - ids) / (tp + fn), 'MOTSA': (tp - fp - ids) / (tp + fn), 'MOTSP': soft / tp,
              'MODSA': (tp - fp) / (tp + fn), 'recall': tp / (tp + fn), 'precision': tp / (tp + fp)}
    return shares | {name: counts[name] for name in ('TP', 'FP', 'FN', 'IDS', 'MT', 'PT', 'ML')}


def parse_masks(folder: Path) -> Work:
    """What no program that reads these masks with pycocotools can do without: each of them parsed once."""
    from pycocotools import mask as coco

    masks = [mask for frames in _every_text(folder) for entries in frames.values() for _, _, mask in entries]
    portions = [masks[first:first + PORTION] for first in range(0, len(masks), PORTION)]
    return lambda: {'pixels': float(sum(coco.area(portion).sum(dtype=np.int64) for portion in portions))}


def intersect_masks(folder: Path) -> Work:
    """The IoU of all pairs of a frame, a call each, which parses the masks again."""
    from pycocotools import mask as coco

    pairs = []
    texts = list(_every_text(folder))
    for truth, found in zip(texts[::2], texts[1::2], strict=True):
        pairs += [([mask for _, _, mask in truth[frame]], [mask for _, _, mask in found[frame]])
                  for frame in truth.keys() & found.keys()]
    return lambda: {'iou': float(sum(coco.iou(*pair, [False] * len(pair[1])).sum() for pair in pairs))}


def _every_text(folder: Path) -> Iterator[dict[int, list]]:
    """Ground truth and results of each sequence in turn."""
    for name in _lengths(folder):
        yield _text_masks(folder / 'gt' / 'label_02' / f'{name}.txt')
        yield _text_masks(folder / 'results' / 'ours' / 'data' / f'{name}.txt')


def _text_masks(path: Path) -> dict[int, list[tuple[int, int, dict]]]:
    """Id, class and mask by frame."""
    frames = defaultdict(list)
    for line in path.read_text().splitlines():
        frame, track, category, height, width, mask = line.split(' ')
        frames[int(frame)].append((int(track), int(category),
                                   {'size': [int(height), int(width)], 'counts': mask.encode()}))
    return frames


def _lengths(folder: Path) -> dict[str, int]:
    fields = (line.split() for line in (folder / 'seqmap').read_text().splitlines())
    return {name: int(last) + 1 for name, _, _, last in fields}


KITTI = partial(mmvist_scores, format='kitti_mots')
PROGRAMS: dict[str, Callable[[Path], Work]] = {
    'mmvist_mots': partial(KITTI, metrics=('mots', 'hota', 'id'), rules='trackeval'),
    'mmvist_mots_2': partial(KITTI, metrics=('mots', 'hota', 'id'), rules='trackeval', workers=2),
    'mmvist_clear': partial(KITTI, metrics=('mots',)),
    'mmvist_ytvis': partial(mmvist_scores, format='ytvis', metrics=('ytvis',)),
    'mmvist_ytvis_trackeval': partial(mmvist_scores, format='ytvis', metrics=('ytvis',), rules='trackeval'),
    'mmvist_mot': partial(mmvist_scores, format='mot', metrics=('mot', 'id'), rules='motmetrics'),
    'trackeval_mots': trackeval_mots, 'trackeval_ytvis': trackeval_ytvis, 'mmdet_ytvis': mmdet_ytvis,
    'motmetrics_mot': motmetrics_mot,
    'mots_tools': mots_tools, 'parse_masks': parse_masks, 'intersect_masks': intersect_masks,
}


def main() -> None:
    """Measure one program; what it prints itself is dropped."""
    program, folder = sys.argv[1:]
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            work = PROGRAMS[program](Path(folder))
        except ModuleNotFoundError as error:
            answer = {'missing': error.name}
        else:
            start, used = time.perf_counter(), sum(os.times()[:4])
            scores = work()
            seconds, used = time.perf_counter() - start, sum(os.times()[:4]) - used
            children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
            answer = {'s': seconds, 'cpu_s': used, 'mib': max(_peak(), children / 1024), 'scores': scores}
    print(json.dumps(answer, default=float))


def _peak() -> float:
    """Most memory held, MiB."""
    status = Path('/proc/self/status')
    if status.exists():
        # Unlike `getrusage`, without what the process that started this one held.
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if 'VmHWM' in line) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == '__main__':
    main()
