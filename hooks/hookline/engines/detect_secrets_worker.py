"""Asks the plugins of detect-secrets that are more than regexes.

In a process that can be ended at its deadline. Reads rows of (module, plugin, path,
line) from standard input and answers with the values that the plugin reports of each
and its filters leave, both in marshal's format. Imports nothing else of hookline.
"""

from __future__ import annotations

import marshal
import sys
import types
from collections.abc import Sequence
from importlib import import_module
from typing import Any

Row = tuple[str, str, str, str]


def main() -> None:
    rows: list[Row] = marshal.load(sys.stdin.buffer)
    # Only verification uses it, which nobody asks for: without it the import takes a
    # fifth of the time, and nothing here can reach the network.
    absent = types.ModuleType('requests')
    vars(absent)['__getattr__'] = lambda name: None  # they annotate with its names
    sys.modules['requests'] = absent
    sys.stdout.buffer.write(marshal.dumps(answer(rows)))


def answer(rows: Sequence[Row]) -> list[list[str]]:
    from detect_secrets.filters import heuristic
    from detect_secrets.settings import transient_settings

    filters = (
        heuristic.is_sequential_string,
        heuristic.is_potential_uuid,
        heuristic.is_templated_secret,
        heuristic.is_prefixed_with_dollar_sign,
        heuristic.is_not_alphanumeric_string,
    )
    made: dict[tuple[str, str], Any] = {}
    answers: list[list[str]] = []
    # Without the filter that verifies, plugins do not.
    with transient_settings({'plugins_used': [], 'filters_used': []}):
        for module, name, path, line in rows:
            if (module, name) not in made:
                made[module, name] = getattr(import_module(module), name)()
            plugin = made[module, name]
            found = plugin.analyze_line(
                filename=path, line=line, line_number=1, context=None
            )
            values = {one.secret_value for one in found if one.secret_value}
            answers.append(
                sorted(
                    value
                    for value in values
                    if not any(drops(value) for drops in filters)
                    and not heuristic.is_likely_id_string(value, line, plugin)
                )
            )
    return answers
