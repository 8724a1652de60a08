"""`hookline scan --history` and ranges, on real repositories."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from conftest import Outcome, Repo, hookline, run
from hookline import git, shares
from values import github_token

TOKEN = github_token()
LINE = f"TOKEN = '{TOKEN}'\n"
CLEAN = 'x = 1\n'


def read(repo: Repo, *more: str, env: Mapping[str, str] | None = None) -> Outcome:
    command = ('scan', '--history', '--check', 'secrets', '--format', 'json', *more)
    return hookline(*command, cwd=repo.path, env=env)


def rows(outcome: Outcome, key: str = 'findings') -> list[dict[str, Any]]:
    assert TOKEN not in outcome.out + outcome.err
    found: list[dict[str, Any]] = json.loads(outcome.out)[key]
    return found


def places(outcome: Outcome) -> list[tuple[str, str, int]]:
    """Return commit, path and line of each finding."""
    return [(row['commit'], row['path'], row['line']) for row in rows(outcome)]


def by(name: str, date: str) -> dict[str, str]:
    return {
        'GIT_AUTHOR_NAME': name,
        'GIT_AUTHOR_EMAIL': f'{name.lower()}@example.com',
        'GIT_AUTHOR_DATE': date,
    }


def commit(repo: Repo, message: str, env: Mapping[str, str] | None = None) -> str:
    repo.git('add', '-A')
    repo.git('commit', '-q', '--no-verify', '--allow-empty', '-m', message, env=env)
    return repo.git('rev-parse', 'HEAD').strip()


# What is read -------------------------------------------------------------------------


def test_a_clean_history_is_status_0(repo: Repo) -> None:
    repo.commit({'a.py': CLEAN})
    repo.commit({'a.py': CLEAN * 2, 'b.py': CLEAN})
    outcome = read(repo)
    assert (outcome.status, rows(outcome)) == (0, [])
    summary = json.loads(outcome.out)['summary']
    assert (summary['files'], summary['commits']) == (2, 2)


def test_a_finding_is_told_where_it_first_came(repo: Repo) -> None:
    repo.commit({'a.py': CLEAN})
    repo.write('a.py', CLEAN + LINE)
    brought = commit(repo, 'settings', by('Bea', '2026-02-03T04:05:06+02:00'))
    repo.commit({'a.py': CLEAN * 3 + LINE})
    repo.commit({'a.py': CLEAN * 4})
    outcome = read(repo)
    assert outcome.status == 1
    (row,) = rows(outcome)
    assert (row['commit'], row['path'], row['line']) == (brought, 'a.py', 2)
    assert row['author'] == 'Bea <bea@example.com>'
    assert row['date'] == '2026-02-03T04:05:06+02:00'


@pytest.mark.parametrize('form', ['text', 'sarif', 'gitlab', 'github'])
def test_every_format_tells_the_commit_its_author_and_date(
    repo: Repo, form: str
) -> None:
    repo.write('a.py', LINE)
    brought = commit(repo, 'settings', by('Bea', '2026-02-03T04:05:06+02:00'))
    ways = [('--history',), ('--range', f'{brought}..HEAD')]
    repo.write('b.py', LINE + CLEAN)
    later = commit(repo, 'more', by('Cid', '2026-03-04T05:06:07Z'))
    for way, commits in zip(ways, [(brought, later), (later,)], strict=True):
        outcome = hookline(
            *('scan', *way, '--check', 'secrets', '--format', form), cwd=repo.path
        )
        for name in commits:
            assert name[:12] in outcome.out
        assert ('Bea' in outcome.out) == (brought in commits), outcome
        assert 'Cid' in outcome.out
        assert '2026-03-04' in outcome.out
        assert TOKEN not in outcome.out


def test_branches_tags_stashes_remotes_and_detached_heads_are_read(
    repo: Repo,
) -> None:
    repo.commit({'a.py': CLEAN})
    commits = {}
    for name, keep in (
        ('branch', ('branch', 'other')),
        ('tag', ('tag', 'v1')),
        ('remote', ('update-ref', 'refs/remotes/origin/x')),
        ('note', ('update-ref', 'refs/pull/1/head')),
    ):
        repo.git('checkout', '-q', '--detach', 'main')
        commits[f'{name}.py'] = repo.commit({f'{name}.py': f'{LINE}# {name}\n'})
        repo.git(*keep, 'HEAD')
    repo.git('checkout', '-q', '--detach', 'main')
    commits['head.py'] = repo.commit({'head.py': f'{LINE}# head\n'})
    for name in ('old', 'new'):
        repo.write(f'{name}.py', f'{LINE}# {name}\n')
        repo.git('add', '-A')
        repo.git('stash', '-q')
    found = {path: name for name, path, _ in places(read(repo))}
    assert {'old.py', 'new.py'} <= found.keys()
    assert {path: found.get(path) for path in commits} == commits


def test_what_no_commit_has_and_a_ref_names_is_read(repo: Repo) -> None:
    repo.commit({'a.py': CLEAN})
    blob = repo.git('hash-object', '-w', '--', repo.write('x', LINE)).strip()
    (repo.path / 'x').unlink()
    repo.git('tag', 'loose', blob)
    repo.stage('in/tree.py', LINE + CLEAN)
    repo.git('tag', '-a', '-m', 'a tree', 'dir', repo.git('write-tree').strip())
    repo.git('rm', '-q', '-f', 'in/tree.py')
    assert sorted(path for _, path, _ in places(read(repo))) == [
        'refs/tags/dir/in/tree.py',
        'refs/tags/loose',
    ]


def test_messages_of_commits_and_tags_are_read(repo: Repo) -> None:
    repo.write('a.py', CLEAN)
    name = commit(repo, f'Use it\n\ntoken {TOKEN}')
    repo.git('tag', '-a', '-m', f'{TOKEN} works', 'v1')
    # A tag of a tag.
    repo.git('tag', '-a', '-m', 'outer', 'v2', 'v1')
    assert places(read(repo)) == [
        (name, f'{name}/message', 3),
        ('', 'refs/tags/v1/message', 1),
    ]


def test_a_merge_is_read_only_for_what_none_of_its_parents_has(repo: Repo) -> None:
    repo.commit({'a.py': CLEAN})
    repo.git('checkout', '-q', '-b', 'side')
    side = repo.commit({'side.py': LINE})
    repo.git('checkout', '-q', 'main')
    repo.commit({'b.py': CLEAN})
    repo.git('merge', '-q', '--no-commit', 'side')
    repo.write('evil.py', CLEAN + LINE)
    merge = commit(repo, 'merge')
    assert sorted(places(read(repo))) == sorted(
        [(side, 'side.py', 1), (merge, 'evil.py', 2)]
    )


def test_one_content_of_several_paths_is_read_once(repo: Repo) -> None:
    first = repo.commit({'tests/a.py': LINE})
    repo.commit({'src/a.py': LINE, 'src/b.py': LINE})
    policy = (
        'version: 1\npaths:\n'
        "  - {match: ['tests/**'], mode: {secrets: warn}, reason: fixtures}\n"
    )
    repo.commit({'.hookline/policy.yaml': policy})
    outcome = read(repo)
    # The policy is milder for the first path; the others count.
    (row,) = rows(outcome)
    told = (row['path'], row['commit'], row['action'])
    assert told == ('tests/a.py', first, 'block')
    assert row['message'].endswith('also as src/a.py, src/b.py')


def test_each_version_of_a_file_that_leaks_again_is_one_finding(repo: Repo) -> None:
    first = repo.commit({'a.py': LINE})
    repo.commit({'a.py': CLEAN})
    repo.commit({'a.py': CLEAN + '\n' + LINE})
    other = github_token('other')
    second = repo.commit({'a.py': f'{CLEAN}\nTOKEN = "{other}"\n'})
    assert places(read(repo)) == [(first, 'a.py', 1), (second, 'a.py', 3)]


def test_a_key_whose_lines_come_one_by_one_is_found(repo: Repo) -> None:
    from hookline import examples

    key = examples.expand('{{pem-rsa}}', 'history').splitlines()
    half = len(key) // 2
    repo.commit({'k.txt': '\n'.join([*key[:half], '']) + '\n'})
    whole = repo.commit({'k.txt': '\n'.join([*key, '']) + '\n'})
    found = places(read(repo))
    assert found, 'a key in two commits'
    assert {name for name, _, _ in found} <= {
        whole,
        repo.git('rev-parse', 'HEAD~1').strip(),
    }


def test_links_submodules_and_names_that_are_not_utf8(repo: Repo) -> None:
    repo.commit({'a.py': CLEAN})
    os.symlink(TOKEN, repo.path / 'link')
    raw = os.path.join(os.fsencode(repo.path), b'caf\xe9.py')
    with open(raw, 'w') as file:
        file.write(LINE)
    repo.git('update-index', '--add', '--cacheinfo', f'160000,{"1" * 40},sub')
    repo.git('add', 'link', ':(glob)caf*')
    repo.git('commit', '-q', '-m', 'odd')
    outcome = read(repo)
    assert sorted(path for _, path, _ in places(outcome)) == ['caf\\xe9.py', 'link']
    skipped = rows(outcome, 'skipped')
    assert [(row['path'], 'submodule' in row['reason']) for row in skipped] == [
        ('sub', True)
    ]


def test_a_secret_in_an_old_name_is_found_and_masked(repo: Repo) -> None:
    named = repo.commit({f'{TOKEN}.txt': CLEAN})
    repo.git('rm', '-q', f'{TOKEN}.txt')
    repo.git('commit', '-q', '-m', 'gone')
    (row,) = rows(read(repo))
    assert (row['commit'], row['path']) == (named, '********.txt')


def test_a_repository_of_sha256_has_a_history(tmp_path: Path) -> None:
    repo = Repo(tmp_path / 'wide', '--object-format=sha256')
    name = repo.commit({'a.py': LINE})
    assert len(name) == 64
    assert places(read(repo)) == [(name, 'a.py', 1)]


def test_replace_refs_hide_nothing_of_history(repo: Repo) -> None:
    name = repo.commit({'a.py': LINE})
    blob = repo.git('rev-parse', 'HEAD:a.py').strip()
    other = repo.git('hash-object', '-w', '--', repo.write('x', CLEAN)).strip()
    repo.git('replace', blob, other)
    assert (name, 'a.py', 1) in places(read(repo))


def test_many_objects_in_several_processes_agree_with_one(repo: Repo) -> None:
    for number in range(6):
        repo.commit(
            {f'd{n}/f.py': f'{CLEAN}y = {n * number}\n' for n in range(150)}
            | {f'd{number}/s.py': f'{LINE}# {number}\n'}
        )
    found = places(read(repo))
    assert [path for _, path, _ in found] == [f'd{n}/s.py' for n in range(6)]


# What cannot be read ------------------------------------------------------------------


def test_a_shallow_clone_is_status_2_and_says_the_remedy(
    repo: Repo, tmp_path: Path
) -> None:
    repo.commit({'a.py': CLEAN})
    repo.commit({'a.py': LINE})
    run('git', 'clone', '-q', '--depth=1', f'file://{repo.path}', tmp_path / 'shallow')
    shallow = Repo.__new__(Repo)
    shallow.path = tmp_path / 'shallow'
    outcome = read(shallow)
    assert outcome.status == 2
    assert 'git fetch --unshallow' in outcome.err
    # What is there is read in any case.
    assert [path for _, path, _ in places(outcome)] == ['a.py']


def test_an_object_that_is_missing_is_status_2_with_its_place(repo: Repo) -> None:
    name = repo.commit({'a.py': LINE, 'b.py': CLEAN})
    blob = repo.git('rev-parse', 'HEAD:b.py').strip()
    (repo.path / '.git/objects' / blob[:2] / blob[2:]).unlink()
    outcome = read(repo)
    assert outcome.status == 2
    assert f'b.py (commit {name[:12]})' in outcome.err
    assert [path for _, path, _ in places(outcome)] == ['a.py']


def test_a_partial_clone_is_status_2_and_says_the_remedy(
    repo: Repo, tmp_path: Path
) -> None:
    repo.commit({'a.py': CLEAN})
    repo.commit({'a.py': LINE, 'b.py': CLEAN * 2})
    repo.git('config', 'uploadpack.allowFilter', 'true')
    partial = tmp_path / 'partial'
    run('git', 'clone', '-q', '--filter=blob:none', f'file://{repo.path}', partial)
    clone = Repo.__new__(Repo)
    clone.path = partial
    outcome = read(clone)
    assert outcome.status == 2
    assert 'partial clone' in outcome.err
    # What the checkout fetched is read.
    assert [path for _, path, _ in places(outcome)] == ['a.py']


def test_a_blob_over_the_limit_is_status_2_unless_excluded(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit({'big.bin': b'\0' * ((64 << 20) + 1), 'a.py': LINE})
    outcome = read(repo)
    assert outcome.status == 2
    assert 'big.bin: 64 MiB' in outcome.err
    assert [path for _, path, _ in places(outcome)] == ['a.py']
    policy = "version: 1\nexclude:\n  - {match: ['*.bin'], reason: pictures}\n"
    repo.commit({'.hookline/policy.yaml': policy})
    excluded = read(repo)
    assert excluded.status == 1, excluded
    assert [row['path'] for row in rows(excluded, 'skipped')] == ['big.bin']


def test_history_needs_git(tmp_path: Path) -> None:
    (tmp_path / 'a.py').write_text(CLEAN)
    outcome = hookline('scan', '--history', cwd=tmp_path)
    assert (outcome.status, 'need a git repository' in outcome.err) == (2, True)


# How it is judged ---------------------------------------------------------------------


def test_a_baseline_of_the_tree_counts_for_its_history(repo: Repo) -> None:
    repo.commit({'a.py': LINE})
    repo.commit({'a.py': CLEAN + LINE})
    assert hookline('baseline', 'write', cwd=repo.path).status == 0
    outcome = read(repo)
    assert (outcome.status, len(rows(outcome, 'dropped'))) == (0, 1)
    assert read(repo, '--no-baseline').status == 1


def test_a_comment_counts_that_the_newest_version_has(repo: Repo) -> None:
    repo.commit({'a.py': LINE})
    allowed = f'# hookline: allow github-token -- revoked long ago\n{LINE}'
    repo.commit({'a.py': allowed})
    outcome = read(repo)
    assert (outcome.status, len(rows(outcome, 'dropped'))) == (0, 1)
    repo.commit({'a.py': LINE + CLEAN})
    assert read(repo).status == 1


def test_paths_narrow_a_history(repo: Repo) -> None:
    repo.commit({'a/x.py': LINE, 'b/x.py': LINE + CLEAN})
    command = ('scan', '--history', 'b', '--check', 'secrets', '--format', 'json')
    outcome = hookline(*command, cwd=repo.path)
    assert [path for _, path, _ in places(outcome)] == ['b/x.py']


def test_the_other_checks_read_head(repo: Repo) -> None:
    repo.commit({'Dockerfile': 'FROM scratch\nADD https://example.com/x.sh /x.sh\n'})
    old = hookline('scan', '--history', '--check', 'docker', cwd=repo.path)
    assert (old.status, 'add-from-url' in old.out) == (1, True)
    repo.commit({'Dockerfile': 'FROM scratch\n'})
    new = hookline('scan', '--history', '--check', 'docker', cwd=repo.path)
    assert 'add-from-url' not in new.out


# Ranges -------------------------------------------------------------------------------


def test_a_range_tells_what_each_commit_brought(repo: Repo) -> None:
    base = repo.commit({'a.py': CLEAN})
    repo.write('a.py', LINE)
    name = commit(repo, f'now with {TOKEN}', by('Bea', '2026-02-03T04:05:06+02:00'))
    repo.commit({'a.py': CLEAN})
    for span in (f'{base}..HEAD', f'{base}...HEAD', f'{base}..', 'HEAD~2..main'):
        outcome = hookline(
            *('scan', '--range', span, '--check', 'secrets', '--format', 'json'),
            cwd=repo.path,
        )
        found = [
            (row['path'], row['commit'], row['author'], row['date'])
            for row in rows(outcome)
        ]
        told = (name, 'Bea <bea@example.com>', '2026-02-03T04:05:06+02:00')
        assert sorted(found) == sorted([(f'{name}/message', *told), ('a.py', *told)]), (
            span
        )
    alone = hookline('scan', '--range', 'HEAD', cwd=repo.path)
    assert (alone.status, '--history reads every commit' in alone.err) == (2, True)


# A crew -------------------------------------------------------------------------------


@pytest.mark.skipif(not shares.POSSIBLE, reason='elsewhere nothing is forked')
def test_a_crew_does_each_task_once_and_returns_large_answers() -> None:
    told: list[int] = []
    crew = shares.crew(
        2, 100, lambda tasks: (list(tasks), b'x' * (1 << 20)), told.append
    )
    done = sorted(number for part, _ in crew.results for number in part)
    assert (done, crew.undone, crew.failure) == (list(range(100)), [], '')
    assert told[-1] == 100


@pytest.mark.skipif(not shares.POSSIBLE, reason='elsewhere nothing is forked')
def test_what_others_of_a_crew_did_is_not_lost_with_one_that_dies() -> None:
    crew = shares.crew(2, 4, lambda tasks: os._exit(7), lambda done: None)
    assert (crew.results, crew.undone) == ([], [0, 1, 2, 3])
    assert 'ended with 7' in crew.failure

    def work(tasks: Any) -> list[int]:
        done = []
        for task in tasks:
            if task == 2:
                os._exit(7)
            done.append(task)
        return done

    crew = shares.crew(2, 60, work, lambda done: None)
    assert 2 in crew.undone
    assert sorted([*crew.undone, *crew.results[0]]) == list(range(60))


def test_what_git_says_of_a_commit_is_read(repo: Repo, monkeypatch: Any) -> None:
    name = commit(repo, 'x', by('Zoë', '2026-01-01T00:00:00-03:30'))
    monkeypatch.chdir(repo.path)
    assert git.origins([name]) == {
        name: git.Origin('Zoë <zoë@example.com>', '2026-01-01T00:00:00-03:30')
    }
