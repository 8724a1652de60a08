"""Reads the tables of tests/flows: small programs, each with what it is about.

`== reason | level` begins a row: level is what its sinks come to where it is not what
the table says (2 where flows are real, 0 where they are safe). `-- module` begins what
stands around the view, `-- weakness` the class of the sink.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

ROWS = Path(__file__).with_name('flows')


class Row(NamedTuple):
    reason: str
    body: str
    module: str
    weakness: str
    level: int


def rows(name: str, level: int) -> list[Row]:
    found = []
    text = (ROWS / f'{name}.txt').read_text(encoding='utf-8')
    for one in ('\n' + text).split('\n== ')[1:]:
        head, _, rest = one.partition('\n')
        reason, _, said = head.partition(' | ')
        parts = {'body': ''}
        part = 'body'
        for line in rest.rstrip('\n').split('\n'):
            if line in ('-- module', '-- weakness'):
                part = line[3:]
                parts[part] = ''
            else:
                parts[part] += line + '\n'
        found.append(
            Row(
                reason,
                parts['body'],
                parts.get('module', ''),
                parts.get('weakness', 'sql').strip(),
                int(said) if said else level,
            )
        )
    return found
