"""Reads rules directories: layers, validation, errors with file and line.

The only module that reads rule files. It knows the envelope of a rule (RULES of
docs/rules.md); what an engine block may hold is its engine's matter.
"""

from __future__ import annotations

import os
from stat import S_ISREG

from hookline import lazyre as re
from hookline.light import (
    Any,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    NamedTuple,
    Sequence,
)
from hookline.nouns import (
    CHECKS,
    CONFIDENCES,
    SEVERITIES,
    Document,
    Example,
    Failure,
    Rule,
)

# Which check an engine block belongs to; '' is any.
ENGINES = {
    'pattern': 'secrets',
    'detect-secrets': 'secrets',
    'semgrep': 'code',
    'flow': 'code',
    'bandit': 'code',
    'hadolint': 'docker',
    'image': 'docker',
    'add': 'docker',
    'unparsed': '',
}
# Settings files beside the rules.
SETTINGS = ('policy.yaml', 'images.yaml')
# Lists that the semgrep rules of a folder share: `- list: NAME` stands for all of one.
LISTS = 'lists.yaml'
# What the flow engine knows of a language's libraries, a file a framework or so.
FLOWS = '.flow.yaml'
FLOW_LANGUAGES = ('python', 'java', 'javascript')
# Keys of such a file: lists of names, and lists of names by something.
FLOW_LISTS = (
    *('sources', 'requests', 'carriers', 'routes', 'pure', 'raises', 'normalises'),
    *('ends', 'passes', 'undoes', 'views', 'handlers', 'answers'),
)
FLOW_TABLES = (
    *('sanitizers', 'checks', 'containers', 'parts', 'regexes', 'packages'),
    *('registers', 'harmless'),
)
_TEXT = ('title', 'severity', 'confidence', 'why', 'remedy')
_OPTIONAL = ('references', 'tags', 'examples')
_SLUG = re.compile(r'[a-z0-9]+(-[a-z0-9]+)*')
MAX_TITLE = 60
# What the repository's own rules directory is called, as a layer too.
OWN = '.hookline'
LISTED = '.secrets.baseline'  # beside it: what detect-secrets' users have accepted
# A list in a list in a list; one that names itself ends here.
MAX_LISTS = 4


class Layer(NamedTuple):
    """One rules directory."""

    directory: str
    name: str  # how errors call it
    builtin: bool = False
    may_be_empty: bool = False  # it may hold nothing but a baseline
    fixed: bool = False  # nobody edits its files: they come and go with hookline


class Book(NamedTuple):
    """What the layers say together."""

    rules: Mapping[str, Rule]
    policies: tuple[Document, ...]
    images: tuple[Document, ...]


def builtin() -> Layer:
    """Return hookline's own rules: installed as package data, or in the checkout."""
    package = os.path.dirname(os.path.abspath(__file__))
    directory = os.path.join(package, 'rules')
    fixed = os.path.isdir(directory)
    if not fixed:
        top = os.path.dirname(os.path.dirname(package))
        directory = os.path.join(top, 'rules')
    return Layer(directory, 'rules', builtin=True, fixed=fixed)


def files(layer: Layer) -> list[tuple[str, os.stat_result]]:
    """Return the YAML files of a layer, relative, sorted, with what tells of an edit.

    Raises Failure for a directory that is missing or not readable.
    """
    found: list[tuple[str, os.stat_result]] = []
    pending = ['']
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(os.path.join(layer.directory, folder)) as entries:
                for entry in entries:
                    name = f'{folder}/{entry.name}' if folder else entry.name
                    if entry.name.startswith(('.', '_')):
                        continue
                    if layer.name == OWN and entry.is_symlink():
                        raise Failure(f'{OWN}/{name}: is a link; put the file there')
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(name)
                    elif entry.name.endswith(('.yaml', '.yml')):
                        stat = entry.stat()
                        if not S_ISREG(stat.st_mode):
                            raise Failure(f'{layer.name}/{name}: is not a file')
                        found.append((name, stat))
        except OSError as error:
            where = os.path.join(layer.name, folder) if folder else layer.name
            raise Failure(
                f'{where}: rules directory cannot be read: {error.strerror}'
            ) from None
    return sorted(found, key=lambda item: item[0])


# What policy may call a rule by: its check, its tags and its languages.
Names = tuple[str, Sequence[str], Sequence[str]]
# The ids that a policy.yaml locks, of those that there are.
Locks = Callable[[Document, Mapping[str, Names]], frozenset[str]]


# What is known of a file of the built-in rules without parsing it, and what its engine
# made of the rule in it.
Prepared = Callable[[Layer, str], tuple[Document, Any] | None]


