"""The hadolint engine, with the real hadolint, and the docker rules' examples."""

from __future__ import annotations

import glob
import marshal
import os
import re
import stat
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from conftest import CHECKOUT
from hookline import rulebook, ruletest, yamlfile
from hookline.engines import hadolint
from hookline.nouns import Change, Document, Failure, Match, Rule, Run

BOOK = rulebook.load([rulebook.builtin()])
RULES = [rule for rule in BOOK.rules.values() if rule.check == 'docker']
# As a run has them: without those that the built-in policy switches off.
MODES = yamlfile.read(str(CHECKOUT / 'rules/policy.yaml')).value['mode']
USUAL = [rule for rule in RULES if MODES.get(rule.id) != 'off']
COMPILED = marshal.loads(marshal.dumps(hadolint.compile(USUAL, [])))


def lint(*contents: str | bytes, jobs: int = 1, pragmas: bool = True) -> list[Match]:
    changes = [
        Change(f'{number}/Dockerfile', text.encode() if isinstance(text, str) else text)
        for number, text in enumerate(contents)
    ]
    run = Run('', jobs, time.monotonic() + 120, pragmas)
    return list(hadolint.find(changes, COMPILED, run))


def rules(matches: Sequence[Match]) -> list[str]:
    return [match.rule for match in matches]


def test_the_examples_of_all_docker_rules_hold() -> None:
    plain = [rule for rule in RULES if 'images' not in rule.block]
    failed = ruletest.run(plain, BOOK.images)
    for rule in RULES:
        if rule not in plain:
            own = Document(rule.document.path, rule.block['images'], {})
            failed += ruletest.run([rule], (*BOOK.images, own))
    assert [ruletest.describe(row) for row in failed] == []


def test_every_rule_that_hadolint_has_is_one_of_ours() -> None:
    with open(hadolint._program(), 'rb') as file:
        known = {code.decode() for code in re.findall(rb'DL[1-4][0-9]{3}', file.read())}
    named = {rule.block.get('code') for rule in RULES if rule.engine == 'hadolint'}
    # DL1000 is a file that it cannot read; DL3048 is what hadolint-other names.
    assert known - named == {'DL1000', 'DL3048', *hadolint.OFF}
    assert {str(code) for code in named if str(code)[:3] in ('DL3', 'DL4')} <= known


@pytest.mark.parametrize(
    ('content', 'found'),
    [
        ('FROM a:1\n# hadolint ignore=DL3000\nWORKDIR app\n', []),
        ('# hadolint global ignore=DL3000\nFROM a:1\nWORKDIR app\n', []),
        # of another rule
        ('FROM a:1\n# hadolint ignore=DL3059\nWORKDIR app\n', ['hadolint-dl3000']),
    ],
)
def test_hadolints_own_comments_count_unless_policy_forbids_comments(
    content: str, found: list[str]
) -> None:
    assert rules(lint(content)) == found
    assert rules(lint(content, pragmas=False)) == ['hadolint-dl3000']


def test_labels_are_those_that_a_rule_names() -> None:
    text = (
        'FROM a:1\nARG X\nLABEL org.opencontainers.image.url="$X" \\\n'
        '  org.opencontainers.image.created="x$X" maintainer="$X"\n'
    )
    assert rules(lint(text)) == []
    text = 'FROM a:1\nLABEL org.opencontainers.image.url="x" maintainer="x"\n'
    assert rules(lint(text)) == ['hadolint-dl3052']


@pytest.mark.parametrize(
    'content',
    [
        '',
        '# nothing\n',
        'FROM scratch\nCOPY app /app\nUSER 65532\n',
        # ours judge images and ADD: DL3020 and DL3026 stay off
        'FROM evil.io/a:1\nADD a /b\n',
        'FROM a:1\nARG N=1\n# hadolint ignore=DL3000\nWORKDIR app\n',
        'FROM a:1\r\nRUN mkdir /a\r\n',
    ],
)
def test_nothing_is_said_of_what_is_right(content: str) -> None:
    assert lint(content) == []


def test_a_match_is_the_line_with_code_and_message() -> None:
    content = '\ufeffFROM debian:12\r\n# é\r\nRUN sudo true\r\n'
    (match,) = lint(content)
    assert match.rule == 'hadolint-dl3004'
    assert content.encode()[match.start : match.end] == b'RUN sudo true'
    assert match.message.startswith('DL3004: Do not use sudo')


