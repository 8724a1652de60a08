"""The corpus and some made-up inputs; fuzz.py feeds as many as one has time for."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import fuzz_inputs
import fuzz_targets
import pytest

import fuzz
from hookline.examples import ALPHABETS

SIGNAL = pytest.mark.skipif(sys.platform == 'win32', reason='it has no SIGPROF')


@pytest.mark.parametrize('target', fuzz_targets.TARGETS)
def test_every_target_reads_its_corpus(target: str) -> None:
    seeds = fuzz_inputs.corpus(target)
    assert seeds, 'an empty corpus'
    for content in seeds:
        fuzz_targets.feed(target, random.Random(1), content)


def test_the_corpus_is_fed_and_small() -> None:
    folders = {path.name for path in fuzz_inputs.CORPUS.iterdir()}
    assert folders == set(fuzz_targets.TARGETS) == set(fuzz_inputs.WORDS)
    files = [path for path in fuzz_inputs.CORPUS.rglob('*') if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 100_000
    # Templates, and not what they come to.
    text = b''.join(path.read_bytes() for path in files)
    assert b'{{alnum:18}}' in text
    assert ALPHABETS


@SIGNAL
def test_made_up_inputs_raise_nothing_and_take_no_time(tmp_path: Path) -> None:
    rows = fuzz.fuzz(4000, 5, found=tmp_path)
    assert [row.target for row in rows if row.faults or row.slow] == [], [
        path.read_text()[-400:] for path in tmp_path.glob('*.txt')
    ]


@SIGNAL
def test_the_fuzzer_sees_what_raises_and_what_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bad(choose: random.Random, content: bytes) -> None:
        if choose.random() < 0.5:
            raise ZeroDivisionError
        while True:
            pass

    monkeypatch.setattr(fuzz, 'HANG', 0.05)
    monkeypatch.setitem(fuzz_targets.TARGETS, 'answer', (bad, 1))
    (row,) = fuzz.fuzz(8, 1, ['answer'], found=tmp_path)
    assert row.faults == 8
    faults = [path.read_text() for path in tmp_path.glob('*.txt')]
    for name in ('ZeroDivisionError', 'Hanging'):
        assert any(name in fault for fault in faults)


# What the fuzzer found once -----------------------------------------------------------

FOUND = [
    # git whose answers were cut off, or that says something else
    ('git', b':100644 100644 \0'),
    ('git', b':100644 100644 a b R100\0old\0'),
    ('git', b'100644\ta\0'),
    ('git', b'object x'),
    ('git', b'\xff blob x\n'),
    # what libyaml reads and PyYAML itself does not, or of another kind
    ('policy', b'-1\t{|blockmatch: '),
    ('policy', b'paths: {a: b}\n'),
    ('policy', b'paths: x\n'),
    ('policy', b'mode: [a]\n'),
    # a value that is a regex only with what stands around it
    (
        'rule',
        b'id: x\ntitle: X\nseverity: low\nconfidence: low\ncwe: 798\nwhy: X.\n'
        b'remedy: Y.\npattern: {near: [acme], value: "[0-9a-f][32}"}\n',
    ),
    # a text that does not end
    ('manifest', b'{"image": "'),
    ('manifest', b'target "a" { image = "\\'),
    # half a character of UTF-16
    ('encoded', b'\xff\xfe#'),
]


@pytest.mark.parametrize(('target', 'content'), FOUND)
def test_what_was_found_is_mended(target: str, content: bytes) -> None:
    for seed in range(30):
        fuzz_targets.feed(target, random.Random(seed), content)
