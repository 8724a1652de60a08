"""The secrets check's own matcher.

One hyperscan database over all rules says where to look; the exact regex of a rule runs
only there, on the line or a bounded window. Rules with `score` are graded by
hookline.scoring. The commit path: hyperscan and scoring are imported when they are
needed, exact regexes are compiled when their rule is hit.
"""

from __future__ import annotations

import marshal

from hookline import lazyre as re
from hookline.light import (
    TYPE_CHECKING,
    Any,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    NamedTuple,
    Sequence,
    cast,
)
from hookline.nouns import (
    CONFIDENCES,
    Change,
    Compiled,
    Document,
    Failure,
    Match,
    Rule,
    Run,
)

if TYPE_CHECKING:
    from hookline import scoring
    from hookline.databases import Database
    from hookline.spans import Span

    # A rule's own, what makes a match none, the groups that may be the secret.
    Regexes = tuple[re.Pattern[bytes], tuple[re.Pattern[bytes], ...], tuple[int, ...]]

KEYS = (
    'regex',
    'near',
    'roles',
    'value',
    'keywords',
    'min_entropy',
    'checksum',
    'sole_form_of',
    'lines',
    'score',
    'stopwords',
    'ignore',
)
SCORES = ('password', 'credential', 'token', 'entropy', 'bytes')
GENERAL = 1  # the rank of rules that know no format, at most
# Checksums of rules that know a shape and no proof.
UNPROVEN = ('', 'mixed', 'random')
COUNTED = 'Counts up or down: it may be made up, so it only warns.'

# A line longer than this is never given to an exact regex as a whole.
LONG_LINE = 8192
# Windows are three cells wide and begin a cell before a hit, none within a cell of the
# last, so that no byte is read by one rule more than three times, however many hits
# there are. What repeats itself has the same windows.
CELL = 4096
CELL_LINES = 16384
# Of lines that were read, how many bytes are kept at a time.
KNOWN_BYTES = 16 << 20
# Matches of more lines than these are looked for in such windows.
FEW_LINES = 8
# Names that are closer to each other are looked at as one.
STEP = 16
# As far before a window as a regex may look behind.
BEHIND = 64
# Letters of a name that are read before what the regex has of it.
KEY = 80
# Matches whose surroundings are remembered.
ALIKE = 4096
# How often the same value is told in one file.
REPEATED = 1000
OFTEN = f'The first {REPEATED:,} places of this value in the file are told.'
# What stands around a value and is told to scoring.
AROUND = 160
# What makes a terminal write in colour, itself and in JSON; and what keeps that.
COLOURS = rb'(?:\x1b|\\u001b)\[[0-9;]{0,16}m'
RECORDINGS = ('.ipynb', '.cast', '.json')
ALNUM = frozenset(b'abcdefghijklmnopqrstuvwxyz0123456789')
KEY_BYTES = frozenset(
    b'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-'
)


class Exact(NamedTuple):
    """One rule as the cache keeps it; a tuple of what marshal can store."""

    id: str
    regex: str
    keywords: tuple[bytes, ...]
    min_entropy: float
    checksum: str
    lines: int
    score: str
    ignore: tuple[str, ...]
    confidence: str
    shape: int  # see regexes.shape()
    run: tuple[bytes, int]  # see regexes.run()
    near: tuple[Any, ...]  # see nearby.Clues; () for a rule without names


LINES = Exact._fields.index('lines')

# What hyperscan looks for, and whether that is only the name that a value has nearby.
Form = tuple[bytes, bool]


class Candidate(NamedTuple):
    """A match that holds so far, in offsets of the content as it was read."""

    start: int
    end: int
    secret: tuple[int, int]
    rule: int
    rank: int  # the more, the more specific the rule
    confidence: str
    message: str = ''  # why, of one that was graded; holds no value
    disproved: str = ''  # why it is none after all
    told: bool = False  # disproved for whom asks why, and for no other rule
    reasons: tuple[str, ...] = ()  # of its grade, where a run is told them


class Weighed(NamedTuple):
    """What was made of a value that a rule's regex took for a secret, and why."""

    rule: str
    start: int
    end: int
    confidence: str  # '' when the value was taken for no secret
    reasons: tuple[str, ...]  # that hold no part of the value


