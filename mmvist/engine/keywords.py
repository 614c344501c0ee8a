"""Which keywords a constructor takes."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from types import FunctionType


def keywords(component: Callable) -> tuple[str, ...] | None:
    """Names of the keywords that a class or a function takes, in order.

    A constructor that hands its `**kwargs` on to its base class and does nothing else with them takes the base's too.

    Returns:
        The names, or `None` when any keyword may be taken.
    """
    if not inspect.isclass(component):
        names, rest = _named(component)
        return names if rest is None else None
    if component.__new__ is not object.__new__:
        return None
    found: dict[str, None] = {}
    for base in component.__mro__[:-1]:
        constructor = vars(base).get('__init__')
        if constructor is None:
            continue
        names, rest = _named(constructor)
        found.update(dict.fromkeys(names[1:]))
        if rest is None:
            break
        if not _relays(constructor, rest):
            return None
    return tuple(found)


def _named(function: Callable) -> tuple[tuple[str, ...], str | None]:
    """Names of the parameters that can be given by name, and the name of the `**` parameter."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        # Written in C without a signature.
        return (), 'unknown'
    names = tuple(parameter.name for parameter in parameters
                  if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY))
    return names, next((parameter.name for parameter in parameters if parameter.kind is parameter.VAR_KEYWORD), None)


def _relays(constructor: Callable, rest: str) -> bool:
    """Whether the `**` parameter is used in calls of `super().__init__` only."""
    function = inspect.unwrap(constructor)
    if not isinstance(function, FunctionType):
        return False
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, SyntaxError):
        return False
    used = sum(isinstance(node, ast.Name) and node.id == rest for node in ast.walk(tree))
    relayed = sum(isinstance(keyword.value, ast.Name) and keyword.value.id == rest
                  for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_super_init(node.func)
                  for keyword in node.keywords if keyword.arg is None)
    return used == relayed > 0


def _is_super_init(called: ast.expr) -> bool:
    return (isinstance(called, ast.Attribute) and called.attr == '__init__' and isinstance(called.value, ast.Call)
            and ast.unparse(called.value.func) == 'super')
