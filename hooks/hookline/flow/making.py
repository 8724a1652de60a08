"""Calls of libraries that make a container, a copy, a partial: built exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from hookline.flow import heap, ir, objects, scopes
from hookline.flow import values as v
from hookline.flow.run import Given, Run
from hookline.flow.values import Object, State, Value


def special(
    run: Run,
    kind: str,
    target: Value,
    arguments: Sequence[Given],
    state: State,
    node: ir.Node,
    receiver: Value | None,
) -> Value | None:
    """Call what the models know to make a container, a copy, a partial …"""
    first = arguments[0].value if arguments else v.SAFE
    at = (node.at, kind)
    sized = first.constants is not None and all(
        type(one) is int for one in first.constants
    )
    if kind in _SEQUENCES:
        made = 'set' if kind in ('set', 'frozen-set') else 'list'
        info = kind if kind in ('stack', 'queue', 'heap') else None
        info = 'frozen' if kind == 'frozen-set' else info
        if any(given.name for given in arguments) or len(arguments) > 1:
            # deque(…, maxlen=3) forgets what came first; sorted(…, key=…)
            held_there = [g.value for g in arguments if not g.name][:1]
            content = v.all_of(heap.contents(value, state) for value in held_there)
            return heap.allocate(run, made, {}, content, state, at, info=info)
        if not arguments or (sized and not first.places):
            return heap.allocate(run, made, {}, None, state, at, 0, info)
        items = heap.known_items(first, state)
        if items is not None and kind in (
            'list',
            'tuple',
            'stack',
            'queue',
            'reversed',
        ):
            if kind == 'reversed':
                items.reverse()
            return heap.allocate(
                run, made, dict(enumerate(items)), None, state, at, len(items), info
            )
        content = heap.contents(first, state)
        about = None
        if first.marks and not first.places and kind != 'sorted':
            about = ('each', first.number)  # characters of a text
        return heap.allocate(run, made, {}, content, state, at, info=info).but(
            about=about
        )
    if kind == 'dict':
        slots: dict[Any, Value] = {}
        rest: Value | None = None
        for given in arguments:
            if given.name:
                slots[given.name] = given.value
            elif given.value.constants is not None and not given.value.marks:
                continue  # how many it is made for
            else:
                copied = heap.copied(given.value, state)
                pairs = _pairs(given.value, state)
                if pairs is not None:
                    slots = {**pairs, **slots}
                elif copied is not None and copied.kind == 'dict':
                    slots = {**copied.slots, **slots}
                    rest = copied.rest
                else:
                    rest = Value(
                        v.merged(heap.deep(given.value, state), v.UNSURE),
                        places=heap.contents(given.value, state).places,
                    )
        return heap.allocate(run, 'dict', slots, rest, state, at)
    if kind == 'text' and _is_text(first, state) and target.symbol in _WRAPPERS:
        return first
    if kind == 'text':
        content = Value(
            v.merged(*(heap.deep(given.value, state) for given in arguments)),
            first.constants if arguments else frozenset(('',)),
        )
        return heap.allocate(run, 'text', {0: content}, None, state, at)
    if kind == 'array':
        item = v.SAFE
        for number in range(1, len(arguments)):
            item = heap.allocate(run, 'list', {}, item, state, (*at, 'row', number))
            for row in item.places:
                # It stands for all the rows.
                state.heap[row] = state.heap[row]._replace(single=False)
        return heap.allocate(run, 'list', {}, item, state, at)
    if kind == 'copy':
        one = heap.copied(first, state)
        if one is None:
            return None
        return heap.allocate(
            run, one.kind, dict(one.slots), one.rest, state, at, one.length, one.info
        )
    if kind in ('list-of', 'frozen-list-of'):
        plain = [given.value for given in arguments if not given.splat]
        if len(plain) != len(arguments):
            return None
        if len(plain) == 1 and heap.known_items(plain[0], state) is not None:
            plain = heap.known_items(plain[0], state) or []
        info = 'frozen' if kind == 'frozen-list-of' else None
        return heap.allocate(
            run, 'list', dict(enumerate(plain)), None, state, at, len(plain), info
        )
    if kind == 'dict-of':
        held: dict[Any, Value] = {}
        for number in range(0, len(arguments) - 1, 2):
            try:
                held[arguments[number].value.only] = arguments[number + 1].value
            except LookupError:
                return None
        return heap.allocate(run, 'dict', held, None, state, at, info='frozen')
    if kind == 'partial' and arguments:
        partial: dict[Any, Value] = {'function': first}
        number = 0
        for given in arguments[1:]:
            if given.splat:
                return None
            if given.name:
                partial[given.name] = given.value
            else:
                partial[number] = given.value
                number += 1
        return heap.allocate(run, 'partial', partial, None, state, at)
    if kind == 'keyed':
        return heap.allocate(run, 'dict', {}, None, state, at, info='keyed')
    if kind == 'map' and len(arguments) == 2:
        item = heap.contents(arguments[1].value, state)
        value = run.apply(first, [Given(item)], state, node)
        return heap.allocate(run, 'list', {}, value, state, at)
    if kind == 'filter' and len(arguments) == 2:
        item = heap.contents(arguments[1].value, state)
        run.apply(first, [Given(item)], state, node)
        return heap.allocate(run, 'list', {}, item, state, at)
    if kind == 'enumerate' and arguments:
        item = heap.contents(first, state)
        pair = heap.allocate(
            run, 'tuple', {0: v.SAFE, 1: item}, None, state, (*at, 'pair'), 2
        )
        return heap.allocate(run, 'list', {}, pair, state, at)
    if kind == 'zip':
        items = [heap.contents(given.value, state) for given in arguments]
        pair = heap.allocate(
            run, 'tuple', dict(enumerate(items)), None, state, (*at, 'pair'), len(items)
        )
        return heap.allocate(run, 'list', {}, pair, state, at)
    if kind == 'setattr' and len(arguments) == 3:
        try:
            objects.write_field(
                run, first, str(arguments[1].value.only), arguments[2].value, state
            )
        except LookupError:
            heap.spoil(state, [first], heap.deep(arguments[2].value, state))
        return v.constant(None)
    if kind == 'getattr' and len(arguments) >= 2:
        try:
            found = objects.field(run, first, str(arguments[1].value.only), state, node)
        except LookupError:
            found = Value(v.merged(heap.deep(first, state), v.UNSURE))
        if len(arguments) > 2:
            found = v.joined(found, arguments[2].value)
        return found
    if kind == 'super':
        this = scopes.own_object(run) or scopes.look_up(run, 'self', state)
        return objects.super_of(run, this, state)
    if kind == 'url':
        marks = v.merged(*(heap.deep(given.value, state) for given in arguments))
        # A test of it is a test of the text that it was made of.
        return Value(marks, about=('url', first.number), number=first.number)
    if kind == 'common-path':
        # Of a list of paths; a test of it tells of the normalised ones.
        items = heap.known_items(first, state) or [a.value for a in arguments]
        whole = [one for one in items if 'normal' in one.facts and one.marks]
        marks = v.merged(*(heap.deep(one, state) for one in items))
        told = ('common', whole[0].number) if len(whole) == 1 else None
        return Value(marks, about=told)
    if kind == 'same':
        return first
    if kind == 'stream':
        if first.places:
            return first
        return heap.allocate(run, 'list', {}, heap.contents(first, state), state, at)
    if kind == 'reorder':
        for place in first.places:
            if state.heap[place].kind in heap.CONTAINERS:
                state.heap[place] = v.loosened(state.heap[place])
        return v.constant(None)
    if kind in ('push', 'add-all', 'fill', 'copy-into') and arguments:
        into = arguments[2].value if kind == 'copy-into' and arguments[2:] else first
        given_values = [given.value for given in arguments[1:]]
        if kind == 'copy-into':
            given_values = [heap.contents(first, state)]
        elif kind == 'add-all':
            given_values += [heap.contents(value, state) for value in given_values]
        heap.absorb(state, into, v.all_of(given_values))
        return v.constant(None)
    if kind == 'fallbacks' and len(arguments) >= 2:
        return v.joined(first, arguments[1].value)
    if kind == 'sum' and len(arguments) == 2 and arguments[1].value.places:
        content = heap.contents(heap.contents(first, state), state)
        more = heap.contents(arguments[1].value, state)
        return heap.allocate(run, 'list', {}, v.joined(content, more), state, at)
    if kind == 'print':
        for given in arguments:
            if given.name == 'file' and _is_text(given.value, state):
                texts = [more.value for more in arguments if not more.name]
                marks = v.merged(*(heap.deep(more, state) for more in texts))
                for place in given.value.places:
                    text = state.heap[place]
                    before = text.slots.get(0, v.SAFE)
                    after = v.joined(before, Value(marks))
                    state.heap[place] = text._replace(slots={0: after})
                return v.constant(None)
        return None
    if kind == 'namespace' and all(given.name for given in arguments):
        fields: dict[Any, Value] = {given.name: given.value for given in arguments}
        return heap.allocate(run, 'instance', fields, None, state, at)
    if kind == 'record-class' and len(arguments) >= 2:
        return _record_class(run, arguments, state, node)
    if kind == 'fromkeys' and arguments:
        value = arguments[1].value if len(arguments) > 1 else v.constant(None)
        keys = heap.contents(first, state)
        if keys.constants is not None and not keys.marks:
            each: dict[Any, Value] = dict.fromkeys(keys.constants, value)
            return heap.allocate(run, 'dict', each, None, state, at)
        marks = v.merged(value.marks, v.as_key(keys.marks))
        anywhere = value.but(marks=marks, number=0)
        return heap.allocate(run, 'dict', {}, anywhere, state, at)
    if kind == 'one-of' and arguments:
        # max(list), or max(one, other)
        plain = [given.value for given in arguments if not given.name]
        if len(plain) > 1:
            return v.all_of(plain).but(number=0)
        return heap.contents(first, state)
    if kind == 'contents':
        # next(list, other)
        others = [given.value for given in arguments[1:]]
        return v.all_of([heap.contents(first, state), *others])
    return None


_SEQUENCES = frozenset(
    (
        *('list', 'set', 'frozen-set', 'tuple', 'sorted', 'reversed'),
        *('stack', 'queue', 'heap'),
    )
)
# What writes into the text that it is made for.
_WRAPPERS = frozenset(('PrintWriter', 'BufferedWriter', 'PrintStream', 'Formatter'))


def _is_text(value: Value, state: State) -> bool:
    return bool(value.places) and all(
        place in state.heap and state.heap[place].kind == 'text'
        for place in value.places
    )


def _pairs(value: Value, state: State) -> dict[Any, Value] | None:
    """Return a sequence of pairs as a dict, None where it is not known to be one."""
    found: dict[Any, Value] = {}
    for item in heap.known_items(value, state) or [v.ANYTHING]:
        pair = heap.known_items(item, state)
        if pair is None or len(pair) != 2 or pair[0].marks:
            return None
        try:
            found[pair[0].only] = pair[1]
        except LookupError:
            return None
    return found


def _record_class(
    run: Run, arguments: Sequence[Given], state: State, node: ir.Node
) -> Value | None:
    """`namedtuple('A', 'x y')`: a class of such fields."""
    names: list[Any] = []
    items = heap.known_items(arguments[1].value, state)
    try:
        if items is not None:
            names = [item.only for item in items]
        else:
            names = str(arguments[1].value.only).replace(',', ' ').split()
    except LookupError:
        return None
    if len(arguments) > 2 or not all(isinstance(name, str) for name in names):
        return None
    made = ir.Class(node.at, node.end, '', (), (), components=tuple(names))
    place = ('class', node.at, *run.context)
    state.heap[place] = Object('class', {}, info=made)
    return Value(places=frozenset((place,)))


def _ordered(one: Object) -> Iterator[Value]:
    number = 0
    while number in one.slots:
        yield one.slots[number]
        number += 1
