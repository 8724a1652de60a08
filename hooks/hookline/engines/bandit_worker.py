"""Runs bandit's tests over contents, in a process that can be ended at its deadline.

Reads (directory of bandit, test ids, contents) from standard input and answers with an
Outcome for each content, both in marshal's format. Imports nothing else of hookline,
and of bandit only what looks at code: `import bandit` takes 0.2 s, most of it for rich,
stevedore, yaml and a scan of entry points that no test needs.
"""

from __future__ import annotations

import ast
import io
import marshal
import os
import re
import sys
import threading
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple

# Test id: name in bandit's entry points (which `# nosec` may say), module, function.
PLUGINS = {
    'B101': ('assert_used', 'asserts', 'assert_used'),
    'B102': ('exec_used', 'exec', 'exec_used'),
    'B103': (
        'set_bad_file_permissions',
        'general_bad_file_permissions',
        'set_bad_file_permissions',
    ),
    'B104': (
        'hardcoded_bind_all_interfaces',
        'general_bind_all_interfaces',
        'hardcoded_bind_all_interfaces',
    ),
    'B105': (
        'hardcoded_password_string',
        'general_hardcoded_password',
        'hardcoded_password_string',
    ),
    'B106': (
        'hardcoded_password_funcarg',
        'general_hardcoded_password',
        'hardcoded_password_funcarg',
    ),
    'B107': (
        'hardcoded_password_default',
        'general_hardcoded_password',
        'hardcoded_password_default',
    ),
    'B108': (
        'hardcoded_tmp_directory',
        'general_hardcoded_tmp',
        'hardcoded_tmp_directory',
    ),
    'B110': ('try_except_pass', 'try_except_pass', 'try_except_pass'),
    'B112': ('try_except_continue', 'try_except_continue', 'try_except_continue'),
    'B113': (
        'request_without_timeout',
        'request_without_timeout',
        'request_without_timeout',
    ),
    'B201': ('flask_debug_true', 'app_debug', 'flask_debug_true'),
    'B202': (
        'tarfile_unsafe_members',
        'tarfile_unsafe_members',
        'tarfile_unsafe_members',
    ),
    'B324': (
        'hashlib_insecure_functions',
        'hashlib_insecure_functions',
        'hashlib',
    ),
    'B501': (
        'request_with_no_cert_validation',
        'crypto_request_no_cert_validation',
        'request_with_no_cert_validation',
    ),
    'B502': ('ssl_with_bad_version', 'insecure_ssl_tls', 'ssl_with_bad_version'),
    'B503': ('ssl_with_bad_defaults', 'insecure_ssl_tls', 'ssl_with_bad_defaults'),
    'B504': ('ssl_with_no_version', 'insecure_ssl_tls', 'ssl_with_no_version'),
    'B505': (
        'weak_cryptographic_key',
        'weak_cryptographic_key',
        'weak_cryptographic_key',
    ),
    'B506': ('yaml_load', 'yaml_load', 'yaml_load'),
    'B507': (
        'ssh_no_host_key_verification',
        'ssh_no_host_key_verification',
        'ssh_no_host_key_verification',
    ),
    'B508': (
        'snmp_insecure_version',
        'snmp_security_check',
        'snmp_insecure_version_check',
    ),
    'B509': ('snmp_weak_cryptography', 'snmp_security_check', 'snmp_crypto_check'),
    'B601': ('paramiko_calls', 'injection_paramiko', 'paramiko_calls'),
    'B602': (
        'subprocess_popen_with_shell_equals_true',
        'injection_shell',
        'subprocess_popen_with_shell_equals_true',
    ),
    'B603': (
        'subprocess_without_shell_equals_true',
        'injection_shell',
        'subprocess_without_shell_equals_true',
    ),
    'B604': (
        'any_other_function_with_shell_equals_true',
        'injection_shell',
        'any_other_function_with_shell_equals_true',
    ),
    'B605': (
        'start_process_with_a_shell',
        'injection_shell',
        'start_process_with_a_shell',
    ),
    'B606': (
        'start_process_with_no_shell',
        'injection_shell',
        'start_process_with_no_shell',
    ),
    'B607': (
        'start_process_with_partial_path',
        'injection_shell',
        'start_process_with_partial_path',
    ),
    'B608': (
        'hardcoded_sql_expressions',
        'injection_sql',
        'hardcoded_sql_expressions',
    ),
    'B609': (
        'linux_commands_wildcard_injection',
        'injection_wildcard',
        'linux_commands_wildcard_injection',
    ),
    'B610': ('django_extra_used', 'django_sql_injection', 'django_extra_used'),
    'B611': ('django_rawsql_used', 'django_sql_injection', 'django_rawsql_used'),
    'B612': (
        'logging_config_insecure_listen',
        'logging_config_insecure_listen',
        'logging_config_insecure_listen',
    ),
    'B613': ('trojansource', 'trojansource', 'trojansource'),
    'B614': ('pytorch_load', 'pytorch_load', 'pytorch_load'),
    'B615': (
        'huggingface_unsafe_download',
        'huggingface_unsafe_download',
        'huggingface_unsafe_download',
    ),
    'B701': ('jinja2_autoescape_false', 'jinja2_templates', 'jinja2_autoescape_false'),
    'B702': ('use_of_mako_templates', 'mako_templates', 'use_of_mako_templates'),
    'B703': ('django_mark_safe', 'django_xss', 'django_mark_safe'),
    'B704': ('markupsafe_markup_xss', 'markupsafe_markup_xss', 'markupsafe_markup_xss'),
}
# Test ids of bandit's two tables of names that must not be called or imported.
BLACKLISTED = frozenset(
    [f'B{number}' for number in (*range(301, 309), *range(310, 320), 321, 323)]
    + [f'B{number}' for number in (*range(401, 410), 411, 412, 413, 415)]
)

