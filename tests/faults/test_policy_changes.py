"""Fault 18: a change does not switch off what it is checked by."""

from __future__ import annotations

import pytest
from ways import CLEAN, LINE, install, push, remote

from conftest import Outcome, Repo, hookline, places

RULE = """\
id: github-token
title: Mine
severity: low
confidence: low
cwe: 798
why: x
remedy: x
pattern: {regex: 'never-ever-[0-9]{20}'}
"""
POLICIES = {
    'mode off': ('policy.yaml', 'version: 1\nmode: {secrets: "off"}\n'),
    'mode warn': ('policy.yaml', 'version: 1\nmode: {github-token: warn}\n'),
    'thresholds': (
        'policy.yaml',
        'version: 1\nmode: {secrets: warn}\nblock_at: {severity: critical}\n',
    ),
    'exclude': (
        'policy.yaml',
        'version: 1\nexclude:\n  - {match: ["**"], reason: mine}\n',
    ),
    'a path': (
        'policy.yaml',
        'paths:\n  - {match: ["**"], mode: {secrets: "off"}, reason: mine}\n',
    ),
    'a rule': (
        'secrets/github-token.yaml',
        RULE,
    ),
}


def both_ways(repo: Repo, base: str) -> list[Outcome]:
    tip = repo.git('rev-parse', 'HEAD').strip()
    refs = {'PRE_COMMIT_FROM_REF': base, 'PRE_COMMIT_TO_REF': tip}
    return [
        hookline('scan', f'--range={base}..{tip}', '--check=secrets', cwd=repo.path),
        repo.hook('secrets', 'a.py', env=refs),
        repo.hook('secrets', '--from-ref', base, '--to-ref', tip, 'a.py'),
    ]


@pytest.mark.parametrize('how', POLICIES)
def test_a_change_of_the_policy_does_not_count_for_itself(repo: Repo, how: str) -> None:
    base = repo.commit({'b.py': CLEAN})
    name, content = POLICIES[how]
    repo.commit({'a.py': LINE, f'.hookline/{name}': content})
    for outcome in both_ways(repo, base):
        assert outcome.status == 1, outcome
        assert f'this change edits the policy: .hookline/{name}' in outcome.out
        assert base[:12] in outcome.out


def test_policy_from_says_whose_policy_counts(repo: Repo) -> None:
    base = repo.commit({'b.py': CLEAN})
    repo.commit({'.hookline/policy.yaml': POLICIES['mode warn'][1]})
    command = ('scan', f'--range={base}..HEAD', '--check', 'secrets')
    repo.commit({'a.py': LINE})
    assert hookline(*command, cwd=repo.path).status == 1
    own = hookline(*command, '--policy-from', 'HEAD', cwd=repo.path)
    assert own.status == 0, own
    assert 'this change edits the policy' in own.out
    after = ('scan', '--range=HEAD~..HEAD', '--check', 'secrets')
    # Built on a commit that has it: no edit of this change.
    later = hookline(*after, cwd=repo.path)
    assert later.status == 0
    assert 'edits the policy' not in later.out


def test_a_baseline_of_the_change_does_not_count_for_itself(repo: Repo) -> None:
    base = repo.commit({'b.py': CLEAN})
    repo.stage('a.py', LINE)
    assert hookline('baseline', 'write', cwd=repo.path).status == 0
    repo.git('add', '-A')
    repo.commit()
    assert hookline('scan', '--check', 'secrets', cwd=repo.path).status == 0
    for outcome in both_ways(repo, base):
        assert outcome.status == 1, outcome
        assert '.hookline/baseline.json' in outcome.out


def test_a_comment_that_a_change_brings_is_noted(repo: Repo) -> None:
    base = repo.commit({'a.py': CLEAN})
    repo.commit({'a.py': f'{LINE[:-1]}  # hookline: allow github-token -- mine\n'})
    for outcome in both_ways(repo, base):
        assert outcome.status == 0, outcome
        assert 'a comment of its own allows what it adds' in outcome.out
        assert 'a.py:1 github-token' in outcome.out


def test_a_push_says_that_it_edits_the_policy(repo: Repo) -> None:
    remote(repo)
    repo.commit({'a.py': CLEAN})
    repo.git('push', '-q', 'origin', 'main')
    repo.commit({'.hookline/policy.yaml': POLICIES['mode warn'][1]})
    install(repo, 'pre-push', 'push "$@"')
    outcome = push(repo, 'origin', 'main')
    assert outcome.status == 0, outcome
    assert 'this change edits the policy: .hookline/policy.yaml' in outcome.out


@pytest.mark.parametrize('name', ['.pre-commit-config.yaml', 'prek.toml'])
def test_a_change_of_the_hooks_is_noted(repo: Repo, name: str) -> None:
    base = repo.commit({'a.py': CLEAN})
    repo.commit({name: '# nothing\n'})
    for outcome in both_ways(repo, base):
        assert f'this change edits the policy: {name}' in outcome.out


def test_a_range_that_edits_no_policy_says_nothing_of_it(repo: Repo) -> None:
    base = repo.commit({'a.py': CLEAN})
    repo.commit({'a.py': LINE})
    for outcome in both_ways(repo, base):
        assert places(outcome) == ['a.py:1 github-token']
        assert 'policy' not in outcome.out.replace('policy.yaml', '')
