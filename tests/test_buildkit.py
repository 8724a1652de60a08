"""Our parser beside BuildKit's own, which the package `dockerfile` binds.

The package has wheels for x86_64 Linux only and holds a BuildKit of some years ago, so
it is an oracle for tests and nothing else: what it refuses proves nothing, what it
accepts must be read alike.
"""

from __future__ import annotations

import os
import platform
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.dockerfile import parser

HAS_WHEEL = sys.platform == 'linux' and platform.machine() == 'x86_64'
REQUIRED = HAS_WHEEL and bool(os.environ.get('CI'))
buildkit: Any = None
try:
    import dockerfile as buildkit  # type: ignore[import-not-found,no-redef,unused-ignore]
except ImportError:
    if REQUIRED:
        raise

pytestmark = pytest.mark.skipif(
    buildkit is None,
    reason="BuildKit's parser is not here: pip install dockerfile (x86_64 Linux)",
)
SPLIT = ('FROM', 'COPY', 'ADD')


def accepted(text: str) -> list[Any] | None:
    try:
        # A continuation at the end of the file is a command without a name.
        return [c for c in buildkit.parse_string(text) if c.cmd]
    except (buildkit.GoParseError, UnicodeDecodeError):
        # The second is the binding's, where that BuildKit cuts a character in two.
        return None


def compare(text: str) -> None:
    theirs = accepted(text)
    if theirs is None:
        parser.parse(text.encode())
        return
    ours = parser.parse(text.encode()).instructions
    assert [(i.keyword, i.first, i.last) for i in ours] == [
        (c.cmd.upper(), c.start_line, c.end_line) for c in theirs
    ]
    for mine, command in zip(ours, theirs, strict=True):
        if mine.keyword not in (*SPLIT, 'RUN') or mine.inner:
            continue
        flags = [f'--{name}={value}'.rstrip('=') for name, value in mine.flags]
        # It reads flags byte by byte and makes two letters of an é.
        if text.isascii():
            assert flags == [flag.rstrip('=') for flag in command.flags]
        assert mine.heredocs == tuple(doc.name for doc in command.heredocs)
        # Since then BuildKit refuses what follows the brackets of the JSON form.
        if mine.keyword in SPLIT and not mine.args.startswith('['):
            assert mine.words == tuple(command.value)


@pytest.mark.parametrize(
    'text',
    [
        'FROM a\nRUN x \\\n\n# c\n y\nRUN z\n',
        'FROM a\nRUN <<EOF\nx\nEOF\nRUN y\n',
        'FROM a\nRUN <<-EOF <<"B C"\n\tx\n\tEOF\nB C\nRUN y\n',
        "FROM a\nCOPY <<'E' <<F /\na\nE\nb\nF\nADD x y\n",
        'FROM a\nADD ["a b", "c"]\nCOPY --from=b --chown="a b" c d\n',
        '# escape=`\nFROM a\nRUN x `\n y\nRUN c:\\\nRUN d\n',
        'FROM a\r\nRUN x \\\r\n y\r\n',
        'FROM a\n\n\tRUN x\n\x0bRUN y\n\x0c\nRUN z',
        'FROM a\nRUN echo \\\\\nRUN y\n',
        'FROM a\nRUN x \\ \n y\n',
        'FROM a\nONBUILD RUN <<EOF\nx\nEOF\nRUN y\n',
        'FROM a\nENV A=1 \\\n  B=2\n',
        'FROM a\nRUN x \\\n# only a comment follows',
        'FROM a\nHEALTHCHECK CMD x\nSHELL ["a"]\nLABEL a="b \\\nc"\n',
        'FROM a\nCOPY -- a b\nCOPY --x --y= c d\n',
        '\ufeffFROM a\nRUN x\n',
        '#!/bin/sh\n# escape=`\nFROM a\nRUN x \\\nRUN y\n',
    ],
)
def test_what_buildkit_accepts_is_read_alike(text: str) -> None:
    assert accepted(text) is not None, 'a row that proves nothing'
    compare(text)


SCRAPS = st.lists(
    st.sampled_from(
        [
            'FROM a',
            'FROM ',
            'from x AS y',
            'COPY --from=a b c',
            'RUN <<EOF',
            'EOF',
            '<<-E',
            'E',
            '\\',
            '\\\n',
            '`',
            '\n',
            '\n\n',
            ' ',
            '\t',
            '#c',
            '# x',
            'ARG A=1',
            'ENV A="b c"',
            'ADD ["a","b"]\n',
            '[',
            '"',
            "'",
            'ONBUILD ',
            '--x=y',
            '--',
            '--x="a b"',
            '$A',
            '${A:-b}',
            '\r\n',
            '\r',
            '# escape=`\n',
            '# syntax=x\n',
            'HEALTHCHECK ',
            'LABEL a=b',
            '\x0b',
            '\x0c',
            '\xa0',
            '<<',
            '<<"EOF"',
            "<<'E F'",
            'RUN --mount=type=bind,from=x y',
            '#!/bin/sh\n',
            '<<$A',
            '3<<EOF',
            '\\ ',
            '\\\t\n',
            '&&',
            '=',
            '<<<',
            '<<EOF<<E',
        ]
    ),
    max_size=25,
)


@settings(max_examples=500, deadline=None)
@given(SCRAPS.map(''.join))
def test_scraps_are_read_alike(text: str) -> None:
    compare(f'FROM a\n{text}')
