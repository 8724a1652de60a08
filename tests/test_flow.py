"""Flows that are real and must be reported, and their safe twins that must not be.

Levels: 2 is tainted, 1 is unknown (reported by nobody), 0 is proven safe.
"""

from __future__ import annotations

import json
import random
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import flow_programs
import flow_rows
from conftest import CHECKOUT, Repo, hookline
from hookline import rulebook
from hookline.flow import ir, java, javascript, python
from hookline.flow.interpreter import follow
from hookline.flow.languages import LANGUAGES
from hookline.flow.models import Models
from hookline.flow.survey import Sink

READERS = {
    'python': python.read,
    'java': java.read,
    'javascript': javascript.read,
}
HEAD = (
    'from flask import request\nimport configparser, functools, helpers, html, os, re\n'
)


@cache
def models(language: str) -> Models:
    book = rulebook.load([rulebook.builtin()])
    flows = next(r for r in book.rules.values() if r.engine == 'flow').block['models']
    own = [one for one in flows if one['language'] == language]
    return Models(LANGUAGES[language], own)


def levels(language: str, text: str, weakness: str = 'sql') -> list[int]:
    """Return what becomes of the argument of each call of `sink`, by place."""
    content = text.encode()
    module = READERS[language](content)
    sinks = sorted(
        Sink(node.arguments[0].value.at, node.arguments[0].value.end, weakness)
        for node in ir.walk(module)
        if isinstance(node, ir.Call)
        and isinstance(node.function, ir.Name)
        and node.function.id == 'sink'
    )
    judged = follow(module, sinks, models(language), content)
    return [judged[sink].level for sink in sinks]


def view(body: str, module: str = '') -> str:
    lines = body.strip('\n').split('\n')
    around = HEAD + module + '@app.route("/")\ndef view():\n'
    return around + ''.join(f'    {x}\n' for x in lines)


def servlet(body: str, more: str = '') -> str:
    return (
        'import java.util.*;\n'
        'public class T extends HttpServlet {\n'
        '  private static final String K = "k";\n'
        '  public void doPost(HttpServletRequest request, HttpServletResponse response)'
        ' throws ServletException, IOException {\n'
        '    String param = request.getParameter("a");\n'
        f'    {body}\n  }}\n  {more}\n}}\n'
    )


PYTHON_SAFE = [
    """
x = request.args.get("a")
x = "b"
sink(x)
""",
    """
x = int(request.args["a"])
sink(f"{x}")
""",
    """
l = []
l.append("a")
l.append(request.args["a"])
l.append("c")
l.pop(0)
sink(l[1])
""",
    """
d = {}
d["a"] = "x"
d["b"] = request.args["q"]
sink(d["a"])
""",
    """
num = 106
bar = "s" if 7*18+num > 200 else request.args["q"]
sink(bar)
""",
    """
x = request.args["a"]
if x not in ("a", "b"):
    return "no"
sink(x)
""",
    """
def g(v):
    return "a"
sink(g(request.args["a"]))
""",
    """
g = "ABC"[1]
match g:
    case "A":
        b = request.args["a"]
    case "B":
        b = "x"
    case _:
        b = request.args["c"]
sink(b)
""",
    """
x = request.args["a"]
try:
    int(x)
except ValueError:
    return "n"
sink(x)
""",
    """
class A:
    def __init__(self, v):
        self.v = "k"
    def q(self):
        return "s" + self.v
sink(A(request.args["a"]).q())
""",
    """
def ok(z):
    return z in ("a", "b")
x = request.args["a"]
if not ok(x):
    return "n"
sink(x)
""",
    """
x = request.args["a"]
if not re.fullmatch(r"[a-z0-9_]+", x):
    return "n"
sink(x)
""",
    """
c = configparser.ConfigParser()
c.add_section("s")
c.set("s", "a", "x")
c.set("s", "b", request.args["q"])
sink(c.get("s", "a"))
""",
]


