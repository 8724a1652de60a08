"""What a module says of itself before it is run: functions, names, where sinks are.

One walk over the nodes; everything else asks what it wrote down.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from hookline.flow import ir
from hookline.flow.languages import Language
from hookline.flow.values import Step

DEPTH = 4  # of calls that are followed


class Sink(NamedTuple):
    """A place that semgrep found: the span of what must not be tainted, in bytes."""

    start: int
    end: int
    weakness: str


class Verdict(NamedTuple):
    """`level`: 0 proven safe, 1 unknown, 2 tainted."""

    level: int
    step: Step | None
    proof: str  # why it is safe, or unknown
    limit: bool = False  # unknown because it could not be followed


class Survey(NamedTuple):
    """Written down in one walk."""

    nodes: tuple[ir.Node, ...]
    functions: tuple[ir.Function, ...]
    named: Mapping[str, tuple[ir.Function, ...]]
    uses: tuple[tuple[int, str], ...]  # every name in use, by its place
    patched: frozenset[str]  # dotted names that are assigned to: `html.escape = …`
    shared: frozenset[str]  # the top's names whose content some function may change
    handed_out: Mapping[str, int]  # those of which a part may be; how deep inside
    rebound: frozenset[str]  # the top's names that some function sets
    set_fields: frozenset[str]  # names of fields that some function sets
    sets_entries: bool  # a pair of key and value may be changed
    late: frozenset[str]  # names of functions that functions inside of them set
    dynamic: bool  # the program changes its own names
    assigned: tuple[tuple[int, str], ...]  # names that are assigned to, by place

    def mentions(self, function: ir.Function) -> frozenset[str]:
        """Return the names in a function."""
        first = bisect_left(self.uses, (function.at, ''))
        last = bisect_right(self.uses, (function.end, ''))
        return frozenset(name for _, name in self.uses[first:last])

    def assigned_in(self, node: ir.Node) -> frozenset[str]:
        """Return the names that are assigned to inside of an expression."""
        first = bisect_left(self.assigned, (node.at, ''))
        last = bisect_right(self.assigned, (node.end, ''))
        return frozenset(name for _, name in self.assigned[first:last])


def of(module: ir.Module, language: Language) -> Survey:
    dynamic = language.dynamic
    nodes = tuple(ir.walk(module))
    functions = tuple(one for one in nodes if isinstance(one, ir.Function))
    uses: list[tuple[int, str]] = []
    patched: set[str] = set()
    rebound: set[str] = set()
    late: set[str] = set()
    changes_itself = False
    imported: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ir.Name):
            uses.append((node.at, node.id))
        elif isinstance(node, ir.Field):
            uses.append((node.end, node.name))
            changes_itself = changes_itself or node.name in dynamic
        elif isinstance(node, ir.New):
            uses.append((node.at, node.type))
        elif isinstance(node, ir.Assign) and isinstance(node.target, ir.Field):
            patched.add(ir.dotted(node.target))
            changes_itself = changes_itself or f'{node.target.name}=' in dynamic
        elif isinstance(node, ir.Outer):
            (rebound if node.top else late).update(node.names)
        elif isinstance(node, ir.Call) and isinstance(node.function, ir.Name):
            changes_itself = changes_itself or node.function.id in dynamic
            patched.add(_set_by(node))
        elif isinstance(node, ir.Import):
            imported.update(node.names)
        elif isinstance(node, ir.Function):
            changes_itself = changes_itself or node.name in dynamic
    for one in list(patched):
        first, _, others = one.partition('.')
        patched.add(f'{imported.get(first, first)}.{others}')
    named: dict[str, tuple[ir.Function, ...]] = {}
    for function in functions:
        for name in {function.name, function.owner} - {''}:
            named[name] = (*named.get(name, ()), function)
    uses_of = (
        _object_uses(nodes, functions, language)
        if language.prototypes
        else _uses(nodes, functions, language.reads)
    )
    return Survey(
        nodes,
        functions,
        named,
        tuple(sorted(uses)),
        frozenset(patched),
        uses_of.changed | rebound,
        uses_of.handed_out,
        frozenset(rebound),
        frozenset(one.rpartition('.')[2] for one in patched),
        any(name == 'setValue' for _, name in uses),
        frozenset(late),
        changes_itself,
        tuple(
            sorted(
                (node.at, node.target.id)
                for node in nodes
                if isinstance(node, ir.Assign) and isinstance(node.target, ir.Name)
            )
        ),
    )


def _set_by(node: ir.Call) -> str:
    """Return the dotted name that `setattr(a.b, 'c', …)` sets, '' for other calls."""
    if not isinstance(node.function, ir.Name) or node.function.id != 'setattr':
        return ''
    if len(node.arguments) < 2 or not isinstance(node.arguments[1].value, ir.Const):
        return ''
    return f'{ir.dotted(node.arguments[0].value)}.{node.arguments[1].value.value}'


class _Uses(NamedTuple):
    changed: frozenset[str]
    handed_out: Mapping[str, int]


def _uses(
    nodes: Sequence[ir.Node], functions: Sequence[ir.Function], reads: frozenset[str]
) -> _Uses:
    """Return names that functions use otherwise than to read what is in them.

    And those of which a part may go further: it may be changed there.
    """
    inside = merged((one.at, one.end) for one in functions)
    starts = [start for start, _ in inside]
    changed: set[str] = set()
    read: set[int] = set()  # expressions that are only looked at
    parts: dict[int, int] = {}  # what gives a part of an expression, by that
    written: set[int] = set()  # what an item is set of
    names: list[tuple[int, str]] = []
    for node in nodes:
        number = bisect_right(starts, node.at) - 1
        if number < 0 or node.end > inside[number][1]:
            continue
        if isinstance(node, ir.Name):
            names.append((id(node), node.id))
        elif isinstance(node, ir.Field):
            names.append((id(node), node.name))
        elif isinstance(node, (ir.Item, ir.Slice)):
            parts[id(node.base)] = id(node)
        elif isinstance(node, ir.Compare):
            read.update((id(node.left), id(node.right)))
        elif isinstance(node, ir.Call):
            if isinstance(node.function, ir.Field) and node.function.name in reads:
                parts[id(node.function.base)] = id(node)
            read.add(id(node.function))
        elif isinstance(node, ir.Clause):
            parts[id(node.iterable)] = id(node)
        elif isinstance(node, ir.Loop) and node.target is not None:
            parts[id(node.test)] = id(node)
        elif isinstance(node, (ir.Text, ir.Binary)):
            held = isinstance(node, ir.Binary)
            for part in ir.parts(node):
                if held:
                    parts[id(part)] = id(node)
                else:
                    read.add(id(part))
        elif isinstance(node, ir.Delete):
            items = [one for one in node.targets if isinstance(one, ir.Item)]
            written.update(id(one.base) for one in items)
        elif isinstance(node, ir.Assign):
            target = node.target
            if isinstance(target, ir.Item):
                written.add(id(target.base))
                if isinstance(target.base, ir.Name):
                    changed.add(target.base.id)
                elif isinstance(target.base, ir.Field):
                    changed.add(target.base.name)
    for changing in written:
        parts.pop(changing, None)
    handed_out: dict[str, int] = {}
    for node_id, name in names:
        if node_id in read:
            continue
        if node_id not in parts:
            changed.add(name)
            continue
        last, depth = node_id, 0
        while last in parts:
            last, depth = parts[last], depth + 1
        if last not in read:
            handed_out[name] = min(depth, handed_out.get(name, depth))
    return _Uses(frozenset(changed), handed_out)


def _object_uses(
    nodes: Sequence[ir.Node], functions: Sequence[ir.Function], language: Language
) -> _Uses:
    """Return the same where objects are dicts, and `a.b` a part of a."""
    inside = merged((one.at, one.end) for one in functions)
    starts = [start for start, _ in inside]
    changed: set[str] = set()
    read: set[int] = set()
    names: list[ir.Name] = []
    for node in nodes:
        number = bisect_right(starts, node.at) - 1
        if number < 0 or node.end > inside[number][1]:
            continue
        if isinstance(node, ir.Name):
            names.append(node)
        elif isinstance(node, (ir.Item, ir.Slice, ir.Field)):
            read.add(id(node.base))
        elif isinstance(node, ir.Compare):
            read.update((id(node.left), id(node.right)))
        elif isinstance(node, ir.Call):
            read.add(id(node.function))
            if (
                isinstance(node.function, ir.Field)
                and node.function.name not in language.reads
            ):
                changed.add(_root(node.function))
            if ir.dotted(node.function) in language.readers:
                read.update(id(one.value) for one in node.arguments)
        elif isinstance(node, ir.Entry) and node.splat:
            read.add(id(node.value))
        elif isinstance(node, ir.Delete):
            changed.update(_root(target) for target in node.targets)
        elif isinstance(node, ir.Loop) and node.target is not None:
            read.add(id(node.test))
        elif isinstance(node, (ir.Text, ir.Binary)):
            read.update(id(part) for part in ir.parts(node))
        elif isinstance(node, ir.Assign) and not isinstance(node.target, ir.Name):
            changed.add(_root(node.target))
    changed.update(name.id for name in names if id(name) not in read)
    return _Uses(frozenset(changed), {})


def _root(node: ir.Node) -> str:
    """Return the name that `a.b[c]` begins with."""
    while isinstance(node, (ir.Field, ir.Item)):
        node = node.base
    return node.id if isinstance(node, ir.Name) else ''


def merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


class Wanted(NamedTuple):
    by_node: Mapping[int, tuple[Sink, ...]]  # by id() of an expression
    by_sink: Mapping[Sink, ir.Node]
    owner: Mapping[Sink, ir.Function]  # the function around
    loose: frozenset[str]  # names used otherwise than to call them
    eager: frozenset[int]  # generators that are read where they stand
    by_statement: Mapping[int, Sink]  # by id() of the statement around
    statement: Mapping[Sink, ir.Statement]
    optional: frozenset[Sink]  # in what is not always evaluated


def placed(survey: Survey, sinks: Sequence[Sink], content: bytes) -> Wanted:
    """Find the expression of each sink: the one of its span, or the smallest around."""
    by_node: dict[int, tuple[Sink, ...]] = {}
    by_sink: dict[Sink, ir.Node] = {}
    owner: dict[Sink, ir.Function] = {}
    called: set[int] = set()
    names: dict[str, list[int]] = {}
    eager: set[int] = set()
    best: dict[Sink, ir.Expression] = {}
    statement: dict[Sink, ir.Statement] = {}
    optional: set[Sink] = set()
    # These have a place and no value of their own when the program runs.
    skipped = {
        id(one.function)
        for one in survey.nodes
        if isinstance(one, ir.Call) and isinstance(one.function, ir.Field)
    } | {id(one.target) for one in survey.nodes if isinstance(one, ir.Assign)}
    bare = sorted((*_bare(content, sink), sink) for sink in sinks)
    starts = [start for start, _, _ in bare]
    for node in survey.nodes:
        if isinstance(node, ir.Call):
            called.add(id(node.function))
            eager.update(
                id(one.value)
                for one in node.arguments
                if isinstance(one.value, ir.Comprehension)
            )
        if isinstance(node, ir.Name):
            names.setdefault(node.id, []).append(id(node))
        elif isinstance(node, ir.Field):
            names.setdefault(node.name, []).append(id(node))
        if id(node) in skipped:
            continue
        first, last = bisect_left(starts, node.at), bisect_right(starts, node.end)
        for _, end, sink in bare[first:last]:
            if end > node.end:
                continue
            if isinstance(node, ir.Statement):
                inner = statement.get(sink)
                if inner is None or _width(node) < _width(inner):
                    statement[sink] = node
            elif isinstance(node, (ir.Choice, ir.Logic)):
                optional.add(sink)
            if isinstance(node, ir.Function):
                known_owner = owner.get(sink)
                if known_owner is None or _width(node) < _width(known_owner):
                    owner[sink] = node
            elif isinstance(node, ir.Expression):
                known = best.get(sink)
                if known is None or _width(node) <= _width(known):
                    best[sink] = node
    for sink, found in best.items():
        by_node[id(found)] = (*by_node.get(id(found), ()), sink)
        by_sink[sink] = found
    loose = frozenset(
        name for name, uses in names.items() if any(use not in called for use in uses)
    )
    return Wanted(
        by_node,
        by_sink,
        owner,
        loose,
        frozenset(eager),
        {id(one): sink for sink, one in statement.items()},
        statement,
        frozenset(optional),
    )


def _bare(content: bytes, sink: Sink) -> tuple[int, int]:
    """Return the span of a sink without brackets around it."""
    start, end = sink.start, sink.end
    while start < end:
        text = content[start:end]
        if text[:1].isspace():
            start += 1
        elif text[-1:].isspace():
            end -= 1
        elif text[:1] == b'(' and text[-1:] == b')' and _wraps(text):
            start, end = start + 1, end - 1
        else:
            break
    return start, end


def _wraps(text: bytes) -> bool:
    """Say whether the first bracket is closed by the last."""
    depth = 0
    for number, character in enumerate(text):
        depth += (character == 40) - (character == 41)
        if not depth:
            return number == len(text) - 1
    return False


def _width(node: ir.Node) -> int:
    return node.end - node.at


def relevant(survey: Survey, wanted: Wanted) -> dict[int, ir.Function]:
    """Return the functions from which a sink can be reached, those of sinks first."""
    found = {function.at: function for function in wanted.owner.values()}
    for _ in range(DEPTH):
        names = {function.name for function in found.values() if function.name}
        names |= {function.owner for function in found.values() if function.owner}
        more = {
            function.at: function
            for function in survey.functions
            if function.at not in found and survey.mentions(function) & names
        }
        if not more:
            break
        found.update(more)
    return found


def entries(survey: Survey, relevant: dict[int, ir.Function]) -> list[ir.Function]:
    """Return those of the functions that somebody else calls."""
    outer = [
        function
        for function in relevant.values()
        if not any(
            other is not function
            and other.at <= function.at
            and function.end <= other.end
            and not function.owner
            for other in survey.functions
        )
    ]
    nested = [one for one in relevant.values() if one not in outer]
    # A nested function is run inside of the one around it.
    around = [
        function
        for function in survey.functions
        if function not in outer
        and any(
            function.at <= one.at and one.end <= function.end and function is not one
            for one in nested
        )
        and not any(
            other is not function
            and other.at <= function.at
            and function.end <= other.end
            for other in survey.functions
        )
    ]
    return [*outer, *around]
