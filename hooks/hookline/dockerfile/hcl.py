"""Reads docker-bake.hcl into the tree that docker-bake.json would give.

A target, a variable and their attributes; an expression that is more than a text, a
list or a mapping becomes the texts that stand in it. Never raises.
"""

from __future__ import annotations

from hookline import lazyre as re
from hookline.dockerfile.tree import MAX_CHARACTERS, Node, Tree

_TOKEN = re.compile(
    r'(?P<blank>[ \t\r]+|\#[^\n]*|//[^\n]*|/\*.*?(?:\*/|\Z))'
    r'|(?P<line>\n)'
    r'|<<(?P<dash>-?)(?P<heredoc>[A-Za-z_][\w-]*)[ \t\r]*\n'
    r'|(?P<name>[A-Za-z_][\w.-]*)'
    r'|(?P<text>")'
    r'|(?P<sign>.)',
    re.DOTALL,
)
_ESCAPES = {'n': '\n', 't': '\t', 'r': '\r', '"': '"', '\\': '\\'}
_CLOSED = {'{': '}', '[': ']', '(': ')'}
MAX_TOKENS = 200_000
MAX_DEPTH = 40


class _Token:
    __slots__ = ('kind', 'node', 'text')

    def __init__(self, kind: str, text: str, node: Node) -> None:
        self.kind = kind  # 'name', 'text', 'line' or the sign itself; '' at the end
        self.text = text
        self.node = node


def read(text: str) -> Tree:
    if len(text) > MAX_CHARACTERS:
        return Tree(text, [], 'larger than 4 MiB')
    tokens = _tokens(text)
    reader = _Reader(tokens, len(text))
    body = reader.body(0)
    return Tree(text, [body], reader.problem, reader.where)


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while at < len(text) and len(found) < MAX_TOKENS:
        match = _TOKEN.match(text, at)
        if match is None:
            break
        start, at = match.span()
        if match['blank']:
            continue
        if match['text']:
            node, at = _quoted(text, start)
            found.append(_Token('text', node.text, node))
        elif match['heredoc']:
            node, at = _heredoc(text, match)
            found.append(_Token('text', node.text, node))
        elif match['name']:
            node = Node('text', start, at, match['name'], 'name')
            found.append(_Token('name', match['name'], node))
        else:
            sign = match.group()
            kind = 'line' if sign == '\n' else sign
            found.append(_Token(kind, sign, Node('text', start, at, sign)))
    return found


def _quoted(text: str, start: int) -> tuple[Node, int]:
    """Read "…", in which ${…} may hold quotes of its own."""
    parts: list[str] = []
    depth = 0
    at = start + 1
    while at < len(text):
        sign = text[at]
        if sign == '\\' and not depth:
            parts.append(_ESCAPES.get(text[at + 1 : at + 2], text[at + 1 : at + 2]))
            at += 2
            continue
        if sign == '"' and not depth:
            return Node('text', start + 1, at, ''.join(parts), '"'), at + 1
        if sign == '\n' and not depth:
            break
        if text.startswith(('${', '%{'), at) and text[at - 1] != sign:
            depth += 1
        elif sign == '}' and depth:
            depth -= 1
        parts.append(sign)
        at += 1
    at = min(at, len(text))
    return Node('text', start + 1, at, ''.join(parts), '"'), at


def _heredoc(text: str, match: re.Match[str]) -> tuple[Node, int]:
    start = match.end()
    end = re.compile(rf'(?m)^[ \t]*{re.escape(match["heredoc"])}[ \t\r]*$').search(
        text, start
    )
    if end is None:
        return Node('text', start, len(text), text[start:], '|'), len(text)
    # Indentation stays: it means nothing in a Dockerfile.
    return Node('text', match.start(), end.start(), text[start : end.start()], '|'), (
        end.end()
    )


class _Reader:
    """Goes over the tokens once."""

    def __init__(self, tokens: list[_Token], length: int) -> None:
        self.tokens = tokens
        self.at = 0
        self.problem = ''
        self.where = 0
        self.end = _Token('', '', Node('text', length, length))

    def peek(self, ahead: int = 0) -> _Token:
        at = self.at + ahead
        return self.tokens[at] if at < len(self.tokens) else self.end

    def wrong(self, token: _Token) -> None:
        if not self.problem:
            self.problem, self.where = 'not HCL', token.node.start

    def body(self, depth: int) -> Node:
        """Read attributes and blocks up to the closing brace."""
        found = Node('map', self.peek().node.start, 0, pairs=[])
        while (token := self.peek()).kind:
            if token.kind == '}' and depth:
                self.at += 1
                break
            self.at += 1
            if token.kind in ('line', ','):
                continue
            if token.kind not in ('name', 'text'):
                self.wrong(token)
                continue
            self._member(token, found, depth)
        return found

    def _member(self, key: _Token, found: Node, depth: int) -> None:
        labels = [key.node]
        while self.peek().kind in ('name', 'text'):
            labels.append(self.peek().node)
            self.at += 1
        following = self.peek()
        if following.kind in ('=', ':'):
            self.at += 1
            found.pairs.append((key.node, self.value(depth)))
        elif following.kind == '{' and depth < MAX_DEPTH:
            self.at += 1
            inside = self.body(depth + 1)
            # target "x" { … } is target: {x: {…}}
            for label in reversed(labels[1:]):
                inside = Node('map', label.start, label.end, pairs=[(label, inside)])
            _merge(found, labels[0], inside)
        elif following.kind == '(':
            self.value(depth)  # function "x" (…), and whatever else
        else:
            self.wrong(following)

    def value(self, depth: int) -> Node:
        """Read an expression up to the end of its line, or of its part of a list."""
        start = self.at
        simple = self._simple(depth)
        if simple is not None and self.peek().kind in ('line', ',', '}', ']', ''):
            return simple
        if not self.peek().kind and depth > 2:
            # Brackets that never close: read over again once, not at every level.
            return Node('expression', self.end.node.start, 0, items=[])
        self.at = start
        node = Node('expression', self.peek().node.start, 0, items=[])
        closing: list[str] = []
        while (token := self.peek()).kind:
            if not closing and token.kind in ('line', ',', '}', ']'):
                break
            self.at += 1
            if token.kind in _CLOSED:
                closing.append(_CLOSED[token.kind])
            elif closing and token.kind == closing[-1]:
                closing.pop()
            elif token.kind == 'text':
                node.items.append(token.node)
        return node

    def _simple(self, depth: int) -> Node | None:
        token = self.peek()
        if token.kind in ('text', 'name'):
            self.at += 1
            return token.node
        if depth >= MAX_DEPTH or (token.kind == '{' and self._is_for()):
            return None
        if token.kind == '{':
            self.at += 1
            return self.body(depth + 1)
        if token.kind != '[' or self._is_for():
            return None
        self.at += 1
        found = Node('list', token.node.start, 0, items=[])
        while (token := self.peek()).kind:
            if token.kind == ']':
                self.at += 1
                return found
            if token.kind in ('line', ','):
                self.at += 1
                continue
            before = self.at
            found.items.append(self.value(depth + 1))
            if self.at == before:
                return None
        return None

    def _is_for(self) -> bool:
        ahead = 1
        while self.peek(ahead).kind == 'line':
            ahead += 1
        return self.peek(ahead).text == 'for' and self.peek(ahead).kind == 'name'


def _merge(found: Node, key: Node, inside: Node) -> None:
    for known, value in found.pairs:
        if known.text == key.text and value.kind == inside.kind == 'map':
            value.pairs.extend(inside.pairs)
            return
    found.pairs.append((key, inside))
