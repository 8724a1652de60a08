"""Faults B: names that options, terminals, CI systems and readers trip over."""

from __future__ import annotations

import json
import os
from urllib.parse import unquote_to_bytes

import pytest
from ways import (
    CLEAN,
    LINE,
    WITH_HOOKLINE,
    by_names,
    by_push,
    by_range,
    by_refs,
    by_scan_path,
    by_scan_staged,
    install,
    said,
    stage,
)

from conftest import Outcome, Repo, hookline, run

FORMATS = ('text', 'json', 'sarif', 'github', 'gitlab')

# Names that are options of somebody: scanned like any other (8, 9).
OPTIONS = (
    *('--help', '-h', '--version', '--exit-zero', '--exclude-files=.*', '--no-fail'),
    *('-', '--', '@file', ':!*', ':(exclude)*', '*', '**', '?', '[a]', 'HEAD', '--all'),
    *(
        'a b.py',
        "a'b.py",
        'a"b.py',
        'a\\b.py',
        '$(id).py',
        '`id`.py',
        '~',
        '#a.py',
        '%s',
    ),
)
# Ours: whoever passes them means the option or the file, and only a name is safe.
OURS = (
    *('--verbose', '-v', '--no-cache', '--rules', '--format', '--output', '--color'),
    *('--policy-from', '--from-ref', '--to-ref', '--format=json', '--output=x'),
)


@pytest.mark.parametrize('name', OPTIONS)
def test_a_name_that_looks_like_an_option_is_read(repo: Repo, name: str) -> None:
    outcome = by_names(repo, {name: LINE})
    assert outcome.status == 1, outcome
    assert 'github-token' in outcome.out
    repo.stage('z.py', CLEAN)
    assert repo.hook('secrets', 'z.py', name).status == 1


@pytest.mark.parametrize('name', OURS)
def test_a_name_that_is_an_option_of_ours_is_never_a_pass(
    repo: Repo, name: str
) -> None:
    outcome = by_names(repo, {name: LINE})
    assert outcome.status in (1, 2), outcome
    repo.stage('z.py', CLEAN)
    for names in ((name, 'z.py'), ('z.py', name), (name, 'json', 'z.py')):
        outcome = repo.hook('secrets', *names)
        assert outcome.status in (1, 2), outcome
    assert repo.hook('secrets', f'./{name}').status == 1
    assert not (repo.path / 'x').exists()


@pytest.mark.parametrize(
    'name', ['--help', '-h', '--exit-zero', '-', ':!*', '--output=x']
)
def test_the_other_ways_read_such_names_as_well(repo: Repo, name: str) -> None:
    install(repo)
    repo.stage(f'./{name}', LINE)
    command = ('git', 'commit', '-q', '-m', 'x')
    outcome = said(repo, run(*command, cwd=repo.path, env=WITH_HOOKLINE))
    assert outcome.status == 1, outcome
    staged = hookline('scan', '--staged', '--check', 'secrets', cwd=repo.path)
    assert staged.status == 1
    tree = hookline('scan', '--check', 'secrets', cwd=repo.path)
    assert tree.status == 1
    named = hookline('scan', '--check', 'secrets', '--', name, cwd=repo.path)
    assert named.status == 1, named


# Reports (10, 11) ---------------------------------------------------------------------

HOSTILE = (
    b'a\n::error title=x::forged.py',
    b'a\r\n##vso[task.complete result=Succeeded]x.py',
    b'::set-output name=x::y.py',
    b'##[error]x.py',
    b'##teamcity[buildStatus].py',
    b'\x1b]8;;mailto:a@example.com\x07x.py',
    b'\x1b]0;title\x07.py',
    b'\x1b[2J\x1b[31mx.py',
    b'\xc2\x9b31mx.py',
    'x\u202egnp.py'.encode(),
    'x\u2066y\u2069.py'.encode(),
    'x\u200by.py'.encode(),
    'x\u2028y.py'.encode(),
    b'\x07\x08\x7f.py',
    b'caf\xe9.py',
    b'\xff\xfe.py',
    b'\xed\xa0\x80.py',
    b'\xf0\x9f\x98\x80.py',
    b'a:1:1: low x: y.py',
    b'<b>[link](x)&amp;.py',
    b'[red]x[/red].py',
)
WAYS = (by_names, by_scan_staged, by_scan_path, by_range, by_refs, by_push)


