"""Comments that allow a finding where it stands.

    # hookline: allow RULE[, RULE] -- reason; owner=team; expires=2027-01-31

on one of the finding's lines, or alone on the line above. The comments of other
scanners count as well, of secrets (FOREIGN) and of code (NOSEC), unless policy takes
none.
What a comment says is never repeated in a message: a reason may quote the secret.
"""

from __future__ import annotations

from itertools import islice

from hookline import lazyre as re
from hookline.light import Collection, Iterator, NamedTuple, Sequence
from hookline.lines import Lines
from hookline.nouns import Compiled, Finding, Judged

OURS = 'hookline: allow'


class Allow(NamedTuple):
    """One comment."""

    line: int  # where it stands, from 1
    covers: int  # the line it is about: its own, or the one below when it is alone
    rules: tuple[str, ...]  # rule ids; any secret when the comment is another tool's
    marker: str  # OURS, or what another tool has instead
    reason: str = ''
    owner: str = ''
    ticket: str = ''
    expires: str = ''  # as written


# Each on the finding's line, or where its words say so on the line above it.
FOREIGN = (
    r'pragma: ?(?:allowlist|whitelist)[ -](?:nextline[ -])?secret',  # detect-secrets
    r'(?:gitleaks|betterleaks):allow',
    r'(?:kingfisher|trufflehog):ignore',
    r'ggignore',  # ggshield
    r'nosecret',
    r'secretlint-disable-(?:next-)?line',
    r'checkov:skip=CKV_SECRET_\d+',
)
# bandit's and gosec's, with the tests that they name; semgrep's core knows its own.
NOSEC = r'#?nosec'
_TESTS = re.compile(r'[:\s]*((?:[BG]\d{3}[,\s]*)+)')
_NEXT_LINE = re.compile(r'nextline|next-line')
_MARKER = re.compile(
    # Not within a longer word; "<!--" and "-->" may stand right beside it.
    rf'(?<!\w)(?<!\w-)(?:hookline:[ \t]*allow|{"|".join((*FOREIGN, NOSEC))})(?!\w|-\w)'
)
_MARKER_BYTES = re.compile(
    rb'hookline:|pragma:|leaks:allow|:ignore|ggignore|nosec|secretlint|checkov:'
)
# What begins a comment in some language; not the slashes of a URL. JSON has none, so
# no text in JSON is one.
_COMMENT = re.compile(
    r'#|(?<!:)//|/\*|<!--|--|;|%|\(\*|\{-|^\s*[*!\'"]|(?:^|[\s&:])(?:REM|rem|dnl)\s'
    r"|\s'\s"  # Visual Basic
)
_RULES = re.compile(r'\s*([\w.-]*\w(?:\s*,\s*[\w.-]*\w)*)')
_FIELD = re.compile(
    r'[\s;,(]*(?<![\w-])(owner|ticket|expires)\s*=\s*(.*?)\s*'
    r'(?=[;,)]|\s--?\s|\s[\u2013\u2014]\s|\s(?:owner|ticket|expires)\s*=|$)\)?'
)
_REASON = re.compile(r'(?:^|\s)(?:--?|\u2013|\u2014)\s+(?=.*\w)')
_CLOSER = re.compile(r'\s*(?:\*+/|--+>|#\}|\*\)|-\}|\}\}|%>|"""|\'\'\')[\s})>]*$')
_DATE = re.compile(r'\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])')
# Nothing but the beginning of a comment.
_ALONE = re.compile(r'\W*(?:(?:REM|rem|dnl)\b\W*)?')
# Characters of a comment, and comments on a line: the rest of a minified file is none.
_LONGEST = 1000
_MOST = 20


def allows(content: bytes) -> tuple[Allow, ...]:
    """Return the comments in `content` that allow something, in order."""
    lines = Lines(content)
    found: list[Allow] = []
    for number in _candidates(content, lines):
        text = lines.text(*lines.span(number))
        for match in islice(_MARKER.finditer(text), _MOST):
            if _COMMENT.search(text, 0, match.start()):
                found.append(_allow(number, match))
    return tuple(_stacked(found))


def apply(
    judged: Sequence[Judged],
    content: bytes,
    compiled: Compiled,
    today: str = '',
    strict: Collection[str] = (),
) -> list[Judged]:
    """Drop what comments in a file allow; where one does not count, say why.

    `judged` are findings in this one content, `today` is an ISO date, `strict` are
    the rules whose comments need every field, whatever policy requires.
    """
    comments = allows(content)
    if not comments:
        return list(judged)
    findings = [row.finding for row in judged]
    result: list[Judged] = []
    for row in judged:
        about = [a for a in comments if _concerns(a, row.finding, findings)]
        full = row.finding.rule in strict
        problems = [problem(allow, compiled, today, full) for allow in about]
        if row.action == 'drop' or not about:
            result.append(row)
        elif '' in problems:
            allow = about[problems.index('')]
            which = '' if allow.marker == OURS else f' {allow.marker}'
            reason = f'allowed by the comment{which} on line {allow.line}'
            result.append(Judged(row.finding, 'drop', reason))
        else:
            reason = f'{row.reason}; {problems[0]}'
            result.append(Judged(row.finding, row.action, reason))
    return result


