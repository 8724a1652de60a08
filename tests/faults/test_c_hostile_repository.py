"""Faults C: a repository that attacks whoever scans it."""

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
    Way,
    by_names,
    by_scan_path,
    fake,
)

from conftest import Repo, hookline, places, run

FOUND = ['a.py:1 github-token']


# Links (13) --------------------------------------------------------------------------


@pytest.mark.parametrize('way', WAYS, ids=lambda way: way.__name__)
def test_a_link_is_never_followed(repo: Repo, tmp_path: Path, way: Way) -> None:
    (tmp_path / 'outside.py').write_text(LINE)
    (repo.path / 'out').symlink_to('../outside.py')
    (repo.path / 'zero').symlink_to('/dev/zero')
    (repo.path / 'loop').symlink_to('loop')
    (repo.path / 'up').symlink_to('..')
    (repo.path / 'gone').symlink_to('nowhere')
    if way.__name__ in ('by_names', 'by_all_files', 'by_refs'):
        repo.git('add', '-A')
        if way.__name__ != 'by_names':
            repo.commit()
        outcome = repo.hook('secrets', 'out', 'zero', 'loop', 'up', 'gone')
    else:
        outcome = way(repo, {'b.py': CLEAN})
    assert outcome.status == 0, outcome


@pytest.mark.parametrize('way', [*COMMIT, by_scan_path], ids=lambda way: way.__name__)
def test_the_text_of_a_link_is_content(repo: Repo, way: Way) -> None:
    (repo.path / 'a').symlink_to(f'https://x:{TOKEN}@example.com')
    repo.git('add', 'a')
    if way is by_names:
        outcome = repo.hook('secrets', 'a')
    else:
        outcome = way(repo, {'b.py': CLEAN})
    assert outcome.status == 1, outcome
    assert TOKEN.encode() not in outcome.raw


def test_a_folder_swapped_for_a_link_leads_nowhere(repo: Repo, tmp_path: Path) -> None:
    repo.commit({'d/a.py': CLEAN})
    (tmp_path / 'away').mkdir()
    (tmp_path / 'away/a.py').write_text(LINE)
    (repo.path / 'd/a.py').unlink()
    (repo.path / 'd').rmdir()
    (repo.path / 'd').symlink_to('../away')
    named = repo.hook('secrets', 'd/a.py')
    assert named.status == 2
    assert 'd/a.py: its folder is a link' in named.err
    tree = hookline('scan', '--check', 'secrets', cwd=repo.path)
    assert tree.status == 0, tree
    assert 'its folder is a link' in tree.out


def test_a_fifo_or_a_device_that_is_named_is_status_2(repo: Repo) -> None:
    os.mkfifo(repo.path / 'pipe')
    outcome = hookline('scan', 'pipe', cwd=repo.path)
    assert outcome.status == 2
    assert 'neither a file nor a link' in outcome.err
    assert repo.hook('secrets', 'pipe').status == 2


@pytest.mark.parametrize('name', ['.gitignore', '.gitattributes', '.git/info/exclude'])
def test_a_fifo_that_git_reads_does_not_hold_us_for_ever(repo: Repo, name: str) -> None:
    repo.stage('a.py', LINE)
    (repo.path / name).unlink(missing_ok=True)
    os.mkfifo(repo.path / name)
    env = {'HOOKLINE_TIMEOUT': '3'}
    assert repo.hook('secrets', 'a.py', env=env).status in (1, 2)
    tree = hookline('scan', '--check', 'secrets', cwd=repo.path, env=env)
    assert tree.status in (1, 2), tree


# Attributes and configuration (14, 15) -----------------------------------------------

ATTRIBUTES = (
    'a.py -diff',
    'a.py binary',
    'a.py diff=custom',
    'a.py filter=custom',
    'a.py -text working-tree-encoding=UTF-16',
    'a.py export-ignore linguist-generated',
    '* -diff -merge -text',
    '[attr]hidden -diff\na.py hidden',
)


