"""Python, read by tree-sitter (every version of the syntax), as the nodes of `ir`."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from hookline.flow import ir, trees

_READS_AS = {
    '+=': '+',
    '-=': '-',
    '*=': '*',
    '/=': '/',
    '//=': '//',
    '%=': '%',
    '**=': '**',
    '|=': '|',
    '&=': '&',
    '^=': '^',
    '<<=': '<<',
    '>>=': '>>',
    '@=': '@',
}
_KINDS = {
    'list_comprehension': 'list',
    'set_comprehension': 'set',
    'dictionary_comprehension': 'dict',
    'generator_expression': 'generator',
}
# Classes by whose subclasses all objects are known.
_ENUMS = frozenset(
    ('Enum', 'StrEnum', 'IntEnum', 'Flag', 'IntFlag', 'TextChoices', 'IntegerChoices')
)


def read(content: bytes) -> ir.Module:
    """Return the module; what could not be parsed is in `broken`."""
    import tree_sitter_python

    root = trees.parsed(tree_sitter_python.language(), content)
    body = _Reader(content).block(root.named_children)
    return ir.Module(0, len(content), body, 'python', trees.broken(root))


class _Reader:
    """Turns nodes of tree-sitter into ours; holds the content and the class around."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.classes: list[str] = []
        self.yields: list[bool] = []

    def text(self, node: Any) -> str:
        return self.content[node.start_byte : node.end_byte].decode('utf-8', 'replace')

    # ------------------------------------------------------------ statements
    def block(self, nodes: Sequence[Any]) -> tuple[ir.Statement, ...]:
        found: list[ir.Statement] = []
        for node in nodes:
            if node.type != 'comment':
                self.statement(node, found)
        return tuple(found)

    def body(self, node: Any) -> tuple[ir.Statement, ...]:
        """Return the block of a field, () for none."""
        if node is None:
            return ()
        if node.type == 'block':
            return self.block(node.named_children)
        return self.block([node])

    def statement(self, node: Any, found: list[ir.Statement]) -> None:
        at, end, kind = node.start_byte, node.end_byte, node.type
        if kind == 'expression_statement':
            for child in node.named_children:
                if child.type != 'comment':
                    value = self.expression(child)
                    found.append(ir.Evaluate(at, end, value))
        elif kind == 'return_statement':
            child = self.first(node)
            found.append(ir.Return(at, end, self.expression(child) if child else None))
        elif kind == 'if_statement':
            found.append(self.conditional(node))
        elif kind == 'for_statement':
            found.append(
                ir.Loop(
                    at,
                    end,
                    self.expression(node.child_by_field_name('right')),
                    self.body(node.child_by_field_name('body')),
                    self.target(node.child_by_field_name('left')),
                    other=self.otherwise(node),
                )
            )
        elif kind == 'while_statement':
            found.append(
                ir.Loop(
                    at,
                    end,
                    self.expression(node.child_by_field_name('condition')),
                    self.body(node.child_by_field_name('body')),
                    other=self.otherwise(node),
                )
            )
        elif kind == 'try_statement':
            found.append(self.attempt(node))
        elif kind == 'with_statement':
            self.context(node, found)
        elif kind == 'match_statement':
            found.append(self.match(node))
        elif kind in ('function_definition', 'class_definition'):
            found.append(self.definition(node, ()))
        elif kind == 'decorated_definition':
            decorators = tuple(
                self.expression(self.first(child))
                for child in node.named_children
                if child.type == 'decorator'
            )
            found.append(
                self.definition(node.child_by_field_name('definition'), decorators)
            )
        elif kind == 'raise_statement':
            child = self.first(node)
            found.append(ir.Raise(at, end, self.expression(child) if child else None))
        elif kind == 'break_statement':
            found.append(ir.Break(at, end))
        elif kind == 'continue_statement':
            found.append(ir.Continue(at, end))
        elif kind in ('global_statement', 'nonlocal_statement'):
            names = tuple(self.text(child) for child in node.named_children)
            found.append(ir.Outer(at, end, names, kind == 'global_statement'))
        elif kind in ('import_statement', 'import_from_statement'):
            found.append(self.imports(node))
        elif kind == 'delete_statement':
            child = self.first(node)
            targets = (
                child.named_children if child.type == 'expression_list' else [child]
            )
            found.append(
                ir.Delete(at, end, tuple(self.expression(one) for one in targets))
            )
        elif kind == 'assert_statement':
            # What comes behind it has passed it, unless Python runs with -O: then
            # the test is not made, so it is evaluated and proves nothing.
            for child in node.named_children:
                found.append(ir.Evaluate(at, end, self.expression(child)))
        elif kind in ('pass_statement', 'future_import_statement', 'comment'):
            return
        elif kind == 'exec_statement' or kind == 'print_statement':
            found.append(ir.Evaluate(at, end, self.opaque(node)))
        elif kind == 'type_alias_statement':
            return
        elif kind == 'block':
            found.extend(self.block(node.named_children))
        elif kind == 'ERROR':
            for child in node.named_children:
                self.statement(child, found)
        else:
            found.append(ir.Evaluate(at, end, self.expression(node)))

    def first(self, node: Any) -> Any:
        for child in node.named_children:
            if child.type != 'comment':
                return child
        return None

    def otherwise(self, node: Any) -> tuple[ir.Statement, ...]:
        alternative = node.child_by_field_name('alternative')
        if alternative is None:
            return ()
        return self.body(alternative.child_by_field_name('body'))

    def conditional(self, node: Any) -> ir.If:
        other: tuple[ir.Statement, ...] = ()
        clauses = [
            child
            for child in node.named_children
            if child.type in ('elif_clause', 'else_clause')
        ]
        for clause in reversed(clauses):
            if clause.type == 'else_clause':
                other = self.body(clause.child_by_field_name('body'))
            else:
                other = (self.branch(clause, other),)
        return self.branch(node, other)

    def branch(self, node: Any, other: tuple[ir.Statement, ...]) -> ir.If:
        return ir.If(
            node.start_byte,
            node.end_byte,
            self.expression(node.child_by_field_name('condition')),
            self.body(node.child_by_field_name('consequence')),
            other,
        )

    def attempt(self, node: Any) -> ir.Try:
        handlers: list[ir.Handler] = []
        other: tuple[ir.Statement, ...] = ()
        final: tuple[ir.Statement, ...] = ()
        for child in node.named_children:
            block = [part for part in child.named_children if part.type == 'block']
            if child.type in ('except_clause', 'except_group_clause'):
                name = ''
                for part in child.named_children:
                    if part.type == 'as_pattern':
                        alias = part.child_by_field_name('alias')
                        name = self.text(alias) if alias else ''
                handlers.append(
                    ir.Handler(
                        child.start_byte,
                        child.end_byte,
                        name,
                        self.body(block[-1]) if block else (),
                    )
                )
            elif child.type == 'else_clause':
                other = self.body(child.child_by_field_name('body'))
            elif child.type == 'finally_clause':
                final = self.body(block[-1]) if block else ()
        return ir.Try(
            node.start_byte,
            node.end_byte,
            self.body(node.child_by_field_name('body')),
            tuple(handlers),
            other,
            final,
        )

    def context(self, node: Any, found: list[ir.Statement]) -> None:
        """`with a as b`: b is what a is as flows go; errors may be swallowed."""
        at, end = node.start_byte, node.end_byte
        swallows = False
        for clause in node.named_children:
            if clause.type != 'with_clause':
                continue
            for item in clause.named_children:
                value = item.child_by_field_name('value')
                if value is None:
                    continue
                if value.type == 'as_pattern':
                    source = self.expression(value.named_children[0])
                    alias = value.child_by_field_name('alias')
                    target = self.target(alias.named_children[0])
                    entered = ir.Call(
                        source.at,
                        source.end,
                        ir.Field(source.at, source.end, source, '__enter__'),
                        (),
                    )
                    found.append(
                        ir.Evaluate(at, end, ir.Assign(at, end, target, entered))
                    )
                else:
                    source = self.expression(value)
                    found.append(ir.Evaluate(at, end, source))
                swallows = swallows or b'suppress' in self.content[at : value.end_byte]
        body = self.body(node.child_by_field_name('body'))
        if swallows:
            handler = ir.Handler(at, end, '', ())
            found.append(ir.Try(at, end, body, (handler,)))
        else:
            found.append(ir.Scope(at, end, body))

    def match(self, node: Any) -> ir.Switch:
        cases: list[ir.Case] = []
        for clause in node.child_by_field_name('body').named_children:
            if clause.type != 'case_clause':
                continue
            patterns: list[ir.Expression] = []
            binds: list[str] = []
            exact = True
            default = False
            for pattern in clause.named_children:
                if pattern.type == 'case_pattern':
                    kind = self.pattern(pattern, patterns, binds)
                    exact = exact and kind != 'other'
                    default = default or kind == 'default'
            guard = clause.child_by_field_name('guard')
            cases.append(
                ir.Case(
                    clause.start_byte,
                    clause.end_byte,
                    () if default else tuple(patterns),
                    self.body(clause.child_by_field_name('consequence')),
                    self.expression(self.first(guard)) if guard else None,
                    tuple(binds),
                    exact=exact and (default or bool(patterns)),
                )
            )
        subjects = [
            child
            for child in node.named_children
            if child.type not in ('block', 'comment')
        ]
        subject = (
            self.expression(subjects[0])
            if len(subjects) == 1
            else self.opaque_of(node, subjects)
        )
        return ir.Switch(node.start_byte, node.end_byte, subject, tuple(cases))

    def pattern(
        self, node: Any, patterns: list[ir.Expression], binds: list[str]
    ) -> str:
        """Add values and names; return 'value', 'default' or 'other'."""
        children = node.named_children
        if node.type == 'case_pattern' and not children:
            return 'default'  # `_`
        inner = children[0] if node.type == 'case_pattern' else node
        if inner.type == 'union_pattern':
            kinds = {self.pattern(one, patterns, binds) for one in inner.named_children}
            return 'value' if kinds == {'value'} else 'other'
        if inner.type in ('string', 'integer', 'float', 'true', 'false', 'none'):
            patterns.append(self.expression(inner))
            return 'value'
        if inner.type == 'dotted_name' and len(inner.named_children) == 1:
            binds.append(self.text(inner))
            return 'default'
        if inner.type == 'dotted_name':
            patterns.append(self.dotted(inner))
            return 'value'
        binds.extend(
            self.text(one) for one in _below(inner) if one.type == 'identifier'
        )
        return 'other'

    def definition(
        self, node: Any, decorators: tuple[ir.Expression, ...]
    ) -> ir.Statement:
        at, end = node.start_byte, node.end_byte
        name = self.text(node.child_by_field_name('name'))
        if node.type == 'function_definition':
            return ir.Define(at, end, name, self.function(node, name, decorators))
        bases: list[str] = []
        arguments = node.child_by_field_name('superclasses')
        for base in arguments.named_children if arguments else ():
            bases.append(self.text(base))
        self.classes.append(name)
        inside = node.child_by_field_name('body')
        body = self.body(inside)
        self.classes.pop()
        return ir.Class(
            at,
            end,
            name,
            tuple(bases),
            body,
            decorators=decorators,
            components=self.components(inside),
            enum=any(base.rpartition('.')[2] in _ENUMS for base in bases),
        )

    def components(self, body: Any) -> tuple[str, ...]:
        """Return the fields declared with a type, as a dataclass takes them."""
        found: list[str] = []
        for one in body.named_children if body is not None else ():
            if one.type != 'expression_statement' or not one.named_children:
                continue
            child = one.named_children[0]
            if child.type != 'assignment':
                continue
            kind = child.child_by_field_name('type')
            name = child.child_by_field_name('left')
            if kind is None or name.type != 'identifier':
                continue
            if 'ClassVar' not in self.text(kind):
                found.append(self.text(name))
        return tuple(found)

    def function(
        self, node: Any, name: str, decorators: tuple[ir.Expression, ...]
    ) -> ir.Function:
        parameters = node.child_by_field_name('parameters')
        owner = self.classes[-1] if self.classes else ''
        # A function inside of a method is no method.
        around, self.classes = self.classes, []
        self.yields.append(False)
        body_node = node.child_by_field_name('body')
        if node.type == 'lambda':
            value = self.expression(body_node)
            body: tuple[ir.Statement, ...] = (ir.Return(value.at, value.end, value),)
        else:
            body = self.body(body_node)
        generator = self.yields.pop()
        self.classes = around
        static = any(
            isinstance(one, ir.Name) and one.id == 'staticmethod' for one in decorators
        )
        return ir.Function(
            node.start_byte,
            node.end_byte,
            name,
            self.parameters(parameters) if parameters else (),
            body,
            decorators,
            static=static,
            private=name.startswith('_') and not name.startswith('__'),
            generator=generator,
            broken=node.has_error,
            owner=owner,
        )

    def parameters(self, node: Any) -> tuple[ir.Parameter, ...]:
        found = []
        for child in node.named_children:
            at, end, kind = child.start_byte, child.end_byte, child.type
            default = annotation = None
            splat = ''
            name = child
            if kind in ('default_parameter', 'typed_default_parameter'):
                name = child.child_by_field_name('name')
                default = self.expression(child.child_by_field_name('value'))
            if kind in ('typed_parameter', 'typed_default_parameter'):
                annotation = child.child_by_field_name('type')
                if kind == 'typed_parameter':
                    name = child.named_children[0]
            if name.type in ('list_splat_pattern', 'dictionary_splat_pattern'):
                splat = '*' if name.type == 'list_splat_pattern' else '**'
                name = name.named_children[0]
            if name.type != 'identifier':
                continue
            found.append(
                ir.Parameter(
                    at,
                    end,
                    self.text(name),
                    default,
                    self.text(annotation) if annotation else '',
                    splat,
                    (self.expression(self.first(annotation)),) if annotation else (),
                )
            )
        return tuple(found)

    def imports(self, node: Any) -> ir.Import:
        names: list[tuple[str, str]] = []
        every = ''
        module = node.child_by_field_name('module_name')
        prefix = self.text(module) if module else ''
        for child in node.children_by_field_name('name'):
            if child.type == 'aliased_import':
                name = self.text(child.child_by_field_name('name'))
                local = self.text(child.child_by_field_name('alias'))
                names.append((local, f'{prefix}.{name}' if prefix else name))
            else:
                name = self.text(child)
                if prefix:
                    names.append((name, f'{prefix}.{name}'))
                else:
                    top = name.partition('.')[0]
                    names.append((top, top))
        if any(child.type == 'wildcard_import' for child in node.named_children):
            every = prefix
        return ir.Import(node.start_byte, node.end_byte, tuple(names), every)

    # ------------------------------------------------------------ expressions
    def target(self, node: Any) -> ir.Expression:
        at, end, kind = node.start_byte, node.end_byte, node.type
        if kind in (
            'pattern_list',
            'tuple_pattern',
            'list_pattern',
            'expression_list',
            'tuple',
            'list',
        ):
            entries = tuple(
                ir.Entry(child.start_byte, child.end_byte, None, self.target(child))
                for child in node.named_children
                if child.type != 'comment'
            )
            return ir.Collection(at, end, 'tuple', entries)
        if kind in ('list_splat_pattern', 'list_splat'):
            return ir.Star(at, end, self.target(node.named_children[0]))
        if kind == 'parenthesized_expression':
            return self.target(self.first(node))
        return self.expression(node)

    def dotted(self, node: Any) -> ir.Expression:
        first, *others = node.named_children
        found: ir.Expression = ir.Name(
            first.start_byte, first.end_byte, self.text(first)
        )
        for other in others:
            found = ir.Field(node.start_byte, other.end_byte, found, self.text(other))
        return found

    def opaque(self, node: Any) -> ir.Opaque:
        return self.opaque_of(node, node.named_children)

    def opaque_of(self, node: Any, children: Sequence[Any]) -> ir.Opaque:
        parts = tuple(
            self.expression(child) for child in children if child.type != 'comment'
        )
        return ir.Opaque(node.start_byte, node.end_byte, parts)

    def expression(self, node: Any) -> ir.Expression:
        at, end, kind = node.start_byte, node.end_byte, node.type
        if kind == 'identifier':
            return ir.Name(at, end, self.text(node))
        if kind == 'string':
            return self.string(node)
        if kind in ('integer', 'float'):
            return self.number(node)
        if kind in ('true', 'false', 'none'):
            value = {'true': True, 'false': False, 'none': None}[kind]
            return ir.Const(at, end, value)
        method = _EXPRESSIONS.get(kind)
        if method is not None:
            found: ir.Expression = method(self, node)
            return found
        return self.opaque(node)

    def number(self, node: Any) -> ir.Expression:
        try:
            value = ast.literal_eval(self.text(node))
        except (ValueError, SyntaxError, MemoryError):
            return ir.Opaque(node.start_byte, node.end_byte, ())
        return ir.Const(node.start_byte, node.end_byte, value)

    def string(self, node: Any) -> ir.Expression:
        at, end = node.start_byte, node.end_byte
        if not any(child.type == 'interpolation' for child in node.named_children):
            text = self.text(node)
            if text[:1] in 'fFtT' or text[1:2] in ('f', 'F', 't', 'T'):
                # An f-string without a value; braces are doubled in it.
                inside = ''.join(
                    self.text(child)
                    for child in node.named_children
                    if child.type == 'string_content'
                )
                return ir.Const(at, end, inside.replace('{{', '{').replace('}}', '}'))
            try:
                return ir.Const(at, end, ast.literal_eval(text))
            except (ValueError, SyntaxError, MemoryError):
                return ir.Opaque(at, end, ())
        parts: list[ir.Expression] = []
        for child in node.named_children:
            if child.type == 'string_content':
                parts.append(
                    ir.Const(child.start_byte, child.end_byte, self.content_of(child))
                )
            elif child.type == 'interpolation':
                value = child.child_by_field_name('expression')
                if value is not None:
                    parts.append(self.expression(value))
                for extra in child.named_children:
                    if extra.type == 'format_specifier':
                        parts.extend(
                            self.expression(part.named_children[0])
                            for part in extra.named_children
                            if part.type in ('format_expression', 'interpolation')
                            and part.named_children
                        )
        return ir.Text(at, end, tuple(parts))

    def content_of(self, node: Any) -> Any:
        text = self.text(node)
        if '\\' in text:
            try:
                return ast.literal_eval(f'"""{text}"""')
            except (ValueError, SyntaxError):
                return text
        return text

    def joined(self, node: Any) -> ir.Expression:
        parts: list[ir.Expression] = []
        for child in node.named_children:
            if child.type == 'string':
                value = self.string(child)
                parts.extend(value.parts if isinstance(value, ir.Text) else (value,))
        if parts and all(isinstance(part, ir.Const) for part in parts):
            values = [part.value for part in parts if isinstance(part, ir.Const)]
            if all(isinstance(value, str) for value in values):
                return ir.Const(node.start_byte, node.end_byte, ''.join(values))
        return ir.Text(node.start_byte, node.end_byte, tuple(parts))

    def parenthesized(self, node: Any) -> ir.Expression:
        child = self.first(node)
        return self.expression(child) if child is not None else self.opaque(node)

    def attribute(self, node: Any) -> ir.Expression:
        return ir.Field(
            node.start_byte,
            node.end_byte,
            self.expression(node.child_by_field_name('object')),
            self.text(node.child_by_field_name('attribute')),
        )

    def subscript(self, node: Any) -> ir.Expression:
        base = self.expression(node.child_by_field_name('value'))
        keys = node.children_by_field_name('subscript')
        at, end = node.start_byte, node.end_byte
        if len(keys) == 1 and keys[0].type == 'slice':
            return ir.Slice(at, end, base, self.bounds(keys[0]))
        if len(keys) == 1:
            return ir.Item(at, end, base, self.expression(keys[0]))
        return ir.Item(at, end, base, self.opaque_of(node, keys))

    def bounds(self, node: Any) -> tuple[ir.Expression | None, ...]:
        found: list[ir.Expression | None] = [None]
        for child in node.children:
            if child.type == ':':
                found.append(None)
            elif child.is_named:
                found[-1] = self.expression(child)
        return tuple(found)

    def call(self, node: Any) -> ir.Expression:
        at, end = node.start_byte, node.end_byte
        function = self.expression(node.child_by_field_name('function'))
        given = node.child_by_field_name('arguments')
        if given is None:
            return ir.Opaque(at, end, (function,))
        if given.type == 'generator_expression':
            value = self.comprehension(given)
            argument = ir.Argument(value.at, value.end, value)
            return ir.Call(at, end, function, (argument,))
        return ir.Call(at, end, function, self.arguments(given))

    def arguments(self, node: Any) -> tuple[ir.Argument, ...]:
        found = []
        for child in node.named_children:
            at, end, kind = child.start_byte, child.end_byte, child.type
            if kind == 'comment':
                continue
            if kind == 'keyword_argument':
                name = self.text(child.child_by_field_name('name'))
                value = self.expression(child.child_by_field_name('value'))
                found.append(ir.Argument(at, end, value, name))
            elif kind in ('list_splat', 'dictionary_splat'):
                splat = '*' if kind == 'list_splat' else '**'
                value = self.expression(child.named_children[0])
                found.append(ir.Argument(at, end, value, splat=splat))
            else:
                found.append(ir.Argument(at, end, self.expression(child)))
        return tuple(found)

    def binary(self, node: Any) -> ir.Expression:
        left = self.expression(node.child_by_field_name('left'))
        right = self.expression(node.child_by_field_name('right'))
        operator = node.child_by_field_name('operator').type
        return ir.Binary(node.start_byte, node.end_byte, operator, left, right)

    def boolean(self, node: Any) -> ir.Expression:
        left = self.expression(node.child_by_field_name('left'))
        right = self.expression(node.child_by_field_name('right'))
        operator = node.child_by_field_name('operator').type
        return ir.Logic(node.start_byte, node.end_byte, operator, left, right)

    def negation(self, node: Any) -> ir.Expression:
        value = self.expression(node.child_by_field_name('argument'))
        return ir.Unary(node.start_byte, node.end_byte, 'not', value)

    def unary(self, node: Any) -> ir.Expression:
        value = self.expression(node.child_by_field_name('argument'))
        operator = node.child_by_field_name('operator').type
        return ir.Unary(node.start_byte, node.end_byte, operator, value)

    def comparison(self, node: Any) -> ir.Expression:
        """`a < b < c` is `a < b and b < c`."""
        operands = [self.expression(child) for child in node.named_children]
        operators: list[str] = []
        for child in node.children:
            if not child.is_named or child.type in ('not in', 'is not'):
                if operators and (operators[-1], child.type) in (
                    ('not', 'in'),
                    ('is', 'not'),
                ):
                    operators[-1] += ' ' + child.type
                else:
                    operators.append(child.type)
        found: ir.Expression | None = None
        for number, operator in enumerate(operators[: len(operands) - 1]):
            left, right = operands[number], operands[number + 1]
            operator = '!=' if operator == '<>' else operator
            one = ir.Compare(left.at, right.end, operator, left, right)
            found = (
                one if found is None else ir.Logic(found.at, one.end, 'and', found, one)
            )
        return found if found is not None else self.opaque(node)

    def conditional_value(self, node: Any) -> ir.Expression:
        children = [c for c in node.named_children if c.type != 'comment']
        if len(children) != 3:
            return self.opaque(node)
        then, test, other = (self.expression(child) for child in children)
        return ir.Choice(node.start_byte, node.end_byte, test, then, other)

    def collection(self, node: Any) -> ir.Expression:
        kinds = {'list': 'list', 'set': 'set', 'dictionary': 'dict'}
        entries: list[ir.Entry] = []
        for child in node.named_children:
            at, end, kind = child.start_byte, child.end_byte, child.type
            if kind == 'comment':
                continue
            if kind == 'pair':
                key = self.expression(child.child_by_field_name('key'))
                value = self.expression(child.child_by_field_name('value'))
                entries.append(ir.Entry(at, end, key, value))
            elif kind in ('list_splat', 'dictionary_splat'):
                value = self.expression(child.named_children[0])
                entries.append(ir.Entry(at, end, None, value, True))
            else:
                entries.append(ir.Entry(at, end, None, self.expression(child)))
        return ir.Collection(
            node.start_byte,
            node.end_byte,
            kinds.get(node.type, 'tuple'),
            tuple(entries),
        )

    def comprehension(self, node: Any) -> ir.Expression:
        body = node.child_by_field_name('body')
        key = None
        if body.type == 'pair':
            key = self.expression(body.child_by_field_name('key'))
            value = self.expression(body.child_by_field_name('value'))
        else:
            value = self.expression(body)
        clauses: list[ir.Clause] = []
        for child in node.named_children:
            at, end = child.start_byte, child.end_byte
            if child.type == 'for_in_clause':
                target = self.target(child.child_by_field_name('left'))
                rights = child.children_by_field_name('right')
                iterable = (
                    self.expression(rights[0])
                    if len(rights) == 1
                    else self.opaque_of(child, rights)
                )
                clauses.append(ir.Clause(at, end, target, iterable))
            elif child.type == 'if_clause':
                test = self.expression(self.first(child))
                clauses.append(ir.Clause(at, end, None, test))
        return ir.Comprehension(
            node.start_byte,
            node.end_byte,
            _KINDS[node.type],
            key,
            value,
            tuple(clauses),
        )

    def anonymous(self, node: Any) -> ir.Expression:
        return self.function(node, '', ())

    def assignment(self, node: Any) -> ir.Expression:
        at, end = node.start_byte, node.end_byte
        target = self.target(node.child_by_field_name('left'))
        value = node.child_by_field_name('right')
        kind = node.child_by_field_name('type')
        if value is None:
            return ir.Opaque(at, end, ())
        return ir.Assign(
            at,
            end,
            target,
            self.expression(value),
            type=self.text(kind) if kind else '',
        )

    def augmented(self, node: Any) -> ir.Expression:
        target = self.target(node.child_by_field_name('left'))
        value = self.expression(node.child_by_field_name('right'))
        operator = _READS_AS.get(node.child_by_field_name('operator').type, '+')
        return ir.Assign(node.start_byte, node.end_byte, target, value, operator)

    def named(self, node: Any) -> ir.Expression:
        target = self.target(node.child_by_field_name('name'))
        value = self.expression(node.child_by_field_name('value'))
        return ir.Assign(node.start_byte, node.end_byte, target, value)

    def yielded(self, node: Any) -> ir.Expression:
        if self.yields:
            self.yields[-1] = True
        child = self.first(node)
        delegates = any(part.type == 'from' for part in node.children)
        return ir.Yield(
            node.start_byte,
            node.end_byte,
            self.expression(child) if child is not None else None,
            delegates,
        )

    def awaited(self, node: Any) -> ir.Expression:
        return self.expression(self.first(node))