class Rules(dict[int, Exact]):
    """Rules by number, each unpacked when it is first asked for: few ever are."""

    def __init__(self, packed: Sequence[bytes]) -> None:
        super().__init__()
        self.packed = packed

    def __missing__(self, number: int) -> Exact:
        self[number] = found = Exact(*marshal.loads(self.packed[number]))
        return found


class Loaded(NamedTuple):
    """The databases of one call, its rules, and what was compiled of them so far."""

    databases: list[tuple[Database, tuple[int, ...]]]
    # By form: its rule, the lines that it needs, whether it is a name only.
    forms: tuple[tuple[int, int, bool], ...]
    rules: Rules
    exact: dict[int, Regexes]
    finders: dict[str, re.Pattern[bytes]]  # of the values of names
    tables: dict[bytes, bytes]  # of the characters of runs
    # Say where something stands encoded.
    encodings: list[tuple[Database, tuple[int, ...]]]
    names: tuple[bytes, ...]  # whose every value has a form that a rule knows
    nothing: Known | None = None  # lines of any file in which a rule found nothing
    told: bool = False  # yield, disproved, what was graded as no secret


# A rule, what stands before, and what it reads.
Line = tuple[int, bytes, bytes]


class Known:
    """What rules found in lines and windows, with offsets from where these begin."""

    def __init__(self) -> None:
        self.lines: dict[Line, Sequence[Candidate]] = {}
        self.weight = 0

    def add(self, line: Line, found: Sequence[Candidate] = ()) -> None:
        self.weight += len(line[2]) + AROUND
        if self.weight > KNOWN_BYTES:
            self.lines.clear()
            self.weight = 0
        self.lines[line] = found


def takes(change: Change) -> bool:
    """Take everything: links are scanned as text, NUL and broken UTF-8 as bytes."""
    return bool(change.content)


def prepare(rule: Rule) -> tuple[tuple[Any, ...], tuple[Form, ...]]:
    """Check a rule's block; return what its matching needs, and where to look."""
    return tuple(_exact(rule)), tuple(_forms(rule))


def searched(rows: Sequence[Any]) -> dict[str, list[bytes]]:
    """Return what hyperscan looks for, for what prepare() returned, by database."""
    from hookline.encodings import FORMS

    return {
        'pattern': [form for _, found in rows for form, _ in found],
        # Where something stands encoded.
        'encodings': [form for _, form in FORMS],
    }


def regexes(rows: Sequence[Any]) -> Iterator[tuple[bytes, int]]:
    """Yield the regexes that a run compiles, of what prepare() returned."""
    for row, _ in rows:
        rule = Exact(*row)
        for regex in (rule.regex, *rule.ignore, *rule.near[:1]):
            yield regex.encode(), 0


def compile(rules: Sequence[Rule], images: Sequence[Document]) -> Compiled:
    """Check every block and build the databases and the rows that find() needs."""
    from hookline import databases

    rows = [rule.prepared or prepare(rule) for rule in rules]
    looked = searched(rows)
    forms = [
        (number, row[0][LINES], named)
        for number, row in enumerate(rows)
        for _, named in row[1]
    ]

    def wrong(number: int, reason: str) -> Failure:
        rule = rules[forms[number][0]]
        return rule.document.wrong(_regex_key(rule), reason)

    return {
        'databases': databases.compile('pattern', looked['pattern'], True, wrong),
        'encodings': databases.compile(
            'encodings', looked['encodings'], True, _unusable
        ),
        'forms': tuple(forms),
        'rules': tuple(marshal.dumps(one) for one, _ in rows),
        'names': tuple(
            sorted(
                {_plain(n) for rule in rules for n in _strings(rule, 'sole_form_of')}
            )
        ),
    }


def find(changes: Sequence[Change], compiled: Compiled, run: Run) -> Iterator[Match]:
    """Yield one match for each secret, by change and place."""
    import time

    if not changes or not compiled['rules']:
        return
    loaded = _kept(compiled, run)._replace(told=run.told)
    for change in changes:
        if time.monotonic() > run.deadline:
            raise Failure('the secrets check was not done in time and was ended')
        for one in _settled(_all_candidates(change.content, change.path, loaded)):
            if one.disproved and not run.disproved:
                continue
            rule = loaded.rules[one.rule]
            yield Match(
                rule.id,
                change.path,
                one.start,
                one.end,
                secret=one.secret,
                message=one.message,
                confidence='' if one.confidence == rule.confidence else one.confidence,
                disproved=one.disproved,
                told=one.told,
            )


