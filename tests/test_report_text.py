from __future__ import annotations

import io
import os
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.nouns import CheckRun, Judged, Place, Skipped
from hookline.report.summary import summary, wants_color
from hookline.report.text import LINE, write
from reports import (
    IMAGE_FINDING,
    RULES,
    SQL_FINDING,
    block,
    finding,
    report,
    rule,
    warn,
)


def test_a_clean_run_is_one_line() -> None:
    assert write(report(), {}) == (
        'hookline: clean; read 10 files (1,204 lines); secrets 31 ms; 0.45 s\n'
    )


def test_a_stopped_commit() -> None:
    shown = write(
        report(
            warn(IMAGE_FINDING),  # by path it would come first
            block(finding()),
            block(
                finding(
                    place=Place(21, 12, 21, 52),
                    snippet='\treturn "ghp_********"  # until the vault is there',
                    caret=(9, 21),
                )
            ),
            block(SQL_FINDING),
            checks=(
                CheckRun('secrets', 10, 0.031),
                CheckRun('code', 3, 0.41),
                CheckRun('docker', 1, 1.2),
            ),
            skipped=(
                Skipped('assets/logo.png', 'binary'),
                Skipped('assets/icon.png', 'binary'),
                Skipped('vendor/lib', 'submodule'),
            ),
            notes=('2 baseline entries match nothing any more',),
            contact='#security',
        ),
        RULES,
    )
    assert (
        shown
        == """\
app/settings.py:14:17: critical github-token: GitHub access token
    GITHUB_TOKEN = "ghp_********"
                    ^^^^^^^^^^^^
    Revoke the token at github.com/settings/tokens, then read it from the environment.
    To allow, here or on the line above: # hookline: allow github-token -- REASON
    More: hookline explain github-token

app/settings.py:21:12: critical github-token: GitHub access token
    return "ghp_********"  # until the vault is there
            ^^^^^^^^^^^^

app/views.py:41:12: high python-sql-injection: SQL built from request data
    rows = db.execute(f'SELECT * FROM t WHERE n = {name}')
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    request.args (line 38) reaches db.execute()
    Pass values as parameters: cursor.execute(sql, (value,)). For names of tables or
    columns, choose from a fixed list.
    To allow, here or on the line above: \
# hookline: allow python-sql-injection -- REASON
    More: hookline explain python-sql-injection

Dockerfile:1:6: medium image-unapproved: Base image is not approved (warning)

skipped (binary): assets/logo.png, assets/icon.png
skipped (submodule): vendor/lib
hookline: note: 2 baseline entries match nothing any more
Questions: #security
hookline: 3 block, 1 warns; read 10 files (1,204 lines), skipped 3; \
secrets 31 ms, code 410 ms, docker 1.2 s; 0.45 s
"""
    )


def test_warnings_alone_are_shown_in_full() -> None:
    assert (
        write(report(warn(IMAGE_FINDING)), RULES)
        == """\
Dockerfile:1:6: medium image-unapproved: Base image is not approved (warning)
    FROM node:latest
         ^^^^^^^^^^^
    docker.io/library/node:latest; nearest: registry.example.com/base/node:22
    Use an approved image, or ask for this one to be added.
    To allow: an entry in .hookline/images.yaml, or on the line above: \
# hookline: allow image-unapproved -- REASON; owner=TEAM; ticket=ID; expires=YYYY-MM-DD
    More: hookline explain image-unapproved

hookline: 1 warns; read 10 files (1,204 lines); secrets 31 ms; 0.45 s
"""
    )
    both = report(block(finding()), warn(IMAGE_FINDING))
    assert 'Use an approved image' not in write(both, RULES)
    assert 'Use an approved image' in write(both, RULES, verbose=True)


def test_verbose_says_why_and_what_was_dropped() -> None:
    dropped = Judged(
        finding(path='tests/keys.py', place=Place(3, 1, 3, 9)),
        'drop',
        'allowed on line 2: made for the test',
    )
    shown = write(report(block(SQL_FINDING), dropped=(dropped,)), RULES, verbose=True)
    assert (
        shown
        == """\
app/views.py:41:12: high python-sql-injection: SQL built from request data \
[severity critical, confidence high]
    rows = db.execute(f'SELECT * FROM t WHERE n = {name}')
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    request.args (line 38) reaches db.execute()
    Pass values as parameters: cursor.execute(sql, (value,)). For names of tables or
    columns, choose from a fixed list.
    To allow, here or on the line above: \
# hookline: allow python-sql-injection -- REASON
    More: hookline explain python-sql-injection

dropped: tests/keys.py:3:1: critical github-token: GitHub access token \
[allowed on line 2: made for the test]
hookline: 1 blocks, 1 dropped; read 10 files (1,204 lines); \
secrets 10 files 31 ms; 0.45 s
"""
    )


