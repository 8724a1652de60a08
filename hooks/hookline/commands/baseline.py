"""`hookline baseline`: accept the findings that there are, and keep that honest."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from hookline import baseline, cache, library, ownfiles, policy, scan, sources
from hookline.commands import hook
from hookline.commands.hook import layers, named_layers, policy_directory
from hookline.commands.scan import Target, find, runnable
from hookline.nouns import Failure, Report
from hookline.report.escape import escape


def main(arguments: Sequence[str]) -> int:
    options = argparse.ArgumentParser(prog='hookline baseline', description=__doc__)
    actions = options.add_subparsers(dest='action', required=True, metavar='ACTION')
    for name, said in (
        ('write', 'accept every finding that there is now'),
        ('check', 'name the entries that nothing needs any more; status 1 if any'),
        ('prune', 'drop those entries'),
    ):
        action = actions.add_parser(name, help=said)
        action.add_argument('--rules', action='append', default=[], metavar='DIR')
        action.add_argument('--no-cache', action='store_true')
    asked = options.parse_args(list(arguments))
    target = find(['.'])
    old = hook.accepted(policy_directory(target.root)) or baseline.EMPTY
    if not old.salt:
        old = old._replace(salt=baseline.new_salt())
    # As if nothing were accepted.
    report = everything(target, asked, old._replace(entries=(), listed={}))
    if report.failures:
        for failure in report.failures:
            sys.stderr.write(f'hookline: {escape(failure)}\n')
        return 2
    if asked.action == 'write':
        return write(target.root, report, old)
    return stale(target.root, report, old, prune=asked.action == 'prune')


def everything(
    target: Target, asked: argparse.Namespace, accepted: baseline.Baseline
) -> Report:
    """Scan the whole repository, less what is accepted."""
    home = '' if asked.no_cache else cache.directory()
    own = policy_directory(target.root)
    shelf = library.Library(layers(own, named_layers(asked.rules), home), home)
    today = time.strftime('%Y-%m-%d')
    rules = shelf.policy()

    def excluded(path: str) -> str:
        return policy.excluded(path, rules, today)

    names, lacking = runnable(None)
    if lacking:
        # Without it the entries of that check would be dropped as gone.
        raise Failure(lacking[0])
    batches = sources.tree([target.root], target.root, target.repo, names, excluded)
    options = scan.Options(
        checks=names,
        root=target.root,
        today=today,
        jobs=scan.cores(),
        cache=home,
        baseline=accepted,
    )
    return scan.run(batches, options, shelf)


def write(root: str, report: Report, old: baseline.Baseline) -> int:
    findings = [row.finding for row in report.judged]
    new = baseline.accept(findings, old)
    ownfiles.write(root, baseline.PATH, baseline.write(new))
    count = sum(entry.count for entry in new.entries)
    sys.stdout.write(
        f'{baseline.PATH}: {count} accepted in {len(new.entries)} entries; '
        f'read {report.files} files\n'
    )
    return 0


def stale(root: str, report: Report, old: baseline.Baseline, *, prune: bool) -> int:
    findings = [row.finding for row in (*report.judged, *report.dropped)]
    gone = baseline.stale(old, findings)
    for entry in gone:
        times = f' ({entry.count} times)' if entry.count > 1 else ''
        sys.stdout.write(f'{escape(entry.path)}: {entry.rule}: gone{times}\n')
    if prune and gone:
        pruned = baseline.prune(old, gone)
        ownfiles.write(root, baseline.PATH, baseline.write(pruned))
    sys.stdout.write(
        f'{baseline.PATH}: {len(old.entries)} entries, {len(gone)} '
        f'{"dropped" if prune else "stale"}\n'
    )
    return 1 if gone and not prune else 0