def weighed(content: bytes, path: str, compiled: Compiled) -> list[Weighed]:
    """Return what was made of every value that may be a secret, by place."""
    loaded = load(compiled)._replace(told=True)
    found: dict[Weighed, None] = {}
    for one in _all_candidates(content, path, loaded):
        confidence = '' if one.disproved else one.confidence
        reasons = one.reasons or (
            one.disproved or one.message or 'a format of its own',
        )
        rule = loaded.rules[one.rule].id
        found[Weighed(rule, *one.secret, confidence, reasons)] = None
    return sorted(found, key=lambda one: (one.start, one.end, one.rule))


def formats(compiled: Compiled) -> frozenset[str]:
    """Return the rules that know a format of its own, and grade no value."""
    rules = Rules(compiled['rules'])
    own = (rules[number] for number in range(len(rules.packed)))
    return frozenset(one.id for one in own if not one.score)


def spans(content: bytes, compiled: Compiled) -> list[Span]:
    """Return where anything that may be a secret stands, merged, by place.

    For masking what is printed: includes what find() would report as low, and tokens
    whose checksum does not hold.
    """
    return spotter(compiled)(content)


def spotter(compiled: Compiled) -> Callable[[bytes], list[Span]]:
    """Return spans() for many contents: the databases are loaded once."""
    loaded = load(compiled)

    def spot(content: bytes) -> list[Span]:
        from hookline import spans

        return spans.merged(
            one.secret for one in _all_candidates(content, '', loaded, lenient=True)
        )

    return spot


# Reading


def _all_candidates(
    content: bytes, path: str, loaded: Loaded, *, lenient: bool = False
) -> Iterator[Candidate]:
    if b'\x1b' in content or (b'\\u001b[' in content and path.endswith(RECORDINGS)):
        # Of the same length, so that offsets stay.
        content = re.sub(COLOURS, lambda found: b' ' * len(found[0]), content)
    # The bytes are always read as they are, too: a BOM may be a disguise.
    yield from _candidates(content, path, loaded, lenient)
    codec, skip = _wide(content)
    yield from _encoded(content, path, loaded, lenient, wide=bool(codec))
    if not codec:
        return
    text = content[skip:].decode(codec, 'replace').encode('utf-8', 'surrogatepass')

    def origin(offset: int) -> int:
        before = text[:offset].decode('utf-8', 'ignore')
        return skip + len(before.encode(codec, 'surrogatepass'))

    for one in _candidates(text, path, loaded, lenient):
        secret = (origin(one.secret[0]), origin(one.secret[1]))
        yield one._replace(start=origin(one.start), end=origin(one.end), secret=secret)


def _encoded(
    content: bytes, path: str, loaded: Loaded, lenient: bool, *, wide: bool
) -> Iterator[Candidate]:
    """Yield what rules of a format of their own find in encoded text."""
    hits: list[tuple[int, int]] = []

    def note(number: int, start: int, end: int, flags: int, form_of: Any) -> None:
        if form_of[number] >= 0:
            hits.append((form_of[number], end))

    for database, form_of in loaded.encodings:
        database.scan(content, match_event_handler=note, context=form_of)
    if not hits:
        return
    from hookline import encodings

    for run in encodings.decoded(content, hits, wide=wide):
        for one in _candidates(run.text, path, loaded, lenient, graded=False):
            place = run.place(*one.secret)
            yield one._replace(start=place[0], end=place[1], secret=place)


def _wide(content: bytes) -> tuple[str, int]:
    """Return the UTF-16 or UTF-32 codec of the content and the length of its BOM."""
    for bom, codec in (
        (b'\xff\xfe\0\0', 'utf-32-le'),
        (b'\0\0\xfe\xff', 'utf-32-be'),
        (b'\xff\xfe', 'utf-16-le'),
        (b'\xfe\xff', 'utf-16-be'),
    ):
        if content.startswith(bom):
            return codec, len(bom)
    sample = content[:4096]
    half = len(sample) // 2
    if half < 4 or b'\0' not in sample:
        return '', 0
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd > 0.4 * half and even < 0.1 * half:
        return 'utf-16-le', 0
    if even > 0.4 * half and odd < 0.1 * half:
        return 'utf-16-be', 0
    return '', 0


