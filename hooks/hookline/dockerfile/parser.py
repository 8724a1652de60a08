"""Reads a Dockerfile as BuildKit does, and goes on where BuildKit gives up.

Never raises and never drops a file: what cannot be read becomes a Note, and the rest
is read. Follows frontend/dockerfile/parser of BuildKit; lines count from 1.
"""

from __future__ import annotations

from hookline import lazyre as re
from hookline.dockerfile import words
from hookline.dockerfile.words import SPACE
from hookline.light import NamedTuple

KEYWORDS = frozenset(
    (
        *('ADD', 'ARG', 'CMD', 'COPY', 'ENTRYPOINT', 'ENV', 'EXPOSE', 'FROM'),
        *('HEALTHCHECK', 'LABEL', 'MAINTAINER', 'ONBUILD', 'RUN', 'SHELL'),
        *('STOPSIGNAL', 'USER', 'VOLUME', 'WORKDIR'),
    )
)
_HEREDOCS = ('ADD', 'COPY', 'RUN')
_DIRECTIVE = re.compile(r'([a-zA-Z][a-zA-Z0-9]*)[\s]*=[\s]*(.+?)[\s]*$', re.ASCII)
_DIRECTIVES = ('syntax', 'escape', 'check')
_BLANKS = re.compile(r'[\t\v\f\r ]+')
_HEREDOC = re.compile(r'(\d*)<<(-?)([^<]*)', re.ASCII)
_CONTINUED = {
    '\\': re.compile(r'(?:^|([^\\]))\\[ \t]*$'),
    '`': re.compile(r'(?:^|([^`]))`[ \t]*$'),
}


class Directive(NamedTuple):
    """`# name=value` on the first lines."""

    name: str
    value: str
    line: int


class Instruction(NamedTuple):
    """One instruction, its continuation lines joined."""

    keyword: str  # upper case
    flags: tuple[tuple[str, str], ...]  # ('from', 'build'), unquoted, in order
    args: str  # what follows the flags
    first: int  # physical lines, heredocs included
    last: int
    words: tuple[str, ...]  # args split, or the elements of the JSON form
    json: bool = False
    heredocs: tuple[str, ...] = ()  # their delimiters
    inner: Instruction | None = None  # what ONBUILD holds

    def flag(self, name: str) -> list[str]:
        return [value for key, value in self.flags if key == name]


class Note(NamedTuple):
    """Something that BuildKit would refuse, and from which reading went on."""

    line: int
    text: str


class Dockerfile(NamedTuple):
    directives: tuple[Directive, ...]
    instructions: tuple[Instruction, ...]
    notes: tuple[Note, ...]
    escape: str = '\\'


def parse(content: bytes) -> Dockerfile:
    notes: list[Note] = []
    text = content.removeprefix(b'\xef\xbb\xbf').decode('utf-8', 'surrogateescape')
    lines = text.split('\n')
    if not lines[-1]:
        lines.pop()
    escape = _escape(lines, notes)
    instructions = _instructions(lines, escape, notes)
    return Dockerfile(_directives(text, lines), instructions, tuple(notes), escape)


def line_starts(content: bytes) -> list[int]:
    """Return the byte offset at which each line starts, and the end of the content."""
    starts = [0]
    at = content.find(b'\n')
    while at >= 0:
        starts.append(at + 1)
        at = content.find(b'\n', at + 1)
    if starts[-1] != len(content):
        starts.append(len(content))
    return starts


def span(content: bytes, starts: list[int], first: int, last: int) -> tuple[int, int]:
    """Return the byte offsets of whole lines, without the last line's end."""
    lines = len(starts) - 1
    first = max(1, min(first, lines))
    last = max(first, min(last, lines))
    if not lines:
        return 0, 0
    start, end = starts[first - 1], starts[last]
    while end > start and content[end - 1] in b'\r\n':
        end -= 1
    if first == 1 and content.startswith(b'\xef\xbb\xbf') and end >= 3:
        start = 3
    return start, end


