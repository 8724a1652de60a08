"""Calls into functions and classes of the file, followed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hookline.flow import (
    containers,
    elsewhere,
    enums,
    heap,
    ir,
    making,
    objects,
    scopes,
    scripting,
)
from hookline.flow import values as v
from hookline.flow.heap import CONTAINERS
from hookline.flow.run import Frame, Given, Run
from hookline.flow.survey import DEPTH
from hookline.flow.values import Object, Place, State, Value

# What it costs, in steps, to join the states of several functions that may be meant.
SEVERAL = 30


def apply(
    run: Run,
    target: Value,
    arguments: Sequence[Given],
    state: State,
    node: ir.Node,
) -> Value:
    """Call a value."""
    results: list[Value] = []
    places = [
        (place, state.heap[place])
        for place in sorted(target.places, key=repr)
        if place in state.heap
    ]
    ends: list[State] = []
    known = [
        (place, one)
        for place, one in places
        if one.kind in ('function', 'class', 'instance', 'partial')
    ]
    if run.language.overloads and len(known) > 1:
        known = of_arity(known, len(arguments)) or known
    if len(known) > 1:
        run.step(SEVERAL * len(known))
    for place, one in known:
        own = state.copy() if len(known) > 1 else state
        if one.kind == 'function':
            results.append(call_function(run, one, arguments, own, node.at, node))
        elif one.kind == 'class':
            results.append(instantiate(run, place, arguments, own, node))
        elif one.kind == 'partial':
            held = one.slots['function']
            more = [Given(value) for value in making._ordered(one)] + [
                Given(value, name)
                for name, value in one.slots.items()
                if isinstance(name, str) and name != 'function'
            ]
            results.append(apply(run, held, [*more, *arguments], own, node))
        else:
            call = objects.instance_slot(
                run, Value(places=frozenset((place,))), '__call__', own
            )
            results.append(
                apply(run, call, arguments, own, node)
                if call is not None and call.places
                else elsewhere.unknown_call(run, target, arguments, own, node, '')
            )
        ends.append(own)
    if len(known) > 1:
        state.become(v.joined_states(ends))
    if target.symbol:
        results.append(elsewhere.external(run, target, arguments, state, node))
    elif not known or target.marks:
        results.append(elsewhere.unknown_call(run, target, arguments, state, node, ''))
    return v.all_of(results)


def perform(
    run: Run,
    function: ir.Function,
    closure: Place,
    this: Value | None,
    given: Mapping[str, Value],
    state: State,
    at: int = -1,
) -> Frame:
    """Run a function's body; the frame has what it returned, with its states."""
    place: Place = ('frame', function.at, *run.context)
    frame = Frame(place, function, this)
    slots = dict(given)
    known = state.heap.get(place)
    single = known is None
    if known is not None:
        # Called here before (in a loop): closures may still hold that scope.
        for name, value in known.slots.items():
            slots[name] = v.joined(slots[name], value) if name in slots else value
    parent = Value(places=frozenset((closure,)))
    state.heap[place] = Object('frame', slots, None, info=parent, single=single)
    around, run.frames = run.frames, [*run.frames, frame]
    try:
        run.block(function.body, state)
    finally:
        run.frames = around
    if not state.dead:
        frame.returns.append((v.constant(None), state.copy(), None))
    ends = [one for _, one, _ in frame.returns]
    state.become(v.joined_states(ends))
    if not frame.held:
        state.heap.pop(place, None)
    return frame