def load(
    layers: Sequence[Layer],
    locks: Locks | None = None,
    prepared: Prepared | None = None,
) -> Book:
    """Read all layers; a later layer replaces a rule with the same id, whole.

    What `locks` says a layer locks, no later layer replaces.
    """
    locked: dict[str, str] = {}
    rules: dict[str, Rule] = {}
    policies: list[Document] = []
    images: list[Document] = []
    lists: dict[str, list[Any]] = {}
    flows: list[dict[str, Any]] = []
    for layer in layers:
        found = files(layer)
        if not found and not layer.may_be_empty:
            raise Failure(f'{layer.name}: no rule, policy.yaml or images.yaml in it')
        own: dict[str, Rule] = {}
        for name, _ in found:
            known = prepared(layer, name) if prepared and layer.builtin else None
            document, made = known or (read(layer, name), None)
            if name == 'policy.yaml':
                policies.append(document)
            elif name == 'images.yaml':
                images.append(document)
            elif os.path.basename(name) == LISTS:
                _add_lists(lists, document)
            elif name.endswith(FLOWS):
                flows.append(_flow_of(document))
            else:
                for rule in rules_of(document, name, examples=layer.builtin):
                    if rule.id in locked:
                        raise document.wrong('id', f'locked by {locked[rule.id]}')
                    if rule.id in own:
                        other = own[rule.id].document.path
                        raise document.wrong('id', f'{rule.id} is also in {other}')
                    own[rule.id] = rule._replace(prepared=made) if made else rule
        rules.update((key, _filled(rule, lists)) for key, rule in own.items())
        if locks and policies and policies[-1].path == f'{layer.name}/policy.yaml':
            for name in locks(policies[-1], names(rules.values())):
                locked.setdefault(name, policies[-1].path)
    rules = {key: _with_flows(rule, flows) for key, rule in rules.items()}
    return Book(rules, tuple(policies), tuple(images))


def names(rules: Iterable[Rule]) -> dict[str, Names]:
    return {rule.id: (rule.check, rule.tags, rule.languages) for rule in rules}


def read(layer: Layer, name: str) -> Document:
    from hookline import yamlfile

    path = os.path.join(layer.directory, name)
    return yamlfile.read(path, f'{layer.name}/{name}')


def rules_of(document: Document, name: str, *, examples: bool) -> Iterator[Rule]:
    """Yield the rule of one file; the rules of a native semgrep file.

    `name` is relative to the rules directory: its first folder is the check.
    `examples` says whether a rule must have them.
    """
    check, _, rest = name.partition('/')
    if not name.endswith('.yaml'):
        raise document.wrong('', 'a rule file ends in .yaml')
    if not rest:
        raise document.wrong(
            '', f'only {" and ".join(SETTINGS)} lie here; a rule lies in a check folder'
        )
    if check not in CHECKS:
        raise document.wrong('', f'folder {check}: expected one of {", ".join(CHECKS)}')
    value = document.value
    if not isinstance(value, dict):
        raise document.wrong('', 'expected a mapping of keys')
    if 'rules' in value:
        yield from _native(document, check)
    else:
        stem = os.path.basename(name)[: -len('.yaml')]
        yield _rule(document, check, stem, examples=examples)


def example(document: Document, key: str, value: object) -> Example:
    if isinstance(value, str):
        return Example(value, '')
    if isinstance(value, dict) and set(value) == {'path', 'content'}:
        path, content = value['path'], value['content']
        if isinstance(path, str) and isinstance(content, str):
            return Example(content, path)
    raise document.wrong(key, 'expected text, or a mapping of path and content')


