"""Calls of libraries that make a container, a copy, a partial: built exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from hookline.flow import heap, ir, objects, scopes
from hookline.flow import values as v
from hookline.flow.run import Given, Run
from hookline.flow.values import Object, State, Value


def special(
    run: Run,
    kind: str,
    target: Value,
    arguments: Sequence[Given],
    state: State,
    node: ir.Node,
    receiver: Value | None,
) -> Value | None:
    """Call what the models know to make a container, a copy, a partial …"""
    first = arguments[0].value if arguments else v.SAFE
    at = (node.at, kind)
    sized = first.constants is not None and all(
        type(one) is int for one in first.constants
    )
    if kind in ('list', 'set', 'tuple', 'sorted', 'reversed'):
        if not arguments or (sized and not first.places):
            return heap.allocate(
                run, 'set' if kind == 'set' else 'list', {}, None, state, at, 0
            )
        items = heap.known_items(first, state)
        if items is not None and kind in ('list', 'tuple'):
            return heap.allocate(
                run, 'list', dict(enumerate(items)), None, state, at, len(items)
            )
        if items is not None and kind == 'reversed':
            return heap.allocate(
                run,
                'list',
                dict(enumerate(reversed(items))),
                None,
                state,
                at,
                len(items),
            )
        return heap.allocate(run, 'list', {}, heap.contents(first, state), state, at)
    if kind == 'dict':
        slots: dict[Any, Value] = {}
        rest: Value | None = None
        for given in arguments:
            if given.name:
                slots[given.name] = given.value
            elif given.value.constants is not None and not given.value.marks:
                continue  # how many it is made for
            else:
                copied = heap.copied(given.value, state)
                if copied is not None and copied.kind == 'dict':
                    slots = {**copied.slots, **slots}
                    rest = copied.rest
                else:
                    rest = Value(
                        v.merged(heap.deep(given.value, state), v.UNSURE),
                        places=heap.contents(given.value, state).places,
                    )
        return heap.allocate(run, 'dict', slots, rest, state, at)
    if kind == 'text':
        content = Value(
            v.merged(*(heap.deep(given.value, state) for given in arguments)),
            first.constants if arguments else frozenset(('',)),
        )
        return heap.allocate(run, 'text', {0: content}, None, state, at)
    if kind == 'array':
        item = v.SAFE
        for number in range(1, len(arguments)):
            item = heap.allocate(run, 'list', {}, item, state, (*at, 'row', number))
            for row in item.places:
                # It stands for all the rows.
                state.heap[row] = state.heap[row]._replace(single=False)
        return heap.allocate(run, 'list', {}, item, state, at)
    if kind == 'copy':
        one = heap.copied(first, state)
        if one is None:
            return None
        return heap.allocate(
            run, one.kind, dict(one.slots), one.rest, state, at, one.length, one.info
        )
    if kind == 'list-of':
        plain = [given.value for given in arguments if not given.splat]
        if len(plain) != len(arguments):
            return None
        if len(plain) == 1 and heap.known_items(plain[0], state) is not None:
            plain = heap.known_items(plain[0], state) or []
        return heap.allocate(
            run, 'list', dict(enumerate(plain)), None, state, at, len(plain)
        )
    if kind == 'dict-of':
        held: dict[Any, Value] = {}
        for number in range(0, len(arguments) - 1, 2):
            try:
                held[arguments[number].value.only] = arguments[number + 1].value
            except LookupError:
                return None
        return heap.allocate(run, 'dict', held, None, state, at)
    if kind == 'partial' and arguments:
        partial: dict[Any, Value] = {'function': first}
        number = 0
        for given in arguments[1:]:
            if given.splat:
                return None
            if given.name:
                partial[given.name] = given.value
            else:
                partial[number] = given.value
                number += 1
        return heap.allocate(run, 'partial', partial, None, state, at)
    if kind == 'keyed':
        return heap.allocate(run, 'dict', {}, None, state, (*at, 'keyed'))
    if kind == 'map' and len(arguments) == 2:
        item = heap.contents(arguments[1].value, state)
        value = run.apply(first, [Given(item)], state, node)
        return heap.allocate(run, 'list', {}, value, state, at)
    if kind == 'filter' and len(arguments) == 2:
        item = heap.contents(arguments[1].value, state)
        run.apply(first, [Given(item)], state, node)
        return heap.allocate(run, 'list', {}, item, state, at)
    if kind == 'enumerate' and arguments:
        item = heap.contents(first, state)
        pair = heap.allocate(
            run, 'tuple', {0: v.SAFE, 1: item}, None, state, (*at, 'pair'), 2
        )
        return heap.allocate(run, 'list', {}, pair, state, at)
    if kind == 'zip':
        items = [heap.contents(given.value, state) for given in arguments]
        pair = heap.allocate(
            run, 'tuple', dict(enumerate(items)), None, state, (*at, 'pair'), len(items)
        )
        return heap.allocate(run, 'list', {}, pair, state, at)
    if kind == 'setattr' and len(arguments) == 3:
        try:
            objects.write_field(
                first, str(arguments[1].value.only), arguments[2].value, state
            )
        except LookupError:
            heap.spoil(state, [first], heap.deep(arguments[2].value, state))
        return v.constant(None)
    if kind == 'getattr' and len(arguments) >= 2:
        try:
            found = objects.field(run, first, str(arguments[1].value.only), state, node)
        except LookupError:
            found = Value(v.merged(heap.deep(first, state), v.UNSURE))
        if len(arguments) > 2:
            found = v.joined(found, arguments[2].value)
        return found
    if kind == 'super':
        this = scopes.own_object(run) or scopes.look_up(run, 'self', state)
        return objects.super_of(run, this, state)
    if kind == 'url':
        marks = v.merged(*(heap.deep(given.value, state) for given in arguments))
        return Value(marks, about=('url', first.number))
    if kind == 'same':
        return first
    if kind == 'contents':
        return heap.contents(first, state)
    return None


def _ordered(one: Object) -> Iterator[Value]:
    number = 0
    while number in one.slots:
        yield one.slots[number]
        number += 1