def test_a_range_names_the_commit_of_a_finding() -> None:
    made = report(block(finding(commit='8d2c1f0a77e94b1c')), commits=12)
    shown = write(made, {}).splitlines()
    assert shown[0] == (
        'app/settings.py:14:17: critical github-token: GitHub access token'
        ' (commit 8d2c1f0a77e9)'
    )
    assert 'read 10 files (1,204 lines) in 12 commits' in shown[-1]


@pytest.mark.parametrize(
    ('judged', 'dropped', 'verdict'),
    [
        ((), (), 'clean'),
        ((), (block(finding()),), 'clean, 1 dropped'),
        ((warn(finding()),), (), '1 warns'),
        ((warn(finding()),) * 2, (), '2 warn'),
        ((block(finding()),), (), '1 blocks'),
        ((block(finding()),) * 1000, (), '1,000 block'),
    ],
)
def test_the_summary_says_what_it_came_to(
    judged: tuple[Judged, ...], dropped: tuple[Judged, ...], verdict: str
) -> None:
    made = report(*judged, dropped=dropped, files=1, lines=1)
    assert summary(made).startswith(f'hookline: {verdict}; read 1 file (1 line);')


def test_a_run_that_failed_in_part_is_never_clean() -> None:
    made = report(failures=('semgrep was not done after 60 s and was ended',))
    assert summary(made).startswith('hookline: incomplete (1 failure); read 10 files')
    made = report(block(finding()), failures=('a', 'b'))
    assert summary(made).startswith('hookline: incomplete (2 failures), 1 blocks;')


def test_names_skipped_are_listed_up_to_ten() -> None:
    skipped = tuple(Skipped(f'{n}.png', 'binary') for n in range(12))
    shown = write(report(skipped=skipped), {}).splitlines()
    assert shown[:2] == [
        'skipped (binary): ' + ', '.join(f'{n}.png' for n in range(10)),
        'skipped: 2 more; -v lists them',
    ]
    shown = write(report(skipped=skipped), {}, verbose=True).splitlines()
    assert shown[0].endswith(', 10.png, 11.png')
    assert len(shown) == 2


ENTRY = 'an entry in .hookline/baseline.json or policy.yaml'


@pytest.mark.parametrize(
    ('path', 'said'),
    [
        ('a.py', 'To allow, here or on the line above: # ALLOW'),
        ('a.js', 'To allow, here or on the line above: // ALLOW'),
        (
            'a.sql',
            'To allow, here or on the line above: -- ALLOW',
        ),
        (
            'a.html',
            'To allow, here or on the line above: <!-- ALLOW -->',
        ),
        (
            'id_rsa',
            'To allow, here or on the line above: # ALLOW',
        ),
        # behind a value it would be part of the value, or of the instruction
        ('.env', 'To allow, on the line above: # ALLOW'),
        ('.env.local', 'To allow, on the line above: # ALLOW'),
        ('Dockerfile', 'To allow, on the line above: # ALLOW'),
        ('Dockerfile.dev', 'To allow, on the line above: # ALLOW'),
        ('a.json', f'To allow: JSON has no comments, so {ENTRY}'),
    ],
)
def test_how_to_allow_fits_the_file(path: str, said: str) -> None:
    shown = write(report(block(finding(path=path))), {}).splitlines()
    # written apart, or it would count when hookline scans itself
    said = said.replace('ALLOW', 'hookline: allow github-token -- REASON')
    assert f'    {said}' in shown


def test_how_to_allow_is_what_policy_demands() -> None:
    made = report(block(finding()))
    shown = write(made, {}, require=('reason', 'owner', 'expires'))
    assert (
        '# hookline: allow github-token -- REASON; owner=TEAM; expires=YYYY-MM-DD\n'
        in shown
    )
    shown = write(made, {}, inline=False)
    assert '    To allow: an entry in .hookline/policy.yaml\n' in shown


