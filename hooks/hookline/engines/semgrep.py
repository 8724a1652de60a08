"""semgrep's rules over contents, by its core program and not its slow command line.

The core fails open (status 0 for a rule that it cannot read, a file that it did not
parse), so what was asked is compared with what it says it did.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from hookline import languages, programs
from hookline.nouns import Change, Compiled, Document, Failure, Match, Rule, Run

# The core is an internal interface of semgrep: this version and no other is tested.
VERSION = '1.182.0'
INSTALL = (
    "semgrep is not installed: pip install 'hookline[code]' "
    '(pre-commit: additional_dependencies: [".[code]"])'
)
# Seconds for one rule on one file. More than this is a file for policy's excludes.
RULE_SECONDS = 30
COMPILE_SECONDS = 120.0
# Up to this many files each rule is told which of them it is for.
NARROW = 64

# What a rule may call a language, and the name that languages.py uses.
_ALIASES = {
    'py': 'python',
    'python3': 'python',
    'js': 'javascript',
    'ts': 'typescript',
    'golang': 'go',
    'kt': 'kotlin',
    'tf': 'terraform',
    'hcl': 'terraform',
    'sh': 'bash',
    'c#': 'csharp',
    'c++': 'cpp',
    'rb': 'ruby',
}
_LANGUAGES = frozenset(
    (
        *('python', 'javascript', 'typescript', 'java', 'go', 'ruby', 'php', 'kotlin'),
        *('scala', 'rust', 'swift', 'csharp', 'c', 'cpp', 'bash', 'terraform', 'yaml'),
        *('json', 'html', 'xml', 'generic', 'regex'),
    )
)
# These read any text, so every change that the engine takes.
_ANY = frozenset(('generic', 'regex'))
_EXTENSIONS = {
    'python': 'py',
    'javascript': 'js',
    'typescript': 'ts',
    'java': 'java',
    'go': 'go',
}
# A rule that never matches and that no prefilter can leave out, so that the file is
# parsed: without it the core skips a file that holds no word of any rule, and a
# syntax error in it goes unsaid.
_PROBE = '$X {0} $X {0} $X {0} $X {0} $X'
_OPERATORS = {
    'python': '@',
    'javascript': '>>>',
    'typescript': '>>>',
    'java': '>>>',
    'go': '&^',
}
_PATTERNS = (
    'pattern',
    'patterns',
    'pattern-either',
    'pattern-regex',
    'match',
    'pattern-sources',
    'taint',
)
_KEYS = frozenset(
    (
        *_PATTERNS,
        'languages',
        'mode',
        'pattern-sinks',
        'pattern-sanitizers',
        'pattern-propagators',
        'options',
        'paths',
        'min-version',
        'max-version',
    )
)
_UNREAD = frozenset(
    ('Syntax error', 'Lexical error', 'Other syntax error', 'AST builder error')
)
_ID = re.compile(r'[A-Za-z0-9._-]+')
_PROBE_ID = 'hookline-probe-'


class _Source(NamedTuple):
    """A content as the core reads it, and the way back to its own offsets."""

    text: bytes  # UTF-8, line ends that the core knows, no byte order mark
    shift: int = 0  # bytes cut off the front
    encoding: str = ''  # of the content, where that is not UTF-8

    def offset(self, position: int) -> int:
        if self.encoding:
            before = self.text[:position].decode('utf-8', 'replace')
            position = len(before.encode(self.encoding, 'replace'))
        return position + self.shift


class _Target(NamedTuple):
    change: Change
    language: str
    name: str  # of the temporary file: a number and an extension, nothing hostile
    source: _Source
    broken: bool  # Python only: the interpreter cannot parse it


def available() -> bool:
    """Say whether semgrep is installed, without importing it."""
    return bool(_package())


def takes(change: Change) -> bool:
    return (
        change.kind == 'file' and languages.language(change.path, change.content) != ''
    )


def compile(rules: Sequence[Rule], images: Sequence[Document]) -> Compiled:
    """Turn rules into the core's JSON, each with the words that its matches hold.

    Compiled holds `rules`, rows of (id, languages, JSON text, filter); `parsed`, the
    languages with a rule about files that cannot be parsed; and `paths`, whether a rule
    looks at where a file lies.
    """
    import json

    rows: list[tuple[str, tuple[str, ...], str]] = []
    parsed: list[str] = []
    paths = False
    for rule in rules:
        if rule.engine == 'unparsed':
            parsed.append(_check_unparsed(rule))
            continue
        names = _check(rule)
        paths = paths or 'paths' in rule.block
        # json.dumps writes YAML's aliases out; given them, semgrep drops the rule.
        try:
            text = json.dumps(
                {
                    **rule.block,
                    'id': rule.id,
                    'message': '-',
                    'severity': 'ERROR',
                    'languages': list(names),
                }
            )
        except (TypeError, ValueError):
            raise _wrong(rule, '', 'holds a value that JSON does not know') from None
        rows.append((rule.id, names, text))
    filters = _filters(rules, [text for _, _, text in rows]) if rows else {}
    return {
        'rules': [(*row, filters.get(row[0])) for row in rows],
        'parsed': parsed,
        'paths': paths,
    }


def find(changes: Sequence[Change], compiled: Compiled, run: Run) -> Iterable[Match]:
    cli = os.environ.get('HOOKLINE_SEMGREP') == 'cli'
    return _find(changes, compiled, run, _ask_cli if cli else _ask_core)


def find_by_cli(
    changes: Sequence[Change], compiled: Compiled, run: Run
) -> Iterable[Match]:
    """Find the same by semgrep's public command, where the core cannot be called."""
    return _find(changes, compiled, run, _ask_cli)


