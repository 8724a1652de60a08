"""Our rules as semgrep's core reads them, and the words without which none matches."""

from __future__ import annotations

import time

from hookline import lazyre as re
from hookline import programs, semgrep_core
from hookline.light import Any, Mapping, NamedTuple, Sequence
from hookline.nouns import Compiled, Document, Failure, Rule

COMPILE_SECONDS = 120.0
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
# Languages of configuration that are YAML, or have no parser of semgrep's: '' is read
# by `generic`. A rule of regexes alone is read by `regex`, which parses nothing, and so
# also of a file that is a template.
CONFIGURATION = {
    'actions': 'yaml',
    'kubernetes': 'yaml',
    'compose': 'yaml',
    'nginx': 'generic',
    'apache': 'generic',
    'sshd': 'generic',
    'bash': 'bash',
    'terraform': 'terraform',
}
# With a rule of ours, `unparsed-…`, about files that cannot be parsed.
SAID = frozenset(
    (
        *('python', 'javascript', 'typescript', 'java', 'go'),
        *('actions', 'kubernetes', 'compose', 'terraform'),
    )
)
# These read any text.
ANY = frozenset(('generic', 'regex'))
LANGUAGES = frozenset(
    (
        *('python', 'javascript', 'typescript', 'java', 'go', 'ruby', 'php', 'kotlin'),
        *('scala', 'rust', 'swift', 'csharp', 'c', 'cpp', 'bash', 'terraform', 'yaml'),
        *('json', 'html', 'xml', *CONFIGURATION, *ANY),
    )
)
# A rule whose matches nobody looks at and that no prefilter can leave out, so that the
# file is parsed: without it the core skips a file that holds no word of any rule, and a
# syntax error in it goes unsaid.
PROBES = {
    'python': '$X @ $X @ $X @ $X @ $X',
    'javascript': '$X >>> $X >>> $X >>> $X >>> $X',
    'typescript': '$X >>> $X >>> $X >>> $X >>> $X',
    'java': '$X >>> $X >>> $X >>> $X >>> $X',
    'go': '$X &^ $X &^ $X &^ $X &^ $X',
    'terraform': '$X && $X && $X && $X && $X',
    'yaml': '$X: {$X: {$X: {$X: $X}}}',
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
_VERSIONS = ('min-version', 'max-version')
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
        *_VERSIONS,
    )
)
_OF_REGEX = frozenset(('pattern-not-regex', 'metavariable-regex', 'focus-metavariable'))
_ID = re.compile(r'[A-Za-z0-9._-]+')
# The name of a type that stands without its package, in a pattern.
_TYPE = re.compile(r'(?<![\w.$"])[A-Z]\w*')
_WORD = re.compile(rb'\w+')
# A regex of a filter that says no more than that one of some strings is there.
_PLAIN = re.compile(r'(?a)\w+|\(\w+(?:\|\w+)*\)')
PROBE_ID = 'hookline-probe-'
SINKS_ID = f'{PROBE_ID}sinks-'
# What a search can say of a sink; other keys make more of it.
_SEARCHED = frozenset(('pattern', 'patterns', 'pattern-either', 'pattern-regex'))


