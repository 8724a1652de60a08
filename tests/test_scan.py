"""`hookline scan` over files and directories, with git and without."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from conftest import Repo, hookline, places
from values import github_token

LINE = f"TOKEN = '{github_token()}'\n"
CLEAN = 'x = 1\n'


def test_a_directory_without_git_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / 'sub/.hidden').mkdir(parents=True)
    (tmp_path / 'sub/.hidden/a.py').write_text(LINE)
    (tmp_path / '.env').write_text(LINE)
    (tmp_path / '.gitignore').write_text('.env\n')
    outcome = hookline('scan', str(tmp_path), '--check', 'secrets')
    assert outcome.status == 1
    assert places(outcome) == ['.env:1 github-token', 'sub/.hidden/a.py:1 github-token']
    assert 'read 3 files' in outcome.out


def test_what_a_proof_turns_down_is_said_when_asked(tmp_path: Path) -> None:
    (tmp_path / 'a.env').write_text('age: AGE-SECRET-KEY-1' + 'QPZRY9X8' * 7 + 'GF\n')
    quiet = hookline('scan', str(tmp_path), '--check', 'secrets')
    assert (quiet.status, 'dropped' in quiet.out) == (0, False)
    outcome = hookline('scan', str(tmp_path), '--check', 'secrets', '-v')
    assert outcome.status == 0
    assert 'dropped: a.env:1:6: critical age-secret-key' in outcome.out
    assert '[its format (age-bech32) proves that it is none]' in outcome.out
    assert 'QPZRY9X8' not in outcome.out


def test_a_work_tree_is_read_less_what_it_ignores(repo: Repo) -> None:
    repo.commit({'tracked.py': LINE, '.gitignore': 'ignored.py\n'})
    repo.write('untracked.py', LINE)
    repo.write('ignored.py', LINE)
    outcome = hookline('scan', '--check', 'secrets', cwd=repo.path)
    assert places(outcome) == [
        'tracked.py:1 github-token',
        'untracked.py:1 github-token',
    ]
    # What is named is read, ignored or not.
    named = hookline('scan', 'ignored.py', '--check', 'secrets', cwd=repo.path)
    assert places(named) == ['ignored.py:1 github-token']


def test_an_ignored_directory_that_is_named_is_read(repo: Repo) -> None:
    repo.commit({'.gitignore': 'build/\n'})
    repo.write('build/out.py', LINE)
    outcome = hookline('scan', 'build', '--check', 'secrets', cwd=repo.path)
    assert places(outcome) == ['build/out.py:1 github-token']


def test_paths_are_relative_to_the_top_of_the_repository(repo: Repo) -> None:
    repo.commit({'sub/a.py': LINE})
    outcome = hookline('scan', 'a.py', '--check', 'secrets', cwd=repo.path / 'sub')
    assert places(outcome) == ['sub/a.py:1 github-token']


def test_links_are_not_followed_and_submodules_are_named(
    repo: Repo, tmp_path: Path
) -> None:
    outside = tmp_path / 'outside'
    outside.mkdir()
    (outside / 'a.py').write_text(LINE)
    os.symlink(outside, repo.path / 'link')
    os.symlink('/dev/zero', repo.path / 'zero')
    inner = Repo(repo.path / 'inner')
    inner.commit({'x.py': LINE})
    repo.git('add', 'link', 'zero', 'inner')
    outcome = hookline('scan', '--check', 'secrets', cwd=repo.path)
    assert outcome.status == 0
    assert 'inner' in outcome.out
    assert 'submodule' in outcome.out


def test_another_repository_inside_is_read(repo: Repo) -> None:
    repo.commit({'a.py': CLEAN})
    inner = Repo(repo.path / 'inner')
    inner.write('x.py', LINE)
    outcome = hookline('scan', '--check', 'secrets', cwd=repo.path)
    assert places(outcome) == ['inner/x.py:1 github-token']


@pytest.mark.skipif(not hasattr(os, 'mkfifo'), reason='this system has no FIFOs')
def test_a_fifo_is_status_2_and_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / 'pipe')
    outcome = hookline('scan', str(tmp_path))
    assert outcome.status == 2
    assert 'pipe: neither a file nor a link' in outcome.err


def test_nothing_to_read_is_status_2(tmp_path: Path) -> None:
    outcome = hookline('scan', str(tmp_path))
    assert outcome.status == 2
    assert 'no file to scan' in outcome.err
    absent = hookline('scan', str(tmp_path / 'absent'))
    assert (absent.status, 'no such file' in absent.err) == (2, True)


def test_staged_and_range_read_what_git_has(repo: Repo) -> None:
    first = repo.commit({'a.py': CLEAN})
    second = repo.commit({'a.py': LINE})
    repo.stage('b.py', LINE + LINE.replace('TOKEN', 'OTHER'))
    staged = hookline('scan', '--staged', '--check', 'secrets', cwd=repo.path)
    assert places(staged) == ['b.py:1 github-token', 'b.py:2 github-token']
    span = hookline(
        'scan', '--range', f'{first}..{second}', '--check', 'secrets', cwd=repo.path
    )
    assert places(span) == ['a.py:1 github-token']
    empty = hookline('scan', '--range', f'{second}..{second}', cwd=repo.path)
    assert (empty.status, 'nothing to read' in empty.out) == (0, True)


def test_all_three_checks_find_their_own(repo: Repo) -> None:
    repo.commit(
        {
            'a.py': 'import subprocess\n\n\ndef f(x):\n'
            '    subprocess.run("ls " + x, shell=True)\n',
            'settings.ini': f'token = {github_token()}\n',
            'Dockerfile': 'FROM scratch\nADD https://example.com/x.sh /x.sh\n',
        }
    )
    outcome = hookline('scan', cwd=repo.path)
    assert outcome.status == 1
    found = places(outcome)
    assert 'Dockerfile:2 add-from-url' in found
    assert 'settings.ini:1 github-token' in found
    assert any(place.startswith('a.py:5 ') for place in found)


def test_sarif_names_files_from_the_top(repo: Repo) -> None:
    repo.commit({'sub/é.py': LINE})
    outcome = hookline(
        *('scan', 'sub', '--check', 'secrets', '--format', 'sarif'), cwd=repo.path
    )
    (result,) = json.loads(outcome.out)['runs'][0]['results']
    location = result['locations'][0]['physicalLocation']
    assert location['artifactLocation']['uri'] == 'sub/%C3%A9.py'
    assert (result['level'], result['properties']['confidence']) == ('error', 'high')


def test_a_report_in_a_file_leaves_the_summary_on_the_screen(
    repo: Repo, tmp_path: Path
) -> None:
    repo.commit({'a.py': LINE})
    path = tmp_path / 'report.json'
    outcome = hookline(
        *('scan', '--check', 'secrets', '--format', 'json', '--output', str(path)),
        cwd=repo.path,
    )
    assert outcome.status == 1
    assert 'github-token' in outcome.out
    assert json.loads(path.read_text())['version'] == 1


def test_annotations_come_by_themselves_in_actions(repo: Repo) -> None:
    repo.commit({'a.py': LINE})
    plain = hookline('scan', '--check', 'secrets', cwd=repo.path)
    assert '::error' not in plain.out
    actions = hookline(
        'scan', '--check', 'secrets', cwd=repo.path, env={'GITHUB_ACTIONS': 'true'}
    )
    assert '::error file=a.py,line=1' in actions.out


def test_a_range_is_judged_by_the_policy_that_it_is_built_on(repo: Repo) -> None:
    base = repo.commit({'a.py': CLEAN})
    repo.commit(
        {'a.py': LINE, '.hookline/policy.yaml': 'version: 1\nmode: {secrets: warn}\n'}
    )
    command = ('scan', '--range', f'{base}..HEAD', '--check', 'secrets')
    assert hookline(*command, cwd=repo.path).status == 1
    own = hookline(*command, '--policy-from', 'HEAD', cwd=repo.path)
    assert own.status == 0, own


# The baseline -------------------------------------------------------------------------


def test_a_repository_full_of_old_findings_passes_with_a_baseline(repo: Repo) -> None:
    other = LINE.replace('TOKEN', 'OTHER')
    repo.commit({'a.py': LINE, 'sub/b.py': other + LINE})
    assert hookline('scan', '--check', 'secrets', cwd=repo.path).status == 1
    written = hookline('baseline', 'write', cwd=repo.path)
    assert (written.status, 'accepted' in written.out) == (0, True), written
    content = (repo.path / '.hookline/baseline.json').read_text()
    assert LINE.split("'")[1] not in content
    assert hookline('scan', cwd=repo.path).status == 0
    # pre-commit run --all-files, and a new finding beside the accepted ones.
    names = ('a.py', 'sub/b.py', '.hookline/baseline.json')
    repo.commit({'.hookline/baseline.json': content})
    assert repo.hook('secrets', *names).status == 0
    repo.write('a.py', LINE + CLEAN + LINE)
    outcome = repo.hook('secrets', *names)
    assert outcome.status == 1, 'an accepted finding made once more is new'
    assert hookline('baseline', 'write', cwd=repo.path).status == 0
    again = hookline('baseline', 'write', cwd=repo.path)
    assert (repo.path / '.hookline/baseline.json').read_text() != content
    assert again.status == 0


def test_a_baseline_does_not_accept_the_same_once_more_at_commit(repo: Repo) -> None:
    repo.commit({'a.py': CLEAN + LINE})
    assert hookline('baseline', 'write', cwd=repo.path).status == 0
    repo.stage('a.py', LINE + CLEAN + LINE)
    outcome = repo.hook('secrets', 'a.py')
    assert places(outcome) == ['a.py:1 github-token']


def test_what_is_accepted_before_it_is_committed_passes(repo: Repo) -> None:
    repo.stage('a.json', json.dumps({'token': github_token()}) + '\n')
    assert repo.hook('secrets', 'a.json').status == 1
    assert hookline('baseline', 'write', cwd=repo.path).status == 0
    assert repo.hook('secrets', 'a.json').status == 0


def test_stale_entries_are_named_and_pruned(repo: Repo) -> None:
    repo.commit({'a.py': LINE, 'b.py': LINE})
    assert hookline('baseline', 'write', cwd=repo.path).status == 0
    assert hookline('baseline', 'check', cwd=repo.path).status == 0
    repo.commit({'a.py': CLEAN})
    stale = hookline('baseline', 'check', cwd=repo.path)
    assert (stale.status, 'a.py: github-token: gone' in stale.out) == (1, True), stale
    assert hookline('baseline', 'prune', cwd=repo.path).status == 0
    assert hookline('baseline', 'check', cwd=repo.path).status == 0
    paths = [
        entry['path']
        for entry in json.loads((repo.path / '.hookline/baseline.json').read_text())[
            'entries'
        ]
    ]
    assert paths == ['b.py']


# Rules and explain --------------------------------------------------------------------


def test_explain_says_what_why_and_how(tmp_path: Path) -> None:
    outcome = hookline('explain', 'github-token', cwd=tmp_path)
    assert outcome.status == 0
    for part in ('CWE-798', 'Why it matters', 'What to do', 'blocks a commit'):
        assert part in outcome.out
    unknown = hookline('explain', 'github-tokn', cwd=tmp_path)
    assert (unknown.status, 'did you mean github-token' in unknown.err) == (2, True)


def test_rules_list_says_what_is_on_and_why(repo: Repo) -> None:
    repo.write('.hookline/policy.yaml', 'version: 1\nmode: {github-token: "off"}\n')
    outcome = hookline('rules', 'list', '--check', 'secrets', cwd=repo.path)
    lines = {line.split()[1]: line for line in outcome.out.splitlines() if line}
    assert 'off' in lines['github-token'].split()
    assert 'policy says so' in lines['github-token']
    repo.stage('a.py', LINE)
    found = places(repo.hook('secrets', 'a.py'))
    assert not any('github-token' in place.split() for place in found)


def test_rules_show_prints_the_file(tmp_path: Path) -> None:
    outcome = hookline('rules', 'show', 'github-token', cwd=tmp_path)
    assert 'id: github-token\n' in outcome.out


def test_a_language_only_warns_and_rules_list_says_why(repo: Repo) -> None:
    repo.write(
        '.hookline/policy.yaml',
        'mode: {python: warn}\n'
        'paths: [{match: ["old/**"], mode: {go: warn}, reason: going away}]\n',
    )
    script = '#!/usr/bin/env python3\nimport os\nexec(input())\n'
    repo.write('deploy', script)  # its first line says what it is
    go = 'package a\n\nimport "crypto/md5"\n\nvar h = md5.New()\n'
    repo.write('a.go', go)
    repo.write('old/a.go', go)
    outcome = hookline('scan', '--check', 'code', '--format', 'json', cwd=repo.path)
    found = {
        (row['path'], row['action'])
        for row in json.loads(outcome.out)['findings']
        if row['severity'] != 'low'
    }
    assert found == {('deploy', 'warn'), ('old/a.go', 'warn'), ('a.go', 'block')}
    listed = hookline('rules', 'list', '--check', 'code', cwd=repo.path).out
    rows = {line.split()[1]: line for line in listed.splitlines() if '  ' in line}
    assert ' warn ' in rows['bandit-b102']
    assert rows['bandit-b102'].endswith('(policy says so for python)')
    assert '; warn on old/**: going away)' in rows['unparsed-go']
