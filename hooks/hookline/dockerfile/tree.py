"""Reads YAML and JSON that other programs own, and goes on where they are broken.

Nothing here raises, expands an alias or builds a value of a tag: what comes out is a
tree of texts with their offsets. What cannot be read is a note, and the rest is read.
"""

from __future__ import annotations

from hookline import lazyre as re
from hookline.light import Any, Iterator, NamedTuple

MAX_CHARACTERS = 4 << 20
MAX_EVENTS = 400_000
MAX_DEPTH = 120
# Lines that are blanked, one after the other, until the rest can be read.
_ATTEMPTS = 6
# Keys that one mapping takes over from others.
_MAX_MERGED = 500
# Stands for what a template engine puts in its place; YAML takes it as a letter.
TEMPLATE = '\ue000'
_FORBIDDEN = re.compile(
    '[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]'
)
_TEMPLATED = re.compile(
    r'(?<!\$)\{\{(?:(?!\{\{|\}\}).){0,4000}\}\}|\{%(?:(?!\{%|%\}).){0,4000}%\}',
    re.DOTALL,
)
_IMAGE_LINE = re.compile(r'(?m)^[ \t-]*["\']?image["\']?[ \t]*:[ \t]+(\S[^#\n]*)')


class Node(NamedTuple):
    """A text, a list or a mapping, and where it stands."""

    kind: str  # 'text', 'list', 'map' or 'expression'
    start: int  # characters, half-open
    end: int
    text: str = ''
    style: str = ''  # of a text: '|' and '>' are blocks
    items: list[Node] = []  # noqa: RUF012  # of a list; texts of an expression
    pairs: list[tuple[Node, Node]] = []  # noqa: RUF012


class Tree(NamedTuple):
    """What one file holds."""

    text: str
    documents: list[Node]
    problem: str = ''  # why not all of it could be read
    at: int = 0  # where, in characters
    loose: list[Node] = []  # noqa: RUF012  # `image:` of lines in no document


def text_of(content: bytes) -> tuple[str, str, int]:
    """Return the text, its encoding and the length of its byte order mark."""
    for mark, encoding in (
        (b'\xef\xbb\xbf', 'utf-8'),
        (b'\xff\xfe', 'utf-16-le'),
        (b'\xfe\xff', 'utf-16-be'),
    ):
        if content.startswith(mark):
            rest = content[len(mark) :]
            try:
                return rest.decode(encoding), encoding, len(mark)
            except UnicodeDecodeError:
                break
    try:
        return content.decode('utf-8'), 'utf-8', 0
    except UnicodeDecodeError:
        return content.decode('latin-1'), 'latin-1', 0


def get(node: Node | None, *keys: str) -> Node | None:
    """Return what lies under the keys, merge keys (`<<`) looked through."""
    for key in keys:
        if node is None:
            return None
        node = dict(members(node)).get(key)
    return node


def members(node: Node | None) -> Iterator[tuple[str, Node]]:
    """Yield the keys and values of a mapping; what is merged in comes first."""
    if node is None or node.kind != 'map':
        return
    if any(key.text == '<<' for key, _ in node.pairs):
        merged: list[tuple[str, Node]] = []
        _merge_in(node, merged, {id(node)}, 0)
        # The first of several merged mappings wins, so it comes last.
        yield from reversed(merged)
    for key, value in node.pairs:
        if key.text != '<<':
            yield key.text, value


def _merge_in(
    node: Node, merged: list[tuple[str, Node]], seen: set[int], depth: int
) -> None:
    """Collect what `<<` brings, nearest first; nothing twice, so no bomb goes off."""
    for key, value in node.pairs:
        if key.text != '<<':
            continue
        for one in value.items if value.kind == 'list' else (value,):
            if id(one) in seen or depth > 20 or len(merged) > _MAX_MERGED:
                continue
            seen.add(id(one))
            merged.extend((key.text, item) for key, item in one.pairs)
            _merge_in(one, merged, seen, depth + 1)


def items(node: Node | None) -> list[Node]:
    return node.items if node is not None and node.kind == 'list' else []


def text(node: Node | None) -> str:
    """Return the text of a node, or ''."""
    return node.text if node is not None and node.kind == 'text' else ''


def walk(node: Node) -> Iterator[Node]:
    """Yield every node once, whatever aliases lead back to it."""
    seen: set[int] = set()
    pending = [node]
    while pending:
        node = pending.pop()
        # Two small texts may be one object; only what holds others can loop.
        if node.kind != 'text':
            if id(node) in seen:
                continue
            seen.add(id(node))
        yield node
        pending.extend(reversed(node.items))
        pending.extend(value for _, value in reversed(node.pairs))


# YAML -------------------------------------------------------------------------------


def read_yaml(text: str) -> Tree:
    shown = text
    if len(text) > MAX_CHARACTERS:
        return Tree(text, [], 'larger than 4 MiB', 0, _image_lines(text, 0))
    text = _FORBIDDEN.sub('?', text)
    if '{{' in text or '{%' in text:
        text = _TEMPLATED.sub(_untemplated, text)
    problem, at = '', 0
    for _ in range(_ATTEMPTS):
        documents, wrong, where = _documents(text)
        if not wrong:
            return Tree(shown, documents, problem, at)
        if not problem:
            problem, at = wrong, where
        blanked = _without_line(text, where)
        if blanked == text:
            break
        text = blanked
    documents, _, where = _documents(text)
    after = documents[-1].end if documents else 0
    return Tree(shown, documents, problem, at, _image_lines(shown, min(after, where)))


