"""`hookline import`: carry other tools' configuration over into .hookline/.

None of these files is read by a run, but .secrets.baseline. What is there already stays
as it is, comments and all; what has no counterpart is said.
"""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from hookline import (
    baseline,
    cache,
    foreignbaseline,
    library,
    ownfiles,
    policy,
    rulebook,
    yamledit,
    yamlfile,
)
from hookline.commands import baseline as baselines
from hookline.commands import hook
from hookline.commands.hook import layers, policy_directory
from hookline.commands.scan import Target, find
from hookline.dockerfile import images as image_list
from hookline.foreign import (
    Carried,
    bandit,
    detectsecrets,
    gitleaks,
    hadolint,
    semgrep,
)
from hookline.nouns import Document, Failure
from hookline.report.escape import escape

POLICY = '.hookline/policy.yaml'
IMAGES = '.hookline/images.yaml'
START = b'version: 1\n'
IGNORED = '.gitleaksignore'
READERS = {
    '.semgrepignore': semgrep.read,
    '.bandit': bandit.read,
    'bandit.yaml': bandit.read,
    'bandit.yml': bandit.read,
    'pyproject.toml': bandit.read,
    'setup.cfg': bandit.read,
    'tox.ini': bandit.read,
    '.hadolint.yaml': hadolint.read,
    '.hadolint.yml': hadolint.read,
    '.gitleaks.toml': gitleaks.read,
    'gitleaks.toml': gitleaks.read,
    '.secrets.baseline': detectsecrets.read,
    IGNORED: None,
}
MOST = 64 << 20


class Written(NamedTuple):
    """A file of ours: what it holds, and what it will hold."""

    path: str
    before: bytes
    after: bytes


def main(arguments: Sequence[str]) -> int:
    options = argparse.ArgumentParser(prog='hookline import', description=__doc__)
    options.add_argument(
        'files',
        nargs='*',
        metavar='FILE',
        help=f'default: those of {", ".join(READERS)} that lie in the root',
    )
    options.add_argument('--dry-run', action='store_true', help='change nothing')
    options.add_argument('--no-cache', action='store_true', help='compile rules anew')
    asked = options.parse_args(list(arguments))
    asked.rules = []
    target = find(['.'])
    own = policy_directory(target.root)
    shelf = library.Library(layers(own, []), cache.directory())
    names = asked.files or [
        name for name in READERS if os.path.lexists(os.path.join(target.root, name))
    ]
    found: dict[str, Carried] = {}
    places: set[tuple[str, int]] = set()
    listed: dict[str, foreignbaseline.Listed] = {}
    for path in names:
        name = os.path.basename(path)
        if name not in READERS:
            raise Failure(f'{path}: expected one of {", ".join(READERS)}')
        where = path if asked.files else os.path.join(target.root, name)
        content = _content(where, path)
        reader = READERS[name]
        if reader is not None:
            found[name] = reader(name, content, shelf.book().rules)
        else:
            more, left = gitleaks.ignored(content)
            places |= more
            found[name] = Carried(left=left)
        if found[name].baseline:
            listed.update(foreignbaseline.read(content, name))
    if not found:
        sys.stdout.write('There is no configuration of another tool here.\n')
        return 0
    for name, carried in found.items():
        for row in carried.left:
            sys.stdout.write(f'{name}: no counterpart: {escape(row)}\n')
    written = [
        _policy(target.root, found, shelf),
        _images(target.root, found, shelf),
    ]
    for file in written:
        _show(file)
        if not asked.dry_run and file.after != file.before:
            ownfiles.write(target.root, file.path, file.after)
    if places or listed:
        return _accept(target, asked, places, listed)
    return 0


def _content(path: str, name: str) -> bytes:
    try:
        with open(path, 'rb') as file:
            content = file.read(MOST + 1)
    except OSError as error:
        raise Failure(f'{name}: {error.strerror}') from None
    if len(content) > MOST:
        raise Failure(f'{name}: larger than {MOST >> 20} MiB')
    return content


