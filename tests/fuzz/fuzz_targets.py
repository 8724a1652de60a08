"""What the fuzzer feeds: every parser, and a whole scan with all its reports.

A target takes whatever bytes it is given. It may raise Failure, which is an answer; any
other exception is a fault, and so is a span outside of the content.
"""

from __future__ import annotations

import contextlib
import functools
import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from hookline import (
    alignment,
    archives,
    baseline,
    encodings,
    filenames,
    foreignbaseline,
    git,
    globs,
    inline,
    languages,
    library,
    lines,
    policy,
    policyfile,
    programs,
    proofs,
    rulebook,
    scan,
    semgrep_core,
    sources,
    sourcetext,
    yamledit,
    yamlfile,
)
from hookline.commands.imports import READERS
from hookline.dockerfile import hcl, images, manifests, names, reference, tree, words
from hookline.engines import add, hadolint, image, pattern
from hookline.foreign import gitleaks, patterns
from hookline.nouns import Change, Failure, Parent, Report, Rule, Run
from hookline.report import escape, github, gitlab, jsonreport, sarif, text

NAMES = (
    *('Dockerfile', 'Dockerfile', 'a.dockerfile', 'compose.yaml', 'docker-bake.hcl'),
    *('.gitlab-ci.yml', '.github/workflows/a.yml', 'k8s.yaml', 'docker-bake.json'),
    *('.devcontainer.json', 'kustomization.yaml', 'a.py', 'a.env', '.npmrc', 'id_rsa'),
    *('a.ipynb', 'é\udcff.txt', '--help', 'a\nb.tf', '../x', 'a.java', 'README'),
)
TODAY = '2027-01-31'
Target = Callable[[random.Random, bytes], None]


class Kit(NamedTuple):
    """What is made once: rules, and what engines compile of them."""

    shelf: library.Library
    rules: dict[str, Rule]
    ids: Any
    images: Any
    added: Any
    run: Run
    judge: scan.Judge


@functools.cache
def kit() -> Kit:
    shelf = library.Library([rulebook.builtin()], '')
    book = shelf.book()
    own = yamlfile.parse(b'allow: [{image: "a.io/**"}]\nargs: {A: x}\n', 'images.yaml')
    options = scan.Options(('secrets',), '/nowhere', TODAY, 1, '')
    return Kit(
        shelf,
        dict(book.rules),
        rulebook.names(book.rules.values()),
        image.compile([], [*book.images, own]),
        add.compile([], [*book.images, own]),
        Run(cache='', jobs=1, deadline=float('inf'), disproved=True, told=True),
        scan.Judge(options, shelf),
    )


def _within(content: bytes, *spans: tuple[int, int]) -> None:
    for start, end in spans:
        assert 0 <= start <= end <= len(content), (start, end, len(content))


def _text(content: bytes) -> str:
    return content.decode('utf-8', 'surrogateescape')


def _docker(choose: random.Random, content: bytes, name: str) -> None:
    change = Change(name, content)
    for engine, compiled in ((image, kit().images), (add, kit().added)):
        if engine.takes(change):
            for match in engine.find([change], compiled, kit().run):
                _within(content, (match.start, match.end))


def dockerfile(choose: random.Random, content: bytes) -> None:
    _docker(choose, content, 'Dockerfile')
    written = _text(content)
    with contextlib.suppress(words.BadWord):
        words.expand(written[:200], {'A': 'x', 'B': 'a*b'})
    found = reference.parse(written[:200])
    if not isinstance(found, str):
        with contextlib.suppress(ValueError):
            images.matches(found, images.pattern(written[:60]))


def manifest(choose: random.Random, content: bytes) -> None:
    name = choose.choice(NAMES[3:11])
    _docker(choose, content, name)
    for found in manifests.read(name, content, {'A': 'x'}):
        for named in found.named:
            _within(content, (named.start, named.end))
    written, _, _ = tree.text_of(content)
    for read in (tree.read_yaml, tree.read_json, hcl.read):
        for document in read(written).documents:
            for node in tree.walk(document):
                if node.kind == 'text':
                    assert 0 <= node.start <= node.end <= len(written)


def settings(choose: random.Random, content: bytes) -> None:
    document = yamlfile.parse(content, 'policy.yaml')
    with contextlib.suppress(Failure):
        images.compile([*kit().shelf.book().images, document])
    with contextlib.suppress(Failure):
        entry = {choose.choice(('a', 'b')): 'warn'}
        yamledit.add(content, 'policy.yaml', 'mode', entry)
        yamledit.add(content, 'policy.yaml', 'paths', [{'match': ['a'], 'mode': entry}])
    with contextlib.suppress(Failure):
        globs.matches('a/b', globs.compile(_text(content[:60])))
    compiled = policyfile.compile([*kit().shelf.book().policies, document], kit().ids)
    for path in ('a.py', 'tests/x/y.env'):
        policy.excluded(path, compiled, TODAY)


def rule(choose: random.Random, content: bytes) -> None:
    document = yamlfile.parse(content, '.hookline/secrets/x.yaml')
    found = list(rulebook.rules_of(document, 'secrets/x.yaml', examples=False))
    pattern.compile(found, [])


