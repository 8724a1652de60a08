"""detect-secrets' plugins and filters, at a hundredth of their time.

Importing detect-secrets costs as much as a dozen starts of Python, and one file in a
hundred holds something that it reports. So what it looks for is taken out of it when
rules are compiled: regexes by plugin and file type, limits, alphabets. At commit time a
hyperscan database made from these says which lines may hold something, and there the
regexes and the conditions of its filters run as they run in detect-secrets; a test
compares the two. A plugin with code beyond that (JwtTokenDetector) is asked, about such
lines only, in a worker process that ends at its deadline.

What they report is then graded as our own rules' matches are: find() yields what is
left of that, candidates() everything.

Never verify(), which reaches for the network, and never the YAML and INI readers, which
a hostile file can stall (see _quoted). `pragma: allowlist secret` is not obeyed either:
suppressing is hookline's policy.
"""

from __future__ import annotations

import marshal
import os
import sys

from hookline import lazyre as re
from hookline.light import (
    TYPE_CHECKING,
    Any,
    Callable,
    Iterable,
    Iterator,
    NamedTuple,
    Sequence,
    cast,
)
from hookline.nouns import Change, Compiled, Document, Failure, Match, Rule, Run

if TYPE_CHECKING:
    from hookline import scoring
    from hookline.databases import Database

# KeywordDetector reads a file by what its name ends in; each family is a bit.
CODE, GO, C, CPP, YAML, CONFIG, OTHER = (1 << bit for bit in range(7))
ALL = (1 << 7) - 1
EXTENSIONS = {
    CODE: ('.cls', '.example', '.java', '.js', '.php', '.py', '.pyi', '.swift', '.tf'),
    GO: ('.go',),
    C: ('.m', '.cs', '.c'),
    CPP: ('.cpp',),
    YAML: ('.eyaml', '.yaml', '.yml'),
    CONFIG: ('.cnf', '.conf', '.cfg', '.cf', '.ini', '.properties', '.toml'),
    OTHER: ('',),
}
_FAMILY = {name: family for family, names in EXTENSIONS.items() for name in names}
# Where detect-secrets puts quotes around values before it looks at them.
_SETTINGS = YAML | CONFIG | OTHER

# Its file filters, https://github.com/Yelp/detect-secrets/blob/master/docs/filters.md
_NOT_TEXT = """
.7z .bin .bmp .bz2 .class .css .dmg .doc .eot .exe .gif .gz .ico .iml .ipr .iws .jar
.jpg .jpeg .lock .map .mo .pdf .png .prefs .psd .rar .realm .s7z .sum .svg .tar .tif
.tiff .ttf .webp .woff .xls .xlsx .zip
"""
_LOCK_FILES = """
Brewfile.lock.json Cartfile.resolved composer.lock Gemfile.lock Package.resolved
package-lock.json Podfile.lock yarn.lock Pipfile.lock poetry.lock Cargo.lock
packages.lock.json
"""
NOT_TEXT = frozenset(_NOT_TEXT.split())
LOCK_FILES = frozenset(_LOCK_FILES.split())
# A filter drops values without a letter, so this plugin would never report a thing.
LETTERLESS = frozenset({'IPPublicDetector'})

# Texts of a file that are remembered.
ALIKE = 256
# How often the same value is told in one file.
REPEATED = 1000
# A line of up to two cells is tried whole; of a longer one, windows of three cells.
CELL = 8192
# Of lines in which nothing was found, how many bytes are kept at a time.
KNOWN_BYTES = 16 << 20
KEYWORD_CELL = 2048
# What stands around a value and is told to scoring.
AROUND = 160

# Values that hookline.scoring grades, by what it calls their kind.
SCORES = {
    'Base64HighEntropyString': 'entropy',
    'BasicAuthDetector': 'credential',
    'HexHighEntropyString': 'entropy',
    'KeywordDetector': 'password',
}
# Formats that prove themselves; a rule of ours takes those that do not.
CHECKSUMS = {
    'DiscordBotTokenDetector': 'discord-token',
    'GitHubTokenDetector': 'github-crc32',
    'JwtTokenDetector': 'jwt',
    'NpmDetector': 'npm-crc32',
    'PypiTokenDetector': 'pypi-macaroon',
}

BASE32 = b'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

# What is decided by regexes alone, what by Shannon's entropy, and what the plugin adds
# code of its own to.
REGEX, KEYWORD, ENTROPY, CODED = 'regex', 'keyword', 'entropy', 'coded'

WORKER = 'from hookline.engines.detect_secrets_worker import main; main()'


class Pattern(NamedTuple):
    """One regex of a plugin, as text: it is compiled when a line is to be tried."""

    regex: str
    flags: int
    group: int  # that holds the value; -1 for all, as findall() has it
    families: int


class Detector(NamedTuple):
    """One rule as the cache keeps it; a tuple of what marshal can store."""

    rule: str
    plugin: str
    kind: str
    patterns: tuple[Pattern, ...]
    limit: float
    charset: str
    module: str  # that defines the plugin


