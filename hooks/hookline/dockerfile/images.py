"""images.yaml: reads its layers into a policy, and judges images by it.

deny beats exception beats allow beats default. Patterns are compared with the parts
of a normalised reference and never with its text, so that
`registry.example.com.evil.io` is not `registry.example.com`.
"""

from __future__ import annotations

from hookline import globs
from hookline.dockerfile import reference
from hookline.dockerfile.reference import Reference
from hookline.light import Any, Mapping, NamedTuple, Sequence
from hookline.nouns import Document

# What marshal can store; see compile().
Policy = dict[str, Any]

EOL_NOTICE_DAYS = 90
MAX_EXCEPTION_DAYS = 180
_KEYS = (
    *('version', 'default', 'scratch', 'unresolved', 'frontends', 'allow', 'deny'),
    *('args', 'mirrors', 'add', 'exceptions', 'max_exception_days'),
)
_ALLOW = ('image', 'tags', 'digest', 'stages', 'end_of_life', 'replace_with')
_DENY = ('id', 'image', 'reason', 'replace_with')
_EXCEPTION = ('paths', 'image', 'owner', 'reason', 'ticket', 'expires')
_ADD = {
    'https': ('forbid', 'checksum', 'allow'),
    'http': ('forbid', 'checksum', 'allow'),
    'git': ('forbid', 'commit', 'allow'),
}
# Entries that a message names where none is like the image.
_SHOWN = 3
# Parts of names that say nothing about likeness.
_COMMON = {'docker.io', 'library', '*', '**'}
_CHOICES = {
    'default': ('deny', 'warn'),
    'scratch': ('allow', 'deny'),
    'unresolved': ('error', 'note'),
}
_STRICTEST_ADD = {'https': 'checksum', 'http': 'forbid', 'git': 'commit', 'hosts': {}}


class Pattern(NamedTuple):
    """A pattern over references, cut into parts; a tuple, so marshal stores it."""

    text: str
    name: globs.Glob
    tag: globs.Glob | None
    digest: globs.Glob | None


class Verdict(NamedTuple):
    """What the policy makes of an image."""

    name: str  # 'approved', 'unapproved', 'denied', 'digest-missing', 'end-of-life'
    text: str = ''
    replace_with: str = ''
    notice: bool = False  # says what is coming, and stops nothing yet
    by: str = 'default'  # the key that decides: 'deny.0', 'exceptions.2', 'allow.3'


def pattern(text: str) -> Pattern:
    """Cut `host/path:tag@digest`; raise ValueError with what is wrong."""
    name, at, digest = text.partition('@')
    before, slash, last = name.rpartition('/')
    last, colon, tag = last.partition(':')
    name = f'{before}{slash}{last}'
    if (colon and not tag) or (at and not digest) or '/' in tag + digest:
        raise ValueError(f'{text}: the tag or digest is empty or holds a slash')
    first, slash, _ = name.partition('/')
    # `python` is docker.io/library/python; `**/python` and `*.io/x` are what they say.
    if '*' not in first:
        host, path = reference.split_host(name)
        name = f'{host.lower()}/{path}'
    wrong = globs.wrong(name) or (tag and globs.wrong(tag))
    if wrong:
        raise ValueError(wrong)
    return Pattern(
        text,
        globs.compile(name),
        globs.compile(tag) if tag else None,
        globs.compile(digest) if digest else None,
    )


def matches(image: Reference, wanted: Sequence[Any]) -> bool:
    _, name, tag, digest = wanted
    return (
        globs.matches(image.name, name)
        and (tag is None or globs.matches(image.tag, tag))
        and (digest is None or globs.matches(image.digest, digest))
    )


