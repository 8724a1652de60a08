"""A repository's first steps with hookline."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from conftest import BIN, Outcome, Repo, hookline, run
from hookline import __version__, examples, policyfile
from hookline.commands import init

CONFIG = '.pre-commit-config.yaml'
POLICY = '.hookline/policy.yaml'
ENTRY = {
    'repo': 'https://github.com/hookline/hookline',
    'rev': f'v{__version__}',
    'hooks': [{'id': 'hookline'}],
}


def begin(repo: Repo, *arguments: str) -> Outcome:
    outcome = hookline('init', *arguments, cwd=repo.path)
    assert outcome.status == 0, outcome
    return outcome


def valid(repo: Repo) -> dict[str, object]:
    """Return the configuration, if pre-commit itself takes it."""
    outcome = run(BIN / 'pre-commit', 'validate-config', CONFIG, cwd=repo.path)
    assert outcome.status == 0, outcome
    found: dict[str, object] = yaml.safe_load((repo.path / CONFIG).read_text())
    return found


def test_an_empty_repository_gets_both_files_and_the_next_steps(repo: Repo) -> None:
    out = begin(repo).out
    assert valid(repo) == {'repos': [ENTRY]}
    assert (repo.path / CONFIG).read_text() == (
        'repos:\n'
        '  - repo: https://github.com/hookline/hookline\n'
        f'    rev: v{__version__}\n'
        '    hooks:\n'
        '    - id: hookline\n'
    )
    assert (repo.path / POLICY).read_text() == init.START
    for step in (
        'hookline scan ',
        'hookline baseline write ',
        f'git add {CONFIG} .hookline ',
        'pre-commit install ',
    ):
        assert f'  {step}' in out
    repo.stage('a.py', 'x = 1\n')
    assert repo.hook('secrets', 'a.py').status == 0


def test_a_second_time_changes_nothing(repo: Repo) -> None:
    begin(repo)
    before = [(repo.path / name).read_bytes() for name in (CONFIG, POLICY)]
    out = begin(repo).out
    assert [(repo.path / name).read_bytes() for name in (CONFIG, POLICY)] == before
    assert f'{CONFIG}: has hookline already' in out
    assert f'{POLICY}: is there already' in out
    assert 'git add' not in out


@pytest.mark.parametrize(
    'text',
    [
        (
            '# ours\nminimum_pre_commit_version: 3.2.0\nrepos:\n'
            '-   repo: https://github.com/psf/black  # style\n    rev: 24.1.0\n'
            '    hooks:\n    -   id: black\n\n# the end\n'
        ),
        'repos: []\n',
        'repos:\n  - repo: meta\n    hooks: [{id: identity}]\nfail_fast: true\n',
        'repos: [{repo: meta, hooks: [{id: identity}]}]\n',
    ],
)
def test_an_existing_configuration_is_kept_and_added_to(repo: Repo, text: str) -> None:
    repo.write(CONFIG, text)
    before = yaml.safe_load(text)
    said = begin(repo, '--hook', 'hookline-secrets', '--hook', 'hookline-push').out
    hooks = [{'id': 'hookline-secrets'}, {'id': 'hookline-push'}]
    assert ' -t pre-push ' in said
    after = valid(repo)
    assert after == {**before, 'repos': [*before['repos'], {**ENTRY, 'hooks': hooks}]}
    left = iter((repo.path / CONFIG).read_text())
    assert all(any(x == y for y in left) for x in text.replace('[]', '').rstrip())


@pytest.mark.parametrize(
    'entry',
    [
        'repo: ../hookline\n    rev: v0\n    hooks: [{id: hookline-code}]',
        'repo: local\n    hooks: [{id: hookline, name: x, entry: x, language: system}]',
    ],
)
def test_hookline_from_elsewhere_is_hookline(repo: Repo, entry: str) -> None:
    text = f'repos:\n  - {entry}\n'
    repo.write(CONFIG, text)
    begin(repo)
    assert (repo.path / CONFIG).read_text() == text


def test_a_policy_that_is_there_stays(repo: Repo) -> None:
    repo.write(POLICY, 'mode: {secrets: warn}\n')
    begin(repo)
    assert (repo.path / POLICY).read_text() == 'mode: {secrets: warn}\n'


def test_the_findings_that_there_are_can_be_accepted_at_once(repo: Repo) -> None:
    value = examples.expand('password = "r7{{alnum:14}}"\n', 'x')
    repo.commit({'a.py': value})
    begin(repo, '--baseline')
    listed = repo.path / '.hookline/baseline.json'
    before = listed.read_bytes()
    assert hookline('scan', '--check', 'secrets', cwd=repo.path).status == 0
    repo.write('b.py', value)
    begin(repo, '--baseline')  # and not once more
    assert listed.read_bytes() == before
    assert hookline('scan', '--check', 'secrets', cwd=repo.path).status == 1


def test_other_tools_settings_are_pointed_out(repo: Repo) -> None:
    repo.write('.hadolint.yaml', 'ignored: [DL3008]\n')
    assert '  hookline import --dry-run ' in begin(repo).out


def test_the_start_of_a_policy_names_every_key_with_its_default(repo: Repo) -> None:
    assert not [key for key in policyfile.KEYS if f'{key}:' not in init.START]
    # Each example holds when its comment sign is taken away.
    text = '\n'.join(
        line.removeprefix('# ') if line.startswith(('# ', '#  ')) else line
        for line in init.START.splitlines()
        if not line.startswith('# ') or _is_example(line)
    )
    repo.write(POLICY, text)
    outcome = hookline('rules', 'list', '--check', 'docker', cwd=repo.path)
    assert outcome.status == 0, outcome


def _is_example(line: str) -> bool:
    word = line.removeprefix('# ').partition(':')[0]
    return word in policyfile.KEYS or line.startswith('#   - ')


@pytest.mark.parametrize(
    ('text', 'said'),
    [
        ('- a\n', f'{CONFIG}:1: expected a mapping'),
        ('repos: [\n', f'{CONFIG}:2: not YAML'),
        ('{repos: }\n', f'{CONFIG}:'),
    ],
)
def test_a_configuration_that_cannot_be_added_to_is_status_2(
    repo: Repo, text: str, said: str
) -> None:
    repo.write(CONFIG, text)
    outcome = hookline('init', cwd=repo.path)
    if outcome.status == 0:  # it fitted in
        valid(repo)
        return
    assert outcome.status == 2
    assert outcome.err.startswith(f'hookline: {said}')
    assert (repo.path / CONFIG).read_text() == text


def test_links_are_not_written_through(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / 'elsewhere').write_text('repos: []\n')
    (repo.path / CONFIG).symlink_to(tmp_path / 'elsewhere')
    assert hookline('init', cwd=repo.path).status == 2
    assert (tmp_path / 'elsewhere').read_text() == 'repos: []\n'


def test_no_repository_is_status_2(tmp_path: Path) -> None:
    outcome = hookline('init', cwd=tmp_path)
    assert (outcome.status, 'git init' in outcome.err) == (2, True)
    assert not list(tmp_path.iterdir())
