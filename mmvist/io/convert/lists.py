"""The two lists of a split, drawn and written."""

from collections.abc import Sequence
from pathlib import Path

from mmvist.io.splits import EXCEPT, random_split, write_split
from mmvist.structures import VideoSet


def write_random_split(video_set: VideoSet, source: str | Path, out: Sequence[str | Path], held_out: int | float,
                       seed: int = 0, same_size: bool = False, min_length: int = 1, num_kept: int | None = None,
                       overwrite: bool = False) -> tuple[int, int]:
    """Draw the videos to hold out, and write what is kept and what is held out, each with how it came about.

    Where nothing else is left aside, the list of what is kept names the videos held out, as all but these.

    Args:
        video_set: The videos.
        source: Where they were read from, which the lists name without its folder.
        out: The list of the videos to train on, and that of those held out.
        held_out: See `random_split`, as the rest.
        seed: See `random_split`.
        same_size: See `random_split`.
        min_length: See `random_split`.
        num_kept: See `random_split`.
        overwrite: Replace lists that are there.

    Returns:
        How many videos are kept, and how many held out.

    Raises:
        ValueError: A list is there already, both are one, or there are too few videos. Nothing is written then.
    """
    train, val = map(Path, out)
    if train.resolve() == val.resolve():
        raise ValueError(f'{train}: the two lists need two names')
    for path in (train, val):
        if path.exists() and not overwrite:
            raise ValueError(f'{path}: is there already; --overwrite replaces it')
    kept, held = random_split(video_set, held_out, seed, same_size, min_length, num_kept)
    are_all = len(kept) + len(held) == len(video_set.videos)
    rule = [f'{held_out} held out', f'seed {seed}', *['videos of the commonest size'] * same_size,
            *[f'of {min_length} frames or more'] * (min_length > 1)]
    rest = f'All but the {len(held)} held out' if are_all else f'{len(kept)} kept'
    drawn = f'drawn by mmvist.io.splits.random_split from {len(video_set.videos)} videos: {", ".join(rule)}.'
    write_split([EXCEPT + name for name in held] if are_all else kept, train,
                f'{Path(source).name}\n{rest}, {drawn}')
    write_split(held, val, f'{Path(source).name}\nThe {len(held)} held out, {drawn}')
    return len(kept), len(held)