def compile(layers: Sequence[Document]) -> Policy:
    """Merge the layers, check every key, and return what judge() needs."""
    merged: dict[str, tuple[Any, Document]] = {}
    listed = False
    since: dict[str, str] = {}  # what the layers with a list say themselves
    for document in layers:
        value = document.value or {}
        if not isinstance(value, dict):
            raise document.wrong('', 'expected a mapping of keys')
        for key in value:
            if key not in _KEYS:
                raise document.wrong(
                    key, f'unknown key, expected one of {_said(_KEYS)}'
                )
        if value.get('version', 1) != 1:
            raise document.wrong('version', 'expected 1')
        listed = listed or bool(value.get('allow') or value.get('deny'))
        for key, found in value.items():
            if key in _CHOICES:
                _choice(document, key, found, _CHOICES[key])
                if listed or document is not layers[0]:
                    since[key] = found
            merged[key] = (found, document)

    def value_of(key: str, otherwise: str) -> Any:
        return merged[key][0] if key in merged else otherwise

    policy: Policy = {
        'listed': listed,
        'default': since.get('default')
        or ('deny' if listed else value_of('default', 'warn')),
        'unresolved': since.get('unresolved')
        or ('error' if listed else value_of('unresolved', 'note')),
        'scratch': value_of('scratch', 'allow'),
        'frontends': None,
        'allow': [],
        'deny': [],
        'exceptions': [],
        'args': _texts(layers, 'args'),
        'mirrors': _mirrors(layers),
        'add': _add(layers),
    }
    if 'frontends' in merged:
        patterns, document = merged['frontends']
        policy['frontends'] = [
            _pattern(document, f'frontends.{number}', text)
            for number, text in enumerate(_list(document, 'frontends', patterns))
        ]
    for key, make in (('allow', _allow), ('deny', _deny)):
        if key in merged:
            rows, document = merged[key]
            policy[key] = [
                make(document, f'{key}.{number}', row)
                for number, row in enumerate(_list(document, key, rows))
            ]
    if 'exceptions' in merged:
        rows, document = merged['exceptions']
        days = merged.get('max_exception_days', (MAX_EXCEPTION_DAYS, document))
        ids = {entry['id'] for entry in policy['deny']}
        policy['exceptions'] = [
            _exception(document, f'exceptions.{number}', row, ids, _days(*days))
            for number, row in enumerate(_list(document, 'exceptions', rows))
        ]
    elif 'max_exception_days' in merged:
        _days(*merged['max_exception_days'])
    return policy


def judge(
    policy: Policy, image: Reference, *, stage: str, path: str, today: str
) -> Verdict:
    """Judge an image that stage ('final' or 'build') of the file at `path` takes in."""
    forms = [image]
    if mapped := through_mirror(policy, image):
        forms.insert(0, mapped)
    expired = ''
    excused: dict[str, int] = {}
    for number, entry in enumerate(policy['exceptions']):
        if not any(matches(form, entry['image']) for form in forms):
            continue
        if not globs.any_matches(path, entry['paths']):
            continue
        if today > entry['expires']:
            expired = (
                f'the exception of {entry["owner"]} ({entry["ticket"]}) '
                f'expired on {entry["expires"]}'
            )
        else:
            excused.setdefault(entry['deny'], number)
    for number, entry in enumerate(policy['deny']):
        if any(matches(form, entry['image']) for form in forms):
            if entry['id'] and entry['id'] in excused:
                continue
            text = f'denied by {entry["id"] or entry["image"][0]}'
            if entry['reason']:
                text += f': {entry["reason"]}'
            text += f'; {expired}' if expired else ''
            instead = replacement(entry, forms[0])
            if not instead and (approved := _approved(policy, forms[0])):
                text += f'; approved is {describe(approved)}'
                instead = replacement(approved, forms[0])
            return Verdict('denied', text, instead, by=f'deny.{number}')
    if excused:
        by = f'exceptions.{min(excused.values())}'
        return Verdict('approved', 'by an exception', by=by)
    return _allowed(policy, forms, stage, today, expired)


