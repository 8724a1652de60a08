"""Regular expressions: what a text that one matched, or cleaned, may still hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from hookline.flow import values as v
from hookline.flow.values import Value

ALL = frozenset(('*',))
# Classes that a text of letters and digits is harmless for even with dots in it, and
# with slashes too: `..` is a path, `//` a host.
DOTTED = frozenset(
    (
        *('sql', 'nosql', 'command', 'code', 'xss', 'ldap', 'xpath', 'template'),
        *('deserialisation', 'trust', 'header', 'log', 'regex', 'format', 'xxe'),
    )
)
_PLAIN = r'A-Za-z0-9_ ,@:\-'
_CLASS = r'(?:[A-Za-z0-9_ ,@:./-]|\\[wd./-])+'
_ATOM = rf'(?:\[{_CLASS}\]|\\[dw./-]|[A-Za-z0-9_@ ,:/-])(?:[*+?]|\{{\d*,?\d*\}})?[?+]?'
_LAID_OUT = re.compile(
    rf'(?:{_ATOM}|\(\?P?<\w+>|\(\?:|\(|\)(?:[*+?]|\{{\d*,?\d*\}})?)*'
)
# Without these characters a text is harmless for a class.
WITHOUT: tuple[tuple[frozenset[str], frozenset[str]], ...] = (
    (frozenset("'"), frozenset(('xpath',))),
    (frozenset('\n'), frozenset(('header', 'log'))),
    (frozenset('\r'), frozenset(('header', 'log'))),
    (frozenset('<>'), frozenset(('xss',))),
    (frozenset('()*'), frozenset(('ldap',))),
    (frozenset('/'), frozenset(('path',))),
)


def taken(pattern: Any, whole: bool, start: bool = False) -> frozenset[str]:
    """Return the classes that a text is harmless for that a pattern takes entirely."""
    if isinstance(pattern, bytes):
        pattern = pattern.decode('latin-1')
    if not isinstance(pattern, str):
        return v.NO_CLASSES
    text, from_start, to_end = _bare(pattern)
    if not (whole or start or from_start) or not (whole or to_end):
        return v.NO_CLASSES
    # Alternatives between anchors that stand once belong to one of the ends only.
    if '|' in text and not (whole and text == pattern):
        return v.NO_CLASSES
    found = ALL
    for part in text.split('|'):
        if not _LAID_OUT.fullmatch(part):
            return v.NO_CLASSES
        found = _less(found, _of_characters(part))
    return found


def group(pattern: Any) -> frozenset[str]:
    """Return the classes that what a pattern found in a text is harmless for."""
    if isinstance(pattern, str):
        return taken(_bare(pattern)[0], True)
    return v.NO_CLASSES


def _less(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    return other if one == ALL else one if other == ALL else one & other


def _of_characters(text: str) -> frozenset[str]:
    if '/' in text:
        return DOTTED
    return DOTTED | {'redirect'} if '.' in text else ALL


def _bare(pattern: str) -> tuple[str, bool, bool]:
    """Return a pattern without the anchors at its ends, and whether it had them."""
    text, flags = _unflagged(pattern)
    if 'm' in flags or 'x' in flags:
        # By line, or laid out: not what it looks like.
        return pattern, False, False
    start, end = False, False
    for beginning in ('^', '\\A'):
        if text.startswith(beginning):
            text, start = text.removeprefix(beginning), True
    for ending in ('\\Z', '\\z', '$'):
        if text.endswith(ending) and not text.endswith('\\' + ending):
            text, end = text.removesuffix(ending), True
            break
    return text, start, end


def _unflagged(pattern: str) -> tuple[str, str]:
    """Return a pattern without the flags at its beginning, and those."""
    match = re.match(r'\(\?([a-zA-Z]+)\)', pattern)
    return (pattern[match.end() :], match.group(1)) if match else (pattern, '')


def found_in_none(pattern: Any) -> frozenset[str]:
    """Return the classes that a text is harmless for in which nothing is found."""
    if not isinstance(pattern, str):
        return v.NO_CLASSES
    classes, characters = removed(_unflagged(pattern)[0])
    return classes | without(characters)


# What takes any character, any number of times.
_OPEN = re.compile(r'(?<!\\)(?:\.|\[\^[^\]]+\]|\\[SDW])[*+]')


def reaches_the_end(pattern: Any) -> bool:
    return isinstance(pattern, str) and pattern.endswith(('$', '\\Z', '\\z'))


def removed(pattern: Any) -> tuple[frozenset[str], frozenset[str]]:
    """Return what is harmless when all matches are taken out: (classes, characters).

    Characters are those that are surely gone; of a negated class all but few are.
    """
    if not isinstance(pattern, str):
        return v.NO_CLASSES, v.NO_CLASSES
    if pattern in ('\\W', '\\W+', '\\W*'):
        return ALL, v.NO_CLASSES
    if pattern in ('\\D', '\\D+', '\\D*'):
        return ALL, v.NO_CLASSES
    match = re.fullmatch(r'\[(\^?)((?:[^\]\\]|\\.)+)\][+*]?', pattern)
    if match is None:
        if len(pattern) == 1 and pattern not in '.^$*+?()[]{}|\\':
            return v.NO_CLASSES, frozenset(pattern)
        return v.NO_CLASSES, v.NO_CLASSES
    negated, inside = match.groups()
    if negated:
        if not re.fullmatch(_CLASS, inside):
            return v.NO_CLASSES, v.NO_CLASSES
        return _of_characters(inside), v.NO_CLASSES
    if re.search(r'.-.', inside):
        return v.NO_CLASSES, v.NO_CLASSES  # ranges: not worth it
    gone = re.sub(r'\\(.)', lambda m: {'r': '\r', 'n': '\n'}.get(m[1], m[1]), inside)
    return v.NO_CLASSES, frozenset(gone)


def without(characters: frozenset[str]) -> frozenset[str]:
    """Return the classes that a text without these characters is harmless for."""
    found: frozenset[str] = v.NO_CLASSES
    for needed, classes in WITHOUT:
        if needed <= characters:
            found |= classes
    return found


def gone(value: Value) -> frozenset[str]:
    """Return the characters that facts say are not in a text."""
    return frozenset(fact[3:] for fact in value.facts if fact.startswith('no:'))


def substituted(
    value: Value, found: Value, instead: Value, pattern: bool, marks: v.Marks
) -> Value:
    """Return a text in which all that was found is replaced by something else.

    `pattern`: what is found is a regex, and not a text. `marks` are of both texts.
    """
    facts = frozenset(f'no:{one}' for one in gone(value))
    try:
        looked, put = found.only, instead.only
    except LookupError:
        return Value(v.dulled(marks, None))
    if found.marks or instead.marks or not isinstance(put, str):
        return Value(v.dulled(marks, None))
    if pattern:
        classes, characters = removed(looked)
    else:
        classes = v.NO_CLASSES
        characters = frozenset(looked) if len(str(looked)) == 1 else v.NO_CLASSES
    if classes and not re.fullmatch(rf'[{_PLAIN}]*', put):
        classes = v.NO_CLASSES
    facts = frozenset(
        fact
        for fact in facts | {f'no:{one}' for one in characters}
        if fact[3:] not in put
    )
    left = v.dulled(marks, put)
    left = v.cleared(left, classes | without(frozenset(one[3:] for one in facts)))
    return Value(left, facts=facts)


def compiled(symbol: str, first: Value, flags: Iterable[Value]) -> Value:
    """Return a pattern that is kept, with its text where that is known."""
    text = _text(first, flags)
    facts = frozenset((f'pattern:{text}',)) if text is not None else v.NO_CLASSES
    return Value(symbol=f'{symbol}()', facts=facts)


def _text(pattern: Value, flags: Iterable[Value]) -> Any:
    """Return the text of a pattern, None where it is not known."""
    for flag in flags:
        if flag.symbol.rpartition('.')[2] not in _HARMLESS_FLAGS:
            return None
    for fact in pattern.facts:
        if fact.startswith('pattern:'):
            return fact.removeprefix('pattern:')
    if pattern.marks or pattern.places:
        return None
    try:
        only = pattern.only
    except LookupError:
        return None
    return only.decode('latin-1') if isinstance(only, bytes) else only


# They change which letters are meant, and not which characters.
_HARMLESS_FLAGS = frozenset(
    (
        *('I', 'IGNORECASE', 'A', 'ASCII', 'U', 'UNICODE', 'CASE_INSENSITIVE'),
        *('UNICODE_CASE',),
    )
)


class Tried(NamedTuple):
    pattern: Any  # None: not known
    subject: Value


def tried(kind: str, target: Value, arguments: Sequence[Value]) -> Tried | None:
    """Return what is looked at by which pattern; None for too few arguments."""
    if kind.startswith('compiled'):
        if not arguments:
            return None
        return Tried(_text(target, ()), arguments[0])
    if len(arguments) < 2:
        return None
    return Tried(_text(arguments[0], arguments[2:]), arguments[1])


def about(kind: str, one: Tried) -> tuple[str, int] | None:
    """Return what a match will tell of the text that was looked at."""
    number = one.subject.number
    if one.pattern is None:
        return ('checked', number)
    whole = kind.endswith('whole')
    if 'm' in _unflagged(one.pattern)[1]:
        return None
    classes = taken(one.pattern, whole, kind.endswith('start'))
    if classes:
        return (f'match:{" ".join(sorted(classes))}', number)
    if (whole or reaches_the_end(one.pattern)) and not _OPEN.search(one.pattern):
        return ('checked', number)
    return None


def match(kind: str, one: Tried, marks: v.Marks) -> Value:
    """Return what a matching function gives."""
    groups = group(one.pattern)
    facts = frozenset(f'group:{name}' for name in groups)
    if kind.endswith('all'):
        return Value(v.cleared(marks, groups), facts=facts)
    if kind.endswith('test'):
        return Value(about=about(kind, one))
    if kind.endswith('matcher'):
        entirely = about('compiled-whole', one)
        partly = about('compiled-any', one)
        said = [told[0] if told else 'open' for told in (entirely, partly)]
        if one.pattern is not None:
            facts |= {f'pattern:{one.pattern}'}
        return Value(marks, about=('|'.join(said), one.subject.number), facts=facts)
    return Value(marks, about=about(kind, one), facts=facts)


def of_group(value: Value, marks: v.Marks) -> v.Marks:
    """Return the marks of a group of a match."""
    classes = frozenset(fact[6:] for fact in value.facts if fact.startswith('group:'))
    return v.cleared(marks, classes) if classes else marks


def known(pattern: Value) -> Value:
    """Return a pattern as the constant that it is, where that is known."""
    text = _text(pattern, ())
    return v.ANYTHING if text is None else v.constant(text)
