"""JavaScript and TypeScript, with JSX, read by tree-sitter, as the nodes of `ir`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from hookline.flow import ir, trees
from hookline.flow import javascript_names as names
from hookline.flow.javascript_names import Scope

# What the reader makes is called so; no program has such names.
MADE = '#'
# Types of values that carry no text: a component's elements are escaped when shown.
TYPEOF, ELEMENT, NUMBER = 'typeof', 'JSX.Element', 'Number'
CONSTRUCTOR = 'constructor'
SETS = 'set '
_SKIPPED = frozenset(
    (
        *('comment', 'empty_statement', 'debugger_statement', 'hash_bang_line'),
        *('interface_declaration', 'type_alias_declaration', 'function_signature'),
        *('import_alias', 'abstract_method_signature', 'method_signature'),
        *('index_signature', ';', 'html_comment'),
    )
)
_CASTS = frozenset(
    (
        *('as_expression', 'satisfies_expression', 'non_null_expression'),
        *('type_assertion', 'instantiation_expression', 'await_expression'),
    )
)
_COMPARES = {
    '===': 'is',
    '!==': 'is not',
    '==': '==',
    '!=': '!=',
    '<': '<',
    '<=': '<=',
    '>': '>',
    '>=': '>=',
    'in': 'in',
}
_ESCAPE = re.compile(
    r'\\(u\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|\r\n|[0-7]{1,3}|.)', re.S
)
_ESCAPED = {
    'n': '\n',
    't': '\t',
    'r': '\r',
    'b': '\b',
    'f': '\f',
    'v': '\v',
    '0': '\0',
    '\n': '',
    '\r\n': '',
}


def read(content: bytes) -> ir.Module:
    """Return the file; what could not be parsed is in `broken`."""
    import tree_sitter_javascript
    import tree_sitter_typescript

    root = trees.parsed(tree_sitter_javascript.language(), content)
    for grammar in ('language_typescript', 'language_tsx'):
        if not root.has_error:
            break
        # TypeScript, or JavaScript with types (Flow); the best reading is taken.
        other = trees.parsed(getattr(tree_sitter_typescript, grammar)(), content)
        if _unread(other) < _unread(root):
            root = other
    return _Reader(content, root).module()


def _unread(root: Any) -> int:
    return sum(max(end - start, 1) for start, end in trees.broken(root))


class _Reader:
    """Turns nodes of tree-sitter into ours; holds the content and the scopes around."""

    def __init__(self, content: bytes, root: Any) -> None:
        self.content = content
        self.root = root
        self.known = names.of(root, content)
        self.top = Scope(None, -1, len(content), True, False)
        self.scope = self.top
        self.classes: list[str] = []
        self.pending: list[ir.Statement] = []
        self.modules: dict[str, str] = {}  # by the name that the reader gives them
        self.routed: dict[str, str] = {}
        self.generators: list[bool] = []

    def module(self) -> ir.Module:
        nodes = self.root.named_children
        self.declare(nodes, self.top)
        body = self.block(nodes)
        begin: list[ir.Statement] = [self.empty(name) for name in self.hoisted(-1, ())]
        if self.known.exports and 'exports' not in self.top.names:
            made = ir.Collection(0, 0, 'dict', ())
            begin.append(self.let('exports', made, 0))
            held = ir.Entry(0, 0, ir.Const(0, 0, 'exports'), ir.Name(0, 0, 'exports'))
            begin.append(self.let('module', ir.Collection(0, 0, 'dict', (held,)), 0))
        if self.modules:
            begin.append(ir.Import(0, 0, tuple(self.modules.items())))
        whole = ir.Module(
            0, len(self.content), (*begin, *body), 'javascript', trees.broken(self.root)
        )
        for one in ir.walk(whole) if self.routed else ():
            if isinstance(one, ir.Function) and one.name in self.routed:
                route = self.routed[one.name]
                one.decorators = one.decorators or (ir.Name(one.at, one.at, route),)
        return whole

    def text(self, node: Any) -> str:
        return self.content[node.start_byte : node.end_byte].decode('utf-8', 'replace')

    # ------------------------------------------------------------ names
    def declare(self, nodes: Sequence[Any], scope: Scope) -> None:
        for node in names.lexical(nodes):
            self.declare_one(self.text(node), scope)

    def declare_one(self, name: str, scope: Scope) -> None:
        start, end = scope.start, scope.end
        if scope is scope.root or not self.known.escapes(name, start, end):
            scope.names[name] = name
        else:
            scope.names[name] = f'{name}@{start}'
        if scope.loop and self.known.captured(name, start, end):
            scope.weak.add(name)

    def named(self, name: str, sets: bool = False) -> str:
        """Return what a name is called here; note who sets one of somebody else."""
        root = self.scope.root
        scope: Scope | None = self.scope
        while scope is not None:
            found = scope.names.get(name)
            if found is not None:
                if sets and scope.root is not root:
                    root.outer[found] = scope.root is self.top
                return found
            scope = scope.parent
        if sets and root is not self.top:
            root.outer[name] = True
        return name

    def is_global(self, name: str) -> bool:
        scope: Scope | None = self.scope
        while scope is not None:
            if name in scope.names:
                return False
            scope = scope.parent
        return True

    def is_weak(self, name: str) -> bool:
        scope: Scope | None = self.scope
        while scope is not None:
            if name in scope.names:
                return name in scope.weak
            scope = scope.parent
        return False

    def hoisted(self, function: int, given: Iterable[str]) -> list[str]:
        """Declare the `var` of a function; return those that begin as undefined."""
        found = []
        for name in self.known.hoisted.get(function, ()):
            self.scope.root.names[name] = name
            if name not in given:
                found.append(name)
        return found

    def let(self, name: str, value: ir.Expression, at: int) -> ir.Statement:
        target = ir.Name(at, at, name)
        return ir.Evaluate(at, at, ir.Assign(at, at, target, value, '', True))

    def empty(self, name: str, at: int = 0) -> ir.Statement:
        return self.let(name, ir.Const(at, at, None), at)

    def inside(self, node: Any, loop: bool = False) -> Scope:
        """Enter a block; the caller leaves it by `self.scope = scope.parent`."""
        around = self.scope
        start, end = node.start_byte, node.end_byte
        self.scope = Scope(around, start, end, False, loop or around.loop)
        return self.scope

    def leave(self) -> None:
        if self.scope.parent is not None:
            self.scope = self.scope.parent

    # ------------------------------------------------------------ statements
    def block(self, nodes: Sequence[Any]) -> tuple[ir.Statement, ...]:
        found: list[ir.Statement] = []
        for node in nodes:
            inner = node.child_by_field_name('declaration')
            one = inner if node.type == 'export_statement' and inner else node
            if one.type in names.DECLARED:
                found.append(self.declared(one))
        for node in nodes:
            self.statement(node, found)
        return tuple(found)

    def nested(self, nodes: Sequence[Any], around: Any) -> tuple[ir.Statement, ...]:
        scope = self.inside(around)
        self.declare(nodes, scope)
        body = self.block(nodes)
        self.leave()
        return body

    def body(self, node: Any) -> tuple[ir.Statement, ...]:
        if node is None:
            return ()
        if node.type == 'else_clause':
            return self.body(_first(node))
        if node.type == 'statement_block':
            return self.nested(node.named_children, node)
        return self.block([node])

    def statement(self, node: Any, found: list[ir.Statement]) -> None:
        around, self.pending = self.pending, []
        made: list[ir.Statement] = []
        self.one_statement(node, made)
        found.extend(self.pending)
        found.extend(made)
        self.pending = around

    def one_statement(self, node: Any, found: list[ir.Statement]) -> None:
        at, end, kind = node.start_byte, node.end_byte, node.type
        method = _STATEMENTS.get(kind)
        if method is not None:
            found.append(method(self, node))
        elif kind == 'expression_statement':
            child = _first(node)
            if child is None:
                return
            if child.type in ('internal_module', 'module'):
                self.namespace(child, found)
            elif child.type == 'unary_expression' and child.children[0].type == (
                'delete'
            ):
                found.append(self.deleted(child))
            else:
                found.append(ir.Evaluate(at, end, self.expression(child)))
        elif kind in ('variable_declaration', 'lexical_declaration'):
            self.variables(node, found)
        elif kind in names.CLASSES:
            found.append(self.class_of(node))
        elif kind == 'enum_declaration':
            found.append(self.enumeration(node))
        elif kind == 'import_statement':
            self.imports(node, found)
        elif kind == 'export_statement':
            self.exported(node, found)
        elif kind in ('break_statement', 'continue_statement'):
            label = node.child_by_field_name('label')
            made = ir.Break if kind == 'break_statement' else ir.Continue
            found.append(made(at, end, self.text(label) if label else ''))
        elif kind in ('internal_module', 'module'):
            self.namespace(node, found)
        elif kind == 'ERROR':
            for child in node.named_children:
                self.statement(child, found)
        elif kind in names.DECLARED or kind in _SKIPPED or kind.endswith('_pattern'):
            return  # hoisted to the beginning of the block, or nothing that runs
        elif kind == 'ambient_declaration':
            return
        else:
            found.append(ir.Evaluate(at, end, self.expression(node)))

    def variables(self, node: Any, found: list[ir.Statement]) -> None:
        var = node.type == 'variable_declaration'
        for one in node.named_children:
            if one.type != 'variable_declarator':
                continue
            pattern = one.child_by_field_name('name')
            value = one.child_by_field_name('value')
            if value is None:
                if not var and pattern.type == 'identifier':
                    nothing = ir.Const(one.start_byte, one.end_byte, None)
                    self.bind(pattern, nothing, found, True)
                continue
            made = self.made_class(pattern, value)
            if made is not None:
                found.append(made)
            else:
                given = self.expression(value, _name_for(pattern, self.text))
                self.bind(pattern, given, found, True)

    def bind(
        self,
        pattern: Any,
        value: ir.Expression,
        found: list[ir.Statement],
        declares: bool,
    ) -> None:
        """Give the names of a pattern their parts of a value."""
        at, end, kind = pattern.start_byte, pattern.end_byte, pattern.type
        if kind in ('identifier', 'shorthand_property_identifier_pattern'):
            name = self.text(pattern)
            target = ir.Name(at, end, self.named(name, sets=not declares))
            if declares and self.is_weak(name):
                # A closure of an earlier round may hold the value that it had.
                nothing = ir.Opaque(at, at, ())
                before = ir.Name(at, at, target.id)
                value = ir.Choice(value.at, value.end, nothing, value, before)
            self.set(at, value.end, target, value, found, declares)
        elif kind in ('assignment_pattern', 'object_assignment_pattern'):
            held = self.held(value, at, found)
            given = self.expression(pattern.child_by_field_name('right'))
            either = self.either(held, given)
            self.bind(pattern.child_by_field_name('left'), either, found, declares)
        elif kind == 'object_pattern':
            held = self.held(value, at, found)
            for one in pattern.named_children:
                self.bind_part(one, held, found, declares)
        elif kind == 'array_pattern':
            held = self.held(value, at, found)
            number = 0
            for one in pattern.children:
                if one.type == ',':
                    number += 1
                elif one.type == 'rest_pattern':
                    bounds = (ir.Const(at, at, number), None)
                    rest = ir.Slice(one.start_byte, one.end_byte, held, bounds)
                    self.bind(_first(one), rest, found, declares)
                elif one.is_named and one.type != 'comment':
                    index = ir.Const(at, at, number)
                    item = ir.Item(one.start_byte, one.end_byte, held, index)
                    self.bind(one, item, found, declares)
        elif kind == 'rest_pattern':
            self.bind(_first(pattern), value, found, declares)
        else:
            self.set(at, value.end, self.expression(pattern), value, found, declares)

    def bind_part(
        self, one: Any, held: ir.Expression, found: list[ir.Statement], declares: bool
    ) -> None:
        at, end = one.start_byte, one.end_byte
        if one.type == 'rest_pattern':
            copied = ir.Entry(at, end, None, held, True)
            rest = ir.Collection(at, end, 'dict', (copied,))
            self.bind(_first(one), rest, found, declares)
            return
        key, inner = one, one
        if one.type == 'pair_pattern':
            key = one.child_by_field_name('key')
            inner = one.child_by_field_name('value')
        elif one.type == 'object_assignment_pattern':
            key = one.child_by_field_name('left')
        elif one.type != 'shorthand_property_identifier_pattern':
            return
        self.bind(inner, self.part(held, key), found, declares)

    def part(self, held: ir.Expression, key: Any) -> ir.Expression:
        """Return the property of a value that a key of a pattern names."""
        at, end = key.start_byte, key.end_byte
        name = self.key(key)
        if isinstance(name, ir.Const) and isinstance(name.value, str):
            return ir.Field(at, end, held, name.value)
        return ir.Item(at, end, held, name)

    def set(
        self,
        at: int,
        end: int,
        target: ir.Expression,
        value: ir.Expression,
        found: list[ir.Statement],
        declares: bool,
    ) -> None:
        assign = ir.Assign(at, max(at, end), target, value, '', declares)
        found.append(ir.Evaluate(at, max(at, end), assign))

    def held(
        self, value: ir.Expression, at: int, found: list[ir.Statement]
    ) -> ir.Expression:
        """Return a name for a value that is used more than once."""
        if isinstance(value, ir.Name):
            return value
        name = f'{MADE}{at}'
        found.append(
            ir.Evaluate(
                value.at,
                value.end,
                ir.Assign(at, at, ir.Name(at, at, name), value, '', True),
            )
        )
        return ir.Name(at, at, name)

    def either(self, held: ir.Expression, default: ir.Expression) -> ir.Expression:
        """Return a value, or a default where it is undefined."""
        nothing = ir.Const(default.at, default.at, None)
        test = ir.Compare(default.at, default.at, '==', held, nothing)
        return ir.Choice(default.at, default.end, test, default, held)

    def deleted(self, node: Any) -> ir.Statement:
        target = self.expression(node.child_by_field_name('argument'))
        if isinstance(target, ir.Field):
            name = ir.Const(target.end, target.end, target.name)
            target = ir.Item(target.at, target.end, target.base, name)
        return ir.Delete(node.start_byte, node.end_byte, (target,))

    def imports(self, node: Any, found: list[ir.Statement]) -> None:
        source = _of_field(node, 'source')
        required = _of_type(node, 'import_require_clause')
        if required is not None:
            source = required.child_by_field_name('source')
        if source is None:
            return
        module = _module(self.string(source))
        pairs: list[tuple[str, str]] = []
        clause = required or _of_type(node, 'import_clause')
        for one in clause.named_children if clause is not None else ():
            if one.type == 'identifier':
                pairs.append((self.text(one), module))
            elif one.type == 'namespace_import':
                pairs.append((self.text(_first(one)), module))
            elif one.type == 'named_imports':
                for each in one.named_children:
                    name = each.child_by_field_name('name')
                    if name is None:
                        continue
                    alias = each.child_by_field_name('alias') or name
                    said = self.text(name)
                    whole = module if said == 'default' else f'{module}.{said}'
                    pairs.append((self.text(alias), whole))
        for local, _ in pairs:
            self.top.names[local] = local
        found.append(ir.Import(node.start_byte, node.end_byte, tuple(pairs)))

    def exported(self, node: Any, found: list[ir.Statement]) -> None:
        inner = node.child_by_field_name('declaration')
        value = node.child_by_field_name('value')
        if inner is not None:
            self.one_statement(inner, found)
        elif value is not None:
            at, end = node.start_byte, node.end_byte
            found.append(ir.Evaluate(at, end, self.expression(value)))

    def namespace(self, node: Any, found: list[ir.Statement]) -> None:
        body = node.child_by_field_name('body')
        if body is not None:
            found.extend(self.nested(body.named_children, body))

    def enumeration(self, node: Any) -> ir.Statement:
        name = node.child_by_field_name('name')
        entries: list[ir.Entry] = []
        number = 0
        for one in node.child_by_field_name('body').named_children:
            at, end = one.start_byte, one.end_byte
            if one.type == 'enum_assignment':
                key = self.key(one.child_by_field_name('name'))
                value = self.expression(one.child_by_field_name('value'))
                entries.append(ir.Entry(at, end, key, value))
            elif one.type != 'comment':
                key = self.key(one)
                entries.append(ir.Entry(at, end, key, ir.Const(at, end, number)))
                number += 1
        made = ir.Collection(node.start_byte, node.end_byte, 'dict', tuple(entries))
        said = self.named(self.text(name))
        return self.let(said, made, node.start_byte)

    def conditional(self, node: Any) -> ir.Statement:
        return trees.branches(node, self.expression, self.body)

    def loop(self, node: Any) -> ir.Statement:
        at, end = node.start_byte, node.end_byte
        scope = self.inside(node, loop=True)
        begin: list[ir.Statement] = []
        first = node.child_by_field_name('initializer')
        if first is not None and first.type != 'empty_statement':
            self.declare([first], scope)
            self.statement(first, begin)
        condition = node.child_by_field_name('condition')
        if condition is not None and condition.type == 'empty_statement':
            condition = None
        if condition is not None and condition.type == 'expression_statement':
            condition = _first(condition)
        test = (
            self.expression(condition)
            if condition is not None
            else ir.Const(at, at, True)
        )
        body = self.body(node.child_by_field_name('body'))
        step = node.child_by_field_name('increment')
        update: tuple[ir.Statement, ...] = ()
        if step is not None:
            done = self.expression(step)
            update = (ir.Evaluate(step.start_byte, step.end_byte, done),)
        self.leave()
        after = node.type == 'do_statement'
        one = ir.Loop(at, end, test, body, update=update, after=after)
        return self.with_weak(scope, [*begin, one])

    def each(self, node: Any) -> ir.Statement:
        at, end = node.start_byte, node.end_byte
        over = self.expression(node.child_by_field_name('right'))
        if node.child_by_field_name('operator').type == 'in':
            keys = ir.Field(
                over.at, over.at, ir.Name(over.at, over.at, 'Object'), 'keys'
            )
            given = (ir.Argument(over.at, over.end, over),)
            over = ir.Call(over.at, over.end, keys, given)
        scope = self.inside(node, loop=True)
        left = node.child_by_field_name('left')
        said = node.child_by_field_name('kind')
        declares = said is not None
        if said is not None and said.type != 'var':
            for name in names.names_of(left):
                self.declare_one(self.text(name), scope)
        name = f'{MADE}{left.start_byte}'
        target = ir.Name(left.start_byte, left.end_byte, name)
        begin: list[ir.Statement] = []
        self.bind(left, ir.Name(target.at, target.at, name), begin, declares)
        body = self.body(node.child_by_field_name('body'))
        self.leave()
        one = ir.Loop(at, end, over, (*begin, *body), target)
        return self.with_weak(scope, [one])

    def with_weak(self, scope: Scope, statements: list[ir.Statement]) -> ir.Statement:
        """Let what closures of several rounds hold begin as undefined."""
        loop = statements[-1]
        weak = {
            one.target.id: None
            for node in statements
            for one in ir.walk(node)
            if isinstance(one, ir.Assign)
            and isinstance(one.target, ir.Name)
            and isinstance(one.value, ir.Choice)
            and isinstance(one.value.other, ir.Name)
            and one.value.other.id == one.target.id
            and one.declares
        }
        begin = [self.empty(name, loop.at) for name in weak]
        if not begin and len(statements) == 1:
            return loop
        return ir.Scope(loop.at, loop.end, (*begin, *statements))

    def labelled(self, node: Any) -> ir.Statement:
        label = self.text(node.child_by_field_name('label'))
        inner = self.block([node.child_by_field_name('body')])
        last = inner[-1] if inner else None
        if isinstance(last, ir.Scope) and last.body:
            last = last.body[-1]
        if isinstance(last, ir.Loop):
            last.label = label
        else:
            return ir.Scope(node.start_byte, node.end_byte, inner, label)
        return ir.Scope(node.start_byte, node.end_byte, inner)

    def plain(self, node: Any) -> ir.Statement:
        body = self.nested(node.named_children, node)
        return ir.Scope(node.start_byte, node.end_byte, body)

    def returned(self, node: Any) -> ir.Statement:
        child = _first(node)
        value = self.expression(child) if child is not None else None
        return ir.Return(node.start_byte, node.end_byte, value)

    def thrown(self, node: Any) -> ir.Statement:
        child = _first(node)
        value = self.expression(child) if child is not None else None
        return ir.Raise(node.start_byte, node.end_byte, value)

    def attempt(self, node: Any) -> ir.Statement:
        handlers: tuple[ir.Handler, ...] = ()
        handler = node.child_by_field_name('handler')
        if handler is not None:
            scope = self.inside(handler)
            begin: list[ir.Statement] = []
            pattern = handler.child_by_field_name('parameter')
            name = ''
            if pattern is not None:
                for one in names.names_of(pattern):
                    self.declare_one(self.text(one), scope)
                if pattern.type == 'identifier':
                    name = self.named(self.text(pattern))
                else:
                    name = f'{MADE}{pattern.start_byte}'
                    at = pattern.start_byte
                    self.bind(pattern, ir.Name(at, at, name), begin, True)
            body = (*begin, *self.body(handler.child_by_field_name('body')))
            self.leave()
            handlers = (ir.Handler(handler.start_byte, handler.end_byte, name, body),)
        finalizer = node.child_by_field_name('finalizer')
        final: tuple[ir.Statement, ...] = ()
        if finalizer is not None:
            final = self.body(finalizer.child_by_field_name('body'))
        tried = self.body(node.child_by_field_name('body'))
        return ir.Try(node.start_byte, node.end_byte, tried, handlers, (), final)

    def switch(self, node: Any) -> ir.Statement:
        subject = self.expression(node.child_by_field_name('value'))
        groups = node.child_by_field_name('body').named_children
        scope = self.inside(node)
        self.declare([one for g in groups for one in g.named_children], scope)
        cases: list[ir.Case] = []
        for group in groups:
            if group.type not in ('switch_case', 'switch_default'):
                continue
            value = group.child_by_field_name('value')
            patterns = () if value is None else (self.expression(value),)
            body = self.block(group.children_by_field_name('body'))
            cases.append(
                ir.Case(group.start_byte, group.end_byte, patterns, body, falls=True)
            )
        self.leave()
        return ir.Switch(node.start_byte, node.end_byte, subject, tuple(cases))

    def within(self, node: Any) -> ir.Statement:
        """`with (object) …`: nobody knows what a name is in it."""
        at, end = node.start_byte, node.end_byte
        given = self.expression(node.child_by_field_name('object'))
        told = ir.Call(
            at, at, ir.Name(at, at, 'eval'), (ir.Argument(given.at, given.end, given),)
        )
        body = self.body(node.child_by_field_name('body'))
        return ir.Scope(at, end, (ir.Evaluate(at, at, told), *body))

    # ------------------------------------------------------------ functions
    def declared(self, node: Any) -> ir.Statement:
        name = node.child_by_field_name('name')
        said = self.text(name) if name is not None else ''
        if said in self.known.made and self.makes_objects(node, said):
            return self.class_of_function(node, said)
        function = self.function(node, said)
        return ir.Define(
            node.start_byte, node.end_byte, self.named(said) or said, function
        )

    def made_class(self, pattern: Any, value: Any) -> ir.Statement | None:
        """Return the class that `A = function () {…}` is where it is used as one."""
        if pattern.type != 'identifier':
            return None
        name = self.text(pattern)
        if value.type == 'class':
            return self.class_of(value, name)
        if (
            value.type == 'function_expression'
            and name in self.known.made
            and self.makes_objects(value, name)
        ):
            return self.class_of_function(value, name)
        return None

    def makes_objects(self, node: Any, name: str) -> bool:
        """Say whether a function only fills `this`: it returns nothing of its own."""
        waiting = [node.child_by_field_name('body')]
        while waiting:
            one = waiting.pop()
            if one.type in names.FUNCTIONS or one.type == 'class':
                continue
            if one.type == 'return_statement':
                value = _first(one)
                if value is not None:
                    made = value.child_by_field_name('constructor')
                    if made is None or self.text(made) != name:
                        return False
            waiting.extend(one.named_children)
        return True

    def class_of_function(self, node: Any, name: str) -> ir.Class:
        at, end = node.start_byte, node.end_byte
        function = self.function(node, CONSTRUCTOR, name)
        begin = ir.Define(at, end, CONSTRUCTOR, function)
        return ir.Class(at, end, self.named(name) or name, (), (begin,))

    def function(
        self,
        node: Any,
        name: str = '',
        owner: str = '',
        static: bool = False,
        private: bool = False,
        decorators: tuple[ir.Expression, ...] = (),
    ) -> ir.Function:
        at, end = node.start_byte, node.end_byte
        around, self.pending = self.pending, []
        arrow = node.type == 'arrow_function'
        scope = Scope(self.scope, at, end, True, False)
        self.scope = scope
        said = node.child_by_field_name('name')
        if said is not None and node.type in (
            'function_expression',
            'generator_function',
        ):
            # Its own name, inside of it: not followed.
            scope.names[self.text(said)] = f'{MADE}self{at}'
        begin: list[ir.Statement] = []
        single = node.child_by_field_name('parameter')
        given = node.child_by_field_name('parameters')
        nodes = (
            [single] if single is not None else given.named_children if given else []
        )
        parameters = self.parameters(nodes, begin)
        body = node.child_by_field_name('body')
        own = set(scope.names)
        hoisted = [self.empty(one, at) for one in self.hoisted(at, own)]
        if not arrow and 'arguments' not in scope.names:
            scope.names['arguments'] = 'arguments'
            if any(use.function == at for use in self.known.uses.get('arguments', ())):
                if not any(one.splat for one in parameters):
                    more = ir.Parameter(at, at, f'{MADE}more', splat='*')
                    parameters = (*parameters, more)
                begin.append(self.listed(parameters, at))
        statements: tuple[ir.Statement, ...]
        if body is None:
            statements = ()
        elif body.type == 'statement_block':
            self.declare(body.named_children, scope)
            statements = self.block(body.named_children)
        else:
            value = self.expression(body)
            statements = (*self.pending, ir.Return(value.at, value.end, value))
        outer: list[ir.Statement] = []
        for top in (True, False):
            set_here = tuple(
                one for one, is_top in scope.outer.items() if is_top is top
            )
            if set_here:
                outer.append(ir.Outer(at, at, set_here, top))
        self.scope = scope.parent or self.top
        self.pending = around
        return ir.Function(
            at,
            end,
            name,
            parameters,
            (*outer, *hoisted, *begin, *statements),
            decorators,
            static=static,
            private=private,
            generator=any(child.type == '*' for child in node.children)
            or node.type.startswith('generator_'),
            broken=node.has_error,
            owner=owner,
            arrow=arrow,
        )

    def listed(self, parameters: Sequence[ir.Parameter], at: int) -> ir.Statement:
        """Return `arguments`: the parameters, and what there is more."""
        entries = [
            ir.Entry(at, at, None, ir.Name(at, at, one.name), bool(one.splat))
            for one in parameters
        ]
        made = ir.Collection(at, at, 'list', tuple(entries))
        return self.let('arguments', made, at)

    def parameters(
        self, nodes: Sequence[Any], begin: list[ir.Statement]
    ) -> tuple[ir.Parameter, ...]:
        for node in nodes:
            for one in names.names_of(node):
                self.scope.names[self.text(one)] = self.text(one)
        found: list[ir.Parameter] = []
        for node in nodes:
            if node.type == 'comment':
                continue
            one = self.parameter(node, begin)
            if one is not None:
                found.append(one)
        return tuple(found)

    def parameter(self, node: Any, begin: list[ir.Statement]) -> ir.Parameter | None:
        at, end = node.start_byte, node.end_byte
        pattern, kind = node, ''
        annotations: list[ir.Expression] = []
        default = None
        field = False
        if node.type in ('required_parameter', 'optional_parameter'):
            pattern = node.child_by_field_name('pattern')
            said = node.child_by_field_name('type')
            kind = self.text(said).lstrip(': \t\n') if said is not None else ''
            default = node.child_by_field_name('value')
            for child in node.named_children:
                if child.type == 'decorator':
                    annotations.append(self.decorator(child))
            field = any(
                child.type in ('accessibility_modifier', 'readonly')
                for child in node.children
            )
            if pattern is None or pattern.type == 'this':
                return None
        splat = ''
        if pattern.type == 'assignment_pattern':
            default = pattern.child_by_field_name('right')
            pattern = pattern.child_by_field_name('left')
        if pattern.type == 'rest_pattern':
            pattern, splat = _first(pattern), '*'
        if pattern is None:
            return None
        name = self.text(pattern)
        if pattern.type != 'identifier':
            name = f'{MADE}{at}'
        here = ir.Name(at, at, name)
        if default is not None:
            given = self.expression(default)
            value = self.either(here, given)
            target = ir.Name(at, at, name)
            assign = ir.Assign(at, at, target, value, '', True)
            begin.append(ir.Evaluate(at, at, assign))
        if pattern.type != 'identifier':
            self.bind(pattern, here, begin, True)
        if field:
            this = ir.Field(at, at, ir.Name(at, at, 'this'), name)
            begin.append(ir.Evaluate(at, at, ir.Assign(at, at, this, here)))
        nothing = None if splat else ir.Const(at, at, None)
        return ir.Parameter(at, end, name, nothing, kind, splat, tuple(annotations))

    def decorator(self, node: Any) -> ir.Expression:
        """Return the name of a decorator, without what it is given."""
        child = _first(node)
        if child is not None and child.type == 'call_expression':
            child = child.child_by_field_name('function')
        name = self.text(child) if child is not None else ''
        return ir.Name(node.start_byte, node.start_byte, name)

    # ------------------------------------------------------------ classes
    def class_of(self, node: Any, called: str = '') -> ir.Class:
        at, end = node.start_byte, node.end_byte
        said = node.child_by_field_name('name')
        own = self.text(said) if said is not None else ''
        name = (called and self.named(called)) or (own and self.named(own))
        name = name or f'{MADE}class{at}'
        bases: list[str] = []
        heritage = _of_type(node, 'class_heritage')
        if heritage is not None:
            clause = _of_type(heritage, 'extends_clause')
            above = (
                clause.child_by_field_name('value')
                if clause is not None
                else _first(heritage)
            )
            if above is not None and above.type in ('identifier', 'member_expression'):
                said_above = self.text(above)
                bases.append(
                    self.named(said_above) if above.type == 'identifier' else said_above
                )
            elif above is not None and above.type != 'implements_clause':
                given = self.expression(above)
                base = f'{MADE}base{at}'
                self.pending.append(self.let(base, given, at))
                bases.append(base)
        self.inside(node)
        if called and own and own != called:
            self.scope.names[own] = name
        body: list[ir.Statement] = []
        fields: list[ir.Statement] = []
        decorators: list[ir.Expression] = []
        for member in node.child_by_field_name('body').named_children:
            if member.type == 'decorator':
                decorators.append(self.decorator(member))
                continue
            self.member(member, name, tuple(decorators), body, fields)
            decorators = []
        self.leave()
        return ir.Class(at, end, name, tuple(bases), tuple(body), tuple(fields))

    def member(
        self,
        node: Any,
        owner: str,
        decorators: tuple[ir.Expression, ...],
        body: list[ir.Statement],
        fields: list[ir.Statement],
    ) -> None:
        at, end, kind = node.start_byte, node.end_byte, node.type
        marks = {child.type for child in node.children}
        static = 'static' in marks
        if kind == 'method_definition':
            said = node.child_by_field_name('name')
            name = self.member_name(said)
            if 'get' in marks:
                decorators = (*decorators, ir.Name(at, at, 'property'))
            private = name.startswith(MADE) or any(
                child.type == 'accessibility_modifier' and self.text(child) == 'private'
                for child in node.children
            )
            function = self.function(node, name, owner, static, private, decorators)
            called = f'{SETS}{name}' if 'set' in marks else name
            body.append(ir.Define(at, end, called, function))
        elif kind in ('field_definition', 'public_field_definition'):
            said = node.child_by_field_name('property') or node.child_by_field_name(
                'name'
            )
            value = node.child_by_field_name('value')
            target = ir.Name(at, at, self.member_name(said))
            around, self.pending = self.pending, []
            # What it looks at is run for each object: a function of its own.
            scope = Scope(self.scope, at, end, True, False)
            self.scope = scope
            given = (
                self.expression(value) if value is not None else ir.Const(at, end, None)
            )
            self.scope = scope.parent or self.top
            into = body if static else fields
            into.extend(self.pending)
            self.pending = around
            assign = ir.Assign(at, end, target, given, '', True)
            into.append(ir.Evaluate(at, end, assign))
        elif kind == 'class_static_block':
            body.extend(self.body(node.child_by_field_name('body')))

    def member_name(self, node: Any) -> str:
        if node is None:
            return f'{MADE}computed'
        key = self.key(node)
        if isinstance(key, ir.Const):
            return str(key.value)
        return f'{MADE}computed{node.start_byte}'

    def key(self, node: Any) -> ir.Expression:
        """Return the key of a property: a constant, or what is computed."""
        at, end = node.start_byte, node.end_byte
        if node.type == 'computed_property_name':
            child = _first(node)
            return self.expression(child) if child else ir.Opaque(at, end, ())
        if node.type == 'string':
            return ir.Const(at, end, self.string(node))
        if node.type == 'number':
            return ir.Const(at, end, _number(self.text(node)))
        return ir.Const(at, end, self.text(node))

    # ------------------------------------------------------------ expressions
    def expression(self, node: Any, called: str = '') -> ir.Expression:
        at, end, kind = node.start_byte, node.end_byte, node.type
        if kind == 'identifier':
            name = self.text(node)
            if name == 'undefined':
                return ir.Const(at, end, None)
            return ir.Name(at, end, self.named(name))
        if kind in ('this', 'super'):
            return ir.Name(at, end, kind)
        if kind == 'number':
            value = _number(self.text(node))
            return ir.Opaque(at, end, ()) if value is None else ir.Const(at, end, value)
        if kind == 'string':
            return ir.Const(at, end, self.string(node))
        if kind in ('true', 'false', 'null', 'undefined'):
            return ir.Const(at, end, {'true': True, 'false': False}.get(kind))
        if kind in names.FUNCTIONS:
            return self.function(node, called)
        method = _EXPRESSIONS.get(kind)
        if method is not None:
            found: ir.Expression = method(self, node)
            return found
        return self.opaque(node)

    def opaque(self, node: Any) -> ir.Expression:
        parts = tuple(
            self.expression(child)
            for child in node.named_children
            if child.type not in _SKIPPED and not child.type.startswith('type_')
        )
        return ir.Opaque(node.start_byte, node.end_byte, parts)

    def string(self, node: Any) -> str:
        return _unescaped(self.text(node)[1:-1])

    def parenthesized(self, node: Any) -> ir.Expression:
        child = _first(node)
        return self.expression(child) if child is not None else self.opaque(node)

    def sequence(
        self, at: int, end: int, values: Sequence[ir.Expression]
    ) -> ir.Expression:
        """Return an expression that is all of several, and has the last one's value."""
        if len(values) == 1:
            return values[0]
        entries = tuple(ir.Entry(one.at, one.end, None, one) for one in values)
        index = ir.Const(end, end, len(values) - 1)
        return ir.Item(at, end, ir.Collection(at, at, 'tuple', entries), index)

    def comma(self, node: Any) -> ir.Expression:
        values: list[ir.Expression] = []
        waiting = [node]
        while waiting:
            one = waiting.pop(0)
            if one.type == 'sequence_expression':
                waiting[:0] = [c for c in one.named_children if c.type != 'comment']
            else:
                values.append(self.expression(one))
        return self.sequence(node.start_byte, node.end_byte, values)

    def cast(self, node: Any) -> ir.Expression:
        # `<T>x` names the type first, all others behind the value.
        parts = [child for child in node.named_children if child.type != 'comment']
        inner = parts[-1] if node.type == 'type_assertion' else parts[0]
        value = self.expression(inner)
        return ir.Cast(node.start_byte, node.end_byte, '', value)

    def template(self, node: Any) -> ir.Expression:
        parts = self.template_parts(node)
        return ir.Text(node.start_byte, node.end_byte, tuple(parts))

    def template_parts(self, node: Any) -> list[ir.Expression]:
        parts: list[ir.Expression] = []
        text = ''
        start = node.start_byte + 1
        for child in node.children:
            if child.type in ('string_fragment', 'escape_sequence'):
                text += _unescaped(self.text(child))
            elif child.type == 'template_substitution':
                if text:
                    parts.append(ir.Const(start, child.start_byte, text))
                inner = _first(child)
                if inner is not None:
                    parts.append(self.expression(inner))
                text, start = '', child.end_byte
        if text:
            parts.append(ir.Const(start, node.end_byte - 1, text))
        return parts

    def regex(self, node: Any) -> ir.Expression:
        at, end = node.start_byte, node.end_byte
        flags = node.child_by_field_name('flags')
        pattern = self.text(node.child_by_field_name('pattern'))
        said = self.text(flags) if flags is not None else ''
        value = ir.Const(at, end, f'(?{said}){pattern}' if said else pattern)
        return ir.Cast(at, end, 'RegExp', value)

    def array(self, node: Any) -> ir.Expression:
        entries: list[ir.Entry] = []
        for child in node.named_children:
            at, end = child.start_byte, child.end_byte
            if child.type == 'comment':
                continue
            splat = child.type == 'spread_element'
            inner = _first(child) if splat else child
            entries.append(ir.Entry(at, end, None, self.expression(inner), splat))
        return ir.Collection(node.start_byte, node.end_byte, 'list', tuple(entries))

    def object(self, node: Any) -> ir.Expression:
        entries: list[ir.Entry] = []
        for child in node.named_children:
            at, end, kind = child.start_byte, child.end_byte, child.type
            if kind == 'pair':
                key = self.key(child.child_by_field_name('key'))
                said = str(key.value) if isinstance(key, ir.Const) else ''
                value = self.expression(child.child_by_field_name('value'), said)
                inherits = said == '__proto__'
                entries.append(
                    ir.Entry(at, end, None if inherits else key, value, inherits)
                )
            elif kind == 'shorthand_property_identifier':
                name = self.text(child)
                here = ir.Name(at, end, self.named(name))
                entries.append(ir.Entry(at, end, ir.Const(at, at, name), here))
            elif kind == 'spread_element':
                entries.append(
                    ir.Entry(at, end, None, self.expression(_first(child)), True)
                )
            elif kind == 'method_definition':
                key = self.key(child.child_by_field_name('name'))
                said = str(key.value) if isinstance(key, ir.Const) else ''
                marks = {one.type for one in child.children}
                function: ir.Expression = self.function(child, said)
                if 'get' in marks:
                    # Run when it is read: what it gives then is not known.
                    function = ir.Opaque(at, end, (function,))
                elif 'set' in marks and said:
                    key = ir.Const(key.at, key.end, f'{SETS}{said}')
                entries.append(ir.Entry(at, end, key, function))
        return ir.Collection(node.start_byte, node.end_byte, 'dict', tuple(entries))

    def class_value(self, node: Any) -> ir.Expression:
        made = self.class_of(node)
        self.pending.append(made)
        return ir.Name(node.start_byte, node.end_byte, made.name)

    def member_of(self, node: Any) -> ir.Expression:
        at, end = node.start_byte, node.end_byte
        base = self.expression(node.child_by_field_name('object'))
        name = self.text(node.child_by_field_name('property'))
        return ir.Field(at, end, base, name)

    def subscript(self, node: Any) -> ir.Expression:
        at, end = node.start_byte, node.end_byte
        base = self.expression(node.child_by_field_name('object'))
        index = self.expression(node.child_by_field_name('index'))
        if isinstance(index, ir.Const) and isinstance(index.value, str):
            return ir.Field(at, end, base, index.value)
        return ir.Item(at, end, base, index)

    def call(self, node: Any) -> ir.Expression:
        at, end = node.start_byte, node.end_byte
        callee = node.child_by_field_name('function')
        given = node.child_by_field_name('arguments')
        if given is not None and given.type == 'template_string':
            return self.tagged(node, callee, given)
        required = self.required(callee, given, at, end)
        if required is not None:
            return required
        if callee.type == 'super':
            start = callee.start_byte
            above = ir.Field(
                start, callee.end_byte, ir.Name(start, start, 'super'), CONSTRUCTOR
            )
            return ir.Call(at, end, above, self.arguments(given))
        if callee.type == 'import':
            return self.opaque(given) if given is not None else ir.Opaque(at, end, ())
        function = self.expression(callee)
        arguments = self.arguments(given)
        if (
            isinstance(function, ir.Name)
            and function.id == 'isNaN'
            and self.is_global('isNaN')
            and len(arguments) == 1
        ):
            value = _converted(arguments[0].value)
            number = ir.InstanceOf(value.at, value.end, value, NUMBER)
            return ir.Unary(at, end, 'not', number)
        made = ir.Call(at, end, function, arguments)
        self.route(made)
        return made

    def route(self, call: ir.Call) -> None:
        """Note by what a function is registered, as `app.get(/…)`."""
        name = ir.dotted(call.function)
        if not name or not call.arguments:
            return
        first = call.arguments[0].value
        said = first.value if isinstance(first, ir.Const) else ''
        path = '/' if isinstance(said, str) and said[:1] in ('/', '*') else said
        # Of a chain the last part counts: router.route('/a').get(…)
        mark = f'{name}({path})'
        for one in call.arguments:
            for value in _listed(one.value):
                if isinstance(value, ir.Function) and not value.decorators:
                    value.decorators = (ir.Name(value.at, value.at, mark),)
                elif isinstance(value, ir.Name):
                    self.routed.setdefault(value.id, mark)
                elif isinstance(value, ir.Field):
                    self.routed.setdefault(value.name, mark)
                elif isinstance(value, ir.Call):
                    # A wrapper: asyncHandler(async (req, res) => …)
                    for inner in value.arguments:
                        held = inner.value
                        if isinstance(held, ir.Function) and not held.decorators:
                            held.decorators = (ir.Name(held.at, held.at, mark),)

    def required(self, callee: Any, given: Any, at: int, end: int) -> ir.Name | None:
        """Return the module that `require('…')` or `import('…')` gives."""
        name = self.text(callee) if callee.type in ('identifier', 'import') else ''
        if name not in ('require', 'import') or given is None:
            return None
        first = _first(given)
        if first is None or first.type not in ('string', 'template_string'):
            return None
        if name == 'require' and not self.is_global('require'):
            return None
        if any(one.type == 'template_substitution' for one in first.children):
            return None
        module = _module(self.string(first))
        local = f'{MADE}require {module}'
        self.modules[local] = module
        return ir.Name(at, end, local)

    def tagged(self, node: Any, callee: Any, given: Any) -> ir.Expression:
        at, end = node.start_byte, node.end_byte
        parts = self.template_parts(given)
        texts = tuple(
            ir.Entry(one.at, one.end, None, one)
            for one in parts
            if isinstance(one, ir.Const)
        )
        first = ir.Collection(given.start_byte, given.start_byte, 'list', texts)
        arguments = [ir.Argument(first.at, first.at, first)]
        for child in given.children:
            if child.type == 'template_substitution' and _first(child) is not None:
                value = self.expression(_first(child))
                arguments.append(ir.Argument(value.at, value.end, value))
        return ir.Call(at, end, self.expression(callee), tuple(arguments))

    def arguments(self, node: Any) -> tuple[ir.Argument, ...]:
        found = []
        for child in node.named_children if node is not None else ():
            if child.type == 'comment':
                continue
            at, end = child.start_byte, child.end_byte
            splat = child.type == 'spread_element'
            value = self.expression(_first(child) if splat else child)
            found.append(ir.Argument(at, end, value, '', '*' if splat else ''))
        return tuple(found)

    def creation(self, node: Any) -> ir.Expression:
        at, end = node.start_byte, node.end_byte
        callee = node.child_by_field_name('constructor')
        given = node.child_by_field_name('arguments')
        if self.text(callee) == 'Promise' and self.is_global('Promise') and given:
            first = _first(given)
            if first is not None and first.type in names.FUNCTIONS:
                return self.promise(node, first)
        return ir.Call(at, end, self.expression(callee), self.arguments(given))

    def promise(self, node: Any, executor: Any) -> ir.Expression:
        """`new Promise(f)`: f is run with a function that keeps what it is given."""
        at, end = node.start_byte, node.end_byte
        name = f'{MADE}{at}'

        def here() -> ir.Expression:
            return ir.Name(at, at, name)

        value = ir.Name(at, at, f'{MADE}v{at}')
        push = ir.Call(
            at, at, ir.Field(at, at, here(), 'push'), (ir.Argument(at, at, value),)
        )
        nothing = ir.Const(at, at, None)
        keeps = ir.Function(
            at,
            at,
            '',
            (ir.Parameter(at, at, value.id, nothing),),
            (ir.Evaluate(at, at, push),),
            arrow=True,
        )
        # Functions are told apart by where they stand.
        fails = ir.Function(at + 1, at + 1, '', (), (), arrow=True)
        run = ir.Call(
            executor.start_byte,
            executor.end_byte,
            self.expression(executor),
            (ir.Argument(at, at, keeps), ir.Argument(at, at, fails)),
        )
        begin = ir.Assign(
            at,
            at,
            ir.Name(at, at, name),
            ir.Collection(at, at, 'list', ()),
            '',
            True,
        )
        last = ir.Item(end, end, here(), ir.Opaque(end, end, ()))
        return self.sequence(at, end, [begin, run, last])

    def assignment(self, node: Any) -> ir.Expression:
        at, end = node.start_byte, node.end_byte
        left = node.child_by_field_name('left')
        right = node.child_by_field_name('right')
        while left.type in ('parenthesized_expression', 'non_null_expression'):
            left = _first(left)
        if left.type not in ('object_pattern', 'array_pattern'):
            said = _name_for(left, self.text)
            value = self.expression(right, said)
            return ir.Assign(at, end, self.target(left), value)
        found: list[ir.Statement] = []
        value = self.expression(right)
        held = self.held(value, at, found)
        self.bind(left, held, found, False)
        values: list[ir.Expression] = [
            one.value for one in found if isinstance(one, ir.Evaluate)
        ]
        if isinstance(held, ir.Name):
            values.append(ir.Name(end, end, held.id))
        return self.sequence(at, end, values)

    def target(self, node: Any) -> ir.Expression:
        if node.type == 'identifier':
            name = self.named(self.text(node), sets=True)
            return ir.Name(node.start_byte, node.end_byte, name)
        return self.expression(node)

    def augmented(self, node: Any) -> ir.Expression:
        at, end = node.start_byte, node.end_byte
        left = node.child_by_field_name('left')
        value = self.expression(node.child_by_field_name('right'))
        name = node.child_by_field_name('operator').type.removesuffix('=')
        target = self.target(left)
        if name in ('||', '&&', '??'):
            name = {'||': 'or', '&&': 'and'}.get(name, name)
            before = self.expression(left)
            value = ir.Logic(at, end, name, before, value)
            return ir.Assign(at, end, target, value)
        return ir.Assign(at, end, target, value, name)

    def updated(self, node: Any) -> ir.Expression:
        name = node.child_by_field_name('operator').type[0]
        target = self.target(node.child_by_field_name('argument'))
        return trees.stepped(node, target, name)

    def unary(self, node: Any) -> ir.Expression:
        at, end = node.start_byte, node.end_byte
        name = node.child_by_field_name('operator').type
        value = self.expression(node.child_by_field_name('argument'))
        if name == '!':
            return ir.Unary(at, end, 'not', value)
        if name == '-':
            if isinstance(value, ir.Const) and type(value.value) in (int, float):
                return ir.Const(at, end, -value.value)
            return ir.Cast(at, end, NUMBER, value)
        if name == '+':
            return ir.Cast(at, end, NUMBER, value)
        if name == '~':
            return ir.Unary(at, end, '~', value)
        if name == 'typeof':
            return ir.Cast(at, end, TYPEOF, value)
        nothing = ir.Const(at, at, None)
        return self.sequence(at, end, [value, nothing])

    def binary(self, node: Any) -> ir.Expression:
        at, end = node.start_byte, node.end_byte
        name = node.child_by_field_name('operator').type
        right = self.expression(node.child_by_field_name('right'))
        first = node.child_by_field_name('left')
        if first.type == 'private_property_identifier':
            return ir.Opaque(at, end, (right,))
        left = self.expression(first)
        if name in ('&&', '||', '??'):
            said = {'&&': 'and', '||': 'or'}.get(name, name)
            return ir.Logic(at, end, said, left, right)
        if name == 'instanceof':
            said = self.text(node.child_by_field_name('right'))
            return ir.InstanceOf(at, end, left, said)
        if name in _COMPARES:
            return _compared(at, end, _COMPARES[name], left, right)
        return ir.Binary(at, end, name, left, right)

    def ternary(self, node: Any) -> ir.Expression:
        return trees.choice(node, self.expression)

    def yielded(self, node: Any) -> ir.Expression:
        child = _first(node)
        value = self.expression(child) if child is not None else None
        delegates = any(one.type == '*' for one in node.children)
        return ir.Yield(node.start_byte, node.end_byte, value, delegates)

    def element(self, node: Any) -> ir.Expression:
        """JSX: a component of this file is called with its properties."""
        at, end = node.start_byte, node.end_byte
        opening = node.child_by_field_name('open_tag') or node
        entries: list[ir.Entry] = []
        for one in opening.children_by_field_name('attribute'):
            start, stop = one.start_byte, one.end_byte
            if one.type == 'jsx_attribute':
                parts = [c for c in one.named_children if c.type != 'comment']
                key = ir.Const(start, start, self.text(parts[0]))
                value: ir.Expression = ir.Const(start, stop, True)
                if len(parts) > 1:
                    value = self.expression(parts[1])
                entries.append(ir.Entry(start, stop, key, value))
            elif one.type == 'jsx_expression' and _first(one) is not None:
                inner = _first(one)
                if inner.type == 'spread_element':
                    inner = _first(inner)
                value = self.expression(inner)
                entries.append(ir.Entry(start, stop, None, value, True))
        inside = [
            self.expression(child)
            for child in node.named_children
            if child.type
            in ('jsx_element', 'jsx_self_closing_element', 'jsx_expression')
        ]
        if inside:
            below = tuple(ir.Entry(one.at, one.end, None, one) for one in inside)
            held = ir.Collection(at, at, 'list', below)
            entries.append(ir.Entry(at, at, ir.Const(at, at, 'children'), held))
        given = ir.Collection(at, at, 'dict', tuple(entries))
        made: ir.Expression = given
        name = opening.child_by_field_name('name')
        if name is not None and name.type != 'jsx_namespace_name':
            said = self.text(name)
            if said[:1].isupper() or '.' in said:
                arguments = (ir.Argument(at, at, given),)
                made = ir.Call(at, at, self.expression(name), arguments)
        return ir.Cast(at, end, ELEMENT, made)

    def braces(self, node: Any) -> ir.Expression:
        child = _first(node)
        if child is None:
            return ir.Const(node.start_byte, node.end_byte, None)
        return self.expression(child)


