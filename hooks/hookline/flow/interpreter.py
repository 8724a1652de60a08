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
    guards,
    heap,
    ir,
    objects,
    origins,
    prototypes,
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
PARTS = Parts(expressions.evaluate, statements.block, calls.apply, guards.assume)


def follow(
    module: ir.Module, sinks: Sequence[Sink], models: Models, content: bytes
) -> dict[Sink, Verdict]:
    """Return what becomes of each sink."""
    run = Run(module, sinks, models, content, PARTS)
    exhausted = False
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, RECURSION))
    entries = survey.entries(run.survey, run.relevant)
    try:
        base = begin(run)
        for function in entries:
            if run.language.prototypes and not reaches_source(run, function):
                run.passed_by.append(function)
                continue
            if run.late:
                calls.mark(run, function, run.unfinished)
                continue
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


def reaches_source(run: Run, function: ir.Function) -> bool:
    """Say whether what a caller chose can come from a function, or what it calls."""
    if run.origins is None:
        run.origins = origins.places(run.survey, run.models)
        inside = survey.merged((one.at, one.end) for one in run.survey.functions)
        run.at_top = any(not origins.between([place], inside) for place in run.origins)
    if run.at_top:
        return True
    waiting, known = [function], {function.at}
    while waiting:
        current = waiting.pop()
        if origins.between(run.origins, [(current.at, current.end)]):
            return True
        for name in run.survey.mentions(current):
            for other in run.survey.named.get(name, ()):
                if other.at not in known:
                    known.add(other.at)
                    waiting.append(other)
    return False


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
    run.given.clear()
    run.leaked.clear()
    run.later.clear()
    state.heap.pop(prototypes.PARTS, None)
    calls.perform(run, function, closure, this, given, state)
    done: set[int] = {function.at}
    call_given(run, state, done)
    # What was made inside and not called here may be called any time later as well.
    for one in list(state.heap.values()):
        if one.kind != 'function' or one.info.at in run.inlined:
            continue
        if one.info.at not in done and matters(run, one.info):
            then = state.copy()
            unsettled(run, then)
            call_later(run, one, then)
            call_given(run, then, done)


def call_given(run: Run, last: State, done: set[int]) -> None:
    """Run what was given away once more: it sees what was set until it is called."""
    while run.given:
        value, seen = run.given.pop(0)
        for place in sorted(value.places, key=repr):
            one = seen.heap.get(place)
            if one is None or one.kind != 'function' or one.info.at in done:
                continue
            if not matters(run, one.info):
                continue
            then = as_seen_later(run, seen, last)
            new = bool(run.models.handles(one.info)) or is_entry(run, one.info)
            if then is not None or new:
                done.add(one.info.at)
                call_later(run, one, then or seen.copy())


def matters(run: Run, function: ir.Function) -> bool:
    """Say whether a sink can be reached from a function, or from what it sets."""
    return any(isinstance(one, ir.Outer) for one in function.body) or any(
        function.at <= at < function.end for at in run.relevant
    )


def is_entry(run: Run, function: ir.Function) -> bool:
    """Say whether a function takes what only a caller of the program gives."""
    return any(
        run.models.parameter(function, parameter).symbol.startswith('@')
        for parameter in function.parameters
    )


def as_seen_later(run: Run, seen: State, last: State) -> State | None:
    """Return the state of a moment with what came later; None where nothing did."""
    state = seen.copy()
    state.dead = False
    changed = unsettled(run, state)
    for (place, name), value in run.later.items():
        one = state.heap.get(place)
        if one is None or one.slots.get(name) is value:
            continue
        known = one.slots.get(name)
        held = value if known is None else v.joined(known, value)
        if known is None or not known.same(held):
            state.heap[place] = one._replace(slots={**one.slots, name: held})
            changed = True
    for place, one in last.heap.items():
        known_one = state.heap.get(place)
        if known_one is None:
            state.heap[place] = one
        elif known_one is not one and one.kind not in ('frame', 'parts', 'function'):
            state.heap[place] = v.joined_objects(known_one, one)
            changed = True
    return state if changed else None


def unsettled(run: Run, state: State) -> bool:
    """Let names that inner functions set be anything: nobody knows when they do."""
    changed = False
    for place, one in list(state.heap.items()):
        if one.kind != 'frame' or place == run.top:
            continue
        names = run.survey.late & one.slots.keys()
        if names:
            changed = True
            slots = dict(one.slots)
            for name in names:
                slots[name] = v.joined(slots[name], v.ANYTHING)
            state.heap[place] = one._replace(slots=slots)
        shared = [
            one.slots[name]
            for name in run.survey.shared & one.slots.keys()
            if one.slots[name].places
        ]
        if shared:
            heap.spoil(state, shared, v.UNSURE)
    return changed


def call_later(run: Run, one: Object, state: State) -> None:
    run.inlined.add(one.info.at)
    run.frames = [Frame(run.top, None, None)]
    if is_entry(run, one.info):
        # Another request than the one at work.
        state.heap.pop(prototypes.PARTS, None)
    given = parameters_from_outside(run, one.info, None, state)
    held = one.slots.get('closure')
    outer = next(iter(held.places)) if held and held.places else run.top
    calls.perform(run, one.info, outer, one.slots.get('self'), given, state)


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
