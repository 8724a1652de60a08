"""`hookline explain RULE`: what a rule finds, why it matters and what to do."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Iterator, Sequence

from hookline.commands.rules import known, mode, shelf_here
from hookline.nouns import Compiled, Rule

WIDTH = 88


def main(arguments: Sequence[str]) -> int:
    options = argparse.ArgumentParser(prog='hookline explain', description=__doc__)
    options.add_argument('rule', metavar='RULE')
    options.add_argument('--rules', action='append', default=[], metavar='DIR')
    asked = options.parse_args(list(arguments))
    shelf = shelf_here(asked.rules)
    rule = known(shelf, asked.rule)
    sys.stdout.write('\n'.join(page(rule, shelf.policy())) + '\n')
    return 0


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
