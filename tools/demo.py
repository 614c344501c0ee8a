"""The main job in one go: make a world, train MaskTrack R-CNN on it, score it beside the image oracle, show it."""

import argparse
import os
from pathlib import Path

from mmvist.apis import VISInferencer, draw_folders
from mmvist.engine import build_runner, latest_checkpoint, load_config
from mmvist.evaluation.report import as_json, text_table, without_classes
from mmvist.io.json_file import write_json
from mmvist.worlds import WorldConfig
from mmvist.worlds.writer import write

WORLD = Path('data/street_world')
CONFIGS = Path('configs/masktrack_rcnn')
MODEL = CONFIGS / 'masktrack-rcnn_mask-rcnn_r18_fpn_street-world.py'
ORACLE = CONFIGS / 'masktrack-rcnn_image-oracle_r18_fpn_street-world.py'


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--work-dir', type=Path, default=Path('work_dirs/demo'),
                        help='folder for everything the demo leaves behind; an interrupted demo goes on from there')
    return parser.parse_args()


def test(path: Path, work_dir: Path, checkpoint: str, results: Path | None = None) -> dict[str, float]:
    """Scores of a config's own metrics and the speed; the results go to a file where one is named."""
    config = load_config(path)
    truth = config.test_dataloader.dataset.ann_file
    files = [] if results is None else [dict(type='ResultFile', out=str(results), ann_file=truth)]
    config.test_evaluator = [*config.test_evaluator, dict(type='SpeedMetric'), *files]
    return build_runner(config, work_dir, checkpoint=checkpoint).test()


def main() -> None:
    """Make, train, test, draw."""
    work_dir = parse_arguments().work_dir
    write(WorldConfig(num_train_videos=60), WORLD, num_workers=os.cpu_count())
    build_runner(load_config(MODEL), work_dir, resume=True).train()
    checkpoint = latest_checkpoint(work_dir)

    scores = test(MODEL, work_dir, checkpoint, work_dir / 'results.json')
    oracle = test(ORACLE, work_dir / 'oracle', checkpoint)
    flat = as_json({**scores, **{f'oracle/{name}': value for name, value in oracle.items()}})
    write_json(flat, work_dir / 'metrics.json')

    folders = sorted((WORLD / 'val/JPEGImages').iterdir())
    draw_folders(VISInferencer(MODEL, checkpoint), folders, work_dir / 'video.mp4', work_dir / 'strips',
                 WorldConfig().fps)
    print(f'\nMaskTrack R-CNN on {len(folders)} validation videos\n\n{text_table(without_classes(scores))}'
          f'\n\nImage oracle under the same tracker\n\n{text_table(without_classes(oracle))}'
          f'\n\n{work_dir}: metrics.json, results.json, video.mp4, strips/')


if __name__ == '__main__':
    main()
