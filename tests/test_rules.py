"""Every built-in rule: its examples hold, and it stands where it can be found."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from conftest import hookline
from hookline import library, policy, rulebook, ruletest, semgrep_rules
from hookline.engines import pattern
from hookline.nouns import Change, Run


@pytest.fixture(scope='module')
def book() -> rulebook.Book:
    return rulebook.load([rulebook.builtin()])


@pytest.mark.parametrize('engine', sorted(rulebook.ENGINES))
def test_the_examples_of_every_rule_hold(book: rulebook.Book, engine: str) -> None:
    rules = [rule for rule in book.rules.values() if rule.engine == engine]
    assert rules
    failed = ruletest.run(rules, book.images)
    assert [ruletest.describe(row) for row in failed] == []


def test_every_rule_has_as_much_that_it_leaves_alone_as_that_it_finds(
    book: rulebook.Book,
) -> None:
    short = {rule.id for rule in book.rules.values() if not (rule.bad and rule.good)}
    assert short == set()


def test_the_three_checks_have_the_engines_that_they_promise(
    book: rulebook.Book,
) -> None:
    engines = {rule.engine for rule in book.rules.values()}
    assert engines == set(rulebook.ENGINES)
    languages = {
        language
        for rule in book.rules.values()
        if rule.engine == 'semgrep'
        for language in rule.block['languages']
    }
    programs = {'python', 'javascript', 'typescript', 'java', 'go'}
    assert programs | set(semgrep_rules.CONFIGURATION) <= languages
    flows = [
        rule
        for rule in book.rules.values()
        if rule.engine == 'flow' or rule.block.get('mode') == 'taint'
    ]
    ours = [
        rule
        for rule in book.rules.values()
        if rule.engine in ('semgrep', 'flow')
        and programs & set(rule.block['languages'])
    ]
    assert 3 * len(flows) >= len(ours) >= 40


def test_no_secret_rule_matches_a_file_of_the_rules(book: rulebook.Book) -> None:
    """No token-like literal stands in a rule; examples have templates."""
    layer = rulebook.builtin()
    changes = [
        Change(f'rules/{name}', Path(layer.directory, name).read_bytes())
        for name, _ in rulebook.files(layer)
    ]
    rules = [rule for rule in book.rules.values() if rule.engine == 'pattern']
    compiled = pattern.compile(rules, ())
    limits = Run('', 1, time.monotonic() + 300)
    found = pattern.find(changes, compiled, limits)
    assert [f'{m.path}: {m.rule}' for m in found if m.confidence != 'low'] == []


def test_the_built_in_policy_switches_nothing_on_that_is_not_there() -> None:
    shelf = library.Library([rulebook.builtin()], '')
    assert policy.off(shelf.policy()) <= set(shelf.rules())


def test_a_rule_of_a_consumer_is_tested_by_the_same_harness(tmp_path: Path) -> None:
    folder = tmp_path / 'policy' / 'secrets'
    folder.mkdir(parents=True)
    rule = folder / 'acme-token.yaml'
    content = (
        'id: acme-token\ntitle: ACME token\nseverity: high\nconfidence: high\n'
        'cwe: 798\nwhy: It deploys.\nremedy: Revoke it.\n'
        "pattern: {regex: '\\b(acme_[a-z0-9]{24})\\b', keywords: [acme_]}\n"
        "examples:\n  bad: ['k = acme_{{loweralnum:24}}']\n  good: [acme_short]\n"
    )
    rule.write_text(content)
    good = hookline('rules', 'test', 'policy', cwd=tmp_path)
    assert (good.status, good.out) == (0, '1 rules, 2 examples, 0 do not hold\n')
    rule.write_text(content.replace('good: [', "good: ['acme_{{loweralnum:24}}', "))
    bad = hookline('rules', 'test', 'policy', cwd=tmp_path)
    assert bad.status == 1
    assert f'policy{os.sep}secrets' in bad.out or 'policy/secrets' in bad.out
    assert 'acme-token.good.1: must not be found and is' in bad.out