def test_many_files_share_processes_and_each_is_answered() -> None:
    contents = [f'FROM a:{number}\nRUN sudo x\n' for number in range(30)]
    found = lint(*contents, jobs=3)
    assert [(match.path, match.rule) for match in found] == [
        (f'{number}/Dockerfile', 'hadolint-dl3004') for number in range(30)
    ]


def test_what_hadolint_cannot_read_is_advice_and_the_rest_is_judged() -> None:
    content = 'FROM a:1\nRUN <<EOF cat\ncd /\nEOF\nFOO bar\nRUN sudo x\n'
    found = lint(content)
    assert [
        (match.rule, content.encode()[: match.start].count(b'\n') + 1)
        for match in found
    ] == [
        ('unparsed-dockerfile', 2),
        ('unparsed-dockerfile', 5),
        ('hadolint-dl3004', 6),
    ]
    assert [match.confidence for match in found] == ['low', 'low', '']


def test_a_stage_whose_from_cannot_be_read_stays_a_stage() -> None:
    content = (
        'FROM --new=1 a:1 AS build\nRUN sudo x\nFROM a:1\nCOPY --from=build /a /b\n'
    )
    assert rules(lint(content)) == ['unparsed-dockerfile', 'hadolint-dl3004']


def test_a_directory_of_one_letter_does_not_end_hadolint() -> None:
    assert rules(lint('FROM a:1\nWORKDIR x\n', 'FROM a:1\nWORKDIR /y\n')) == [
        'hadolint-dl3000'
    ]


def test_a_file_that_ends_hadolint_is_named_and_the_others_are_judged() -> None:
    # In quotes it still does.
    ends = 'FROM a:1\nWORKDIR "x"\n'
    others = ['FROM a:1\nRUN sudo x\n'] * 5
    found = lint(*others[:2], ends, *others[2:])
    assert [(match.path[0], match.rule) for match in found] == [
        ('0', 'hadolint-dl3004'),
        ('1', 'hadolint-dl3004'),
        ('2', 'unparsed-dockerfile'),
        ('3', 'hadolint-dl3004'),
        ('4', 'hadolint-dl3004'),
        ('5', 'hadolint-dl3004'),
    ]


def test_root_in_a_build_stage_is_only_advice() -> None:
    content = 'FROM a:1 AS build\nUSER 0\nRUN x\nFROM b:1\nUSER 0\n'
    found = [match for match in lint(content) if match.rule == 'hadolint-dl3002']
    assert [match.confidence for match in found] == ['low', '']


@pytest.mark.parametrize(
    ('command', 'confidence'),
    [
        ('echo app:app | chpasswd', 'low'),
        ('apt-get install -y curl=1 && echo a | tee /b', 'low'),
        ('curl -f https://example.com/a || echo b | tee /b', 'low'),
        ('curl -fsSL https://example.com/a.sh | sh', ''),
        ('wget -nv -O - \\\n  https://example.com/a | tar x', ''),
    ],
)
def test_a_pipe_blocks_only_behind_a_download(command: str, confidence: str) -> None:
    found = lint(f'FROM debian:12\nRUN {command}\n')
    assert [m.confidence for m in found if m.rule == 'hadolint-dl4006'] == [confidence]


def test_no_configuration_but_ours_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    off = 'ignored: [DL3004]\n'
    for name in ('.hadolint.yaml', '.hadolint.yml', '.config/hadolint.yaml'):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(off)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.setenv('XDG_CONFIG_HOME', str(tmp_path / '.config'))
    monkeypatch.setenv('HADOLINT_IGNORE', 'DL3004')
    monkeypatch.setenv('HADOLINT_CONFIG', str(tmp_path / '.hadolint.yaml'))
    assert rules(lint('FROM a:1\nRUN sudo x\n')) == ['hadolint-dl3004']


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in hadolint's place that does what a test writes into it."""
    path = tmp_path / 'hadolint'
    monkeypatch.setattr(hadolint, '_program', lambda: str(path))
    return path


