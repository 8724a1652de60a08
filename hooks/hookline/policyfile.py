"""Reads policy.yaml: checks each layer, holds the locks, merges the layers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from hookline import globs
from hookline.nouns import CHECKS, CONFIDENCES, SEVERITIES, Compiled, Document
from hookline.policy import MODES, named, revives
from hookline.rulebook import Names

VERSION = 1
REQUIRABLE = ('reason', 'owner', 'expires')
LOCKABLE = ('contact', 'block_at', 'mode', 'paths', 'exclude', 'inline')
KEYS = ('version', *LOCKABLE, 'locked')

Ids = Mapping[str, Names]


class Entry(NamedTuple):
    """One entry of `paths` or `exclude`; an exclusion has no modes."""

    match: tuple[tuple[str, globs.Glob], ...]
    mode: Mapping[str, str]
    reason: str
    expires: str  # the last day that it holds, or ''


class Settings(NamedTuple):
    """The policy, as far as the layers are merged."""

    contact: str
    severity: str
    confidence: str
    mode: Mapping[str, str]
    paths: tuple[Entry, ...]
    allow: bool
    require: tuple[str, ...]
    others: bool | None  # comments of other tools; None where no layer says
    exclude: tuple[Entry, ...]
    locked: Mapping[str, str]  # what is locked, and the file that did it


EMPTY = Settings('', 'medium', 'medium', {}, (), True, ('reason',), None, (), {})


def compile(documents: Sequence[Document], ids: Ids) -> Compiled:
    """Return what policy.py works with; later documents win, within earlier locks."""
    settings = EMPTY
    for document in documents:
        layer = _layer(document, settings, ids)
        _hold_locks(document, settings, layer, ids)
        settings = layer
    return {
        'contact': settings.contact,
        'block_at': (settings.severity, settings.confidence),
        'mode': dict(settings.mode),
        'paths': tuple((e.match, dict(e.mode), *e[2:]) for e in settings.paths),
        'inline': (settings.allow, settings.require, _others(settings)),
        'exclude': tuple((e.match, *e[2:]) for e in settings.exclude),
        'off': tuple(sorted(_off(settings, ids))),
    }


def _others(settings: Settings) -> bool:
    """Tell whether other tools' comments count: they have no room for an owner."""
    if settings.others is None:
        return set(settings.require) <= {'reason'}
    return settings.others


def locks(document: Document, ids: Ids) -> frozenset[str]:
    """Return the rules in `ids` whose files no later layer may replace."""
    settings = _layer(document, EMPTY, ids)
    return frozenset(_guarded(settings.locked, ids))


def _off(settings: Settings, ids: Ids) -> Iterator[str]:
    for rule, (check, tags, languages) in ids.items():
        if all(
            _off_in(settings, rule, tags, check, [language] if language else ())
            for language in languages or ('',)
        ):
            yield rule


def _off_in(
    settings: Settings,
    rule: str,
    tags: Sequence[str],
    check: str,
    language: Sequence[str],
) -> bool:
    general = named(settings.mode, rule, tags, check, language)
    if not general or general[0] != 'off':
        return False
    return all(
        found[0] == 'off'
        for entry in settings.paths
        if (found := named(entry.mode, rule, tags, check, language))
        and revives(found, rule, settings.mode)
    )


# Validation


def _layer(document: Document, below: Settings, ids: Ids) -> Settings:
    """Return the settings with one document's on top."""
    value = _mapping(document, '', document.value, KEYS)
    version = value.get('version', VERSION)
    if type(version) is not int or version != VERSION:
        raise document.wrong('version', f'expected {VERSION}')
    names = {
        *CHECKS,
        *ids,
        *(x for _, *more in ids.values() for xs in more for x in xs),
    }
    block_at = _mapping(document, 'block_at', value, ('severity', 'confidence'))
    inline = _mapping(document, 'inline', value, ('allow', 'require', 'others'))
    allow = inline.get('allow', below.allow)
    others = inline.get('others', below.others)
    for name in ('allow', 'others'):
        if name in inline and not isinstance(inline[name], bool):
            raise document.wrong(f'inline.{name}', 'expected true or false')
    locked = _texts(document, 'locked', value, (*LOCKABLE, *names))
    return Settings(
        contact=_text(document, 'contact', value, below.contact),
        severity=_one(document, 'block_at.severity', block_at, SEVERITIES)
        or below.severity,
        confidence=_one(document, 'block_at.confidence', block_at, CONFIDENCES)
        or below.confidence,
        mode={**below.mode, **_modes(document, 'mode', value, names)},
        paths=(*below.paths, *_entries(document, 'paths', value, names)),
        allow=allow,
        require=_texts(document, 'inline.require', inline, REQUIRABLE)
        if 'require' in inline
        else below.require,
        others=others,
        exclude=(*below.exclude, *_entries(document, 'exclude', value, names)),
        locked={**dict.fromkeys(locked, document.path), **below.locked},
    )


