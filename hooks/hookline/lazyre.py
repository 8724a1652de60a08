"""Stands for re: compiles a pattern when it is first used, and keeps it between runs.

re takes as long to import as git to answer, and one pattern up to a few milliseconds to
compile. What it compiles them to is kept in the cache, and that of the built-in rules
comes with a built hookline, for this Python alone; with that a run whose patterns are
known never imports re. A kept pattern is only used if it was found equal to the one
that re had made.
"""

from __future__ import annotations

import marshal
import sys

from hookline.light import TYPE_CHECKING

if TYPE_CHECKING:
    from re import (
        ASCII,
        DOTALL,
        IGNORECASE,
        MULTILINE,
        Match,
        Pattern,
        compile,
        error,
        escape,
        findall,
        finditer,
        fullmatch,
        match,
        search,
        split,
        sub,
    )
    from typing import Any

    from hookline.light import Iterable

    Key = tuple[str | bytes, int]
else:
    IGNORECASE, MULTILINE, DOTALL, ASCII = 2, 8, 16, 256

    def __getattr__(name):
        import re

        return getattr(re, name)

    class _Lazy:
        """A pattern that is compiled when something of it is first asked for."""

        def __init__(self, source, flags):
            self._key = source, flags

        def __getattr__(self, name):
            # Kept as an attribute: the next time none of this runs.
            found = getattr(_compiled(*self._key), name)
            setattr(self, name, found)
            return found

    def compile(source, flags=0):
        key = source, int(flags)
        known = _lazy.get(key)
        if known is None:
            known = _lazy[key] = _Lazy(*key)
        return known

    def search(source, string, flags=0):
        return compile(source, flags).search(string)

    def match(source, string, flags=0):
        return compile(source, flags).match(string)

    def fullmatch(source, string, flags=0):
        return compile(source, flags).fullmatch(string)

    def finditer(source, string, flags=0):
        return compile(source, flags).finditer(string)

    def findall(source, string, flags=0):
        return compile(source, flags).findall(string)

    def split(source, string, maxsplit=0, flags=0):
        return compile(source, flags).split(string, maxsplit)

    def sub(source, repl, string, count=0, flags=0):
        return compile(source, flags).sub(repl, string, count)

    _lazy = {}

__all__ = (
    'ASCII',
    'DOTALL',
    'IGNORECASE',
    'MULTILINE',
    'Match',
    'Pattern',
    'compile',
    'error',
    'escape',
    'findall',
    'finditer',
    'fullmatch',
    'match',
    'search',
    'split',
    'sub',
)

# What a value that is not one of ours, or another Python, may raise.
_ODD = (
    *(ImportError, AttributeError, TypeError, ValueError, OverflowError, IndexError),
    *(EOFError, RuntimeError),
)
FILE = 'patterns'
# A commit reads the file whole, so it holds what was needed last.
MAX_KEPT = 300
_folder = ''
_kept: dict[Key, bytes] | None = None
_built: dict[Key, bytes] | None = None
_made: dict[Key, Pattern[Any]] = {}
_new: dict[Key, None] = {}


def use(folder: str) -> None:
    """Keep patterns in this folder of the cache; '' is none."""
    global _folder, _kept
    _folder, _kept = folder, None


def keep() -> None:
    """Write down what this run had to compile."""
    if not _folder or not _new:
        return
    from hookline import cache

    rows = dict(_known())
    for source, flags in tuple(_new):
        # What comes with hookline is kept as well: all of that is a lot to read.
        packed = _shipped().get((source, flags)) or _packed(source, flags)
        if packed:
            rows[source, flags] = packed
    _new.clear()
    newest = [*rows.items()][-MAX_KEPT:]
    cache.store(_folder, FILE, _signature(), dict(newest))


def prepare(directory: str, keys: Iterable[Key]) -> None:
    """Write down what re makes of patterns, for _shipped()."""
    import re

    from hookline import cache

    rows = {}
    for source, flags in dict.fromkeys(keys):
        _made[source, flags] = re.compile(source, flags)
        if packed := _packed(source, flags):
            rows[source, flags] = packed
    cache.store(directory, FILE, _signature(), rows)


def _compiled(source: str | bytes, flags: int) -> Pattern[Any]:
    key = source, flags
    known = _made.get(key)
    if known is None:
        packed = _known().get(key)
        known = _unpacked(source, packed) if packed else None
        if known is None:
            packed = _shipped().get(key)
            known = _unpacked(source, packed) if packed else None
            _new[key] = None
        if known is None:
            import re

            known = re.compile(source, flags)
        _made[key] = known
    return known


def _shipped() -> dict[Key, bytes]:
    """Return what was prepared when hookline was built."""
    global _built
    if _built is None:
        from hookline import cache, databases

        found = cache.load(databases.PREPARED, FILE, _signature())
        _built = found if isinstance(found, dict) else {}
    return _built


def _known() -> dict[Key, bytes]:
    global _kept
    if _kept is None:
        from hookline import cache

        found = cache.load(_folder, FILE, _signature())
        _kept = found if isinstance(found, dict) else {}
    return _kept


def _signature() -> bytes:
    return f'{sys.version} {sys.byteorder}'.encode()


def _packed(source: str | bytes, flags: int) -> bytes:
    """Return what _unpacked() makes this pattern of, or b'' where that is not sure."""
    try:
        parser, compiler = _internals()
        code = compiler._code(parser.parse(source, flags), flags)
        pattern = _made[source, flags]
        packed = marshal.dumps(
            (
                *(
                    pattern.flags,
                    b''.join(int(x).to_bytes(4, sys.byteorder) for x in code),
                ),
                *(pattern.groups, dict(pattern.groupindex)),
            )
        )
    except _ODD:
        return b''
    # Equal patterns have the same code, not only the same text.
    return packed if _unpacked(source, packed) == pattern else b''


def _internals() -> tuple[Any, Any]:
    import importlib

    try:
        return (
            importlib.import_module('re._parser'),
            importlib.import_module('re._compiler'),
        )
    except ImportError:  # Python 3.10
        return (
            importlib.import_module('sre_parse'),
            importlib.import_module('sre_compile'),
        )


def _unpacked(source: str | bytes, packed: bytes) -> Pattern[Any] | None:
    """Return the pattern as re.compile() would end, or None; _sre checks the code."""
    try:
        import _sre

        flags, code, groups, names = marshal.loads(packed)
        by_number: list[str | None] = [None] * (groups + 1)
        for name, number in names.items():
            by_number[number] = name
        words = memoryview(code).cast('I').tolist()
        made: Pattern[Any] = _sre.compile(
            source, flags, words, groups, names, tuple(by_number)
        )
    except _ODD:
        return None
    return made