class Expression(NamedTuple):
    """What a hit of the database means."""

    detector: int
    families: int  # of files whose lines are tried as they are
    quoted: int  # of files whose lines are tried with their value quoted


class Piece(NamedTuple):
    """A line or a window of one, as a plugin gets it."""

    path: str
    text: str
    start: int  # of the line in what was read
    raw: str  # the line without quotes put around its value
    codec: str
    content: bytes  # that the line is of


class Candidate(NamedTuple):
    """What a plugin reports, or will when it is asked; offsets in what was read."""

    detector: int
    piece: Piece
    value: str
    start: int
    end: int
    secret: tuple[int, int]


# With the number of its change, and what maps its offsets to the change's content.
Placed = tuple[int, Candidate, Callable[[int], int]]


class Detectors(dict[int, Detector]):
    """Detectors by number, each unpacked when it is first asked for."""

    def __init__(self, packed: Sequence[bytes]) -> None:
        super().__init__()
        self.packed = packed

    def __missing__(self, number: int) -> Detector:
        row = marshal.loads(self.packed[number])
        patterns = tuple(Pattern(*each) for each in row[3])
        self[number] = found = Detector._make((*row[:3], patterns, *row[4:]))
        return found


class Search(NamedTuple):
    """Databases, and what their hits mean."""

    databases: list[tuple[Database, tuple[int, ...]]]
    expressions: tuple[Expression, ...]


class Loaded(NamedTuple):
    """What is searched for in one call."""

    searches: tuple[Search, ...]  # in every file, and in settings
    detectors: Detectors
    nothing: Nothing | None = None


# A match and the value in it, each from and to.
Spans = tuple[int, int, int, int]
# A detector, whether the value is quoted, the file's family and reader, the text.
Line = tuple[int, bool, int, int, bytes]


class Nothing:
    """What a plugin found nothing in, read as files of one kind are."""

    def __init__(self) -> None:
        self.lines: set[Line] = set()
        self.weight = 0

    def add(self, line: Line) -> None:
        self.weight += len(line[-1]) + 160
        if self.weight > KNOWN_BYTES:
            self.lines.clear()
            self.weight = 0
        self.lines.add(line)


def takes(change: Change) -> bool:
    """Take what detect-secrets' file filters leave."""
    name = os.path.basename(change.path)
    return (
        bool(change.content)
        and os.path.splitext(name)[1] not in NOT_TEXT
        and name not in LOCK_FILES
        and 'swagger' not in change.path
    )


# Compiling


def prepare(rule: Rule) -> tuple[tuple[Any, ...], tuple[tuple[bytes, int, int], ...]]:
    """Take a plugin's regexes out of detect-secrets; say where to look."""
    detector = _detector(rule)
    try:
        found = tuple(_expressions(detector))
    except ValueError as error:
        raise rule.document.wrong(
            'detect-secrets.plugin', f'no prefilter for {detector.plugin}: {error}'
        ) from None
    patterns = tuple(tuple(pattern) for pattern in detector.patterns)
    return (*detector[:3], patterns, *detector[4:]), found


def compile(rules: Sequence[Rule], images: Sequence[Document]) -> Compiled:
    """Return what the plugins of `rules` look for, with the prefilter's databases."""
    from hookline import databases

    rows = [rule.prepared or prepare(rule) for rule in rules]
    made: dict[str, Any] = {'detectors': tuple(marshal.dumps(row[0]) for row in rows)}
    for name, forms in searched(rows).items():
        meant = [
            (number, families, quoted)
            for number, row in enumerate(rows)
            for _, families, quoted in row[1]
            if _database(families) == name
        ]

        def wrong(
            number: int, reason: str, meant: Sequence[tuple[int, ...]] = meant
        ) -> Failure:
            document = rules[meant[number][0]].document
            return document.wrong('detect-secrets.plugin', reason)

        key = 'databases' if name == 'detect-secrets' else name
        made[key] = databases.compile(name, forms, False, wrong)
        made[f'in-{key}'] = tuple(meant)
    return made


def searched(rows: Sequence[Any]) -> dict[str, list[bytes]]:
    """Return what hyperscan looks for, for what prepare() returned, by database."""
    found: dict[str, list[bytes]] = {'detect-secrets': [], 'settings': []}
    for _, forms in rows:
        for form, families, _ in forms:
            found[_database(families)].append(form)
    return found


def regexes(rows: Sequence[Any]) -> Iterator[tuple[str, int]]:
    """Yield the regexes that a run compiles, of what prepare() returned."""
    for row, _ in rows:
        for pattern in Detector._make(row).patterns:
            yield Pattern(*pattern).regex, int(Pattern(*pattern).flags)


def _database(families: int) -> str:
    """Return where an expression goes: what only settings can hold has its own."""
    return 'detect-secrets' if families else 'settings'


def plugins() -> dict[str, Any]:
    """Return detect-secrets' plugin classes by name."""
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class

    known: Any = get_mapping_from_secret_type_to_class()
    return {plugin.__name__: plugin for plugin in known.values()}


