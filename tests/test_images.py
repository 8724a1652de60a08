"""images.yaml: what it may hold, and what the image and ADD engines make of it."""

from __future__ import annotations

import marshal
from collections.abc import Iterable

import pytest

from hookline import yamlfile
from hookline.dockerfile import images
from hookline.engines import add, image
from hookline.nouns import Change, Document, Failure, Match, Run

RUN = Run(cache='', jobs=1, deadline=float('inf'))
DIGEST = 'sha256:' + '0123456789abcdef' * 4
BUILTIN = yamlfile.parse(
    b'version: 1\ndefault: warn\nfrontends: ["docker.io/docker/dockerfile:1*"]\n'
    b'add: {https: checksum, http: forbid, git: commit}\n',
    'rules/images.yaml',
)
LIST = """\
allow:
  - {image: "registry.example.com/base/**"}
  - {image: docker.io/library/python, tags: ["3.*-slim*"]}
  - {image: "gcr.io/distroless/*@sha256:*"}
"""


def layers(*texts: str) -> list[Document]:
    found = [yamlfile.parse(text.encode(), 'images.yaml') for text in texts]
    return [BUILTIN, *found]


def judge(dockerfile: str, *texts: str, path: str = 'Dockerfile') -> list[Match]:
    # Through marshal, as the cache stores it.
    compiled = marshal.loads(marshal.dumps(image.compile([], layers(*texts))))
    return list(image.find([Change(path, dockerfile.encode())], compiled, RUN))


def rules(matches: Iterable[Match]) -> list[str]:
    return [match.rule for match in matches]


@pytest.mark.parametrize(
    'name',
    [
        'scratch',
        'registry.example.com/base/app',
        'registry.example.com/base/team/app:1',
        'REGISTRY.example.com/base/app:1',
        f'registry.example.com/base/app:1@{DIGEST}',
        'python:3.12-slim',
        'docker.io/library/python:3.12-slim-bookworm',
        'index.docker.io/python:3.9-slim',
        f'gcr.io/distroless/static@{DIGEST}',
        f'gcr.io/distroless/static:nonroot@{DIGEST}',
    ],
)
def test_approved_images(name: str) -> None:
    assert judge(f'FROM {name}\n', LIST) == []


@pytest.mark.parametrize(
    'name',
    [
        # lookalikes of what is approved
        'registry.example.com.evil.io/base/app',
        'registry.example.com/basement/app',
        'registry.example.com/base',
        'evil.io/registry.example.com/base/app',
        'registry.example.com:5000/base/app',
        'registry-example.com/base/app',
        'evil.io/python:3.12-slim',
        'python/python:3.12-slim',
        'docker.io/pyth0n/python:3.12-slim',
        'python:3.12',
        'python',
        'python:slim-3.12',
        f'python@{DIGEST}',  # a digest says nothing of the tag that is asked for
        'gcr.io/distroless/static',
        'gcr.io/distroless/static:nonroot',
        f'gcr.io/distroless/a/b@{DIGEST}',  # * is one segment
        'debian:12',
    ],
)
def test_images_that_are_not_approved(name: str) -> None:
    (match,) = judge(f'FROM {name}\n', LIST)
    assert match.rule == 'image-unapproved'
    assert match.confidence == ''


def test_before_a_list_unapproved_images_warn_and_nonsense_blocks() -> None:
    (match,) = judge('FROM debian:12\n')
    assert (match.rule, match.confidence) == ('image-unapproved', 'low')
    assert 'hookline images list --json' in match.message
    (match,) = judge('ARG X\nFROM $X\n')
    assert (match.rule, match.confidence) == ('image-unresolved', 'low')
    (match,) = judge('FROM Debian:12\n')
    assert (match.rule, match.confidence) == ('image-unresolved', '')