def _mapping(
    document: Document, key: str, value: Any, known: Collection[str]
) -> dict[str, Any]:
    """Return the mapping at a dotted key, its keys checked; {} when it is not there."""
    if key:
        value = value.get(key.rpartition('.')[2], {})
    if not isinstance(value, dict):
        raise document.wrong(key or 'policy', f'expected {", ".join(known)}')
    for name in value:
        if name not in known:
            where = f'{key}.{name}' if key else str(name)
            raise document.wrong(where, f'unknown key{_nearest(name, known)}')
    return value


def _modes(
    document: Document, key: str, value: Mapping[str, Any], names: Collection[str]
) -> dict[str, str]:
    modes = value.get(key.rpartition('.')[2], {})
    if not isinstance(modes, dict):
        raise document.wrong(
            key, 'expected names of checks, rules, tags or languages with a mode'
        )
    for name, mode in modes.items():
        if name not in names:
            near = _nearest(name, names)
            raise document.wrong(
                f'{key}.{name}', f'no check, rule, tag or language has this name{near}'
            )
        if mode is False:
            raise document.wrong(
                f'{key}.{name}',
                'write "off" in quotes, since YAML reads a bare off as false',
            )
        if mode not in MODES:
            raise document.wrong(f'{key}.{name}', 'expected block, warn or "off"')
    return dict(modes)


def _entries(
    document: Document, key: str, value: Mapping[str, Any], names: Collection[str]
) -> Iterator[Entry]:
    rows = value.get(key, [])
    if not isinstance(rows, list):
        raise document.wrong(key, 'expected a list of entries')
    known = ['match', 'reason', 'owner', 'expires']
    if key == 'paths':
        known.insert(1, 'mode')
    for number, row in enumerate(rows):
        at = f'{key}.{number}'
        if not isinstance(row, dict):
            raise document.wrong(at, f'expected {", ".join(known)}')
        entry = _mapping(document, at, {str(number): row}, known)
        for name in known[:-2]:
            if not entry.get(name):
                raise document.wrong(at, f'{name} is missing')
        _text(document, f'{at}.owner', entry, '')
        yield Entry(
            tuple(_globs(document, f'{at}.match', entry['match'])),
            _modes(document, f'{at}.mode', entry, names),
            _text(document, f'{at}.reason', entry, ''),
            _date(document, f'{at}.expires', entry),
        )


def _globs(
    document: Document, key: str, texts: object
) -> Iterator[tuple[str, globs.Glob]]:
    if not isinstance(texts, list):
        raise document.wrong(key, 'expected a list of globs')
    for number, text in enumerate(texts):
        if not isinstance(text, str):
            raise document.wrong(f'{key}.{number}', 'expected a glob, in quotes')
        problem = globs.wrong(text)
        if problem:
            raise document.wrong(f'{key}.{number}', problem)
        yield text, globs.compile(text)


def _text(document: Document, key: str, value: Mapping[str, Any], default: str) -> str:
    text = value.get(key.rpartition('.')[2], default)
    if not isinstance(text, str) or (text is not default and not text.strip()):
        raise document.wrong(key, 'expected text, in quotes if it starts with # or @')
    return text.strip()


def _one(
    document: Document, key: str, value: Mapping[str, Any], allowed: Sequence[str]
) -> str:
    """Return one of the allowed texts, or '' when the key is not there."""
    name = key.rpartition('.')[2]
    if name not in value:
        return ''
    if value[name] not in allowed:
        raise document.wrong(key, f'expected one of {", ".join(allowed)}')
    return str(value[name])


def _texts(
    document: Document, key: str, value: Mapping[str, Any], allowed: Sequence[str]
) -> tuple[str, ...]:
    texts = value.get(key.rpartition('.')[2], [])
    if not isinstance(texts, list):
        raise document.wrong(key, 'expected a list')
    for number, text in enumerate(texts):
        if text not in allowed:
            near = _nearest(text, allowed)
            raise document.wrong(f'{key}.{number}', f'{text!r} is not known{near}')
    return tuple(texts)