def becomes(path: Path, script: str) -> None:
    path.write_text(f'#!/bin/sh\n{script}\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.mark.skipif(os.name == 'nt', reason='needs a shell script')
@pytest.mark.parametrize(
    ('script', 'said'),
    [
        ('exit 1', 'status 1'),
        ('echo', 'not the JSON'),
        ('echo "[{"', 'not the JSON'),
        ('echo \'[{"code": 1}]\'', 'not the JSON'),
        ("echo '{}'", 'not whole'),
        ('echo "[]"', 'not whole'),  # it must answer our last file
        ('echo "[]"; echo "Error parsing your config file" >&2', 'configuration'),
        ('kill -9 $$', 'signal 9'),
    ],
)
def test_an_answer_that_is_not_whole_fails(
    program: Path, script: str, said: str
) -> None:
    becomes(program, script)
    with pytest.raises(Failure, match=said) as caught:
        lint('FROM a:1\n', 'FROM b:1\n')
    assert 'hadolint' in str(caught.value)


@pytest.mark.skipif(os.name == 'nt', reason='needs a shell script')
def test_a_hadolint_that_hangs_is_ended(program: Path) -> None:
    becomes(program, 'sleep 60')
    run = Run(cache='', jobs=1, deadline=time.monotonic() + 0.3)
    with pytest.raises(Failure, match='hadolint was not done'):
        list(hadolint.find([Change('Dockerfile', b'FROM a\n')], COMPILED, run))


@pytest.mark.skipif(os.name == 'nt', reason='needs a shell script')
def test_names_and_content_stay_in_a_private_directory(
    program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('TMPDIR', str(tmp_path))
    # The last argument is a file in it.
    script = f'for last; do :; done; ls -ld "$(dirname "$last")" >> {tmp_path}/seen'
    becomes(program, f'echo "$@" > {tmp_path}/seen; {script}; exit 1')
    change = Change('--no-fail; rm\n/Dockerfile', b'FROM a\n')
    run = Run(cache='', jobs=1, deadline=time.monotonic() + 60)
    with pytest.raises(Failure):
        list(hadolint.find([change], COMPILED, run))
    arguments, directory = (tmp_path / 'seen').read_text().splitlines()
    place = r'(/\S+/hookline-[0-9a-f]{24})'
    assert re.search(rf'--config {place}/config\.yaml \1/last$', arguments)
    assert directory.startswith('drwx------')
    assert glob.glob(f'{tmp_path}/hookline-*') == []


def test_hadolint_is_found_beside_python_and_not_by_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    becomes(tmp_path / 'hadolint', 'exit 9')
    monkeypatch.setenv('PATH', str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert os.path.dirname(hadolint._program()) == os.path.dirname(sys.executable)


def test_the_known_codes_are_those_of_the_built_in_rules() -> None:
    codes = {rule.block['code'] for rule in RULES if rule.engine == 'hadolint'}
    assert codes == hadolint._KNOWN


def test_a_code_that_is_off_does_not_come_back_as_another_remark() -> None:
    for code in ('DL3004', 'SC2086'):
        compiled = hadolint.compile(
            [rule for rule in USUAL if rule.block.get('code') != code], []
        )
        change = Change('Dockerfile', b'FROM a:1\nRUN sudo $x\n')
        run = Run(cache='', jobs=1, deadline=time.monotonic() + 60)
        found = rules(list(hadolint.find([change], compiled, run)))
        assert len(found) == 1
        assert found[0] in ('hadolint-dl3004', 'hadolint-sc2086')


@pytest.mark.skipif(os.name == 'nt', reason='needs a shell script')
def test_a_code_that_is_new_is_reported_by_the_rule_for_others(program: Path) -> None:
    def row(file: str, code: str) -> str:
        return f'{{"file": "{file}", "line": 1, "code": "{code}", "message": "x"}}'

    becomes(program, f"echo '[{row('0', 'DL9999')}, {row('last', 'DL4000')}]'")
    assert rules(lint('FROM a:1\n')) == ['hadolint-other']
    becomes(program, f"echo '[{row('0', 'XY1')}, {row('last', 'DL4000')}]'")
    with pytest.raises(Failure, match='hadolint reports XY1, which no rule names'):
        lint('FROM a:1\n')


def rule(block: dict[str, object]) -> Rule:
    return next(
        rule._replace(block=block) for rule in RULES if rule.engine == 'hadolint'
    )


@pytest.mark.parametrize(
    ('block', 'said'),
    [
        ({}, 'expected a code'),
        ({'code': 'E501'}, 'expected a code'),
        ({'code': 3006}, 'expected a code'),
        ({'code': 'DL3006', 'level': 'error'}, 'level: unknown key'),
        ({'code': 'DL3026'}, 'DL3026 stays off'),
    ],
)
def test_what_a_block_may_not_hold(block: dict[str, object], said: str) -> None:
    with pytest.raises(Failure, match=said):
        hadolint.compile([rule(block)], [])
