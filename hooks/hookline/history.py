"""A scan of all that a repository ever held.

Each object that a ref, a HEAD or a stash reaches is read once; each finding is told
where it first came: the oldest commit that has it, and its path there. Contents stay in
the processes that scan them; what comes back holds no secret.
"""

from __future__ import annotations

import os
import re
import time
from array import array
from binascii import hexlify, unhexlify
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import compress, count
from typing import TYPE_CHECKING, Any, NamedTuple

from hookline import (
    baseline,
    checks,
    filenames,
    git,
    limits,
    lines,
    scan,
    shares,
    sources,
)
from hookline.nouns import (
    Change,
    CheckRun,
    Failure,
    Finding,
    Judged,
    Match,
    Place,
    Report,
    Run,
    Skipped,
    listed,
)

if TYPE_CHECKING:
    from hookline.library import Library
    from hookline.sources import Excluded

CHECK = 'secrets'
# Objects that a process takes at a time, and how much of their content it holds.
TASK = 250
HELD_BYTES = 4 << 20
MAX_BYTES = 64 << 20
KNOWN_BYTES = 16 << 20
# Fewer objects are done before a second process would be.
SHARED = 400
SUBMODULE = git.SUBMODULE.encode()
FILE, LINK, SAID = range(3)
# By mode; what commits and tags say has none.
KINDS = {b'120000': LINK, b'': SAID}
# What prints is a, NUL is itself, all else is b; and text in UTF-16 and UTF-32 so.
_KINDS = bytes(0 if not n else 97 if 32 <= n < 127 else 98 for n in range(256))
_WIDE = (b'a\0' * 8, b'a\0\0\0' * 8)
# From the loosest to the strictest.
ACTIONS = ('drop', 'warn', 'block')


class Index:
    """Every object to read, and where it first came; numbers instead of names."""

    def __init__(
        self, commits: Sequence[str], excluded: Excluded, below: Sequence[str]
    ) -> None:
        self.commits = commits  # oldest first
        self.excluded = excluded
        self.below = below
        self.rows: dict[bytes, int] = {}  # by object id
        self.paths: list[str] = []
        self.since = array('l')  # by path: the first commit that has it
        self.numbers: dict[bytes, int] = {}  # of paths
        self.commit = array('l')  # by row; -1: no commit has it
        self.path = array('l')
        self.kinds = bytearray()  # FILE, LINK or SAID, by row
        self.more: dict[int, list[int]] = {}  # other paths of a row
        self.skipped: dict[Skipped, None] = {}
        self._unread: dict[int, bool] = {}

    def add(self, commit: int, mode: bytes, blob: bytes, path: bytes) -> None:
        number = self.numbers.get(path)
        if number is None:
            number = self.numbers[path] = len(self.paths)
            self.paths.append(os.fsdecode(path))
            self.since.append(commit)
            self._unread[number] = self._is_unread(self.paths[number])
        if self._unread[number]:
            return
        if mode == SUBMODULE:
            self.skipped[Skipped(self.paths[number], sources.SUBMODULE)] = None
            return
        object_id = unhexlify(blob)
        row = self.rows.setdefault(object_id, len(self.rows))
        if row == len(self.commit):
            self.commit.append(commit)
            self.path.append(number)
            self.kinds.append(KINDS.get(mode, FILE))
        elif self.path[row] != number:
            others = self.more.setdefault(row, [])
            if number not in others:
                others.append(number)

    def _is_unread(self, path: str) -> bool:
        if self.below and not sources.is_below(path, self.below):
            return True
        reason = self.excluded(path)
        if reason:
            self.skipped[Skipped(path, reason)] = None
        return bool(reason)


class Kept(NamedTuple):
    """One finding over all versions of its file."""

    first: int  # commit
    finding: Finding  # as it first came
    last: int  # the newest commit that brings a version with it
    action: str  # as that version is judged
    reason: str
    fingerprints: frozenset[str]  # of all versions: a baseline may know any of them


# Rule, identity and path, and which of several equal ones in the file.
Key = tuple[str, bytes, str, int]