def test_a_rule_found_many_times_is_shown_ten_times() -> None:
    many = (block(finding(place=Place(n, 1, n, 9))) for n in range(1, 14))
    lines = write(report(*many, block(SQL_FINDING)), RULES).splitlines()
    head = 'app/settings.py:{}:1: critical github-token: GitHub access token'
    assert lines.count('    GITHUB_TOKEN = "ghp_********"') == 10
    at = lines.index(head.format(11))
    assert lines[at - 1 : at + 5] == [
        '',
        head.format(11),
        head.format(12),
        head.format(13),
        '',
        'app/views.py:41:12: high python-sql-injection: SQL built from request data',
    ]
    assert write(report(*[block(finding())] * 13), {}, verbose=True).count('^\n') == 13


def test_how_to_allow_is_said_again_where_it_differs() -> None:
    shown = write(
        report(
            block(finding()),
            block(finding(path='b.py')),
            block(finding(path='b.json')),
            block(finding(path='c.json')),
        ),
        RULES,
    )
    assert shown.count('here or on the line above') == 1
    assert shown.count('JSON has no comments') == 1
    assert shown.count('Revoke the token') == 1
    assert shown.count('More:') == 1


def test_a_comment_that_does_not_count_is_explained() -> None:
    reason = 'severity high; the allow comment on line 13 has no reason; write -- why'
    shown = write(report(block(finding(), reason)), {})
    assert '    The allow comment on line 13 has no reason; write -- why.\n' in shown


def test_a_long_remedy_is_cut_at_a_sentence() -> None:
    long = 'First do this. ' + 'Then do that with care. ' * 20 + '\n\nSee also this.'
    lines = write(
        report(block(finding())), {'github-token': rule(remedy=long)}
    ).splitlines()
    remedy = [line for line in lines if ' do ' in line or 'care' in line]
    assert remedy[0].startswith('    First do this. Then do that')
    assert remedy[-1].endswith('.')
    assert len(remedy) == 3
    assert all(len(line) <= 88 for line in remedy)


@pytest.mark.parametrize(
    ('snippet', 'caret', 'shown'),
    [
        ('', (0, 0), []),  # a finding about the whole file
        ('   ', (0, 3), []),
        ('x = 1', (4, 5), ['x = 1', '    ^']),
        ('x = 1', (9, 12), ['x = 1', '     ^']),  # behind the end
        ('x = 1', (2, 2), ['x = 1', '  ^']),  # empty
        ('\t\tx = 1', (6, 7), ['x = 1', '    ^']),
        ('a\tb', (2, 3), ['a    b', '     ^']),
        ('日本 = "é"', (6, 7), ['日本 = "é"', '        ^']),  # two columns each
        (
            'e\u0301 = 1',
            (5, 6),
            ['e\u0301 = 1', '    ^'],
        ),  # a combining accent has none
        ('a\x1bb', (2, 3), [r'a\x1bb', '     ^']),
        ('::error::x', (8, 9), [r'\x3a:error::x', '           ^']),
        (
            'a' * 40 + 'X' + 'b' * 55,
            (40, 41),
            ['a' * 40 + 'X' + 'b' * 55, ' ' * 40 + '^'],
        ),
    ],
)
def test_the_caret_stands_under_what_was_found(
    snippet: str, caret: tuple[int, int], shown: list[str]
) -> None:
    made = report(block(finding(snippet=snippet, caret=caret)))
    lines = write(made, {}).splitlines()[1:]
    below = lines[: next(n for n, line in enumerate(lines) if 'To allow' in line)]
    assert below == [f'    {line}' for line in shown]


@pytest.mark.parametrize(
    ('start', 'end'), [(0, 5), (150, 160), (395, 400), (10, 390), (0, 400)]
)
def test_a_long_line_is_cut_around_the_caret(start: int, end: int) -> None:
    text = ''.join(chr(97 + n % 26) for n in range(400))
    made = report(block(finding(snippet=text, caret=(start, end))))
    _, line, caret, *_ = write(made, {}).splitlines()
    assert len(line) <= LINE
    assert len(caret) <= LINE
    marked = line[caret.index('^') : len(caret)]
    assert text[start:end].startswith(marked)
    assert line.strip().endswith('...') == (text[-3:] != line[-3:])