@pytest.mark.parametrize(
    ('text', 'confidence'),
    [
        (LIST, ''),
        (LIST + 'default: deny\n', ''),
        (LIST + 'default: warn\n', 'low'),
        ('default: deny\n', ''),
        ('version: 1\n', 'low'),
        ('deny: [{image: docker.io/library/busybox}]\n', ''),
    ],
)
def test_as_soon_as_a_layer_has_a_list_its_default_holds(
    text: str, confidence: str
) -> None:
    (match,) = judge('FROM debian:12\n', text)
    assert (match.rule, match.confidence) == ('image-unapproved', confidence)


def test_a_later_layer_wins_by_key() -> None:
    assert judge('FROM debian:12\n', LIST, 'allow: [{image: debian}]') == []
    (match,) = judge('FROM python:3.1-slim\n', LIST, 'allow: [{image: debian}]')
    assert match.rule == 'image-unapproved'
    (match,) = judge('FROM a\n', LIST + 'default: warn\n', 'args: {A: b}')
    assert match.confidence == 'low'


def test_the_message_says_what_was_written_resolved_and_by_which_argument() -> None:
    (match,) = judge('ARG BASE=python\nFROM ${BASE}:3.9 AS x\n', LIST)
    assert match.message == (
        'FROM ${BASE}:3.9 is docker.io/library/python:3.9, by ARG BASE (line 1): '
        'not approved; nearest approved: docker.io/library/python with tag 3.*-slim*'
    )


def test_the_message_has_the_line_to_write_instead() -> None:
    text = 'allow: [{image: docker.io/library/python, digest: required}]'
    (match,) = judge('FROM --platform=$BUILDPLATFORM python:3 AS x\n', text)
    assert match.rule == 'image-digest-missing'
    assert match.message.endswith(
        'write FROM --platform=$BUILDPLATFORM '
        'docker.io/library/python:3@sha256:<digest> AS x'
    )


def test_a_match_spans_the_instruction() -> None:
    text = 'FROM scratch\nFROM \\\n  # why\n  debian:12\nRUN x\n'
    (match,) = judge(text, LIST)
    found = text.encode()[match.start : match.end]
    assert found == b'FROM \\\n  # why\n  debian:12'


def test_copy_and_mounts_are_judged_like_from() -> None:
    text = (
        'FROM python:3.1-slim\nCOPY --from=nginx / /\n'
        'RUN --mount=from=busybox,target=/a --mount=from=python:3.1-slim,target=/b x\n'
        'ONBUILD COPY --from=assets / /\nONBUILD COPY --from=a.io/b / /\n'
    )
    found = judge(text, LIST)
    assert rules(found) == ['image-unapproved'] * 4
    assert found[1].message.startswith('RUN --mount=from=busybox is docker.io/')
    # A name without registry or tag in ONBUILD may be a stage of the child.
    assert [match.confidence for match in found] == ['', '', 'low', '']


DENY = """\
deny:
  - {id: moving, image: "**/*:latest", reason: it moves}
  - {image: docker.io/bitnami/**, replace_with: registry.example.com/base/}
allow: [{image: "**"}]
"""


@pytest.mark.parametrize(
    ('name', 'denied'),
    [
        ('debian:12', False),
        ('bitnamix/redis:7', False),
        ('debian', True),
        ('a.io/b/c:latest', True),
        (f'debian@{DIGEST}', False),
        ('bitnami/redis:7', True),
        ('docker.io/bitnami/a/b:7', True),
    ],
)
def test_deny_beats_allow(name: str, denied: bool) -> None:
    found = judge(f'FROM {name}\n', DENY)
    assert rules(found) == (['image-denied'] if denied else [])


