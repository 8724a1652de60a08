"""Takes secrets out of lines that are no snippets: failures, notes, messages, authors.

Such a line quotes a name, a key of a policy, an image or an argument, and somebody may
have put a token there. Snippets and names of files are masked where they are made.
"""

from __future__ import annotations

from hookline import lazyre as re
from hookline.light import TYPE_CHECKING, Any, Callable
from hookline.nouns import Finding, Judged, Report

if TYPE_CHECKING:
    from hookline.library import Library

MASK = '*' * 8
# What no provider's token, nor a password in a URL, is without.
_MAYBE = re.compile(r'[A-Za-z0-9_.=+-]{16}|://')
# Where no rules can be loaded: long, with digits, and in both cases.
_MIXED = re.compile(r'[A-Za-z0-9_+=]{20,}')


def report(whole: Report, library: Library) -> Report:
    """Return a report whose lines hold nothing that a secret rule would match."""
    if not any(map(_MAYBE.search, _texts(whole))):
        return whole
    mask = _masker(library)
    return whole._replace(
        judged=tuple(_row(row, mask) for row in whole.judged),
        dropped=tuple(_row(row, mask) for row in whole.dropped),
        skipped=tuple(row._replace(reason=mask(row.reason)) for row in whole.skipped),
        notes=tuple(map(mask, whole.notes)),
        failures=tuple(map(mask, whole.failures)),
        contact=mask(whole.contact),
    )


def line(text: str) -> str:
    """Do the same to the one line of a run that failed, whatever rules it has."""
    if not _MAYBE.search(text):
        return text
    try:
        from hookline import cache, rulebook
        from hookline.library import Library

        return _masker(Library([rulebook.builtin()], cache.directory()))(text)
    except Exception:  # what failed may be just this
        return _MIXED.sub(_roughly, text)


def _roughly(match: re.Match[str]) -> str:
    word = match.group()
    kinds = (str.isdigit, str.isupper, str.islower)
    mixed = all(sum(map(kind, word)) > 2 for kind in kinds)
    return MASK if mixed else word


def _texts(whole: Report) -> list[str]:
    rows = (*whole.judged, *whole.dropped)
    texts = [text for row in rows for text in (row.reason, *_of(row.finding))]
    texts += [row.reason for row in whole.skipped]
    return [*texts, *whole.notes, *whole.failures, whole.contact]


def _of(finding: Finding) -> tuple[str, str, str]:
    return finding.message, finding.author, finding.disproved


def _row(row: Judged, mask: Callable[[str], str]) -> Judged:
    message, author, disproved = map(mask, _of(row.finding))
    finding = row.finding._replace(message=message, author=author, disproved=disproved)
    return row._replace(finding=finding, reason=mask(row.reason))


def _masker(library: Library) -> Callable[[str], str]:
    from hookline import checks
    from hookline.engines import pattern

    engine: Any = checks.engine('pattern')
    spot = pattern.spotter(library.compiled('pattern', lambda: engine))
    known: dict[str, str] = {}

    def mask(text: str) -> str:
        if text not in known:
            known[text] = _masked(text, spot) if _MAYBE.search(text) else text
        return known[text]

    return mask


def _masked(text: str, spot: Callable[[bytes], list[tuple[int, int]]]) -> str:
    content = text.encode('utf-8', 'surrogatepass')
    parts: list[bytes] = []
    at = 0
    for start, end in spot(content):
        parts += (content[at:start], MASK.encode())
        at = end
    return b''.join((*parts, content[at:])).decode('utf-8', 'surrogatepass')
