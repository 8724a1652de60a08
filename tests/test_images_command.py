"""`hookline images`, from the command line to the files that it changes."""

from __future__ import annotations

import datetime
import io
import json
import os
import re
from pathlib import Path

import pytest

from conftest import Outcome, Repo, hookline, places
from hookline import yamledit, yamlfile
from hookline.commands import images

DIGEST = 'sha256:' + '0123456789abcdef' * 4
SOON = (datetime.date.today() + datetime.timedelta(days=30)).isoformat()
LATE = (datetime.date.today() + datetime.timedelta(days=300)).isoformat()
LIST = """\
# who asks: #platform
allow:
  - image: docker.io/library/python   # ours
    tags: ["3.*"]
    digest: required
  - {image: "good.io/**"}
  - {image: docker.io/library/nothing}
deny:
  - {id: old, image: "**/centos", reason: out of support}
"""
WHO = ('--owner', 'team-x', '--reason', 'migration: #1', '--ticket', 'SEC-1')


@pytest.fixture
def filled(repo: Repo) -> Repo:
    repo.commit(
        {
            '.hookline/images.yaml': LIST,
            'Dockerfile': (
                f'FROM python:3.12@{DIGEST} AS build\nFROM build\nFROM scratch\n'
            ),
            'app/Dockerfile': 'ARG V=3.12\nFROM python:$V\nFROM python:3.12 AS x\n',
            'compose.yaml': (
                'services:\n  a: {image: "python:3.12"}\n  b: {image: debian}\n'
                '  c: {image: "centos:7"}\n'
            ),
            'b.yaml': 'services: []\nimage: nothing\n',
        }
    )
    return repo


def run(repo: Repo, *arguments: str, status: int = 0, cwd: str = '.') -> Outcome:
    outcome = hookline('images', *arguments, cwd=repo.path / cwd)
    assert outcome.status == status, outcome
    return outcome


def test_list_names_every_image_and_its_verdict(filled: Repo) -> None:
    out = run(filled, 'list').out
    assert (
        'docker.io/library/debian:latest\n    compose.yaml:3: compose image: un' in out
    )
    assert 'app/Dockerfile:2: FROM: digest-missing' in out
    assert out.endswith('5 images in 7 places, 2 of them approved\n')


def test_the_inventory_for_machines(filled: Repo) -> None:
    found = json.loads(run(filled, 'list', '--json').out)
    rows = {(row['path'], row['line']): row for row in found['images']}
    row = rows['Dockerfile', 1]
    assert (row['image'], row['verdict']) == (
        f'docker.io/library/python:3.12@{DIGEST}',
        'approved',
    )
    assert (row['name'], row['tag'], row['digest']) == (
        'docker.io/library/python',
        '3.12',
        DIGEST,
    )
    assert ('Dockerfile', 2) not in rows  # a stage of its own
    assert rows['compose.yaml', 4]['verdict'] == 'denied'
    assert [row['path'] for row in found['images']] == sorted(
        row['path'] for row in found['images']
    )


def test_a_list_of_one_directory_from_inside_another(filled: Repo) -> None:
    out = run(filled, 'list', '../app', cwd='.hookline').out
    assert out.endswith('1 images in 2 places, 0 of them approved\n')


def test_stale_entries_are_reported_with_their_line(filled: Repo) -> None:
    out = run(filled, 'list', '--stale').out
    assert '.hookline/images.yaml:6: good.io/** matches no image\n' in out
    assert '.hookline/images.yaml:7: docker.io/library/nothing matches no image' in out
    assert out.endswith('2 entries match nothing in 7 places\n')
    assert len(json.loads(run(filled, 'list', '--stale', '--json').out)['stale']) == 2


@pytest.mark.parametrize(
    ('arguments', 'said'),
    [
        (
            ['good.io/a'],
            '    approved\n    by .hookline/images.yaml:6: allow: good.io/**',
        ),
        (
            ['python:3.12'],
            '    digest-missing: docker.io/library/python needs a digest',
        ),
        (['centos:7'], 'by .hookline/images.yaml:9: deny: **/centos'),
        (['debian'], 'by default: deny, since no entry names it'),
    ],
)
def test_why_says_which_entry_decides(
    filled: Repo, arguments: list[str], said: str
) -> None:
    assert said in run(filled, 'why', *arguments).out


