"""What a test tells of the values in it.

A guard clears a value for the classes of weakness that it really stops: an allow-list
and a cast stop all, a test for quotes one, a prefix of a path only where the path was
normalised before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from hookline.flow import calls, heap, ir, objects, patterns, scopes, telling
from hookline.flow import values as v
from hookline.flow.run import Run
from hookline.flow.values import State, Value

_INVERSE = {
    '==': '!=',
    '!=': '==',
    'in': 'not in',
    'not in': 'in',
    'is': 'is not',
    'is not': 'is',
    '<': '>=',
    '>=': '<',
    '>': '<=',
    '<=': '>',
}

# Expressions whose methods a test may call.
_RECEIVERS = (
    *(ir.Name, ir.Field, ir.Slice, ir.Call, ir.Const, ir.Item, ir.Cast, ir.Collection),
)
# Parts of a value that a test may look at, by what they tell of the whole.
_OF_PARTS = {
    'host': telling.HOST,
    'common': telling.PATH,
    'each': telling.ALL,
}


def truth_of(run: Run, value: Value) -> bool | None:
    """Say whether a value is true for certain, or false; None: either."""
    if value.marks or value.constants is None or value.places:
        return None
    found = {run.language.is_true(one) for one in value.constants}
    return found.pop() if len(found) == 1 else None


def assume(run: Run, test: ir.Expression, truth: bool, state: State) -> None:
    """Learn from a test that came out as `truth`."""
    if state.dead:
        return
    if isinstance(test, ir.Unary) and test.operator == 'not':
        assume(run, test.operand, not truth, state)
    elif isinstance(test, ir.Logic) and test.operator in ('and', 'or'):
        if (test.operator == 'and') == truth:
            assume(run, test.left, truth, state)
            assume(run, test.right, truth, state)
        else:
            first, second = state.copy(), state.copy()
            assume(run, test.left, truth, first)
            assume(run, test.left, not truth, second)
            assume(run, test.right, truth, second)
            state.become(v.joined_states((first, second)))
    elif isinstance(test, ir.Compare):
        _compare(run, test, truth, state)
    elif isinstance(test, ir.InstanceOf):
        classes = run.language.types_clear.get(test.type, v.NO_CLASSES)
        if test.type in run.language.numbers:
            classes = telling.ALL
        if truth and classes:
            telling.clear(_peek(run, test.value, state), classes, state)
    elif isinstance(test, ir.Call):
        _call(run, test, truth, state)
    elif isinstance(test, ir.Assign) and not test.operator:
        assume(run, test.target, truth, state)
    elif isinstance(test, (ir.Name, ir.Field)):
        value = _peek(run, test, state)
        if truth:
            _matched(value, state)
        elif value.about is not None and value.about[0] == 'host':
            _part_is_harmless(value.about, state)
        elif not value.places:
            # Empty, zero or nothing.
            telling.clear(value, telling.ALL, state)


def _peek(run: Run, node: ir.Expression, state: State, kept: bool = False) -> Value:
    """Return the value of an expression once more, without what else it does."""
    steps = sum(1 for _ in ir.walk(node))
    if steps > 40:
        return v.ANYTHING
    return run.evaluate(node, state if kept else state.copy())


def _compare(run: Run, test: ir.Compare, truth: bool, state: State) -> None:
    compared = test.operator if truth else _INVERSE.get(test.operator, '')
    left, right = _peek(run, test.left, state), _peek(run, test.right, state)
    if compared in ('!=', 'is not'):
        for one, other in ((left, right), (right, left)):
            if not other.marks and other.constants == frozenset((None,)):
                _matched(one, state)
            if other.constants == _PROTOTYPE:
                telling.demote_for(one, 'prototype', state)
    if compared == '<=' and left.about is not None and not heap.deep(right, state):
        # set(text) <= set("abc")
        _is_harmless(run, left, test.left, state)
    if compared not in ('==', 'is', 'in', 'not in'):
        return
    if compared in ('==', 'is'):
        for one, other, node in (
            (left, right, test.left),
            (right, left, test.right),
        ):
            if _has_own(run, other, ('__eq__', 'equals'), state):
                continue
            if not heap.deep(other, state):
                _is_harmless(run, one, node, state)
            elif other.symbol and not other.marks:
                telling.demote(one, state)
        return
    if compared == 'in' and right.about is not None and right.about[0] == 'parents':
        if v.level(heap.deep(left, state), 'path')[0] != v.TAINTED:
            telling.clear_number(right.about[1], telling.PATH, state)
        return
    if compared == 'in' and not _has_own(run, right, (), state):
        if not heap.deep(right, state) and not right.symbol:
            _is_harmless(run, left, test.left, state)
        elif v.level(heap.deep(right, state), '')[0] != v.TAINTED:
            _demote_checked(run, left, test.left, state)
    elif compared == 'not in' and left.constants is not None and not left.marks:
        for text in left.constants:
            if not isinstance(text, str):
                continue
            classes = telling.WITHOUT.get(text)
            if classes and right.about is None:
                telling.clear(right, classes, state)
            if text == '..' and right.about is None:
                telling.demote_for(right, 'path', state)
            if text in ("'", '"') and right.about and right.about[0] == 'inside':
                telling.note(right, right.about[1], 'quoted-inside', state)


def _has_own(run: Run, value: Value, names: Sequence[str], state: State) -> bool:
    """Say whether a value may be an object of this file that compares by itself.

    With no names: whether it may be an object of this file at all.
    """
    for place in value.places:
        one = state.heap.get(place)
        if one is None or one.kind != 'instance':
            continue
        this = Value(places=frozenset((place,)))
        found = [objects.instance_slot(run, this, name, state) for name in names]
        if not names or any(method is not None for method in found):
            return True
    return False


def _is_harmless(run: Run, value: Value, node: ir.Expression, state: State) -> None:
    """A value equals something that no caller chose."""
    if value.about is not None and value.about[0] in _OF_PARTS:
        _part_is_harmless(value.about, state)
        return
    if not value.places:
        telling.clear(value, telling.ALL, state)


def _part_is_harmless(about: tuple[str, int], state: State) -> None:
    """A part of a value (the host of a URL) is something that no caller chose."""
    classes = _OF_PARTS.get(about[0])
    if classes:
        telling.clear_number(about[1], classes, state)


def _matched(value: Value, state: State) -> None:
    """A regex has matched: the whole text, if it was one of plain characters."""
    if value.about is None:
        return
    kind, number = value.about
    if kind == 'checked':
        telling.demote_number(number, state)
    elif kind.startswith('match:'):
        classes = frozenset(kind.removeprefix('match:').split())
        telling.clear_number(number, classes, state)


def _demote_checked(run: Run, value: Value, node: ir.Expression, state: State) -> None:
    if value.about is not None:
        telling.everywhere(
            value.about[1],
            lambda held: held.but(marks=v.at_most(held.marks, v.UNKNOWN)),
            state,
        )
        return
    telling.demote(value, state)


def _call(run: Run, test: ir.Call, truth: bool, state: State) -> None:
    function = test.function
    language = run.language
    arguments = [one.value for one in test.arguments if not one.splat and not one.name]
    scratch = state.copy()
    if isinstance(function, ir.Field):
        name = function.name
        receiver, symbol = v.SAFE, ''
        if isinstance(function.base, _RECEIVERS):
            receiver = _peek(run, function.base, scratch, kept=True)
            symbol = f'{receiver.symbol}.{name}' if receiver.symbol else ''
            if not (run.models.regex(symbol) or run.models.checks(symbol)):
                own = objects.method_of(run, receiver, name, scratch)
                if own is not None:
                    run_predicate(run, own, test, truth, state, scratch)
                    return
                if _method(run, receiver, function.base, name, arguments, truth, state):
                    return
    else:
        target = _peek(run, function, state)
        name = function.id if isinstance(function, ir.Name) else ''
        symbol = target.symbol
        receiver = v.SAFE
        if target.places and truth is not None:
            run_predicate(run, target, test, truth, state, scratch)
            return
    if name in ('all', 'any') and truth is (name == 'all') and arguments:
        _every(run, arguments[0], truth, state)
        return
    if symbol == 'isinstance' and truth and len(arguments) == 2:
        types = arguments[1]
        names = (
            [entry.value for entry in types.entries]
            if isinstance(types, ir.Collection)
            else [types]
        )
        if names and all(
            isinstance(one, ir.Name) and one.id in language.numbers for one in names
        ):
            telling.clear(_peek(run, arguments[0], state), telling.ALL, state)
        return
    pattern = run.models.regex(symbol)
    if pattern and arguments:
        if truth:
            _regex(run, pattern, receiver, arguments, state)
        elif pattern.startswith('compiled'):
            text = patterns.known(receiver).constants or (None,)
            told = patterns.found_in_none(next(iter(text)))
            telling.clear(_peek(run, arguments[0], state), told, state)
        return
    classes = run.models.checks(symbol)
    if classes:
        if truth:
            named = [one.value for one in test.arguments if one.name]
            for checked in (arguments or named)[:1]:
                telling.clear(_peek(run, checked, state), classes, state)
        return
    if run.models.looks_like_check(name):
        for one in arguments:
            telling.demote(_peek(run, one, state), state)


def _method(
    run: Run,
    receiver: Value,
    node: ir.Expression,
    name: str,
    arguments: Sequence[ir.Expression],
    truth: bool,
    state: State,
) -> bool:
    """Learn from `text.startswith(…)` and the like; say whether it was one."""
    language = run.language
    kind = language.tests.get(name, '')
    if not kind:
        return False
    if any(one.endswith(f'.prototype.{name}') for one in run.survey.patched):
        return True
    if kind == 'plain':
        if truth:
            telling.clear(receiver, telling.ALL, state)
        return True
    if kind in ('matches', 'finds') and receiver.about is not None:
        if truth and '|' in receiver.about[0]:
            said = receiver.about[0].split('|')[kind == 'finds']
            _matched(Value(receiver.marks, about=(said, receiver.about[1])), state)
        return True
    if not arguments:
        return True
    other = _peek(run, arguments[0], state)
    if kind == 'equals':
        if truth:
            if not heap.deep(other, state):
                _is_harmless(run, receiver, node, state)
            elif not heap.deep(receiver, state):
                _is_harmless(run, other, arguments[0], state)
        return True
    if kind == 'contains':
        if receiver.places and not heap.deep(receiver, state):
            # A container of ours: an allow-list.
            if truth:
                _is_harmless(run, other, arguments[0], state)
            elif _holds(receiver, _PROTOTYPE, state):
                telling.demote_for(other, 'prototype', state)
        elif truth and receiver.symbol and not receiver.marks:
            _demote_checked(run, other, arguments[0], state)
        elif not truth and other.constants is not None:
            for text in other.constants:
                classes = telling.WITHOUT.get(text) if isinstance(text, str) else None
                if classes:
                    telling.clear(receiver, classes, state)
                if text == '..':
                    telling.demote_for(receiver, 'path', state)
        return True
    if kind in ('starts', 'ends'):
        _affix(run, receiver, other, kind, truth, state)
        return True
    if kind == 'matches':
        known = truth and other.constants is not None and len(other.constants) == 1
        if known:
            way = 'compiled-any' if language.prototypes else 'compiled-whole'
            told = patterns.about(way, patterns.Tried(other.only, receiver))
            _matched(Value(receiver.marks, about=told), state)
        return True
    return False


# The key by which an object's prototype is reached.
_PROTOTYPE = frozenset(('__proto__',))


def _holds(container: Value, constants: frozenset[str], state: State) -> bool:
    """Say whether a container has a constant among its items."""
    return any(
        held.constants is not None and constants <= held.constants
        for place in container.places
        if place in state.heap
        for held in (*state.heap[place].slots.values(), state.heap[place].rest)
        if held is not None
    )


def _affix(
    run: Run,
    receiver: Value,
    other: Value,
    kind: str,
    truth: bool,
    state: State,
) -> None:
    if not truth:
        return
    texts = other.constants or frozenset()
    if kind == 'starts':
        if 'normal' in receiver.facts and not any(
            mark.level == v.TAINTED for mark in heap.deep(other, state)
        ):
            # Normalised, and below a folder that no caller chose.
            _below(receiver, state)
        if texts and all(
            isinstance(t, str) and re.match(r'https?://[^/?#@\\]+/', t) for t in texts
        ):
            telling.clear(receiver, telling.HOST, state)
        if texts and all(t in ("'", '"') for t in texts):
            telling.note(receiver, receiver.number, 'quoted-start', state)
    elif texts and all(t in ("'", '"') for t in texts):
        telling.note(receiver, receiver.number, 'quoted-end', state)


def _below(value: Value, state: State) -> None:
    """A normalised path is below a folder; so is what it was made of."""
    telling.clear(value, telling.PATH, state)
    if value.about is not None and value.about[0] == 'path-of':
        telling.clear_number(value.about[1], telling.PATH, state)


def _regex(
    run: Run,
    kind: str,
    receiver: Value,
    arguments: Sequence[ir.Expression],
    state: State,
) -> None:
    peeked = [_peek(run, one, state) for one in arguments]
    tried = patterns.tried(kind, receiver, peeked)
    if tried is not None:
        told = patterns.about(kind, tried)
        _matched(Value(tried.subject.marks, about=told), state)


def _every(run: Run, node: ir.Expression, truth: bool, state: State) -> None:
    """`all(c.isalnum() for c in text)`: what holds for each holds for the whole."""
    if not isinstance(node, ir.Comprehension) or len(node.clauses) != 1:
        return
    clause = node.clauses[0]
    if clause.target is None or not isinstance(clause.target, ir.Name):
        return
    whole = _peek(run, clause.iterable, state)
    if not whole.marks:
        return
    inner = state.copy()
    item = Value(whole.marks)
    scopes.bind_name(run, clause.target.id, item, inner)
    assume(run, node.value, truth, inner)
    left = scopes.look_up(run, clause.target.id, inner).marks
    if not left:
        telling.clear(whole, telling.ALL, state)


def run_predicate(
    run: Run,
    target: Value,
    test: ir.Call,
    truth: bool,
    state: State,
    scratch: State,
) -> None:
    """Learn from a test that is a function of this file: what it checked is checked."""
    functions = [
        scratch.heap[place]
        for place in target.places
        if place in scratch.heap and scratch.heap[place].kind == 'function'
    ]
    stack = [frame.function for frame in run.frames]
    if len(functions) != 1 or len(target.places) != 1 or len(run.context) >= 3:
        return
    function: ir.Function = functions[0].info
    if function in stack or function.generator:
        return
    arguments = calls.arguments(run, test.arguments, scratch)
    given = calls.bind(
        run, functions[0], arguments, functions[0].slots.get('self'), scratch
    )
    held = functions[0].slots.get('closure')
    closure = next(iter(held.places)) if held and held.places else run.top
    run.context = (*run.context, test.at)
    around = run.frames
    try:
        frame = calls.perform(
            run, function, closure, functions[0].slots.get('self'), given, scratch
        )
        found: dict[str, v.Marks] | None = None
        for value, end, expression in frame.returns:
            known = truth_of(run, value)
            if known is not None and known is not truth:
                continue
            if expression is not None and known is None:
                run.frames = [*around, frame]
                assume(run, expression, truth, end)
                run.frames = around
            slots = end.heap[frame.place].slots if frame.place in end.heap else {}
            marks = {
                name: slots[name].marks
                if name in slots and slots[name].number == one.number
                else one.marks
                for name, one in given.items()
            }
            if found is None:
                found = marks
            else:
                found = {name: v.merged(found[name], marks[name]) for name in found}
    finally:
        run.context = run.context[:-1]
        run.frames = around
    for name, left in (found or {}).items():
        telling.everywhere(given[name].number, partial(_marked, left), state)


def _marked(marks: v.Marks, held: Value) -> Value:
    return held.but(marks=marks)
