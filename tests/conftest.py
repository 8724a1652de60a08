"""Fixtures: real git repositories in temporary directories, and the real program."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

import wheelhouse

CHECKOUT = Path(os.environ.get('HOOKLINE_CHECKOUT') or Path(__file__).parent.parent)
BIN = Path(sys.executable).parent
IDENTITY = {
    'GIT_AUTHOR_NAME': 'Ann',
    'GIT_AUTHOR_EMAIL': 'ann@example.com',
    'GIT_AUTHOR_DATE': '2026-01-02T03:04:05Z',
    'GIT_COMMITTER_NAME': 'Ann',
    'GIT_COMMITTER_EMAIL': 'ann@example.com',
    'GIT_COMMITTER_DATE': '2026-01-02T03:04:05Z',
}
NO_CONFIGURATION = {'GIT_CONFIG_GLOBAL': os.devnull, 'GIT_CONFIG_SYSTEM': os.devnull}


@pytest.fixture(autouse=True)
def clean_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No git, CI or pre-commit variable of whoever runs the tests reaches one."""
    prefixes = ('GIT_', 'PRE_COMMIT', 'PREK', 'HOOKLINE_', 'GITHUB_', 'NO_COLOR', 'CI')
    for name in list(os.environ):
        if name.startswith(prefixes):
            monkeypatch.delenv(name)
    for name, value in {**IDENTITY, **NO_CONFIGURATION}.items():
        monkeypatch.setenv(name, value)
    # Shared by the tests of one worker: the rules are compiled once.
    cache = tmp_path_factory.getbasetemp() / 'cache'
    monkeypatch.setenv('HOOKLINE_CACHE_DIR', str(cache))


@pytest.fixture(scope='session')
def offline(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Variables with which pre-commit and prek install without any index."""
    home = tmp_path_factory.mktemp('offline')
    wheelhouse.fill(home / 'wheels', 'hookline[code]')
    return {
        'PIP_NO_INDEX': '1',
        'PIP_FIND_LINKS': str(home / 'wheels'),
        'UV_NO_INDEX': '1',
        'UV_FIND_LINKS': str(home / 'wheels'),
        'UV_OFFLINE': '1',
        'UV_PYTHON_DOWNLOADS': 'never',
        'UV_CACHE_DIR': str(home / 'uv'),
        'PRE_COMMIT_HOME': str(home / 'pre-commit'),
        'PREK_HOME': str(home / 'prek'),
        'HOOKLINE_CACHE_DIR': str(home / 'cache'),
        'PATH': f'{BIN}{os.pathsep}{os.environ["PATH"]}',
    }


class Outcome:
    """What a program printed, and its status."""

    def __init__(self, done: subprocess.CompletedProcess[bytes]) -> None:
        self.status = done.returncode
        self.raw = done.stdout + done.stderr
        self.out = done.stdout.decode('utf-8', 'surrogateescape')
        self.err = done.stderr.decode('utf-8', 'surrogateescape')

    def __repr__(self) -> str:
        return f'status {self.status}\n{self.out}{self.err}'


def run(
    *command: str | Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b'',
) -> Outcome:
    return Outcome(
        subprocess.run(
            command,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            input=stdin,
            capture_output=True,
        )
    )


def hookline(
    *arguments: str | Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Outcome:
    """Run the installed program, as a hook runs it."""
    return run(BIN / 'hookline', *arguments, cwd=cwd, env=env)


class Repo:
    """A git repository to write, stage and commit in."""

    def __init__(self, path: Path, *init: str) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self.git('init', '-q', '-b', 'main', *init)

    def git(self, *arguments: str, env: Mapping[str, str] | None = None) -> str:
        done = run('git', *arguments, cwd=self.path, env=env)
        assert done.status == 0, done
        return done.out

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def stage(self, name: str, content: str | bytes) -> None:
        self.write(name, content)
        self.git('add', '--', name)

    def commit(self, files: Mapping[str, str | bytes] | None = None) -> str:
        for name, content in (files or {}).items():
            self.stage(name, content)
        self.git('commit', '-q', '--no-verify', '--allow-empty', '-m', 'a commit')
        return self.git('rev-parse', 'HEAD').strip()

    def hook(
        self,
        check: str,
        *arguments: str,
        cwd: str = '.',
        env: Mapping[str, str] | None = None,
    ) -> Outcome:
        """Run the hook as a bare git hook would: what is staged, as git says it."""
        return hookline('hook', check, *arguments, cwd=self.path / cwd, env=env)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / 'repo')


def places(outcome: Outcome) -> list[str]:
    """Return the `path:line rule` of each finding in a text report, in order."""
    found = []
    for line in outcome.out.splitlines():
        head, _, rest = line.partition(': ')
        words = rest.split()
        if len(words) > 1 and words[1].endswith(':') and head.count(':') >= 2:
            path, number, _ = head.rsplit(':', 2)
            found.append(f'{path}:{number} {words[1][:-1]}')
    return found


def lines_of(texts: Sequence[str]) -> str:
    return ''.join(f'{text}\n' for text in texts)
