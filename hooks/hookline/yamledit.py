"""Adds entries to YAML that people wrote, every other byte as it was.

What is there is found by PyYAML's marks and never written anew, which would lose
comments and quotes. What comes out is read back and compared before anybody sees it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hookline import yamlfile
from hookline.nouns import Failure


def add(
    content: bytes,
    path: str,
    key: str,
    entries: Sequence[Any] | Mapping[str, Any],
    *,
    block: bool = False,
) -> bytes:
    """Return the file with entries added to the list or the mapping called `key`.

    With `block` each takes a line for each key, where the list has room for that. A key
    of the mapping that is there already is an error of the caller.
    """
    import yaml

    if not entries:
        return content
    before = yamlfile.parse(content, path).value
    before = {} if before is None else before
    if not isinstance(before, dict):
        raise Failure(f'{path}:1: expected a mapping of keys')
    mapping = isinstance(entries, Mapping)
    flat = (
        [_flow({name: value})[1:-1] for name, value in entries.items()]
        if isinstance(entries, Mapping)
        else [_flow(entry) for entry in entries]
    )
    rows = [_block(entry) for entry in entries] if block and not mapping else flat
    text = content.decode('utf-8-sig')
    end = '\r\n' if '\r\n' in text else '\n'
    try:
        root: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        # libyaml, which has read it before, takes more tabs than PyYAML's own parser.
        raise Failure(f'{path}: cannot be added to: write it without tabs') from None
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    found = next((v for k, v in pairs if k.value == key), None)
    lead = '' if mapping else '- '
    kind = yaml.MappingNode if mapping else yaml.SequenceNode
    if found is not None and found.value and not isinstance(found, kind):
        expected = 'a mapping' if mapping else 'a list'
        raise Failure(f'{path}:{found.start_mark.line + 1}: {key}: expected {expected}')
    if found is None:
        if pairs and root.flow_style:
            raise Failure(
                f'{path}:1: write one key a line, so that entries can be added'
            )
        start = text if not text or text.endswith('\n') else text + end
        added = ''.join(_row(entry, '  ', lead, end) for entry in rows)
        after = f'{start}{key}:{end}{added}'
    elif not found.value:
        # `paths: []`, or nothing at all
        at, stop = found.start_mark.index, found.end_mark.index
        added = ''.join(_row(entry, '  ', lead, end) for entry in rows)
        after = text[:at].rstrip(' ') + end + added.removesuffix(end) + text[stop:]
    elif found.flow_style:
        last = found.value[-1]
        at = (last[1] if mapping else last).end_mark.index
        after = text[:at] + ''.join(f', {row}' for row in flat) + text[at:]
    else:
        first, last = found.value[0], found.value[-1]
        if mapping:
            begin = first[0].start_mark.index
            last = last[1]
        else:
            begin = text.rfind('-', 0, first.start_mark.index)
        indent = ' ' * (begin - text.rfind('\n', 0, begin) - 1)
        added = ''.join(_row(entry, indent, lead, end) for entry in rows)
        after = _behind(text, last, added, end)
    encoded = after.encode('utf-8')
    new: Any
    if isinstance(entries, Mapping):
        new = {**(before.get(key) or {}), **entries}
    else:
        new = [*(before.get(key) or []), *entries]
    if yamlfile.parse(encoded, path).value != {**before, key: new}:
        raise Failure(f'{path}: cannot be added to; write under {key}: {flat[0]}')
    return encoded


def _flow(value: Any) -> str:
    import yaml

    text: str = yaml.safe_dump(
        value,
        default_flow_style=True,
        width=100_000,
        sort_keys=False,
        allow_unicode=True,
    )
    return text.removesuffix('...\n').strip()


def _block(value: Any) -> str:
    import yaml

    return str(yaml.safe_dump(value, sort_keys=False, allow_unicode=True)).strip()


def _row(row: str, indent: str, lead: str, end: str) -> str:
    first, *more = row.split('\n')
    deeper = indent + ' ' * len(lead)
    return ''.join(
        [f'{indent}{lead}{first}{end}', *(f'{deeper}{x}{end}' for x in more)]
    )


def _behind(text: str, node: Any, lines: str, end: str) -> str:
    """Return the text with lines after the last one of a node in a block."""
    # A block ends where what follows begins: comments between stay behind it.
    stop = _last(node).end_mark.index
    at = text.find('\n', stop - 1 if text[stop - 1 : stop] == '\n' else stop)
    if at < 0:
        return f'{text}{end}{lines}'
    return text[: at + 1] + lines + text[at + 1 :]


def _last(node: Any) -> Any:
    """Return the last scalar in a block, whose mark is exact."""
    while not isinstance(node.value, str) and node.value and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return node
