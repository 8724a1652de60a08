"""Reads .semgrepignore: what semgrep leaves out, and nothing else does."""

from __future__ import annotations

from hookline.foreign import Carried, Rules, entry, patterns


def read(name: str, content: bytes, rules: Rules) -> Carried:
    found: list[str] = []
    left: list[str] = []
    for number, line in enumerate(content.decode('utf-8', 'replace').splitlines(), 1):
        if line.startswith(':include'):
            left.append(f'{number}: {line}: what git ignores is in no commit')
            continue
        globs = patterns.of_gitignore(line)
        if globs is None:
            left.append(
                f'{number}: {line}: globs have * and ** alone, write it by hand'
            )
        else:
            found += globs
    paths = (entry(tuple(found), ('semgrep',), name),) if found else ()
    return Carried(paths=paths, left=tuple(left))
