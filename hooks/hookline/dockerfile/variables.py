"""Replaces the variables that compose, GitLab, bake and the others know.

What has no value here becomes TEMPLATE, so that the rest of a name can be judged.
"""

from __future__ import annotations

from itertools import islice, product

from hookline import lazyre as re
from hookline.dockerfile import tree, words
from hookline.dockerfile.tree import TEMPLATE, Node
from hookline.light import Callable, Mapping, NamedTuple

_NAME = re.compile(r'[A-Za-z_][A-Za-z0-9_]*')
_EXPRESSION = re.compile(r'\$\{\{(.{0,1000}?)\}\}', re.DOTALL)
_HCL = re.compile(r'(?<!\$)\$\{([^{}]{0,1000})\}')
_INPUT = re.compile(r'\$\[\[\s*inputs\.([\w-]{1,200})[^\]]{0,300}\]\]')
_MATRIX_ROWS = 50
# Variables that are made of others, which are made of others …
_MAX_SETTLED = 10


class Value(NamedTuple):
    """A text with its variables replaced."""

    text: str
    used: tuple[str, ...] = ()
    unset: tuple[str, ...] = ()


def shell(text: str, env: Mapping[str, str]) -> Value:
    """Replace `$x`, `${x}` and `${x:-…}`; `$$` is a dollar."""
    if '$' not in text:
        return Value(text)
    parts: list[str] = []
    used: dict[str, None] = {}
    unset: dict[str, None] = {}
    at = 0
    while at < len(text):
        dollar = text.find('$', at)
        if dollar < 0:
            parts.append(text[at:])
            break
        parts.append(text[at:dollar])
        at = dollar + 1
        following = text[at : at + 1]
        if following == '$':
            parts.append('$')
            at += 1
        elif following == '{':
            end = _closing(text, at)
            value = _form(text[dollar:end], env)
            parts.append(value.text)
            used.update(dict.fromkeys(value.used))
            unset.update(dict.fromkeys(value.unset))
            at = end
        elif match := _NAME.match(text, at):
            at = match.end()
            name = match.group()
            (used if name in env else unset)[name] = None
            parts.append(env.get(name, TEMPLATE))
        else:
            parts.append('$')
    return Value(''.join(parts), tuple(used), tuple(unset))


def settled(
    texts: Mapping[str, str], replace: Callable[[str, Mapping[str, str]], Value]
) -> dict[str, str]:
    """Return the values of variables that are made of each other, in any order.

    One that is made of itself has none; of one that is made of what nobody knows, that
    part is TEMPLATE.
    """
    done = {name: text for name, text in texts.items() if '$' not in text}
    for _ in range(_MAX_SETTLED):
        waiting = [name for name in texts if name not in done]
        for name in waiting:
            value = replace(texts[name], done)
            if not any(other in waiting for other in value.unset):
                done[name] = value.text
        if not waiting:
            break
    return done


def gitlab(text: str, env: Mapping[str, str]) -> Value:
    """Replace variables, and `$[[ inputs.x ]]`, which env has as `inputs.x`."""
    unset: list[str] = []

    def replace(match: re.Match[str]) -> str:
        name = f'inputs.{match[1]}'
        if name not in env:
            unset.append(name)
        return env.get(name, TEMPLATE)

    found = shell(_INPUT.sub(replace, text), env)
    return found._replace(unset=(*unset, *found.unset))


def matrix(node: Node | None) -> list[dict[str, str]]:
    """Return the rows of GitLab's `parallel: matrix`, or one that is empty."""
    found: list[dict[str, str]] = []
    for one in tree.items(node):
        names = [name for name, _ in tree.members(one)]
        choices = [
            [tree.text(item) for item in tree.items(value)] or [tree.text(value)]
            for _, value in tree.members(one)
        ]
        rows = islice(product(*choices), _MATRIX_ROWS)
        found += [dict(zip(names, row, strict=True)) for row in rows]
    return found[:_MATRIX_ROWS] or [{}]


def _closing(text: str, at: int) -> int:
    depth = 0
    for index in range(at, min(len(text), at + 2000)):
        if text[index] == '{':
            depth += 1
        elif text[index] == '}':
            depth -= 1
            if not depth:
                return index + 1
    return len(text)