# One result: test, start and end of the match, the secret's span or None, severity and
# confidence as bandit says them. Offsets are bytes of the content.
Result = tuple[str, int, int, 'tuple[int, int] | None', str, str]
# ('found', [result, …], [raised, …]) or ('unparsed', start of the line, its end), where
# raised is of a test that a line was too much for: test id, start and end of the line,
# name of the exception.
Outcome = tuple[Any, ...]
Find = Callable[[bytes], Outcome]

# How bandit reads `# nosec B101, assert_used`.
_NOSEC = re.compile(r'#\s*nosec:?\s*(?P<tests>[^#]+)?#?')
_NOSEC_TEST = re.compile(r'(?:(B\d+|[a-z\d_]+),?)+', re.IGNORECASE)
# Tests whose finding is a string literal that is a secret.
_SECRETS = ('B105', 'B106', 'B107')
# bandit's visitor goes as deep as the code is nested: with Python's usual limit it
# drops a file that adds up a thousand strings.
STACK = 256 << 20
_QUOTES = re.compile(rb'[A-Za-z]{0,2}(\'\'\'|"""|\'|")')


def main() -> None:
    home, wanted, contents = marshal.load(sys.stdin.buffer)
    answer = sys.stdout.buffer
    sys.stdout = sys.stderr  # a print in a plug-in must not end up in the answer
    outcomes: list[Outcome] = []
    threading.stack_size(STACK)
    sys.setrecursionlimit(20_000)
    worker = threading.Thread(
        target=lambda: outcomes.extend(examine(home, wanted, contents))
    )
    worker.start()
    worker.join()
    marshal.dump(outcomes, answer)
    answer.flush()


def examine(
    home: str, wanted: Sequence[str], contents: Sequence[bytes]
) -> Iterator[Outcome]:
    """Yield an outcome for each content, in order."""
    import logging
    import warnings

    logging.disable()
    warnings.simplefilter('ignore')  # of code that is only parsed
    find = _load(home, frozenset(wanted))
    for content in contents:
        try:
            outcome = find(content)
        # ValueError: a null byte, before Python 3.11.4
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            if _starved(error):
                raise
            lines = content.splitlines(keepends=True) or [b'']
            line = min(getattr(error, 'lineno', None) or 1, len(lines))
            start = sum(map(len, lines[: line - 1]))
            outcome = ('unparsed', start, start + len(lines[line - 1].rstrip()))
        yield outcome