@given(
    st.text(st.characters(categories=('L', 'N', 'P', 'S', 'Zs', 'Cc', 'Cs'))),
    st.integers(0, 300),
    st.integers(0, 300),
)
def test_no_snippet_is_wider_than_a_line(text: str, start: int, end: int) -> None:
    made = report(block(finding(snippet=text, caret=(start, start + end))))
    for line in write(made, {}).split('\n')[1:-3]:
        assert len(line) <= LINE or 'To allow' in line


HOSTILE = '\n::error file=a::b\r\n##[error]c\x1b[2J\u202e\udcff'


def test_hostile_names_and_content_stay_on_their_line() -> None:
    made = report(
        block(
            finding(
                rule=f'r{HOSTILE}',
                path=HOSTILE,
                title=HOSTILE,
                message=f'one{HOSTILE}',
                snippet=HOSTILE,
                caret=(0, 5),
                commit=HOSTILE,
            ),
            HOSTILE,
        ),
        skipped=(Skipped(HOSTILE, HOSTILE),),
        notes=(HOSTILE,),
        contact=HOSTILE,
        dropped=(Judged(finding(path=HOSTILE), 'drop', HOSTILE),),
    )
    shown = write(made, {f'r{HOSTILE}': rule(remedy=HOSTILE)}, verbose=True)
    for line in shown.split('\n'):
        assert line.isprintable()
        assert not line.lstrip().startswith('::')
        assert '##[' not in line
    shown.encode()


def test_color_is_only_what_was_asked_for() -> None:
    made = report(block(finding()), warn(IMAGE_FINDING))
    plain = write(made, RULES)
    colored = write(made, RULES, color=True)
    assert '\x1b' not in plain
    assert '\x1b[1;31mcritical\x1b[0m' in colored
    assert '\x1b[1;33mmedium\x1b[0m' in colored
    assert '\x1b[32mclean\x1b[0m' in write(report(), {}, color=True)


@given(st.text(st.characters()))
def test_with_color_the_only_escapes_are_ours(text: str) -> None:
    made = report(
        block(finding(path=text, title=text, snippet=text, message=text), text),
        notes=(text,),
    )
    shown = write(made, {}, color=True, verbose=True)
    for line in re.sub(r'\x1b\[[0-9;]+m', '', shown).split('\n'):
        assert line.isprintable()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ('stream', 'environ', 'option', 'wanted'),
    [
        (Terminal(), {}, 'auto', True),
        (Terminal(), {'TERM': 'xterm', 'NO_COLOR': ''}, 'auto', True),  # empty is unset
        (Terminal(), {'NO_COLOR': '1'}, 'auto', False),
        (Terminal(), {'TERM': 'dumb'}, 'auto', False),
        (Terminal(), {}, 'never', False),
        (Terminal(), {'NO_COLOR': '1'}, 'always', True),  # said for this very run
        (io.StringIO(), {}, 'auto', False),
        (io.StringIO(), {}, 'always', True),
    ],
)
def test_who_wants_color(
    stream: io.StringIO, environ: dict[str, str], option: str, wanted: bool
) -> None:
    assert wants_color(stream, environ, option) is wanted


@pytest.mark.skipif(os.name != 'posix', reason='ptys are POSIX')
def test_a_terminal_of_no_size_is_a_terminal() -> None:
    # pre-commit's: isatty, 0 x 0
    import pty

    main, side = pty.openpty()
    try:
        with open(side, 'w', closefd=False) as stream:
            assert wants_color(stream, {'PRE_COMMIT': '1'})
            assert not wants_color(stream, {'PRE_COMMIT': '1', 'NO_COLOR': '1'})
    finally:
        os.close(main)
        os.close(side)


def test_a_clean_run_imports_nothing() -> None:
    import subprocess
    import sys

    code = (
        'import sys; sys.path.insert(0, "hooks")\n'
        'import os, re, typing, collections.abc\n'
        'from hookline import nouns\n'
        'known = set(sys.modules)\n'
        'from hookline.report import text\n'
        'text.write(nouns.Report((), (), 1, 1, 0, 0.1), {})\n'
        'print(*sorted(set(sys.modules) - known))\n'
    )
    top = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    shown = subprocess.run(
        (sys.executable, '-I', '-c', code),
        cwd=top,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert set(shown.split()) <= {
        'hookline.lazyre',
        'hookline.report',
        'hookline.report.escape',
        'hookline.report.summary',
        'hookline.report.text',
    }
