"""Enums of Python: classes whose objects are all known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hookline.flow import heap, telling
from hookline.flow import values as v
from hookline.flow.run import Given, Run
from hookline.flow.values import Object, Place, State, Value

# What gives a member for a value that is none of them, or gives members fields.
_OPEN = ('_missing_', '__new__', '__init__', '_generate_next_value_')


def members(run: Run, place: Place, state: State) -> None:
    """Make the values of an enum's body its members."""
    one = state.heap[place]
    slots = dict(one.slots)
    found: dict[Any, Value] = {}
    rest = v.ANYTHING if any(name in slots for name in _OPEN) else None
    for name, value in one.slots.items():
        if not isinstance(name, str) or name.startswith('_'):
            continue
        kinds = {state.heap[p].kind for p in value.places if p in state.heap}
        if kinds & {'function', 'class'}:
            continue
        held: dict[Any, Value] = {
            'value': value,
            '_value_': value,
            'name': v.constant(name),
        }
        made: Place = ('member', name, *place)
        state.heap[made] = Object('instance', held, rest, info=place)
        found[name] = slots[name] = Value(places=frozenset((made,)))
    slots['__members__'] = heap.allocate(
        run, 'dict', found, None, state, (one.info.at, 'members'), info='frozen'
    )
    state.heap[place] = one._replace(slots=slots)


def called(
    run: Run, place: Place, arguments: Sequence[Given], state: State
) -> Value | None:
    """Return what `Color(value)` gives: a member, or it fails; None for no enum."""
    one = state.heap[place]
    if not one.info.enum or len(arguments) != 1 or '__members__' not in one.slots:
        return None
    if any(name in one.slots for name in _OPEN):
        return None
    found = heap.any_member(one, state)
    if not found.places:
        return None
    given = arguments[0].value
    if not heap.deep(found, state):
        if run.carried and given.marks:
            run.carried[-1].append(Value(given.marks))
        telling.clear(given, telling.ALL, state)
    return found
