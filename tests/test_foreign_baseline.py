"""A .secrets.baseline, as detect-secrets writes it, counts as a baseline."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path

import pytest

from conftest import BIN, Repo, hookline, places
from hookline import examples, foreignbaseline
from hookline.nouns import Failure

KINDS = {
    'keyword.py': 'password = "r7{{alnum:14}}"\n',
    'entropy.py': 'session_key = "{{base64:64}}"\n',
    'github.py': 'TOKEN = "ghp_{{github-token}}"\n',
    'jwt.py': 'TOKEN = "{{jwt}}"\n',
    'aws.txt': 'id AKIA{{base32:16}} here\n',
    'basic.txt': 'postgres://admin:r7{{alnum:12}}@db.internal.net/x\n',
    'key.pem': '{{pem-rsa}}\n',
    'a.yaml': 'db:\n  password: r7{{alnum:14}}\n',
    '.env': 'DB_PASSWORD=r7{{alnum:14}}\n',
}


def expanded(text: str, seed: str = 'one') -> str:
    return examples.expand(text, seed)


def write_baseline(repo: Repo) -> dict[str, object]:
    """Write the baseline as detect-secrets does."""
    done = subprocess.run(
        (BIN / 'detect-secrets', 'scan', '--no-verify', '--all-files'),
        cwd=repo.path,
        capture_output=True,
        check=True,
    )
    repo.write('.secrets.baseline', done.stdout)
    made: dict[str, object] = json.loads(done.stdout)
    return made


def blocked(repo: Repo, *arguments: str) -> set[str]:
    outcome = hookline('scan', '--check', 'secrets', *arguments, cwd=repo.path)
    assert outcome.status in (0, 1), outcome
    return {place.partition(':')[0] for place in places(outcome)}


def test_what_detect_secrets_has_accepted_is_accepted(repo: Repo) -> None:
    repo.commit({name: expanded(text) for name, text in KINDS.items()})
    assert blocked(repo) == set(KINDS)
    listed = write_baseline(repo)['results']
    assert isinstance(listed, dict)
    assert set(listed) == set(KINDS)
    assert blocked(repo) == set()
    assert blocked(repo, '--no-baseline') == set(KINDS)
    for name, text in KINDS.items():
        repo.write(name, '\n\n\n' + expanded(text))
    assert blocked(repo) == {'key.pem'}  # which is listed by its first line


@pytest.mark.parametrize('name', ['keyword.py', 'github.py', 'jwt.py', 'key.pem'])
def test_another_value_or_another_file_is_not(repo: Repo, name: str) -> None:
    repo.commit({name: expanded(KINDS[name])})
    write_baseline(repo)
    repo.stage(f'other/{name}', expanded(KINDS[name]))
    repo.stage(name, expanded(KINDS[name], 'two'))
    found = blocked(repo)
    assert f'other/{name}' in found
    # Of these detect-secrets lists what all of them begin with, and where.
    on_its_line = name in ('github.py', 'key.pem')
    assert (name in found) is not on_its_line
    repo.stage(name, '\n' + expanded(KINDS[name], 'two'))
    assert name in blocked(repo)


def test_a_range_is_judged_by_the_baseline_of_its_base(repo: Repo) -> None:
    base = repo.commit({'a.txt': 'x\n'})
    repo.stage('keyword.py', expanded(KINDS['keyword.py']))
    write_baseline(repo)
    repo.git('add', '.secrets.baseline')
    repo.commit()
    span = ('--range', f'{base}..HEAD')
    outcome = hookline('scan', '--check', 'secrets', *span, cwd=repo.path)
    assert outcome.status == 1, outcome
    assert 'edits the policy: .secrets.baseline' in outcome.out
    head = repo.git('rev-parse', 'HEAD').strip()
    last = repo.commit({'keyword.py': '\n' + expanded(KINDS['keyword.py'])})
    outcome = hookline(
        *('scan', '--check', 'secrets', '--range', f'{head}..{last}'), cwd=repo.path
    )
    assert outcome.status == 0, outcome


def test_the_baseline_itself_is_no_finding_and_hides_none(repo: Repo) -> None:
    repo.commit({name: expanded(text) for name, text in KINDS.items()})
    write_baseline(repo)
    repo.git('add', '.secrets.baseline')
    assert repo.hook('secrets', '.secrets.baseline').status == 0
    made = json.loads((repo.path / '.secrets.baseline').read_text())
    made['api_key'] = expanded('r7{{alnum:30}}')
    repo.stage('.secrets.baseline', json.dumps(made, indent=2))
    assert repo.hook('secrets', '.secrets.baseline').status == 1


def test_a_baseline_of_hookline_takes_all_over(repo: Repo) -> None:
    repo.commit({name: expanded(text) for name, text in KINDS.items()})
    write_baseline(repo)
    assert hookline('baseline', 'write', cwd=repo.path).status == 0
    (repo.path / '.secrets.baseline').unlink()
    assert blocked(repo) == set()


@pytest.mark.parametrize(
    ('content', 'said'),
    [
        (b'', 'not JSON'),
        (b'{', 'not JSON'),
        (b'<<<<<<< HEAD\n{}', 'not JSON'),
        (b'[' * 100000, 'not JSON'),
        (b'[]', 'results: expected a mapping'),
        (b'{"version": "1.5.0"}', 'results: expected a mapping'),
        (b'{"results": []}', 'results: expected a mapping'),
        (b'{"results": {"a.py": {}}}', 'results.a.py: expected a list'),
        (b'{"results": {"a.py": [{}]}}', r'results.a.py.0.hashed_secret: expected'),
        (b'{"results": {"a.py": [{"hashed_secret": "x"}]}}', 'expected a SHA-1'),
        (b'{"results": {"a.py": ["x"]}}', 'expected a SHA-1'),
    ],
)
def test_what_is_no_such_baseline_is_status_2(
    repo: Repo, content: bytes, said: str
) -> None:
    with pytest.raises(Failure, match=said):
        foreignbaseline.read(content)
    repo.stage('a.txt', 'x\n')
    repo.write('.secrets.baseline', content)
    outcome = repo.hook('secrets', 'a.txt')
    assert outcome.status == 2
    assert outcome.err.startswith('hookline: .secrets.baseline: ')
    assert outcome.err.count('\n') == 1


def test_a_baseline_that_is_a_link_is_status_2(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / 'elsewhere').write_text('{"results": {}}')
    (repo.path / '.secrets.baseline').symlink_to(tmp_path / 'elsewhere')
    repo.stage('a.txt', 'x\n')
    assert repo.hook('secrets', 'a.txt').status == 2


def test_names_of_windows_and_formats_of_old_are_read() -> None:
    digest = foreignbaseline.digest(str(random.Random(1).random()))
    row = {'type': 'x', 'line_number': 3, 'hashed_secret': digest}
    # As detect-secrets 0.14 wrote it.
    old = {'exclude': {}, 'results': {'a\\b.py': [row]}, 'version': '0.14.3'}
    found = foreignbaseline.read(json.dumps(old).encode())
    assert found == {'a/b.py': {digest: {3}}}
