"""Tells how often a commit asks detect-secrets itself.

    .venv/bin/python benchmarks/asked.py DIRECTORY…

Each DIRECTORY holds releases of one project as archives, named so that they sort by
version: pip download --no-deps --no-binary :all: -d DIRECTORY PROJECT==VERSION. What a
release changes of the one before is dealt out, in the order of paths, into commits of
ten files. A commit asks when one of its files, or what it replaces, has a line that is
a candidate of a plugin with code of its own; those lines are all that detect-secrets is
imported for.
"""

from __future__ import annotations

import argparse
import re
import tarfile
import time
from collections.abc import Mapping
from pathlib import Path

from hookline import rulebook
from hookline.engines import detect_secrets as engine
from hookline.nouns import Change, Compiled, Run

FILES = 10


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    options.add_argument('projects', nargs='+', type=Path, metavar='DIRECTORY')
    rules = [
        rule
        for rule in rulebook.load([rulebook.builtin()]).rules.values()
        if rule.engine == 'detect-secrets'
    ]
    compiled = engine.compile(rules, ())
    print('| project | releases | changed files | commits of 10 | ask detect-secrets |')
    print('| --- | ---: | ---: | ---: | ---: |')
    totals = [0, 0, 0, 0]
    for project in options.parse_args().projects:
        row = project_row(project, compiled)
        totals = [a + b for a, b in zip(totals, row, strict=True)]
        shown(project.name, row)
    shown('all', totals)
    return 0


def shown(name: str, row: list[int]) -> None:
    share = row[3] / row[2] if row[2] else 0.0
    print(f'| {name} | {row[0]} | {row[1]:,} | {row[2]:,} | {row[3]} ({share:.1%}) |')


def project_row(project: Path, compiled: Compiled) -> list[int]:
    row = [0, 0, 0, 0]
    before: Mapping[str, bytes] = {}
    for archive in sorted(project.glob('*.tar.gz'), key=version):
        now = contents(archive)
        row[0] += 1
        changed = [path for path in sorted(now) if before.get(path) != now[path]]
        if before:
            row[1] += len(changed)
            for start in range(0, len(changed), FILES):
                names = changed[start : start + FILES]
                new = [Change(name, now[name]) for name in names]
                old = [Change(name, before[name]) for name in names if name in before]
                row[2] += 1
                row[3] += asks([*new, *old], compiled)
        before = now
    return row


def version(archive: Path) -> list[int]:
    return [int(number) for number in re.findall(r'\d+', archive.name)]


def contents(archive: Path) -> dict[str, bytes]:
    """Return the files of a release, their paths without the folder of its version."""
    found: dict[str, bytes] = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            file = tar.extractfile(member) if member.isfile() else None
            if file:
                found[member.name.partition('/')[2]] = file.read()
    return found


def asks(changes: list[Change], compiled: Compiled) -> bool:
    run = Run(cache='', jobs=1, deadline=time.monotonic() + 600)
    return any(doubtful(change, compiled, run) for change in changes)


def doubtful(change: Change, compiled: Compiled, run: Run) -> bool:
    if not engine.takes(change):
        return False
    loaded = engine.load(compiled)
    return any(
        loaded.detectors[one.detector].kind == engine.CODED
        for content, _ in engine._readings(change.content)
        for one in engine._candidates(content, change.path, loaded, run)
    )


if __name__ == '__main__':
    raise SystemExit(main())