def load(compiled: Compiled) -> Loaded:
    """Return what scans; it takes its time once for one `compiled`."""
    from hookline import databases

    return Loaded(
        databases.load(compiled['databases'], prefilter=True),
        compiled['forms'],
        Rules(compiled['rules']),
        {},
        {},
        {},
        databases.load(compiled['encodings'], prefilter=True),
        tuple(compiled['names']),
    )


def _kept(compiled: Compiled, run: Run) -> Loaded:
    if run.kept is None:
        return load(compiled)
    if 'pattern' not in run.kept:
        run.kept['pattern'] = load(compiled)._replace(nothing=Known())
    return cast(Loaded, run.kept['pattern'])


def _unusable(number: int, reason: str) -> Failure:
    return Failure(f'encodings: form {number}: {reason}')


def _candidates(
    content: bytes,
    path: str,
    loaded: Loaded,
    lenient: bool,
    *,
    graded: bool = True,
) -> Iterator[Candidate]:
    # What was made of a place, and of what stands around a match.
    seen: dict[tuple[int, int, int], Candidate | None] = {}
    alike: dict[tuple[int, int, bytes], Candidate | None] = {}
    times: dict[tuple[int, bytes, str], int] = {}
    nothing = None if lenient else loaded.nothing
    own = Known()

    def told(one: Candidate) -> Iterator[Candidate]:
        if lenient:
            yield one
            return
        sure = one.disproved or (one.confidence if one.confidence == 'low' else '')
        key = one.rule, content[slice(*one.secret)], sure
        times[key] = number = times.get(key, 0) + 1
        if number < REPEATED:
            yield one
        elif number == REPEATED:
            yield one._replace(message=f'{one.message} {OFTEN}'.lstrip())

    for index, start, stop in _windows(content, loaded):
        rule = loaded.rules[index]
        if rule.score and not graded:
            continue
        whole = _is_line(content, start, stop)
        behind = start and (start - 1 if whole else max(start - BEHIND, 0))
        line = (index, content[behind:start], content[start:stop])
        if whole and nothing and line in nothing.lines:
            continue
        known = own.lines.get(line)
        if known is not None:
            some = False
            for one in known:
                one = _moved(one, start)
                place = (index, *one.secret)
                if place not in seen:
                    seen[place] = one
                    for again in told(one):
                        some = True
                        yield again
            if known and not some and not lenient:
                # All of it was told often enough.
                own.lines[line] = ()
            continue
        found: list[Candidate] = []
        doubtful = False
        for match, low, high in _tried(content, start, stop, index, loaded):
            # The name of the file and what else is in it count for a grade as well.
            doubtful = doubtful or bool(rule.score)
            place = (index, low, high)
            # Windows overlap, and grading costs more than matching.
            if place in seen:
                one_seen = seen[place]
                if one_seen:
                    found.append(one_seen)
                continue
            first = max(min(match.start() - KEY, low - AROUND), 0)
            last = max(match.end(), high + AROUND)
            around = (index, low - first, content[first:last])
            if around in alike:
                like = alike[around]
                weighed = like and _moved(like, low - like.secret[0])
            else:
                weighed = _weighed(match, low, high, index, loaded, path, lenient)
                if len(alike) > ALIKE:
                    alike.clear()
                alike[around] = weighed
            seen[place] = weighed
            if weighed:
                found.append(weighed)
                yield from told(weighed)
        own.add(line, [_moved(one, -start) for one in found])
        if whole and nothing and not found and not doubtful:
            nothing.add(line)


def _tried(
    content: bytes, start: int, stop: int, index: int, loaded: Loaded
) -> Iterator[tuple[re.Match[bytes], int, int]]:
    """Yield what the regex of a rule matches in a window, and where its secret is."""
    rule = loaded.rules[index]
    if rule.keywords:
        text = content[start:stop].lower()
        if not any(keyword in text for keyword in rule.keywords):
            return
    if not _has_run(content, start, stop, rule.run, loaded):
        return
    pattern, _, groups = _compiled(loaded, index)
    for match in pattern.finditer(content, start, stop):
        for group in groups:
            low, high = match.span(group)
            if low >= 0:
                break
        if low < high:
            yield match, low, high


def _moved(one: Candidate, by: int) -> Candidate:
    low, high = one.secret
    return Candidate(one.start + by, one.end + by, (low + by, high + by), *one[3:])


