"""Reads YAML that people wrote: values with the line of each key, within limits.

Built from events and not by yaml.load: a rules directory may come from a pull request,
and alias bombs and deep nesting must end as an error with a line, not as a hang.
"""

from __future__ import annotations

from typing import Any

import yaml

from hookline.nouns import Document, Failure

MAX_BYTES = 1 << 20
MAX_DEPTH = 60
MAX_NODES = 100_000

# Dates stay strings: they are compared as ISO text, and marshal cannot store them.
_PLAIN = {
    'tag:yaml.org,2002:bool',
    'tag:yaml.org,2002:int',
    'tag:yaml.org,2002:float',
    'tag:yaml.org,2002:null',
}
_Loader: Any = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)
_RESOLVER: Any = yaml.resolver.Resolver()
_CONSTRUCTOR: Any = yaml.constructor.SafeConstructor()


def parse(content: bytes, path: str) -> Document:
    """Return the one document in `content`; raise Failure with path and line."""
    if len(content) > MAX_BYTES:
        raise Failure(f'{path}:1: larger than {MAX_BYTES >> 10} KiB')
    try:
        text = content.decode('utf-8-sig')
    except UnicodeDecodeError as error:
        line = content.count(b'\n', 0, error.start) + 1
        raise Failure(f'{path}:{line}: not UTF-8') from None
    try:
        return _Builder(path).build(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise Failure(f'{path}:{line}: not YAML: {error.problem}') from None
    except yaml.YAMLError:
        raise Failure(f'{path}:1: not YAML: a character that YAML forbids') from None


def read(path: str, name: str | None = None) -> Document:
    """Parse the file at `path`; errors call it `name`."""
    try:
        with open(path, 'rb') as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Failure(f'{name or path}: {error.strerror}') from None
    return parse(content, name or path)


class _Builder:
    def __init__(self, path: str) -> None:
        self.path = path
        self.lines: dict[str, int] = {}
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.nodes = 0

    def build(self, text: str) -> Document:
        events = yaml.parse(text, Loader=_Loader)
        value: Any = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self.error(event, 'one document a file, found a second')
                value = self.node(events, next(events), '', 0)[0]
        return Document(self.path, value, self.lines)

    def node(self, events: Any, event: Any, key: str, depth: int) -> tuple[Any, int]:
        """Return a value and how many nodes it is made of, aliases expanded."""
        self.lines.setdefault(key, _line(event))
        if depth > MAX_DEPTH:
            raise self.error(event, f'nested deeper than {MAX_DEPTH} levels')
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.anchors:
                raise self.error(event, f'unknown alias {event.anchor}')
            value, size = self.anchors[event.anchor]
            self.count(event, size)
            return value, size
        self.count(event, 1)
        if isinstance(event, yaml.ScalarEvent):
            value, size = self.scalar(event), 1
        elif isinstance(event, yaml.SequenceStartEvent):
            value, size = self.sequence(events, key, depth)
        else:
            value, size = self.mapping(events, key, depth)
        if event.anchor:
            self.anchors[event.anchor] = (value, size)
        return value, size

    def scalar(self, event: Any) -> Any:
        tag = event.tag
        if tag is None or tag == '!':
            tag = _RESOLVER.resolve(yaml.ScalarNode, event.value, event.implicit)
        elif tag != 'tag:yaml.org,2002:str' and tag not in _PLAIN:
            raise self.error(event, f'the tag {tag} is not allowed')
        if tag not in _PLAIN:
            return event.value
        try:
            return _CONSTRUCTOR.construct_object(yaml.ScalarNode(tag, event.value))
        except (ValueError, KeyError):
            raise self.error(event, 'not a value of its tag') from None

    def sequence(self, events: Any, key: str, depth: int) -> tuple[list[Any], int]:
        values: list[Any] = []
        total = 1
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            name = f'{key}.{len(values)}' if key else str(len(values))
            value, size = self.node(events, event, name, depth + 1)
            values.append(value)
            total += size
        return values, total

    def mapping(self, events: Any, key: str, depth: int) -> tuple[dict[str, Any], int]:
        values: dict[str, Any] = {}
        total = 1
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            if not isinstance(event, yaml.ScalarEvent):
                raise self.error(event, 'a key must be plain text')
            if event.value == '<<':
                raise self.error(event, 'merge keys (<<) are not supported')
            if event.value in values:
                raise self.error(event, f'{event.value} is given twice')
            name = f'{key}.{event.value}' if key else event.value
            self.lines[name] = _line(event)
            value, size = self.node(events, next(events), name, depth + 1)
            values[event.value] = value
            total += size
        return values, total

    def count(self, event: Any, size: int) -> None:
        self.nodes += size
        if self.nodes > MAX_NODES:
            raise self.error(event, f'more than {MAX_NODES} values')

    def error(self, event: Any, text: str) -> Failure:
        return Failure(f'{self.path}:{_line(event)}: {text}')


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