def _rule(document: Document, check: str, stem: str, *, examples: bool) -> Rule:
    value: dict[str, Any] = document.value
    blocks = [key for key in value if key in ENGINES]
    known = {'id', 'cwe', *_TEXT, *_OPTIONAL, *ENGINES}
    for key in value:
        if key not in known:
            raise document.wrong(key, f'unknown key{_nearest(key, known)}')
    if value.get('id') != stem:
        raise document.wrong('id', f'is {value.get("id")!r}, expected the file name')
    if not _SLUG.fullmatch(stem):
        raise document.wrong('id', 'expected lower-case words joined by hyphens')
    for key in _TEXT:
        text = value.get(key)
        if not isinstance(text, str) or not text.strip():
            raise document.wrong(key, 'expected text')
    if len(value['title']) > MAX_TITLE:
        raise document.wrong(
            'title', f'{len(value["title"])} characters, at most {MAX_TITLE}'
        )
    _one_of(document, 'severity', SEVERITIES)
    _one_of(document, 'confidence', CONFIDENCES)
    cwe = value.get('cwe')
    if not isinstance(cwe, int) or isinstance(cwe, bool) or cwe < 0:
        raise document.wrong('cwe', 'expected a CWE number')
    if len(blocks) != 1:
        raise document.wrong(
            blocks[1] if blocks else '',
            f'expected exactly one engine block of {", ".join(ENGINES)}',
        )
    engine = blocks[0]
    if ENGINES[engine] not in ('', check):
        raise document.wrong(
            engine, f'belongs in {ENGINES[engine]}/, this file is in {check}/'
        )
    if not isinstance(value[engine], dict):
        raise document.wrong(engine, 'expected a mapping')
    bad, good = _examples(document, required=examples)
    return Rule(
        id=stem,
        check=check,
        engine=engine,
        title=value['title'].strip(),
        severity=value['severity'],
        confidence=value['confidence'],
        cwe=cwe,
        why=value['why'].strip(),
        remedy=value['remedy'].strip(),
        references=_texts(document, 'references'),
        tags=_tags(engine, _texts(document, 'tags')),
        block=value[engine],
        bad=bad,
        good=good,
        document=document,
        languages=_languages(engine, value[engine]),
    )


# Programs of others, whose rules policy may name together.
_PROGRAMS = ('bandit', 'detect-secrets', 'hadolint', 'semgrep')


def _tags(engine: str, own: tuple[str, ...]) -> tuple[str, ...]:
    return (*own, engine) if engine in _PROGRAMS and engine not in own else own


# As semgrep abbreviates them.
_SHORT = {'py': 'python', 'js': 'javascript', 'ts': 'typescript', 'golang': 'go'}