def _is_line(content: bytes, start: int, stop: int) -> bool:
    """Say whether a window is a line, or several, with nothing left out."""
    return (not start or content[start - 1] in b'\n\0') and (
        stop == len(content) or content[stop] in b'\n\0'
    )


def _windows(content: bytes, loaded: Loaded) -> Iterator[tuple[int, int, int]]:
    """Yield where the exact regex of a rule is to be tried: (rule, from, to)."""
    forms = loaded.forms
    hits: list[tuple[int, int, int]] = []
    names: list[tuple[int, int]] = []
    covered = [-1] * len(forms)

    def note(number: int, start: int, end: int, flags: int, form_of: Any) -> None:
        form = form_of[number]
        # A run of one character may end at every byte of it.
        if form < 0 or end <= covered[form]:
            return
        rule, lines, named = forms[form]
        if named:
            line = content.find(b'\n', end, end + STEP)
            covered[form] = end + STEP if line < 0 else line
            names.append((form, end))
        else:
            low, high, covered[form] = _window(content, end, lines)
            hits.append((rule, low, high))

    for database, form_of in loaded.databases:
        database.scan(content, match_event_handler=note, context=form_of)
    yield from hits
    tried: dict[int, int] = {}
    for form, end in names:
        rule, lines, _ = forms[form]
        if end > tried.get(form, -1) and _assigned(content, end, rule, loaded):
            low, high, tried[form] = _window(content, end, lines)
            yield rule, low, high


def _assigned(content: bytes, end: int, index: int, loaded: Loaded) -> bool:
    """Say whether the value of a rule may stand behind a name that ends at `end`."""
    rule = loaded.rules[index]
    value, roles, back, ahead, most, run = rule.near
    low, high = max(end - back, 0), end + STEP + ahead
    if not _has_run(content, low, high + run[1], run, loaded):
        return False
    for one in _finder(loaded, value).finditer(content, low, high + most + 1):
        if not roles:
            return True
        # To the end, for what is found may begin before the value.
        text = content[low : one.end()].lower()
        # A name may be given a value with a sign = alone.
        if text.find(b'=', max(one.start() - low - 4, 0)) >= 0:
            return True
        for role in roles:
            if role in text:
                return True
    return False


def _window(content: bytes, end: int, lines: int) -> tuple[int, int, int]:
    """Return what an exact regex reads for a hit that ends at `end`.

    And up to where later hits would only read the same again.
    """
    size = len(content)
    at = max(end - 1, 0)
    low, high = 0, size
    if lines <= FEW_LINES:
        # A match may begin or end on another line.
        low, far = at, max(at - LONG_LINE, 0)
        for _ in range(lines):
            low = content.rfind(b'\n', far, low)
            if low < 0:
                low = far - 1
                break
        low += 1
        high, far = at - 1, min(at + LONG_LINE, size)
        own = far
        for number in range(lines):
            high = content.find(b'\n', high + 1, far)
            if high < 0:
                high = far
                break
            own = own if number else high
        if lines == 1 and high - low > CELL:
            # Texts in a binary file end in NUL.
            low = max(low, content.rfind(b'\0', low, at) + 1)
            stop = content.find(b'\0', at, high)
            if stop >= 0:
                high, own = stop, min(own, stop)
        if high - low <= LONG_LINE:
            return low, high, own
    if lines > 1:
        low, high = 0, size
    cell = CELL if lines == 1 else CELL_LINES
    low, high = max(low, at - cell), min(high, at + 2 * cell)
    return low, high, min(at + cell, high)


def _has_run(
    content: bytes, start: int, stop: int, run: tuple[bytes, int], loaded: Loaded
) -> bool:
    """Say whether a slice has so many of these characters in a row."""
    members, least = run
    if not least:
        return True
    table = loaded.tables.get(members)
    if table is None:
        table = bytes(byte in members for byte in range(256))
        loaded.tables[members] = table
    # A regex would look at each character as often as the run is long.
    return content[start:stop].translate(table).find(b'\1' * least) >= 0


def _finder(loaded: Loaded, regex: str) -> re.Pattern[bytes]:
    known = loaded.finders.get(regex)
    if known is None:
        known = loaded.finders[regex] = re.compile(regex.encode())
    return known