@pytest.mark.parametrize(
    ('name', 'ending'),
    [
        # what ends in a slash takes the rest of the name
        ('bitnami/redis:7', '; write FROM registry.example.com/base/redis:7'),
        ('bitnami/a/b:7', '; write FROM registry.example.com/base/a/b:7'),
        (f'bitnami/a@{DIGEST}', '; write FROM registry.example.com/base/a'),
        ('python', '; approved is python with tag 3.*'),
        ('debian', ': it moves'),
    ],
)
def test_a_denial_says_what_to_write(name: str, ending: str) -> None:
    text = DENY.replace('"**"', 'python, tags: ["3.*"]')
    (match,) = judge(f'FROM {name}\n', text)
    assert match.rule == 'image-denied'
    assert match.message.endswith(ending)


def test_what_is_like_nothing_on_the_list_is_not_told_to_become_it() -> None:
    text = 'allow: [{image: a.io/b, replace_with: a.io/c}, {image: "d.io/**"}]'
    (match,) = judge('FROM nginx:1\n', text)
    assert match.message.endswith('not approved; approved: a.io/b, d.io/**')


def exception(days: int, **more: str) -> str:
    import datetime

    date = datetime.datetime.now(datetime.timezone.utc).date()
    date += datetime.timedelta(days=days)
    fields = {
        'image': 'docker.io/library/centos:7',
        'owner': 'team-x',
        'reason': 'migration',
        'ticket': 'SEC-12',
        'expires': date.isoformat(),
        **more,
    }
    text = ', '.join(f'{key}: "{value}"' for key, value in fields.items())
    return f'exceptions:\n  - {{paths: ["legacy/**"], {text}}}\n'


def test_an_exception_holds_for_its_paths_until_its_date() -> None:
    text = LIST + exception(30)
    assert judge('FROM centos:7\n', text, path='legacy/a/Dockerfile') == []
    for path, name in (('Dockerfile', 'centos:7'), ('legacy/Dockerfile', 'centos:6')):
        assert rules(judge(f'FROM {name}\n', text, path=path)) == ['image-unapproved']


def test_an_expired_exception_names_its_owner() -> None:
    (match,) = judge('FROM centos:7\n', LIST + exception(-1), path='legacy/Dockerfile')
    assert match.rule == 'image-unapproved'
    assert 'exception of team-x (SEC-12) expired on' in match.message


def test_an_exception_unlocks_a_denial_only_by_its_id() -> None:
    deny = 'deny: [{id: old, image: "**/centos"}]\n'
    path = 'legacy/Dockerfile'
    assert rules(judge('FROM centos:7\n', deny + exception(9), path=path)) == [
        'image-denied'
    ]
    assert judge('FROM centos:7\n', deny + exception(9, deny='old'), path=path) == []


def test_digests_stages_and_support() -> None:
    text = """\
allow:
  - {image: a.io/needs, digest: required}
  - {image: a.io/never, digest: forbidden}
  - {image: a.io/tool, stages: [build]}
  - image: a.io/old
    end_of_life: {"1.*": 2020-01-01, "2.*": 2999-01-01}
    replace_with: a.io/new:3
"""
    assert rules(judge('FROM a.io/needs\n', text)) == ['image-digest-missing']
    assert judge(f'FROM a.io/needs@{DIGEST}\n', text) == []
    assert rules(judge(f'FROM a.io/never:1@{DIGEST}\n', text)) == ['image-unapproved']
    assert rules(judge('FROM a.io/tool\n', text)) == ['image-unapproved']
    assert judge('FROM a.io/tool AS t\nFROM scratch\n', text) == []
    # In the image all the same: the last stage is built on it.
    assert rules(judge('FROM a.io/tool AS t\nFROM t\n', text)) == ['image-unapproved']
    (match,) = judge('FROM a.io/old:1.2\n', text)
    assert match.rule == 'image-end-of-life'
    assert match.confidence == ''
    assert match.message.endswith('write FROM a.io/new:3')
    assert judge('FROM a.io/old:2.0\n', text) == []


