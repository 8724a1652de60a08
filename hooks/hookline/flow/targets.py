"""Assignments: to names, fields, items, and several at once."""

from __future__ import annotations

from hookline.flow import (
    containers,
    heap,
    ir,
    objects,
    scopes,
)
from hookline.flow import values as v
from hookline.flow.heap import CONTAINERS
from hookline.flow.run import Run
from hookline.flow.values import State, Value


def assign(
    run: Run, target: ir.Expression, value: Value, state: State, declares: bool = False
) -> None:
    if isinstance(target, ir.Name):
        scopes.set_name(run, target.id, value, state, declares)
    elif isinstance(target, ir.Field):
        base = run.evaluate(target.base, state)
        objects.write_field(base, target.name, value, state)
    elif isinstance(target, ir.Item):
        base = run.evaluate(target.base, state)
        key = run.evaluate(target.key, state)
        for place in base.places:
            one = state.heap.get(place)
            if one is None:
                continue
            if one.kind in CONTAINERS:
                strong = one.single and len(base.places) == 1
                containers.put(place, key, value, state, strong)
            elif one.kind in ('external', 'instance'):
                extra = heap.deep(value, state)
                held = one.rest or v.SAFE
                rest = Value(v.merged(held.marks, extra), places=held.places)
                state.heap[place] = one._replace(rest=rest)
    elif isinstance(target, ir.Slice):
        base = run.evaluate(target.base, state)
        heap.spoil(state, [base], heap.deep(value, state))
    elif isinstance(target, ir.Collection):
        unpack(run, target, value, state)
    elif isinstance(target, ir.Star):
        assign(run, target.target, value, state)
    else:
        run.evaluate(target, state)


def unpack(run: Run, target: ir.Collection, value: Value, state: State) -> None:
    items = heap.known_items(value, state)
    targets = [entry.value for entry in target.entries]
    starred = any(isinstance(one, ir.Star) for one in targets)
    if items is not None and not starred and len(items) == len(targets):
        for one, item in zip(targets, items, strict=True):
            assign(run, one, item, state)
        return
    content = heap.contents(value, state)
    for one in targets:
        if isinstance(one, ir.Star):
            held = heap.allocate(run, 'list', {}, content, state, (one.at, 'star'))
            assign(run, one.target, held, state)
        else:
            assign(run, one, content, state)
