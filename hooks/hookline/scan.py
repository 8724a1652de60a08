"""A run from what is read to what is reported.

Batches of changes go through the checks; what the replaced contents held already is
taken out; policy, inline comments and the baseline judge the rest.
"""

from __future__ import annotations

import os
import time

from hookline import checks, filenames, git, limits, lines, policy, rulebook, sources
from hookline.light import (
    TYPE_CHECKING,
    Any,
    Callable,
    Iterable,
    Mapping,
    NamedTuple,
    Sequence,
    signal,
)
from hookline.nouns import (
    Change,
    CheckRun,
    Failure,
    Finding,
    Judged,
    Match,
    Parent,
    Place,
    Report,
    Rule,
    Run,
    Skipped,
    listed,
)

if TYPE_CHECKING:
    from hookline import introduced
    from hookline.baseline import Baseline
    from hookline.library import Library
    from hookline.sources import Batch

MANY = 4  # portions: fewer are done before a second process would be
GRACE = 5.0  # seconds beyond the limit, in which an engine should end by itself


class Options(NamedTuple):
    """What a run is asked to do, beyond what it reads."""

    checks: tuple[str, ...]
    root: str  # what paths are relative to
    today: str  # ISO date
    jobs: int
    cache: str
    baseline: Baseline | None = None
    progress: Callable[[int, int], None] | None = None
    verbose: bool = False  # what its format disproves is reported as dropped


class _Tally:
    """What was made of the batches that one process has read, or of all."""

    def __init__(self, names: Sequence[str]) -> None:
        self.files = self.lines = self.commits = 0
        self.taken = dict.fromkeys(names, 0)
        self.seconds = dict.fromkeys(names, 0.0)
        self.skipped: dict[Skipped, None] = {}
        self.failures: dict[str, None] = {}
        self.notes: dict[str, None] = {}
        self.judged: list[Judged] = []

    def batch(self, batch: Batch) -> None:
        self.files += sum(change.kind != 'message' for change in batch.changes)
        self.lines += sum(lines.count(change.content) for change in batch.changes)
        self.commits += batch.commits
        self.skipped.update(dict.fromkeys(batch.skipped))
        self.failures.update(dict.fromkeys(batch.failures))

    def results(self, results: Sequence[checks.Result]) -> None:
        taken: dict[str, int] = {}
        seconds: dict[str, float] = {}
        for result in results:
            name = result.check
            taken[name] = max(taken.get(name, 0), result.taken)
            seconds[name] = max(seconds.get(name, 0.0), result.seconds)
            if result.failure:
                self.failures[result.failure] = None
        for name in taken:
            self.taken[name] += taken[name]
            self.seconds[name] += seconds[name]

    def plain(self) -> tuple[Any, ...]:
        """Return what add() takes, as what marshal can store; of secrets alone."""
        rows = [(row.finding, *row[1:]) for row in self.judged]
        at = Finding._fields.index('place')
        return (
            (self.files, self.lines, self.commits),
            (self.taken, self.seconds),
            [tuple(item) for item in self.skipped],
            (list(self.failures), list(self.notes)),
            [((*f[:at], tuple(f[at]), *f[at + 1 :]), *rest) for f, *rest in rows],
        )

    def add(self, plain: tuple[Any, ...]) -> None:
        counts, (taken, seconds), skipped, (failures, notes), judged = plain
        self.files += counts[0]
        self.lines += counts[1]
        self.commits += counts[2]
        for name in taken:
            self.taken[name] += taken[name]
            self.seconds[name] += seconds[name]
        self.skipped.update((Skipped(*item), None) for item in skipped)
        self.failures.update(dict.fromkeys(failures))
        self.notes.update(dict.fromkeys(notes))
        for row, *rest in judged:
            finding = Finding(*row)
            finding = finding._replace(place=Place(*finding.place))
            self.judged.append(Judged(finding, *rest))

    def report(self, options: Options, library: Library, start: float) -> Report:
        policies = library.policy()
        notes = dict.fromkeys(policy.ended(policies, options.today))
        self.judged.sort(
            key=lambda row: (row.finding.path, row.finding.place, row.finding.rule)
        )
        judged = signed(self.judged)
        return Report(
            judged=tuple(row for row in judged if row.action != 'drop'),
            checks=tuple(
                CheckRun(name, self.taken[name], self.seconds[name])
                for name in options.checks
            ),
            files=self.files,
            lines=self.lines,
            commits=self.commits,
            seconds=time.perf_counter() - start,
            skipped=tuple(self.skipped),
            notes=(*notes, *(note for note in self.notes if note not in notes)),
            dropped=tuple(row for row in judged if row.action == 'drop'),
            contact=str(policies.get('contact', '')),
            root=options.root,
            failures=tuple(self.failures),
        )


