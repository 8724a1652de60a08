"""What `detect-secrets scan` reports on real trees, and what hookline reads there.

More than 20 MB of mixed files: the installed packages, the standard library and
hookline's own rules. detect-secrets takes a minute of processor time for them, so the
files are dealt out to the cores.
"""

from __future__ import annotations

import concurrent.futures
import marshal
import multiprocessing
import os
import random
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from detect_secrets.core import scan
from detect_secrets.settings import default_settings

from hookline import examples, rulebook
from hookline.engines import detect_secrets as engine
from hookline.nouns import Change, Compiled, Run
from hookline.scan import cores
from test_detect_secrets import NAME, PLUGIN, RULES

LEAST = 20 << 20
LARGEST = 400_000  # bytes of a file: detect-secrets takes a second for that
A_KIND = 1_200_000  # bytes of files whose names end alike, as far as there are others
SKIPPED = {'.pyc', '.so', '.whl', '.exe', '.gz', '.zip', '.png', '.ico'}


class Compared(NamedTuple):
    """One file: what each reports of it, as (plugin, line), and what ours lacks."""

    path: str
    size: int
    theirs: set[tuple[str, int]]
    lost: list[tuple[str, int]]


def files() -> list[Path]:
    """Return mixed files of at least LEAST bytes, in an order that mixes them more."""
    roots = (
        Path(rulebook.builtin().directory),
        Path(sysconfig.get_paths()['purelib']),
        Path(sysconfig.get_paths()['stdlib']),
    )
    chosen: list[Path] = []
    later: list[Path] = []
    held: dict[str, int] = {}
    for path in (file for root in roots for file in _below(root)):
        size = path.stat().st_size
        if not 0 < size <= LARGEST or path.suffix in SKIPPED:
            continue
        held[path.suffix] = held.get(path.suffix, 0) + size
        (chosen if held[path.suffix] <= A_KIND else later).append(path)
    random.Random(1).shuffle(later)
    total = sum(path.stat().st_size for path in chosen)
    while total < LEAST and later:
        chosen.append(later.pop())
        total += chosen[-1].stat().st_size
    random.Random(2).shuffle(chosen)
    return chosen