def index(excluded: Excluded, below: Sequence[str]) -> Index:
    found = Index(git.every_commit(), excluded, below)
    for number, mode, blob, path in git.touched(found.commits):
        found.add(number, mode, blob, path)
    for ref in git.refs():
        # Few have any: a tag may name a blob or a tree that no commit has.
        if ref.kind == 'blob':
            name = os.fsencode(ref.name)
            found.add(-1, b'100644', ref.object.encode(), name)
        elif ref.kind == 'tree':
            for entries in git.differences(ref.object, ()).values():
                entry = entries[0]
                name = os.fsencode(f'{ref.name}/{entry.path}')
                found.add(-1, entry.mode.encode(), entry.blob.encode(), name)
        elif ref.kind == 'tag':
            name = os.fsencode(f'{ref.name}/{sources.MESSAGE}')
            found.add(-1, b'', ref.object.encode(), name)
    for number, commit in enumerate(found.commits):
        object_id = commit.encode()
        found.add(number, b'', object_id, object_id + f'/{sources.MESSAGE}'.encode())
    return found


def run(
    options: scan.Options,
    library: Library,
    excluded: Excluded,
    below: Sequence[str] = (),
) -> Report:
    """Scan and judge; what could not be read is in Report.failures.

    What the other checks find is a matter of what is there now: they read HEAD.
    """
    others = tuple(name for name in options.checks if name != CHECK)
    reports = []
    if CHECK in options.checks:
        reports.append(_secrets(options, library, excluded, below))
    if others:
        batches = sources.head(others, excluded, below)
        reports.append(scan.run(batches, options._replace(checks=others), library))
    return _together(reports)


def _together(reports: Sequence[Report]) -> Report:
    first, *rest = reports
    for other in rest:
        judged = [*first.judged, *other.judged]
        judged.sort(key=lambda row: (row.finding.path, row.finding.place))
        first = first._replace(
            judged=tuple(judged),
            checks=first.checks + other.checks,
            seconds=first.seconds + other.seconds,
            skipped=tuple(dict.fromkeys(first.skipped + other.skipped)),
            notes=tuple(dict.fromkeys(first.notes + other.notes)),
            dropped=first.dropped + other.dropped,
            failures=tuple(dict.fromkeys(first.failures + other.failures)),
        )
    return first


def _secrets(
    options: scan.Options, library: Library, excluded: Excluded, below: Sequence[str]
) -> Report:
    start = time.perf_counter()
    failures: dict[str, None] = {}
    if git.is_shallow():
        failures[
            'git: history is cut off in this shallow clone; git fetch --unshallow'
        ] = None
    found = index(excluded, below)
    judge = scan.Judge(options, library)
    named = _named(found, judge, options, library)
    order = sorted(range(len(found.path)), key=lambda row: (found.path[row], row))
    size = max(TASK, len(order) // shares.QUEUE + 1)
    tasks = [order[at : at + size] for at in range(0, len(order), size)]
    crew = _Crew(found, judge, options, library, tasks, excluded)
    parts = crew.work(failures)
    kept: dict[Key, Kept] = {}
    for part in parts:
        for key, one in part.kept.items():
            keep(kept, key, one)
        failures.update(dict.fromkeys(part.failures))
        found.skipped.update(dict.fromkeys(part.skipped))
    judged = [*named, *_judged(kept, found, options.baseline)]
    seconds = time.perf_counter() - start
    judged.sort(key=lambda row: (row.finding.path, row.finding.place, row.finding.rule))
    judged = scan.signed(judged)
    files = sum(part.files for part in parts)
    return Report(
        judged=tuple(row for row in judged if row.action != 'drop'),
        checks=(CheckRun(CHECK, files, seconds),),
        files=files,
        lines=sum(part.lines for part in parts),
        commits=len(found.commits),
        seconds=seconds,
        skipped=tuple(found.skipped),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
        dropped=tuple(row for row in judged if row.action == 'drop'),
        contact=str(library.policy().get('contact', '')),
        root=options.root,
        failures=tuple(failures),
    )


def _named(
    found: Index, judge: scan.Judge, options: scan.Options, library: Library
) -> list[Judged]:
    """Judge the secrets in names of files, and mask these names from now on."""
    changes = [
        Change(path, b'', commit=_commit(found, found.since[number]))
        for number, path in enumerate(found.paths)
        if not _is_message(path, _commit(found, found.since[number]))
    ]
    within = Run(options.cache, 1, time.monotonic() + limits.seconds())
    named = filenames.search(changes, tuple(found.skipped), library, within)
    for number, path in enumerate(found.paths):
        if path in named:
            found.paths[number] = named[path].masked
    return judge.names(changes, named)


def _is_message(path: str, commit: str) -> bool:
    return bool(commit) and path == f'{commit}/{sources.MESSAGE}'


def _commit(found: Index, number: int) -> str:
    return found.commits[number] if number >= 0 else ''


class Part(NamedTuple):
    """What one process found in its share."""

    kept: dict[Key, Kept]
    files: int
    lines: int
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]
    failures: tuple[str, ...]


