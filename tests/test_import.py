"""Other tools' configuration, carried over into .hookline/."""

from __future__ import annotations

import random
import re
import subprocess
import sys

import pytest
import yaml

from conftest import BIN, Outcome, Repo, hookline, places
from hookline import examples, globs
from hookline.foreign import patterns

POLICY = '.hookline/policy.yaml'


def carry(repo: Repo, *arguments: str) -> Outcome:
    outcome = hookline('import', *arguments, cwd=repo.path)
    assert outcome.status == 0, outcome
    return outcome


def read(repo: Repo, path: str = POLICY) -> dict[str, object]:
    found: dict[str, object] = yaml.safe_load((repo.path / path).read_text())
    return found


# Patterns


@pytest.mark.parametrize(
    ('line', 'expected'),
    [
        ('', ()),
        ('# a comment', ()),
        ('node_modules/', ('**/node_modules/**',)),
        ('/build/', ('build/**',)),
        ('*.min.js', ('**/*.min.js', '**/*.min.js/**')),
        ('docs/api', ('docs/api', 'docs/api/**')),
        ('docs/**', ('docs/**',)),
        ('**/vendor/', ('**/vendor/**',)),
        ('.env', ('**/.env', '**/.env/**')),
        ('!keep.py', None),
        ('a?.py', None),
        ('[ab].py', None),
        (r'\#a', None),
    ],
)
def test_a_line_of_gitignore_is_globs(
    line: str, expected: tuple[str, ...] | None
) -> None:
    assert patterns.of_gitignore(line) == expected


@pytest.mark.parametrize(
    ('regex', 'expected'),
    [
        (r'^tests/.*', ('tests/**',)),
        (r'^tests/', ('tests/**',)),
        (r'go\.sum$', ('**/*go.sum',)),
        (r'(.*?)(jpg|gif)$', ('**/*jpg', '**/*gif')),
        (r'vendor/', ('**/*vendor/**',)),
        (r'gitleaks\.toml', ('**/*gitleaks.toml*', '**/*gitleaks.toml*/**')),
        (r'^src/.*/fixtures/', ('src/*/**/fixtures/**',)),
        (r'(^|/)yarn\.lock$', ('yarn.lock', '**/yarn.lock')),
        (r'^(?:foo/|bar/)', ('foo/**', 'bar/**')),
        (r'^docs?/', None),
        (r'.*', None),  # everything
        (r'', None),
        (r'[a-z]+\.key$', None),
        (r'(\w+)\.pem', None),
        (r'^(a)+$', None),
        (r'a{2}', None),
        (r'^(?!src/)', None),
        (r'(a|b', None),
        (r'a\d', None),
        ('|'.join(f'f{n}' for n in range(30)), None),  # too many
    ],
)
def test_a_regex_is_globs_or_nothing(
    regex: str, expected: tuple[str, ...] | None
) -> None:
    assert patterns.of_regex(regex) == expected


def test_globs_of_a_regex_match_no_more_than_it_does() -> None:
    source = random.Random(3)
    parts = ('a', 'b', 'ab', '/', '/', r'\.', '.*', '.*?', '(a|b/)', '(^|/)', 'x?')
    carried = 0
    for _ in range(5000):
        regex = ''.join(
            (
                source.choice(('', '^')),
                *source.choices(parts, k=source.randrange(1, 6)),
                source.choice(('', '$')),
            )
        )
        found = patterns.of_regex(regex)
        if found is None:
            continue
        carried += 1
        for _ in range(30):
            names = (
                ''.join(source.choices('ab.x', k=source.randrange(1, 4)))
                for _ in range(source.randrange(1, 5))
            )
            path = '/'.join(names)
            if any(globs.matches(path, globs.compile(glob)) for glob in found):
                assert re.search(regex, path) or re.search(regex, f'/{path}'), (
                    regex,
                    path,
                )
    assert carried > 500


# Files


def test_semgrepignore_concerns_semgrep_alone(repo: Repo) -> None:
    repo.write(
        '.semgrepignore',
        '# ours\n:include .gitignore\nvendor/\n!vendor/ours.py\n*.min.js\n',
    )
    out = carry(repo).out
    assert read(repo)['paths'] == [
        {
            'match': ['**/vendor/**', '**/*.min.js', '**/*.min.js/**'],
            'mode': {'semgrep': 'off'},
            'reason': 'carried over from .semgrepignore',
        }
    ]
    assert '.semgrepignore: no counterpart: 2: :include .gitignore' in out
    assert '.semgrepignore: no counterpart: 4: !vendor/ours.py' in out
    code = 'import hashlib\n\nh = hashlib.md5(b"x")\nexec(input())\n'
    repo.commit({'vendor/a.py': code, 'a.py': code})
    scan = hookline('scan', '--check', 'code', cwd=repo.path)
    found = [place for place in places(scan) if place.startswith('vendor')]
    assert found
    assert all(' bandit-' in place for place in found)


