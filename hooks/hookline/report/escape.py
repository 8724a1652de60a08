"""Makes names and content safe to print.

Whoever names a file or writes a line chooses what our output would do to a terminal or
to a CI system that reads it: nothing of theirs is ever printed but through here.
"""

from __future__ import annotations

from hookline import lazyre as re
from hookline.light import Any

# str.isprintable() knows controls, C1, bidi, zero-width and line separators, all of
# category Other or Separator. It lets these through, which show as nothing at all.
_INVISIBLE = frozenset(
    '\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0'
)
_SHORT = {'\t': '\\t', '\n': '\\n', '\r': '\\r'}
# GitHub's runner takes `##[` and Azure's agent takes `##vso[` anywhere in a line, see
# ActionCommand.cs in github.com/actions/runner; TeamCity takes `##teamcity[`.
_COMMAND = r'#(?=#\w*\[)'


def escape(text: str) -> str:
    """Return `text` on one line, as it may be printed anywhere in a line.

    What does not print is shown as Python would write it, undecodable bytes (as
    surrogates) as `\\xNN`; no CI system finds a command in it. A backslash stays as it
    is: this is for eyes, not for reading back.
    """
    return ''.join(pieces(text))


def prose(text: str) -> str:
    """Return text of several lines, each of them escaped."""
    return '\n'.join(escape(line) for line in text.split('\n'))


def pieces(text: str) -> list[str]:
    """Return what each character of `text` is shown as, for who counts columns."""
    shown = [_piece(character) for character in text]
    for match in re.finditer(_COMMAND, text):
        shown[match.start()] = '\\x23'
    # `::error` and its like are commands at the start of a line, after white space
    start = len(text) - len(text.lstrip())
    if text[start : start + 1] == ':':
        shown[start] = '\\x3a'
    return shown


def _piece(character: str) -> str:
    if character.isprintable() and not _invisible(character):
        return character
    if character in _SHORT:
        return _SHORT[character]
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # os.fsdecode() puts bytes that are not UTF-8 there
        return f'\\x{code - 0xDC00:02x}'
    if code < 0x80:
        return f'\\x{code:02x}'
    return f'\\u{code:04x}' if code <= 0xFFFF else f'\\U{code:08x}'


def _invisible(character: str) -> bool:
    return (
        character in _INVISIBLE
        or '\ufe00' <= character <= '\ufe0f'  # variation selectors hide data as well
        or '\U000e0100' <= character <= '\U000e01ef'
    )


def surprise(error: Exception) -> str:
    """Return what may be printed of a foreign exception: its text may quote content."""
    import os

    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    place = ''
    if where is not None:
        file = os.path.basename(where.tb_frame.f_code.co_filename)
        place = f' at {file}:{where.tb_lineno}'
    if isinstance(error, ImportError):
        return (
            f'{error.name or "a module"} cannot be imported{place}: reinstall hookline'
        )
    if isinstance(error, OSError):
        return f'{error.strerror or type(error).__name__}{place}'
    return f'internal error: {type(error).__name__}{place}; please report it'


def name_bytes(path: str) -> bytes:
    """Return the bytes of a file's name.

    Windows has names with half a character, which no bytes stand for: those get the
    bytes that UTF-8 would have for it.
    """
    try:
        return path.encode('utf-8', 'surrogateescape')
    except UnicodeEncodeError:
        return path.encode('utf-8', 'surrogatepass')


def json_text(value: Any) -> str:
    """Return `value` as JSON of ASCII only, without half surrogates and CI commands.

    Strict readers refuse a lone surrogate, so an undecodable byte becomes `\\xNN`.
    """
    import json

    text = json.dumps(_decodable(value), indent=2)
    # in JSON a # stands in a string only, where \u0023 is the same character
    return text.replace('##', '#\\u0023') + '\n'


def _decodable(value: Any) -> Any:
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return ''.join(
                _piece(character) if '\ud800' <= character <= '\udfff' else character
                for character in value
            )
        return value
    if isinstance(value, dict):
        return {_decodable(key): _decodable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_decodable(item) for item in value]
    return value