def _detector(rule: Rule) -> Detector:
    from detect_secrets.plugins.base import RegexBasedDetector
    from detect_secrets.plugins.high_entropy_strings import HighEntropyStringsPlugin
    from detect_secrets.plugins.keyword import KeywordDetector

    known: dict[str, Any] = plugins()
    name = str(rule.block.get('plugin'))
    if name not in known:
        raise rule.document.wrong(
            'detect-secrets.plugin', f'expected one of {", ".join(sorted(known))}'
        )
    by_entropy = issubclass(known[name], HighEntropyStringsPlugin)
    for key in rule.block:
        if key not in ('plugin', 'limit') or (key == 'limit' and not by_entropy):
            raise rule.document.wrong(f'detect-secrets.{key}', f'{name} has no such')
    made: Any = known[name]()
    limit, charset = 0.0, ''
    patterns: tuple[Pattern, ...]
    if by_entropy:
        kind, charset = ENTROPY, made.charset
        limit = _limit(rule, made.entropy_limit, len(charset))
        patterns = (Pattern(made.regex.pattern, made.regex.flags, 2, ALL),)
    elif isinstance(made, KeywordDetector):
        kind, patterns = KEYWORD, tuple(_keyword_patterns())
    elif isinstance(made, RegexBasedDetector):
        alone = type(made).analyze_string is RegexBasedDetector.analyze_string
        kind = REGEX if alone else CODED
        patterns = tuple(
            Pattern(one.pattern, one.flags, -1, ALL) for one in made.denylist
        )
    else:
        raise rule.document.wrong('detect-secrets.plugin', f'{name} is not understood')
    module = known[name].__module__
    return Detector(rule.id, name, kind, patterns, limit, charset, module)


def _limit(rule: Rule, usual: float, alphabet: int) -> float:
    limit = rule.block.get('limit', usual)
    if isinstance(limit, bool) or not isinstance(limit, int | float):
        raise rule.document.wrong('detect-secrets.limit', 'expected bits per character')
    if not 0 <= limit <= 8 or 2**limit >= alphabet:
        raise rule.document.wrong(
            'detect-secrets.limit', f'no string of {alphabet} characters reaches it'
        )
    return float(limit)


def _keyword_patterns() -> Iterator[Pattern]:
    from detect_secrets.plugins import keyword
    from detect_secrets.util.filetype import determine_file_type

    families: dict[tuple[str, int, int], int] = {}
    for family, names in EXTENSIONS.items():
        chosen = keyword.REGEX_BY_FILETYPE.get(
            determine_file_type('name' + names[0]),
            keyword.QUOTES_REQUIRED_DENYLIST_REGEX_TO_GROUP,
        )
        for pattern, group in chosen.items():
            key = (pattern.pattern, pattern.flags, group)
            families[key] = families.get(key, 0) | family
    for (regex, flags, group), used in families.items():
        yield Pattern(regex, flags, group, used)


def _expressions(detector: Detector) -> Iterator[tuple[bytes, int, int]]:
    from hookline import prefilters

    if detector.kind == ENTROPY:
        # n different characters have log2(n) bits at most.
        least = int(2**detector.limit) + 1
        members = prefilters.one_of(detector.charset)
        # In a settings file the backslash before a quote within counts as well.
        yield b'[\'"]%s{%d,}[\'"]' % (members, least - 1), ALL, _SETTINGS
        # Behind a sign, a tag or an anchor, or on the line after its key.
        start = rb'[:=\n][ \t]*(?:[&!][^\s]*[ \t]+)*'
        yield start + b'%s{%d}' % (members, least), 0, _SETTINGS
        return
    if detector.kind == KEYWORD:
        from detect_secrets.plugins import keyword

        # And not what follows: the value may stand on the next line.
        before_value = keyword.DENYLIST_REGEX + r'[\]\'"]{0,2}\s*[:=]'
        form = prefilters.expression(before_value, re.IGNORECASE)
        yield form, 0, _SETTINGS
    for pattern in detector.patterns:
        strict = prefilters.expression(pattern.regex, pattern.flags)
        yield strict, pattern.families, 0
        if detector.kind != KEYWORD:
            loose = prefilters.expression(pattern.regex, pattern.flags, quoted=False)
            if loose != strict:
                yield loose, 0, _SETTINGS


# Finding


def find(changes: Sequence[Change], compiled: Compiled, run: Run) -> Sequence[Match]:
    """Return what the plugins report, less what is graded as no secret."""
    # Few lines need the library, and what it says of them must not hang on which.
    if not _installed():
        raise Failure('detect-secrets is not installed: reinstall hookline')
    return _matches(changes, compiled, run, _graded)


def _installed() -> bool:
    """Say whether detect-secrets could be imported, without importing it."""
    try:
        finders = [f for f in sys.meta_path if hasattr(f, 'find_spec')]
        return any(f.find_spec('detect_secrets', None) for f in finders)
    except ImportError:
        return False


def candidates(
    changes: Sequence[Change], compiled: Compiled, run: Run
) -> Sequence[Match]:
    """Return what the plugins report and the filters leave, by change and place."""
    return _matches(changes, compiled, run, lambda one, detector: ('low', ''))


