"""semgrep's rules over contents, by its core program and not its slow command line.

The core fails open (status 0 for a rule that it cannot read, a file that it did not
parse), so what was asked is compared with what it says it did.
"""

from __future__ import annotations

import os
import sys

from hookline import (
    languages,
    programs,
    semgrep_core,
    semgrep_rules,
    sourcetext,
    threads,
)
from hookline.light import Any, Callable, Iterable, Mapping, NamedTuple, Sequence
from hookline.nouns import SAFE, Change, Compiled, Failure, Match, Run

VERSION = semgrep_core.VERSION
available = semgrep_core.available
compile = semgrep_rules.compile

# Names to compare, those of a rule's files with those of all, up to which it is told
# which it is for.
NARROW = 20_000
# Less than this is read before the core's second process is worth what it costs.
WORTH_A_PROCESS = 500_000
# Bytes that taint rules would follow, each rule's counted, from which their sinks are
# searched for first. Following takes ten times as long as that, if there is none too.
WORTH_A_SEARCH = 500_000
_EXTENSIONS = {
    'python': 'py',
    'javascript': 'js',
    'typescript': 'ts',
    'java': 'java',
    'go': 'go',
    'terraform': 'tf',
    'bash': 'sh',
    'yaml': 'yaml',
    'json': 'json',
}
_UNREAD = frozenset(
    ('Syntax error', 'Lexical error', 'Other syntax error', 'AST builder error')
)
# What stopped semgrep on one file; it reads no more of that file's rules then.
_LIMITS = {
    'Timeout': 'semgrep ran into its time limit',
    'Out of memory': 'semgrep ran out of memory',
    'Stack overflow': 'semgrep ran out of stack',
}


class _Target(NamedTuple):
    change: Change
    language: str  # of the file: 'actions'
    analyzer: str  # semgrep's: 'yaml'
    name: str  # of the temporary file: a number and an extension, nothing hostile
    source: sourcetext.Source
    text: semgrep_rules.Text  # of the source
    given: bool  # whether something in it may be what a caller chose
    broken: bool = False  # Python only: the interpreter cannot parse it


def takes(change: Change) -> bool:
    return (
        change.kind == 'file' and languages.language(change.path, change.content) != ''
    )


def looks_at(change: Change, paths: bool) -> str:
    language = languages.language(change.path, change.content)
    ways = (language, _extension(change.path, language), _way())
    return '\0'.join((*ways, change.path if paths else ''))


def _way() -> str:
    return 'cli' if os.environ.get('HOOKLINE_SEMGREP') == 'cli' else 'core'


def lasts(match: Match) -> bool:
    return not match.message.startswith(tuple(_LIMITS.values()))


def find(changes: Sequence[Change], compiled: Compiled, run: Run) -> Iterable[Match]:
    ask = _ask_cli if _way() == 'cli' else _ask_core
    return _find(changes, compiled, run, ask)


def find_by_cli(
    changes: Sequence[Change], compiled: Compiled, run: Run
) -> Iterable[Match]:
    """Find the same by semgrep's public command, where the core cannot be called."""
    return _find(changes, compiled, run, _ask_cli)


def _find(
    changes: Sequence[Change],
    compiled: Compiled,
    run: Run,
    ask: Callable[[_Files, _Question], Any],
) -> list[Match]:
    # Before anything says that there is nothing to ask: missing is never a pass.
    semgrep_core.program()
    targets = _targets(changes, compiled)
    # Python's own parser speaks for the files that it can read, while the core works.
    unread_by_python = threads.beside(lambda: _broken(targets))
    question = _Question(compiled, run, ask)
    try:
        wanted = _relevant(targets, compiled, run)
        answers, asked = _answers(wanted, targets, question)
    finally:
        broken = unread_by_python()
    if broken:
        probe = _Wanted(semgrep_rules.PROBE_ID, semgrep_rules.probe('python'))
        again = [target for target in targets if target.name in broken]
        answers.append(_asked([probe], again, question))
        names = {*broken, *(target.name for target in asked)}
        asked = [
            t._replace(broken=t.name in broken) for t in targets if t.name in names
        ]
    return _matches(_joined(answers), asked, compiled) if answers else []


def _joined(answers: Sequence[Any]) -> Any:
    if len(answers) == 1:
        return answers[0]
    scanned = [name for one in answers for name in one['paths']['scanned']]
    return {
        'paths': {'scanned': scanned},
        'results': [row for one in answers for row in one['results']],
        'errors': [row for one in answers for row in one['errors']],
    }


def _broken(targets: Sequence[_Target]) -> frozenset[str]:
    """Return the names of the Python files that the interpreter cannot parse."""
    return frozenset(
        target.name
        for target in targets
        if target.analyzer == 'python' and not sourcetext.parses(target.change.content)
    )