def _find(
    changes: Sequence[Change],
    compiled: Compiled,
    run: Run,
    ask: Callable[[_Question], Any],
) -> list[Match]:
    targets = _targets(changes, compiled)
    rules, targets = _relevant(targets, compiled)
    if not targets:
        return []
    import shutil
    import tempfile

    _core()
    # mkdtemp makes it 0700: what is staged is nobody else's to read.
    directory = tempfile.mkdtemp(prefix='hookline-', dir=run.cache or None)
    try:
        for target in targets:
            _write(directory, target.name, target.source.text)
        _write(directory, 'rules.json', f'{{"rules":[{",".join(rules)}]}}'.encode())
        answer = ask(_Question(directory, targets, compiled['paths'], run))
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return _matches(answer, targets)


class _Question(NamedTuple):
    directory: str  # holds the targets and rules.json
    targets: Sequence[_Target]
    paths: bool  # whether a rule looks at where a file lies
    run: Run


def _ask_core(question: _Question) -> Any:
    import json

    rows = [
        [
            'CodeTarget',
            {
                'path': {
                    'fpath': target.name,
                    'ppath': _project_path(target)
                    if question.paths
                    else f'/{target.name}',
                },
                'analyzer': target.language,
                'products': ['sast'],
            },
        ]
        for target in question.targets
    ]
    text = json.dumps(['Targets', rows]).encode()
    _write(question.directory, 'targets.json', text)
    return _run_core(
        ('-rules', 'rules.json', '-targets', 'targets.json', '-fast'),
        question.directory,
        question.run.deadline,
        question.run.jobs,
    )


def _run_core(
    arguments: Sequence[str], directory: str, deadline: float, jobs: int = 1
) -> Any:
    command = (
        _core(),
        '-json_nodots',
        *arguments,
        *('-timeout', str(RULE_SECONDS), '-timeout_threshold', '1'),
        *('-max_memory', '0', '-max_match_per_file', '100000', '-j', str(jobs)),
    )
    return _answer(
        programs.run(
            command,
            name='semgrep',
            deadline=deadline,
            cwd=directory,
            env=_environment(directory),
        )
    )


