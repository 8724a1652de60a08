"""What the readers of all languages do with tree-sitter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hookline.flow import ir


def parsed(grammar: object, content: bytes) -> Any:
    """Return the root node; `grammar` is what a package's language() gives."""
    from tree_sitter import Language, Parser

    return Parser(Language(grammar)).parse(content).root_node


def broken(root: Any) -> tuple[tuple[int, int], ...]:
    """Return the spans that could not be parsed."""
    found = []
    waiting = [root] if root.has_error else []
    while waiting:
        node = waiting.pop()
        if node.is_error or node.is_missing:
            found.append((node.start_byte, node.end_byte))
        elif node.has_error:
            waiting.extend(node.children)
    return tuple(found)


def branches(
    node: Any,
    expression: Callable[[Any], ir.Expression],
    body: Callable[[Any], tuple[ir.Statement, ...]],
) -> ir.If:
    """Read an `if` of a grammar in the manner of C's."""
    return ir.If(
        node.start_byte,
        node.end_byte,
        expression(node.child_by_field_name('condition')),
        body(node.child_by_field_name('consequence')),
        body(node.child_by_field_name('alternative')),
    )


def choice(node: Any, expression: Callable[[Any], ir.Expression]) -> ir.Choice:
    """Read `a ? b : c`."""
    return ir.Choice(
        node.start_byte,
        node.end_byte,
        expression(node.child_by_field_name('condition')),
        expression(node.child_by_field_name('consequence')),
        expression(node.child_by_field_name('alternative')),
    )


def stepped(node: Any, target: ir.Expression, name: str) -> ir.Expression:
    """Read ++ and --; `name` is + or -."""
    at, end = node.start_byte, node.end_byte
    done = ir.Assign(at, end, target, ir.Const(at, at, 1), name)
    if node.children[0].type in ('++', '--'):
        return done
    # Its value is the one that it had before.
    back = '-' if name == '+' else '+'
    return ir.Binary(at, end, back, done, ir.Const(end, end, 1))
