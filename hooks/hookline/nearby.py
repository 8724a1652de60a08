"""Writes out rules for values that only a name nearby makes telling.

A 32-digit hexadecimal number is nothing; behind DATADOG_API_KEY it is a key. Such a
rule says `near` (the names), `value` (the format) and, where the usual words for a
credential do not do, `roles`. What may stand between a name and its value is the same
for all of them, in every kind of file, and is said here once.
"""

from __future__ import annotations

from hookline import lazyre as re
from hookline.light import Any, Mapping, NamedTuple, Sequence

KEYS = ('near', 'roles', 'value')

ROLES = (
    'key',
    'token',
    'secret',
    'access',
    'private',
    'auth',
    'bearer',
    'pass',
    'pwd',
    'pat(?![a-z])',
    'cred',
    r'api(?=["\'\s]{0,3}[:=])',
)
# A name starts a word, or a hump of one: usageClient is not about "sage".
HUMP = '(?:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z]))'
# DATADOG_API_KEY, datadog.api.key, "datadog": {"api_key", config['datadog']['key'],
# api.datadog.example/v1?api_key
BETWEEN = r'[^\n;]{0,40}?'
REST = r'[\w.\- ]{0,16}'
# = := => : -> > , ( as code, settings, markup, headers and command lines assign; then,
# maybe, a type or the attribute that holds the value: `: &str =`, `" value="`.
ASSIGNED = (
    r"""(?:["'`\\\])\s:=>,({\[|&%-]|&(?:quot|apos|gt|#3[49]|#61);){1,10}"""
    r"""[ \t]{0,24}(?:[bruf@]?["'`])?"""
    r'(?:(?i:str|string|char|text|const|value|content|default|apikey|bearer|token|basic)'
    r"""[?\]\[*]{0,2}["'`\\\s:=>,({-]{1,8})?"""
)
# The name itself is set, as in `acme = "value"`.
SET = r"""["'\])]{0,2}\s{0,3}=\s{0,3}["'`]?"""
# Nothing of the value may be left over.
ENDED = r'(?![\w+=-])'
# What stands directly before a value, however it is assigned.
BEFORE = r"""["'`\\\])\s:=>,({\[|&%;-]"""
# What must follow a name without being a part of it.
FOLLOWED = re.compile(r'\(\?=([^()]*)\)$')


def exact(names: Sequence[str], roles: Sequence[str], value: str) -> str:
    """Return the regex of a value behind one of the names, the value as `secret`.

    Without roles, the name alone is telling; with them, only if it is set with `=`:
    in lock files, `Name: number` is a checksum.
    """
    words = '|'.join(_spelt(one) for one in names if one[0].isalnum())
    others = '|'.join(_spelt(one) for one in names if not one[0].isalnum())
    name = '|'.join(
        [f'{HUMP}(?i:{words})'] * bool(words) + [f'(?i:{others})'] * bool(others)
    )
    return rf'(?:{name}){_way(roles)}(?P<secret_nearby>{value}){ENDED}'


def _way(roles: Sequence[str]) -> str:
    way = rf'(?i:{REST}){ASSIGNED}'
    if roles:
        way = rf'(?:(?i:{BETWEEN}(?:{"|".join(roles)})){way}|{SET})'
    return way


class Clues(NamedTuple):
    """What is quick to tell of every match of exact(), behind the end of its name.

    A name as loose() has it, which includes what must follow.
    """

    value: str  # a regex that finds it, from what stands directly before it
    roles: tuple[bytes, ...]  # one of them before it, in small letters, or a sign =
    back: int  # how far before the end of the name all of this may begin
    ahead: int  # how far behind the end the value may begin
    most: int  # how long the value is
    run: tuple[bytes, int]  # see regexes.run()


def clues(names: Sequence[str], roles: Sequence[str], value: str) -> Clues:
    from hookline import regexes

    follows = [found[1] for one in names if (found := FOLLOWED.search(one))]
    words = [regexes.word(one.encode()) for one in roles]
    return Clues(
        rf'{BEFORE}(?:{value}){ENDED}',
        tuple(dict.fromkeys(words)) if all(words) else (),
        max((regexes.width(one.encode()) for one in follows), default=0),
        regexes.width(_way(roles).encode()),
        regexes.width(value.encode()),
        regexes.run(value.encode()),
    )


def loose(names: Sequence[str]) -> bytes:
    """Return what hyperscan looks for: the names, which are few in most files.

    The exact form takes hyperscan 30 to 170 ms to compile for one rule, since bounded
    repeats multiply; a name with an open gap and a value makes the scan ten times
    slower. Not written out as sets of bytes, or a long list is over its limit.
    """
    # hyperscan leaves out conditions: app(?=secret) would be "app".
    whole = [FOLLOWED.sub(r'(?:\1)', one) for one in names]
    # Any byte between words compiles in half the time of those that are meant.
    return f'(?i:{"|".join(whole)})'.replace('_?', '.?').encode()


def _spelt(name: str) -> str:
    """Let `help_?scout` be help-scout, "help scout" and help.scout as well."""
    return name.replace('_?', '[_ .-]?')


def parts(block: Mapping[str, Any]) -> tuple[list[str], list[str], str] | str:
    """Return names, roles and value of a block, or the key that is wrong in it."""
    names, value = block.get('near'), block.get('value')
    roles = block.get('roles', list(ROLES))
    if not _strings(names) or not names:
        return 'near'
    if not _strings(roles):
        return 'roles'
    if not isinstance(value, str) or not value:
        return 'value'
    return list(names or ()), list(roles), value


def _strings(value: object) -> bool:
    return isinstance(value, (list, tuple)) and all(
        isinstance(one, str) and one for one in value
    )
