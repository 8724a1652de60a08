"""`make demo` holds: the new findings alone stop the commit, and then it passes."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import pytest

from conftest import CHECKOUT, run

pytestmark = pytest.mark.xdist_group('environments')


def test_the_demo_does_what_it_says(offline: Mapping[str, str]) -> None:
    outcome = run(
        sys.executable,
        str(CHECKOUT / 'tests' / 'demo.py'),
        env={**offline, 'HOOKLINE_CHECKOUT': str(CHECKOUT)},
    )
    assert outcome.status == 0, outcome
    assert '4 block' in outcome.out
    assert 'Done' in outcome.out
