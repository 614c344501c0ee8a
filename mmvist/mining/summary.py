"""What was mined, in numbers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mmvist.structures import VideoTracks

# Lengths of tracks are counted up to each of these, and beyond the last.
LENGTHS = (1, 2, 5, 10, 20, 50, 100)


@dataclass
class Summary:
    """Counts over all videos.

    Attributes:
        classes: Classes that are mined.
        videos: Videos that went well.
        frames: Their frames.
        segments: Segments of the mined classes.
        annotated: Those that became annotations.
        ignored: Regions to be ignored.
        links: Pairs of annotated segments in successive frames.
        tracks: Tracks of each class.
        lengths: Tracks by the number of frames that show them: up to each of `LENGTHS`, or beyond.
        refused: Pairs of segments that each rule refused.
        failed: Reasons, by the names of videos that could not be mined.
        beyond_mots: Videos with more classes, or tracks of one, than files of MOTS can number.
    """

    classes: Sequence[str]
    videos: int = 0
    frames: int = 0
    segments: int = 0
    annotated: int = 0
    ignored: int = 0
    links: int = 0
    tracks: Counter[str] = field(default_factory=Counter)
    lengths: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    failed: dict[str, str] = field(default_factory=dict)
    beyond_mots: list[str] = field(default_factory=list)

    def add(self, tracks: VideoTracks, counts: Mapping[str, Any]) -> None:
        """Count a video in.

        Args:
            tracks: Its annotations.
            counts: What was counted when its segments were linked.
        """
        kept = tracks.select(~tracks.ignore)
        self.videos += 1
        self.frames += tracks.video.length
        self.segments += counts['segments']
        self.annotated += len(kept)
        self.ignored += len(tracks) - len(kept)
        self.refused.update(counts['refused'])
        for track in kept.track_ids.tolist():
            rows = kept.rows_of(track)
            self.links += int((np.diff(kept.frames[rows]) == 1).sum())
            self.tracks[self.classes[kept.labels[rows[0]]]] += 1
            self.lengths[_length_name(len(rows))] += 1

    def as_dict(self) -> dict[str, Any]:
        """Everything, to be stored."""
        return {'videos': self.videos, 'frames': self.frames, 'segments': self.segments, 'annotated': self.annotated,
                'ignored': self.ignored, 'links': self.links,
                'tracks': {name: self.tracks[name] for name in self.classes},
                'lengths': {name: self.lengths[name] for name in _length_names()},
                'refused': dict(sorted(self.refused.items())),
                'failed': dict(sorted(self.failed.items())),
                'beyond_mots': sorted(self.beyond_mots)}

    def as_text(self, seconds: Mapping[str, float]) -> str:
        """Everything, to be read.

        Args:
            seconds: How long each kind of work took this time.
        """
        tracks = ', '.join(f'{self.tracks[name]} {name}' for name in self.classes)
        lines = [
            f'videos     {self.videos}, {self.frames} frames' + (f'; {len(self.failed)} failed' if self.failed else ''),
            f'segments   {self.segments}, of which {self.annotated} are annotated; {self.ignored} regions are ignored',
            f'tracks     {sum(self.tracks.values())} ({tracks}), {self.links} links',
            f'lengths    {", ".join(f"{name}: {self.lengths[name]}" for name in _length_names())}']
        if self.refused:
            lines.append(f'refused    {", ".join(f"{name} {count}" for name, count in sorted(self.refused.items()))}')
        total = sum(seconds.values())
        if total > 0:
            by_time = sorted(seconds.items(), key=lambda item: -item[1])
            shares = [f'{name} {value / total:.0%}' for name, value in by_time]
            lines.append(f'time       {total:.0f} s: {", ".join(shares)}')
        lines += [f'failed     {name}: {reason} (failed/{name}.txt)' for name, reason in sorted(self.failed.items())]
        if self.beyond_mots:
            lines.append(f'not MOTS   {", ".join(sorted(self.beyond_mots))}: more than nine classes, or 999 tracks of '
                         'one; in annotations.json and results/ alone')
        return '\n'.join(lines)


def _length_names() -> list[str]:
    return [*(f'up to {length}' for length in LENGTHS), f'over {LENGTHS[-1]}']


def _length_name(length: int) -> str:
    return next((f'up to {limit}' for limit in LENGTHS if length <= limit), f'over {LENGTHS[-1]}')
