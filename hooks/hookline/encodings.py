"""Text that stands encoded in other text or in a binary file.

Base64, hex, percent and backslash escapes, entities of HTML, lists of bytes as a
compiler reads them, UTF-16 and UTF-32 among other bytes.

One level is decoded, and only where a form says that ASCII comes out: digests, images
and compressed data never match one, so ordinary files cost next to nothing.
"""

from __future__ import annotations

import binascii
from itertools import islice

from hookline import lazyre as re
from hookline.light import Iterable, Iterator, NamedTuple, Sequence

# Of four characters of base64 the first three tell whether the bytes are ASCII.
_GROUP = rb'[A-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9+/_-]'
# The same for UTF-16, as PowerShell's -EncodedCommand has it: every other byte is NUL.
_WIDE_GROUP = rb'[I-Za-f][AQgw][AB][A-Za-z0-9+/]A[A-H][AEIMQUYcgkosw048]A'
(BASE64, HEX, WIDE_BASE64, UTF16_LE, UTF16_BE, UTF32_LE, UTF32_BE) = range(7)
PERCENT, ESCAPES, OCTAL, ENTITIES, BYTES = range(7, 12)
# Each character of what is decoded takes so many bytes.
_WIDTHS = {UTF16_LE: 2, UTF16_BE: 2, UTF32_LE: 4, UTF32_BE: 4}
# For hyperscan: each ends where its encoding is certain, and says which it is. One hit
# a run, or a run of one character would be as many.
FORMS: Sequence[tuple[int, bytes]] = (
    (BASE64, rb'(?:^|[^A-Za-z0-9+/_-])(?:' + _GROUP + rb'){8}'),
    (HEX, rb'(?:^|[^0-9a-fA-F])(?:[2-7][0-9a-fA-F]){20}'),
    (PERCENT, rb'(?:^|[^%0-9a-fA-F])(?:%[2-7][0-9a-fA-F]){6}'),
    (PERCENT, rb'[A-Za-z0-9_.~-]{12}%(?:3[DdAa]|2[BbFfDd]|5[Ff])'),
    (ESCAPES, rb'(?:\\u00[2-7][0-9a-fA-F]|\\x[2-7][0-9a-fA-F]){6}'),
    (ESCAPES, rb'[A-Za-z0-9_-]{12}\\u00(?:3[Dd]|2[BbFfDd]|5[Ff])'),
    (ESCAPES, rb'(?:\\u\{0{0,4}[2-7][0-9a-fA-F]\}|\\U000000[2-7][0-9a-fA-F]){6}'),
    (OCTAL, rb'(?:\\(?:0[4-7]|1[0-7])[0-7]){6}'),
    (ENTITIES, rb'(?:&#(?:[xX]0{0,2}[2-7][0-9a-fA-F]|0{0,2}[0-9]{2,3});){6}'),
    (BYTES, rb'(?:0x[2-7][0-9a-fA-F],[ \t\r\n]{0,12}){12}'),
    (WIDE_BASE64, rb'(?:^|[^A-Za-z0-9+/_-])(?:' + _WIDE_GROUP + rb'){4}'),
    (UTF16_LE, rb'(?:[\x20-\x7e]\x00){12}'),
    (UTF16_BE, rb'(?:\x00[\x20-\x7e]){12}'),
    (UTF32_LE, rb'(?:[\x20-\x7e]\x00\x00\x00){12}'),
    (UTF32_BE, rb'(?:\x00\x00\x00[\x20-\x7e]){12}'),
)
# What a run is made of, by encoding.
_RUNS = (
    # Broken into lines, as base64 and openssl print it.
    rb'(?:[A-Za-z0-9+/]{40,}\r?\n[ \t]{0,40})*[A-Za-z0-9+/_-]*={0,2}',
    rb'(?:[0-9a-fA-F]{2})*',
    rb'[A-Za-z0-9+/]*={0,2}',
    rb'(?:[\t\r\n\x20-\x7e]\x00)*',
    rb'(?:\x00[\t\r\n\x20-\x7e])*',
    rb'(?:[\t\r\n\x20-\x7e]\x00\x00\x00)*',
    rb'(?:\x00\x00\x00[\t\r\n\x20-\x7e])*',
    rb'[\w.~%+/=:@&?-]*',
    rb'(?:\\(?:u00|x|U000000|u\{0{0,4})[0-7][0-9a-fA-F]\}?|[\w.~+/=:@-])*',
    rb'(?:\\[01][0-7]{2}|[\w.~+/=:@-])*',
    rb'(?:&#(?:[xX]0{0,2}[0-7][0-9a-fA-F]|0{0,2}[0-9]{2,3});|[\w.~+/=:@-])*',
    rb'(?:0x[0-7][0-9a-fA-F][, \t\r\n]{0,12})*',
)
# One character of what is decoded.
_UNITS = {
    PERCENT: rb'%([0-9a-fA-F]{2})|.',
    ESCAPES: rb'\\(?:u00|x|U000000|u\{0{0,4})([0-7][0-9a-fA-F])\}?|.',
    OCTAL: rb'\\([01][0-7]{2})|.',
    ENTITIES: rb'&#([xX]?[0-9a-fA-F]{2,4});|.',
    BYTES: rb'0x([0-7][0-9a-fA-F])[, \t\r\n]{0,12}',
}
# How long the certain part is that a form ends with.
_CERTAIN = (32, 40, 32, 24, 24, 48, 48)
# Where escapes stand in a token, it begins this far before them at most.
_BEFORE = 512
_STANDARD = bytes.maketrans(b'-_', b'+/')