def _policy(root: str, found: Mapping[str, Carried], shelf: library.Library) -> Written:
    before = ownfiles.held(root, POLICY)
    held = yamlfile.parse(before, POLICY).value or {}
    modes: dict[str, str] = {}
    for name, carried in found.items():
        for rule, mode in carried.mode.items():
            if held.get('mode', {}).get(rule, mode) != mode:
                sys.stdout.write(f'{name}: {rule} has a mode already, which stays\n')
            elif rule not in held.get('mode', {}):
                modes[rule] = mode
    paths: list[Mapping[str, Any]] = []
    for carried in found.values():
        for row in carried.paths:
            known = [*held.get('paths', []), *paths]
            if not any(_same(row, other, ('match', 'mode')) for other in known):
                paths.append(row)
    after = before
    if modes or paths:
        after = yamledit.add(before or START, POLICY, 'mode', modes)
        after = yamledit.add(after, POLICY, 'paths', paths)
    # As a run would read it, with all its layers.
    policies = _with(shelf.book().policies, after, POLICY)
    names = rulebook.names(shelf.book().rules.values())
    policy.compile(policies, names)
    return Written(POLICY, before, after)


def _images(root: str, found: Mapping[str, Carried], shelf: library.Library) -> Written:
    before = ownfiles.held(root, IMAGES)
    held = yamlfile.parse(before, IMAGES).value or {}
    allow: list[Mapping[str, Any]] = []
    for carried in found.values():
        for row in carried.allow:
            known = [*held.get('allow', []), *allow]
            if not any(_same(row, other, ('image',)) for other in known):
                allow.append(row)
    after = yamledit.add(before or START, IMAGES, 'allow', allow) if allow else before
    image_list.compile(_with(shelf.book().images, after, IMAGES))
    return Written(IMAGES, before, after)


def _same(one: Any, other: Any, keys: Sequence[str]) -> bool:
    return isinstance(other, dict) and all(
        one.get(key) == other.get(key) for key in keys
    )


def _with(documents: Sequence[Document], content: bytes, path: str) -> list[Document]:
    others = [document for document in documents if document.path != path]
    return [*others, yamlfile.parse(content, path)] if content else others


def _show(file: Written) -> None:
    if file.after == file.before:
        return
    lines = difflib.unified_diff(
        file.before.decode('utf-8', 'replace').splitlines(),
        file.after.decode('utf-8', 'replace').splitlines(),
        file.path,
        file.path,
        lineterm='',
        n=1,
    )
    for line in lines:
        sys.stdout.write(f'{escape(line)}\n')


def _accept(
    target: Target,
    asked: argparse.Namespace,
    places: set[tuple[str, int]],
    listed: Mapping[str, foreignbaseline.Listed],
) -> int:
    """Accept the findings that other tools' lists name, as a scan finds them now."""
    old = hook.accepted(policy_directory(target.root)) or baseline.EMPTY
    salt = old.salt or baseline.new_salt()
    report = baselines.everything(target, asked, baseline.Baseline(salt, (), listed))
    for failure in report.failures:
        sys.stderr.write(f'hookline: {escape(failure)}\n')
    if report.failures:
        return 2
    chosen = [
        row.finding
        for row in report.dropped
        if row.reason == f'accepted in {foreignbaseline.PATH}'
    ]
    chosen += [
        row.finding
        for row in report.judged
        if row.finding.check == 'secrets'
        and (row.finding.path, row.finding.place.line) in places
    ]
    made = baseline.accept(chosen, baseline.Baseline(salt, ()))
    new = baseline.Baseline(salt, baseline.merged([*old.entries, *made.entries]))
    more = len(new.entries) - len(old.entries)
    sys.stdout.write(f'{baseline.PATH}: {more} entries more\n')
    if more and not asked.dry_run:
        ownfiles.write(target.root, baseline.PATH, baseline.write(new))
    return 0