@pytest.mark.parametrize('attributes', ATTRIBUTES)
def test_attributes_hide_nothing(repo: Repo, attributes: str) -> None:
    trap = repo.path.parent / 'ran'
    program = f'touch {trap}; cat'
    repo.commit({'a.py': CLEAN, '.gitattributes': f'{attributes}\n'})
    if 'encoding' not in attributes:
        repo.stage('a.py', LINE)
    else:
        blob = run(
            'git', 'hash-object', '-w', '--stdin', cwd=repo.path, stdin=LINE.encode()
        )
        info = f'100644,{blob.out.strip()},a.py'
        repo.git('update-index', '--cacheinfo', info)
    for key in (
        'diff.custom.command',
        'diff.custom.textconv',
        'filter.custom.clean',
        'filter.custom.smudge',
        'filter.custom.process',
    ):
        repo.git('config', key, program)
    for outcome in (
        repo.hook('secrets', 'a.py'),
        hookline('scan', '--staged', '--check', 'secrets', cwd=repo.path),
    ):
        assert (outcome.status, places(outcome)) == (1, FOUND), outcome
    assert not trap.exists(), 'a program of the repository ran'


CONFIGURATION = (
    ('core.fsmonitor', '{program}'),
    ('core.hooksPath', 'hooks-of-mine'),
    ('core.pager', '{program}'),
    ('core.sshCommand', '{program}'),
    ('core.editor', '{program}'),
    ('core.gitProxy', '{program}'),
    ('core.alternateRefsCommand', '{program}'),
    ('diff.external', '{program}'),
    ('diff.orderFile', 'no-such-file'),
    ('diff.noprefix', 'true'),
    ('diff.mnemonicPrefix', 'true'),
    ('diff.renames', 'copies'),
    ('diff.renameLimit', '1'),
    ('diff.ignoreSubmodules', 'all'),
    ('diff.relative', 'true'),
    ('diff.submodule', 'log'),
    ('diff.wsErrorHighlight', 'all'),
    ('diff.colorMoved', 'zebra'),
    ('color.ui', 'always'),
    ('color.diff', 'always'),
    ('core.quotePath', 'true'),
    ('core.attributesFile', '/dev/null'),
    ('core.autocrlf', 'true'),
    ('core.safecrlf', 'true'),
    ('core.ignoreCase', 'true'),
    ('core.abbrev', '4'),
    ('core.untrackedCache', 'true'),
    ('core.splitIndex', 'true'),
    ('core.commentChar', ';'),
    ('alias.diff', '!{program}'),
    ('alias.cat-file', '!{program}'),
    ('log.showSignature', 'true'),
    ('gpg.program', '{program}'),
    ('i18n.logOutputEncoding', 'UTF-16'),
    ('status.showUntrackedFiles', 'no'),
    ('trace2.eventTarget', '/dev/stdout'),
    ('advice.detachedHead', 'true'),
    ('help.autocorrect', 'immediate'),
)


@pytest.mark.parametrize('first', range(4))
def test_configuration_changes_nothing_and_runs_nothing(
    repo: Repo, tmp_path: Path, first: int
) -> None:
    trap = tmp_path / 'ran'
    program = tmp_path / 'program'
    program.write_text(f'#!/bin/sh\ntouch {trap}\n')
    program.chmod(0o755)
    repo.commit({'a.py': CLEAN})
    repo.stage('a.py', LINE)
    for key, value in CONFIGURATION[first::4]:
        repo.git('config', key, value.format(program=program))
    for outcome in (
        repo.hook('secrets', 'a.py'),
        hookline('scan', '--check', 'secrets', cwd=repo.path),
    ):
        assert (outcome.status, places(outcome)) == (1, FOUND), outcome
    assert not trap.exists(), 'a program of the repository ran'


def test_variables_of_git_change_nothing_and_run_nothing(
    repo: Repo, tmp_path: Path
) -> None:
    repo.stage('a.py', LINE)
    programs = (
        'EXTERNAL_DIFF',
        'PAGER',
        'EDITOR',
        'SSH_COMMAND',
        'ASKPASS',
        'PROXY_SSH',
    )
    env = {f'GIT_{name}': f'touch {tmp_path / "ran"}' for name in programs}
    env |= {
        'GIT_DIFF_OPTS': '-u0',
        'GIT_LITERAL_PATHSPECS': '0',
        'GIT_ICASE_PATHSPECS': '1',
        'GIT_TRACE': '1',
        'GIT_TRACE2_EVENT': '2',
        'GIT_NAMESPACE': 'x',
        'GIT_REPLACE_REF_BASE': 'refs/x',
        'GIT_ATTR_SOURCE': 'HEAD',
        'GIT_GRAFT_FILE': '/dev/zero',
        'GIT_SHALLOW_FILE': 'x',
    }
    outcome = repo.hook('secrets', 'a.py', env=env)
    assert places(outcome) == FOUND, outcome
    assert not (tmp_path / 'ran').exists()


