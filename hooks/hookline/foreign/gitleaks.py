"""Reads .gitleaks.toml and .gitleaksignore."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hookline.foreign import Carried, Rules, entry, patterns, rows, texts, toml

_BY_HAND = 'globs have * and ** alone, write it by hand in paths'
_LEFT = {
    'regexes': 'allow what is found in a comment, or accept it in the baseline',
    'stopwords': 'allow what is found in a comment, or accept it in the baseline',
    'commits': 'accept what is found in the baseline: hookline baseline write',
}


def read(name: str, content: bytes, rules: Rules) -> Carried:
    settings = toml.parse(name, content)
    mode: dict[str, str] = {}
    paths: list[Mapping[str, Any]] = []
    left: list[str] = []
    for where, listed in _allowlists(settings):
        _paths(name, where, listed, ('secrets',), paths, left)
    extend = settings.get('extend')
    for disabled in texts(
        extend.get('disabledRules') if isinstance(extend, dict) else 0
    ):
        if disabled in rules:
            mode[disabled] = 'off'
        else:
            left.append(f'extend.disabledRules {disabled}: hookline has no such rule')
    for rule in rows(settings.get('rules')):
        known = str(rule.get('id')) in rules
        if rule.get('regex') or rule.get('path'):
            left.append(
                f'rules {rule.get("id")}: write it as a rule, see docs/rules.md'
            )
        for where, listed in _allowlists(rule):
            if known:
                own = f'rules {rule["id"]} {where}'
                _paths(name, own, listed, (str(rule['id']),), paths, left)
            else:
                left.append(
                    f'rules {rule.get("id")} {where}: hookline has no such rule'
                )
    return Carried(mode=mode, paths=tuple(paths), left=tuple(left))


def _allowlists(table: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    found: list[tuple[str, Mapping[str, Any]]] = []
    for key in ('allowlist', 'allowlists'):
        value = table.get(key, [])
        listed = value if isinstance(value, list) else [value]
        found += [(key, row) for row in rows(listed)]
    return found


def _paths(
    name: str,
    where: str,
    listed: Mapping[str, Any],
    names: tuple[str, ...],
    paths: list[Mapping[str, Any]],
    left: list[str],
) -> None:
    for key, said in _LEFT.items():
        if listed.get(key):
            left.append(f'{where}.{key}: {said}')
    narrowed = any(listed.get(key) for key in _LEFT)
    if listed.get('targetRules') or (listed.get('condition') == 'AND' and narrowed):
        left.append(f'{where}.paths: only some findings there, write it by hand')
        return
    found: list[str] = []
    for regex in texts(listed.get('paths')):
        globs = patterns.of_regex(regex)
        if globs is None:
            left.append(f'{where}.paths {regex}: {_BY_HAND}')
        else:
            found += globs
    if found:
        paths.append(entry(tuple(dict.fromkeys(found)), names, name))


def ignored(content: bytes) -> tuple[set[tuple[str, int]], tuple[str, ...]]:
    """Return the places that a .gitleaksignore names, and the lines that name none.

    A place in a commit is about history: what the tree has there now may be another.
    """
    places: set[tuple[str, int]] = set()
    left: list[str] = []
    for number, row in enumerate(content.decode('utf-8', 'replace').splitlines(), 1):
        line = row.partition('#')[0].strip()
        if not line:
            continue
        found = re.fullmatch(r'(?:([0-9a-f]{40}):)?(.+):([^:]+):(\d+)', line)
        if found is None:
            left.append(f'{number}: not a fingerprint of gitleaks')
        elif found[1]:
            left.append(
                f'{number}: {found[2]}: is about a commit, and no run reads that'
            )
        else:
            places.add((found[2], int(found[4])))
    return places, tuple(left)
