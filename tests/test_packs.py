"""Rules that come as an installed package, as an organisation ships them."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

import pytest

from conftest import BIN, CHECKOUT, Outcome, Repo, places, run
from hookline import examples, packs
from hookline.nouns import Failure

RULE = """\
id: acme-token
title: ACME deployment token
severity: high
confidence: high
cwe: 798
why: Whoever has it can deploy to production.
remedy: Revoke it at the ACME console, then read it from the environment.
pattern:
  regex: '\\b(acme_[a-z0-9]{24})\\b'
  keywords: [acme_]
"""
POLICY = 'contact: "#acme-security"\nmode: {code: warn}\nlocked: [secrets]\n'
TOKEN = examples.expand('x = "acme_{{loweralnum:24}}"\n', 'packs')


def project(path: Path, *, name: str = 'acme-rules', policy: str = POLICY) -> Path:
    """Write the sources of a pack."""
    package = name.replace('-', '_')
    (path / package / 'secrets').mkdir(parents=True)
    (path / package / '__init__.py').write_text('raise SystemExit("imported")\n')
    (path / package / 'policy.yaml').write_text(policy)
    (path / package / 'secrets' / 'acme-token.yaml').write_text(RULE)
    (path / 'pyproject.toml').write_text(f"""\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "{name}"
