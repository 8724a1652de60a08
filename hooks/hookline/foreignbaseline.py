"""The baseline of detect-secrets, .secrets.baseline, read as it stands.

It holds plain SHA-1 of values. They are compared in memory: hookline writes none.
A value is accepted in the file that it is listed for, on whatever line and for
whatever rule, as detect-secrets-hook has it; but where it lists only what all such
secrets begin with (GitHub's tokens, keys in PEM), only on the line that it names.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence

from hookline import rulebook
from hookline.lines import Lines
from hookline.nouns import Failure, Finding, Place

# A value that a plugin reports, whether it is whole, and where it stands.
Value = tuple[str, bool, int, int]

PATH = rulebook.LISTED
REPAIR = f'repair it, or take it over once with `hookline import {PATH}` and remove it'


# The lines that a value is listed for, by its digest.
Listed = Mapping[str, frozenset[int]]


def read(content: bytes, path: str = PATH) -> dict[str, Listed]:
    """Return what is listed, by path; raise Failure for what is no such baseline."""
    import json

    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        raise Failure(f'{path}: not JSON; {REPAIR}') from None
    results = value.get('results') if isinstance(value, dict) else None
    if not isinstance(results, dict):
        raise Failure(f'{path}: results: expected a mapping of files; {REPAIR}')
    found: dict[str, dict[str, frozenset[int]]] = {}
    for name, rows in results.items():
        if not isinstance(rows, list):
            raise Failure(f'{path}: results.{name}: expected a list; {REPAIR}')
        # Written on Windows it has backslashes.
        listed = found.setdefault(name.replace('\\', '/').removeprefix('./'), {})
        for number, row in enumerate(rows):
            digest, line = _row(f'{path}: results.{name}.{number}', row)
            listed[digest] = listed.get(digest, frozenset()) | {line}
    return dict(found)


def _row(at: str, row: object) -> tuple[str, int]:
    digest = row.get('hashed_secret') if isinstance(row, dict) else None
    if not isinstance(digest, str) or not re.fullmatch('[0-9a-f]{40}', digest):
        raise Failure(f'{at}.hashed_secret: expected a SHA-1 in hex; {REPAIR}')
    line = row.get('line_number', 0) if isinstance(row, dict) else 0
    if type(line) is not int:
        raise Failure(f'{at}.line_number: expected a number; {REPAIR}')
    return digest, line


def digest(value: str) -> str:
    """Return what detect-secrets lists for a value."""
    text = value.encode('utf-8', 'surrogateescape')
    return hashlib.sha1(text, usedforsecurity=False).hexdigest()


def accepted(
    findings: Sequence[Finding],
    content: bytes,
    listed: Listed,
    values: Sequence[Value],
) -> set[int]:
    """Return the ids of the findings in one content that the baseline accepts.

    `values` are what detect-secrets' own plugins report there: rules of ours may begin
    and end the same secret elsewhere.
    """
    lines = Lines(content)
    places: list[Place] = []
    for text, whole, start, end in values:
        place = lines.place(start, end)
        named = listed.get(digest(text), frozenset())
        if named and (whole or place.line in named):
            places.append(place)
    return {
        id(finding)
        for finding in findings
        if finding.check == 'secrets'
        and (
            any(_overlap(finding.place, place) for place in places)
            or digest(_text(lines, finding.place)) in listed
        )
    }


def own_digests(findings: Sequence[Finding], content: bytes) -> set[int]:
    """Return the ids of the findings that are digests in such a baseline itself."""
    try:
        known = {digest for listed in read(content).values() for digest in listed}
    except Failure:
        return set()
    lines = Lines(content)
    return {id(one) for one in findings if _text(lines, one.place) in known}


def _overlap(one: Place, other: Place) -> bool:
    start = max(one[:2], other[:2])
    return start < min(one[2:], other[2:])


def _text(lines: Lines, place: Place) -> str:
    """Return what stands at a place, which is a secret's: for comparison only."""
    low, _ = lines.span(place.line)
    _, high = lines.span(place.end_line)
    last, _ = lines.span(place.end_line)
    text = lines.text(low, high)
    start = place.column - 1
    return text[start : len(lines.text(low, last)) + place.end_column - 1]
