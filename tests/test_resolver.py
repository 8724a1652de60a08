"""Which images a Dockerfile takes in, and what ADD fetches."""

from __future__ import annotations

import pytest

from hookline.dockerfile import parser, reference, remote, resolver
from hookline.dockerfile.reference import Reference

DIGEST = 'sha256:' + 'ab' * 32


def resolve(text: str, **args: str) -> list[tuple[int, str, str]]:
    """Return line, kind and image or stage of each source."""
    found = resolver.resolve(parser.parse(text.encode()), args).sources
    return [
        (s.instruction.first, s.kind, str(s.resolved) if s.resolved else s.value)
        for s in found
    ]


def image(name: str, line: int = 1) -> tuple[int, str, str]:
    return line, 'image', name


PYTHON = 'docker.io/library/python:3'


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('FROM scratch\n', [(1, 'scratch', 'scratch')]),
        ('FROM python:3\n', [image(PYTHON)]),
        ('FROM --platform=$X --new=1 python:3 AS x\n', [image(PYTHON)]),
        ('FROM "python:3"\n', [image(PYTHON)]),
        ('FROM python:3 # why\n', [image(PYTHON)]),  # BuildKit refuses it; judge it
        # the last default wins, a bare redeclaration keeps it
        ('ARG A=x\nARG A=python\nARG A\nFROM $A:3\n', [image(PYTHON, 4)]),
        ('ARG A=python\nARG B=${A}:3\nFROM ${B}\n', [image(PYTHON, 3)]),
        ('ARG A="python" B=3\nFROM ${A}:${B}\n', [image(PYTHON, 2)]),
        ('FROM ${A:-python:3}\n', [image(PYTHON)]),
        ('FROM ${A:-${B:-python}}:3\n', [image(PYTHON)]),
        ('ARG A=python:3.9\nFROM ${A%.*}\n', [image(PYTHON, 2)]),
        ('ARG A\nFROM python:3${A}\n', [image(PYTHON, 2)]),
        ('# escape=`\nFROM `\n  python:3\n', [image(PYTHON, 2)]),
        (
            'FROM x-$TARGETARCH-${BUILDOS}\n',
            [image('docker.io/library/x-amd64-linux:latest')],
        ),
        # an ARG of a stage, or an ENV, is not seen by FROM
        (
            'FROM a\nARG B=python:3\nFROM $B\n',
            [image('docker.io/library/a:latest'), (3, 'unresolved', '')],
        ),
        ('ENV B=x\nFROM $B\n', [(2, 'unresolved', '')]),
        ('ARG A\nFROM $A\n', [(2, 'unresolved', '')]),
        ('ARG A=\nFROM python:$A\n', [(2, 'unresolved', 'python:')]),
        ('ARG A\nFROM ${A:?why}\n', [(2, 'unresolved', '')]),
        ('FROM ${A\n', [(1, 'invalid', '')]),
        ('FROM ""\n', [(1, 'invalid', '')]),
        ('FROM\n', [(1, 'invalid', '')]),
        ('FROM Python:3\n', [(1, 'invalid', 'Python:3')]),
    ],
)
def test_from(text: str, expected: list[tuple[int, str, str]]) -> None:
    assert resolve(text) == expected


def test_build_arguments_beat_defaults_but_only_of_declared_arguments() -> None:
    assert resolve('ARG A=x\nFROM $A\n', A='python:3') == [image(PYTHON, 2)]
    assert resolve('FROM ${A:-python:3}\n', A='x') == [image(PYTHON)]


@pytest.mark.parametrize(
    ('line', 'expected'),
    [
        ('FROM build', 'stage'),
        ('FROM Build', 'invalid'),  # FROM does not lower the name it looks for
        ('FROM last', 'image'),  # only earlier stages
        ('FROM 0', 'image'),  # FROM knows no index
        ('COPY --from=build a b', 'stage'),
        ('COPY --from=BUILD a b', 'stage'),
        ('COPY --from="build" a b', 'stage'),
        ('COPY --from=last a b', 'stage'),  # all stages, BuildKit stops at a circle
        ('COPY --from=0 a b', 'stage'),
        ('COPY --from=7 a b', 'invalid'),
        ('COPY --from=-1 a b', 'invalid'),
        ('COPY --from=scratch a b', 'scratch'),
        ('COPY --from=nginx a b', 'image'),
        ('COPY --from=$X a b', 'invalid'),
        ('COPY --link --from=nginx --chown=1 a b', 'image'),
        ('RUN --mount=from=build,target=/a x', 'stage'),
        ('RUN --mount=from=nginx,target=/a x', 'image'),
        ('RUN --mount=type=bind,FROM=nginx,target=/a x', 'image'),
        ('RUN --mount=type=cache,from=nginx,target=/a x', 'image'),
        ('RUN --mount=target=/b --mount=from=nginx,target=/a x', 'image'),
        ('RUN --mount=from=$X,target=/a x', 'invalid'),
        ('RUN --mount=\'"from=nginx","target=/a,b"\' x', 'image'),
        ('ONBUILD COPY --from=nginx:1 a b', 'image'),
        ('ONBUILD RUN --mount=from=nginx,target=/a x', 'image'),
    ],
)
def test_stages_and_images(line: str, expected: str) -> None:
    text = f'FROM a AS Build\n{line}\nFROM a AS last\n'
    assert [kind for at, kind, _ in resolve(text) if at == 2] == [expected]


