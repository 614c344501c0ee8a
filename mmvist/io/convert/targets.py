"""Everything that can be written, and what it can hold."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mmvist.io import mots
from mmvist.io.formats import FORMATS, WRITERS
from mmvist.structures import VideoSet

Write = Callable[[VideoSet, str | Path], None]
# What a format may have no room for.
MASKS, SCORES, TRACK_SCORES = 'masks', 'scores', 'scores of whole tracks'
IGNORE, BOXES, IMAGES, RATES = 'ignore rows', 'boxes other than their masks\'', 'names of images', 'frame rates'
SIZES = 'sizes of videos without objects'
ALL = frozenset({MASKS, SCORES, TRACK_SCORES, IGNORE, BOXES, IMAGES, RATES, SIZES})


@dataclass(frozen=True)
class Target:
    """What a format can hold.

    Attributes:
        write: Writes ground truth.
        write_results: Writes results; `None` where there are none in this form.
        holds: What it has room for.
        needs_masks: Whether every object needs a mask, in ground truth and in results.
        needs_size: Whether every video needs a size, in ground truth and in results.
        disjoint: Whether no two masks of a frame may overlap, and none be empty.
        classes: The only classes there are; `None` for any.
        category_ids: The numbers of these.
        numbers_videos: Whether ids of videos are whole numbers.
        one_class: Whether a track is of one class, and either ignored or not, in all frames.
        class_in_id: Whether ids of ground truth are category * 1000 + number.
        forgets_length: Whether a video ends with its last object, unless a sequence map tells its length.
    """

    write: Write
    write_results: Write | None
    holds: frozenset[str] = ALL
    needs_masks: tuple[bool, bool] = (False, False)
    needs_size: tuple[bool, bool] = (True, True)
    disjoint: bool = False
    classes: tuple[str, ...] | None = None
    category_ids: tuple[int, ...] = ()
    numbers_videos: bool = False
    one_class: bool = False
    class_in_id: bool = False
    forgets_length: bool = False


def _label_images(name: str, write_results: Write | None, holds: frozenset[str] = frozenset({IGNORE, SIZES}),
                  **rules: object) -> Target:
    """A format in which a pixel belongs to one object at most."""
    return Target(WRITERS[name], write_results, holds | {MASKS}, needs_masks=(True, True), disjoint=True, **rules)


def _mots(name: str, benchmark: mots.MOTSBenchmark) -> dict[str, Target]:
    rules = {'classes': benchmark.classes, 'category_ids': benchmark.category_ids, 'class_in_id': True}
    return {name: _label_images(name, FORMATS[name].write_results, frozenset({IGNORE}), needs_size=(False, False),
                                forgets_length=True, **rules),
            f'{name}_png': _label_images(f'{name}_png', None, **rules)}


TARGETS = {
    'ytvis': Target(WRITERS['ytvis'], FORMATS['ytvis'].write_results, needs_masks=(False, True),
                    needs_size=(True, False), numbers_videos=True, one_class=True),
    **_mots('kitti_mots', mots.KITTI_MOTS),
    **_mots('mots', mots.MOTS_CHALLENGE),
    'mot': Target(WRITERS['mot'], FORMATS['mot'].write_results, frozenset({SCORES, IGNORE, BOXES, RATES, SIZES}),
                  needs_size=(False, False), classes=('pedestrian',), category_ids=(1,)),
    'bdd100k': Target(WRITERS['bdd100k'], FORMATS['bdd100k'].write_results, ALL - {TRACK_SCORES, RATES}),
    'bdd100k_bitmask': _label_images('bdd100k_bitmask', WRITERS['bdd100k_bitmask'], frozenset({IGNORE, IMAGES, SIZES})),
    'davis': _label_images('davis', FORMATS['davis'].write_results, classes=('object',), category_ids=(1,)),
    'coco': Target(WRITERS['coco'], FORMATS['coco'].write_results, ALL - {TRACK_SCORES}, needs_size=(True, False),
                   numbers_videos=True),
    'frames': Target(WRITERS['frames'], FORMATS['frames'].write_results, ALL - {IGNORE}, needs_size=(False, False)),
}
