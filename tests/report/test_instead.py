"""Edits of one call are written in the user's words, and read back."""

from __future__ import annotations

import ast

import pytest

from rnnshape.report.instead import code_of, instead_of, sizes_called

MOVES = "transpose(0, 1).flatten(1)"


def call_in(line: str, name: str) -> ast.Call:
    found = [n for n in ast.walk(ast.parse(line)) if isinstance(n, ast.Call)]
    return next(n for n in found if isinstance(n.func, ast.Attribute) and n.func.attr == name)


@pytest.mark.parametrize(
    ("line", "name", "expected"),
    [
        ("y = self.fc(h.view(b, -1))", "view", f"instead of h.view(b, -1): h.{MOVES}"),
        ("y = self.state.view( b,-1 )", "view", f"instead of self.state.view(b, -1): self.state.{MOVES}"),
        ("y = (a + b).reshape(n, -1)", "reshape", f"instead of (a + b).reshape(n, -1): (a + b).{MOVES}"),
        ("y = torch.reshape(h, (b, -1))", "reshape", f"instead of torch.reshape(h, (b, -1)): h.{MOVES}"),
        ("y = torch.flatten(h[-2:], 1)", "flatten", f"instead of torch.flatten(h[-2:], 1): h[-2:].{MOVES}"),
        ("y = h.flatten(-2)", "flatten", f"instead of h.flatten(-2): h.{MOVES}"),
        ("y = h.flatten()", "flatten", f"instead of h.flatten(): h.{MOVES}"),
    ],
)
def test_the_edit_has_the_words_of_the_line(line: str, name: str, expected: str) -> None:
    edit = instead_of(name, MOVES, call_in(line, name))
    assert edit == expected
    assert code_of(edit, name) == MOVES


@pytest.mark.parametrize(
    ("line", "name"),
    [
        pytest.param("y = self.flatten(h)", "flatten", id="of a layer"),
        pytest.param("y = self.head.flatten(h)", "flatten", id="of a layer within another"),
        pytest.param("y = self.view(h)", "view", id="of the model"),
        pytest.param("y = (h := f(x)).view(b, -1)", "view", id="where a name is given, which an edit would take away"),
        pytest.param("y = torch.reshape(*given)", "reshape", id="of arguments that nobody sees"),
        pytest.param(f"y = {'a' * 60}.view(b, -1)", "view", id="longer than a line can show"),
        pytest.param("y = f({a: h}).view(b, -1)", "view", id="where a colon would be taken for the edit's"),
    ],
)
def test_without_the_tensor_it_goes_by_the_name(line: str, name: str) -> None:
    edit = instead_of(name, MOVES, call_in(line, name))
    assert edit == f"instead of {name}: {MOVES}"
    assert code_of(edit, name) == MOVES


def test_the_dims_before_are_those_of_the_tensor() -> None:
    code = "view(..., 2, 10).transpose(-1, -2)"
    by_name = instead_of("view", code, call_in("z = y.view(t, b, 10, 2)", "view"))
    assert by_name == "instead of y.view(t, b, 10, 2): y.view(*y.shape[:-1], 2, 10).transpose(-1, -2)"
    computed = instead_of("view", code, call_in("z = f(y).view(t, b, 10, 2)", "view"))
    assert computed == "instead of view: view(..., 2, 10).transpose(-1, -2)"


@pytest.mark.parametrize(
    ("line", "sizes"),
    [
        ("x.view(x.size(0), -1, 3)", "x.size(0), -1, 3"),
        ("x.reshape((-1, n, 3))", "(-1, n, 3)"),
        ("x.view(*sizes)", "*sizes"),
        ("torch.reshape(x, shape)", "shape"),
        ("x.reshape(shape=(4, 7, 3))", "4, 7, 3"),
    ],
)
def test_the_sizes_stay_the_users(line: str, sizes: str) -> None:
    name = "view" if ".view" in line else "reshape"
    edit = instead_of(name, "transpose(1, 2).reshape(4, 7, 3)", call_in(line, name))
    assert edit == f"instead of {line}: x.transpose(1, 2).reshape({sizes})"


@pytest.mark.parametrize(
    "suggestion",
    ["", "batch_first=True fits", "instead of view", "instead of h.reshape(2): h.t()", "instead of (: t()"],
)
def test_an_edit_of_another_kind_is_not_read(suggestion: str) -> None:
    assert code_of(suggestion, "view") is None


@pytest.mark.parametrize(
    ("line", "code", "expected"),
    [
        pytest.param("y.view(t, b, -1)", "unflatten(0, (-1, 9)).transpose(0, 1)", "(-1, t)", id="one that is named"),
        pytest.param("y.view(x.size(1), b, 4)", "unflatten(0, (-1, 9)).transpose(0, 1)", "(-1, x.size(1))", id="a size"),
        pytest.param("y.view(-1, b, 4)", "unflatten(0, (-1, 9)).transpose(0, 1)", "(b, -1)", id="the other one"),
        pytest.param("y.view((t, b, 4))", "unflatten(0, (6, 9)).transpose(0, 1)", "(b, t)", id="both, of a tuple"),
        pytest.param("y.view(9, 6, 4)", "unflatten(0, (-1, 9)).transpose(0, 1)", "(-1, 9)", id="none"),
        pytest.param("y.view(*s, 4)", "unflatten(0, (-1, 9)).transpose(0, 1)", "(-1, 9)", id="that nobody sees"),
    ],
)
def test_sizes_have_the_names_of_the_line(line: str, code: str, expected: str) -> None:
    edit = instead_of("view", code, call_in(line, "view"), (54, 4), (9, 6, 4))
    assert edit == f"instead of {line}: y.unflatten(0, {expected}).transpose(0, 1)"


def test_words_for_sizes_are_read_back() -> None:
    edit = "instead of y.view(t, b, -1): y.unflatten(0, (-1, t)).transpose(0, 1)"
    assert sizes_called(edit, (9, 6, 4)) == {"t": 9, "b": 6, "-1": 4}
    assert sizes_called("instead of view: transpose(0, 1)", (9, 6, 4)) == {}
    assert sizes_called(edit, (9, 6)) == {}


def test_a_size_that_two_dims_have_goes_by_its_number() -> None:
    edit = instead_of("view", "unflatten(0, (-1, 6)).transpose(0, 1)", call_in("y.view(t, b, 4)", "view"), (36, 4), (6, 6, 4))
    assert edit.endswith("y.unflatten(0, (-1, 6)).transpose(0, 1)")
    code = "unflatten(0, (2, -1)).transpose(0, 1).flatten(1)"
    joined = instead_of("view", code, call_in("y.view(b, -1)", "view"), (8, 5), (2, 20))
    assert joined.endswith("y.unflatten(0, (2, -1)).transpose(0, 1).flatten(1)")
