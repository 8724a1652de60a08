"""What is told of values: marks taken off wherever a value is held, facts noted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from hookline.flow import values as v
from hookline.flow.values import State, Value

ALL = frozenset(('*',))
HOST = frozenset(('ssrf', 'redirect'))
PATH = frozenset(('path',))
PREFIXES = frozenset(('fixed-host', 'fixed-site', 'some-host'))
_HOST = re.compile(r'(?:https?:)?//[^/?#@\\%{}]+[/?#]')
_LOCAL = re.compile(r'/[^/\\%{}]|[?#]')
_PATH = re.compile(r'/(?!/)|[?#]')
# A text without this cannot end the literal, or start the line, that it stands in.
WITHOUT = {
    "'": frozenset(('xpath',)),
    '\n': frozenset(('header', 'log')),
    '\r': frozenset(('header', 'log')),
}
# All three together: the text is one literal in quotes.
LITERAL = frozenset(('quoted-start', 'quoted-end', 'quoted-inside'))


def clear(value: Value, classes: frozenset[str], state: State) -> None:
    """Take marks of some classes off a value, wherever it is held."""

    if value.marks:
        clear_number(value.number, classes, state)


def clear_number(number: int, classes: frozenset[str], state: State) -> None:
    def without(held: Value) -> Value:
        return held.but(marks=v.cleared(held.marks, classes))

    everywhere(number, without, state)


def demote_number(number: int, state: State) -> None:
    def lowered(held: Value) -> Value:
        return held.but(marks=v.at_most(held.marks, v.UNKNOWN))

    everywhere(number, lowered, state)


def demote(value: Value, state: State) -> None:
    """Make what is tainted unknown: something checked it that nobody here knows."""

    if value.marks:
        demote_number(value.number, state)


def demote_for(value: Value, weakness: str, state: State) -> None:
    """Make what is tainted unknown for one class."""

    def lowered(held: Value) -> Value:
        return held.but(marks=v.spared(held.marks, frozenset((weakness,))))

    everywhere(value.number, lowered, state)


def note(value: Value, number: int, fact: str, state: State) -> None:
    def noted(held: Value) -> Value:
        facts = held.facts | {fact}
        marks = held.marks
        if facts >= LITERAL:
            marks = v.cleared(marks, frozenset(('code',)))
        return held.but(facts=facts, marks=marks)

    everywhere(number, noted, state)


def everywhere(number: int, change: Callable[[Value], Value], state: State) -> None:
    for place, one in list(state.heap.items()):
        # Not `rest`: what stands for many values is not told by a test of one.
        if one.kind == 'function':
            continue
        hit = [name for name, held in one.slots.items() if held.number == number]
        if hit:
            slots = dict(one.slots)
            for name in hit:
                slots[name] = change(slots[name])
            state.heap[place] = one._replace(slots=slots)


def fixed(value: Value) -> frozenset[str]:
    """Return what the beginning of a text fixes, whatever is put behind it."""
    known = value.facts & PREFIXES
    if value.marks or not value.constants:
        return known
    found: frozenset[str] | None = None
    for one in value.constants:
        facts: set[str] = set()
        text = one.decode('latin-1') if isinstance(one, bytes) else one
        if isinstance(text, str):
            if _HOST.match(text):
                facts.add('fixed-host')
            elif _LOCAL.match(text):
                facts.add('fixed-site')
        found = frozenset(facts) if found is None else found & facts
    return (found or v.NO_CLASSES) | known


def beginning(values: Sequence[Value]) -> frozenset[str]:
    """Return what the first parts of a text fix, whatever the others are."""
    texts = ['']
    for value in values:
        if value.marks or value.places or value.symbol or value.constants is None:
            break
        if len(texts) * len(value.constants) > v.CONSTANTS:
            break
        texts = [text + str(one) for text in texts for one in value.constants]
    found = fixed(Value(constants=frozenset(texts)))
    return found or (fixed(values[0]) if values else v.NO_CLASSES)


def in_quotes(values: Iterable[Value]) -> bool:
    """Say whether what comes behind some parts of a text stands in quotes."""
    text = ''.join(
        str(next(iter(value.constants)))
        for value in values
        if value.constants is not None and len(value.constants) == 1
    )
    return text.count("'") % 2 == 1 or text.count('"') % 2 == 1


def unquoted(marks: v.Marks) -> v.Marks:
    """Return marks of which the quotes are inside of others, and so are none."""
    return v.unique(
        tuple(mark._replace(cleared=mark.cleared - {'command'}) for mark in marks)
    )


def told(facts: frozenset[str]) -> frozenset[str]:
    """Return the classes that a text with such a beginning is harmless for."""
    if 'fixed-host' in facts:
        return HOST
    return frozenset(('redirect',)) if 'fixed-site' in facts else v.NO_CLASSES


def followed(
    left: Value, right: Value, left_marks: v.Marks, right_marks: v.Marks
) -> tuple[v.Marks, frozenset[str]]:
    """Return the marks of one text behind another, and how the whole begins."""
    facts = fixed(left)
    marks = v.cleared(right_marks, told(facts))
    if 'some-host' in facts:
        marks = v.spared(marks, HOST)
    if (
        not facts
        and left.constants is None
        and v.level(left_marks, '')[0] != v.TAINTED
        and right.constants
        and all(isinstance(one, str) and _PATH.match(one) for one in right.constants)
    ):
        # A host that no caller chose, as it seems, and the path is begun.
        facts = frozenset(('some-host',))
    return v.merged(left_marks, marks), facts