def call_function(
    run: Run,
    one: Object,
    arguments: Sequence[Given],
    state: State,
    at: int,
    node: ir.Node,
) -> Value:
    """Follow a call into a function of this file."""
    function: ir.Function = one.info
    stack = [frame.function for frame in run.frames]
    if len(run.context) >= DEPTH or function in stack:
        cut_off(run, function)
        heap.spoil(state, [given.value for given in arguments], v.UNSURE)
        heap.spoil_scopes(run, state)
        marks = v.merged(*(heap.deep(g.value, state) for g in arguments), v.UNSURE)
        return Value(v.stepped(marks, at, node.end, 'passed on'))
    this = one.slots.get('self')
    given = bind(run, one, arguments, this, state)
    held = one.slots.get('closure')
    closure = next(iter(held.places)) if held and held.places else run.top
    run.context = (*run.context, at)
    for name, value in given.items():
        if value.marks:
            marks = v.stepped(value.marks, at, node.end, f'passed as {name}')
            given[name] = value.but(marks=marks)
    run.inlined.add(function.at)
    try:
        frame = perform(run, function, closure, this, given, state, at)
    finally:
        run.context = run.context[:-1]
    if function.generator:
        items = v.all_of(frame.yielded)
        # Run when it is read, and not now: what it looks at may have changed.
        items = Value(v.merged(items.marks, v.UNSURE), places=items.places)
        return heap.allocate(run, 'list', {}, items, state, (at, 'generator'))
    value = v.all_of(value for value, _, _ in frame.returns)
    if function.decorators and not transparent(run, function):
        value = v.joined(value, v.ANYTHING)
    return value


def transparent(run: Run, function: ir.Function) -> bool:
    return all(
        run.language.transparent(ir.dotted(decorator))
        for decorator in function.decorators
    )


def cut_off(run: Run, function: ir.Function) -> None:
    """Note that a call was not followed, nor what it calls in turn."""
    mark(run, function, run.cut)


def mark(run: Run, function: ir.Function, marked: set[int]) -> None:
    """Mark a function and all of this file that can be reached from it."""
    if function.at in marked:
        return
    waiting, known = [function], {function.at}
    while waiting:
        current = waiting.pop()
        marked.add(current.at)
        for name in run.survey.mentions(current):
            for other in run.survey.named.get(name, ()):
                if other.at not in known:
                    known.add(other.at)
                    waiting.append(other)


def bind(
    run: Run,
    one: Object,
    arguments: Sequence[Given],
    this: Value | None,
    state: State,
) -> dict[str, Value]:
    """Return what each parameter gets."""
    function: ir.Function = one.info
    names = list(function.parameters)
    found: dict[str, Value] = {}
    if this is not None and run.language.explicit_self and names:
        found[names.pop(0).name] = this
    plain = [p for p in names if not p.splat]
    extra: list[Value] = []
    extra_named: dict[str, Value] = {}
    loose: Value | None = None
    position = 0
    for given in spread(arguments, state):
        if given.splat:
            content = (
                heap.contents(given.value, state)
                if given.splat == '*'
                else v.all_of(heap.held(given.value, state))
            )
            loose = content if loose is None else v.joined(loose, content)
        elif given.name:
            if any(p.name == given.name for p in plain):
                found[given.name] = given.value
            else:
                extra_named[given.name] = given.value
        elif position < len(plain) and loose is None:
            found[plain[position].name] = given.value
            position += 1
        else:
            extra.append(given.value)
    for parameter in names:
        if parameter.splat == '**':
            found[parameter.name] = heap.allocate(
                run, 'dict', dict(extra_named), loose, state, (parameter.at, '**')
            )
        elif parameter.splat:
            slots: dict[Any, Value] = dict(enumerate(extra))
            found[parameter.name] = heap.allocate(
                run,
                'tuple',
                {} if loose else slots,
                v.all_of([*extra, loose]) if loose else None,
                state,
                (parameter.at, '*'),
                None if loose else len(slots),
            )
        elif parameter.name not in found:
            default = v.ANYTHING
            if parameter.default is not None:
                made = one.slots.get(('default', parameter.name))
                default = made or run.evaluate(parameter.default, state)
            if loose is not None:
                default = v.joined(default, loose)
            found[parameter.name] = default
    for parameter in names:
        symbol = run.models.typed(parameter.type)
        value = found[parameter.name]
        if symbol and not value.symbol and not value.places:
            found[parameter.name] = value.but(symbol=symbol)
    return found