class _Wanted(NamedTuple):
    """A rule to be tried, and on what."""

    rule: str
    text: str  # of JSON
    names: Sequence[str] = ()  # of the targets that can have a match
    include: Sequence[str] = ()  # patterns for targets; empty for all


class _Question(NamedTuple):
    """What is the same each time that semgrep is asked in a run."""

    compiled: Compiled
    run: Run
    ask: Callable[[_Files, _Question], Any]


class _Files(NamedTuple):
    """What semgrep is given to read."""

    directory: str  # holds the targets
    rules: str
    targets: Sequence[_Target]


def _answers(
    wanted: Sequence[_Wanted], targets: Sequence[_Target], question: _Question
) -> tuple[list[Any], list[_Target]]:
    """Return what semgrep says, and the targets that it was asked about."""
    names = {name for one in wanted for name in one.names}
    asked = [target for target in targets if target.name in names]
    if not asked:
        return [], []
    sinks: Mapping[str, str] = question.compiled['sinks']
    sizes = {target.name: len(target.source.text) for target in asked}
    slow = [one for one in wanted if one.rule in sinks]
    work = sum(sizes[name] for one in slow for name in one.names)
    if work < WORTH_A_SEARCH or question.compiled['paths']:
        return [_asked(wanted, asked, question)], asked
    first = [w._replace(text=sinks.get(w.rule, w.text)) for w in wanted]
    answer = _asked(first, asked, question)
    found: dict[str, set[str]] = {}
    for result in answer['results']:
        rule = result['check_id'].removeprefix(semgrep_rules.SINKS_ID)
        found.setdefault(rule, set()).add(os.path.basename(result['path']))
    rest = [
        one._replace(
            names=own,
            include=own if len(own) * len(asked) <= NARROW else one.include,
        )
        for one in slow
        if (own := sorted(found.get(one.rule, ())))
    ]
    names = {name for one in rest for name in one.names}
    again = [target for target in asked if target.name in names]
    return [answer, *([_asked(rest, again, question)] if rest else [])], asked


def _asked(
    wanted: Sequence[_Wanted], targets: Sequence[_Target], question: _Question
) -> Any:
    directory = programs.directory(question.run.cache)
    try:
        for target in targets:
            programs.write(directory, target.name, target.source.text)
        rules = f'{{"rules":[{",".join(map(_with_paths, wanted))}]}}'.encode()
        file = programs.write(directory, 'rules.json', rules)
        return question.ask(_Files(directory, file, targets), question)
    finally:
        programs.remove(directory)


def _with_paths(wanted: _Wanted) -> str:
    if not wanted.include:
        return wanted.text
    names = ','.join(f'"{name}"' for name in wanted.include)
    return f'{wanted.text[:-1]},"paths":{{"include":[{names}]}}}}'


def _ask_core(files: _Files, question: _Question) -> Any:
    import json

    rows = [
        [
            'CodeTarget',
            {
                'path': {
                    'fpath': os.path.join(files.directory, target.name),
                    'ppath': _project_path(target)
                    if question.compiled['paths']
                    else f'/{target.name}',
                },
                'analyzer': target.analyzer,
                'products': ['sast'],
            },
        ]
        for target in files.targets
    ]
    text = json.dumps(['Targets', rows]).encode()
    targets = programs.write(files.directory, 'targets.json', text)
    size = sum(len(target.source.text) for target in files.targets)
    return semgrep_core.run(
        *(files.rules, targets, files.directory, question.run.deadline),
        jobs=question.run.jobs if size > WORTH_A_PROCESS else 1,
        fast=True,
    )


def _ask_cli(files: _Files, question: _Question) -> Any:
    folder = os.path.dirname(sys.executable)
    program = os.path.join(folder, 'semgrep.exe' if os.name == 'nt' else 'semgrep')
    command = (
        *(program, 'scan', '--experimental', '--json', '--quiet', '--oss-only'),
        *('--config', files.rules, '--no-rewrite-rule-ids', '--metrics', 'off'),
        *('--disable-version-check', '--no-git-ignore', '--max-target-bytes', '0'),
        *('--timeout', str(semgrep_core.rule_seconds()), '--timeout-threshold', '1'),
        *('-j', str(question.run.jobs), '--'),
        *dict.fromkeys(target.name for target in files.targets),
    )
    path = os.pathsep.join((folder, os.environ.get('PATH', os.defpath)))
    return semgrep_core.answer(
        programs.run(
            command,
            name='semgrep',
            deadline=question.run.deadline,
            cwd=files.directory,
            env={**semgrep_core.environment(files.directory), 'PATH': path},
        )
    )


