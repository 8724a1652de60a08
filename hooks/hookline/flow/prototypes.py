"""Objects that are dicts, as JavaScript has them: their properties read and written."""

from __future__ import annotations

from typing import Any

from hookline.flow import heap, ir
from hookline.flow import values as v
from hookline.flow.heap import CONTAINERS
from hookline.flow.run import Run
from hookline.flow.values import Object, Place, State, Value

# What is known of the parts of values that are no objects of this file, by the number
# of the value (or the symbol of a source) and the name: read twice it is the same.
PARTS: Place = ('parts',)
# A function is an object as well; these slots of it are ours.
_OWN = frozenset(('closure', 'self'))


def part(run: Run, base: Value, name: str, state: State, node: ir.Node) -> Value | None:
    """Return a part of something a caller chose: the same one each time."""
    if base.symbol:
        symbol = f'{base.symbol}.{name}'
        one = state.heap.get(PARTS)
        if one is not None and (symbol, '') in one.slots:
            return one.slots[(symbol, '')]
        chosen = run.models.chosen(symbol, node)
        return None if chosen is None else kept((symbol, ''), chosen, state)
    if not base.marks:
        if base.constants is not None and name == 'length':
            return v.SAFE
        return None
    marks = v.stepped(base.marks, node.at, node.end, f'read of {name}')
    if name == 'length':
        # Of a text or a list a number; but an object may have what is called so.
        return Value(v.at_most(marks, v.UNKNOWN))
    found = Value(marks, about=run.models.part(name, base))
    return kept((base.number, name), found, state)


def kept(key: tuple[Any, str], value: Value, state: State) -> Value:
    one = state.heap.get(PARTS) or Object('parts', {})
    known = one.slots.get(key)
    if known is not None:
        return known
    state.heap[PARTS] = one._replace(slots={**one.slots, key: value})
    return value


def write_part(key: tuple[Any, str], value: Value, state: State) -> None:
    one = state.heap.get(PARTS) or Object('parts', {})
    state.heap[PARTS] = one._replace(slots={**one.slots, key: value})


def own(place: Place, name: str, state: State) -> Value | None:
    """Return a property of an object; None where its kind has other rules."""
    one = state.heap[place]
    if one.kind in CONTAINERS:
        if name == 'length' and one.kind != 'dict':
            return v.SAFE
        if name == 'size' and 'Map' in place:
            return v.SAFE
        if one.kind == 'dict' and 'Map' not in place:
            return heap.slot(one, v.constant(name), None)
        return v.ANYTHING
    if one.kind == 'function':
        if name not in _OWN and name in one.slots:
            return one.slots[name]
        return v.ANYTHING
    if one.kind == 'class' and name == 'prototype':
        # Methods are looked up in the class itself.
        return Value(places=frozenset((place,)))
    return None


def write(
    one: Object, place: Place, name: str, value: Value, state: State, strong: bool
) -> bool:
    """Set a property of an object; say whether its kind is one for that."""
    if one.kind in CONTAINERS:
        heap.put(place, v.constant(name), value, state, strong and one.kind == 'dict')
        return True
    if one.kind == 'class' and name == 'prototype':
        slots = dict(one.slots)
        for below in value.places:
            held = state.heap.get(below)
            if held is not None and held.kind == 'dict':
                slots.update(held.slots)
        # Of what else it may be nothing is known.
        number = sum(1 for key in slots if isinstance(key, tuple) and key[0] == 'base')
        slots['base', number] = v.ANYTHING
        state.heap[place] = one._replace(slots=slots)
        return True
    return one.kind == 'function' and name in _OWN


def put(one: Object, place: Place, key: Value, value: Value, state: State) -> None:
    """Set what is at a key of an object: any of its fields, where it is not known."""
    try:
        name = str(key.only)
    except LookupError:
        slots = {
            known: held if isinstance(known, tuple) else v.joined(held, value)
            for known, held in one.slots.items()
            if known not in _OWN
        }
        slots |= {name: held for name, held in one.slots.items() if name in _OWN}
        rest = value if one.rest is None else v.joined(one.rest, value)
        state.heap[place] = one._replace(slots=slots, rest=rest)
        return
    known = one.slots.get(name)
    held = value if one.single or known is None else v.joined(known, value)
    if name not in _OWN and one.kind in ('instance', 'external', 'function', 'class'):
        state.heap[place] = one._replace(slots={**one.slots, name: held})


def item(
    run: Run, base: Value, key: Value, state: State, node: ir.Node
) -> Value | None:
    """Return what is at a key of a value; None where it is as everywhere."""
    if base.places:
        kinds = {state.heap[p].kind for p in base.places if p in state.heap}
        if kinds & CONTAINERS or base.marks or base.symbol:
            return None
        found = [
            one for p in sorted(base.places, key=repr) for one in _at(p, key, state)
        ]
        return v.all_of(found) if found else v.ANYTHING
    try:
        name = str(key.only)
    except LookupError:
        if key.number and base.marks and not base.symbol:
            marks = v.stepped(base.marks, node.at, node.end, 'item of')
            return kept((base.number, f'[{key.number}]'), Value(marks), state)
        return None
    return part(run, base, name, state, node) if base.marks or base.symbol else None


def _at(place: Place, key: Value, state: State) -> list[Value]:
    one = state.heap.get(place)
    if one is None:
        return []
    try:
        name = str(key.only)
    except LookupError:
        held = [value for at, value in one.slots.items() if isinstance(at, str)]
        return [*held, one.rest or v.SAFE, v.ANYTHING]
    return [one.slots[name]] if name in one.slots else [one.rest or v.ANYTHING]


def put_part(base: Value, key: Value, value: Value, state: State) -> None:
    """Set an item of a value that is no object of this file: any, where unknown."""
    try:
        name = str(key.only)
    except LookupError:
        one = state.heap.get(PARTS)
        if one is not None:
            kept = {at: held for at, held in one.slots.items() if at[0] != base.number}
            state.heap[PARTS] = one._replace(slots=kept)
        return
    if base.marks and not base.symbol:
        write_part((base.number, name), value, state)