def _below(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        # The standard library's folder holds site-packages, of whatever is there.
        folders[:] = sorted(set(folders) - {'site-packages', '__pycache__'})
        for name in sorted(names):
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink():
                yield path


def reported(path: Path) -> list[tuple[str, int, str]]:
    """Return plugin, line and value of all that `detect-secrets scan` finds."""
    with default_settings() as settings:
        # Lines that a comment allows are worth comparing as well.
        settings.disable_filters('detect_secrets.filters.allowlist.is_line_allowlisted')
        return [
            (NAME[one.type], one.line_number, one.secret_value or '')
            for one in scan.scan_file(str(path))
        ]


def compare(path: Path, compiled: Compiled) -> Compared:
    theirs = reported(path)
    content = path.read_bytes()
    change = Change(str(path), content)
    run = Run(cache='', jobs=1, deadline=time.monotonic() + 600)
    found = engine.candidates([change], compiled, run) if engine.takes(change) else ()
    ours = {(PLUGIN[m.rule], content.count(b'\n', 0, m.start) + 1) for m in found}
    lines = content.decode('utf-8', 'replace').split('\n')

    def reached(plugin: str, line: int, value: str) -> bool:
        # Of a text of several lines, or in braces, they name another line in YAML,
        # and change quotes within; hookline names the line that the value stands on.
        written = value.replace('\\"', '"').rstrip('\\').strip().split('\n')
        return (plugin, line) in ours or any(
            name == plugin and any(part.strip() in lines[own - 1] for part in written)
            for name, own in ours
        )

    lost = [one[:2] for one in theirs if not reached(*one)]
    return Compared(str(path), len(content), {one[:2] for one in theirs}, lost)


def test_nothing_that_a_scan_of_real_trees_reports_is_lost() -> None:
    chosen = files()
    compiled = marshal.loads(marshal.dumps(engine.compile(RULES, ())))
    context = multiprocessing.get_context('fork')
    with concurrent.futures.ProcessPoolExecutor(cores(), context) as pool:
        every = list(
            pool.map(compare, chosen, [compiled] * len(chosen), chunksize=16),
        )
    assert sum(one.size for one in every) >= LEAST
    assert len({Path(one.path).suffix for one in every}) > 15
    found = {(one.path, *each) for one in every for each in one.theirs}
    assert len({plugin for _, plugin, _ in found}) > 5
    assert len(found) > 300  # there is something to lose
    assert [(one.path, one.lost) for one in every if one.lost] == []


# Settings files, which detect-secrets' readers change before it looks at them

VALUES = (
    *('{{alnum:12}}', '{{hex:40}}', '{{base64:64}}', '{{base64url:40}}', 'hunter2x'),
    *('AKIA{{upperalnum:16}}', 'ghp_{{alnum:36}}', 'http://u:{{alnum:8}}@h', '{{jwt}}'),
    *('{{hex:32}}-us1', 'some words here', 'true', '12'),
    *('a "{{base64:44}}" b', "x '{{hex:40}}' y"),
)
KEYS = ('password', 'my_secret', 'api_key', 'token', 'x', 'user_id', 'DB_PASSWORD')


class Writer:
    """Writes settings files in all the ways that a value can follow its key."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def value(self) -> str:
        text = self.random.choice(VALUES)
        return examples.expand(text, str(self.random.random()))

    def quoted(self) -> str:
        value = self.value()
        double, single = value.replace('"', '\\"'), value.replace("'", "''")
        return self.random.choice((value, value, f'"{double}"', f"'{single}'"))

    def key(self) -> str:
        return f'{self.random.choice(KEYS)}{self.random.randrange(10**6)}'

    def yaml(self) -> str:
        rows: list[str] = []
        for _ in range(self.random.randrange(2, 8)):
            start = self.random.choice(('', f's{len(rows)}:\n  ', f'l{len(rows)}:\n- '))
            tag = self.random.choice(('', '', f'&a{len(rows)} ', '!!str '))
            key, value = self.key(), self.quoted()
            rows.append(
                start
                + self.random.choice(
                    (
                        f'{key}: {tag}{value}',
                        f'{key}: {tag}{value}  # x',
                        f'{key}: {tag}|\n    {self.value()}',
                        f'{key}: {tag}>-\n    {self.value()}',
                        f'{key}: {tag}\n    {value}',
                        f'{key}: {{a: {value}, {self.key()}: {self.quoted()}}}',
                        f'{key}: {{\n    a: {value},\n    {self.key()}: x\n    }}',
                        f'{key}: [{value}]',
                    )
                )
            )
        return '\n'.join(rows) + '\n'

    def ini(self, head: str) -> str:
        rows = [head]
        for _ in range(self.random.randrange(2, 8)):
            sign = self.random.choice(('=', ' = ', ': ', ':'))
            rows.append(self.key() + sign + self.random.choice(('', self.quoted())))
            for _ in range(self.random.choice((0, 0, 1, 3))):
                start = self.random.choice(('  ', '\t', '    a = ', '  "i": '))
                rows.append(f'{start}{self.quoted()}{self.random.choice(("", ","))}')
                rows += self.random.choice(([], [], ['# x'], ['']))
        return '\n'.join(rows) + '\n'


@pytest.mark.parametrize('name', ['a.yaml', 'a.ini', 'a.cfg', '.env', 'a.txt'])
def test_no_way_of_writing_a_setting_is_lost(tmp_path: Path, name: str) -> None:
    compiled = engine.compile(RULES, ())
    writer = Writer(len(name))
    path = tmp_path / name
    found = 0
    for _ in range(250):
        head = '[a]' if path.suffix in ('.ini', '.cfg') else ''
        text = writer.yaml() if name == 'a.yaml' else writer.ini(head)
        path.write_text(text)
        compared = compare(path, compiled)
        found += len(compared.theirs)
        assert [(line, text) for line in compared.lost] == []
    assert found > 300
