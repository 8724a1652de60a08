"""What a regex must find, as hyperscan takes it, and whether it can be slow.

Both read the tree that Python's own parser makes of a regex over bytes. Used when rules
are compiled, never at commit time.
"""

from __future__ import annotations

import importlib
import re
import warnings
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

with warnings.catch_warnings():
    # Its name without the warning, re._parser, came with 3.11; 3.10 is supported.
    warnings.simplefilter('ignore', DeprecationWarning)
    # By name: their bytes side is not in the type stubs, nor are their insides.
    C: Any = importlib.import_module('sre_constants')
    sre_parse: Any = importlib.import_module('sre_parse')

# A repeat that may be this long or longer counts as endless.
ENDLESS = 65
# Enough of a fixed tail to be selective.
TAIL = 8

DIGIT = frozenset(b'0123456789')
WORD = frozenset(b'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_')
SPACE = frozenset(b' \t\n\r\f\v')
ALL = frozenset(range(256))
REPEATS = tuple(
    getattr(C, name)
    for name in ('MAX_REPEAT', 'MIN_REPEAT', 'POSSESSIVE_REPEAT')
    if hasattr(C, name)
)
ATOMIC = getattr(C, 'ATOMIC_GROUP', None)


class Bytes(NamedTuple):
    """One byte out of a set."""

    of: frozenset[int]


class Edge(NamedTuple):
    """One of \\b, \\B and ^, or '' for a lookbehind."""

    text: str


class Repeat(NamedTuple):
    low: int
    high: int | None
    body: tuple[Any, ...]


class Either(NamedTuple):
    branches: tuple[tuple[Any, ...], ...]


class Stop(NamedTuple):
    """What follows depends on what was matched before, and is not known here."""


# So many words are looked for in place of one expression.
WORDS = 64
# Shorter than this is a run in many lines.
LONG = 8


def prefilter(regex: bytes) -> bytes:
    """Return a regex that hyperscan finds wherever this one matches, and more.

    Its ends lie within the match, or at it. Optional heads and tails and lookarounds
    are left out, and an open end becomes the shortest, for each end is a callback.
    """
    nodes = _trimmed(_tree(regex))
    while nodes and nodes[0] == Edge(''):
        nodes = nodes[1:]
    while nodes and isinstance(nodes[0], Repeat) and nodes[0].low == 0:
        nodes = nodes[1:]
    if nodes and isinstance(nodes[0], Repeat) and nodes[0].high != nodes[0].low:
        first = nodes[0]
        if len(nodes) > 1 and not isinstance(nodes[1], Edge):
            nodes = (first._replace(high=first.low), *nodes[1:])
    if not any(_least(node) for node in nodes):
        return b''
    return ''.join(_text(node) for node in nodes).encode('ascii')


def slow(regex: bytes) -> str:
    """Say why a regex may take more than linear time, '' when it does not."""
    return _slow(_tree(regex), top=True)


def shape(regex: bytes) -> int:
    """Return how long a word the secret itself must hold, as sk_live_ or glpat-.

    The longer, the surer a rule knows its own: of two that match, its name is right.
    """
    return min((_literal(one) for one in _secrets(regex)), default=0)


def run(regex: bytes) -> tuple[bytes, int]:
    """Return what every secret of this one is made of, and how long it is at least.

    A long regex with many names takes milliseconds to compile; where no run of
    characters is long enough to be the secret, it need not be. 0 when that says little.
    """
    secrets = _secrets(regex)
    least = min((sum(_least(node) for node in one) for one in secrets), default=0)
    of = frozenset[int]().union(*(_union(one) for one in secrets))
    return (bytes(sorted(of)), least) if least >= LONG and len(of) < 100 else (b'', 0)


def width(regex: bytes) -> int:
    """Return how many bytes a match has at most; without end, very many."""
    return min(int(sre_parse.parse(regex).getwidth()[1]), 1 << 30)


def word(regex: bytes) -> bytes:
    """Return a word, in small letters, that every match holds in some case, or b''."""
    longest, row = b'', b''
    for node in _tree(regex):
        letters = {bytes((one,)).lower() for one in node.of} if _is_one(node) else set()
        row = row + letters.pop() if len(letters) == 1 else b''
        longest = max(longest, row, key=len)
    return longest


def needed(regex: bytes) -> tuple[bytes, ...]:
    """Return words, in small letters, one of which every match holds in some case.

    Of two letters at the least; none when there are no such words.
    """
    return _needed(_tree(regex))