version = "1.0"
[project.entry-points."hookline.rules"]
{name} = "{package}"
[tool.setuptools]
packages = ["{package}"]
[tool.setuptools.package-data]
{package} = ["**/*.yaml"]
""")
    return path


def wheel(path: Path, into: Path) -> Path:
    outcome = run(
        *(sys.executable, '-m', 'pip', 'wheel', '--no-deps', '--no-build-isolation'),
        *('--quiet', '--no-index', '--wheel-dir', str(into), str(path)),
    )
    assert outcome.status == 0, outcome
    (found,) = into.glob('acme*.whl')
    return found


class Environment:
    """An environment of its own, where hookline is importable."""

    def __init__(self, path: Path) -> None:
        outcome = run(sys.executable, '-m', 'venv', '--without-pip', str(path))
        assert outcome.status == 0, outcome
        self.python = path / ('Scripts' if os.name == 'nt' else 'bin') / 'python'
        (self.site,) = path.glob('[Ll]ib/**/site-packages')
        outer = sysconfig.get_paths()['purelib']
        # Its .pth files as well: hookline may be installed for editing there.
        (self.site / 'outer.pth').write_text(
            f'import site; site.addsitedir({outer!r})\n'
        )

    def pip(self, *arguments: str) -> None:
        outcome = run(
            *(sys.executable, '-m', 'pip', '--python', str(self.python)),
            *(*arguments, '--quiet'),
        )
        assert outcome.status == 0, outcome

    def hookline(self, repo: Repo, *arguments: str) -> Outcome:
        start = (str(self.python), '-m', 'hookline.cli')
        return run(*start, *arguments, cwd=repo.path)


@pytest.fixture(scope='module')
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp('pack')
    return wheel(project(top / 'acme'), top)


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment(tmp_path / 'env')


def test_a_pack_is_a_layer_while_it_is_installed(
    repo: Repo, environment: Environment, built: Path
) -> None:
    repo.stage('a.py', TOKEN)
    hook = ('hook', 'secrets', 'a.py')
    assert environment.hookline(repo, *hook).status == 0
    environment.pip('install', '--no-deps', '--no-index', str(built))
    outcome = environment.hookline(repo, *hook)
    assert outcome.status == 1, outcome
    assert 'a.py:1 acme-token' in places(outcome)
    assert '#acme-security' in outcome.out
    assert environment.hookline(repo, *hook).status == 1  # from the cache
    shown = environment.hookline(repo, 'rules', 'show', 'acme-token').out
    assert shown == f'# acme-rules/secrets/acme-token.yaml\n{RULE}'
    environment.pip('uninstall', '--yes', 'acme-rules')
    assert environment.hookline(repo, *hook).status == 0


def test_the_repository_comes_after_a_pack_and_within_its_locks(
    repo: Repo, environment: Environment, built: Path
) -> None:
    environment.pip('install', '--no-deps', '--no-index', str(built))
    repo.stage('a.py', TOKEN)
    hook = ('hook', 'secrets', 'a.py')
    repo.write('.hookline/policy.yaml', 'contact: me\nmode: {code: block}\n')
    assert 'Questions: me\n' in environment.hookline(repo, *hook).out
    repo.write('.hookline/policy.yaml', 'mode: {acme-token: warn}\n')
    outcome = environment.hookline(repo, *hook)
    assert outcome.status == 2
    assert outcome.err == (
        'hookline: .hookline/policy.yaml:1: mode.acme-token: warn is looser than '
        'block for acme-token; secrets is locked by acme-rules/policy.yaml\n'
    )
    (repo.path / '.hookline/policy.yaml').unlink()
    repo.write('.hookline/secrets/acme-token.yaml', RULE.replace('high', 'low'))
    outcome = environment.hookline(repo, *hook)
    assert outcome.status == 2
    assert 'locked by acme-rules/policy.yaml' in outcome.err


def test_a_pack_that_is_installed_for_editing_is_one(
    repo: Repo, environment: Environment, tmp_path: Path
) -> None:
    source = project(tmp_path / 'acme')
    environment.pip('install', '--no-deps', '--no-build-isolation', '-e', str(source))
    repo.stage('a.py', TOKEN)
    assert environment.hookline(repo, 'hook', 'secrets', 'a.py').status == 1
    rule = source / 'acme_rules' / 'secrets' / 'acme-token.yaml'
    rule.write_text(RULE.replace('acme_[a-z', 'acme_x[a-z'))  # seen at once
    assert environment.hookline(repo, 'hook', 'secrets', 'a.py').status == 0


def test_a_pack_through_additional_dependencies(
    repo: Repo, offline: Mapping[str, str], built: Path
) -> None:
    shutil.copy(built, offline['PIP_FIND_LINKS'])
    revision = run('git', 'rev-parse', 'HEAD', cwd=CHECKOUT).out.strip()
    repo.stage(
        '.pre-commit-config.yaml',
        f'repos:\n  - repo: {CHECKOUT}\n    rev: {revision}\n    hooks:\n'
        '      - id: hookline-secrets\n'
        '        additional_dependencies: [acme-rules]\n',
    )
    repo.stage('a.py', TOKEN)
    outcome = run(BIN / 'pre-commit', 'run', cwd=repo.path, env=offline)
    assert outcome.status == 1, outcome
    assert 'a.py:1 acme-token' in places(outcome)


# How they are found


def offered(path: Path, text: str, name: str = 'a-1.0.dist-info') -> None:
    (path / name).mkdir(parents=True)
    (path / name / 'entry_points.txt').write_text(text)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / 'site-packages'
    (path / 'acme' / 'rules').mkdir(parents=True)
    monkeypatch.setattr(sys, 'path', [str(path), str(tmp_path)])
    return path


@pytest.mark.parametrize(
    ('text', 'names'),
    [
        ('', []),
        ('[console_scripts]\nhookline.rules = acme:main\n', []),
        ('[hookline.rules]\n', []),
        ('[hookline.rules]\n# acme = acme\n', []),
        ('[other]\nx = y\n[hookline.rules]\na=acme\nb = acme.rules\n', ['a', 'b']),
        ('[ hookline.rules ]\na = acme [extra]\n[other]\nb = acme\n', ['a']),
    ],
)
def test_entry_points_are_read(site: Path, text: str, names: list[str]) -> None:
    offered(site, text)
    assert [layer.name for layer in packs.installed('')] == names


@pytest.mark.parametrize(
    ('value', 'said'),
    [
        ('a = acme:rules', 'expected the name of a package'),
        ('a = ../acme', 'expected the name of a package'),
        ('a = nothing_there', 'there is no package nothing_there'),
        ('a = acme.nothing', 'there is no package acme.nothing'),
        ('rules = acme', 'expected a name'),
        ('.hookline = acme', 'expected a name'),
        ('a/b = acme', 'expected a name'),
        ('a = acme\na = acme.rules', 'two rule packs are called a'),
    ],
)
def test_an_entry_that_names_no_rules_directory_is_a_failure(
    site: Path, value: str, said: str
) -> None:
    offered(site, f'[hookline.rules]\n{value}\n')
    with pytest.raises(Failure, match=said):
        packs.installed('')


def test_names_are_looked_for_only_when_the_environment_changed(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / 'cache'
    home.mkdir(mode=0o700)
    offered(site, '[hookline.rules]\na = acme\n')
    (layer,) = packs.installed(str(home))
    assert layer.directory == str(site / 'acme')
    monkeypatch.setattr(os, 'listdir', None)  # would be looked with
    assert packs.installed(str(home)) == [layer]
    monkeypatch.undo()
    monkeypatch.setattr(sys, 'path', [str(site)])
    offered(site, '[hookline.rules]\nb = acme.rules\n', 'b-1.0.dist-info')
    assert [one.name for one in packs.installed(str(home))] == ['a', 'b']
