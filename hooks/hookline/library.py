"""The rules as a run needs them: compiled once, then read from the cache.

A clean commit reads a few small cache files and parses no YAML. The cache is keyed by
the name, time and size of every rule file that may be edited, so an edit is seen at
once.
"""

from __future__ import annotations

import os
import sys
import zlib

from hookline import __version__, cache, databases, rulebook
from hookline.light import TYPE_CHECKING, Any, Callable, Mapping, Sequence, cast
from hookline.nouns import Compiled, Document, Engine, Rule
from hookline.rulebook import Layer

if TYPE_CHECKING:
    from hookline.rulebook import Book


# Engines that report the files that they cannot parse.
READERS = ('semgrep', 'bandit', 'hadolint')


class Library:
    """The rules of one run; each part is loaded when it is first asked for."""

    def __init__(self, layers: Sequence[Layer], cache_directory: str) -> None:
        self.layers = tuple(layers)
        self.cache = cache_directory
        self._parts: dict[str, Any] = {}
        self._book: Book | None = None
        self._signature = b''

    @property
    def signature(self) -> bytes:
        if not self._signature:
            self._signature = _signature(self.layers)
        return self._signature

    def book(self) -> Book:
        """Return the rules as they were written; slow, it reads YAML."""
        if self._book is None:
            from hookline import policyfile, prepared

            self._book = rulebook.load(self.layers, policyfile.locks, prepared.reader())
        return self._book

    def policy(self) -> Compiled:
        """Return the compiled policy of all layers."""
        return cast(Compiled, self._part('policy', self._compile_policy))

    def rules(self) -> Mapping[str, Rule]:
        """Return every rule by id, without its engine block and examples."""
        if 'by id' not in self._parts:
            rows = self._part('rules', self._describe_rules)
            self._parts['by id'] = {row[0]: _rule(row) for row in rows}
        return cast('dict[str, Rule]', self._parts['by id'])

    def compiled(self, name: str, engine: Callable[[], Engine]) -> Compiled:
        """Return what the engine called `name` made of its rules.

        `engine` imports it. A rule that policy has switched off wholly is not in it.
        """

        def make() -> Compiled:
            from hookline import policy

            book = self.book()
            off = policy.off(self.policy())
            engines = (name, 'unparsed') if name in READERS else (name,)
            if name == 'semgrep':
                # It finds their sinks.
                engines = (*engines, 'flow')
            rules = [
                rule
                for rule in book.rules.values()
                if rule.id not in off
                and rule.engine in engines
                and rule.check == rulebook.ENGINES[name]
            ]
            return engine().compile(rules, book.images)

        return cast(Compiled, self._part(f'engine-{name}', make))

    def digest(self, name: str, engine: Callable[[], Engine]) -> tuple[bytes, bool]:
        """Return the digest of an engine's rules, and whether they look at paths.

        Of what they say: a rule file that was only touched changes nothing.
        """

        def make() -> tuple[bytes, bool]:
            from hookline import remembered

            compiled = self.compiled(name, engine)
            return remembered.digest(compiled), bool(compiled.get('paths'))

        return cast('tuple[bytes, bool]', self._part(f'digest-{name}', make))

    def _part(self, name: str, make: Callable[[], Any]) -> Any:
        if name not in self._parts:
            file = f'{name}-{zlib.crc32(self._names()):08x}'
            found = cache.load_parts(self.cache, file, self.signature)
            if found is None:
                value = make()
                cache.store(
                    self.cache, file, self.signature, *databases.detached(value)
                )
            else:
                value = databases.attached(*found)
            self._parts[name] = value
        return self._parts[name]

    def _names(self) -> bytes:
        return '\0'.join(layer.directory for layer in self.layers).encode(
            'utf-8', 'surrogateescape'
        )

    def _compile_policy(self) -> Compiled:
        from hookline import policy
        from hookline.dockerfile import images

        book = self.book()
        # A broken images.yaml stops every check, not only the one that reads it.
        images.compile(book.images)
        return policy.compile(book.policies, rulebook.names(book.rules.values()))

    def _describe_rules(self) -> list[tuple[Any, ...]]:
        return [
            (
                *(rule.id, rule.check, rule.engine, rule.title, rule.severity),
                *(rule.confidence, rule.cwe, rule.why, rule.remedy),
                *(rule.references, rule.tags, rule.languages, rule.document.path),
            )
            for rule in self.book().rules.values()
        ]


def _rule(row: tuple[Any, ...]) -> Rule:
    document = Document(row[-1], None, {})
    return Rule._make((*row[:-2], {}, (), (), document, None, row[-2]))


def _signature(layers: Sequence[Layer]) -> bytes:
    """Return what the compiled rules depend on, as bytes to compare."""
    parts = [
        __version__,
        sys.version,
        # And not sys.executable: python and python3 of one environment are one.
        sys.prefix,
        databases.platform_key(),
    ]
    package = os.path.dirname(os.path.abspath(__file__))
    # An engine that was upgraded, or hookline, changes the folder it is installed in.
    places = [path for path in sys.path if path.endswith('site-packages')]
    for path in dict.fromkeys((os.path.dirname(package), *places)):
        if os.path.isdir(path):
            parts.append(_told(path, os.stat(path)))
    if not any(layer.fixed for layer in layers):
        # In a checkout, what makes that which is stored changes between versions.
        for folder in ('', 'engines', 'flow'):
            with os.scandir(os.path.join(package, folder)) as entries:
                parts += sorted(
                    _told(entry.name, entry.stat())
                    for entry in entries
                    if entry.name.endswith('.py')
                )
    for layer in layers:
        parts.append(f'{layer.directory}\0{layer.name}')
        if layer.fixed:
            parts.append(_told('', os.stat(layer.directory)))
        else:
            parts += [_told(name, stat) for name, stat in rulebook.files(layer)]
    return '\n'.join(parts).encode('utf-8', 'surrogateescape')


def _told(name: str, stat: os.stat_result) -> str:
    return f'{name}\0{stat.st_mtime_ns}\0{stat.st_size}'
