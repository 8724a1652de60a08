"""The nouns that every part of hookline speaks in; they know nothing of each other.

NamedTuples and not dataclasses: the commit path imports this module.
"""

from __future__ import annotations

from hookline.light import (
    Any,
    Callable,
    Iterable,
    Mapping,
    NamedTuple,
    Protocol,
    Sequence,
)

SEVERITIES = ('low', 'medium', 'high', 'critical')
CONFIDENCES = ('low', 'medium', 'high')
CHECKS = ('secrets', 'code', 'docker')
# How Match.disproved begins where nothing that a caller chose can arrive.
SAFE = 'proven safe'
# Names in a line that could have any number of them.
LISTED = 5

# What an engine needs of its rules, made once and kept in the cache: only what
# marshal can store (str, bytes, int, float, bool, None, tuple, list, dict).
Compiled = dict[str, Any]


class Failure(Exception):
    """hookline could not do its job; the message is the line that the user reads.

    Ends the run with status 2. Says what failed, which file or key it was, and what
    to do; never holds content of a scanned file.
    """


def listed(names: Sequence[str]) -> str:
    """Return the first names and how many more there are, for such a line."""
    more = f' and {len(names) - LISTED} more' if len(names) > LISTED else ''
    return ', '.join(names[:LISTED]) + more


class Parent(NamedTuple):
    """What a change replaces in one parent commit."""

    path: str  # the old name when the change is a rename
    blob: str  # object id
    number: int = 0  # of the parent commit: 0 is HEAD, 1 the first MERGE_HEAD
    member: str = ''  # of the archive that the blob is, where that is compared


class Change(NamedTuple):
    """One file as it will be stored."""

    path: str  # from the top, forward slashes; undecodable bytes as surrogates
    content: bytes  # the link text when kind is 'symlink'
    kind: str = 'file'  # 'file', 'symlink', or 'message': what a commit or a tag says
    blob: str = ''  # object id of the content; '' when it was not read from git
    parents: tuple[Parent, ...] = ()  # empty: nothing to compare with, all is new
    commit: str = ''  # object id, where a range or a history is read commit by commit


class Match(NamedTuple):
    """What an engine reports: byte offsets into a change's content, half-open."""

    rule: str  # rule id
    path: str
    start: int
    end: int
    # The secret inside, for masking; None when the match holds none.
    secret: tuple[int, int] | None = None
    # Says more than the rule's title (the image as resolved, say). Never a secret.
    message: str = ''
    # '' keeps what the rule says.
    severity: str = ''
    confidence: str = ''
    # Why it is none after all: its format proves that no issuer made it. '' is a match.
    disproved: str = ''
    told: bool = False  # disproved for whom asks why, and for no other engine
    # The way of what a caller chose to here: byte offsets, and what happens there.
    steps: tuple[tuple[int, int, str], ...] = ()