def _needed(nodes: Sequence[Any]) -> tuple[bytes, ...]:
    best: tuple[bytes, ...] = ()
    row = {b''}
    for node in (*nodes, Stop()):
        if isinstance(node, Edge):
            continue
        ways = _spelled((node,))
        if ways and len(ways) * len(row) <= WORDS:
            row = {before + way for before in row for way in ways}
            continue
        best = max(best, tuple(sorted(row)), key=_shortest)
        row = {b''}
        if isinstance(node, Either):
            branches = [_needed(branch) for branch in node.branches]
            if all(branches):
                best = max(best, tuple(sorted({*chain(*branches)})), key=_shortest)
        elif isinstance(node, Repeat) and node.low:
            best = max(best, _needed(node.body), key=_shortest)
    return best if _shortest(best) > 1 else ()


def _shortest(words: Sequence[bytes]) -> int:
    return min(map(len, words), default=0)


def _spelled(nodes: Sequence[Any]) -> set[bytes]:
    """Return all that the nodes match, in small letters; nothing if that is much."""
    found = {b''}
    for node in nodes:
        ways: set[bytes] = set()
        if isinstance(node, Bytes):
            ways = {bytes((one,)).lower() for one in node.of}
        elif isinstance(node, Either):
            branches = [_spelled(branch) for branch in node.branches]
            ways = set().union(*branches) if all(branches) else set()
        elif not isinstance(node, Edge):
            return set()
        else:
            ways = {b''}
        found = {before + way for before in found for way in ways}
        if not 0 < len(found) <= WORDS:
            return set()
    return found


def _is_one(node: Any) -> bool:
    return isinstance(node, Bytes) and len(node.of) < 3


def _secrets(regex: bytes) -> list[tuple[Any, ...]]:
    """Return what may stand for the secret: its groups, else the whole regex."""
    parsed = sre_parse.parse(regex)
    names = parsed.state.groupdict
    groups = {group for name, group in names.items() if name.startswith('secret')}
    if not groups and parsed.state.groups > 1:
        groups = {1}
    if not groups:
        return [_nodes(parsed, parsed.state.flags)]
    return list(_groups(parsed, parsed.state.flags, groups))


def _groups(items: Any, flags: int, wanted: set[int]) -> Iterator[tuple[Any, ...]]:
    for op, value in items:
        if op is C.SUBPATTERN:
            group, add, remove, body = value
            inside = (flags | add) & ~remove
            if group in wanted:
                yield _nodes(body, inside)
            else:
                yield from _groups(body, inside, wanted)
        elif op is C.BRANCH:
            for branch in value[1]:
                yield from _groups(branch, flags, wanted)
        elif op in REPEATS:
            yield from _groups(value[2], flags, wanted)


def _tree(regex: bytes) -> tuple[Any, ...]:
    with warnings.catch_warnings():
        warnings.simplefilter('ignore', FutureWarning)
        parsed = sre_parse.parse(regex)
    return _nodes(parsed, parsed.state.flags)


def _nodes(items: Any, flags: int) -> tuple[Any, ...]:
    out: list[Any] = []
    for op, value in items:
        if op is C.LITERAL:
            out.append(Bytes(_cased(frozenset((value,)), flags)))
        elif op is C.NOT_LITERAL:
            out.append(Bytes(ALL - _cased(frozenset((value,)), flags)))
        elif op is C.ANY:
            out.append(Bytes(ALL if flags & re.DOTALL else ALL - {10}))
        elif op is C.IN:
            out.append(Bytes(_set(value, flags)))
        elif op is C.BRANCH:
            out.append(Either(tuple(_nodes(one, flags) for one in value[1])))
        elif op is C.SUBPATTERN:
            _, add, remove, body = value
            out.extend(_nodes(body, (flags | add) & ~remove))
        elif op is ATOMIC:
            out.extend(_nodes(value, flags))
        elif op in REPEATS:
            low, high, body = value
            inner = _nodes(body, flags)
            top = None if high is C.MAXREPEAT else high
            if low == top == 1:
                out.extend(inner)
            elif inner:
                out.append(Repeat(low, top, inner))
        elif op is C.AT:
            if value is C.AT_BOUNDARY:
                out.append(Edge('\\b'))
            elif value is C.AT_NON_BOUNDARY:
                out.append(Edge('\\B'))
            elif value in (C.AT_BEGINNING, C.AT_BEGINNING_STRING):
                out.append(Edge('(?m:^)' if flags & re.MULTILINE else '^'))
        elif op in (C.ASSERT, C.ASSERT_NOT):
            if value[0] < 0:
                # What stood before holds a repeat in place, as \\b does.
                out.append(Edge(''))
        else:
            out.append(Stop())
    return tuple(out)


