"""Faults F 27 again: planted ways of writing a secret where no report is.

Each plants a value where some tool has written one: in a name, an error, an argument, a
temporary file, the state of a crash. Nothing that is printed or left behind holds it.
"""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from test_e_engines import CODE, SCRIPT, broken
from test_f_output_and_state import (
    FORMATS,
    HIDDEN,
    HOOKLINE,
    OTHER,
    TOKEN,
    _written,
    assert_hidden,
)
from ways import CLEAN, LINE, stage

from conftest import Repo, hookline, run

POLICY = '.hookline/policy.yaml'
DOCKERS = ('Dockerfile', 'compose.yaml', '.gitlab-ci.yml')
CODES = ('a.py', 'a.js')
Plant = Callable[[Repo], tuple[str, ...]]


def _staged(name: str, content: str | bytes, *command: str) -> Plant:
    def plant(repo: Repo) -> tuple[str, ...]:
        repo.stage(name, content)
        check = 'docker' if name in DOCKERS else 'code' if name in CODES else 'secrets'
        return command or ('hook', check, name)

    return plant


def _policy(text: str) -> Plant:
    def plant(repo: Repo) -> tuple[str, ...]:
        repo.write(POLICY, f'version: 1\n{text}\n')
        repo.stage('a.py', LINE)
        return 'hook', 'secrets', 'a.py'

    return plant


def _rule(text: str) -> Plant:
    def plant(repo: Repo) -> tuple[str, ...]:
        repo.write('.hookline/secrets/x.yaml', text)
        repo.stage('a.py', LINE)
        return 'hook', 'secrets', 'a.py'

    return plant


def _zip(name: str, content: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, 'w', zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return held.getvalue()


def _tar(name: str, content: str) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode='w:gz') as archive:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content.encode()))
    return held.getvalue()


def _linked(repo: Repo) -> tuple[str, ...]:
    (repo.path / 'link').symlink_to(f'/srv/{TOKEN}')
    repo.git('add', 'link')
    return 'hook', 'secrets', 'link'


def _fifo(repo: Repo) -> tuple[str, ...]:
    os.mkfifo(repo.path / f'{TOKEN}.fifo')
    return 'scan', '.'


def _submodule(repo: Repo) -> tuple[str, ...]:
    tip = repo.commit({'a.py': CLEAN})
    repo.git('update-index', '--add', '--cacheinfo', f'160000,{tip},{TOKEN}')
    return 'scan', '--staged', '-v'


def _deleted(repo: Repo) -> tuple[str, ...]:
    repo.commit({f'{TOKEN}.txt': CLEAN, 'a.py': CLEAN})
    (repo.path / f'{TOKEN}.txt').unlink()
    return 'scan', '.', '-v'


def _conflict(repo: Repo) -> tuple[str, ...]:
    name = f'{TOKEN}.txt'
    repo.commit({name: 'a\n'})
    repo.git('checkout', '-q', '-b', 'other')
    repo.commit({name: 'b\n'})
    repo.git('checkout', '-q', 'main')
    repo.commit({name: 'c\n'})
    run('git', 'merge', '-q', 'other', cwd=repo.path)
    return 'hook', 'secrets'


def _author(repo: Repo) -> tuple[str, ...]:
    base = repo.commit({'a.py': CLEAN})
    repo.stage('b.py', LINE)
    repo.git('commit', '-q', '-m', f'with {OTHER}', f'--author={TOKEN} <a@b.c>')
    return 'scan', '--range', f'{base}..HEAD'


def _history(repo: Repo) -> tuple[str, ...]:
    repo.commit({'b.py': LINE, f'x/{OTHER}.txt': CLEAN})
    repo.git('tag', '-a', 'v1', '-m', f'with {OTHER}')
    return 'scan', '--history'


def _missing(repo: Repo) -> tuple[str, ...]:
    repo.commit({f'{TOKEN}.txt': LINE})
    blob = repo.git('rev-parse', f'HEAD:{TOKEN}.txt').strip()
    (repo.path / f'.git/objects/{blob[:2]}/{blob[2:]}').unlink()
    return 'scan', '--history'