def spread(arguments: Sequence[Given], state: State) -> Iterator[Given]:
    """Yield arguments; of `*` and `**` one by one what is known to be in them."""
    for given in arguments:
        items = heap.known_items(given.value, state) if given.splat else None
        one = heap.copied(given.value, state) if given.splat == '**' else None
        if items is not None:
            yield from (Given(item) for item in items)
        elif (
            one is not None
            and one.rest is None
            and all(isinstance(key, str) for key in one.slots)
        ):
            # A key may be there on one way only: the default is possible too.
            yield from (Given(item, key) for key, item in one.slots.items())
        else:
            yield given


def of_arity(
    known: Sequence[tuple[Place, Object]], count: int
) -> list[tuple[Place, Object]]:
    """Return the functions of an overloaded name that take so many arguments."""
    return [
        (place, one)
        for place, one in known
        if one.kind == 'function'
        and (
            len(one.info.parameters) == count
            or any(p.splat for p in one.info.parameters)
        )
    ]


def instantiate(
    run: Run, place: Place, arguments: Sequence[Given], state: State, node: ir.Node
) -> Value:
    """Make an object of a class of this file."""
    made: Place = ('object', node.at, *run.context)
    known = state.heap.get(made)
    cls = state.heap[place].info
    member = enums.called(run, place, arguments, state)
    if member is not None:
        return member
    foreign = objects.has_foreign_base(run, place, state)
    rest = None
    if foreign:
        # A class from elsewhere may keep what it is given, anywhere.
        marks = [heap.deep(given.value, state) for given in arguments]
        rest = Value(v.merged(*marks, v.UNSURE))
    one = Object('instance', {}, rest, info=place, single=known is None)
    state.heap[made] = one if known is None else v.joined_objects(known, one)
    this = Value(places=frozenset((made,)))
    fields(run, cls, this, state)
    start = objects.class_slot(place, run.language.constructor, state)
    if start is not None and start.places:
        start = objects.bound(run, start, this, state)
        apply(run, start, arguments, state, node)
    else:
        without_constructor(run, cls, this, arguments, state)
    return this


def fields(run: Run, cls: ir.Class, this: Value, state: State) -> None:
    """Run the initial values of an object's fields."""
    for base in cls.bases:
        above = heap.class_named(base, state)
        if above is not None and state.heap[above].info is not cls:
            fields(run, state.heap[above].info, this, state)
    if not cls.fields:
        return
    place = run.frames[-1].place
    if run.language.prototypes:
        # Names mean what they do where the class stands.
        own = (p for p, one in state.heap.items() if one.info is cls)
        place = next((scopes.parent(p, state) or run.top for p in own), place)
    frame = Frame(place, None, this)
    run.frames.append(frame)
    try:
        for statement in cls.fields:
            if isinstance(statement, ir.Evaluate) and isinstance(
                statement.value, ir.Assign
            ):
                target = statement.value.target
                value = run.evaluate(statement.value.value, state)
                if isinstance(target, ir.Name):
                    objects.write_field(run, this, target.id, value, state)
            else:
                run.block((statement,), state)
    finally:
        run.frames.pop()


