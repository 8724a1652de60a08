"""Faults D: content that readers trip over."""

from __future__ import annotations

import pytest
from ways import CLEAN, LINE, TOKEN, WAYS, Way, by_names

from conftest import Outcome, Repo, hookline, places

FORMS = {
    'invalid UTF-8': b'\xff\xfe\xfd\xe9 x\n' + LINE.encode(),
    'latin-1': 'caf\xe9\n'.encode('latin-1') + LINE.encode(),
    'UTF-8 with a mark': b'\xef\xbb\xbf' + LINE.encode(),
    'UTF-16 LE with a mark': b'\xff\xfe' + LINE.encode('utf-16-le'),
    'UTF-16 BE with a mark': b'\xfe\xff' + LINE.encode('utf-16-be'),
    'UTF-16 LE': LINE.encode('utf-16-le'),
    'UTF-16 BE': LINE.encode('utf-16-be'),
    'UTF-32 with a mark': b'\xff\xfe\0\0' + LINE.encode('utf-32-le'),
    'a mark of UTF-16 on UTF-8': b'\xff\xfe' + LINE.encode(),
    'NUL early': b'\0\0\n' + LINE.encode(),
    'NUL around': b'\0' + LINE.encode() + b'\0',
    'CR only': (CLEAN + LINE + CLEAN).replace('\n', '\r').encode(),
    'CRLF': (CLEAN + LINE).replace('\n', '\r\n').encode(),
    'no line end': LINE.strip().encode(),
    'form feeds': b'\f\v' + LINE.encode(),
    'ELF': b'\x7fELF\0\0\0\0' + LINE.encode(),
    'PNG': b'\x89PNG\r\n\x1a\n' + LINE.encode(),
    'gzip magic': b'\x1f\x8b\x08\0' + LINE.encode(),
    'after 1 MB of NUL': b'\0' * (1 << 20) + b'\n' + LINE.encode(),
}


@pytest.mark.parametrize('form', FORMS)
def test_no_encoding_hides_a_secret(repo: Repo, form: str) -> None:
    for name in ('a.txt', 'a.bin'):
        outcome = by_names(repo, {name: FORMS[form]})
        assert outcome.status == 1, outcome
        assert TOKEN.encode() not in outcome.raw
        assert TOKEN.encode('utf-16-le') not in outcome.raw
        repo.git('rm', '-q', '-f', '--cached', name)


@pytest.mark.parametrize('way', WAYS, ids=lambda way: way.__name__)
def test_every_way_decodes_the_same(repo: Repo, way: Way) -> None:
    files = {f'{number}.txt': text for number, text in enumerate(FORMS.values())}
    outcome = way(repo, files)
    assert outcome.status == 1, outcome
    found = {place.split(':')[0] for place in places(outcome)}
    assert found == set(files)


BIG = {
    '12 MB': b'x = 1\n' * (2 << 20) + LINE.encode(),
    'a line of 4 MB': b'x' * (2 << 20)
    + b' '
    + LINE.strip().encode()
    + b' ' * (2 << 20),
    'a wall of base64': b'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=' * 60_000
    + b'\n'
    + LINE.encode(),
    'one character': b'a' * (4 << 20) + b'\n' + LINE.encode(),
    'quotes': b'"\'' * (1 << 20) + b'\n' + LINE.encode(),
    'equals': b'password=' * 100_000 + b'\n' + LINE.encode(),
    'brackets': b'[{(' * 300_000 + b'\n' + LINE.encode(),
    'spaces': b' ' * (2 << 20) + LINE.encode(),
    'line ends': b'\n' * (2 << 20) + LINE.encode(),
}


@pytest.mark.parametrize('form', BIG)
def test_big_content_is_read_to_its_end(repo: Repo, form: str) -> None:
    outcome = by_names(repo, {'a.txt': BIG[form]})
    assert outcome.status == 1, outcome
    assert 'github-token' in outcome.out
    assert len(outcome.raw) < 100_000


def test_a_secret_across_windows_is_found_at_every_offset(repo: Repo) -> None:
    # Windows lie on a grid of 4096: around each edge a secret in a long line.
    names = []
    for offset in range(4096 * 3 - 44, 4096 * 3 + 4, 4):
        names.append(f'{offset}.txt')
        repo.write(names[-1], f'{"x" * offset} {TOKEN} {"y" * 9000}')
    repo.git('add', '-A')
    outcome = repo.hook('secrets', '--verbose', *names)
    assert {place.split(':')[0] for place in places(outcome)} == set(names)


HARMFUL = (
    '\x1b[31m\x1b]0;x\x07',
    '\x9b31m',
    '\u202e\u2066',
    '::error file=x::y',
    '##vso[task.complete result=Succeeded]',
    '##[set-output name=x]y',
    '##teamcity[x]',
    '[red]x[/red]<script>alert(1)</script>',
    '%0A::error::x',
    '\r::warning::x\r',
    '\x08\x08\x7f',
    '\u2028\u2029\x85',
    '`rm -rf ~`$(id)',
)


def _harmless(outcome: Outcome) -> None:
    for line in outcome.raw.decode().split('\n'):
        assert line.isprintable(), ascii(line)
        assert '##vso[' not in line
        assert '##[' not in line
        assert '##teamcity[' not in line
        assert not line.lstrip().startswith(('::warning::x', '::error file=x'))


@pytest.mark.parametrize('form', ['text', 'json', 'sarif', 'github', 'gitlab'])
def test_no_format_prints_harmful_content_raw(repo: Repo, form: str) -> None:
    lines = [f'{text} t = "{TOKEN}" # {text}\n' for text in HARMFUL]
    repo.stage('a.txt', ''.join(lines))
    env = {'GITHUB_ACTIONS': 'true'}
    outcome = repo.hook('secrets', '--format', form, '-v', 'a.txt', env=env)
    assert outcome.status == 1
    _harmless(outcome)


def test_commit_ids_and_branch_names_are_escaped(repo: Repo) -> None:
    base = repo.commit({'a.py': CLEAN})
    name = 'x\u202e##[error]'
    outcome = hookline('scan', f'--range={base}..{name}', cwd=repo.path)
    assert outcome.status == 2
    _harmless(outcome)
