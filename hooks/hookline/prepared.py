"""What is made of the built-in rules when hookline is built, so that no run need do it.

Reading and checking six hundred files and compiling what they look for takes seconds; a
first run, in CI every run, has not got them. pre-commit builds hookline on the machine
that runs it; where processor, Python or a rule file differ, the run makes its own.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping
from importlib.machinery import PathFinder
from typing import Any

from hookline import __version__, cache, rulebook
from hookline.databases import PREPARED
from hookline.nouns import Document, Failure

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
    from hookline import databases, lazyre
    from hookline.engines import detect_secrets, pattern

    layer = rulebook.builtin()
    book = rulebook.load([layer])
    engines = dict(zip(ENGINES, (pattern.prepare, detect_secrets.prepare), strict=True))
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
    regexes: list[lazyre.Key] = []
    for engine, module in zip(ENGINES, (pattern, detect_secrets), strict=True):
        own = [
            made[rule.document.path]
            for rule in book.rules.values()
            if rule.engine == engine
        ]

        def wrong(number: int, reason: str, engine: str = engine) -> Failure:
            return Failure(f'rules for {engine}: {reason}')

        for name, forms in module.searched(own).items():
            databases.prepare(directory, name, forms, module is pattern, wrong)
        regexes += module.regexes(own)
    lazyre.prepare(directory, regexes)


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