def test_an_embedded_bare_repository_is_not_entered(repo: Repo, tmp_path: Path) -> None:
    trap = tmp_path / 'ran'
    program = repo.write('inner/program', f'#!/bin/sh\ntouch {trap}\n')
    program.chmod(0o755)
    for name, content in {
        'inner/HEAD': 'ref: refs/heads/main\n',
        'inner/config': f'[core]\nbare = false\nworktree = ..\nfsmonitor = {program}\n',
        'inner/objects/x': '',
        'inner/refs/x': '',
        'inner/a.py': LINE,
    }.items():
        repo.write(name, content)
    repo.git('add', '-f', '-A', '.')
    assert repo.hook('secrets').status == 1
    for outcome in (
        repo.hook('secrets', 'a.py', cwd='inner'),
        hookline('scan', '.', cwd=repo.path / 'inner'),
    ):
        assert outcome.status in (1, 2), outcome
    assert not trap.exists(), 'a program of the repository ran'


# Modules and programs that shadow ours (16) ------------------------------------------

SHADOWS = (
    *('yaml', 'hyperscan', 'bandit', 'semgrep', 'sitecustomize', 'git', 'hookline'),
    *('detect_secrets', 're', 'json', 'os', 'ast', 'subprocess', 'tempfile', 'marshal'),
    *('typing', 'usercustomize', 'rich', 'stevedore', 'select', 'importlib'),
)


@pytest.mark.parametrize('paths', ['', '.', ':', 'absolute'])
def test_modules_in_the_root_shadow_nothing(
    repo: Repo, tmp_path: Path, paths: str
) -> None:
    trap = tmp_path / 'ran'
    code = f'open({str(trap)!r}, "a").write(__name__)\nraise SystemExit(0)\n'
    # What Python itself imports as it starts is out of our hands, and only with a
    # PYTHONPATH that leads here: SECURITY.md says so.
    own = {'hookline', 'sitecustomize', 'usercustomize', 'os', 're', 'typing'}
    own.add('importlib')
    shadows = SHADOWS if not paths else tuple(x for x in SHADOWS if x not in own)
    for name in shadows:
        repo.write(f'{name}.py', code)
        repo.write(f'{name}/__init__.py', code)
    repo.write('a.py', f'import os, sys\nos.system("ls " + sys.argv[1])\n{LINE}')
    repo.stage('Dockerfile', 'FROM scratch\n')
    repo.git('add', 'a.py')
    known = os.environ.get('PYTHONPATH', '')
    here = str(repo.path) if paths == 'absolute' else paths
    env = {'PYTHONPATH': f'{here}{os.pathsep}{known}'} if paths else {}
    outcome = repo.hook('all', 'a.py', 'Dockerfile', env=env)
    assert outcome.status == 1, outcome
    assert not outcome.err, outcome
    assert 'a.py:2:1: ' in outcome.out
    assert not trap.exists(), trap.read_text()


@pytest.mark.parametrize('where', ['.', '', 'absolute', 'node_modules/.bin'])
def test_programs_in_the_repository_are_not_run(
    repo: Repo, tmp_path: Path, where: str
) -> None:
    trap = tmp_path / 'ran'
    folder = 'node_modules/.bin' if 'node' in where else '.'
    for name in (
        'git',
        'hadolint',
        'semgrep-core',
        'semgrep',
        'bandit',
        'python',
        'sh',
    ):
        program = repo.write(f'{folder}/{name}', f'#!/bin/sh\ntouch {trap}\nexit 0\n')
        program.chmod(0o755)
    repo.write('a.py', f'import os, sys\nos.system("ls " + sys.argv[1])\n{LINE}')
    repo.write('Dockerfile', 'FROM scratch\nADD https://example.com/x /x\n')
    repo.git('add', 'a.py', 'Dockerfile')
    here = {'absolute': str(repo.path), 'node_modules/.bin': str(repo.path / folder)}
    path = os.pathsep.join((here.get(where, where), os.environ['PATH']))
    outcome = repo.hook('all', 'a.py', 'Dockerfile', env={'PATH': path})
    assert outcome.status == 1, outcome
    assert not trap.exists(), 'a program of the repository ran'


# Repositories that git refuses, or that are broken (17) ------------------------------


def test_dubious_ownership_is_status_2_and_says_the_remedy(repo: Repo) -> None:
    if os.getuid() != 0:
        pytest.skip('needs root to give a repository away')
    repo.stage('a.py', LINE)
    for path in (repo.path, repo.path / '.git'):
        os.chown(path, 12345, 12345)
    outcome = repo.hook('secrets', 'a.py')
    assert outcome.status == 2
    assert 'safe.directory' in outcome.err


