"""`hookline rules`: list what is on, show a rule's file, run rules' examples."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from hookline import cache, library, policy, rulebook, scan
from hookline.commands.hook import layers, named_layers, policy_directory
from hookline.commands.scan import find
from hookline.nouns import CHECKS, Compiled, Failure, Rule


def main(arguments: Sequence[str]) -> int:
    options = argparse.ArgumentParser(prog='hookline rules', description=__doc__)
    actions = options.add_subparsers(dest='action', required=True, metavar='ACTION')
    listing = actions.add_parser('list', help='one line a rule: mode, grade, title')
    listing.add_argument('--check', action='append', choices=CHECKS)
    showing = actions.add_parser('show', help='print the file of a rule')
    showing.add_argument('rule', metavar='RULE')
    testing = actions.add_parser('test', help='run the examples of the rules in DIR')
    testing.add_argument('directory', metavar='DIR')
    for action in (listing, showing):
        action.add_argument('--rules', action='append', default=[], metavar='DIR')
    asked = options.parse_args(list(arguments))
    if asked.action == 'test':
        return examples(asked.directory)
    shelf = shelf_here(asked.rules)
    if asked.action == 'show':
        return show(shelf, asked.rule)
    return list_rules(shelf, asked.check or CHECKS)


def shelf_here(rules: Sequence[str]) -> library.Library:
    """Return the rules that a run in the current directory would use."""
    own = policy_directory(find(['.']).root)
    return library.Library(layers(own, named_layers(rules)), cache.directory())


def known(shelf: library.Library, name: str) -> Rule:
    """Return the rule as written; raise Failure with what comes near."""
    rules = shelf.book().rules
    if name in rules:
        return rules[name]
    import difflib

    near = difflib.get_close_matches(name, rules, 3)
    hint = f'; did you mean {", ".join(near)}?' if near else '; see hookline rules list'
    raise Failure(f'there is no rule {name!r}{hint}')


def mode(rule: Rule, compiled: Compiled) -> tuple[str, str]:
    """Return a rule's mode outside of `paths`, and what says so."""
    modes = [
        _mode(rule, compiled, [language] if language else [])
        for language in rule.languages or ('',)
    ]
    strictest = max(modes, key=lambda one: policy.MODES.index(one[0]))
    others = [
        f'{language} {name}'
        for language, (name, _) in zip(rule.languages, modes, strict=False)
        if name != strictest[0]
    ]
    return strictest[0], '; '.join((strictest[1], *others))


def _mode(rule: Rule, compiled: Compiled, language: Sequence[str]) -> tuple[str, str]:
    found = policy.named(compiled['mode'], rule.id, rule.tags, rule.check, language)
    if found is not None and found[0] != 'block':
        return found[0], f'policy says so for {found[1]}'
    severity, confidence = compiled['block_at']
    from hookline.nouns import CONFIDENCES, SEVERITIES

    if SEVERITIES.index(rule.severity) < SEVERITIES.index(severity):
        return 'warn', f'severity {rule.severity}, blocks from {severity}'
    if CONFIDENCES.index(rule.confidence) < CONFIDENCES.index(confidence):
        return 'warn', f'confidence {rule.confidence}, blocks from {confidence}'
    return 'block', f'severity {rule.severity}, confidence {rule.confidence}'


def elsewhere(rule: Rule, compiled: Compiled) -> str:
    """Return what `paths` say of a rule, the entry that wins first."""
    said = []
    for patterns, modes, reason, _ in reversed(compiled['paths']):
        found = policy.named(modes, rule.id, rule.tags, rule.check, rule.languages)
        if found and policy.revives(found, rule.id, compiled['mode']):
            globs = ', '.join(text for text, _ in patterns)
            said.append(f'; {found[0]} on {globs}: {reason}')
    return ''.join(said)


def list_rules(shelf: library.Library, checks: Sequence[str]) -> int:
    compiled = shelf.policy()
    rules = [rule for rule in shelf.rules().values() if rule.check in checks]
    width = max((len(rule.id) for rule in rules), default=0)
    for check in checks:
        for rule in sorted(rules, key=lambda rule: rule.id):
            if rule.check == check:
                name, reason = mode(rule, compiled)
                sys.stdout.write(
                    f'{check:8}{rule.id:{width + 2}}{name:7}{rule.title} '
                    f'({reason}{elsewhere(rule, compiled)})\n'
                )
    counts: dict[str, int] = {}
    for rule in rules:
        name = mode(rule, compiled)[0]
        counts[name] = counts.get(name, 0) + 1
    said = ', '.join(f'{counts[name]} {name}' for name in sorted(counts))
    sys.stdout.write(f'{len(rules)} rules: {said}\n')
    return 0


def show(shelf: library.Library, name: str) -> int:
    rule = known(shelf, name)
    for layer in shelf.layers:
        inside = rule.document.path.removeprefix(f'{layer.name}/')
        path = os.path.join(layer.directory, inside)
        if inside != rule.document.path and os.path.isfile(path):
            with open(path, encoding='utf-8') as file:
                sys.stdout.write(f'# {rule.document.path}\n{file.read()}')
            return 0
    raise Failure(f'{rule.document.path}: cannot be read')


def examples(directory: str) -> int:
    """Run the examples of one rules directory, on top of hookline's own policy."""
    from hookline import ruletest

    own = rulebook.Layer(os.path.abspath(directory), directory.rstrip('/'))
    mine = rulebook.load([own])
    if not mine.rules:
        raise Failure(f'{directory}: there is no rule in it')
    # A broken policy.yaml or images.yaml is an error here as it is at commit.
    shelf = library.Library([rulebook.builtin(), own], '')
    shelf.policy()
    images = shelf.book().images
    failed = ruletest.run(mine.rules.values(), images, scan.cores())
    for row in failed:
        sys.stdout.write(f'{ruletest.describe(row)}\n')
    silent = [rule for rule in mine.rules.values() if not rule.bad and not rule.good]
    for rule in silent:
        sys.stdout.write(f'{rule.document.path}: {rule.id} has no examples\n')
    total = sum(len(rule.bad) + len(rule.good) for rule in mine.rules.values())
    sys.stdout.write(
        f'{len(mine.rules)} rules, {total} examples, {len(failed)} do not hold\n'
    )
    return 1 if failed else 0
