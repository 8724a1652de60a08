"""Calls of what is defined elsewhere: by its name, or by nothing that is known."""

from __future__ import annotations

from collections.abc import Sequence

from hookline.flow import folding, heap, ir, making, telling
from hookline.flow import values as v
from hookline.flow.run import Given, Run
from hookline.flow.values import Object, Place, State, Value


def external(
    run: Run,
    target: Value,
    arguments: Sequence[Given],
    state: State,
    node: ir.Node,
    receiver: Value | None = None,
) -> Value:
    """Call something from elsewhere that has a name."""
    symbol = target.symbol
    known = run.models.source(f'{symbol}()') or run.models.source(symbol)
    if known:
        return v.chosen(node.at, node.end, known)
    if run.models.ends(symbol):
        run.collect(state)
        state.dead = True
        return v.SAFE
    if symbol in run.survey.patched or f'builtins.{symbol}' in run.survey.patched:
        # By its own name: a name that the models know would not be it.
        return unknown_call(run, target, arguments, state, node, '(patched)')
    special = run.models.special(symbol)
    if special:
        value = making.special(run, special, target, arguments, state, node, receiver)
        if value is not None:
            return value
    folded = folding.fold_call(run.language, symbol, arguments)
    if folded is not None:
        return folded
    classes = run.models.clears(symbol)
    marks = v.merged(
        target.marks, *(heap.deep(given.value, state) for given in arguments)
    )
    if classes:
        if run.models.raises(symbol) and arguments:
            if run.carried and marks:
                run.carried[-1].append(Value(marks))
            telling.clear(arguments[0].value, frozenset(('*',)), state)
        return Value(
            v.stepped(
                v.cleared(marks, classes), node.at, node.end, f'through {symbol}'
            ),
            facts=run.models.facts(symbol),
        )
    return unknown_call(run, target, arguments, state, node, symbol)


def unknown_call(
    run: Run,
    target: Value,
    arguments: Sequence[Given],
    state: State,
    node: ir.Node,
    name: str,
) -> Value:
    """Call what nobody here knows: it may return and keep all that it is given."""
    passed = [given.value for given in arguments]
    own = target.marks if target.symbol else heap.deep(target, state)
    marks = v.merged(own, *(heap.deep(value, state) for value in passed))
    if any(run.models.carries(value.symbol) for value in passed):
        # A wrapper of the request, or what it took out of it.
        marks = v.merged(marks, v.chosen(node.at, node.end, 'from the request').marks)
    short = name.rpartition('.')[2]
    callbacks = [
        value
        for value in passed
        if any(
            state.heap[place].kind in ('function', 'partial')
            for place in value.places
            if place in state.heap
        )
    ]
    rest = [value for value in passed if value not in callbacks]
    results: list[Value] = []
    for callback in callbacks:
        given = v.merged(
            *(heap.deep(value, state) for value in (*rest, target)), v.UNSURE
        )
        before = state.copy()
        results.append(
            run.apply(
                callback,
                [Given(Value(given)) for _ in range(arity(callback, state))],
                state,
                node,
            )
        )
        state.become(v.joined_states((before, state)))
    pure = run.models.pure(name)
    if run.models.undoes(name):
        marks = tuple(mark._replace(cleared=v.NO_CLASSES) for mark in marks)
    if not pure:
        kept = spoiled_by(marks)
        heap.spoil(state, [*rest, target], kept)
    if not pure and run.models.looks_like_check(short):
        marks = v.at_most(marks, v.UNKNOWN)
    if not pure or not name:
        marks = v.merged(marks, v.UNSURE)
    marks = v.stepped(
        marks, node.at, node.end, f'through {short}' if short else 'called'
    )
    places = frozenset().union(*(result.places for result in results))
    marks = v.merged(marks, *(result.marks for result in results))
    value = Value(
        marks,
        symbol=f'{name}()'
        if target.symbol and not pure and not heap.marks_taint(marks)
        else '',
        facts=run.models.facts(name),
        about=run.models.part(short, target),
    )
    if target.symbol and not pure and not heap.marks_taint(marks):
        place: Place = ('external', node.at, *run.context)
        state.heap[place] = Object(
            'external', {}, Value(marks), single=place not in state.heap
        )
        return value.but(places=places | frozenset((place,)), marks=())
    return value.but(places=places)


def external_method(
    run: Run,
    place: Place,
    name: str,
    arguments: Sequence[Given],
    state: State,
    node: ir.Node,
    receiver: Value,
) -> Value:
    """Call a method of an object from elsewhere; it keeps what it is given."""
    one = state.heap[place]
    symbol = f'{receiver.symbol}.{name}' if receiver.symbol else name
    known = run.models.source(f'{symbol}()') or run.models.source(symbol)
    if known:
        return v.chosen(node.at, node.end, known)
    given = v.merged(*(heap.deep(value.value, state) for value in arguments))
    rest = one.rest or v.SAFE
    target = Value(rest.marks, symbol=symbol if receiver.symbol else '')
    if given:
        kept = Value(v.merged(rest.marks, given))
        state.heap[place] = one._replace(rest=kept)
    if receiver.symbol:
        return external(run, target, arguments, state, node)
    return value_method(run, target, name, arguments, state, node)


def value_method(
    run: Run,
    receiver: Value,
    name: str,
    arguments: Sequence[Given],
    state: State,
    node: ir.Node,
) -> Value:
    """Call a method of a text, a number, or something unknown."""
    folded = folding.fold_method(run.language, receiver, name, arguments)
    if folded is not None:
        return folded
    fixed = telling.fixed(receiver) if name in ('format', 'concat') else v.NO_CLASSES
    if fixed and not receiver.marks:
        marks = v.merged(*(heap.deep(given.value, state) for given in arguments))
        marks = v.cleared(marks, telling.told(fixed))
        marks = v.stepped(marks, node.at, node.end, 'put together')
        return Value(marks, facts=fixed)
    classes = run.models.clears(f'?.{name}')
    if '*' in classes:
        return Value()
    if name in run.language.harmless_methods:
        return Value()
    return unknown_call(run, receiver, arguments, state, node, name)


def arity(callback: Value, state: State) -> int:
    counts = [
        len(state.heap[place].info.parameters)
        for place in callback.places
        if place in state.heap and state.heap[place].kind == 'function'
    ]
    return max(counts, default=1)


def spoiled_by(marks: v.Marks) -> v.Marks:
    return v.at_most(v.merged(marks, v.UNSURE), v.UNKNOWN)
