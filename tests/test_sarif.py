from __future__ import annotations

import functools
import json
import os
from typing import Any
from urllib.parse import unquote_to_bytes

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.nouns import Judged, Place, Report, Rule, Skipped
from hookline.report import sarif
from reports import (
    IMAGE_FINDING,
    RULES,
    SQL_FINDING,
    block,
    finding,
    report,
    rule,
    warn,
)

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'data')


@functools.cache
def validator() -> jsonschema.Draft4Validator:
    with open(os.path.join(DATA, 'sarif-schema-2.1.0.json'), encoding='utf-8') as file:
        schema = json.load(file)
    return jsonschema.Draft4Validator(
        schema, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER
    )


def written(made: Report, rules: dict[str, Rule] | None = None, **how: Any) -> Any:
    """Return the run of a log that is valid."""
    log = json.loads(sarif.write(made, RULES if rules is None else rules, **how))
    wrong = [(list(e.absolute_path), e.message) for e in validator().iter_errors(log)]
    assert wrong == []
    return log['runs'][0]


def places(run: Any) -> list[tuple[str, str, str, int]]:
    return [
        (
            result['ruleId'],
            result['level'],
            where['physicalLocation']['artifactLocation']['uri'],
            where['physicalLocation']['region']['startLine'],
        )
        for result in run['results']
        for where in result['locations']
    ]


def test_a_clean_run_is_a_log_without_results() -> None:
    run = written(report())
    assert run['results'] == []
    assert run['tool']['driver']['rules'] == []
    assert run['invocations'][0]['executionSuccessful'] is True


def test_blocks_are_errors_and_come_first() -> None:
    run = written(report(warn(IMAGE_FINDING), block(SQL_FINDING), block(finding())))
    assert places(run) == [
        ('python-sql-injection', 'error', 'app/views.py', 41),
        ('github-token', 'error', 'app/settings.py', 14),
        ('image-unapproved', 'warning', 'Dockerfile', 1),
    ]
    rules = run['tool']['driver']['rules']
    for result in run['results']:
        assert rules[result['ruleIndex']]['id'] == result['ruleId']


def test_a_result_has_what_code_scanning_reads() -> None:
    (result,) = written(report(block(SQL_FINDING)))['results']
    assert result == {
        'ruleId': 'python-sql-injection',
        'ruleIndex': 0,
        'level': 'error',
        'message': {
            'text': 'SQL built from request data:'
            ' request.args (line 38) reaches db.execute()'
        },
        'locations': [
            {
                'physicalLocation': {
                    'artifactLocation': {
                        'uri': 'app/views.py',
                        'uriBaseId': '%SRCROOT%',
                    },
                    'region': {
                        'startLine': 41,
                        'startColumn': 12,
                        'endLine': 41,
                        'endColumn': 59,
                    },
                    'contextRegion': {
                        'startLine': 41,
                        'endLine': 41,
                        'snippet': {'text': SQL_FINDING.snippet},
                    },
                }
            }
        ],
        'partialFingerprints': {
            'hookline/v1': '77aa01c9e2d4b863',
            'primaryLocationLineHash': '77aa01c9e2d4b863:1',
        },
        'properties': {
            'action': 'block',
            'check': 'code',
            'confidence': 'high',
            'reason': 'severity critical, confidence high',
            'severity': 'high',
        },
    }


def test_a_rule_has_what_code_scanning_shows() -> None:
    run = written(report(block(SQL_FINDING)))
    (shown,) = run['tool']['driver']['rules']
    assert shown['name'] == 'PythonSqlInjection'
    assert shown['shortDescription'] == {'text': 'SQL built from request data'}
    assert shown['defaultConfiguration'] == {'level': 'error'}
    assert shown['properties'] == {
        'tags': ['security', 'external/cwe/cwe-089', 'code'],
        'precision': 'high',
        'security-severity': '8.0',
    }
    assert '**Remedy.** Pass values as parameters' in shown['help']['markdown']
    assert 'helpUri' not in shown  # it has no reference
    run = written(report(block(finding())))
    (shown,) = run['tool']['driver']['rules']
    assert shown['helpUri'] == 'https://docs.github.com/authentication'


@pytest.mark.parametrize(
    ('fields', 'tags'),
    [
        ({'cwe': 0}, ['security', 'secrets']),  # a native semgrep rule without one
        ({'cwe': 1357}, ['security', 'external/cwe/cwe-1357', 'secrets']),
        ({'cwe': 79, 'tags': ('web', 'security')}, None),
        ({'references': ('see the manual',)}, None),  # not a URI
        ({'why': 'long ' * 1000}, None),
    ],
)
def test_unusual_rules_are_valid(
    fields: dict[str, Any], tags: list[str] | None
) -> None:
    run = written(report(block(finding())), {'github-token': rule(**fields)})
    found = run['tool']['driver']['rules'][0]['properties']['tags']
    assert len(set(found)) == len(found)
    assert tags is None or found == tags


def test_a_rule_that_is_not_in_the_book_is_described_by_its_finding() -> None:
    run = written(report(block(finding(rule='unparsed-python'))), {})
    assert run['tool']['driver']['rules'][0]['id'] == 'unparsed-python'