def _starved(error: Exception) -> bool:
    """Say whether memory ended; the parser calls deep nesting a MemoryError as well."""
    if not isinstance(error, MemoryError) or sys.platform != 'linux':
        return False
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_DATA)
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
    # A quarter: a list that grows asks for more than there is long before the end.
    return limit != resource.RLIM_INFINITY and held > (limit - STACK) // 4


def _load(home: str, wanted: frozenset[str]) -> Find:
    """Import the tests, and return what runs them on one content."""
    _stand_in(home)
    visitors = import_module('bandit.core.node_visitor')
    blacklisting = import_module('bandit.core.blacklisting')
    by_node: dict[str, list[Any]] = {}
    for test, (_, module, name) in PLUGINS.items():
        if test in wanted:
            plugin = import_module(f'bandit.plugins.{module}')
            function = getattr(plugin, name)
            settings: tuple[Any, ...] = ()
            if hasattr(function, '_takes_config'):
                settings = (plugin.gen_config(function._takes_config),)
            for node in function._checks:
                by_node.setdefault(node, []).append((function, settings))
    names = {name: test for test, (name, _, _) in PLUGINS.items()}
    forbidden: dict[str, list[Any]] = {}
    for table in 'calls', 'imports':
        entries = import_module(f'bandit.blacklists.{table}').gen_blacklist()
        for node, items in entries.items():
            names.update({item['name']: item['id'] for item in items})
            chosen = [item for item in items if item['id'] in wanted]
            if chosen:
                forbidden.setdefault(node, []).extend(chosen)
    if forbidden:
        blacklisting.blacklist._test_id = 'B001'
        for node in forbidden:
            by_node.setdefault(node, []).append((blacklisting.blacklist, (forbidden,)))

    def find(content: bytes) -> Outcome:
        tree = ast.parse(content)
        nosec = _nosec_lines(content, names)
        source = io.BytesIO(content)
        visitor = visitors.BanditNodeVisitor(
            '<stdin>', source, None, None, False, nosec, None
        )
        raised, found = _watch(visitor, by_node)
        visitor.generic_visit(tree)
        if not _latin(content):
            visitor.context = {
                'file_data': source,
                'filename': '<stdin>',
                'lineno': 0,
                'linerange': [0, 1],
                'col_offset': 0,
            }
            visitor.tester.run_tests(visitor.context, 'File')
        failed = _failed(content, raised) if raised else []
        return ('found', _results(content, found), failed)

    return find


def _latin(content: bytes) -> bool:
    """Say whether a file cannot hold what its test for whole files looks for.

    That tries each line for characters that change the direction of text: a seventh of
    the time of all tests.
    """
    return content.isascii() and not any(
        b'coding' in line for line in content.split(b'\n', 2)[:2]
    )


def _stand_in(home: str) -> None:
    """Put packages without their __init__ where bandit's tests look for bandit."""
    for name, folder in ('bandit', home), ('bandit.core', os.path.join(home, 'core')):
        package = types.ModuleType(name)
        package.__path__ = [folder]
        sys.modules[name] = package
    for name in 'constants', 'issue', 'test_properties':
        module = import_module(f'bandit.core.{name}')
        public = {k: v for k, v in vars(module).items() if not k.startswith('_')}
        vars(sys.modules['bandit']).update(public)


