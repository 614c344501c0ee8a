import re

import cv2
import numpy as np
import pytest

from mmvist.io.depth_image import encode_depth, read_depth
from mmvist.io.label_png import encode_png


def test_codes_follow_kitti():
    assert encode_depth(np.array([[1.0, 255.99, 256.0, np.inf]], np.float32)).tolist() == [[256, 65533, 0, 0]]


def test_what_is_written_reads_back(tmp_path):
    depth = np.random.default_rng(0).uniform(1, 255, (5, 7)).astype(np.float32)
    depth[1, 2], depth[3, 4] = np.inf, 0
    cv2.imwrite(str(tmp_path / 'depth.png'), encode_depth(depth))
    read = read_depth(tmp_path / 'depth.png')
    assert (read.dtype, read.shape) == (np.float32, (5, 7))
    depth[1, 2] = 0
    assert np.abs(read - depth).max() <= 1 / 512 + 1e-5
    assert read[1, 2] == read[3, 4] == 0


@pytest.mark.parametrize(('data', 'message'), [
    (b'', r'not an image, or cut short \(0 bytes\)'),
    (b'depth', 'not an image, or cut short'),
    (encode_png(np.full((9, 9), 300, np.uint16))[:40], 'not an image, or cut short'),
    (encode_png(np.zeros((3, 5), np.uint8)), r'must be a grey image of 16 bits, got \(3, 5\) uint8'),
    (cv2.imencode('.png', np.zeros((3, 5, 3), np.uint16))[1].tobytes(), r'must be .*, got \(3, 5, 3\) uint16'),
])
def test_broken_files(data, message, tmp_path):
    path = tmp_path / '00003.png'
    path.write_bytes(data)
    with pytest.raises(ValueError, match=f'^{re.escape(str(path))}: {message}'):
        read_depth(path)


def test_no_file(tmp_path):
    with pytest.raises(FileNotFoundError, match='00003.png'):
        read_depth(tmp_path / '00003.png')