class Value(NamedTuple):
    """What detect-secrets would list of a place: a secret, or only how it begins."""

    text: str
    whole: bool
    start: int
    end: int


def values(change: Change, compiled: Compiled, run: Run) -> list[Value]:
    """Return what the plugins report of a content, as detect-secrets has it."""
    texts: list[tuple[str, bool]] = []

    def note(one: Candidate, detector: Detector) -> tuple[str, str]:
        length = one.secret[1] - one.secret[0]
        # Of a GitHub token that is its prefix, of a key its first line.
        whole = detector.plugin != 'PrivateKeyDetector' and 2 * len(one.value) >= length
        texts.append((one.value, whole))
        return 'low', str(len(texts) - 1)

    return [
        Value(*texts[int(match.message)], *(match.secret or (match.start, match.end)))
        for match in _matches([change], compiled, run, note)
    ]


def _matches(
    changes: Sequence[Change],
    compiled: Compiled,
    run: Run,
    grade: Callable[[Candidate, Detector], tuple[str, str]],
) -> Sequence[Match]:
    if not changes or not compiled['detectors']:
        return ()
    loaded = _kept(compiled, run)
    certain: list[Placed] = []
    doubtful: list[Placed] = []
    for number, change in enumerate(changes):
        for content, origin in _readings(change.content):
            for one in _candidates(content, change.path, loaded, run):
                coded = loaded.detectors[one.detector].kind == CODED
                (doubtful if coded else certain).append((number, one, origin))
    if doubtful:
        certain += _confirmed(doubtful, loaded, run)
    matches: list[tuple[int, Match]] = []
    for number, one, origin in _best(certain):
        _in_time(run)
        detector = loaded.detectors[one.detector]
        confidence, message = grade(one, detector)
        if not confidence:
            continue
        match = Match(
            detector.rule,
            changes[number].path,
            origin(one.start),
            origin(one.end),
            (origin(one.secret[0]), origin(one.secret[1])),
            message=message,
            confidence=confidence,
        )
        matches.append((number, match))
    matches.sort(key=lambda pair: (pair[0], pair[1].start, pair[1].rule))
    return [match for _, match in matches]


def _best(found: Sequence[Placed]) -> Iterator[Placed]:
    """Yield each secret once.

    Where a line was tried as it is and with its value quoted, the latter tells better
    where the value ends.
    """
    quoted: dict[tuple[int, int, int], list[tuple[int, int]]] = {}
    for number, one, _ in found:
        if one.piece.text is not one.piece.raw:
            line = (number, one.detector, one.piece.start)
            quoted.setdefault(line, []).append(one.secret)
    seen: set[tuple[int, int, tuple[int, int]]] = set()
    for placed in found:
        number, one, _ = placed
        if one.piece.text is one.piece.raw and any(
            low < one.secret[1] and one.secret[0] < high
            for low, high in quoted.get((number, one.detector, one.piece.start), ())
        ):
            continue
        if (number, one.detector, one.secret) not in seen:
            seen.add((number, one.detector, one.secret))
            yield placed


def _in_time(run: Run) -> None:
    import time

    if time.monotonic() > run.deadline:
        raise Failure('detect-secrets was not done in time and was ended')


def load(compiled: Compiled) -> Loaded:
    """Return what scans; it takes its time once for one `compiled`."""
    from hookline import databases

    searches = (
        Search(
            databases.load(compiled[key], prefilter=False),
            tuple(Expression(*one) for one in compiled[f'in-{key}']),
        )
        for key in ('databases', 'settings')
    )
    return Loaded(tuple(searches), Detectors(compiled['detectors']))


def _kept(compiled: Compiled, run: Run) -> Loaded:
    if run.kept is None:
        return load(compiled)
    if 'detect-secrets' not in run.kept:
        loaded = load(compiled)._replace(nothing=Nothing())
        run.kept['detect-secrets'] = loaded
    return cast(Loaded, run.kept['detect-secrets'])


def _readings(content: bytes) -> Iterator[tuple[bytes, Callable[[int], int]]]:
    """Yield the content as bytes to search, and what maps an offset back."""

    # As they are in any case: a byte order mark may be a disguise.
    yield _lines_in_lf(content), lambda offset: offset
    codec, skip = _wide(content)
    if not codec:
        return
    # Pairs of bytes that are no character become the replacement character.
    text = content[skip:].decode(codec, 'replace').encode('utf-8', 'replace')

    def origin(offset: int) -> int:
        before = text[:offset].decode('utf-8', 'ignore')
        return min(skip + len(before.encode(codec)), len(content))

    yield _lines_in_lf(text), origin


def _lines_in_lf(content: bytes) -> bytes:
    # As Python's universal newlines have it, but every offset stays. What stands in a
    # binary file ends in NUL.
    if b'\r' in content:
        content = content.replace(b'\r', b'\n')
    return content.replace(b'\0', b'\n') if b'\0' in content else content