@pytest.mark.parametrize(
    'line',
    [
        'COPY --from= a b',
        'COPY a --from=nginx',
        'COPY <<EOF /x\nCOPY --from=nginx a b\nEOF',
        'RUN --mount=type=secret,id=a,from=nginx x',
        'RUN --mount=type=tmpfs,target=/a x',
        'RUN echo --mount=from=nginx',
        'LABEL x="COPY --from=nginx a b"',
        '# COPY --from=nginx a b',
    ],
)
def test_what_takes_in_no_image(line: str) -> None:
    text = f'FROM a\n{line}\n'
    assert resolve(text) == [image('docker.io/library/a:latest')]


def test_a_stage_that_the_last_one_is_built_on_counts_as_final() -> None:
    text = 'FROM a AS x\nFROM b AS base\nFROM base AS mid\nFROM mid\n'
    found = resolver.resolve(parser.parse(text.encode())).sources
    assert [source.stage for source in found] == ['build', 'final', 'final', 'final']


def test_copy_in_a_trigger_may_name_a_stage_of_the_child() -> None:
    text = 'FROM a\nONBUILD COPY --from=assets / /x\nONBUILD COPY --from=b:1 / /x\n'
    found = resolver.resolve(parser.parse(text.encode())).sources
    assert [source.may_be_stage for source in found] == [False, True, False]


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('python', Reference('docker.io', 'library/python', 'latest', '')),
        ('docker.io/python', Reference('docker.io', 'library/python', 'latest', '')),
        ('index.docker.io/a/b:1', Reference('docker.io', 'a/b', '1', '')),
        ('a/b/c', Reference('docker.io', 'a/b/c', 'latest', '')),
        ('localhost/a', Reference('localhost', 'a', 'latest', '')),
        ('Reg/a', Reference('reg', 'a', 'latest', '')),  # upper case: a host
        ('r:5000/a:1', Reference('r:5000', 'a', '1', '')),
        (f'a@{DIGEST}', Reference('docker.io', 'library/a', '', DIGEST)),
        (f'a:1@{DIGEST}', Reference('docker.io', 'library/a', '1', DIGEST)),
        ('gcr.io.evil.io/a', Reference('gcr.io.evil.io', 'a', 'latest', '')),
        ('[::1]:5000/a', Reference('[::1]:5000', 'a', 'latest', '')),
    ],
)
def test_references_are_normalised(text: str, expected: Reference) -> None:
    assert reference.parse(text) == expected


@pytest.mark.parametrize(
    'text',
    [
        '',
        'Python',
        'a:',
        'a@sha256:abc',
        'a@',
        'a b',
        '-a',
        'a/',
        '/a',
        'a//b',
        'a:1:2',
        'ab' * 32,  # an image id
        'x' * 300,
        'https://docker.io/a',
        '${A}',
    ],
)
def test_what_is_no_reference(text: str) -> None:
    assert isinstance(reference.parse(text), str)


@pytest.mark.parametrize(
    'source',
    [
        'a.tar.gz',
        './https://example.com',
        'github.com/a/b',  # a path, for ADD
        'repo.git',
        'HTTPS://example.com/a',  # the prefix is compared as it is
        'ftp://example.com/a',
        'git+https://example.com/a.git',
        'C:\\a',
        '',
    ],
)
def test_local_sources(source: str) -> None:
    assert remote.parse(source) is None