def _listed(value: ir.Expression) -> list[ir.Expression]:
    if isinstance(value, ir.Collection) and value.kind == 'list':
        return [entry.value for entry in value.entries]
    return [value]


def _converted(value: ir.Expression) -> ir.Expression:
    """Return what is converted to a number as it is: isNaN does the same."""
    if isinstance(value, ir.Cast) and value.type == NUMBER:
        return value.value
    if (
        isinstance(value, ir.Call)
        and ir.dotted(value.function) == 'Number'
        and len(value.arguments) == 1
        and not value.arguments[0].splat
    ):
        return value.arguments[0].value
    return value


def _compared(
    at: int, end: int, name: str, left: ir.Expression, right: ir.Expression
) -> ir.Expression:
    """Return a comparison; `typeof` and `indexOf` as the tests that they are."""
    if name in ('is', 'is not', '==', '!='):
        for one, other in ((left, right), (right, left)):
            if (
                isinstance(one, ir.Cast)
                and one.type == TYPEOF
                and isinstance(other, ir.Const)
            ):
                found: ir.Expression = ir.InstanceOf(
                    at, end, one.value, str(other.value)
                )
                return _denied(found) if name in ('is not', '!=') else found
    position = (
        isinstance(left, ir.Call)
        and isinstance(left.function, ir.Field)
        and left.function.name in ('indexOf', 'search')
        and isinstance(right, ir.Const)
    )
    if position and isinstance(left, ir.Call) and isinstance(right, ir.Const):
        number = right.value
        there = (name, number) in (
            *(('is not', -1), ('!=', -1), ('>', -1)),
            ('>=', 0),
        )
        gone = (name, number) in (('is', -1), ('==', -1), ('<', 0), ('<=', -1))
        if (there or gone) and isinstance(left.function, ir.Field):
            base = left.function
            # A regex is searched for as it is tested.
            said = 'includes' if base.name == 'indexOf' else 'match'
            function = ir.Field(base.at, base.end, base.base, said)
            test = ir.Call(left.at, left.end, function, left.arguments)
            return _denied(test) if gone else test
    return ir.Compare(at, end, name, left, right)