def git_output(choose: random.Random, content: bytes) -> None:
    readers: tuple[Callable[[], object], ...] = (
        lambda: git._raw(content),
        lambda: git._traced(_text(content)),
        lambda: git._repository(content),
        lambda: git._tagged(content),
        lambda: git._origin(content),
        lambda: git.message(content),
        lambda: git._check_version(content),
        lambda: git.index(['a']),
        lambda: git.differences('HEAD', []),
        lambda: git.differences('HEAD', ['a', 'b']),
        lambda: git.files_at('HEAD', 'a'),
        lambda: git.submodules('.'),
        lambda: git.listed('.'),
        lambda: git.commits(['a'], ['b']),
        lambda: git.local_tips(),
        lambda: git.refs(),
        lambda: git.sizes(['a']),
        lambda: git.blobs(['a', 'b']),
    )
    real = git._output, git._start, git._talk
    said: Any = lambda *given, **more: content  # noqa: E731
    git._output, git._start = said, said
    git._talk = lambda *given: (content, b'')
    try:
        for reader in readers:
            with contextlib.suppress(Failure):
                reader()
    finally:
        git._output, git._start, git._talk = real


def encoded(choose: random.Random, content: bytes) -> None:
    every = range(len(encodings.FORMS))
    hits = [(choose.choice(every), choose.randint(0, len(content))) for _ in range(9)]
    for found in encodings.decoded(content, sorted(hits, key=lambda hit: hit[1])):
        low = choose.randrange(len(found.text))
        high = choose.randint(low + 1, len(found.text))
        _within(content, found.place(low, high))
    place = lines.Lines(content)
    for at in (0, len(content) // 2, len(content)):
        _within(content, place.span(place.number(at)))
    for name in NAMES[11:]:
        language = languages.language(name, content)
        if language:
            source = sourcetext.source(content, language)
            at = choose.randint(0, len(source.text))
            _within(content, (source.offset(at), len(content)))
    alignment.of_contents(content, content[::2])
    for one in proofs.PROOFS.values():
        one(content[:300])


def comments(choose: random.Random, content: bytes) -> None:
    inline.allows(content)
    list(inline.unknown('a.py', content, kit().rules))
    for said in (escape.escape(_text(content)), escape.prose(_text(content))):
        assert all(c.isprintable() or c == '\n' for c in said)
    filenames.search([Change(_text(content[:200]), b'')], (), kit().shelf, kit().run)


def lists(choose: random.Random, content: bytes) -> None:
    with contextlib.suppress(Failure):
        baseline.write(baseline.read(content))
    foreignbaseline.read(content)


def foreign(choose: random.Random, content: bytes) -> None:
    written = _text(content[:80])
    patterns.of_regex(written)
    patterns.of_gitignore(written)
    patterns.of_folder(written)
    gitleaks.ignored(content)
    for name, reader in READERS.items():
        if reader is not None:
            with contextlib.suppress(Failure):
                reader(name, content, kit().rules)


def archive(choose: random.Random, content: bytes) -> None:
    size = sum(len(one.content) for one in archives.members('a.zip', content))
    assert size < 1 << 30


def answer(choose: random.Random, content: bytes) -> None:
    """What programs say, of which a part may be missing."""
    with contextlib.suppress(Failure):
        semgrep_core.answer(programs.Outcome(0, content, b''))
    with contextlib.suppress(Failure, hadolint.Crashed):
        hadolint._read(programs.Outcome(0, content, b''), [0, 1])


def flow(choose: random.Random, content: bytes) -> None:
    from hookline.flow import verdicts

    compiled = kit().shelf.compiled('semgrep', lambda: _semgrep())
    language = choose.choice(('python', 'java'))
    rules = [name for name in compiled['flows'] if name.startswith(language)]
    start = choose.randint(0, len(content))
    sinks = [(start, choose.randint(start, len(content)), one) for one in rules[:3]]
    verdicts.judge(content, language, sinks, compiled['flows'], compiled['models'])


def _semgrep() -> Any:
    from hookline.engines import semgrep

    return semgrep


def whole(choose: random.Random, content: bytes) -> None:
    """A run over a change and what it replaces, in every format."""
    name = choose.choice(NAMES)
    half = content[: len(content) // 2]
    changes = (
        Change(name, content, parents=(Parent(name, 'old'),)),
        Change('beside.txt', half),
    )
    batch = sources.Batch(changes, ('secrets',))
    options = scan.Options(('secrets',), '/nowhere', TODAY, 1, '', verbose=True)
    blobs, listed = git.blobs, kit().rules
    git.blobs = lambda ids: dict.fromkeys(ids, half)
    try:
        report = scan.run(opened([batch]), options, kit().shelf)
    finally:
        git.blobs = blobs
    for said in written(report, listed):
        assert not any(0xDC80 <= ord(c) <= 0xDCFF for c in said)
        assert '\x1b' not in said


def opened(batches: Iterable[sources.Batch]) -> Iterator[sources.Batch]:
    return sources.opened(iter(batches), lambda path: '')


def written(report: Report, rules: dict[str, Rule]) -> Iterator[str]:
    for module in (jsonreport, sarif, github, gitlab):
        yield module.write(report, rules)
    yield text.write(report, rules, color=False, verbose=True)


# How many of a hundred inputs go where; the corpus and the scraps have these names.
TARGETS: dict[str, tuple[Target, int]] = {
    'dockerfile': (dockerfile, 12),
    'manifest': (manifest, 10),
    'policy': (settings, 9),
    'rule': (rule, 9),
    'git': (git_output, 10),
    'encoded': (encoded, 9),
    'comments': (comments, 9),
    'baseline': (lists, 7),
    'foreign': (foreign, 7),
    'archive': (archive, 7),
    'answer': (answer, 4),
    'code': (flow, 3),
    'scan': (whole, 4),
}


def feed(target: str, choose: random.Random, content: bytes) -> None:
    """Give a target one input; what it raises beyond Failure is a fault."""
    assert names  # imported for its tables, which the engines read
    with contextlib.suppress(Failure):
        TARGETS[target][0](choose, content)