def _cased(of: frozenset[int], flags: int) -> frozenset[int]:
    if not flags & re.IGNORECASE:
        return of
    folded = {*of}
    for byte in of:
        folded.update(bytes((byte,)).lower() + bytes((byte,)).upper())
    return frozenset(folded)


def _set(items: Any, flags: int) -> frozenset[int]:
    found: set[int] = set()
    negated = False
    for op, value in items:
        if op is C.NEGATE:
            negated = True
        elif op is C.LITERAL:
            found.add(value)
        elif op is C.RANGE:
            found.update(range(value[0], value[1] + 1))
        elif op is C.CATEGORY:
            found |= _category(value)
    of = _cased(frozenset(found), flags)
    return ALL - of if negated else of


def _category(value: Any) -> frozenset[int]:
    known = {
        C.CATEGORY_DIGIT: DIGIT,
        C.CATEGORY_NOT_DIGIT: ALL - DIGIT,
        C.CATEGORY_WORD: WORD,
        C.CATEGORY_NOT_WORD: ALL - WORD,
        C.CATEGORY_SPACE: SPACE,
        C.CATEGORY_NOT_SPACE: ALL - SPACE,
    }
    return known.get(value, ALL)


def _trimmed(nodes: Sequence[Any]) -> tuple[Any, ...]:
    """Cut a sequence where its end is open."""
    kept = list(nodes)
    for at, node in enumerate(kept):
        if isinstance(node, Stop):
            del kept[at:]
            break
    while kept:
        last = kept[-1]
        if isinstance(last, Edge) and not last.text:
            kept.pop()
        elif isinstance(last, Edge):
            before = kept[-2] if len(kept) > 1 else None
            if isinstance(before, Repeat) and before.low and _literal(kept[:-2]) >= 3:
                # A word stands before it: enough of the tail is enough.
                kept.pop()
                continue
            if isinstance(before, Repeat) and before.low and before.high != before.low:
                # "endless, then \b" ends once; a fixed count would at every byte
                kept[-2] = before._replace(high=None)
                return tuple(kept)
            if isinstance(before, Repeat) and before.low:
                return tuple(kept)
            kept.pop()
        elif isinstance(last, Repeat):
            kept.pop()
            if last.low == 0:
                continue
            body = last.body
            if len(body) == 1 and isinstance(body[0], Bytes):
                count = min(last.low, TAIL)
                kept.append(Repeat(count, count, body) if count > 1 else body[0])
                return tuple(kept)
            count = min(last.low, TAIL) - 1
            if count:
                kept.append(Repeat(count, count, body))
            kept.extend(_trimmed(body))
            return tuple(kept)
        elif isinstance(last, Either):
            branches = tuple(_trimmed(one) for one in last.branches)
            if any(not one for one in branches):
                kept.pop()
                continue
            kept[-1] = Either(branches)
            return tuple(kept)
        elif isinstance(last, Bytes) and _swallows(kept[-2:-1], last):
            # X*Y would end at every Y that is an X: the first character will do.
            kept[-2:] = _fewest(kept[-2], last)
        else:
            return tuple(kept)
    return ()


def _swallows(before: Sequence[Any], last: Bytes) -> bool:
    """Say whether an endless repeat of one character takes what follows it as well."""
    return any(
        _endless(one) and _is_byte(one.body) and last.of <= one.body[0].of
        for one in before
    )


def _is_byte(nodes: Sequence[Any]) -> bool:
    return len(nodes) == 1 and isinstance(nodes[0], Bytes)


def _fewest(before: Repeat, last: Bytes) -> list[Any]:
    count = min(before.low + 1, TAIL)
    return [Repeat(count, count, before.body)] if count > 1 else [before.body[0]]


def _literal(nodes: Sequence[Any]) -> int:
    """Return how many bytes in a row, at most, are one letter or two cases of it."""
    longest = row = 0
    for node in nodes:
        if isinstance(node, Bytes) and len(node.of) < 3:
            row += 1
            longest = max(longest, row)
        elif not isinstance(node, Edge):
            row = 0
            if isinstance(node, Either):
                longest = max(longest, min(_literal(one) for one in node.branches))
    return longest


def _least(node: Any) -> int:
    """Return how many bytes a node matches at least."""
    if isinstance(node, Bytes):
        return 1
    if isinstance(node, Repeat):
        return node.low * sum(_least(one) for one in node.body)
    if isinstance(node, Either):
        return min(sum(_least(one) for one in branch) for branch in node.branches)
    return 0