def _compiled(loaded: Loaded, index: int) -> Regexes:
    known = loaded.exact.get(index)
    if known is None:
        rule = loaded.rules[index]
        pattern = re.compile(rule.regex.encode())
        # Alternatives cannot share a name in Python: secret, secret1, secret2 …
        names = pattern.groupindex
        named = [names[name] for name in names if name.startswith('secret')]
        groups = (*named, 0) if named or not pattern.groups else (1,)
        ignore = tuple(re.compile(one.encode()) for one in rule.ignore)
        known = loaded.exact[index] = pattern, ignore, groups
    return known


# Judging one match


def _weighed(
    match: re.Match[bytes],
    start: int,
    end: int,
    index: int,
    loaded: Loaded,
    path: str,
    lenient: bool,
) -> Candidate | None:
    value = match.string[start:end]
    rule = loaded.rules[index]
    if rule.lines > 1 and match.group().count(b'\n') >= rule.lines:
        return None
    place = (start, end)
    confidence = rule.confidence
    message = disproved = ''
    reasons: tuple[str, ...] = ()
    if rule.score:
        rank = 0 if rule.score == 'entropy' else 1
    else:
        # By convention x-unproven takes what the checksum of x turns down. A rule for
        # anything random behind a name leaves it to one that knows the form.
        less = rule.id.endswith('-unproven') or rule.checksum == 'random'
        rank = 3 + 2 * min(rule.shape, 3) - less
    none = _unlike(value, rule, _compiled(loaded, index)[1], lenient)
    if none and not loaded.told:
        return None
    if rule.checksum and not none:
        from hookline.proofs import PROOFS, SIEVES

        if rule.checksum in SIEVES:
            pass
        elif PROOFS[rule.checksum](value):
            confidence = 'high'
        elif not lenient:
            disproved = f'its format ({rule.checksum}) proves that it is none'
    if not (rule.score or none or lenient):
        from hookline.scoring import published

        if published(value):
            disproved = 'a published example, which opens nothing'
    if not rule.score and rule.checksum in UNPROVEN and not none:
        from hookline.order import counts

        if counts(value):
            # Right in every place and yet no accident: of interest, but no alarm.
            confidence, message = 'low', COUNTED
    if rule.score and not none:
        from hookline import scoring

        key = _key(match) or _given(match.string[max(start - AROUND, 0) : start])
        one = _value(match, start, end, key, rule.score, path)
        confidence, message = _graded(one)
        if loaded.told and one:
            reasons = tuple(scoring.explain(one))
        if not confidence and lenient and rule.score == 'credential':
            # No finding on an example host, but nothing to be printed either.
            confidence = 'low'
        if not confidence:
            none = '; '.join(reasons)
        elif not lenient and loaded.names and _plain(key).endswith(loaded.names):
            disproved = 'keys of that name have another form'
    if none:
        confidence, disproved = 'low', none
    if not confidence:
        return None
    return Candidate(
        *(*match.span(), place, index, rank, confidence, message),
        disproved=disproved,
        told=bool(none),
        reasons=reasons,
    )


def _unlike(
    value: bytes, rule: Exact, ignore: Sequence[re.Pattern[bytes]], lenient: bool
) -> str:
    """Say why a value that a rule's regex took is unlike what the rule is about."""
    if rule.min_entropy and entropy(value) < rule.min_entropy:
        return f'no secret: less than {rule.min_entropy:g} bits a character'
    if any(one.search(value) for one in ignore):
        return 'no secret: on the list of values that the rule leaves alone'
    if rule.checksum:
        from hookline.proofs import PROOFS, SIEVES

        if rule.checksum in SIEVES and not (lenient or PROOFS[rule.checksum](value)):
            return f'no secret: not {SIEVES[rule.checksum]}'
    if not rule.score and rule.checksum in UNPROVEN:
        from hookline import scoring
        from hookline.order import defaced, repeats

        if scoring.says_so(value) or (not rule.checksum and repeats(value)):
            return 'no secret: a placeholder'
        if defaced(value):
            return 'no secret: somebody counted over a part of it'
    return ''


def _key(match: re.Match[bytes]) -> bytes:
    """Return the identifier that the value is given to; the regex names part of it."""
    content = match.string
    key = b''
    for name in match.re.groupindex:
        if not name.startswith('key') or match.start(name) < 0:
            continue
        low, high = match.span(name)
        while low > 0 and content[low - 1] in KEY_BYTES and high - low < KEY:
            low -= 1
        key = content[low:high]
    return key