BANDIT = {
    '.bandit': '[bandit]\nskips = B101,B601\nexclude = ./build,tests\ntargets = .\n'
    'level = 2\n',
    'bandit.yaml': 'skips: [B101, B601]\nexclude_dirs: [./build, tests]\n'
    'targets: [.]\nlevel: 2\nhardcoded_tmp_directory: {tmp_dirs: [/tmp]}\n',
    'pyproject.toml': '[project]\nname = "x"\n\n[tool.bandit]\n'
    'skips = ["B101", "B601"]\nexclude_dirs = ["./build", "tests"]\n'
    'targets = ["."]\nlevel = 2\n',
}


@pytest.mark.parametrize('name', BANDIT)
def test_the_settings_of_bandit(repo: Repo, name: str) -> None:
    if name.endswith('.toml') and sys.version_info < (3, 11):
        pytest.skip('TOML is read from Python 3.11 on')
    repo.write(name, BANDIT[name])
    out = carry(repo).out
    made = read(repo)
    assert made['mode'] == {'bandit-b101': 'off', 'bandit-b601': 'off'}
    matches = [row['match'] for row in made['paths']]  # type: ignore[attr-defined]
    assert matches == [['**/build', '**/build/**'], ['**/tests', '**/tests/**']]
    assert f'{name}: no counterpart: level: see block_at' in out
    assert 'targets' not in out
    assert ('hardcoded_tmp_directory' in out) is (name == 'bandit.yaml')


def test_bandit_with_a_choice_of_tests_and_options_of_one(repo: Repo) -> None:
    repo.write(
        'bandit.yaml',
        'tests: [B101, B102]\nskips: [B109]\n'
        "assert_used: {skips: ['*_test.py', '*/test_*.py', 'a[1].py']}\n",
    )
    out = carry(repo).out
    made = read(repo)
    mode, paths = made['mode'], made['paths']
    assert isinstance(mode, dict)
    assert isinstance(paths, list)
    assert 'bandit-b103' in mode
    assert not {'bandit-b101', 'bandit-b102'} & {*mode}
    assert [row['match'] for row in paths[:2]] == [['**/*_test.py'], ['**/test_*.py']]
    assert paths[0]['mode'] == {'bandit-b101': 'off'}
    assert 'skips B109: there is no such test any more' in out


def test_hadolint(repo: Repo) -> None:
    repo.write(
        '.hadolint.yaml',
        'ignored: [DL3008, DL9999]\noverride:\n  error: [DL3003]\n'
        '  info: [DL3059, DL3008]\nfailure-threshold: warning\n'
        'trustedRegistries: [registry.example.com, docker.io]\n'
        'label-schema: {author: text}\nstrict-labels: true\nno-color: true\n',
    )
    out = carry(repo).out
    mode = read(repo)['mode']
    assert mode == {
        'hadolint-dl3003': 'block',
        'hadolint-dl3059': 'warn',
        'hadolint-dl3008': 'off',
        'hadolint-dl3050': 'warn',
    }
    assert read(repo, '.hookline/images.yaml')['allow'] == [
        {'image': 'registry.example.com/**'},
        {'image': 'docker.io/**'},
    ]
    for said in ('ignored DL9999', 'label-schema', 'failure-threshold: see block_at'):
        assert f'.hadolint.yaml: no counterpart: {said}' in out
    assert 'no-color' not in out
    repo.commit({'Dockerfile': 'FROM quay.io/a/b:1\n'})
    scan = hookline('scan', '--check', 'docker', cwd=repo.path)
    assert 'Dockerfile:1 image-unapproved' in places(scan)


@pytest.mark.skipif(sys.version_info < (3, 11), reason='TOML is read from 3.11 on')
def test_gitleaks(repo: Repo) -> None:
    repo.write(
        '.gitleaks.toml',
        """
[extend]
useDefault = true
disabledRules = ["private-key", "nobody-knows"]

[[rules]]
id = "acme"
regex = '''acme_[a-z]{20}'''
[[rules]]
id = "github-token"
[[rules.allowlists]]
paths = ['''^fixtures/''']

[allowlist]
paths = ['''^tests/.*''', '''(go\\.mod|go\\.sum)$''', '''[a-z]+\\.key''']
regexes = ['''219-09-9999''']
stopwords = ["client"]
commits = ["c0ffee"]
""",
    )
    out = carry(repo).out
    made = read(repo)
    assert made['mode'] == {'private-key': 'off'}
    source = {'reason': 'carried over from .gitleaks.toml'}
    assert made['paths'] == [
        {
            'match': ['tests/**', '**/*go.mod', '**/*go.sum'],
            'mode': {'secrets': 'off'},
            **source,
        },
        {'match': ['fixtures/**'], 'mode': {'github-token': 'off'}, **source},
    ]
    for said in (
        'allowlist.paths [a-z]+',
        'allowlist.regexes',
        'allowlist.stopwords',
        'allowlist.commits',
        'extend.disabledRules nobody-knows',
        'rules acme: write it as a rule',
    ):
        assert f'.gitleaks.toml: no counterpart: {said}' in out


def secret(seed: str) -> str:
    return examples.expand('password = "r7{{alnum:14}}"\n', seed)