def _wide(content: bytes) -> tuple[str, int]:
    """Return the UTF-16 codec of the content and the length of its mark, or ''."""
    if content.startswith(b'\xff\xfe'):
        return 'utf-16-le', 2
    if content.startswith(b'\xfe\xff'):
        return 'utf-16-be', 2
    sample = content[:4096]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd * 5 > len(sample) and even * 20 < len(sample):
        return 'utf-16-le', 0
    if even * 5 > len(sample) and odd * 20 < len(sample):
        return 'utf-16-be', 0
    return '', 0


def _family(path: str) -> int:
    return _FAMILY.get(os.path.splitext(path)[1], OTHER)


def _candidates(
    content: bytes, path: str, loaded: Loaded, run: Run
) -> Iterator[Candidate]:
    _in_time(run)
    family = _family(path)
    reader = _reader(content, family)
    until: dict[tuple[int, bool], int] = {}  # where later hits would read the same
    nothing = loaded.nothing or Nothing()
    known: dict[tuple[int, str], Sequence[Spans]] = {}  # by detector and text
    times: dict[tuple[int, str], int] = {}
    start = stop = -1
    for end, expression in _hits(content, family, reader, loaded):
        detector = loaded.detectors[expression.detector]
        if not start <= end - 1 < stop:
            start, stop = _line(content, end)
        for quoted in (False, True):
            wanted = (
                expression.quoted & reader if quoted else expression.families & family
            )
            if not wanted or end <= until.get((expression.detector, quoted), -1):
                continue
            low, high, covered = _window(content, start, stop, end, detector.kind)
            until[expression.detector, quoted] = covered
            line: Line | None = (
                *(expression.detector, quoted, family, reader),
                content[low:high],
            )
            if line in nothing.lines:
                continue
            _in_time(run)
            piece = _piece(content, path, low, high)
            # With quotes around its value a line does not look like a call any more.
            setting = quoted or bool(reader and _is_indirect(piece.text))
            pieces: Iterable[Piece] = (piece,)
            if setting:
                line = None  # what follows may hold its value
                pieces = _quoted(piece, content, stop, reader)
            for each in pieces:
                for one in _values(
                    expression.detector, detector, each, family, known, times
                ):
                    line = None
                    if one:
                        yield one
            if line:
                nothing.add(line)


def _hits(
    content: bytes, family: int, reader: int, loaded: Loaded
) -> Iterator[tuple[int, Expression]]:
    """Yield the first hit in each line or cell of what the file may hold, by place."""
    hits: list[tuple[int, int, int]] = []

    def note(place: int, start: int, end: int, flags: int, search: Any) -> None:
        which, number_of, wanted, until = search
        number = number_of[place]
        if number >= 0 and wanted[number] and end > until[number]:
            hits.append((end, which, number))
            cell = end + KEYWORD_CELL
            line = content.find(b'\n', end, cell)
            until[number] = cell if line < 0 else line

    searches = loaded.searches if reader else loaded.searches[:1]
    for which, (found, meant) in enumerate(searches):
        wanted = [one.families & family or one.quoted & reader for one in meant]
        until = [0] * len(meant)
        for database, number_of in found:
            search = which, number_of, wanted, until
            database.scan(content, match_event_handler=note, context=search)
    hits.sort()
    for end, which, number in hits:
        yield end, searches[which].expressions[number]


def _line(content: bytes, end: int) -> tuple[int, int]:
    start = content.rfind(b'\n', 0, end) + 1
    stop = content.find(b'\n', end)
    return start, len(content) if stop < 0 else stop


def _line_above(content: bytes, start: int) -> tuple[int, int]:
    """Return the nearest line before `start` that is not empty."""
    before = content[max(start - _FARTHEST, 0) : start].rstrip()
    stop = max(start - _FARTHEST, 0) + len(before)
    return content.rfind(b'\n', 0, stop) + 1, stop


def _next_line(content: bytes, stop: int) -> tuple[int, int]:
    """Return the next line that is not empty; its first bytes if it is long."""
    found = re.compile(rb'(?:[ \t]*\n)*([^\n]{0,2000})').match(content, stop)
    return found.span(1) if found else (stop, stop)


def _window(
    content: bytes, start: int, stop: int, end: int, kind: str
) -> tuple[int, int, int]:
    """Return what is tried of the line from `start` to `stop` for a hit at `end`.

    And up to where later hits are tried with it. Regexes in Python may take time that
    grows with the square of the length; the entropy of a value does not, and is that of
    all of it.
    """
    cell = KEYWORD_CELL if kind == KEYWORD else CELL
    if stop - start <= 2 * cell or kind == ENTROPY:
        return start, stop, stop
    # From the hit on, so that what repeats itself has the same windows.
    return (
        max(_character(content, end - cell), start),
        min(_character(content, end + 2 * cell), stop),
        min(end + cell, stop),
    )


def _character(content: bytes, offset: int) -> int:
    """Return the first byte of a UTF-8 character at `offset` or after it."""
    for _ in range(3):
        if 0 <= offset < len(content) and content[offset] & 0xC0 == 0x80:
            offset += 1
    return offset


