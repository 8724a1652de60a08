"""Turns a regex over text into a hyperscan expression that misses none of its lines.

Runs when rules are compiled, never at commit time. The expression works on bytes and on
a whole file; it may match more than the regex does, never less: zero-width conditions
are dropped, a back reference repeats what its group may hold, a character that may be
outside ASCII is up to four bytes, and an open end is cut: one match is one event.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

# The regex parser has no public name; sre_parse warns since 3.11.
_parser: Any = importlib.import_module(
    're._parser' if sys.version_info >= (3, 11) else 'sre_parse'
)
_UNBOUNDED = int(_parser.MAXREPEAT)
_BYTES_OF_A_CHARACTER = 4
# re.IGNORECASE makes these letters match the Kelvin sign, the long s and Turkish i's.
_FOLDED = {'i': '\u0130\u0131', 'k': '\u212a', 's': '\u017f'}
_LINE_ENDS = frozenset(b'\r\n')
_WIDE = frozenset(range(128, 256))
_QUOTES = frozenset(b'\'"`')


class Character(NamedTuple):
    """One character of a set."""

    ascii: frozenset[int]
    wide: bool  # may be outside ASCII
    folded: str = ''  # letters outside ASCII that it may be as well
    byte: bool = False  # its first byte will do


class Repeat(NamedTuple):
    """The same parts, low to high times."""

    low: int
    high: int
    parts: tuple[Any, ...]


class Choice(NamedTuple):
    """One of several sequences of parts."""

    ways: tuple[tuple[Any, ...], ...]


Parts = tuple[Any, ...]


def one_of(characters: str) -> bytes:
    """Return a set of ASCII characters as hyperscan reads it."""
    return _set(frozenset(characters.encode('ascii')))


def expression(regex: str, flags: int, *, quoted: bool = True) -> bytes:
    """Return an expression that ends within every line that `regex` matches.

    With `quoted` false, quotes that the regex asks for may be absent.
    """
    tree = _parser.parse(regex, flags)
    groups: dict[int, Parts] = {}
    parts = _parts(tree, tree.state.flags, groups)
    if not quoted:
        parts = _unquoted(parts)
    parts = _without_open_start(_without_open_end(parts))
    if not parts:
        raise ValueError('matches the empty text')
    return _render(parts)


def _parts(items: Iterable[Any], flags: int, groups: dict[int, Parts]) -> Parts:
    parts: list[Any] = []
    for op, value in items:
        name = str(op)
        if name in ('AT', 'ASSERT', 'ASSERT_NOT'):
            continue
        if name in ('LITERAL', 'NOT_LITERAL', 'ANY', 'IN'):
            parts.append(_character(name, value, flags))
        elif name == 'BRANCH':
            ways = tuple(_parts(way, flags, groups) for way in value[1])
            parts.append(Choice(ways))
        elif name == 'SUBPATTERN':
            group, added, removed, inner = value
            if added or removed:
                raise ValueError('flags inside of a group')
            found = _parts(inner, flags, groups)
            if group:
                groups[group] = found
            parts.extend(found)
        elif name in ('MAX_REPEAT', 'MIN_REPEAT', 'POSSESSIVE_REPEAT'):
            low, high, inner = value
            parts.append(Repeat(low, int(high), _parts(inner, flags, groups)))
        elif name == 'ATOMIC_GROUP':
            parts.extend(_parts(value, flags, groups))
        elif name == 'GROUPREF':
            parts.extend(groups[value])
        else:
            raise ValueError(f'{name.lower()} is not understood')
    return tuple(parts)


def _character(name: str, value: Any, flags: int) -> Character:
    if name == 'ANY':
        return Character(frozenset(range(128)) - _LINE_ENDS, True)
    items = value if name == 'IN' else [(_parser.LITERAL, value)]
    negated = name == 'NOT_LITERAL'
    members: set[int] = set()
    wide = False
    for op, argument in items:
        kind = str(op)
        if kind == 'NEGATE':
            negated = True
        elif kind == 'LITERAL':
            members.add(argument)
        elif kind == 'RANGE':
            members.update(range(argument[0], min(argument[1], 127) + 1))
            wide = wide or argument[1] > 127
        elif kind == 'CATEGORY':
            members.update(_category(str(argument)))
            wide = True
        else:
            raise ValueError(f'{kind.lower()} in a set is not understood')
    folded = ''
    if flags & re.IGNORECASE:
        letters = {chr(one) for one in members}
        for letter, others in _FOLDED.items():
            if letter in letters or letter.upper() in letters:
                folded += others
        members |= {ord(one.lower()) for one in letters if one.isascii()}
        members |= {ord(one.upper()) for one in letters if one.isascii()}
    wide = wide or any(one > 127 for one in members)
    narrow = frozenset(one for one in members if one < 128)
    if negated:
        return Character(frozenset(range(128)) - narrow - _LINE_ENDS, True)
    return Character(narrow - _LINE_ENDS, wide, folded)


def _category(name: str) -> frozenset[int]:
    shorthand = {'DIGIT': r'\d', 'SPACE': r'\s', 'WORD': r'\w'}[name.rpartition('_')[2]]
    pattern = re.compile(shorthand)
    found = frozenset(one for one in range(128) if pattern.match(chr(one)))
    return frozenset(range(128)) - found if '_NOT_' in name else found


def _unquoted(parts: Parts) -> Parts:
    """Make every quote optional."""
    found: list[Any] = []
    for part in parts:
        if not _width((part,)):
            found.append(part)
        elif isinstance(part, Character):
            quote = not part.wide and part.ascii and part.ascii <= _QUOTES
            found.append(Repeat(0, 1, (part,)) if quote else part)
        elif isinstance(part, Repeat):
            found.append(part._replace(parts=_unquoted(part.parts)))
        else:
            found.append(Choice(tuple(_unquoted(way) for way in part.ways)))
    return tuple(found)


def _width(parts: Parts) -> int:
    """Return the fewest characters that the parts match."""
    total = 0
    for part in parts:
        if isinstance(part, Character):
            total += 1
        elif isinstance(part, Repeat):
            total += part.low * _width(part.parts)
        else:
            total += min(_width(way) for way in part.ways)
    return total


def _without_open_end(parts: Parts) -> Parts:
    """Cut what may follow: a match of the rest ends where the cut one does or later."""
    rest = list(parts)
    while rest:
        last = rest.pop()
        if not _width((last,)):
            continue
        if isinstance(last, Repeat):
            if last.low == 1:
                rest.extend(last.parts)
                continue
            end = last._replace(parts=_first_bytes(last.parts), high=last.low)
            return (*rest, end)
        if isinstance(last, Choice):
            ways = tuple(_without_open_end(way) for way in last.ways)
            return (*rest, Choice(ways))
        # X*Y would end at every character of X: its first character will do.
        before = rest[-1] if rest else None
        if (
            isinstance(before, Repeat)
            and before.high == _UNBOUNDED
            and len(before.parts) == 1
            and isinstance(before.parts[0], Character)
            and before.parts[0].ascii >= last.ascii
        ):
            rest.pop()
            first = before.parts[0]
            last = first if before.low else _either(first, last)
        return (*rest, *_first_bytes((last,)))
    return ()


def _first_bytes(parts: Parts) -> Parts:
    """Let one character be one byte: n of them have n bytes at the least."""
    if len(parts) == 1 and isinstance(parts[0], Character):
        return (parts[0]._replace(byte=True),)
    return parts


def _either(one: Character, other: Character) -> Character:
    return Character(
        one.ascii | other.ascii, one.wide or other.wide, one.folded + other.folded
    )


def _without_open_start(parts: Parts) -> Parts:
    for number, part in enumerate(parts):
        if _width((part,)):
            return parts[number:]
    return ()


def _render(parts: Sequence[Any]) -> bytes:
    return b''.join(_rendered(part) for part in parts)


def _rendered(part: Any) -> bytes:
    if isinstance(part, Character):
        if part.byte and (part.wide or part.folded):
            return _set(part.ascii | _WIDE)
        if not part.wide:
            return _either_of(_set(part.ascii), part.folded)
        wide = b'[\\x80-\\xff]{1,%d}' % _BYTES_OF_A_CHARACTER
        return b'(?:%s|%s)' % (_set(part.ascii), wide) if part.ascii else wide
    if isinstance(part, Choice):
        return b'(?:%s)' % b'|'.join(_render(way) for way in part.ways)
    inner = part.parts
    high = part.high
    single = inner[0] if len(inner) == 1 else None
    if isinstance(single, Character) and (single.wide or single.folded):
        # Any byte of a wide character counts, so only the upper limit moves.
        body = _set(single.ascii | _WIDE)
        if high != _UNBOUNDED and not single.byte:
            # From zero on, a limit costs hyperscan more than the hits that it spares.
            high = high * _BYTES_OF_A_CHARACTER if part.low else _UNBOUNDED
    else:
        body = b'(?:%s)' % _render(inner)
    if high == _UNBOUNDED:
        return b'%s{%d,}' % (body, part.low)
    return b'%s{%d,%d}' % (body, part.low, high)


def _either_of(narrow: bytes, letters: str) -> bytes:
    others = [_literal(letter.encode()) for letter in letters]
    return b'(?:%s)' % b'|'.join([narrow, *others]) if others else narrow


def _literal(text: bytes) -> bytes:
    return b''.join(b'\\x%02x' % byte for byte in text)


def _set(members: frozenset[int]) -> bytes:
    ordered = sorted(members)
    if not ordered:
        raise ValueError('a set that nothing is in')
    if len(ordered) == 1:
        return b'\\x%02x' % ordered[0]
    ranges: list[tuple[int, int]] = []
    for one in ordered:
        if ranges and ranges[-1][1] == one - 1:
            ranges[-1] = (ranges[-1][0], one)
        else:
            ranges.append((one, one))
    body = b''.join(
        b'\\x%02x' % low if low == high else b'\\x%02x-\\x%02x' % (low, high)
        for low, high in ranges
    )
    return b'[%s]' % body