def compile(rules: Sequence[Rule], images: Sequence[Document]) -> Compiled:
    """Turn rules into the core's JSON, each with the words that its matches hold.

    Compiled holds `rules`, rows of (id, languages with their analyzers, JSON text,
    filter); `parsed`, the languages with a rule about files that cannot be parsed;
    `sinks`, a search for those of each taint rule; `paths`, whether a rule looks at
    where a file lies; `flows`, the weakness of each rule whose matches the flow engine
    judges; `models`, what it knows of libraries; and `given`, by language, the filter
    that a file passes which has a source of theirs.
    """
    import json

    rows: list[tuple[str, tuple[tuple[str, str], ...], str]] = []
    parsed: list[str] = []
    sinks: dict[str, str] = {}
    paths = False
    flows: dict[str, str] = {}
    models: list[Any] = []
    for rule in rules:
        if rule.engine == 'unparsed':
            parsed.append(_check_unparsed(rule))
            continue
        block = rule.block
        if rule.engine == 'flow':
            takes = f':{block["takes"]}' if 'takes' in block else ''
            flows[rule.id] = f'{block.get("weakness")}{takes}'
            models = block.get('models') or []
            block = _sinks(rule)
            rule = rule._replace(block=block)
        read_by = tuple((name, _analyzer(name, rule.block)) for name in _check(rule))
        paths = paths or 'paths' in rule.block
        # json.dumps writes YAML's aliases out; given them, semgrep drops the rule.
        try:
            text = json.dumps(
                {
                    **rule.block,
                    'id': rule.id,
                    'message': '-',
                    'severity': 'ERROR',
                    'languages': list(dict.fromkeys(name for _, name in read_by)),
                }
            )
        except (TypeError, ValueError):
            raise _wrong(rule, '', 'holds a value that JSON does not know') from None
        rows.append((rule.id, read_by, text))
        if found := _search(rule, text):
            sinks[rule.id] = found
    filters = _filters(rules, [text for _, _, text in rows]) if rows else {}
    return {
        'rules': [(*row, filters.get(row[0])) for row in rows],
        'parsed': parsed,
        'paths': paths,
        'sinks': sinks,
        'flows': flows,
        'models': models,
        'given': _given(models) if flows else {},
    }


def _search(rule: Rule, text: str) -> str:
    """Return the JSON of a search for the sinks of a taint rule, '' for any other."""
    import json

    block = json.loads(text)
    sinks = block.pop('pattern-sinks', None)
    if block.get('mode') != 'taint' or not sinks or 'paths' in block:
        return ''
    if not all(_SEARCHED.issuperset(sink) for sink in sinks):
        return ''
    wanted = {key: block[key] for key in ('message', 'severity', 'languages')}
    also = {key: block[key] for key in ('options', *_VERSIONS) if key in block}
    return json.dumps(
        {**wanted, **also, 'id': f'{SINKS_ID}{rule.id}', 'pattern-either': sinks}
    )


def _given(models: Sequence[Any]) -> dict[str, Any]:
    from hookline.flow import languages, verdicts

    found: dict[str, Any] = {}
    for language in languages.LANGUAGES:
        needed, pattern = verdicts.reaching(language, models)
        words = [('words', *sorted(words)) for words in needed]
        found[language] = ('or', ('regex', pattern), *words)
    return found


def _sinks(rule: Rule) -> dict[str, Any]:
    """Return the search for the sinks of a flow rule."""
    block = rule.block
    for key in block:
        if key not in ('languages', 'weakness', 'sinks', 'takes', 'models'):
            raise rule.document.wrong(f'flow.{key}', 'unknown key in a flow block')
    sinks = block.get('sinks')
    if not isinstance(sinks, list) or not sinks:
        raise rule.document.wrong('flow.sinks', 'expected a list of patterns')
    weakness = block.get('weakness')
    if not isinstance(weakness, str) or not weakness:
        raise rule.document.wrong('flow.weakness', 'expected a class of weakness')
    if block.get('takes', 'text') != 'text':
        raise rule.document.wrong('flow.takes', 'expected text')
    full = {
        name: f'{package}.{name}'
        for model in block.get('models') or ()
        for package, names in model.get('packages', {}).items()
        for name in names
    }
    spelled = [_spelled(sink, full) for sink in sinks]
    return {'languages': block.get('languages'), 'pattern-either': spelled}


def _spelled(value: Any, full: Mapping[str, str]) -> Any:
    """Return patterns that match types of `full` with and without their packages.

    semgrep takes `new java.io.File(x)` for `new File(x)` only where File is imported.
    """
    if isinstance(value, list):
        return [_spelled(part, full) for part in value]
    if not isinstance(value, dict):
        return value
    pattern = value.get('pattern')
    if not isinstance(pattern, str) or len(value) > 1:
        return {key: _spelled(part, full) for key, part in value.items()}
    variants = ['']
    at = 0
    for found in _TYPE.finditer(pattern):
        name = found[0]
        between = pattern[at : found.start()]
        ways = (name, full[name]) if name in full else (name,)
        variants = [text + between + way for text in variants for way in ways]
        at = found.end()
    if len(variants) == 1:
        return value
    return {'pattern-either': [{'pattern': text + pattern[at:]} for text in variants]}


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
    if not _ID.fullmatch(rule.id) or rule.id.startswith(PROBE_ID):
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
        if name not in LANGUAGES:
            raise _wrong(
                rule, 'languages', f'{name} is not a language that hookline reads'
            )
    return names


