"""The findings that a repository has accepted: .hookline/baseline.json.

One line an entry, sorted, without line numbers and dates, so that it changes only
where findings do and merges as text. It holds no secret and no plain hash of one.
"""

from __future__ import annotations

from hookline.light import (
    Any,
    Collection,
    Iterable,
    Mapping,
    NamedTuple,
    Sequence,
)
from hookline.nouns import Failure, Finding

PATH = '.hookline/baseline.json'
VERSION = 1
_MANY = 1_000_000
_SALT = 16  # bytes
_KEYS = {'fingerprint', 'rule', 'path', 'count'}


class Entry(NamedTuple):
    """Equal findings of one file. Fields in the order that entries are sorted in."""

    path: str
    rule: str
    fingerprint: str
    count: int  # type: ignore[assignment]  # tuple.count goes unused here


class Baseline(NamedTuple):
    salt: bytes  # keys the fingerprints of secrets; b'' in an empty baseline
    entries: tuple[Entry, ...]
    # Of .secrets.baseline, by path; see foreignbaseline.py.
    listed: Mapping[str, Mapping[str, frozenset[int]]] = {}  # noqa: RUF012


EMPTY = Baseline(b'', ())


def new_salt() -> bytes:
    import os

    return os.urandom(_SALT)


def read(content: bytes, path: str = PATH) -> Baseline:
    """Return the baseline in `content`; raise Failure for what is not one."""
    import json

    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        lines = content.split(b'\n')
        merging = any(line.startswith((b'<<<<<<<', b'>>>>>>>')) for line in lines)
        problem = 'a merge conflict is left in it' if merging else 'not JSON'
        raise Failure(
            f'{path}: {problem}; resolve it, or restore it from git'
        ) from None
    if not isinstance(value, dict) or set(value) != {'version', 'salt', 'entries'}:
        raise Failure(f'{path}: expected version, salt and entries, nothing else')
    if type(value['version']) is not int or value['version'] != VERSION:
        raise Failure(f'{path}: version: expected {VERSION}')
    try:
        salt = bytes.fromhex(value['salt'].replace('-', ''))
    except (AttributeError, ValueError):
        salt = b''
    if len(salt) != _SALT:
        raise Failure(f'{path}: salt: expected {2 * _SALT} hex digits')
    if not isinstance(value['entries'], list):
        raise Failure(f'{path}: entries: expected a list')
    entries = [
        _entry(path, number, item) for number, item in enumerate(value['entries'])
    ]
    return Baseline(salt, merged(entries))


def write(baseline: Baseline) -> bytes:
    """Return the file; the same entries always make the same bytes."""
    import json

    rows = []
    for entry in sorted(baseline.entries):
        row: dict[str, Any] = {
            'fingerprint': entry.fingerprint,
            'rule': entry.rule,
            'path': entry.path,
        }
        if entry.count > 1:
            row['count'] = entry.count
        rows.append('    ' + json.dumps(row))
    head = f'{{\n  "version": {VERSION},\n  "salt": "{baseline.salt.hex("-", 4)}",\n'
    body = '[\n' + ',\n'.join(rows) + '\n  ]' if rows else '[]'
    return f'{head}  "entries": {body}\n}}\n'.encode('ascii')


def accept(
    findings: Iterable[Finding], old: Baseline, scanned: Collection[str] | None = None
) -> Baseline:
    """Return a baseline that accepts `findings`, made with the salt of `old`.

    `scanned` are the paths that were read: entries of others stay. None is the whole
    repository, and everything else goes. A salt is made only where there is none.
    """
    from collections import Counter

    counts = Counter((f.path, f.rule, f.fingerprint) for f in findings)
    entries = [Entry(*key, count) for key, count in counts.items()]
    if scanned is not None:
        entries += [entry for entry in old.entries if entry.path not in scanned]
    return Baseline(old.salt or new_salt(), tuple(sorted(entries)))


def apply(
    findings: Sequence[Finding], baseline: Baseline
) -> tuple[list[Finding], list[Finding]]:
    """Return the findings that the baseline does not accept, and those that it does.

    Of equal ones as many are accepted as were there; which of them is the new one
    nobody can know, so the first are the old ones.
    """
    if not baseline.entries:
        return list(findings), []
    from collections import Counter

    left = Counter({entry.fingerprint: entry.count for entry in baseline.entries})
    kept: list[Finding] = []
    dropped: list[Finding] = []
    for finding in findings:
        if left[finding.fingerprint] > 0:
            left[finding.fingerprint] -= 1
            dropped.append(finding)
        else:
            kept.append(finding)
    return kept, dropped


def stale(
    baseline: Baseline,
    findings: Iterable[Finding],
    scanned: Collection[str] | None = None,
) -> tuple[Entry, ...]:
    """Return the entries, with how many of each, that no finding needs any more.

    `findings` are all that the scan made, before policy and inline comments; `scanned`
    are the paths that it read, None the whole repository.
    """
    from collections import Counter

    found = Counter(finding.fingerprint for finding in findings)
    return tuple(
        entry._replace(count=entry.count - found[entry.fingerprint])
        for entry in baseline.entries
        if (scanned is None or entry.path in scanned)
        and found[entry.fingerprint] < entry.count
    )


def prune(baseline: Baseline, gone: Iterable[Entry]) -> Baseline:
    """Return the baseline less what `stale` named."""
    from collections import Counter

    less = Counter({entry.fingerprint: entry.count for entry in gone})
    entries = (
        entry._replace(count=entry.count - less[entry.fingerprint])
        for entry in baseline.entries
    )
    return baseline._replace(entries=tuple(e for e in entries if e.count > 0))


def _entry(path: str, number: int, item: Any) -> Entry:
    at = f'{path}: entries.{number}'
    if not isinstance(item, dict) or not {*item} <= _KEYS:
        raise Failure(f'{at}: expected fingerprint, rule, path and count')
    for key in ('fingerprint', 'rule', 'path'):
        if not isinstance(item.get(key), str) or not item[key]:
            raise Failure(f'{at}.{key}: expected text')
    count = item.get('count', 1)
    if type(count) is not int or not 0 < count < _MANY:
        raise Failure(f'{at}.count: expected a number from 1')
    return Entry(item['path'], item['rule'], item['fingerprint'], count)


def merged(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return one entry a fingerprint: git may have merged the same from two sides."""
    found: dict[str, Entry] = {}
    for entry in entries:
        if entry.fingerprint not in found or found[entry.fingerprint] < entry:
            found[entry.fingerprint] = entry
    return tuple(sorted(found.values()))
