"""SARIF 2.1.0, as code scanning services take it.

The limits are GitHub's: https://docs.github.com/en/code-security/code-scanning/
integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from hookline import __version__
from hookline.nouns import Finding, Judged, Report, Rule
from hookline.report.escape import json_text, name_bytes, prose

SCHEMA = (
    'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/'
    'sarif-schema-2.1.0.json'
)
MAX_RESULTS = 25_000
MAX_TAGS = 20
MAX_NOTIFICATIONS = 1_000
MAX_DESCRIPTION = 1_000  # characters; `help` has all of it

_LEVEL = {'block': 'error', 'warn': 'warning', 'drop': 'note'}
_DEFAULT = {'critical': 'error', 'high': 'error', 'medium': 'warning', 'low': 'note'}
# GitHub's bands: over 9.0 critical, from 7.0 high, from 4.0 medium.
_SCORE = {'critical': '9.5', 'high': '8.0', 'medium': '5.5', 'low': '2.0'}


def write(
    report: Report, rules: Mapping[str, Rule], *, suppressed: bool = False
) -> str:
    """Return the log; `suppressed` adds what was dropped.

    Not by default: GitHub does not read `suppressions` and opens an alert for each.
    """
    results = [
        *(judged for judged in report.judged if judged.action == 'block'),
        *(judged for judged in report.judged if judged.action != 'block'),
        *(report.dropped if suppressed else ()),
    ]
    notes = [_note(failure, 'error') for failure in report.failures]
    notes += [_note(f'note: {note}', 'note') for note in report.notes]
    if len(results) > MAX_RESULTS:
        left = len(results) - MAX_RESULTS
        text = f'{left:,} of {len(results):,} results are left out: {MAX_RESULTS:,}'
        notes.append(_note(f'{text} is what code scanning takes', 'warning'))
        results = results[:MAX_RESULTS]
    descriptors, cut = _descriptors([judged.finding for judged in results], rules)
    notes.extend(cut)
    notes.extend(_skipped(report))
    index = {descriptor['id']: place for place, descriptor in enumerate(descriptors)}
    seen: Counter[str] = Counter()
    run = {
        'tool': {
            'driver': {
                'name': 'hookline',
                'version': __version__,
                'semanticVersion': __version__,
                'rules': descriptors,
            }
        },
        'invocations': [
            {
                'executionSuccessful': not report.failures,
                'toolExecutionNotifications': notes,
            }
        ],
        # No absolute path: the log is uploaded, and readers agree on this name for
        # the top of the repository.
        'originalUriBaseIds': {
            '%SRCROOT%': {
                'description': {'text': 'The directory that the paths are relative to.'}
            }
        },
        'columnKind': 'unicodeCodePoints',
        'results': [_result(judged, index, seen) for judged in results],
    }
    return json_text({'$schema': SCHEMA, 'version': '2.1.0', 'runs': [run]})


def _result(
    judged: Judged, index: Mapping[str, int], seen: Counter[str]
) -> dict[str, Any]:
    finding = judged.finding
    text = f'{finding.title}: {finding.message}' if finding.message else finding.title
    # A counter tells equal findings of one file apart, as CodeQL's own hash has it.
    seen[finding.fingerprint] += 1
    result: dict[str, Any] = {
        'ruleId': finding.rule,
        'ruleIndex': index[finding.rule],
        'level': _LEVEL[judged.action],
        'message': {'text': _message(text)},
        'locations': [{'physicalLocation': _location(finding)}],
        'partialFingerprints': {
            'hookline/v1': finding.fingerprint,
            'primaryLocationLineHash': (
                f'{finding.fingerprint}:{seen[finding.fingerprint]}'
            ),
        },
        'properties': {
            'action': judged.action,
            'check': finding.check,
            'confidence': finding.confidence,
            'reason': judged.reason,
            'severity': finding.severity,
        },
    }
    if finding.steps:
        result['codeFlows'] = [_code_flow(finding)]
    if finding.commit:
        result['properties']['commit'] = finding.commit
        result['properties']['author'] = prose(finding.author)
        result['properties']['date'] = finding.date
    if judged.action == 'drop':
        inline = judged.reason.startswith('allowed on line')
        result['suppressions'] = [
            {
                'kind': 'inSource' if inline else 'external',
                'justification': judged.reason,
            }
        ]
    return result


def _code_flow(finding: Finding) -> dict[str, Any]:
    locations = [
        {
            'location': {
                'physicalLocation': {
                    'artifactLocation': artifact(finding.path),
                    'region': {
                        'startLine': step.place.line,
                        'startColumn': step.place.column,
                        'endLine': step.place.end_line,
                        'endColumn': step.place.end_column,
                    },
                },
                'message': {'text': _message(step.said)},
            }
        }
        for step in finding.steps
    ]
    end = {
        'location': {
            'physicalLocation': _location(finding),
            'message': {'text': _message(finding.title)},
        }
    }
    return {'threadFlows': [{'locations': [*locations, end]}]}


def _location(finding: Finding) -> dict[str, Any]:
    place = finding.place
    region: dict[str, Any] = {
        'startLine': place.line,
        'startColumn': place.column,
        'endLine': place.end_line,
        'endColumn': place.end_column,
    }
    location: dict[str, Any] = {
        'artifactLocation': artifact(finding.path),
        'region': region,
    }
    # A log goes to a server: the line of a secret only if something in it is masked.
    if finding.snippet and (finding.check != 'secrets' or '*' in finding.snippet):
        location['contextRegion'] = {
            'startLine': place.line,
            'endLine': place.end_line,
            'snippet': {'text': finding.snippet},
        }
    return location


def artifact(path: str) -> dict[str, str]:
    """Return where a file is: a relative URI, whatever bytes its name has."""
    from urllib.parse import quote

    # a colon stays encoded, or `a:b` would read as a scheme
    uri = quote(name_bytes(path), safe='/')
    if path.startswith('/'):
        return {'uri': f'file://{uri}'}
    return {'uri': uri, 'uriBaseId': '%SRCROOT%'}


def _descriptors(
    findings: Sequence[Finding], rules: Mapping[str, Rule]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the rules of the findings, by id, and what had to be cut from them."""
    descriptors, notes = [], []
    firsts = {finding.rule: finding for finding in reversed(findings)}
    for id_, finding in sorted(firsts.items()):
        rule = rules.get(id_)
        descriptor = _descriptor(rule) if rule else _unknown(finding)
        tags = descriptor['properties']['tags']
        if len(tags) > MAX_TAGS:
            left = f'{len(tags) - MAX_TAGS} of {len(tags)} tags of {id_} are left out'
            notes.append(_note(f'{left}: {MAX_TAGS} is what GitHub takes', 'note'))
            del tags[MAX_TAGS:]
        descriptors.append(descriptor)
    return descriptors, notes


