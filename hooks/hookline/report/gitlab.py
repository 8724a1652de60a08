"""GitLab code quality: https://docs.gitlab.com/ci/testing/code_quality/."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from hookline.nouns import Report, Rule
from hookline.report.escape import json_text, prose

_SEVERITY = {
    'low': 'minor',
    'medium': 'major',
    'high': 'critical',
    'critical': 'blocker',
}


def write(report: Report, rules: Mapping[str, Rule]) -> str:
    """Return the list of findings; GitLab wants each fingerprint once."""
    seen: Counter[str] = Counter()
    entries = []
    for judged in report.judged:
        finding = judged.finding
        seen[finding.fingerprint] += 1
        text = finding.title
        if finding.message:
            text += f': {finding.message}'
        if finding.commit:
            text += f' ({finding.origin()})'
        entries.append(
            {
                'description': prose(text),
                'check_name': finding.rule,
                'fingerprint': f'{finding.fingerprint}:{seen[finding.fingerprint]}',
                'severity': _SEVERITY[finding.severity],
                'location': {
                    'path': finding.path,
                    'lines': {
                        'begin': finding.place.line,
                        'end': finding.place.end_line,
                    },
                },
            }
        )
    return json_text(entries)
