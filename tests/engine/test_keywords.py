import functools

import pytest
import torch

from mmvist.engine.keywords import keywords


class Base:
    def __init__(self, depth, width=1):
        pass


class Relay(Base):
    def __init__(self, *args, height=2, **kwargs):
        super().__init__(*args, **kwargs)


class Twice(Relay):
    def __init__(self, colour, **kwargs):
        super(Twice, self).__init__(**kwargs)  # noqa: UP008 (older code says so)


class Peeks(Base):
    """May take more than its base: it looks into what it hands on."""

    def __init__(self, **kwargs):
        self.name = kwargs.pop('name', None)
        super().__init__(**kwargs)


class Keeps(Base):
    def __init__(self, depth, **kwargs):
        super().__init__(depth)
        self.rest = kwargs


class Renamed(Base):
    """Relays to something else than its base."""

    def __init__(self, **kwargs):
        super().__init__(1)
        self.inner = Base(**kwargs)


class Bare:
    pass


class Inherits(Relay):
    pass


class Made:
    def __new__(cls, *args, **kwargs):
        return object.__new__(cls)


def decorated(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        return function(*args, **kwargs)

    return inner


class Wrapped(Base):
    @decorated
    def __init__(self, length, **kwargs):
        super().__init__(**kwargs)


def function(first, *, second=2):
    pass


def open_function(first, **rest):
    pass


@pytest.mark.parametrize(('component', 'expected'), [
    (Base, ('depth', 'width')),
    (Relay, ('height', 'depth', 'width')),
    (Twice, ('colour', 'height', 'depth', 'width')),
    (Inherits, ('height', 'depth', 'width')),
    (Wrapped, ('length', 'depth', 'width')),
    (Bare, ()),
    (Peeks, None),
    (Keeps, None),
    (Renamed, None),
    (Made, None),
    (function, ('first', 'second')),
    (open_function, None),
    (dict, None)])
def test_keywords(component, expected):
    assert keywords(component) == expected


def test_a_module_takes_what_its_constructor_names():
    assert keywords(torch.nn.Linear) == ('in_features', 'out_features', 'bias', 'device', 'dtype')