@pytest.mark.parametrize(
    'row', flow_rows.rows('python-safe', 0), ids=lambda r: r.reason
)
def test_safe_twins_in_python_are_proven(row: flow_rows.Row) -> None:
    text = view(row.body, row.module)
    assert max(levels('python', text, row.weakness)) <= row.level


@pytest.mark.parametrize('body', PYTHON_SAFE)
def test_what_is_safe_in_python_is_proven(body: str) -> None:
    assert levels('python', view(body)) == [0]


@pytest.mark.parametrize(
    'row', flow_rows.rows('python-real', 2), ids=lambda r: r.reason
)
def test_what_is_real_in_python_is_tainted(row: flow_rows.Row) -> None:
    text = view(row.body, row.module)
    assert max(levels('python', text, row.weakness)) >= row.level


JAVA_SAFE = [
    (
        """
String bar = "x";
sink("s" + bar);
""",
        """

""",
    ),
    (
        """
String bar;
int num = 106;
bar = (7*18) + num > 200 ? "safe" : param;
sink(bar);
""",
        """

""",
    ),
    (
        """
String bar = "a";
if (param != null) {
List<String> l = new ArrayList<String>();
l.add("safe");
l.add(param);
l.add("more");
l.remove(0);
bar = l.get(1);
}
sink(bar);
""",
        """

""",
    ),
    (
        """
HashMap<String,Object> m = new HashMap<String,Object>();
m.put("a", "x");
m.put("b", param);
m.put("c", "z");
String bar = (String) m.get("b");
bar = (String) m.get("a");
sink(bar);
""",
        """

""",
    ),
    (
        """
String bar;
String guess = "ABC";
char t = guess.charAt(1);
switch (t) {
case 'A': bar = param;
break;
case 'B': bar = "bob";
break;
case 'C': case 'D': bar = param;
break;
default: bar = "x";
break;
}
sink(bar);
""",
        """

""",
    ),
    (
        """
String bar = doSomething(request, param);
sink(bar);
""",
        """
private static String doSomething(HttpServletRequest r,
String p) throws ServletException {
String bar = "x";
return bar;
}
""",
    ),
    (
        """
String[] a = {"x", "y"};
a[1] = param;
sink(a[0]);
""",
        """

""",
    ),
    (
        """
int n = Integer.parseInt(param);
sink("a" + n);
""",
        """

""",
    ),
    (
        """
if (!Arrays.asList("a","b").contains(param)) {
return;
}
sink(param);
""",
        """

""",
    ),
    (
        """
if (!param.matches("[a-z]+")) throw new RuntimeException();
sink(param);
""",
        """

""",
    ),
    (
        """
sink(K);
""",
        """

""",
    ),
    (
        """
String bar = switch (K) {
case "k" -> "safe";
default -> param;
};
sink(bar);
""",
        """

""",
    ),
]
JAVA_REAL = [
    (
        """
sink("s" + param);
""",
        """

""",
    ),
    (
        """
String bar;
int num = 86;
if ((7*42) - num > 200) bar = param;
else bar = "x";
sink(bar);
""",
        """

""",
    ),
    (
        """
String bar = "a";
if (param != null) {
List<String> l = new ArrayList<String>();
l.add("safe");
l.add(param);
l.add("more");
l.remove(0);
bar = l.get(0);
}
sink(bar);
""",
        """

""",
    ),
    (
        """
HashMap<String,Object> m = new HashMap<String,Object>();
m.put("a", "x");
m.put("b", param);
String bar = (String) m.get("b");
sink(bar);
""",
        """

""",
    ),
    (
        """
String bar;
String guess = "ABC";
char t = guess.charAt(2);
switch (t) {
case 'A': bar = "a";
break;
case 'B': bar = "bob";
break;
case 'C': case 'D': bar = param;
break;
default: bar = "x";
break;
}
sink(bar);
""",
        """

""",
    ),
    (
        """
String bar = doSomething(request, param);
sink(bar);
""",
        """
private static String doSomething(HttpServletRequest r,
String p) throws ServletException {
String bar = p;
return bar;
}
""",
    ),
    (
        """
String bar = new Test().doSomething(request, param);
sink(bar);
""",
        """
private class Test {
public String doSomething(HttpServletRequest r, String p) {
StringBuilder sb = new StringBuilder(p);
sb.append("_x");
return sb.toString();
}
}
""",
    ),
    (
        """
StringBuilder sb = new StringBuilder("a");
sb.append(param).append("c");
sink(sb.toString());
""",
        """

""",
    ),
    (
        """
ThingInterface thing = ThingFactory.createThing();
String bar = thing.doSomething(param);
sink(bar);
""",
        """

""",
    ),
    (
        """
String[] a = {"x", "y"};
a[1] = param;
sink(a[1]);
""",
        """

""",
    ),
    (
        """
String[] args = new String[]{"a", param};
sink(args);
""",
        """

""",
    ),
    (
        """
String a = param;
String b = a;
StringBuilder c = new StringBuilder(b);
c.append(" x");
c.replace(c.length() - 3, c.length(), "Y");
Map<String,Object> m = new HashMap<>();
m.put("k-" + K, c.toString());
String d = (String) m.get("k-" + K);
String e = d.substring(0, d.length() - 1);
String f = new String(Base64.decodeBase64(Base64.encodeBase64(e.getBytes())));
String g = f.split(" ")[0];
sink(g);
""",
        """

""",
    ),
    (
        """
Runnable r = () -> sink(param);
r.run();
""",
        """

""",
    ),
]


