"""The ways that content reaches hookline: the same files through each of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from conftest import BIN, Outcome, Repo, hookline, run
from values import github_token

TOKEN = github_token()
LINE = f"TOKEN = '{TOKEN}'\n"
CLEAN = 'x = 1\n'
# The hook says its status in a file, for git makes every failure 1.
HOOK = """\
#!/bin/sh
hookline hook {arguments} >.git/said 2>&1
status=$?
cat .git/said
echo $status >.git/status
exit $status
"""
WITH_HOOKLINE = {'PATH': f'{BIN}{os.pathsep}{os.environ["PATH"]}'}

Files = Mapping[str, str | bytes]
Way = Callable[[Repo, Files], Outcome]


def install(repo: Repo, name: str = 'pre-commit', arguments: str = 'secrets') -> None:
    """Make hookline a bare git hook of the repository."""
    hook = repo.write(f'.git/hooks/{name}', HOOK.format(arguments=arguments))
    hook.chmod(0o755)


def said(repo: Repo, outcome: Outcome) -> Outcome:
    """Return the outcome with hookline's own status in the place of git's."""
    outcome.status = int((repo.path / '.git/status').read_text())
    outcome.out += outcome.err
    return outcome


def stage(repo: Repo, files: Files) -> None:
    for name, content in files.items():
        repo.write(name, content)
    repo.git('add', '-f', '-A')


def by_git_hook(repo: Repo, files: Files) -> Outcome:
    install(repo)
    stage(repo, files)
    command = ('git', 'commit', '-q', '-m', 'x')
    return said(repo, run(*command, cwd=repo.path, env=WITH_HOOKLINE))


def by_names(repo: Repo, files: Files) -> Outcome:
    stage(repo, files)
    return repo.hook('secrets', *files)


def by_scan_staged(repo: Repo, files: Files) -> Outcome:
    stage(repo, files)
    return hookline('scan', '--staged', '--check', 'secrets', cwd=repo.path)


def by_scan_path(repo: Repo, files: Files) -> Outcome:
    for name, content in files.items():
        repo.write(name, content)
    return hookline('scan', '.', '--check', 'secrets', cwd=repo.path)


def by_all_files(repo: Repo, files: Files) -> Outcome:
    """pre-commit run --all-files: names, and nothing staged."""
    stage(repo, files)
    repo.commit()
    return repo.hook('secrets', *files)


def by_range(repo: Repo, files: Files) -> Outcome:
    base = repo.commit()
    stage(repo, files)
    repo.commit()
    command = ('scan', '--range', f'{base}..HEAD', '--check', 'secrets')
    return hookline(*command, cwd=repo.path)


def by_refs(repo: Repo, files: Files) -> Outcome:
    base = repo.commit()
    stage(repo, files)
    tip = repo.commit()
    refs = {'PRE_COMMIT_FROM_REF': base, 'PRE_COMMIT_TO_REF': tip}
    return repo.hook('secrets', *files, env=refs)


def by_push(repo: Repo, files: Files) -> Outcome:
    remote(repo)
    repo.commit()
    repo.git('push', '-q', 'origin', 'main')
    stage(repo, files)
    repo.commit()
    install(repo, 'pre-push', 'push "$@"')
    return push(repo, 'origin', 'main')


def remote(repo: Repo, name: str = 'origin') -> None:
    place = repo.path.parent / f'{name}.git'
    repo.git('init', '-q', '--bare', str(place))
    repo.git('remote', 'add', name, str(place))


def push(repo: Repo, *arguments: str) -> Outcome:
    command = ('git', 'push', '-q', *arguments)
    return said(repo, run(*command, cwd=repo.path, env=WITH_HOOKLINE))


COMMIT: Sequence[Way] = (by_git_hook, by_names, by_scan_staged)
WAYS: Sequence[Way] = (
    *COMMIT,
    by_scan_path,
    by_all_files,
    by_range,
    by_refs,
    by_push,
)


def fake(directory: Path, name: str, script: str) -> dict[str, str]:
    """Put a program first in PATH; return the environment that has it."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / name
    path.write_text(f'#!/bin/sh\n{script}\n')
    path.chmod(0o755)
    return {'PATH': f'{directory}{os.pathsep}{os.environ["PATH"]}'}