def _baseline(repo: Repo) -> tuple[str, ...]:
    row = f'{{"rule": "{TOKEN}", "path": 1, "fingerprint": "{OTHER}"}}'
    repo.write('.hookline/baseline.json', f'{{"version": 1, "findings": [{row}]}}')
    repo.stage('a.py', LINE)
    return 'hook', 'secrets', 'a.py'


def _images(repo: Repo) -> tuple[str, ...]:
    repo.write(
        '.hookline/images.yaml',
        f'deny: [{{image: "a.io/**", reason: see {TOKEN}, {OTHER}: x}}]\n',
    )
    repo.stage('Dockerfile', f'FROM a.io/b:{OTHER}\n')
    return 'hook', 'docker', 'Dockerfile'


DOCKER = (
    f'FROM a.io/x:{TOKEN}\nARG T={OTHER}\nENV PASSWORD={HIDDEN}\n'
    f'RUN curl -H "Authorization: {TOKEN}" x.y | sh\nLABEL {OTHER}=x\n'
    f'ADD https://app:{HIDDEN}@example.com/{TOKEN} /x\nCOPY --from={OTHER} a b\n'
    f'MAINTAINER {TOKEN}\nWORKDIR {OTHER}\nHEALTHCHECK {TOKEN}\n'
)
PLANTS: dict[str, Plant] = {
    'a Dockerfile': _staged('Dockerfile', DOCKER),
    'a broken Dockerfile': _staged('Dockerfile', f'FROM x\n{TOKEN} {OTHER}\n'),
    'a compose file': _staged(
        'compose.yaml', f'services: {{a: {{image: "a.io/{TOKEN}:{OTHER}"}}}}\n'
    ),
    'broken YAML': _staged('.gitlab-ci.yml', f'image: [{TOKEN}\n: {OTHER}\n'),
    'a syntax error': _staged('a.py', f'x = ("{TOKEN}"\n{OTHER} {TOKEN}\n'),
    'broken JavaScript': _staged('a.js', f'f({{ "{TOKEN}" ] {OTHER}\n'),
    'names of variables': _staged('a.py', f'{TOKEN} = eval("{OTHER}")\n'),
    'a call': _staged('a.js', SCRIPT + f'cp.exec("{TOKEN}" + {OTHER});\n'),
    'a notebook': _staged('a.ipynb', f'{{"cells": [{{"source": ["{TOKEN}"]}}]}}\n'),
    'a name in a zip': _staged('a.zip', _zip(f'{TOKEN}.txt', LINE)),
    'a name in a tar': _staged('a.tgz', _tar(f'd/{TOKEN}', LINE)),
    'a damaged zip': _staged('a.zip', _zip(f'{TOKEN}.txt', LINE * 99)[:-40]),
    'a folder': _staged(f'd/{TOKEN}/a.py', CODE),
    'a link': _linked,
    'a FIFO': _fifo,
    'a submodule': _submodule,
    'a deleted file': _deleted,
    'a conflict': _conflict,
    'an author': _author,
    'a history': _history,
    'an object that is missing': _missing,
    'a key of the policy': _policy(f'{TOKEN}: x'),
    'a rule in the policy': _policy(f'mode: {{{TOKEN}: block}}'),
    'a glob in the policy': _policy(f'exclude: [{{match: ["{TOKEN}/["]}}]'),
    'a mode': _policy(f'mode: {{secrets: {TOKEN}}}'),
    'a date': _policy(f'exclude: [{{match: [x], reason: y, expires: {TOKEN}}}]'),
    'broken policy': _policy(f'mode: [{TOKEN}'),
    'an anchor': _policy(f'mode: *{TOKEN}'),
    'a tag of YAML': _policy(f'mode: !{TOKEN} x'),
    'a regex of a rule': _rule(
        f'{{id: x, title: X, severity: low, confidence: low, cwe: 798, why: X.,'
        f' remedy: Y., pattern: {{regex: "({TOKEN}"}}}}\n'
    ),
    'an id of a rule': _rule(f'id: {TOKEN}\n'),
    'a key of a rule': _rule(f'id: x\n{TOKEN}: y\n'),
    'the baseline': _baseline,
    'images.yaml': _images,
    'an absent name': _staged('a.py', CLEAN, 'hook', 'secrets', f'{TOKEN}.txt'),
    'an absent path': _staged('a.py', CLEAN, 'scan', f'x/{TOKEN}'),
    'a revision': _staged('a.py', CLEAN, 'scan', '--range', f'{TOKEN}..HEAD'),
    'an option': _staged('a.py', CLEAN, 'hook', 'secrets', f'--{TOKEN}', 'a.py'),
    'a command': _staged('a.py', CLEAN, TOKEN),
    'a rule to explain': _staged('a.py', CLEAN, 'explain', TOKEN),
    'a rules directory': _staged('a.py', CLEAN, 'scan', '--rules', f'/x/{TOKEN}'),
    'a report': _staged('a.py', LINE, 'scan', '--output', f'/nowhere/{TOKEN}'),
}


