"""Java, read by tree-sitter, as the nodes of `ir`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from hookline.flow import ir, trees
from hookline.flow.values import Character

_INTEGERS = (
    'decimal_integer_literal',
    'hex_integer_literal',
    'octal_integer_literal',
    'binary_integer_literal',
)
_ESCAPE = re.compile(r'\\(u+[0-9a-fA-F]{4}|[0-7]{1,3}|.)')
_ESCAPED = {'n': '\n', 't': '\t', 'r': '\r', 'b': '\b', 'f': '\f', 's': ' '}
_CLASSES = (
    'class_declaration',
    'interface_declaration',
    'enum_declaration',
    'record_declaration',
    'annotation_type_declaration',
)
INIT = '<init>'


def read(content: bytes) -> ir.Module:
    """Return the file; what could not be parsed is in `broken`."""
    import tree_sitter_java

    root = trees.parsed(tree_sitter_java.language(), content)
    body = _Reader(content).block(root.named_children)
    return ir.Module(0, len(content), body, 'java', trees.broken(root))


class _Reader:
    """Turns nodes of tree-sitter into ours; holds the content and the class around."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.classes: list[str] = []

    def text(self, node: Any) -> str:
        return self.content[node.start_byte : node.end_byte].decode('utf-8', 'replace')

    def type_of(self, node: Any) -> str:
        """Return a type's name without its package, arguments and annotations."""
        if node is None:
            return ''
        if node.type == 'generic_type':
            return self.type_of(node.named_children[0])
        if node.type == 'scoped_type_identifier':
            return self.type_of(node.named_children[-1])
        if node.type == 'array_type':
            return f'{self.type_of(node.child_by_field_name("element"))}[]'
        return self.text(node)

    # ------------------------------------------------------------ statements
    def block(self, nodes: Sequence[Any]) -> tuple[ir.Statement, ...]:
        found: list[ir.Statement] = []
        for node in nodes:
            self.statement(node, found)
        return tuple(found)

    def body(self, node: Any) -> tuple[ir.Statement, ...]:
        if node is None:
            return ()
        if node.type in ('block', 'constructor_body'):
            return self.block(node.named_children)
        return self.block([node])

    def statement(self, node: Any, found: list[ir.Statement]) -> None:
        at, end, kind = node.start_byte, node.end_byte, node.type
        method = _STATEMENTS.get(kind)
        if method is not None:
            one = method(self, node)
            if one is not None:
                found.append(one)
        elif kind in ('local_variable_declaration', 'field_declaration'):
            self.variables(node, found)
        elif kind == 'expression_statement':
            child = self.first(node)
            if child is not None:
                found.append(ir.Evaluate(at, end, self.expression(child)))
        elif kind in _CLASSES:
            found.append(self.class_of(node))
        elif kind in ('line_comment', 'block_comment', 'package_declaration', ';'):
            return
        elif kind == 'import_declaration':
            self.imports(node, found)
        elif kind in ('break_statement', 'continue_statement'):
            child = self.first(node)
            label = self.text(child) if child else ''
            made = ir.Break if kind == 'break_statement' else ir.Continue
            found.append(made(at, end, label))
        elif kind == 'ERROR':
            for child in node.named_children:
                self.statement(child, found)
        elif kind == 'assert_statement':
            for child in node.named_children:
                found.append(ir.Evaluate(at, end, self.expression(child)))
        elif kind == 'explicit_constructor_invocation':
            self.constructed(node, found)
        else:
            found.append(ir.Evaluate(at, end, self.expression(node)))

    def first(self, node: Any) -> Any:
        for child in node.named_children:
            if child.type not in ('line_comment', 'block_comment'):
                return child
        return None

    def variables(self, node: Any, found: list[ir.Statement]) -> None:
        kind = self.type_of(node.child_by_field_name('type'))
        for child in node.children_by_field_name('declarator'):
            name = child.child_by_field_name('name')
            value = child.child_by_field_name('value')
            target = ir.Name(name.start_byte, name.end_byte, self.text(name))
            given = (
                self.expression(value)
                if value is not None
                else ir.Const(child.start_byte, child.end_byte, None)
            )
            assign = ir.Assign(
                child.start_byte, child.end_byte, target, given, '', True, kind
            )
            found.append(ir.Evaluate(node.start_byte, node.end_byte, assign))

    def imports(self, node: Any, found: list[ir.Statement]) -> None:
        name = next(
            (
                self.text(child)
                for child in node.named_children
                if child.type in ('scoped_identifier', 'identifier')
            ),
            '',
        )
        last = name.rpartition('.')[2]
        static = any(child.type == 'static' for child in node.children)
        if (
            static
            and name
            and not any(c.type == 'asterisk' for c in node.named_children)
        ):
            owner = name.rpartition('.')[0].rpartition('.')[2]
            names = ((last, f'{owner}.{last}'),)
            found.append(ir.Import(node.start_byte, node.end_byte, names))

    def conditional(self, node: Any) -> ir.Statement:
        return trees.branches(node, self.expression, self.body)

    def loop(self, node: Any) -> ir.Statement:
        at, end = node.start_byte, node.end_byte
        body = self.body(node.child_by_field_name('body'))
        condition = node.child_by_field_name('condition')
        test = (
            self.expression(condition)
            if condition is not None
            else ir.Const(at, at, True)
        )
        if node.type != 'for_statement':
            return ir.Loop(at, end, test, body, after=node.type == 'do_statement')
        begin: list[ir.Statement] = []
        for child in node.children_by_field_name('init'):
            self.statement(child, begin)
        update = tuple(
            ir.Evaluate(child.start_byte, child.end_byte, self.expression(child))
            for child in node.children_by_field_name('update')
        )
        loop = ir.Loop(at, end, test, body, update=update)
        return ir.Scope(at, end, (*begin, loop))

    def each(self, node: Any) -> ir.Statement:
        name = node.child_by_field_name('name')
        return ir.Loop(
            node.start_byte,
            node.end_byte,
            self.expression(node.child_by_field_name('value')),
            self.body(node.child_by_field_name('body')),
            ir.Name(name.start_byte, name.end_byte, self.text(name)),
        )

    def labelled(self, node: Any) -> ir.Statement:
        children = node.named_children
        label = self.text(children[0])
        inner = self.block(children[1:])
        loop = inner[0] if len(inner) == 1 else None
        if isinstance(loop, ir.Scope) and loop.body:
            loop = loop.body[-1]  # behind what a `for` begins with
        if isinstance(loop, ir.Loop):
            loop.label = label
            return inner[0]
        return ir.Scope(node.start_byte, node.end_byte, inner, label)

    def nested(self, node: Any) -> ir.Statement:
        return ir.Scope(node.start_byte, node.end_byte, self.block(node.named_children))

    def synchronized(self, node: Any) -> ir.Statement:
        return ir.Scope(
            node.start_byte, node.end_byte, self.body(node.child_by_field_name('body'))
        )

    def returned(self, node: Any) -> ir.Statement:
        child = self.first(node)
        value = self.expression(child) if child is not None else None
        return ir.Return(node.start_byte, node.end_byte, value)

    def thrown(self, node: Any) -> ir.Statement:
        child = self.first(node)
        value = self.expression(child) if child is not None else None
        return ir.Raise(node.start_byte, node.end_byte, value)

    def attempt(self, node: Any) -> ir.Statement:
        opened: list[ir.Statement] = []
        resources = node.child_by_field_name('resources')
        for one in resources.named_children if resources is not None else ():
            name = one.child_by_field_name('name')
            value = one.child_by_field_name('value')
            if name is None or value is None:
                continue
            kind = self.type_of(one.child_by_field_name('type'))
            at, end = one.start_byte, one.end_byte
            target = ir.Name(name.start_byte, name.end_byte, self.text(name))
            given = self.expression(value)
            assign = ir.Assign(at, end, target, given, '', True, kind)
            opened.append(ir.Evaluate(at, end, assign))
        handlers: list[ir.Handler] = []
        final: tuple[ir.Statement, ...] = ()
        for child in node.named_children:
            if child.type == 'catch_clause':
                parameter = next(
                    c
                    for c in child.named_children
                    if c.type == 'catch_formal_parameter'
                )
                types = self.text(parameter)
                handlers.append(
                    ir.Handler(
                        child.start_byte,
                        child.end_byte,
                        self.text(parameter.child_by_field_name('name')),
                        self.body(child.child_by_field_name('body')),
                        every=re.search(r'\b(Exception|Throwable)\b', types)
                        is not None,
                    )
                )
            elif child.type == 'finally_clause':
                final = self.body(self.first(child))
        body = (*opened, *self.body(node.child_by_field_name('body')))
        return ir.Try(node.start_byte, node.end_byte, body, tuple(handlers), (), final)

    def switch(self, node: Any) -> ir.Switch:
        subject = self.expression(node.child_by_field_name('condition'))
        cases: list[ir.Case] = []
        for group in node.child_by_field_name('body').named_children:
            if group.type not in ('switch_block_statement_group', 'switch_rule'):
                continue
            patterns: list[ir.Expression] = []
            binds: list[str] = []
            exact, default = True, False
            inner: list[Any] = []
            for child in group.named_children:
                if child.type != 'switch_label':
                    inner.append(child)
                    continue
                if not child.named_children:
                    default = True
                for one in child.named_children:
                    if one.type in (
                        'pattern',
                        'type_pattern',
                        'record_pattern',
                        'guard',
                    ):
                        exact = False
                        binds += self.bound(one)
                    else:
                        patterns.append(self.expression(one))
            rule = group.type == 'switch_rule'
            value: ir.Expression | None = None
            body: tuple[ir.Statement, ...] = ()
            if rule and len(inner) == 1 and inner[0].type == 'expression_statement':
                value = self.expression(self.first(inner[0]))
            elif rule and len(inner) == 1 and inner[0].type == 'block':
                body = self.block(inner[0].named_children)
            else:
                body = self.block(inner)
            yielded = [
                self.expression(self.first(one))
                for statement in inner
                for one in _of_type(statement, 'yield_statement')
            ]
            if yielded:
                value = (
                    yielded[0]
                    if len(yielded) == 1
                    else ir.Opaque(group.start_byte, group.end_byte, tuple(yielded))
                )
            cases.append(
                ir.Case(
                    group.start_byte,
                    group.end_byte,
                    () if default else tuple(patterns),
                    body,
                    binds=tuple(binds),
                    falls=not rule,
                    exact=exact,
                    value=value,
                )
            )
        return ir.Switch(node.start_byte, node.end_byte, subject, tuple(cases))

    def bound(self, node: Any) -> list[str]:
        """Return the names that a pattern of a case gives to what fits it."""
        return [
            self.text(one)
            for one in _of_types(node, ('identifier',))
            if one.parent.type != 'guard'
        ]

    def yielded(self, node: Any) -> ir.Statement:
        child = self.first(node)
        return ir.Evaluate(node.start_byte, node.end_byte, self.expression(child))

    # ------------------------------------------------------------ classes
    def class_of(self, node: Any) -> ir.Class:
        name = self.text(node.child_by_field_name('name'))
        bases: list[str] = []
        for field in ('superclass', 'interfaces'):
            one = node.child_by_field_name(field)
            if one is not None:
                bases += [
                    self.type_of(each)
                    for each in _of_types(
                        one, ('type_identifier', 'scoped_type_identifier')
                    )
                ]
        return self.class_body(
            node, name, tuple(bases), node.child_by_field_name('body')
        )

    def class_body(
        self, node: Any, name: str, bases: tuple[str, ...], body: Any
    ) -> ir.Class:
        self.classes.append(name)
        own: list[ir.Statement] = []
        fields: list[ir.Statement] = []
        finals: set[str] = set()
        components = self.components(node, name, own, fields)
        constants: list[ir.Statement] = []
        members = list(body.named_children) if body is not None else []
        for child in list(members):
            if child.type == 'enum_body_declarations':
                members += child.named_children
        for child in members:
            kind = child.type
            modifiers = self.modifiers(child)
            if kind in ('method_declaration', 'constructor_declaration'):
                function = self.method(child, name, modifiers)
                called = INIT if kind == 'constructor_declaration' else function.name
                own.append(
                    ir.Define(child.start_byte, child.end_byte, called, function)
                )
            elif kind in ('field_declaration', 'constant_declaration'):
                made: list[ir.Statement] = []
                self.variables(child, made)
                static = 'static' in modifiers or kind == 'constant_declaration'
                (own if static else fields).extend(made)
                if 'final' in modifiers or kind == 'constant_declaration':
                    finals.update(
                        self.text(one.child_by_field_name('name'))
                        for one in child.children_by_field_name('declarator')
                    )
            elif kind == 'enum_constant':
                constants.append(self.constant(child, name, finals))
            elif kind == 'compact_constructor_declaration':
                own.append(self.compact(child, name, components))
            elif kind in _CLASSES:
                own.append(self.class_of(child))
            elif kind == 'static_initializer':
                own.extend(self.body(self.first(child)))
            elif kind == 'block':
                fields.extend(self.block(child.named_children))
        self.classes.pop()
        enum = node.type == 'enum_declaration'
        if enum:
            # Behind the constructors that they call.
            own = [*_of_enums(node, name, constants, own), *constants]
        return ir.Class(
            node.start_byte,
            node.end_byte,
            name,
            bases,
            tuple(own),
            tuple(fields),
            finals=frozenset(finals),
            components=tuple(one.name for one in components),
            enum=enum,
        )

    def components(
        self,
        node: Any,
        name: str,
        own: list[ir.Statement],
        fields: list[ir.Statement],
    ) -> tuple[ir.Parameter, ...]:
        """Add what a record has by itself: fields, a constructor, accessors."""
        if node.type != 'record_declaration':
            return ()
        parameters = self.parameters(node.child_by_field_name('parameters'))
        body = node.child_by_field_name('body')
        written = {
            self.text(one.child_by_field_name('name'))
            for one in body.named_children
            if one.type == 'method_declaration' and not _parameters(one)
        }
        sets: list[ir.Statement] = []
        for parameter in parameters:
            at, end = parameter.at, parameter.end
            target = ir.Name(at, at, parameter.name)
            empty = ir.Assign(at, at, target, ir.Const(at, at, None), '', True)
            fields.append(ir.Evaluate(at, at, empty))
            sets.append(_kept(at, parameter.name))
            if parameter.name not in written:
                value = ir.Field(at, at, ir.Name(at, at, 'this'), parameter.name)
                accessor = ir.Function(
                    at, end, parameter.name, (), (ir.Return(at, at, value),), owner=name
                )
                own.append(ir.Define(at, end, parameter.name, accessor))
        if not any(
            one.type in ('constructor_declaration', 'compact_constructor_declaration')
            for one in body.named_children
        ):
            at = node.start_byte
            start = ir.Function(at, at, INIT, parameters, tuple(sets), owner=name)
            own.append(ir.Define(at, at, INIT, start))
        return parameters

    def compact(
        self, node: Any, name: str, components: tuple[ir.Parameter, ...]
    ) -> ir.Statement:
        """A record's constructor that says only what is done with its parameters."""
        at, end = node.start_byte, node.end_byte
        body = (
            *self.body(node.child_by_field_name('body')),
            *(_kept(end, component.name) for component in components),
        )
        start = ir.Function(
            at, end, INIT, components, body, broken=node.has_error, owner=name
        )
        return ir.Define(at, end, INIT, start)

    def constant(self, node: Any, name: str, finals: set[str]) -> ir.Statement:
        """A constant of an enum is an object of it, made once."""
        at, end = node.start_byte, node.end_byte
        label = node.child_by_field_name('name')
        body = node.child_by_field_name('body')
        made = None
        if body is not None:
            made = self.class_body(body, f'{name}@{at}', (name,), body)
        arguments = self.arguments(node.child_by_field_name('arguments'))
        finals.add(self.text(label))
        value = ir.New(at, end, name, arguments, made)
        target = ir.Name(label.start_byte, label.end_byte, self.text(label))
        return ir.Evaluate(at, end, ir.Assign(at, end, target, value, '', True, name))

    def modifiers(self, node: Any) -> frozenset[str]:
        for child in node.named_children:
            if child.type == 'modifiers':
                return frozenset(self.text(one) for one in child.children)
        return frozenset()

    def annotations(self, node: Any) -> tuple[ir.Expression, ...]:
        found: list[ir.Expression] = []
        for child in node.named_children:
            if child.type == 'modifiers':
                for one in child.named_children:
                    name = one.child_by_field_name('name')
                    if name is not None:
                        text = self.text(name).rpartition('.')[2]
                        found.append(ir.Name(one.start_byte, one.end_byte, text))
        return tuple(found)

    def method(self, node: Any, owner: str, modifiers: frozenset[str]) -> ir.Function:
        # A class inside of a method is none of the class around.
        around, self.classes = self.classes, []
        body = self.body(node.child_by_field_name('body'))
        self.classes = around
        name = node.child_by_field_name('name')
        return ir.Function(
            node.start_byte,
            node.end_byte,
            self.text(name) if name is not None else INIT,
            self.parameters(node.child_by_field_name('parameters')),
            body,
            self.annotations(node),
            static='static' in modifiers,
            private='private' in modifiers,
            broken=node.has_error,
            owner=owner,
        )

    def parameters(self, node: Any) -> tuple[ir.Parameter, ...]:
        found = []
        for child in node.named_children if node is not None else ():
            at, end = child.start_byte, child.end_byte
            if child.type == 'formal_parameter':
                found.append(
                    ir.Parameter(
                        at,
                        end,
                        self.text(child.child_by_field_name('name')),
                        None,
                        self.type_of(child.child_by_field_name('type')),
                        annotations=self.annotations(child),
                    )
                )
            elif child.type == 'spread_parameter':
                names = _of_type(child, 'variable_declarator')
                if names:
                    name = self.text(names[0].child_by_field_name('name'))
                    found.append(ir.Parameter(at, end, name, splat='*'))
            elif child.type == 'identifier':
                found.append(ir.Parameter(at, end, self.text(child)))
        return tuple(found)

    def constructed(self, node: Any, found: list[ir.Statement]) -> None:
        """`this(…)` and `super(…)` in a constructor."""
        at, end = node.start_byte, node.end_byte
        constructor = node.child_by_field_name('constructor')
        base = ir.Name(at, at, 'this' if constructor.type == 'this' else 'super')
        call = ir.Call(
            at,
            end,
            ir.Field(at, at, base, INIT),
            self.arguments(node.child_by_field_name('arguments')),
        )
        found.append(ir.Evaluate(at, end, call))

    # ------------------------------------------------------------ expressions
    def expression(self, node: Any) -> ir.Expression:
        at, end, kind = node.start_byte, node.end_byte, node.type
        if kind in ('identifier', 'type_identifier'):
            return ir.Name(at, end, self.text(node))
        if kind in ('this', 'super'):
            return ir.Name(at, end, kind)
        if kind in _INTEGERS:
            text = self.text(node).replace('_', '').rstrip('lL')
            try:
                base = 8 if re.fullmatch(r'0[0-7]+', text) else 0
                number = int(text, base)
                whole = not self.text(node).endswith(('l', 'L'))
                if whole and base != 10 and text[:1] == '0' and number >= 1 << 31:
                    number -= 1 << 32  # 0xFFFFFFFF is -1
                return ir.Const(at, end, number)
            except ValueError:
                return ir.Opaque(at, end, ())
        if kind == 'decimal_floating_point_literal':
            try:
                return ir.Const(at, end, float(self.text(node).rstrip('fFdD')))
            except ValueError:
                return ir.Opaque(at, end, ())
        if kind == 'string_literal':
            return ir.Const(at, end, self.string(node))
        if kind == 'character_literal':
            character = _unescaped(self.text(node)[1:-1])
            return ir.Const(at, end, Character(character))
        if kind in ('true', 'false', 'null_literal'):
            value = {'true': True, 'false': False}.get(kind)
            return ir.Const(at, end, value)
        method = _EXPRESSIONS.get(kind)
        if method is not None:
            found: ir.Expression = method(self, node)
            return found
        return self.opaque(node)

    def string(self, node: Any) -> str:
        text = self.text(node)
        if text.startswith('"""'):
            return _unescaped(text[3:-3].lstrip(' \t').removeprefix('\n'))
        return _unescaped(text[1:-1])

    def opaque(self, node: Any) -> ir.Opaque:
        parts = tuple(
            self.expression(child)
            for child in node.named_children
            if child.type not in ('line_comment', 'block_comment', 'block')
        )
        return ir.Opaque(node.start_byte, node.end_byte, parts)

    def parenthesized(self, node: Any) -> ir.Expression:
        child = self.first(node)
        return self.expression(child) if child is not None else self.opaque(node)

    def binary(self, node: Any) -> ir.Expression:
        at, end = node.start_byte, node.end_byte
        left = self.expression(node.child_by_field_name('left'))
        right = self.expression(node.child_by_field_name('right'))
        name = node.child_by_field_name('operator').type
        if name in ('&&', '||'):
            return ir.Logic(at, end, 'and' if name == '&&' else 'or', left, right)
        if name in ('==', '!=', '<', '<=', '>', '>='):
            return ir.Compare(at, end, name, left, right)
        return ir.Binary(at, end, name, left, right)

    def unary(self, node: Any) -> ir.Expression:
        name = node.child_by_field_name('operator').type
        value = self.expression(node.child_by_field_name('operand'))
        name = 'not' if name == '!' else name
        return ir.Unary(node.start_byte, node.end_byte, name, value)

    def updated(self, node: Any) -> ir.Expression:
        target = self.expression(self.first(node))
        name = '-' if '--' in self.text(node) else '+'
        return trees.stepped(node, target, name)

    def assignment(self, node: Any) -> ir.Expression:
        target = self.expression(node.child_by_field_name('left'))
        value = self.expression(node.child_by_field_name('right'))
        name = node.child_by_field_name('operator').type.removesuffix('=')
        return ir.Assign(node.start_byte, node.end_byte, target, value, name)

    def ternary(self, node: Any) -> ir.Expression:
        return trees.choice(node, self.expression)

    def invocation(self, node: Any) -> ir.Expression:
        name = node.child_by_field_name('name')
        base = node.child_by_field_name('object')
        function: ir.Expression
        if base is None:
            function = ir.Name(name.start_byte, name.end_byte, self.text(name))
        else:
            function = ir.Field(
                base.start_byte, name.end_byte, self.object(base), self.text(name)
            )
        arguments = self.arguments(node.child_by_field_name('arguments'))
        return ir.Call(node.start_byte, node.end_byte, function, arguments)

    def object(self, node: Any) -> ir.Expression:
        """Return what stands before a dot; of a package's class its last part."""
        if node.type == 'field_access':
            parts = self.text(node).split('.')
            plain = all(re.fullmatch(r'\w+', part) for part in parts)
            if plain and parts[0].islower() and len(parts) > 2:
                for number, part in enumerate(parts):
                    if part[:1].isupper():
                        found: ir.Expression = ir.Name(
                            node.start_byte, node.end_byte, part
                        )
                        for other in parts[number + 1 :]:
                            found = ir.Field(
                                node.start_byte, node.end_byte, found, other
                            )
                        return found
        return self.expression(node)

    def arguments(self, node: Any) -> tuple[ir.Argument, ...]:
        found = []
        for child in node.named_children if node is not None else ():
            if child.type not in ('line_comment', 'block_comment'):
                value = self.expression(child)
                found.append(ir.Argument(child.start_byte, child.end_byte, value))
        return tuple(found)

    def creation(self, node: Any) -> ir.Expression:
        kind = self.type_of(node.child_by_field_name('type'))
        arguments = self.arguments(node.child_by_field_name('arguments'))
        body = next(
            (child for child in node.named_children if child.type == 'class_body'), None
        )
        made = None
        if body is not None:
            made = self.class_body(body, f'{kind}@{body.start_byte}', (kind,), body)
        return ir.New(node.start_byte, node.end_byte, kind, arguments, made)

    def array(self, node: Any) -> ir.Expression:
        value = node.child_by_field_name('value')
        at, end = node.start_byte, node.end_byte
        if value is not None:
            return self.items(value)
        sizes = tuple(
            ir.Argument(
                child.start_byte, child.end_byte, self.expression(self.first(child))
            )
            for child in node.named_children
            if child.type == 'dimensions_expr'
        )
        return ir.New(at, end, 'array[]', sizes)

    def items(self, node: Any) -> ir.Expression:
        entries = tuple(
            ir.Entry(child.start_byte, child.end_byte, None, self.expression(child))
            for child in node.named_children
            if child.type not in ('line_comment', 'block_comment')
        )
        return ir.Collection(node.start_byte, node.end_byte, 'list', entries)

    def access(self, node: Any) -> ir.Expression:
        return ir.Item(
            node.start_byte,
            node.end_byte,
            self.expression(node.child_by_field_name('array')),
            self.expression(node.child_by_field_name('index')),
        )

    def field(self, node: Any) -> ir.Expression:
        base = node.child_by_field_name('object')
        name = node.child_by_field_name('field')
        return ir.Field(
            node.start_byte, node.end_byte, self.object(base), self.text(name)
        )

    def cast(self, node: Any) -> ir.Expression:
        kind = self.type_of(node.child_by_field_name('type'))
        value = self.expression(node.child_by_field_name('value'))
        return ir.Cast(node.start_byte, node.end_byte, kind, value)

    def instance(self, node: Any) -> ir.Expression:
        right = node.child_by_field_name('right')
        name = node.child_by_field_name('name')
        kind = self.type_of(right) if right is not None else ''
        return ir.InstanceOf(
            node.start_byte,
            node.end_byte,
            self.expression(node.child_by_field_name('left')),
            kind,
            self.text(name) if name is not None else '',
        )

    def anonymous(self, node: Any) -> ir.Expression:
        given = node.child_by_field_name('parameters')
        if given.type == 'identifier':
            name = self.text(given)
            parameters: tuple[ir.Parameter, ...] = (
                ir.Parameter(given.start_byte, given.end_byte, name),
            )
        else:
            parameters = self.parameters(given)
        body = node.child_by_field_name('body')
        statements: tuple[ir.Statement, ...]
        if body.type == 'block':
            statements = self.block(body.named_children)
        else:
            value = self.expression(body)
            statements = (ir.Return(value.at, value.end, value),)
        return ir.Function(
            node.start_byte,
            node.end_byte,
            '',
            parameters,
            statements,
            broken=node.has_error,
            arrow=True,
        )

    def reference(self, node: Any) -> ir.Expression:
        children = node.named_children
        if len(children) == 2 and children[1].type == 'identifier':
            base = self.expression(children[0])
            return ir.Field(
                node.start_byte, node.end_byte, base, self.text(children[1])
            )
        return self.opaque(node)

    def switch_value(self, node: Any) -> ir.Expression:
        return ir.SwitchValue(node.start_byte, node.end_byte, self.switch(node))

    def nothing(self, node: Any) -> ir.Expression:
        return ir.Const(node.start_byte, node.end_byte, self.text(node))