def _descriptor(rule: Rule) -> dict[str, Any]:
    cwe = f'external/cwe/cwe-{rule.cwe:03}'
    references = [url for url in rule.references if url.startswith(('https:', 'http:'))]
    text = f'{rule.why}\n\n{rule.remedy}'
    markdown = f'{rule.why}\n\n**Remedy.** {rule.remedy}'
    if references:
        text += '\n\nReferences:\n' + '\n'.join(references)
        markdown += '\n\n' + '\n'.join(f'- <{url}>' for url in references)
    descriptor: dict[str, Any] = {
        'id': rule.id,
        'name': ''.join(word.capitalize() for word in rule.id.split('-')),
        'shortDescription': {'text': rule.title},
        'fullDescription': {'text': _cut(rule.why)},
        'help': {'text': text, 'markdown': markdown},
        'defaultConfiguration': {'level': _DEFAULT[rule.severity]},
        'properties': {
            'tags': list(
                dict.fromkeys(
                    ['security', *([cwe] if rule.cwe else []), rule.check, *rule.tags]
                )
            ),
            'precision': rule.confidence,
            'security-severity': _SCORE[rule.severity],
        },
    }
    if references:
        descriptor['helpUri'] = references[0]
    return descriptor


def _cut(text: str) -> str:
    return text if len(text) <= MAX_DESCRIPTION else f'{text[: MAX_DESCRIPTION - 3]}...'


def _unknown(finding: Finding) -> dict[str, Any]:
    """Return what a finding alone tells of its rule."""
    return {
        'id': finding.rule,
        'shortDescription': {'text': finding.title},
        'defaultConfiguration': {'level': _DEFAULT[finding.severity]},
        'properties': {
            'tags': ['security', finding.check],
            'precision': finding.confidence,
            'security-severity': _SCORE[finding.severity],
        },
    }


def _skipped(report: Report) -> list[dict[str, Any]]:
    notes = []
    for item in report.skipped[:MAX_NOTIFICATIONS]:
        note = _note(f'skipped: {item.path}: {item.reason}', 'note')
        where = {'physicalLocation': {'artifactLocation': artifact(item.path)}}
        notes.append({**note, 'locations': [where]})
    left = len(report.skipped) - MAX_NOTIFICATIONS
    if left > 0:
        notes.append(_note(f'skipped: {left:,} more files', 'note'))
    return notes


def _note(text: str, level: str) -> dict[str, Any]:
    return {'level': level, 'message': {'text': _message(text)}}


def _message(text: str) -> str:
    """Return content as message text, in which `[text](url)` would be a link."""
    return prose(text).replace('](', '] (')