def test_a_bare_repository_is_status_2(repo: Repo, tmp_path: Path) -> None:
    repo.commit({'a.py': LINE})
    bare = tmp_path / 'bare'
    run('git', 'clone', '-q', '--bare', repo.path, bare)
    assert hookline('hook', 'secrets', cwd=bare).status == 2
    assert hookline('hook', 'secrets', 'a.py', cwd=bare).status == 2
    assert repo.hook('secrets', cwd='.git').status == 2


def test_a_corrupt_index_is_status_2(repo: Repo) -> None:
    repo.stage('a.py', LINE)
    repo.write('.git/index', b'DIRC' + b'x' * 40)
    for names in ((), ('a.py',)):
        assert repo.hook('secrets', *names).status == 2
    assert hookline('scan', cwd=repo.path).status == 2


@pytest.mark.parametrize('damage', ['missing', 'truncated'])
def test_a_blob_that_cannot_be_read_is_status_2(repo: Repo, damage: str) -> None:
    repo.stage('a.py', LINE)
    blob = repo.git('rev-parse', ':a.py').strip()
    path = repo.path / '.git/objects' / blob[:2] / blob[2:]
    path.chmod(0o600)
    if damage == 'missing':
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:10])
    outcome = repo.hook('secrets', 'a.py')
    assert outcome.status == 2, outcome
    assert 'git' in outcome.err


def test_a_config_that_git_cannot_read_is_status_2(repo: Repo) -> None:
    repo.stage('a.py', LINE)
    repo.write('.git/config', '[core\n')
    assert repo.hook('secrets', 'a.py').status == 2


def test_no_git_is_status_2(repo: Repo, tmp_path: Path) -> None:
    repo.stage('a.py', LINE)
    outcome = repo.hook('secrets', 'a.py', env={'PATH': str(tmp_path)})
    assert outcome.status == 2
    assert 'git is not installed' in outcome.err


@pytest.mark.parametrize(
    ('script', 'said'),
    [
        ('echo git version 2.20.1', 'too old'),
        ('echo nonsense', 'version cannot be read'),
        ('exit 0', 'version cannot be read'),
        ('echo "fatal: broken" >&2; exit 128', 'broken'),
        ('kill -9 $$', 'git'),
        ('exec sleep 60', 'not done after'),
    ],
)
def test_a_git_that_does_not_work_is_status_2(
    repo: Repo, tmp_path: Path, script: str, said: str
) -> None:
    repo.stage('a.py', LINE)
    env = {**fake(tmp_path / 'bin', 'git', script), 'HOOKLINE_TIMEOUT': '2'}
    for outcome in (
        repo.hook('secrets', 'a.py', env=env),
        hookline('scan', '--staged', cwd=repo.path, env=env),
    ):
        assert outcome.status == 2, outcome
        assert said in outcome.err


def test_a_git_that_stops_half_way_is_status_2(repo: Repo, tmp_path: Path) -> None:
    repo.stage('a.py', LINE)
    real = run('sh', '-c', 'command -v git').out.strip()
    script = f'case "$*" in *cat-file*) exit 0;; esac\nexec {real} "$@"'
    env = fake(tmp_path / 'bin', 'git', script)
    outcome = repo.hook('secrets', 'a.py', env=env)
    assert outcome.status == 2, outcome


# Rules and policy (19) ---------------------------------------------------------------

RULE = """\
id: mine
title: Mine
severity: high
confidence: high
cwe: 798
why: Because.
remedy: Do not.
pattern:
  regex: '{regex}'
"""
BOMB = 'a: &a [x, x, x, x, x, x, x, x, x]\n' + ''.join(
    f'{chr(98 + n)}: &{chr(98 + n)} [{", ".join([f"*{chr(97 + n)}"] * 9)}]\n'
    for n in range(9)
)
DEEP = '[' * 100_000


@pytest.mark.parametrize(
    'regex',
    ['(a+)+$', '(a?){30}a{30}'],
)
def test_a_regex_that_blows_up_is_refused_or_in_time(repo: Repo, regex: str) -> None:
    repo.write('.hookline/secrets/mine.yaml', RULE.format(regex=regex))
    repo.stage('a.txt', 'a' * 5000 + '!\n' + 'x,' * 4000)
    env = {'HOOKLINE_TIMEOUT': '10'}
    outcome = repo.hook('secrets', 'a.txt', env=env)
    assert outcome.status in (0, 1, 2), outcome