def _given(before: bytes) -> bytes:
    """Return the name right before an assignment that ends here, or b''."""
    name = before.rstrip(b' \t"\'`')
    if name[-1:] not in (b'=', b':'):
        return b''
    name = name.rstrip(b' \t:=>"\'])')
    start = len(name)
    while start and name[start - 1] in KEY_BYTES:
        start -= 1
    return name[start:]


def _plain(name: bytes | str) -> bytes:
    """Return the letters and digits of a name, in lower case."""
    text = name.encode() if isinstance(name, str) else name
    return bytes(c for c in text.lower() if c in ALNUM)


def _graded(value: scoring.Value | None) -> tuple[str, str]:
    """Return the confidence in a value and why; '' for one that is no secret."""
    if value is None:
        return '', ''
    from hookline import scoring

    grade = scoring.grade(value)
    return grade, scoring.because(value) if grade else ''


def _value(
    match: re.Match[bytes], start: int, end: int, key: bytes, kind: str, path: str
) -> scoring.Value | None:
    """Return the value with its place; None in a sealed file and in packed data."""
    from hookline import scoring

    content = match.string
    if end - start > 150 and scoring.sealed(content):
        return None
    before = content[max(start - AROUND, 0) : start].rpartition(b'\n')[2]
    after = content[end : end + AROUND].partition(b'\n')[0]
    if b'\0' in before or b'\0' in after:
        # Chance writes "pw:" into every compressed file.
        return None
    binary = b'\0' in content[:4096]
    return scoring.Value(content[start:end], key, kind, path, before, after, binary)


def entropy(value: bytes) -> float:
    """Return Shannon's bits per character."""
    from math import log2

    total = len(value)
    shares = [value.count(byte) / total for byte in set(value)]
    return -sum(share * log2(share) for share in shares)


