"""Equal to TrackEval's KITTI MOTS scores on files."""

import pytest

from mmvist.evaluation.functional import Scoring, score

SCORES = {'sMOTSA': 'sMOTA', 'MOTSA': 'MOTA', 'MOTSP': 'MOTP', 'MODSA': 'MODA', 'MOTSAL': 'MOTAL', 'recall': 'CLR_Re',
          'precision': 'CLR_Pr', 'F1': 'CLR_F1', 'FAR': 'FP_per_frame', 'TP': 'CLR_TP', 'FP': 'CLR_FP', 'FN': 'CLR_FN',
          'IDS': 'IDSW', 'Frag': 'Frag', 'MT': 'MT', 'PT': 'PT', 'ML': 'ML'}
# Where the two programs mean the same; where they do not, the rules have a switch.
COMMON = {*SCORES} - {'Frag', 'FAR'}


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
@pytest.mark.parametrize('rules', ['mots_tools', 'trackeval'])
def test_equal_to_trackeval(seed, rules, make_random_pair, tmp_path):
    truth, results = make_random_pair(seed, num_videos=4, length=8)
    reference = trackeval_scores(truth, results, tmp_path)
    scores = score(truth, results, Scoring(('mots',), rules=rules))
    for name, values in reference.items():
        prefix = 'mots' if name is None else f'mots/{name}'
        if rules == 'mots_tools' and values['CLR_TP'] + values['CLR_FN'] == 0:
            continue  # infinite there
        for ours in SCORES if rules == 'trackeval' else COMMON:
            assert scores[f'{prefix}/{ours}'] == pytest.approx(values[SCORES[ours]], abs=1e-9), (name, ours)
