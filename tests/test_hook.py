"""The hooks as git calls them: what stops a commit, and what does not."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from conftest import Repo, hookline, places, run
from values import github_token, password

TOKEN = github_token()
LINE = f"TOKEN = '{TOKEN}'\n"
CLEAN = 'x = 1\n'


# Nothing new: must pass ---------------------------------------------------------------


def test_a_clean_commit_says_what_was_read(repo: Repo) -> None:
    repo.stage('a.py', CLEAN)
    outcome = repo.hook('secrets', 'a.py')
    assert outcome.status == 0
    assert 'clean; read 1 file (1 line)' in outcome.out


def test_a_secret_only_in_the_worktree_is_not_part_of_the_commit(repo: Repo) -> None:
    repo.stage('a.py', CLEAN)
    repo.write('a.py', LINE)
    assert repo.hook('secrets', 'a.py').status == 0


def test_an_old_finding_in_a_changed_file_does_not_block(repo: Repo) -> None:
    repo.commit({'a.py': LINE})
    repo.stage('a.py', LINE + CLEAN)
    assert repo.hook('secrets', 'a.py').status == 0


def test_a_rename_alone_blocks_nothing(repo: Repo) -> None:
    repo.commit({'a.py': LINE + CLEAN})
    repo.git('mv', 'a.py', 'b.py')
    assert repo.hook('secrets', 'b.py').status == 0


@pytest.mark.parametrize(
    ('old', 'new'),
    [
        pytest.param(LINE, f'if True:\n    {LINE}', id='indented anew'),
        pytest.param(LINE + CLEAN, CLEAN + LINE, id='moved within the file'),
        pytest.param(LINE + LINE, LINE, id='one of two removed'),
        pytest.param(LINE, LINE.replace('\n', '\r\n'), id='other line ends'),
        pytest.param(LINE, LINE[:-1], id='the last line end gone'),
    ],
)
def test_an_old_finding_that_moved_is_old(repo: Repo, old: str, new: str) -> None:
    repo.commit({'a.py': old})
    repo.stage('a.py', new)
    outcome = repo.hook('secrets', 'a.py')
    assert outcome.status == 0, outcome


def test_a_finding_that_moved_to_another_file_is_old(repo: Repo) -> None:
    repo.commit({'a.py': LINE + CLEAN * 9, 'b.py': CLEAN})
    repo.stage('a.py', CLEAN * 9)
    repo.stage('b.py', CLEAN + LINE)
    assert repo.hook('secrets', 'a.py', 'b.py').status == 0
    repo.git('rm', '-q', '-f', 'a.py')
    assert repo.hook('secrets', 'b.py').status == 0


def test_a_merge_brings_nothing_that_a_side_has(repo: Repo) -> None:
    repo.commit({'a.py': CLEAN})
    repo.git('checkout', '-q', '-b', 'side')
    repo.commit({'a.py': LINE + CLEAN})
    repo.git('checkout', '-q', 'main')
    repo.commit({'a.py': CLEAN + 'y = 2\n'})
    run('git', 'merge', '-q', '--no-commit', 'side', cwd=repo.path)
    repo.stage('a.py', LINE + CLEAN + 'y = 2\n')
    assert repo.hook('secrets', 'a.py').status == 0


def test_an_allow_comment_with_a_reason_lets_a_line_pass(repo: Repo) -> None:
    repo.stage('a.py', f'{LINE[:-1]}  # hookline: allow github-token -- a test value\n')
    outcome = repo.hook('secrets', '--verbose', 'a.py')
    assert outcome.status == 0
    assert 'dropped' in outcome.out


def test_nothing_staged_is_a_pass_that_says_so(repo: Repo) -> None:
    repo.commit({'a.py': CLEAN})
    outcome = repo.hook('secrets')
    assert outcome.status == 0
    assert 'read 1 file' not in outcome.out


# Something new: must block ------------------------------------------------------------


def test_a_secret_in_the_index_is_found_though_the_worktree_is_clean(
    repo: Repo,
) -> None:
    repo.stage('a.py', LINE)
    repo.write('a.py', CLEAN)
    outcome = repo.hook('secrets', 'a.py')
    assert outcome.status == 1
    assert places(outcome) == ['a.py:1 github-token']


def test_the_same_finding_once_more_blocks_at_the_added_line(repo: Repo) -> None:
    repo.commit({'a.py': CLEAN + LINE})
    repo.stage('a.py', LINE + CLEAN + LINE)
    outcome = repo.hook('secrets', 'a.py')
    assert outcome.status == 1
    assert places(outcome) == ['a.py:1 github-token']


def test_another_secret_in_the_place_of_an_old_one_is_new(repo: Repo) -> None:
    repo.commit({'a.py': LINE})
    repo.stage('a.py', LINE.replace(TOKEN, github_token('two')))
    assert repo.hook('secrets', 'a.py').status == 1


def test_an_edit_beside_a_merge_is_found(repo: Repo) -> None:
    repo.commit({'a.py': CLEAN})
    repo.git('checkout', '-q', '-b', 'side')
    repo.commit({'a.py': CLEAN + 'z = 3\n'})
    repo.git('checkout', '-q', 'main')
    repo.commit({'a.py': CLEAN + 'y = 2\n'})
    run('git', 'merge', '-q', '--no-commit', 'side', cwd=repo.path)
    repo.stage('a.py', CLEAN + 'y = 2\n' + LINE + 'z = 3\n')
    outcome = repo.hook('secrets', 'a.py')
    assert places(outcome) == ['a.py:3 github-token']


def test_commit_a_and_commit_of_a_path_read_the_index_of_that_commit(
    repo: Repo,
) -> None:
    hook = repo.write('.git/hooks/pre-commit', '#!/bin/sh\nexec hookline hook all\n')
    hook.chmod(0o755)
    repo.git('add', '-A')
    repo.git('commit', '-q', '--no-verify', '--allow-empty', '-m', 'first')
    repo.commit({'a.py': CLEAN, 'b.py': CLEAN})
    path = {'PATH': f'{Path(sys.executable).parent}{os.pathsep}{os.environ["PATH"]}'}
    repo.write('a.py', LINE)
    for arguments in (('-a',), ('--', 'a.py')):
        command = ('git', 'commit', '-q', '-m', 'x', *arguments)
        outcome = run(*command, cwd=repo.path, env=path)
        assert outcome.status == 1, outcome
        assert 'github-token' in outcome.out + outcome.err
    # The index has the secret; the commit of b.py alone does not.
    repo.git('add', 'a.py')
    repo.write('b.py', CLEAN + CLEAN)
    command = ('git', 'commit', '-q', '-m', 'x', '--', 'b.py')
    assert run(*command, cwd=repo.path, env=path).status == 0


def test_names_are_read_from_a_subdirectory(repo: Repo) -> None:
    repo.stage('sub/a.py', LINE)
    outcome = repo.hook('secrets', 'a.py', cwd='sub')
    assert places(outcome) == ['sub/a.py:1 github-token']


def test_files_outside_of_a_commit_are_read_as_they_lie_there(repo: Repo) -> None:
    repo.commit({'a.py': LINE, 'b.py': CLEAN})
    outcome = repo.hook('secrets', 'a.py', 'b.py')
    assert outcome.status == 1
    repo.write('a.py', CLEAN)
    assert repo.hook('secrets', 'a.py', 'b.py').status == 0


def test_a_secret_that_was_added_and_removed_within_a_range_is_found(
    repo: Repo,
) -> None:
    first = repo.commit({'a.py': CLEAN})
    second = repo.commit({'a.py': LINE})
    third = repo.commit({'a.py': CLEAN})
    refs = {'PRE_COMMIT_FROM_REF': first, 'PRE_COMMIT_TO_REF': third}
    outcome = repo.hook('secrets', 'a.py', env=refs)
    assert outcome.status == 1
    assert places(outcome) == ['a.py:1 github-token']
    assert second[:7] in outcome.out
    assert 'in 2 commits' in outcome.out
    # Names do not narrow it: pre-commit gives those of the net change alone.
    assert repo.hook('secrets', 'b.py', env=refs).status == 1


def test_a_push_reads_every_commit_that_the_remote_lacks(
    repo: Repo, tmp_path: Path
) -> None:
    repo.commit({'a.py': CLEAN})
    repo.git('init', '-q', '--bare', str(tmp_path / 'remote'))
    repo.git('remote', 'add', 'origin', str(tmp_path / 'remote'))
    repo.git('push', '-q', 'origin', 'main')
    assert repo.hook('push').status == 0
    repo.commit({'a.py': LINE})
    repo.commit({'a.py': CLEAN})
    outcome = repo.hook('push', env={'PRE_COMMIT_REMOTE_NAME': 'origin'})
    assert places(outcome) == ['a.py:1 github-token']
    # A remote that we know nothing of has nothing: all of history is read.
    outcome = repo.hook('push', env={'PRE_COMMIT_REMOTE_NAME': 'other'})
    assert 'in 3 commits' in outcome.out


# Arguments ----------------------------------------------------------------------------


@pytest.mark.parametrize('name', ['--help', '-h', '--version', '--exit-zero', '-'])
def test_a_file_that_looks_like_an_option_is_scanned(repo: Repo, name: str) -> None:
    repo.stage(name, LINE)
    repo.stage('other.py', CLEAN)
    for names in ((name,), (name, 'other.py'), ('other.py', name)):
        outcome = repo.hook('secrets', *names)
        assert outcome.status == 1, outcome


def test_a_file_called_like_an_option_of_ours_is_status_2(repo: Repo) -> None:
    repo.stage('--verbose', CLEAN)
    outcome = repo.hook('secrets', '--verbose', 'a.py')
    assert outcome.status == 2
    assert 'both an option and a tracked file' in outcome.err


@pytest.mark.parametrize(
    ('arguments', 'said'),
    [
        (('nothing', 'a.py'), 'expected one of secrets'),
        (('secrets', '--frobnicate', 'a.py'), 'neither an option nor'),
        (('secrets', '--rules'), 'its value is missing'),
        (('secrets', '--format', 'pdf', 'a.py'), 'expected one of text'),
        (('secrets', 'absent.py'), 'absent.py'),
        (('secrets', '../outside.py'), 'outside of the repository'),
        (('secrets', '--from-ref', 'HEAD', 'a.py'), 'go together'),
        (('secrets', '--rules', 'absent', 'a.py'), 'rules directory cannot be read'),
    ],
)
def test_misuse_is_status_2_and_one_line(
    repo: Repo, arguments: tuple[str, ...], said: str
) -> None:
    repo.stage('a.py', CLEAN)
    outcome = repo.hook(*arguments)
    assert outcome.status == 2
    assert said in outcome.err
    assert outcome.err.count('\n') == 1
    assert 'clean' not in outcome.out


def test_outside_of_a_repository_is_status_2(tmp_path: Path) -> None:
    outcome = hookline('hook', 'secrets', 'a.py', cwd=tmp_path)
    assert outcome.status == 2
    assert 'not a git repository' in outcome.err


# What could not be done ---------------------------------------------------------------


@pytest.mark.parametrize(
    ('name', 'content', 'said'),
    [
        ('secrets/mine.yaml', 'id: mine\n', '.hookline/secrets/mine.yaml:1: title'),
        ('secrets/mine.yaml', 'id: [\n', '.hookline/secrets/mine.yaml:2: not YAML'),
        ('secrets/mine.yaml', 'id: other\n', 'expected the file name'),
        ('images.yaml', 'allow: nonsense\n', '.hookline/images.yaml:1: allow'),
        ('images.yaml', 'version: 1\nalow: []\n', '.hookline/images.yaml:2: alow'),
        ('policy.yaml', 'version: 1\nmodes: {}\n', '.hookline/policy.yaml:2: modes'),
        ('policy.yaml', 'mode: {no-such-rule: warn}\n', 'no-such-rule'),
        ('stray.yaml', 'x: 1\n', '.hookline/stray.yaml:1'),
        ('baseline.json', '{', '.hookline/baseline.json'),
    ],
)
@pytest.mark.parametrize('check', ['secrets', 'docker'])
def test_a_broken_rules_directory_is_status_2_and_names_the_line(
    repo: Repo, check: str, name: str, content: str, said: str
) -> None:
    repo.write(f'.hookline/{name}', content)
    repo.stage('a.py', CLEAN)
    repo.stage('Dockerfile', 'FROM scratch\n')
    outcome = repo.hook(check, 'a.py', 'Dockerfile')
    assert outcome.status == 2, outcome
    assert said in outcome.err
    assert outcome.err.count('\n') == 1


def test_a_file_over_the_limit_is_status_2_unless_policy_excludes_it(
    repo: Repo,
) -> None:
    path = repo.write('big.bin', b'')
    with path.open('wb') as file:
        file.truncate((64 << 20) + 1)
    repo.commit({'a.py': CLEAN})
    outcome = repo.hook('secrets', 'big.bin')
    assert outcome.status == 2
    assert 'big.bin: 64 MiB, over the limit' in outcome.err
    repo.write(
        '.hookline/policy.yaml',
        'version: 1\nexclude:\n  - {match: ["*.bin"], reason: images of disks}\n',
    )
    outcome = repo.hook('secrets', 'big.bin')
    assert outcome.status == 0
    assert 'images of disks' in outcome.out


# No secret anywhere -------------------------------------------------------------------


@pytest.mark.parametrize('form', ['text', 'json', 'sarif', 'github', 'gitlab'])
def test_no_format_prints_a_secret(repo: Repo, form: str) -> None:
    hidden = password()
    content = (
        f"TOKEN = '{TOKEN}'\n"
        f"db.connect(user='app', password='{hidden}'); os.system('ls ' + argv)\n"
        f'postgres://app:{hidden}@db.example.com/app\n'
    )
    repo.stage('a.py', content)
    outcome = repo.hook('all', '--format', form, '--verbose', 'a.py')
    assert outcome.status in (1, 2)
    for value in (TOKEN, hidden):
        for part in (value, value[8:], value[:-8]):
            assert part.encode() not in outcome.raw, 'a secret was printed'
    if form in ('json', 'sarif', 'gitlab'):
        json.loads(outcome.out)


def test_the_cache_holds_no_content_and_is_private(repo: Repo) -> None:
    repo.stage('a.py', LINE)
    assert repo.hook('secrets', 'a.py').status == 1
    cache = Path(os.environ['HOOKLINE_CACHE_DIR'])
    assert cache.stat().st_mode & 0o077 == 0
    for path in (path for path in cache.rglob('*') if path.is_file()):
        assert TOKEN.encode() not in path.read_bytes(), 'a secret is in the cache'


@pytest.mark.parametrize('damage', [b'', b'damaged', b'hookline-cache 1\n' + b'x' * 99])
def test_a_damaged_cache_is_no_cache(repo: Repo, tmp_path: Path, damage: bytes) -> None:
    repo.stage('a.py', LINE)
    env = {'HOOKLINE_CACHE_DIR': str(tmp_path / 'cache')}
    first = repo.hook('secrets', 'a.py', env=env)
    for path in (tmp_path / 'cache').iterdir():
        path.write_bytes(damage)
    again = repo.hook('secrets', 'a.py', env=env)
    assert (again.status, places(again)) == (1, places(first))


def test_a_cache_that_cannot_be_written_is_no_cache(repo: Repo, tmp_path: Path) -> None:
    repo.stage('a.py', LINE)
    (tmp_path / 'file').write_text('in the way')
    env = {'HOOKLINE_CACHE_DIR': str(tmp_path / 'file' / 'cache')}
    assert repo.hook('secrets', 'a.py', env=env).status == 1


def test_output_that_cannot_be_written_is_status_2(repo: Repo) -> None:
    repo.stage('a.py', CLEAN)
    command = f'"{Path(sys.executable).parent}/hookline" hook secrets a.py'
    full = run('sh', '-c', f'{command} >/dev/full', cwd=repo.path)
    assert full.status == 2, full
    closed = run('sh', '-c', f'{command} >&-', cwd=repo.path)
    assert closed.status == 2, closed


# What nothing of a clean commit needs. Each takes as long as git to answer, or longer.
HEAVY = {
    *('argparse', 'collections', 'contextlib', 'dataclasses', 'enum', 'functools'),
    *('hashlib', 'hyperscan', 'importlib', 'json', 're', 'signal', 'subprocess'),
    *('tempfile', 'threading', 'typing', 'yaml', 'git', 'detect_secrets'),
    *('hookline.report.text', 'hookline.report.escape', 'hookline.introduced'),
    *('hookline.findings', 'hookline.inline', 'hookline.baseline', 'hookline.programs'),
    *('hookline.remembered', 'hookline.policyfile', 'hookline.yamlfile'),
}


@pytest.mark.parametrize('check', ['secrets', 'code', 'docker'])
def test_a_clean_commit_imports_nothing_that_it_does_not_use(
    repo: Repo, check: str
) -> None:
    # Values that are looked at and are no secrets: their patterns are kept as well.
    values = 'password = get("password")\ntoken = "example-token"\n'
    repo.commit({'a.py': 'name = 1\n'})
    repo.stage('a.py', values if check == 'secrets' else 'name = 2\n')
    repo.stage('Dockerfile', 'FROM scratch\n')
    name = 'Dockerfile' if check == 'docker' else 'a.py'
    code = (
        'import os, sys\n'
        f'sys.path[:0] = {[path for path in sys.path if path]!r}\n'
        'from hookline import cli\n'
        'def leave(status, end=os._exit):\n'
        '    print(status, *sys.modules, flush=True)\n'
        '    end(0)\n'
        'os._exit = leave\n'
        f'sys.argv = ["hookline", "hook", {check!r}, {name!r}]\n'
        'raise SystemExit(cli.main())\n'
    )
    for _ in range(3):  # the first compiles, the second keeps what it compiled
        outcome = run(sys.executable, '-I', '-S', '-c', code, cwd=repo.path)
    status, *modules = outcome.out.splitlines()[-1].split()
    assert status == '0', outcome
    allowed = set() if check == 'secrets' else {'hookline.programs'}
    allowed |= {'hookline.remembered'} if check == 'code' else set()
    assert HEAVY & {*modules} - allowed == set()