def _analyzer(language: str, block: Mapping[str, Any]) -> str:
    if language not in CONFIGURATION:
        return language
    return 'regex' if _is_regex(block) else CONFIGURATION[language]


def _is_regex(block: Mapping[str, Any]) -> bool:
    """Say whether a rule is made of regexes alone, so that nothing is parsed for it."""
    if 'pattern-regex' in block:
        return True
    parts = block.get('patterns', block.get('pattern-either', ()))
    return bool(parts) and all(
        _is_regex(part) or set(part) <= _OF_REGEX for part in parts
    )


def _filters(rules: Sequence[Rule], texts: Sequence[str]) -> dict[str, Any]:
    """Ask the core for each rule's filter, and whether it can use the rules at all."""
    if not semgrep_core.available():
        return {}
    deadline = time.monotonic() + COMPILE_SECONDS
    directory = programs.directory()
    try:
        text = f'{{"rules":[{",".join(texts)}]}}'.encode()
        file = programs.write(directory, 'rules.json', text)
        targets = programs.write(directory, 'targets.json', b'["Targets",[]]')
        try:
            semgrep_core.run(file, targets, directory, deadline)
        except semgrep_core.RuleError as error:
            for rule in rules:
                if rule.id == error.rule:
                    raise _wrong(rule, '', f'{rule.id}: {error.reason}') from None
            raise
        outcome = programs.run(
            (semgrep_core.program(), '-prefilter_of_rules', file),
            name='semgrep',
            deadline=deadline,
            env=semgrep_core.environment(directory),
        )
    finally:
        programs.remove(directory)
    import json

    try:
        rows = json.loads(outcome.stdout)
    except ValueError:
        raise Failure('semgrep gave no filters of the rules') from None
    return {row['rule_id']: filter_of(row['filter']) for row in rows}


def filter_of(value: Any) -> Any:
    """Turn a filter of the core into ours: None, or an operator and what it is of.

    `and` and `or` are of filters, `words` of those that all occur, `parts` of strings
    one of which does, `regex` of one that is found.
    """
    if isinstance(value, str):
        return None
    kind, rest = value
    if kind == 'Some':
        return filter_of(rest)
    if kind in ('And', 'Or'):
        parts = [filter_of(part) for part in rest]
        if kind == 'And':
            parts = [part for part in parts if part is not None]
            return ('and', *parts) if parts else None
        return None if None in parts else ('or', *parts)
    if kind == 'Pred' and rest[0] == 'Idents':
        # `$scope` as its word, as text_of() has it.
        return ('words', *_WORD.findall('\0'.join(rest[1]).encode()))
    if kind == 'Pred' and rest[0] == 'Regexp' and _PLAIN.fullmatch(rest[1]):
        return ('parts', *(part.encode() for part in rest[1].strip('()').split('|')))
    # Any other regex is the core's to judge.
    return None


def probe(language: str) -> str:
    # A language whose parser we do not ask: this never matches.
    kind, pattern = 'pattern-regex', r'\\b\\B'
    if language in PROBES:
        kind, pattern = 'pattern', PROBES[language]
    return (
        f'{{"id":"{PROBE_ID}{language}","message":"-","severity":"INFO",'
        f'"languages":["{language}"],"{kind}":"{pattern}"}}'
    )


class Text(NamedTuple):
    """A content, and its words: `req` is none of `require`."""

    content: bytes
    words: frozenset[bytes]


def text_of(content: bytes) -> Text:
    # Bytes beyond ASCII end a word here, so that `holds` errs towards yes.
    return Text(content, frozenset(_WORD.findall(content)))


def holds(wanted: Any, text: Text) -> bool:
    """Say whether `text` passes a filter; None passes all."""
    if wanted is None:
        return True
    operator, *parts = wanted
    if operator == 'and':
        return all(holds(part, text) for part in parts)
    if operator == 'or':
        return any(holds(part, text) for part in parts)
    if operator == 'parts':
        return any(part in text.content for part in parts)
    if operator == 'regex':
        return re.search(parts[0], text.content) is not None
    return text.words.issuperset(parts)
