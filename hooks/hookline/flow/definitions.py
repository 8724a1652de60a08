"""Statements that give a name to a function, a class, an import."""

from __future__ import annotations

from typing import Any

from hookline.flow import enums, ir, scopes
from hookline.flow.run import Frame, Given, Run
from hookline.flow.values import Object, Place, State, Value


def on_define(run: Run, node: ir.Define, state: State) -> None:
    value = function_value(run, node.function, state)
    for decorator in reversed(node.function.decorators):
        name = ir.dotted(decorator)
        if run.language.transparent(name):
            continue
        applied = run.evaluate(decorator, state)
        if applied.places and any(
            state.heap[place].kind == 'function'
            for place in applied.places
            if place in state.heap
        ):
            value = run.apply(applied, [Given(value)], state, node)
    frame = run.frames[-1]
    one = state.heap.get(frame.place)
    if run.language.overloads and one is not None and node.name in one.slots:
        known = one.slots[node.name]
        value = Value(places=value.places | known.places)
    scopes.bind_name(run, node.name, value, state)


def on_class(run: Run, node: ir.Class, state: State) -> None:
    place: Place = ('class', node.at, *run.context)
    for around_frame in run.frames:
        around_frame.held = True
    parent = Value(places=frozenset((run.frames[-1].place,)))
    bases = [scopes.look_up(run, base, state) for base in node.bases if base]
    slots: dict[Any, Value] = {
        ('base', number): base for number, base in enumerate(bases)
    }
    state.heap[place] = Object('class', slots, None, info=node)
    value = Value(places=frozenset((place,)))
    scopes.bind_name(run, node.name, value, state)
    frame = Frame(place, None, None)
    around = run.frames
    run.frames = [*run.frames, frame]
    state.heap[place] = state.heap[place]._replace(slots={**slots, ('parent',): parent})
    try:
        run.block(node.body, state)
    finally:
        run.frames = around
    if node.enum and run.language.enums_by_value:
        enums.members(run, place, state)


def on_function(run: Run, node: ir.Function, state: State) -> Value:
    return function_value(run, node, state)


def function_value(run: Run, node: ir.Function, state: State) -> Value:
    frame = run.frames[-1]
    for around in run.frames:
        around.held = True
    place: Place = ('function', node.at, *run.context)
    closure = Value(places=frozenset((frame.place,)))
    slots: dict[Any, Value] = {'closure': closure}
    if node.arrow:
        this = scopes.own_object(run)
        if this is not None:
            slots['self'] = this
    if run.language.defaults_once:
        for parameter in node.parameters:
            if parameter.default is not None:
                default = run.evaluate(parameter.default, state)
                slots[('default', parameter.name)] = default
    state.heap[place] = Object('function', slots, info=node)
    return Value(places=frozenset((place,)))


def on_import(run: Run, node: ir.Import, state: State) -> None:
    for local, name in node.names:
        scopes.bind_name(run, local, symbol(name), state)


def on_outer(run: Run, node: ir.Outer, state: State) -> None:
    frame = run.frames[-1]
    for name in node.names:
        if node.top:
            frame.outer[name] = run.top
            continue
        place: Place | None = scopes.parent(frame.place, state)
        while place is not None:
            if name in state.heap[place].slots:
                break
            place = scopes.parent(place, state)
        frame.outer[name] = place or run.top


def symbol(name: str) -> Value:
    """Return something from elsewhere."""
    return Value(symbol=name)