def _project_path(target: _Target) -> str:
    """Return a path as the core wants it for `paths:`, of no empty or dotted part."""
    parts = target.change.path.encode('utf-8', 'replace').decode().split('/')
    return '/' + '/'.join(part for part in parts if part not in ('', '.', '..'))


def _targets(changes: Sequence[Change], compiled: Compiled) -> list[_Target]:
    wanted = {pair for _, pairs, _, _ in compiled['rules'] for pair in pairs}
    for name in compiled['parsed']:
        wanted.add((name, semgrep_rules.CONFIGURATION.get(name, name)))
    targets: list[_Target] = []
    for number, change in enumerate(changes):
        language = languages.language(change.path, change.content)
        pairs = _pairs(language)
        analyzers = dict.fromkeys(pair[1] for pair in pairs if pair in wanted)
        if not analyzers:
            continue
        source = sourcetext.source(change.content, language)
        text = semgrep_rules.text_of(source.text)
        given = semgrep_rules.holds(compiled['given'].get(language), text)
        for analyzer in analyzers:
            # Of the file's language, so that a rule can be told which files it is for.
            kind = _kind(language, given)
            name = f'{number}.{kind}.{_extension(change.path, analyzer)}'
            if analyzer in semgrep_rules.ANY:
                name = f'{analyzer}-{name}'
            targets.append(
                _Target(change, language, analyzer, name, source, text, given)
            )
    return targets


def _kind(language: str, given: bool) -> str:
    return language if given else f'{language}-closed'


def _pairs(language: str) -> dict[tuple[str, str], None]:
    """Return what a rule for a file of `language` names, each with an analyzer."""
    own = semgrep_rules.CONFIGURATION.get(language, language)
    return dict.fromkeys(
        (
            *((language, own), (own, own), (language, 'regex')),
            *(('generic', 'generic'), ('regex', 'regex')),
        )
    )


def _extension(path: str, language: str) -> str:
    # The core parses .tsx and .ts differently; any other ending is ours.
    if language in ('javascript', 'typescript'):
        for ending in ('tsx', 'jsx'):
            if path.lower().endswith(f'.{ending}'):
                return ending
    return _EXTENSIONS.get(language, 'txt')


def _relevant(
    targets: Sequence[_Target], compiled: Compiled, run: Run
) -> list[_Wanted]:
    """Return the rules that can match, and in which targets."""
    by_pair: dict[tuple[str, str], list[_Target]] = {}
    by_analyzer: dict[str, list[_Target]] = {}
    for target in targets:
        by_analyzer.setdefault(target.analyzer, []).append(target)
        for pair in _pairs(target.language):
            if pair[1] == target.analyzer:
                by_pair.setdefault(pair, []).append(target)
    # The core's own filter takes `require` for `req`: it pays to say which of a few
    # files a rule is for. A rule with `paths:` of its own keeps them.
    wanted: list[_Wanted] = []
    for rule, pairs, text, words in compiled['rules']:
        if run.rules is not None and rule not in run.rules:
            continue
        group = [target for pair in pairs for target in by_pair.get(pair, ())]
        if rule in compiled['flows'] and not run.told:
            # Elsewhere no sink is reached, and only who asks is told of those.
            group = [target for target in group if target.given]
        hits = [t.name for t in group if semgrep_rules.holds(words, t.text)]
        if not hits:
            continue
        analyzers = {pair[1] for pair in pairs}
        every = sum(len(by_analyzer.get(name, ())) for name in analyzers)
        include: Iterable[str] = ()
        narrow = len(hits) * len(targets) <= NARROW and not compiled['paths']
        if narrow and len(hits) < every:
            include = hits
        elif not compiled['paths'] and len(group) < every:
            include = {f'*.{_kind(t.language, t.given)}.*' for t in group}
        wanted.append(_Wanted(rule, text, hits, tuple(include)))
    for language, members in by_analyzer.items():
        # Python's own parser speaks for the files that it can read; but a rule's
        # `paths:` may leave a file out, and then the core would not say it scanned it.
        parser_is_semgrep = language in semgrep_rules.PROBES and language != 'python'
        if parser_is_semgrep or compiled['paths']:
            probe = semgrep_rules.probe(language)
            names = [target.name for target in members]
            wanted.append(_Wanted(semgrep_rules.PROBE_ID, probe, names))
    return wanted


