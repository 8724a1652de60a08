"""Which findings a change brought, and which it only carries along.

Findings of the new and the replaced contents are matched as a multiset; the surplus is
new. Lines that the diff left alone are matched first, so that of equal findings the
one that stands on an added line is the surplus.
"""

from __future__ import annotations

from hookline.light import Callable, Hashable, Iterable, Mapping, NamedTuple, Sequence
from hookline.nouns import CONFIDENCES, SEVERITIES, Finding

UNPARSED = 'unparsed-'


class Base(NamedTuple):
    """A file as one parent commit has it, under its old name where it was renamed.

    What could not be analysed has no findings: then all of the new ones are reported.
    """

    content: bytes
    findings: Sequence[Finding]
    parent: int = 0  # which parent commit: 0 is HEAD, 1 is MERGE_HEAD


class Compared(NamedTuple):
    """A file of the change, and what it replaces. A deleted file has bases only."""

    content: bytes
    findings: Sequence[Finding]
    bases: Sequence[Base] = ()


class _New(NamedTuple):
    """A finding that no pass has matched so far."""

    file: int
    number: int  # its place in the findings of the file
    finding: Finding
    kept: bool = False  # its line stands in the base, without this finding


_Old = Sequence[Finding]


def surplus(files: Sequence[Compared]) -> list[Finding]:
    """Return the findings that are in no parent, in the order they came in.

    `files` are all files of one commit: a finding may have moved between them. Of a
    merge, what any parent has already is not the merge's doing.
    """
    known: set[tuple[int, int]] = set()
    for parent in sorted({base.parent for file in files for base in file.bases}):
        known |= _known(files, parent)
    return [
        _told(finding, file)
        for index, file in enumerate(files)
        for number, finding in enumerate(file.findings)
        if (index, number) not in known
    ]


def _told(finding: Finding, file: Compared) -> Finding:
    """Say of a flow between old lines which of its steps the change added."""
    if not finding.steps or not file.bases:
        return finding
    from hookline import alignment

    kept: set[int] = set()
    for base in file.bases:
        kept.update(alignment.of_contents(base.content, file.content))
    new = [step.place.line not in kept for step in finding.steps]
    if all(new) and finding.place.line not in kept:
        return finding
    steps = (
        step._replace(said=f'{step.said} (added)') if is_new else step
        for step, is_new in zip(finding.steps, new, strict=True)
    )
    return finding._replace(steps=tuple(steps))


def _known(files: Sequence[Compared], parent: int) -> set[tuple[int, int]]:
    """Return file and number of each finding that has its like in one parent."""
    everything: list[_New] = []
    pending: list[_New] = []
    leftover: list[Finding] = []
    for index, file in enumerate(files):
        new = [_New(index, *item) for item in enumerate(file.findings)]
        everything += new
        for base in file.bases:
            if base.parent == parent:
                new, old = _in_file(file, base, new)
                leftover += old
        pending += new
    # In another file the text alone says little, but for a secret, which is itself
    # wherever it stands.
    pending, leftover = _take(pending, leftover, _in_context)
    secrets = [finding for finding in leftover if finding.check == 'secrets']
    pending, _ = _take(pending, secrets, _anywhere)
    return _numbers(everything) - _numbers(pending)


def _numbers(items: Iterable[_New]) -> set[tuple[int, int]]:
    return {(item.file, item.number) for item in items}


def _in_file(
    file: Compared, base: Base, new: Sequence[_New]
) -> tuple[list[_New], list[Finding]]:
    """Return the findings of a file and of its base that have no like in the other."""
    pending = [item for item in new if not _unparsed_before(item.finding, base)]
    old = [finding for finding in base.findings if not _is_unparsed(finding)]
    if not pending or not old:
        return pending, old
    from hookline import alignment

    lines = alignment.of_contents(base.content, file.content)
    pending, old = _on_lines(pending, old, lines)
    # Of equal findings, those on lines that were there already are the old ones.
    pending.sort(key=lambda item: not item.kept)
    pending, old = _take(pending, old, _in_context)
    return _take(pending, old, _anywhere)


def _on_lines(
    new: Sequence[_New], old: _Old, lines: Mapping[int, int]
) -> tuple[list[_New], list[Finding]]:
    """Match findings that begin on the same line of both contents."""
    places: dict[Hashable, list[int]] = {}
    for number, finding in enumerate(old):
        places.setdefault((_anywhere(finding), finding.place.line), []).append(number)
    gone: set[int] = set()
    left: list[_New] = []
    for item in new:
        line = lines.get(item.finding.place.line)
        here = places.get((_anywhere(item.finding), line), []) if line else []
        if here:
            gone.add(here.pop(0))
        else:
            left.append(item._replace(kept=line is not None))
    return left, [finding for number, finding in enumerate(old) if number not in gone]


def _take(
    new: Sequence[_New], old: _Old, key: Callable[[Finding], Hashable]
) -> tuple[list[_New], list[Finding]]:
    """Match findings of equal key, as many as both sides have; return the rest."""
    places: dict[Hashable, list[int]] = {}
    for number, finding in enumerate(old):
        places.setdefault(key(finding), []).append(number)
    gone: set[int] = set()
    left: list[_New] = []
    for item in new:
        here = places.get(key(item.finding))
        # Code is judged with what stands around it: where the line was there and the
        # finding was not, something else in the change opened the hole.
        if here and not (item.kept and item.finding.check == 'code'):
            gone.add(here.pop(0))
        else:
            left.append(item)
    return left, [finding for number, finding in enumerate(old) if number not in gone]


def _anywhere(finding: Finding) -> Hashable:
    return finding.rule, finding.identity


def _in_context(finding: Finding) -> Hashable:
    return finding.rule, finding.identity, finding.context


def _is_unparsed(finding: Finding) -> bool:
    return finding.rule.startswith(UNPARSED)


def _unparsed_before(finding: Finding, base: Base) -> bool:
    """Say whether a file that cannot be read could not be read any better before."""
    return _is_unparsed(finding) and any(
        other.rule == finding.rule
        and SEVERITIES.index(other.severity) >= SEVERITIES.index(finding.severity)
        and CONFIDENCES.index(other.confidence) >= CONFIDENCES.index(finding.confidence)
        for other in base.findings
    )
