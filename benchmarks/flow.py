"""Measures what it costs to follow flows: made-up services, and trees of real files.

    .venv/bin/python benchmarks/flow.py [--files N] [--tree DIR]

Each made-up file has four sinks, and sources, so that all of it is followed. Of the
files below DIR four calls each are taken for sinks, and all of them are followed too:
hookline itself passes by a file in which no source can be.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from hookline import rulebook
from hookline.flow import ir
from hookline.flow.interpreter import follow
from hookline.flow.languages import LANGUAGES
from hookline.flow.models import Models
from hookline.flow.survey import Sink

SINKS = 4  # of a file
SUFFIXES = {'python': '.py', 'java': '.java'}
PYTHON = """
import re
from flask import Flask, request

app = Flask(__name__)
NAMES = {{"a": "alpha", "b": "beta"}}


class Store{number}:
    def __init__(self, table):
        self.table = table
        self.rows = []

    def find(self, name):
        return f"select * from {{self.table}} where name = '{{name}}'"


def clean(value):
    if not re.fullmatch("[a-z]+", value):
        raise ValueError(value)
    return value


@app.route("/{number}")
def view():
    name = request.args["name"]
    store = Store{number}("people")
    parts = {{"safe": "x", "given": name}}
    for key in request.args:
        parts[key] = key.strip()
    try:
        number = int(request.args.get("page", "1"))
    except ValueError:
        number = 1
    cursor.execute(store.find(parts["given"]))
    cursor.execute(store.find(clean(name)))
    cursor.execute("select " + str(number))
    cursor.execute(store.find(NAMES.get(name, "none")))
    return "ok"
"""
JAVA = """
public class Store{number} extends HttpServlet {{
  private static final Map<String, String> NAMES = Map.of("a", "alpha", "b", "beta");

  private String find(String name) {{
    return "select * from people where name = '" + name + "'";
  }}

  private String clean(String value) {{
    if (!value.matches("[a-z]+")) {{ throw new IllegalArgumentException(value); }}
    return value;
  }}

  public void doGet(HttpServletRequest request, HttpServletResponse response) {{
    String name = request.getParameter("name");
    Map<String, String> parts = new HashMap<>();
    parts.put("safe", "x");
    parts.put("given", name);
    for (String key : Collections.list(request.getParameterNames())) {{
      parts.put(key, key.trim());
    }}
    int number = 1;
    try {{
      number = Integer.parseInt(request.getParameter("page"));
    }} catch (NumberFormatException e) {{
      number = 1;
    }}
    statement.executeQuery(find(parts.get("given")));
    statement.executeQuery(find(clean(name)));
    statement.executeQuery("select " + number);
    statement.executeQuery(find(NAMES.getOrDefault(name, "none")));
  }}
}}
"""


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    options.add_argument('--files', type=int, default=1000)
    options.add_argument('--tree', type=Path)
    given = options.parse_args()
    print('| files | sinks | followed in | processor, each file |')
    print('| --- | ---: | ---: | ---: |')
    for language, text in (('python', PYTHON), ('java', JAVA)):
        made = [text.format(number=number).encode() for number in range(given.files)]
        row(f'10 made-up, {language}', language, made[:10], 2)
        row(f'{given.files:,} made-up, {language}', language, made, SINKS)
        if given.tree is not None:
            real = [path.read_bytes() for path in sources(given.tree, language)]
            real = random.Random(1).sample(real, min(len(real), given.files))
            row(f'{len(real):,} real, {language}', language, real, SINKS)
    return 0


def row(name: str, language: str, contents: list[bytes], wanted: int) -> None:
    read = import_module(f'hookline.flow.{language}').read
    known = models(language)
    sinks, spent = 0, time.process_time()
    for content in contents:
        module = read(content)
        found = chosen(module, wanted)
        follow(module, found, known, content)
        sinks += len(found)
    spent = time.process_time() - spent
    each = 1000 * spent / len(contents)
    print(f'| {name} | {sinks:,} | {spent:.2f} s | {each:.1f} ms |', flush=True)


def models(language: str) -> Models:
    book = rulebook.load([rulebook.builtin()])
    rule = next(rule for rule in book.rules.values() if rule.engine == 'flow')
    documents = [one for one in rule.block['models'] if one['language'] == language]
    return Models(LANGUAGES[language], documents)


def chosen(module: ir.Module, wanted: int) -> list[Sink]:
    """Return the arguments of the last calls of a query, or of any calls."""
    calls = [
        node for node in ir.walk(module) if isinstance(node, ir.Call) and node.arguments
    ]
    queries = [call for call in calls if ir.dotted(call).endswith(('execute', 'Query'))]
    if len(queries) < wanted:
        queries = random.Random(module.end).sample(calls, min(wanted, len(calls)))
    spans = {(one.arguments[0].value.at, one.arguments[0].value.end) for one in queries}
    return sorted(Sink(start, end, 'sql') for start, end in spans)[:wanted]


def sources(tree: Path, language: str) -> Iterator[Path]:
    for path in sorted(tree.rglob(f'*{SUFFIXES[language]}')):
        if path.is_file() and path.stat().st_size < 200_000:
            yield path


if __name__ == '__main__':
    raise SystemExit(main())
