"""The few expressions of Vega that our charts put into filters, calculations and conditions."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from typing import Any

_OPERATIONS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_WORDS = {"&&": " and ", "||": " or ", "===": "==", "!==": "!="}
_NAMES = {"true": True, "false": False, "null": None}


def evaluate(expression: str, row: dict[str, Any]) -> Any:
    """What an expression of one row's fields is.

    Raises
    ------
    ValueError
        If it needs more than the row, such as the width of the chart.
    """
    text = re.sub(r"&&|\|\||===|!==", lambda m: _WORDS[m[0]], expression)
    text = re.sub(r"!(?!=)", " not ", text)
    try:
        return _value(ast.parse(text.strip(), mode="eval").body, row)
    except (SyntaxError, KeyError, TypeError) as error:
        raise ValueError(expression) from error


def _value(node: ast.expr, row: dict[str, Any]) -> Any:
    match node:
        case ast.Constant():
            return node.value
        case ast.Name():
            return _NAMES[node.id]
        case ast.Attribute(value=ast.Name(id="datum")):
            return row[node.attr]
        case ast.Subscript(value=ast.Name(id="datum"), slice=ast.Constant()):
            return row[node.slice.value]
        case ast.UnaryOp(op=ast.Not()):
            return not _value(node.operand, row)
        case ast.UnaryOp(op=ast.USub()):
            return -_value(node.operand, row)
        case ast.BoolOp():
            together = all if isinstance(node.op, ast.And) else any
            return together(_value(part, row) for part in node.values)
        case ast.BinOp():
            left, right = _value(node.left, row), _value(node.right, row)
            return _OPERATIONS[type(node.op)](left, right)
        case ast.Compare(ops=[single]):
            left, right = _value(node.left, row), _value(node.comparators[0], row)
            return _OPERATIONS[type(single)](left, right)
    raise ValueError(ast.dump(node))
