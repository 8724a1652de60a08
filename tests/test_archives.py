"""Secrets that are packed in archives."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from conftest import Outcome, Repo, hookline, places
from hookline import archives
from values import github_token

TOKEN = github_token()
LINE = f"TOKEN = '{TOKEN}'\n"
CLEAN = 'x = 1\n'
Files = Mapping[str, 'str | bytes']


def data(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def zipped(files: Files, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, 'w', method) as archive:
        for name, content in files.items():
            archive.writestr(name, data(content))
    return packed.getvalue()


def tarred(files: Files) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode='w') as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data(content))
            archive.addfile(info, io.BytesIO(data(content)))
    return packed.getvalue()


def encrypted(files: Files) -> bytes:
    """Return a zip whose entries say that they are encrypted."""
    content = bytearray(zipped(files, zipfile.ZIP_STORED))
    for mark, at in ((b'PK\3\4', 6), (b'PK\1\2', 8)):
        start = content.find(mark)
        while start >= 0:
            content[start + at] |= 1
            start = content.find(mark, start + 4)
    return bytes(content)


def names(path: str, content: bytes) -> list[str]:
    return [one.name for one in archives.members(path, content) if one.name]


def scan(folder: Path, *more: str) -> Outcome:
    return hookline('scan', '--check', 'secrets', *more, cwd=folder)


PACKERS: dict[str, Callable[[Files], bytes]] = {
    'a.zip': zipped,
    'stored.zip': lambda files: zipped(files, zipfile.ZIP_STORED),
    'bzip2.zip': lambda files: zipped(files, zipfile.ZIP_BZIP2),
    'lzma.zip': lambda files: zipped(files, zipfile.ZIP_LZMA),
    'lib.jar': zipped,
    'lib-1.0-py3-none-any.whl': zipped,
    'lib.egg': zipped,
    'a.tar': tarred,
    'a.tar.gz': lambda files: gzip.compress(tarred(files)),
    'a.tgz': lambda files: gzip.compress(tarred(files)),
    'a.tar.bz2': lambda files: bz2.compress(tarred(files)),
    'a.tar.xz': lambda files: lzma.compress(tarred(files)),
    'no-ending': lambda files: gzip.compress(tarred(files)),
}


@pytest.mark.parametrize('name', PACKERS)
def test_what_is_packed_is_found_at_its_line(tmp_path: Path, name: str) -> None:
    files = {'in/clean.py': CLEAN, 'in/settings.py': CLEAN + LINE}
    (tmp_path / name).write_bytes(PACKERS[name](files))
    outcome = scan(tmp_path)
    assert outcome.status == 1, outcome
    # Once, and nothing of the packed bytes themselves.
    assert places(outcome) == [f'{name}!/in/settings.py:2 github-token']
    assert TOKEN not in outcome.out + outcome.err


@pytest.mark.parametrize(
    ('name', 'pack'),
    [
        ('a.py.gz', gzip.compress),
        ('a.py.bz2', bz2.compress),
        ('a.py.xz', lzma.compress),
    ],
)
def test_one_packed_file_has_its_own_name(
    tmp_path: Path, name: str, pack: Callable[[bytes], bytes]
) -> None:
    (tmp_path / name).write_bytes(pack(LINE.encode()))
    assert places(scan(tmp_path)) == [f'{name}!/a.py:1 github-token']


def test_archives_in_archives_are_opened_to_a_depth(tmp_path: Path) -> None:
    inner = zipped({'a.py': LINE})
    for _ in range(2):
        inner = zipped({'inner.zip': inner})
    (tmp_path / 'outer.zip').write_bytes(inner)
    assert places(scan(tmp_path)) == [
        'outer.zip!/inner.zip!/inner.zip!/a.py:1 github-token'
    ]
    (tmp_path / 'outer.zip').write_bytes(zipped({'deeper.zip': inner}))
    deep = scan(tmp_path)
    assert 'packed 3 times over: not opened' in deep.out


def test_what_is_no_member_is_read_as_it_is(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, 'w') as archive:
        archive.writestr('a.py', CLEAN)
        archive.comment = f'built with {TOKEN}'.encode()
    (tmp_path / 'commented.zip').write_bytes(packed.getvalue())
    (tmp_path / 'appended.zip').write_bytes(zipped({'a.py': CLEAN}) + LINE.encode())
    (tmp_path / 'behind.tar').write_bytes(tarred({'a.py': CLEAN}) + LINE.encode())
    behind = gzip.compress(tarred({'a.py': CLEAN}) + LINE.encode())
    (tmp_path / 'behind.tar.gz').write_bytes(behind)
    (tmp_path / 'appended.gz').write_bytes(gzip.compress(b'x') + b'\n' + LINE.encode())
    found = {place.rpartition(':')[0] for place in places(scan(tmp_path))}
    assert found == {
        *('commented.zip', 'appended.zip', 'behind.tar', 'behind.tar.gz'),
        'appended.gz',
    }


def test_names_in_archives_are_names(tmp_path: Path) -> None:
    (tmp_path / 'a.zip').write_bytes(
        zipped({'../../etc/x.py': LINE, '/root/y.py': LINE, 'z\x1b[31m.py': LINE})
    )
    outcome = scan(tmp_path)
    assert len(places(outcome)) == 3
    assert '\x1b' not in outcome.out
    assert sorted(path.name for path in tmp_path.iterdir()) == ['a.zip']
    (tmp_path / 'a.zip').write_bytes(zipped({f'{TOKEN}.txt': CLEAN}))
    named = scan(tmp_path)
    assert places(named) == ['a.zip!/********.txt:1 github-token']


def test_two_members_of_one_name_are_both_read(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, 'w') as archive:
        archive.writestr('a.py', LINE)
        with pytest.warns(UserWarning, match='Duplicate'):
            archive.writestr('a.py', CLEAN + LINE)
    (tmp_path / 'a.zip').write_bytes(packed.getvalue())
    assert places(scan(tmp_path)) == [
        'a.zip!/a.py:1 github-token',
        'a.zip!/a.py~2:2 github-token',
    ]


@pytest.mark.parametrize(
    ('name', 'content', 'said'),
    [
        ('locked.zip', encrypted({'a.py': CLEAN}), 'encrypted'),
        ('cut.gz', gzip.compress(CLEAN.encode() * 9)[:-12], 'damaged'),
        ('cut.zip', zipped({'a.py': CLEAN})[:-30], 'not a zip file'),
        ('false.xz', b'\xfd7zXZ\0' + b'x' * 99, 'damaged'),
        ('false.tar', b'\0' * 257 + b'ustar' + b'x' * 999, 'not a tar file'),
    ],
    ids=['locked.zip', 'cut.gz', 'cut.zip', 'false.xz', 'false.tar'],
)
def test_what_cannot_be_opened_is_said_and_read_as_it_is(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    outcome = scan(tmp_path)
    assert outcome.status == 0, outcome
    assert f'skipped ({said}' in outcome.out
    (tmp_path / name).write_bytes(content + b'\n' + LINE.encode())
    assert [place.rpartition(':')[0] for place in places(scan(tmp_path))] == [name]


def test_what_was_unpacked_before_the_damage_is_read(tmp_path: Path) -> None:
    import random

    noise = random.Random(1).randbytes(400_000)
    packed = gzip.compress(LINE.encode() + noise)
    (tmp_path / 'cut.py.gz').write_bytes(packed[: len(packed) // 2])
    outcome = scan(tmp_path)
    # Noise is packed as it is, so the damaged file is told as well.
    assert 'cut.py.gz!/cut.py:1 github-token' in places(outcome)
    assert 'damaged' in outcome.out


def bomb() -> bytes:
    content = zipped({'zeros': b'\0' * (60 << 20)})
    return zipped({f'{copy}.zip': content for copy in range(16)})


@pytest.mark.parametrize(
    ('make', 'said'),
    [
        (bomb, 'over 512 MiB are packed in it'),
        (lambda: gzip.compress(b'\0' * (65 << 20)), 'a file of over 64 MiB'),
    ],
    ids=['many', 'big'],
)
def test_a_bomb_is_status_2_unless_excluded(
    tmp_path: Path, make: Callable[[], bytes], said: str
) -> None:
    (tmp_path / 'bomb.zip').write_bytes(make())
    (tmp_path / 'a.py').write_text(LINE)
    outcome = scan(tmp_path)
    assert outcome.status == 2
    assert said in outcome.err
    assert places(outcome) == ['a.py:1 github-token'], 'the others are read'
    rules = tmp_path / 'rules'
    rules.mkdir()
    policy = "version: 1\nexclude:\n  - {match: ['*.zip'], reason: a test}\n"
    (rules / 'policy.yaml').write_text(policy)
    assert scan(tmp_path, '--rules', str(rules)).status == 1


def test_more_members_than_the_limit_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, 'MAX_MEMBERS', 3)
    content = zipped({f'{number}.txt': 'x' for number in range(4)})
    *members, last = archives.members('a.zip', content)
    assert [one.name for one in members] == ['0.txt', '1.txt', '2.txt']
    assert (last.limit, last.name) == (True, '')


# At a commit --------------------------------------------------------------------------


def test_a_commit_is_told_what_an_archive_brings(repo: Repo) -> None:
    repo.commit({'a.zip': zipped({'old.py': LINE, 'new.py': CLEAN})})
    other = f"OTHER = '{github_token('other')}'\n"
    repo.stage('a.zip', zipped({'old.py': CLEAN + LINE, 'new.py': CLEAN + other}))
    outcome = repo.hook('secrets', 'a.zip')
    assert places(outcome) == ['a.zip!/new.py:2 github-token']
    repo.stage('a.zip', zipped({'old.py': LINE, 'new.py': CLEAN * 2}))
    assert repo.hook('secrets', 'a.zip').status == 0
    repo.stage('b.tgz', gzip.compress(tarred({'x.py': LINE})))
    assert places(repo.hook('secrets', 'a.zip', 'b.tgz')) == [
        'b.tgz!/x.py:1 github-token'
    ]


def test_ranges_and_histories_open_archives(repo: Repo) -> None:
    base = repo.commit({'a.py': CLEAN})
    name = repo.commit({'a.zip': zipped({'x.py': CLEAN + LINE})})
    repo.git('rm', '-q', 'a.zip')
    repo.git('commit', '-q', '-m', 'gone')
    for way in (('--range', f'{base}..HEAD'), ('--history',)):
        outcome = scan(repo.path, *way, '--format', 'json')
        (row,) = json.loads(outcome.out)['findings']
        assert (row['commit'], row['path'], row['line']) == (name, 'a.zip!/x.py', 2)


def test_policy_and_baseline_know_members(repo: Repo) -> None:
    repo.commit({'a.zip': zipped({'x.py': LINE, 'vendor/y.py': LINE})})
    policy = "version: 1\nexclude:\n  - {match: ['**/vendor/**'], reason: theirs}\n"
    repo.commit({'.hookline/policy.yaml': policy})
    outcome = scan(repo.path)
    assert places(outcome) == ['a.zip!/x.py:1 github-token']
    assert 'a.zip!/vendor/y.py' in outcome.out
    assert hookline('baseline', 'write', cwd=repo.path).status == 0
    assert scan(repo.path).status == 0


def test_code_in_an_archive_is_not_judged_as_code(tmp_path: Path) -> None:
    docker = 'FROM scratch\nADD https://example.com/x.sh /x.sh\n'
    (tmp_path / 'a.zip').write_bytes(zipped({'Dockerfile': docker}))
    outcome = hookline('scan', '--check', 'docker', cwd=tmp_path)
    assert outcome.status == 0, outcome
