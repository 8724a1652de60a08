"""Follows what a caller chose through one file, forwards, and tells where it arrives.

A forward abstract interpreter over the nodes of `ir`. It errs to one side: what it does
not understand is UNKNOWN, so that "proven safe" is never said of a flow that is real.
Calls to functions of the same file are followed into them (to a depth, recursion is
cut), loops run to a fixed point, branches on constants are pruned.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from hookline.flow import (
    arrivals,
    calls,
    expressions,
    heap,
    ir,
    objects,
    statements,
    survey,
)
from hookline.flow import values as v
from hookline.flow.models import Models
from hookline.flow.run import (
    ALL_STEPS,
    STEPS,
    Exhausted,
    Frame,
    Parts,
    Run,
)
from hookline.flow.survey import Sink, Verdict
from hookline.flow.values import Object, Place, State, Value

RECURSION = 8000
PARTS = Parts(expressions.evaluate, statements.block, calls.apply)


def follow(
    module: ir.Module, sinks: Sequence[Sink], models: Models, content: bytes
) -> dict[Sink, Verdict]:
    """Return what becomes of each sink."""
    run = Run(module, sinks, models, content, PARTS)
    exhausted = False
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, RECURSION))
    entries = survey.entries(run.survey, run.wanted)
    try:
        base = begin(run)
        for function in entries:
            run.allowed = min(run.steps + STEPS, ALL_STEPS)
            try:
                enter(run, function, base)
            except (Exhausted, RecursionError):
                calls.mark(run, function, run.unfinished)
    except (Exhausted, RecursionError):
        exhausted = True
    finally:
        sys.setrecursionlimit(limit)
    return {sink: arrivals.verdict(run, sink, exhausted) for sink in sinks}


def begin(run: Run) -> State:
    """Run the top of the module; functions are entered with what it leaves."""
    state = State({run.top: Object('frame', {})})
    run.frames = [Frame(run.top, None, None)]
    run.entry = -1
    run.block(run.module.body, state)
    if run.top not in state.heap:
        # Every way through the top ends early: nobody knows what it leaves.
        raise Exhausted
    state.dead = False
    for name in run.survey.shared:
        # Other functions change it, at times that nobody knows.
        frame = state.heap[run.top]
        known = frame.slots.get(name)
        if known is None:
            continue
        heap.spoil(state, [known], v.UNSURE)
        if name in run.survey.rebound:
            frame = state.heap[run.top]
            slots = {**frame.slots, name: v.joined(known, v.ANYTHING)}
            state.heap[run.top] = frame._replace(slots=slots)
    for one in list(state.heap.values()):
        if one.kind == 'function':
            # What a parameter has by default is made once, and kept.
            defaults = [
                value for key, value in one.slots.items() if key[0] == 'default'
            ]
            heap.spoil(state, defaults, v.UNSURE)
    for name, depth in run.survey.handed_out.items():
        known = state.heap[run.top].slots.get(name)
        if known is not None:
            heap.spoil(state, heap.inside(known, state, depth), v.UNSURE)
    for place, one in list(state.heap.items()):
        if one.kind == 'class':
            for name, value in one.slots.items():
                if name in run.survey.shared:
                    heap.spoil(state, [value], v.UNSURE)
                elif name in run.survey.handed_out:
                    depth = run.survey.handed_out[name]
                    heap.spoil(state, heap.inside(value, state, depth), v.UNSURE)
            # A static field that is not final may be set by anybody.
            free = run.language.implicit_this
            slots = {
                name: v.joined(value, v.ANYTHING)
                if isinstance(name, str)
                and (free or name in run.survey.set_fields)
                and name not in one.info.finals
                and not objects.is_function(value, state)
                else value
                for name, value in one.slots.items()
            }
            state.heap[place] = state.heap[place]._replace(slots=slots)
    return state


def enter(run: Run, function: ir.Function, base: State) -> None:
    """Run a function as somebody else would call it."""
    run.entry = function.at
    run.context = ()
    state = base.copy()
    run.frames = [Frame(run.top, None, None)]
    this = this_of(run, function, state)
    given = parameters_from_outside(run, function, this, state)
    closure = closure_of(run, function, state)
    run.inlined.add(function.at)
    calls.perform(run, function, closure, this, given, state)
    # What was made inside and not called here may be called any time later.
    for one in list(state.heap.values()):
        if one.kind != 'function' or one.info.at in run.inlined:
            continue
        if one.info.at != function.at and arrivals.holds_sink(run, one.info):
            run.inlined.add(one.info.at)
            run.frames = [Frame(run.top, None, None)]
            inner = parameters_from_outside(run, one.info, None, state)
            held = one.slots.get('closure')
            outer = next(iter(held.places)) if held and held.places else run.top
            calls.perform(run, one.info, outer, None, inner, state.copy())


def this_of(run: Run, function: ir.Function, state: State) -> Value | None:
    """Return an object of the class of a method, as it may be at any time."""
    if not function.owner or function.static:
        return None
    cls = heap.class_named(function.owner, state)
    place: Place = ('this', function.owner)
    slots: dict[Any, Value] = {}
    if cls is not None:
        node = state.heap[cls].info
        frame = Frame(run.top, None, None)
        this = Value(places=frozenset((place,)))
        frame.this = this
        state.heap[place] = Object('instance', {}, v.ANYTHING, info=cls)
        run.frames.append(frame)
        try:
            calls.fields(run, node, this, state)
        finally:
            run.frames.pop()
        slots = {
            name: value if name in node.finals else v.joined(value, v.ANYTHING)
            for name, value in state.heap[place].slots.items()
        }
    state.heap[place] = Object('instance', slots, v.ANYTHING, info=cls)
    return Value(places=frozenset((place,)))


def closure_of(run: Run, function: ir.Function, state: State) -> Place:
    for one in state.heap.values():
        if one.kind == 'function' and one.info is function:
            held = one.slots.get('closure')
            if held is not None and held.places:
                return next(iter(held.places))
    if function.owner:
        cls = heap.class_named(function.owner, state)
        if cls is not None:
            return cls if run.language.implicit_this else run.top
    return run.top


def parameters_from_outside(
    run: Run, function: ir.Function, this: Value | None, state: State
) -> dict[str, Value]:
    found: dict[str, Value] = {}
    bound = this is not None and run.language.explicit_self
    of_view = this is not None and objects.is_view(run, this, state)
    for number, parameter in enumerate(function.parameters):
        if number == 0 and bound and this is not None:
            found[parameter.name] = this
            continue
        found[parameter.name] = run.models.parameter(function, parameter, of_view)
        if parameter.splat:
            place = ('given', function.at, number)
            kind = 'dict' if parameter.splat == '**' else 'tuple'
            state.heap[place] = Object(kind, {}, found[parameter.name])
            found[parameter.name] = Value(places=frozenset((place,)))
    return found
