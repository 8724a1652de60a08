"""Faults F: what is written and where, and what a run leaves behind."""

from __future__ import annotations

import base64
import os
import pty
import resource
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_e_engines import broken
from ways import CLEAN, LINE, TOKEN, stage

from conftest import BIN, Outcome, Repo, hookline, places, run
from values import github_token, password

FOUND = ['a.py:1 github-token']
FORMATS = ('text', 'json', 'sarif', 'github', 'gitlab')
HOOKLINE = str(BIN / 'hookline')

# No secret is written (27) ------------------------------------------------------------

HIDDEN = password()
OTHER = github_token('other')
PLANTED = {
    'token': f"t = '{TOKEN}'\n",
    'twice on a line': f"a = '{TOKEN}'; b = '{OTHER}'\n",
    'beside another': f"db(password='{HIDDEN}', token='{TOKEN}')\n",
    'in a URL': f'postgres://app:{HIDDEN}@db.example.com/{OTHER}\n',
    'in a comment': f"t = '{TOKEN}'  # hookline: allow github-token -- {OTHER}\n",
    'in a rule that is named': f"t = '{TOKEN}'  # hookline: allow {OTHER} -- x\n",
    'as an owner': f"t = '{TOKEN}'  # hookline: allow x -- y; owner={OTHER}\n",
    'cut by a line end': f"a = ('{TOKEN}'\n     '{OTHER}')\n",
    'base64': f"t = '{base64.b64encode(TOKEN.encode()).decode()}' # '{TOKEN}'\n",
    'UTF-16': f"t = '{TOKEN}'\n".encode('utf-16'),
    'long line': f'{"x " * 3000}{TOKEN}{" y" * 3000}{OTHER}\n',
    'the line above': f"class A:  # '{OTHER}'\n    t = '{TOKEN}'\n",
    'broken code': f"def f(:\n    t = '{TOKEN}'\n",
    'call': f"import os\nos.system('curl -H {TOKEN} ' + os.environ['{OTHER}'])\n",
}
VALUES = (TOKEN, OTHER, HIDDEN)


def assert_hidden(content: bytes, what: str) -> None:
    """No value, nor a part of one beyond its prefix, nor either in base64."""
    for value in VALUES:
        whole = base64.b64encode(value.encode())
        for part in (value, value[4:20], value[-12:]):
            for form in (part.encode(), part.encode('utf-16-le'), whole):
                assert form not in content, f'a secret is in {what}'


def _written(*places_: Path) -> Iterator[tuple[Path, bytes]]:
    for place in places_:
        for path in place.rglob('*'):
            if path.is_file() and not path.is_symlink():
                yield path, path.read_bytes()


@pytest.mark.parametrize('form', FORMATS)
def test_no_format_holds_a_secret(repo: Repo, tmp_path: Path, form: str) -> None:
    names = [f'{number}.py' for number, _ in enumerate(PLANTED)]
    stage(repo, dict(zip(names, PLANTED.values(), strict=True)))
    cache, temporary = tmp_path / 'cache', tmp_path / 'temporary'
    temporary.mkdir()
    env = {
        'HOOKLINE_CACHE_DIR': str(cache),
        'TMPDIR': str(temporary),
        'GITHUB_ACTIONS': 'true',
    }
    report = tmp_path / 'report'
    arguments = ('--format', form, '-v', '--output', str(report))
    outcome = repo.hook('all', *arguments, *names, env=env)
    assert outcome.status == 1, outcome.status
    assert_hidden(outcome.raw, 'the output')
    assert_hidden(report.read_bytes(), 'the report')
    for path, content in _written(cache, temporary):
        assert_hidden(content, path.name)
    assert not list(temporary.iterdir()), 'a temporary copy was left'
    assert {path.name for path in cache.iterdir() if path.is_dir()} <= {'answers'}


