import json
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import torch

from mmvist.engine.plain import as_json, as_plain


@pytest.mark.parametrize(('value', 'expected'), [
    (None, None), (True, True), (3, 3), (0.5, 0.5), ('text', 'text'), (b'bytes', b'bytes'),
    (np.float64(0.5), 0.5), (np.int32(3), 3), (np.bool_(True), True), (np.str_('text'), 'text'),
    (np.array([[1, 2]]), [[1, 2]]), (np.array(2.0), 2.0), (Path('a/b'), 'a/b'),
    ([np.int64(1), (np.float32(2),)], [1, (2.0,)]), ({np.int64(1), 2}, {1, 2}), (frozenset([1]), {1}),
    (OrderedDict(a=np.float64(1)), {'a': 1.0}), ({np.int64(7): {}}, {7: {}}), ([], [])])
def test_as_plain(value, expected):
    result = as_plain(value, 'meta')
    assert result == expected
    assert type(result) is type(expected)


def test_tensors_stay_the_same_object():
    tensor = torch.ones(2)
    assert as_plain({'a': [tensor]}, 'optimizer')['a'][0] is tensor


def test_what_cannot_be_plain_is_left_out():
    assert as_plain({'a': object(), 'b': 1}, 'meta') == {'a': None, 'b': 1}


def test_arguments_stay_as_they_were():
    value = {'a': [np.float64(1)]}
    as_plain(value, 'meta')
    assert type(value['a'][0]) is np.float64


def test_as_json():
    value = {'AP': np.float64(0.5), 'APl': np.nan, 'table': np.array([[1.0, -np.inf]]), 'n': 3}
    assert json.loads(as_json(value, 'scores')) == {'AP': 0.5, 'APl': None, 'table': [[1.0, None]], 'n': 3}
