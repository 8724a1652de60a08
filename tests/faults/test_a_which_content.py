"""Faults A: which content is read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ways import (
    CLEAN,
    COMMIT,
    LINE,
    TOKEN,
    WAYS,
    WITH_HOOKLINE,
    Way,
    by_names,
    by_range,
    install,
    push,
    remote,
    said,
)

from conftest import Repo, hookline, places, run

FOUND = ['a.py:1 github-token']


@pytest.mark.parametrize('way', WAYS, ids=lambda way: way.__name__)
def test_a_clean_file_passes_every_way(repo: Repo, way: Way) -> None:
    outcome = way(repo, {'a.py': CLEAN})
    assert outcome.status == 0, outcome
    assert 'hookline: clean; read ' in outcome.out
    assert ' 0 files' not in outcome.out


@pytest.mark.parametrize('way', WAYS, ids=lambda way: way.__name__)
def test_a_secret_is_found_every_way(repo: Repo, way: Way) -> None:
    outcome = way(repo, {'a.py': LINE})
    assert (outcome.status, places(outcome)) == (1, FOUND), outcome


# The index and not the worktree (1) --------------------------------------------------


def _removed(repo: Repo) -> None:
    (repo.path / 'a.py').unlink()


def _clean(repo: Repo) -> None:
    repo.write('a.py', CLEAN)


def _fifo(repo: Repo) -> None:
    _removed(repo)
    os.mkfifo(repo.path / 'a.py')


def _link(repo: Repo) -> None:
    _removed(repo)
    (repo.path / 'a.py').symlink_to('/dev/zero')


def _directory(repo: Repo) -> None:
    _removed(repo)
    repo.write('a.py/b.py', CLEAN)


def _unreadable(repo: Repo) -> None:
    (repo.path / 'a.py').chmod(0)


SWAPS = (_clean, _removed, _fifo, _link, _directory, _unreadable)


@pytest.mark.parametrize('way', COMMIT, ids=lambda way: way.__name__)
@pytest.mark.parametrize('swap', SWAPS, ids=lambda swap: swap.__name__)
def test_what_lies_in_the_worktree_changes_nothing(
    repo: Repo, way: Way, swap: object
) -> None:
    def stage_and_swap(inner: Repo) -> None:
        inner.git('add', '-A')
        assert callable(swap)
        swap(inner)

    repo.write('a.py', LINE)
    stage_and_swap(repo)
    if way is by_names:
        outcome = repo.hook('secrets', 'a.py')
    elif way.__name__ == 'by_git_hook':
        install(repo)
        command = ('git', 'commit', '-q', '-m', 'x')
        outcome = said(repo, run(*command, cwd=repo.path, env=WITH_HOOKLINE))
    else:
        outcome = hookline('scan', '--staged', '--check', 'secrets', cwd=repo.path)
    assert (outcome.status, places(outcome)) == (1, FOUND), outcome


@pytest.mark.parametrize('way', COMMIT, ids=lambda way: way.__name__)
def test_a_secret_that_is_not_staged_is_not_in_the_commit(repo: Repo, way: Way) -> None:
    repo.commit({'a.py': CLEAN})
    repo.stage('a.py', CLEAN * 2)
    names = {'a.py'}
    repo.write('a.py', LINE)
    if way is by_names:
        outcome = repo.hook('secrets', *names)
    elif way.__name__ == 'by_git_hook':
        install(repo)
        command = ('git', 'commit', '-q', '-m', 'x')
        outcome = said(repo, run(*command, cwd=repo.path, env=WITH_HOOKLINE))
    else:
        outcome = hookline('scan', '--staged', '--check', 'secrets', cwd=repo.path)
    assert outcome.status == 0, outcome


def test_partial_staging_reads_the_staged_half(repo: Repo) -> None:
    repo.commit({'a.py': CLEAN})
    repo.stage('a.py', CLEAN + LINE)
    repo.write('a.py', CLEAN)
    other = repo.git('hash-object', '-w', 'a.py').strip()
    outcome = repo.hook('secrets', 'a.py')
    assert places(outcome) == ['a.py:2 github-token']
    repo.git('update-index', '--cacheinfo', f'100644,{other},a.py')
    repo.write('a.py', LINE)
    assert repo.hook('secrets').status == 0


@pytest.mark.parametrize(
    'arguments',
    [('-a',), ('--', 'a.py'), ('--only', 'a.py'), ('--include', 'a.py')],
    ids=' '.join,
)
def test_every_form_of_git_commit_is_read_as_it_will_be(
    repo: Repo, arguments: tuple[str, ...]
) -> None:
    repo.commit({'a.py': CLEAN, 'b.py': CLEAN})
    install(repo)
    repo.write('a.py', LINE)
    repo.stage('b.py', CLEAN * 2)
    command = ('git', 'commit', '-q', '-m', 'x', *arguments)
    outcome = said(repo, run(*command, cwd=repo.path, env=WITH_HOOKLINE))
    assert (outcome.status, places(outcome)) == (1, FOUND), outcome


def test_an_index_of_somebody_else_is_read_where_git_says_so(
    repo: Repo, tmp_path: Path
) -> None:
    repo.commit({'a.py': CLEAN})
    other = {'GIT_INDEX_FILE': str(tmp_path / 'index')}
    repo.git('read-tree', 'HEAD', env=other)
    repo.write('a.py', LINE)
    repo.git('add', 'a.py', env=other)
    repo.write('a.py', CLEAN)
    assert repo.hook('secrets', 'a.py', env=other).status == 1
    assert repo.hook('secrets', 'a.py').status == 0


# Ranges and pushes (4) ---------------------------------------------------------------


def _added_and_removed(repo: Repo) -> tuple[str, str]:
    base = repo.commit({'a.py': CLEAN})
    repo.commit({'a.py': LINE})
    return base, repo.commit({'a.py': CLEAN})


def test_added_and_removed_in_a_range_is_found(repo: Repo) -> None:
    base, tip = _added_and_removed(repo)
    for command in (
        ('scan', '--range', f'{base}..{tip}', '--check', 'secrets'),
        ('hook', 'secrets', '--from-ref', base, '--to-ref', tip),
    ):
        outcome = hookline(*command, cwd=repo.path)
        assert (outcome.status, places(outcome)) == (1, FOUND), outcome


def test_a_file_that_a_range_adds_and_deletes_is_read(repo: Repo) -> None:
    base = repo.commit()
    repo.commit({'a.py': LINE})
    repo.git('rm', '-q', 'a.py')
    repo.commit()
    command = ('scan', '--range', f'{base}..HEAD', '--check', 'secrets')
    assert places(hookline(*command, cwd=repo.path)) == FOUND


def test_a_secret_in_the_middle_of_many_commits_is_found(repo: Repo) -> None:
    base = repo.commit({'a.py': CLEAN})
    for number in range(30):
        repo.commit(
            {'b.py': f'x = {number}\n', **({'a.py': LINE} if number == 15 else {})}
        )
    command = ('scan', '--range', f'{base}..HEAD', '--check', 'secrets')
    outcome = hookline(*command, cwd=repo.path)
    assert (outcome.status, places(outcome)) == (1, FOUND), outcome
    assert 'in 30 commits' in outcome.out


def test_a_branch_that_was_merged_within_a_range_is_read(repo: Repo) -> None:
    base = repo.commit({'b.py': CLEAN})
    repo.git('checkout', '-q', '-b', 'side')
    repo.commit({'a.py': LINE})
    repo.git('rm', '-q', 'a.py')
    repo.commit()
    repo.git('checkout', '-q', 'main')
    repo.commit({'b.py': CLEAN * 2})
    repo.git('merge', '-q', '--no-edit', 'side')
    command = ('scan', '--range', f'{base}..HEAD', '--check', 'secrets')
    assert places(hookline(*command, cwd=repo.path)) == FOUND


@pytest.mark.parametrize(
    ('old', 'said_'),
    [
        ('no-such-branch', 'there is no commit'),
        ('f' * 40, 'there is no commit'),
        ('--help', 'there is no commit'),
        (':/x', 'there is no commit'),
    ],
)
def test_a_range_from_an_unknown_commit_is_status_2(
    repo: Repo, old: str, said_: str
) -> None:
    tip = repo.commit({'a.py': CLEAN})
    command = ('scan', f'--range={old}..{tip}', '--check', 'secrets')
    outcome = hookline(*command, cwd=repo.path)
    assert outcome.status == 2, outcome
    assert said_ in outcome.err
    refs = {'PRE_COMMIT_FROM_REF': old, 'PRE_COMMIT_TO_REF': tip}
    assert repo.hook('secrets', 'a.py', env=refs).status == 2


@pytest.mark.parametrize('zeros', ['0' * 40, '0' * 64])
def test_a_new_branch_is_read_whole(repo: Repo, zeros: str) -> None:
    _, tip = _added_and_removed(repo)
    refs = {'PRE_COMMIT_FROM_REF': zeros, 'PRE_COMMIT_TO_REF': tip}
    assert places(repo.hook('secrets', 'a.py', env=refs)) == FOUND


@pytest.mark.parametrize('form', ['sha1', 'sha256'])
def test_deleting_a_branch_at_the_remote_passes(tmp_path: Path, form: str) -> None:
    repo = Repo(tmp_path / 'repo', f'--object-format={form}')
    place = tmp_path / 'origin.git'
    repo.git('init', '-q', '--bare', f'--object-format={form}', str(place))
    repo.git('remote', 'add', 'origin', str(place))
    repo.commit({'a.py': LINE})
    repo.git('push', '-q', 'origin', 'main', 'main:gone')
    install(repo, 'pre-push', 'push "$@"')
    assert push(repo, 'origin', ':gone').status == 0


def test_a_repository_of_sha256_is_read(tmp_path: Path) -> None:
    repo = Repo(tmp_path / 'repo', '--object-format=sha256')
    assert places(by_names(repo, {'a.py': LINE})) == FOUND
    repo.git('rm', '-q', '--cached', 'a.py')
    assert places(by_range(repo, {'a.py': LINE})) == FOUND


def test_every_branch_of_one_push_is_read(repo: Repo) -> None:
    remote(repo)
    repo.commit({'b.py': CLEAN})
    repo.git('push', '-q', 'origin', 'main')
    repo.git('checkout', '-q', '-b', 'side')
    repo.commit({'a.py': LINE})
    repo.git('checkout', '-q', 'main')
    repo.commit({'b.py': CLEAN * 2})
    # pre-commit names the first of them alone.
    refs = {
        'PRE_COMMIT': '1',
        'PRE_COMMIT_TO_REF': repo.git('rev-parse', 'main').strip(),
        'PRE_COMMIT_FROM_REF': repo.git('rev-parse', 'main~').strip(),
        'PRE_COMMIT_REMOTE_NAME': 'origin',
    }
    assert places(repo.hook('push', env=refs)) == FOUND
    install(repo, 'pre-push', 'push "$@"')
    outcome = push(repo, 'origin', 'main', 'side')
    assert (outcome.status, places(outcome)) == (1, FOUND), outcome
    # git tells a bare hook what it pushes: side is not part of this one.
    assert push(repo, 'origin', 'main').status == 0


def test_a_branch_that_is_not_checked_out_is_read_when_pushed(repo: Repo) -> None:
    remote(repo)
    repo.commit({'b.py': CLEAN})
    repo.git('branch', 'side')
    repo.git('checkout', '-q', 'side')
    repo.commit({'a.py': LINE})
    repo.git('checkout', '-q', 'main')
    install(repo, 'pre-push', 'push "$@"')
    assert push(repo, 'origin', 'side:refs/heads/elsewhere').status == 1


def test_a_tag_is_read_when_pushed(repo: Repo) -> None:
    remote(repo)
    repo.commit({'b.py': CLEAN})
    repo.git('push', '-q', 'origin', 'main')
    repo.commit({'a.py': LINE})
    repo.git('tag', '-a', '-m', 'x', 'v1')
    repo.git('reset', '-q', '--hard', 'HEAD~')
    install(repo, 'pre-push', 'push "$@"')
    assert push(repo, 'origin', 'v1').status == 1


def test_another_remote_does_not_count_as_having_it(repo: Repo) -> None:
    remote(repo)
    remote(repo, 'public')
    repo.commit({'a.py': LINE})
    repo.git('push', '-q', 'origin', 'main')
    install(repo, 'pre-push', 'push "$@"')
    assert push(repo, 'public', 'main').status == 1
    # Not told which remote, so none is taken for granted.
    assert repo.hook('push').status == 1


def test_a_forced_push_over_an_unknown_commit_is_read(
    repo: Repo, tmp_path: Path
) -> None:
    remote(repo)
    repo.commit({'b.py': CLEAN})
    repo.git('push', '-q', 'origin', 'main')
    other = Repo(tmp_path / 'other')
    other.git('pull', '-q', str(tmp_path / 'origin.git'), 'main')
    other.commit({'c.py': CLEAN})
    other.git('push', '-q', str(tmp_path / 'origin.git'), 'main')
    repo.commit({'a.py': LINE})
    install(repo, 'pre-push', 'push "$@"')
    assert push(repo, '--force', 'origin', 'main').status == 1


def test_a_shallow_clone_without_the_base_is_status_2(
    repo: Repo, tmp_path: Path
) -> None:
    base, tip = _added_and_removed(repo)
    shallow = Repo(tmp_path / 'shallow')
    shallow.git('fetch', '-q', '--depth=1', f'file://{repo.path}', 'main')
    shallow.git('checkout', '-q', 'FETCH_HEAD')
    outcome = hookline('scan', '--range', f'{base}..{tip}', cwd=shallow.path)
    assert outcome.status == 2
    assert 'fetch-depth: 0' in outcome.err


def test_a_partial_clone_without_the_blob_is_status_2(
    repo: Repo, tmp_path: Path
) -> None:
    base, tip = _added_and_removed(repo)
    repo.git('config', 'uploadpack.allowFilter', 'true')
    url = f'file://{repo.path}'
    partial = tmp_path / 'partial'
    run('git', 'clone', '-q', '--filter=blob:none', '--no-checkout', url, partial)
    command = ('scan', '--range', f'{base}..{tip}', '--check', 'secrets')
    outcome = hookline(*command, cwd=partial)
    assert outcome.status == 2, outcome
    assert 'partial clone' in outcome.err


# States of a repository (5) ----------------------------------------------------------


def test_a_detached_head_is_as_any_other(repo: Repo) -> None:
    repo.commit({'b.py': CLEAN})
    repo.git('checkout', '-q', '--detach')
    assert places(by_names(repo, {'a.py': LINE})) == FOUND


@pytest.mark.parametrize('way', COMMIT, ids=lambda way: way.__name__)
def test_a_linked_worktree_reads_its_own_index(
    repo: Repo, tmp_path: Path, way: Way
) -> None:
    repo.commit({'b.py': CLEAN})
    repo.git('worktree', 'add', '-q', str(tmp_path / 'linked'))
    linked = tmp_path / 'linked'
    (linked / 'a.py').write_text(LINE)
    run('git', 'add', 'a.py', cwd=linked)
    if way is by_names:
        outcome = hookline('hook', 'secrets', 'a.py', cwd=linked)
    elif way.__name__ == 'by_scan_staged':
        outcome = hookline('scan', '--staged', '--check', 'secrets', cwd=linked)
    else:
        hook = repo.write(
            '.git/hooks/pre-commit', '#!/bin/sh\nexec hookline hook secrets\n'
        )
        hook.chmod(0o755)
        command = ('git', 'commit', '-q', '-m', 'x')
        outcome = run(*command, cwd=linked, env=WITH_HOOKLINE)
        outcome.out += outcome.err
    assert (outcome.status, places(outcome)) == (1, FOUND), outcome


def test_a_separate_git_directory_is_found(repo: Repo, tmp_path: Path) -> None:
    os.rename(repo.path / '.git', tmp_path / 'elsewhere')
    env = {'GIT_DIR': str(tmp_path / 'elsewhere'), 'GIT_WORK_TREE': str(repo.path)}
    repo.write('a.py', LINE)
    repo.git('add', 'a.py', env=env)
    assert places(repo.hook('secrets', 'a.py', env=env)) == FOUND


def test_a_subdirectory_commits_all_that_is_staged(repo: Repo) -> None:
    repo.stage('a.py', LINE)
    repo.stage('sub/b.py', CLEAN)
    assert places(repo.hook('secrets', cwd='sub')) == FOUND
    assert places(repo.hook('secrets', '../a.py', cwd='sub')) == FOUND
    assert repo.hook('secrets', str(repo.path / 'a.py'), cwd='sub').status == 1


def test_what_a_merge_adds_by_itself_is_found(repo: Repo) -> None:
    repo.commit({'b.py': CLEAN})
    for side in ('one', 'two'):
        repo.git('checkout', '-q', '-b', side, 'main')
        repo.commit({f'{side}.py': CLEAN})
    repo.git('checkout', '-q', 'main')
    repo.commit({'c.py': CLEAN})
    # An octopus: three parents.
    repo.git('merge', '-q', '--no-commit', 'one', 'two')
    assert repo.hook('secrets').status == 0
    repo.stage('a.py', LINE)
    outcome = repo.hook('secrets', 'a.py', 'one.py', 'two.py')
    assert (outcome.status, places(outcome)) == (1, FOUND), outcome
    repo.commit()
    command = ('scan', '--range', 'HEAD~..HEAD', '--check', 'secrets')
    assert places(hookline(*command, cwd=repo.path)) == FOUND


def test_a_conflict_is_status_2_and_names_the_file(repo: Repo) -> None:
    repo.commit({'a.py': CLEAN})
    repo.git('checkout', '-q', '-b', 'side')
    repo.commit({'a.py': 'y = 2\n'})
    repo.git('checkout', '-q', 'main')
    repo.commit({'a.py': 'z = 3\n'})
    run('git', 'merge', '-q', 'side', cwd=repo.path)
    for names in ((), ('a.py',)):
        outcome = repo.hook('secrets', *names)
        assert outcome.status == 2
        assert 'a.py: merge conflict' in outcome.err
    assert hookline('scan', '--staged', cwd=repo.path).status == 2


def test_an_amend_is_compared_with_what_it_replaces_and_the_push_is_not(
    repo: Repo,
) -> None:
    remote(repo)
    repo.commit({'b.py': CLEAN})
    repo.git('push', '-q', 'origin', 'main')
    repo.commit({'a.py': LINE})
    install(repo)
    command = ('git', 'commit', '-q', '--amend', '-m', 'other words')
    assert said(repo, run(*command, cwd=repo.path, env=WITH_HOOKLINE)).status == 0
    install(repo, 'pre-push', 'push "$@"')
    assert push(repo, 'origin', 'main').status == 1
    text = (Path(__file__).parents[2] / 'docs/ci.md').read_text()
    assert 'amended commit' in text


def test_a_sparse_checkout_hides_nothing_of_the_index(repo: Repo) -> None:
    repo.commit({'in/b.py': CLEAN, 'out/a.py': CLEAN})
    repo.stage('out/a.py', LINE)
    repo.git('sparse-checkout', 'set', '--cone', '--sparse-index', 'in')
    assert places(repo.hook('secrets')) == ['out/a.py:1 github-token']
    assert repo.hook('secrets', 'out/a.py').status == 1


def test_a_submodule_is_named_and_not_read(repo: Repo, tmp_path: Path) -> None:
    inner = Repo(tmp_path / 'inner')
    inner.commit({'a.py': LINE})
    command = ('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add')
    repo.git(*command, str(inner.path), 'inner')
    outcome = repo.hook('secrets', 'inner', '.gitmodules')
    assert outcome.status == 0, outcome
    assert 'inner' in outcome.out
    assert 'submodule' in outcome.out


def test_an_lfs_pointer_is_scanned_as_the_text_that_it_is(repo: Repo) -> None:
    pointer = f'version https://git-lfs.github.com/spec/v1\noid sha256:{"ab12" * 16}\n'
    assert by_names(repo, {'big.psd': f'{pointer}size 12345\n'}).status == 0
    assert repo.hook('secrets', 'big.psd').status == 0
    repo.stage('big.psd', f'{pointer}# {LINE}')
    assert repo.hook('secrets', 'big.psd').status == 1


def test_intent_to_add_is_no_part_of_the_commit(repo: Repo) -> None:
    repo.commit({'b.py': CLEAN})
    repo.write('a.py', LINE)
    repo.git('add', '--intent-to-add', 'a.py')
    repo.stage('b.py', CLEAN * 2)
    assert repo.hook('secrets').status == 0
    assert repo.hook('secrets', 'b.py').status == 0


def test_a_replace_ref_hides_no_commit(repo: Repo) -> None:
    base, tip = _added_and_removed(repo)
    dirty = repo.git('rev-parse', f'{tip}~').strip()
    blob = repo.git('rev-parse', f'{dirty}:a.py').strip()
    harmless = repo.git('rev-parse', f'{base}:a.py').strip()
    repo.git('replace', blob, harmless)
    command = ('scan', '--range', f'{base}..{tip}', '--check', 'secrets')
    assert places(hookline(*command, cwd=repo.path)) == FOUND
    repo.git('replace', dirty, tip)
    assert places(hookline(*command, cwd=repo.path)) == FOUND


# Files that tools like to pass over (6) ----------------------------------------------


@pytest.mark.parametrize('way', WAYS, ids=lambda way: way.__name__)
def test_vendored_files_are_read(repo: Repo, way: Way) -> None:
    name = 'node_modules/left-pad/index.js'
    outcome = way(repo, {name: f'const t = "{TOKEN}"\n'})
    assert places(outcome) == [f'{name}:1 github-token'], outcome


@pytest.mark.parametrize(
    'name',
    [
        '.env',
        '.git-credentials',
        'a.min.js',
        'build/a.py',
        '.venv/a.py',
        'x.lock',
        'go.sum',
        'a.png',
        'test/fixtures/a.py',
        'no-suffix',
        '.github/a.yml',
        'CHANGELOG.md',
    ],
)
def test_no_name_is_left_out(repo: Repo, name: str) -> None:
    for way in (by_names, by_range):
        outcome = way(repo, {name: LINE})
        assert outcome.status == 1, outcome
        repo.git('rm', '-q', '-f', '--cached', name)


def test_an_ignored_file_that_was_forced_is_read(repo: Repo) -> None:
    repo.write('.gitignore', '*.py\n')
    repo.write('a.py', LINE)
    repo.git('add', '-f', 'a.py')
    assert places(repo.hook('secrets', 'a.py')) == FOUND
    repo.commit()
    assert places(repo.hook('secrets', 'a.py')) == FOUND
    assert places(hookline('scan', '--check', 'secrets', cwd=repo.path)) == FOUND
    # Not tracked at all, and yet it was named.
    repo.write('b.py', LINE)
    assert hookline('scan', 'b.py', '--check', 'secrets', cwd=repo.path).status == 1


def test_skip_worktree_and_assume_unchanged_hide_nothing(repo: Repo) -> None:
    repo.commit({'a.py': CLEAN})
    repo.stage('a.py', LINE)
    repo.git('update-index', '--skip-worktree', 'a.py')
    repo.git('update-index', '--assume-unchanged', 'a.py')
    assert places(repo.hook('secrets')) == FOUND