def _text(node: Any) -> str:
    if isinstance(node, Bytes):
        return _class(node.of)
    if isinstance(node, Edge):
        return node.text
    if isinstance(node, Either):
        return '(?:' + '|'.join(''.join(map(_text, one)) for one in node.branches) + ')'
    if isinstance(node, Stop):
        return '[\\x00-\\xff]*'
    body = ''.join(map(_text, node.body))
    if len(node.body) > 1 or not isinstance(node.body[0], Bytes):
        body = f'(?:{body})'
    high = node.high
    # Long bounds cost states; on one line, endless is nearly the same.
    if high is not None and high >= ENDLESS and 10 not in _union(node.body):
        high = None
    if (node.low, high) == (0, None):
        return f'{body}*'
    if (node.low, high) == (0, 1):
        return f'{body}?'
    if node.low == high:
        return f'{body}{{{node.low}}}'
    return f'{body}{{{node.low},{"" if high is None else high}}}'


def _class(of: frozenset[int]) -> str:
    if len(of) == 256:
        return '[\\x00-\\xff]'
    if len(of) == 1:
        return f'\\x{min(of):02x}'
    members = sorted(of)
    parts: list[str] = []
    first = last = members[0]
    for byte in [*members[1:], 999]:
        if byte == last + 1:
            last = byte
            continue
        parts.append(f'\\x{first:02x}')
        if last > first:
            parts.append(f'-\\x{last:02x}')
        first = last = byte
    return f'[{"".join(parts)}]'


def _union(nodes: Sequence[Any]) -> frozenset[int]:
    """Return all bytes that may occur in what the nodes match."""
    found: frozenset[int] = frozenset()
    for node in nodes:
        if isinstance(node, Bytes):
            found |= node.of
        elif isinstance(node, Repeat):
            found |= _union(node.body)
        elif isinstance(node, Either):
            for branch in node.branches:
                found |= _union(branch)
        elif isinstance(node, Stop):
            found |= ALL
    return found


def _endless(node: Any) -> bool:
    return isinstance(node, Repeat) and (node.high is None or node.high >= ENDLESS)


def _slow(nodes: Sequence[Any], *, top: bool = False) -> str:
    for node in nodes:
        if isinstance(node, Either):
            for branch in node.branches:
                found = _slow(branch)
                if found:
                    return found
        if isinstance(node, Repeat):
            found = _slow(node.body)
            if found:
                return found
            if node.high != 1 and (node.high is None or node.high > 8):
                found = _ambiguous(node)
                if found:
                    return found
    # Two open repeats of the same bytes with nothing certain between them.
    open_: Repeat | None = None
    literal = 0
    for node in nodes:
        literal = literal + 1 if isinstance(node, Bytes) and len(node.of) < 3 else 0
        if literal >= 4:
            # A word between two repeats: what it costs is bounded by the window.
            open_ = None
        if _endless(node):
            if open_ is not None and _union(open_.body) & _union(node.body):
                return 'two open repeats of the same characters follow each other'
            open_ = node
        elif isinstance(node, Edge):
            continue
        elif _least(node):
            # What both repeats may swallow does not part them.
            if open_ is None:
                continue
            single = isinstance(node, Bytes)
            if not single or not _union((node,)) <= _union(open_.body):
                open_ = None
    more = len(nodes) > 2 or (len(nodes) == 2 and not isinstance(nodes[1], Edge))
    if top and more and _endless(nodes[0]) and nodes[0].high is None:
        return 'starts with an open repeat; let it start with \\b or a character'
    return ''


def _ambiguous(node: Repeat) -> str:
    """Say so when a repeat of a repeat can split the same text in many ways."""
    body = node.body
    inner = [one for one in _flat(body) if _open(one)]
    if not inner:
        return ''
    fixed = [one for one in body if isinstance(one, Bytes)]
    for one in inner:
        if not any(not (mark.of & _union(one.body)) for mark in fixed):
            return 'a repeat within a repeat can match the same text in many ways'
    return ''


def _open(node: Any) -> bool:
    return isinstance(node, Repeat) and (
        node.high is None or (node.high > 1 and node.high != node.low and node.high > 8)
    )


def _flat(nodes: Sequence[Any]) -> list[Any]:
    found: list[Any] = []
    for node in nodes:
        found.append(node)
        if isinstance(node, Repeat):
            found.extend(_flat(node.body))
        elif isinstance(node, Either):
            for branch in node.branches:
                found.extend(_flat(branch))
    return found