def _piece(content: bytes, path: str, start: int, stop: int) -> Piece:
    found = content[start:stop]
    try:
        codec, text = 'utf-8', found.decode()
    except UnicodeDecodeError:
        codec, text = 'latin-1', found.decode('latin-1')
    text = text.rstrip()
    return Piece(path, text, start, text, codec, content)


def _reader(content: bytes, family: int) -> int:
    """Return the settings that detect-secrets would read the file as, 0 for none."""
    # Files of no known kind need no section to be read as INI, such as .env.
    reader = family if family in (YAML, OTHER) else 0
    if re.match(rb'(?:\s*[#;][^\n]*\n)*\s*\[[^\n\]]+\]', content):
        reader = CONFIG
    return reader if reader in (0, YAML) or _is_ini(content) else 0


def _quoted(piece: Piece, content: bytes, stop: int, reader: int) -> Iterator[Piece]:
    """Yield the line as detect-secrets' readers of YAML and INI files hand it on.

    They put the value in quotes, which most plugins ask for. Theirs parse the whole
    file, which takes for ever on a file made for that; this one looks at the line and
    those next to it.
    """
    if reader == YAML:
        yield from _quoted_yaml(piece, content, stop)
        return
    key, value = _continued(piece, content), piece.raw.strip()
    if not key:
        found = re.search('[=:]', value)
        if not found:
            return
        key, value = value[: found.start()].strip(), value[found.end() :].strip()
    for _ in range(_MOST_CONTINUED):
        yield _with_quotes(piece, f'{key} =', value)
        # A value may go on for lines, and its key is on the first alone.
        low, stop = _next_line(content, stop)
        piece = _piece(content, piece.path, low, stop)
        value = piece.raw.strip()
        if value[:1] in ('#', ';'):
            value = ''
        elif not value or _continued(piece, content) != key:
            return


def _with_quotes(piece: Piece, key: str, value: str, comment: str = '') -> Piece:
    if not value:
        return piece._replace(text='')
    if value[0] in '\'"' and value[-1] == value[0]:
        value = value[1:-1]
    value = value.replace('"', '\\"')
    return piece._replace(text=f'{key} "{value}"{comment}')


def _quoted_yaml(piece: Piece, content: bytes, stop: int) -> Iterator[Piece]:
    if '{' in piece.raw:
        for pair in re.finditer(_PAIR, piece.raw):
            yield _with_quotes(piece, f'{pair[1]}:', pair[2].strip())
    found = re.search(_KEY, piece.raw)
    if not found:
        above = _piece(content, piece.path, *_line_above(content, piece.start))
        found = re.search(_KEY, above.raw)
        if found and not _without_tag(above.raw[found.end() :]).strip('|>+-'):
            yield _with_quotes(piece, f'{_named(above, found)}:', piece.raw.strip())
        return
    key = f'{_named(piece, found)}:'
    value, comment = _without_tag(piece.raw[found.end() :]), ''
    end = re.search(r'\s#', value)
    if end:
        value, comment = value[: end.start()].rstrip(), value[end.start() :]
    if not value.strip('|>+-'):
        low, high = _next_line(content, stop)
        piece = _piece(content, piece.path, low, high)
        value = piece.raw.strip()
        if re.search(_KEY, value):
            return
    elif value[:1] in tuple('*{['):
        # An alias or a collection is not the value itself.
        return
    yield _with_quotes(piece, key, value, comment)
    if value[-1:] in ',}':
        # A line of a mapping in braces that takes several.
        yield _with_quotes(piece, key, value.rstrip(' ,}'), comment)


def _named(piece: Piece, found: re.Match[str]) -> str:
    return piece.raw[: found.start()].strip().lstrip('- ').strip('"\'')


def _without_tag(value: str) -> str:
    """Return the value without the anchor and the tag before it."""
    return re.sub(r'^(?:[&!]\S*(?:\s+|$))+', '', value.strip()).strip()


_KEY = r':(?:\s|$)'
_PAIR = r'[{,]\s*["\']?([\w.-]+)["\']?\s*:\s([^,{}]+)'
# Lines of one value, and the bytes above it that are looked through for its key.
_MOST_CONTINUED = 50
_FARTHEST = 4096


def _continued(piece: Piece, content: bytes) -> str:
    """Return the key whose value an indented line of an INI file continues, or ''."""
    least = len(piece.raw) - len(piece.raw.lstrip())
    if not least:
        return ''
    above = content[max(piece.start - _FARTHEST, 0) : piece.start]
    key = ''
    for raw in reversed(above.split(b'\n')[:-1]):
        line = raw.strip()
        indent = len(raw) - len(raw.lstrip())
        if not line or line[:1] in b'#;' or indent >= least:
            continue
        if line.startswith(b'['):
            break
        least = indent
        name = re.match(rb'[^=:]+', line)
        key = name.group().decode('utf-8', 'replace').strip() if name else ''
        if not indent:
            break
    return key


def _is_ini(content: bytes) -> bool:
    """Tell whether configparser would read the file, or nearly so."""
    return not re.search(rb'^[^\s#;\[=:][^\n=:]*$', content, re.MULTILINE)