def test_the_baseline_holds_no_secret(repo: Repo) -> None:
    for number, content in enumerate(PLANTED.values()):
        repo.stage(f'{number}.py', content)
    outcome = hookline('baseline', 'write', cwd=repo.path)
    assert outcome.status == 0, outcome.status
    assert_hidden(outcome.raw, 'the output')
    assert_hidden((repo.path / '.hookline/baseline.json').read_bytes(), 'the baseline')
    for command in (('baseline', 'check'), ('scan', '-v'), ('explain', 'github-token')):
        assert_hidden(hookline(*command, cwd=repo.path).raw, ' '.join(command))


@pytest.mark.parametrize('module', ['pattern', 'detect_secrets'])
def test_an_exception_tells_no_secret(repo: Repo, tmp_path: Path, module: str) -> None:
    repo.stage('a.py', LINE)
    script = (
        f'import hookline.engines.{module} as engine\n'
        'def find(changes, *rest):\n'
        '    raise ValueError(changes[0].content.decode())\n'
        'engine.find = find\n'
    )
    outcome = repo.hook('secrets', 'a.py', env=broken(tmp_path / 'site', script))
    assert outcome.status == 2
    assert_hidden(outcome.raw, 'the output')


@pytest.mark.parametrize('form', FORMATS)
def test_a_secret_in_the_name_of_a_file_is_found_and_masked(
    repo: Repo, form: str
) -> None:
    name = f'dump/{TOKEN}.json'
    repo.stage(name, f"t = '{OTHER}'\n")
    outcome = repo.hook('secrets', '--format', form, '-v', name)
    assert outcome.status == 1, outcome.status
    assert_hidden(outcome.raw, 'the output')
    if form == 'text':
        assert 'in the name of the file' in outcome.out
        assert places(outcome) == ['dump/********.json:1 github-token'] * 2


def test_a_secret_in_a_name_is_compared_and_masked_everywhere(repo: Repo) -> None:
    name, other = f'{TOKEN}.txt', f'{OTHER}.txt'
    repo.commit({name: CLEAN})
    repo.git('mv', name, f'moved-{name}')
    moved = repo.hook('secrets', f'moved-{name}')
    assert moved.status == 0, moved.status
    repo.stage(other, CLEAN)
    for command in (
        ('scan', '--staged'),
        ('scan', '--check', 'docker', '-v'),
        ('scan', '.', '-v'),
    ):
        outcome = hookline(*command, cwd=repo.path)
        assert_hidden(outcome.raw, ' '.join(command))
    # A name that is a digest is no secret.
    digest = f'assets/index-{"3f9a" * 10}.js'
    repo.git('rm', '-q', '--cached', other)
    repo.stage(digest, CLEAN)
    assert repo.hook('secrets', digest).status == 0


# Output that cannot be written (28) ---------------------------------------------------


@pytest.mark.parametrize(
    ('redirection', 'statuses'),
    [
        ('>/dev/full', (2,)),
        ('>&-', (2,)),
        ('2>&-', (1, 2)),
        ('>&- 2>&-', (2,)),
        ('>/dev/full 2>/dev/full', (2,)),
        ('<&-', (1,)),
        ('</dev/full', (1,)),
    ],
)
@pytest.mark.parametrize('form', ['text', 'json'])
def test_a_stream_that_cannot_be_written_is_status_2(
    repo: Repo, redirection: str, statuses: tuple[int, ...], form: str
) -> None:
    repo.stage('a.py', LINE)
    command = f'"{HOOKLINE}" hook secrets --format {form} a.py {redirection}'
    outcome = run('sh', '-c', command, cwd=repo.path)
    assert outcome.status in statuses, outcome
    assert 'Traceback' not in outcome.err
    repo.stage('a.py', CLEAN)
    assert run('sh', '-c', command, cwd=repo.path).status != 1


def test_a_pipe_that_was_closed_is_not_a_pass(repo: Repo) -> None:
    repo.stage('a.py', LINE)
    command = f'("{HOOKLINE}" hook secrets a.py; echo $? >status) | true'
    outcome = run('sh', '-c', f'{command}; sleep 1; cat status', cwd=repo.path)
    assert outcome.out.strip() in ('1', '2'), outcome
    assert 'Traceback' not in outcome.err