def _allowed(
    policy: Policy, forms: Sequence[Reference], stage: str, today: str, expired: str
) -> Verdict:
    nearly: Verdict | None = None
    for number, entry in enumerate(policy['allow']):
        for form in forms:
            if not matches(form, entry['image']) or not tagged(form, entry):
                continue
            verdict = _conditions(form, entry, stage, today)
            verdict = verdict._replace(by=f'allow.{number}')
            if verdict.name == 'approved':
                return verdict
            if nearly is None or verdict.name != 'unapproved':
                nearly = verdict
    if nearly is None:
        entry = nearest(policy, forms[0])
        text = 'not approved'
        instead = ''
        if entry:
            text += f'; nearest approved: {describe(entry)}'
            instead = replacement(entry, forms[0])
        elif policy['allow']:
            known = [describe(entry) for entry in policy['allow'][:_SHOWN]]
            text += f'; approved: {", ".join(known)}'
            text += ' …' if len(policy['allow']) > _SHOWN else ''
        elif not policy['listed']:
            text += '; no list of approved images yet'
        nearly = Verdict('unapproved', text, instead)
    return nearly._replace(text=f'{nearly.text}; {expired}') if expired else nearly


def tagged(image: Reference, entry: Mapping[str, Any]) -> bool:
    tags = entry['tags']
    return not tags or any(globs.matches(image.tag, tag) for _, tag in tags)


def _conditions(
    image: Reference, entry: Mapping[str, Any], stage: str, today: str
) -> Verdict:
    instead = replacement(entry, image)
    if entry['stages'] and stage not in entry['stages']:
        where = ' and '.join(entry['stages'])
        return Verdict('unapproved', f'approved for {where} stages only', instead)
    if entry['digest'] == 'required' and not image.digest:
        text = f'{entry["image"][0]} needs a digest'
        return Verdict('digest-missing', text, instead or f'{image}@sha256:<digest>')
    if entry['digest'] == 'forbidden' and image.digest:
        text = f'{entry["image"][0]} is approved without a digest only'
        return Verdict('unapproved', text, instead or str(image._replace(digest='')))
    for _, tag, end, notice in entry['end_of_life']:
        if not globs.matches(image.tag, tag):
            continue
        if today > end:
            return Verdict('end-of-life', f'out of support since {end}', instead)
        if today >= notice:
            text = f'out of support from {end} on'
            return Verdict('end-of-life', text, instead, notice=True)
    return Verdict('approved')


def through_mirror(policy: Policy, image: Reference) -> Reference | None:
    """Return the image that a mirror stands for."""
    for prefix, target in policy['mirrors']:
        if image.name.startswith(prefix):
            host, path = reference.split_host(target + image.name[len(prefix) :])
            return image._replace(host=host, path=path)
    return None


def describe(entry: Mapping[str, Any]) -> str:
    text = str(entry['image'][0])
    if entry['tags']:
        text += f' with tag {" or ".join(text for text, _ in entry["tags"])}'
    if entry['digest'] == 'required':
        text += ' by digest'
    return text


def nearest(policy: Policy, image: Reference) -> dict[str, Any] | None:
    """Return the entry of the allow list that is most like an image."""
    parts = image.name.split('/')
    base = parts[-1]
    best: tuple[int, dict[str, Any]] | None = None
    for entry in policy['allow']:
        text = entry['image'][0].partition('@')[0]
        wanted = text.split('/')
        last = wanted[-1].partition(':')[0]
        shared = (set(parts[:-1]) & set(wanted[:-1])) - _COMMON
        score = 3 * (last == base) + len(shared)
        score += 2 * (base in (entry['replace_with'] or ''))
        score += bool(last.strip('*') and last.strip('*') in base)
        if score and (best is None or score > best[0]):
            best = (score, entry)
    return best[1] if best else None


def _approved(policy: Policy, image: Reference) -> dict[str, Any] | None:
    """Return the entry of the allow list for an image, whatever its tag."""
    found: list[dict[str, Any]] = policy['allow']
    matching = (e for e in found if globs.matches(image.name, e['image'][1]))
    return next(matching, None)


def replacement(entry: Mapping[str, Any], image: Reference) -> str:
    """Return what to write instead; one that ends in a slash takes the image's name."""
    instead: str = entry['replace_with']
    if not instead.endswith('/'):
        return instead
    fixed = str(entry['image'][0]).partition('*')[0]
    name = image.name.removeprefix(fixed)
    if not fixed or name == image.name:
        name = image.path.rpartition('/')[2]
    return instead + name + (f':{image.tag}' if image.tag else '')