@pytest.mark.parametrize(
    'content',
    [
        *(BOMB, DEEP, 'version: 1\n<<: {x: 1}\n', '!!python/object:os.system x\n'),
        *(
            'a: !!python/name:os.system\n',
            '&a [*a]\n',
            '\0',
            '\xff',
            'x: ' + '{a: ' * 500,
        ),
        *('--- 1\n--- 2\n', 'x: 1\n' * 200_000, '? [a]\n: b\n', 'x: 1\nx: 2\n'),
    ],
    ids=lambda content: ascii(content[:12]),
)
@pytest.mark.parametrize('name', ['policy.yaml'])
def test_yaml_that_attacks_is_status_2_with_its_name(
    repo: Repo, name: str, content: str
) -> None:
    path = repo.write(f'.hookline/{name}', '')
    path.write_bytes(content.encode('latin-1'))
    repo.stage('a.py', LINE)
    outcome = repo.hook('secrets', 'a.py')
    assert outcome.status == 2, outcome
    assert f'.hookline/{name}:' in outcome.err
    assert len(outcome.err) < 400


@pytest.mark.parametrize('content', [BOMB, DEEP, f'x: {DEEP}', '&a [*a]\n'], ids=len)
@pytest.mark.parametrize('name', ['docker-compose.yml', '.github/w.yml'])
def test_yaml_that_attacks_is_scanned_as_text(
    repo: Repo, name: str, content: str
) -> None:
    repo.stage(name, content + f'\n# {LINE}')
    outcome = repo.hook('secrets', name, env={'HOOKLINE_TIMEOUT': '20'})
    assert outcome.status == 1, outcome
    docker = repo.hook('docker', name, env={'HOOKLINE_TIMEOUT': '20'})
    assert docker.status in (0, 1, 2)
    assert 'Traceback' not in docker.err


@pytest.mark.parametrize(
    'name',
    ['.', 'policy.yaml', 'baseline.json', 'secrets/x.yaml'],
)
@pytest.mark.parametrize('what', ['link', 'fifo'])
def test_a_rules_directory_of_links_and_fifos_is_status_2(
    repo: Repo, tmp_path: Path, name: str, what: str
) -> None:
    repo.stage('a.py', CLEAN)
    outside = tmp_path / 'outside'
    outside.mkdir()
    (outside / 'policy.yaml').write_text('version: 1\nmode: {secrets: "off"}\n')
    path = repo.path / '.hookline' / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if name == '.':
        path.rmdir() if path.is_dir() else None
        path = repo.path / '.hookline'
    if what == 'link':
        path.symlink_to(outside if '.' not in name[1:] else outside / 'policy.yaml')
    else:
        os.mkfifo(path)
    env = {'HOOKLINE_TIMEOUT': '5'}
    for command in (('hook', 'secrets', 'a.py'), ('scan', '--staged')):
        outcome = hookline(*command, cwd=repo.path, env=env)
        assert outcome.status == 2, outcome
        assert '.hookline' in outcome.err


def test_a_policy_that_is_a_link_in_the_base_commit_is_status_2(repo: Repo) -> None:
    (repo.path / '.hookline').symlink_to('elsewhere')
    repo.git('add', '.hookline')
    base = repo.commit({'elsewhere/policy.yaml': 'version: 1\n'})
    repo.commit({'a.py': CLEAN})
    outcome = hookline('scan', '--range', f'{base}..HEAD', cwd=repo.path)
    assert outcome.status == 2
    assert '.hookline' in outcome.err


def test_nothing_of_a_scanned_file_is_imported_or_run(
    repo: Repo, tmp_path: Path
) -> None:
    trap = tmp_path / 'ran'
    code = f'import os\nos.system("touch {trap}")\n'
    files = {
        'conftest.py': code,
        'setup.py': code,
        'a.pth': code,
        '.semgrep.yml': 'rules: []\n',
        '.bandit': '[bandit]\nskips: B605\n',
        '.hadolint.yaml': 'ignored: [DL3020]\n',
        'pyproject.toml': '[tool.bandit]\nskips = ["B605"]\n',
        '.semgrepignore': '*\n',
        'Dockerfile': f'FROM scratch\nRUN touch {trap}\n',
        'package.json': f'{{"scripts": {{"preinstall": "touch {trap}"}}}}\n',
    }
    for name, content in files.items():
        repo.stage(name, content)
    repo.stage('b.py', 'import os, sys\nos.system("ls " + sys.argv[1])\n')
    outcome = repo.hook('all', *files, 'b.py')
    assert 'b.py:2' in outcome.out, outcome
    assert not trap.exists(), 'content ran'