def _denied(test: ir.Expression) -> ir.Expression:
    return ir.Unary(test.at, test.end, 'not', test)


def _module(said: str) -> str:
    """Return the name of a module as the models have it: `fs.promises`."""
    said = said.removeprefix('node:')
    if said.startswith('.'):
        return 'local.' + re.sub(r'\W+', '_', said.rpartition('/')[2])
    return said.removeprefix('@').replace('/', '.')


def _name_for(pattern: Any, text: Any) -> str:
    """Return the name that a function gets which is assigned there."""
    if pattern.type == 'identifier':
        return str(text(pattern))
    if pattern.type == 'member_expression':
        return str(text(pattern.child_by_field_name('property')))
    return ''


def _first(node: Any) -> Any:
    for child in node.named_children:
        if child.type != 'comment':
            return child
    return None


def _of_type(node: Any, kind: str) -> Any:
    return next((one for one in node.named_children if one.type == kind), None)


def _of_field(node: Any, name: str) -> Any:
    return node.child_by_field_name(name)


def _number(text: str) -> int | float | None:
    text = text.replace('_', '').lower()
    try:
        if text.endswith('n'):
            return int(text[:-1], 0)
        if re.fullmatch(r'0[0-7]+', text):
            return int(text, 8)
        if re.match(r'0[xob]', text):
            return int(text, 0)
        value = float(text)
    except ValueError:
        return None
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _unescaped(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        found = match.group(1)
        if found[0] in 'ux' and len(found) > 1:
            code = int(found[1:].strip('{}'), 16)
            return chr(code) if code < 0x110000 else '\ufffd'
        if found[0].isdigit() and found != '0':
            return chr(int(found, 8)) if found[0] < '8' else found
        return _ESCAPED.get(found, found)

    return _ESCAPE.sub(one, text) if '\\' in text else text


_STATEMENTS: dict[str, Any] = {
    'if_statement': _Reader.conditional,
    'for_statement': _Reader.loop,
    'while_statement': _Reader.loop,
    'do_statement': _Reader.loop,
    'for_in_statement': _Reader.each,
    'labeled_statement': _Reader.labelled,
    'statement_block': _Reader.plain,
    'return_statement': _Reader.returned,
    'throw_statement': _Reader.thrown,
    'try_statement': _Reader.attempt,
    'switch_statement': _Reader.switch,
    'with_statement': _Reader.within,
}
_EXPRESSIONS: dict[str, Any] = {
    **dict.fromkeys(_CASTS, _Reader.cast),
    'parenthesized_expression': _Reader.parenthesized,
    'sequence_expression': _Reader.comma,
    'template_string': _Reader.template,
    'regex': _Reader.regex,
    'array': _Reader.array,
    'object': _Reader.object,
    'class': _Reader.class_value,
    'member_expression': _Reader.member_of,
    'subscript_expression': _Reader.subscript,
    'call_expression': _Reader.call,
    'new_expression': _Reader.creation,
    'assignment_expression': _Reader.assignment,
    'augmented_assignment_expression': _Reader.augmented,
    'update_expression': _Reader.updated,
    'unary_expression': _Reader.unary,
    'binary_expression': _Reader.binary,
    'ternary_expression': _Reader.ternary,
    'yield_expression': _Reader.yielded,
    'jsx_element': _Reader.element,
    'jsx_self_closing_element': _Reader.element,
    'jsx_expression': _Reader.braces,
}