def test_gitleaksignore_becomes_a_baseline(repo: Repo) -> None:
    repo.commit({'a.py': 'x = 1\n' + secret('a'), 'b.py': secret('b')})
    commit = 'c' * 40
    repo.write(
        '.gitleaksignore',
        f'# ours\na.py:generic-api-key:2\n{commit}:b.py:generic-api-key:1\nnonsense\n',
    )
    out = carry(repo).out
    assert '.hookline/baseline.json: 1 entries more\n' in out
    assert 'no counterpart: 3: b.py: is about a commit' in out
    assert 'no counterpart: 4: not a fingerprint' in out
    scan = hookline('scan', '--check', 'secrets', cwd=repo.path)
    assert {place.partition(':')[0] for place in places(scan)} == {'b.py'}
    assert '0 entries more' in carry(repo).out


def test_secrets_baseline_becomes_ours(repo: Repo) -> None:
    repo.commit({'a.py': secret('a'), 'b.py': secret('b'), 'locks/c.py': secret('c')})
    done = subprocess.run(
        (
            *(BIN / 'detect-secrets', 'scan', '--no-verify', '--all-files'),
            *('--exclude-files', '^locks/.*', '--exclude-lines', 'sample'),
            *('--base64-limit', '4'),
        ),
        cwd=repo.path,
        capture_output=True,
        check=True,
    )
    repo.write('.secrets.baseline', done.stdout)
    repo.write('b.py', secret('another'))
    out = carry(repo).out
    assert '.hookline/baseline.json: 1 entries more\n' in out
    assert 'no counterpart: should_exclude_line' in out
    assert 'no counterpart: Base64HighEntropyString limit 4' in out
    (repo.path / '.secrets.baseline').unlink()
    scan = hookline('scan', '--check', 'secrets', cwd=repo.path)
    assert {place.partition(':')[0] for place in places(scan)} == {'b.py'}
    assert secret('a')[12:-2] not in (repo.path / '.hookline/baseline.json').read_text()


# What is there already

OWN = """\
# Ours.
version: 1
mode:
  bandit-b101: warn  # we like it
paths:
  # generated
  - {match: ["gen/**"], mode: {code: "off"}, reason: generated}

# The end.
contact: "#sec"
"""


def test_what_is_there_stays_and_nothing_comes_twice(repo: Repo) -> None:
    repo.write(POLICY, OWN)
    repo.write('.bandit', BANDIT['.bandit'])
    repo.write('.semgrepignore', 'vendor/\n')
    said = carry(repo, '--dry-run').out
    assert (repo.path / POLICY).read_text() == OWN
    assert '+  bandit-b601: off' in said.replace("'", '')
    out = carry(repo).out
    assert '.bandit: bandit-b101 has a mode already, which stays' in out
    text = (repo.path / POLICY).read_text()
    left = iter(text)
    assert all(any(one == other for other in left) for one in OWN)
    assert "  bandit-b101: warn  # we like it\n  bandit-b601: 'off'\n" in text
    again = carry(repo).out
    assert (repo.path / POLICY).read_text() == text
    assert '@@' not in again


def test_nothing_to_carry_over_is_said(repo: Repo) -> None:
    assert 'no configuration of another tool' in carry(repo).out
    repo.write('pyproject.toml', '[project]\nname = "x"\n')
    repo.write('setup.cfg', '[metadata]\nname = x\n')
    carry(repo)
    assert not (repo.path / POLICY).exists()


@pytest.mark.parametrize(
    ('name', 'content', 'said'),
    [
        ('.bandit', 'skips = B101\n', '.bandit: not an INI file'),
        ('bandit.yaml', '[', 'bandit.yaml:'),
        ('bandit.yaml', '- a', 'bandit.yaml: expected settings of bandit'),
        ('.hadolint.yaml', 'a: &a [*a]', '.hadolint.yaml:1:'),
        ('.gitleaks.toml', 'a = ', '.gitleaks.toml: '),
        ('.secrets.baseline', '{}', '.secrets.baseline: results'),
    ],
)
def test_what_cannot_be_read_is_status_2(
    repo: Repo, name: str, content: str, said: str
) -> None:
    repo.write(name, content)
    outcome = hookline('import', cwd=repo.path)
    assert outcome.status == 2
    assert outcome.err.startswith(f'hookline: {said}')
    assert outcome.err.count('\n') == 1
    assert not (repo.path / '.hookline').exists()


def test_a_file_that_is_none_of_these_is_status_2(repo: Repo) -> None:
    repo.write('ruff.toml', '')
    outcome = hookline('import', 'ruff.toml', cwd=repo.path)
    assert (outcome.status, 'expected one of' in outcome.err) == (2, True)


def test_a_policy_that_is_a_link_is_not_written(repo: Repo) -> None:
    repo.write('elsewhere', 'version: 1\n')
    (repo.path / '.hookline').mkdir()
    (repo.path / POLICY).symlink_to('../elsewhere')
    repo.write('.semgrepignore', 'vendor/\n')
    assert hookline('import', cwd=repo.path).status == 2
    assert (repo.path / 'elsewhere').read_text() == 'version: 1\n'
