"""What a wheel installs as `hookline` starts the right Python, wherever it stands."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

import hookline
import values
from conftest import CHECKOUT, Repo, run

PACKAGE = Path(hookline.__file__).parent
LAUNCHER = CHECKOUT / 'hooks' / 'hookline' / 'bin' / 'hookline'
PACKAGES = sysconfig.get_paths()['purelib']

pytestmark = pytest.mark.skipif(os.name == 'nt', reason='there, pip writes it')


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """A virtual environment with hookline in it, in a folder with a space."""
    top = tmp_path / 'my environment'
    made = run(sys.executable, '-m', 'venv', '--without-pip', top)
    assert made.status == 0
    shutil.copy(LAUNCHER, top / 'bin')
    # As a wheel has it: with the rules inside.
    shutil.copytree(PACKAGE, inside(top) / 'hookline')
    shutil.copytree(
        CHECKOUT / 'rules', inside(top) / 'hookline' / 'rules', dirs_exist_ok=True
    )
    # What the installer writes: another interpreter than the one beside it.
    other = top / 'bin' / 'hookline-python'
    other.write_text('#!/bin/sh\necho other "$@"\n')
    other.chmod(0o755)
    return top


def inside(top: Path) -> Path:
    return next(top.glob('lib/python*/site-packages'))


def plain(top: Path) -> Path:
    for name in ('hyperscan', 'detect_secrets', 'yaml', 'requests'):
        (inside(top) / name).symlink_to(Path(PACKAGES) / name)
    return top / 'bin' / 'hookline'


def with_packages_elsewhere(top: Path) -> Path:
    (inside(top) / 'elsewhere.pth').write_text(PACKAGES)
    return top / 'bin' / 'hookline'


def editable(top: Path) -> Path:
    shutil.rmtree(inside(top) / 'hookline')
    (inside(top) / '__editable__.pth').write_text(f'{PACKAGE.parent}\n{PACKAGES}')
    return top / 'bin' / 'hookline'


def linked(top: Path) -> Path:
    """As pipx does it: a link to a link, one of them relative."""
    folder = top.parent / 'bin'
    folder.mkdir()
    (folder / 'first').symlink_to(plain(top))
    (folder / 'hookline').symlink_to('first')
    return folder / 'hookline'


@pytest.mark.parametrize('way', [plain, with_packages_elsewhere, editable, linked])
def test_a_secret_stops_a_commit(
    environment: Path, repo: Repo, way: Callable[[Path], Path]
) -> None:
    repo.stage('a b.txt', f'token = "{values.github_token()}"\n')
    outcome = run(way(environment), 'hook', 'secrets', 'a b.txt', cwd=repo.path)
    assert (outcome.status, outcome.err) == (1, ''), outcome
    assert 'a b.txt:1:' in outcome.out


def test_site_is_not_started_for_a_plain_environment(environment: Path) -> None:
    path = plain(environment)
    code = path.read_text().replace(
        'from hookline', 'print(*sys.modules)\nfrom hookline'
    )
    path.write_text(code)
    known = run(path, '--version').out.split()
    assert 'os' in known
    assert not {'site', 're', 'sitecustomize'} & {*known}
    assert run(path, '--version').out.endswith('hookline 0.1.0\n')


@pytest.mark.parametrize('why', ['PYTHONPATH', 'no environment', 'no interpreter'])
def test_otherwise_the_installer_knows_the_interpreter(
    environment: Path, why: str
) -> None:
    path = plain(environment)
    if why == 'no environment':
        (environment / 'pyvenv.cfg').unlink()
    if why == 'no interpreter':
        (environment / 'bin' / 'python').unlink()
    env = {'PYTHONPATH': '/nowhere'} if why == 'PYTHONPATH' else {}
    outcome = run(path, 'hook', 'a b', env=env)
    assert (outcome.status, outcome.out) == (0, 'other hook a b\n')
