from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.nouns import Place
from hookline.report import github, gitlab
from reports import IMAGE_FINDING, RULES, SQL_FINDING, block, finding, report, warn


def runner(line: str) -> tuple[str, dict[str, str], str]:
    """Read a command as the runner does (ActionCommand.cs, TryParseV2)."""
    assert line.startswith('::')
    info, data = line[2:].split('::', 1)
    command, _, listed = info.partition(' ')
    properties = {}
    for pair in listed.split(','):
        name, value = pair.split('=', 1)
        for token, character in (
            *(('%0D', '\r'), ('%0A', '\n'), ('%3A', ':')),
            *(('%2C', ','), ('%25', '%')),
        ):
            value = value.replace(token, character)
        properties[name] = value
    for token, character in (('%0D', '\r'), ('%0A', '\n'), ('%25', '%')):
        data = data.replace(token, character)
    return command, properties, data


def test_each_finding_is_a_line_and_blocks_come_first() -> None:
    # GitHub shows the first ten of a kind
    shown = github.write(
        report(warn(IMAGE_FINDING), block(finding()), notes=('code: not installed',)),
        RULES,
    )
    assert shown == (
        '::error file=app/settings.py,line=14,endLine=14,col=17,endColumn=56,'
        'title=critical github-token::GitHub access token'
        '%0ARevoke the token at github.com/settings/tokens,'
        ' then read it from the environment.%0AMore: hookline explain github-token\n'
        '::warning file=Dockerfile,line=1,endLine=1,col=6,endColumn=16,'
        'title=medium image-unapproved::Base image is not approved'
        '%0Adocker.io/library/node:latest; nearest: registry.example.com/base/node:22'
        '%0AUse an approved image, or ask for this one to be added.'
        '%0AMore: hookline explain image-unapproved\n'
        '::notice title=hookline::code: not installed\n'
    )


def test_a_failure_comes_before_everything() -> None:
    made = report(block(finding()), failures=('semgrep: ended\n::x',))
    first = github.write(made, RULES).splitlines()[0]
    assert first == r'::error title=hookline::semgrep: ended\n::x'


def test_a_clean_run_annotates_nothing() -> None:
    assert github.write(report(), RULES) == ''


def test_columns_over_several_lines_have_no_end() -> None:
    # GitHub takes endColumn on one line only
    made = finding(place=Place(3, 5, 9, 2))
    shown = github.write(report(block(made)), RULES)
    assert ',line=3,endLine=9,col=5,title=' in shown


@pytest.mark.parametrize(
    ('path', 'written', 'read'),
    [
        ('a,b.py', 'file=a%2Cb.py,', 'a,b.py'),
        ('a:b.py', 'file=a%3Ab.py,', 'a:b.py'),
        ('100%.py', 'file=100%25.py,', '100%.py'),
        ('%0A.py', 'file=%250A.py,', '%0A.py'),
        ('é.py', 'file=é.py,', 'é.py'),
        # shown, and attached to no file
        ('a\nb.py', r'file=a\nb.py,', r'a\nb.py'),
        ('caf\udce9', r'file=caf\xe9,', r'caf\xe9'),
    ],
)
def test_names_are_escaped_for_the_runner(path: str, written: str, read: str) -> None:
    shown = github.write(report(block(finding(path=path))), RULES)
    assert f'::error {written}' in shown
    assert runner(shown)[1]['file'] == read


TEXTS = st.text(st.one_of(st.characters(), st.sampled_from('::,%\n\r0AD[#')))


@given(TEXTS, TEXTS, TEXTS)
def test_content_cannot_end_its_command(path: str, title: str, message: str) -> None:
    made = finding(path=path, title=title, message=message, rule=title)
    shown = github.write(report(block(made), notes=(message,)), RULES)
    first, second, end = shown.split('\n')
    assert end == ''
    assert first.isprintable()
    assert '##[' not in shown
    command, properties, _ = runner(first)
    assert command == 'error'
    assert list(properties) == [
        *('file', 'line', 'endLine', 'col', 'endColumn', 'title')
    ]
    assert runner(second)[:2] == ('notice', {'title': 'hookline'})
    shown.encode()


@pytest.mark.parametrize(
    ('environ', 'wanted'),
    [({}, False), ({'CI': 'true'}, False), ({'GITHUB_ACTIONS': 'true'}, True)],
)
def test_annotations_are_for_a_github_runner(
    environ: dict[str, str], wanted: bool
) -> None:
    assert github.wanted(environ) is wanted


def test_gitlab_reads_one_entry_a_finding() -> None:
    shown = gitlab.write(report(block(SQL_FINDING), warn(IMAGE_FINDING)), RULES)
    assert json.loads(shown) == [
        {
            'description': 'SQL built from request data:'
            ' request.args (line 38) reaches db.execute()',
            'check_name': 'python-sql-injection',
            'fingerprint': '77aa01c9e2d4b863:1',
            'severity': 'critical',
            'location': {'path': 'app/views.py', 'lines': {'begin': 41, 'end': 41}},
        },
        {
            'description': 'Base image is not approved: docker.io/library/node:latest;'
            ' nearest: registry.example.com/base/node:22',
            'check_name': 'image-unapproved',
            'fingerprint': 'c04d51be99a3f720:1',
            'severity': 'major',
            'location': {'path': 'Dockerfile', 'lines': {'begin': 1, 'end': 1}},
        },
    ]


def test_gitlab_wants_each_fingerprint_once() -> None:
    shown = json.loads(gitlab.write(report(*[block(finding())] * 3), RULES))
    assert len({entry['fingerprint'] for entry in shown}) == 3


def test_gitlab_wants_a_list_of_a_clean_run_too() -> None:
    assert json.loads(gitlab.write(report(), RULES)) == []
