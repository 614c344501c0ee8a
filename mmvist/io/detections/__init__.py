"""Detections on disk: all that a tracker needs of the videos of a test, in one file, one video at a time.

The file is what `numpy.savez` makes, a zip of arrays; any program that has numpy can write and read it:

    index               uint8, JSON in UTF-8: {"kind": "mmvist detections", "version": 1, "classes": ["car", ...],
                        "videos": [{"id", "name", "height", "width", "length"[, "fps"][, "file_names"]}, ...],
                        "embed_size": E or null}
    0/offsets           (length + 1,) int64; the rows of frame f are offsets[f]:offsets[f + 1]
    0/labels            (R,) int64, index into the classes
    0/scores            (R,) float32
    0/bboxes            (R, 4) float32, xyxy in pixels of the original image
    0/masks             (bytes,) uint8, the compressed COCO counts of all rows, one after another
    0/mask_ends         (R,) int64, where each row's counts end; a row without any is a box without a mask
    0/embeds            (R, E) float32, what trackers compare; only where there is an embed_size and the video has rows
    1/offsets ...       the next video
"""

from mmvist.io.detections.layout import is_detections_file
from mmvist.io.detections.reader import DetectionsReader
from mmvist.io.detections.sources import Detections, open_detections
from mmvist.io.detections.writer import DetectionsWriter

__all__ = ['Detections', 'DetectionsReader', 'DetectionsWriter', 'is_detections_file', 'open_detections']