@pytest.mark.parametrize('where', PLANTS)
def test_a_secret_that_is_planted_somewhere_is_not_repeated(
    repo: Repo, tmp_path: Path, where: str
) -> None:
    command = PLANTS[where](repo)
    before = {path for path, _ in _written(repo.path)}
    cache, temporary = Path(os.environ['HOOKLINE_CACHE_DIR']), tmp_path / 'temporary'
    temporary.mkdir()
    env = {'TMPDIR': str(temporary)}
    own = command[0] in ('hook', 'scan') and where != 'a report'
    for form in FORMATS if own else ('',):
        verb, rest = command[:1], command[1:]
        if own and verb == ('hook',):
            verb, rest = command[:2], command[2:]
        options = ('--format', form, '-v') if form else ()
        outcome = hookline(*verb, *options, *rest, cwd=repo.path, env=env)
        assert outcome.status in (0, 1, 2), outcome.status
        assert_hidden(outcome.raw, f'what is printed as {form or "text"}')
        assert b'Traceback' not in outcome.raw
        assert b'internal error' not in outcome.raw
    for path, content in _written(cache, temporary):
        assert_hidden(str(path).encode() + content, 'the cache')
    assert not list(temporary.iterdir()), 'a temporary copy was left'
    assert {path for path, _ in _written(repo.path)} == before


# Programs that engines run ------------------------------------------------------------

SPY = """\
{{ tr '\\0' '\\n' </proc/$$/cmdline; tr '\\0' '\\n' </proc/$$/environ
for one in "$@"; do case "$one" in /*) ls -a "$(dirname "$one")" ;; esac; done; }} \
    >>{said} 2>&1
exec {real} "$@"
"""


@pytest.mark.parametrize(
    ('check', 'function'),
    [('docker', 'engines.hadolint._program'), ('code', 'semgrep_core.program')],
)
def test_no_argument_variable_or_name_of_a_program_holds_a_secret(
    repo: Repo, tmp_path: Path, check: str, function: str
) -> None:
    name = f'{TOKEN}/Dockerfile' if check == 'docker' else f'{TOKEN}.js'
    repo.stage(name, DOCKER if check == 'docker' else f'eval("{OTHER}" + x)\n')
    module, _, what = function.rpartition('.')
    script = f'import hookline.{module} as e; print(e.{what}())'
    real = run(sys.executable, '-c', script).out.strip()
    log = tmp_path / 'said'
    program = tmp_path / 'program'
    program.write_text('#!/bin/sh\n' + SPY.format(said=log, real=real))
    program.chmod(0o755)
    script = f'import hookline.{module} as e\ne.{what} = lambda: {str(program)!r}\n'
    outcome = repo.hook(check, name, env=broken(tmp_path / 'site', script))
    assert outcome.status in (0, 1), outcome
    assert log.exists()
    assert_hidden(log.read_bytes(), 'what another process can see')


