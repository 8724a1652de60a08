"""What hookline uses of typing, collections and the like, without importing them.

They take longer to import than all that a clean commit does. Type checkers see the
real ones; at run time NamedTuple is the small class below, and the rest are names.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from collections.abc import (
        Callable,
        Collection,
        Hashable,
        Iterable,
        Iterator,
        Mapping,
        Sequence,
    )
    from functools import cache, lru_cache
    from typing import Any, NamedTuple, Protocol, TextIO, cast
else:
    # os has imported it already; collections itself brings a dozen others.
    from _collections_abc import (
        Callable,
        Collection,
        Hashable,
        Iterable,
        Iterator,
        Mapping,
        Sequence,
    )

    try:
        from _collections import _tuplegetter as _getter
    except ImportError:  # another Python than CPython

        def _getter(index, doc):
            return property(lambda row: tuple.__getitem__(row, index), doc=doc)

    try:
        from _functools import _lru_cache_wrapper
    except ImportError:
        from functools import cache, lru_cache
    else:

        def lru_cache(maxsize):
            return lambda function: _lru_cache_wrapper(function, maxsize, False, tuple)

        cache = lru_cache(maxsize=None)

    try:
        # signal makes enums of it all; here numbers do.
        import _signal as signal
    except ImportError:
        import signal

    Any = Protocol = TextIO = object

    def cast(kind, value):
        return value

    class _Maker(type):
        """Makes a tuple with names of a class body, as typing.NamedTuple does."""

        def __new__(meta, name, bases, space):
            made = type.__new__(meta, name, bases, {**space, '__slots__': ()})
            if bases == (tuple,):
                return made
            made._fields = made.__match_args__ = fields = tuple(made.__annotations__)
            made._field_defaults = {x: space[x] for x in fields if x in space}
            for index, field in enumerate(fields):
                setattr(made, field, _getter(index, field))
            return made

    class NamedTuple(tuple, metaclass=_Maker):
        def __new__(cls, *values, **named):
            if named or len(values) != len(cls._fields):
                values = _filled(cls, values, named)
            return tuple.__new__(cls, values)

        @classmethod
        def _make(cls, values):
            return cls(*values)

        def _replace(self, **named):
            row = self._asdict()
            row.update(named)
            return type(self)(**row)

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __getnewargs__(self):
            return tuple(self)

        def __repr__(self):
            row = ', '.join(
                f'{name}={value!r}' for name, value in self._asdict().items()
            )
            return f'{type(self).__name__}({row})'

    def _filled(cls, values, named):
        """Return the values of all fields, given by place, by name or by default."""
        known = dict(zip(cls._fields, values, strict=False))
        wrong = [name for name in named if name in known or name not in cls._fields]
        rest = {**cls._field_defaults, **named}
        missing = [x for x in cls._fields if x not in known and x not in rest]
        if wrong or missing or len(values) > len(cls._fields):
            raise TypeError(
                f'{cls.__name__}: {len(values)} values for {len(cls._fields)} fields, '
                f'not given: {missing}, not to be given: {wrong}'
            )
        return [known[x] if x in known else rest[x] for x in cls._fields]


__all__ = (
    'TYPE_CHECKING',
    'Any',
    'Callable',
    'Collection',
    'Hashable',
    'Iterable',
    'Iterator',
    'Mapping',
    'NamedTuple',
    'Protocol',
    'Sequence',
    'TextIO',
    'cache',
    'cast',
    'lru_cache',
    'signal',
)
