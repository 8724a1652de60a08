"""Names: which scope has one, and what it means there."""

from __future__ import annotations

from typing import Any

from hookline.flow import heap, objects
from hookline.flow import values as v
from hookline.flow.run import Run
from hookline.flow.values import Object, Place, State, Value


def own_object(run: Run) -> Value | None:
    for frame in reversed(run.frames):
        if frame.this is not None:
            return frame.this
        if frame.function is not None and not frame.function.arrow:
            break
    return None


def parent(place: Place, state: State) -> Place | None:
    one = state.heap.get(place)
    if one is None:
        return None
    held = one.slots.get(('parent',)) if one.kind == 'class' else one.info
    if not isinstance(held, Value) or not held.places:
        return None
    return next(iter(held.places))


def bind_name(run: Run, name: str, value: Value, state: State) -> None:
    frame = run.frames[-1]
    place = frame.outer.get(name, frame.place)
    set_slot(run, place, name, value, state)


def set_name(run: Run, name: str, value: Value, state: State, declares: bool) -> None:
    frame = run.frames[-1]
    if run.language.assignment_declares or declares:
        bind_name(run, name, value, state)
        return
    place: Place | None = frame.place
    while place is not None:
        one = state.heap.get(place)
        if one is not None and name in one.slots:
            method = one.kind == 'class' and objects.is_function(one.slots[name], state)
            if not method:
                set_slot(run, place, name, value, state)
                return
        place = parent(place, state)
    if run.language.implicit_this:
        this = object_with(run, name, state) or own_object(run)
        if this is not None:
            objects.write_field(run, this, name, value, state)
            return
    bind_name(run, name, value, state)


def set_slot(run: Run, place: Place, name: str, value: Value, state: State) -> None:
    """Set a name of a scope; note it where somebody may look at the scope later."""
    if place in run.leaked:
        known = run.later.get((place, name))
        run.later[(place, name)] = value if known is None else v.joined(known, value)
    write_slot(place, name, value, state)


def write_slot(
    place: Place, name: Any, value: Value, state: State, strong: bool = True
) -> None:
    one = state.heap.get(place)
    if one is None:
        return
    known = one.slots.get(name)
    if known is not None and (not strong or not one.single):
        value = v.joined(known, value)
    state.heap[place] = one._replace(slots={**one.slots, name: value})


def give(run: Run, callback: Value, state: State) -> list[Object]:
    """Note that functions may be called by others at any time from here on."""
    run.given.append((callback, state.copy()))
    functions = [
        state.heap[place]
        for place in callback.places
        if place in state.heap and state.heap[place].kind == 'function'
    ]
    for one in functions:
        held = one.slots.get('closure')
        place = next(iter(held.places)) if held and held.places else None
        while place is not None and place not in run.leaked:
            run.leaked.add(place)
            place = parent(place, state)
    return functions


def look_up(run: Run, name: str, state: State) -> Value:
    frame = run.frames[-1]
    place: Place | None = frame.outer.get(name, frame.place)
    own = True
    while place is not None:
        one = state.heap.get(place)
        if one is not None and name in one.slots and (own or one.kind != 'class'):
            return of_this(run, one.slots[name], state)
        if one is not None and one.kind == 'class' and run.language.implicit_this:
            found = member(run, place, name, state)
            if found is not None:
                return of_this(run, found, state)
        own = False
        place = parent(place, state)
    return run.models.name(name)


def member(run: Run, cls: Place, name: str, state: State) -> Value | None:
    """Return a field or method that is named alone; None where none is declared."""
    this = next(
        (
            frame.this
            for frame in reversed(run.frames)
            if frame.this is not None and not is_other(frame.this, cls, state)
        ),
        None,
    )
    if this is not None:
        held = [
            state.heap[place].slots[name]
            for place in this.places
            if place in state.heap and name in state.heap[place].slots
        ]
        if held:
            return v.all_of(held)
    found = objects.class_slot(cls, name, state)
    return None if found is v.ANYTHING else found


def object_with(run: Run, name: str, state: State) -> Value | None:
    """Return the innermost object at work that has a field."""
    for frame in reversed(run.frames):
        for place in frame.this.places if frame.this is not None else ():
            one = state.heap.get(place)
            if one is not None and name in one.slots:
                return frame.this
    return None


def object_of(run: Run, cls: str, state: State) -> Value | None:
    """Return the innermost object at work of a class."""
    place = heap.class_named(cls, state)
    if place is None:
        return None
    for frame in reversed(run.frames):
        if frame.this is not None and not is_other(frame.this, place, state):
            return frame.this
    return None


def method_named(run: Run, name: str, state: State) -> Value | None:
    """Return a method that is named alone where a field has the same name."""
    for frame in reversed(run.frames):
        for place in frame.this.places if frame.this is not None else ():
            found = objects.method_slot(run, place, name, state)
            if found is not None:
                return found
    return None


def of_this(run: Run, value: Value, state: State) -> Value:
    """Return a method that is named alone as one of the object at work."""
    this = own_object(run) if run.language.implicit_this else None
    if this is None or not value.places:
        return value
    return objects.bound(run, value, this, state)


def is_other(this: Value | None, cls: Place, state: State) -> bool:
    """Say whether a class is not that of `this`, but one around it."""
    if this is None:
        return True
    for place in this.places:
        one = state.heap.get(place)
        if one is not None and one.kind == 'instance':
            waiting = [one.info]
            while waiting:
                current = waiting.pop()
                if current == cls:
                    return False
                held = state.heap.get(current) if current is not None else None
                number = 0
                while held is not None and ('base', number) in held.slots:
                    waiting.extend(held.slots[('base', number)].places)
                    number += 1
    return True
