"""Where MOT ground truth lies."""

from dataclasses import dataclass
from pathlib import Path

from mmvist.io.problems import FormatError


@dataclass(frozen=True)
class SequenceFiles:
    """The files of a sequence.

    Attributes:
        text: Its boxes; need not exist.
        info: Its `seqinfo.ini`, if there is one.
    """

    text: Path
    info: Path | None


def existing(path: str | Path) -> Path:
    """The path.

    Raises:
        FileNotFoundError: There is no such file or folder.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f'{path}: no such file or folder')
    return path


def text_files(folder: Path) -> dict[str, Path]:
    """Files `NAME.txt` of a folder by their names."""
    return {file.stem: file for file in sorted(folder.glob('*.txt')) if file.name[0] != '.' and file.is_file()}


def ground_truth_files(path: Path) -> dict[str, SequenceFiles]:
    """Every sequence with its files, by name; see `mmvist.io.mot.read` for the forms.

    Raises:
        FormatError: The folder holds no sequence.
    """
    if path.is_file():
        if path.name == 'gt.txt' and path.absolute().parent.name == 'gt':
            return {path.absolute().parents[1].name: _of_folder(path.absolute().parents[1])}
        return {path.stem: SequenceFiles(path, None)}
    if _is_sequence(path):
        return {path.resolve().name: _of_folder(path)}
    found = {folder.name: _of_folder(folder) for folder in sorted(path.iterdir()) if _is_sequence(folder)}
    found = found or {name: SequenceFiles(file, None) for name, file in text_files(path).items()}
    if not found:
        raise FormatError(str(path), ('folder: holds neither folders with gt/gt.txt nor files *.txt',))
    return found


def _is_sequence(folder: Path) -> bool:
    return (folder / 'gt' / 'gt.txt').is_file() or (folder / 'seqinfo.ini').is_file()


def _of_folder(folder: Path) -> SequenceFiles:
    info = folder / 'seqinfo.ini'
    return SequenceFiles(folder / 'gt' / 'gt.txt', info if info.is_file() else None)


def sequence_names(path: str | Path) -> list[str]:
    """Names of the sequences that `read` finds, in its order.

    Raises:
        FileNotFoundError: There is no such file or folder.
        FormatError: The folder holds no sequence.
    """
    return list(ground_truth_files(existing(path)))