def _harmless(outcome: Outcome) -> None:
    text = outcome.raw.decode('utf-8')
    for character in text:
        assert character == '\n' or character.isprintable(), ascii(character)
    for line in text.splitlines():
        assert '##' not in line or '[' not in line.partition('##')[2], 'a command'
        assert not line.lstrip().startswith(('::set', '::error title=x'))


@pytest.mark.parametrize('form', FORMATS)
def test_no_format_prints_a_hostile_name_raw(repo: Repo, form: str) -> None:
    names = [os.fsdecode(name) for name in HOSTILE]
    stage(repo, dict.fromkeys(names, LINE))
    arguments = ('--format', form, '--verbose', *names)
    outcome = repo.hook('secrets', *arguments, env={'GITHUB_ACTIONS': 'true'})
    assert outcome.status == 1, outcome
    _harmless(outcome)
    if form in ('json', 'gitlab'):
        json.loads(outcome.out)
    if form == 'sarif':
        log = json.loads(outcome.out)
        uris = [
            result['locations'][0]['physicalLocation']['artifactLocation']['uri']
            for result in log['runs'][0]['results']
        ]
        assert all(uri.isascii() for uri in uris)
        assert sorted(map(unquote_to_bytes, uris)) == sorted(HOSTILE)


@pytest.mark.parametrize('way', WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize('name', [b'caf\xe9.py', HOSTILE[0]], ids=ascii)
def test_every_way_reads_such_names(repo: Repo, name: bytes, way: object) -> None:
    assert callable(way)
    outcome = way(repo, {os.fsdecode(name): LINE})
    assert outcome.status == 1, outcome
    _harmless(outcome)


@pytest.mark.parametrize('name', [HOSTILE[0], HOSTILE[5], b'caf\xe9.py'], ids=ascii)
def test_an_error_about_such_a_name_is_escaped(repo: Repo, name: bytes) -> None:
    repo.stage('a.py', CLEAN)
    outcome = repo.hook('secrets', os.fsdecode(name))
    assert outcome.status == 2
    assert outcome.err.count('\n') == 1
    _harmless(outcome)
    skipped = 'version: 1\nexclude:\n  - {match: ["**"], reason: "x\\e[31m"}\n'
    repo.write('.hookline/policy.yaml', skipped)
    repo.stage(os.fsdecode(name), LINE)
    outcome = repo.hook('secrets', os.fsdecode(name))
    assert outcome.status == 0
    _harmless(outcome)


@pytest.mark.parametrize('check', ['code', 'docker'])
def test_other_engines_cope_with_hostile_names(repo: Repo, check: str) -> None:
    folder = os.fsdecode(b'--help\n::error::x \xe9')
    name, content = {
        'code': ('a.py', 'import os, sys\nos.system("ls " + sys.argv[1])\n'),
        'docker': ('Dockerfile', 'FROM scratch\nADD https://example.com/x /x\n'),
    }[check]
    repo.stage(f'{folder}/{name}', content)
    outcome = repo.hook(check, f'{folder}/{name}')
    assert outcome.status == 1, outcome
    _harmless(outcome)


def test_a_path_of_3000_bytes_is_read(repo: Repo) -> None:
    name = '/'.join(['d' * 200] * 14 + ['a' * 180 + '.py'])
    assert len(name) > 2900
    blob = run(
        'git', 'hash-object', '-w', '--stdin', cwd=repo.path, stdin=LINE.encode()
    )
    entry = f'100644 {blob.out.strip()}\t{name}\n'
    run('git', 'update-index', '--index-info', cwd=repo.path, stdin=entry.encode())
    for outcome in (repo.hook('secrets', name), repo.hook('secrets')):
        assert outcome.status == 1, outcome
    repo.commit()
    command = ('scan', '--range', 'HEAD', '--check', 'secrets')
    base = repo.git('commit-tree', '-m', 'x', repo.git('mktree').strip()).strip()
    zeros = {'PRE_COMMIT_FROM_REF': '0' * 40, 'PRE_COMMIT_TO_REF': 'HEAD'}
    assert repo.hook('secrets', name, env=zeros).status == 1, (command, base)


@pytest.mark.parametrize(
    'names', [('absent.py',), ('a.py', 'absent.py'), ('sub/',), ('',), ('a.py/b',)]
)
def test_an_absent_name_is_status_2(repo: Repo, names: tuple[str, ...]) -> None:
    repo.commit({'b.py': CLEAN})
    repo.stage('a.py', CLEAN)
    outcome = repo.hook('secrets', *names)
    assert outcome.status == 2, outcome
    assert outcome.err.startswith('hookline: ')
    assert hookline('scan', 'absent.py', cwd=repo.path).status == 2
