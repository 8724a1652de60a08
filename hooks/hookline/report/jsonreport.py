"""The report for programs, all of it; docs/report.md and report.schema.json say how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hookline import __version__
from hookline.nouns import Judged, Report, Rule
from hookline.report.escape import json_text, name_bytes

VERSION = 1


def write(report: Report, rules: Mapping[str, Rule]) -> str:
    used = {judged.finding.rule for judged in (*report.judged, *report.dropped)}
    return json_text(
        {
            'version': VERSION,
            'tool': {'name': 'hookline', 'version': __version__},
            'summary': {
                'block': _actions(report, 'block'),
                'warn': _actions(report, 'warn'),
                'drop': len(report.dropped),
                'failures': len(report.failures),
                'files': report.files,
                'lines': report.lines,
                'commits': report.commits,
                'seconds': round(report.seconds, 6),
            },
            'findings': [_finding(judged) for judged in report.judged],
            'dropped': [_finding(judged) for judged in report.dropped],
            'rules': {id_: _rule(rules[id_]) for id_ in sorted(used & rules.keys())},
            'checks': [
                {
                    'name': check.name,
                    'files': check.files,
                    'seconds': round(check.seconds, 6),
                }
                for check in report.checks
            ],
            'skipped': [
                {**_path(item.path), 'reason': item.reason} for item in report.skipped
            ],
            'failures': report.failures,
            'notes': report.notes,
            'contact': report.contact,
            'root': report.root,
        }
    )


def _actions(report: Report, action: str) -> int:
    return sum(judged.action == action for judged in report.judged)


def _finding(judged: Judged) -> dict[str, Any]:
    finding, place = judged.finding, judged.finding.place
    return {
        'action': judged.action,
        'reason': judged.reason,
        'rule': finding.rule,
        'check': finding.check,
        'title': finding.title,
        'severity': finding.severity,
        'confidence': finding.confidence,
        **_path(finding.path),
        'line': place.line,
        'column': place.column,
        'end_line': place.end_line,
        'end_column': place.end_column,
        'message': finding.message,
        'snippet': finding.snippet,
        'caret': list(finding.caret),
        'context': finding.context,
        'commit': finding.commit,
        'author': finding.author,
        'date': finding.date,
        'steps': [
            {
                'line': step.place.line,
                'column': step.place.column,
                'end_line': step.place.end_line,
                'end_column': step.place.end_column,
                'text': step.said,
            }
            for step in finding.steps
        ],
        'fingerprint': finding.fingerprint,
    }


def _path(path: str) -> dict[str, str]:
    """Return the path, and its bytes where they are not UTF-8."""
    try:
        path.encode()
    except UnicodeEncodeError:
        import base64

        encoded = base64.b64encode(name_bytes(path)).decode()
        return {'path': path, 'path_base64': encoded}
    return {'path': path}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        'check': rule.check,
        'engine': rule.engine,
        'title': rule.title,
        'severity': rule.severity,
        'confidence': rule.confidence,
        'cwe': rule.cwe,
        'why': rule.why,
        'remedy': rule.remedy,
        'references': list(rule.references),
        'tags': list(rule.tags),
    }