def _form(text: str, env: Mapping[str, str]) -> Value:
    match = _NAME.match(text, 2)
    name = match.group() if match else ''
    try:
        found = words.expand(text, env)
    except words.BadWord:
        return Value(TEMPLATE, unset=(name or text,))
    if found.unset or (name not in env and not found.value):
        return Value(TEMPLATE, found.used, found.unset or (name,))
    return Value(found.value, (name,) if name not in env else found.used)


def hcl(text: str, env: Mapping[str, str]) -> Value:
    used: list[str] = []
    unset: list[str] = []

    def replace(match: re.Match[str]) -> str:
        name = match[1].strip()
        if name in env:
            used.append(name)
            return env[name]
        unset.append(name)
        return TEMPLATE

    return Value(_HCL.sub(replace, text), tuple(used), tuple(unset))


def container(text: str, env: Mapping[str, str]) -> Value:
    """Replace the `${localEnv:NAME:default}` of devcontainer.json."""

    def replace(match: re.Match[str]) -> str:
        kind, _, rest = match[1].partition(':')
        _, colon, default = rest.partition(':')
        if kind in ('localEnv', 'env') and colon and default:
            return default
        unset.append(match[1])
        return TEMPLATE

    unset: list[str] = []
    found = re.sub(r'\$\{([^{}]{0,1000})\}', replace, text)
    return Value(found, unset=tuple(unset))


def plain(text: str, env: Mapping[str, str]) -> Value:
    """Leave a text where nothing is replaced before it is used, but for templates."""
    unset = re.findall(r'\$[({]?(\w+)[)}]?', text) if '$' in text else []
    if not unset:
        return Value(text)
    return Value(re.sub(r'\$[({]?\w+[)}]?', TEMPLATE, text), unset=tuple(unset))


def actions(text: str, lookup: Callable[[str], list[str]]) -> list[Value]:
    """Replace the `${{ … }}` of GitHub Actions: one value for each row of a matrix."""
    names = list(dict.fromkeys(m[1].strip() for m in _EXPRESSION.finditer(text)))
    if not names:
        return [Value(text)]
    choices = [lookup(name) or [''] for name in names[:5]]
    found: dict[Value, None] = {}
    for number, row in enumerate(product(*choices)):
        if number >= _MATRIX_ROWS:
            break
        env = dict(zip(names, row, strict=False))
        unset = tuple(name for name in names if not env.get(name))
        value = text
        for name in names:
            value = _with(value, name, env.get(name) or TEMPLATE)
        used = tuple(name for name in names if env.get(name))
        found[Value(value, used, unset)] = None
    return list(found)


def _with(text: str, name: str, value: str) -> str:
    def replace(match: re.Match[str]) -> str:
        return value if match[1].strip() == name else match.group()

    return _EXPRESSION.sub(replace, text)


def contexts(workflow: Node, job: Node | None) -> Callable[[str], list[str]]:
    """Return what an expression of a job may be: matrix, inputs and env."""

    def lookup(expression: str) -> list[str]:
        found: list[str] = []
        # `inputs.image || 'node:20'`, `github.ref == 'x' && 'a' || 'b'`
        for part in expression.split('||'):
            part = part.rpartition('&&')[2].strip()
            if re.fullmatch(r"'[^']*'", part):
                found.append(part[1:-1])
            else:
                found += named(part)
        return list(dict.fromkeys(value for value in found if value))

    def named(path: str) -> list[str]:
        first, _, rest = path.partition('.')
        keys = rest.split('.')
        if first == 'matrix':
            matrix = tree.get(job, 'strategy', 'matrix')
            rows = [*tree.items(tree.get(matrix, keys[0]))]
            values = [tree.text(tree.get(row, *keys[1:])) for row in rows]
            rows = tree.items(tree.get(matrix, 'include'))
            return values + [tree.text(tree.get(row, *keys)) for row in rows]
        if first == 'inputs':
            return [
                tree.text(tree.get(workflow, 'on', event, 'inputs', rest, 'default'))
                for event in ('workflow_call', 'workflow_dispatch')
            ] + [tree.text(tree.get(workflow, 'inputs', rest, 'default'))]
        if first == 'env':
            own = tree.text(tree.get(job, 'env', rest))
            return [own or tree.text(tree.get(workflow, 'env', rest))]
        return []

    return lookup
