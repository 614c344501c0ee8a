"""Names that tell which windows belong together."""

import pytest

from mmvist.io.window_name import batch_of, window_name


def test_there_and_back():
    assert window_name('0002', 10, 3) == '0002/w00010/b00003'
    assert batch_of(window_name('a/b7/c', 123456, 123456)) == 123456


@pytest.mark.parametrize('name', ['0002', '0002/w00010', 'b00003', '0002/w00010/b', '0002/b00003/0'])
def test_other_names(name):
    with pytest.raises(ValueError, match=f'video {name}: is no window; .* `tools/convert.py windows` writes them'):
        batch_of(name)
