"""The report for people: place, rule, the line with a caret, the remedy, how to allow.

A clean run has nothing but its last line, see summary.py.
"""

from __future__ import annotations

from hookline import lazyre as re
from hookline.light import Iterable, Iterator, Mapping, NamedTuple, Sequence
from hookline.nouns import Finding, Judged, Report, Rule
from hookline.report.escape import escape, pieces
from hookline.report.summary import RED, YELLOW, paint, summary

# Fixed, never the terminal's: pre-commit's pty says 0 × 0.
PROSE = 88
LINE = 100
# Places of a flow that are shown; the report for machines has them all.
SHOWN_STEPS = 6
INDENT = '    '
SHOWN = 10  # findings of one rule with their line; then the place alone, without -v
LISTED = 10  # skipped names that are shown without -v
_REMEDY = 240  # characters; `hookline explain` has the rest
_TAB = 4

_BOLD, _DIM = '1', '2'

# A comment that may be copied as it is; what is not listed has `#`.
_COMMENTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        '// ',
        '',
        (
            *('.js', '.jsx', '.mjs', '.cjs', '.ts', '.tsx', '.mts', '.cts'),
            *('.java', '.kt', '.kts', '.scala', '.groovy', '.gradle', '.go', '.rs'),
            *('.c', '.h', '.cc', '.cpp', '.hpp', '.cs', '.swift', '.dart', '.php'),
            *('.proto', '.scss', '.less', '.jsonc', '.json5'),
        ),
    ),
    ('-- ', '', ('.sql', '.lua', '.hs')),
    ('/* ', ' */', ('.css',)),
    ('<!-- ', ' -->', ('.html', '.htm', '.xml', '.md', '.svg', '.vue', '.xhtml')),
)
# There a comment behind a value belongs to the value.
_ABOVE = (
    *('.env', '.properties', '.ini', '.cfg', '.conf', '.htaccess', '_config'),
    *('.npmrc', '.netrc', '.pypirc', '.dockerfile', 'dockerfile', 'containerfile'),
)
# Names that go on: Dockerfile.dev, .env.local.
_STARTS = ('dockerfile', 'containerfile', '.env')
_COMMENTLESS = {
    '.json': 'JSON',
    '.ipynb': 'a notebook',
    '.csv': 'CSV',
    '.tsv': 'TSV',
    '.pem': 'PEM',
    '.key': 'a key file',
}
_FIELDS = {
    'owner': 'owner=TEAM',
    'ticket': 'ticket=ID',
    'expires': 'expires=YYYY-MM-DD',
}


class Style(NamedTuple):
    """What the writer was asked for."""

    color: bool
    verbose: bool
    inline: bool  # policy accepts a comment in the file
    require: Sequence[str]  # what the comment must say

    def paint(self, code: str, text: str) -> str:
        return paint(code, text) if self.color else text


def write(
    report: Report,
    rules: Mapping[str, Rule],
    *,
    color: bool = False,
    verbose: bool = False,
    inline: bool = True,
    require: Sequence[str] = ('reason',),
) -> str:
    """Return the report, ending in one summary line; a clean run is that line alone."""
    style = Style(color, verbose, inline, require)
    blocks = [judged for judged in report.judged if judged.action == 'block']
    warns = [judged for judged in report.judged if judged.action == 'warn']
    said: set[tuple[str, str]] = set()
    times: dict[str, int] = {}
    entries: list[list[str]] = []
    for judged in (*blocks, *warns):
        times[judged.finding.rule] = times.get(judged.finding.rule, 0) + 1
        # Who is stopped reads what stops them: a warning takes one line then.
        brief = judged.action == 'warn' and bool(blocks)
        if (brief or times[judged.finding.rule] > SHOWN) and not verbose:
            entries.append([_head(judged, style)])
        else:
            entries.append(list(_finding(judged, rules, style, said)))
    lines = list(_apart(entries))
    if verbose:
        lines.extend(f'dropped: {_head(j, style)}' for j in report.dropped)
    lines.extend(_skipped(report, verbose))
    lines.extend(f'hookline: note: {escape(note)}' for note in report.notes)
    if report.contact and report.judged:
        lines.append(f'Questions: {escape(report.contact)}')
    lines.append(summary(report, color=color, verbose=verbose))
    return '\n'.join(lines) + '\n'


