"""docs/guarantees.md names tests, and each of them is there."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
PAGE = (HERE.parents[1] / 'docs/guarantees.md').read_text(encoding='utf-8')


def test_every_test_that_a_promise_names_exists() -> None:
    source = ''.join(
        path.read_text(encoding='utf-8') for path in HERE.parent.rglob('test_*.py')
    )
    there = set(re.findall(r'^def (test_\w+)\(', source, re.MULTILINE))
    named = set(re.findall(r'`(test_\w+)`', PAGE))
    assert named
    assert named <= there, named - there


def test_every_promise_names_a_test() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith('| ')]
    promises = [row for row in rows if not row.startswith('| promise')]
    assert promises
    assert all('`test_' in row for row in promises)
