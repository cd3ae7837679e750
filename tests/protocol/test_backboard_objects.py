"""Every object of the API survives the wire, whatever it holds and whatever a server adds."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import types
import typing
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.protocol import backboard
from desktop_app.protocol.backboard.wire import WireObject

SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text()
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)
OBJECTS = st.dictionaries(st.text(), JSON, max_size=2)


def kinds() -> list[type[WireObject]]:
    found: dict[str, type[WireObject]] = {}
    for module in pkgutil.iter_modules(backboard.__path__):
        loaded = importlib.import_module(f"{backboard.__name__}.{module.name}")
        for name, kind in inspect.getmembers(loaded, inspect.isclass):
            if issubclass(kind, WireObject) and kind is not WireObject:
                found[name] = kind
    return [found[name] for name in sorted(found)]


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """What a field with this annotation may hold."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return st.one_of([values_of(one) for one in arguments])
    if origin is list:
        return st.lists(values_of(arguments[0]), max_size=2)
    if origin is typing.Literal:
        return st.sampled_from(arguments)
    if origin is dict:
        return st.dictionaries(st.text(), values_of(arguments[1]), max_size=2)
    if hint is dict:
        return OBJECTS
    if inspect.isclass(hint) and issubclass(hint, WireObject):
        return objects_of(hint)
    return {
        Any: JSON,
        type(None): st.none(),
        str: st.text(),
        bool: st.booleans(),
        int: st.integers(-(2**53), 2**53),
        float: st.floats(allow_nan=False, allow_infinity=False, width=32),
    }[hint]


def objects_of(kind: type[WireObject]) -> st.SearchStrategy[WireObject]:
    hints = typing.get_type_hints(kind)
    fields = {field.name: values_of(hints[field.name]) for field in msgspec.structs.fields(kind)}
    return st.builds(kind, **fields)


def test_the_objects_are_found():
    assert {"Assistant", "MessageRequest", "StreamEvent", "RealtimeConfig"} <= {
        kind.__name__ for kind in kinds()
    }


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
@settings(max_examples=10)
@given(data=st.data())
def test_an_object_comes_back_as_it_was_and_unknown_fields_are_skipped(
    kind: type[WireObject], data: st.DataObject
):
    sent = data.draw(objects_of(kind))
    wire = msgspec.json.encode(sent)
    assert msgspec.json.decode(wire, type=kind) == sent
    more = data.draw(st.dictionaries(st.text(min_size=1).map("x_".__add__), JSON, max_size=2))
    richer = msgspec.json.encode({**msgspec.json.decode(wire), **more})
    assert msgspec.json.decode(richer, type=kind, strict=False) == sent
