"""What a commit, a merge and a range read, on real repositories."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from conftest import Repo, run
from hookline import git, sources
from hookline.nouns import Change, Failure


def staged(repo: Repo, monkeypatch: pytest.MonkeyPatch, *names: str) -> list[Change]:
    monkeypatch.chdir(repo.path)
    opening = git.begin(staged=True)
    where = git.repository(opening)
    entries = git.staged(opening, where)
    batches = sources.commit(names, entries, where, ('secrets',), lambda path: '')
    return [change for batch in batches for change in batch.changes]


def test_the_index_is_read_and_not_the_worktree(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit({'a.txt': 'one\n'})
    repo.stage('a.txt', 'two\n')
    repo.write('a.txt', 'three\n')
    (change,) = staged(repo, monkeypatch)
    assert change.content == b'two\n'
    assert [parent.path for parent in change.parents] == ['a.txt']


def test_the_first_commit_has_nothing_to_compare_with(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.stage('a.txt', 'one\n')
    (change,) = staged(repo, monkeypatch)
    assert (change.content, change.parents) == (b'one\n', ())


def test_a_rename_is_compared_with_the_old_name(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit({'old.txt': 'a\nb\nc\nd\n'})
    repo.git('mv', 'old.txt', 'new.txt')
    (change,) = staged(repo, monkeypatch)
    assert (change.path, change.parents[0].path) == ('new.txt', 'old.txt')


def test_a_deleted_file_is_remembered_as_gone(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit({'a.txt': 'one\n', 'b.txt': 'two\n'})
    repo.git('rm', '-q', 'a.txt')
    monkeypatch.chdir(repo.path)
    opening = git.begin(staged=True)
    where = git.repository(opening)
    entries = git.staged(opening, where)
    batches = list(sources.commit((), entries, where, ('code',), lambda path: ''))
    assert [change for batch in batches for change in batch.changes] == []
    assert [parent.path for batch in batches for parent in batch.gone] == ['a.txt']


@pytest.mark.parametrize(
    'name',
    [
        'é.env',
        'with space.txt',
        'tab\there.txt',
        'new\nline.txt',
        '"quoted".txt',
        '*.txt',
        ':!a.txt',
        '-rf',
        '--help',
        'HEAD',
        'a' * 200,
        'not-utf-8-\udcff.txt',
    ],
)
def test_awkward_names_are_read(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    repo.git('config', 'core.quotePath', 'true')
    repo.commit({'other.txt': 'x\n'})
    repo.stage(name, 'content\n')
    (change,) = staged(repo, monkeypatch)
    assert (change.path, change.content) == (name, b'content\n')
    (named,) = staged(repo, monkeypatch, name)
    assert named == change


def test_a_link_is_its_text_and_a_submodule_is_skipped(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit({'a.txt': 'x\n'})
    os.symlink('/etc/passwd', repo.path / 'link')
    inner = Repo(repo.path / 'inner')
    inner.commit({'x.txt': 'x\n'})
    repo.git('add', 'link', 'inner')
    monkeypatch.chdir(repo.path)
    opening = git.begin(staged=True)
    where = git.repository(opening)
    entries = git.staged(opening, where)
    (batch,) = sources.commit((), entries, where, ('secrets',), lambda path: '')
    assert [(c.kind, c.content) for c in batch.changes] == [('symlink', b'/etc/passwd')]
    assert [skipped.path for skipped in batch.skipped] == ['inner']


def test_a_merge_is_compared_with_both_sides(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit({'a.txt': 'base\n'})
    repo.git('checkout', '-q', '-b', 'side')
    repo.commit({'a.txt': 'side\n', 'only-side.txt': 'taken as it is\n'})
    repo.git('checkout', '-q', 'main')
    repo.commit({'a.txt': 'main\n'})
    assert run('git', 'merge', '--no-commit', 'side', cwd=repo.path).status == 1
    repo.stage('a.txt', 'both\n')
    (change,) = staged(repo, monkeypatch)
    # only-side.txt equals one side, so the merge does not bring it.
    assert change.path == 'a.txt'
    assert len(change.parents) == 2


def test_an_unresolved_conflict_is_an_error(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit({'a.txt': 'base\n'})
    repo.git('checkout', '-q', '-b', 'side')
    repo.commit({'a.txt': 'side\n'})
    repo.git('checkout', '-q', 'main')
    repo.commit({'a.txt': 'main\n'})
    assert run('git', 'merge', '-q', 'side', cwd=repo.path).status == 1
    with pytest.raises(Failure, match=r'a\.txt: merge conflict'):
        staged(repo, monkeypatch)


@pytest.mark.parametrize(
    ('key', 'value'),
    [
        ('diff.external', 'false'),
        ('diff.noprefix', 'true'),
        ('diff.renames', 'false'),
        ('diff.relative', 'true'),
        ('diff.orderFile', '/dev/null'),
        ('core.fsmonitor', 'false'),
        ('color.ui', 'always'),
        ('core.abbrev', '4'),
    ],
)
def test_no_configuration_changes_what_is_read(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, key: str, value: str
) -> None:
    repo.commit({'sub/old.txt': 'a\nb\nc\nd\n', 'b.txt': 'b\n'})
    repo.git('mv', 'sub/old.txt', 'sub/new.txt')
    repo.stage('b.txt', 'changed\n')
    expected = staged(repo, monkeypatch)
    assert [change.path for change in expected] == ['b.txt', 'sub/new.txt']
    repo.git('config', key, value)
    assert staged(repo, monkeypatch) == expected


@pytest.mark.parametrize('content', ['-diff', 'binary', 'diff=hidden', 'filter=lfs'])
def test_no_attribute_hides_a_file(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    repo.commit({'.gitattributes': f'*.txt {content}\n'})
    repo.stage('a.txt', 'content\n')
    (change,) = staged(repo, monkeypatch)
    assert change.content == b'content\n'


def test_content_cannot_set_what_git_reads() -> None:
    kept = git.environment(
        {
            'GIT_INDEX_FILE': 'kept',
            'GIT_CONFIG_KEY_0': 'kept',
            'GIT_EXTERNAL_DIFF': 'dropped',
            'GIT_DIFF_OPTS': 'dropped',
            'GIT_EXEC_PATH': 'dropped',
            'GIT_TRACE': 'dropped',
            'HOME': 'kept',
        }
    )
    assert 'dropped' not in kept.values()
    assert list(kept.values()).count('kept') == 3
    assert kept['GIT_NO_REPLACE_OBJECTS'] == '1'


def test_a_missing_object_is_an_error(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repo.path)
    with pytest.raises(Failure, match='object 0123456789ab is missing'):
        git.blobs(['0123456789ab' + '0' * 28])


def test_a_range_names_each_commit_and_the_files_of_each(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = repo.commit({'a.txt': 'one\n'})
    second = repo.commit({'b.txt': 'two\n'})
    third = repo.commit({'b.txt': 'three\n'})
    monkeypatch.chdir(repo.path)
    span = sources.from_refs(first, third)
    batches = sources.commits(span, (), ('secrets',), lambda path: '')
    read = [
        (change.commit, change.path, change.content)
        for batch in batches
        for change in batch.changes
    ]
    assert [one for one in read if not one[1].endswith('/message')] == [
        (second, 'b.txt', b'two\n'),
        (third, 'b.txt', b'three\n'),
    ]
    said = [one for one in read if one[1].endswith('/message')]
    assert [(commit, path) for commit, path, _ in said] == [
        (second, f'{second}/message'),
        (third, f'{third}/message'),
    ]


def test_an_unknown_commit_is_an_error(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = repo.commit({'a.txt': 'one\n'})
    monkeypatch.chdir(repo.path)
    with pytest.raises(Failure, match='no commit'):
        sources.from_refs('0' * 39 + '1', head)
    with pytest.raises(Failure, match='no commit'):
        sources.from_refs('--all', head)


def test_outside_of_a_repository_there_is_none(tmp_path: Path) -> None:
    assert git.here(str(tmp_path)) is None


def test_a_sha256_repository_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = Repo(tmp_path / 'long', '--object-format=sha256')
    repo.commit({'a.txt': 'one\n'})
    repo.stage('a.txt', 'two\n')
    (change,) = staged(repo, monkeypatch)
    assert (change.content, len(change.blob)) == (b'two\n', 64)
