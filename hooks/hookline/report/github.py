"""GitHub annotations: workflow commands that the runner turns into notes on lines.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Mapping

from hookline.nouns import Judged, Report, Rule
from hookline.report.escape import escape

_COMMAND = {'block': 'error', 'warn': 'warning'}


def wanted(environ: Mapping[str, str]) -> bool:
    """Say whether a GitHub runner reads what we print."""
    return environ.get('GITHUB_ACTIONS') == 'true'


def write(report: Report, rules: Mapping[str, Rule]) -> str:
    """Return a line for each failure and finding: GitHub shows the first ten errors."""
    lines = [f'::error title=hookline::{_data(text)}' for text in report.failures]
    lines += [
        _annotation(judged, rules)
        for action in _COMMAND
        for judged in report.judged
        if judged.action == action
    ]
    lines += [f'::notice title=hookline::{_data(note)}' for note in report.notes]
    return ''.join(f'{line}\n' for line in lines)


def _annotation(judged: Judged, rules: Mapping[str, Rule]) -> str:
    finding, place = judged.finding, judged.finding.place
    properties = {
        'file': finding.path,
        'line': str(place.line),
        'endLine': str(place.end_line),
        'col': str(place.column),
        'endColumn': str(max(place.end_column - 1, place.column)),
        'title': f'{finding.severity} {finding.rule}',
    }
    if place.end_line > place.line:
        del properties['endColumn']  # GitHub takes it on one line only
    paragraphs = [finding.title]
    if finding.message:
        paragraphs.extend(finding.message.split('\n'))
    if finding.commit:
        paragraphs.append(f'Brought by {finding.origin()}')
    rule = rules.get(finding.rule)
    if rule is not None:
        paragraphs.append(' '.join(rule.remedy.split()))
    paragraphs.append(f'More: hookline explain {finding.rule}')
    listed = ','.join(f'{key}={_property(value)}' for key, value in properties.items())
    message = '%0A'.join(_data(paragraph) for paragraph in paragraphs)
    return f'::{_COMMAND[judged.action]} {listed}::{message}'


def _data(text: str) -> str:
    return escape(text).replace('%', '%25')


def _property(text: str) -> str:
    return _data(text).replace(':', '%3A').replace(',', '%2C')
