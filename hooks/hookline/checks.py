"""A check is a named set of engines. Runs them side by side over the same changes."""

from __future__ import annotations

import _thread
import sys
import time

from hookline.library import Library
from hookline.light import (
    TYPE_CHECKING,
    Any,
    Iterable,
    Mapping,
    NamedTuple,
    Sequence,
    cast,
)
from hookline.nouns import (
    CONFIDENCES,
    SAFE,
    Change,
    Compiled,
    Engine,
    Failure,
    Match,
    Run,
    listed,
)

if TYPE_CHECKING:
    from hookline import remembered, shares
    from hookline.spans import Span

# By rule block; the order says whose match stays where two report the same thing.
ENGINES: Mapping[str, tuple[str, ...]] = {
    'secrets': ('pattern', 'detect-secrets'),
    'code': ('semgrep', 'bandit'),
    'docker': ('image', 'add', 'hadolint'),
}
# Those that work in this process, and so on one core of it.
INSIDE = ('pattern', 'detect-secrets')
# Those that wait for a program.
OUTSIDE = ('semgrep', 'bandit', 'hadolint')
# Less than this is done before a second process would be.
SHARED_BYTES = 4 << 20
# What the extra `code` brings; the other engines come with hookline itself.
EXTRA = ('semgrep', 'bandit')
# Slow enough that an answer is kept. Of secrets nothing is: see cache.py.
REMEMBERED = ('semgrep', 'bandit')


# Which rules they run, by block; a file that cannot be parsed is for all to say.
READS = {'semgrep': ('semgrep', 'flow', 'unparsed'), 'bandit': ('bandit', 'unparsed')}

# Seconds that engines have to remove their copies once their programs were ended.
GRACE = 5.0


class Result(NamedTuple):
    """What one engine answered."""

    check: str
    engine: str
    taken: int  # changes that it read
    seconds: float
    matches: tuple[Match, ...]
    failure: str  # '' unless it could not do its job


def engine(name: str) -> Engine:
    module = f'hookline.engines.{name.replace("-", "_")}'
    __import__(module)  # importlib would be one more to import
    return cast(Engine, sys.modules[module])


def preload() -> None:
    """Import what the secrets check will need, while something else is waited for."""
    from hookline import databases

    try:
        databases.extension()
    except ImportError:
        # The engine says it better, and only if there is something to scan.
        return


def warm(library: Library) -> None:
    """Load what the secrets check scans with, while git reads the contents."""
    try:
        for name in ENGINES['secrets']:
            _load(name, library)
    except (Failure, ImportError):
        # The check itself says it, and hides no finding of others for it.
        return


def _load(name: str, library: Library) -> None:
    module = engine(name)
    cast(Any, module).load(library.compiled(name, lambda: module))


def missing(check: str) -> tuple[str, ...]:
    """Return the engines of a check that are not installed."""
    if check != 'code':
        return ()
    return tuple(name for name in EXTRA if not cast(Any, engine(name)).available())


def find(
    changes: Sequence[Change], checks: Iterable[str], library: Library, run: Run
) -> list[Result]:
    """Run every engine of `checks` that takes one of the changes.

    A Failure of one engine is kept in its result, so that it hides no finding of the
    others.
    """
    jobs = []
    for check in checks:
        for name in ENGINES[check]:
            module = engine(name)
            taken = [change for change in changes if module.takes(change)]
            jobs.append(_Job(check, name, module, taken, library, run))
    waiting = [job for job in jobs if job.taken]
    # Compiled here and not in the threads: the library is not made for several.
    for job in waiting:
        job.prepare()
    inside = [job for job in waiting if job.result.engine in INSIDE]
    helpers = _helpers(inside, changes, run) if inside else []
    # What waits for a program does so in a thread, and begins first.
    beside = [job for job in waiting if job.taken and job.result.engine in OUTSIDE]
    if len(beside) == len(waiting):
        beside = beside[1:]
    try:
        for job in beside:
            job.start()
        for job in waiting:
            if job not in beside:
                job.work()
        for helper in helpers:
            for job, row in zip(inside, helper.answer(len(inside)), strict=True):
                job.add(row)
        for job in beside:
            job.wait()
    except BaseException:
        # An interrupt: the others end with their programs, and remove their copies.
        if programs := sys.modules.get('hookline.programs'):
            programs.stop()
        for helper in helpers:
            helper.worker.end()
        for job in beside:
            job.wait(GRACE)
        raise
    return [job.result for job in jobs]


