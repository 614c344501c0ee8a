import numpy as np
import pytest

from mmvist.io.label_png import encode_png
from mmvist.io.png_header import GREY, PALETTE, PNG_HEADER, PNG_SIGNATURE, RGBA


@pytest.mark.parametrize(('shape', 'dtype', 'palette', 'depth', 'colour'), [
    ((3, 5), np.uint8, None, 8, GREY), ((3, 5), np.uint16, None, 16, GREY), ((3, 5), np.uint8, bytes(768), 8, PALETTE),
    ((3, 5, 4), np.uint8, None, 8, RGBA)])
def test_what_files_begin_with(shape, dtype, palette, depth, colour):
    data = encode_png(np.zeros(shape, dtype), *([] if palette is None else [palette]))
    assert PNG_HEADER.unpack_from(data) == (PNG_SIGNATURE, 5, 3, depth, colour)
