"""A source file's content as a parser reads it whole, and the way back to its offsets.

With a byte order mark semgrep's core loses the first statement; of UTF-16 it finds
nothing, and says so in neither case.
"""

from __future__ import annotations

import sys

from hookline import lazyre as re
from hookline.light import NamedTuple

_WIDE = ((b'\xff\xfe\0\0', 'utf-32-le'), (b'\0\0\xfe\xff', 'utf-32-be'))
_MARKS = (*_WIDE, (b'\xff\xfe', 'utf-16-le'), (b'\xfe\xff', 'utf-16-be'))
# Of Go's and Jinja's templates: an action, alone in its lines or within one.
_ACTION = re.compile(
    rb'(?ms)^[ \t]*(?P<alone>\{\{[^{}]*\}\})[ \t\r]*$|\{\{.*?\}\}',
)
_TEMPLATED = frozenset(('kubernetes', 'compose', 'yaml'))
_COOKIE = re.compile(rb'[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)')


class Source(NamedTuple):
    """A content as the core reads it, and the way back to its own offsets."""

    text: bytes  # UTF-8, line ends that the core knows, no byte order mark
    shift: int = 0  # bytes cut off the front
    encoding: str = ''  # of the content, where that is not UTF-8
    size: int = sys.maxsize  # of the content

    def offset(self, position: int) -> int:
        if self.encoding:
            before = self.text[:position].decode('utf-8', 'replace')
            position = len(before.encode(self.encoding, 'replace'))
        # What was replaced may be longer than what stood there.
        return min(position + self.shift, self.size)


def source(content: bytes, language: str) -> Source:
    """Return `content` as the core reads it whole.

    With a byte order mark the core loses the first statement; of UTF-16 it finds
    nothing, and says so in neither case.
    """
    encoding, shift = _encoding(content, language)
    if encoding:
        text = content[shift:].decode(encoding, 'replace').encode('utf-8', 'replace')
    else:
        text = content[shift:]
        if not text.isascii():
            # Byte for byte, so that no offset moves.
            known = text.decode('utf-8', 'surrogateescape')
            text = re.sub('[\udc80-\udcff]', '_', known).encode()
    if is_template(text, language):
        text = _ACTION.sub(_filled, text)
    if b'\r' in text:
        text = re.sub(rb'\r(?!\n)', b'\n', text)
    return Source(text, shift, encoding, len(content))


def is_template(text: bytes, language: str) -> bool:
    """Say whether a file is YAML only after a template engine, Helm's say, read it."""
    return language in _TEMPLATED and b'{{' in text


def _filled(match: re.Match[bytes]) -> bytes:
    """Put a word, or nothing for whole lines, where an action stood, byte for byte."""
    return re.sub(rb'[^\r\n]', b' ' if match['alone'] else b'x', match[0])


def _encoding(content: bytes, language: str) -> tuple[str, int]:
    """Return the encoding, '' for UTF-8, and the length of the byte order mark."""
    if content.startswith(b'\xef\xbb\xbf'):
        return '', 3
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding, len(mark)
    head = content[:64]
    if len(head) > 3 and b'\0' in head:
        if not head[1::2].strip(b'\0') and head[0]:
            return 'utf-16-le', 0
        if not head[::2].strip(b'\0') and head[1]:
            return 'utf-16-be', 0
    if language == 'python' and b'coding' in content[:400]:
        return _cookie(content), 0
    return '', 0


def _cookie(content: bytes) -> str:
    """Return the encoding that a Python file declares (PEP 263), '' for UTF-8."""
    import codecs

    for line in content.split(b'\n', 2)[:2]:
        found = _COOKIE.match(line)
        if found:
            try:
                name = codecs.lookup(found[1].decode('latin-1')).name
                content.decode(name, 'replace')
            except (LookupError, ValueError, UnicodeError):
                return ''
            plain = ('ascii', 'iso8859-1', 'cp1252', 'iso8859-15')
            return (
                '' if name == 'utf-8' or (name in plain and content.isascii()) else name
            )
    return ''


def parses(content: bytes) -> bool:
    """Say whether the interpreter that runs us can parse a Python file."""
    import builtins
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        try:
            # 0x400 is ast.PyCF_ONLY_AST, without the import of ast.
            builtins.compile(content, 'change', 'exec', 0x400, True)
        except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
            return False
    return True