def _apart(entries: Iterable[list[str]]) -> Iterator[str]:
    """Yield the lines, with an empty one around each entry of more than one line."""
    before = 0
    for entry in entries:
        if before and max(before, len(entry)) > 1:
            yield ''
        yield from entry
        before = len(entry)
    if before:
        yield ''


def _finding(
    judged: Judged,
    rules: Mapping[str, Rule],
    style: Style,
    said: set[tuple[str, str]],
) -> Iterator[str]:
    finding = judged.finding
    yield _head(judged, style)
    yield from _snippet(finding, judged.action, style)
    yield from _steps(finding)
    if finding.message:
        yield from _prose(finding.message)
    rule = rules.get(finding.rule)
    first = (finding.rule, '') not in said
    said.add((finding.rule, ''))
    if first and rule is not None:
        yield from _prose(_opening(rule.remedy))
    yield from _objection(judged)
    allow = _allow(finding, rule, style)
    if (finding.rule, allow) not in said:
        said.add((finding.rule, allow))
        yield style.paint(_DIM, INDENT + allow)
        if first and rule is not None:
            more = f'More: hookline explain {escape(finding.rule)}'
            yield style.paint(_DIM, INDENT + more)


def _steps(finding: Finding) -> Iterator[str]:
    """Yield the way of what a caller chose to here: where it comes from, and how."""
    steps = finding.steps
    left_out = len(steps) - SHOWN_STEPS
    if left_out > 0:
        steps = (*steps[:1], *steps[1 - SHOWN_STEPS :])
    for number, step in enumerate(steps):
        if number == 1 and left_out > 0:
            yield f'{INDENT}… {left_out} between'
        yield f'{INDENT}line {step.place.line}: {escape(step.said)}'


def _objection(judged: Judged) -> Iterator[str]:
    """Yield why a comment that is there does not count; inline.py appends it."""
    _, found, objection = judged.reason.partition('; the ')
    if found:
        yield from _prose(f'The {objection}.')


def _head(judged: Judged, style: Style) -> str:
    finding, place = judged.finding, judged.finding.place
    where = style.paint(_BOLD, escape(f'{finding.path}:{place.line}:{place.column}'))
    code = {'block': RED, 'warn': YELLOW}.get(judged.action, _DIM)
    severity = style.paint(code, finding.severity)
    rule = style.paint(_BOLD, escape(finding.rule))
    line = f'{where}: {severity} {rule}: {escape(finding.title)}'
    if finding.commit:
        line += f' ({escape(finding.origin())})'
    if judged.action == 'warn':
        line += ' (warning)'
    if style.verbose or judged.action == 'drop':
        line += f' [{escape(judged.reason)}]'
    return line


def _snippet(finding: Finding, action: str, style: Style) -> Iterator[str]:
    """Yield the line and the caret under it, cut around the caret to fit."""
    text = finding.snippet.rstrip()
    margin = len(text) - len(text.lstrip())
    text = text[margin:]
    if not text:
        return
    start = min(max(finding.caret[0] - margin, 0), len(text))
    end = min(max(finding.caret[1] - margin, start), len(text))
    cells = [
        ' ' * _TAB if character == '\t' else piece
        for character, piece in zip(text, pieces(text), strict=True)
    ]
    widths = [_width(cell) for cell in cells]
    first, last = _window(widths, start, end, LINE - len(INDENT))
    before = '...' if first else ''
    after = '...' if last < len(cells) else ''
    yield INDENT + before + ''.join(cells[first:last]) + after
    blank = len(before) + sum(widths[first:start])
    marked = sum(widths[start : min(end, last)])
    code = RED if action == 'block' else YELLOW
    yield INDENT + ' ' * blank + style.paint(code, '^' * max(marked, 1))


