"""Assignments: to names, fields, items, and several at once."""

from __future__ import annotations

from hookline.flow import (
    heap,
    ir,
    objects,
    prototypes,
    scopes,
)
from hookline.flow import values as v
from hookline.flow.heap import CONTAINERS
from hookline.flow.run import Given, Run
from hookline.flow.values import State, Value


def assign(
    run: Run, target: ir.Expression, value: Value, state: State, declares: bool = False
) -> None:
    if isinstance(target, ir.Name):
        scopes.set_name(run, target.id, value, state, declares)
    elif isinstance(target, ir.Field):
        base = run.evaluate(target.base, state)
        setter = objects.method_of(run, base, '__setattr__', state)
        if setter is not None:
            name = v.constant(target.name)
            run.apply(setter, (Given(name), Given(value)), state, target)
        if _is_unknown(run, base):
            heap.keep_elsewhere(base, value, state, target.at)
        objects.write_field(run, base, target.name, value, state)
    elif isinstance(target, ir.Item):
        base = run.evaluate(target.base, state)
        key = run.evaluate(target.key, state)
        setter = objects.method_of(run, base, '__setitem__', state)
        if setter is not None:
            run.apply(setter, (Given(key), Given(value)), state, target)
        if _is_unknown(run, base):
            heap.keep_elsewhere(base, value, state, target.at)
        if run.language.prototypes and not base.places:
            prototypes.put_part(base, key, value, state)
        for place in base.places:
            one = state.heap.get(place)
            if one is None:
                continue
            if one.kind in CONTAINERS:
                strong = heap.is_only(one, base)
                written = value
                if one.info == 'keyed':
                    written = _as_section(run, value, state, target)
                heap.put(place, key, written, state, strong)
            elif run.language.prototypes:
                prototypes.put(one, place, key, value, state)
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


def _as_section(run: Run, value: Value, state: State, node: ir.Node) -> Value:
    """Return a dict as the section that a configuration makes of it."""
    one = heap.copied(value, state)
    if one is None or one.kind != 'dict':
        return value
    slots = {
        name.lower() if isinstance(name, str) else name: held
        for name, held in one.slots.items()
    }
    at = (node.at, 'section')
    return heap.allocate(run, 'dict', slots, one.rest, state, at, info='section')


def _is_unknown(run: Run, base: Value) -> bool:
    """Say whether nothing is kept of the parts of a value, each for itself."""
    if base.places or base.constants:
        return False
    chosen = heap.marks_taint(base.marks) or base.symbol.startswith('@')
    return not (run.language.prototypes and chosen)


def unpack(run: Run, target: ir.Collection, value: Value, state: State) -> None:
    items = heap.known_items(value, state)
    targets = [entry.value for entry in target.entries]
    stars = [n for n, one in enumerate(targets) if isinstance(one, ir.Star)]
    starred = bool(stars)
    if items is not None and len(stars) == 1 and len(items) >= len(targets) - 1:
        first, after = stars[0], len(targets) - stars[0] - 1
        rest = items[first : len(items) - after]
        at = (target.at, 'star')
        held = heap.allocate(
            run, 'list', dict(enumerate(rest)), None, state, at, len(rest)
        )
        items = [*items[:first], held, *items[len(items) - after :]]
        starred = False
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
