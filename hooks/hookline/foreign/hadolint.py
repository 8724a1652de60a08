"""Reads .hadolint.yaml: rules ignored or graded, registries trusted."""

from __future__ import annotations

from hookline import yamlfile
from hookline.foreign import Carried, Rules, texts
from hookline.nouns import SEVERITIES, Failure

_MODES = {'error': 'block', 'warning': 'block', 'info': 'warn', 'style': 'warn'}
_OF_THE_RUN = frozenset(('format', 'no-color', 'no-fail', 'verbose'))
_LEFT = {
    'label-schema': 'goes under hadolint.labels of a hadolint-dl3049 of your own',
    'failure-threshold': 'see block_at, which is for all checks',
    'disable-ignore-pragma': "see inline: {allow: false}, for hookline's comments too",
}


# What hadolint says of labels that are on no list.
_STRICT = 'DL3050'


def read(name: str, content: bytes, rules: Rules) -> Carried:
    settings = yamlfile.parse(content, name).value or {}
    if not isinstance(settings, dict):
        raise Failure(f'{name}: expected settings of hadolint')
    codes = {
        str(rule.block.get('code')): rule
        for rule in rules.values()
        if rule.engine == 'hadolint'
    }
    mode: dict[str, str] = {}
    allow: list[dict[str, str]] = []
    left: list[str] = []

    def put(code: object, what: str, chosen: str) -> None:
        rule = codes.get(str(code))
        if rule is None:
            left.append(f'{what} {code}: hookline has no such rule')
        else:
            mode[rule.id] = chosen
            if chosen == 'block' and SEVERITIES.index(rule.severity) < 1:
                left.append(
                    f'{what} {code}: blocks only where block_at allows '
                    f'{rule.severity} severity'
                )

    for key, value in settings.items():
        if key == 'override' and isinstance(value, dict):
            for level, chosen in value.items():
                for code in texts(chosen):
                    put(code, f'override.{level}', _MODES.get(str(level), 'warn'))
    for key, value in settings.items():
        if key in ('ignored', 'ignore'):
            for code in texts(value):
                put(code, key, 'off')
        elif key == 'strict-labels':
            put(_STRICT, key, 'warn' if value else 'off')
        elif key in ('trustedRegistries', 'trusted-registries'):
            allow += [{'image': f'{one.rstrip("/")}/**'} for one in texts(value)]
        elif key != 'override' and key not in _OF_THE_RUN:
            left.append(f'{key}: {_LEFT.get(str(key), "has no counterpart")}')
    return Carried(mode=mode, allow=tuple(allow), left=tuple(left))