@pytest.mark.parametrize('path', ['/dev/full', 'absent/report', '.', '/proc/version'])
def test_a_report_that_cannot_be_written_is_status_2(repo: Repo, path: str) -> None:
    repo.stage('a.py', CLEAN)
    outcome = repo.hook('secrets', '--output', path, 'a.py')
    assert outcome.status == 2, outcome
    assert '--output' in outcome.err


# Signals (29) -------------------------------------------------------------------------


def _children(marker: str) -> list[str]:
    """Return the programs that still run below a directory."""
    found = []
    for entry in Path('/proc').iterdir():
        try:
            if entry.name.isdigit() and marker.encode() in (
                (entry / 'cmdline').read_bytes()
            ):
                found.append(entry.name)
        except OSError:
            continue
    return found


@pytest.mark.parametrize(
    ('number', 'status'),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
    ids=lambda value: getattr(value, 'name', ''),
)
@pytest.mark.parametrize('check', ['docker', 'code'])
def test_a_signal_ends_all_and_leaves_nothing(
    repo: Repo, tmp_path: Path, check: str, number: int, status: int
) -> None:
    name, function, content = {
        'docker': ('Dockerfile', 'engines.hadolint._program', 'FROM scratch\n'),
        'code': ('a.js', 'semgrep_core.program', 'f(1)\n'),
    }[check]
    repo.stage(name, content)
    assert repo.hook(check, name).status in (0, 1)
    marker = tmp_path / 'running'
    program = tmp_path / 'program'
    program.write_text(f'#!/bin/sh\ntouch {marker}\nsleep 61 & exec sleep 62\n')
    program.chmod(0o755)
    module, _, what = function.rpartition('.')
    script = f'import hookline.{module} as e\ne.{what} = lambda: {str(program)!r}\n'
    temporary = tmp_path / 'temporary'
    temporary.mkdir()
    env = {**os.environ, **broken(tmp_path / 'site', script), 'TMPDIR': str(temporary)}
    process = subprocess.Popen(
        (HOOKLINE, 'hook', check, name),
        cwd=repo.path,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Ignored where the tests run behind a shell's &, and so by what they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    for _ in range(300):
        if marker.exists():
            break
        time.sleep(0.1)
    assert marker.exists()
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert process.returncode == status, (out, err)
    assert b'Traceback' not in err
    assert not _children(str(program)), 'a child still runs'
    assert not list(temporary.iterdir()), 'a temporary copy was left'
    cache = Path(os.environ['HOOKLINE_CACHE_DIR'])
    assert {path.name for path in cache.iterdir() if path.is_dir()} <= {'answers'}


def test_a_kill_at_any_moment_leaves_the_next_run_right(
    repo: Repo, tmp_path: Path
) -> None:
    stage(repo, {'a.py': LINE, 'Dockerfile': 'FROM scratch\nADD https://x.y/z /\n'})
    env = {**os.environ, 'HOOKLINE_CACHE_DIR': str(tmp_path / 'cache')}
    for moment in (0.05, 0.3, 1.0, 2.0):
        process = subprocess.Popen(
            (HOOKLINE, 'hook', 'secrets'),
            cwd=repo.path,
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(moment)
        process.kill()
        process.wait()
    outcome = repo.hook('secrets', env={'HOOKLINE_CACHE_DIR': str(tmp_path / 'cache')})
    assert (outcome.status, places(outcome)) == (1, FOUND), outcome
    assert not (repo.path / '.git/index.lock').exists()


# State (29, 30) -----------------------------------------------------------------------


def test_eight_at_once_on_one_empty_cache_agree(repo: Repo, tmp_path: Path) -> None:
    repo.stage('a.py', LINE)
    env = {**os.environ, 'HOOKLINE_CACHE_DIR': str(tmp_path / 'cache')}
    running = [
        subprocess.Popen(
            (HOOKLINE, 'hook', 'secrets', 'a.py'),
            cwd=repo.path,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(8)
    ]
    for process in running:
        out, err = process.communicate()
        assert process.returncode == 1, err
        assert b'a.py:1:' in out
        assert not err
    assert not list((tmp_path / 'cache').glob('*.part'))


@pytest.mark.parametrize(
    'env',
    [
        {'HOME': '/nonexistent', 'HOOKLINE_CACHE_DIR': '', 'XDG_CACHE_HOME': ''},
        {'HOME': '', 'HOOKLINE_CACHE_DIR': ''},
        {'HOME': '/proc', 'HOOKLINE_CACHE_DIR': ''},
        {'HOOKLINE_CACHE_DIR': '/proc/cache'},
        {'HOOKLINE_CACHE_DIR': 'relative'},
        {'HOOKLINE_CACHE_DIR': '/dev/null'},
        {'TMPDIR': '/nonexistent'},
        {'TERM': '', 'COLUMNS': '0', 'LINES': '0'},
        {'LC_ALL': 'C', 'LANG': 'C', 'PYTHONIOENCODING': 'ascii'},
        {'TZ': 'Nowhere/Nothing'},
    ],
    ids=lambda env: ' '.join(f'{k}={v}' for k, v in env.items())[:40],
)
def test_no_state_is_needed(repo: Repo, env: dict[str, str]) -> None:
    repo.stage('a.py', LINE)
    outcome = repo.hook('secrets', 'a.py', env=env)
    assert (outcome.status, places(outcome)) == (1, FOUND), outcome
    assert not outcome.err
    assert not (repo.path / 'relative').exists()


def test_home_that_is_not_set_is_no_matter(repo: Repo) -> None:
    repo.stage('a.py', LINE)
    command = f'unset HOME HOOKLINE_CACHE_DIR; "{HOOKLINE}" hook secrets a.py'
    outcome = run('sh', '-c', command, cwd=repo.path, env={'XDG_CACHE_HOME': ''})
    assert places(outcome) == FOUND


def test_a_cache_on_a_full_disk_is_no_cache(repo: Repo, tmp_path: Path) -> None:
    repo.stage('a.py', LINE)

    def little() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    done = subprocess.run(
        (HOOKLINE, 'hook', 'secrets', 'a.py'),
        cwd=repo.path,
        env={**os.environ, 'HOOKLINE_CACHE_DIR': str(tmp_path / 'cache')},
        capture_output=True,
        preexec_fn=little,
    )
    assert done.returncode == 1, done.stderr
    assert b'a.py:1:' in done.stdout
    assert not list((tmp_path / 'cache').glob('*.part'))


@pytest.mark.parametrize('kind', ['link', 'open', 'file', 'somebody'])
def test_a_cache_that_others_may_write_is_not_used(
    repo: Repo, tmp_path: Path, kind: str
) -> None:
    repo.stage('a.py', LINE)
    cache = tmp_path / 'cache'
    elsewhere = tmp_path / 'elsewhere'
    elsewhere.mkdir()
    if kind == 'link':
        cache.symlink_to(elsewhere)
    elif kind == 'file':
        cache.write_text('')
    else:
        cache.mkdir(mode=0o777)
        cache.chmod(0o777)
        if kind == 'somebody' and os.getuid() == 0:
            os.chown(cache, 12345, 12345)
    outcome = repo.hook('secrets', 'a.py', env={'HOOKLINE_CACHE_DIR': str(cache)})
    assert places(outcome) == FOUND
    assert not list(elsewhere.iterdir())
    if kind == 'open':
        assert cache.stat().st_mode & 0o077 == 0


def _state(repo: Repo) -> dict[str, tuple[int, int, bytes]]:
    found = {}
    for path in sorted(repo.path.rglob('*')):
        if not path.is_symlink() and path.is_file():
            stat = path.stat()
            found[str(path)] = (stat.st_mtime_ns, stat.st_ino, path.read_bytes())
        else:
            found[str(path)] = (path.lstat().st_mtime_ns, 0, b'')
    return found


@pytest.mark.parametrize(
    'command',
    [
        ('hook', 'all'),
        ('hook', 'all', 'a.py', 'Dockerfile'),
        ('hook', 'push'),
        ('scan', '--staged'),
        ('scan', '.'),
        ('scan', '--range', 'HEAD..HEAD..HEAD'),
        ('baseline', 'check'),
    ],
    ids=' '.join,
)
def test_nothing_in_the_repository_is_written(
    repo: Repo, command: tuple[str, ...]
) -> None:
    repo.commit({'b.py': CLEAN, 'Dockerfile': 'FROM scratch\n'})
    repo.commit({'b.py': CLEAN * 2})
    repo.stage('a.py', LINE)
    # Its time is not that in the index: `git status` would write the index anew.
    os.utime(repo.path / 'b.py')
    before = _state(repo)
    hookline(*command, cwd=repo.path)
    assert _state(repo) == before


# Terminals and chunks (31, 32) --------------------------------------------------------


@pytest.mark.parametrize('env', [{}, {'NO_COLOR': '1'}, {'TERM': 'dumb'}], ids=str)
def test_a_terminal_without_a_size_is_no_matter(
    repo: Repo, env: dict[str, str]
) -> None:
    repo.stage('a.py', LINE)
    main, other = pty.openpty()
    process = subprocess.Popen(
        (HOOKLINE, 'hook', 'secrets', 'a.py'),
        cwd=repo.path,
        env={**os.environ, 'TERM': 'xterm', **env},
        stdin=other,
        stdout=other,
        stderr=other,
    )
    os.close(other)
    content = b''
    try:
        while chunk := os.read(main, 65536):
            content += chunk
    except OSError:
        pass
    os.close(main)
    assert process.wait() == 1
    assert b'a.py:1:' in content
    assert (b'\x1b[' in content) == (not env)
    assert_hidden(content, 'the terminal')


def test_five_thousand_names_at_once(repo: Repo) -> None:
    names = [f'd{number % 50}/{number}.txt' for number in range(5000)]
    for name in names:
        repo.write(name, CLEAN)
    repo.write(names[4321], LINE)
    repo.git('add', '-A')
    outcome = repo.hook('secrets', *names)
    assert places(outcome) == [f'{names[4321]}:1 github-token'], outcome
    assert 'read 5,000 files' in outcome.out
    repo.commit()
    # Not a commit now, and not a diff: the names decide.
    assert places(repo.hook('secrets', *names)) == [f'{names[4321]}:1 github-token']


@pytest.mark.parametrize('size', [1, 2, 3, 7])
def test_any_split_of_the_names_gives_the_same_findings(repo: Repo, size: int) -> None:
    files = {
        f'{number}.py': (LINE if number % 2 else CLEAN)
        + f"p = '{github_token(str(number))}'\n"
        for number in range(7)
    }
    repo.commit({'6.py': files['6.py'], '0.py': CLEAN})
    # A finding moves from one file to another: no split may make it new, or hide one.
    stage(repo, {**files, '6.py': CLEAN, '5.py': files['5.py'] + files['6.py']})
    names = list(files)
    whole = repo.hook('secrets', *names)
    found: list[str] = []
    statuses: list[int] = []
    for at in range(0, len(names), size):
        outcome: Outcome = repo.hook('secrets', *names[at : at + size])
        found += places(outcome)
        statuses.append(outcome.status)
    assert sorted(found) == sorted(places(whole))
    assert max(statuses) == whole.status


# Misuse (33) --------------------------------------------------------------------------


@pytest.mark.parametrize(
    'command',
    [
        (),
        ('frobnicate',),
        ('hook',),
        ('hook', 'nothing'),
        ('scan', '--frobnicate'),
        ('scan', '--staged', '--range', 'a..b'),
        ('scan', '--range', 'HEAD'),
        ('scan', '--range', 'HEAD..HEAD..HEAD'),
        ('scan', '--check', 'nothing'),
        ('scan', '--format', 'pdf'),
        ('scan', '--policy-from', 'nowhere'),
        ('scan', 'absent'),
        ('explain', 'no-such-rule'),
        ('baseline', 'frobnicate'),
        ('rules', 'frobnicate'),
    ],
    ids=' '.join,
)
def test_misuse_is_status_2(repo: Repo, command: tuple[str, ...]) -> None:
    repo.commit({'a.py': CLEAN})
    outcome = hookline(*command, cwd=repo.path)
    assert outcome.status == 2, outcome
    assert 'Traceback' not in outcome.err
