"""Lists, dicts, sets and builders of text: their items and their methods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hookline.flow import elsewhere, folding, heap, ir, patterns
from hookline.flow import values as v
from hookline.flow.heap import CONTAINERS
from hookline.flow.run import Given, Run
from hookline.flow.values import Place, State, Value


def item(
    base: Value,
    key: Value,
    state: State,
    node: ir.Node,
    default: Value | None = None,
) -> Value:
    """Return what stands at a key of a container, or character of a text."""
    found: list[Value] = []
    for place in base.places:
        one = state.heap.get(place)
        if one is not None and one.kind in CONTAINERS:
            found.append(heap.slot(one, key, default))
        elif one is not None and one.kind == 'class' and '__members__' in one.slots:
            found.append(heap.any_member(one, state))
        elif one is not None and one.kind == 'external':
            # A part of it is as little known as the whole, and may be written to.
            marks = v.merged(heap.deep(base, state), v.UNSURE)
            found.append(Value(marks, places=frozenset((place,))))
        else:
            found.append(Value(v.merged(heap.deep(base, state), v.UNSURE)))
    groups = patterns.of_group(base, base.marks)
    if groups is not base.marks:
        return Value(v.stepped(groups, node.at, node.end, 'part of'))
    if base.marks or not base.places:
        constants = _indexed(base, key)
        marks = base.marks
        if base.symbol and not marks:
            marks = v.UNSURE
        elif base.constants is None and not base.places and not base.marks:
            marks = ()
        marks = v.stepped(marks, node.at, node.end, 'item of')
        found.append(Value(marks, constants))
    return v.all_of(found)


def container_call(
    run: Run,
    place: Place,
    name: str,
    arguments: Sequence[Given],
    state: State,
    node: ir.Node,
    receiver: Value,
) -> Value:
    one = state.heap[place]
    operation = run.language.operation(one, name, len(arguments))
    given = [argument.value for argument in arguments]
    if any(argument.splat for argument in arguments):
        operation = ''
    strong = heap.is_only(one, receiver) and not receiver.marks
    if operation == 'append' and given:
        append(place, given[-1], state, strong)
        return v.constant(True)
    if operation == 'insert' and len(given) >= 2:
        insert(place, given[0], given[1], state, strong)
        return v.constant(None)
    if operation == 'insert-first' and given:
        insert(place, v.constant(0), given[0], state, strong)
        return v.constant(None)
    if operation in ('get', 'get-default') and given:
        default = given[1] if len(given) > 1 else v.constant(None)
        if one.kind == 'dict':
            return heap.slot(one, given[0], default)
        return item(Value(places=frozenset((place,))), given[0], state, node)
    if operation in ('put', 'set-default') and len(given) >= 2:
        before = heap.slot(one, given[0], v.constant(None))
        heap.put(place, given[0], given[1], state, strong)
        return v.joined(before, given[1])
    if operation == 'set-item' and len(given) >= 2:
        before = heap.slot(one, given[0], None)
        heap.put(place, given[0], given[1], state, strong)
        return before
    if operation == 'remove' and given:
        only = given[0].constants
        if only is not None and all(type(one) is int for one in only):
            return pop(place, given, state, strong)
        return remove_value(place, given[0], state, strong)
    if operation == 'remove-value' and given:
        return remove_value(place, given[0], state, strong)
    if operation == 'pop':
        return pop(place, given, state, strong)
    if operation == 'loosen':
        state.heap[place] = v.loosened(one)
        return Value()
    if operation == 'remove-last':
        return pop(place, (), state, strong)
    if operation == 'remove-first' or operation == 'first':
        start = v.constant(0)
        if operation == 'first':
            return item(Value(places=frozenset((place,))), start, state, node)
        return pop(place, [start], state, strong)
    if operation == 'last':
        return item(Value(places=frozenset((place,))), v.constant(-1), state, node)
    if operation == 'extend' and given:
        content = heap.contents(given[-1], state)
        items = heap.known_items(given[-1], state)
        if items is not None and strong and one.length is not None:
            for one_item in items:
                append(place, one_item, state, strong)
        elif one.kind == 'dict':
            other = heap.copied(given[-1], state)
            if other is not None and other.kind == 'dict' and strong:
                for key, value in other.slots.items():
                    heap.put(place, v.constant(key), value, state, strong)
                if other.rest is not None:
                    heap.put(place, v.ANYTHING, other.rest, state, False)
            else:
                marks = v.merged(heap.deep(given[-1], state), v.UNSURE)
                heap.put(place, v.ANYTHING, Value(marks), state, False)
        else:
            heap.put(place, v.ANYTHING, content, state, False)
        return v.constant(None)
    if operation == 'clear':
        if strong:
            length = 0 if one.kind != 'dict' else None
            state.heap[place] = one._replace(slots={}, rest=None, length=length)
        return v.constant(None)
    if operation == 'reorder':
        state.heap[place] = v.loosened(one) if one.length != 1 else one
        for value in given:
            if value.places:
                elsewhere.unknown_call(run, v.SAFE, [Given(value)], state, node, '')
        return v.constant(None)
    if operation == 'reverse':
        if one.length is not None and strong:
            slots = {
                one.length - 1 - number: value for number, value in one.slots.items()
            }
            state.heap[place] = one._replace(slots=slots)
        else:
            state.heap[place] = v.loosened(one)
        return v.constant(None)
    if operation == 'values':
        content = v.all_of(
            [*one.slots.values(), *([one.rest] if one.rest is not None else [])]
        )
        return heap.allocate(run, 'list', {}, content, state, (node.at, 'values'))
    if operation == 'keys':
        content = heap.contents(Value(places=frozenset((place,))), state)
        return heap.allocate(run, 'list', {}, content, state, (node.at, 'keys'))
    if operation == 'items':
        if run.survey.sets_entries:
            heap.put(place, v.ANYTHING, v.ANYTHING, state, False)
        key = heap.contents(Value(places=frozenset((place,))), state)
        value = v.all_of(
            [*one.slots.values(), *([one.rest] if one.rest is not None else [])]
        )
        pair = heap.allocate(
            run, 'tuple', {0: key, 1: value}, None, state, (node.at, 'pair'), 2
        )
        return heap.allocate(run, 'list', {}, pair, state, (node.at, 'items'))
    if operation == 'copy':
        return heap.allocate(
            run,
            one.kind,
            dict(one.slots),
            one.rest,
            state,
            (node.at, 'copy'),
            one.length,
            None if one.info == 'frozen' else one.info,
        )
    if operation == 'same':
        return Value(places=frozenset((place,)))
    if operation == 'section' and given:
        section(run, place, given[0], state, node)
        return v.constant(None)
    if operation == 'keyed-put' and len(given) >= 3:
        for held in section(run, place, given[0], state, node).places:
            heap.put(held, given[1], given[2], state, strong)
        return v.constant(None)
    if operation == 'keyed-get' and len(given) >= 2:
        return option(place, given, state)
    if operation == 'harmless':
        return Value()
    if operation == 'map' and given:
        content = heap.contents(Value(places=frozenset((place,))), state)
        value = run.apply(given[0], [Given(content)], state, node)
        return heap.allocate(run, 'list', {}, value, state, (node.at, 'map'))
    if operation == 'some':
        # Those that pass a test, or come first: which they are is not known.
        content = heap.contents(Value(places=frozenset((place,))), state)
        for test in given:
            if test.places:
                earlier = state.copy()
                run.apply(test, [Given(content)], state, node)
                state.become(v.joined_states((earlier, state)))
        return heap.allocate(run, 'list', {}, content, state, (node.at, 'some'))
    if operation == 'each' and given:
        content = heap.contents(Value(places=frozenset((place,))), state)
        earlier = state.copy()
        run.apply(given[0], [Given(content)], state, node)
        state.become(v.joined_states((earlier, state)))
        return Value(places=frozenset((place,)))
    if operation == 'contents':
        return heap.contents(Value(places=frozenset((place,))), state)
    if operation in ('key-of', 'value-of'):
        index = v.constant(0 if operation == 'key-of' else 1)
        return item(Value(places=frozenset((place,))), index, state, node)
    if operation == 'put-any' and given:
        heap.put(place, v.ANYTHING, given[0], state, False)
        return v.constant(True)
    if operation == 'join' and given:
        return Value(heap.deep(Value(places=frozenset((place,))), state))
    if one.kind == 'text':
        return text_call(run, place, name, given, state, node, strong)
    if one.info != 'frozen' and one.kind != 'tuple':
        # It may keep what it is given, anywhere.
        marks = v.merged(*(heap.deep(value, state) for value in given))
        if marks:
            heap.put(place, v.ANYTHING, Value(v.merged(marks, v.UNSURE)), state, False)
    return elsewhere.unknown_call(
        run, Value(places=frozenset((place,))), arguments, state, node, name
    )


def text_call(
    run: Run,
    place: Place,
    name: str,
    given: Sequence[Value],
    state: State,
    node: ir.Node,
    strong: bool,
) -> Value:
    """Call a builder of text: what it holds is one value."""
    one = state.heap[place]
    held = one.slots.get(0, v.SAFE)
    this = Value(places=frozenset((place,)))
    if name in ('toString', 'getvalue', 'read', 'readline', 'toByteArray', 'getbuffer'):
        return held if name in ('toString', 'getvalue') else Value(held.marks)
    if name in ('substring', 'subSequence'):
        return Value(v.cut(held.marks))
    if name in ('readlines', '__enter__', 'lines'):
        return this if name == '__enter__' else Value(held.marks)
    if name in ('flush', 'close', 'seek', 'tell', 'isatty', 'writable'):
        return Value()
    if name in ('length', 'capacity', 'indexOf', 'charAt', 'lastIndexOf'):
        return Value(held.marks if name == 'charAt' else ())
    if name == 'setLength' and given and given[0].constants == frozenset((0,)):
        changed = v.constant('')
    elif name in _CUTS:
        changed = Value(v.cut(held.marks))
    elif name in _ADDS:
        text = given[-1] if given else v.SAFE
        marks = v.stepped(
            v.merged(held.marks, *(heap.deep(more, state) for more in given)),
            node.at,
            node.end,
            'put together',
        )
        constants = None
        if name == 'append' and not held.marks and not text.marks and strong:
            constants = folding.folded('+', held, text, run.language)
        changed = Value(marks, constants)
    else:
        return elsewhere.unknown_call(
            run, this, [Given(g) for g in given], state, node, name
        )
    if not strong:
        changed = v.joined(held, changed)
    state.heap[place] = one._replace(slots={0: changed})
    return this


_CUTS = ('reverse', 'deleteCharAt', 'delete', 'setLength', 'trimToSize', 'truncate')
_ADDS = (
    *('append', 'write', 'insert', 'replace', 'setCharAt', 'writelines', 'print'),
    *('println', 'printf', 'format', 'appendCodePoint', 'writeBytes'),
)


def append(place: Place, value: Value, state: State, strong: bool) -> None:
    one = state.heap[place]
    if one.length is not None and strong:
        slots = {**one.slots, one.length: value}
        state.heap[place] = one._replace(slots=slots, length=one.length + 1)
        if one.length > 64:
            state.heap[place] = v.loosened(state.heap[place])
    else:
        heap.put(place, v.ANYTHING, value, state, False)


def insert(place: Place, key: Value, value: Value, state: State, strong: bool) -> None:
    one = state.heap[place]
    try:
        index = key.only
    except LookupError:
        index = None
    if one.length is None or not strong or not isinstance(index, int):
        heap.put(place, v.ANYTHING, value, state, False)
        return
    items = [one.slots.get(number, v.ANYTHING) for number in range(one.length)]
    items.insert(index, value)
    state.heap[place] = one._replace(slots=dict(enumerate(items)), length=len(items))


def remove_value(place: Place, value: Value, state: State, strong: bool) -> Value:
    """Take the first item that equals a value out of a list."""
    one = state.heap[place]
    items = [one.slots.get(number) for number in range(one.length or 0)]
    known = [
        next(iter(item.constants))
        if item is not None
        and not (item.marks or item.places or item.symbol)
        and item.constants is not None
        and len(item.constants) == 1
        else None
        for item in items
    ]
    only = value.constants
    if one.length is not None and strong and only is not None and len(only) == 1:
        looked = next(iter(only))
        for number, item in enumerate(known):
            if item is None:
                break  # it may be this one
            if type(item) is type(looked) and item == looked:
                return pop(place, [v.constant(number)], state, strong)
    state.heap[place] = v.loosened(one)
    return Value()


def remove(base: Value, key: Value, state: State) -> None:
    for place in base.places:
        one = state.heap.get(place)
        if one is not None and one.kind in CONTAINERS:
            strong = heap.is_only(one, base)
            pop(place, [key], state, strong)


def pop(place: Place, given: Sequence[Value], state: State, strong: bool) -> Value:
    one = state.heap[place]
    if one.kind == 'dict':
        key = given[0] if given else v.ANYTHING
        default = given[1] if len(given) > 1 else None
        value = heap.slot(one, key, default)
        try:
            only = key.only
        except LookupError:
            return value
        if strong and only in one.slots:
            slots = {k: held for k, held in one.slots.items() if k != only}
            state.heap[place] = one._replace(slots=slots)
        return value
    index: Any = -1
    if given:
        try:
            index = given[0].only
        except LookupError:
            index = None
    if one.length is not None and strong and type(index) is int:
        items = [one.slots.get(number, v.ANYTHING) for number in range(one.length)]
        try:
            value = items.pop(index)
        except IndexError:
            return v.SAFE
        state.heap[place] = one._replace(
            slots=dict(enumerate(items)), length=len(items)
        )
        return value
    value = heap.contents(Value(places=frozenset((place,))), state)
    state.heap[place] = v.loosened(one)
    return value


def section(run: Run, place: Place, name: Value, state: State, node: ir.Node) -> Value:
    """Return a section of a configuration, made where it is not there."""
    one = state.heap[place]
    found = heap.slot(one, name, None)
    if found.places:
        return found
    made = heap.allocate(
        run, 'dict', {}, None, state, (node.at, 'section'), info='section'
    )
    heap.put(place, name, made, state, one.single)
    return made


def option(place: Place, given: Sequence[Value], state: State) -> Value:
    """Return what stands under an option; a text with % may take in any other."""
    one = state.heap[place]
    found = heap.slot(one, given[0], None)
    options = item(found, given[1], state, ir.Node(0, 0))
    more = [heap.slot(one, v.constant('DEFAULT'), None)]
    values = [options, *given[3:]]
    if options.constants is None or options.constants & {None}:
        values += [item(other, given[1], state, ir.Node(0, 0)) for other in more]
    if any('%' in str(one) for one in options.constants or ()):
        marks = [heap.deep(other, state) for other in (found, *more)]
        values.append(Value(v.merged(*marks)))
    return v.all_of(values)


def _indexed(base: Value, key: Value) -> frozenset[Any] | None:
    if base.constants is None or key.constants is None or base.marks or key.marks:
        return None
    found = set()
    for one in base.constants:
        for index in key.constants:
            if not isinstance(one, str) or type(index) is not int:
                return None
            if -len(one) <= index < len(one):
                found.add(one[index])
    return frozenset(found) or None