@pytest.mark.parametrize(('body', 'more'), JAVA_SAFE)
def test_what_is_safe_in_java_is_proven(body: str, more: str) -> None:
    assert levels('java', servlet(body, more)) == [0]


@pytest.mark.parametrize(('body', 'more'), JAVA_REAL)
def test_what_is_real_in_java_is_tainted(body: str, more: str) -> None:
    assert levels('java', servlet(body, more)) == [2]


@pytest.mark.parametrize('row', flow_rows.rows('java-real', 2), ids=lambda r: r.reason)
def test_traps_in_java_are_reported(row: flow_rows.Row) -> None:
    text = servlet(row.body, row.module)
    assert max(levels('java', text, row.weakness)) >= row.level


@pytest.mark.parametrize('row', flow_rows.rows('java-safe', 0), ids=lambda r: r.reason)
def test_safe_twins_in_java_are_proven(row: flow_rows.Row) -> None:
    text = servlet(row.body, row.module)
    assert max(levels('java', text, row.weakness)) <= row.level


def handler(body: str, module: str = '') -> str:
    return (
        'const express = require("express"), _ = require("lodash");\n'
        'const path = require("path"), helpers = require("./helpers");\n'
        f'const app = express();\n{module}'
        f'app.get("/a", async (req, res, next) => {{\n{body}}});\n'
    )


@pytest.mark.parametrize(
    'row', flow_rows.rows('javascript-safe', 0), ids=lambda r: r.reason
)
def test_safe_twins_in_javascript_are_proven(row: flow_rows.Row) -> None:
    text = handler(row.body, row.module)
    assert max(levels('javascript', text, row.weakness)) <= row.level


@pytest.mark.parametrize(
    'row', flow_rows.rows('javascript-real', 2), ids=lambda r: r.reason
)
def test_what_is_real_in_javascript_is_tainted(row: flow_rows.Row) -> None:
    text = handler(row.body, row.module)
    assert max(levels('javascript', text, row.weakness)) >= row.level


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 1 << 32))
def test_no_program_that_leaks_is_proven_safe(seed: int) -> None:
    text = flow_programs.program(random.Random(seed))
    reached = set().union(*(flow_programs.arrivals(text, coin) for coin in range(6)))
    judged = dict(flow_programs.verdicts(text, models('python')))
    assert not [line for line in reached if judged.get(line) == 0], text


