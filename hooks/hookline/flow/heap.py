"""What stands on the heap: reading, allocating, and letting it hold anything."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hookline.flow import telling
from hookline.flow import values as v
from hookline.flow.run import Run
from hookline.flow.values import Object, Place, State, Value

CONTAINERS = frozenset(('list', 'tuple', 'set', 'dict'))


def deep(value: Value, state: State) -> v.Marks:
    """Return the marks of a value and of all that it holds."""
    if not value.places:
        # Something from elsewhere that nobody here knows.
        return v.merged(value.marks, v.UNSURE) if value.symbol else value.marks
    marks = [value.marks]
    waiting, known = list(value.places), set(value.places)
    while waiting:
        one = state.heap.get(waiting.pop())
        if one is None or one.kind in ('frame', 'class', 'function'):
            continue
        held = list(one.slots.values())
        if one.rest is not None:
            held.append(one.rest)
        for inner in held:
            marks.append(inner.marks)
            for place in inner.places - known:
                known.add(place)
                waiting.append(place)
    return v.merged(*marks)


def contents(value: Value, state: State) -> Value:
    """Return what iterating over a value gives."""
    found: list[Value] = []
    for place in value.places:
        one = state.heap.get(place)
        if one is None:
            continue
        if one.kind == 'dict':
            keys = [v.constant(key) for key in one.slots]
            if one.rest is not None:
                keys.append(Value(v.at_most(one.rest.marks, v.TAINTED)))
            found.extend(keys)
        elif one.kind in CONTAINERS:
            found.extend(held.but(number=0) for held in one.slots.values())
            if one.rest is not None:
                found.append(one.rest.but(number=0))
        elif one.kind == 'class' and '__members__' in one.slots:
            found.append(any_member(one, state))
        else:
            found.append(Value(v.merged(deep(value, state), v.UNSURE)))
    if value.marks or not value.places:
        marks = value.marks
        if value.symbol and not marks:
            marks = v.UNSURE
        found.append(Value(marks))
    return v.all_of(found)


def any_member(one: Object, state: State) -> Value:
    """Return what may be any of the members of an enum."""
    known = one.slots.get('__members__')
    return v.all_of(inside(known, state)) if known is not None else v.ANYTHING


def inside(value: Value, state: State, depth: int = 1) -> list[Value]:
    """Return what the containers of a value hold, so many levels down."""
    found = [value]
    for _ in range(depth):
        held: list[Value] = []
        for one in (state.heap.get(p) for outer in found for p in outer.places):
            if one is not None and one.kind in CONTAINERS:
                held.extend(one.slots.values())
                if one.rest is not None:
                    held.append(one.rest)
        found = held
    return found


def is_only(one: Object, base: Value) -> bool:
    """Say whether `base` is this object for certain: a write replaces what it held."""
    return one.single and len(base.places) == 1


def known_items(iterable: Value, state: State) -> list[Value] | None:
    if len(iterable.places) != 1 or iterable.marks:
        return None
    one = state.heap.get(next(iter(iterable.places)))
    if one is None or one.kind not in ('list', 'tuple') or one.length is None:
        return None
    return [one.slots.get(number, v.ANYTHING) for number in range(one.length)]


def copied(value: Value, state: State) -> Object | None:
    if len(value.places) != 1 or value.marks:
        return None
    one = state.heap.get(next(iter(value.places)))
    return one if one is not None and one.kind in CONTAINERS else None


def held(value: Value, state: State) -> list[Value]:
    """Return what stands in a dict, or something like it."""
    one = copied(value, state)
    if one is None or one.kind != 'dict':
        return [Value(v.merged(deep(value, state), v.UNSURE))]
    return [*one.slots.values(), *([one.rest] if one.rest is not None else [])]


def key_of(one: Object, key: Any) -> Any:
    """Return a key as a container knows it."""
    if isinstance(key, int) and key < 0 and one.length is not None:
        return key + one.length
    if one.info == 'section' and isinstance(key, str):
        return key.lower()
    return key


def everything(one: Object) -> Value:
    """Return what may be any of the items of a container."""
    rest = [one.rest] if one.rest is not None else []
    return v.all_of([*one.slots.values(), *rest]).but(number=0)


def slot(one: Object, key: Value, default: Value | None) -> Value:
    if key.constants is not None and not key.marks and len(key.constants) == 1:
        only = key_of(one, next(iter(key.constants)))
        if one.kind != 'dict' and not isinstance(only, int):
            value = everything(one)
        elif only in one.slots:
            value = one.slots[only]
        elif one.rest is None:
            # Missing for certain: an error, or the default.
            return default if default is not None else v.constant(None)
        else:
            value = one.rest.but(number=0)
    else:
        value = everything(one)
    return value if default is None else v.joined(value, default)


def put(place: Place, key: Value, value: Value, state: State, strong: bool) -> None:
    """Write a key; one that is not known may be any of them."""
    one = state.heap[place]
    if key.constants is not None and not key.marks and len(key.constants) == 1:
        only = key_of(one, next(iter(key.constants)))
        inside = one.kind == 'dict' or (
            one.length is not None and isinstance(only, int) and only < one.length
        )
        known = one.slots.get(only)
        if inside or known is not None:
            if not strong:
                value = v.joined(known or one.rest or v.constant(None), value)
            state.heap[place] = one._replace(slots={**one.slots, only: value})
            return
        if one.kind != 'dict' and one.rest is not None and strong:
            # An array of unknown length: this item is known now.
            state.heap[place] = one._replace(slots={**one.slots, only: value})
            return
    slots = {name: v.joined(held, value) for name, held in one.slots.items()}
    rest = value if one.rest is None else v.joined(one.rest, value)
    if one.kind == 'dict' and key.marks:
        rest = rest.but(marks=v.merged(rest.marks, v.as_key(key.marks)))
    changed = one._replace(slots=slots, rest=rest)
    if one.kind != 'dict':
        changed = v.loosened(changed)
    state.heap[place] = changed


def allocate(
    run: Run,
    kind: str,
    slots: dict[Any, Value],
    rest: Value | None,
    state: State,
    at: tuple[Any, ...],
    length: int | None = None,
    info: Any = None,
) -> Value:
    place: Place = (kind, *at, *run.context)
    known = state.heap.get(place)
    one = Object(kind, slots, rest, length, known is None, info)
    if known is not None:
        one = v.joined_objects(known, one)._replace(single=False)
    state.heap[place] = one
    return Value(places=frozenset((place,)))


def spoil(state: State, values: Iterable[Value], marks: v.Marks) -> None:
    """Let all that is reachable hold anything: somebody unknown had it."""
    waiting: list[Place] = []
    for value in values:
        waiting.extend(value.places)
    known = set(waiting)
    extra = Value(v.merged(marks, v.UNSURE))
    while waiting:
        place = waiting.pop()
        one = state.heap.get(place)
        if one is None or one.kind in ('frame', 'class', 'function', 'partial'):
            continue
        held = [*one.slots.values(), *([one.rest] if one.rest is not None else [])]
        for inner in held:
            for below in inner.places - known:
                known.add(below)
                waiting.append(below)
        if one.kind == 'tuple' or one.info == 'frozen':
            continue  # what it holds may change, and never which
        finals = _finals(one, state)
        slots = {
            name: inner if name in finals else v.joined(inner, extra)
            for name, inner in one.slots.items()
        }
        rest = extra if one.rest is None else v.joined(one.rest, extra)
        changed = one._replace(slots=slots, rest=rest)
        if one.kind in ('list', 'tuple', 'set'):
            changed = v.loosened(changed)
        state.heap[place] = changed


def _finals(one: Object, state: State) -> frozenset[str]:
    """Return the fields of an object that are set once."""
    if one.kind != 'instance' or one.info is None:
        return v.NO_CLASSES
    cls = state.heap.get(one.info)
    return cls.info.finals if cls is not None else v.NO_CLASSES


def kept_elsewhere(symbol: str, state: State) -> frozenset[Place]:
    """Return what was put into something from elsewhere, by its name."""
    place: Place = ('elsewhere', symbol)
    return frozenset((place,)) if place in state.heap else frozenset()


def keep_elsewhere(base: Value, what: Value, state: State, at: int) -> None:
    """Let something that nobody here knows hold what is put into it."""
    if base.number == v.ANYTHING.number:
        return  # one value for many things
    place: Place = ('elsewhere', base.symbol or at)
    known = state.heap.get(place)
    rest = what.but(number=0) if known is None else v.joined(known.rest or what, what)
    rest = rest.but(marks=v.merged(rest.marks, v.UNSURE), constants=None)
    state.heap[place] = Object('external', {}, rest, single=False)

    def holding(held: Value) -> Value:
        return held.but(places=held.places | {place})

    telling.everywhere(base.number, holding, state)


def absorb(state: State, into: Value, what: Value) -> None:
    """Let containers, and what stands for unknown objects, hold something anywhere."""
    for place in into.places:
        one = state.heap.get(place)
        if one is None or one.kind in ('frame', 'class', 'function', 'partial'):
            continue
        rest = what if one.rest is None else v.joined(one.rest, what)
        slots = {name: v.joined(held, what) for name, held in one.slots.items()}
        changed = one._replace(slots=slots, rest=rest)
        if one.kind in ('list', 'set'):
            changed = v.loosened(changed)
        state.heap[place] = changed


def spoil_scopes(run: Run, state: State) -> None:
    """Let outer scopes hold anything: a call that was not followed may set them."""
    own = run.frames[-1].place if run.frames else None
    for place, one in list(state.heap.items()):
        if one.kind == 'frame' and place != own:
            slots = {
                name: value
                if any(
                    state.heap[p].kind in ('function', 'class')
                    for p in value.places
                    if p in state.heap
                )
                or value.symbol
                else v.joined(value, v.ANYTHING)
                for name, value in one.slots.items()
            }
            state.heap[place] = one._replace(slots=slots)
        elif one.kind == 'instance':
            slots = {
                name: v.joined(value, v.ANYTHING) for name, value in one.slots.items()
            }
            state.heap[place] = one._replace(slots=slots)


def class_named(name: str, state: State) -> Place | None:
    for place, one in state.heap.items():
        if one.kind == 'class' and one.info.name == name:
            return place
    return None


def marks_taint(marks: v.Marks) -> bool:
    return any(mark.level == v.TAINTED for mark in marks)