def _instructions(
    lines: list[str], escape: str, notes: list[Note]
) -> tuple[Instruction, ...]:
    continued = _CONTINUED[escape]
    found: list[Instruction] = []
    endless: set[tuple[str, bool]] = set()
    at = 0
    while at < len(lines):
        first = at + 1
        line = lines[at].rstrip('\r').lstrip(SPACE)
        at += 1
        if not line or line[0] == '#':
            continue
        pieces: list[str] = []
        # Cheap test first: nearly no line is continued.
        while escape in line and (match := continued.search(line)):
            pieces.append(line[: match.start()] + (match.group(1) or ''))
            line = ''
            while at < len(lines):
                following = lines[at].rstrip('\r')
                at += 1
                bare = following.lstrip(SPACE)
                if bare and bare[0] != '#':
                    line = following
                    break
        pieces.append(line)
        joined = ''.join(pieces)
        if not joined.strip(SPACE):
            continue
        made = _instruction(joined, first, at, escape, notes)
        if '<<' in joined:
            made, at = _with_heredocs(made, joined, lines, at, notes, endless)
        found.append(made)
    return tuple(found)


def _instruction(
    line: str,
    first: int,
    last: int,
    escape: str,
    notes: list[Note],
    *,
    inside: bool = False,  # of ONBUILD
) -> Instruction:
    parts = _BLANKS.split(line.strip(SPACE), maxsplit=1)
    keyword = parts[0].upper()
    rest = parts[1] if len(parts) > 1 else ''
    if keyword not in KEYWORDS:
        notes.append(Note(first, 'unknown instruction'))
    flags: tuple[tuple[str, str], ...] = ()
    if rest.startswith('--'):
        flags, rest = _flags(rest)
    args = rest.strip(SPACE)
    if inside and keyword in ('ONBUILD', 'FROM', 'MAINTAINER'):
        notes.append(Note(first, f'{keyword} is not allowed in ONBUILD'))
        return Instruction(keyword, flags, args, first, last, ())
    if keyword == 'ONBUILD':
        inner = None
        if args:
            inner = _instruction(args, first, last, escape, notes, inside=True)
        return Instruction(keyword, flags, args, first, last, (), inner=inner)
    if keyword in _HEREDOCS and args.startswith('['):
        elements = _json(args)
        if elements is not None:
            return Instruction(keyword, flags, args, first, last, elements, True)
    split: tuple[str, ...] = ()
    if keyword in ('ARG', 'ENV'):
        split = tuple(_quoted_words(args, escape))
    elif keyword in ('ADD', 'COPY', 'FROM'):
        split = tuple(word for word in _BLANKS.split(args) if word)
    return Instruction(keyword, flags, args, first, last, split)


def _json(text: str) -> tuple[str, ...] | None:
    import json

    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, list) and all(isinstance(element, str) for element in value):
        return tuple(value)
    return None


def _flags(rest: str) -> tuple[tuple[tuple[str, str], ...], str]:
    """Take the leading `--name=value` words; quotes and escapes are gone in them."""
    found: list[tuple[str, str]] = []
    at = 0
    while True:
        while at < len(rest) and rest[at] in SPACE:
            at += 1
        if not rest.startswith('--', at):
            return tuple(found), rest[at:]
        word: list[str] = []
        quote = ''
        while at < len(rest):
            sign = rest[at]
            at += 1
            if not quote and sign in SPACE:
                break
            if sign == '\\':
                if at < len(rest):
                    word.append(rest[at])
                    at += 1
                elif quote:
                    quote = ''
            elif quote and sign == quote:
                quote = ''
            elif not quote and sign in '\'"':
                quote = sign
            else:
                word.append(sign)
        text = ''.join(word)
        if text == '--':
            return tuple(found), rest[at:]
        name, _, value = text[2:].partition('=')
        found.append((name, value))


