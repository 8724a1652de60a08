"""What a test tells of the values in it, and what operations on constants give.

A guard clears a value for the classes of weakness that it really stops: an allow-list
and a cast stop all, a test for quotes one, a prefix of a path only where the path was
normalised before.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from hookline.flow import ir
from hookline.flow import values as v
from hookline.flow.values import State, Value

if TYPE_CHECKING:
    from hookline.flow.interpreter import Interpreter, _Given
    from hookline.flow.models import Language

ALL = frozenset(('*',))
HOST = frozenset(('ssrf', 'redirect'))
PREFIXES = frozenset(('fixed-host', 'fixed-site'))
_HOST = re.compile(r'(?:https?:)?//[^/?#@\\%{}]+[/?#]')
_LOCAL = re.compile(r'/[^/\\%{}]|[?#]')
# A text without this cannot end the literal, or start the line, that it stands in.
WITHOUT = {
    "'": frozenset(('xpath',)),
    '\n': frozenset(('header', 'log')),
    '\r': frozenset(('header', 'log')),
}
# All three together: the text is one literal in quotes.
LITERAL = frozenset(('quoted-start', 'quoted-end', 'quoted-inside'))
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
_LONGEST = 200


def clear(
    run: Interpreter, value: Value, classes: frozenset[str], state: State
) -> None:
    """Take marks of some classes off a value, wherever it is held."""

    if not value.marks:
        return

    def without(held: Value) -> Value:
        return held.but(marks=v.cleared(held.marks, classes))

    _everywhere(value.number, without, state)


def demote(run: Interpreter, value: Value, state: State) -> None:
    """Make what is tainted unknown: something checked it that nobody here knows."""

    if not value.marks:
        return

    def lowered(held: Value) -> Value:
        return held.but(marks=v.at_most(held.marks, v.UNKNOWN))

    _everywhere(value.number, lowered, state)


def note(value: Value, number: int, fact: str, state: State) -> None:
    def noted(held: Value) -> Value:
        facts = held.facts | {fact}
        marks = held.marks
        if facts >= LITERAL:
            marks = v.cleared(marks, frozenset(('code',)))
        return held.but(facts=facts, marks=marks)

    _everywhere(number, noted, state)


def _everywhere(number: int, change: Callable[[Value], Value], state: State) -> None:
    for place, one in list(state.heap.items()):
        hit = [name for name, held in one.slots.items() if held.number == number]
        rest = one.rest
        if rest is not None and rest.number == number:
            # What stands for many values is not told by a test of one.
            rest = one.rest
        if hit:
            slots = dict(one.slots)
            for name in hit:
                slots[name] = change(slots[name])
            state.heap[place] = one._replace(slots=slots)


def fixed(value: Value) -> frozenset[str]:
    """Return what the beginning of a text fixes, whatever is put behind it."""
    known = value.facts & PREFIXES
    if value.marks or not value.constants:
        return known
    found: frozenset[str] | None = None
    for one in value.constants:
        facts: set[str] = set()
        text = one.decode('latin-1') if isinstance(one, bytes) else one
        if isinstance(text, str):
            if _HOST.match(text):
                facts.add('fixed-host')
            elif _LOCAL.match(text):
                facts.add('fixed-site')
        found = frozenset(facts) if found is None else found & facts
    return (found or v.NO_CLASSES) | known


def told(facts: frozenset[str]) -> frozenset[str]:
    """Return the classes that a text with such a beginning is harmless for."""
    if 'fixed-host' in facts:
        return HOST
    return frozenset(('redirect',)) if 'fixed-site' in facts else v.NO_CLASSES


# ---------------------------------------------------------------- tests
def assume(run: Interpreter, test: ir.Expression, truth: bool, state: State) -> None:
    """Learn from a test that came out as `truth`."""
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
        if truth and run.language.is_number_type(test.type):
            clear(run, _peek(run, test.value, state), ALL, state)
    elif isinstance(test, ir.Call):
        _call(run, test, truth, state)
    elif isinstance(test, ir.Assign) and not test.operator:
        assume(run, test.target, truth, state)
    elif isinstance(test, (ir.Name, ir.Field)) and not truth:
        # Empty, zero or nothing.
        value = _peek(run, test, state)
        if not value.places:
            clear(run, value, ALL, state)


def _peek(run: Interpreter, node: ir.Expression, state: State) -> Value:
    """Return the value of an expression once more, without what else it does."""
    steps = sum(1 for _ in ir.walk(node))
    if steps > 40:
        return v.ANYTHING
    return run.evaluate(node, state.copy())


def _compare(run: Interpreter, test: ir.Compare, truth: bool, state: State) -> None:
    compared = test.operator if truth else _INVERSE.get(test.operator, '')
    if compared not in ('==', 'is', 'in', 'not in', '!='):
        return
    left, right = _peek(run, test.left, state), _peek(run, test.right, state)
    if compared in ('==', 'is'):
        for one, other, node in (
            (left, right, test.left),
            (right, left, test.right),
        ):
            if _has_own(run, other, ('__eq__', 'equals'), state):
                continue
            if not run.deep(other, state):
                _is_harmless(run, one, node, state)
            elif other.symbol and not other.marks:
                demote(run, one, state)
        return
    if compared == 'in' and not _has_own(run, right, (), state):
        if not run.deep(right, state) and not right.symbol:
            _is_harmless(run, left, test.left, state)
        elif v.level(run.deep(right, state), '')[0] != v.TAINTED:
            _demote_checked(run, left, test.left, state)
    elif compared == 'not in' and left.constants is not None and not left.marks:
        for text in left.constants:
            if not isinstance(text, str):
                continue
            classes = WITHOUT.get(text)
            if classes and right.about is None:
                clear(run, right, classes, state)
            if text == '..' and right.about is None:
                demote_for(run, right, 'path', state)
            if text in ("'", '"') and right.about and right.about[0] == 'inside':
                note(right, right.about[1], 'quoted-inside', state)


def _has_own(
    run: Interpreter, value: Value, names: Sequence[str], state: State
) -> bool:
    """Say whether a value may be an object of this file that compares by itself.

    With no names: whether it may be an object of this file at all.
    """
    for place in value.places:
        one = state.heap.get(place)
        if one is None or one.kind != 'instance':
            continue
        this = Value(places=frozenset((place,)))
        found = [run.instance_slot(this, name, state) for name in names]
        if not names or any(method is not None for method in found):
            return True
    return False


def demote_for(run: Interpreter, value: Value, weakness: str, state: State) -> None:
    """Make what is tainted unknown for one class."""

    def lowered(held: Value) -> Value:
        marks: list[v.Mark] = []
        for mark in held.marks:
            if mark.level == v.TAINTED and weakness not in mark.cleared:
                marks.append(mark._replace(cleared=mark.cleared | {weakness}))
                marks.append(v.Mark(v.UNKNOWN, mark.cleared, mark.step))
            else:
                marks.append(mark)
        return held.but(marks=v.merged(tuple(marks)))

    _everywhere(value.number, lowered, state)


def _is_harmless(
    run: Interpreter, value: Value, node: ir.Expression, state: State
) -> None:
    """A value equals something that no caller chose."""
    if value.about is not None:
        kind, number = value.about
        if kind == 'host':
            _everywhere(
                number, lambda held: held.but(marks=v.cleared(held.marks, HOST)), state
            )
        elif kind == 'common':
            _everywhere(
                number,
                lambda held: held.but(
                    marks=v.cleared(held.marks, frozenset(('path',)))
                ),
                state,
            )
        return
    if not value.places:
        clear(run, value, ALL, state)


def _demote_checked(
    run: Interpreter, value: Value, node: ir.Expression, state: State
) -> None:
    if value.about is not None:
        _everywhere(
            value.about[1],
            lambda held: held.but(marks=v.at_most(held.marks, v.UNKNOWN)),
            state,
        )
        return
    demote(run, value, state)


def _call(run: Interpreter, test: ir.Call, truth: bool, state: State) -> None:
    function = test.function
    language = run.language
    arguments = [one.value for one in test.arguments if not one.splat and not one.name]
    if isinstance(function, ir.Field):
        name = function.name
        if isinstance(function.base, (ir.Name, ir.Field, ir.Slice, ir.Call)):
            receiver = _peek(run, function.base, state)
            if _method(run, receiver, function.base, name, arguments, truth, state):
                return
            symbol = f'{receiver.symbol}.{name}' if receiver.symbol else ''
        else:
            receiver, symbol = v.SAFE, ''
    else:
        target = _peek(run, function, state)
        name = function.id if isinstance(function, ir.Name) else ''
        symbol = target.symbol
        receiver = v.SAFE
        if target.places and truth is not None:
            run_predicate(run, target, test, truth, state)
            return
    if name == 'all' and truth and arguments:
        _every(run, arguments[0], state)
        return
    if symbol == 'isinstance' and truth and len(arguments) == 2:
        types = arguments[1]
        names = (
            [entry.value for entry in types.entries]
            if isinstance(types, ir.Collection)
            else [types]
        )
        if names and all(
            isinstance(one, ir.Name) and language.is_number_type(one.id)
            for one in names
        ):
            clear(run, _peek(run, arguments[0], state), ALL, state)
        return
    pattern = run.models.regex(symbol)
    if pattern and truth and arguments:
        _regex(run, pattern, receiver, arguments, state)
        return
    classes = run.models.checks(symbol)
    if classes:
        if truth:
            for one in arguments[:1]:
                clear(run, _peek(run, one, state), classes, state)
        return
    if run.models.looks_like_check(name):
        for one in arguments:
            demote(run, _peek(run, one, state), state)


def _method(
    run: Interpreter,
    receiver: Value,
    node: ir.Expression,
    name: str,
    arguments: Sequence[ir.Expression],
    truth: bool,
    state: State,
) -> bool:
    """Learn from `text.startswith(…)` and the like; say whether it was one."""
    language = run.language
    kind = language.test(name)
    if not kind:
        return False
    if kind == 'plain':
        if truth:
            clear(run, receiver, ALL, state)
        return True
    if not arguments:
        return True
    other = _peek(run, arguments[0], state)
    if kind == 'equals':
        if truth:
            if not run.deep(other, state):
                _is_harmless(run, receiver, node, state)
            elif not run.deep(receiver, state):
                _is_harmless(run, other, arguments[0], state)
        return True
    if kind == 'contains':
        if receiver.places and not run.deep(receiver, state):
            # A container of ours: an allow-list.
            if truth:
                _is_harmless(run, other, arguments[0], state)
        elif truth and receiver.symbol and not receiver.marks:
            _demote_checked(run, other, arguments[0], state)
        elif not truth and other.constants is not None:
            for text in other.constants:
                classes = WITHOUT.get(text) if isinstance(text, str) else None
                if classes:
                    clear(run, receiver, classes, state)
                if text == '..':
                    demote_for(run, receiver, 'path', state)
        return True
    if kind in ('starts', 'ends'):
        _affix(run, receiver, other, kind, truth, state)
        return True
    if kind == 'matches':
        known = truth and other.constants is not None
        if known and all(_is_plain(one, True) for one in other.constants or ()):
            clear(run, receiver, ALL, state)
        return True
    return False


def _affix(
    run: Interpreter,
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
            mark.level == v.TAINTED for mark in run.deep(other, state)
        ):
            # Normalised, and below a folder that no caller chose.
            clear(run, receiver, frozenset(('path',)), state)
        if texts and all(
            isinstance(t, str) and re.match(r'https?://[^/?#@\\]+/', t) for t in texts
        ):
            clear(run, receiver, HOST, state)
        if texts and all(t in ("'", '"') for t in texts):
            note(receiver, receiver.number, 'quoted-start', state)
    elif texts and all(t in ("'", '"') for t in texts):
        note(receiver, receiver.number, 'quoted-end', state)


def _regex(
    run: Interpreter,
    kind: str,
    receiver: Value,
    arguments: Sequence[ir.Expression],
    state: State,
) -> None:
    if kind.startswith('compiled'):
        constants, subject = receiver.constants, arguments[0]
    else:
        if len(arguments) < 2:
            return
        constants, subject = _peek(run, arguments[0], state).constants, arguments[1]
    if not constants:
        demote(run, _peek(run, subject, state), state)
        return
    whole = kind.endswith('whole')
    value = _peek(run, subject, state)
    if all(_is_plain(one, whole, kind.endswith('start')) for one in constants):
        clear(run, value, ALL, state)
    elif whole or all(_is_whole(one) for one in constants):
        demote(run, value, state)


def _is_whole(pattern: Any) -> bool:
    return isinstance(pattern, str) and pattern.endswith(('$', '\\Z', '\\z'))


def _is_plain(pattern: Any, whole: bool, start: bool = False) -> bool:
    """Say whether a regex takes only letters, digits and what harms nobody, to the end.

    Of `.` and `/` it takes none: `..` is a path.
    """
    if isinstance(pattern, bytes):
        pattern = pattern.decode('latin-1')
    if not isinstance(pattern, str):
        return False
    text = pattern
    anchored_start = whole or start
    if text.startswith(('^', '\\A')):
        text = text.removeprefix('^').removeprefix('\\A')
        anchored_start = True
    anchored_end = whole
    for ending in ('\\Z', '\\z', '$'):
        if text.endswith(ending) and not text.endswith('\\' + ending):
            text, anchored_end = text.removesuffix(ending), True
            break
    if not anchored_start or not anchored_end or '|' in text:
        return False
    atom = (
        r'(?:\[(?:[A-Za-z0-9_ ,@:-]|\\[wd-])+\]|\\[dw]|[A-Za-z0-9_@ ,:-]|\\-)'
        r'(?:[*+?]|\{\d*,?\d*\})?\??'
    )
    return (
        re.fullmatch(rf'(?:{atom}|\(\?:|\(|\)(?:[*+?]|\{{\d*,?\d*\}})?)*', text)
        is not None
    )


def _every(run: Interpreter, node: ir.Expression, state: State) -> None:
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
    run.bind_name(clause.target.id, item, inner)
    assume(run, node.value, True, inner)
    left = run.look_up(clause.target.id, inner).marks
    if not left:
        clear(run, whole, ALL, state)


def run_predicate(
    run: Interpreter, target: Value, test: ir.Call, truth: bool, state: State
) -> None:
    """Learn from a test that is a function of this file: what it checked is checked."""
    functions = [
        state.heap[place]
        for place in target.places
        if place in state.heap and state.heap[place].kind == 'function'
    ]
    stack = [frame.function for frame in run.frames]
    if len(functions) != 1 or len(target.places) != 1 or len(run.context) >= 3:
        return
    function: ir.Function = functions[0].info
    if function in stack or function.generator:
        return
    scratch = state.copy()
    arguments = run.arguments(test.arguments, scratch)
    given = run.bind(function, arguments, functions[0].slots.get('self'), scratch)
    held = functions[0].slots.get('closure')
    closure = next(iter(held.places)) if held and held.places else run.top
    run.context = (*run.context, test.at)
    around = run.frames
    try:
        frame = run.perform(
            function, closure, functions[0].slots.get('self'), given, scratch
        )
        found: dict[str, v.Marks] | None = None
        for value, end, expression in frame.returns:
            known = run.truth(value)
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
        _everywhere(given[name].number, partial(_marked, left), state)


def _marked(marks: v.Marks, held: Value) -> Value:
    return held.but(marks=marks)


# ---------------------------------------------------------------- constants
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    '-': operator.sub,
    '/': operator.truediv,
    '//': operator.floordiv,
    '%': operator.mod,
    '&': operator.and_,
    '|': operator.or_,
    '^': operator.xor,
    '<<': operator.lshift,
    '>>': operator.rshift,
}
_COMPARED: dict[str, Callable[[Any, Any], Any]] = {
    '==': operator.eq,
    '!=': operator.ne,
    '<': operator.lt,
    '<=': operator.le,
    '>': operator.gt,
    '>=': operator.ge,
    'in': lambda a, b: a in b,
    'not in': lambda a, b: a not in b,
    'is': lambda a, b: a is b or (type(a) is type(b) and a == b),
    'is not': lambda a, b: not (a is b or (type(a) is type(b) and a == b)),
}


def folded(
    name: str, left: Value, right: Value, language: Language
) -> frozenset[Any] | None:
    """Return what an operation on constants gives, None where it is not known."""
    if left.constants is None or right.constants is None or left.marks or right.marks:
        return None
    if left.places or right.places or left.symbol or right.symbol:
        return None
    found = set()
    for one in left.constants:
        for other in right.constants:
            try:
                found.add(_operated(name, one, other, language))
            except Exception:
                return None
    return frozenset(found) if len(found) <= v.CONSTANTS else None


def _operated(name: str, one: Any, other: Any, language: Language) -> Any:
    if name == '+':
        result = language.add(one, other)
    elif name == '*':
        numbers = isinstance(one, int) and isinstance(other, int)
        if numbers or abs(int(other if isinstance(other, int) else one)) <= _LONGEST:
            result = one * other
        else:
            raise ValueError
    elif name == '**':
        if abs(one) > 1000 or abs(other) > 16:
            raise ValueError
        result = one**other
    elif name == '%' and isinstance(one, (str, bytes)):
        if len(one) > _LONGEST or re.search(r'\d{3}', str(one)):
            raise ValueError
        result = one % other
    elif name == '<<' and other > 64:
        raise ValueError
    else:
        result = _OPERATORS[name](one, other)
        if name == '/' and language.divides_integers and isinstance(one, int):
            result = int(result)
    if isinstance(result, (str, bytes)) and len(result) > v.LONGEST:
        raise ValueError
    if isinstance(result, int) and abs(result) > 1 << 128:
        raise ValueError
    return result


def folded_unary(name: str, value: Value) -> frozenset[Any] | None:
    if value.constants is None or value.marks:
        return None
    try:
        if name == '-':
            return frozenset(-one for one in value.constants)
        if name == '+':
            return frozenset(+one for one in value.constants)
        if name == '~':
            return frozenset(~one for one in value.constants)
    except TypeError:
        return None
    return None


def compared(
    name: str, left: Value, right: Value, state: State, run: Interpreter
) -> frozenset[Any] | None:
    """Return the outcomes that a comparison may have, None for any."""
    if left.marks or left.constants is None or left.places or left.symbol:
        return None
    if name in ('in', 'not in') and len(right.places) == 1 and not right.marks:
        one = state.heap.get(next(iter(right.places)))
        if one is None or one.rest is not None:
            return None
        if one.kind == 'dict':
            absent = not left.constants & one.slots.keys()
            # A key may be there on one way and not on another.
            if absent:
                return frozenset((name == 'not in',))
            return None
        if one.length is None:
            return None
        items = [one.slots.get(number) for number in range(one.length)]
        if any(item is None or item.marks or item.constants is None for item in items):
            return None
        certain = {
            next(iter(item.constants))
            for item in items
            if item and item.constants and len(item.constants) == 1
        }
        possible = {c for item in items if item for c in item.constants or ()}
        if left.constants <= certain:
            return frozenset((name == 'in',))
        if not left.constants & possible:
            return frozenset((name == 'not in',))
        return None
    if right.marks or right.constants is None or right.places or right.symbol:
        return None
    if len(left.constants) * len(right.constants) > v.CONSTANTS:
        return None
    found = set()
    for one in left.constants:
        for other in right.constants:
            try:
                found.add(bool(_COMPARED[name](one, other)))
            except (TypeError, KeyError):
                return None
    return frozenset(found)


def concatenated(values: Sequence[Value]) -> frozenset[Any] | None:
    """Return the text of an f-string of single constants."""
    parts = []
    for value in values:
        if value.constants is None or len(value.constants) != 1 or value.places:
            return None
        only = next(iter(value.constants))
        if not isinstance(only, (str, int)) or isinstance(only, bool):
            return None
        parts.append(str(only))
    text = ''.join(parts)
    return frozenset((text,)) if len(text) <= v.LONGEST else None


def cast(name: str, value: Value) -> frozenset[Any] | None:
    if value.constants is None or value.marks:
        return None
    try:
        if name in ('int', 'long', 'short', 'byte'):
            return frozenset(int(one) for one in value.constants)
    except (TypeError, ValueError):
        return None
    return None


_TEXT: dict[str, Callable[..., Any]] = {
    'upper': str.upper,
    'toUpperCase': str.upper,
    'lower': str.lower,
    'toLowerCase': str.lower,
    'strip': str.strip,
    'trim': str.strip,
    'replace': str.replace,
    'startswith': str.startswith,
    'startsWith': str.startswith,
    'endswith': str.endswith,
    'endsWith': str.endswith,
    'charAt': lambda text, index: text[index] if index >= 0 else text[len(text) :],
    'length': len,
    'substring': lambda text, low, high=None: text[low:high],
    'equals': lambda one, other: one == other,
    'equalsIgnoreCase': lambda one, other: one.lower() == other.lower(),
    'contains': lambda one, other: other in one,
    'includes': lambda one, other: other in one,
    'indexOf': str.find,
    'find': str.find,
    'isEmpty': lambda one: one == '',
    'concat': lambda one, other: one + other,
    'toString': lambda one: one,
    'isdigit': str.isdigit,
    'isalpha': str.isalpha,
    'isalnum': str.isalnum,
    'capitalize': str.capitalize,
    'title': str.title,
}


def fold_method(
    language: Language, receiver: Value, name: str, arguments: Sequence[_Given]
) -> Value | None:
    """Return what a method of a constant text gives; None where that is not known."""
    known = _TEXT.get(name)
    if known is None or receiver.constants is None or receiver.marks:
        return None
    if receiver.places or any(given.name or given.splat for given in arguments):
        return None
    try:
        rest = [given.value.only for given in arguments]
        if any(g.value.marks or g.value.places for g in arguments):
            return None
        found = set()
        for one in receiver.constants:
            if not isinstance(one, str):
                return None
            found.add(known(one, *rest))
    except Exception:
        return None
    if any(isinstance(one, str) and len(one) > v.LONGEST for one in found):
        return None
    return Value(constants=frozenset(found))


_CALLS: dict[str, Callable[..., Any]] = {
    'len': len,
    'str': lambda one: str(one) if isinstance(one, (str, int)) else 1 / 0,
    'int': int,
    'bool': bool,
    'abs': abs,
    'ord': ord,
    'chr': chr,
    'min': min,
    'max': max,
    'String.valueOf': lambda one: one if isinstance(one, str) else 1 / 0,
    'Integer.parseInt': int,
    'Integer.valueOf': int,
    'Math.max': max,
    'Math.min': min,
    'Math.abs': abs,
}


def fold_call(
    language: Language, symbol: str, arguments: Sequence[_Given]
) -> Value | None:
    known = _CALLS.get(symbol)
    if known is None or not arguments:
        return None
    values = []
    for given in arguments:
        value = given.value
        if given.name or given.splat or value.marks or value.places or value.symbol:
            return None
        try:
            values.append(value.only)
        except LookupError:
            return None
    if any(not isinstance(one, (str, int)) for one in values):
        return None
    try:
        return v.constant(known(*values))
    except Exception:
        return None
