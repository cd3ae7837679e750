"""The first import of Qt, without what PySide6 brings for people who write programs with it.

It compiles 75 kB of its own sources, which spell out the arguments of Qt's functions for messages
and help, whenever it is imported: 30 ms. Here each is compiled when something is first asked of it.

And it replaces Python's ``__import__`` by one that reads the source of each module imported after
it, and leaves it in memory, to learn whether that module may ask for other names of Qt's methods
(``from __feature__ import snake_case``). Nothing here does; it would cost a window 9 MiB and 50 ms.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_PUT_OFF = frozenset(  # not "mapping": shiboken looks into that by other ways than its names
    f"shibokensupport/signature/{name}.py"
    for name in [
        "errorhandler",
        "layout",
        "parser",
        "lib/enum_sig",
        "lib/pyi_generator",
        "lib/tool",
    ]
)
_STAND_IN = f"""
def __getattr__(name):
    from {__name__} import compile_now
    return compile_now(globals(), name)
"""
_sources: dict[str, bytes] = {}


@contextmanager
def plain_imports() -> Iterator[None]:
    """Around Qt's first import; what is imported after it is imported as Python does it."""
    compile_source = builtins.compile

    def put_off(source: Any, filename: Any, mode: str, *more: Any, **named: Any) -> Any:
        if len(more) < 2:
            named.setdefault("dont_inherit", True)  # of what this module has from __future__
        if filename in _PUT_OFF:
            _sources[filename] = source
            source = _STAND_IN
        return compile_source(source, filename, mode, *more, **named)

    builtins.compile = put_off
    try:
        yield
    finally:
        builtins.compile = compile_source
        builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)


def compile_now(module: dict[str, Any], name: str) -> object:
    """What a module holds under that name, once its own source took the place of the stand-in.

    Raises:
        AttributeError: It holds nothing of that name.
    """
    source = _sources.pop(module["__file__"], None)
    if source is not None:
        del module["__getattr__"]
        exec(compile(source, module["__file__"], "exec", dont_inherit=True), module)
    try:
        return module[name]
    except KeyError:
        raise AttributeError(f"module {module['__name__']!r} has no attribute {name!r}") from None
