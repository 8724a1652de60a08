"""Which variable a name of JavaScript means: blocks, hoisting, what closures hold.

The interpreter knows scopes of functions only, so a variable of a block gets a name of
its own wherever another one could be meant.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

FUNCTIONS = frozenset(
    (
        *('function_declaration', 'function_expression', 'arrow_function'),
        *('generator_function', 'generator_function_declaration', 'method_definition'),
    )
)
DECLARED = frozenset(('function_declaration', 'generator_function_declaration'))
CLASSES = frozenset(('class_declaration', 'abstract_class_declaration'))
_USES = frozenset(
    (
        *('identifier', 'shorthand_property_identifier'),
        'shorthand_property_identifier_pattern',
    )
)


class Use(NamedTuple):
    at: int
    function: int  # where the function around begins, -1 for the top


class Names(NamedTuple):
    """What one walk over a file found."""

    uses: dict[str, list[Use]]
    hoisted: dict[int, dict[str, None]]  # by function: its `var`
    made: frozenset[str]  # functions that `new` or `.prototype` makes classes of
    exports: bool

    def escapes(self, name: str, start: int, end: int) -> bool:
        """Say whether a name is used outside of a block."""
        uses = self.uses.get(name, [])
        return bool(uses) and (uses[0].at < start or uses[-1].at >= end)

    def captured(self, name: str, start: int, end: int) -> bool:
        """Say whether a function inside of a block uses a name."""
        uses = self.uses.get(name, [])
        first = bisect_left(uses, (start, -1))
        last = bisect_right(uses, (end, -1))
        return any(use.function >= start for use in uses[first:last])


class Scope:
    """A function, a block or the module; `names` has what each name is here."""

    def __init__(
        self, parent: Scope | None, start: int, end: int, function: bool, loop: bool
    ) -> None:
        self.parent = parent
        self.start, self.end = start, end
        self.root: Scope = self if function or parent is None else parent.root
        self.loop = loop  # is gone through more than once in its function
        self.names: dict[str, str] = {}
        self.outer: dict[str, bool] = {}  # names of others that it sets; at the top?
        self.weak: set[str] = set()  # what closures of several rounds hold


def of(root: Any, content: bytes) -> Names:
    uses: dict[str, list[Use]] = {}
    hoisted: dict[int, dict[str, None]] = {}
    made: set[str] = set()
    exports = False
    waiting: list[tuple[Any, int]] = [(root, -1)]
    while waiting:
        node, function = waiting.pop()
        kind = node.type
        if kind in _USES:
            name = content[node.start_byte : node.end_byte].decode('utf-8', 'replace')
            uses.setdefault(name, []).append(Use(node.start_byte, function))
            exports = exports or name in ('exports', 'module')
            continue
        if kind == 'variable_declaration':
            held = hoisted.setdefault(function, {})
            for one in node.named_children:
                if one.type == 'variable_declarator':
                    held.update(_named(one.child_by_field_name('name'), content))
        elif kind == 'for_in_statement':
            said = node.child_by_field_name('kind')
            if said is not None and said.type == 'var':
                held = hoisted.setdefault(function, {})
                held.update(_named(node.child_by_field_name('left'), content))
        elif kind == 'new_expression':
            made.add(_text(node.child_by_field_name('constructor'), content))
        elif kind == 'member_expression':
            name = node.child_by_field_name('property')
            if _text(name, content) == 'prototype':
                made.add(_text(node.child_by_field_name('object'), content))
        if kind in DECLARED:
            # Its name is one of the scope around.
            name = node.child_by_field_name('name')
            inner = node.start_byte
            for child in node.named_children:
                own = name is not None and child.id == name.id
                waiting.append((child, function if own else inner))
            continue
        if kind in FUNCTIONS:
            function = node.start_byte
        waiting.extend((child, function) for child in node.named_children)
    for found in uses.values():
        found.sort()
    return Names(uses, hoisted, frozenset(made), exports)


def _text(node: Any, content: bytes) -> str:
    if node is None:
        return ''
    return content[node.start_byte : node.end_byte].decode('utf-8', 'replace')


def _named(pattern: Any, content: bytes) -> dict[str, None]:
    return dict.fromkeys(_text(one, content) for one in names_of(pattern))


def names_of(pattern: Any) -> Iterator[Any]:
    """Yield the nodes of the names that a pattern binds."""
    waiting = [pattern] if pattern is not None else []
    while waiting:
        node = waiting.pop()
        kind = node.type
        if kind in ('identifier', 'shorthand_property_identifier_pattern'):
            yield node
        elif kind in ('assignment_pattern', 'object_assignment_pattern'):
            waiting.append(node.child_by_field_name('left'))
        elif kind == 'pair_pattern':
            waiting.append(node.child_by_field_name('value'))
        elif kind in ('required_parameter', 'optional_parameter'):
            waiting.append(node.child_by_field_name('pattern'))
        elif kind in ('object_pattern', 'array_pattern', 'rest_pattern'):
            waiting.extend(node.named_children)


def lexical(statements: Iterable[Any]) -> Iterator[Any]:
    """Yield the nodes of the names that the statements of a block declare."""
    for node in statements:
        kind = node.type
        if kind == 'export_statement':
            inner = node.child_by_field_name('declaration')
            if inner is None:
                continue
            node, kind = inner, inner.type
        if kind == 'ambient_declaration':
            continue
        if kind == 'lexical_declaration':
            for one in node.named_children:
                if one.type == 'variable_declarator':
                    yield from names_of(one.child_by_field_name('name'))
        elif kind in DECLARED or kind in CLASSES or kind == 'enum_declaration':
            name = node.child_by_field_name('name')
            if name is not None:
                yield name
