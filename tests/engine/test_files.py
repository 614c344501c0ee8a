import pytest
from mmengine.fileio import get_file_backend

from mmvist.engine.files import AtomicBackend, install_backend


def test_file_is_written_and_nothing_else(tmp_path):
    AtomicBackend().put(b'content', tmp_path / 'folder' / 'file.bin')
    assert (tmp_path / 'folder' / 'file.bin').read_bytes() == b'content'
    assert [path.name for path in (tmp_path / 'folder').iterdir()] == ['file.bin']


def test_text(tmp_path):
    AtomicBackend().put_text('naïve', str(tmp_path / 'file.txt'))
    assert (tmp_path / 'file.txt').read_text(encoding='utf-8') == 'naïve'


def test_what_was_there_survives_a_failure(tmp_path):
    (tmp_path / 'file.bin').write_bytes(b'before')
    with pytest.raises(TypeError):
        AtomicBackend().put('no bytes', tmp_path / 'file.bin')
    assert (tmp_path / 'file.bin').read_bytes() == b'before'
    assert [path.name for path in tmp_path.iterdir()] == ['file.bin']


def test_mmengine_writes_through_it(tmp_path):
    install_backend()
    assert isinstance(get_file_backend(str(tmp_path / 'epoch_1.pth')), AtomicBackend)
