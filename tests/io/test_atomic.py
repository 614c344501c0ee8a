import pytest

from mmvist.io.atomic import open_atomic
from mmvist.io.json_file import read_json, write_json
from mmvist.io.problems import FormatError
from mmvist.io.progress import progress


def test_nothing_under_the_name_until_complete(tmp_path):
    path = tmp_path / 'new' / 'a.txt'
    with open_atomic(path) as file:
        file.write('é')
        assert not path.exists()
    assert path.read_bytes() == 'é'.encode()
    assert list(path.parent.iterdir()) == [path]


def test_a_failure_leaves_what_was_there(tmp_path):
    path = tmp_path / 'a.bin'
    path.write_bytes(b'old')
    with pytest.raises(RuntimeError), open_atomic(path, 'wb') as file:
        file.write(b'ne')
        raise RuntimeError
    assert path.read_bytes() == b'old'
    assert list(tmp_path.iterdir()) == [path]


def test_json_that_cannot_be_told_leaves_nothing(tmp_path):
    with pytest.raises(ValueError, match='not JSON compliant'):
        write_json([float('nan')], tmp_path / 'a.json')
    assert list(tmp_path.iterdir()) == []


def test_not_text(tmp_path):
    (tmp_path / 'a.json').write_bytes(b'{"a": "\xff"}')
    with pytest.raises(FormatError, match='byte 7: not text in UTF-8'):
        read_json(tmp_path / 'a.json')


def test_wrong_in_the_middle_is_not_called_early(tmp_path):
    (tmp_path / 'a.json').write_text('{"a": }\n{}')
    with pytest.raises(FormatError) as caught:
        read_json(tmp_path / 'a.json')
    assert 'line 1, column 7' in str(caught.value)
    assert 'early' not in str(caught.value)


def test_progress_passes_on_and_speaks_when_it_takes_long(capsys):
    assert list(progress('abc', 3, 'reading')) == ['a', 'b', 'c']
    assert capsys.readouterr().err == ''
    assert list(progress('abc', 3, 'reading', patience=0)) == ['a', 'b', 'c']
    assert 'reading: 3/3' in capsys.readouterr().err
