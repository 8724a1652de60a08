"""Secrets that stand encoded are found where they stand."""

from __future__ import annotations

import base64
import time
from urllib.parse import quote

import pytest

from hookline import encodings, examples, rulebook
from hookline.engines import pattern
from hookline.nouns import Change, Compiled, Match, Run

TOKEN = examples.expand('ghp_{{github-token}}', 'encodings').encode()
RUN = Run(cache='', jobs=1, deadline=time.monotonic() + 3600)


@pytest.fixture(scope='module')
def compiled() -> Compiled:
    layer = rulebook.builtin()
    wanted = ('github-token', 'hardcoded-password', 'url-credentials', 'npm-token')
    return pattern.compile(
        [
            rule
            for name, _ in rulebook.files(layer)
            if name.removesuffix('.yaml').endswith(wanted) and '/detect' not in name
            for rule in rulebook.rules_of(
                rulebook.read(layer, name), name, examples=False
            )
        ],
        (),
    )


def find(compiled: Compiled, content: bytes) -> list[Match]:
    return list(pattern.find([Change('a.txt', content)], compiled, RUN))


def hexadecimal(text: bytes) -> bytes:
    return text.hex().encode()


def percent(text: bytes) -> bytes:
    return b''.join(b'%%%02X' % byte for byte in text)


def unicode_escapes(text: bytes) -> bytes:
    return b''.join(b'\\u%04x' % byte for byte in text)


def byte_escapes(text: bytes) -> bytes:
    return b''.join(b'\\x%02x' % byte for byte in text)


def braces(text: bytes) -> bytes:
    return b''.join(b'\\u{%x}' % byte for byte in text)


def long_escapes(text: bytes) -> bytes:
    return b''.join(b'\\U%08x' % byte for byte in text)


def octal(text: bytes) -> bytes:
    return b''.join(b'\\%03o' % byte for byte in text)


def entities(text: bytes) -> bytes:
    return b''.join(b'&#%d;' % byte for byte in text)


def hexadecimal_entities(text: bytes) -> bytes:
    return b''.join(b'&#x%x;' % byte for byte in text)


def byte_list(text: bytes) -> bytes:
    return b','.join(b'0x%02x' % byte for byte in text)


def powershell(text: bytes) -> bytes:
    return base64.b64encode(text.decode().encode('utf-16-le'))


ENCODERS = [
    braces,
    long_escapes,
    octal,
    entities,
    hexadecimal_entities,
    byte_list,
    powershell,
    base64.b64encode,
    base64.urlsafe_b64encode,
    hexadecimal,
    percent,
    unicode_escapes,
    byte_escapes,
]


@pytest.mark.parametrize(
    'content',
    [
        b'x = ' + base64.b64encode(b'nothing but words, a sentence of them'),
        base64.b64encode(b'db_password = "w8' + TOKEN[4:16] + b'"' + b' ' * 20),
        b'sha512-' + base64.b64encode(bytes(range(128, 192))),
        TOKEN[:20].hex().encode(),  # cut
        b'caf%C3%A9 %20%20%20%20%20%20%20',
        b'\\u0041\\u0042\\u0043\\u0044\\u0045\\u0046\\u0047',
        base64.b64encode(base64.b64encode(TOKEN)),  # two levels
    ],
)
def test_other_encoded_text_is_left_alone(compiled: Compiled, content: bytes) -> None:
    assert [one.rule for one in find(compiled, content)] == []


@pytest.mark.parametrize('encode', ENCODERS)
@pytest.mark.parametrize('before', [b'', b'{"token": "', b'x ', b"a='"])
@pytest.mark.parametrize('padding', [b'', b'a', b'ab '])
def test_an_encoded_token_is_found_where_it_stands(
    compiled: Compiled, encode: object, before: bytes, padding: bytes
) -> None:
    assert callable(encode)
    inside = b'{"some": "settings", ' + padding + b'"key": "' + TOKEN + b'"}'
    run = encode(inside)
    content = b'first\n' + before + run + b'" \'\nlast\n'
    (match,) = find(compiled, content)
    assert match.rule == 'github-token'
    start = len(b'first\n' + before)
    assert match.secret is not None
    low, high = match.secret
    assert start <= low < high <= start + len(run)
    held = encode(inside).find(content[low:high])
    assert held == low - start
    # Groups of base64 hold up to two bytes more on each side; a comma may follow.
    size = len(encode(TOKEN))
    assert size - 8 <= high - low <= size + 8


@pytest.mark.parametrize('codec', ['utf-16-le', 'utf-16-be', 'utf-32-le', 'utf-32-be'])
@pytest.mark.parametrize('before', [b'', b'\1', b'\1\2', b'\1\2\3'])
def test_wide_text_in_a_binary_is_found_where_it_stands(
    compiled: Compiled, codec: str, before: bytes
) -> None:
    noise = bytes(range(256)) * 9
    run = (b'the key is ' + TOKEN + b' and so on').decode().encode(codec)
    content = noise + before + run + noise
    (match,) = find(compiled, content)
    token = TOKEN.decode().encode(codec)
    assert match.secret is not None
    low, high = match.secret
    # Read as the other byte order it begins a byte earlier or later.
    assert abs(content.index(token) - low) < 4
    assert abs(high - low - len(token)) < 4


@pytest.mark.parametrize('end', [b'\n', b'\r\n', b'\n    '])
def test_base64_in_lines_is_one_text(compiled: Compiled, end: bytes) -> None:
    # 57 bytes are a line of 76: the token stands in two of them.
    inside = b'# a comment, then the settings\n' + b'key = ' + TOKEN + b'\n' * 99
    text = base64.b64encode(inside)
    lines = end.join(text[at : at + 76] for at in range(0, len(text), 76))
    content = b'data: |' + end + lines + b'\n'
    (match,) = find(compiled, content)
    assert match.secret is not None
    low, high = match.secret
    start = content.index(lines)
    assert start < low < start + 76 < high < start + 160


def test_escapes_behind_another_escape_are_decoded(compiled: Compiled) -> None:
    content = b'"x\\n\\t' + unicode_escapes(TOKEN) + b'"'
    (match,) = find(compiled, content)
    assert match.rule == 'github-token'


@pytest.mark.parametrize('sign', [b'%3D', b'\\u003d'])
def test_a_token_with_one_sign_escaped_is_decoded(sign: bytes) -> None:
    form = 3 if sign[:1] == b'%' else 5
    content = b'value "' + b'Abc012' * 4 + sign + b'tail"'
    end = content.index(sign) + len(sign)
    (run,) = encodings.decoded(content, [(form, end)])
    assert run.text == b'Abc012' * 4 + b'=tail'
    assert run.place(0, len(run.text)) == (7, len(content) - 1)


def test_a_url_is_decoded_as_one_run() -> None:
    text = 'https://u:' + quote('a:b@c/d') + '@host'
    assert b'a:b@c/d@host' in encodings._decode(text.encode(), encodings.PERCENT)


@pytest.mark.parametrize(
    'content',
    [
        b'A' * 2_000_000,
        b'%41' * 700_000,
        b'\\x41' * 500_000,
        b'41' * 1_000_000,
        b'abcdefghijkl%3D' * 130_000,
        (b'ZGVm' * 10 + b' ') * 40_000,
    ],
)
def test_monotonous_content_is_read_in_bounded_time(
    compiled: Compiled, content: bytes
) -> None:
    assert find(compiled, content) == []
