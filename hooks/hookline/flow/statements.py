"""What each kind of statement does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hookline.flow import (
    containers,
    definitions,
    guards,
    heap,
    ir,
    loops,
    scopes,
    switches,
)
from hookline.flow import values as v
from hookline.flow.run import Frame, Loop, Run
from hookline.flow.values import State, Value


def block(run: Run, statements: ir.Block, state: State) -> None:
    for statement in statements:
        if state.dead:
            return
        run.collect(state)
        if id(statement) in run.wanted.by_statement:
            run.executed.add(id(statement))
        KINDS[type(statement)](run, statement, state)
        run.collect(state)


def on_evaluate(run: Run, node: ir.Evaluate, state: State) -> None:
    run.evaluate(node.value, state)


def on_if(run: Run, node: ir.If, state: State) -> None:
    truth = guards.truth_of(run, run.evaluate(node.test, state))
    if state.dead:
        return
    other = state.copy()
    if truth is not False:
        guards.assume(run, node.test, True, state)
        block(run, node.then, state)
    else:
        state.dead = True
    if truth is not True:
        guards.assume(run, node.test, False, other)
        block(run, node.other, other)
    else:
        other.dead = True
    state.become(v.joined_states((state, other)))


def on_try(run: Run, node: ir.Try, state: State) -> None:
    frame = run.frames[-1]
    marks = (
        len(frame.returns),
        [(len(w.breaks), len(w.continues)) for w in frame.loops],
    )
    collected: list[State] = []
    carried: list[Value] = []
    catches = bool(node.handlers)
    before = state.copy()
    if catches or node.final:
        run.collectors.append(collected)
    run.carried.append(carried)
    try:
        block(run, node.body, state)
    finally:
        if catches or node.final:
            run.collectors.pop()
        run.carried.pop()
    collected.append(before)
    raised = v.joined_states(collected)
    ends: list[State] = []
    escaped: list[State] = (
        [] if catches and any(handler.every for handler in node.handlers) else [raised]
    )
    if not state.dead:
        block(run, node.other, state)
        ends.append(state.copy())
    for handler in node.handlers:
        entered = raised.copy()
        if handler.name:
            # One from elsewhere may carry what was wrong with a value.
            thrown = v.joined(v.ANYTHING, v.all_of(carried)).but(number=0)
            scopes.bind_name(run, handler.name, thrown, entered)
        inner: list[State] = []
        if node.final:
            run.collectors.append(inner)
        try:
            block(run, handler.body, entered)
        finally:
            if node.final:
                run.collectors.pop()
        escaped.extend(inner)
        ends.append(entered)
    state.become(v.joined_states(ends))
    if run.carried:
        run.carried[-1].extend(carried)
    if node.final:
        finish(run, node, state, escaped, frame, marks)
    elif escaped and run.collectors:
        run.collectors[-1].extend(one for one in escaped if not one.dead)
    elif run.collectors and not raised.dead:
        run.collectors[-1].append(raised)


def finish(
    run: Run,
    node: ir.Try,
    state: State,
    escaped: Sequence[State],
    frame: Frame,
    marks: tuple[int, list[tuple[int, int]]],
) -> None:
    """Run `finally` behind each way out of a try."""
    block(run, node.final, state)
    late = v.joined_states(escaped)
    block(run, node.final, late)
    if run.collectors and not late.dead:
        run.collectors[-1].append(late)
    number, loops = marks
    for index in range(number, len(frame.returns)):
        value, one, expression = frame.returns[index]
        block(run, node.final, one)
        frame.returns[index] = (value, one, expression)
    frame.returns[:] = [row for row in frame.returns if not row[1].dead]
    for loop, (breaks, continues) in zip(frame.loops, loops, strict=False):
        for one in (*loop.breaks[breaks:], *loop.continues[continues:]):
            block(run, node.final, one)


def on_scope(run: Run, node: ir.Scope, state: State) -> None:
    if not node.label:
        block(run, node.body, state)
        return
    loop = Loop(node.label)
    frame = run.frames[-1]
    frame.loops.append(loop)
    try:
        block(run, node.body, state)
    finally:
        frame.loops.pop()
    state.become(v.joined_states((state, *loop.breaks)))


def on_return(run: Run, node: ir.Return, state: State) -> None:
    value = v.constant(None)
    if node.value is not None:
        value = run.evaluate(node.value, state)
    if not state.dead:
        run.frames[-1].returns.append((value, state.copy(), node.value))
    state.dead = True


def on_raise(run: Run, node: ir.Raise, state: State) -> None:
    if node.value is not None:
        value = run.evaluate(node.value, state)
        if run.carried:
            run.carried[-1].append(value)
    run.collect(state)
    state.dead = True


def on_break(run: Run, node: ir.Break, state: State) -> None:
    loop = loop_for(run, node.label, leaves=True)
    if loop is not None:
        loop.breaks.append(state.copy())
    state.dead = True


def on_continue(run: Run, node: ir.Continue, state: State) -> None:
    loop = loop_for(run, node.label, leaves=False)
    if loop is not None:
        loop.continues.append(state.copy())
    state.dead = True


def loop_for(run: Run, label: str, leaves: bool) -> Loop | None:
    for loop in reversed(run.frames[-1].loops):
        if loop.label == label if label else leaves or not loop.switch:
            return loop
    return None


def on_delete(run: Run, node: ir.Delete, state: State) -> None:
    for target in node.targets:
        if isinstance(target, ir.Item):
            base = run.evaluate(target.base, state)
            key = run.evaluate(target.key, state)
            containers.remove(base, key, state)
        elif isinstance(target, ir.Slice):
            heap.spoil(state, [run.evaluate(target.base, state)], ())


KINDS: dict[type, Callable[[Run, Any, State], None]] = {
    ir.Evaluate: on_evaluate,
    ir.If: on_if,
    ir.Loop: loops.on_loop,
    ir.Switch: switches.on_switch,
    ir.Try: on_try,
    ir.Scope: on_scope,
    ir.Return: on_return,
    ir.Raise: on_raise,
    ir.Break: on_break,
    ir.Continue: on_continue,
    ir.Define: definitions.on_define,
    ir.Class: definitions.on_class,
    ir.Outer: definitions.on_outer,
    ir.Import: definitions.on_import,
    ir.Delete: on_delete,
}
