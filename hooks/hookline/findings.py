"""Turns matches into findings: places, masked snippets, identities, fingerprints.

The only module that sees a secret's value and makes text of its line. What it returns
holds no secret of any rule, whichever check reported the line.
"""

from __future__ import annotations

import os
from _blake2 import blake2b  # hashlib, and OpenSSL with it, takes 5 ms to import

from hookline import lazyre as re
from hookline import spans
from hookline.fingerprints import fingerprint
from hookline.light import Mapping, Sequence
from hookline.lines import Lines
from hookline.nouns import Change, Finding, Match, Rule, Step
from hookline.spans import Span

# Eight stars whatever the length: the length of a password is nobody's business.
MASK = '*' * 8
# Characters of a long line that are kept on each side of the match.
AROUND = 200
# Lines looked at upwards for the enclosing one.
CONTEXT_LINES = 2000
# Weaknesses whose very evidence is a secret; engines other than ours give no span.
_SECRET_CWES = frozenset((259, 321, 522, 798))
_LITERAL = re.compile(rb'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|`[^`]*`')
_SPACE = re.compile(rb'\s+')
# What a formatter puts in or takes out: breaks around punctuation, a last comma.
_LAYOUT = re.compile(rb',(?=\s*[)\]}])|\s+(?!\w)|(?<!\w)\s+')


def run_key() -> bytes:
    """Return the key of this run's identities: they mean nothing outside it."""
    return os.urandom(16)


def of_change(
    change: Change,
    matches: Sequence[Match],
    secrets: Sequence[Span],
    rules: Mapping[str, Rule],
    key: bytes,
    salt: bytes,
) -> list[Finding]:
    """Return the findings of one change, by place.

    `secrets` are the spans of everything in the content that looks like a secret, to
    any rule: all of it is masked. `salt` is the repository's, b'' without one.
    """
    if not matches:
        return []
    lines = Lines(change.content)
    masks = spans.merged([*secrets, *_own_masks(change.content, matches, rules)])
    found = [
        _finding(change, match, lines, masks, rules[match.rule], key, salt)
        for match in dict.fromkeys(matches)
    ]
    return sorted(found, key=lambda finding: (finding.place, finding.rule))


def _own_masks(
    content: bytes, matches: Sequence[Match], rules: Mapping[str, Rule]
) -> list[Span]:
    masks: list[Span] = []
    for match in matches:
        if match.secret is not None:
            masks.append(match.secret)
        elif rules[match.rule].cwe in _SECRET_CWES:
            end = content.find(b'\n', match.end)
            end = len(content) if end < 0 else end
            for literal in _LITERAL.finditer(content, match.start, end):
                masks.append((literal.start() + 1, literal.end() - 1))
    return masks


def _finding(
    change: Change,
    match: Match,
    lines: Lines,
    masks: Sequence[Span],
    rule: Rule,
    key: bytes,
    salt: bytes,
) -> Finding:
    start, end = match.secret or (match.start, match.end)
    place = lines.place(start, end)
    line_start, line_end = lines.span(place.line)
    left = max(line_start, start - AROUND)
    right = min(line_end, max(start, min(end, start + AROUND)) + AROUND)
    before = masked(lines, left, start, masks)
    inside = masked(lines, start, min(end, right), masks)
    snippet = before + inside + masked(lines, min(end, right), right, masks)
    context = _context(lines, place.line, masks)
    value = change.content[start:end]
    if rule.engine == 'unparsed':
        # One such finding a file: that it cannot be read is the finding, not where.
        text = b''
    else:
        text = value if match.secret else _normalised(value)
    identity = blake2b(
        rule.id.encode() + b'\0' + text, key=key, digest_size=16
    ).digest()
    return Finding(
        rule=rule.id,
        check=rule.check,
        title=rule.title,
        severity=match.severity or rule.severity,
        confidence=match.confidence or rule.confidence,
        path=change.path,
        place=place,
        message=match.message,
        snippet=snippet,
        caret=(len(before), len(before) + max(1, len(inside))),
        identity=identity,
        context=context,
        fingerprint=fingerprint(
            rule.id,
            change.path,
            snippet,
            context,
            value if match.secret else None,
            salt,
        ),
        commit=change.commit,
        disproved=match.disproved,
        steps=tuple(
            Step(lines.place(begin, close), said) for begin, close, said in match.steps
        ),
    )


def _normalised(text: bytes) -> bytes:
    return _SPACE.sub(b' ', _LAYOUT.sub(b'', text))


def masked(lines: Lines, start: int, end: int, masks: Sequence[Span]) -> str:
    """Return the text of a slice, each secret in it as stars."""
    parts: list[str] = []
    at = start
    for number in range(spans.first(masks, start), len(masks)):
        mask_start, mask_end = masks[number]
        if mask_start >= end:
            break
        if mask_start > at:
            parts.append(lines.text(at, mask_start))
        parts.append(MASK)
        at = min(mask_end, end)
    if at < end:
        parts.append(lines.text(at, end))
    return ''.join(parts)


def _context(lines: Lines, number: int, masks: Sequence[Span]) -> str:
    """Return the nearest line above that is indented less: a def, class or section."""
    own = _indent(lines, number)
    for above in range(number - 1, max(0, number - CONTEXT_LINES), -1):
        if own == 0:
            break
        indent = _indent(lines, above)
        if indent is not None and (own is None or indent < own):
            start, end = lines.span(above)
            text = masked(lines, start, min(end, start + AROUND), masks)
            return ' '.join(text.split())
    return ''


def _indent(lines: Lines, number: int) -> int | None:
    """Return the width of a line's indentation in bytes; None for a blank line."""
    start, end = lines.span(number)
    line = lines.content[start : min(end, start + AROUND)]
    stripped = line.lstrip(b' \t\0')
    return len(line) - len(stripped) if stripped else None
