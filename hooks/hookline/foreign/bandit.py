"""Reads bandit's settings: .bandit, bandit.yaml, and its part of pyproject.toml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hookline import globs, yamlfile
from hookline.foreign import Carried, Rules, entry, patterns, texts, toml
from hookline.nouns import Failure

# Of .bandit: what the program reads and reports, which is the hook's matter here.
_OF_THE_RUN = frozenset(
    (
        *('targets', 'recursive', 'aggregate', 'number', 'context-lines', 'format'),
        *('msg-template', 'output-file', 'verbose', 'debug', 'quiet', 'ini-path'),
        *('exit-zero', 'ignore-nosec', 'baseline'),
    )
)


def read(name: str, content: bytes, rules: Rules) -> Carried:
    if name.endswith('.toml'):
        tool = toml.parse(name, content).get('tool', {})
        settings = tool.get('bandit', {}) if isinstance(tool, dict) else {}
    elif name.endswith(('.yaml', '.yml')):
        settings = yamlfile.parse(content, name).value or {}
    else:
        settings = _ini(name, content)
    if not isinstance(settings, Mapping):
        raise Failure(f'{name}: expected settings of bandit')
    return _carried(name, settings, rules)


def _ini(name: str, content: bytes) -> dict[str, Any]:
    import configparser

    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(content.decode('utf-8', 'replace'))
    except configparser.Error:
        raise Failure(f'{name}: not an INI file') from None
    if not parser.has_section('bandit'):
        return {}
    return dict(parser.items('bandit'))


def _carried(name: str, settings: Mapping[str, Any], rules: Rules) -> Carried:
    tests = {
        str(rule.block.get('test')): rule.id
        for rule in rules.values()
        if rule.engine == 'bandit'
    }
    mode: dict[str, str] = {}
    paths: list[Mapping[str, Any]] = []
    left: list[str] = []
    for key, value in settings.items():
        plain = str(key).replace('_', '-')
        if plain == 'skips':
            for test in _list(value):
                if test.upper() in tests:
                    mode[tests[test.upper()]] = 'off'
                else:
                    left.append(f'skips {test}: there is no such test any more')
        elif plain == 'tests':
            chosen = {test.upper() for test in _list(value)}
            if chosen:
                others = [rule for test, rule in tests.items() if test not in chosen]
                mode.update(dict.fromkeys(sorted(others), 'off'))
        elif plain in ('exclude', 'exclude-dirs'):
            for folder in _list(value):
                found = patterns.of_folder(folder)
                if found:
                    paths.append(entry(found, ('bandit',), name))
                else:
                    left.append(f'{key} {folder}: write it as a glob in paths')
        elif plain == 'assert-used' and isinstance(value, Mapping):
            _asserts(name, value, tests, paths, left)
        elif plain in ('severity', 'level', 'confidence', 'severity-level'):
            left.append(f'{key}: see block_at, which is for all checks')
        elif plain not in _OF_THE_RUN:
            left.append(f'{key}: tests run with their defaults')
    return Carried(mode=mode, paths=tuple(paths), left=tuple(left))


def _asserts(
    name: str,
    value: Mapping[str, Any],
    tests: Mapping[str, str],
    paths: list[Mapping[str, Any]],
    left: list[str],
) -> None:
    for pattern in _list(value.get('skips', [])):
        # bandit's star goes over slashes, in front at least ours must as well.
        tail = pattern.removeprefix('*/')
        glob = pattern if tail == pattern else f'**/{tail}'
        if tail == pattern and pattern.startswith('*'):
            glob = f'**/{pattern}'
        if 'B101' not in tests or globs.wrong(glob):
            left.append(f'assert_used.skips {pattern}: write it as a glob in paths')
        else:
            paths.append(entry((glob,), (tests['B101'],), name))


def _list(value: Any) -> list[str]:
    """Return a list that may be written as text with commas."""
    if isinstance(value, str):
        return [one.strip() for one in value.split(',') if one.strip()]
    return texts(value)