@pytest.mark.parametrize(
    ('path', 'uri'),
    [
        ('a b.py', 'a%20b.py'),
        ('é.py', '%C3%A9.py'),
        ('caf\udce9.py', 'caf%E9.py'),  # the byte that it is
        ('a:b', 'a%3Ab'),  # or `a` is a scheme
        ('100%.py', '100%25.py'),
        ('a#b?c', 'a%23b%3Fc'),
        ('-/~/x', '-/~/x'),
        ('a\n::error::.py', 'a%0A%3A%3Aerror%3A%3A.py'),
    ],
)
def test_names_are_relative_uris(path: str, uri: str) -> None:
    run = written(report(block(finding(path=path))))
    assert places(run)[0][2] == uri
    assert unquote_to_bytes(uri) == path.encode('utf-8', 'surrogateescape')


def test_no_path_of_the_machine_is_in_the_log() -> None:
    text = sarif.write(report(block(finding()), root='/home/alice/work'), RULES)
    assert 'alice' not in text


def test_a_file_outside_keeps_its_absolute_name() -> None:
    assert sarif.artifact('/etc/a b') == {'uri': 'file:///etc/a%20b'}


def test_equal_findings_stay_apart() -> None:
    results = written(report(block(finding()), block(finding())))['results']
    assert [r['partialFingerprints']['primaryLocationLineHash'] for r in results] == [
        '3f9c2a71d0b84e65:1',
        '3f9c2a71d0b84e65:2',
    ]


def test_the_line_of_a_secret_is_shown_masked_or_not_at_all() -> None:
    run = written(
        report(block(finding()), block(finding(snippet='token = nothing is masked')))
    )
    where = [result['locations'][0]['physicalLocation'] for result in run['results']]
    assert where[0]['contextRegion']['snippet']['text'] == finding().snippet
    assert 'contextRegion' not in where[1]


def test_dropped_findings_are_left_out_unless_asked_for() -> None:
    dropped = (
        Judged(finding(), 'drop', 'allowed on line 13: a test key'),
        Judged(SQL_FINDING, 'drop', 'baseline'),
    )
    made = report(block(IMAGE_FINDING), dropped=dropped)
    assert len(written(made)['results']) == 1
    results = written(made, suppressed=True)['results']
    assert [result.get('suppressions') for result in results] == [
        None,
        [{'kind': 'inSource', 'justification': 'allowed on line 13: a test key'}],
        [{'kind': 'external', 'justification': 'baseline'}],
    ]


def notifications(run: Any) -> list[str]:
    notes = run['invocations'][0]['toolExecutionNotifications']
    return [note['message']['text'] for note in notes]


def test_notes_and_skipped_files_are_notifications() -> None:
    run = written(
        report(
            notes=('code is not installed',), skipped=(Skipped('a b.png', 'binary'),)
        )
    )
    assert notifications(run) == [
        'note: code is not installed',
        'skipped: a b.png: binary',
    ]


def test_a_run_that_failed_in_part_was_not_successful() -> None:
    run = written(report(block(finding()), failures=('semgrep was ended',)))
    assert run['invocations'][0]['executionSuccessful'] is False
    assert notifications(run) == ['semgrep was ended']


def test_what_is_cut_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, 'MAX_RESULTS', 2)
    monkeypatch.setattr(sarif, 'MAX_NOTIFICATIONS', 1)
    run = written(
        report(
            warn(IMAGE_FINDING),
            *(block(finding(place=Place(n, 1, n, 2))) for n in (1, 2)),
            skipped=tuple(Skipped(f'{n}', 'binary') for n in range(1500)),
        )
    )
    # the warning goes, the blocks stay
    assert [place[3] for place in places(run)] == [1, 2]
    assert notifications(run) == [
        '1 of 3 results are left out: 2 is what code scanning takes',
        'skipped: 0: binary',
        'skipped: 1,499 more files',
    ]


def test_tags_are_cut_to_what_github_takes() -> None:
    many = rule(tags=tuple(f'tag-{n}' for n in range(30)))
    run = written(report(block(finding())), {'github-token': many})
    assert len(run['tool']['driver']['rules'][0]['properties']['tags']) == 20
    assert notifications(run) == [
        '13 of 33 tags of github-token are left out: 20 is what GitHub takes'
    ]


def test_the_limits_are_githubs() -> None:
    assert sarif.MAX_RESULTS == 25_000
    assert sarif.MAX_TAGS == 20


def test_content_makes_no_link_in_a_message() -> None:
    made = finding(message='node [approved](https://evil.example) \x1b')
    (result,) = written(report(block(made)))['results']
    assert result['message']['text'] == (
        r'GitHub access token: node [approved] (https://evil.example) \x1b'
    )


HOSTILE = st.text(st.characters())


@settings(max_examples=25, deadline=None)
@given(HOSTILE, HOSTILE, HOSTILE)
def test_any_name_and_content_makes_a_valid_log(
    path: str, message: str, snippet: str
) -> None:
    made = finding(path=f'p{path}', message=message, snippet=snippet)
    made_report = report(
        block(made, message),
        skipped=(Skipped(path, message),),
        notes=(message,),
    )
    text = sarif.write(made_report, RULES)
    assert text.isascii()
    assert '##' not in text
    written(made_report)