def test_support_gives_notice_90_days_before(monkeypatch: pytest.MonkeyPatch) -> None:
    text = 'allow: [{image: a.io/b, end_of_life: {"*": 2030-06-30}}]'
    for today, expected in (
        ('2030-03-31', []),
        ('2030-04-01', ['low']),
        ('2030-06-30', ['low']),
        ('2030-07-01', ['']),
    ):
        monkeypatch.setattr(image, '_today', lambda today=today: today)
        found = judge('FROM a.io/b:1\n', text)
        assert [match.confidence for match in found] == expected


def test_mirrors_and_build_arguments() -> None:
    text = LIST + (
        'mirrors: {mirror.example.com/hub/: docker.io/}\nargs: {TAG: 3.12-slim}\n'
    )
    assert judge('FROM mirror.example.com/hub/library/python:3.1-slim\n', text) == []
    assert judge('FROM mirror.example.com/hub/python:3.1-slim\n', text) == []
    assert judge('ARG TAG\nFROM python:${TAG}\n', text) == []
    for name in ('mirror.example.com/hub2/python:3.1-slim', 'mirror.example.com/hub/x'):
        assert rules(judge(f'FROM {name}\n', text)) == ['image-unapproved']


def test_unresolved_may_be_a_note() -> None:
    text = 'ARG X\nFROM $X\n'
    assert [m.confidence for m in judge(text, LIST)] == ['']
    assert [m.confidence for m in judge(text, LIST + 'unresolved: note')] == ['low']


def test_what_a_template_gives_is_advice() -> None:
    (match,) = judge('FROM {{ base }}:1 AS x\nRUN y\n', LIST, path='Dockerfile.j2')
    assert (match.rule, match.confidence) == ('image-unresolved', 'low')
    assert match.message == 'FROM {{ base }}:1 AS x: a template gives the image'


def test_scratch_may_be_denied() -> None:
    assert rules(judge('FROM scratch\n', LIST + 'scratch: deny')) == [
        'image-unapproved'
    ]


@pytest.mark.parametrize(
    ('line', 'found'),
    [
        ('# syntax=docker/dockerfile:1', []),
        ('# syntax=docker.io/docker/dockerfile:1.7-labs', []),
        ('# syntax=docker/dockerfile', ['']),
        ('# syntax=docker/dockerfile-upstream:master', ['']),
        ('# syntax=evil.io/docker/dockerfile:1', ['']),
        ('# syntax=Nonsense:', ['']),
    ],
)
def test_frontends(line: str, found: list[str]) -> None:
    matches = judge(f'{line}\nFROM scratch\n', LIST)
    assert [match.confidence for match in matches] == found
    assert set(rules(matches)) <= {'frontend-unapproved'}


def test_a_file_that_cannot_be_read_is_reported() -> None:
    (match,) = judge('<html>\n', LIST)
    assert (match.rule, match.confidence) == ('unparsed-dockerfile', '')
    found = judge('FROM scratch\nRUN <<EOF\nFROM evil.io/x\n', LIST)
    assert rules(found) == ['unparsed-dockerfile', 'image-unapproved']
    assert judge('# nothing yet\n', LIST) == []