def _matches(
    answer: Mapping[str, Any], targets: Sequence[_Target], compiled: Compiled
) -> list[Match]:
    # What is one language to semgrep may be several here, each with its own rules.
    pairs = {rule: frozenset(names) for rule, names, _, _ in compiled['rules']}
    by_name = {target.name: target for target in targets}
    scanned = set(map(os.path.basename, answer['paths']['scanned']))
    for target in targets:
        if target.name not in scanned:
            raise Failure(f'semgrep left out {_shown(target)} and did not say why')
    found: dict[Match, None] = {}
    sinks: dict[str, list[tuple[int, int, str]]] = {}
    for result in answer['results']:
        if result['extra'].get('is_ignored') or result['check_id'].startswith(
            semgrep_rules.PROBE_ID
        ):
            continue
        target = by_name[os.path.basename(result['path'])]
        meant = pairs[result['check_id']].intersection(_pairs(target.language))
        if all(analyzer != target.analyzer for _, analyzer in meant):
            continue
        if result['check_id'] in compiled['flows']:
            span = (result['start']['offset'], result['end']['offset'])
            sinks.setdefault(target.name, []).append((*span, result['check_id']))
        else:
            found[_match(result, target)] = None
    if sinks:
        found.update(dict.fromkeys(_flows(sinks, by_name, compiled)))
    unread: dict[str, list[tuple[int, int]]] = {}
    limited: dict[str, str] = {}
    for error in answer['errors']:
        _note(error, by_name, unread, limited)
    for target in targets:
        if target.broken or target.name in unread:
            if target.language not in semgrep_rules.SAID:
                raise Failure(
                    f'semgrep cannot read all of {_shown(target)}; '
                    'exclude the file in policy.yaml if it is not yours'
                )
            spans = unread.get(target.name, [])
            found[_unparsed(target, spans, limited.get(target.name, ''))] = None
    return _outermost(found)


def _flows(
    sinks: Mapping[str, Sequence[tuple[int, int, str]]],
    by_name: Mapping[str, _Target],
    compiled: Compiled,
) -> Iterable[Match]:
    """Yield the sinks that something tainted reaches, with the way that it takes."""
    from hookline.flow import verdicts

    for name, rows in sinks.items():
        target = by_name[name]
        source = target.source
        judged = verdicts.judge(
            source.text, target.language, rows, compiled['flows'], compiled['models']
        )
        for (start, end, rule), verdict in zip(rows, judged, strict=True):
            match = Match(
                rule, target.change.path, source.offset(start), source.offset(end)
            )
            if verdict.level == verdicts.TAINTED:
                steps = tuple(
                    (source.offset(step.at), source.offset(step.end), step.said)
                    for step in verdicts.steps(verdict)
                )
                yield match._replace(steps=steps)
            elif verdict.limit:
                said = f'Its flow was not followed: {verdict.proof}.'
                yield match._replace(message=said, confidence='low')
            elif verdict.level:
                yield match._replace(
                    disproved=f'not known to be tainted: {verdict.proof}'
                )
            else:
                yield match._replace(disproved=f'{SAFE}: {verdict.proof}')


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
    limited: dict[str, str],
) -> None:
    """File an error of the core: what was not read of a file, or a Failure."""
    kind = semgrep_core.kind(error)
    location = error.get('location') or {}
    path = location.get('path') or error.get('path') or ''
    target = by_name.get(os.path.basename(path))
    known = ('PartialParsing', 'Fixpoint timeout', *_UNREAD, *_LIMITS)
    if target is None or kind not in known:
        about = f' of {_shown(target)}' if target else ''
        rule = error.get('rule_id')
        raise Failure(
            f'semgrep did not finish{about}: {kind}'
            + (f' (rule {rule})' if rule else '')
            + ('; exclude the file in policy.yaml if it is not yours' if target else '')
        )
    spans = unread.setdefault(target.name, [])
    if kind in _LIMITS:
        limited[target.name] = f'{_LIMITS[kind]} on this file'
    if kind in (*_UNREAD, *_LIMITS):
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


def _unparsed(target: _Target, spans: Sequence[tuple[int, int]], limited: str) -> Match:
    """Return the finding about a file that was not, or not wholly, parsed."""
    text = target.source.text
    rest = bytearray(text)
    for start, end in spans:
        rest[start:end] = b' ' * (end - start)
    nothing = bool(spans) and not rest.strip()
    # bandit reads what Python can parse, so something of the check has read it all.
    python_reads = target.language == 'python' and not target.broken
    template = sourcetext.is_template(target.change.content, target.language)
    start, end = spans[0] if spans else (0, len(text))
    line_end = text.find(b'\n', start, end)
    if line_end > start:
        end = line_end
    version = f'{sys.version_info.major}.{sys.version_info.minor}'
    if limited:
        message = f'{limited}; not all of its rules were tried'
    elif not spans:
        message = f'Python {version} cannot parse this file; only semgrep read it'
    elif nothing and python_reads:
        message = 'semgrep cannot parse this file; only bandit read it'
    elif nothing and template:
        message = 'nothing of this template was read'
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
        confidence='low' if python_reads or template or not nothing else 'high',
    )


def _shown(target: _Target) -> str:
    return target.change.path.encode('utf-8', 'backslashreplace').decode()