class _Crew:
    """The processes that scan, and what each of them needs."""

    def __init__(
        self,
        found: Index,
        judge: scan.Judge,
        options: scan.Options,
        library: Library,
        tasks: Sequence[Sequence[int]],
        excluded: Excluded,
    ) -> None:
        self.found = found
        self.ids = list(found.rows)
        self.judge = judge
        self.options = options
        self.library = library
        self.tasks = tasks
        times = Counter(found.path)
        # The paths that more than one content had.
        self.several = {found.paths[path] for path in times if times[path] > 1}
        self.excluded = excluded

    def work(self, failures: dict[str, None]) -> list[Part]:
        total = len(self.ids)

        def told(done: int) -> None:
            if self.options.progress:
                self.options.progress(min(done * len(self.tasks[0]), total), total)

        if self.options.jobs < 2 or total < SHARED or not shares.POSSIBLE:
            return [_unpacked(_Share(self).of(_counted(len(self.tasks), told)))]
        crew = shares.crew(
            self.options.jobs,
            len(self.tasks),
            lambda numbers: _Share(self).of(numbers),
            told,
        )
        if crew.failure:
            rows = [row for task in crew.undone for row in self.tasks[task]]
            names = dict.fromkeys(
                self.found.paths[self.found.path[row]] for row in rows
            )
            unread = f'{crew.failure}; it did not look at {listed(list(names))}'
            failures[unread] = None
        return [_unpacked(row) for row in crew.results]


def _counted(total: int, progress: Callable[[int], None]) -> Iterator[int]:
    for number in range(total):
        yield number
        progress(number + 1)


