"""Entries are added to YAML, and nothing else of it changes."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from hookline import yamledit
from hookline.nouns import Failure

ENTRY = {'match': ['a/**', '[b].py'], 'reason': 'it is: "so" # here'}


@pytest.mark.parametrize(
    'text',
    [
        '',
        '# only a comment\n',
        'version: 1\n',
        'version: 1',  # no end of line
        'paths: []\nmode: {}\n',
        'paths:\nversion: 1\n',
        'paths: []  # none yet\n',
        'paths: [{match: [x], reason: r}]\n',
        'paths: [{match: [x], reason: r}]  # ours\nversion: 1\n',
        'paths:\n  - {match: [x], reason: r}  # ours\n\n# the end\nversion: 1\n',
        'paths:\n- {match: [x], reason: r}\nversion: 1\n',
        'paths:\n  - match:\n      - x\n    reason: r\n  # a note\nversion: 1\n',
        'paths:\n  - match: [x]\n    reason: |\n      two\n      lines\nversion: 1\n',
        'paths:\n  - match: [x]\n    reason: >-\n      two\n      lines\n',
        'paths:\n  - match: [x]\n    reason: "a\n      b"\n',
        'paths:\r\n  - match: [x]\r\n    reason: r\r\nversion: 1\r\n',
        '---\npaths:\n  -   match: [x]\n      reason: r\n',
        'mode:\n  code: warn\n  # a note\n\n# more\npaths: []\n',
        'mode: {code: warn, docker: "off"}\n',
        'mode: {}\npaths:\n    - {match: [x], reason: é}\n',
    ],
)
def test_entries_are_added_and_all_else_stays(text: str) -> None:
    before: dict[str, Any] = yaml.safe_load(text) or {}
    content = yamledit.add(text.encode(), 'p', 'paths', [ENTRY, ENTRY])
    content = yamledit.add(content, 'p', 'mode', {'secrets': 'off', 'x-y': 'warn'})
    after = yaml.safe_load(content)
    assert after.pop('paths') == [*(before.pop('paths', None) or []), ENTRY, ENTRY]
    modes = {**(before.pop('mode', None) or {}), 'secrets': 'off', 'x-y': 'warn'}
    assert after.pop('mode') == modes
    assert after == before
    # What stood there stands there still, in order.
    left = iter(content.decode().replace('[]', '').replace('{}', ''))
    wanted = text.replace('[]', '').replace('{}', '').strip()
    assert all(any(one == other for other in left) for one in wanted)


def test_nothing_to_add_changes_nothing() -> None:
    text = b'paths:   [ ] # x\n'
    assert yamledit.add(text, 'p', 'paths', []) == text
    assert yamledit.add(text, 'p', 'mode', {}) == text


@pytest.mark.parametrize(
    ('text', 'said'),
    [
        ('{version: 1}\n', '^p:1: write one key a line'),
        ('- a\n', '^p:1: expected a mapping'),
        ('a: [\n', '^p:2: not YAML'),
        ('a: &x {b: 1}\npaths: [*x]\npaths: []\n', '^p:3: paths is given twice'),
    ],
)
def test_what_cannot_be_added_to_is_an_error(text: str, said: str) -> None:
    with pytest.raises(Failure, match=said):
        yamledit.add(text.encode(), 'p', 'paths', [ENTRY])