def _quoted_words(text: str, escape: str) -> list[str]:
    """Split at blanks outside quotes; quotes and escapes stay, for expansion later."""
    if '"' not in text and "'" not in text and escape not in text:
        return words.split(text)
    found: list[str] = []
    word: list[str] = []
    quote = ''
    at = 0
    while at < len(text):
        sign = text[at]
        at += 1
        if not quote and sign in SPACE:
            if word:
                found.append(''.join(word))
                word.clear()
            continue
        word.append(sign)
        # Nothing is escaped inside single quotes.
        if sign == escape and quote != "'":
            if at < len(text):
                word.append(text[at])
                at += 1
        elif quote and sign == quote:
            quote = ''
        elif not quote and sign in '\'"':
            quote = sign
    if word:
        found.append(''.join(word))
    return found


def _with_heredocs(
    made: Instruction,
    line: str,
    lines: list[str],
    at: int,
    notes: list[Note],
    endless: set[tuple[str, bool]],  # found to have no end; do not look again
) -> tuple[Instruction, int]:
    target = made.inner or made
    if target.keyword not in _HEREDOCS or target.json:
        return made, at
    try:
        found = [
            heredoc
            for word in words.expand(line, {}, raw=True, keep_unset=True).words
            if (heredoc := heredoc_of(word))
        ]
    except words.BadWord:
        return made, at
    names: list[str] = []
    here = at
    for name, chomp in found:
        while here < len(lines) and (name, chomp) not in endless:
            body = lines[here].rstrip('\r')
            here += 1
            if (body.lstrip('\t') if chomp else body) == name:
                names.append(name)
                break
        else:
            endless.add((name, chomp))
            # BuildKit refuses the file. Read what follows as instructions: dropping
            # it would let one line hide all others.
            notes.append(Note(made.first, 'unterminated heredoc'))
            return made, at
    if not names:
        return made, at
    inner = made.inner and made.inner._replace(heredocs=tuple(names), last=here)
    return made._replace(heredocs=tuple(names), last=here, inner=inner), here


def heredoc_of(word: str) -> tuple[str, bool] | None:
    """Return the delimiter of `<<NAME`, and whether tabs before it are cut (`<<-`)."""
    match = _HEREDOC.fullmatch(word)
    if not match or not match[3]:
        return None
    try:
        split = words.expand(match[3], {}, keep_unset=True).words
    except words.BadWord:
        return None
    return (split[0], match[2] == '-') if len(split) == 1 else None


def _escape(lines: list[str], notes: list[Note]) -> str:
    """Return the escape character; unlike `syntax`, a shebang ends the directives."""
    seen: set[str] = set()
    for number, line in enumerate(lines, 1):
        found = _directive(line.rstrip('\r').lstrip(SPACE), '#')
        if not found:
            break
        name, value = found
        if name in seen:
            notes.append(Note(number, f'a second {name} directive'))
            break
        seen.add(name)
        if name == 'escape':
            if value in ('\\', '`'):
                return value
            notes.append(Note(number, 'escape must be \\ or `'))
    return '\\'


def _directive(line: str, comment: str) -> tuple[str, str] | None:
    if not line.startswith(comment):
        return None
    match = _DIRECTIVE.match(line[len(comment) :].lstrip(SPACE))
    if not match or match[1].lower() not in _DIRECTIVES:
        return None
    return match[1].lower(), match[2]


def _directives(text: str, lines: list[str]) -> tuple[Directive, ...]:
    """Return the directives as BuildKit looks for `syntax`: after a shebang, else
    behind `//`, else a key of a JSON file."""
    skip = 1 if text.startswith('#!') else 0
    for comment in ('#', '//'):
        found: dict[str, Directive] = {}
        for number in range(skip, len(lines)):
            pair = _directive(lines[number].rstrip('\r'), comment)
            if not pair or pair[0] in found:
                break
            found[pair[0]] = Directive(*pair, number + 1)
        if found:
            return tuple(found.values())
    if text.lstrip()[:1] == '{' and '"syntax"' in text:
        import json

        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return ()
        if isinstance(value, dict) and isinstance(value.get('syntax'), str):
            return (Directive('syntax', value['syntax'], 1),)
    return ()
