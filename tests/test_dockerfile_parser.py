"""The Dockerfile parser: what BuildKit reads is read alike, and nothing ends it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.dockerfile import names, parser, resolver, words


@pytest.mark.parametrize(
    'path',
    [
        'Dockerfile.rego',  # a policy about Dockerfiles
        'Dockerfile.dockerignore',
        'app.Dockerfile.dockerignore',
        '.dockerignore',
        'Dockerfile.j2',  # a template: its content decides
        'docs/Dockerfile.md',
        'dockerfile.py',
        'dockerfile_parser',
        'Dockerfiles',
        'Dockerfile/app.conf',  # a directory of that name
        'mydockerfile',
        'docker-compose.yml',
    ],
)
def test_other_files_are_not_taken(path: str) -> None:
    assert not names.is_dockerfile(path)


@pytest.mark.parametrize(
    'path',
    [
        'Dockerfile',
        'dockerfile',
        'a/b/Dockerfile',
        'Dockerfile.dev',
        'Dockerfile-dev',  # pre-commit's type misses it
        'dockerfile-dev',
        'prod.Dockerfile',
        'prod.dockerfile',  # and this
        'Containerfile',
        'Containerfile.arm64',
        'd\udce9v/Dockerfile',
    ],
)
def test_dockerfiles_are_taken_by_name(path: str) -> None:
    assert names.is_dockerfile(path)


WHOLE = b'FROM debian:12\nRUN true\n'


@pytest.mark.parametrize(
    ('path', 'content', 'expected'),
    [
        ('docs/Dockerfile.md', WHOLE, False),
        ('Dockerfile.dockerignore', WHOLE, False),
        ('Modelfile', b'FROM llama3\nPARAMETER x 1\n', False),
        ('notes', b'FROM the beginning\nRUN away\n', False),
        ('notes', b'# words\n\nCOPY that\nFROM debian\n', False),
        ('notes', b'From debian:12\nRUN true\n', False),
        ('dockerfile.py', b'from a import b\nFROM = 1\n', False),
        ('build/debian', WHOLE, True),
        ('Dockerfile_dev', b'\xef\xbb\xbf# x\n\nARG A=1\n' + WHOLE, True),
        ('app', b'# syntax=docker/dockerfile:1\n\nFROM debian\n', True),
        ('app', b'FROM --platform=$BUILDPLATFORM debian AS x\r\nRUN y\r\n', True),
        ('app', b'FROM \\\n debian\nUSER x\n', True),
        ('Dockerfile.j2', WHOLE, True),
        ('Dockerfile.j2', b'FROM {{ image }}:1 AS x\nRUN y\n', True),
        ('Dockerfile.j2', b'{% for x in y %}\nFROM x\nRUN y\n', False),
    ],
)
def test_how_a_file_begins_says_what_its_name_does_not(
    path: str, content: bytes, expected: bool
) -> None:
    assert names.is_dockerfile(path, content) == expected


def read(text: str) -> list[tuple[str, int, int]]:
    found = parser.parse(text.encode('utf-8', 'surrogateescape')).instructions
    return [(i.keyword, i.first, i.last) for i in found]


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('', []),
        ('# only a comment\n', []),
        ('FROM a\n# FROM b\n  # FROM c\n', [('FROM', 1, 1)]),
        ('FROM a\nRUN x \\\n# c\n\n  y\n', [('FROM', 1, 1), ('RUN', 2, 5)]),
        # a comment that ends in the escape character continues nothing
        ('# x \\\nFROM a\n', [('FROM', 2, 2)]),
        # nor do two of them
        ('RUN a \\\\\nRUN b\n', [('RUN', 1, 1), ('RUN', 2, 2)]),
        ('RUN a \\ \t\n b\n', [('RUN', 1, 2)]),
        ('RUN a \\', [('RUN', 1, 1)]),
        ('RUN a \\\r\n b\r\nFROM c\r\n', [('RUN', 1, 2), ('FROM', 3, 3)]),
        ('\ufefffrom a\n', [('FROM', 1, 1)]),
        ('\xa0FROM a\n', [('FROM', 1, 1)]),  # BuildKit trims Unicode blanks
        ('# escape=`\nRUN a `\n b\nRUN c \\\n', [('RUN', 2, 3), ('RUN', 4, 4)]),
        # a shebang, an empty line or another comment ends the directives
        ('#!x\n# escape=`\nRUN a `\nRUN b\n', [('RUN', 3, 3), ('RUN', 4, 4)]),
        ('\n# escape=`\nRUN a `\nRUN b\n', [('RUN', 3, 3), ('RUN', 4, 4)]),
        ('RUN <<EOF\nFROM b\nEOF\nFROM c\n', [('RUN', 1, 3), ('FROM', 4, 4)]),
        ('RUN <<-EOF\nx\n\tEOF\nFROM c\n', [('RUN', 1, 3), ('FROM', 4, 4)]),
        # without the - a tab before the end is content
        ('RUN <<E\nx\n\tE\nE\nFROM c\n', [('RUN', 1, 4), ('FROM', 5, 5)]),
        ('COPY <<A <<"B" /x/\n1\nA\n2\nB\nFROM c\n', [('COPY', 1, 5), ('FROM', 6, 6)]),
        ('RUN 3<<EOF cat\nFROM x\nEOF\n', [('RUN', 1, 3)]),
        ('ONBUILD RUN <<EOF\nFROM x\nEOF\n', [('ONBUILD', 1, 3)]),
        ('RUN <<EOF\r\nFROM x\r\nEOF\r\nFROM c\r\n', [('RUN', 1, 3), ('FROM', 4, 4)]),
        # none of these is a heredoc
        ('RUN cat <<< "x"\nFROM c\n', [('RUN', 1, 1), ('FROM', 2, 2)]),
        ('RUN echo "<<EOF"\nFROM c\n', [('RUN', 1, 1), ('FROM', 2, 2)]),
        ('RUN ["cat", "<<EOF"]\nFROM c\n', [('RUN', 1, 1), ('FROM', 2, 2)]),
        ('CMD cat <<EOF\nFROM c\n', [('CMD', 1, 1), ('FROM', 2, 2)]),
        ('LABEL x="<<EOF"\nFROM c\n', [('LABEL', 1, 1), ('FROM', 2, 2)]),
        # no end: BuildKit refuses it, we must not lose what follows
        ('RUN <<EOF\nFROM evil\n', [('RUN', 1, 1), ('FROM', 2, 2)]),
        ('FOO bar\nFROM a\n', [('FOO', 1, 1), ('FROM', 2, 2)]),
    ],
)
def test_instructions_have_the_lines_that_they_stand_on(
    text: str, expected: list[tuple[str, int, int]]
) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ('line', 'flags', 'args'),
    [
        ('ADD a /b', (), 'a /b'),
        ('ADD --link a /b', (('link', ''),), 'a /b'),
        ('ADD --new-flag=1 --x a /b', (('new-flag', '1'), ('x', '')), 'a /b'),
        ('COPY --from="a b" x /y', (('from', 'a b'),), 'x /y'),
        ("COPY --from='a' x /y", (('from', 'a'),), 'x /y'),
        ('COPY --from=a\\ b x /y', (('from', 'a b'),), 'x /y'),
        ('COPY -- --from=a /y', (), '--from=a /y'),
        ('COPY x --from=a', (), 'x --from=a'),
        ('COPY \\\n --from=a \\\n x /y', (('from', 'a'),), 'x /y'),
    ],
)
def test_flags_lead_and_need_not_be_known(
    line: str, flags: tuple[tuple[str, str], ...], args: str
) -> None:
    (found,) = parser.parse(line.encode()).instructions
    assert (found.flags, found.args) == (flags, args)


@pytest.mark.parametrize(
    ('line', 'expected'),
    [
        ('ADD ["a b", "/c"]', ('a b', '/c')),
        ('ADD [ "a" , "b" ]', ('a', 'b')),
        ('ADD ["a", 1]', ('["a",', '1]')),  # not all text: read as words
        ("ADD ['a', 'b']", ("['a',", "'b']")),
        ('ADD "a b" c', ('"a', 'b"', 'c')),  # BuildKit splits inside quotes here
        ('ENV A="b c" D=\'e f\' G=h\\ i', ('A="b c"', "D='e f'", 'G=h\\ i')),
    ],
)
def test_words(line: str, expected: tuple[str, ...]) -> None:
    (found,) = parser.parse(line.encode()).instructions
    assert found.words == expected


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('# syntax=a/b:1\nFROM x\n', ('a/b:1', 1)),
        ('#syntax = a // opts\nFROM x\n', ('a // opts', 1)),
        ('# check=skip=all\n# escape=`\n# SYNTAX=a\nFROM x\n', ('a', 3)),
        ('#!/bin/sh\n# syntax=a\nFROM x\n', ('a', 2)),
        ('\ufeff# syntax=a\nFROM x\n', ('a', 1)),
        ('// syntax=a\nFROM x\n', ('a', 1)),
        ('{"syntax": "a"}', ('a', 1)),
        ('# a comment\n# syntax=a\nFROM x\n', None),
        ('\n# syntax=a\nFROM x\n', None),
        ('FROM x\n# syntax=a\n', None),
        ('# unknown=1\n# syntax=a\nFROM x\n', None),
    ],
)
def test_the_frontend_is_found_where_buildkit_looks(
    text: str, expected: tuple[str, int] | None
) -> None:
    found = [
        (directive.value, directive.line)
        for directive in parser.parse(text.encode()).directives
        if directive.name == 'syntax'
    ]
    assert found == ([expected] if expected else [])


ENV = {'A': 'x', 'EMPTY': '', 'FILE': 'app-1.2.tar.gz'}


@pytest.mark.parametrize(
    ('word', 'expected'),
    [
        ('$A', 'x'),
        ('${A}b', 'xb'),
        ('$A_b', ''),  # the name is A_b
        ('$Ab$A', 'x'),
        ("'$A'", '$A'),
        ('"$A"', 'x'),
        ('\\$A', '$A'),
        ('"\\$A"', '$A'),
        ('$', '$'),
        ('a$', 'a$'),
        ('$!', ''),
        ('${A:-b}', 'x'),
        ('${EMPTY:-b}', 'b'),
        ('${EMPTY-b}', ''),
        ('${NO-b}', 'b'),
        ('${NO:-${A}}', 'x'),
        ('${NO:-"a b"}', 'a b'),
        ('${A:+b}', 'b'),
        ('${EMPTY:+b}', ''),
        ('${EMPTY+b}', 'b'),
        ('${A?no}', 'x'),
        ('${FILE%.gz}', 'app-1.2.tar'),
        ('${FILE%.*}', 'app-1.2.tar'),
        ('${FILE%%.*}', 'app-1'),
        ('${FILE#*-}', '1.2.tar.gz'),
        ('${FILE##*.}', 'gz'),
        ('${FILE/tar/zip}', 'app-1.2.zip.gz'),
        ('${FILE//./_}', 'app-1_2_tar_gz'),
        ('${FILE/a*./x}', 'xgz'),
    ],
)
def test_variables_are_replaced_as_buildkit_does(word: str, expected: str) -> None:
    assert words.expand(word, ENV).value == expected


@pytest.mark.parametrize(
    'word',
    ['${A', '${', '${}', '${:x}', '${{A}}', '"$A', "'a", '${NO:?}', '${A!b}', '${A/b'],
)
def test_a_word_that_buildkit_refuses(word: str) -> None:
    with pytest.raises(words.BadWord):
        words.expand(word, ENV)


def test_doubling_variables_do_not_fill_the_memory() -> None:
    lines = ['FROM scratch', 'ENV A=aaaaaaaaaa'] + ['ENV A=$A$A$A$A'] * 60
    dockerfile = parser.parse('\n'.join([*lines, 'ADD $A /x']).encode())
    added = resolver.resolve(dockerfile).added[0]
    assert len(added.sources[0].value) < 1 << 17


def test_a_pattern_that_would_take_for_ever_is_refused() -> None:
    env = {'A': 'a' * 60_000}
    for word in ('${A/*a*a*a*b/x}', '${A%%*a*b}', '${A##*a*a*a*b}'):
        with pytest.raises(words.BadWord):
            words.expand(word, env)
    assert words.expand('${A/*-*-*.*/x}', {'A': 'app-1-2.tar'}).value == 'x'


def test_many_triggers_inside_one_another_end_nothing() -> None:
    found = parser.parse(b'ONBUILD ' * 50_000 + b'RUN true')
    assert [i.keyword for i in found.instructions] == ['ONBUILD']


def test_a_span_covers_the_whole_instruction_and_no_line_end() -> None:
    content = '\ufeffFROM é\r\nRUN a \\\r\n  b\r\nFROM c'.encode()
    starts = parser.line_starts(content)
    spans = [
        parser.span(content, starts, i.first, i.last)
        for i in parser.parse(content).instructions
    ]
    assert [content[start:end] for start, end in spans] == [
        'FROM é'.encode(),
        b'RUN a \\\r\n  b',
        b'FROM c',
    ]


PIECES = st.sampled_from(
    [
        *('FROM ', 'from', 'RUN ', 'ADD ', 'COPY ', 'ONBUILD ', 'ARG ', 'ENV ', 'X '),
        *('--from=', '--mount=', '--checksum=', '--', '<<EOF', '<<-"E F"', 'EOF', '<<'),
        *('\n', '\n\n', '\r\n', ' \\\n', '`\n', '\t', ' ', '#', '# escape=`\n'),
        *(
            '# syntax=',
            '${',
            '}',
            '$A',
            '${A:-',
            '${A/',
            '"',
            "'",
            '\\',
            '[',
            ']',
            '="',
        ),
        *('https://', 'a.git#', '@', ':', '/', '\x00', '\ufeff', '\xa0', 'é', '=', ','),
    ]
)
FILES = st.one_of(
    st.binary(max_size=200),
    st.lists(PIECES, max_size=40).map(lambda found: ''.join(found).encode()),
)


@settings(max_examples=400, deadline=None)
@given(FILES)
def test_nothing_ends_the_parser_and_lines_are_in_order(content: bytes) -> None:
    dockerfile = parser.parse(content)
    starts = parser.line_starts(content)
    lines = content.split(b'\n')
    before = 0
    for instruction in dockerfile.instructions:
        assert before < instruction.first <= instruction.last <= len(lines)
        before = instruction.last
        start, end = parser.span(content, starts, instruction.first, instruction.last)
        assert 0 <= start < end <= len(content)
        assert content.count(b'\n', 0, start) + 1 == instruction.first
    for note in dockerfile.notes:
        assert 1 <= note.line <= len(lines)
    resolver.resolve(dockerfile, {'A': '$A'})


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                'FROM a',
                'RUN x \\\n  # c\n\n  y',
                'RUN <<EOF\nFROM no\nEOF',
                '# note',
                '',
                'COPY --from=b <<A <<-B /\n1\nA\n\tB',
                'ENV A=b \\\n C=d',
            ]
        ),
        max_size=12,
    )
)
def test_known_pieces_stand_where_they_were_put(pieces: list[str]) -> None:
    expected = []
    line = 1
    for piece in pieces:
        last = line + piece.count('\n')
        if piece and not piece.startswith('#'):
            expected.append((piece.split()[0], line, last))
        line = last + 1
    assert read('\n'.join(pieces)) == expected