class _Share:
    """One process at work."""

    def __init__(self, crew: _Crew) -> None:
        self.crew = crew
        self.kept: dict[Key, Kept] = {}
        self.files = self.lines = 0
        self.skipped: dict[Skipped, None] = {}
        self.notes: dict[str, None] = {}
        self.failures: dict[str, None] = {}
        self.missing: list[str] = []
        self.kept_by_engines: dict[str, Any] = {}
        # Paragraphs of the path that is being read in which nothing was found.
        self.path = ''
        self.known: set[bytes] = set()
        self.weight = 0

    def of(self, tasks: Iterable[int]) -> tuple[Any, ...]:
        """Scan the tasks; return a Part as marshal can store it."""
        reader = git.Objects()
        try:
            for task in tasks:
                for held in self._read(reader, self.crew.tasks[task]):
                    self._scan(held)
        except Failure as failure:
            self.failures[str(failure)] = None
        finally:
            scan.watch(0)
            reader.close()
        if self.missing:
            self.failures[f'git: {listed(self.missing)}: {git.MISSING}'] = None
        return _packed(self)

    def _read(
        self, reader: git.Objects, rows: Sequence[int]
    ) -> Iterator[list[tuple[int, Change]]]:
        """Yield the contents of rows, as many at a time as may be held."""
        ids = [hexlify(self.crew.ids[row]).decode() for row in rows]
        held: list[tuple[int, Change]] = []
        weight = 0
        for row, (size, content) in zip(rows, reader.read(ids, MAX_BYTES), strict=True):
            if size < 0:
                self.missing.append(f'{self._path(row)} ({self._since(row)})')
                continue
            if size > MAX_BYTES:
                self.failures[
                    f'{self._path(row)}: {size >> 20} MiB in {self._since(row)}, over '
                    f'the limit of {MAX_BYTES >> 20} MiB; exclude it in policy.yaml '
                    'with a reason'
                ] = None
                continue
            for change in self._opened(self._change(row, content)):
                held.append((row, change))
                weight += len(change.content)
                if weight > HELD_BYTES:
                    yield held
                    held, weight = [], 0
        if held:
            yield held

    def _opened(self, change: Change) -> Iterator[Change]:
        """Yield a file, and what is packed in it."""
        if not sources.may_be_packed(change):
            yield change
            return
        for found in sources.unpacked(change, self.crew.found.excluded):
            if isinstance(found, Change):
                yield found
            elif isinstance(found, Skipped):
                self.skipped[found] = None
            else:
                self.failures[found] = None

    def _path(self, row: int) -> str:
        return self.crew.found.paths[self.crew.found.path[row]]

    def _graded(self, row: int, change: Change) -> str:
        """Return the path that a content is graded by: one that is no test's."""
        paths = self.crew.found.paths
        own = self._path(row)
        others = self.crew.found.more.get(row)
        if not others or change.path != own:
            return change.path
        from hookline.scoring import TEST_PATH

        every = (own, *(paths[number] for number in others))
        return next((path for path in every if not re.search(TEST_PATH, path)), own)

    def _others(self, row: int, change: Change) -> Sequence[int]:
        """Return the other paths of a content, by number; none of what is packed."""
        if change.path != self._path(row):
            return ()
        return self.crew.found.more.get(row, ())

    def _also(self, others: Sequence[int]) -> str:
        """Return under which other paths the same content stands or stood."""
        paths = [self.crew.found.paths[number] for number in others]
        return f'also as {listed(paths)}' if paths else ''

    def _since(self, row: int) -> str:
        commit = _commit(self.crew.found, self.crew.found.commit[row])
        return f'commit {commit[:12]}' if commit else 'no commit'

    def _scan(self, held: Sequence[tuple[int, Change]]) -> None:
        """Scan what these files have that older versions of them had not."""
        self.files += sum(change.kind != 'message' for _, change in held)
        self.lines += sum(lines.count(change.content) for _, change in held)
        some = []
        for row, change in held:
            if news := self._news(change):
                some.append((row, change._replace(content=news)))
        found = {some[number][1].path for number in self._matches(some)}
        if not found:
            return
        # Where something was found, every version is read whole.
        self.known.clear()
        again = [item for item in held if item[1].path in found]
        for number, matches in self._matches(again).items():
            self._keep(*again[number], matches)

    def _change(self, row: int, content: bytes) -> Change:
        found = self.crew.found
        kind = found.kinds[row]
        return Change(
            self._path(row),
            git.message(content) if kind == SAID else content,
            kind=('file', 'symlink', 'message')[kind],
            commit=_commit(found, found.commit[row]),
        )

    def _news(self, change: Change) -> bytes:
        """Return the paragraphs of a content that were not read of its path before.

        With those next to them: what a rule matches may go over an empty line.
        """
        if change.path not in self.crew.several:
            return change.content
        if change.path != self.path or self.weight > KNOWN_BYTES:
            self.path, self.weight = change.path, 0
            self.known.clear()
        between = _between(change.content)
        if not between:
            return change.content
        known = self.known
        every = change.content.split(between)
        fresh = set(every) - known
        first = not known
        known |= fresh
        self.weight += len(change.content) if first else sum(map(len, fresh))
        if first or not fresh:
            return change.content if first else b''
        numbers = [*compress(count(), map(fresh.__contains__, every))]
        near = {*numbers, *(n + 1 for n in numbers), *(n - 1 for n in numbers)}
        # The head of a file tells what it is, such as INI.
        near |= {0, 1}
        last = len(every)
        return between.join([every[n] for n in sorted(near) if 0 <= n < last])

    def _matches(self, items: Sequence[tuple[int, Change]]) -> dict[int, list[Match]]:
        """Return what the check finds, by place in `items`."""
        if not items:
            return {}
        seconds = limits.seconds()
        scan.watch(seconds + scan.GRACE)
        deadline = time.monotonic() + seconds
        within = Run(
            self.crew.options.cache,
            1,
            deadline,
            pragmas=self.crew.library.policy()['inline'][0],
            disproved=True,
            kept=self.kept_by_engines,
        )
        # One file of many versions: each has a name of its own while it is read.
        named = [
            change._replace(path=f'{number}/{self._graded(row, change)}')
            for number, (row, change) in enumerate(items)
        ]
        results = checks.find(named, (CHECK,), self.crew.library, within)
        self.failures.update(dict.fromkeys(r.failure for r in results if r.failure))
        held = {change.path: change.content for change in named}
        found: dict[int, list[Match]] = {}
        for match in checks.merged(results, held, self.crew.library):
            if self.crew.options.verbose or not match.disproved:
                number = int(match.path.partition('/')[0])
                found.setdefault(number, []).append(match)
        return found

    def _keep(self, row: int, change: Change, matches: Sequence[Match]) -> None:
        judge = self.crew.judge
        own = [match._replace(path=change.path) for match in matches]
        findings = judge.of([change], own).get(change.path, [])
        judged = judge.findings([change], findings, self.notes)
        for number in self._others(row, change):
            # It is one content under several paths: the strictest of them counts.
            path = self.crew.found.paths[number]
            same = [finding._replace(path=path) for finding in findings]
            again = judge.findings([change._replace(path=path)], same, {})
            judged = [
                max(a, b._replace(finding=a.finding), key=_strictness)
                for a, b in zip(judged, again, strict=True)
            ]
        also = self._also(self._others(row, change))
        commit = self.crew.found.commit[row]
        times: dict[Key, int] = {}
        for item in judged:
            finding = item.finding
            if also:
                said = f'{finding.message}; {also}' if finding.message else also
                finding = finding._replace(message=said)
            key = (finding.rule, finding.identity, finding.path, 0)
            times[key] = times.get(key, -1) + 1
            key = (*key[:3], times[key])
            prints = frozenset((finding.fingerprint,))
            one = Kept(commit, finding, commit, item.action, item.reason, prints)
            keep(self.kept, key, one)