def _values(
    number: int,
    detector: Detector,
    piece: Piece,
    family: int,
    known: dict[tuple[int, str], Sequence[Spans]],
    times: dict[tuple[int, str], int],
) -> Iterator[Candidate | None]:
    """Yield what the plugin would report of one line, less what the filters drop.

    None stands for a value that this file was told of often enough.
    """
    text = piece.text
    if _is_indirect(text):
        return
    id_end = _id_end(text) if detector.kind in (KEYWORD, ENTROPY) else -1
    since = until = -1  # a run of the characters of tokens
    spans = known.get((number, text))
    if spans is None:
        if len(known) > ALIKE:
            known.clear()
        spans = known[number, text] = tuple(_spans(detector, text, family))
    for start, end, low, high in spans:
        value = text[low:high]
        often = times.get((number, value), 0)
        if often >= REPEATED:
            yield None
            continue
        if _is_dropped(value, detector):
            continue
        if 0 <= id_end <= low and text.find(value, 0, id_end + len(value) - 1) < 0:
            # The value's first place is behind a name such as user_id.
            continue
        times[number, value] = often + 1
        if piece.text is piece.raw:
            if detector.kind == CODED:
                # JwtTokenDetector's value ends before the signature.
                if not since <= high <= until:
                    rest = re.compile(r'[\w.+/=-]*').match(text, high)
                    since, until = high, rest.end() if rest else high
                end = high = until
            yield _located(number, piece, value, (start, end), (low, high))
        else:
            yield _sought(number, piece, value)


def _located(
    number: int,
    piece: Piece,
    value: str,
    whole: tuple[int, int],
    inner: tuple[int, int],
) -> Candidate:
    text, codec = piece.raw, piece.codec
    if re.match(r'[\w-]', text[inner[1] : whole[1]]):
        # The group is only the token's prefix.
        inner = whole

    def offset(index: int) -> int:
        if text.isascii():
            return piece.start + index
        return piece.start + len(text[:index].encode(codec))

    secret = (offset(inner[0]), offset(inner[1]))
    return Candidate(number, piece, value, offset(whole[0]), offset(whole[1]), secret)


def _sought(number: int, piece: Piece, value: str) -> Candidate:
    """Place a value by looking for it; the whole line when it cannot be found."""
    written = value.replace('\\"', '"')
    if written not in piece.raw:
        # The backslash belongs to a quote that our caller put it before.
        written = written.removesuffix('\\')
    low = piece.raw.rfind(written) if written else -1
    span = (low, low + len(written))
    if low < 0:
        span = (len(piece.raw) - len(piece.raw.lstrip()), len(piece.raw))
    return _located(number, piece, value, span, span)


def _spans(detector: Detector, text: str, family: int) -> Iterator[Spans]:
    """Yield the match and the value in it, each from and to, as the plugin has it."""
    for pattern in detector.patterns:
        if not pattern.families & family:
            continue
        regex = re.compile(pattern.regex, pattern.flags)
        if detector.kind == KEYWORD:
            found = regex.search(text)
            if found:
                yield (*found.span(), *found.span(pattern.group))
            continue
        for found in regex.finditer(text):
            if detector.kind == ENTROPY:
                if _is_random(found.group(pattern.group), detector):
                    yield (*found.span(), *found.span(pattern.group))
            elif not regex.groups:
                yield (*found.span(), *found.span())
            else:
                for group in range(1, regex.groups + 1):
                    if found.group(group):
                        yield (*found.span(), *found.span(group))


def _is_random(value: str, detector: Detector) -> bool:
    """Tell whether the value has more bits per character than the limit."""
    members = set(value)
    if len(members) <= 2**detector.limit:
        return False
    from math import log

    # Step by step as detect-secrets adds it up, or a value at the limit may differ.
    # What it takes off a number does not matter here: numbers are dropped anyway.
    total = 0.0
    for one in detector.charset:
        if one in members:
            share = value.count(one) / len(value)
            total += -share * log(share, 2)
    return total > detector.limit


# Grading


def _graded(one: Candidate, detector: Detector) -> tuple[str, str]:
    """Return the confidence of a candidate and why; '' for one that is no secret."""
    from hookline import scoring

    content = one.piece.content
    secret = content[slice(*one.secret)]
    around = content[max(one.secret[0] - AROUND, 0) : one.secret[1] + AROUND]
    if b'\0' in around and detector.plugin != 'PrivateKeyDetector':
        # Chance writes what these plugins look for into binary files.
        return '', ''
    if detector.plugin in LETTERLESS:
        # An address opens nothing; detect-secrets' own filters drop it as well.
        return '', ''
    if detector.plugin in SCORES:
        if len(secret) > 150 and scoring.sealed(one.piece.content):
            return '', ''
        value = _value(one, detector, secret)
        grade = scoring.grade(value)
        return grade, scoring.because(value) if grade else ''
    if detector.plugin == 'PrivateKeyDetector':
        body = one.piece.content[one.secret[1] : one.secret[1] + 400]
        # A key, and no sentence about one, has a line of base64 below its first.
        return 'low' if re.search(rb'[A-Za-z0-9+/]{40}', body) else '', ''
    checksum = CHECKSUMS.get(detector.plugin, '')
    if detector.plugin == 'AWSKeyDetector' and len(secret) == 20:
        checksum = 'aws-key-id'
        if secret[4:].strip(BASE32):
            return '', ''
        beside = content[max(one.secret[0] - 1, 0) : one.secret[0]]
        if secret.isalpha() and beside.isalpha():
            # EURASIA and what follows it in capitals
            return '', ''
    if checksum == 'jwt' and len(secret.rpartition(b'.')[2]) < 16:
        return '', ''
    # Check digits leave no doubt, structure alone does.
    if not checksum.endswith('-crc32') and scoring.doubtful(secret):
        return '', ''
    if checksum:
        from hookline.proofs import PROOFS

        return 'high' if PROOFS[checksum](secret) else '', ''
    return 'medium', ''


