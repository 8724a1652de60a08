"""Lines and columns of bytes, whatever their encoding and line ends."""

from __future__ import annotations

from itertools import accumulate

from hookline.nouns import Place

_UTF16 = {b'\xff\xfe': 'utf-16-le', b'\xfe\xff': 'utf-16-be'}


class Lines:
    """The lines of one content, by byte offset."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.encoding = _UTF16.get(content[:2], 'utf-8')
        if self.encoding != 'utf-8':
            self.starts = self._utf16_starts()
        else:
            # Old Mac files end lines in CR alone; a CR within LF files is no line end.
            end = b'\n' if b'\n' in content else b'\r'
            self.starts = _starts(content, end)

    def number(self, offset: int) -> int:
        """Return the line that holds the byte at `offset`, from 1."""
        from bisect import bisect_right

        return bisect_right(self.starts, offset)

    def __len__(self) -> int:
        return len(self.starts)

    def span(self, number: int) -> tuple[int, int]:
        """Return the byte offsets of a line, its line end left out."""
        start = self.starts[number - 1]
        end = self.starts[number] if number < len(self.starts) else len(self.content)
        for mark in ('\n', '\r'):
            unit = mark.encode(self.encoding)
            if self.content.endswith(unit, start, end):
                end -= len(unit)
        return start, end

    def text(self, start: int, end: int) -> str:
        """Decode a slice; bytes that are not UTF-8 become lone surrogates."""
        errors = 'surrogateescape' if self.encoding == 'utf-8' else 'replace'
        return self.content[start:end].decode(self.encoding, errors).lstrip('\ufeff')

    def place(self, start: int, end: int) -> Place:
        line = self.number(start)
        last = self.number(max(start, end - 1))
        return Place(
            line,
            len(self.text(self.starts[line - 1], start)) + 1,
            last,
            len(self.text(self.starts[last - 1], end)) + 1,
        )

    def _utf16_starts(self) -> list[int]:
        end = '\n'.encode(self.encoding)
        starts = [0]
        at = self.content.find(end)
        while at >= 0:
            if at % 2 == 0:
                starts.append(at + 2)
            at = self.content.find(end, at + 1)
        return starts


def _starts(content: bytes, end: bytes) -> list[int]:
    sizes = [len(line) + 1 for line in content.split(end)]
    # What is behind the last line end is a line if there is something.
    return list(accumulate(sizes[: len(sizes) - 1 - content.endswith(end)], initial=0))


def count(content: bytes) -> int:
    """Return how many lines `content` has, as wc and an editor would agree."""
    if not content:
        return 0
    end = b'\n' if b'\n' in content else b'\r'
    return content.count(end) + (not content.endswith(end))