def _ask_cli(question: _Question) -> Any:
    folder = os.path.dirname(sys.executable)
    program = os.path.join(folder, 'semgrep.exe' if os.name == 'nt' else 'semgrep')
    command = (
        *(program, 'scan', '--experimental', '--json', '--quiet', '--oss-only'),
        *('--config', 'rules.json', '--no-rewrite-rule-ids', '--metrics', 'off'),
        *('--disable-version-check', '--no-git-ignore', '--max-target-bytes', '0'),
        *('--timeout', str(RULE_SECONDS), '--timeout-threshold', '1'),
        *('-j', str(question.run.jobs), '--'),
        *dict.fromkeys(target.name for target in question.targets),
    )
    path = os.pathsep.join((folder, os.environ.get('PATH', os.defpath)))
    return _answer(
        programs.run(
            command,
            name='semgrep',
            deadline=question.run.deadline,
            cwd=question.directory,
            env={**_environment(question.directory), 'PATH': path},
        )
    )


def _environment(directory: str) -> dict[str, str]:
    # An empty home: no settings of the user, no log of semgrep's.
    return {
        'HOME': directory,
        'XDG_CONFIG_HOME': directory,
        'XDG_CACHE_HOME': directory,
        'SEMGREP_ENABLE_VERSION_CHECK': '0',
        'SEMGREP_SEND_METRICS': 'off',
    }


def _answer(outcome: programs.Outcome) -> Any:
    """Return the JSON of the core. stderr is not quoted: it quotes the files."""
    import json

    try:
        # A message may quote a file's bytes as they are, so not always UTF-8.
        answer = json.loads(outcome.stdout.decode('utf-8', 'replace'))
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise Failure(f'semgrep gave no answer (status {outcome.status})')
    _refuse_rule_errors(answer)
    # The command line answers 1 for findings only with --error, which is not given.
    if outcome.status:
        raise Failure(f'semgrep failed with status {outcome.status}')
    return answer


def _refuse_rule_errors(answer: Mapping[str, Any]) -> None:
    for error in answer.get('errors', ()):
        kind = _kind(error)
        rule = error.get('rule_id') or ''
        if kind in (
            'Rule parse error',
            'Pattern parse error',
            'InvalidRuleSchemaError',
        ):
            raise _RuleError(rule, _first_line(error))
    for skipped in answer.get('skipped_rules', ()):
        raise _RuleError(str(skipped.get('rule_id')), 'was left out by semgrep')