def _watch(
    visitor: Any, by_node: Mapping[str, list[Any]]
) -> tuple[list[tuple[str, int, str]], list[tuple[Any, Any]]]:
    """Make a visitor tell which node each issue is about, and which test raised.

    Does what bandit's own methods do, less scores, logging, copies, and a list of all
    line numbers of every node: most of bandit's time.
    """
    raised: list[tuple[str, int, str]] = []
    found: list[tuple[Any, Any]] = []
    nosec = visitor.nosec_lines
    contexts = import_module('bandit.core.context')
    visited = {name[6:] for name in dir(visitor) if name.startswith('visit_')}
    looked_at = {getattr(ast, name, None) for name in visited | by_node.keys()}

    def run(known: Mapping[str, Any], kind: str) -> None:
        context = contexts.Context(known)
        for test, settings in by_node.get(kind, ()):
            try:
                issue = test(context, *settings)
            except Exception as error:  # whatever it was, the line was not analysed
                if _starved(error):
                    raise
                name = type(error).__name__
                raised.append((test._test_id, known['lineno'], name))
                continue
            if issue is None:
                continue
            if issue.lineno is None:
                issue.lineno = known['lineno']
            issue.test_id = issue.test_id or test._test_id
            if not (nosec and _silenced(issue, nosec, known.get('lines_of'))):
                found.append((issue, known.get('node')))

    def visit(node: Any) -> None:
        kind = type(node).__name__
        visitor.context = {
            'imports': visitor.imports,
            'import_aliases': visitor.import_aliases,
            'lineno': getattr(node, 'lineno', 0),
            'node': node,
            'lines_of': node,
            'filename': visitor.fname,
            'file_data': visitor.fdata,
        }
        method = getattr(visitor, f'visit_{kind}', None)
        if method is not None:
            method(node)
        else:
            run(visitor.context, kind)

    def visit_children(node: Any) -> None:
        for field in node._fields:
            value = getattr(node, field, None)
            children = value if type(value) is list else (value,)
            following = iter(children)
            next(following, None)
            for child in children:
                sibling = next(following, None)
                # a name's Load and Store and the like are leaves that no test wants
                if not isinstance(child, ast.AST) or not child._fields:
                    continue
                child._bandit_parent = node  # type: ignore[attr-defined]
                child._bandit_sibling = sibling  # type: ignore[attr-defined]
                within = visitor.namespace
                kind = type(child)
                if kind in looked_at:
                    visit(child)
                visit_children(child)
                visitor.namespace = within

    def visit_text(key: str, kind: str, node: Any) -> None:
        visitor.context[key] = node.value
        if not isinstance(node._bandit_parent, ast.Expr):  # a docstring
            visitor.context['lines_of'] = node._bandit_parent
            run(visitor.context, kind)

    visitor.tester.run_tests = run
    visitor.update_scores = lambda scores: None
    visitor.generic_visit = visit_children
    visitor.visit_Str = lambda node: visit_text('str', 'Str', node)
    visitor.visit_Bytes = lambda node: visit_text('bytes', 'Bytes', node)
    return raised, found


def _silenced(issue: Any, nosec: Mapping[int, set[str] | None], node: Any) -> bool:
    """Say whether a comment on the issue's line, or its statement's, silences it."""
    lines = [0, 1] if node is None else _linerange(node)
    on_line = nosec.get(issue.lineno)
    around = next((nosec[n] for n in lines if nosec.get(n) is not None), None)
    if on_line is None and around is None:
        return False
    tests = (on_line or set()) | (around or set())
    return not tests or issue.test_id in tests


def _linerange(node: Any) -> Sequence[int]:
    lines: Sequence[int] = import_module('bandit.core.utils').linerange(node)
    return lines


def _nosec_lines(
    content: bytes, names: Mapping[str, str]
) -> dict[int, set[str] | None]:
    """Return the tests that a comment on a line silences; the empty set is all."""
    lines: dict[int, set[str] | None] = {}
    if b'nosec' not in content:
        return lines
    import tokenize

    known = PLUGINS.keys() | BLACKLISTED | {'B001'}
    try:
        for kind, text, (line, _), _, _ in tokenize.tokenize(
            io.BytesIO(content).readline
        ):
            if kind == tokenize.COMMENT and (comment := _NOSEC.search(text)):
                said = _NOSEC_TEST.finditer(comment['tests'] or '')
                tests = [match[1] for match in said]
                lines[line] = {
                    test if test in known else names[test]
                    for test in tests
                    if test in known or test in names
                }
    except (tokenize.TokenError, SyntaxError):
        pass  # ast has read the file; the comments up to here count
    return lines


