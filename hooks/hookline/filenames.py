"""Secrets in the names of files, which are content of the repository as well.

A name that holds one is masked before anything else sees it: names stand in every line
of a report, in fingerprints and in errors.
"""

from __future__ import annotations

import os

from hookline import lazyre as re
from hookline.light import Any, Mapping, NamedTuple, Sequence
from hookline.nouns import Change, Match, Run, Skipped

# Shorter than this no provider's token is, so that most names are never looked at.
_LONG = re.compile(r'[A-Za-z0-9_.=+-]{16}')
MASK = '*' * 8
MESSAGE = 'in the name of the file'


class Named(NamedTuple):
    """A file with a secret in its name."""

    masked: str
    matches: tuple[Match, ...]  # offsets into the name, as bytes


def search(
    changes: Sequence[Change], skipped: Sequence[Skipped], library: Any, run: Run
) -> dict[str, Named]:
    """Return the names that hold a secret.

    Only formats that are sure count: a name is often a digest, or random.
    """
    paths = [change.path for change in changes]
    paths += [item.path for item in skipped]
    names = [path for path in paths if _LONG.search(path)]
    if not names:
        return {}
    from hookline import checks
    from hookline.engines import pattern

    engine = checks.engine('pattern')
    compiled = library.compiled('pattern', lambda: engine)
    contents = [Change(name, os.fsencode(name)) for name in dict.fromkeys(names)]
    by_name: dict[str, list[Match]] = {}
    for match in engine.find(contents, compiled, run):
        if match.secret and not match.disproved:
            by_name.setdefault(match.path, []).append(match)
    if not by_name:
        return {}
    sure = pattern.formats(compiled)
    found: dict[str, Named] = {}
    for name, own in by_name.items():
        matches = [match for match in own if match.rule in sure]
        if matches:
            masked = plain = _masked(os.fsencode(name), matches)
            others = {named.masked for named in found.values()}
            number = 1
            while masked in others:
                number += 1
                masked = f'{plain}~{number}'
            found[name] = Named(
                masked,
                tuple(one._replace(path=masked, message=MESSAGE) for one in matches),
            )
    return found


def renamed(
    changes: Sequence[Change], found: Mapping[str, Named]
) -> tuple[Change, ...]:
    return tuple(
        change._replace(path=found[change.path].masked)
        if change.path in found
        else change
        for change in changes
    )


def introduced(change: Change, match: Match) -> bool:
    """Say whether no name that the file had before holds the secret."""
    assert match.secret is not None
    start, end = match.secret
    value = os.fsencode(change.path)[start:end]
    return not any(value in os.fsencode(parent.path) for parent in change.parents)


def _masked(name: bytes, matches: Sequence[Match]) -> str:
    parts: list[str] = []
    at = 0
    for start, end in sorted(match.secret for match in matches if match.secret):
        parts += (os.fsdecode(name[at:start]), MASK)
        at = max(at, end)
    return ''.join((*parts, os.fsdecode(name[at:])))
