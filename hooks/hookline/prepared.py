"""What is made of the built-in rules when hookline is built, so that no run need do it.

Reading and checking six hundred files and compiling what they look for takes seconds; a
first run, in CI every run, has not got them. pre-commit builds hookline on the machine
that runs it; where processor, Python or a rule file differ, the run makes its own.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping, Sequence
from importlib.machinery import PathFinder
from typing import Any

from hookline import __version__, cache, rulebook
from hookline.databases import PREPARED
from hookline.nouns import Document, Failure, Rule

# Whose code decides what is stored.
_SOURCES = (
    *('rulebook.py', 'yamlfile.py', 'regexes.py', 'prefilters.py', 'proofs.py'),
    *('fragments.py', 'nearby.py', 'encodings.py'),
    *('engines/pattern.py', 'engines/detect_secrets.py'),
)
ENGINES = ('pattern', 'detect-secrets')

# A file's digest, its value, the lines of its keys, and what its engine made of it.
Row = tuple[bytes, Any, Mapping[str, int], Any]


def reader() -> rulebook.Prepared:
    """Return what knows the built-in rule files that are as they were prepared."""
    rows: dict[str, Row] = cache.load(PREPARED, 'rules', _signature()) or {}

    def read(layer: rulebook.Layer, name: str) -> tuple[Document, Any] | None:
        row = rows.get(name)
        if row is None or row[0] != digest(
            _content(os.path.join(layer.directory, name))
        ):
            return None
        return Document(f'{layer.name}/{name}', row[1], row[2]), row[3]

    return read


def digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def make(directory: str = PREPARED) -> None:
    """Write what reader() and databases.prepared() read."""
    from hookline import databases
    from hookline.engines import detect_secrets, pattern

    layer = rulebook.builtin()
    book = rulebook.load([layer])
    engines = {'pattern': pattern.prepare, 'detect-secrets': detect_secrets.prepare}
    made = {
        rule.document.path: engines[rule.engine](rule)
        for rule in book.rules.values()
        if rule.engine in engines
    }
    rows: dict[str, Row] = {}
    for name, _ in rulebook.files(layer):
        content = _content(os.path.join(layer.directory, name))
        document = rulebook.read(layer, name)
        rows[name] = (
            *(digest(content), document.value, document.lines),
            made.get(document.path),
        )
    os.makedirs(directory, exist_ok=True)
    cache.store(directory, 'rules', _signature(), rows)
    chosen = [rule for rule in book.rules.values() if rule.engine in engines]
    for name in ENGINES:
        own = [rule for rule in chosen if rule.engine == name]
        forms = _forms(name, [made[rule.document.path] for rule in own])

        def wrong(number: int, reason: str, own: Sequence[Rule] = own) -> Failure:
            return Failure(f'rules for {own[0].engine}: {reason}')

        databases.prepare(directory, name, forms, name == 'pattern', wrong)
    pattern.prepare_encodings(directory)


def _forms(name: str, made: Sequence[Any]) -> list[bytes]:
    if name == 'pattern':
        return [form for _, found in made for form, _ in found]
    return [form for _, found in made for form, _, _ in found]


def _signature() -> bytes:
    parts = [__version__.encode(), (sys.implementation.cache_tag or '').encode()]
    package = os.path.dirname(os.path.abspath(__file__))
    parts += [_content(os.path.join(package, name)) for name in _SOURCES]
    spec = PathFinder.find_spec('detect_secrets')
    for place in (spec and spec.submodule_search_locations) or ():
        parts.append(_content(os.path.join(place, '__version__.py')))
    return digest(b'\0'.join(digest(part) for part in parts))


def _content(path: str) -> bytes:
    try:
        with open(path, 'rb') as file:
            return file.read()
    except OSError:
        return b''


if __name__ == '__main__':
    make()