def _value(one: Candidate, detector: Detector, secret: bytes) -> scoring.Value:
    """Return the value as scoring wants it, with the name that it is given to."""
    from hookline import scoring

    content = one.piece.content
    low, high = one.secret
    before = content[max(low - AROUND, 0) : low].rpartition(b'\n')[2]
    after = content[high : high + AROUND].partition(b'\n')[0]
    names = re.findall(rb'[\w.-]*[A-Za-z][\w.-]*', before)
    others = re.findall(rb'[\w.-]*[A-Za-z][\w.-]*', after)
    # "x" == password has its name behind it.
    ordered = [*reversed(names), *others]
    key = next((name for name in ordered if scoring.tells(name)), b'')
    kind = SCORES[detector.plugin]
    return scoring.Value(secret, key, kind, one.piece.path, before, after)


# The conditions of detect_secrets.filters.heuristic, without importing it


def _is_indirect(line: str) -> bool:
    # is_indirect_reference, without what may be empty: that takes cubic time.
    return len(line) <= 1000 and bool(
        re.search(r'[:=!]\s*[\w.-]+[\[(][^\v]*[\])]', line)
    )


def _id_end(line: str) -> int:
    """Return where the first name of an identifier ends, or -1."""
    found = re.search(r'(?i)(^(id|myid|userid)|_id)s?[^a-z0-9]', line)
    return found.end() if found else -1


def _is_dropped(value: str, detector: Detector) -> bool:
    if len(value) < 2 or value[0] == '$':
        return True
    if value[0] + value[-1] in ('{}', '<>'):
        return True
    if detector.plugin not in LETTERLESS and not re.search('[A-Za-z]', value):
        return True
    if re.search(r'(?i)[a-f0-9]{8}-(?:[a-f0-9]{4}-){3}[a-f0-9]{12}', value):
        return True
    return any(value.upper() in one for one in _SEQUENCES)


_UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
_DIGITS = '0123456789'
_SEQUENCES = (
    f'{_UPPER}{_UPPER}{_DIGITS}+/',
    f'{_DIGITS}{_UPPER}{_UPPER}+/',
    f'{_DIGITS}{_UPPER}' * 2,
    _DIGITS * 2,
    f'{_DIGITS}ABCDEFABCDEF' * 2,
    f'{_UPPER}=/',
)


# Asking detect-secrets


def _confirmed(
    candidates: Sequence[Placed],
    loaded: Loaded,
    run: Run,
) -> list[Placed]:
    """Return what the plugins themselves report of the candidates' lines."""
    lines: dict[tuple[int, int, str], list[Placed]] = {}
    for placed in candidates:
        number, one, _ = placed
        lines.setdefault((number, one.detector, one.piece.text), []).append(placed)
    rows = [
        (
            loaded.detectors[index].module,
            loaded.detectors[index].plugin,
            group[0][1].piece.path,
            text,
        )
        for (_, index, text), group in lines.items()
    ]
    found: list[Placed] = []
    for (key, group), values in zip(lines.items(), _asked(rows, run), strict=True):
        number, index, _ = key
        _, first, origin = group[0]
        found += [placed for placed in group if placed[1].value in values]
        for value in values:
            if all(placed[1].value != value for placed in group):
                found.append((number, _sought(index, first.piece, value), origin))
    return found


def _asked(rows: list[tuple[str, str, str, str]], run: Run) -> list[list[str]]:
    """Return the values that a worker's plugins report of each row."""
    from hookline import programs

    outcome = programs.run(
        programs.python(WORKER),
        name='detect-secrets',
        deadline=run.deadline,
        stdin=marshal.dumps(rows),
    )
    # What it wrote to stderr may quote a line.
    if outcome.status:
        raise Failure(f'detect-secrets ended with status {outcome.status}')
    try:
        answers = marshal.loads(outcome.stdout)
    except (EOFError, ValueError, TypeError):
        raise Failure('detect-secrets gave an answer that cannot be read') from None
    if not isinstance(answers, list) or len(answers) != len(rows):
        raise Failure('detect-secrets did not answer about every line')
    return answers
