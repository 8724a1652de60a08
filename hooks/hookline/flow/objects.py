"""Objects and classes of the file: fields, methods, what is inherited."""

from __future__ import annotations

from typing import Any

from hookline.flow import heap, ir, prototypes
from hookline.flow import values as v
from hookline.flow.run import Given, Run
from hookline.flow.values import Object, Place, State, Value


def field(run: Run, base: Value, name: str, state: State, node: ir.Node) -> Value:
    if run.language.prototypes and not base.places:
        known = prototypes.part(run, base, name, state, node)
        if known is not None:
            return known
    found: list[Value] = []
    for place in base.places:
        one = state.heap.get(place)
        if one is None:
            continue
        if run.language.prototypes:
            value = prototypes.own(place, name, state)
            if value is not None:
                found.append(value)
                continue
        if one.kind == 'instance':
            this = Value(places=frozenset((place,)))
            value = instance_slot(run, this, name, state)
            if name not in one.slots and is_view(run, this, state):
                given = run.models.source(f'@view.{name}')
                if given:
                    return v.chosen(node.at, node.end, given)
                if run.models.requests.has(f'@view.{name}'):
                    return Value(symbol='@request')
            found.append(v.ANYTHING if value is None else value)
        elif one.kind == 'class':
            value = class_slot(place, name, state)
            found.append(v.ANYTHING if value is None else value)
        elif one.kind == 'external':
            if name in one.slots:
                found.append(one.slots[name])
            else:
                held = one.rest or v.ANYTHING
                found.append(held.but(places=held.places | {place}, number=0))
        elif one.kind in ('list', 'tuple', 'dict', 'set') and name == 'length':
            found.append(v.SAFE)
    if base.symbol:
        symbol = f'{base.symbol}.{name}'
        known = run.models.chosen(symbol, node)
        if known is not None:
            return known
        about = run.models.part(name, base)
        kept = heap.kept_elsewhere(symbol, state)
        found.append(Value(base.marks, places=kept, symbol=symbol, about=about))
    if not found:
        about = run.models.part(name, base)
        if not base.marks and base.constants is not None:
            return Value(v.UNSURE)
        marks = v.cleared(base.marks, run.models.clears_of(base, name)) or v.UNSURE
        if base.places:
            marks = v.merged(heap.deep(base, state), v.UNSURE)
        found.append(
            Value(v.stepped(marks, node.at, node.end, f'read of {name}'), about=about)
        )
    value = v.all_of(found)
    if base.marks and not base.symbol:
        marks = v.cleared(base.marks, run.models.clears_of(base, name))
        value = value.but(marks=v.merged(value.marks, marks))
    return value


def instance_slot(run: Run, this: Value, name: str, state: State) -> Value | None:
    found: list[Value] = []
    for place in this.places:
        one = state.heap.get(place)
        if one is None or one.kind != 'instance':
            continue
        if name in one.slots:
            found.append(one.slots[name])
            continue
        value = None
        if one.info is not None:
            value = class_slot(one.info, name, state)
        if value is not None:
            value = bound(run, value, Value(places=frozenset((place,))), state)
            functions = any(
                state.heap[p].kind == 'function'
                for p in value.places
                if p in state.heap
            )
            if one.rest is not None and not functions:
                value = v.joined(value, one.rest)
            found.append(value)
        elif one.rest is not None:
            found.append(one.rest.but(number=0))
    return v.all_of(found) if found else None


def is_view(run: Run, this: Value, state: State) -> bool:
    """Say whether an object is one that a framework gives a request."""
    waiting = [
        state.heap[place].info
        for place in this.places
        if place in state.heap and state.heap[place].kind == 'instance'
    ]
    while waiting:
        cls = state.heap.get(waiting.pop())
        for key, base in cls.slots.items() if cls is not None else ():
            if isinstance(key, tuple) and key[0] == 'base':
                if base.symbol and run.models.views.has(base.symbol):
                    return True
                waiting.extend(base.places)
    return False


def is_function(value: Value, state: State) -> bool:
    return any(
        state.heap[place].kind in ('function', 'class', 'partial')
        for place in value.places
        if place in state.heap
    )


def method_slot(run: Run, place: Place, name: str, state: State) -> Value | None:
    """Return a method of an object whose field may have the same name."""
    one = state.heap.get(place)
    if one is None or one.kind != 'instance' or one.info is None:
        return None
    found = class_slot(one.info, name, state)
    if found is None or not is_function(found, state):
        return None
    return bound(run, found, Value(places=frozenset((place,))), state)