class _RuleError(Failure):
    """semgrep cannot use a rule; compile says in which file it stands."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(f'semgrep cannot use the rule {rule}: {reason}')
        self.rule = rule
        self.reason = reason


def _kind(error: Mapping[str, Any]) -> str:
    kind = error.get('error_type', error.get('type'))
    return str(kind[0] if isinstance(kind, list) else kind)


def _first_line(error: Mapping[str, Any]) -> str:
    lines = str(error.get('message', '')).strip().splitlines()
    return lines[0] if lines else 'no reason given'


def _write(directory: str, name: str, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    flags |= getattr(os, 'O_NOFOLLOW', 0) | getattr(os, 'O_BINARY', 0)
    try:
        descriptor = os.open(os.path.join(directory, name), flags, 0o600)
        with open(descriptor, 'wb') as file:
            file.write(content)
    except OSError as error:
        raise Failure(
            f'no temporary file for semgrep can be written: {error.strerror}'
        ) from None


def _project_path(target: _Target) -> str:
    """Return a path as the core wants it for `paths:`, of no empty or dotted part."""
    parts = target.change.path.encode('utf-8', 'replace').decode().split('/')
    return '/' + '/'.join(part for part in parts if part not in ('', '.', '..'))


# --- what to ask -------------------------------------------------------------------


def _targets(changes: Sequence[Change], compiled: Compiled) -> list[_Target]:
    wanted = {name for _, names, _, _ in compiled['rules'] for name in names}
    wanted.update(compiled['parsed'])
    everywhere = sorted(wanted & _ANY)
    targets: list[_Target] = []
    for number, change in enumerate(changes):
        language = languages.language(change.path, change.content)
        if language not in wanted and not everywhere:
            continue
        source = _source(change.content, language)
        name = f'{number}.{_extension(change.path, language)}'
        if language in wanted:
            broken = language == 'python' and not _parses(change.content)
            targets.append(_Target(change, language, name, source, broken))
        for other in everywhere:
            targets.append(_Target(change, other, f'{other}-{name}', source, False))
    return targets


def _extension(path: str, language: str) -> str:
    # The core parses .tsx and .ts differently; any other ending is ours.
    if language in ('javascript', 'typescript'):
        for ending in ('tsx', 'jsx'):
            if path.lower().endswith(f'.{ending}'):
                return ending
    return _EXTENSIONS.get(language, 'txt')


def _relevant(
    targets: Sequence[_Target], compiled: Compiled
) -> tuple[list[str], list[_Target]]:
    """Return the rules that can match, as JSON, and the targets that they ask for."""
    by_language: dict[str, list[_Target]] = {}
    for target in targets:
        by_language.setdefault(target.language, []).append(target)
    # The core's own filter takes `require` for `req`: with few files it pays to say
    # which of them a rule is for. A rule with `paths:` of its own keeps them.
    narrow = len(targets) <= NARROW and not compiled['paths']
    rules: list[str] = []
    asked: set[str] = set()
    for _, names, text, words in compiled['rules']:
        group = [target for name in names for target in by_language.get(name, ())]
        hits = [target.name for target in group if _holds(words, target.source.text)]
        if not hits:
            continue
        if narrow and len(hits) < len(group):
            include = ','.join(f'"{name}"' for name in hits)
            rules.append(f'{text[:-1]},"paths":{{"include":[{include}]}}}}')
            asked.update(hits)
        else:
            rules.append(text)
            asked.update(target.name for target in group)
    for language, members in by_language.items():
        # Python's own parser has spoken for the files that it can read; but a rule's
        # `paths:` may leave a file out, and then the core would not say it scanned it.
        broken = any(target.broken for target in members)
        parser_is_semgrep = language in _OPERATORS and language != 'python'
        if broken or parser_is_semgrep or compiled['paths']:
            rules.append(_probe(language))
            asked.update(target.name for target in members)
    return rules, [target for target in targets if target.name in asked]


def _probe(language: str) -> str:
    operator = _OPERATORS.get(language)
    # Both never match: the second is for a language whose parser we do not ask.
    kind, pattern = (
        ('pattern', _PROBE.format(operator))
        if operator
        else ('pattern-regex', r'\\b\\B')
    )
    return (
        f'{{"id":"{_PROBE_ID}{language}","message":"-","severity":"INFO",'
        f'"languages":["{language}"],"{kind}":"{pattern}"}}'
    )


def _holds(words: Any, text: bytes) -> bool:
    """Say whether `text` passes a filter of the core; None passes all."""
    if words is None:
        return True
    operator, *parts = words
    if operator == 'and':
        return all(_holds(part, text) for part in parts)
    if operator == 'or':
        return any(_holds(part, text) for part in parts)
    return all(_holds_word(word, text) for word in parts)


def _holds_word(word: bytes, text: bytes) -> bool:
    """Say whether `text` holds `word` whole: `req` is not in `require`."""
    if word not in text:
        return False
    # Bytes beyond ASCII end a word here, so that this errs towards yes.
    return (
        re.search(rb'(?<![A-Za-z0-9_])' + re.escape(word) + rb'(?![A-Za-z0-9_])', text)
        is not None
    )


_WIDE = ((b'\xff\xfe\0\0', 'utf-32-le'), (b'\0\0\xfe\xff', 'utf-32-be'))
_MARKS = (*_WIDE, (b'\xff\xfe', 'utf-16-le'), (b'\xfe\xff', 'utf-16-be'))
_COOKIE = re.compile(rb'[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)')


def _source(content: bytes, language: str) -> _Source:
    """Return `content` as the core reads it whole.

    With a byte order mark the core loses the first statement; of UTF-16 it finds
    nothing, and says so in neither case.
    """
    encoding, shift = _encoding(content, language)
    if encoding:
        text = content[shift:].decode(encoding, 'replace').encode('utf-8', 'replace')
    else:
        text = content[shift:]
        if not text.isascii():
            # Byte for byte, so that no offset moves.
            known = text.decode('utf-8', 'surrogateescape')
            text = re.sub('[\udc80-\udcff]', '_', known).encode()
    if b'\r' in text:
        text = re.sub(rb'\r(?!\n)', b'\n', text)
    return _Source(text, shift, encoding)


def _encoding(content: bytes, language: str) -> tuple[str, int]:
    """Return the encoding, '' for UTF-8, and the length of the byte order mark."""
    if content.startswith(b'\xef\xbb\xbf'):
        return '', 3
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding, len(mark)
    head = content[:64]
    if len(head) > 3 and b'\0' in head:
        if not head[1::2].strip(b'\0') and head[0]:
            return 'utf-16-le', 0
        if not head[::2].strip(b'\0') and head[1]:
            return 'utf-16-be', 0
    if language == 'python' and b'coding' in content[:400]:
        return _cookie(content), 0
    return '', 0


def _cookie(content: bytes) -> str:
    """Return the encoding that a Python file declares (PEP 263), '' for UTF-8."""
    import codecs

    for line in content.split(b'\n', 2)[:2]:
        found = _COOKIE.match(line)
        if found:
            try:
                name = codecs.lookup(found[1].decode('latin-1')).name
                content.decode(name, 'replace')
            except (LookupError, ValueError, UnicodeError):
                return ''
            plain = ('ascii', 'iso8859-1', 'cp1252', 'iso8859-15')
            return (
                '' if name == 'utf-8' or (name in plain and content.isascii()) else name
            )
    return ''


def _parses(content: bytes) -> bool:
    """Say whether the interpreter that runs us can parse a Python file."""
    import builtins
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        try:
            # 0x400 is ast.PyCF_ONLY_AST, without the import of ast.
            builtins.compile(content, 'change', 'exec', 0x400, True)
        except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
            return False
    return True


# --- what it said ------------------------------------------------------------------


def _matches(answer: Mapping[str, Any], targets: Sequence[_Target]) -> list[Match]:
    by_name = {target.name: target for target in targets}
    scanned = set(answer['paths']['scanned'])
    for target in targets:
        if target.name not in scanned:
            raise Failure(f'semgrep left out {_shown(target)} and did not say why')
    found: dict[Match, None] = {}
    for result in answer['results']:
        if result['extra'].get('is_ignored') or result['check_id'].startswith(
            _PROBE_ID
        ):
            continue
        found[_match(result, by_name[result['path']])] = None
    unread: dict[str, list[tuple[int, int]]] = {}
    for error in answer['errors']:
        _note(error, by_name, unread)
    for target in targets:
        if target.broken or target.name in unread:
            found[_unparsed(target, unread.get(target.name, []))] = None
    return _outermost(found)


def _outermost(matches: Iterable[Match]) -> list[Match]:
    """Drop a match that lies in another of the same rule: one fault, said once."""
    kept: list[Match] = []
    for match in sorted(matches, key=lambda m: (m.path, m.rule, m.start, -m.end)):
        last = kept[-1] if kept else match
        same = (last.path, last.rule) == (match.path, match.rule)
        if last is match or not same or match.end > last.end:
            kept.append(match)
    return kept


def _match(result: Mapping[str, Any], target: _Target) -> Match:
    start, end = result['start']['offset'], result['end']['offset']
    source = target.source
    return Match(
        result['check_id'],
        target.change.path,
        source.offset(start),
        source.offset(end),
    )


def _note(
    error: Mapping[str, Any],
    by_name: Mapping[str, _Target],
    unread: dict[str, list[tuple[int, int]]],
) -> None:
    """File an error of the core: what was not read of a file, or a Failure."""
    kind = _kind(error)
    location = error.get('location') or {}
    target = by_name.get(location.get('path') or error.get('path') or '')
    if target is None or kind not in ('PartialParsing', 'Fixpoint timeout', *_UNREAD):
        about = f' of {_shown(target)}' if target else ''
        rule = error.get('rule_id')
        raise Failure(
            f'semgrep did not finish{about}: {kind}'
            + (f' (rule {rule})' if rule else '')
            + ('; exclude the file in policy.yaml if it is not yours' if target else '')
        )
    spans = unread.setdefault(target.name, [])
    if kind in _UNREAD:
        spans.append((0, len(target.source.text)))
    elif kind == 'PartialParsing':
        kinds: Any = error.get('error_type', error.get('type'))
        for place in kinds[1]:
            spans.append(
                (
                    _position(target.source.text, place['start']),
                    _position(target.source.text, place['end']),
                )
            )


def _position(text: bytes, place: Mapping[str, int]) -> int:
    # The offset that comes with a partial parse counts from the error, not the file.
    start = 0
    for _ in range(place['line'] - 1):
        start = text.find(b'\n', start) + 1
        if not start:
            return len(text)
    return min(start + place['col'] - 1, len(text))


def _unparsed(target: _Target, spans: Sequence[tuple[int, int]]) -> Match:
    """Return the finding about a file that was not, or not wholly, parsed."""
    text = target.source.text
    rest = bytearray(text)
    for start, end in spans:
        rest[start:end] = b' ' * (end - start)
    nothing = bool(spans) and not rest.strip()
    # bandit reads what Python can parse, so something of the check has read it all.
    python_reads = target.language == 'python' and not target.broken
    start, end = spans[0] if spans else (0, len(text))
    line_end = text.find(b'\n', start, end)
    if line_end > start:
        end = line_end
    version = f'{sys.version_info.major}.{sys.version_info.minor}'
    if not spans:
        message = f'Python {version} cannot parse this file; only semgrep read it'
    elif nothing and python_reads:
        message = 'semgrep cannot parse this file; only bandit read it'
    elif nothing:
        message = 'nothing of this file was read'
    else:
        message = 'a part of this file was not read'
    return Match(
        f'unparsed-{target.language}',
        target.change.path,
        target.source.offset(start),
        target.source.offset(max(end, start)),
        message=message,
        confidence='high' if nothing and not python_reads else 'low',
    )


def _shown(target: _Target) -> str:
    return target.change.path.encode('utf-8', 'backslashreplace').decode()


# --- rules -------------------------------------------------------------------------


def _wrong(rule: Rule, key: str, expected: str) -> Failure:
    return rule.document.wrong(f'semgrep.{key}' if key else 'semgrep', expected)


def _check_unparsed(rule: Rule) -> str:
    language = str(rule.block.get('language'))
    if set(rule.block) != {'language'} or rule.id != f'unparsed-{language}':
        raise rule.document.wrong(
            'unparsed', f'expected {{language: …}} as the id {rule.id} says'
        )
    return language


def _check(rule: Rule) -> tuple[str, ...]:
    """Return the languages of a rule, or raise for what semgrep would pass over."""
    block = rule.block
    if not _ID.fullmatch(rule.id) or rule.id.startswith(_PROBE_ID):
        raise _wrong(rule, 'id', 'letters, digits, hyphens, dots and underscores only')
    for key in block:
        if key not in _KEYS:
            raise _wrong(rule, key, 'unknown key in a semgrep block')
    mode = block.get('mode', 'search')
    if mode not in ('search', 'taint'):
        raise _wrong(rule, 'mode', 'expected search or taint')
    if not any(key in block for key in _PATTERNS):
        raise _wrong(rule, '', f'expected one of {", ".join(_PATTERNS)}')
    if mode == 'taint' and 'taint' not in block:
        for key in ('pattern-sources', 'pattern-sinks'):
            if key not in block:
                raise _wrong(rule, '', f'mode taint needs {key}')
    found = block.get('languages')
    if not isinstance(found, (list, tuple)) or not found:
        raise _wrong(rule, 'languages', 'expected a list of languages')
    names = tuple(dict.fromkeys(_ALIASES.get(str(n), str(n)) for n in found))
    for name in names:
        if name not in _LANGUAGES:
            raise _wrong(
                rule, 'languages', f'{name} is not a language that hookline reads'
            )
    return names


def _filters(rules: Sequence[Rule], texts: Sequence[str]) -> dict[str, Any]:
    """Ask the core for each rule's filter, and whether it can use the rules at all."""
    if not available():
        return {}
    import shutil
    import tempfile

    deadline = time.monotonic() + COMPILE_SECONDS
    directory = tempfile.mkdtemp(prefix='hookline-')
    try:
        _write(directory, 'rules.json', f'{{"rules":[{",".join(texts)}]}}'.encode())
        _write(directory, 'targets.json', b'["Targets",[]]')
        try:
            _run_core(
                ('-rules', 'rules.json', '-targets', 'targets.json'),
                directory,
                deadline,
            )
        except _RuleError as error:
            for rule in rules:
                if rule.id == error.rule:
                    raise _wrong(rule, '', f'{rule.id}: {error.reason}') from None
            raise
        outcome = programs.run(
            (_core(), '-prefilter_of_rules', 'rules.json'),
            name='semgrep',
            deadline=deadline,
            cwd=directory,
            env=_environment(directory),
        )
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    import json

    try:
        rows = json.loads(outcome.stdout)
    except ValueError:
        raise Failure('semgrep gave no filters of the rules') from None
    return {row['rule_id']: _filter(row['filter']) for row in rows}


