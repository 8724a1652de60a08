from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hookline.report.escape import escape, json_text, name_bytes, pieces, prose

# Everything that a name or a line may hold, undecodable bytes as surrogates.
TEXTS = st.text(
    st.one_of(
        st.characters(),
        st.characters(categories=('Cs', 'Cc', 'Cf', 'Zl', 'Zp', 'Zs')),
        st.sampled_from('##[]vso::error \t\r\n\x1b\udc80\u202e\ufe0f'),
    )
)


@pytest.mark.parametrize(
    ('text', 'shown'),
    [
        ('app/settings.py', 'app/settings.py'),
        ('é ü 日本 😀', 'é ü 日本 😀'),
        (r'C:\temp\new', r'C:\temp\new'),  # for eyes: a backslash is not doubled
        ('# a comment', '# a comment'),
        ('## a heading [link]', '## a heading [link]'),
        ('a::b', 'a::b'),  # no command inside a line
        ('a: b', 'a: b'),
    ],
)
def test_what_is_harmless_stays_as_it_is(text: str, shown: str) -> None:
    assert escape(text) == shown


@pytest.mark.parametrize(
    ('text', 'shown'),
    [
        ('a\nb\tc\rd', r'a\nb\tc\rd'),
        ('\x1b[2Jx', r'\x1b[2Jx'),  # clears the screen
        ('\x1b]0;t\x07', r'\x1b]0;t\x07'),  # sets the title
        ('\x9b2J', r'\u009b2J'),  # C1: the same as ESC [
        ('\x7f', r'\x7f'),
        ('caf\udce9', r'caf\xe9'),  # latin-1, as os.fsdecode() gives it
        ('\ud83d', r'\ud83d'),  # half a pair, which is no byte
        ('x\u202egnp.exe', r'x\u202egnp.exe'),  # reads x.exe.png
        ('a\u2066b\u2069', r'a\u2066b\u2069'),
        ('pass\u200bword', r'pass\u200bword'),
        ('\ufeffbom', r'\ufeffbom'),
        ('a\u2028b\u2029c', r'a\u2028b\u2029c'),  # line ends, to some
        ('a\u00a0b', r'a\u00a0b'),
        ('a\U000e0041b', r'a\U000e0041b'),  # a tag, unseen
        ('x\ufe01\U000e0100', r'x\ufe01\U000e0100'),  # variation selectors hide data
        ('a\u3164b', r'a\u3164b'),  # Hangul filler: a letter that shows as nothing
        ('::error::x', r'\x3a:error::x'),
        ('  ::set-output name=a::b', r'  \x3a:set-output name=a::b'),  # runner trims
        (':', r'\x3a'),  # `:` and our own `:12` would make two
        ('x ##[error]y', r'x \x23#[error]y'),  # anywhere in the line
        ('##vso[task.setvariable]y', r'\x23#vso[task.setvariable]y'),
        ('###[group]', r'#\x23#[group]'),
        ('##teamcity[x]', r'\x23#teamcity[x]'),
    ],
)
def test_what_would_act_is_shown(text: str, shown: str) -> None:
    assert escape(text) == shown


@given(TEXTS)
def test_nothing_that_does_not_print_is_left(text: str) -> None:
    shown = escape(text)
    assert shown.isprintable()
    for character in shown:
        assert unicodedata.category(character)[0] not in 'C'
        assert unicodedata.category(character) not in ('Zl', 'Zp')
        assert unicodedata.bidirectional(character) not in (
            *('LRE', 'RLE', 'LRO', 'RLO', 'PDF', 'LRI', 'RLI', 'FSI', 'PDI'),
        )


@given(TEXTS)
@example('# ##[ \n::')
def test_no_ci_system_finds_a_command(text: str) -> None:
    shown = escape(text)
    assert not shown.lstrip().startswith('::')
    assert '##[' not in shown
    assert '##vso[' not in shown
    assert len(shown.splitlines()) <= 1


@given(TEXTS)
def test_escaping_twice_is_escaping_once(text: str) -> None:
    assert escape(escape(text)) == escape(text)


@given(TEXTS)
def test_every_output_can_be_written(text: str) -> None:
    escape(text).encode()


@given(TEXTS)
def test_each_character_has_its_piece(text: str) -> None:
    assert len(pieces(text)) == len(text)
    assert ''.join(pieces(text)) == escape(text)


@given(st.binary())
def test_undecodable_bytes_are_shown_in_hexadecimal(name: bytes) -> None:
    shown = escape(name.decode('utf-8', 'surrogateescape'))
    for byte in name:
        if byte in (0xFE, 0xFF):  # never in UTF-8
            assert f'\\x{byte:02x}' in shown


def test_prose_keeps_its_lines_and_no_other() -> None:
    assert prose('a\n::error::b\x0bc') == 'a\n\\x3a:error::b\\x0bc'


@given(st.lists(TEXTS))
def test_json_is_ascii_without_commands_and_reads_back(texts: list[str]) -> None:
    shown = json_text(texts)
    assert shown.isascii()
    assert '##' not in shown
    assert not any(line.lstrip().startswith(':') for line in shown.splitlines())
    for text, read in zip(texts, json.loads(shown), strict=True):
        read.encode()  # no half surrogate, which strict readers refuse
        if not any('\ud800' <= character <= '\udfff' for character in text):
            assert read == text


def test_json_shows_undecodable_bytes_as_text() -> None:
    assert json.loads(json_text({'a\udce9': ('\udcff',)})) == {r'a\xe9': [r'\xff']}


@pytest.mark.parametrize(
    ('path', 'expected'),
    [
        ('a/\xe9.py', b'a/\xc3\xa9.py'),
        ('a\udcff', b'a\xff'),  # a byte that is not UTF-8, as git has it
        ('a\ud800', b'a\xed\xa0\x80'),  # half a character, as Windows has it
    ],
)
def test_every_name_has_bytes(path: str, expected: bytes) -> None:
    assert name_bytes(path) == expected
