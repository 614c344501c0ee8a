"""The objects of a training set, numbered through."""

from pathlib import Path

import torch
from torch import Tensor

from mmvist.io import formats
from mmvist.structures import Video


class Identities:
    """Numbers 0, 1, ... for the objects of all videos: by video in the file's order, there by track id.

    Args:
        ann_file: Annotations that hold every object trained on.
        format: Format of the annotations.
        seqmap: For formats with sequences, the file that lists those of the split.
        split: File that lists the videos of the split.

    Raises:
        ValueError: There is no such format, or the annotations are broken or without objects.
        FileNotFoundError: There is no such file.
    """

    def __init__(self, ann_file: str | Path, format: str = 'ytvis', seqmap: str | Path | None = None,
                 split: str | Path | None = None) -> None:
        truth = formats.read(ann_file, format, seqmap, split)
        objects = [(tracks.video.id, track) for tracks in truth.videos
                   for track in sorted(set(tracks.ids[~tracks.ignore].tolist()))]
        if not objects:
            raise ValueError(f'{ann_file} has no objects to tell apart')
        self.ann_file = ann_file
        self._numbers = {name: number for number, name in enumerate(objects)}

    def __len__(self) -> int:
        return len(self._numbers)

    def numbers(self, video: Video, ids: Tensor) -> Tensor:
        """Numbers (N,) of a video's tracks, from their ids (N,).

        Raises:
            ValueError: The annotations have no such track.
        """
        names = [(video.id, track) for track in ids.tolist()]
        unknown = next((track for _, track in names if (video.id, track) not in self._numbers), None)
        if unknown is not None:
            raise ValueError(f'{self.ann_file} has no track {unknown} of video {video.id} ({video.name}); identities '
                             'must name the annotations that the training data come from')
        return torch.tensor([self._numbers[name] for name in names], dtype=torch.int64, device=ids.device)