def _below(node: Any) -> list[Any]:
    found = []
    waiting = [node]
    while waiting:
        current = waiting.pop()
        found.append(current)
        waiting.extend(current.named_children)
    return found


_EXPRESSIONS: dict[str, Any] = {
    'concatenated_string': _Reader.joined,
    'parenthesized_expression': _Reader.parenthesized,
    'attribute': _Reader.attribute,
    'subscript': _Reader.subscript,
    'call': _Reader.call,
    'binary_operator': _Reader.binary,
    'boolean_operator': _Reader.boolean,
    'not_operator': _Reader.negation,
    'unary_operator': _Reader.unary,
    'comparison_operator': _Reader.comparison,
    'conditional_expression': _Reader.conditional_value,
    'list': _Reader.collection,
    'set': _Reader.collection,
    'dictionary': _Reader.collection,
    'tuple': _Reader.collection,
    'expression_list': _Reader.collection,
    'pattern_list': _Reader.collection,
    'list_comprehension': _Reader.comprehension,
    'set_comprehension': _Reader.comprehension,
    'dictionary_comprehension': _Reader.comprehension,
    'generator_expression': _Reader.comprehension,
    'lambda': _Reader.anonymous,
    'assignment': _Reader.assignment,
    'augmented_assignment': _Reader.augmented,
    'named_expression': _Reader.named,
    'yield': _Reader.yielded,
    'await': _Reader.awaited,
}