def _untemplated(match: re.Match[str]) -> str:
    """Replace a template by as many characters that mean nothing to YAML."""
    found = match.group()
    line = match.string.rfind('\n', 0, match.start()) + 1
    after = match.string.find('\n', match.end())
    after = len(match.string) if after < 0 else after
    alone = not (
        match.string[line : match.start()].strip()
        or match.string[match.end() : after].strip()
    )
    if alone or found.startswith('{%'):
        return re.sub(r'[^\n]', ' ', found)
    return re.sub(r'[^\n]', TEMPLATE, found)


def _without_line(text: str, at: int) -> str:
    start = text.rfind('\n', 0, at) + 1
    end = text.find('\n', at)
    end = len(text) if end < 0 else end
    if not text[start:end].strip() and start:
        # The parser notices some errors only on the line after them.
        end = start - 1
        start = text.rfind('\n', 0, end) + 1
    return text[:start] + ' ' * (end - start) + text[end:]


def _image_lines(text: str, start: int) -> list[Node]:
    """Return what lines after `start` give `image:`, where there is no tree."""
    found = []
    for match in _IMAGE_LINE.finditer(text, start):
        value = match[1].rstrip()
        if value[0] in '"\'':
            value = value[1:].partition(value[0])[0]
        if value and value[0] not in '|>{[*&!':
            begin = match.start(1) + (match[1][0] in '"\'')
            found.append(Node('text', begin, begin + len(value), value))
    return found


def _documents(text: str) -> tuple[list[Node], str, int]:
    """Return the documents that could be read, what is wrong, and where."""
    import yaml

    loader: Any = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)
    documents: list[Node] = []
    anchors: dict[str, Node] = {}
    open_nodes: list[tuple[Node, list[Node]]] = []  # and the key that waits
    number = at = 0
    try:
        for event in yaml.parse(text, Loader=loader):
            number += 1
            at = event.start_mark.index if event.start_mark else at
            if number > MAX_EVENTS or len(open_nodes) > MAX_DEPTH:
                return documents, 'too large or nested too deeply', at
            if isinstance(event, yaml.DocumentStartEvent):
                anchors, open_nodes = {}, []
                continue
            if isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
                open_nodes.pop()
                continue
            if not isinstance(event, yaml.NodeEvent):
                continue
            if isinstance(event, yaml.AliasEvent):
                node = anchors.get(str(event.anchor)) or Node('text', at, at)
            else:
                node = _node(event, yaml)
                if event.anchor:
                    anchors[event.anchor] = node
            _put(node, open_nodes, documents)
            if isinstance(event, yaml.CollectionStartEvent):
                open_nodes.append((node, []))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return documents, 'not YAML', mark.index if mark else at
    except (yaml.YAMLError, ValueError, RecursionError):
        return documents, 'not YAML', at
    return documents, '', 0


def _node(event: Any, yaml: Any) -> Node:
    start, end = event.start_mark.index, event.end_mark.index
    if isinstance(event, yaml.ScalarEvent):
        return Node('text', start, end, event.value, event.style or '')
    if isinstance(event, yaml.MappingStartEvent):
        return Node('map', start, end, pairs=[])
    # !reference [a, b] names another place, which is read there.
    kind = 'expression' if (event.tag or '').startswith('!r') else 'list'
    return Node(kind, start, end, items=[])


def _put(
    node: Node, open_nodes: list[tuple[Node, list[Node]]], documents: list[Node]
) -> None:
    if not open_nodes:
        documents.append(node)
        return
    parent, waiting = open_nodes[-1]
    if parent.kind != 'map':
        parent.items.append(node)
    elif waiting:
        parent.pairs.append((waiting.pop(), node))
    else:
        waiting.append(node)


# JSON -------------------------------------------------------------------------------

_JSON = re.compile(
    r'(?P<blank>\s+|//[^\n]*|/\*.*?(?:\*/|\Z))'
    r'|(?P<text>"(?:[^"\\\n]|\\.)*"?)'
    r'|(?P<sign>[\[\]{},:])|(?P<word>[^\s\[\]{},:"/]+|/)',
    re.DOTALL,
)
_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|(.))', re.DOTALL)
_ESCAPES = {'n': '\n', 't': '\t', 'r': '\r', 'b': '\b', 'f': '\f'}


def read_json(text: str) -> Tree:
    """Read JSON with comments and commas at the end, as devcontainer.json has them."""
    if len(text) > MAX_CHARACTERS:
        return Tree(text, [], 'larger than 4 MiB')
    documents: list[Node] = []
    open_nodes: list[tuple[Node, list[Node]]] = []
    for number, match in enumerate(_JSON.finditer(text)):
        if number > MAX_EVENTS or len(open_nodes) > MAX_DEPTH:
            return Tree(
                text, documents, 'too large or nested too deeply', match.start()
            )
        if match.lastgroup == 'blank':
            continue
        sign = match['sign'] or ''
        if sign and sign in ',:':
            continue
        if sign and sign in ']}':
            if not open_nodes:
                return Tree(text, documents, 'not JSON', match.start())
            open_nodes.pop()
            continue
        start, end = match.span()
        if sign:
            kind = 'map' if sign == '{' else 'list'
            node = Node(kind, start, end, items=[], pairs=[])
        elif match['text']:
            bare = _ESCAPE.sub(_unescaped, match['text'][1:].removesuffix('"'))
            closed = match['text'][1:].endswith('"')
            node = Node('text', start + 1, end - closed, bare, '"')
        else:
            node = Node('text', start, end, match.group())
        _put(node, open_nodes, documents)
        if sign:
            open_nodes.append((node, []))
    problem = 'not JSON: it ends too early' if open_nodes else ''
    return Tree(text, documents, problem, len(text))


def _unescaped(match: re.Match[str]) -> str:
    if match[1]:
        return chr(int(match[1], 16))
    return _ESCAPES.get(match[2], match[2])