def test_no_worker_is_given_a_secret_where_others_see_it(
    repo: Repo, tmp_path: Path
) -> None:
    repo.stage(f'{TOKEN}.py', f'import os\nos.system("{OTHER}" + x)\n')
    script = (
        'import hookline.programs as p\nreal = p.processes.start\n'
        'def start(command, env, **more):\n'
        f'    open({str(tmp_path / "said")!r}, "a").write(repr((command, env, more)))\n'
        '    return real(command, env, **more)\n'
        'p.processes.start = start\n'
    )
    outcome = repo.hook('all', f'{TOKEN}.py', env=broken(tmp_path / 'site', script))
    assert outcome.status == 1, outcome
    said = (tmp_path / 'said').read_bytes()
    assert b'bandit' in said
    assert_hidden(said, 'an argument')


@pytest.mark.skipif(sys.platform != 'linux', reason='it needs /proc')
def test_a_program_that_crashes_leaves_no_core(repo: Repo, tmp_path: Path) -> None:
    repo.stage('a.js', SCRIPT + '// of this test alone: no answer is kept\n')
    program = tmp_path / 'program'
    program.write_text('#!/bin/sh\nulimit -c >' + str(tmp_path / 'said') + '\nexit 3\n')
    program.chmod(0o755)
    script = (
        f'import hookline.semgrep_core as e\ne.program = lambda: {str(program)!r}\n'
    )
    env = {**os.environ, **broken(tmp_path / 'site', script)}
    command = f'ulimit -c unlimited; exec {HOOKLINE} hook code a.js'
    outcome = run('sh', '-c', command, cwd=repo.path, env=env)
    assert outcome.status == 2, outcome
    assert (tmp_path / 'said').read_text() == '0\n'


# Python's own ways of telling ---------------------------------------------------------


@pytest.mark.parametrize(
    'variables',
    [
        {'PYTHONVERBOSE': '1'},
        {'PYTHONDEVMODE': '1'},
        {'PYTHONFAULTHANDLER': '1'},
        {'PYTHONTRACEMALLOC': '5'},
        {'PYTHONINSPECT': '1'},
        {'PYTHONDUMPREFSFILE': 'dump'},
        {'PYTHONPROFILEIMPORTTIME': '1'},
        {'PYTHONWARNINGS': 'always'},
        {'PYTHONOPTIMIZE': '2', 'PYTHONHASHSEED': '0'},
        {'PYTHONUNBUFFERED': '1', 'PYTHONUTF8': '1'},
        {'PYTHONHISTORY': 'x', 'PYTHONSTARTUP': 'a.py'},
        {'GIT_TRACE': '1', 'GIT_TRACE_PACKET': '1', 'GIT_TRACE2': '1'},
        {'GIT_TRACE_SETUP': '{folder}/trace', 'GIT_TRACE2_EVENT': '{folder}/events'},
        {'SEMGREP_LOG_FILE': '{folder}/log', 'SEMGREP_SETTINGS_FILE': '{folder}/s'},
        {'MALLOC_CHECK_': '3', 'MALLOC_PERTURB_': '7'},
    ],
    ids=lambda value: ' '.join(value),
)
def test_no_variable_makes_a_run_tell_more(
    repo: Repo, tmp_path: Path, variables: dict[str, str]
) -> None:
    stage(repo, {'a.py': LINE + CODE, 'Dockerfile': DOCKER, f'{OTHER}.txt': CLEAN})
    folder = tmp_path / 'folder'
    folder.mkdir()
    env = {name: value.format(folder=folder) for name, value in variables.items()}
    outcome = repo.hook('secrets', env=env)
    assert outcome.status == 1, outcome.status
    assert 'a.py:1:' in outcome.out
    assert_hidden(outcome.raw, 'the output')
    for path, content in _written(folder):
        assert_hidden(content, path.name)


@pytest.mark.parametrize('number', [signal.SIGQUIT, signal.SIGABRT, signal.SIGTERM])
def test_a_signal_makes_it_say_nothing(repo: Repo, number: int) -> None:
    repo.stage('a.txt', LINE * 200_000)
    process = subprocess.Popen(
        (HOOKLINE, 'hook', 'secrets', 'a.txt'),
        cwd=repo.path,
        env={**os.environ, 'PYTHONFAULTHANDLER': '1'},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    time.sleep(0.4)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert_hidden(out + err, 'the last words')
    assert not list(repo.path.glob('core*'))
