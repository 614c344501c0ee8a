"""Equal to TrackEval's KITTI MOTS scores on files, where the two tools mean the same."""

import pytest

from mmvist.evaluation.functional import clear

SCORES = {'sMOTSA': 'sMOTA', 'MOTSA': 'MOTA', 'MOTSP': 'MOTP', 'MODSA': 'MODA', 'recall': 'CLR_Re',
          'precision': 'CLR_Pr', 'TP': 'CLR_TP', 'FP': 'CLR_FP', 'FN': 'CLR_FN', 'IDS': 'IDSW', 'MT': 'MT', 'PT': 'PT',
          'ML': 'ML'}


def write(video_set, folder):
    folder.mkdir(parents=True)
    for tracks in video_set.videos:
        lines = [f'{tracks.frames[row]} {tracks.ids[row]} {10 if tracks.ignore[row] else tracks.labels[row] + 1} '
                 f'{tracks.video.height} {tracks.video.width} {tracks.masks[row].decode()}\n'
                 for row in range(len(tracks))]
        (folder / f'{tracks.video.name}.txt').write_text(''.join(lines))


def trackeval_scores(ground_truth, results, folder):
    trackeval = pytest.importorskip('trackeval')
    write(ground_truth, folder / 'gt' / 'label_02')
    write(results, folder / 'results' / 'ours' / 'data')
    dataset = trackeval.datasets.KittiMOTS({
        'GT_FOLDER': str(folder / 'gt'), 'TRACKERS_FOLDER': str(folder / 'results'), 'PRINT_CONFIG': False,
        'SEQ_INFO': {tracks.video.name: tracks.video.length for tracks in ground_truth.videos}})
    metric = trackeval.metrics.CLEAR({'PRINT_CONFIG': False})
    of_class = {}
    for name in ground_truth.classes:
        of_video = {}
        for tracks in ground_truth.videos:
            raw = dataset.get_raw_seq_data('ours', tracks.video.name)
            of_video[tracks.video.name] = metric.eval_sequence(dataset.get_preprocessed_seq_data(raw, name))
        of_class[name] = metric.combine_sequences(of_video)
    return {**of_class, None: metric.combine_classes_det_averaged(of_class)}


@pytest.mark.parametrize('seed', range(6))
def test_equal_to_trackeval(seed, make_random_pair, tmp_path):
    truth, results = make_random_pair(seed, num_videos=4, length=8)
    reference = trackeval_scores(truth, results, tmp_path)
    scores = clear(truth, results)
    for name, values in reference.items():
        prefix = 'mots' if name is None else f'mots/{name}'
        if values['CLR_TP'] + values['CLR_FN'] == 0:
            continue  # TrackEval divides by 1 where there are no objects
        for ours, theirs in SCORES.items():
            assert scores[f'{prefix}/{ours}'] == pytest.approx(values[theirs], abs=1e-9), (name, ours)
