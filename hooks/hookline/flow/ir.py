"""What every language becomes before flows are followed: few kinds of node, no syntax.

Every node has `at` and `end`, byte offsets into the content, so that a sink which
semgrep found by offsets is found again here. An adapter (`python.py`, `java.py` …)
makes these nodes; the interpreter reads nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(slots=True, eq=False)
class Node:
    at: int
    end: int


class Expression(Node):
    """A node with a value."""

    __slots__ = ()


class Statement(Node):
    """A node that is executed."""

    __slots__ = ()


Block = Sequence[Statement]


# ---------------------------------------------------------------- expressions
@dataclass(slots=True, eq=False)
class Const(Expression):
    value: Any  # str, bytes, int, float, bool or None


@dataclass(slots=True, eq=False)
class Name(Expression):
    id: str


@dataclass(slots=True, eq=False)
class Field(Expression):
    base: Expression
    name: str


@dataclass(slots=True, eq=False)
class Item(Expression):
    base: Expression
    key: Expression


@dataclass(slots=True, eq=False)
class Slice(Expression):
    """A part of a sequence, or several of its items."""

    base: Expression
    bounds: tuple[Expression | None, ...]


@dataclass(slots=True, eq=False)
class Argument(Node):
    value: Expression
    name: str = ''
    splat: str = ''  # '', '*' or '**'


@dataclass(slots=True, eq=False)
class Call(Expression):
    function: Expression
    arguments: tuple[Argument, ...]


@dataclass(slots=True, eq=False)
class New(Expression):
    """An object of a class that is named by its type, or of an anonymous one."""

    type: str
    arguments: tuple[Argument, ...]
    body: Class | None = None


@dataclass(slots=True, eq=False)
class Binary(Expression):
    operator: str
    left: Expression
    right: Expression


@dataclass(slots=True, eq=False)
class Unary(Expression):
    operator: str  # '-', '+', '~' or 'not'
    operand: Expression


@dataclass(slots=True, eq=False)
class Logic(Expression):
    """Takes its right side if the left is true (and), false (or), null (??)."""

    operator: str
    left: Expression
    right: Expression


@dataclass(slots=True, eq=False)
class Compare(Expression):
    operator: str  # '==', '!=', '<', '<=', '>', '>=', 'in', 'not in', 'is', 'is not'
    left: Expression
    right: Expression


@dataclass(slots=True, eq=False)
class InstanceOf(Expression):
    value: Expression
    type: str
    binds: str = ''


@dataclass(slots=True, eq=False)
class Choice(Expression):
    test: Expression
    then: Expression
    other: Expression


@dataclass(slots=True, eq=False)
class Text(Expression):
    """Text put together: an f-string, a template literal."""

    parts: tuple[Expression, ...]


@dataclass(slots=True, eq=False)
class Entry(Node):
    key: Expression | None
    value: Expression
    splat: bool = False


@dataclass(slots=True, eq=False)
class Collection(Expression):
    kind: str  # 'list', 'tuple', 'set' or 'dict'
    entries: tuple[Entry, ...]


@dataclass(slots=True, eq=False)
class Comprehension(Expression):
    kind: str  # as of a Collection, or 'generator'
    key: Expression | None
    value: Expression
    clauses: tuple[Clause, ...]


@dataclass(slots=True, eq=False)
class Clause(Node):
    """`for target in iterable`, or with no target `if iterable`."""

    target: Expression | None
    iterable: Expression


@dataclass(slots=True, eq=False)
class Assign(Expression):
    """An assignment; a target is a Name, Field, Item, Slice, or a Collection of them.

    With an operator it is `target operator= value`. `declares`: in this scope, whatever
    outer scope has the name.
    """

    target: Expression
    value: Expression
    operator: str = ''
    declares: bool = False
    type: str = ''


@dataclass(slots=True, eq=False)
class Star(Expression):
    """In a target: takes what is left."""

    target: Expression


@dataclass(slots=True, eq=False)
class Cast(Expression):
    type: str
    value: Expression


@dataclass(slots=True, eq=False)
class Yield(Expression):
    value: Expression | None
    delegates: bool = False


@dataclass(slots=True, eq=False)
class Opaque(Expression):
    """What the adapter does not know: its parts are evaluated, its value is unknown."""

    parts: tuple[Expression, ...]


@dataclass(slots=True, eq=False)
class Plain(Expression):
    """What no caller chose, whatever it is."""


@dataclass(slots=True, eq=False)
class Parameter(Node):
    name: str
    default: Expression | None = None
    type: str = ''
    splat: str = ''
    annotations: tuple[Expression, ...] = ()


@dataclass(slots=True, eq=False)
class Function(Expression):
    name: str
    parameters: tuple[Parameter, ...]
    body: Block
    decorators: tuple[Expression, ...] = ()
    static: bool = False  # called on the class, or on nothing
    private: bool = False  # cannot be called from another file
    generator: bool = False
    broken: bool = False  # holds what the parser could not read
    owner: str = ''  # the class that it is a method of
    arrow: bool = False  # has no `this` of its own


@dataclass(slots=True, eq=False)
class SwitchValue(Expression):
    """A switch that has a value (Java's arrows)."""

    switch: Switch


# ---------------------------------------------------------------- statements
@dataclass(slots=True, eq=False)
class Evaluate(Statement):
    value: Expression


@dataclass(slots=True, eq=False)
class If(Statement):
    test: Expression
    then: Block
    other: Block


@dataclass(slots=True, eq=False)
class Loop(Statement):
    """While, for and for-each; a for-each has a target, its test is the iterable."""

    test: Expression | None
    body: Block
    target: Expression | None = None
    update: Block = ()
    other: Block = ()  # runs when the loop was not left by break
    label: str = ''
    after: bool = False  # the test stands behind the body


@dataclass(slots=True, eq=False)
class Case(Node):
    """One branch of a switch. No patterns: the default."""

    patterns: tuple[Expression, ...]
    body: Block
    guard: Expression | None = None
    binds: tuple[str, ...] = ()
    falls: bool = False  # into the next case
    exact: bool = True  # the patterns are values; otherwise any subject may fit
    value: Expression | None = None


@dataclass(slots=True, eq=False)
class Switch(Statement):
    subject: Expression
    cases: tuple[Case, ...]


@dataclass(slots=True, eq=False)
class Handler(Node):
    name: str
    body: Block
    every: bool = True  # takes every exception


@dataclass(slots=True, eq=False)
class Try(Statement):
    body: Block
    handlers: tuple[Handler, ...]
    other: Block = ()
    final: Block = ()


@dataclass(slots=True, eq=False)
class Scope(Statement):
    """A block; with a label it can be left by name."""

    body: Block
    label: str = ''


@dataclass(slots=True, eq=False)
class Return(Statement):
    value: Expression | None


@dataclass(slots=True, eq=False)
class Raise(Statement):
    value: Expression | None


@dataclass(slots=True, eq=False)
class Break(Statement):
    label: str = ''


@dataclass(slots=True, eq=False)
class Continue(Statement):
    label: str = ''


@dataclass(slots=True, eq=False)
class Define(Statement):
    name: str
    function: Function


@dataclass(slots=True, eq=False)
class Class(Statement):
    name: str
    bases: tuple[str, ...]
    body: Block  # of the class itself: methods, static fields
    fields: Block = ()  # run for each new object
    decorators: tuple[Expression, ...] = ()
    finals: frozenset[str] = frozenset()  # fields that are set once
    components: tuple[str, ...] = ()  # fields that the call gives, in this order
    enum: bool = False  # its fields are all the objects that there are


@dataclass(slots=True, eq=False)
class Outer(Statement):
    """Names that belong to an outer scope (global, nonlocal)."""

    names: tuple[str, ...]
    top: bool


@dataclass(slots=True, eq=False)
class Import(Statement):
    names: tuple[tuple[str, str], ...]  # local name, qualified name
    every: str = ''  # the module all names of which are taken


@dataclass(slots=True, eq=False)
class Delete(Statement):
    targets: tuple[Expression, ...]


@dataclass(slots=True, eq=False)
class Module(Node):
    body: Block
    language: str
    broken: tuple[tuple[int, int], ...] = field(default=())  # not parsed


_FIELDS: dict[type, tuple[str, ...]] = {}


def parts(node: Node) -> Iterator[Node]:
    """Yield the nodes directly below one."""
    kind = type(node)
    names = _FIELDS.get(kind)
    if names is None:
        names = tuple(one.name for one in fields(node) if one.name not in ('at', 'end'))
        _FIELDS[kind] = names
    for name in names:
        value = getattr(node, name)
        if isinstance(value, Node):
            yield value
        elif type(value) is tuple:
            for element in value:
                if isinstance(element, Node):
                    yield element


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all below it, not by recursion: code may be nested deeply."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(parts(current))


def dotted(node: Node) -> str:
    """Return `a.b.c` for such an expression or a call of one, '' for any other."""
    if isinstance(node, Name):
        return node.id
    if isinstance(node, Field):
        base = dotted(node.base)
        return f'{base}.{node.name}' if base else ''
    if isinstance(node, Call):
        return dotted(node.function)
    return ''
