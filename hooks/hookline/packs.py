"""Rules directories that come as installed packages: the entry points hookline.rules.

importlib.metadata takes longer to import than a clean commit takes. The names of the
packages and what they offer are read here, and only when an environment's folder has
changed; the packages themselves are never imported.
"""

from __future__ import annotations

import os
import sys
import zlib

from hookline import cache
from hookline.light import Iterator, Sequence
from hookline.nouns import Failure
from hookline.rulebook import OWN, Layer

GROUP = 'hookline.rules'
_FOLDERS = ('site-packages', 'dist-packages')


def installed(home: str) -> list[Layer]:
    """Return the packs of this environment as layers, by name; `home` is a cache."""
    folders = [
        path
        for path in sys.path
        if os.path.basename(path) in _FOLDERS and os.path.isdir(path)
    ]
    seen = [f'{path}\0{os.stat(path).st_mtime_ns}' for path in folders]
    signature = '\n'.join(seen).encode('utf-8', 'surrogateescape')
    names = '\n'.join(folders).encode('utf-8', 'surrogateescape')
    file = f'packs-{zlib.crc32(names):08x}'
    rows = cache.load(home, file, signature)
    if rows is None:
        rows = tuple(sorted(_found(folders)))
        cache.store(home, file, signature, rows)
    found: dict[str, str] = {}
    for name, directory in rows:
        if name in found:
            both = f'{found[name]} and {directory}'
            raise Failure(f'two rule packs are called {name}: {both}')
        found[name] = directory
    return [Layer(directory, name) for name, directory in found.items()]


def _found(folders: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the name and the rules directory of each pack."""
    seen: set[str] = set()
    for folder in folders:
        for entry in sorted(os.listdir(folder)):
            if not entry.endswith(('.dist-info', '.egg-info')) or entry in seen:
                continue
            # What stands earlier on the path is what an import would find.
            seen.add(entry)
            path = os.path.join(folder, entry, 'entry_points.txt')
            try:
                with open(path, encoding='utf-8', errors='surrogateescape') as file:
                    text = file.read()
            except OSError:
                continue  # it offers nothing
            if GROUP in text:
                for name, value in _entries(text):
                    yield name, _directory(folder, name, value)


def _entries(text: str) -> Iterator[tuple[str, str]]:
    """Yield the entries of our group in an entry_points.txt."""
    section = ''
    for line in text.splitlines():
        line = line.strip()
        if line.startswith('['):
            section = line.strip('[]').strip()
        elif section == GROUP and '=' in line and not line.startswith(('#', ';')):
            name, _, value = line.partition('=')
            yield _named(name.strip()), value.partition('[')[0].strip()


def _named(name: str) -> str:
    """Return a name that errors and locks can call the layer by."""
    plain = name.replace('-', '').replace('_', '').replace('.', '')
    if not plain.isalnum() or name in ('rules', OWN):
        raise Failure(f'rule pack {name}: expected a name of letters, digits and -_.')
    return name


def _directory(folder: str, name: str, value: str) -> str:
    """Return the folder of the package that an entry names, without importing it."""
    parts = value.split('.')
    if not all(part.isidentifier() for part in parts):
        raise Failure(
            f'rule pack {name}: {value}: expected the name of a package whose folder '
            'is a rules directory'
        )
    path = os.path.join(folder, *parts)
    if os.path.isdir(path):
        return path
    # Installed for editing: it lies elsewhere, and a finder of its own may know where.
    from importlib.util import find_spec

    spec = find_spec(parts[0])
    for place in (spec and spec.submodule_search_locations) or ():
        path = os.path.join(place, *parts[1:])
        if os.path.isdir(path):
            return path
    raise Failure(f'rule pack {name}: there is no package {value}')