def method(
    run: Run,
    receiver: Value,
    name: str,
    arguments: Sequence[Given],
    state: State,
    node: ir.Call,
) -> Value:
    """Call a method of a value."""
    results: list[Value] = []
    for place in sorted(receiver.places, key=repr):
        one = state.heap.get(place)
        if one is None:
            continue
        if run.language.prototypes:
            value = scripting.object_call(
                run, place, name, arguments, state, node, receiver
            )
            if value is not None:
                results.append(value)
                continue
        if one.kind in CONTAINERS or one.kind == 'text':
            results.append(
                containers.container_call(
                    run, place, name, arguments, state, node, receiver
                )
            )
        elif one.kind in ('instance', 'class'):
            found = (
                objects.instance_slot(
                    run, Value(places=frozenset((place,))), name, state
                )
                if one.kind == 'instance'
                else objects.class_slot(place, name, state)
            )
            if run.language.overloads and not (
                found is not None and objects.is_function(found, state)
            ):
                found = objects.method_slot(run, place, name, state) or found
            given = run.models.source(f'@view.{name}()')
            known = objects.method_of(
                run, Value(places=frozenset((place,))), name, state
            )
            if given and known is None and objects.is_view(run, receiver, state):
                results.append(v.chosen(node.at, node.end, given))
            elif found is not None and (found.places or found.symbol):
                results.append(apply(run, found, arguments, state, node))
            else:
                results.append(
                    elsewhere.unknown_call(
                        run,
                        Value(places=frozenset((place,))),
                        arguments,
                        state,
                        node,
                        name,
                    )
                )
        elif one.kind == 'external':
            results.append(
                elsewhere.external_method(
                    run, place, name, arguments, state, node, receiver
                )
            )
        elif one.kind in ('function', 'partial'):
            results.append(function_method(run, place, name, arguments, state, node))
    if results and not receiver.symbol and not receiver.marks:
        return v.all_of(results)
    if receiver.symbol and not any(
        state.heap[place].kind == 'external'
        for place in receiver.places
        if place in state.heap
    ):
        target = Value(receiver.marks, symbol=f'{receiver.symbol}.{name}')
        results.append(
            elsewhere.external(run, target, arguments, state, node, receiver)
        )
    elif not receiver.places or receiver.marks:
        results.append(
            elsewhere.value_method(run, receiver, name, arguments, state, node)
        )
    return v.all_of(results)


def function_method(
    run: Run,
    place: Place,
    name: str,
    arguments: Sequence[Given],
    state: State,
    node: ir.Node,
) -> Value:
    """Call through a function object: Java's functional interfaces, call, apply."""
    target = Value(places=frozenset((place,)))
    if name in run.language.callers:
        return apply(run, target, arguments, state, node)
    return elsewhere.unknown_call(run, target, arguments, state, node, name)


def arguments(run: Run, given: Sequence[ir.Argument], state: State) -> list[Given]:
    return [
        Given(run.evaluate(one.value, state), one.name, one.splat, one.value)
        for one in given
    ]


def without_constructor(
    run: Run, cls: ir.Class, this: Value, arguments: Sequence[Given], state: State
) -> None:
    """Give the fields of a class that does not say how what the call gives."""
    if not run.language.body_names_fields:
        if arguments:
            _keeps(this, arguments, state)
        return
    names = _components(cls, state)
    for number, given in enumerate(arguments):
        if given.name:
            objects.write_field(run, this, given.name, given.value, state)
        elif given.splat:
            heap.spoil(state, [this], heap.deep(given.value, state))
        elif number < len(names):
            objects.write_field(run, this, names[number], given.value, state)
    if arguments and not names:
        _keeps(this, arguments, state)
    after = objects.instance_slot(run, this, '__post_init__', state)
    if names and after is not None and after.places:
        run.apply(after, (), state, cls)


def _components(cls: ir.Class, state: State) -> list[str]:
    """Return the fields that a class and those above it take, in their order."""
    found: list[str] = []
    for base in cls.bases:
        above = heap.class_named(base, state)
        if above is not None and state.heap[above].info is not cls:
            found += _components(state.heap[above].info, state)
    return [*found, *(name for name in cls.components if name not in found)]


def _keeps(this: Value, arguments: Sequence[Given], state: State) -> None:
    """Let any field of an object hold what it was made with."""
    marks = v.merged(*(heap.deep(given.value, state) for given in arguments))
    for place in this.places:
        one = state.heap[place]
        state.heap[place] = one._replace(rest=Value(v.merged(marks, v.UNSURE)))