def method_of(run: Run, value: Value, name: str, state: State) -> Value | None:
    """Return a method of an object or class of the file, None where there is none."""
    found: list[Value] = []
    for place in value.places:
        one = state.heap.get(place)
        if one is None or one.kind not in ('instance', 'class'):
            return None
        this = Value(places=frozenset((place,)))
        method = (
            instance_slot(run, this, name, state)
            if one.kind == 'instance'
            else class_slot(place, name, state)
        )
        if method is None or not is_function(method, state):
            method = method_slot(run, place, name, state)
        if method is None:
            return None
        found.append(method)
    return v.all_of(found) if found else None


def class_slot(place: Place, name: str, state: State) -> Value | None:
    """Look a name up in a class and its bases; None where none of them has it."""
    one = state.heap.get(place)
    if one is None:
        return None
    if name in one.slots:
        return one.slots[name]
    found: Value | None = None
    number = 0
    while ('base', number) in one.slots:
        base = one.slots[('base', number)]
        number += 1
        for above in base.places:
            value = class_slot(above, name, state)
            if value is not None:
                return value
        if not base.places:
            found = v.ANYTHING
    return found


def bound(run: Run, value: Value, this: Value, state: State) -> Value:
    """Return a function as a method of `this`; a property as what it returns."""
    places: set[Place] = set()
    results: list[Value] = []
    for place in value.places:
        one = state.heap.get(place)
        if one is None or one.kind != 'function' or 'self' in one.slots:
            places.add(place)
            continue
        if one.info.static or not (one.info.owner or run.language.prototypes):
            places.add(place)
            continue
        names = [ir.dotted(decorator) for decorator in one.info.decorators]
        made: Place = ('method', *place, *sorted(this.places, key=repr))
        slots = {**one.slots, 'self': this}
        state.heap[made] = Object('function', slots, info=one.info)
        if 'property' in names or 'functools.cached_property' in names:
            results.append(
                run.apply(Value(places=frozenset((made,))), (), state, one.info)
            )
        else:
            places.add(made)
    if results:
        return v.all_of(results)
    return value.but(places=frozenset(places))


def write_field(run: Run, base: Value, name: str, value: Value, state: State) -> None:
    if run.language.prototypes and not base.places and (base.marks or base.symbol):
        of: tuple[Any, str] = (base.number, name)
        if base.symbol:
            of = (f'{base.symbol}.{name}', '')
        prototypes.write_part(of, value, state)
    for place in base.places:
        one = state.heap.get(place)
        if one is None:
            continue
        strong = heap.is_only(one, base)
        if run.language.prototypes:
            setter = class_slot(one.info, f'set {name}', state) if one.info else None
            setter = setter or one.slots.get(f'set {name}')
            if setter is not None and setter.places:
                this = Value(places=frozenset((place,)))
                function = next(iter(setter.places))
                own = bound(run, setter, this, state)
                run.apply(own, [Given(value)], state, state.heap[function].info)
                continue
            if prototypes.write(one, place, name, value, state, strong):
                continue
        if one.kind in ('instance', 'class', 'external', 'frame', 'function'):
            known = one.slots.get(name)
            new = value
            if not strong:
                new = v.joined(known or v.ANYTHING, value)
            state.heap[place] = one._replace(slots={**one.slots, name: new})


def super_of(run: Run, this: Value, state: State) -> Value:
    """Return `this` as an object of the class above."""
    function = next(
        (f.function for f in reversed(run.frames) if f.function is not None), None
    )
    owner = function.owner if function else ''
    place = heap.class_named(owner, state) if owner else None
    above: set[Place] = set()
    if place is not None:
        one = state.heap[place]
        number = 0
        while ('base', number) in one.slots:
            above |= one.slots[('base', number)].places
            number += 1
    made: set[Place] = set()
    for cls in above:
        view: Place = ('super', cls, *sorted(this.places, key=repr))
        slots = {}
        cls_one = state.heap.get(cls)
        if cls_one is None:
            continue
        for name, value in cls_one.slots.items():
            if isinstance(name, str):
                slots[name] = bound(run, value, this, state)
        state.heap[view] = Object('instance', slots, v.ANYTHING, info=cls)
        made.add(view)
    if not made:
        # Of a class from elsewhere: what it is given is kept by this object.
        outside: Place = ('super', 'elsewhere', *sorted(this.places, key=repr))
        state.heap[outside] = Object('external', {('of',): this}, v.ANYTHING)
        made.add(outside)
    return Value(places=frozenset(made))


def has_foreign_base(run: Run, place: Place, state: State) -> bool:
    one = state.heap.get(place)
    if one is None:
        return True
    number = 0
    while ('base', number) in one.slots:
        base = one.slots[('base', number)]
        number += 1
        if not base.places and not run.models.plain_base(base):
            return True
        if any(has_foreign_base(run, above, state) for above in base.places):
            return True
    return False