def test_a_framework_of_ones_own_is_a_file(repo: Repo) -> None:
    page = (CHECKOUT / 'docs' / 'flow.md').read_text(encoding='utf-8')
    _, _, rest = page.partition('tests/test_flow.py runs this file -->\n```yaml\n')
    repo.write('.hookline/code/acme.flow.yaml', rest.partition('```')[0])
    repo.write(
        'app.py',
        'import acme.web, acme.db\n'
        'def view():\n'
        '    cursor.execute("a" + acme.web.query("n"))\n'
        '    cursor.execute("a" + acme.db.literal(acme.web.query("n")))\n',
    )
    done = hookline('scan', '.', '--check', 'code', '--format', 'json', cwd=repo.path)
    found = [
        (one['line'], [step['text'] for step in one['steps']])
        for one in json.loads(done.out)['findings']
        if one['rule'] == 'python-sql-injection'
    ]
    assert found == [(3, ['from acme.web.query', 'put together'])]


def test_a_wrong_key_of_a_flow_file_is_status_2(repo: Repo) -> None:
    text = 'flow: {language: python, sorces: [a.b]}\n'
    repo.write('.hookline/code/a.flow.yaml', text)
    done = hookline('scan', '.', '--check', 'code', cwd=repo.path)
    assert done.status == 2
    assert '.hookline/code/a.flow.yaml:1: flow.sorces' in done.err + done.out


def test_why_a_sink_is_no_finding_is_said(repo: Repo) -> None:
    repo.write(
        'app.py',
        'from flask import request\n'
        'def view():\n'
        '    cursor.execute("a" + str(int(request.args["n"])))\n',
    )
    done = hookline('scan', '.', '--check', 'code', '-v', cwd=repo.path)
    assert done.status == 0
    assert 'app.py:3' in done.out
    assert 'proven safe: only constants and checked values get there' in done.out


def test_a_query_proven_safe_is_not_put_together_from_strings_either(
    repo: Repo,
) -> None:
    method = (
        '    @GetMapping("/{W}") List<Row> {W}(@RequestParam String name) {\n'
        '        String value = {VALUE};\n'
        '        return jdbc.query("SELECT a FROM b WHERE c = " + value, mapper);\n'
        '    }\n'
    )
    rows = (
        method.replace('{W}', 'one').replace('{VALUE}', '"" + Long.parseLong(name)'),
        method.replace('{W}', 'other').replace('{VALUE}', 'names.look(id)'),
    )
    repo.write('A.java', f'class A {{\n{"".join(rows)}}}\n')
    done = hookline('scan', '.', '--check', 'code', '--format', 'json', cwd=repo.path)
    found = [(one['line'], one['rule']) for one in json.loads(done.out)['findings']]
    assert found == [(8, 'java-sql-string-building')]


# A flow between old lines, if what cleans it does not.
CLEANED = (
    'from flask import request\n'
    'def view():\n'
    '    name = request.args["n"]\n'
    '    name = clean(name)\n'
    '    cursor.execute("a" + name)\n'
    'def clean(value):\n'
    '    return {CLEAN}\n'
)


def test_a_sanitizer_that_is_removed_makes_the_flow_new(repo: Repo) -> None:
    repo.commit({'app.py': CLEANED.replace('{CLEAN}', 'int(value)')})
    repo.stage('app.py', CLEANED.replace('{CLEAN}', 'value'))
    done = hookline('scan', '--staged', '--check', 'code', cwd=repo.path)
    assert done.status == 1
    assert 'app.py:5:' in done.out
    assert 'python-sql-injection' in done.out


def test_a_flow_between_old_lines_says_which_step_is_new(repo: Repo) -> None:
    repo.commit({'app.py': CLEANED.replace('{CLEAN}', 'int(value)')})
    repo.stage('app.py', CLEANED.replace('{CLEAN}', 'value.strip()'))
    done = hookline(
        'scan', '--staged', '--check', 'code', '--format', 'sarif', cwd=repo.path
    )
    found = json.loads(done.out)['runs'][0]['results']
    flow = next(one for one in found if one['ruleId'] == 'python-sql-injection')
    said = [
        (
            one['location']['physicalLocation']['region']['startLine'],
            one['location']['message']['text'],
        )
        for one in flow['codeFlows'][0]['threadFlows'][0]['locations']
    ]
    assert (7, 'through strip (added)') in said
    assert sum(text.endswith('(added)') for _, text in said) == 1