class Place(NamedTuple):
    """Lines and columns from 1; columns count characters; end_column is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Step(NamedTuple):
    """A place on the way of what a caller chose to where it does harm."""

    place: Place
    said: str  # what happens there; may hold names of the program


class Finding(NamedTuple):
    """A match with everything that is needed to judge and print it, and no secret."""

    rule: str
    check: str
    title: str
    severity: str
    confidence: str
    path: str
    place: Place
    message: str
    snippet: str  # the first line of the match, secrets masked, not escaped yet
    caret: tuple[int, int]  # columns in the snippet, from 0, half-open
    # Of the matched text, keyed for this run alone: equal text, equal identity.
    identity: bytes
    context: str  # the enclosing line (def, class, section), secrets masked
    fingerprint: str  # stable between runs and machines; no line number in it
    commit: str = ''  # that brought it, where a range or a history is read
    author: str = ''  # of that commit: 'Ann <ann@example.com>'
    date: str = ''  # of its author, ISO 8601
    disproved: str = ''  # see Match
    steps: tuple[Step, ...] = ()  # of a flow, the source first

    def origin(self) -> str:
        """Return which commit brought it, whose it is and of when, as one phrase."""
        name = self.author.partition(' <')[0] or self.author
        parts = (f'commit {self.commit[:12]}', name, self.date[:10])
        return ', '.join(part for part in parts if part) if self.commit else ''


class Judged(NamedTuple):
    """A finding, and what the policy makes of it."""

    finding: Finding
    action: str  # 'block', 'warn' or 'drop'
    reason: str  # why: "severity high, confidence high", "mode tests/**: warn", …


class Skipped(NamedTuple):
    """Something that was named and not analysed, and why that is right."""

    path: str
    reason: str


class CheckRun(NamedTuple):
    """What one check did."""

    name: str
    files: int  # that it took
    seconds: float


class Report(NamedTuple):
    """What a run read and found."""

    judged: tuple[Judged, ...]  # blocks and warnings, by path and place
    checks: tuple[CheckRun, ...]
    files: int
    lines: int
    commits: int  # 0 unless a range or a history was read
    seconds: float
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()  # a check that is not installed, stale baseline …
    dropped: tuple[Judged, ...] = ()  # by policy, baseline or an inline comment
    contact: str = ''
    root: str = ''  # the directory that the paths are relative to
    # What hookline could not do; any makes status 2, whatever else was found.
    failures: tuple[str, ...] = ()


class Document(NamedTuple):
    """A YAML file of the rules directory: its value, and where each key stands."""

    path: str
    value: Any
    lines: Mapping[str, int]  # dotted key ('allow.0.image') to line, from 1

    def wrong(self, key: str, expected: str) -> Failure:
        """Return the error about one key; the nearest known parent gives the line."""
        known = key
        while known and known not in self.lines:
            known = known.rpartition('.')[0]
        line = self.lines.get(known, 1)
        return Failure(f'{self.path}:{line}: {key}: {expected}')


class Example(NamedTuple):
    """A file that a rule must, or must not, find something in."""

    content: str  # templates not expanded, see examples.py
    path: str  # '' is the usual name of its engine's files


class Rule(NamedTuple):
    """One rule file."""

    id: str
    check: str  # by the folder that it lies in
    engine: str  # name of its engine block
    title: str
    severity: str
    confidence: str
    cwe: int
    why: str
    remedy: str
    references: tuple[str, ...]
    tags: tuple[str, ...]
    block: Mapping[str, Any]  # the engine block, untouched
    bad: tuple[Example, ...]  # examples that the rule must find
    good: tuple[Example, ...]  # examples that it must not
    document: Document  # the file, for errors with file and line
    # What its engine made of the block when hookline was built; see prepared.py.
    prepared: Any = None
    languages: tuple[str, ...] = ()  # of the files that a code rule looks at


class Run(NamedTuple):
    """What an engine may use of the run that it is part of."""

    cache: str  # private directory of the cache, or '' to go without
    jobs: int  # processes or threads that it may start
    deadline: float  # time.monotonic() after which it raises Failure
    pragmas: bool = True  # policy lets comments allow; a tool's own count then too
    disproved: bool = False  # yield what was disproved as well, and say so in it
    told: bool = False  # and what was graded as no secret
    # Those that slow engines try, where only some can matter; None for all.
    rules: frozenset[str] | None = None
    # What engines keep from one batch to the next, by their names, where many batches
    # hold much of the same; None where it would not pay.
    kept: dict[str, Any] | None = None


class Engine(Protocol):
    """A module of hookline.engines. No base class, no registration."""

    # File names and content decide; called for every change, so it must be cheap.
    def takes(self, change: Change) -> bool: ...

    # Runs when rules or images.yaml changed, and may import what it likes. `images`
    # holds the layers of images.yaml, later wins by key. Raises Failure by
    # document.wrong() for what the engine cannot use: nothing is dropped unsaid.
    def compile(
        self, rules: Sequence[Rule], images: Sequence[Document]
    ) -> Compiled: ...

    # Raises Failure unless every change that it was given was analysed, or is
    # reported as a Match of a rule `unparsed-…`.
    def find(
        self, changes: Sequence[Change], compiled: Compiled, run: Run
    ) -> Iterable[Match]: ...


Writer = Callable[[Report, Mapping[str, Rule]], str]
