"""The corpus and some made-up inputs; fuzz.py feeds as many as one has time for."""

from __future__ import annotations

import io
import random
import sys
import zipfile
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

NEAR = (
    b'{id: x, title: X, severity: low, confidence: low, cwe: 798, why: X., '
    b'remedy: Y., pattern: {near: [acme], value: "[0-9a-f][32}"}}'
)


def nameless() -> bytes:
    """Return a zip file with a member whose name is empty."""
    held, member = io.BytesIO(), zipfile.ZipInfo('x')
    member.filename = ''
    with zipfile.ZipFile(held, 'w') as archive:
        archive.writestr(member, 'abc')
    return held.getvalue()


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
    ('rule', NEAR),
    # a text that does not end
    ('manifest', b'{"image": "'),
    ('manifest', b'target "a" { image = "\\'),
    # settings of another kind than the tool has
    ('foreign', b'rules = ["a"]\n'),
    ('foreign', b'rules = 1\nextend = {disabledRules = [[1]]}\n'),
    ('foreign', b'[allowlist]\npaths = 1\n'),
    ('archive', nameless()),
    # half a character of UTF-16
    ('encoded', b'\xff\xfe#'),
]


@pytest.mark.parametrize(
    'content',
    [b'Cookie.getValue(->{e;};r:continue', b'c:return Cookie.getValue(->{e;};'],
)
def test_a_file_whose_top_never_ends_is_not_followed(content: bytes) -> None:
    from hookline.engines import semgrep
    from hookline.flow import verdicts

    compiled = fuzz_targets.kit().shelf.compiled('semgrep', lambda: semgrep)
    rule = next(name for name in compiled['flows'] if name.startswith('java'))
    flows, models = compiled['flows'], compiled['models']
    sinks = [(at, at + 9, rule) for at in range(0, len(content), 4)]
    found = verdicts.judge(content, 'java', sinks, flows, models)
    assert all(one.level for one in found), 'proven safe, though nothing was read'


@pytest.mark.parametrize(('target', 'content'), FOUND)
def test_what_was_found_is_mended(target: str, content: bytes) -> None:
    for seed in range(30):
        fuzz_targets.feed(target, random.Random(seed), content)
