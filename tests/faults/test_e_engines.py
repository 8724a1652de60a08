"""Faults E: an engine that is missing, fails or leaves something out is status 2.

What fails is put in front of the real thing by a PYTHONPATH with a sitecustomize.py of
the test's, or a copy of the environment: production code has no hooks for it.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest
from ways import LINE

from conftest import Outcome, Repo, hookline
from hookline.examples import expand

CODE = 'import os, sys\nos.system("ls " + sys.argv[1])\n'
SCRIPT = 'const cp = require("child_process");\ncp.exec("ls " + process.argv[2]);\n'
DOCKER = 'FROM scratch\nADD https://example.com/x /x\nWORKDIR x\n'
FILES = {
    'secrets': ('a.txt', LINE),
    'code': ('a.py', CODE),
    'docker': ('Dockerfile', DOCKER),
}

# Replaces one function of the engine by what `script` says; the rest is real.
BEFORE = """\
import sys, importlib.abc, importlib.machinery


class Blocker(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] in {missing!r}:
            raise ModuleNotFoundError('No module named ' + name, name=name)
        return None


sys.meta_path.insert(0, Blocker())
if sys.argv[0].endswith('hookline') or 'hookline' in ' '.join(sys.orig_argv):
    sys.path.insert(0, {root!r})
{script}
"""


def broken(
    folder: Path, script: str = '', missing: tuple[str, ...] = ()
) -> dict[str, str]:
    """Return the environment in which `script` runs before hookline does."""
    root = os.environ.get('PYTHONPATH', '').split(os.pathsep)[0]
    folder.mkdir()
    text = BEFORE.format(missing=missing, root=root, script=script)
    (folder / 'sitecustomize.py').write_text(text)
    known = os.environ.get('PYTHONPATH', '')
    # What an engine said while it worked would spare asking it again.
    answers = Path(os.environ['HOOKLINE_CACHE_DIR'], 'answers')
    shutil.rmtree(answers, ignore_errors=True)
    return {'PYTHONPATH': f'{folder}{os.pathsep}{known}'}


def program(folder: Path, script: str) -> str:
    path = folder.parent / 'program'
    path.write_text(f'#!/bin/sh\n{script}\n')
    path.chmod(0o755)
    return str(path)


def failed(outcome: Outcome, engine: str, name: str) -> None:
    """Assert that it is status 2, and that the line names the engine and the file."""
    assert outcome.status == 2, outcome
    lines = [line for line in outcome.err.splitlines() if engine in line]
    assert lines, outcome
    assert any(name in line for line in lines), outcome
    assert 'clean' not in outcome.out
    assert 'Traceback' not in outcome.err


# Programs -----------------------------------------------------------------------------

PROGRAMS = {
    'crashes': 'cat >/dev/null; exit 3',
    'is killed': 'kill -9 $$',
    'hangs': 'exec sleep 60',
    'hangs with a child': 'sleep 60 & wait',
    'says nothing': 'exit 0',
    'says half': 'printf "[{"',
    'says something else': 'echo "{}"',
    'says nothing was found': 'echo "[]"',
    'cannot start': '',
}


@pytest.mark.parametrize('how', PROGRAMS)
@pytest.mark.parametrize(
    ('engine', 'check', 'function'),
    [
        ('hadolint', 'docker', 'engines.hadolint._program'),
        ('semgrep', 'code', 'semgrep_core.program'),
    ],
)
def test_a_program_that_fails_is_status_2(
    repo: Repo, tmp_path: Path, engine: str, check: str, function: str, how: str
) -> None:
    name, content = ('a.js', SCRIPT) if check == 'code' else FILES[check]
    repo.stage(name, content)
    # Compiled while it works.
    assert repo.hook(check, name).status in (0, 1)
    path = program(tmp_path / 'site', PROGRAMS[how])
    if how == 'cannot start':
        Path(path).chmod(0)
        path = '/nowhere/program'
    module, _, what = function.rpartition('.')
    script = f'import hookline.{module} as e\ne.{what} = lambda: {path!r}\n'
    env = broken(tmp_path / 'site', script) | {'HOOKLINE_TIMEOUT': '3'}
    outcome = repo.hook(check, name, env=env)
    failed(outcome, engine, name)


# Packages -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ('missing', 'check'),
    [
        ('hadolint', 'docker'),
        ('semgrep', 'code'),
        ('bandit', 'code'),
    ],
)
def test_an_engine_that_is_not_installed_is_status_2(
    repo: Repo, tmp_path: Path, missing: str, check: str
) -> None:
    name, content = FILES[check]
    repo.stage(name, content)
    scripts = {
        'semgrep': 'import hookline.semgrep_core as e\ne._package = lambda: ""\n',
        'bandit': 'import hookline.engines.bandit as e\ne._home = lambda: ""\n',
        'hadolint': 'import os.path\nreal = os.path.isfile\n'
        'os.path.isfile = lambda p: "hadolint" not in str(p) and real(p)\n',
    }
    env = broken(tmp_path / 'site', scripts.get(missing, ''), (missing,))
    outcome = repo.hook(check, name, env=env)
    failed(outcome, missing, name)
    asked = hookline('scan', '--check', check, name, cwd=repo.path, env=env)
    assert asked.status == 2
    if check == 'code':
        # Not asked for by name: said, and the others run.
        tree = hookline('scan', cwd=repo.path, env=env)
        assert 'check code did not run' in tree.out


def test_detect_secrets_that_is_not_installed_is_status_2(
    repo: Repo, tmp_path: Path
) -> None:
    repo.stage('a.txt', LINE)
    env = broken(tmp_path / 'site', '', ('detect_secrets',))
    env['HOOKLINE_CACHE_DIR'] = str(tmp_path / 'cache')
    outcome = repo.hook('secrets', 'a.txt', env=env)
    assert outcome.status == 2, outcome
    assert 'detect' in outcome.err


@pytest.mark.parametrize(
    ('engine', 'module'),
    [('semgrep', 'semgrep_core'), ('bandit', 'engines.bandit')],
)
def test_another_version_than_the_one_that_is_tested_is_status_2(
    repo: Repo, tmp_path: Path, engine: str, module: str
) -> None:
    repo.stage('a.py', CODE)
    script = f'import hookline.{module} as e\ne.VERSION = "9.9.9"\n'
    outcome = repo.hook('code', 'a.py', env=broken(tmp_path / 'site', script))
    failed(outcome, engine, '9.9.9')


# Inside -------------------------------------------------------------------------------

INSIDE = {
    'raises': 'raise ZeroDivisionError({value!r})',
    'has no memory': 'raise MemoryError',
    'recurses': 'raise RecursionError',
    'meets the disk': 'raise OSError(28, "No space left on device")',
}


@pytest.mark.parametrize('how', INSIDE)
@pytest.mark.parametrize(
    ('module', 'engine', 'check'),
    [
        ('pattern', 'pattern', 'secrets'),
        ('detect_secrets', 'detect-secrets', 'secrets'),
        ('image', 'image', 'docker'),
        ('bandit', 'bandit', 'code'),
    ],
)
def test_an_engine_that_raises_is_status_2_and_hides_no_other(
    repo: Repo, tmp_path: Path, module: str, engine: str, check: str, how: str
) -> None:
    name, content = FILES[check]
    repo.stage(name, content)
    value = 'what the exception holds'
    script = (
        f'import hookline.engines.{module} as engine\n'
        f'def find(*given):\n    {INSIDE[how].format(value=value)}\n'
        'engine.find = find\n'
    )
    outcome = repo.hook(check, name, env=broken(tmp_path / 'site', script))
    failed(outcome, engine, name)
    assert value not in outcome.out + outcome.err
    if engine != 'bandit':
        # The other engine of the check has found it all the same.
        assert f'{name}:' in outcome.out


WORKER = {
    'crashes': 'import os; os._exit(3)',
    'is killed': 'import os; os.kill(os.getpid(), 9)',
    'hangs': 'import time; time.sleep(60)',
    'says nothing': 'pass',
    'says half': 'import sys; sys.stdout.buffer.write(b"[x"); sys.stdout.flush()',
    'answers fewer': 'import marshal, sys; sys.stdout.buffer.write(marshal.dumps([]))',
    'answers something else': 'import marshal, sys; '
    'sys.stdout.buffer.write(marshal.dumps(7))',
}


@pytest.mark.parametrize('how', WORKER)
def test_a_worker_of_bandit_that_fails_is_status_2(
    repo: Repo, tmp_path: Path, how: str
) -> None:
    repo.stage('a.py', CODE)
    script = f'import hookline.engines.bandit as e\ne.WORKER = {WORKER[how]!r}\n'
    env = broken(tmp_path / 'site', script) | {'HOOKLINE_TIMEOUT': '3'}
    failed(repo.hook('code', 'a.py', env=env), 'bandit', 'a.py')


def test_an_engine_that_never_comes_to_the_clock_is_ended(
    repo: Repo, tmp_path: Path
) -> None:
    repo.stage('a.txt', LINE)
    script = (
        'import hookline.engines.pattern as engine\n'
        'def find(*given):\n'
        '    import re\n'
        '    return re.match("(a+)+$", "a" * 60 + "!") or ()\n'
        'engine.find = find\n'
    )
    env = broken(tmp_path / 'site', script) | {'HOOKLINE_TIMEOUT': '1'}
    failed(repo.hook('secrets', 'a.txt', env=env), 'not done in time', 'a.txt')


# Memory -------------------------------------------------------------------------------

MANY_PYTHON = ''.join(
    f'def f{n}(a):\n    return [a, {n}, "{n}"]\n' for n in range(9000)
)
MANY_SCRIPT = ''.join(f'f({n}, [a, "{n}", {{b: {n}}}]);\n' for n in range(20_000))


@pytest.mark.skipif(sys.platform != 'linux', reason='nothing else has prlimit')
@pytest.mark.parametrize(
    ('engine', 'check', 'name', 'content', 'least'),
    [
        ('hadolint', 'docker', 'Dockerfile', DOCKER + 'RUN a | b && c\n' * 900, 6),
        ('bandit', 'code', 'a.py', CODE, 100),  # not even the stack of its thread
        ('bandit', 'code', 'a.py', MANY_PYTHON, 330),
        ('semgrep', 'code', 'a.js', MANY_SCRIPT + SCRIPT, 110),
        ('detect-secrets', 'secrets', 'a.py', 'token = "{{jwt}}"\n', 4),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_program_that_needs_more_memory_than_it_may_have_is_status_2(
    repo: Repo, engine: str, check: str, name: str, content: str, least: int
) -> None:
    repo.stage(name, expand(content, 'one') if '{{jwt' in content else content)
    enough = repo.hook(check, name)
    assert enough.status in (0, 1), enough
    answers = Path(os.environ['HOOKLINE_CACHE_DIR'], 'answers')
    shutil.rmtree(answers, ignore_errors=True)
    outcome = repo.hook(check, name, env={'HOOKLINE_MEMORY': str(least)})
    failed(outcome, engine, name)
    assert f'more than {least} MiB of memory' in outcome.err
    assert 'HOOKLINE_MEMORY' in outcome.err
    assert f'{engine} did not look at {name}' in outcome.err


@pytest.mark.parametrize('value', ['0', '-1', 'soon', '1e9', 'nan'])
@pytest.mark.parametrize('limit', ['HOOKLINE_TIMEOUT', 'HOOKLINE_MEMORY'])
def test_a_limit_that_is_none_is_status_2(repo: Repo, limit: str, value: str) -> None:
    repo.stage('Dockerfile', DOCKER)
    outcome = repo.hook('docker', 'Dockerfile', env={limit: value})
    assert outcome.status == 2
    assert limit in outcome.err


@pytest.mark.parametrize(
    ('name', 'content', 'rule'),
    [
        ('a.py', 'def f(:\n    pass\n', 'unparsed-python'),
        ('a.py', b'x = 1\0\nimport os\n', 'unparsed-python'),
        ('a.js', 'function ( { ] }\n', 'unparsed-javascript'),
        ('Dockerfile', 'FROM scratch\nNONSENSE x\n', 'unparsed-dockerfile'),
    ],
)
def test_what_a_parser_rejects_is_a_finding(
    repo: Repo, name: str, content: str | bytes, rule: str
) -> None:
    repo.stage(name, content)
    outcome = repo.hook('docker' if name == 'Dockerfile' else 'code', name)
    assert rule in outcome.out, outcome