def test_why_of_what_is_no_image(filled: Repo) -> None:
    assert 'Not Right' in run(filled, 'why', 'Not Right', status=2).err


def test_allow_adds_an_exception_and_keeps_the_rest(filled: Repo) -> None:
    path = filled.path / '.hookline/images.yaml'
    run(filled, 'allow', 'debian', *WHO, '--expires', SOON, '--path', 'compose.yaml')
    assert path.read_text().startswith(LIST)
    assert (
        'by an exception' in run(filled, 'why', 'debian', '--path', 'compose.yaml').out
    )
    assert 'not approved' in run(filled, 'why', 'debian').out
    run(
        filled, 'allow', 'centos:7', *WHO, '--expires', SOON, '--deny', 'old', cwd='app'
    )
    found = yamlfile.read(str(path)).value['exceptions']
    assert [row['image'] for row in found] == ['debian', 'centos:7']
    assert found[1]['paths'] == ['**']
    assert 'approved' in run(filled, 'why', 'centos:7').out.splitlines()[1]


def test_allow_makes_the_file_where_there_is_none(repo: Repo) -> None:
    repo.commit({'Dockerfile': 'FROM debian\n'})
    run(repo, 'allow', 'debian', *WHO, '--expires', SOON)
    assert run(repo, 'list').out.endswith('1 images in 1 places, 1 of them approved\n')


@pytest.mark.parametrize(
    ('arguments', 'said'),
    [
        (['--expires', LATE], 'more than 180 days ahead'),
        (['--expires', 'soon'], '--expires: expected a date'),
        (['--expires', SOON, '--deny', 'x'], 'no entry of deny has this id'),
        (['--expires', SOON, '--owner', ' '], '--owner: expected text'),
        (['--expires', SOON, '--path', '/a'], 'paths start at the top'),
    ],
)
def test_allow_adds_nothing_that_a_run_would_refuse(
    filled: Repo, arguments: list[str], said: str
) -> None:
    assert said in run(filled, 'allow', 'debian', *WHO, *arguments, status=2).err
    assert (filled.path / '.hookline/images.yaml').read_text() == LIST


def test_allow_says_when_a_denial_stands_above_it(filled: Repo) -> None:
    outcome = run(filled, 'allow', 'centos:7', *WHO, '--expires', SOON, status=2)
    assert 'centos:7 is denied by old: with --deny old the exception' in outcome.err
    assert (filled.path / '.hookline/images.yaml').read_text() == LIST


ENTRY = {'paths': ['a/**'], 'image': 'x', 'owner': 'a: b', 'reason': "it's, #1"}


@pytest.mark.parametrize(
    'text',
    [
        '',
        'version: 1',
        '# only a comment\n',
        'exceptions: []\nversion: 1\n',
        'exceptions:\nversion: 1\n',
        'exceptions: [{image: a}]  # why\nversion: 1\n',
        'exceptions:\n- image: a  # first\n# the end\nversion: 1\n',
        'exceptions:\n    - image: a\n      paths:\n      - b  # c\n\n# d\ndeny: []\n',
        'exceptions:\r\n  - {image: "-a-"}\r\n\r\ndeny: []\r\n',
        'exceptions:\n  - image: >-\n      a\n  - {image: b}',
        'exceptions:\n  - {image: é, reason: "– "}\n# ü',
    ],
)
def test_an_exception_goes_in_and_every_other_byte_stays(text: str) -> None:
    before = yamlfile.parse(text.encode(), 'images.yaml').value or {}
    after = yamledit.add(text.encode(), images.PATH, 'exceptions', [ENTRY]).decode()
    value = yamlfile.parse(after.encode(), 'images.yaml').value
    assert value == {
        **before,
        'exceptions': [*(before.get('exceptions') or []), ENTRY],
    }
    for line in text.splitlines():
        if line.strip().startswith('#') or '  #' in line:
            assert line.partition('#')[2] in after
    # again, behind it
    more = yamledit.add(after.encode(), images.PATH, 'exceptions', [ENTRY])
    assert yamlfile.parse(more, 'images.yaml').value['exceptions'][-1] == ENTRY


