"""Globs over paths: `*` within one segment, `**` for any number of them, no more.

Case-sensitive, and always from the top: `*.md` is not `docs/a.md`, `**/*.md` is. No
regular expression is behind it, so no glob can be slow.
"""

from __future__ import annotations

from hookline.light import Sequence

# A segment is its text cut at each `*`; None is `**`. marshal can store it.
Segment = tuple[str, ...]
Glob = tuple['Segment | None', ...]
_ANY: Segment = ('', '')


def wrong(text: str) -> str:
    """Return what is wrong with a glob, or ''."""
    if not text:
        return 'an empty glob matches nothing'
    if '\\' in text:
        return f'{text}: paths have forward slashes, and nothing is escaped'
    if text.startswith('!'):
        return f'{text}: a glob cannot be negated'
    if '?' in text:
        return f'{text}: only * and ** have a meaning in a glob'
    if '{' in text and ',' in text.partition('{')[2].partition('}')[0]:
        return f'{text}: write one glob for each alternative'
    if text.endswith('/'):
        return f'{text}: write {text}** for everything in that directory'
    segments = text.split('/')
    if not segments[0]:
        return f'{text}: paths start at the top of the repository, without a slash'
    if any(segment in ('', '.', '..') for segment in segments):
        return f'{text}: write the path as git does, without ., .. or //'
    for segment in segments:
        if '**' in segment and segment != '**':
            return f'{text}: ** is a segment of its own, as in a/**/b'
    return ''


def compile(text: str) -> Glob:
    """Return a glob that `wrong` has nothing to say about, ready for `matches`."""
    found: list[Segment | None] = []
    for segment in text.split('/'):
        if segment != '**':
            found.append(tuple(segment.split('*')))
        elif not found or found[-1] is not None:
            found.append(None)
    if found[-1] is None:
        found.append(_ANY)  # `a/**` is what lies in a, not a itself
    return tuple(found)


def matches(path: str, glob: Glob) -> bool:
    """Say whether the whole of `path` matches."""
    segments = path.split('/')
    runs = _runs(glob)
    if len(runs) == 1:
        return len(segments) == len(runs[0]) and _at(segments, 0, runs[0])
    first, *middle, last = runs
    start, end = len(first), len(segments) - len(last)
    if start > end or not _at(segments, 0, first) or not _at(segments, end, last):
        return False
    # The leftmost place is always good enough: what follows only needs room.
    for run in middle:
        while start + len(run) <= end and not _at(segments, start, run):
            start += 1
        start += len(run)
    return start <= end


def reaches(segments: Sequence[str], glob: Glob) -> bool:
    """Say whether anything that begins with these segments can match."""
    for segment, pieces in zip(segments, glob, strict=False):
        if pieces is None:
            return True
        if not _segment(segment, pieces):
            return False
    return len(segments) < len(glob)


def any_matches(path: str, globs: Sequence[Glob]) -> bool:
    return any(matches(path, glob) for glob in globs)


def _runs(glob: Glob) -> list[list[Segment]]:
    """Cut a glob at each `**`."""
    runs: list[list[Segment]] = [[]]
    for segment in glob:
        if segment is None:
            runs.append([])
        else:
            runs[-1].append(segment)
    return runs


def _at(segments: Sequence[str], start: int, run: Sequence[Segment]) -> bool:
    return all(
        _segment(segments[start + number], pieces) for number, pieces in enumerate(run)
    )


def _segment(text: str, pieces: Segment) -> bool:
    if len(pieces) == 1:
        return text == pieces[0]
    first, *middle, last = pieces
    if len(text) < len(first) + len(last):
        return False
    if not text.startswith(first) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for piece in middle:
        at = text.find(piece, at, end)
        if at < 0:
            return False
        at += len(piece)
    return True
