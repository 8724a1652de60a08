"""What happens with a finding: block, warn or drop, always with a reason.

How policy.yaml is read and its layers are merged stands in policyfile.py, which a
commit imports only when a rules directory has changed.
"""

from __future__ import annotations

from hookline import globs
from hookline.light import Iterator, Mapping, Sequence
from hookline.nouns import CONFIDENCES, SEVERITIES, Compiled, Document, Finding, Judged

MODES = ('off', 'warn', 'block')  # from the loosest to the strictest


def compile(
    documents: Sequence[Document],
    ids: Mapping[str, tuple[str, Sequence[str], Sequence[str]]],
) -> Compiled:
    """Merge the layers of policy.yaml; `ids` has what each rule may be called by.

    Raises Failure, with file and line, for what cannot be meant.
    """
    from hookline import policyfile

    return policyfile.compile(documents, ids)


def excluded(path: str, compiled: Compiled, today: str = '') -> str:
    """Return why policy leaves `path` unread, or ''."""
    for patterns, reason, expires in compiled['exclude']:
        if _matching(path, patterns) and not _over(expires, today):
            return str(reason)
    return ''


def off(compiled: Compiled) -> frozenset[str]:
    """Return the rules that are off wherever they look, so that none runs them."""
    return frozenset(compiled['off'])


def judge(
    finding: Finding,
    compiled: Compiled,
    tags: Sequence[str] = (),
    today: str = '',
    languages: Sequence[str] = (),
) -> Judged:
    """Say what becomes of a finding; tags and languages are those of its rule.

    Of a rule for several languages, `languages` is that of the file alone.
    """
    if finding.disproved:
        return Judged(finding, 'drop', finding.disproved)
    mode, source = _mode(finding, compiled, (tags, languages), today)
    if mode == 'off':
        return Judged(finding, 'drop', source)
    if mode == 'warn':
        return Judged(finding, 'warn', source)
    severity, confidence = compiled['block_at']
    for name, found, least, scale in (
        ('severity', finding.severity, severity, SEVERITIES),
        ('confidence', finding.confidence, confidence, CONFIDENCES),
    ):
        if scale.index(found) < scale.index(least):
            return Judged(finding, 'warn', f'{name} {found}, blocks from {least}')
    reason = f'severity {finding.severity}, confidence {finding.confidence}'
    return Judged(finding, 'block', reason)


def ended(compiled: Compiled, today: str = '') -> Iterator[str]:
    """Yield a note for each entry of `paths` and `exclude` whose end date is over."""
    for patterns, _, expires in compiled['exclude']:
        if _over(expires, today):
            yield f'policy: exclude {patterns[0][0]} ended on {expires}'
    for patterns, _, _, expires in compiled['paths']:
        if _over(expires, today):
            yield f'policy: paths {patterns[0][0]} ended on {expires}'


def named(
    modes: Mapping[str, str],
    rule: str,
    tags: Sequence[str],
    check: str,
    languages: Sequence[str] = (),
) -> tuple[str, str] | None:
    """Return a rule's mode and the name that gave it.

    Its own beats that of a tag, a tag's that of a language, and that its check's. Of
    several tags or languages the strictest counts.
    """
    if rule in modes:
        return modes[rule], rule
    for names in (tags, languages):
        found = [(modes[name], name) for name in names if name in modes]
        if found:
            return max(found, key=lambda item: MODES.index(item[0]))
    if check in modes:
        return modes[check], check
    return None


def revives(found: tuple[str, str] | None, rule: str, modes: Mapping[str, str]) -> bool:
    """Say whether a mode of some paths counts for a rule.

    One that is off by its own name comes back where it is named, and not with all else
    of its check.
    """
    return found is not None and (modes.get(rule) != 'off' or found[1] == rule)


def _mode(
    finding: Finding,
    compiled: Compiled,
    groups: tuple[Sequence[str], Sequence[str]],
    today: str,
) -> tuple[str, str]:
    """Return the mode in force and where it stands; the last path that says so wins."""
    tags, languages = groups
    for patterns, modes, reason, expires in reversed(compiled['paths']):
        found = named(modes, finding.rule, tags, finding.check, languages)
        counts = revives(found, finding.rule, compiled['mode'])
        glob = _matching(finding.path, patterns) if counts else ''
        if found and glob and not _over(expires, today):
            return found[0], f'{glob}: {found[1]}: {found[0]} ({reason})'
    found = named(compiled['mode'], finding.rule, tags, finding.check, languages)
    if found:
        return found[0], f'mode {found[1]}: {found[0]}'
    return 'block', 'no mode is set'


def _matching(path: str, patterns: Sequence[tuple[str, globs.Glob]]) -> str:
    for text, glob in patterns:
        if globs.matches(path, glob):
            return text
    return ''


def _over(expires: str, today: str) -> bool:
    """Say whether a last day is past; ISO dates compare as text."""
    if not expires:
        return False
    if not today:
        import time

        today = time.strftime('%Y-%m-%d')
    return expires < today
