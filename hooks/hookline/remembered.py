"""What the code check's engines said about a content, kept for the next run.

An engine's answer depends on its rules, its version, the content, and what `looks_at`
says of the name; a key is the digest of these, so the same key has the same answer
after an amend, at a push, and in CI with the cache of another machine. What is kept
holds rule ids and offsets, and nothing of the content. Anything odd about it is a miss.
"""

from __future__ import annotations

import marshal
import os
import sys
from _blake2 import blake2b  # hashlib, and OpenSSL with it, takes 5 ms to import

from hookline import __version__, cache
from hookline.light import Any, Mapping, NamedTuple, Protocol, Sequence
from hookline.nouns import CONFIDENCES, SEVERITIES, Change, Match

FOLDER = 'answers'
# A key's first byte says which file it is in: a commit reads a few small ones.
FILES = 64
# In one file; the oldest go. All in all some 50,000 contents, under 20 MB.
ENTRIES = 800
_SIGNATURE = b'answers 1'


class Remembering(Protocol):
    """What an engine has so that its answers can be kept."""

    VERSION: str

    # What an answer depends on beyond the content; `paths`: whether rules look at them.
    def looks_at(self, change: Change, paths: bool) -> str: ...

    # Whether it would be found again; what a limit cut short is not kept.
    def lasts(self, match: Match) -> bool: ...


class Memory(NamedTuple):
    """What is known about some changes, and the keys of those that it is not."""

    found: tuple[Match, ...]
    asked: list[Change]  # not known
    keys: Mapping[str, bytes]  # of those, by path


def digest(compiled: Any) -> bytes:
    """Return the digest of what an engine made of its rules."""
    # Version 2 of the format: later ones say which strings are interned.
    return blake2b(marshal.dumps(compiled, 2), digest_size=16).digest()


def recall(
    folder: str,
    engine: Remembering,
    name: str,
    rules: tuple[bytes, bool],
    changes: Sequence[Change],
    scopes: Sequence[str] = ('',),
) -> Memory:
    """Look `changes` up; `rules` is their digest, and whether they look at paths.

    `scopes` are what may have been asked of all that there is to ask, '' for what a run
    asks usually: an answer to any of them will do, and the last is what is asked now.
    """
    keys: dict[str, bytes] = {}
    shelves: dict[str, Mapping[Any, Any]] = {}
    found: list[Match] = []
    asked = list(changes)
    for scope in scopes:
        keys = {c.path: _key(engine, name, rules, c, scope) for c in asked}
        unknown: list[Change] = []
        for change in asked:
            key = keys[change.path]
            file = _file(key)
            if file not in shelves:
                shelves[file] = _load(folder, file)
            matches = _matches(shelves[file].get(key), change)
            if matches is None:
                unknown.append(change)
            else:
                found += matches
                del keys[change.path]
        asked = unknown
    return Memory(tuple(found), asked, keys)


def keep(
    folder: str, engine: Remembering, memory: Memory, matches: Sequence[Match]
) -> None:
    """Write down what an engine answered about the changes that were not known."""
    passing = {match.path for match in matches if not engine.lasts(match)}
    keys = {p: key for p, key in memory.keys.items() if p not in passing}
    if not keys:
        return
    try:
        os.makedirs(os.path.join(folder, FOLDER), mode=0o700, exist_ok=True)
    except OSError:
        return
    rows: dict[str, list[tuple[Any, ...]]] = {path: [] for path in memory.keys}
    for match in matches:
        rows[match.path].append((match.rule, *match[2:]))
    shelves: dict[str, dict[bytes, tuple[Any, ...]]] = {}
    for path, key in keys.items():
        shelves.setdefault(_file(key), {})[key] = tuple(rows[path])
    for file, new in shelves.items():
        # Dictionaries keep their order, so what was written longest ago comes first.
        every = [*_load(folder, file).items(), *new.items()]
        cache.store(
            os.path.join(folder, FOLDER), file, _SIGNATURE, dict(every[-ENTRIES:])
        )


def _key(
    engine: Remembering,
    name: str,
    rules: tuple[bytes, bool],
    change: Change,
    scope: str,
) -> bytes:
    version = f'{sys.version_info.major}.{sys.version_info.minor}'
    parts = (
        *(__version__, version, name, engine.VERSION),
        engine.looks_at(change, rules[1]),
        scope,
    )
    head = '\0'.join(parts).encode('utf-8', 'surrogateescape')
    key = blake2b(len(head).to_bytes(4, 'little') + head, digest_size=16, key=rules[0])
    key.update(change.content)
    return key.digest()


def _file(key: bytes) -> str:
    return f'{key[0] % FILES:02x}'


def _load(folder: str, file: str) -> Mapping[Any, Any]:
    value = cache.load(os.path.join(folder, FOLDER), file, _SIGNATURE)
    return value if isinstance(value, dict) else {}


def _matches(rows: Any, change: Change) -> list[Match] | None:
    """Return the matches that were kept, or None where they are not what we keep."""
    if not isinstance(rows, tuple):
        return None
    matches: list[Match] = []
    for row in rows:
        if not isinstance(row, tuple) or len(row) != len(Match._fields) - 1:
            return None
        match = Match(row[0], change.path, *row[1:])
        if not _sound(match, len(change.content)):
            return None
        matches.append(match)
    return matches


def _sound(match: Match, length: int) -> bool:
    spans = [(match.start, match.end)]
    if not isinstance(match.steps, tuple) or not all(
        isinstance(step, tuple) and len(step) == 3 and isinstance(step[2], str)
        for step in match.steps
    ):
        return False
    spans += [step[:2] for step in match.steps]
    if match.secret is not None:
        if not isinstance(match.secret, tuple) or len(match.secret) != 2:
            return False
        spans.append(match.secret)
    return (
        isinstance(match.rule, str)
        and isinstance(match.message, str)
        and match.severity in ('', *SEVERITIES)
        and match.confidence in ('', *CONFIDENCES)
        and all(
            type(start) is int and type(end) is int and 0 <= start <= end <= length
            for start, end in spans
        )
    )
