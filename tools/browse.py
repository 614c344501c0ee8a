"""Draw ground truth: one mp4 for each video, and film strips of its tracks."""

import argparse
import sys
from pathlib import Path

from mmvist.datasets.formats import read_annotations
from mmvist.io.formats import FORMATS
from mmvist.io.frames import open_frames
from mmvist.io.progress import progress
from mmvist.structures import FrameResult, VideoTracks
from mmvist.visualization import Overlay, OverlayWriter


def parse_args(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('ann_file', help='annotations; for MOTS a folder of text files or PNG folders')
    parser.add_argument('img_prefix', help='folder that the names of the images begin in')
    parser.add_argument('--out', required=True, metavar='DIR', help='folder for NAME.mp4 and strips/NAME.png')
    parser.add_argument('--format', default='ytvis', choices=FORMATS)
    parser.add_argument('--seqmap', help='MOTS: file that lists the sequences wanted')
    parser.add_argument('--videos', type=int, help='how many videos to draw, from the first; all by default')
    parser.add_argument('--fps', type=float, default=6.0, help='frames a second of videos that do not know their own')
    parser.add_argument('--skip-broken', action='store_true', help='leave out images that cannot be read')
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run the tool; returns the exit status, 2 for input that is refused."""
    args = parse_args(arguments)
    try:
        video_set = read_annotations(args.ann_file, args.img_prefix, args.format, args.seqmap)
        videos = video_set.videos[:args.videos]
        for tracks in progress(videos, len(videos), 'drawing videos'):
            video = tracks.video
            frames = open_frames([Path(args.img_prefix) / name for name in video.file_names], args.skip_broken)
            overlay = Overlay(video_set.classes)
            with OverlayWriter(args.out, video, overlay, video.fps or args.fps) as writer:
                for index, image in frames.numbered():
                    writer.write(image, result_of(tracks, index))
    except (ValueError, OSError) as error:
        print(f'browse.py: {error}', file=sys.stderr)
        return 2
    return 0


def result_of(tracks: VideoTracks, frame: int) -> FrameResult:
    """A frame of the ground truth as if it had been found; ignored rows are left out."""
    rows = tracks.select(~tracks.ignore)
    at = rows.rows_at(frame)
    return FrameResult(tracks.video, frame, rows.ids[at], rows.labels[at], rows.scores[at], rows.bboxes[at],
                       rows.masks[at])


if __name__ == '__main__':
    sys.exit(main())