def _strictness(row: Judged) -> int:
    return ACTIONS.index(row.action)


def keep(kept: dict[Key, Kept], key: Key, one: Kept) -> None:
    """Add a finding: told where it came first, judged as it is last."""
    other = kept.get(key)
    if other is not None:
        first = min(one, other, key=lambda item: item.first)
        last = max(one, other, key=lambda item: item.last)
        one = last._replace(
            first=first.first,
            finding=first.finding,
            fingerprints=one.fingerprints | other.fingerprints,
        )
    kept[key] = one


def _between(content: bytes) -> bytes:
    """Return what stands between the paragraphs, b'' where there are none to tell."""
    if b'\0' not in content:
        return b'\n\n'
    # Texts in a binary end in NUL; in UTF-16 each character would be one.
    kinds = content.translate(_KINDS)
    return b'' if any(wide in kinds for wide in _WIDE) else b'\0'


def _packed(share: _Share) -> tuple[Any, ...]:
    rows = [
        (key, one.first, _plain(one.finding), *one[2:])
        for key, one in share.kept.items()
    ]
    skipped = [tuple(item) for item in share.skipped]
    counts = share.files, share.lines
    return rows, *counts, skipped, tuple(share.notes), tuple(share.failures)


def _plain(finding: Finding) -> tuple[Any, ...]:
    return tuple(finding._replace(place=tuple(finding.place)))  # type: ignore[arg-type]


def _unpacked(row: tuple[Any, ...]) -> Part:
    rows, files, lines, skipped, notes, failures = row
    kept = {}
    for key, first, plain, *rest in rows:
        finding = Finding(*plain)
        finding = finding._replace(place=Place(*finding.place))
        kept[key] = Kept(first, finding, *rest)
    return Part(
        kept, files, lines, tuple(Skipped(*x) for x in skipped), notes, failures
    )


def _judged(
    kept: Mapping[Key, Kept], found: Index, accepted: baseline.Baseline | None
) -> list[Judged]:
    """Return what came first of each finding, less what the baseline accepts."""
    entries = accepted.entries if accepted else ()
    left = {entry.fingerprint: entry.count for entry in entries}
    judged = []
    for one in sorted(kept.values(), key=lambda one: (one.first, one.finding.place)):
        row = Judged(one.finding, one.action, one.reason)
        known = [name for name in one.fingerprints if left.get(name, 0) > 0]
        if known and row.action != 'drop':
            left[known[0]] -= 1
            row = Judged(row.finding, 'drop', f'accepted in {baseline.PATH}')
        judged.append(row)
    return judged