@pytest.mark.parametrize(
    ('text', 'place'),
    [
        ('alow: []\n', 'images.yaml:1: alow: unknown key'),
        ('version: 2\n', 'images.yaml:1: version: expected 1'),
        ('default: block\n', 'images.yaml:1: default: expected deny or warn'),
        ('scratch: maybe\n', 'images.yaml:1: scratch:'),
        ('unresolved: warn\n', 'images.yaml:1: unresolved:'),
        ('allow: {}\n', 'images.yaml:1: allow: expected a list'),
        ('allow:\n  - python\n', 'images.yaml:2: allow.0: expected a mapping'),
        ('allow:\n  - {}\n', 'images.yaml:2: allow.0: image is missing'),
        ('allow:\n  - image: 3\n', 'images.yaml:2: allow.0.image:'),
        ('allow:\n  - image: a.io/\n', 'images.yaml:2: allow.0.image:'),
        ('allow:\n  - image: "a.io/b**"\n', 'images.yaml:2: allow.0.image:'),
        ('allow:\n  - image: "a.io/b:"\n', 'images.yaml:2: allow.0.image:'),
        ('allow:\n  - image: a\n    tag: x\n', 'images.yaml:3: allow.0.tag: unknown'),
        ('allow:\n  - image: a\n    tags: [3.10]\n', 'images.yaml:3: allow.0.tags.0:'),
        ('allow:\n  - image: a\n    digest: "no"\n', 'images.yaml:3: allow.0.digest:'),
        ('allow:\n  - image: a\n    stages: [x]\n', 'images.yaml:3: allow.0.stages.0:'),
        (
            'allow:\n  - image: a\n    end_of_life: {"1": soon}\n',
            'images.yaml:3: allow.0.end_of_life.1: expected a date',
        ),
        ('deny:\n  - image: a\n    why: x\n', 'images.yaml:3: deny.0.why: unknown key'),
        ('add: {https: check}\n', 'images.yaml:1: add.https:'),
        ('add: {ftp: forbid}\n', 'images.yaml:1: add.ftp: unknown key'),
        ('add: {hosts: ["a.io/b"]}\n', 'images.yaml:1: add.hosts.0:'),
        ('args: [a]\n', 'images.yaml:1: args: expected a mapping'),
        ('max_exception_days: long\n', 'images.yaml:1: max_exception_days:'),
        (
            'exceptions:\n  - {paths: [a], image: b}\n',
            'images.yaml:2: exceptions.0: owner is missing',
        ),
        (exception(181), 'images.yaml:2: exceptions.0.expires: more than 180 days'),
        (exception(9, deny='x'), 'images.yaml:2: exceptions.0.deny: no entry of deny'),
        (exception(9, owner=' '), 'images.yaml:2: exceptions.0.owner: expected text'),
        ('max_exception_days: 5\n' + exception(6), 'images.yaml:3: exceptions.0.exp'),
    ],
)
def test_what_images_yaml_may_not_hold(text: str, place: str) -> None:
    with pytest.raises(Failure) as caught:
        images.compile(layers(text))
    assert str(caught.value).startswith(place)


def fetched(line: str, text: str = '') -> list[Match]:
    found = layers(text) if text else [BUILTIN]
    compiled = marshal.loads(marshal.dumps(add.compile([], found)))
    change = Change('Dockerfile', f'FROM scratch\n{line}\n'.encode())
    return list(add.find([change], compiled, RUN))


COMMIT = '0123456789' * 4


@pytest.mark.parametrize(
    'line',
    [
        'ADD a.tar.gz /',
        'COPY https://example.com/a /a',  # an error in BuildKit, and no download
        f'ADD --checksum={DIGEST} https://example.com/a /a',
        f'ARG SUM={DIGEST}\nADD --checksum=$SUM https://example.com/a /a',
        f'ADD --checksum={DIGEST} --link \\\n  # it\n\n  https://example.com/a /a',
        f'ADD https://example.com/a.git#{COMMIT} /a',
        f'ADD --checksum={COMMIT} https://example.com/a.git#v1 /a',
        'RUN echo ADD https://example.com/a /a',
        'RUN <<EOF\nADD https://example.com/a /a\nEOF',
        'ADD <<EOF /a\nhttps://example.com/a\nEOF',
        '# ADD https://example.com/a /a',
        'ADD $JAR /a',
        "ENV U=https://example.com\nADD '$U' /a",
    ],
)
def test_additions_that_are_checked_or_local(line: str) -> None:
    assert fetched(line) == []


