from __future__ import annotations

import base64
import json
import os
import re
from typing import Any

import jsonschema
from hypothesis import given
from hypothesis import strategies as st

import hookline
from hookline import __version__
from hookline.nouns import CheckRun, Judged, Report, Skipped
from hookline.report import jsonreport
from reports import IMAGE_FINDING, RULES, SQL_FINDING, block, finding, report, warn

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PACKAGE = os.path.dirname(hookline.__file__)


def schema() -> Any:
    path = os.path.join(PACKAGE, 'schemas', 'report.schema.json')
    with open(path, encoding='utf-8') as file:
        return json.load(file)


VALIDATOR = jsonschema.Draft202012Validator(schema())


def written(made: Report) -> Any:
    """Return the document, which is valid."""
    document = json.loads(jsonreport.write(made, RULES))
    errors = VALIDATOR.iter_errors(document)
    assert [(list(e.absolute_path), e.message) for e in errors] == []
    return document


# What docs/report.md shows.
EXAMPLE = report(
    block(SQL_FINDING, 'severity high, confidence high'),
    checks=(CheckRun('secrets', 2, 0.031), CheckRun('code', 1, 0.41)),
    files=2,
    lines=240,
    skipped=(Skipped('assets/logo.png', 'binary'),),
    notes=('policy: exclude old/** ended on 2026-10-31',),
    contact='#security',
    root='/home/alice/shop',
)


def test_the_page_shows_what_is_written() -> None:
    with open(os.path.join(TOP, 'docs', 'report.md'), encoding='utf-8') as file:
        page = file.read()
    (shown,) = re.findall(r'```json\n(.*?)```\n', page, re.DOTALL)
    expected = jsonreport.write(EXAMPLE, RULES)
    # the page is not rewritten for each release
    version = '"version": "0.1.0"'
    assert shown == expected.replace(f'"version": "{__version__}"', version)


def test_the_page_names_every_field() -> None:
    with open(os.path.join(TOP, 'docs', 'report.md'), encoding='utf-8') as file:
        page = file.read()
    found = schema()
    for fields in (
        found['properties'],
        found['properties']['summary']['properties'],
        found['$defs']['finding']['properties'],
        found['$defs']['rule']['properties'],
    ):
        for name in fields:
            assert f'`{name}`' in page, name


def test_a_clean_run_has_every_key() -> None:
    document = written(report())
    assert set(document) == set(schema()['properties'])
    assert document['findings'] == []
    assert document['summary'] == {
        'block': 0,
        'warn': 0,
        'drop': 0,
        'failures': 0,
        'files': 10,
        'lines': 1204,
        'commits': 0,
        'seconds': 0.4512,
    }


def test_everything_of_the_report_is_there() -> None:
    document = written(
        report(
            block(finding(commit='8d2c1f0a77e9')),
            warn(IMAGE_FINDING),
            dropped=(Judged(SQL_FINDING, 'drop', 'baseline'),),
            failures=('semgrep was ended',),
            notes=('a note',),
            commits=3,
        )
    )
    summary = document['summary']
    assert [summary[key] for key in ('block', 'warn', 'drop', 'failures')] == [1] * 4
    assert summary['commits'] == 3
    assert [(f['action'], f['rule'], f['commit']) for f in document['findings']] == [
        ('block', 'github-token', '8d2c1f0a77e9'),
        ('warn', 'image-unapproved', ''),
    ]
    assert [f['reason'] for f in document['dropped']] == ['baseline']
    assert list(document['rules']) == [
        *('github-token', 'image-unapproved', 'python-sql-injection')
    ]
    assert document['failures'] == ['semgrep was ended']
    assert document['notes'] == ['a note']


def test_the_identity_of_a_run_is_not_written() -> None:
    # it is keyed for one run, and says nothing outside it
    text = jsonreport.write(report(block(finding(identity=b'identity-of-it'))), RULES)
    assert 'identity' not in text


def test_a_name_that_is_not_utf_8_has_its_bytes_beside_it() -> None:
    document = written(
        report(
            block(finding(path='caf\udce9.py')), skipped=(Skipped('\udcff', 'binary'),)
        )
    )
    (found,) = document['findings']
    assert found['path'] == r'caf\xe9.py'
    assert base64.b64decode(found['path_base64']) == b'caf\xe9.py'
    assert base64.b64decode(document['skipped'][0]['path_base64']) == b'\xff'
    assert 'path_base64' not in written(report(block(finding())))['findings'][0]


TEXTS = st.text(st.characters())


@given(TEXTS, TEXTS)
def test_any_name_and_content_is_read_back(path: str, snippet: str) -> None:
    made = finding(path=path, snippet=snippet)
    text = jsonreport.write(report(block(made), notes=(snippet,)), RULES)
    assert text.isascii()
    (found,) = json.loads(text)['findings']
    assert found['path'] == path or 'path_base64' in found