def problem(
    allow: Allow, compiled: Compiled, today: str = '', strict: bool = False
) -> str:
    """Return why policy does not honour a comment, or ''."""
    allowed, require, others = compiled['inline']
    if strict:
        require = ('reason', 'owner', 'ticket', 'expires')
    comment = f'the comment {allow.marker} on line {allow.line}'
    if not allowed:
        return f'{comment} does not count: policy allows none'
    if allow.marker != OURS:
        if others:
            return ''
        refused = 'policy takes no comments of other tools'
        return f'{comment} does not count: {refused}; write {OURS} RULE -- REASON'
    missing = [name for name in require if not getattr(allow, name)]
    if missing:
        needed = f'policy requires: {", ".join(require)}'
        return f'{comment} has no {" and no ".join(missing)}; {needed}'
    if not allow.expires:
        return ''
    if not _DATE.fullmatch(allow.expires):
        return f'{comment} has an end date that is not like 2027-01-31'
    if not today:
        import time

        today = time.strftime('%Y-%m-%d')
    return f'{comment} ended on {allow.expires}' if allow.expires < today else ''


def unknown(path: str, content: bytes, ids: Collection[str]) -> Iterator[str]:
    """Yield a note for each comment of ours that names no rule there is."""
    for allow in allows(content):
        if allow.marker == OURS and not (allow.rules and set(allow.rules) <= {*ids}):
            which = (
                'names a rule that does not exist' if allow.rules else 'names no rule'
            )
            yield f'{path}:{allow.line}: the comment {OURS} {which}'


def _candidates(content: bytes, lines: Lines) -> Sequence[int]:
    """Return the lines that may hold a marker: all of them in UTF-16."""
    if lines.encoding != 'utf-8':
        return range(1, len(lines) + 1)
    return sorted({lines.number(m.start()) for m in _MARKER_BYTES.finditer(content)})


def _allow(number: int, match: re.Match[str]) -> Allow:
    if match.group().endswith('nosec'):
        return _nosec(number, match)
    if not match.group().startswith('hookline'):
        below = bool(_NEXT_LINE.search(match.group()))
        return Allow(number, number + below, (), match.group())
    rest = match.string[match.end() : match.end() + _LONGEST]
    following = _MARKER.search(rest)
    rest = _CLOSER.sub('', rest[: following.start()] if following else rest)
    rules = _RULES.match(rest)
    rest = rest[rules.end() :] if rules else rest
    fields: dict[str, str] = {}
    for field in _FIELD.finditer(rest):
        fields.setdefault(field[1], field[2])
    reason = _REASON.search(rest)
    text = _FIELD.sub('', rest[reason.end() :]) if reason else ''
    alone = _ALONE.fullmatch(match.string, 0, match.start())
    return Allow(
        number,
        number + bool(alone),
        tuple(name.strip() for name in rules[1].split(',')) if rules else (),
        OURS,
        reason=text.strip(' \t;,#/'),
        **fields,
    )


def _nosec(number: int, match: re.Match[str]) -> Allow:
    """Return bandit's or gosec's comment; what names tests of bandit is about those."""
    named = _TESTS.match(match.string, match.end())
    names = re.findall(r'B\d{3}', named[1]) if named else []
    # gosec takes one on the line above; bandit does not.
    before = match.string[: match.start()]
    above = '//' in before and not before.replace('/', '').strip()
    rules = tuple(f'bandit-{name.lower()}' for name in names)
    return Allow(number, number + above, rules, match.group())


def _stacked(found: Sequence[Allow]) -> Iterator[Allow]:
    """Yield comments that stand above each other as all about the line below them."""
    about: dict[int, int] = {}
    for allow in reversed(found):
        if allow.covers > allow.line:
            about[allow.line] = about.get(allow.covers, allow.covers)
    for allow in found:
        yield allow._replace(covers=about.get(allow.covers, allow.covers))


def _concerns(allow: Allow, finding: Finding, others: Sequence[Finding]) -> bool:
    if allow.marker == OURS:
        if finding.rule not in allow.rules:
            return False
    elif allow.marker.endswith('nosec'):
        if finding.check != 'code' or (allow.rules and finding.rule not in allow.rules):
            return False
    elif finding.check != 'secrets':
        return False
    if _begins(allow, finding):
        return True
    # Inside a long finding; unless it is there for a smaller one.
    return finding.place.line < allow.line <= finding.place.end_line and not any(
        other.rule == finding.rule and _begins(allow, other) for other in others
    )


def _begins(allow: Allow, finding: Finding) -> bool:
    return finding.place.line in (allow.line, allow.covers)
