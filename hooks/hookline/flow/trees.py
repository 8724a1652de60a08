"""What the readers of all languages do with tree-sitter."""

from __future__ import annotations

from typing import Any


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