def names(policy: Policy, image: Reference) -> bool:
    """Say whether an entry of the allow list is about this image, whatever its tag."""
    return _approved(policy, image) is not None


def may_name(policy: Policy, segments: Sequence[str]) -> bool:
    """Say whether a name that begins so can be approved, whatever comes behind it."""
    start = '/'.join(segments)
    if policy['default'] != 'deny' or any(
        f'{start}/'.startswith(prefix) or prefix.startswith(f'{start}/')
        for prefix, _ in policy['mirrors']
    ):
        return True
    return any(
        globs.reaches(segments, entry['image'][1])
        for key in ('allow', 'exceptions')
        for entry in policy[key]
    )


def is_frontend(policy: Policy, image: Reference) -> bool:
    patterns = policy['frontends']
    return patterns is None or any(matches(image, wanted) for wanted in patterns)


def _allow(document: Document, key: str, row: Any) -> dict[str, Any]:
    _mapping(document, key, row, _ALLOW, ('image',))
    digest = row.get('digest', 'optional')
    _choice(document, f'{key}.digest', digest, ('required', 'optional', 'forbidden'))
    stages = _list(document, f'{key}.stages', row.get('stages', []))
    for number, stage in enumerate(stages):
        _choice(document, f'{key}.stages.{number}', stage, ('final', 'build'))
    tags = _list(document, f'{key}.tags', row.get('tags', []))
    ends = row.get('end_of_life', {})
    if not isinstance(ends, dict):
        raise document.wrong(f'{key}.end_of_life', 'expected a mapping of tag to date')
    return {
        'image': _pattern(document, f'{key}.image', row['image']),
        'digest': digest,
        'stages': list(stages),
        'tags': [
            (str(tag), _glob(document, f'{key}.tags.{number}', tag))
            for number, tag in enumerate(tags)
        ],
        'end_of_life': [
            (
                str(tag),
                _glob(document, f'{key}.end_of_life.{tag}', tag),
                *_date(document, f'{key}.end_of_life.{tag}', date),
            )
            for tag, date in ends.items()
        ],
        'replace_with': _text(document, f'{key}.replace_with', row),
    }


def _deny(document: Document, key: str, row: Any) -> dict[str, Any]:
    _mapping(document, key, row, _DENY, ('image',))
    return {
        'image': _pattern(document, f'{key}.image', row['image']),
        **{
            name: _text(document, f'{key}.{name}', row)
            for name in ('id', 'reason', 'replace_with')
        },
    }


def _exception(
    document: Document, key: str, row: Any, ids: set[str], days: int
) -> dict[str, Any]:
    import datetime

    _mapping(document, key, row, (*_EXCEPTION, 'deny'), _EXCEPTION)
    deny = _text(document, f'{key}.deny', row)
    if deny and deny not in ids:
        raise document.wrong(f'{key}.deny', 'no entry of deny has this id')
    expires, _ = _date(document, f'{key}.expires', row['expires'])
    last = datetime.datetime.now(datetime.timezone.utc).date()
    last += datetime.timedelta(days=days)
    if expires > last.isoformat():
        raise document.wrong(
            f'{key}.expires', f'more than {days} days ahead (max_exception_days)'
        )
    paths = _list(document, f'{key}.paths', row['paths'])
    for number, path in enumerate(paths):
        if not isinstance(path, str) or (wrong := globs.wrong(path)):
            text = wrong if isinstance(path, str) else 'expected a glob'
            raise document.wrong(f'{key}.paths.{number}', text)
    if not paths:
        raise document.wrong(f'{key}.paths', 'expected at least one glob')
    found = {
        'image': _pattern(document, f'{key}.image', row['image']),
        'paths': [globs.compile(path) for path in paths],
        'expires': expires,
        'deny': deny,
    }
    for name in ('owner', 'reason', 'ticket'):
        found[name] = _text(document, f'{key}.{name}', row)
        if not found[name]:
            raise document.wrong(f'{key}.{name}', 'expected text')
    return found


