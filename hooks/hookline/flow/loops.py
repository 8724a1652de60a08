"""Loops: unrolled where all items are known, to a fixed point elsewhere."""

from __future__ import annotations

from hookline.flow import guards, heap, ir, scopes, targets, telling
from hookline.flow import values as v
from hookline.flow.run import Exhausted, Loop, Run
from hookline.flow.values import State, Value

# Of a loop, before what still changes is taken for anything.
ROUNDS = 6


def on_loop(run: Run, node: ir.Loop, state: State) -> None:
    loop = Loop(node.label)
    frame = run.frames[-1]
    iterable = (
        run.evaluate(node.test, state)
        if node.target is not None and node.test is not None
        else None
    )
    if state.dead:
        return
    ends: list[State] = []
    frame.loops.append(loop)
    try:
        if iterable is None or not unrolled(run, node, iterable, state, loop):
            fixed_point(run, node, iterable, state, loop, ends)
        else:
            ends.append(state.copy())
    finally:
        frame.loops.pop()
    normal = v.joined_states(ends)
    run.block(node.other, normal)
    state.become(v.joined_states((normal, *loop.breaks)))


def unrolled(
    run: Run, node: ir.Loop, iterable: Value, state: State, loop: Loop
) -> bool:
    """Go through a sequence that is known item by item, if it is a short one."""
    items = heap.known_items(iterable, state)
    if items is None or len(items) > 8 or node.target is None:
        return False
    place = next(iter(iterable.places))
    before, held = state.copy(), state.heap[place]
    for item in items:
        if state.dead:
            break
        targets.assign(run, node.target, item, state)
        run.block(node.body, state)
        state.become(v.joined_states((state, *loop.continues)))
        loop.continues.clear()
        if not state.dead and state.heap.get(place) is not held:
            # It changes while it is gone through: who knows how often.
            state.become(before)
            loop.breaks.clear()
            return False
    return True


def fixed_point(
    run: Run,
    node: ir.Loop,
    iterable: Value | None,
    state: State,
    loop: Loop,
    ends: list[State],
) -> None:
    first = True
    item = v.SAFE
    checked = True  # each item is harmless when the loop goes on
    for number in range(ROUNDS + 20):
        before = state.copy()
        skip_test = node.after and first
        first = False
        if node.target is not None:
            ends.append(state.copy())
            if iterable is not None:
                item = heap.contents(iterable, state)
                marks = v.stepped(item.marks, node.at, node.at, 'taken from')
                item = item.but(marks=marks, number=0)
                targets.assign(run, node.target, item, state)
        elif node.test is not None and not skip_test:
            truth = guards.truth_of(run, run.evaluate(node.test, state))
            if state.dead:
                return
            if truth is not True:
                left = state.copy()
                guards.assume(run, node.test, False, left)
                ends.append(left)
            if truth is False:
                state.dead = True
                return
            guards.assume(run, node.test, True, state)
        run.block(node.body, state)
        state.become(v.joined_states((state, *loop.continues)))
        loop.continues.clear()
        if node.target is not None and not state.dead:
            checked = checked and _is_checked(run, node.target, item, state)
        run.block(node.update, state)
        if state.dead:
            return
        after = v.joined_states((before, state))
        if number >= ROUNDS:
            _widen(before, after)
        if v.same_states(before, after):
            break
        state.become(after)
    else:
        raise Exhausted
    if node.target is None and node.test is not None:
        left = state.copy()
        run.evaluate(node.test, left)
        guards.assume(run, node.test, False, left)
        ends.append(left)
    elif node.target is not None:
        ends.append(state.copy())
        if checked and iterable is not None:
            for end in ends:
                _clear_whole(iterable, end)


def _is_checked(run: Run, target: ir.Expression, item: Value, state: State) -> bool:
    """Say whether a loop's body made sure that an item is harmless."""
    if not isinstance(target, ir.Name) or not item.marks:
        return False
    held = scopes.look_up(run, target.id, state)
    return held.number == item.number and not held.marks


def _clear_whole(iterable: Value, state: State) -> None:
    """What holds for each character of a text holds for the text."""
    if iterable.about is not None and iterable.about[0] == 'each':
        telling.clear_number(iterable.about[1], telling.ALL, state)
    elif not iterable.places:
        telling.clear(iterable, telling.ALL, state)


def _widen(before: State, after: State) -> None:
    """Forget the constants of what a loop still changes."""
    for place, one in after.heap.items():
        known = before.heap.get(place)
        if known is one or known is None:
            continue
        slots = {}
        for name, value in one.slots.items():
            was = known.slots.get(name)
            if was is not None and was.same(value):
                slots[name] = value
            else:
                slots[name] = value.but(constants=None, number=0)
        rest = one.rest.but(constants=None, number=0) if one.rest is not None else None
        changed = one._replace(slots=slots, rest=rest)
        if (
            one.kind in ('list', 'tuple', 'set')
            and one.slots.keys() != known.slots.keys()
        ):
            changed = v.loosened(changed)
        after.heap[place] = changed
