"""What JavaScript's own objects do: arrays, maps, functions, promises, texts, Object.

Each function returns None for a call that it does not know: then it is one of what
nobody here knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from hookline.flow import heap, ir, patterns, scopes
from hookline.flow import values as v
from hookline.flow.run import Frame, Given, Run
from hookline.flow.values import Object, Place, State, Value

SHORT = 8  # lists that are gone through item by item
ROUNDS = 12
# Methods of a promise; what they are given runs when it is settled.
_PROMISE = frozenset(('then', 'catch', 'finally'))
# Methods that only a text has, and that give text.
_TEXTS = frozenset(
    (
        *('trim', 'trimStart', 'trimEnd', 'toLowerCase', 'toUpperCase', 'substring'),
        *('substr', 'split', 'padStart', 'padEnd', 'repeat', 'charAt', 'normalize'),
        *('replace', 'replaceAll', 'match', 'matchAll', 'toString', 'toLocaleString'),
        *('toLocaleLowerCase', 'toLocaleUpperCase', 'anchor', 'concat', 'slice', 'at'),
    )
)
# Of a text or an array: what it gives is not a text for certain.
_EITHER = frozenset(('concat', 'slice', 'at'))
_NAMED = ('toString', 'valueOf', 'toLocaleString', 'toJSON')


class _Call:
    """A method call on a place: what all of its cases need."""

    def __init__(
        self,
        run: Run,
        place: Place,
        name: str,
        arguments: Sequence[Given],
        state: State,
        node: ir.Node,
        receiver: Value,
    ) -> None:
        self.run = run
        self.place = place
        self.name = name
        self.arguments = arguments
        self.given = [one.value for one in arguments]
        self.splat = any(one.splat for one in arguments)
        self.state = state
        self.node = node
        self.here = Value(places=frozenset((place,)))
        self.strong = heap.is_only(state.heap[place], receiver) and not receiver.marks

    @property
    def one(self) -> Object:
        return self.state.heap[self.place]

    def become(self, one: Object) -> None:
        self.state.heap[self.place] = one

    def items(self) -> list[Value] | None:
        return heap.known_items(self.here, self.state)

    def content(self) -> Value:
        """Return what any item of it is."""
        one = self.one
        held = list(one.slots.values())
        if one.rest is not None:
            held.append(one.rest)
        return v.all_of(held).but(number=0) if held else v.SAFE

    def call(self, number: int, *given: Value) -> Value:
        """Call one of the arguments."""
        if number >= len(self.given):
            return v.SAFE
        return called(self.run, self.given[number], given, self.state, self.node)

    def list_of(self, items: Sequence[Value], what: str) -> Value:
        return heap.allocate(
            self.run,
            'list',
            dict(enumerate(items)),
            None,
            self.state,
            (self.node.at, what),
            len(items),
        )

    def list_with(self, content: Value, what: str) -> Value:
        return heap.allocate(
            self.run, 'list', {}, content, self.state, (self.node.at, what)
        )


def called(
    run: Run, function: Value, given: Sequence[Value], state: State, node: ir.Node
) -> Value:
    """Call a function that is given items of something."""
    return run.apply(function, [Given(one) for one in given], state, node)


def object_call(
    run: Run,
    place: Place,
    name: str,
    arguments: Sequence[Given],
    state: State,
    node: ir.Node,
    receiver: Value,
) -> Value | None:
    """Call a method of an object of this file."""
    call = _Call(run, place, name, arguments, state, node, receiver)
    kind = call.one.kind
    if name in _PROMISE and kind != 'instance' and name not in call.one.slots:
        return settled(run, call.here, name, call.given, state, node)
    if kind in ('list', 'tuple'):
        method = _ARRAY.get(name)
        return method(call) if method is not None else None
    if kind == 'set':
        method = _SET.get(name)
        return method(call) if method is not None else None
    if kind == 'dict' and 'Map' in place:
        method = _MAP.get(name)
        return method(call) if method is not None else None
    if kind == 'dict':
        return _own_method(call)
    if kind == 'function':
        return _function_call(call)
    if kind == 'instance':
        return _field_call(call)
    return None


# ---------------------------------------------------------------- objects
def _own_method(call: _Call) -> Value | None:
    one = call.one
    found = one.slots.get(call.name)
    if found is None:
        if call.name in ('hasOwnProperty', 'propertyIsEnumerable', 'isPrototypeOf'):
            return Value()
        if one.rest is None and call.name in _NAMED:
            return Value(heap.deep(call.here, call.state))
        found = one.rest
        if found is None or not found.places:
            return None
    return _with_this(call, found)


def _field_call(call: _Call) -> Value | None:
    """Call a function that a field of an object holds."""
    found = call.one.slots.get(call.name)
    return _with_this(call, found) if found is not None and found.places else None


def _with_this(call: _Call, found: Value) -> Value:
    places: set[Place] = set()
    for place in found.places:
        one = call.state.heap.get(place)
        if (
            one is not None
            and one.kind == 'function'
            and 'self' not in one.slots
            and not one.info.arrow
        ):
            made: Place = ('method', *place, call.place)
            slots = {**one.slots, 'self': call.here}
            call.state.heap[made] = one._replace(slots=slots)
            places.add(made)
        else:
            places.add(place)
    target = found.but(places=frozenset(places))
    return call.run.apply(target, call.arguments, call.state, call.node)


def _function_call(call: _Call) -> Value | None:
    one = call.one
    if call.name in one.slots and call.name not in ('self', 'closure'):
        return _with_this(call, one.slots[call.name])
    if call.name not in ('call', 'apply', 'bind') or call.splat:
        return None
    target = call.here
    if call.given and 'self' not in one.slots and not one.info.arrow:
        made: Place = ('method', *call.place, call.node.at)
        slots = {**one.slots, 'self': call.given[0]}
        call.state.heap[made] = one._replace(slots=slots)
        target = Value(places=frozenset((made,)))
    if call.name == 'call':
        return call.run.apply(target, call.arguments[1:], call.state, call.node)
    if call.name == 'apply':
        rest = [Given(one, '', '*') for one in call.given[1:2]]
        return call.run.apply(target, rest, call.state, call.node)
    slots = {'function': target, **dict(enumerate(call.given[1:]))}
    at = (call.node.at, 'bind')
    return heap.allocate(call.run, 'partial', slots, None, call.state, at)


# ---------------------------------------------------------------- arrays
def _push(call: _Call) -> Value:
    for given in call.arguments:
        one = call.one
        if given.splat or one.length is None or not call.strong or one.length > 64:
            value = (
                heap.contents(given.value, call.state) if given.splat else given.value
            )
            heap.put(call.place, v.ANYTHING, value, call.state, False)
        else:
            slots = {**one.slots, one.length: given.value}
            call.become(one._replace(slots=slots, length=one.length + 1))
    return Value()


def _unshift(call: _Call) -> Value:
    items = call.items()
    if items is None or call.splat or not call.strong:
        return _push(_loosened(call))
    whole = [*call.given, *items]
    call.become(call.one._replace(slots=dict(enumerate(whole)), length=len(whole)))
    return Value()


def _loosened(call: _Call) -> _Call:
    call.become(v.loosened(call.one))
    return call


def _taken(call: _Call) -> Value:
    items = call.items()
    if items is None or not call.strong:
        found = call.content()
        _loosened(call)
        return v.joined(found, v.constant(None))
    if not items:
        return v.constant(None)
    taken = items.pop(-1 if call.name == 'pop' else 0)
    call.become(call.one._replace(slots=dict(enumerate(items)), length=len(items)))
    return taken


def _numbers(values: Iterable[Value]) -> list[int] | None:
    found = []
    for one in values:
        if one.constants is None or len(one.constants) != 1 or one.marks:
            return None
        only = next(iter(one.constants))
        if type(only) is not int:
            return None
        found.append(only)
    return found


def _sliced(call: _Call) -> Value:
    items, bounds = call.items(), _numbers(call.given)
    if items is None or bounds is None or call.splat:
        return call.list_with(call.content(), 'slice')
    return call.list_of(
        items[slice(*(bounds or [0]), *([None] * (len(bounds) < 2)))], 'slice'
    )


def _spliced(call: _Call) -> Value:
    items, bounds = call.items(), _numbers(call.given[:2])
    added = call.given[2:]
    if items is None or not bounds or call.splat or not call.strong:
        content = call.content()
        for one in added:
            heap.put(call.place, v.ANYTHING, one, call.state, False)
        _loosened(call)
        return call.list_with(content, 'splice')
    start = bounds[0] if bounds[0] >= 0 else max(len(items) + bounds[0], 0)
    end = len(items) if len(bounds) < 2 else start + max(bounds[1], 0)
    gone = items[start:end]
    items[start:end] = added
    call.become(call.one._replace(slots=dict(enumerate(items)), length=len(items)))
    return call.list_of(gone, 'splice')


def _concat(call: _Call) -> Value:
    items = call.items()
    whole: list[Value] | None = None if items is None or call.splat else list(items)
    content = call.content()
    for one in call.given:
        more = heap.known_items(one, call.state)
        kinds = {call.state.heap[p].kind for p in one.places if p in call.state.heap}
        is_list = bool(kinds & {'list', 'tuple'})
        inner = heap.contents(one, call.state) if is_list else one
        content = v.joined(content, inner)
        if one.marks or one.symbol or (is_list and (more is None or len(kinds) > 1)):
            whole = None
        elif whole is not None:
            whole += more if more is not None else [one]
    return (
        call.list_with(content, 'concat')
        if whole is None
        else call.list_of(whole, 'concat')
    )


def _joined(call: _Call) -> Value:
    marks = v.merged(
        heap.deep(call.here, call.state),
        *(heap.deep(one, call.state) for one in call.given),
    )
    marks = v.cleared(marks, call.run.language.text_clears)
    items = call.items()
    constants = None
    if items is not None and not marks and len(call.given) < 2:
        try:
            texts = [one.only for one in items]
            between = call.given[0].only if call.given else ','
            if all(isinstance(one, str) for one in (*texts, between)):
                constants = frozenset((between.join(texts),))
        except LookupError:
            constants = None
    return Value(
        v.stepped(marks, call.node.at, call.node.end, 'put together'), constants
    )


def _reversed(call: _Call) -> Value:
    items = call.items()
    if call.name == 'toReversed':
        if items is not None:
            return call.list_of(items[::-1], 'reversed')
        return call.list_with(call.content(), 'reversed')
    if items is not None and call.strong:
        call.become(call.one._replace(slots=dict(enumerate(items[::-1]))))
    else:
        _loosened(call)
    return call.here


def _sorted(call: _Call) -> Value:
    content = call.content()
    call.call(0, content, content)
    if call.name == 'toSorted':
        return call.list_with(content, 'sorted')
    if call.one.length != 1:
        _loosened(call)
    return call.here


def _one_by_one(call: _Call, number: int) -> list[Value] | None:
    """Call a function for each item of a short list; None where that is not told.

    A list that changes while it is gone through is one of those.
    """
    items = call.items()
    if items is None or len(items) > SHORT:
        return None
    before, held = call.state.copy(), call.one
    found = []
    for place, one in enumerate(items):
        found.append(call.call(number, one, v.constant(place), call.here))
        if call.state.heap.get(call.place) is not held:
            call.state.become(before)
            return None
    return found


def _mapped(call: _Call) -> Value:
    found = _one_by_one(call, 0)
    if found is not None:
        return call.list_of(found, 'map')
    return call.list_with(_repeated(call, 0), 'map')


def _flat_mapped(call: _Call) -> Value:
    made = _mapped(call)
    return call.list_with(_flattened(made, call.state), 'flat')


def _flattened(value: Value, state: State, depth: int = 3) -> Value:
    """Return what stands in a list, and in lists in it."""
    content = heap.contents(value, state)
    found = [content]
    if depth and any(
        state.heap[place].kind in ('list', 'tuple')
        for place in content.places
        if place in state.heap
    ):
        found.append(_flattened(content, state, depth - 1))
    return v.all_of(found)


def _flat(call: _Call) -> Value:
    return call.list_with(_flattened(call.here, call.state), 'flat')


def _repeated(call: _Call, number: int) -> Value:
    """Call a function for any item, as often as there are some: perhaps never."""
    found = v.SAFE
    for _ in range(ROUNDS):
        before = call.state.copy()
        result = call.call(number, call.content(), v.Value(), call.here)
        found = v.joined(found, result)
        call.state.become(v.joined_states((before, call.state)))
        if v.same_states(before, call.state):
            return found
    heap.spoil_scopes(call.run, call.state)
    return v.joined(found, v.ANYTHING)


def _each(call: _Call) -> Value:
    if _one_by_one(call, 0) is None:
        _repeated(call, 0)
    return v.constant(None)


def _tested(call: _Call) -> Value:
    _repeated(call, 0)
    return Value()


def _kept(call: _Call) -> Value:
    """Return an item for which a function says yes."""
    kept = v.SAFE
    for _ in range(2):
        content = call.content()
        if call.given:
            content = passing(call.run, call.given[0], content, call.state, call.node)
        kept = v.joined(kept, content)
        _repeated(call, 0)
    return kept


def _filtered(call: _Call) -> Value:
    return call.list_with(_kept(call), 'filter')


def _found(call: _Call) -> Value:
    return v.joined(_kept(call), v.constant(None))


def passing(
    run: Run, function: Value, item: Value, state: State, node: ir.Node
) -> Value:
    """Return an item for which a function says yes."""
    places = [state.heap[p] for p in function.places if p in state.heap]
    if not places or any(one.kind != 'function' for one in places):
        return item
    scratch = state.copy()
    name, called_by = '#item', '#test'
    frame: Place = ('frame', '#passing', node.at)
    held = {name: item.but(number=0), called_by: function}
    parent = Value(places=frozenset((run.frames[-1].place,)))
    scratch.heap[frame] = Object('frame', held, None, info=parent)
    around = run.frames
    run.frames = [*around, Frame(frame, None, None)]
    try:
        test = ir.Call(
            node.at,
            node.end,
            ir.Name(node.at, node.at, called_by),
            (ir.Argument(node.at, node.at, ir.Name(node.at, node.at, name)),),
        )
        run.assume(test, True, scratch)
    finally:
        run.frames = around
    told = scratch.heap.get(frame)
    return told.slots[name].but(number=0) if told is not None else item


def _reduced(call: _Call) -> Value:
    items = call.items()
    begin = call.given[1:2]
    if items is not None and len(items) <= SHORT and (begin or items):
        if call.name == 'reduceRight':
            items = items[::-1]
        before, held = call.state.copy(), call.one
        found = begin[0] if begin else items.pop(0)
        for one in items:
            found = call.call(0, found, one, v.Value(), call.here)
        if call.state.heap.get(call.place) is held:
            return found
        call.state.become(before)
    found = begin[0] if begin else call.content()
    for _ in range(ROUNDS):
        before = call.state.copy()
        result = call.call(0, found, call.content(), v.Value(), call.here)
        call.state.become(v.joined_states((before, call.state)))
        known, found = found, v.joined(found, result).but(constants=None)
        if found.same(known) and v.same_states(before, call.state):
            return found
    heap.spoil_scopes(call.run, call.state)
    return v.joined(found, v.ANYTHING)


def _at(call: _Call) -> Value:
    key = call.given[0] if call.given else v.constant(0)
    return heap.slot(call.one, key, None)


def _filled(call: _Call) -> Value:
    if call.given:
        heap.put(call.place, v.ANYTHING, call.given[0], call.state, False)
    return call.here


def _pairs(call: _Call) -> Value:
    first = (
        v.Value() if call.one.kind != 'dict' else heap.contents(call.here, call.state)
    )
    pair = heap.allocate(
        call.run,
        'tuple',
        {0: first, 1: call.content()},
        None,
        call.state,
        (call.node.at, 'pair'),
        2,
    )
    return call.list_with(pair, 'entries')


def _same(call: _Call) -> Value:
    return call.here


def _harmless(call: _Call) -> Value:
    return Value()


def _values(call: _Call) -> Value:
    items = call.items()
    if items is not None:
        return call.list_of(items, 'values')
    return call.list_with(call.content(), 'values')


def _keys(call: _Call) -> Value:
    if call.one.kind == 'dict':
        return call.list_with(heap.contents(call.here, call.state), 'keys')
    return call.list_with(Value(), 'keys')


_ARRAY: dict[str, Callable[[_Call], Value]] = {
    'push': _push,
    'unshift': _unshift,
    'pop': _taken,
    'shift': _taken,
    'slice': _sliced,
    'splice': _spliced,
    'concat': _concat,
    'join': _joined,
    'toString': _joined,
    'reverse': _reversed,
    'toReversed': _reversed,
    'sort': _sorted,
    'toSorted': _sorted,
    'map': _mapped,
    'flatMap': _flat_mapped,
    'flat': _flat,
    'forEach': _each,
    'some': _tested,
    'every': _tested,
    'findIndex': _tested,
    'findLastIndex': _tested,
    'filter': _filtered,
    'find': _found,
    'findLast': _found,
    'reduce': _reduced,
    'reduceRight': _reduced,
    'at': _at,
    'fill': _filled,
    'entries': _pairs,
    'keys': _keys,
    'values': _values,
    'includes': _harmless,
    'indexOf': _harmless,
    'lastIndexOf': _harmless,
}


# ---------------------------------------------------------------- maps and sets
def _map_get(call: _Call) -> Value:
    key = call.given[0] if call.given else v.ANYTHING
    return heap.slot(call.one, key, v.constant(None))


def _map_set(call: _Call) -> Value:
    if len(call.given) >= 2:
        heap.put(call.place, call.given[0], call.given[1], call.state, call.strong)
    return call.here


def _map_delete(call: _Call) -> Value:
    if call.strong and call.given and call.given[0].constants:
        gone = call.given[0].constants
        if len(gone) == 1 and not call.given[0].marks:
            slots = {k: held for k, held in call.one.slots.items() if k not in gone}
            call.become(call.one._replace(slots=slots))
    return Value()


def _cleared(call: _Call) -> Value:
    if call.strong:
        length = None if call.one.kind == 'dict' else 0
        call.become(Object(call.one.kind, {}, None, length, call.one.single))
    return v.constant(None)


def _map_each(call: _Call) -> Value:
    keys = heap.contents(call.here, call.state)
    before = call.state.copy()
    call.call(0, call.content(), keys, call.here)
    call.state.become(v.joined_states((before, call.state)))
    return v.constant(None)


def _added(call: _Call) -> Value:
    if call.given:
        heap.put(call.place, v.ANYTHING, call.given[0], call.state, False)
    return call.here


_MAP: dict[str, Callable[[_Call], Value]] = {
    'get': _map_get,
    'set': _map_set,
    'has': _harmless,
    'delete': _map_delete,
    'clear': _cleared,
    'keys': _keys,
    'values': _values,
    'entries': _pairs,
    'forEach': _map_each,
}
_SET: dict[str, Callable[[_Call], Value]] = {
    'add': _added,
    'has': _harmless,
    'delete': _harmless,
    'clear': _cleared,
    'keys': _values,
    'values': _values,
    'entries': _pairs,
    'forEach': _each,
}


# ---------------------------------------------------------------- promises
def settled(
    run: Run,
    value: Value,
    name: str,
    given: Sequence[Value],
    state: State,
    node: ir.Node,
) -> Value:
    """Call `then`, `catch` or `finally` of a promise, which is what it comes to."""
    found: list[Value] = []
    for number, one in enumerate(given):
        if name == 'finally':
            passed: tuple[Value, ...] = ()
        elif name == 'then' and number == 0:
            passed = (value,)
        else:
            passed = (v.ANYTHING,)
        before = state.copy()
        scopes.give(run, one, state)
        found.append(called(run, one, passed, state, node))
        state.become(v.joined_states((before, state)))
    if name != 'then' or not given:
        found.append(value)
    return v.all_of(found)


# ---------------------------------------------------------------- values
def value_call(
    run: Run,
    receiver: Value,
    name: str,
    arguments: Sequence[Given],
    state: State,
    node: ir.Node,
) -> Value | None:
    """Call a method of a text, or of what somebody else made."""
    given = [one.value for one in arguments]
    if name in _PROMISE and given:
        return settled(run, receiver, name, given, state, node)
    if name in ('filter', 'find', 'findLast', 'map', 'flatMap', 'forEach') and given:
        return _over(run, receiver, name, given, state, node)
    if name in ('replace', 'replaceAll') and len(given) == 2:
        return _replaced(run, name, receiver, given, state, node)
    if name in _TEXTS and not receiver.symbol:
        marks = v.merged(receiver.marks, *(heap.deep(one, state) for one in given))
        if name not in _EITHER:
            marks = v.cleared(marks, run.language.text_clears)
        said = f'through {name}'
        return Value(v.stepped(marks, node.at, node.end, said), facts=receiver.facts)
    return None


def _over(
    run: Run,
    receiver: Value,
    name: str,
    given: Sequence[Value],
    state: State,
    node: ir.Node,
) -> Value:
    """Call a function for the items of a list that somebody else made."""
    item = Value(v.merged(receiver.marks, () if receiver.marks else v.UNSURE))
    if name in ('filter', 'find', 'findLast'):
        item = passing(run, given[0], item, state, node)
    before = state.copy()
    found = called(run, given[0], (item, v.Value(), v.ANYTHING), state, node)
    state.become(v.joined_states((before, state)))
    if name == 'forEach':
        return v.ANYTHING
    if name in ('filter', 'find', 'findLast'):
        found = item
    if name in ('find', 'findLast'):
        return v.joined(found, v.constant(None))
    # Nobody says that it is a list: it may be an object with such a method.
    doubt = v.UNSURE if not receiver.marks else ()
    content = found.but(marks=v.merged(found.marks, doubt), number=0)
    return heap.allocate(run, 'list', {}, content, state, (node.at, name))


def _replaced(
    run: Run,
    name: str,
    receiver: Value,
    given: Sequence[Value],
    state: State,
    node: ir.Node,
) -> Value:
    """`text.replace(pattern, text)`: what is taken out is not in it any more."""
    pattern, by = given
    marks = v.merged(receiver.marks, heap.deep(by, state))
    marks = v.cleared(marks, run.language.text_clears)
    functions = [
        place
        for place in by.places
        if place in state.heap and state.heap[place].kind == 'function'
    ]
    if functions:
        result = called(run, by, (Value(receiver.marks),), state, node)
        marks = v.merged(marks, heap.deep(result, state))
    said = 'through replace'
    marks = v.stepped(marks, node.at, node.end, said)
    text = patterns.known(pattern).constants or frozenset()
    regex = pattern.symbol == 'RegExp()'
    looked = str(next(iter(text))) if len(text) == 1 else ''
    flags, _, bare = looked.partition(')') if regex else ('', '', looked)
    if not looked or (regex and 'g' not in flags) or (not regex and name == 'replace'):
        return Value(v.dulled(marks, None))
    if not regex or not functions:
        found = Value(receiver.marks, facts=receiver.facts)
        value = patterns.substituted(found, v.constant(bare), by, regex, marks)
        marks = value.marks
    else:
        value = Value(v.dulled(marks, None))
    unknown: set[str] = set()
    if bare.endswith('\\.\\.'):
        unknown.add('path')
    classes = _escaped(bare) if regex and not heap.deep(by, state) else v.NO_CLASSES
    marks = v.spared(v.cleared(value.marks, classes), frozenset(unknown))
    return value.but(marks=marks, number=0)


def _escaped(pattern: str) -> frozenset[str]:
    """Return what a text is harmless for in which such characters are escaped."""
    match = re.fullmatch(r'\[((?:\\.|[^\]\\^])(?:\\.|[^\]\\])*)\]\+?', pattern)
    held = match.group(1) if match is not None else ''
    classes: set[str] = set()
    if '<' in held and '"' in held and "'" in held:
        classes.add('xss')
    if '*' in held and '(' in held and '+' in held and '.' in held:
        classes.add('regex')
    return frozenset(classes)


# ---------------------------------------------------------------- library
def library_call(
    run: Run, symbol: str, arguments: Sequence[Given], state: State, node: ir.Node
) -> Value | None:
    """Call what every program has."""
    method = _LIBRARY.get(symbol)
    if method is None or any(one.splat for one in arguments):
        return None
    return method(run, [one.value for one in arguments], state, node)


_Given = Sequence[Value]


def _object_keys(run: Run, given: _Given, state: State, node: ir.Node) -> Value | None:
    one = heap.copied(given[0], state) if given else None
    if one is None or one.kind != 'dict':
        if given and not given[0].places:
            marks = given[0].marks or v.UNSURE
            return heap.allocate(
                run, 'list', {}, Value(marks), state, (node.at, 'keys')
            )
        return None
    keys = [v.constant(key) for key in one.slots if isinstance(key, str)]
    rest = None
    length: int | None = len(keys)
    if one.rest is not None:
        rest = Value(v.at_most(v.merged(one.rest.marks, v.UNSURE), v.TAINTED))
        length = None
    slots: dict[Any, Value] = dict(enumerate(keys))
    made = heap.allocate(run, 'list', slots, rest, state, (node.at, 'keys'), length)
    if rest is not None:
        place = next(iter(made.places))
        state.heap[place] = v.loosened(state.heap[place])
    return made


def _object_values(
    run: Run, given: _Given, state: State, node: ir.Node
) -> Value | None:
    one = heap.copied(given[0], state) if given else None
    if one is None or one.kind != 'dict':
        return None
    held = [*one.slots.values(), *([one.rest] if one.rest is not None else [])]
    return heap.allocate(run, 'list', {}, v.all_of(held), state, (node.at, 'values'))


def _object_entries(
    run: Run, given: _Given, state: State, node: ir.Node
) -> Value | None:
    one = heap.copied(given[0], state) if given else None
    if given and not given[0].places and not given[0].symbol:
        marks = given[0].marks or v.UNSURE
        key, value = Value(marks), Value(marks)
    elif one is not None and one.kind == 'dict':
        held = [*one.slots.values(), *([one.rest] if one.rest is not None else [])]
        key, value = heap.contents(given[0], state), v.all_of(held)
        if one.rest is not None:
            key = key.but(marks=v.merged(key.marks, v.UNSURE))
    else:
        return None
    pair = heap.allocate(
        run, 'tuple', {0: key, 1: value}, None, state, (node.at, 'pair'), 2
    )
    return heap.allocate(run, 'list', {}, pair, state, (node.at, 'entries'))


def _object_assign(
    run: Run, given: _Given, state: State, node: ir.Node
) -> Value | None:
    if not given:
        return None
    first, *rest = given
    target = heap.copied(first, state)
    if target is None or target.kind != 'dict':
        if not first.places:
            return None
        for one in rest:
            heap.spoil(state, [first], heap.deep(one, state))
        return first
    place = next(iter(first.places))
    for value in rest:
        other = heap.copied(value, state)
        if other is not None and other.kind == 'dict':
            for key, held in other.slots.items():
                heap.put(place, v.constant(key), held, state, target.single)
            if other.rest is not None:
                heap.put(place, v.ANYTHING, other.rest, state, False)
        else:
            marks = v.merged(heap.deep(value, state), v.UNSURE)
            heap.put(place, v.ANYTHING, Value(marks), state, False)
    return first


def _from_entries(run: Run, given: _Given, state: State, node: ir.Node) -> Value | None:
    if not given:
        return None
    marks = v.merged(heap.deep(given[0], state), v.UNSURE)
    return heap.allocate(run, 'dict', {}, Value(marks), state, (node.at, 'dict'))


def _array_from(run: Run, given: _Given, state: State, node: ir.Node) -> Value | None:
    if not given:
        return None
    items = heap.known_items(given[0], state)
    if len(given) > 1:
        content = heap.contents(given[0], state)
        before = state.copy()
        found = called(run, given[1], (content, v.Value()), state, node)
        state.become(v.joined_states((before, state)))
        return heap.allocate(run, 'list', {}, found, state, (node.at, 'from'))
    if items is not None:
        slots: dict[Any, Value] = dict(enumerate(items))
        return heap.allocate(
            run, 'list', slots, None, state, (node.at, 'from'), len(items)
        )
    if any(p in state.heap and state.heap[p].kind == 'dict' for p in given[0].places):
        return None
    content = heap.contents(given[0], state)
    return heap.allocate(run, 'list', {}, content, state, (node.at, 'from'))


def _array(run: Run, given: _Given, state: State, node: ir.Node) -> Value | None:
    if len(given) == 1 and (given[0].marks or not given[0].constants):
        return heap.allocate(run, 'list', {}, given[0], state, (node.at, 'array'))
    if len(given) == 1:
        return heap.allocate(
            run, 'list', {}, v.constant(None), state, (node.at, 'array')
        )
    slots: dict[Any, Value] = dict(enumerate(given))
    return heap.allocate(
        run, 'list', slots, None, state, (node.at, 'array'), len(given)
    )


def _new_map(run: Run, given: _Given, state: State, node: ir.Node) -> Value | None:
    slots: dict[Any, Value] = {}
    rest: Value | None = None
    if given and given[0].constants != frozenset((None,)):
        pairs = heap.known_items(given[0], state)
        for pair in pairs or ():
            items = heap.known_items(pair, state)
            if items is None or len(items) != 2:
                pairs = None
                break
            try:
                slots[items[0].only] = items[1]
            except (LookupError, TypeError):
                pairs = None
                break
        if pairs is None:
            marks = v.merged(heap.deep(given[0], state), v.UNSURE)
            slots, rest = {}, Value(marks)
    return heap.allocate(run, 'dict', slots, rest, state, (node.at, 'Map'))


def _new_set(run: Run, given: _Given, state: State, node: ir.Node) -> Value | None:
    if not given:
        return heap.allocate(run, 'set', {}, None, state, (node.at, 'Set'))
    content = heap.contents(given[0], state)
    items = heap.known_items(given[0], state)
    if items is not None:
        content = v.all_of(items)
    return heap.allocate(run, 'set', {}, content.but(number=0), state, (node.at, 'Set'))


def _stringified(run: Run, given: _Given, state: State, node: ir.Node) -> Value:
    marks = v.merged(*(heap.deep(one, state) for one in given))
    marks = v.cleared(marks, run.language.text_clears | {'log', 'header'})
    # It leaves < as it is: harmless where nobody reads it as HTML.
    marks = v.spared(marks, frozenset(('xss',)))
    return Value(v.stepped(marks, node.at, node.end, 'through JSON.stringify'))


def _text(run: Run, given: _Given, state: State, node: ir.Node) -> Value:
    marks = v.merged(*(heap.deep(one, state) for one in given))
    marks = v.cleared(marks, run.language.text_clears)
    constants = (
        given[0].constants if given and not marks and not given[0].places else None
    )
    if constants is not None and not all(isinstance(one, str) for one in constants):
        constants = None
    facts = given[0].facts if given else v.NO_CLASSES
    return Value(
        v.stepped(marks, node.at, node.end, 'through String'), constants, facts=facts
    )


def _regex(run: Run, given: _Given, state: State, node: ir.Node) -> Value | None:
    """`new RegExp(text)`: what it is told of, when the text is known."""
    if len(given) != 1 or given[0].marks or given[0].constants is None:
        return None
    return Value(constants=given[0].constants, symbol='RegExp()')


def _all_of(run: Run, given: _Given, state: State, node: ir.Node) -> Value | None:
    """`Promise.all(list)`: the list of what they come to."""
    return given[0] if given else None


def _any_of(run: Run, given: _Given, state: State, node: ir.Node) -> Value | None:
    return heap.contents(given[0], state) if given else None


def _raised(run: Run, given: _Given, state: State, node: ir.Node) -> Value | None:
    marks = v.merged(*(heap.deep(one, state) for one in given))
    slots: dict[Any, Value] = {'message': given[0] if given else v.constant('')}
    return heap.allocate(
        run, 'dict', slots, Value(v.merged(marks, v.UNSURE)), state, (node.at, 'error')
    )


_LIBRARY: dict[str, Callable[[Run, _Given, State, ir.Node], Value | None]] = {
    'Object.keys': _object_keys,
    'Object.getOwnPropertyNames': _object_keys,
    'Object.values': _object_values,
    'Object.entries': _object_entries,
    'Object.assign': _object_assign,
    'Object.fromEntries': _from_entries,
    'Array.from': _array_from,
    'Array': _array,
    'Map': _new_map,
    'Set': _new_set,
    'JSON.stringify': _stringified,
    'String': _text,
    'RegExp': _regex,
    'Promise.all': _all_of,
    'Promise.allSettled': _from_entries,
    'Promise.race': _any_of,
    'Promise.any': _any_of,
    'Error': _raised,
    'TypeError': _raised,
    'RangeError': _raised,
}
