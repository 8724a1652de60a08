"""Other tools' patterns of paths as globs of ours, or not at all.

A glob matches no more than the pattern does, with a slash before the path: what has no
exact counterpart is None.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from hookline import globs

_MOST = 20  # globs that one pattern comes to
_SPECIAL = frozenset('.^$*+?{}[]\\|()')


def of_gitignore(line: str) -> tuple[str, ...] | None:
    """Return the globs for a line of a .gitignore; () for one that says nothing."""
    pattern = line.strip()
    if not pattern or pattern.startswith('#'):
        return ()
    if pattern.startswith('!') or any(one in pattern for one in '?[]\\'):
        return None
    folder = pattern.endswith('/')
    body = pattern.strip('/')
    anchored = pattern.startswith('/') or '/' in body
    if not anchored:
        body = f'**/{body}'
    body = body.removesuffix('/**') if folder else body
    found = (f'{body}/**',) if folder else (body, f'{body}/**')
    if body.endswith('**'):
        found = (body,)
    return None if any(globs.wrong(glob) for glob in found) else found


def of_folder(name: str) -> tuple[str, ...] | None:
    """Return the globs for a file or a folder, anywhere in the tree."""
    body = name.strip().removeprefix('./').strip('/').removesuffix('/*')
    body = body.removeprefix('*/').removeprefix('**/')
    found = (f'**/{body}', f'**/{body}/**')
    return None if any(globs.wrong(glob) for glob in found) else found


def of_regex(regex: str) -> tuple[str, ...] | None:
    """Return the globs for a regex that is searched for in paths."""
    text = regex.strip().removeprefix('(?i)')
    found: dict[str, None] = {}
    for way in itertools.islice(_ways(text), _MOST + 1):
        own = None if way is None else _globs(way)
        if own is None:
            return None
        found.update(dict.fromkeys(own))
    return tuple(found) if len(found) <= _MOST else None


def _ways(regex: str) -> Iterator[str | None]:
    """Yield the regex once for each choice of its groups, without them."""
    depth = 0
    start = -1
    parts: list[str] = []
    at = 0
    while at < len(regex):
        one = regex[at]
        if one == '\\':
            at += 2
            continue
        if one == '[':
            yield None
            return
        if one == '(':
            start = at if depth == 0 else start
            depth += 1
        elif one == ')':
            depth -= 1
            if depth == 0:
                yield from _with_choice(regex, start, at)
                return
        elif one == '|' and depth == 0:
            parts.append(regex[:at])
            yield from _ways(regex[:at])
            yield from _ways(regex[at + 1 :])
            return
        at += 1
    yield regex if depth == 0 else None


def _with_choice(regex: str, start: int, stop: int) -> Iterator[str | None]:
    inner = regex[start + 1 : stop].removeprefix('?:')
    after = regex[stop + 1 :]
    if inner.startswith('?') or after[:1] in ('*', '+', '{'):
        yield None
        return
    if after[:1] == '?':
        after = after[1:]
        yield from _ways(regex[:start] + after)
    for way in _alternatives(inner):
        yield from _ways(regex[:start] + way + after)


def _alternatives(inner: str) -> list[str]:
    found = ['']
    depth = at = 0
    while at < len(inner):
        one = inner[at]
        if one == '\\':
            found[-1] += inner[at : at + 2]
            at += 2
            continue
        depth += (one == '(') - (one == ')')
        if one == '|' and depth == 0:
            found.append('')
        else:
            found[-1] += one
        at += 1
    return found


def _globs(regex: str) -> tuple[str, ...] | None:
    """Return the globs for a regex without groups and choices."""
    starts, ends = regex.startswith('^'), regex.endswith('$') and regex[-2:] != '\\$'
    body = regex[starts : len(regex) - ends]
    tokens = _tokens(body)
    if tokens is None:
        return None
    while tokens[:1] == ['.*'] and not starts:
        tokens = tokens[1:]
    while tokens[-1:] == ['.*'] and not ends:
        tokens = tokens[:-1]
    if not starts:
        tokens = ['.*', *tokens]
    if not ends:
        tokens = [*tokens, '.*']
    pairs = zip(tokens, ['', *tokens], strict=False)
    return _joined([one for one, last in pairs if (one, last) != ('.*', '.*')])


def _tokens(body: str) -> list[str] | None:
    """Return characters and '.*'; None for anything else."""
    tokens: list[str] = []
    at = 0
    while at < len(body):
        one = body[at]
        if one == '\\' and at + 1 < len(body) and not body[at + 1].isalnum():
            tokens.append(body[at + 1])
            at += 2
        elif body.startswith(('.*', '.+'), at):
            tokens.append('.*')
            # A lazy one finds the same paths.
            at += 3 if body[at + 2 : at + 3] == '?' else 2
        elif one == '.' or one not in _SPECIAL:
            # An unescaped dot is nearly always meant as one.
            tokens.append(one)
            at += 1
        else:
            return None
    if any(one in tokens for one in '*?\\{!'):
        return None
    return tokens


def _joined(tokens: list[str]) -> tuple[str, ...] | None:
    """Return the globs for tokens that are matched with a whole path."""
    if {*tokens} <= {'.*'}:
        return None  # all there is: nobody should switch that off unasked
    ways = ['']
    for number, token in enumerate(tokens):
        if token != '.*':
            ways = [way + token for way in ways]
            continue
        before = ''.join(tokens[:number]).endswith('/') or number == 0
        rest = tokens[number + 1 :]
        after = not rest or rest[0] == '/'
        # As many folders as there are, in whole segments only.
        if before and after:
            ways = [f'{way}{"*/" if number and rest else ""}**' for way in ways]
        elif before:
            ways = [f'{way}**/*' for way in ways]
        elif after and not rest:
            ways = [one for way in ways for one in (f'{way}*', f'{way}*/**')]
        else:
            ways = [one for way in ways for one in (f'{way}*', f'{way}*/**/*')]
        if len(ways) > _MOST:
            return None
    return None if any(globs.wrong(way) for way in ways) else tuple(ways)
