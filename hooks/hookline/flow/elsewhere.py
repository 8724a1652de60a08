"""Calls of what is defined elsewhere: by its name, or by nothing that is known."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hookline.flow import (
    folding,
    heap,
    ir,
    making,
    patterns,
    scopes,
    scripting,
    telling,
)
from hookline.flow import values as v
from hookline.flow.run import Given, Run
from hookline.flow.values import Object, Place, State, Value

# Methods by whose name something stays with the object.
_STORES = re.compile(r'(set|put|add|append|push|offer|insert|store|save|bind)(?![a-z])')


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
    known = run.models.chosen(f'{symbol}()', node) or run.models.chosen(symbol, node)
    if known is not None:
        return known
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
    if run.language.prototypes:
        value = scripting.library_call(run, symbol, arguments, state, node)
        if value is not None:
            return value
    regex = run.models.regex(symbol)
    if regex:
        return _regex(run, regex, receiver or target, symbol, arguments, state, node)
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
    if receiver is not None and not receiver.places:
        _store(receiver, symbol, arguments, state, node)
    return unknown_call(run, target, arguments, state, node, symbol, receiver)


def _store(
    receiver: Value,
    symbol: str,
    arguments: Sequence[Given],
    state: State,
    node: ir.Node,
) -> None:
    """Let something from elsewhere keep what a method puts into it."""
    if receiver.symbol and _STORES.match(symbol.rpartition('.')[2]):
        marks = v.merged(*(heap.deep(given.value, state) for given in arguments))
        if heap.marks_taint(marks):
            heap.keep_elsewhere(receiver, Value(marks), state, node.at)


def _regex(
    run: Run,
    kind: str,
    target: Value,
    symbol: str,
    arguments: Sequence[Given],
    state: State,
    node: ir.Node,
) -> Value:
    """Call a function that looks for a pattern in a text."""
    plain = [given.value for given in arguments if not given.name and not given.splat]
    named = [given for given in arguments if given.name]
    if kind.endswith('compile') and plain:
        flags = [*plain[1:], *(given.value for given in named)]
        return patterns.compiled(symbol, plain[0], flags)
    if kind.endswith('sub') and len(plain) >= 2:
        *start, put, subject = plain[:2] if kind == 'compiled-sub' else plain[:3]
        pattern = target if kind == 'compiled-sub' else start[0]
        marks = v.merged(heap.deep(put, state), heap.deep(subject, state))
        marks = v.stepped(marks, node.at, node.end, 'put together')
        if put.places or len(plain) + len(named) > 2 + (kind != 'compiled-sub'):
            called = unknown_call(run, v.SAFE, arguments, state, node, 're.sub')
            return called.but(marks=v.dulled(v.merged(called.marks, marks), None))
        return patterns.substituted(subject, patterns.known(pattern), put, True, marks)
    tried = patterns.tried(kind, target, plain)
    if tried is None or named:
        return unknown_call(run, Value(symbol=symbol), arguments, state, node, symbol)
    marks = heap.deep(tried.subject, state)
    return patterns.match(kind, tried, v.stepped(marks, node.at, node.end, 'looked at'))


def unknown_call(
    run: Run,
    target: Value,
    arguments: Sequence[Given],
    state: State,
    node: ir.Node,
    name: str,
    receiver: Value | None = None,
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
    answers = run.models.answers(name)
    for callback in callbacks:
        given = v.merged(
            *(heap.deep(value, state) for value in (*rest, target)), v.UNSURE
        )
        if answers:
            given = v.at_most(given, v.UNKNOWN)
        if handed_on(run, callback, state):
            continue
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
    converted = _converted(run, arguments, name)
    if converted:
        marks = v.cleared(marks, converted)
    if answers:
        marks = v.at_most(marks, v.UNKNOWN)
    pure = run.models.pure(name)
    if run.models.undoes(name):
        marks = tuple(mark._replace(cleared=v.NO_CLASSES) for mark in marks)
    if not pure:
        fills = short in run.language.fills
        kept = marks if fills else spoiled_by(marks)
        heap.spoil(state, [*rest, target], kept)
    undoes = run.models.undoes(name)
    if not pure and not undoes and run.models.looks_like_check(short):
        marks = v.at_most(marks, v.UNKNOWN)
    if not pure or not name:
        marks = v.merged(marks, v.UNSURE)
    marks = v.stepped(
        marks, node.at, node.end, f'through {short}' if short else 'called'
    )
    places = frozenset().union(*(result.places for result in results))
    marks = v.merged(marks, *(result.marks for result in results))
    if converted:
        return Value()
    facts = run.models.facts(name)
    if pure and not target.symbol:
        facts |= frozenset(fact for fact in target.facts if fact.startswith('of:'))
    elif pure:
        facts |= {f'of:{name}'}
    about = run.models.part(short, target)
    if 'normal' in facts:
        whole = receiver or target
        whole = whole if whole.marks or not passed else passed[0]
        about = ('path-of', whole.number)
    value = Value(
        marks,
        symbol=f'{name}()'
        if target.symbol and not pure and not heap.marks_taint(marks)
        else '',
        facts=facts,
        about=about,
    )
    if target.symbol and not pure and not heap.marks_taint(marks):
        place: Place = ('external', node.at, *run.context)
        state.heap[place] = Object(
            'external', {}, Value(marks), single=place not in state.heap
        )
        places |= heap.kept_elsewhere(value.symbol, state)
        return value.but(places=places | frozenset((place,)), marks=())
    return value.but(places=places)


def _converted(run: Run, arguments: Sequence[Given], name: str) -> frozenset[str]:
    """Return what `args.get('n', 1, int)` is harmless for: it gives numbers."""
    short = name.rpartition('.')[2]
    for number, given in enumerate(arguments):
        by_place = number == 2 and short == 'get' and not given.name
        named = given.name == 'type' and short in ('get', 'getlist', 'pop')
        if named or by_place:
            return run.models.clears(given.value.symbol) & {'*'}
    return v.NO_CLASSES


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
    known = run.models.chosen(f'{symbol}()', node) or run.models.chosen(symbol, node)
    if known is not None:
        return known
    given = v.merged(*(heap.deep(value.value, state) for value in arguments))
    rest = one.rest or v.SAFE
    target = Value(rest.marks, symbol=symbol if receiver.symbol else '')
    if given:
        _store(receiver, symbol, arguments, state, node)
        one = state.heap[place]
        kept = rest.but(marks=v.merged(rest.marks, given), number=0, constants=None)
        state.heap[place] = one._replace(rest=kept)
        of = one.slots.get(('of',))
        if of is not None:
            heap.absorb(state, of, Value(given))
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
    changed = _text_method(run, receiver, name, arguments, state, node)
    if changed is not None:
        return changed
    fixed = telling.fixed(receiver) if name in ('format', 'concat') else v.NO_CLASSES
    if fixed and not receiver.marks:
        marks = v.merged(*(heap.deep(given.value, state) for given in arguments))
        marks = v.cleared(marks, telling.told(fixed))
        marks = v.stepped(marks, node.at, node.end, 'put together')
        return Value(marks, facts=fixed)
    if (
        name in run.language.raising_methods
        and 'normal' in receiver.facts
        and not any(heap.marks_taint(heap.deep(g.value, state)) for g in arguments)
    ):
        # path.relative_to(folder): it fails unless the path is below.
        telling.clear(receiver, telling.PATH, state)
    classes = run.models.clears_of(receiver, name)
    if classes:
        given = (heap.deep(given.value, state) for given in arguments)
        marks = v.cleared(v.merged(receiver.marks, *given), classes)
        return Value(v.stepped(marks, node.at, node.end, f'through {name}'))
    if run.language.prototypes:
        value = scripting.value_call(run, receiver, name, arguments, state, node)
        if value is not None:
            return value
    if name in run.language.harmless_methods:
        return Value()
    return unknown_call(run, receiver, arguments, state, node, name)


def _text_method(
    run: Run,
    receiver: Value,
    name: str,
    arguments: Sequence[Given],
    state: State,
    node: ir.Node,
) -> Value | None:
    """Call a method of which is known what it leaves of a text; None: another."""
    plain = [given.value for given in arguments if not given.name and not given.splat]
    kind = run.language.text_methods.get(f'{name}/{len(arguments)}', '')
    kind = kind or run.language.text_methods.get(name, '')
    if not kind or receiver.symbol or len(plain) != len(arguments):
        return None
    if kind == 'place':
        # Of something else than a text it may give what it finds.
        known = receiver.constants is not None and not receiver.marks
        return Value() if known else None
    if kind == 'group':
        marks = patterns.of_group(receiver, receiver.marks)
        return Value(v.stepped(marks, node.at, node.end, 'part of'))
    own = v.stepped(receiver.marks, node.at, node.end, f'through {name}')
    if kind == 'replace-regex' and len(plain) == 1:
        # Of a matcher: Pattern.compile(…).matcher(text).replaceAll(…)
        put = plain[0]
        marks = v.merged(own, heap.deep(put, state))
        return patterns.substituted(
            receiver, patterns.known(receiver), put, True, marks
        )
    if kind in ('replace', 'replace-regex') and len(plain) != 2:
        return None
    if kind in ('replace', 'replace-regex'):
        marks = v.merged(own, heap.deep(plain[1], state))
        regex = kind == 'replace-regex'
        return patterns.substituted(receiver, plain[0], plain[1], regex, marks)
    if kind == 'map':
        if not plain or not plain[0].places:
            return None
        return run.apply(plain[0], [Given(Value(receiver.marks))], state, node)
    if kind == 'altered':
        marks = v.merged(*(heap.deep(value, state) for value in plain))
        return Value(v.dulled(v.merged(own, marks), None))
    if kind in ('split', 'characters'):
        parts = Value(v.cut(own))
        made = heap.allocate(run, 'list', {}, parts, state, (node.at, name))
        about = ('each', receiver.number) if kind == 'characters' else None
        return made.but(about=about)
    if kind == 'cut':
        marks = v.merged(*(heap.deep(value, state) for value in plain))
        return Value(v.merged(v.cut(own), v.at_most(marks, v.UNKNOWN)))
    return None


def handed_on(run: Run, callback: Value, state: State) -> bool:
    """Note that a function may be called at any time from here on.

    True for one that is registered for requests: it is run as one of them later.
    """
    functions = scopes.give(run, callback, state)
    return bool(functions) and all(run.models.handles(one.info) for one in functions)


def arity(callback: Value, state: State) -> int:
    counts = [
        len(state.heap[place].info.parameters)
        for place in callback.places
        if place in state.heap and state.heap[place].kind == 'function'
    ]
    return max(counts, default=1)


def spoiled_by(marks: v.Marks) -> v.Marks:
    return v.at_most(v.merged(marks, v.UNSURE), v.UNKNOWN)
