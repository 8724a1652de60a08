"""Text that stands encoded in other text: base64, hex, percent and backslash escapes.

One level is decoded, and only where a form says that ASCII comes out: digests, images
and compressed data never match one, so ordinary files cost next to nothing.
"""

from __future__ import annotations

import binascii

from hookline import lazyre as re
from hookline.light import Iterable, Iterator, NamedTuple, Sequence

# Of four characters of base64 the first three tell whether the bytes are ASCII.
_GROUP = rb'[A-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9+/_-]'
BASE64, HEX, PERCENT, ESCAPES = range(4)
# For hyperscan: each ends where its encoding is certain, and says which it is. One hit
# a run, or a run of one character would be as many.
FORMS: Sequence[tuple[int, bytes]] = (
    (BASE64, rb'(?:^|[^A-Za-z0-9+/_-])(?:' + _GROUP + rb'){8}'),
    (HEX, rb'(?:^|[^0-9a-fA-F])(?:[2-7][0-9a-fA-F]){20}'),
    (PERCENT, rb'(?:^|[^%0-9a-fA-F])(?:%[2-7][0-9a-fA-F]){6}'),
    (PERCENT, rb'[A-Za-z0-9_.~-]{12}%(?:3[DdAa]|2[BbFfDd]|5[Ff])'),
    (ESCAPES, rb'(?:\\u00[2-7][0-9a-fA-F]|\\x[2-7][0-9a-fA-F]){6}'),
    (ESCAPES, rb'[A-Za-z0-9_-]{12}\\u00(?:3[Dd]|2[BbFfDd]|5[Ff])'),
)
# What a run is made of, by encoding.
_RUNS = (
    rb'[A-Za-z0-9+/_-]*={0,2}',
    rb'(?:[0-9a-fA-F]{2})*',
    rb'[\w.~%+/=:@&?-]*',
    rb'(?:\\u00[0-7][0-9a-fA-F]|\\x[0-7][0-9a-fA-F]|[\w.~+/=:@-])*',
)
# One character of what is decoded.
_UNITS = (
    b'',
    rb'[0-9a-fA-F]{2}',
    rb'%([0-9a-fA-F]{2})|.',
    rb'\\(?:u00|x)([0-7][0-9a-fA-F])|.',
)
# How long the certain part is that a form ends with.
_CERTAIN = (32, 40)
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
        if self.encoding == BASE64:
            end = min((high + 2) // 3 * 4, len(self.run))
            return self.start + low // 3 * 4, self.start + end
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


def decoded(content: bytes, hits: Iterable[tuple[int, int]]) -> Iterator[Decoded]:
    """Decode the runs that `hits` (form, end) point to, each once."""
    until = [0] * len(_RUNS)
    for form, end in hits:
        encoding = FORMS[form][0]
        if end <= until[encoding]:
            continue
        start = _start(content, encoding, end, until[encoding])
        run = re.compile(_RUNS[encoding]).match(content, start)
        if run is None or run.end() < end:
            continue
        until[encoding] = run.end()
        text = _decode(run.group(), encoding)
        if text:
            yield Decoded(text, encoding, start, run.group())


def _start(content: bytes, encoding: int, end: int, least: int) -> int:
    if encoding in (BASE64, HEX):
        return end - _CERTAIN[encoding]
    low = max(end - _BEFORE, least)
    before = re.compile(rb'[\w.~%+/=:@&?\\-]*\Z').search(content[low:end])
    return low + (before.start() if before else 0)


def _decode(run: bytes, encoding: int) -> bytes:
    if encoding == BASE64:
        plain = run.rstrip(b'=').translate(_STANDARD)
        # A cut run still says something: four characters are three bytes.
        plain = plain[: len(plain) - (len(plain) % 4 == 1)]
        return binascii.a2b_base64(plain + b'=' * (-len(plain) % 4))
    if encoding == HEX:
        return binascii.a2b_hex(run)
    return re.sub(
        _UNITS[encoding],
        lambda unit: bytes.fromhex(unit[1].decode()) if unit[1] else unit[0],
        run,
        flags=re.DOTALL,
    )
