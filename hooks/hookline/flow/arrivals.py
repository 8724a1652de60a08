"""What arrives at the sinks, and what is said of each in the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hookline.flow import heap, ir
from hookline.flow import values as v
from hookline.flow.heap import CONTAINERS
from hookline.flow.run import Run
from hookline.flow.survey import Sink, Verdict
from hookline.flow.values import State, Value


def arrived(run: Run, sinks: Iterable[Sink], value: Value, state: State) -> None:
    marks = heap.deep(value, state)
    for sink in sinks:
        weakness, _, takes = sink.weakness.partition(':')
        held = marks
        if weakness == 'command' and run.language.argument_lists:
            held = arguments_of_a_program(value, state)
        elif takes == 'text':
            held = of_text(value, state)
        found = v.level(held, weakness)
        entries = run.seen.setdefault(sink, {})
        known = entries.get(run.entry)
        if known is None or found[0] > known[0]:
            entries[run.entry] = found


def of_text(value: Value, state: State) -> v.Marks:
    """Return the marks of a value as text: what an object holds is sent as data."""
    plain = frozenset(
        place
        for place in value.places
        if place in state.heap and state.heap[place].kind not in CONTAINERS
    )
    return heap.deep(value.but(places=plain), state) if plain else value.marks


def arguments_of_a_program(value: Value, state: State) -> v.Marks:
    """Return the marks of what is run, and not of the arguments that it gets.

    Of ['sh', '-c', text] the text is run; of ['convert', name] nothing is.
    """
    items = heap.known_items(value, state)
    if not items:
        return heap.deep(value, state)
    program = items[0].constants
    shell = len(items) > 2 and (
        program is None or any(_is_shell(one) for one in program)
    )
    run = items if shell else items[:1]
    return v.merged(*(heap.deep(item, state) for item in run))


def verdict(run: Run, sink: Sink, exhausted: bool) -> Verdict:
    node = run.wanted.by_sink.get(sink)
    if node is None:
        return Verdict(1, None, 'it was not found again in the parsed file', True)
    for start, end in run.module.broken:
        if start < node.end and node.at < end:
            return Verdict(1, None, 'a part of the line could not be parsed', True)
    owner = run.wanted.owner.get(sink)
    if owner is not None and owner.broken:
        return Verdict(1, None, 'a part of the function could not be parsed', True)
    reached = dict(run.seen.get(sink, {}))
    worst = max(reached.values(), key=lambda r: r[0], default=(0, None))
    if worst[0] == v.TAINTED:
        return Verdict(2, worst[1], '')
    if exhausted:
        return Verdict(1, None, 'it would have taken too long to follow', True)
    # A function in another is finished, and followed, where that one is.
    around = {
        one.at
        for one in run.survey.functions
        if one.at <= node.at and node.end <= one.end
    }
    if around & run.unfinished:
        return Verdict(1, None, 'it would have taken too long to follow', True)
    if around & run.cut:
        return Verdict(1, None, 'it is called from too deep to be followed')
    if run.survey.dynamic:
        return Verdict(1, None, 'the file changes its own names while it runs')
    if owner is not None and only_called_here(run, owner, reached):
        reached.pop(owner.at, None)
        worst = max(reached.values(), key=lambda r: r[0], default=(0, None))
    if worst[0] == v.UNKNOWN:
        return Verdict(1, None, 'where it comes from is not known')
    if any(one.at <= node.at and node.end <= one.end for one in run.passed_by):
        return Verdict(1, None, 'nothing that is run there is what a caller chose')
    statement = run.wanted.statement.get(sink)
    if (
        not reached
        and id(statement) in run.executed
        and sink not in run.wanted.optional
    ):
        return Verdict(1, None, 'it stands where nothing is evaluated')
    if not reached:
        return Verdict(0, None, 'nothing in this file can get there')
    return Verdict(0, None, 'only constants and checked values get there')


def only_called_here(run: Run, owner: ir.Function, reached: Mapping[int, Any]) -> bool:
    """Say whether all calls of a function were followed from its callers."""
    others = [entry for entry in reached if entry != owner.at]
    return owner.private and bool(others) and owner.name not in run.wanted.loose


def _is_shell(program: Any) -> bool:
    name = str(program).rpartition('/')[2].lower().removesuffix('.exe')
    return name in (
        'sh',
        'bash',
        'dash',
        'zsh',
        'ksh',
        'ash',
        'cmd',
        'powershell',
        'env',
    )
