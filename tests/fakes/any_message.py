"""Messages of any kind with anything in their fields, as the types of these allow."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

_WHOLE_NUMBERS = st.sampled_from((0, 1, 2, 1_000)) | st.integers(-(2**63), 2**63 - 1)
_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: st.sampled_from(("", "a", "b", "t")) | st.text(max_size=20),  # some ids meet again
    int: _WHOLE_NUMBERS,
    float: st.floats(),
    bool: st.booleans(),
    bytes: st.binary(max_size=50),
    NoneType: st.none(),
}
_SEVERAL = 3


def any_message(union: Any) -> st.SearchStrategy[Any]:
    """One of the classes of ``union``, each as likely."""
    return st.sampled_from(get_args(union)).flatmap(_made)


def _made(kind: Any) -> st.SearchStrategy[Any]:
    """A value of this type."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind is Any or kind is object:
        return st.none() | _PLAIN[int] | _PLAIN[str]
    if (origin := get_origin(kind)) is not None:
        return _container(origin, get_args(kind))
    if issubclass(kind, Enum):
        return st.sampled_from(kind)
    hints = get_type_hints(kind)
    fields = dataclasses.fields(kind) if dataclasses.is_dataclass(kind) else ()
    names = [one.name for one in fields] or kind.__struct_fields__
    return st.builds(kind, **{name: _later(hints[name]) for name in names})


def _later(kind: Any) -> st.SearchStrategy[Any]:
    """Where a type holds itself, only as deep as is drawn."""
    return st.deferred(lambda: _made(kind))


def _container(origin: Any, held: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    if origin in (Union, UnionType):
        return st.one_of(*map(_made, held))
    if issubclass(origin, Mapping):
        return st.dictionaries(_made(held[0]), _made(held[1]), max_size=_SEVERAL)
    if origin is tuple and held[-1] is not ...:
        return st.tuples(*map(_made, held))
    return st.lists(_made(held[0]), max_size=_SEVERAL).map(origin)