def _date(document: Document, key: str, value: Mapping[str, Any]) -> str:
    import datetime

    text = value.get('expires', '')
    if text == '' and 'expires' not in value:
        return ''
    try:
        if datetime.date.fromisoformat(text).isoformat() == text:
            return str(text)
    except (TypeError, ValueError):
        pass
    raise document.wrong(key, 'expected a date such as 2027-01-31')


def _nearest(text: object, known: Collection[str]) -> str:
    import difflib

    near = difflib.get_close_matches(str(text), sorted(known), 1)
    return f'; did you mean {near[0]}?' if near else ''


# Locks


def _guarded(names: Collection[str], ids: Ids) -> Iterator[str]:
    """Yield the rules whose modes the locked names hold."""
    for rule, (check, tags, languages) in ids.items():
        if not {'mode', rule, check, *tags, *languages}.isdisjoint(names):
            yield rule


def _each(rules: Iterable[str], ids: Ids) -> Iterator[tuple[str, Names, Sequence[str]]]:
    """Yield each rule with what it is called, once for each of its languages."""
    for rule in rules:
        for language in ids[rule][2] or ('',):
            yield rule, ids[rule], [language] if language else ()


def _hold_locks(document: Document, below: Settings, layer: Settings, ids: Ids) -> None:
    """Raise where a layer loosens what one below it locked.

    Who locks a check, a rule or a tag means that its findings block: so thresholds,
    exclusions and inline comments, which no rule escapes, are locked along with it.
    """
    if not below.locked:
        return
    rules = [name for name in below.locked if name not in LOCKABLE or name == 'mode']

    def refuse(key: str, text: str, *names: str) -> None:
        for name in names:
            if name in below.locked:
                raise document.wrong(
                    key, f'{text}; {name} is locked by {below.locked[name]}'
                )

    for name, scale in (('severity', SEVERITIES), ('confidence', CONFIDENCES)):
        old, new = getattr(below, name), getattr(layer, name)
        if scale.index(new) > scale.index(old):
            text = f'{new} is looser than {old}'
            refuse(f'block_at.{name}', text, 'block_at', *rules)
    if layer.allow and not below.allow:
        refuse('inline.allow', 'true is looser than false', 'inline', *rules)
    if layer.others and not _others(below):
        refuse('inline.others', 'true is looser than false', 'inline', *rules)
    if missing := set(below.require) - set(layer.require):
        text = f'no longer requires {", ".join(sorted(missing))}'
        refuse('inline.require', text, 'inline', *rules)
    if len(layer.exclude) > len(below.exclude):
        text = 'nothing scans an excluded path; give the other checks a mode in paths'
        refuse('exclude', text, 'exclude', *rules)
    if layer.contact != below.contact:
        refuse('contact', 'cannot be changed', 'contact')
    for rule, (check, tags, every), language in _each(_guarded(below.locked, ids), ids):
        called = ('mode', rule, check, *tags, *every)
        lock = next(name for name in below.locked if name in called)
        old, _ = named(below.mode, rule, tags, check, language) or ('block', '')
        new, name = named(layer.mode, rule, tags, check, language) or ('block', '')
        if MODES.index(new) < MODES.index(old):
            refuse(f'mode.{name}', f'{new} is looser than {old} for {rule}', lock)
    _hold_paths(document, below, layer, ids)


def _hold_paths(document: Document, below: Settings, layer: Settings, ids: Ids) -> None:
    """Raise where a layer's `paths` loosen a locked rule.

    The bar is the strictest mode that the layers below set for the rule anywhere,
    since globs of two layers cannot be compared.
    """
    added = layer.paths[len(below.paths) :]
    everything = {'paths', 'mode'} & set(below.locked)
    held = ids if everything else tuple(_guarded(below.locked, ids))
    for rule, (check, tags, every), language in _each(held, ids):
        places = (below.mode, layer.mode, *(entry.mode for entry in below.paths))
        found = [named(modes, rule, tags, check, language) for modes in places]
        if not found[0]:
            found[0] = ('block', '')
        bar = max((MODES.index(item[0]) for item in found if item), default=0)
        for number, entry in enumerate(added):
            own = named(entry.mode, rule, tags, check, language)
            if own and MODES.index(own[0]) < bar:
                names = ('paths', 'mode', rule, check, *tags, *every)
                lock = next(name for name in below.locked if name in names)
                raise document.wrong(
                    f'paths.{number}.mode.{own[1]}',
                    f'{own[0]} is looser than {MODES[bar]} for {rule}; '
                    f'{lock} is locked by {below.locked[lock]}',
                )
