"""Reads what a .secrets.baseline says beside its findings: files, plugins, limits."""

from __future__ import annotations

import json
from typing import Any

from hookline import foreignbaseline
from hookline.foreign import Carried, Rules, entry, patterns, rows

_FILES = 'detect_secrets.filters.regex.should_exclude_file'
_LEFT = {
    'detect_secrets.filters.regex.should_exclude_line': 'allow it in a comment',
    'detect_secrets.filters.regex.should_exclude_secret': 'allow it in a comment',
    'detect_secrets.filters.wordlist.should_exclude_secret': 'allow it in a comment',
}
_USUAL = {'Base64HighEntropyString': 4.5, 'HexHighEntropyString': 3.0}


def read(name: str, content: bytes, rules: Rules) -> Carried:
    foreignbaseline.read(content, name)
    settings: dict[str, Any] = json.loads(content)
    excluded: list[str] = []
    left: list[str] = []
    for row in rows(settings.get('filters_used')):
        path = str(row.get('path'))
        if path == _FILES:
            pattern = row.get('pattern', [])
            excluded += pattern if isinstance(pattern, list) else [pattern]
        elif path in _LEFT:
            left.append(f'{path.rpartition(".")[2]}: {_LEFT[path]}')
        elif not path.startswith('detect_secrets.filters.'):
            left.append(f'filter {path}: code of your own is not run')
    old = settings.get('exclude')
    if isinstance(old, dict):
        excluded += [str(old['files'])] if old.get('files') else []
        left += ['exclude.lines: allow them in comments'] if old.get('lines') else []
    found: list[str] = []
    for regex in excluded:
        globs = patterns.of_regex(str(regex))
        if globs is None:
            left.append(f'files {regex}: globs have * and ** alone, write it by hand')
        else:
            found += globs
    for row in rows(settings.get('plugins_used')):
        plugin = str(row.get('name'))
        limit = row.get('limit')
        if plugin in _USUAL and limit is not None and limit != _USUAL[plugin]:
            left.append(f'{plugin} limit {limit}: replace its rule, see docs/rules.md')
        if row.get('path'):
            left.append(f'plugin {plugin}: code of your own is not run')
    globs = tuple(dict.fromkeys(found))
    paths = (entry(globs, ('secrets',), name),) if globs else ()
    return Carried(paths=paths, baseline=True, left=tuple(left))