def _settled(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Keep one candidate for each secret: the most specific, as sure as the surest.

    Rules with a score are general, those without know one provider's format.
    """
    every = list(candidates)
    if not every:
        return []
    from bisect import bisect_left, insort

    from hookline import spans

    # A key that has another form is none to the other general rules either.
    none = spans.merged(
        one.secret
        for one in every
        if one.disproved and not one.told and one.rank <= GENERAL
    )
    order = sorted(
        (
            one
            for one in every
            if not one.disproved
            and not (one.rank <= GENERAL and spans.overlaps(none, *one.secret))
        ),
        key=lambda one: (
            -one.rank,
            # The more context a rule asked for, the better it names the secret.
            one.start - one.end,
            -CONFIDENCES.index(one.confidence),
            one.secret[0],
            one.rule,
        ),
    )
    kept: dict[int, Candidate] = {}
    starts: list[int] = []
    for one in order:
        low, high = one.secret
        at = bisect_left(starts, high)
        over = starts[at - 1] if at else -1
        if over >= 0 and kept[over].secret[1] > low:
            other = kept[over]
            if CONFIDENCES.index(one.confidence) > CONFIDENCES.index(other.confidence):
                kept[over] = other._replace(
                    confidence=one.confidence, message=one.message
                )
            continue
        insort(starts, low)
        kept[low] = one
    settled = [kept[start] for start in starts]
    # What one rule disproves may be another's: that is told, and nothing else.
    told = spans.merged(one.secret for one in settled)
    alone = [
        one for one in every if one.disproved and not spans.overlaps(told, *one.secret)
    ]
    return sorted((*settled, *alone), key=lambda one: one.secret) if alone else settled


# Checking and compiling


def _exact(rule: Rule) -> Exact:
    """Return the rule as the cache keeps it, or raise what is wrong with its block."""
    from hookline import regexes

    wrong = rule.document.wrong
    block: Mapping[str, Any] = rule.block
    for key in block:
        if key not in KEYS:
            raise wrong(f'pattern.{key}', f'unknown key, expected one of {_list(KEYS)}')
    regex = _regex(rule)
    pattern = _checked(rule, _regex_key(rule), regex)
    if pattern.search(b'') is not None:
        raise wrong('pattern.regex', 'matches the empty string')
    keywords = _strings(rule, 'keywords')
    min_entropy = block.get('min_entropy', 0)
    if isinstance(min_entropy, bool) or not isinstance(min_entropy, (int, float)):
        raise wrong('pattern.min_entropy', 'expected a number of bits per character')
    if not 0 <= min_entropy <= 8:
        raise wrong('pattern.min_entropy', 'expected 0 to 8 bits per character')
    checksum = block.get('checksum', '')
    if checksum:
        from hookline.proofs import PROOFS

        if checksum not in PROOFS:
            raise wrong('pattern.checksum', f'expected one of {_list(sorted(PROOFS))}')
    lines = block.get('lines', 1)
    if isinstance(lines, bool) or not isinstance(lines, int) or not 1 <= lines <= 200:
        raise wrong('pattern.lines', 'expected a number of lines, 1 to 200')
    score = block.get('score', '')
    if score and score not in SCORES:
        raise wrong('pattern.score', f'expected one of {_list(SCORES)}')
    _strings(rule, 'sole_form_of')
    ignore = (*_strings(rule, 'stopwords'), *_strings(rule, 'ignore'))
    for one in ignore:
        _checked(rule, 'pattern.ignore', one)
    return Exact(
        rule.id,
        regex,
        tuple(one.lower().encode() for one in keywords),
        float(min_entropy),
        str(checksum),
        lines,
        str(score),
        ignore,
        rule.confidence,
        regexes.shape(regex.encode()),
        regexes.run(regex.encode()),
        _near(rule),
    )


def _near(rule: Rule) -> tuple[Any, ...]:
    from hookline import nearby

    parts = nearby.parts(rule.block)
    if isinstance(parts, str):
        return ()
    # Alone: within the whole, what is open here is closed by what follows.
    _checked(rule, 'pattern.value', parts[2])
    return tuple(nearby.clues(*parts))


def _regex(rule: Rule) -> str:
    """Return what the rule matches: its regex, or a value near a name, or either."""
    from hookline import fragments, nearby

    block = rule.block
    regex = block.get('regex', '')
    if not isinstance(regex, str) or not (regex or 'near' in block):
        raise rule.document.wrong('pattern.regex', 'expected a regular expression')
    try:
        regex = fragments.expanded(regex)
    except KeyError as error:
        known = _list(fragments.FRAGMENTS)
        reason = f'no fragment {error}, expected one of {known}'
        raise rule.document.wrong('pattern.regex', reason) from None
    if not any(key in block for key in nearby.KEYS):
        return regex
    parts = nearby.parts(block)
    if isinstance(parts, str):
        raise rule.document.wrong(f'pattern.{parts}', 'expected what near: asks for')
    near = nearby.exact(*parts)
    return f'{regex}|{near}' if regex else near


def _regex_key(rule: Rule) -> str:
    return 'pattern.regex' if rule.block.get('regex') else 'pattern.near'


def _list(names: Iterable[str]) -> str:
    return ', '.join(names)


def _strings(rule: Rule, key: str) -> tuple[str, ...]:
    found = rule.block.get(key, ())
    if not isinstance(found, (list, tuple)) or not all(
        isinstance(one, str) and one for one in found
    ):
        raise rule.document.wrong(f'pattern.{key}', 'expected a list of strings')
    return tuple(found)


def _checked(rule: Rule, key: str, regex: str) -> re.Pattern[bytes]:
    import re as eager

    from hookline import regexes

    try:
        pattern = eager.compile(regex.encode())
    except (eager.error, OverflowError, RecursionError) as error:
        raise rule.document.wrong(key, f'not a regular expression: {error}') from None
    slow = regexes.slow(regex.encode())
    if slow:
        raise rule.document.wrong(key, slow)
    return pattern


def _forms(rule: Rule) -> Iterator[Form]:
    """Yield what hyperscan looks for; found in each match of the exact regex."""
    from hookline import fragments, regexes

    if 'near' in rule.block:
        from hookline import nearby

        parts = nearby.parts(rule.block)
        yield (
            _some(rule, b'' if isinstance(parts, str) else nearby.loose(parts[0])),
            True,
        )
    if rule.block.get('regex'):
        regex = fragments.expanded(str(rule.block['regex']))
        yield _some(rule, regexes.prefilter(regex.encode())), False


def _some(rule: Rule, form: bytes) -> bytes:
    if not form:
        raise rule.document.wrong(_regex_key(rule), 'has no part that must occur')
    return form