def _window(widths: Sequence[int], start: int, end: int, limit: int) -> tuple[int, int]:
    """Return the range of cells to show, which holds the caret's start."""
    if sum(widths) <= limit:
        return 0, len(widths)
    room = limit - 6  # an ellipsis at either end
    first = last = start
    used = 0
    # the marked cells, a third of the rest before them, then behind, then before
    while last < end and used + widths[last] <= room:
        used += widths[last]
        last += 1
    lead = used + (room - used) // 3
    while first and used + widths[first - 1] <= lead:
        first -= 1
        used += widths[first]
    while last < len(widths) and used + widths[last] <= room:
        used += widths[last]
        last += 1
    while first and used + widths[first - 1] <= room:
        first -= 1
        used += widths[first]
    return first, last


def _width(cell: str) -> int:
    """Return the columns of a terminal that `cell` takes."""
    if cell.isascii():
        return len(cell)
    import unicodedata

    if unicodedata.combining(cell) or unicodedata.category(cell) in ('Mn', 'Me'):
        return 0
    return 2 if unicodedata.east_asian_width(cell) in 'WF' else 1


def _prose(text: str) -> Iterator[str]:
    """Yield `text` wrapped and indented; lines of its own stay lines."""
    import textwrap

    for line in text.strip().splitlines():
        wrapped = textwrap.wrap(
            line.strip(),
            PROSE - len(INDENT),
            break_long_words=False,
            break_on_hyphens=False,
        )
        # escaped after wrapping: a line that starts with `::` is a command
        yield from (INDENT + escape(part) for part in wrapped)


def _opening(remedy: str) -> str:
    """Return the first sentences of the first paragraph."""
    paragraph = ' '.join(re.split(r'\n\s*\n', remedy.strip())[0].split())
    opening = ''
    for sentence in re.split(r'(?<=[.!?])\s+(?=[^a-z])', paragraph):
        if opening and len(opening) + len(sentence) >= _REMEDY:
            break
        opening = f'{opening} {sentence}' if opening else sentence
    return opening


def _allow(finding: Finding, rule: Rule | None, style: Style) -> str:
    """Return how to accept this finding, as policy and the kind of file have it."""
    name = finding.path.rpartition('/')[2].lower()
    if rule is not None and rule.engine in ('image', 'add'):
        # What comes in with an image is answered for by name and for a time.
        entry = 'To allow: an entry in .hookline/images.yaml'
        if not style.inline or name.endswith('.json'):
            return entry
        fields = '; '.join(('REASON', *_FIELDS.values()))
        return f'{entry}, or on the line above: {_marker(finding, name, fields)}'
    if finding.commit and name == 'message':
        return 'To allow: reword the commit, or an entry in .hookline/policy.yaml'
    if '!/' in finding.path:
        return 'To allow: an entry in .hookline/baseline.json or policy.yaml'
    for ending, kind in _COMMENTLESS.items():
        if name.endswith(ending):
            entry = 'an entry in .hookline/baseline.json or policy.yaml'
            return f'To allow: {kind} has no comments, so {entry}'
    if not style.inline:
        return 'To allow: an entry in .hookline/policy.yaml'
    said = '; '.join(['REASON', *(_FIELDS[x] for x in style.require if x in _FIELDS)])
    text = _marker(finding, name, said)
    if name.endswith(_ABOVE) or name.startswith(_STARTS):
        return f'To allow, on the line above: {text}'
    return f'To allow, here or on the line above: {text}'


def _marker(finding: Finding, name: str, said: str) -> str:
    start, end = _comment(name)
    return f'{start}hookline: allow {escape(finding.rule)} -- {said}{end}'


def _comment(name: str) -> tuple[str, str]:
    for start, end, endings in _COMMENTS:
        if name.endswith(endings):
            return start, end
    return '# ', ''


def _skipped(report: Report, verbose: bool) -> Iterator[str]:
    """Yield one line a reason, with the first names."""
    shown = report.skipped if verbose else report.skipped[:LISTED]
    for reason in dict.fromkeys(item.reason for item in shown):
        names = _names(item.path for item in shown if item.reason == reason)
        yield f'skipped ({escape(reason)}): {names}'
    if len(shown) < len(report.skipped):
        yield f'skipped: {len(report.skipped) - len(shown):,} more; -v lists them'


def _names(paths: Iterable[str]) -> str:
    return ', '.join(escape(path) for path in paths)