def test_pin_writes_the_digest_that_is_known_here(filled: Repo) -> None:
    before = (filled.path / 'app/Dockerfile').read_text()
    out = run(filled, 'pin', '--dry-run').out
    assert (filled.path / 'app/Dockerfile').read_text() == before
    assert '2 can be pinned, 3 cannot be from what is here' in out
    out = run(filled, 'pin').out
    assert (filled.path / 'app/Dockerfile').read_text() == (
        f'ARG V=3.12\nFROM python:$V\nFROM python:3.12@{DIGEST} AS x\n'
    )
    assert (
        f'a: {{image: "python:3.12@{DIGEST}"}}'
        in (filled.path / 'compose.yaml').read_text()
    )
    assert 'app/Dockerfile:2: docker.io/library/python:3.12: it is made of var' in out
    assert 'compose.yaml:3: docker.io/library/debian:latest: no digest of it' in out


def test_another_reader_finds_the_same_and_every_comment() -> None:
    ruamel = pytest.importorskip('ruamel.yaml')
    text = LIST + 'exceptions:   # why\n  # the first\n  - {image: a}   # b\n# end\n'
    after = yamledit.add(text.encode(), images.PATH, 'exceptions', [ENTRY]).decode()
    value = ruamel.YAML().load(after)
    assert value['exceptions'][-1] == ENTRY
    written = io.StringIO()
    ruamel.YAML().dump(value, written)
    for comment in re.findall('#.*', text):
        assert comment in written.getvalue()
    # No line is written anew, which a round trip through a library would do.
    assert set(text.splitlines()) <= set(after.splitlines())


def test_pin_takes_what_a_build_wrote_down(repo: Repo) -> None:
    repo.commit({'Dockerfile': 'FROM python:3.12 AS a\nFROM a.io/b:1\nFROM c.io/d:1\n'})
    digest = DIGEST.partition(':')[2]
    made = {
        'buildx.build.provenance': {
            'materials': [
                {
                    'uri': 'pkg:docker/python@3.12?platform=linux%2Famd64',
                    'digest': {'sha256': digest},
                },
                {'uri': 'pkg:docker/a.io/b@1', 'digest': {'sha256': digest}},
                {'uri': 'https://c.io/d', 'digest': {'sha256': digest}},
            ]
        }
    }
    (repo.path / 'made.json').write_text(json.dumps(made))
    out = run(repo, 'pin', '--metadata', 'made.json').out
    assert (repo.path / 'Dockerfile').read_text() == (
        f'FROM python:3.12@{DIGEST} AS a\nFROM a.io/b:1@{DIGEST}\nFROM c.io/d:1\n'
    )
    assert '2 pinned, 1 cannot be' in out
    (repo.path / 'made.json').write_text('{')
    assert (
        'made.json: not the JSON'
        in run(repo, 'pin', '--metadata', 'made.json', status=2).err
    )
    assert 'No such file' in run(repo, 'pin', '--metadata', 'none', status=2).err


def test_pin_takes_what_images_yaml_names(repo: Repo) -> None:
    repo.commit(
        {
            '.hookline/images.yaml': f'allow: [{{image: "a.io/b:1@{DIGEST}"}}]\n',
            'Dockerfile': 'FROM a.io/b:1\n',
        }
    )
    run(repo, 'pin')
    assert (repo.path / 'Dockerfile').read_text() == f'FROM a.io/b:1@{DIGEST}\n'


