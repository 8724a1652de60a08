"""`hookline explain`, and what --verbose says of values that were taken for none."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from textwrap import dedent

import pytest

from conftest import Repo, hookline
from hookline.examples import expand
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


@pytest.mark.parametrize(
    ('line', 'reason'),
    [
        (f'MAPS_KEY = "AIzaSy{"ab" * 16}c"', 'less than 3.5 bits a character'),
        (f'stripe_key = "sk_live_fake{password()}xy"', 'a placeholder'),
        (
            expand('ably = "{{alpha:6}}.{{alpha:6}}:{{alpha:43}}"', 'one'),
            'not letters and digits both',
        ),
    ],
)
def test_a_provider_rule_says_why_it_left_a_value_alone(
    repo: Repo, line: str, reason: str
) -> None:
    repo.commit({'a.py': f'{line}\n'})
    assert f'not reported\n    no secret: {reason}\n' in explained(repo, 'a.py:1')


def test_a_list_of_values_to_leave_alone_is_named(repo: Repo) -> None:
    rule = """
        id: acme-key
        title: Key of Acme
        severity: high
        confidence: high
        cwe: 798
        why: It opens Acme.
        remedy: Revoke it.
        pattern:
          regex: 'acme_[a-z]{8}'
          ignore: ['^acme_sam']
    """
    repo.commit({'a.txt': 'acme_sampling\n'})
    repo.write('.hookline/secrets/acme-key.yaml', dedent(rule))
    said = explained(repo, 'a.txt:1')
    assert 'no secret: on the list of values that the rule leaves alone' in said


def test_what_everybody_may_copy_is_no_finding_of_any_engine(repo: Repo) -> None:
    parts = (
        b'{"alg":"HS256","typ":"JWT"}',
        b'{"sub":"1234567890","name":"John Doe","iat":1516239022}',
    )
    signed = b'.'.join(urlsafe_b64encode(part).rstrip(b'=') for part in parts)
    # What jwt.io shows whoever opens it, and one that only looks like it.
    for key, found in ((b'your-256-bit-secret', False), (b'k9', True)):
        made = hmac.digest(key, signed, 'sha256')
        token = b'.'.join((signed, urlsafe_b64encode(made).rstrip(b'='))).decode()
        repo.stage('a.py', f'TOKEN = "{token}"\n')
        outcome = repo.hook('secrets', '-v', 'a.py')
        assert bool(outcome.status) is found, outcome.out
        assert ('a published example, which opens nothing' in outcome.out) is not found


def test_verbose_changes_no_outcome(repo: Repo) -> None:
    # Two rules look at each value, and one of them takes it for no secret.
    repo.commit(
        {
            'a.txt': 'Server=host;User Id=username;Password=secret;Database=shop;\n',
            'b.txt': f'"API_KEY", \'"{expand("{{hex:32}}", "one")}"\'\n',
        }
    )
    quiet, verbose = (
        [
            (row['path'], row['rule'], row['action'])
            for row in json.loads(
                hookline(
                    *('scan', '--check', 'secrets', '--format', 'json', *option),
                    cwd=repo.path,
                ).out
            )['findings']
            if row['action'] != 'drop'
        ]
        for option in ((), ('-v',))
    )
    assert {path for path, _, _ in quiet} == {'a.txt', 'b.txt'}
    assert verbose == quiet
