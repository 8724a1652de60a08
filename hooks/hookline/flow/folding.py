"""What operations on constants give, so that branches on them can be decided."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Sequence
from typing import Any

from hookline.flow import values as v
from hookline.flow.languages import Language
from hookline.flow.run import Given
from hookline.flow.values import State, Value

_LONGEST = 200
LARGEST = (1 << 31) - 1
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    '-': operator.sub,
    '/': operator.truediv,
    '//': operator.floordiv,
    '%': operator.mod,
    '&': operator.and_,
    '|': operator.or_,
    '^': operator.xor,
    '<<': operator.lshift,
    '>>': operator.rshift,
}
_COMPARED: dict[str, Callable[[Any, Any], Any]] = {
    '==': operator.eq,
    '!=': operator.ne,
    '<': operator.lt,
    '<=': operator.le,
    '>': operator.gt,
    '>=': operator.ge,
    'in': lambda a, b: a in b,
    'not in': lambda a, b: a not in b,
    'is': lambda a, b: a is b or (type(a) is type(b) and a == b),
    'is not': lambda a, b: not (a is b or (type(a) is type(b) and a == b)),
}


def folded(
    name: str, left: Value, right: Value, language: Language
) -> frozenset[Any] | None:
    """Return what an operation on constants gives, None where it is not known."""
    if left.constants is None or right.constants is None or left.marks or right.marks:
        return None
    if left.places or right.places or left.symbol or right.symbol:
        return None
    found = set()
    for one in left.constants:
        for other in right.constants:
            try:
                found.add(_operated(name, one, other, language))
            except Exception:
                return None
    return frozenset(found) if len(found) <= v.CONSTANTS else None


def _operated(name: str, one: Any, other: Any, language: Language) -> Any:
    if language.prototypes and not (name == '+' and isinstance(one, str)):
        return _number(name, one, other, language)
    if language.characters and (
        isinstance(one, (v.Character, int)) and isinstance(other, (v.Character, int))
    ):
        # What is put together of characters alone is a number.
        one, other = v.number_of(one), v.number_of(other)
    if name == '+':
        result = language.add(one, other)
    elif name == '*':
        numbers = isinstance(one, int) and isinstance(other, int)
        if numbers or abs(int(other if isinstance(other, int) else one)) <= _LONGEST:
            result = one * other
        else:
            raise ValueError
    elif name == '**':
        if abs(one) > 1000 or abs(other) > 16:
            raise ValueError
        result = one**other
    elif name == '%' and isinstance(one, (str, bytes)):
        if len(one) > _LONGEST or re.search(r'\d{3}', str(one)):
            raise ValueError
        result = one % other
    elif name in ('<<', '>>') and not 0 <= other <= (31 if language.wraps else 64):
        raise ValueError
    elif name in ('/', '%') and language.divides_integers and isinstance(one, int):
        if not isinstance(other, int):
            raise ValueError
        result = abs(one) // abs(other)
        result = result if (one < 0) == (other < 0) else -result
        if name == '%':
            result = one - result * other
    else:
        result = _OPERATORS[name](one, other)
    if isinstance(result, (str, bytes)) and len(result) > v.LONGEST:
        raise ValueError
    if isinstance(result, int) and abs(result) > (
        LARGEST if language.wraps else 1 << 128
    ):
        raise ValueError  # or it goes round, which depends on its type
    return result


def _number(name: str, one: Any, other: Any, language: Language) -> Any:
    """Return what JavaScript makes of two numbers; raises where it is not plain."""
    if name == '+' and isinstance(other, str):
        return language.add(one, other)
    if not all(type(side) in (int, float) for side in (one, other)):
        raise ValueError
    if name == '+':
        result = one + other
    elif name == '%':
        result = math.fmod(one, other)
    elif name in ('-', '*', '/'):
        result = one * other if name == '*' else _OPERATORS[name](one, other)
    elif name in ('&', '|', '^', '<<', '>>') and 0 <= one < 1 << 20 > other >= 0:
        result = _OPERATORS[name](one, min(other, 10) if '<' in name else other)
        if '<' in name and other > 10:
            raise ValueError
    else:
        raise ValueError
    if abs(result) > 1 << 52:
        raise ValueError
    return int(result) if float(result).is_integer() else result


def folded_unary(name: str, value: Value) -> frozenset[Any] | None:
    if value.constants is None or value.marks:
        return None
    try:
        if name == '-':
            return frozenset(-one for one in value.constants)
        if name == '+':
            return frozenset(+one for one in value.constants)
        if name == '~':
            return frozenset(~one for one in value.constants)
    except TypeError:
        return None
    return None


def compared(
    name: str, left: Value, right: Value, state: State, language: Language
) -> frozenset[Any] | None:
    """Return the outcomes that a comparison may have, None for any."""
    if left.marks or left.constants is None or left.places or left.symbol:
        return None
    if name in ('in', 'not in') and len(right.places) == 1 and not right.marks:
        one = state.heap.get(next(iter(right.places)))
        if one is None or one.rest is not None:
            return None
        if language.prototypes and (one.kind != 'dict' or left.constants & _INHERITED):
            return None
        if one.kind == 'dict':
            absent = not left.constants & one.slots.keys()
            # A key may be there on one way and not on another.
            if absent:
                return frozenset((name == 'not in',))
            return None
        if one.length is None:
            return None
        items = [one.slots.get(number) for number in range(one.length)]
        if any(item is None or item.marks or item.constants is None for item in items):
            return None
        certain = {
            next(iter(item.constants))
            for item in items
            if item and item.constants and len(item.constants) == 1
        }
        possible = {c for item in items if item for c in item.constants or ()}
        if left.constants <= certain:
            return frozenset((name == 'in',))
        if not left.constants & possible:
            return frozenset((name == 'not in',))
        return None
    if right.marks or right.constants is None or right.places or right.symbol:
        return None
    if len(left.constants) * len(right.constants) > v.CONSTANTS:
        return None
    found = set()
    for one in left.constants:
        for other in right.constants:
            same = type(one) is str and type(other) is str and one == other
            if same and language.compares_objects and name in ('==', '!='):
                return None  # two texts that are alike may be two objects
            if language.loose_equality and _depends(name, one, other):
                return None
            try:
                found.add(bool(_COMPARED[name](*_alike(one, other))))
            except (TypeError, KeyError):
                return None
    return frozenset(found)


def _alike(one: Any, other: Any) -> tuple[Any, Any]:
    """Return a character as a number where it is compared with one."""
    if isinstance(one, v.Character) and isinstance(other, int):
        return v.number_of(one), other
    if isinstance(other, v.Character) and isinstance(one, int):
        return one, v.number_of(other)
    return one, other


# Every object has them.
_INHERITED = frozenset(
    (
        *('constructor', '__proto__', 'toString', 'valueOf', 'hasOwnProperty'),
        *('isPrototypeOf', 'propertyIsEnumerable', 'toLocaleString'),
    )
)


def _depends(name: str, one: Any, other: Any) -> bool:
    """Say whether a comparison depends on more than is known of its two sides.

    Nothing tells null from undefined here.
    """
    if name in ('is', 'is not'):
        return one is None and other is None
    if name in ('==', '!='):
        return type(one) is not type(other) and one is not None and other is not None
    return one is None or other is None


def concatenated(values: Sequence[Value]) -> frozenset[Any] | None:
    """Return the text of an f-string of single constants."""
    parts = []
    for value in values:
        if value.constants is None or len(value.constants) != 1 or value.places:
            return None
        only = next(iter(value.constants))
        if not isinstance(only, (str, int)) or isinstance(only, bool):
            return None
        parts.append(str(only))
    text = ''.join(parts)
    return frozenset((text,)) if len(text) <= v.LONGEST else None


def cast(name: str, value: Value) -> frozenset[Any] | None:
    if value.constants is None or value.marks:
        return None
    try:
        if name in ('int', 'long', 'short', 'byte'):
            return frozenset(int(one) for one in value.constants)
    except (TypeError, ValueError):
        return None
    return None


_TEXT: dict[str, Callable[..., Any]] = {
    'upper': str.upper,
    'toUpperCase': str.upper,
    'lower': str.lower,
    'toLowerCase': str.lower,
    'strip': str.strip,
    'trim': str.strip,
    'replace': str.replace,
    'startswith': str.startswith,
    'startsWith': str.startswith,
    'endswith': str.endswith,
    'endsWith': str.endswith,
    'charAt': lambda text, index: v.Character(text[index]) if index >= 0 else 1 / 0,
    'length': len,
    'substring': lambda text, low, high=None: text[low:high],
    'equals': lambda one, other: one == other,
    'equalsIgnoreCase': lambda one, other: one.lower() == other.lower(),
    'contains': lambda one, other: other in one,
    'includes': lambda one, other: other in one,
    'indexOf': str.find,
    'find': str.find,
    'isEmpty': lambda one: one == '',
    'concat': lambda one, other: one + other,
    'toString': lambda one: one,
    'isdigit': str.isdigit,
    'isalpha': str.isalpha,
    'isalnum': str.isalnum,
    'capitalize': str.capitalize,
    'title': str.title,
}


# What JavaScript's do otherwise is not told.
_SCRIPT: dict[str, Callable[..., Any]] = {
    **{
        name: _TEXT[name]
        for name in (
            *('toUpperCase', 'toLowerCase', 'trim', 'startsWith', 'endsWith'),
            *('includes', 'indexOf', 'toString', 'charAt'),
        )
    },
    'concat': lambda one, other: one + other,
    'substring': lambda text, low, high=10_000: text[_index(low) : _index(high)],
    'replaceAll': lambda text, old, new: text.replace(old, _plain(new)),
    'replace': lambda text, old, new: text.replace(old, _plain(new), 1),
}


def _index(number: int) -> int:
    return number if number >= 0 else int('')


def _plain(text: str) -> str:
    return text if '$' not in text else str(int(''))


def fold_method(
    language: Language, receiver: Value, name: str, arguments: Sequence[Given]
) -> Value | None:
    """Return what a method of a constant text gives; None where that is not known."""
    known = _SCRIPT.get(name) if language.prototypes else _TEXT.get(name)
    if known is None or receiver.constants is None or receiver.marks:
        return None
    if receiver.places or any(given.name or given.splat for given in arguments):
        return None
    try:
        rest = [given.value.only for given in arguments]
        if any(g.value.marks or g.value.places for g in arguments):
            return None
        found = set()
        for one in receiver.constants:
            if not isinstance(one, str):
                return None
            found.add(known(one, *rest))
    except Exception:
        return None
    if any(isinstance(one, str) and len(one) > v.LONGEST for one in found):
        return None
    return Value(constants=frozenset(found))


_CALLS: dict[str, Callable[..., Any]] = {
    'len': len,
    'str': lambda one: str(one) if isinstance(one, (str, int)) else 1 / 0,
    'int': int,
    'bool': bool,
    'abs': abs,
    'ord': ord,
    'chr': chr,
    'min': min,
    'max': max,
    'String.valueOf': lambda one: one if isinstance(one, str) else 1 / 0,
    'Integer.parseInt': int,
    'Integer.valueOf': int,
    'Math.max': max,
    'Math.min': min,
    'Math.abs': abs,
}


def fold_call(
    language: Language, symbol: str, arguments: Sequence[Given]
) -> Value | None:
    known = _CALLS.get(symbol)
    if known is None or not arguments:
        return None
    values = []
    for given in arguments:
        value = given.value
        if given.name or given.splat or value.marks or value.places or value.symbol:
            return None
        try:
            values.append(value.only)
        except LookupError:
            return None
    if any(not isinstance(one, (str, int)) for one in values):
        return None
    try:
        return v.constant(known(*values))
    except Exception:
        return None
