"""Writes out rules for values that only a name nearby makes telling.

A 32-digit hexadecimal number is nothing; behind DATADOG_API_KEY it is a key. Such a
rule says `near` (the names), `value` (the format) and, where the usual words for a
credential do not do, `roles`. What may stand between a name and its value is the same
for all of them, in every kind of file, and is said here once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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
)
# DATADOG_API_KEY, datadog.api.key, "datadog": {"api_key", config['datadog']['key'],
# api.datadog.example/v1?api_key
BETWEEN = r'[^\n;]{0,40}?'
REST = r'[\w.\- ]{0,16}'
# = := => : -> > , ( as code, settings, markup, headers and command lines assign; then,
# maybe, a type or the attribute that holds the value: `: &str =`, `" value="`.
ASSIGNED = (
    r"""["'`\\\])\s:=>,({\[|&-]{1,10}"""
    r'(?:(?i:str|string|char|text|const|value|content|default|apikey|bearer|token|basic)'
    r"""[?\]\[*]{0,2}["'`\\\s:=>,({-]{1,8})?"""
)
# Nothing of the value may be left over.
ENDED = r'(?![\w+=-])'
# The prefilter asks for so long a word behind the name, at most: enough to be rare,
# and little enough to share one automaton.
WORD = 16
SHORT = 6


def exact(names: Sequence[str], roles: Sequence[str], value: str) -> str:
    """Return the regex of a value behind one of the names, the value as `secret`.

    Without roles, the name alone is telling.
    """
    role = rf'{BETWEEN}(?:{"|".join(roles)})' if roles else ''
    head = rf'(?i:(?:{"|".join(names)}){role}{REST})'
    return rf'{head}{ASSIGNED}(?P<secret_nearby>{value}){ENDED}'


def loose(names: Sequence[str], value: str) -> bytes:
    """Return what hyperscan finds in every line with such a value; b'' if nothing is.

    Not the exact form: its bounded repeats multiply, 30 to 170 ms for one rule.
    """
    from hookline import regexes

    name = regexes.prefilter(f'(?i:{"|".join(names)})'.encode())
    run = min(regexes.word_run(value.encode()), WORD)
    if run >= SHORT:
        tail = rb'\w{%d,}\b' % run
    elif regexes.shortest(value.encode()) >= 2 * SHORT:
        tail = rb'[\w+/.=~%%-]{%d,}\b' % SHORT
    else:
        return b''
    return rb'%s[^\n]*%s' % (name, tail) if name else b''


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