def _add(layers: Sequence[Document]) -> dict[str, Any]:
    found: dict[str, Any] = dict(_STRICTEST_ADD)
    for document in layers:
        value = (document.value or {}).get('add', {})
        _mapping(document, 'add', value, (*_ADD, 'hosts'), ())
        for key, choice in value.items():
            if key in _ADD:
                _choice(document, f'add.{key}', choice, _ADD[key])
                found[key] = choice
        if 'hosts' in value:
            found['hosts'] = dict(
                _host(document, f'add.hosts.{number}', host)
                for number, host in enumerate(
                    _list(document, 'add.hosts', value['hosts'])
                )
            )
    return found


def _host(document: Document, key: str, row: Any) -> tuple[str, str]:
    """Return a trusted host and what its URLs need: a checksum, unless it says."""
    if isinstance(row, str):
        row = {'host': row}
    _mapping(document, key, row, ('host', 'https'), ('host',))
    https = row.get('https', 'checksum')
    _choice(document, f'{key}.https', https, ('checksum', 'allow'))
    host = row['host']
    if not isinstance(host, str) or not host or '/' in host or '*' in host:
        raise document.wrong(key, 'expected a host name, with its port if it has one')
    return host.lower(), https


def _mirrors(layers: Sequence[Document]) -> list[tuple[str, str]]:
    # The longest prefix first: a mirror inside another is meant.
    pairs = _texts(layers, 'mirrors').items()
    found = [(f'{key.rstrip("/")}/', f'{to.rstrip("/")}/') for key, to in pairs]
    return sorted(found, key=lambda pair: -len(pair[0]))


def _texts(layers: Sequence[Document], key: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for document in layers:
        value = (document.value or {}).get(key, {})
        if not isinstance(value, dict):
            raise document.wrong(key, 'expected a mapping')
        for name, text in value.items():
            if isinstance(text, bool) or not isinstance(text, (str, int, float)):
                raise document.wrong(f'{key}.{name}', 'expected text')
            found[name] = str(text)
    return found


def _pattern(document: Document, key: str, text: Any) -> tuple[Any, ...]:
    if not isinstance(text, str):
        raise document.wrong(key, 'expected an image pattern')
    try:
        return tuple(pattern(text))
    except ValueError as error:
        raise document.wrong(key, str(error)) from None


def _glob(document: Document, key: str, text: Any) -> globs.Glob:
    # 3.10 without quotes is the number 3.1: never guess.
    if not isinstance(text, str):
        raise document.wrong(key, 'a tag must be in quotes')
    if wrong := globs.wrong(text):
        raise document.wrong(key, wrong)
    return globs.compile(text)


def _date(document: Document, key: str, value: Any) -> tuple[str, str]:
    """Return an ISO date, and the day from which to give notice of it."""
    import datetime

    try:
        end = datetime.date.fromisoformat(str(value))
    except ValueError:
        raise document.wrong(key, 'expected a date, as in 2026-12-31') from None
    notice = end - datetime.timedelta(days=EOL_NOTICE_DAYS)
    return end.isoformat(), notice.isoformat()


def _days(value: Any, document: Document) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise document.wrong('max_exception_days', 'expected a number of days')
    return value


def _mapping(
    document: Document,
    key: str,
    row: Any,
    known: Sequence[str],
    required: Sequence[str],
) -> None:
    if not isinstance(row, dict):
        raise document.wrong(key, 'expected a mapping')
    for name in row:
        if name not in known:
            raise document.wrong(
                f'{key}.{name}', f'unknown key, expected one of {_said(known)}'
            )
    for name in required:
        if name not in row:
            raise document.wrong(key, f'{name} is missing')


def _list(document: Document, key: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise document.wrong(key, 'expected a list')
    return value


def _text(document: Document, key: str, row: Mapping[str, Any]) -> str:
    value = row.get(key.rpartition('.')[2], '')
    if not isinstance(value, str):
        raise document.wrong(key, 'expected text')
    return value.strip()


def _choice(document: Document, key: str, value: Any, known: Sequence[str]) -> None:
    if value not in known:
        raise document.wrong(key, f'expected {" or ".join(known)}')


def _said(names: Sequence[str]) -> str:
    return ', '.join(names)
