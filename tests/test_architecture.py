"""Imports point one way; ARCHITECTURE.md says which."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import hookline

PACKAGE = Path(hookline.__file__).parent
NOUNS = {'nouns'}
# Knows nothing but nouns, and each other downwards.
TEXT = {'lines', 'globs', 'fingerprints', 'regexes', 'languages', 'escape', 'limits'}
OUTSIDE = {
    *('git', 'programs', 'cache', 'yamlfile', 'rulebook', 'databases', 'lazyre'),
    *('processes', 'plain'),
}
TOP = {'cli', 'commands', 'scan', 'checks', 'library', 'sources', 'prepared', 'packs'}


def imports() -> dict[str, set[str]]:
    """Return what each module imports of hookline, at any depth of its code."""
    found: dict[str, set[str]] = {}
    for path in PACKAGE.rglob('*.py'):
        name = '.'.join(path.relative_to(PACKAGE).with_suffix('').parts)
        if name.startswith('rules.'):
            continue
        used: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
            if isinstance(node, ast.ImportFrom):
                module = node.module or ''
                if module == 'hookline.light':
                    continue  # stands for typing
                if module.split('.')[0] == 'hookline':
                    inside = module.split('.')[1:]
                    used |= {'.'.join((*inside, alias.name)) for alias in node.names}
            elif isinstance(node, ast.Import):
                used |= {
                    alias.name.removeprefix('hookline.')
                    for alias in node.names
                    if alias.name.startswith('hookline.')
                }
        found[name] = used
    return found


def heads(names: set[str]) -> set[str]:
    return {name.split('.')[0] for name in names}


def test_nouns_know_nothing() -> None:
    assert imports()['nouns'] == set()


def test_the_outside_knows_nouns_and_the_outside() -> None:
    for name, used in imports().items():
        if name in OUTSIDE:
            assert heads(used) <= NOUNS | OUTSIDE | TEXT, name


def test_engines_know_neither_each_other_nor_git_nor_the_top() -> None:
    for name, used in imports().items():
        if name.startswith('engines.'):
            assert not heads(used) & (TOP | {'git', 'report'}), name
            # A worker is the other half of its engine, in another process.
            others = {x for x in used if x.startswith('engines.')}
            assert all(x.startswith(f'{name}_worker') for x in others), name


def test_policy_and_reports_know_nouns() -> None:
    below = NOUNS | TEXT | OUTSIDE - {'git', 'programs'}
    own = {'policy', 'policyfile', 'report', '__version__', 'inline', 'baseline'}
    for name, used in imports().items():
        if name in ('policy', 'policyfile') or name.startswith('report.'):
            assert heads(used) <= below | own, name


def test_only_one_module_starts_programs_and_two_say_which() -> None:
    starters = {
        name
        for name in imports()
        if 'import subprocess'
        in (PACKAGE / f'{name.replace(".", os.sep)}.py').read_text(encoding='utf-8')
    }
    assert starters == {'processes'}
    users = {name for name, used in imports().items() if 'processes' in used}
    assert users == {'git', 'programs'}


def test_parts_of_the_flow_engine_know_each_other_downwards_only() -> None:
    left = {
        name.partition('.')[2]: {
            used.split('.')[1]
            for used in names
            if used.startswith('flow.') and used.count('.') >= 1
        }
        for name, names in imports().items()
        if name.startswith('flow.')
    }
    while left:
        lowest = {name for name, used in left.items() if not used & left.keys()}
        assert lowest, f'these know each other: {sorted(left)}'
        left = {name: used for name, used in left.items() if name not in lowest}
