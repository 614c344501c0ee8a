"""Flow files: KITTI's and Middlebury's, worked by hand."""

import re

import cv2
import numpy as np
import pytest

from mmvist.io.flow import HIDDEN, SEEN, UNKNOWN, encode_flow, read_flow, write_flow
from mmvist.io.label_png import encode_png


def flo(width, height, *numbers, magic=b'PIEH'):
    return magic + np.array([width, height], '<i4').tobytes() + np.array(numbers, '<f4').tobytes()


def test_codes_follow_kitti():
    flow = np.array([[[1.5, -2.0], [600.0, 0.0], [3.0, 3.0], [0.0, -1.0]]], np.float32)
    image = encode_flow(flow, np.array([[SEEN, SEEN, UNKNOWN, HIDDEN]]))
    # What is longer than 512 pixels cannot be said.
    assert image.tolist() == [[[1, 32768 - 128, 32768 + 96], [0, 0, 0], [0, 0, 0], [2, 32768 - 64, 32768]]]


def test_bool_is_seen_or_unknown():
    assert encode_flow(np.zeros((1, 2, 2)), np.array([[True, False]]))[..., 0].tolist() == [[SEEN, UNKNOWN]]


def test_what_is_written_reads_back(tmp_path):
    generator = np.random.default_rng(0)
    flow = generator.uniform(-500, 500, (5, 7, 2)).astype(np.float32)
    known = generator.integers(0, 3, (5, 7)).astype(np.uint8)
    write_flow(flow, known, tmp_path / 'new' / '00003.png')
    stored, stored_known = read_flow(tmp_path / 'new' / '00003.png')
    assert (stored.dtype, stored_known.dtype) == (np.float32, np.uint8)
    assert np.array_equal(stored_known, known)
    assert np.abs(stored - flow)[known > 0].max() <= 1 / 128 + 1e-5
    assert not stored[known == 0].any()


def test_middleburys_file(tmp_path):
    (tmp_path / 'a.flo').write_bytes(flo(3, 2, 1, 2, 3, 4, 5, 6, 1e10, 0, float('nan'), 0, -7.5, 8))
    flow, known = read_flow(tmp_path / 'a.flo')
    assert flow.tolist() == [[[1, 2], [3, 4], [5, 6]], [[0, 0], [0, 0], [-7.5, 8]]]
    assert known.tolist() == [[1, 1, 1], [0, 0, 1]]


@pytest.mark.parametrize(('name', 'data', 'message'), [
    ('a.png', b'', r'not an image, or cut short \(0 bytes\)'),
    ('a.png', encode_png(np.zeros((3, 5), np.uint16)), r'must be .* three channels and 16 bits, got \(3, 5\) uint16'),
    ('a.png', cv2.imencode('.png', np.zeros((3, 5, 3), np.uint8))[1].tobytes(), r'must be .*, got \(3, 5, 3\) uint8'),
    ('a.png', cv2.imencode('.png', np.full((3, 5, 3), 9, np.uint16))[1].tobytes(), '.* 0, 1 or 2 of each pixel, got 9'),
    ('a.flo', b'PIEH', r'not a .flo file \(4 bytes\)'),
    ('a.flo', flo(1, 1, 0, 0, magic=b'PIEI'), r'not a .flo file \(20 bytes\)'),
    ('a.flo', flo(2, 1, 0, 0), r'says that it is 1x2 \(HxW\), which does not fit 20 bytes'),
    ('a.flo', flo(-1, -1), r'says that it is -1x-1 \(HxW\)'),
    ('a.npy', b'', 'flow files end in .png or .flo')])
def test_broken_files(name, data, message, tmp_path):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ValueError, match=f'^{re.escape(str(tmp_path / name))}: {message}'):
        read_flow(tmp_path / name)


def test_no_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=re.escape('00003.png')):
        read_flow(tmp_path / '00003.png')
