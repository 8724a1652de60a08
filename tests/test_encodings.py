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


ENCODERS = [
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
    # Groups of base64 hold up to two bytes more on each side.
    size = len(encode(TOKEN))
    assert size - 4 <= high - low <= size + 4


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