@pytest.mark.skipif(os.name == 'nt', reason='the program is a shell script')
def test_pin_takes_what_a_store_has_pulled(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No machine of ours runs a daemon: the lines are those that docker prints.
    repo.commit({'Dockerfile': 'FROM a.io/b:1\nFROM debian\nFROM c\n'})
    listed = f'a.io/b:1@{DIGEST}\ndebian:latest@{DIGEST}\nc:latest@<none>\n'
    monkeypatch.setenv('PATH', f'{tmp_path / "bin"}{os.pathsep}{os.environ["PATH"]}')
    (tmp_path / 'bin').mkdir()
    program = tmp_path / 'bin/podman'
    program.write_text(f"#!/bin/sh\n[ $1 = images ] && printf '{listed}'\n")
    program.chmod(0o755)
    run(repo, 'pin', '--from', 'podman')
    assert (repo.path / 'Dockerfile').read_text() == (
        f'FROM a.io/b:1@{DIGEST}\nFROM debian:latest@{DIGEST}\nFROM c\n'
    )
    program.write_text('#!/bin/sh\necho no daemon >&2\nexit 1\n')
    err = run(repo, 'pin', '--from', 'podman', status=2).err
    assert '--from podman: no daemon' in err
    # What lies in the repository itself is not started.
    program.rename(repo.path / 'podman')
    monkeypatch.setenv('PATH', f'{repo.path}{os.pathsep}{os.environ["PATH"]}')
    err = run(repo, 'pin', '--from', 'podman', status=2).err
    assert 'lies in the repository' in err


def test_pin_does_not_choose_between_two_digests(repo: Repo) -> None:
    other = DIGEST.replace('0', 'f')
    text = f'FROM a.io/b:1@{DIGEST}\nFROM a.io/b:1@{other}\nFROM a.io/b:1\n'
    repo.commit({'Dockerfile': text})
    assert '2 different digests' in run(repo, 'pin').out
    assert (repo.path / 'Dockerfile').read_text() == text


def test_outside_of_git(tmp_path: Path) -> None:
    (tmp_path / 'Dockerfile').write_text('FROM debian\n')
    outcome = hookline('images', 'list', cwd=tmp_path)
    assert outcome.out.endswith('1 images in 1 places, 0 of them approved\n'), outcome


def test_a_comment_about_an_image_needs_every_field(repo: Repo) -> None:
    repo.commit({'.hookline/images.yaml': 'allow: [{image: good.io/a}]\n'})
    repo.stage('Dockerfile', 'FROM debian:12\nUSER 1000\n')
    (hint,) = (
        line
        for line in repo.hook('docker').out.splitlines()
        if 'image-unapproved --' in line
    )
    comment = hint.partition('on the line above: ')[2]
    repo.stage('Dockerfile', f'{comment}\nFROM debian:12\nUSER 1000\n')
    # The hint as it stands is no answer: it has no date.
    assert repo.hook('docker').status == 1
    complete = comment.replace('YYYY-MM-DD', SOON)
    repo.stage('Dockerfile', f'{complete}\nFROM debian:12\nUSER 1000\n')
    outcome = repo.hook('docker')
    assert outcome.status == 0, outcome
    for field in ('REASON', '; owner=TEAM', '; ticket=ID', f'; expires={SOON}'):
        short = complete.replace(field, '')
        repo.stage('Dockerfile', f'{short}\nFROM debian:12\nUSER 1000\n')
        outcome = repo.hook('docker')
        assert outcome.status == 1, field
        said = ' '.join(outcome.out.split())
        assert 'policy requires: reason, owner, ticket, expires' in said
    repo.stage('compose.yaml', f'services:\n  {complete}\n  a: {{image: debian:12}}\n')
    repo.stage('Dockerfile', 'FROM good.io/a\nUSER 1000\n')
    outcome = repo.hook('docker')
    assert outcome.status == 0, outcome


def test_the_hook_judges_what_a_commit_adds_to_a_manifest(repo: Repo) -> None:
    repo.commit(
        {
            '.hookline/images.yaml': 'allow: [{image: good.io/a}]\n',
            'compose.yaml': 'services:\n  a: {image: debian}\n',
            'k8s/pod.yaml': 'apiVersion: v1\nkind: Pod\ncontainers: [{image: nginx}]\n',
        }
    )
    repo.stage(
        'compose.yaml', 'services:\n\n  b: {image: redis}\n  a: {image: debian}\n'
    )
    repo.stage(
        'k8s/pod.yaml', 'apiVersion: v1\nkind: Pod\n\ncontainers: [{image: nginx}]\n'
    )
    outcome = repo.hook('docker', 'compose.yaml', 'k8s/pod.yaml')
    assert outcome.status == 1
    assert places(outcome) == ['compose.yaml:3 image-unapproved']