@pytest.mark.parametrize(
    ('source', 'kind', 'host', 'ref'),
    [
        ('https://u:p@Example.com:8443/a?b#c', 'https', 'example.com:8443', ''),
        ('https://good.io@evil.io/a', 'https', 'evil.io', ''),
        ('http://a.io', 'http', 'a.io', ''),
        ('https://a.io/b.git', 'git', 'a.io', ''),
        ('https://a.io/b.git#v1:dir', 'git', 'a.io', 'v1'),
        ('https://a.io/b.git?tag=v1', 'git', 'a.io', 'refs/tags/v1'),
        ('https://a.io/b.git?ref=v1&subdir=x', 'git', 'a.io', 'v1'),
        ('HTTPS://a.io/b.git#v1', 'git', 'a.io', 'v1'),
        ('https://a.io/b.git/archive.zip', 'https', 'a.io', ''),
        ('https://a.io/x?b.git', 'https', 'a.io', ''),
        ('git://a.io/b', 'git', 'a.io', ''),
        ('ssh://git@a.io/b#main', 'git', 'a.io', 'main'),
        ('git@a.io:b/c.git#main', 'git', 'a.io', 'main'),
        ('someone@a.io:b', 'git', 'a.io', ''),
        ('git@a.io:b.git?ref=v1', 'git', 'a.io', 'v1'),
        ('https://a.io/b%2egit#v1', 'git', 'a.io', 'v1'),  # the path is unescaped first
        ('https://a.io:x/b.git', 'https', 'a.io:x', ''),
        ('https://[::1]:8443/b.git', 'git', '[::1]:8443', ''),
        ('https://a.io/%zz.git', 'https', 'a.io', ''),  # no URL to git, and fetched
    ],
)
def test_remote_sources(source: str, kind: str, host: str, ref: str) -> None:
    found = remote.parse(source)
    assert found
    assert (found.kind, found.host, found.ref) == (kind, host, ref)


COMMIT = 'c0ffee42' * 5


@pytest.mark.parametrize(
    ('source', 'checksum', 'pinned'),
    [
        ('https://a.io/b.git', '', False),
        ('https://a.io/b.git#main', '', False),
        ('https://a.io/b.git#c0ffee4', '', False),  # short: may come to mean another
        (f'https://a.io/b.git#{COMMIT.upper()}', '', False),  # a branch of that name
        (f'https://a.io/b.git?tag={COMMIT}', '', False),
        (f'https://a.io/b.git?checksum={COMMIT}', COMMIT[::-1], False),  # differ
        ('https://a.io/b.git#v1', 'c0ffee4', False),
        (f'https://a.io/b.git#{COMMIT}', '', True),
        (f'https://a.io/b.git#{COMMIT}:dir', '', True),
        (f'https://a.io/b.git?tag=v1&checksum={COMMIT}', '', True),
        (f'https://a.io/b.git?comm%69t={COMMIT}', '', True),
        (f'git@a.io:b.git?commit={COMMIT}#v1', '', True),
        (
            f'https://a.io/b.git##ref=v1,commit={COMMIT}',
            '',
            False,
        ),  # a ref, odd as it is
        ('https://a.io/b.git#v1', COMMIT, True),
        (f'git@a.io:b.git#{COMMIT}', '', True),
    ],
)
def test_only_a_whole_commit_pins_git(source: str, checksum: str, pinned: bool) -> None:
    found = remote.parse(source)
    assert found
    assert remote.is_pinned(found, checksum) is pinned


@pytest.mark.parametrize(
    ('before', 'source', 'expected'),
    [
        ('ARG U=https://a.io', '$U/x', 'https://a.io/x'),
        ('ENV U=https://a.io', '"${U}/x"', 'https://a.io/x'),
        ('ENV U https://a.io', '${U}/x', 'https://a.io/x'),
        ('ARG V=2\nENV U=https://a.io/$V', '$U', 'https://a.io/2'),
        ('ARG G', '$G/x', 'https://g.io/x'),  # declared before FROM, taken up here
        ('', '$G/x', '/x'),  # not taken up: empty
        # all values of one ENV see the environment before it
        ('ENV A=https://a.io B=$A', '$B/x', '/x'),
        ('', '${H:-https://h.io}/x', 'https://h.io/x'),
        ("ENV Q='$A'", '$Q', '$A'),
    ],
)
def test_sources_of_add_see_the_environment_of_their_stage(
    before: str, source: str, expected: str
) -> None:
    text = f'ARG G=https://g.io\nFROM scratch\n{before}\nADD {source} /y\n'
    (added,) = resolver.resolve(parser.parse(text.encode())).added
    assert [found.value for found in added.sources] == [expected]


def test_a_stage_inherits_the_environment_of_its_base_as_it_was_then() -> None:
    text = (
        'FROM scratch AS a\nENV U=https://one.io\n'
        'FROM a AS b\nADD $U/x /y\n'
        'FROM scratch AS a\nENV U=https://two.io\n'
        'FROM a\nADD $U/x /y\n'
    )
    found = resolver.resolve(parser.parse(text.encode())).added
    assert [added.sources[0].value for added in found] == [
        'https://one.io/x',
        'https://two.io/x',
    ]


def test_heredocs_are_no_sources_of_add() -> None:
    text = 'FROM scratch\nADD <<EOF b /c/\nhttps://a.io\nEOF\n'
    (added,) = resolver.resolve(parser.parse(text.encode())).added
    assert added.written == ('b',)