def _helpers(
    jobs: Sequence[_Job], changes: Sequence[Change], run: Run
) -> list[_Helper]:
    """Give shares of many changes to other processes; return what waits for them.

    To be called while there is one thread: a forked process has no other.
    """
    if run.jobs < 2 or sum(len(change.content) for change in changes) < SHARED_BYTES:
        return []
    from functools import partial

    from hookline import shares

    mine, *others = shares.split(changes, run.jobs)
    helpers = [
        _Helper(shares.start(partial(_rows, jobs, share)), share) for share in others
    ]
    for job in jobs:
        job.take(mine)
    return helpers


class _Helper(NamedTuple):
    """A process, and what it works on."""

    worker: shares.Worker
    share: Sequence[Change]

    def answer(self, jobs: int) -> Sequence[tuple[Any, ...]]:
        """Return what it found; of one that died, that it looked at nothing."""
        try:
            return cast('list[tuple[Any, ...]]', self.worker())
        except Failure as failure:
            names = listed([change.path for change in self.share])
            return [((), f'{failure}; it did not look at {names}')] * jobs


def _rows(jobs: Sequence[_Job], share: Sequence[Change]) -> list[tuple[Any, ...]]:
    return [job.rows(share) for job in jobs]


class _Job:
    """One engine at work in a thread."""

    def __init__(
        self,
        check: str,
        name: str,
        module: Engine,
        taken: list[Change],
        library: Library,
        run: Run,
    ) -> None:
        self.module = module
        self.taken = taken
        self.library = library
        self.run = run
        # Held while it works in a thread. threading itself takes a millisecond.
        self.busy = _thread.allocate_lock()
        self.result = Result(check, name, len(taken), 0.0, (), '')
        self.compiled: Compiled = {}
        self.memory: remembered.Memory | None = None

    def prepare(self) -> None:
        name = self.result.engine
        try:
            if name in missing(self.result.check):
                # The engine itself says which line installs it.
                return
            if name in REMEMBERED:
                if not self._wanted():
                    self.taken = []
                elif self.run.cache:
                    self._remember(name)
            if self.taken:
                self.compiled = self.library.compiled(name, lambda: self.module)
        except Failure as failure:
            self.result = self.result._replace(failure=str(failure))
        except Exception as error:
            self._surprised(error)

    def take(self, share: Sequence[Change]) -> None:
        """Leave to others what is not in `share`."""
        own = {id(change) for change in share}
        self.taken = [change for change in self.taken if id(change) in own]

    def rows(self, share: Sequence[Change]) -> tuple[Any, ...]:
        """Work on a share; return what add() takes, as what marshal can store."""
        self.take(share)
        self.work()
        return tuple(tuple(m) for m in self.result.matches), self.result.failure

    def add(self, row: tuple[Any, ...]) -> None:
        matches, failure = row
        self.result = self.result._replace(
            matches=(*self.result.matches, *(Match(*match) for match in matches)),
            failure=self.result.failure or failure,
        )

    def _wanted(self) -> bool:
        """Say whether a rule of this engine is among those that are asked for."""
        wanted = self.run.rules
        if wanted is None:
            return True
        rules = self.library.rules()
        theirs = {rules[rule].engine for rule in wanted}
        return not theirs.isdisjoint(READS.get(self.result.engine, ()))

    def _remember(self, name: str) -> None:
        from hookline import remembered

        module = cast('remembered.Remembering', self.module)
        rules = self.library.digest(name, lambda: self.module)
        self.memory = remembered.recall(
            *(self.run.cache, module, name, rules, self.taken, _scopes(self.run))
        )
        self.taken = self.memory.asked

    def work(self) -> None:
        try:
            if not self.result.failure:
                self._find()
        finally:
            if self.busy.locked():
                self.busy.release()

    def start(self) -> None:
        """Work in a thread, which has its turn at once."""
        self.busy.acquire()
        _thread.start_new_thread(self.work, ())
        time.sleep(0)

    def wait(self, seconds: float = -1) -> None:
        """Wait until it is done with its work in a thread."""
        if self.busy.acquire(timeout=seconds):
            self.busy.release()

    def _find(self) -> None:
        start = time.perf_counter()
        try:
            matches: tuple[Match, ...] = ()
            if self.taken:
                matches = tuple(self.module.find(self.taken, self.compiled, self.run))
            if self.memory is not None:
                from hookline import remembered

                module = cast('remembered.Remembering', self.module)
                remembered.keep(self.run.cache, module, self.memory, matches)
                matches = self.memory.found + matches
            self.result = self.result._replace(matches=matches)
        except Failure as failure:
            self.result = self.result._replace(failure=self._said(str(failure)))
        except Exception as error:
            # A surprise in one engine hides no finding of the others.
            self._surprised(error)
        self.result = self.result._replace(seconds=time.perf_counter() - start)

    def _surprised(self, error: Exception) -> None:
        from hookline.report.escape import surprise

        said = f'{self.result.engine}: {surprise(error)}'
        self.result = self.result._replace(failure=self._said(said))

    def _said(self, failure: str) -> str:
        """Return the failure and which files it left unread."""
        names = listed([change.path for change in self.taken])
        return f'{failure}; {self.result.engine} did not look at {names}'