def _filter(value: Any) -> Any:
    """Turn a filter of the core into ours: None, or ('and' | 'or' | 'words', …)."""
    if isinstance(value, str):
        return None
    kind, rest = value
    if kind == 'Some':
        return _filter(rest)
    if kind in ('And', 'Or'):
        parts = [_filter(part) for part in rest]
        if kind == 'And':
            parts = [part for part in parts if part is not None]
            return ('and', *parts) if parts else None
        return None if None in parts else ('or', *parts)
    if kind == 'Pred' and rest[0] == 'Idents':
        return ('words', *(word.encode() for word in rest[1]))
    # A regex is the core's to judge.
    return None


# --- the installed program ---------------------------------------------------------


def _package() -> str:
    """Return the directory of the installed semgrep, '' when there is none.

    Only where pip installs: a folder called semgrep in the repository is not run.
    """
    for entry in sys.path:
        if os.path.basename(entry) in ('site-packages', 'dist-packages'):
            package = os.path.join(entry, 'semgrep')
            if os.path.isabs(package) and os.path.isdir(os.path.join(package, 'bin')):
                return package
    return ''


def _core() -> str:
    package = _package()
    if not package:
        raise Failure(INSTALL)
    site = os.path.dirname(package)
    if not os.path.isdir(os.path.join(site, f'semgrep-{VERSION}.dist-info')):
        found = [
            name.removeprefix('semgrep-').removesuffix('.dist-info')
            for name in os.listdir(site)
            if name.startswith('semgrep-') and name.endswith('.dist-info')
        ]
        raise Failure(
            f'semgrep {" and ".join(found) or "of no version"} is installed, '
            f'hookline needs {VERSION}: pip install semgrep=={VERSION}'
        )
    name = 'semgrep-core.exe' if os.name == 'nt' else 'semgrep-core'
    return os.path.join(package, 'bin', name)