def _languages(engine: str, block: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the languages of a code rule, by which policy may set its mode."""
    if engine == 'bandit':
        return ('python',)
    named = block.get('languages', block.get('language', ()))
    if engine not in ('semgrep', 'unparsed') or not isinstance(named, list | str):
        return ()  # what else stands there is its engine's to refuse
    given = [named] if isinstance(named, str) else named
    return tuple(dict.fromkeys(_SHORT.get(str(name), str(name)) for name in given))


def _add_lists(lists: dict[str, list[Any]], document: Document) -> None:
    """Take the lists of a file in; none is replaced, so a locked rule stays whole."""
    found = document.value.get('lists') if isinstance(document.value, dict) else None
    if not isinstance(found, dict) or set(document.value) != {'lists'}:
        raise document.wrong('lists', 'expected a mapping of names to lists')
    for name, items in found.items():
        if not isinstance(items, list) or not items:
            raise document.wrong(f'lists.{name}', 'expected a list of patterns')
        if lists.setdefault(name, items) != items:
            raise document.wrong(f'lists.{name}', 'there is another list of this name')


def _filled(rule: Rule, lists: Mapping[str, list[Any]]) -> Rule:
    if rule.engine not in ('semgrep', 'flow'):
        return rule
    block = _spliced(rule.block, lists, rule.document, rule.engine)
    return rule._replace(block=block)


def _flow_of(document: Document) -> dict[str, Any]:
    """Return what a file says of a language's libraries, each key checked."""
    found = document.value.get('flow') if isinstance(document.value, dict) else None
    if not isinstance(found, dict) or set(document.value) != {'flow'}:
        raise document.wrong('flow', 'expected a mapping')
    if found.get('language') not in FLOW_LANGUAGES:
        expected = ', '.join(FLOW_LANGUAGES)
        raise document.wrong('flow.language', f'expected one of {expected}')
    for key, value in found.items():
        if key == 'language':
            continue
        rows = (
            value.values()
            if key in FLOW_TABLES and isinstance(value, dict)
            else [value]
        )
        if key not in (*FLOW_LISTS, *FLOW_TABLES):
            near = _nearest(key, {*FLOW_LISTS, *FLOW_TABLES})
            raise document.wrong(f'flow.{key}', f'unknown key{near}')
        for row in rows:
            if not isinstance(row, list) or not all(isinstance(x, str) for x in row):
                raise document.wrong(f'flow.{key}', 'expected lists of names')
    return found


def _with_flows(rule: Rule, flows: Sequence[dict[str, Any]]) -> Rule:
    if rule.engine != 'flow':
        return rule
    return rule._replace(block={**rule.block, 'models': flows})


def _spliced(
    value: Any,
    lists: Mapping[str, list[Any]],
    document: Document,
    key: str,
    depth: int = 0,
) -> Any:
    """Return `value` with the items of each list that it names in that one's place."""
    if isinstance(value, dict):
        return {
            name: _spliced(item, lists, document, f'{key}.{name}', depth)
            for name, item in value.items()
        }
    if not isinstance(value, list):
        return value
    items: list[Any] = []
    for number, item in enumerate(value):
        if isinstance(item, dict) and set(item) == {'list'}:
            shared = lists.get(str(item['list']))
            if shared is None or depth > MAX_LISTS:
                near = _nearest(str(item['list']), set(lists))
                raise document.wrong(
                    f'{key}.{number}', f'no list called {item["list"]}{near}'
                )
            items += _spliced(shared, lists, document, f'{key}.{number}', depth + 1)
        else:
            items.append(_spliced(item, lists, document, f'{key}.{number}', depth))
    return items


def _examples(
    document: Document, *, required: bool
) -> tuple[tuple[Example, ...], tuple[Example, ...]]:
    value = document.value.get('examples')
    if value is None and not required:
        return (), ()
    if not isinstance(value, dict) or not set(value) <= {'bad', 'good'}:
        raise document.wrong('examples', 'expected bad and good')
    found: list[tuple[Example, ...]] = []
    for kind in ('bad', 'good'):
        rows = value.get(kind, [])
        if not isinstance(rows, list) or (required and not rows):
            raise document.wrong(f'examples.{kind}', 'expected a list of examples')
        found.append(
            tuple(
                example(document, f'examples.{kind}.{number}', row)
                for number, row in enumerate(rows)
            )
        )
    return found[0], found[1]


def _texts(document: Document, key: str) -> tuple[str, ...]:
    value = document.value.get(key, [])
    if not isinstance(value, list) or not all(isinstance(x, str) for x in value):
        raise document.wrong(key, 'expected a list of texts')
    return tuple(value)


def _one_of(document: Document, key: str, allowed: Sequence[str]) -> None:
    if document.value[key] not in allowed:
        raise document.wrong(key, f'expected one of {", ".join(allowed)}')


def _nearest(key: str, known: set[str]) -> str:
    import difflib

    near = difflib.get_close_matches(key, sorted(known), 1)
    return f'; did you mean {near[0]}?' if near else ''


# semgrep's own scale, https://semgrep.dev/docs/writing-rules/rule-syntax
_NATIVE_SEVERITY = {
    'ERROR': 'high',
    'WARNING': 'medium',
    'INFO': 'low',
    'CRITICAL': 'critical',
    'HIGH': 'high',
    'MEDIUM': 'medium',
    'LOW': 'low',
}


def _native(document: Document, check: str) -> Iterator[Rule]:
    """Yield the rules of a file in semgrep's own format, which drops in unchanged."""
    if check != 'code':
        raise document.wrong('rules', 'native semgrep rules belong in code/')
    for key in document.value:
        if key != 'rules':
            raise document.wrong(key, 'unknown key in a native semgrep file')
    rows = document.value['rules']
    if not isinstance(rows, list) or not rows:
        raise document.wrong('rules', 'expected a list of rules')
    for number, row in enumerate(rows):
        at = f'rules.{number}'
        if not isinstance(row, dict):
            raise document.wrong(at, 'expected a mapping')
        for key in ('id', 'message', 'languages', 'severity'):
            if key not in row:
                raise document.wrong(at, f'{key} is missing')
        severity = _NATIVE_SEVERITY.get(str(row['severity']).upper())
        if severity is None:
            raise document.wrong(
                f'{at}.severity', f'expected one of {", ".join(_NATIVE_SEVERITY)}'
            )
        metadata = row.get('metadata') or {}
        message = str(row['message']).strip()
        confidence = str(metadata.get('confidence', 'medium')).lower()
        title = message.splitlines()[0].split('. ')[0] if message else row['id']
        references = metadata.get('references') or []
        drop = ('id', 'message', 'severity', 'metadata', 'fix', 'fix-regex')
        yield Rule(
            id=str(row['id']),
            check=check,
            engine='semgrep',
            title=title[:MAX_TITLE],
            severity=severity,
            confidence=confidence if confidence in CONFIDENCES else 'medium',
            cwe=_cwe(metadata.get('cwe')),
            why=message or str(row['id']),
            remedy=str(metadata.get('remedy') or 'See the message of the rule.'),
            references=tuple(str(x) for x in references)
            if isinstance(references, list)
            else (str(references),),
            tags=_tags('semgrep', ()),
            block={key: value for key, value in row.items() if key not in drop},
            bad=(),
            good=(),
            document=document,
            languages=_languages('semgrep', row),
        )


def _cwe(value: object) -> int:
    found = re.search(r'\d+', str(value or ''))
    return int(found.group()) if found else 0
