"""What each kind of expression gives."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from hookline.flow import (
    arrivals,
    calls,
    containers,
    definitions,
    elsewhere,
    folding,
    guards,
    heap,
    ir,
    objects,
    prototypes,
    scopes,
    switches,
    targets,
    telling,
)
from hookline.flow import values as v
from hookline.flow.heap import CONTAINERS
from hookline.flow.run import Frame, Given, Run
from hookline.flow.values import Object, Place, State, Value


def evaluate(run: Run, node: ir.Expression, state: State) -> Value:
    run.step()
    value = KINDS[type(node)](run, node, state)
    if value is v.ANYTHING:
        # One of its own: what a test tells of it is told of no other.
        value = value.but(number=0)
    sinks = run.wanted.by_node.get(id(node))
    if sinks and not state.dead:
        arrivals.arrived(run, sinks, value, state)
    return value


def on_const(run: Run, node: ir.Const, state: State) -> Value:
    return v.constant(node.value)


def on_plain(run: Run, node: ir.Plain, state: State) -> Value:
    return Value()


def on_name(run: Run, node: ir.Name, state: State) -> Value:
    if node.id in run.language.this_names:
        this = scopes.own_object(run)
        if this is None:
            return v.ANYTHING
        return objects.super_of(run, this, state) if node.id == 'super' else this
    return scopes.look_up(run, node.id, state)


def on_field(run: Run, node: ir.Field, state: State) -> Value:
    if node.name == 'this' and 'this' in run.language.this_names:
        # The object around, by the name of its class.
        around = scopes.object_of(run, ir.dotted(node.base), state)
        return around or v.ANYTHING
    base = evaluate(run, node.base, state)
    return objects.field(run, base, node.name, state, node)


def on_item(run: Run, node: ir.Item, state: State) -> Value:
    base = evaluate(run, node.base, state)
    key = evaluate(run, node.key, state)
    if base.symbol:
        known = run.models.chosen(base.symbol + '[]', node)
        if known is not None:
            return known
    if run.language.prototypes:
        value = prototypes.item(run, base, key, state, node)
        if value is not None:
            return value
    own = objects.method_of(run, base, '__getitem__', state)
    if own is not None:
        return run.apply(own, (Given(key),), state, node)
    found = containers.item(base, key, state, node)
    missing = objects.method_of(run, base, '__missing__', state)
    if missing is not None:
        found = v.joined(found, run.apply(missing, (Given(key),), state, node))
    return found


def on_slice(run: Run, node: ir.Slice, state: State) -> Value:
    base = evaluate(run, node.base, state)
    bounds = [evaluate(run, b, state) if b else None for b in node.bounds]
    if base.places and not base.marks:
        items = heap.known_items(base, state)
        numbers = [_integer(bound) for bound in bounds]
        if items is not None and False not in numbers:
            cut = items[slice(*numbers)]
            return heap.allocate(
                run,
                'list',
                dict(enumerate(cut)),
                None,
                state,
                (node.at, 'cut'),
                len(cut),
            )
        content = heap.contents(base, state)
        return heap.allocate(run, 'list', {}, content, state, (node.at, 'cut'))
    constants = None
    if base.constants is not None and not base.marks:
        numbers = [_integer(bound) for bound in bounds]
        if False not in numbers:
            constants = frozenset(
                one[slice(*numbers)]
                for one in base.constants
                if isinstance(one, (str, bytes))
            )
    marks = v.merged(
        v.stepped(v.cut(base.marks), node.at, node.end, 'part of'),
        v.UNSURE if base.symbol and not base.marks else (),
    )
    inner = frozenset(('inside',)) if _is_inside(node) else frozenset()
    return Value(marks, constants, about=('inside', base.number) if inner else None)


def on_call(run: Run, node: ir.Call, state: State) -> Value:
    function = node.function
    receiver: Value | None = None
    name = ''
    if isinstance(function, ir.Field):
        receiver = evaluate(run, function.base, state)
        name = function.name
    elif isinstance(function, ir.Name):
        name = function.id
    arguments = calls.arguments(run, node.arguments, state)
    if state.dead:
        return v.SAFE
    if receiver is not None:
        value = calls.method(run, receiver, name, arguments, state, node)
    else:
        target = evaluate(run, function, state)
        if run.language.overloads and name:
            # A field or a variable of that name is never meant.
            target = scopes.method_named(run, name, state) or target
        value = run.apply(target, arguments, state, node)
    return value


def on_new(run: Run, node: ir.New, state: State) -> Value:
    arguments = calls.arguments(run, node.arguments, state)
    if node.body is not None:
        definitions.on_class(run, node.body, state)
        place: Place = ('class', node.body.at, *run.context)
        return calls.instantiate(run, place, arguments, state, node)
    cls = scopes.look_up(run, node.type, state)
    if cls.places and any(
        state.heap[p].kind == 'class' for p in cls.places if p in state.heap
    ):
        return run.apply(cls, arguments, state, node)
    name = cls.symbol or node.type
    return elsewhere.external(run, Value(symbol=name), arguments, state, node)


def on_binary(run: Run, node: ir.Binary, state: State) -> Value:
    left = evaluate(run, node.left, state)
    right = evaluate(run, node.right, state)
    return combined(run, node.operator, left, right, state, node)


def combined(
    run: Run, operator: str, left: Value, right: Value, state: State, node: ir.Node
) -> Value:
    marks = v.merged(heap.deep(left, state), heap.deep(right, state))
    constants = None
    fixed = v.NO_CLASSES
    if operator in ('+', '%'):
        marks, fixed = telling.followed(
            left, right, heap.deep(left, state), heap.deep(right, state)
        )
    if not marks:
        constants = folding.folded(operator, left, right, run.language)
    elif right.marks and telling.in_quotes((left,)):
        marks = telling.unquoted(marks)
    if _is_arithmetic(run, operator, left, right):
        # A number, or an error.
        return Value((), constants)
    places: frozenset[Place] = frozenset()
    if run.language.prototypes:
        # Whatever the two are, it is a text or a number.
        marks = v.cleared(marks, run.language.text_clears)
    elif (left.places or right.places) and operator in ('+', '*', '|', '&'):
        one, other = heap.known_items(left, state), heap.known_items(right, state)
        if operator == '+' and one is not None and other is not None:
            items = [*one, *other]
            return heap.allocate(
                run,
                'list',
                dict(enumerate(items)),
                None,
                state,
                (node.at, 'sum'),
                len(items),
            )
        inner = v.joined(heap.contents(left, state), heap.contents(right, state))
        kinds = {
            state.heap[p].kind for p in left.places | right.places if p in state.heap
        }
        kind = 'dict' if kinds == {'dict'} else 'list'
        if kinds & CONTAINERS:
            if kind == 'dict':
                inner = Value(marks, places=inner.places)
            at = (
                node.at,
                'sum',
            )  # not the object on its left, which begins there too
            places = heap.allocate(run, kind, {}, inner, state, at).places
    marks = v.stepped(marks, node.at, node.end, 'put together')
    if operator == '/':
        fixed |= frozenset(fact for fact in left.facts if fact.startswith('of:'))
    return Value(marks, constants, places, facts=fixed)


def on_unary(run: Run, node: ir.Unary, state: State) -> Value:
    value = evaluate(run, node.operand, state)
    if node.operator == 'not':
        truth = guards.truth_of(run, value)
        return Value() if truth is None else v.constant(not truth)
    constants = folding.folded_unary(node.operator, value)
    return Value(() if node.operator == '~' else value.marks, constants)


def on_logic(run: Run, node: ir.Logic, state: State) -> Value:
    left = evaluate(run, node.left, state)
    truth = guards.truth_of(run, left)
    if node.operator == '??':
        truth = _is_something(left)
    takes_left = (
        truth
        if node.operator in ('or', '??')
        else (None if truth is None else not truth)
    )
    if takes_left is True:
        return left
    other = state.copy()
    guards.assume(run, node.left, node.operator == 'and', other)
    if takes_left is None:
        guards.assume(run, node.left, node.operator != 'and', state)
    right = evaluate(run, node.right, other)
    if takes_left is False:
        state.become(other)
        return right
    state.become(v.joined_states((state, other)))
    if node.operator == 'and':
        # The left one only where it is false: '' or 0, and so nothing of it.
        left = left.but(marks=v.at_most(left.marks, v.UNKNOWN), number=0)
        if not heap.deep(left, state):
            left = Value()
    return v.joined(left, right)


def on_compare(run: Run, node: ir.Compare, state: State) -> Value:
    left = evaluate(run, node.left, state)
    right = evaluate(run, node.right, state)
    constants = folding.compared(node.operator, left, right, state, run.language)
    return Value((), constants)


def on_instance_of(run: Run, node: ir.InstanceOf, state: State) -> Value:
    value = evaluate(run, node.value, state)
    if node.binds:
        scopes.bind_name(run, node.binds, value, state)
    return Value()


def on_choice(run: Run, node: ir.Choice, state: State) -> Value:
    truth = guards.truth_of(run, evaluate(run, node.test, state))
    if truth is not None:
        guards.assume(run, node.test, truth, state)
        return evaluate(run, node.then if truth else node.other, state)
    other = state.copy()
    guards.assume(run, node.test, True, state)
    then = evaluate(run, node.then, state)
    guards.assume(run, node.test, False, other)
    instead = evaluate(run, node.other, other)
    if state.dead or other.dead:
        then = instead if state.dead else then
        instead = then
    state.become(v.joined_states((state, other)))
    return v.joined(then, instead)


def on_text(run: Run, node: ir.Text, state: State) -> Value:
    values = [evaluate(run, part, state) for part in node.parts]
    marks: v.Marks = ()
    facts = v.NO_CLASSES
    for number, value in enumerate(values):
        begun = Value(marks, folding.concatenated(values[:number]), facts=facts)
        inner = heap.deep(value, state)
        if number:
            marks, facts = telling.followed(begun, value, marks, inner)
        else:
            marks, facts = inner, telling.fixed(value)
    constants = folding.concatenated(values) if not marks else None
    if any(
        value.marks and telling.in_quotes(values[:number])
        for number, value in enumerate(values)
    ):
        marks = telling.unquoted(marks)
    marks = v.cleared(marks, run.language.text_clears)
    marks = v.stepped(marks, node.at, node.end, 'put together')
    return Value(marks, constants, facts=facts)


def on_collection(run: Run, node: ir.Collection, state: State) -> Value:
    slots: dict[Any, Value] = {}
    rest: Value | None = None
    number: int | None = 0
    for entry in node.entries:
        value = evaluate(run, entry.value, state)
        if entry.splat:
            items = heap.known_items(value, state)
            other = heap.copied(value, state)
            if node.kind == 'dict' and other is not None and other.kind == 'dict':
                slots.update(other.slots)
                if other.rest is not None:
                    slots = {k: v.joined(s, other.rest) for k, s in slots.items()}
                    rest = other.rest if rest is None else v.joined(rest, other.rest)
            elif items is not None and number is not None and node.kind != 'dict':
                for item in items:
                    slots[number] = item
                    number += 1
            else:
                content = heap.contents(value, state)
                if node.kind == 'dict':
                    marks = v.merged(heap.deep(value, state), v.UNSURE)
                    content = Value(marks)
                    slots = {k: v.joined(s, content) for k, s in slots.items()}
                rest = content if rest is None else v.joined(rest, content)
                number = None
            continue
        if node.kind == 'dict':
            key = (
                evaluate(run, entry.key, state) if entry.key is not None else v.ANYTHING
            )
            try:
                slots[key.only] = value
            except (LookupError, TypeError):
                slots = {k: v.joined(s, value) for k, s in slots.items()}
                held = value if rest is None else v.joined(rest, value)
                rest = held.but(marks=v.merged(held.marks, v.as_key(key.marks)))
        elif number is not None:
            slots[number] = value
            number += 1
        else:
            rest = value if rest is None else v.joined(rest, value)
    length = None if node.kind == 'dict' else number
    if length is None and node.kind != 'dict' and slots:
        rest = v.all_of([*slots.values(), *([rest] if rest is not None else [])])
        slots = {}
    return heap.allocate(run, node.kind, slots, rest, state, (node.at,), length)


def on_comprehension(run: Run, node: ir.Comprehension, state: State) -> Value:
    frame = run.frames[-1]
    place: Place = ('frame', node.at, *run.context)
    inner = Frame(place, frame.function, frame.this)
    # What is assigned inside (:=) is a name of the scope around.
    around = {
        name: frame.outer.get(name, frame.place)
        for name in run.survey.assigned_in(node)
    }
    inner.outer = {**frame.outer, **around}
    parent = Value(places=frozenset((frame.place,)))
    slots: dict[str, Value] = {}
    known = state.heap.get(place)
    if known is not None:
        slots = dict(known.slots)
    state.heap[place] = Object('frame', slots, info=parent)
    run.frames = [*run.frames, inner]
    after = state.copy()
    value, key = v.SAFE, v.SAFE
    try:
        for clause in node.clauses:
            if clause.target is None:
                truth = guards.truth_of(run, evaluate(run, clause.iterable, state))
                if truth is False:
                    state.dead = True
                guards.assume(run, clause.iterable, True, state)
            else:
                iterable = evaluate(run, clause.iterable, state)
                targets.assign(
                    run, clause.target, heap.contents(iterable, state), state
                )
        dead = state.dead
        if not dead:
            value = evaluate(run, node.value, state)
            if node.key is not None:
                key = evaluate(run, node.key, state)
    finally:
        run.frames = run.frames[:-1]
    empty = dead
    state.become(v.joined_states((state, after)))
    kind = 'list' if node.kind == 'generator' else node.kind
    if empty:
        return heap.allocate(
            run,
            kind,
            {},
            None,
            state,
            (node.at, 'result'),
            None if kind == 'dict' else 0,
        )
    if node.kind == 'dict':
        marks = v.merged(value.marks, v.at_most(key.marks, v.TAINTED))
        value = value.but(marks=marks, constants=None)
    if node.kind == 'generator' and lazy(run, node):
        value = value.but(marks=v.merged(value.marks, v.UNSURE))
    return heap.allocate(
        run, kind, {}, value.but(constants=None), state, (node.at, 'result')
    )


def lazy(run: Run, node: ir.Comprehension) -> bool:
    """Say whether a generator may look at names that change before it runs."""
    return id(node) not in run.wanted.eager


def on_assign(run: Run, node: ir.Assign, state: State) -> Value:
    if node.operator:
        before = evaluate(run, node.target, state)
        value = evaluate(run, node.value, state)
        # `x += [..]` changes the list that others may hold as well.
        if before.places and node.operator == '+' and not run.language.prototypes:
            for place in before.places:
                one = state.heap.get(place)
                if one is not None and one.kind == 'list':
                    containers.container_call(
                        run,
                        place,
                        run.language.extend,
                        [Given(value)],
                        state,
                        node,
                        before,
                    )
            if any(
                state.heap[p].kind == 'list' for p in before.places if p in state.heap
            ):
                return before
        value = combined(run, node.operator, before, value, state, node)
    else:
        value = evaluate(run, node.value, state)
    if state.dead:
        return value
    symbol = run.models.typed(node.type)
    if symbol and not value.symbol and not value.places and value.constants is None:
        value = value.but(symbol=symbol)
    if value.marks:
        said = shown(node.target)
        if said:
            marks = v.stepped(value.marks, node.at, node.end, f'assigned to {said}')
            value = value.but(marks=marks)
    targets.assign(run, node.target, value, state, node.declares)
    return value


def shown(target: ir.Expression) -> str:
    # What a reader made has # in its name, and a block's variable the block's place.
    name = re.sub(r'@\d+', '', ir.dotted(target))
    return name if name and len(name) < 60 and '#' not in name else ''


def on_star(run: Run, node: ir.Star, state: State) -> Value:
    return evaluate(run, node.target, state)


def on_cast(run: Run, node: ir.Cast, state: State) -> Value:
    value = evaluate(run, node.value, state)
    if node.type in run.language.numbers:
        constants = folding.cast(node.type, value)
        return Value((), constants)
    symbol = run.models.typed(node.type)
    if symbol and not value.symbol and not value.places:
        return value.but(symbol=symbol)
    return value


def on_yield(run: Run, node: ir.Yield, state: State) -> Value:
    if node.value is not None:
        value = evaluate(run, node.value, state)
        if node.delegates:
            value = heap.contents(value, state)
        run.frames[-1].yielded.append(value)
    return v.ANYTHING


def on_opaque(run: Run, node: ir.Opaque, state: State) -> Value:
    marks = v.merged(
        *(heap.deep(evaluate(run, part, state), state) for part in node.parts)
    )
    return Value(v.merged(marks, v.UNSURE))


def on_switch_value(run: Run, node: ir.SwitchValue, state: State) -> Value:
    return switches.switch(run, node.switch, state)


def _is_something(value: Value) -> bool | None:
    """Say whether a value is not null for certain, or null; None: either."""
    if value.constants is None or value.marks or value.places:
        return None
    if None not in value.constants:
        return True
    return False if len(value.constants) == 1 else None


def _integer(bound: Value | None) -> Any:
    """Return the integer of a bound, None for none, False where it is not known."""
    if bound is None:
        return None
    try:
        only = bound.only
    except LookupError:
        return False
    return only if type(only) is int or only is None else False


def _is_inside(node: ir.Slice) -> bool:
    """Say whether a slice is all but the first and the last character."""
    bounds = node.bounds
    if len(bounds) != 2:
        return False
    first, last = bounds
    return (
        isinstance(first, ir.Const)
        and first.value == 1
        and isinstance(last, ir.Unary)
        and last.operator == '-'
        and isinstance(last.operand, ir.Const)
        and last.operand.value == 1
    )


def _is_arithmetic(run: Run, operator: str, left: Value, right: Value) -> bool:
    """Say whether the result can only be a number."""
    if operator not in run.language.arithmetic:
        return False
    if run.language.prototypes:
        return True
    if left.places or right.places:
        return False
    # Python's paths are put together so.
    return not (
        operator == '/'
        and run.language.truthy
        and (left.marks or right.marks or left.symbol)
    )


KINDS: dict[type, Callable[[Run, Any, State], Value]] = {
    ir.Const: on_const,
    ir.Plain: on_plain,
    ir.Name: on_name,
    ir.Field: on_field,
    ir.Item: on_item,
    ir.Slice: on_slice,
    ir.Call: on_call,
    ir.New: on_new,
    ir.Binary: on_binary,
    ir.Unary: on_unary,
    ir.Logic: on_logic,
    ir.Compare: on_compare,
    ir.InstanceOf: on_instance_of,
    ir.Choice: on_choice,
    ir.Text: on_text,
    ir.Collection: on_collection,
    ir.Comprehension: on_comprehension,
    ir.Assign: on_assign,
    ir.Star: on_star,
    ir.Cast: on_cast,
    ir.Yield: on_yield,
    ir.Opaque: on_opaque,
    ir.Function: definitions.on_function,
    ir.SwitchValue: on_switch_value,
}