def _unescaped(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        found = match.group(1)
        if found.startswith('u'):
            return chr(int(found.lstrip('u'), 16))
        if found[0].isdigit():
            return chr(int(found, 8))
        return _ESCAPED.get(found, found)

    return _ESCAPE.sub(one, text) if '\\' in text else text


def _kept(at: int, name: str) -> ir.Statement:
    """`this.name = name`."""
    target = ir.Field(at, at, ir.Name(at, at, 'this'), name)
    return ir.Evaluate(at, at, ir.Assign(at, at, target, ir.Name(at, at, name)))


def _parameters(node: Any) -> list[Any]:
    given = node.child_by_field_name('parameters')
    return list(given.named_children) if given is not None else []


def _of_enums(
    node: Any,
    name: str,
    constants: Sequence[ir.Statement],
    own: Sequence[ir.Statement],
) -> list[ir.Statement]:
    """Return the methods of an enum with those that every enum has."""
    at = node.start_byte
    names = [
        one.value.target.id
        for one in constants
        if isinstance(one, ir.Evaluate)
        and isinstance(one.value, ir.Assign)
        and isinstance(one.value.target, ir.Name)
    ]
    entries = tuple(ir.Entry(at, at, None, ir.Name(at, at, one)) for one in names)
    every = ir.Collection(at, at, 'list', entries)
    text = ir.Parameter(at, at, 'name', type='String')
    written = {one.name for one in own if isinstance(one, ir.Define)}
    rows: tuple[tuple[str, tuple[ir.Parameter, ...], ir.Expression, bool], ...] = (
        ('values', (), every, True),
        ('valueOf', (text,), ir.Item(at, at, every, ir.Plain(at, at)), True),
        ('name', (), ir.Plain(at, at), False),
        ('ordinal', (), ir.Plain(at, at), False),
        ('toString', (), ir.Plain(at, at), False),
    )
    added: list[ir.Statement] = []
    for number, (called, parameters, value, static) in enumerate(rows):
        if called not in written:
            place = at + number  # a place of its own, for what is kept by place
            function = ir.Function(
                place,
                place,
                called,
                parameters,
                (ir.Return(place, place, value),),
                static=static,
                owner=name,
            )
            added.append(ir.Define(place, place, called, function))
    return [*own, *added]


def _of_type(node: Any, kind: str) -> list[Any]:
    return _of_types(node, (kind,))


def _of_types(node: Any, kinds: tuple[str, ...]) -> list[Any]:
    found = []
    waiting = [node]
    while waiting:
        current = waiting.pop(0)
        if current.type in kinds:
            found.append(current)
            continue
        if current.type in ('lambda_expression', 'class_body', 'type_arguments'):
            continue
        waiting.extend(current.named_children)
    return found


_STATEMENTS: dict[str, Any] = {
    'if_statement': _Reader.conditional,
    'for_statement': _Reader.loop,
    'while_statement': _Reader.loop,
    'do_statement': _Reader.loop,
    'enhanced_for_statement': _Reader.each,
    'labeled_statement': _Reader.labelled,
    'block': _Reader.nested,
    'synchronized_statement': _Reader.synchronized,
    'return_statement': _Reader.returned,
    'throw_statement': _Reader.thrown,
    'try_statement': _Reader.attempt,
    'try_with_resources_statement': _Reader.attempt,
    'switch_expression': _Reader.switch,
    'switch_statement': _Reader.switch,
    'yield_statement': _Reader.yielded,
}
_EXPRESSIONS: dict[str, Any] = {
    'parenthesized_expression': _Reader.parenthesized,
    'binary_expression': _Reader.binary,
    'unary_expression': _Reader.unary,
    'update_expression': _Reader.updated,
    'assignment_expression': _Reader.assignment,
    'ternary_expression': _Reader.ternary,
    'method_invocation': _Reader.invocation,
    'object_creation_expression': _Reader.creation,
    'array_creation_expression': _Reader.array,
    'array_initializer': _Reader.items,
    'array_access': _Reader.access,
    'field_access': _Reader.field,
    'cast_expression': _Reader.cast,
    'instanceof_expression': _Reader.instance,
    'lambda_expression': _Reader.anonymous,
    'method_reference': _Reader.reference,
    'switch_expression': _Reader.switch_value,
    'class_literal': _Reader.nothing,
}