class Decoded(NamedTuple):
    """What an encoded run of a content says."""

    text: bytes
    encoding: int
    start: int  # of the run in the content
    run: bytes

    def place(self, low: int, high: int) -> tuple[int, int]:
        """Return where a slice of the text stands encoded in the content."""
        if self.encoding in _WIDTHS:
            width = _WIDTHS[self.encoding]
            return self.start + width * low, self.start + width * high
        if self.encoding in (BASE64, WIDE_BASE64):
            width = 2 if self.encoding == WIDE_BASE64 else 1
            first = width * low // 3 * 4
            last = (width * high + 2) // 3 * 4
            if b'\n' in self.run:
                spans = re.compile(rb'\S').finditer(self.run)
                places = [one.start() for one in islice(spans, last)]
                return self.start + places[first], self.start + places[-1] + 1
            return self.start + first, self.start + min(last, len(self.run))
        if self.encoding == HEX:
            return self.start + 2 * low, self.start + 2 * high
        first = last = 0
        units = re.compile(_UNITS[self.encoding], re.DOTALL).finditer(self.run)
        for number, unit in enumerate(units):
            if number == low:
                first = unit.start()
            if number == high - 1:
                last = unit.end()
                break
        return self.start + first, self.start + last


def decoded(
    content: bytes, hits: Iterable[tuple[int, int]], *, wide: bool = False
) -> Iterator[Decoded]:
    """Decode the runs that `hits` (form, end) point to, each once.

    Of a content that is `wide` as a whole, its caller knows the text already.
    """
    until = [0] * len(_RUNS)
    for form, end in hits:
        encoding = FORMS[form][0]
        if end <= until[encoding] or (wide and encoding in _WIDTHS):
            continue
        run = _run(content, encoding, end, until[encoding])
        if run is None:
            continue
        until[encoding] = run.end()
        text = _decode(run.group(), encoding)
        if text:
            yield Decoded(text, encoding, run.start(), run.group())


def _run(content: bytes, encoding: int, end: int, least: int) -> re.Match[bytes] | None:
    """Return the run that a hit at `end` is part of."""
    pattern = re.compile(_RUNS[encoding])
    if encoding < len(_CERTAIN):
        start = end - _CERTAIN[encoding]
    else:
        start = max(end - _BEFORE, least)
    while start < end:
        run = pattern.match(content, start)
        if run and run.end() >= end:
            return run
        # What is no part of a run stands before it; of \\n neither is the letter.
        stop = run.end() if run else start
        start = stop + (2 if content[stop : stop + 1] == b'\\' else 1)
    return None


def _decode(run: bytes, encoding: int) -> bytes:
    if encoding in _WIDTHS:
        width = _WIDTHS[encoding]
        return run[width - 1 if encoding in (UTF16_BE, UTF32_BE) else 0 :: width]
    if encoding in (BASE64, WIDE_BASE64):
        plain = run.rstrip(b'=').translate(_STANDARD, b'\r\n \t')
        # A cut run still says something: four characters are three bytes.
        plain = plain[: len(plain) - (len(plain) % 4 == 1)]
        text = binascii.a2b_base64(plain + b'=' * (-len(plain) % 4))
        return text[::2] if encoding == WIDE_BASE64 else text
    if encoding == HEX:
        return binascii.a2b_hex(run)
    return re.sub(
        _UNITS[encoding],
        lambda unit: _character(unit[1], encoding) if unit[1] else unit[0],
        run,
        flags=re.DOTALL,
    )


def _character(digits: bytes, encoding: int) -> bytes:
    base = 8 if encoding == OCTAL else 16
    if encoding == ENTITIES:
        base = 16 if digits[:1] in b'xX' else 10
    # Behind ASCII nothing is a character of a token.
    return bytes((min(int(digits.lstrip(b'xX'), base), 127),))
