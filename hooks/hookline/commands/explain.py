"""`hookline explain`: what a rule finds and why it matters, or why a finding is one.

What is said of a finding holds no part of its value: it can be pasted into a report of
a false positive.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import textwrap
from collections.abc import Iterator, Sequence

from hookline.commands.rules import known, mode, shelf_here
from hookline.engines.pattern import Weighed
from hookline.library import Library
from hookline.nouns import Compiled, Failure, Judged, Rule

WIDTH = 88
_PLACE = re.compile(r'(.+?):(\d+)(?::\d+)?')
_FINGERPRINT = re.compile(r'[0-9a-f]{8}(?:-[0-9a-f]{8}){3}(?:-[0-9a-f]{3})?')
OUTCOMES = {'block': 'blocks', 'warn': 'warns', 'drop': 'dropped'}


def main(arguments: Sequence[str]) -> int:
    options = argparse.ArgumentParser(prog='hookline explain', description=__doc__)
    options.add_argument(
        'what',
        metavar='RULE|PATH:LINE|FINGERPRINT',
        help='a rule, or a finding by its place or by its fingerprint in a JSON report',
    )
    options.add_argument('--rules', action='append', default=[], metavar='DIR')
    asked = options.parse_args(list(arguments))
    place = _PLACE.fullmatch(asked.what)
    shelf = shelf_here(asked.rules)
    if _FINGERPRINT.fullmatch(asked.what):
        lines = _by_fingerprint(asked.what, shelf)
    elif place and os.path.isfile(place[1]):
        lines = list(_by_place(place[1], int(place[2]), shelf))
    else:
        lines = list(page(known(shelf, asked.what), shelf.policy()))
    sys.stdout.write('\n'.join(lines) + '\n')
    return 0


def _by_place(path: str, line: int, shelf: Library) -> Iterator[str]:
    """Yield what every rule makes of a line, as the file lies there now."""
    from hookline import lines
    from hookline.commands.scan import find
    from hookline.report.escape import escape

    root = find([path]).root
    name = os.path.relpath(os.path.realpath(path), root).replace(os.sep, '/')
    with open(path, 'rb') as file:
        content = file.read()
    rows = [row for row in _judged(path, shelf) if row.finding.place.line == line]
    places = lines.Lines(content)
    told: dict[tuple[str, int], Weighed] = {}
    for one in _weighed(name, content, shelf):
        place = places.place(one.start, one.end)
        if place.line == line:
            told[one.rule, place.column] = one
    for row in rows:
        finding = row.finding
        yield escape(f'{name}:{line}:{finding.place.column}: {finding.rule}: ') + (
            f'{OUTCOMES[row.action]} ({escape(row.reason)})'
        )
        yield f'    {escape(finding.title)}'
        own = told.pop((finding.rule, finding.place.column), None)
        reasons = own.reasons if own else (finding.message,) * bool(finding.message)
        yield from (f'    {escape(reason)}' for reason in reasons)
    for (rule, column), one in sorted(told.items(), key=lambda item: item[0][1]):
        # Of rules that name one value, the most telling one reports it.
        said = 'a more telling rule reports it' if one.confidence else 'not reported'
        yield escape(f'{name}:{line}:{column}: {rule}: {said}')
        yield from (f'    {escape(reason)}' for reason in one.reasons)
    if not rows and not told:
        yield escape(f'{name}:{line}: no rule finds anything here')


def _by_fingerprint(fingerprint: str, shelf: Library) -> list[str]:
    from hookline.commands.scan import find

    root = find(['.']).root
    for row in _judged('.', shelf):
        if row.finding.fingerprint == fingerprint:
            path = os.path.relpath(os.path.join(root, row.finding.path))
            return list(_by_place(path, row.finding.place.line, shelf))
    raise Failure(f'no finding in {root} has the fingerprint {fingerprint}')


def _judged(path: str, shelf: Library) -> Sequence[Judged]:
    """Return the findings of a file or folder, old ones and dropped ones too."""
    import time

    from hookline import cache, scan, sources
    from hookline.commands.hook import accepted, policy_directory
    from hookline.commands.scan import find, runnable

    target = find([path])
    names, _ = runnable(None)
    today = time.strftime('%Y-%m-%d')
    report = scan.run(
        sources.tree(target.paths, target.root, target.repo, names, lambda _: ''),
        scan.Options(
            checks=names,
            root=target.root,
            today=today,
            jobs=scan.cores(),
            cache=cache.directory(),
            baseline=accepted(policy_directory(target.root)),
        ),
        shelf,
    )
    if report.failures:
        raise Failure(report.failures[0])
    return (*report.judged, *report.dropped)


def _weighed(path: str, content: bytes, shelf: Library) -> Sequence[Weighed]:
    from hookline import checks
    from hookline.engines import pattern

    compiled = shelf.compiled('pattern', lambda: checks.engine('pattern'))
    return pattern.weighed(content, path, compiled)


def page(rule: Rule, compiled: Compiled) -> Iterator[str]:
    name, reason = mode(rule, compiled)
    yield f'{rule.id}: {rule.title}'
    yield ''
    yield f'  check       {rule.check}, by {rule.engine}'
    yield f'  severity    {rule.severity}, confidence {rule.confidence}'
    if rule.cwe:
        yield (
            f'  weakness    CWE-{rule.cwe}, '
            f'https://cwe.mitre.org/data/definitions/{rule.cwe}.html'
        )
    yield f'  here        {_outcome(name)} ({reason})'
    yield f'  file        {rule.document.path}'
    yield ''
    yield 'Why it matters'
    yield from _prose(rule.why)
    yield ''
    yield 'What to do'
    yield from _prose(rule.remedy)
    if rule.bad:
        yield ''
        yield 'It finds'
        yield from _code(rule.bad[0].content)
    if rule.good:
        yield ''
        yield 'It leaves alone'
        yield from _code(rule.good[0].content)
    yield ''
    yield 'To allow one finding, in a comment on its line or the line above'
    said = 'why this one is right'
    if rule.engine in ('image', 'add'):
        # What comes in with an image is answered for by name and for a time.
        said += '; owner=TEAM; ticket=ID; expires=YYYY-MM-DD'
    yield f'    hookline: allow {rule.id} -- {said}'
    yield 'To switch the rule off or down to a warning, in .hookline/policy.yaml'
    yield f'    mode: {{{rule.id}: warn}}'
    if rule.references:
        yield ''
        yield 'More'
        yield from (f'    {reference}' for reference in rule.references)


def _outcome(mode: str) -> str:
    return {'block': 'blocks a commit', 'warn': 'warns', 'off': 'is off'}[mode]


def _prose(text: str) -> Iterator[str]:
    for paragraph in text.split('\n\n'):
        yield from textwrap.wrap(
            ' '.join(paragraph.split()),
            WIDTH,
            initial_indent='    ',
            subsequent_indent='    ',
            break_long_words=False,
            break_on_hyphens=False,
        )


def _code(text: str) -> Iterator[str]:
    """Yield an example as it stands in the file: its templates are not expanded."""
    lines = text.rstrip('\n').split('\n')
    yield from (f'    {line}' for line in lines[:12])
    if len(lines) > 12:
        yield '    …'
