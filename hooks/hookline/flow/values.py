"""What is known of a value: where it may come from, and what it may be.

A value without marks cannot hold anything that a caller chose. A mark says that it may
(UNKNOWN) or does (TAINTED), which classes of weakness it was made harmless for, and
the steps that it took. Joining loses precision and never a mark.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any, NamedTuple

UNKNOWN, TAINTED = 1, 2
# Constants that a value may be, and characters of one; beyond them it is just safe.
CONSTANTS = 8
LONGEST = 2000
MARKS = 8
STEPS = 24

_numbers = itertools.count(1)


class Step(NamedTuple):
    """A place that tainted data went through; the steps before it are behind it."""

    at: int
    end: int
    said: str
    before: Step | None
    length: int


class Mark(NamedTuple):
    level: int
    cleared: frozenset[str] = frozenset()  # classes that it is harmless for
    step: Step | None = None


Marks = tuple[Mark, ...]
NO_CLASSES: frozenset[str] = frozenset()
UNSURE: Marks = (Mark(UNKNOWN),)
Place = tuple[Any, ...]


class Character(str):
    """A character that is a number as well, as Java's and Go's are."""

    __slots__ = ()


def number_of(value: Any) -> Any:
    return ord(value) if isinstance(value, Character) else value


class Value:
    """An abstract value. Never changed once made; `number` tells copies of one apart.

    `constants`: the values it may be, None where any. `places`: objects of the heap it
    may refer to. `symbol`: the name of something from elsewhere, as `flask.request`, or
    with () the result of a call of it. `facts`: what guards and normalisation told.
    `about`: (what, number) where it is a part of another, such as the host of a URL.
    """

    __slots__ = ('about', 'constants', 'facts', 'marks', 'number', 'places', 'symbol')

    def __init__(
        self,
        marks: Marks = (),
        constants: frozenset[Any] | None = None,
        places: frozenset[Place] = frozenset(),
        symbol: str = '',
        facts: frozenset[str] = NO_CLASSES,
        about: tuple[str, int] | None = None,
        number: int = 0,
    ) -> None:
        self.marks = marks
        self.constants = constants
        self.places = places
        self.symbol = symbol
        self.facts = facts
        self.about = about
        self.number = number or next(_numbers)

    def but(self, **changed: Any) -> Value:
        """Return the same value, seen differently."""
        known = {name: getattr(self, name) for name in self.__slots__}
        return Value(**{**known, **changed})

    def same(self, other: Value) -> bool:
        return self is other or (
            self.constants == other.constants
            and self.places == other.places
            and self.symbol == other.symbol
            and self.facts == other.facts
            and _keys(self.marks) == _keys(other.marks)
        )

    @property
    def only(self) -> Any:
        """The one constant that it is; raises LookupError where there is not one."""
        if self.constants is None or len(self.constants) != 1:
            raise LookupError
        return next(iter(self.constants))


def _keys(marks: Marks) -> frozenset[tuple[int, frozenset[str]]]:
    return frozenset((mark.level, mark.cleared) for mark in marks)


SAFE = Value()
ANYTHING = Value(UNSURE)


def constant(value: Any) -> Value:
    if isinstance(value, (str, bytes)) and len(value) > LONGEST:
        return Value()
    return Value(constants=frozenset((value,)))


def merged(*several: Marks) -> Marks:
    """Return all marks once; many of one level become one, cleared of what all are."""
    some = [marks for marks in several if marks]
    if len(some) <= 1:
        return some[0] if some else ()
    found: dict[tuple[int, frozenset[str]], Mark] = {}
    for marks in some:
        for mark in marks:
            found.setdefault((mark.level, mark.cleared), mark)
    if len(found) > MARKS:
        coarse: dict[int, Mark] = {}
        for mark in found.values():
            known = coarse.get(mark.level)
            coarse[mark.level] = (
                mark._replace(cleared=mark.cleared & known.cleared) if known else mark
            )
        return tuple(coarse.values())
    return tuple(found.values())


def joined(one: Value, other: Value) -> Value:
    """Return what is either of two values."""
    if one is other or (
        one.number == other.number
        and one.marks is other.marks
        and one.places == other.places
        and one.constants == other.constants
        and one.facts == other.facts
    ):
        return one
    constants = None
    if one.constants is not None and other.constants is not None:
        constants = one.constants | other.constants
        if len(constants) > CONSTANTS:
            constants = None
    marks = merged(one.marks, other.marks)
    symbol = one.symbol
    if one.symbol != other.symbol:
        symbol = ''
        # What it is a symbol of is lost, and with it what using it would give.
        marks = merged(marks, UNSURE)
    number = one.number if one.number == other.number else 0
    return Value(
        marks,
        constants,
        one.places | other.places,
        symbol,
        one.facts & other.facts,
        one.about if one.about == other.about else None,
        number,
    )


def all_of(values: Iterable[Value]) -> Value:
    found: Value | None = None
    for value in values:
        found = value if found is None else joined(found, value)
    return SAFE if found is None else found


def chosen(at: int, end: int, said: str, classes: frozenset[str] = NO_CLASSES) -> Value:
    """Return what a caller of the program chose, at a place that says so."""
    return Value((Mark(TAINTED, classes, Step(at, end, said, None, 1)),))


def spared(marks: Marks, classes: frozenset[str]) -> Marks:
    """Return marks of which what is tainted is no more than unknown for classes."""
    found: list[Mark] = []
    for mark in marks:
        if mark.level == TAINTED and not classes <= mark.cleared:
            found.append(mark._replace(cleared=mark.cleared | classes))
            found.append(Mark(UNKNOWN, mark.cleared, mark.step))
        else:
            found.append(mark)
    return unique(tuple(found))


def as_key(marks: Marks) -> Marks:
    """Return what a key of a dict adds to the marks of what may stand anywhere."""
    return at_most(marks, UNKNOWN)


def at_most(marks: Marks, level: int) -> Marks:
    """Return marks with their level lowered to `level`."""
    return unique(tuple(mark._replace(level=min(mark.level, level)) for mark in marks))


def cleared(marks: Marks, classes: frozenset[str]) -> Marks:
    """Return marks made harmless for some classes; '*' is for all."""
    if '*' in classes:
        return ()
    return unique(
        tuple(mark._replace(cleared=mark.cleared | classes) for mark in marks)
    )


# Classes whose escapes hold only for the text as a whole: cut, they are none.
FRAGILE = frozenset(('command', 'sql', 'ldap', 'regex', 'code', 'format', 'nosql'))
# Characters that must not come back behind an escape, by class.
HARMS = {
    'xss': '<>"\'&',
    'xpath': '\'"',
    'header': '\r\n',
    'log': '\r\n',
    'path': '/\\.',
    'redirect': '/\\:@',
    'ssrf': '/\\:@',
}


def unique(marks: Marks) -> Marks:
    return merged(marks[:1], marks[1:])


def cut(marks: Marks) -> Marks:
    """Return the marks of a part of a text."""
    return unique(
        tuple(mark._replace(cleared=mark.cleared - FRAGILE) for mark in marks)
    )


def dulled(marks: Marks, put: str | None) -> Marks:
    """Return the marks of a text in which something else was put; None: anything."""

    def keeps(name: str) -> bool:
        harms = HARMS.get(name)
        return harms is not None and put is not None and not set(harms) & set(put)

    return unique(
        tuple(
            mark._replace(cleared=frozenset(filter(keeps, mark.cleared)))
            for mark in marks
        )
    )


def stepped(marks: Marks, at: int, end: int, said: str) -> Marks:
    """Return marks that went through one more place."""
    return tuple(
        mark
        if mark.level != TAINTED
        or (mark.step is not None and (mark.step.length >= STEPS or mark.step.at == at))
        else mark._replace(
            step=Step(
                at, end, said, mark.step, mark.step.length + 1 if mark.step else 1
            )
        )
        for mark in marks
    )


def level(marks: Marks, weakness: str) -> tuple[int, Step | None]:
    """Return the worst that marks say for a class of weakness: 0 is safe."""
    worst, step = 0, None
    for mark in marks:
        if mark.level > worst and weakness not in mark.cleared:
            worst, step = mark.level, mark.step
    return worst, step


class Object(NamedTuple):
    """Something on the heap. Replaced when it changes, so that states share it.

    `slots` by name, index or key. `rest`: what may stand anywhere else, None where
    nothing can. `length`: of a sequence that is known to its last item. `single`: it
    stands for one object and not for all that a loop makes, so it may be overwritten.
    """

    kind: str  # list, tuple, set, dict, text, instance, external, frame, function …
    slots: dict[Any, Value]
    rest: Value | None = None
    length: int | None = None
    single: bool = True
    info: Any = None  # the node of a function or class; the place of a class


def joined_objects(one: Object, other: Object) -> Object:
    if one is other:
        return one
    if one.kind in ('list', 'tuple', 'set', 'text') and one.length != other.length:
        one, other = loosened(one), loosened(other)
    slots = dict(one.slots)
    frame = one.kind in ('frame', 'class')
    if one.kind == 'parts':
        # What was not read on one way may be anything there.
        both = slots.keys() & other.slots.keys()
        slots = {key: joined(slots[key], other.slots[key]) for key in both}
        return one._replace(slots=slots)
    for key, value in other.slots.items():
        known = slots.get(key)
        if known is not value:
            slots[key] = value if known is None else joined(known, value)
    if not frame:
        # A key that one of the two lacks reads there as what the rest is.
        for key in slots:
            if key in one.slots and key in other.slots:
                continue
            rest = other.rest if key in one.slots else one.rest
            if rest is None and one.kind in ('dict', 'instance'):
                rest = constant(None)  # where it is missing, and that is no error
            if rest is not None:
                slots[key] = joined(slots[key], rest)
    rest = one.rest
    if other.rest is not None:
        rest = other.rest if rest is None else joined(rest, other.rest)
    return Object(
        one.kind,
        slots,
        rest,
        one.length if one.length == other.length else None,
        one.single and other.single,
        one.info if one.info == other.info else None,
    )


def loosened(one: Object) -> Object:
    """Return a container of which no longer is known what stands where."""
    rest = all_of(one.slots.values()) if one.slots else None
    if one.rest is not None:
        rest = one.rest if rest is None else joined(rest, one.rest)
    return one._replace(slots={}, rest=rest, length=None)


class State:
    """The heap at a point of the program: scopes are objects as well."""

    __slots__ = ('dead', 'heap')

    def __init__(self, heap: dict[Place, Object], dead: bool = False) -> None:
        self.heap = heap
        self.dead = dead

    def copy(self) -> State:
        return State(dict(self.heap), self.dead)

    def become(self, other: State) -> None:
        self.heap, self.dead = other.heap, other.dead


def joined_states(states: Iterable[State]) -> State:
    """Return the state that is any of several; dead where all are."""
    living = [state for state in states if not state.dead]
    if not living:
        return State({}, True)
    found = living[0].copy()
    heap = found.heap
    # By place: what is joined there already. States share most of their objects.
    had: dict[Place, set[int]] = {}
    for state in living[1:]:
        for place, one in state.heap.items():
            known = heap.get(place)
            if known is one:
                continue
            if known is None:
                heap[place] = one
                continue
            seen = had.setdefault(place, {id(known)})
            if id(one) not in seen:
                seen.add(id(one))
                heap[place] = joined_objects(known, one)
    return found


def same_states(one: State, other: State) -> bool:
    if one.heap.keys() != other.heap.keys():
        return False
    return all(_same(one.heap[place], other.heap[place]) for place in one.heap)


def _same(one: Object, other: Object) -> bool:
    if one is other:
        return True
    if one.slots.keys() != other.slots.keys() or one.length != other.length:
        return False
    if (one.rest is None) != (other.rest is None):
        return False
    if (
        one.rest is not None
        and other.rest is not None
        and not one.rest.same(other.rest)
    ):
        return False
    return all(value.same(other.slots[key]) for key, value in one.slots.items())
