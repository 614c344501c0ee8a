"""Mining in one go: annotate a world's raw video, score that, train MOTSNet on it and on the truth, and score both."""

import argparse
import os
from pathlib import Path

from mmvist.engine import build_runner, latest_checkpoint, load_config
from mmvist.evaluation.files import score_files
from mmvist.evaluation.functional import Scoring
from mmvist.evaluation.report import as_json, text_table, without_classes
from mmvist.io.convert import Request, convert
from mmvist.io.json_file import write_json
from mmvist.mining import mine
from mmvist.worlds import WorldConfig
from mmvist.worlds.writer import write

WORLD, OTHER_WORLD, MINED = Path('data/street_world'), Path('data/street_world_images'), Path('data/street_world_mined')
DETECTOR = 'configs/vae_vist/mask-rcnn_r18_fpn_street-world.py'
MINING = 'configs/mining/mine_mask-rcnn_r18_fpn_street-world.py'
MODELS = {'mined': 'configs/motsnet/motsnet_r18_fpn_street-world_mined.py',
          'true': 'configs/motsnet/motsnet_r18_fpn_street-world.py'}
# A demonstration, not a benchmark: two epochs of eight take minutes. In so few steps all of the triplet loss would take
# the features away from detection.
SHORT = {'train_cfg.max_epochs': 2, 'train_cfg.val_interval': 2, 'param_scheduler.1.end': 2,
         'model.embedder.loss.loss_weight': 0.1}


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--work-dir', type=Path, default=Path('work_dirs/mine_demo'),
                        help='folder for everything the demo leaves behind; an interrupted demo goes on from there')
    return parser.parse_args()


def score_mined(work_dir: Path) -> dict[str, float | int]:
    """What was mined, against the truth: links of successive frames, and tracks as a tracker's."""
    results, truth = work_dir / 'mined.json', WORLD / 'train.json'
    convert(Request(MINED / 'results', results, to='ytvis', results=True, ground_truth=truth, overwrite=True))
    return score_files(results, truth, 'ytvis', Scoring(('links', 'mots')))


def main() -> None:
    """Make, detect, mine, train twice, compare."""
    work_dir = parse_arguments().work_dir
    write(WorldConfig(num_train_videos=60), WORLD, num_workers=os.cpu_count())
    # The detector has seen none of the videos that are mined.
    write(WorldConfig(num_train_videos=100, num_val_videos=12, seed=1), OTHER_WORLD, num_workers=os.cpu_count())
    build_runner(load_config(DETECTOR), work_dir / 'detector', resume=True).train()
    summary, seconds = mine(load_config(MINING), [WORLD / 'train/JPEGImages'], MINED,
                            latest_checkpoint(work_dir / 'detector'))
    print(summary.as_text(seconds))

    scores = {'Mined labels': score_mined(work_dir)}
    for labels, config in MODELS.items():
        build_runner(load_config(config, SHORT), work_dir / labels, resume=True).train()
        runner = build_runner(load_config(config), work_dir / labels,
                              checkpoint=latest_checkpoint(work_dir / labels))
        scores[f'MOTSNet trained on {labels} labels'] = runner.test()
    write_json({title: as_json(values) for title, values in scores.items()}, work_dir / 'metrics.json')
    for title, values in scores.items():
        print(f'\n{title}\n\n{text_table(without_classes(values))}')
    print(f'\n{MINED}: annotations.json, instances_txt/, strips/; {work_dir}: metrics.json')


if __name__ == '__main__':
    main()
