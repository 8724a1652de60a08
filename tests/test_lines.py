"""Places in bytes of any encoding."""

from __future__ import annotations

import pytest

from hookline.lines import Lines, count
from hookline.nouns import Place


@pytest.mark.parametrize(
    ('content', 'needle', 'place'),
    [
        (b'x', b'x', Place(1, 1, 1, 2)),
        (b'a\nxy\n', b'xy', Place(2, 1, 2, 3)),
        (b'a\r\nxy\r\n', b'xy', Place(2, 1, 2, 3)),
        (b'a\rxy\r', b'xy', Place(2, 1, 2, 3)),
        (b'a\rb\nxy', b'xy', Place(2, 1, 2, 3)),  # a stray CR is no line end
        ('äöx'.encode(), b'x', Place(1, 3, 1, 4)),  # columns count characters
        (b'\xff\xfex', b'x', Place(1, 1, 1, 2)),  # half a UTF-16 unit at the end
        (b'\xff\xe9x', b'x', Place(1, 3, 1, 4)),  # not UTF-8
        (
            '\ufeffa\nbx\n'.encode('utf-16-le'),
            'x'.encode('utf-16-le'),
            Place(2, 2, 2, 3),
        ),
        (
            '\ufeffa\nbx\n'.encode('utf-16-be'),
            'x'.encode('utf-16-be'),
            Place(2, 2, 2, 3),
        ),
        (b'ax\ny\nz', b'x\ny', Place(1, 2, 2, 2)),  # over two lines
    ],
)
def test_place(content: bytes, needle: bytes, place: Place) -> None:
    start = content.index(needle)
    assert Lines(content).place(start, start + len(needle)) == place


@pytest.mark.parametrize('encoding', ['utf-8', 'utf-16-le', 'utf-16-be'])
def test_a_line_keeps_its_last_character(encoding: str) -> None:
    content = '\ufeffa\u0100\r\nb\n\nc'.encode(encoding)
    lines = Lines(content)
    found = [lines.text(*lines.span(number)) for number in (1, 2, 3, 4)]
    assert found == ['a\u0100', 'b', '', 'c']


@pytest.mark.parametrize(
    ('content', 'lines'),
    [(b'', 0), (b'x', 1), (b'x\n', 1), (b'x\ny', 2), (b'x\r\ny\r\n', 2), (b'x\ry', 2)],
)
def test_count(content: bytes, lines: int) -> None:
    assert count(content) == lines