def _scopes(run: Run) -> Sequence[str]:
    """Return what may have been asked before to answer what this run asks."""
    if run.told:
        return ('told',)
    return ('',) if run.rules is None else ('', '\0'.join(sorted(run.rules)))


def merged(
    results: Sequence[Result], contents: Mapping[str, bytes], library: Library
) -> list[Match]:
    """Return the matches of all engines, each weakness once."""
    matches: list[Match] = []
    if not any(result.matches for result in results):
        return matches
    from hookline import spans

    secrets: dict[str, list[tuple[int, int]]] = {}
    for check in dict.fromkeys(result.check for result in results):
        own = [result for result in results if result.check == check]
        if check == 'secrets':
            matches += _one_a_secret(own)
            for match in matches:
                if match.secret and not match.disproved:
                    secrets.setdefault(match.path, []).append(match.secret)
        elif check == 'code':
            found = _one_a_line(_unparsed(own, library), contents, library)
            # The secrets check says the same of a password, and more of a token.
            known = {path: spans.merged(own) for path, own in secrets.items()}
            matches += [m for m in found if not _overlaps(m, known.get(m.path, ()))]
        else:
            matches += [match for result in own for match in result.matches]
    return matches


def _one_a_secret(results: Sequence[Result]) -> list[Match]:
    """Drop what overlaps a match of an engine that comes before, or is more certain.

    What one engine disproved is a credential to none of the others either.
    """
    from hookline import spans

    kept: dict[str, list[Span]] = {}
    matches: list[Match] = []
    for result in results:
        mine: dict[str, list[tuple[int, int]]] = {}
        for match in result.matches:
            if _overlaps(match, kept.get(match.path, ())):
                continue
            matches.append(match)
            if not match.told:
                span = match.secret or (match.start, match.end)
                mine.setdefault(match.path, []).append(span)
        for path, found in mine.items():
            kept[path] = spans.merged([*kept.get(path, ()), *found])
    return [m for m in matches if not (m.told and _overlaps(m, kept.get(m.path, ())))]


def _overlaps(match: Match, known: Sequence[Span]) -> bool:
    """Say whether the secret of a match is in merged spans; no secret never is."""
    from hookline import spans

    return match.secret is not None and spans.overlaps(known, *match.secret)


def _unparsed(results: Sequence[Result], library: Library) -> list[Match]:
    """Grade files that could not be read: only one that no engine read blocks."""
    rules = library.rules()
    blind: dict[tuple[str, str], list[Match]] = {}
    matches: list[Match] = []
    for result in results:
        for match in result.matches:
            if rules[match.rule].engine == 'unparsed':
                blind.setdefault((match.path, match.rule), []).append(match)
            else:
                matches.append(match)
    for (_, rule), rows in blind.items():
        least = min(rows, key=lambda m: CONFIDENCES.index(m.confidence or 'high'))
        readers = 2 if rule == 'unparsed-python' else 1
        if len(rows) < readers:
            least = least._replace(confidence='low')
        matches.append(least)
    return matches


def _one_a_line(
    matches: Sequence[Match], contents: Mapping[str, bytes], library: Library
) -> list[Match]:
    """Drop bandit's match where a rule of ours names the same weakness in its line.

    Or where the flow engine has proven that weakness impossible there; of what it has
    proven so, matches of our patterns go as well.
    """
    rules = library.rules()

    def place(match: Match) -> tuple[str, int, int]:
        line_start = contents[match.path].rfind(b'\n', 0, match.start)
        return match.path, rules[match.rule].cwe, line_start

    def span(match: Match) -> tuple[str, int, int, int]:
        return match.path, rules[match.rule].cwe, match.start, match.end

    safe = [match for match in matches if match.disproved.startswith(SAFE)]
    proven = {span(match) for match in safe}
    ours = {
        place(match)
        for match in matches
        if rules[match.rule].engine != 'bandit' and not match.disproved
    }
    ours.update(place(match) for match in safe)

    def stands(match: Match) -> bool:
        engine = rules[match.rule].engine
        if engine == 'bandit':
            return place(match) not in ours
        return engine != 'semgrep' or span(match) not in proven

    return [match for match in matches if stands(match)]
