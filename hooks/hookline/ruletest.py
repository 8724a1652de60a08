"""The harness that runs every rule's examples with the real engines.

Each example is a file of its own; each engine runs once over its pile.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hookline import checks, examples
from hookline.nouns import Change, Document, Engine, Rule, Run

_USUAL_NAME = {
    'bandit': 'example.py',
    'hadolint': 'Dockerfile',
    'image': 'Dockerfile',
    'add': 'Dockerfile',
}
_EXTENSIONS = {
    'python': 'py',
    'javascript': 'js',
    'js': 'js',
    'typescript': 'ts',
    'ts': 'ts',
    'java': 'java',
    'go': 'go',
    'bash': 'sh',
    'terraform': 'tf',
}
# Where a file of the language lies, or what it is called.
_NAMES = {
    'dockerfile': 'Dockerfile',
    'actions': '.github/workflows/example.yml',
    'kubernetes': 'example.yaml',
    'compose': 'compose.yaml',
    'nginx': 'nginx.conf',
    'apache': 'httpd.conf',
    'sshd': 'sshd_config',
}
# Which engine reports the `unparsed` rule of a language.
_UNPARSED = {'dockerfile': 'hadolint', 'manifest': 'image'}
TIME_LIMIT = 600.0


class Failed(NamedTuple):
    """An example that does not hold."""

    name: str  # 'github-token.good.1'
    rule: Rule
    text: str


def run(
    rules: Iterable[Rule], images: Sequence[Document], jobs: int = 2
) -> list[Failed]:
    """Return the examples of `rules` that do not hold; raise Failure as engines do."""
    piles: dict[tuple[str, str], list[Rule]] = {}
    for rule in rules:
        name = rule.engine
        if name == 'flow':
            name = 'semgrep'
        if name == 'unparsed':
            name = _UNPARSED.get(str(rule.block.get('language')), 'semgrep')
        # A rule whose examples have an images.yaml of their own runs alone.
        alone = rule.id if 'images' in rule.block else ''
        piles.setdefault((name, alone), []).append(rule)
    failed: list[Failed] = []
    for (name, alone), pile in piles.items():
        layers = list(images)
        if alone:
            document = pile[0].document
            layers.append(Document(document.path, pile[0].block['images'], {}))
        failed += _run_pile(checks.engine(name), pile, layers, jobs)
    return failed


def _run_pile(
    module: Engine, rules: Sequence[Rule], images: Sequence[Document], jobs: int
) -> list[Failed]:
    changes: dict[str, Change] = {}
    expected: list[tuple[str, Rule, bool]] = []
    for rule in rules:
        for kind, rows in (('bad', rule.bad), ('good', rule.good)):
            for number, example in enumerate(rows, 1):
                name = f'{rule.id}.{kind}.{number}'
                path = f'{name}/{example.path or usual_name(rule)}'
                text = examples.expand(example.content, f'{rule.id}.{number}')
                changes[name] = Change(path, text.encode())
                expected.append((name, rule, kind == 'bad'))
    limits = Run(cache='', jobs=jobs, deadline=time.monotonic() + TIME_LIMIT)
    taken = [change for change in changes.values() if module.takes(change)]
    found = {
        (match.path, match.rule)
        for match in module.find(taken, module.compile(rules, images), limits)
        if not match.disproved
    }
    failed: list[Failed] = []
    for name, rule, bad in expected:
        hit = (changes[name].path, rule.id) in found
        if bad and not hit:
            failed.append(Failed(name, rule, 'must be found and is not'))
        elif hit and not bad:
            failed.append(Failed(name, rule, 'must not be found and is'))
    return failed


def usual_name(rule: Rule) -> str:
    """Return the name of an example's file where the example gives none."""
    if rule.engine in ('semgrep', 'flow', 'unparsed'):
        languages = rule.block.get('languages') or [rule.block.get('language')]
        ending = _EXTENSIONS.get(languages[0], 'txt')
        return _NAMES.get(languages[0], f'example.{ending}')
    return _USUAL_NAME.get(rule.engine, 'example.txt')


def describe(failed: Failed) -> str:
    path = failed.rule.document.path
    _, kind, number = failed.name.rsplit('.', 2)
    line = failed.rule.document.lines.get(f'examples.{kind}.{int(number) - 1}', 1)
    return f'{path}:{line}: {failed.name}: {failed.text}'
