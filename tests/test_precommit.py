"""The manifest, through pre-commit and prek as users run them; installs are offline."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from conftest import CHECKOUT, Outcome, Repo, run
from values import github_token

IDS = ('hookline-secrets', 'hookline-code', 'hookline-docker', 'hookline')
TOKEN_LINE = f"TOKEN = '{github_token()}'\n"
INJECTION = """\
import subprocess


def show(name):
    subprocess.run('ls ' + name, shell=True)
"""
FILES = {
    'settings.py': TOKEN_LINE,
    'run.py': INJECTION,
    'Dockerfile': 'FROM scratch\nADD https://example.com/x.sh /x.sh\n',
}
# What each hook must say of FILES, and of nothing else.
SAYS = {
    'hookline-secrets': ('settings.py:1:', 'github-token'),
    'hookline-code': ('run.py:5:', 'bandit-b602'),
    'hookline-docker': ('Dockerfile:2:', 'add-from-url'),
}
SAYS['hookline'] = SAYS['hookline-secrets']


@pytest.fixture(params=['pre-commit', 'prek'])
def runner(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def configured(repo: Repo, *ids: str) -> None:
    revision = run('git', 'rev-parse', 'HEAD', cwd=CHECKOUT).out.strip()
    hooks = ''.join(f'      - id: {name}\n' for name in ids)
    repo.stage(
        '.pre-commit-config.yaml',
        f'repos:\n  - repo: {CHECKOUT}\n    rev: {revision}\n    hooks:\n{hooks}',
    )


def test_try_repo_works_for_every_hook_id(
    repo: Repo, offline: Mapping[str, str]
) -> None:
    for name, content in FILES.items():
        repo.stage(name, content)
    outcome = run(
        *('pre-commit', 'try-repo', str(CHECKOUT)), cwd=repo.path, env=offline
    )
    assert outcome.status == 1, outcome
    for name in IDS:
        assert_blocked(outcome, name)
    assert 'hookline-push' not in failures(outcome)


def test_try_repo_works_for_a_push(repo: Repo, offline: Mapping[str, str]) -> None:
    first = repo.commit({'a.py': 'x = 1\n'})
    repo.commit({'settings.py': TOKEN_LINE})
    last = repo.commit({'settings.py': 'x = 1\n', 'b.py': 'x = 1\n'})
    command = ('pre-commit', 'try-repo', str(CHECKOUT), 'hookline-push')
    refs = ('--hook-stage', 'pre-push', '--from-ref', first, '--to-ref', last)
    outcome = run(*command, *refs, cwd=repo.path, env=offline)
    assert outcome.status == 1, outcome
    assert 'settings.py:1:' in outcome.out
    clean = ('--hook-stage', 'pre-push', '--from-ref', last, '--to-ref', last)
    assert run(*command, *clean, cwd=repo.path, env=offline).status == 0


@pytest.mark.parametrize('name', IDS)
def test_a_commit_is_stopped_and_then_passes(
    repo: Repo, offline: Mapping[str, str], runner: str, name: str
) -> None:
    configured(repo, name)
    repo.commit({'a.py': 'x = 1\n', 'Dockerfile': 'FROM scratch\n'})
    installed = run(runner, 'install', cwd=repo.path, env=offline)
    assert installed.status == 0, installed
    for path, content in FILES.items():
        repo.stage(path, content)
    outcome = run('git', 'commit', '-m', 'x', cwd=repo.path, env=offline)
    assert outcome.status == 1, outcome
    assert_blocked(outcome, name)
    for path in FILES:
        content = 'FROM scratch\n' if path == 'Dockerfile' else 'y = 2\n'
        repo.stage(path, content)
    outcome = run('git', 'commit', '-m', 'x', cwd=repo.path, env=offline)
    assert outcome.status == 0, outcome


@pytest.mark.parametrize('name', IDS)
def test_all_files_and_refs_are_read(
    repo: Repo, offline: Mapping[str, str], runner: str, name: str
) -> None:
    configured(repo, name)
    first = repo.commit({'a.py': 'x = 1\n'})
    last = repo.commit(FILES)
    every = run(runner, 'run', '--all-files', cwd=repo.path, env=offline)
    assert every.status == 1, every
    assert_blocked(every, name)
    refs = ('--from-ref', first, '--to-ref', last)
    span = run(runner, 'run', *refs, cwd=repo.path, env=offline)
    assert span.status == 1, span
    assert_blocked(span, name)
    # Nothing that the last commit has is new to it.
    quiet = ('--from-ref', last, '--to-ref', last)
    assert run(runner, 'run', *quiet, cwd=repo.path, env=offline).status == 0


def test_a_push_is_stopped(
    repo: Repo, offline: Mapping[str, str], runner: str, tmp_path: Path
) -> None:
    configured(repo, 'hookline-push')
    repo.commit({'a.py': 'x = 1\n'})
    repo.git('init', '-q', '--bare', str(tmp_path / 'remote'))
    repo.git('remote', 'add', 'origin', str(tmp_path / 'remote'))
    command = (runner, 'install', '--hook-type', 'pre-push')
    assert run(*command, cwd=repo.path, env=offline).status == 0
    push = ('git', 'push', '-q', 'origin', 'main')
    first = run(*push, cwd=repo.path, env=offline)
    assert first.status == 0, first
    repo.commit({'settings.py': TOKEN_LINE})
    repo.commit({'settings.py': 'x = 1\n'})
    outcome = run(*push, cwd=repo.path, env=offline)
    assert outcome.status == 1, outcome
    assert 'settings.py:1:' in outcome.out + outcome.err


def test_a_warning_alone_lets_a_commit_pass(
    repo: Repo, offline: Mapping[str, str], runner: str
) -> None:
    configured(repo, 'hookline-secrets')
    repo.stage('.hookline/policy.yaml', 'version: 1\nmode: {secrets: warn}\n')
    repo.stage('settings.py', TOKEN_LINE)
    outcome = run(runner, 'run', '--verbose', cwd=repo.path, env=offline)
    assert outcome.status == 0, outcome
    assert '(warning)' in outcome.out


def test_colour_and_width_are_right_on_a_pty_of_no_size(
    repo: Repo, offline: Mapping[str, str], runner: str
) -> None:
    configured(repo, 'hookline-secrets')
    repo.stage('settings.py', TOKEN_LINE)
    command = (runner, 'run', '--color', 'always')
    coloured = run(*command, cwd=repo.path, env=offline)
    assert '\x1b[' in coloured.out
    assert 'github-token' in coloured.out
    plain = run(*command, cwd=repo.path, env={**offline, 'NO_COLOR': '1'})
    own = plain.out.partition('settings.py:1')[2].partition('More')[0]
    assert own
    assert '\x1b[' not in own


def test_the_demo_does_what_it_says(offline: Mapping[str, str]) -> None:
    outcome = run(
        sys.executable,
        str(CHECKOUT / 'tests' / 'demo.py'),
        env={**offline, 'HOOKLINE_CHECKOUT': str(CHECKOUT)},
    )
    assert outcome.status == 0, outcome
    assert '4 block' in outcome.out
    assert 'Done' in outcome.out


def assert_blocked(outcome: Outcome, name: str) -> None:
    """The hook called `name` stopped it, with the finding that it must have."""
    said = failures(outcome)
    assert name in said, outcome
    place, rule = SAYS[name]
    assert place in said[name], outcome
    assert rule in said[name], outcome


def failures(outcome: Outcome) -> dict[str, str]:
    """Return what each hook that failed printed, by its id."""
    parts = re.split(r'^- hook id: (\S+)$', outcome.out + outcome.err, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


# The manifest -------------------------------------------------------------------------


def manifest() -> list[dict[str, object]]:
    content = (CHECKOUT / '.pre-commit-hooks.yaml').read_text()
    found = yaml.safe_load(content)
    assert isinstance(found, list)
    return found


def test_the_ids_of_the_hooks_are_those_that_were_released() -> None:
    assert {hook['id'] for hook in manifest()} == {*IDS, 'hookline-push'}


def test_every_hook_names_its_stages_and_is_serial() -> None:
    for hook in manifest():
        assert next(iter(hook)) == 'minimum_pre_commit_version'
        assert hook['stages']
        assert hook['require_serial'] is True


@pytest.mark.parametrize(
    ('name', 'taken'),
    [
        ('Dockerfile', True),
        ('sub/dockerfile', True),
        ('Dockerfile.dev', True),
        ('Dockerfile-dev', True),
        ('Dockerfile_dev', True),
        ('prod.Dockerfile', True),
        ('dev.dockerfile', True),
        ('Containerfile', True),
        ('docker-compose.yml', True),
        ('.github/workflows/ci.yaml', True),
        ('docker-bake.hcl', True),
        ('docker-bake.override.json', True),
        ('.devcontainer/devcontainer.json', True),
        ('.devcontainer.json', True),
        ('package.json', False),
        ('dockerfile_parser.py', False),
        ('README.md', False),
    ],
)
def test_the_docker_hook_takes_the_names_that_it_judges(name: str, taken: bool) -> None:
    (pattern,) = (h['files'] for h in manifest() if h['id'] == 'hookline-docker')
    assert bool(re.search(str(pattern), name)) is taken
