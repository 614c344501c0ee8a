"""Which format files are in, told by what they look like."""

import mmap
import re
from pathlib import Path

from mmvist.io.png_header import GREY, PALETTE, PNG_HEADER, PNG_SIGNATURE, RGBA
from mmvist.io.problems import FormatError

# Rows of MOTSChallenge's images; KITTI's have 370 to 376.
MOTS_CHALLENGE_HEIGHTS = (480, 1080)
# A line of the frame 0 or of class 1, the car: MOTSChallenge counts frames from 1 and has pedestrians alone.
KITTI_MOTS_LINE = re.compile(rb'^(?:0+|\d+ \d+ 1) ', re.MULTILINE)
MOTS_FIELDS = 6
MOT_FIELDS = range(7, 11)
# Lists that only one format has, the telling ones first: COCO files of videos have "videos", too.
JSON_LISTS = {'coco': re.compile(rb'"images"\s*:\s*\['), 'ytvis': re.compile(rb'"videos"\s*:\s*\['),
              'bdd100k': re.compile(rb'"frames"\s*:\s*\[')}
FRAME_JSON = re.compile(rb'\s*\{\s*"video"\s*:\s*\{')
DAVIS_FOLDERS = ('Annotations', '480p', 'Full-Resolution')
BDD100K_FRAME = re.compile(rb'"(?:labels|videoName|frameIndex)"\s*:')


def detect_format(path: str | Path) -> str:
    """Tell the format of ground truth, without reading more of it than is needed.

    - JSON: an object with a list `images` is COCO, with a list `videos` YouTube-VIS, with a list `frames`, or a list of
      frames with `labels`, `videoName` or `frameIndex`, BDD100K; one that begins with `video` is what `frame_json`
      writes. A folder is what its first file is.
    - Text, `*.txt` or `NAME/gt/gt.txt`, by its first line: commas, or 7 to 10 fields, are MOT; 6 fields are MOTS.
    - Folders of PNG images, by the first one: one channel of 16 bits is MOTS, RGBA BDD100K, a palette or 8 bits of grey
      DAVIS; so is a folder with `Annotations`, `480p` or `Full-Resolution`.

    KITTI MOTS and MOTSChallenge have one and the same form, and cannot be told apart for sure. Taken for
    MOTSChallenge is what has no frame 0 and no cars in its first sequence, and images as high as that benchmark's, 480
    or 1080 rows; all else is taken for KITTI MOTS.

    Args:
        path: File or folder.

    Returns:
        A name of `formats.FORMATS`.

    Raises:
        FileNotFoundError: There is no such file or folder.
        FormatError: It looks like none of them.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f'{path}: no such file or folder')
    if path.is_file():
        return _of_text([path]) if path.suffix == '.txt' else _of_json(path)
    file = min(path.glob('*.json'), default=None)
    if file is not None:
        return _of_json(file)
    if any((path / name).is_dir() for name in DAVIS_FOLDERS):
        return 'davis'
    texts = sorted(path.glob('*.txt')) or sorted(path.glob('*/gt/gt.txt')) or sorted(path.glob('gt/gt.txt'))
    if texts:
        return _of_text(texts)
    for folder in [path, *sorted(path.iterdir())]:
        image = min(folder.glob('[!.]*.png'), default=None)
        if image is not None:
            return _of_png(image)
    raise _unknown(path, 'folder', 'files *.json or *.txt, files NAME/gt/gt.txt, or folders of images *.png',
                   sorted(file.name for file in path.iterdir())[:3])


def _of_json(path: Path) -> str:
    expected = 'JSON with a list "images", "videos" or "frames", or a list of frames with labels'
    if path.stat().st_size == 0:
        raise _unknown(path, 'file', expected, 'nothing')
    with path.open('rb') as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        start = data[:200].removeprefix(b'\xef\xbb\xbf').lstrip()
        if FRAME_JSON.match(start):
            return 'frames'
        if start.startswith(b'[') and BDD100K_FRAME.search(data):
            return 'bdd100k'
        if start.startswith(b'{'):
            for name, pattern in JSON_LISTS.items():
                if pattern.search(data):
                    return name
    raise _unknown(path, 'file', expected, start[:60].decode(errors='replace'))


def _of_text(paths: list[Path]) -> str:
    for path in paths:
        with path.open('rb') as file:
            line = next((line for line in map(bytes.strip, file) if line), b'')
        if line:
            break
    else:
        raise _unknown(paths[0], 'file', 'lines of MOT or MOTS', 'nothing')
    fields = line.split()
    if b',' in line or len(fields) in MOT_FIELDS:
        return 'mot'
    if len(fields) == MOTS_FIELDS and all(map(bytes.isdigit, fields[:-1])):
        return _of_mots(int(fields[3]), bool(KITTI_MOTS_LINE.search(path.read_bytes())))
    raise _unknown(path, 'first line', '"frame,id,x,y,width,height,..." or "frame id class height width rle"',
                   line[:60].decode(errors='replace'))


def _of_png(path: Path) -> str:
    with path.open('rb') as file:
        header = file.read(PNG_HEADER.size)
    if len(header) < PNG_HEADER.size or not header.startswith(PNG_SIGNATURE):
        raise _unknown(path, 'file', 'a PNG', header[:8])
    _, _, height, depth, colours = PNG_HEADER.unpack(header)
    if (depth, colours) == (16, GREY):
        return _of_mots(height, path.stem.strip('0') == '')
    if (depth, colours) == (8, RGBA):
        return 'bdd100k'
    if colours == PALETTE or (depth, colours) == (8, GREY):
        return 'davis'
    raise _unknown(path, 'image', 'one channel of 16 or 8 bits, a palette, or RGBA of 8 bits',
                   f'{depth} bits of PNG colour type {colours}')


def _of_mots(height: int, only_kitti: bool) -> str:
    return 'mots' if height in MOTS_CHALLENGE_HEIGHTS and not only_kitti else 'kitti_mots'


def _unknown(path: Path, place: str, expected: str, found: object) -> FormatError:
    return FormatError(str(path), (f'{place}: cannot tell the format, please name it; expected {expected}, '
                                   f'got {found!r}',))
