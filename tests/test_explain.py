"""`hookline explain`, and what --verbose says of values that were taken for none."""

from __future__ import annotations

import json

import pytest

from conftest import Repo, hookline
from values import password

SECRET = f'{password()}!'


@pytest.fixture
def findings(repo: Repo) -> Repo:
    settings = (
        f'NAME = "shop"\nPASSWORD = "{SECRET}"\nTOKEN = "your-token-here"\n'
        'API_KEY = "an-identifier-of-words"\n'
    )
    repo.commit({'app/settings.py': settings})
    return repo


def explained(repo: Repo, what: str) -> str:
    outcome = hookline('explain', what, cwd=repo.path)
    assert outcome.status == 0, outcome.err
    # Nobody's report of a false positive may give away what it is about.
    for length in (len(SECRET), 6):
        assert not any(
            SECRET[at : at + length] in outcome.out
            for at in range(len(SECRET) - length + 1)
        )
    return outcome.out


def test_a_place_is_explained_with_each_weight_and_their_sum(findings: Repo) -> None:
    said = explained(findings, 'app/settings.py:2')
    assert 'app/settings.py:2:13: hardcoded-password: blocks' in said
    assert '    +3  the key is that of a password\n' in said
    assert '    +1  quoted\n' in said
    assert 'in all: high confidence (from 6)' in said


def test_a_place_is_explained_from_below_the_top(findings: Repo) -> None:
    outcome = hookline('explain', 'settings.py:2', cwd=findings.path / 'app')
    assert outcome.status == 0, outcome
    assert outcome.out.startswith('app/settings.py:2:13: hardcoded-password: blocks')


def test_what_was_taken_for_no_secret_is_explained(findings: Repo) -> None:
    assert 'not reported\n    no secret: a placeholder' in explained(
        findings, 'app/settings.py:3'
    )
    said = explained(findings, 'app/settings.py:4')
    assert '    -4  made of words\n' in said
    assert 'in all: no secret (below 2)' in said


def test_a_line_without_anything_says_so(findings: Repo) -> None:
    said = explained(findings, 'app/settings.py:1')
    assert said == 'app/settings.py:1: no rule finds anything here\n'


def test_a_fingerprint_of_a_report_is_explained(findings: Repo) -> None:
    outcome = hookline(
        'scan', '--check', 'secrets', '--format', 'json', cwd=findings.path
    )
    (found,) = [
        row['fingerprint']
        for row in json.loads(outcome.out)['findings']
        if row['rule'] == 'hardcoded-password'
    ]
    said = explained(findings, found)
    assert said == explained(findings, 'app/settings.py:2')


def test_an_unknown_fingerprint_is_status_2(findings: Repo) -> None:
    unknown = '-'.join(('00000000',) * 4)
    outcome = hookline('explain', unknown, cwd=findings.path)
    assert outcome.status == 2
    assert unknown in outcome.err


def test_verbose_says_what_was_dropped_and_why(findings: Repo) -> None:
    outcome = hookline('scan', '-v', '--check', 'secrets', cwd=findings.path)
    dropped = [row for row in outcome.out.splitlines() if row.startswith('dropped: ')]
    assert dropped[0] == (
        'dropped: app/settings.py:3:10: high hardcoded-token: '
        'Access token in the source [no secret: a placeholder]'
    )
    assert dropped[1].startswith('dropped: app/settings.py:4:12: high hardcoded-key: ')
    assert 'in all: no secret' in dropped[1]
    assert SECRET not in outcome.out


def test_verbose_says_so_at_commit(repo: Repo) -> None:
    repo.stage('a.py', 'TOKEN = "your-token-here"\n')
    outcome = repo.hook('secrets', '--verbose', 'a.py')
    assert outcome.status == 0
    assert outcome.out.startswith('dropped: a.py:1:10: high hardcoded-token: ')
    assert '[no secret: a placeholder]' in outcome.out