@pytest.mark.parametrize(
    ('line', 'rule', 'instead'),
    [
        (
            'ADD --chown=1 https://example.com/a /a',
            'add-from-url',
            'ADD --checksum=sha256:<digest> --chown=1 https://example.com/a /a',
        ),
        (
            f'ADD --checksum={DIGEST} http://example.com/a /a',
            'add-from-url',
            f'ADD --checksum={DIGEST} https://example.com/a /a',
        ),
        (
            'ONBUILD ADD ["https://example.com/a b", "/a"]',
            'add-from-url',
            'ONBUILD ADD --checksum=sha256:<digest> ["https://example.com/a b", "/a"]',
        ),
        (
            f'ADD --checksum={DIGEST} https://example.com/a b /a/',
            'add-from-url',
            'ADD --checksum=sha256:<digest> https://example.com/a /a/',
        ),
        (
            f'ADD --checksum={DIGEST[:-1]} https://example.com/a /a',
            'add-from-url',
            'ADD --checksum=sha256:<digest> https://example.com/a /a',
        ),
        (
            # BuildKit knows no other algorithm
            f'ADD --checksum=sha512:{DIGEST[7:] * 2} https://example.com/a /a',
            'add-from-url',
            'ADD --checksum=sha256:<digest> https://example.com/a /a',
        ),
        (
            'ADD --checksum=$SUM https://example.com/a /a',
            'add-from-url',
            'ADD --checksum=sha256:<digest> https://example.com/a /a',
        ),
        (
            'ENV U=https://example.com\nADD "$U/a" /a',
            'add-from-url',
            'ADD --checksum=sha256:<digest> https://example.com/a /a',
        ),
        (
            'ADD https://example.com/a.git#v1 /a',
            'add-from-git',
            'ADD --checksum=<40-digit commit> https://example.com/a.git#v1 /a',
        ),
        (
            'ADD --keep-git-dir git@example.com:a.git /a',
            'add-from-git',
            'ADD --checksum=<40-digit commit> --keep-git-dir git@example.com:a.git /a',
        ),
    ],
)
def test_additions_that_nothing_checks(line: str, rule: str, instead: str) -> None:
    (match,) = fetched(line)
    assert (match.rule, match.confidence) == (rule, '')
    assert match.message.endswith(f'; write {instead}')


@pytest.mark.parametrize(
    ('text', 'line', 'found'),
    [
        ('add: {https: allow}', 'ADD https://a.io/b /b', []),
        ('add: {https: allow}', 'ADD http://a.io/b /b', ['add-from-url']),
        ('add: {http: allow}', 'ADD http://a.io/b /b', []),
        ('add: {git: allow}', 'ADD https://a.io/b.git /b', []),
        ('add: {git: forbid}', f'ADD https://a.io/b.git#{COMMIT} /b', ['add-from-git']),
        (
            'add: {https: forbid}',
            f'ADD --checksum={DIGEST} https://a.io/b /b',
            ['add-from-url'],
        ),
        (
            'add: {https: forbid, hosts: [a.io]}',
            f'ADD --checksum={DIGEST} https://a.io/b /b',
            [],
        ),
        (
            'add: {https: forbid, hosts: [a.io]}',
            'ADD https://a.io/b /b',
            ['add-from-url'],
        ),
        ('add: {hosts: [{host: a.io, https: allow}]}', 'ADD https://a.io/b /b', []),
        (
            'add: {hosts: [{host: a.io, https: allow}]}',
            'ADD https://a.io.evil/b /b',
            ['add-from-url'],
        ),
        (
            'add: {hosts: [{host: a.io, https: allow}]}',
            'ADD https://a.io@evil/b /b',
            ['add-from-url'],
        ),
    ],
)
def test_what_add_may_be_set_to(text: str, line: str, found: list[str]) -> None:
    assert rules(fetched(line, text)) == found


def test_a_variable_that_sounds_like_a_url_is_only_advice() -> None:
    (match,) = fetched('ARG DOWNLOAD_URL\nADD ${DOWNLOAD_URL} /a')
    assert (match.rule, match.severity) == ('add-from-url', 'low')
    assert fetched('ARG JAR_FILE\nADD ${JAR_FILE} /a') == []