def run(batches: Iterable[Batch], options: Options, library: Library) -> Report:
    """Scan and judge. A part that failed is in Report.failures, never left out."""
    start = time.perf_counter()
    tally = _Tally(options.checks)
    _scan(batches, options, library, tally)
    return tally.report(options, library, start)


def spread(
    portions: Iterable[sources.Portion], options: Options, library: Library
) -> Report:
    """Do what run() does; many portions are read, scanned and judged on every core."""
    from hookline import shares

    start = time.perf_counter()
    tally = _Tally(options.checks)
    waiting: list[sources.Portion] = []
    try:
        # The names of files, and no content of them yet.
        for portion in portions:
            waiting.append(portion)
    except Failure as failure:
        tally.failures[str(failure)] = None
    if options.jobs < 2 or len(waiting) < MANY or not shares.POSSIBLE:
        for portion in waiting:
            _scan(portion.batches, options, library, tally)
        return tally.report(options, library, start)
    size = len(waiting) // shares.QUEUE + 1
    alone = options._replace(jobs=1, progress=None)
    # What the first loads and compiles, the processes have when they are forked.
    judge = Judge(alone, library)
    _scan(waiting[0].batches, alone, library, tally, judge)

    def numbers(task: int) -> Iterable[int]:
        return range(1 + task * size, min(1 + (task + 1) * size, count))

    def work(tasks: Iterable[int]) -> list[tuple[int, Any]]:
        found = []
        for task in tasks:
            for number in numbers(task):
                own = _Tally(options.checks)
                _scan(waiting[number].batches, alone, library, own, judge)
                found.append((number, own.plain()))
        return found

    def told(done: int) -> None:
        if options.progress:
            files = sources.PORTION * size
            options.progress(done * files, count * sources.PORTION)

    count = len(waiting)
    crew = shares.crew(options.jobs, (count - 2) // size + 1, work, told)
    for _, plain in sorted((row for own in crew.results for row in own), key=_first):
        tally.add(plain)
    if crew.failure:
        undone = [number for task in crew.undone for number in numbers(task)]
        names = [name for number in undone for name in waiting[number].names]
        unread = _unread(names, alone, library)
        tally.failures[f'{crew.failure}; it did not look at {unread}'] = None
    return tally.report(options, library, start)


def _unread(names: Iterable[str], options: Options, library: Library) -> str:
    """Return names of files that nothing looked at, less secrets that stand in them."""
    changes = [Change(name.replace(os.sep, '/'), b'') for name in names]
    within = Run(options.cache, 1, time.monotonic() + limits.seconds())
    named = filenames.search(changes, (), library, within)
    return listed([change.path for change in filenames.renamed(changes, named)])


def _first(row: tuple[int, Any]) -> int:
    return row[0]


def _scan(
    batches: Iterable[Batch],
    options: Options,
    library: Library,
    tally: _Tally,
    judge: Judge | None = None,
) -> None:
    seconds = limits.seconds()
    judged = tally.judged
    try:
        for batch in batches:
            watch(seconds + GRACE)
            deadline = time.monotonic() + seconds
            pragmas = library.policy()['inline'][0]
            within = Run(
                *(options.cache, options.jobs, deadline, pragmas),
                disproved=True,
                told=options.verbose,
            )
            files = [change for change in batch.changes if change.kind != 'message']
            named = filenames.search(files, batch.skipped, library, within)
            if named:
                judge = judge or Judge(options, library)
                if 'secrets' in batch.checks:
                    judged += judge.names(batch.changes, named)
                batch = _masked(batch, named)
            tally.batch(batch)
            if not batch.changes:
                continue
            results = checks.find(batch.changes, batch.checks, library, within)
            tally.results(results)
            contents = {change.path: change.content for change in batch.changes}
            matches = checks.merged(results, contents, library)
            if not options.verbose:
                matches = [match for match in matches if not match.disproved]
            if matches:
                judge = judge or Judge(options, library)
                found = judge.of(batch.changes, matches)
                every = [finding for own in found.values() for finding in own]
                new = _introduced(batch, found, judge, within)
                rows = judge.findings(batch.changes, new, tally.notes)
                rows = judge.less_baseline(rows, every)
                judged += judge.less_listed(rows, contents, within)
            if options.progress:
                options.progress(tally.files, batch.total)
    except Failure as failure:
        tally.failures[str(failure)] = None
    finally:
        watch(0)


def signed(judged: Sequence[Judged]) -> list[Judged]:
    """Return the rows with the author and date of the commits that brought them."""
    commits = {row.finding.commit for row in judged} - {''}
    if not commits:
        return list(judged)
    known = git.origins(commits)
    return [
        row._replace(
            finding=row.finding._replace(**known[row.finding.commit]._asdict())
        )
        if row.finding.commit
        else row
        for row in judged
    ]


def _masked(batch: Batch, named: Mapping[str, filenames.Named]) -> Batch:
    return batch._replace(
        changes=filenames.renamed(batch.changes, named),
        skipped=tuple(
            item._replace(path=named[item.path].masked) if item.path in named else item
            for item in batch.skipped
        ),
    )


def watch(seconds: float) -> None:
    """Raise Failure in this thread after so many seconds, 0 for never.

    The engines look at the clock themselves; this is for one that does not come to it.
    A search of the regex module looks for signals as well.
    """
    if not hasattr(signal, 'setitimer'):
        return
    try:
        signal.signal(signal.SIGALRM, _out_of_time)
    except ValueError:  # in another thread than the main one
        return
    signal.setitimer(signal.ITIMER_REAL, seconds)


def _out_of_time(number: int, frame: object) -> None:
    raise Failure('the scan was not done in time; HOOKLINE_TIMEOUT gives it more')


class Judge:
    """What is needed once something was found; a clean run never makes one."""

    def __init__(self, options: Options, library: Library) -> None:
        from hookline import findings
        from hookline.engines import pattern

        self.options = options
        self.library = library
        self.rules = library.rules()
        self.policy = library.policy()
        # What comes in with an image is answered for by name and for a time.
        self.strict = {
            rule.id for rule in self.rules.values() if rule.engine in ('image', 'add')
        }
        self.key = findings.run_key()
        self.salt = options.baseline.salt if options.baseline else b''
        compiled = library.compiled('pattern', lambda: checks.engine('pattern'))
        self.spot = pattern.spotter(compiled)

    def of(
        self, changes: Sequence[Change], matches: Sequence[Match]
    ) -> dict[str, list[Finding]]:
        """Return the findings of each change that has some, by path."""
        from hookline import findings

        by_path: dict[str, list[Match]] = {}
        for match in matches:
            by_path.setdefault(match.path, []).append(match)
        return {
            change.path: findings.of_change(
                change,
                by_path[change.path],
                self.spot(change.content),
                self.rules,
                self.key,
                self.salt,
            )
            for change in changes
            if change.path in by_path
        }

    def names(
        self, changes: Sequence[Change], named: Mapping[str, filenames.Named]
    ) -> list[Judged]:
        """Judge the secrets that stand in names; no comment can allow one there."""
        from hookline import findings

        judged: list[Judged] = []
        for change in changes:
            if change.path not in named:
                continue
            masked, matches = named[change.path]
            new = [match for match in matches if filenames.introduced(change, match)]
            text = change._replace(path=masked, content=os.fsencode(change.path))
            spans = [match.secret for match in matches if match.secret]
            rows = findings.of_change(text, new, spans, self.rules, self.key, self.salt)
            judged += [
                policy.judge(
                    row, self.policy, self.rules[row.rule].tags, self.options.today
                )
                for row in rows
            ]
        return judged

    def findings(
        self,
        changes: Sequence[Change],
        found: Sequence[Finding],
        notes: dict[str, None],
    ) -> list[Judged]:
        """Judge findings by policy, then by the comments in their files."""
        from hookline import inline

        contents = {change.path: change.content for change in changes}
        rows = [
            policy.judge(
                finding,
                self.policy,
                self.rules[finding.rule].tags,
                self.options.today,
                self.languages(finding, contents[finding.path]),
            )
            for finding in found
        ]
        by_path: dict[str, list[Judged]] = {}
        for row in rows:
            by_path.setdefault(row.finding.path, []).append(row)
        judged: list[Judged] = []
        for path, own in by_path.items():
            content = contents[path]
            judged += inline.apply(
                own, content, self.policy, self.options.today, self.strict
            )
            notes.update(dict.fromkeys(inline.unknown(path, content, self.rules)))
        return judged

    def languages(self, finding: Finding, content: bytes) -> Sequence[str]:
        """Return the languages that policy may judge a finding by."""
        from hookline import languages

        known = self.rules[finding.rule].languages
        own = languages.language(finding.path, content)
        return (own,) if own in known else known

    def less_baseline(
        self, rows: Sequence[Judged], every: Sequence[Finding]
    ) -> list[Judged]:
        """Drop what the baseline accepts; `every` finding of these files counts.

        Those that the change only carries along use up their entries first, so that
        an accepted finding made once more is not accepted.
        """
        from hookline import baseline

        accepted = self.options.baseline
        if accepted is None or not accepted.entries:
            return list(rows)
        open_rows = {id(row.finding) for row in rows if row.action != 'drop'}
        carried = [f for f in every if id(f) not in {id(row.finding) for row in rows}]
        new = [row.finding for row in rows if id(row.finding) in open_rows]
        kept = {id(f) for f in baseline.apply([*carried, *new], accepted)[0]}
        return [
            row
            if row.action == 'drop' or id(row.finding) in kept
            else Judged(row.finding, 'drop', f'accepted in {baseline.PATH}')
            for row in rows
        ]

    def less_listed(
        self, rows: Sequence[Judged], contents: Mapping[str, bytes], within: Run
    ) -> list[Judged]:
        """Drop what detect-secrets' baseline lists for the file it is found in."""
        listed = self.options.baseline.listed if self.options.baseline else {}
        by_path: dict[str, list[Finding]] = {}
        for row in rows:
            path = row.finding.path
            baseline = os.path.basename(path) == rulebook.LISTED
            if row.action != 'drop' and (baseline or path in listed):
                by_path.setdefault(path, []).append(row.finding)
        if not by_path:
            return list(rows)
        from hookline import foreignbaseline
        from hookline.engines import detect_secrets

        compiled = self.library.compiled(
            'detect-secrets', lambda: checks.engine('detect-secrets')
        )
        dropped: dict[int, str] = {}
        for path, found in by_path.items():
            content = contents[path]
            if path in listed:
                values = detect_secrets.values(Change(path, content), compiled, within)
                own = foreignbaseline.accepted(found, content, listed[path], values)
                reason = f'accepted in {rulebook.LISTED}'
            else:
                own = foreignbaseline.own_digests(found, content)
                reason = 'a digest, as detect-secrets lists them'
            dropped.update(dict.fromkeys(own, reason))
        return [
            Judged(row.finding, 'drop', dropped[id(row.finding)])
            if id(row.finding) in dropped
            else row
            for row in rows
        ]


def _introduced(
    batch: Batch, new: Mapping[str, Sequence[Finding]], judge: Judge, limits: Run
) -> list[Finding]:
    """Return the findings that the replaced contents did not have."""
    from hookline import introduced

    alone = not batch.gone and not batch.beside
    if alone and not any(change.parents for change in batch.changes):
        return [finding for found in new.values() for finding in found]
    with_findings = [change for change in batch.changes if change.path in new]
    wanted = _comparable([f for found in new.values() for f in found], judge.rules)
    bases = _Bases(batch.checks, judge, limits._replace(told=False, rules=wanted))
    compared = bases.compared(with_findings, new)
    surplus = introduced.surplus(compared)
    others = [change for change in batch.changes if change.path not in new]
    if surplus and (others or batch.gone or batch.beside):
        # What is new here may have moved from a file that has none any more, or from
        # one that another process was given. In the order of paths, so that all of
        # them agree on which of equal findings is the new one.
        beside = git.changes(batch.beside)
        gone = [
            Change(parent.path, b'', parents=(parent,))
            for parent in dict.fromkeys(batch.gone)
        ]
        every = {**bases.findings(beside), **new}
        changes = sorted([*batch.changes, *beside], key=lambda change: change.path)
        own = {id(finding) for found in new.values() for finding in found}
        surplus = [
            finding
            for finding in introduced.surplus(bases.compared([*changes, *gone], every))
            if id(finding) in own
        ]
    return surplus


def _comparable(
    found: Iterable[Finding], rules: Mapping[str, Rule]
) -> frozenset[str] | None:
    """Return the rules whose findings can be compared with those, None for all.

    A rule takes the place of another for one weakness, so they go by weakness.
    """
    kinds = [rules[finding.rule] for finding in found]
    if any(rule.engine == 'unparsed' for rule in kinds):
        return None
    weaknesses = {rule.cwe for rule in kinds}
    return frozenset(id_ for id_, rule in rules.items() if rule.cwe in weaknesses)


class _Bases:
    """The replaced contents, scanned as their successors were."""

    def __init__(self, names: Sequence[str], judge: Judge, limits: Run) -> None:
        self.names = names
        self.judge = judge
        self.limits = limits

    def findings(self, changes: Sequence[Change]) -> dict[str, list[Finding]]:
        """Return the findings of changes that are only compared with."""
        if not changes:
            return {}
        library = self.judge.library
        results = checks.find(changes, self.names, library, self.limits)
        held = {change.path: change.content for change in changes}
        merged = checks.merged(results, held, library)
        matches = [match for match in merged if not match.disproved]
        return self.judge.of(changes, matches) if matches else {}

    def compared(
        self, changes: Sequence[Change], new: Mapping[str, Sequence[Finding]]
    ) -> list[introduced.Compared]:
        from hookline import introduced

        contents = _replaced([p for change in changes for p in change.parents])
        found: dict[Parent, list[Finding]] = {}
        for number in {p.number for change in changes for p in change.parents}:
            parents = [
                parent
                for change in changes
                for parent in change.parents
                if parent.number == number
            ]
            found.update(self._scan(parents, contents))
        return [
            introduced.Compared(
                change.content,
                new.get(change.path, ()),
                tuple(
                    introduced.Base(contents[parent], found[parent], parent.number)
                    for parent in change.parents
                ),
            )
            for change in changes
        ]

    def _scan(
        self, parents: Sequence[Parent], contents: Mapping[Parent, bytes]
    ) -> dict[Parent, list[Finding]]:
        # One path may be the source of several copies: it is scanned once.
        by_path = {parent.path: parent for parent in parents}
        changes = [
            Change(parent.path, contents[parent], blob=parent.blob)
            for parent in by_path.values()
        ]
        # A base that an engine could not read has no findings: all of it is new.
        found = self.findings(changes)
        return {parent: found.get(parent.path, []) for parent in parents}


def _replaced(parents: Sequence[Parent]) -> dict[Parent, bytes]:
    """Return what parents held, of archives the member that is asked for."""
    blobs = git.blobs(parent.blob for parent in parents)
    found = {parent: blobs[parent.blob] for parent in parents}
    packed: dict[str, list[Parent]] = {}
    for parent in found:
        if parent.member or sources.may_be_packed(Change('', found[parent])):
            packed.setdefault(parent.blob, []).append(parent)
    for blob, own in packed.items():
        from hookline import archives

        inside = f'{archives.SEPARATOR}{own[0].member}' if own[0].member else ''
        path = own[0].path.removesuffix(inside)
        held = archives.some(path, blobs[blob], {parent.member for parent in own})
        for parent in own:
            # Not there before: all of it is new.
            found[parent] = held.get(parent.member, b'')
    return found


def cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
