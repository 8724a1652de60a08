"""`hookline scan`: files, a directory, what is staged, commits, or all of history."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator, Sequence

from hookline import (
    cache,
    checks,
    databases,
    git,
    library,
    policy,
    progress,
    scan,
    sources,
)
from hookline.commands import output
from hookline.commands.hook import accepted, layers, named_layers, policy_directory
from hookline.nouns import CHECKS, Failure

NEEDS_GIT = '--staged, --range and --history need a git repository'


def parser(
    name: str, description: str, *, paths: bool = True
) -> argparse.ArgumentParser:
    """Return a parser with the options that every command with rules has."""
    found = argparse.ArgumentParser(prog=f'hookline {name}', description=description)
    if paths:
        found.add_argument('paths', nargs='*', metavar='PATH', help='default: .')
    found.add_argument(
        '--rules', action='append', default=[], metavar='DIR', help='one more directory'
    )
    found.add_argument('--no-cache', action='store_true', help='compile rules anew')
    found.add_argument(
        '--color', choices=('auto', 'always', 'never'), default='auto', metavar='WHEN'
    )
    return found


def main(arguments: Sequence[str]) -> int:
    options = parser('scan', __doc__ or '')
    what = options.add_mutually_exclusive_group()
    what.add_argument('--staged', action='store_true', help='what the index changes')
    what.add_argument('--range', metavar='A..B', help='each commit of B that A lacks')
    what.add_argument(
        '--history',
        action='store_true',
        help='secrets in all that any ref reaches; the other checks read HEAD',
    )
    options.add_argument(
        '--check', action='append', choices=CHECKS, help='only this; may be given again'
    )
    options.add_argument('--format', choices=output.FORMATS, default='text')
    options.add_argument('--output', metavar='FILE', default='')
    options.add_argument(
        '--policy-from',
        metavar='REF',
        default='',
        help='.hookline of that commit; with --range that is A unless said otherwise',
    )
    options.add_argument('--no-baseline', action='store_true', help='old findings too')
    options.add_argument('--verbose', '-v', action='store_true')
    asked = options.parse_args(list(arguments))
    path = os.path.abspath(asked.output) if asked.output else ''
    style = output.Style(asked.format, path, asked.color, asked.verbose)
    more = named_layers(asked.rules)
    home = '' if asked.no_cache else cache.directory()
    target = find(asked.paths or ['.'])
    if asked.policy_from and target.repo is None:
        raise Failure('--policy-from needs a git repository')
    if target.repo is not None:
        # git answers for the current directory, and the paths may lie elsewhere.
        os.chdir(target.root)
    if asked.history and target.repo is None:
        raise Failure(NEEDS_GIT)
    span = _range(asked.range, target)
    # In CI a change must not let itself through.
    judged_by = asked.policy_from or (span.without[0] if span else '')
    own = policy_directory(target.root, judged_by)
    shelf = library.Library(layers(own, more, home), home)
    names, notes = runnable(asked.check)
    today = time.strftime('%Y-%m-%d')
    rules = shelf.policy()

    def excluded(path: str) -> str:
        return policy.excluded(path, rules, today)

    bar = progress.bar()
    how = scan.Options(
        checks=names,
        root=target.root,
        today=today,
        jobs=scan.cores(),
        cache=home,
        baseline=None if asked.no_baseline else accepted(own),
        progress=bar,
        verbose=style.verbose,
    )
    try:
        if asked.history:
            from hookline import history

            report = history.run(how, shelf, excluded, narrowed(target))
        elif asked.staged or asked.range:
            batches = _from_git(span, target, names, excluded)
            report = scan.run(batches, how, shelf)
        else:
            portions = sources.portions(
                target.paths, target.root, target.repo, names, excluded
            )
            report = scan.spread(portions, how, shelf)
    finally:
        if bar:
            bar.clear()
    if asked.verbose and 'secrets' in names and not databases.fast():
        notes = (*notes, databases.SLOW)
    report = report._replace(notes=(*notes, *report.notes))
    if span:
        from hookline.commands import policychange

        report = policychange.noted(report, span, judged_by)
    if not (report.files or report.commits or report.skipped or report.failures):
        if not (asked.staged or asked.range or asked.history):
            raise Failure(f'{" ".join(asked.paths or ["."])}: there is no file to scan')
        report = report._replace(notes=(*report.notes, 'nothing to read there'))
    return output.emit(report, shelf, style)


class Target:
    """Where a scan looks, and what its paths are relative to."""

    def __init__(
        self, root: str, paths: tuple[str, ...], repo: git.Repository | None
    ) -> None:
        self.root = root
        self.paths = paths
        self.repo = repo


def find(paths: Sequence[str]) -> Target:
    """Return the target: the repository around the paths, else the folder named."""
    for path in paths:
        if not os.path.lexists(path):
            raise Failure(f'{path}: there is no such file')
    # The name itself may be a link; only the folder that it lies in is resolved.
    absolute = []
    for path in paths:
        folder, name = os.path.split(os.path.abspath(path))
        absolute.append(os.path.join(os.path.realpath(folder), name))
    folders = [
        path if os.path.isdir(path) else os.path.dirname(path) for path in absolute
    ]
    repo = git.here(folders[0])
    if repo is not None:
        top = os.path.realpath(repo.top)
        if all(path == top or path.startswith(top + os.sep) for path in absolute):
            return Target(top, tuple(absolute), repo)
    return Target(os.path.commonpath(folders), tuple(absolute), None)


def runnable(asked: Sequence[str] | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the checks that can run, and a note for each that cannot.

    Raises Failure when one that was asked for by name is not installed.
    """
    names: list[str] = []
    notes: list[str] = []
    for name in dict.fromkeys(asked or CHECKS):
        lacking = checks.missing(name)
        if not lacking:
            names.append(name)
            continue
        said = (
            f'check {name} did not run: {" and ".join(lacking)} not installed; '
            "pip install 'hookline[code]'"
        )
        if asked:
            raise Failure(said)
        notes.append(said)
    return tuple(names), tuple(notes)


def _range(asked: str | None, target: Target) -> sources.Range | None:
    if not asked:
        return None
    if target.repo is None:
        raise Failure(NEEDS_GIT)
    old, dots, new = asked.partition('..')
    # With three dots git means what both have since they parted; of B that is the same.
    new = new.removeprefix('.')
    if not dots or not (old or new):
        raise Failure('--range: expected A..B; --history reads every commit')
    return sources.from_refs(old or 'HEAD', new or 'HEAD')


def narrowed(target: Target) -> list[str]:
    """Return the paths that were named, from the top; none when that is the top."""
    below = [os.path.relpath(path, target.root) for path in target.paths]
    return [] if '.' in below else [path.replace(os.sep, '/') for path in below]


def _from_git(
    span: sources.Range | None,
    target: Target,
    names: tuple[str, ...],
    excluded: sources.Excluded,
) -> Iterator[sources.Batch]:
    if target.repo is None:
        raise Failure(NEEDS_GIT)
    below = narrowed(target)
    if span:
        return sources.commits(span, below, names, excluded)
    opening = git.begin(staged=True)
    repo = git.repository(opening)
    staged = git.staged(opening, repo)
    if below:
        chosen = [name for name in staged if sources.is_below(name, below)]
        staged = {name: staged[name] for name in chosen}
    return sources.commit((), staged, repo, names, excluded)
