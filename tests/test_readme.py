"""What README and docs say is true: their blocks are compared, their commands run."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml

from conftest import CHECKOUT, Repo, hookline, run
from hookline import cli
from values import github_token

PAGES = [
    CHECKOUT / 'README.md',
    CHECKOUT / 'CONTRIBUTING.md',
    *sorted((CHECKOUT / 'docs').glob('*.md')),
]
README = (CHECKOUT / 'README.md').read_text(encoding='utf-8')


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf'^```{language}\n(.*?)^```$', text, re.MULTILINE | re.DOTALL)


def commands() -> list[tuple[str, str]]:
    """Return page and text of every command that a page shows at a prompt."""
    return [
        (page.name, line[2:].partition('  #')[0].strip())
        for page in PAGES
        for block in blocks(page.read_text(encoding='utf-8'), 'console')
        for line in block.splitlines()
        if line.startswith('$ ')
    ]


@pytest.fixture
def prepared(repo: Repo) -> Repo:
    """A repository that every command of the pages means something in."""
    rule = next(block for block in blocks(README, 'yaml') if 'id: acme-token' in block)
    repo.commit({'src/app.py': 'x = 1\n', 'app/settings.py': 'y = 1\n'})
    repo.git('update-ref', 'refs/remotes/origin/main', 'HEAD')
    repo.git('checkout', '-q', '-b', 'topic')
    repo.commit({'.hookline/secrets/acme-token.yaml': rule, 'src/app.py': 'x = 2\n'})
    repo.write('.hookline/baseline.json', '')
    (repo.path / '.hookline/baseline.json').unlink()
    return repo


# Shown for what they are, and run elsewhere: by make itself in CI, or by git.
ELSEWHERE = ('make', 'pre-commit', 'git commit')


@pytest.mark.parametrize(('page', 'command'), commands())
def test_the_commands_of_the_pages_run(prepared: Repo, page: str, command: str) -> None:
    words = shlex.split(command.partition(' | ')[0])
    if words[0] == 'make':
        target = words[1]
        done = run('make', '-n', *words[1:], cwd=CHECKOUT)
        assert done.status == 0, f'{page}: there is no target {target}'
    elif command.startswith('git add'):
        prepared.write(words[2], '{}\n')
        assert run(*words, cwd=prepared.path).status == 0
    elif words[0] == 'hookline':
        outcome = hookline(*words[1:], cwd=prepared.path)
        assert outcome.status == 0, f'{page}: {command}: {outcome!r}'
    else:
        assert command.startswith(ELSEWHERE), f'{page}: {command} is run by no test'


def test_the_blocked_commit_looks_like_that(repo: Repo) -> None:
    (block,) = (b for b in blocks(README, 'console') if 'git commit -m' in b)
    repo.stage('settings.py', f"DEBUG = False\nGITHUB_TOKEN = '{github_token()}'\n")
    printed = repo.hook('all', 'settings.py').out
    assert untimed(printed) == untimed(block.partition('exit code: 1\n\n')[2])


def untimed(text: str) -> str:
    return re.sub(r'[\d.]+ (m?s)\b', r'N \1', text)


def test_the_rule_of_the_reader_holds_and_is_found(prepared: Repo) -> None:
    outcome = hookline('rules', 'test', '.hookline', cwd=prepared.path)
    assert outcome.out in README, outcome
    from hookline.examples import expand

    prepared.stage('deploy.py', expand('t = "acme_{{loweralnum:24}}"\n', 'x'))
    assert 'acme-token' in prepared.hook('secrets', 'deploy.py').out


def test_the_five_lines_are_a_configuration() -> None:
    first = yaml.safe_load(blocks(README, 'yaml')[0])
    assert first['repos'][0]['hooks'] == [{'id': 'hookline'}]
    from hookline import __version__

    assert first['repos'][0]['rev'] == f'v{__version__}'


def test_every_hook_id_is_in_the_readme() -> None:
    manifest = yaml.safe_load((CHECKOUT / '.pre-commit-hooks.yaml').read_text())
    for hook in manifest:
        assert f'| `{hook["id"]}` |' in README


def test_every_link_to_a_file_leads_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r'\]\(([^)#:]+)\)', page.read_text(encoding='utf-8')):
            assert (page.parent / target).exists(), f'{page.name}: {target}'


def test_help_names_every_command(tmp_path: Path) -> None:
    outcome = hookline('--help', cwd=tmp_path)
    assert outcome.status == 0
    for name in cli.COMMANDS:
        assert re.search(rf'^  {name} ', outcome.out, re.MULTILINE), name
        own = hookline(name, '--help', cwd=tmp_path)
        assert (own.status, 'usage: hookline' in own.out) == (0, True), name


def test_the_rules_that_pages_name_are_there(tmp_path: Path) -> None:
    listed = hookline('rules', 'list', cwd=tmp_path).out
    ids = {line.split()[1] for line in listed.splitlines() if len(line.split()) > 2}
    for page in PAGES:
        text = page.read_text(encoding='utf-8')
        for name in re.findall(r'hookline: allow ([a-z][a-z0-9-]+) --', text):
            assert name in ids, f'{page.name}: {name}'


def test_the_version_is_one(tmp_path: Path) -> None:
    from hookline import __version__

    assert f'version = {__version__}\n' in (CHECKOUT / 'setup.cfg').read_text()
    assert hookline('--version', cwd=tmp_path).out == f'hookline {__version__}\n'


def test_the_schemas_of_the_pages_are_shipped(tmp_path: Path) -> None:
    import hookline as package

    folder = Path(package.__file__).parent / 'schemas'
    names = {path.name for path in folder.glob('*.json')}
    assert {'rule.schema.json', 'policy.schema.json', 'images.schema.json'} <= names
    for path in folder.glob('*.json'):
        assert json.loads(path.read_text())['$schema']
