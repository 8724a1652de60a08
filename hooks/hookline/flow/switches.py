"""Switches and matches: which cases a subject may take."""

from __future__ import annotations

from collections.abc import Sequence

from hookline.flow import guards, heap, ir, scopes, telling
from hookline.flow import values as v
from hookline.flow.run import Loop, Run
from hookline.flow.values import State, Value


def on_switch(run: Run, node: ir.Switch, state: State) -> None:
    switch(run, node, state)


def switch(run: Run, node: ir.Switch, state: State) -> Value:
    """Run a switch; return its value, where its cases have one."""
    subject = run.evaluate(node.subject, state)
    loop = Loop('', switch=True)
    frame = run.frames[-1]
    ends: list[State] = []
    found: list[Value] = []
    falling: State | None = None
    left = state  # where no case has fitted yet
    if run.language.break_leaves_switch:
        frame.loops.append(loop)
    try:
        default = None
        order = []
        for case in node.cases:
            if (
                not case.patterns
                and case.exact
                and case.guard is None
                and (run.language.break_leaves_switch)
            ):
                default = case
            order.append(case)
        fitted = certain(run, subject, order, left)
        for case in order:
            entered = State({}, True)
            fits = may_fit(run, subject, case, left, fitted)
            if case is default and fitted is None:
                fits = None
            if fits is not False and not left.dead:
                entered = left.copy()
                for name in case.binds:
                    bound = (
                        subject if case.exact else _part(run, subject, entered, case)
                    )
                    scopes.bind_name(run, name, bound, entered)
                if case.patterns and case.exact and safe_patterns(run, case, entered):
                    equals(run, node.subject, case, entered)
                if case.guard is not None:
                    truth = guards.truth_of(run, run.evaluate(case.guard, entered))
                    if truth is False:
                        entered.dead = True
                    guards.assume(run, case.guard, True, entered)
                    fits = None if fits else fits
            if falling is not None:
                entered = v.joined_states((entered, falling))
                falling = None
            if fits is True and default is None:
                left = State({}, True)
            if not entered.dead:
                run.block(case.body, entered)
                if case.value is not None and not entered.dead:
                    found.append(run.evaluate(case.value, entered))
            if case.falls and not entered.dead:
                falling = entered
            else:
                ends.append(entered)
        if falling is not None:
            ends.append(falling)
        if default is None and fitted is None:
            ends.append(left)
    finally:
        if run.language.break_leaves_switch:
            frame.loops.pop()
    state.become(v.joined_states((*ends, *loop.breaks)))
    return v.all_of(found) if found else v.ANYTHING


def certain(
    run: Run, subject: Value, cases: Sequence[ir.Case], state: State
) -> ir.Case | None:
    """Return the case that a constant subject takes, None where unsure."""
    if subject.marks or subject.constants is None or len(subject.constants) != 1:
        return None
    default = None
    for case in cases:
        if case.guard is not None or not case.exact:
            return None
        if not case.patterns:
            default = default or case
            if not run.language.break_leaves_switch:
                return default
            continue
        for pattern in case.patterns:
            value = run.evaluate(pattern, state.copy())
            if value.constants is None or len(value.constants) != 1:
                return None
            if value.only == subject.only:
                return case
    return default


def may_fit(
    run: Run,
    subject: Value,
    case: ir.Case,
    state: State,
    fitted: ir.Case | None,
) -> bool | None:
    if fitted is not None:
        return case is fitted
    if not case.patterns and case.exact:
        return True
    if subject.constants is None or subject.marks or not case.exact:
        return None
    values = [run.evaluate(pattern, state.copy()) for pattern in case.patterns]
    if any(value.constants is None for value in values):
        return None
    either = frozenset().union(*(value.constants or () for value in values))
    return None if either & subject.constants else False


def safe_patterns(run: Run, case: ir.Case, state: State) -> bool:
    return all(
        not run.evaluate(pattern, state.copy()).marks for pattern in case.patterns
    )


def equals(run: Run, subject: ir.Expression, case: ir.Case, state: State) -> None:
    value = run.evaluate(subject, state.copy())
    telling.clear(value, frozenset(('*',)), state)


def _part(run: Run, subject: Value, state: State, case: ir.Case) -> Value:
    """Return what may be any part of a value, or all of it, or several of its parts."""
    if not subject.places:
        return subject.but(constants=None)
    parts = heap.inside(subject, state, 2) + heap.inside(subject, state)
    several = heap.allocate(
        run, 'list', {}, v.all_of(parts), state, (case.at, 'several')
    )
    marks = heap.deep(subject, state)
    whole = v.joined(subject, v.all_of([several, *parts])).but(number=0)
    return whole.but(marks=v.merged(whole.marks, marks), constants=None)