def _results(content: bytes, found: Sequence[tuple[Any, Any]]) -> list[Result]:
    if not found:
        return []
    lines = _lines(content)
    results: list[Result] = []
    for issue, node in found:
        secret = None
        if node is None:
            start, end = _character(lines, issue)
        elif issue.lineno != node.lineno or isinstance(node, ast.FunctionDef):
            # One argument of a call, or a signature: not all that belongs to it.
            start, end = _line(lines, issue.lineno)
        else:
            start, end = _whole(lines, node)
        if issue.test_id in _SECRETS:
            literal = _whole(lines, _literal(issue, node))
            start, end = min(start, literal[0]), max(end, literal[1])
            secret = _unquoted(content, *literal)
        results.append(
            (issue.test_id, start, end, secret, issue.severity, issue.confidence)
        )
    return results


def _failed(
    content: bytes, raised: Sequence[tuple[str, int, str]]
) -> list[tuple[str, int, int, str]]:
    lines = _lines(content)
    # dict: a test that fails on a line may do so for each of its nodes.
    return list(
        dict.fromkeys(
            (test, *_line(lines, max(line, 1)), error) for test, line, error in raised
        )
    )


class Lines(NamedTuple):
    """Where the lines of a content start, and what its columns are counted in."""

    content: bytes
    starts: list[int]
    encoding: str  # '' when a column of ast is one of the content
    mark: int  # length of the byte order mark


def _lines(content: bytes) -> Lines:
    starts = [0]
    for line in content.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    mark = 3 if content.startswith(b'\xef\xbb\xbf') else 0
    encoding = ''
    if not content.isascii():
        import tokenize

        encoding = tokenize.detect_encoding(io.BytesIO(content).readline)[0]
        if encoding in ('utf-8', 'utf-8-sig'):
            encoding = ''
    return Lines(content, starts, encoding, mark)


def _at(lines: Lines, line: int, column: int) -> int:
    start = lines.starts[line - 1] + (lines.mark if line == 1 else 0)
    if not lines.encoding:
        return start + column
    text = lines.content[start : lines.starts[line]].decode(lines.encoding, 'replace')
    before = text.encode()[:column].decode(errors='ignore')
    return start + len(before.encode(lines.encoding, 'replace'))


def _whole(lines: Lines, node: Any) -> tuple[int, int]:
    return (
        _at(lines, node.lineno, node.col_offset),
        _at(lines, node.end_lineno, node.end_col_offset),
    )


def _line(lines: Lines, number: int) -> tuple[int, int]:
    """Return the span of a line's text."""
    start, end = lines.starts[number - 1 : number + 1]
    text = lines.content[start:end]
    return start + len(text) - len(text.lstrip()), start + len(text.rstrip())


def _character(lines: Lines, issue: Any) -> tuple[int, int]:
    """Return the span of the character that a test of a whole file is about.

    That test splits lines as str does, where a form feed ends one.
    """
    encoding = lines.encoding or 'utf-8'
    text = lines.content[lines.mark :].decode(encoding)
    before = text.splitlines(keepends=True)[: issue.lineno - 1]
    index = sum(map(len, before)) + issue.col_offset - 1
    start = lines.mark + len(text[:index].encode(encoding))
    return start, start + len(text[index].encode(encoding))


def _literal(issue: Any, node: Any) -> Any:
    """Return the node of the literal that an issue calls a password."""
    near = [node]
    if isinstance(node, ast.Constant):
        parent = node._bandit_parent  # type: ignore[attr-defined]
        if isinstance(parent, ast.Dict):
            near = [parent.values[parent.keys.index(node)]]
        else:
            near += parent, parent._bandit_parent
    for around in near:
        for part in ast.walk(around):
            if isinstance(part, ast.Constant):
                value = str(part.value)
                if issue.text.endswith(f": '{value}'"):
                    return part
    return node


def _unquoted(content: bytes, start: int, end: int) -> tuple[int, int] | None:
    """Return the span inside the quotes, or None for the empty string."""
    opening = _QUOTES.match(content, start, end)
    if opening is not None:
        start, end = opening.end(), end - len(opening[1])
    return (start, end) if start < end else None
