"""Suggestions as edits: what a reader of each form of suggestion changes in the source text.

`applied` takes the text of a program, a finding and its suggestion, and returns the programs that come of it: more than one
where the suggestion names several edits, of which each shall do. A form is a regular expression with a function; what a form
leaves to the reader, such as the names of his variables, is read off the line.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Edited = list[str]


class NotAppliedError(Exception):
    """A suggestion that names an edit for which the program has no place."""


@dataclass
class Place:
    """The program that a suggestion is about, and where it points to.

    Attributes:
        source: the text.
        line: its number.
        module: the path of the layer.
        kind: its class.
    """

    source: str
    line: int
    module: str
    kind: str

    def __post_init__(self) -> None:
        self.tree = ast.parse(self.source)
        starts, at = [], 0
        for line in self.source.splitlines(keepends=True):
            starts.append(at)
            at += len(line)
        self._starts = starts

    def text(self, node: ast.AST) -> str:
        found = ast.get_source_segment(self.source, node)
        assert found is not None
        return found

    def put(self, *changes: tuple[ast.expr, str]) -> str:
        """Return the program with other texts for these expressions."""
        source = self.source
        for node, text in sorted(changes, key=lambda change: self._span(change[0]), reverse=True):
            start, end = self._span(node)
            source = source[:start] + text + source[end:]
        return source

    def _span(self, node: ast.expr) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        assert self.source.isascii()
        return self._starts[node.lineno - 1] + node.col_offset, self._starts[node.end_lineno - 1] + node.end_col_offset

    def here(self, node: ast.AST) -> bool:
        """Tell whether the line that the finding points to is one of an expression's."""
        return getattr(node, "lineno", 0) <= self.line <= (getattr(node, "end_lineno", 0) or 0)

    def calls(self, *names: str, anywhere: bool = False) -> list[ast.Call]:
        """Return the calls of functions, methods or attributes of these names, by default on the line."""
        found = [n for n in ast.walk(self.tree) if isinstance(n, ast.Call) and name_of(n.func) in names]
        return [call for call in found if anywhere or self.here(call)]

    def call(self, *names: str) -> ast.Call:
        return only(self.calls(*names), f"call of {' or '.join(names)} on the line")

    def statement(self) -> ast.stmt:
        """Return the innermost statement on the line."""
        found = [n for n in ast.walk(self.tree) if isinstance(n, ast.stmt) and self.here(n)]
        return max(found, key=lambda n: n.lineno)

    def within(self, inner: ast.AST) -> Iterator[ast.AST]:
        """Yield all that an expression stands in, the nearest first."""
        for node in ast.walk(self.tree):
            if any(child is inner for child in ast.iter_child_nodes(node)):
                yield node
                yield from self.within(node)
                return

    @property
    def layer(self) -> str:
        """The name of the layer in the program, such as "rnn"."""
        names = [part for part in self.module.split(" ")[0].split(".") if part and not part.isdigit()]
        made = [name for name in reversed(names) if self.values_of(name)]
        if not made:  # watched by itself
            alike = self.names_of(self.kind)
            return only([n for n in alike if self.calls(n)] or alike, f"{self.kind} with a name")
        return made[0]

    def values_of(self, name: str) -> list[ast.expr]:
        """Return what is assigned to a name, or to an attribute of ``self``."""
        found: list[ast.expr] = []
        for node in ast.walk(self.tree):
            for target in node.targets if isinstance(node, ast.Assign) else ():
                value = node.value
                pairs = [(target, value)]
                if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                    pairs = list(zip(target.elts, value.elts, strict=True))
                found += [v for t, v in pairs if isinstance(t, (ast.Name, ast.Attribute)) and name_of(t) == name]
        return found

    def names_of(self, *kinds: str) -> list[str]:
        """Return the names to which a layer of one of these classes is assigned."""
        names = {name_of(n) for n in ast.walk(self.tree) if isinstance(n, (ast.Name, ast.Attribute))}
        return [n for n in sorted(names) if any(isinstance(v, ast.Call) and name_of(v.func) in kinds for v in self.values_of(n))]

    def made(self, *kinds: str) -> ast.Call:
        """Return the call that makes the layer."""
        values = self.values_of(self.layer)
        found = [n for v in values for n in ast.walk(v) if isinstance(n, ast.Call) and name_of(n.func) in kinds]
        return only(found, f"{' or '.join(kinds)} that is made")

    def reads(self) -> ast.Call:
        """Return the call of the layer, on the line where it is there."""
        found = self.calls(self.layer) or self.calls(self.layer, anywhere=True)
        found = found or [c for v in self.loops_over(self.layer) for c in self.calls(v, anywhere=True)]
        return only(found, f"call of {self.layer}")

    def loops_over(self, name: str) -> list[str]:
        """Return the variables of loops over a name, such as ``rnn`` of ``for rnn in self.rnns``."""
        loops = [n for n in ast.walk(self.tree) if isinstance(n, ast.For) and name in self.text(n.iter)]
        return [n.id for loop in loops for n in ast.walk(loop.target) if isinstance(n, ast.Name)]


def only(found: list, what: str):  # noqa: ANN201 - of whatever it is given
    if len({id(f) for f in found}) != 1:
        raise NotAppliedError(f"{len(found)} times: {what}")
    return found[0]


def name_of(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""


def keyword(place: Place, call: ast.Call, name: str, value: str) -> str:
    """Return the program with a keyword argument of this value."""
    for given in call.keywords:
        if given.arg == name:
            return place.put((given.value, value))
    text = place.text(call)
    begun = text.removesuffix(")").rstrip().removesuffix(",")
    return place.put((call, f"{begun}{'' if begun.endswith('(') else ', '}{name}={value})"))


def behind(place: Place, node: ast.expr, suffix: str) -> str:
    """Return the program with something written behind an expression."""
    return place.put((node, suffixed(place, node, suffix)))


def suffixed(place: Place, node: ast.expr, suffix: str) -> str:
    simple = isinstance(node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript))
    return f"{place.text(node)}{suffix}" if simple else f"({place.text(node)}){suffix}"


FORMS: dict[str, Callable[..., Edited]] = {}


def form(*patterns: str) -> Callable[[Callable[..., Edited]], Callable[..., Edited]]:
    """Have a function edit what these patterns match; it is given the place and the groups."""

    def register(function: Callable[..., Edited]) -> Callable[..., Edited]:
        FORMS.update(dict.fromkeys(patterns, function))
        return function

    return register


def form_of(suggestion: str) -> tuple[Callable[..., Edited], tuple[str, ...]] | None:
    """Return the function for a suggestion, and what it is given; None where no form, or more than one, matches."""
    found = [(function, match.groups("")) for p, function in FORMS.items() if (match := re.fullmatch(p, suggestion))]
    return found[0] if len(found) == 1 else None


def applied(place: Place, suggestion: str) -> Edited:
    """Return the programs that come of a suggestion."""
    found = form_of(suggestion)
    if found is None:
        raise NotAppliedError(f"no form: {suggestion}")
    function, groups = found
    return function(place, *groups)


# Layers


@form(r"batch_first=(True|False) of the layer fits")
def flag_of_the_layer(place: Place, value: str) -> Edited:
    return [keyword(place, place.made("RNN", "LSTM", "GRU"), "batch_first", value)]


@form(r"nn\.MultiheadAttention\(\.\.\., batch_first=True\) fits")
def flag_of_attention(place: Place) -> Edited:
    return [keyword(place, place.made("MultiheadAttention", "TransformerEncoderLayer"), "batch_first", "True")]


@form(r"nn\.Linear\((\d+), \.\.\.\) fits")
def width_of_a_linear(place: Place, features: str) -> Edited:
    return [place.put((place.made("Linear").args[0], features))]


@form(r"unsqueeze\((\d)\) of its input has one step of each sample, and squeeze\(\1\) of its output takes that away")
def one_step_of_each(place: Place, dim: str) -> Edited:
    call, statement = place.reads(), place.statement()
    assert isinstance(statement, ast.Assign)
    target = statement.targets[0]
    output = target.elts[0] if isinstance(target, ast.Tuple) else target
    assert isinstance(output, ast.Name)
    read = place.text(statement.value).replace(place.text(call.args[0]), suffixed(place, call.args[0], f".unsqueeze({dim})"))
    return [place.put((statement.value, f"{read}; {output.id} = {output.id}.squeeze({dim})"))]


# Arguments of a layer


@form(r"(?:the axis of size \d+ is at dim \d+: )?input(\.\w+\(.*?\)|\[0\]) fits", r"for \d+ samples? of one step: input(\.unsqueeze\(\d\))")
def of_the_input(place: Place, change: str) -> Edited:
    return [behind(place, place.reads().args[0], change)]


@form(
    r"the axis of size \d+ is at dim \d+: transpose\((\d, \d)\) of the input fits, and transpose\(\1\) of the output turns it back"
)
def there_and_back(place: Place, dims: str) -> Edited:
    call = place.reads()
    turned = place.text(call).replace(place.text(call.args[0]), suffixed(place, call.args[0], f".transpose({dims})"))
    return [place.put((call, f"{turned}.transpose({dims})"))]


@form(r"the axis of size \d+ is at dim \d+: transpose\((\d, -?\d)\) fits")
def turned_input(place: Place, dims: str) -> Edited:
    return [behind(place, place.reads().args[0], f".transpose({dims})")]


@form(r"hx\[0\] fits")
def the_first_state(place: Place) -> Edited:
    return [behind(place, place.reads().args[1], "[0]")]


@form(r"\(h_0, torch\.zeros_like\(h_0\)\) fits")
def a_second_state(place: Place) -> Edited:
    state = place.reads().args[1]
    return [place.put((state, f"({place.text(state)}, torch.zeros_like({place.text(state)}))"))]


@form(r"the state of an LSTM is \(h, c\), in this order")
def states_exchanged(place: Place) -> Edited:
    state = place.reads().args[1]
    assert isinstance(state, ast.Tuple)
    return [place.put((state, f"({', '.join(place.text(s) for s in reversed(state.elts))})"))]


MAKERS = ("zeros", "new_zeros")


@form(r"[hc]_0(\.\w+\(.*?\)) fits(?:, and likewise for c_0)?")
def of_the_state(place: Place, change: str) -> Edited:
    read = place.reads()
    change = change.replace("input", place.text(read.args[0]))
    made = place.calls(*MAKERS)
    if not made:
        state = read.args[1]
        made = state.elts if isinstance(state, ast.Tuple) else [state]
    return [place.put(*((node, suffixed(place, node, change)) for node in made))]


@form(r"(?:if the input is \(.*?\): input\.transpose\(0, 1\) fits; else )?(torch\.zeros\(.*\)) fits(, and likewise for c_0)?")
def made_anew(place: Place, made: str, likewise: str) -> Edited:
    read = place.reads()
    made = made.replace("input", place.text(read.args[0]))
    if makers := place.calls(*MAKERS):
        return [place.put(*((node, made) for node in makers))]
    return [place.put((read.args[1], f"({made}, {made})" if likewise else made))]


# A call on the line


@form(r"(batch_first)=(True|False) fits", r"(enforce_sorted)=(False) fits")
def flag_of_packing(place: Place, name: str, value: str) -> Edited:
    return [keyword(place, place.call("pack_padded_sequence"), name, value)]


SOFTMAXES = ("softmax", "log_softmax", "normalize", "Softmax", "LogSoftmax")


@form(
    r"dim=(\d) normalises over the (?:steps|features)(?:, dim=(\d) over the features)?",
    r"dim=(\d) of log_softmax has the classes",
    r"dim=(\d) scales each vector by itself",
)
def another_dim(place: Place, *dims: str) -> Edited:
    layers = place.names_of("Softmax", "LogSoftmax")
    called = [c for c in place.calls(*layers) if isinstance(c.func, ast.Attribute) and name_of(c.func.value) == "self"]
    if called:
        (call,) = (v for v in place.values_of(name_of(called[0].func)) if isinstance(v, ast.Call))
        first = 0
    else:
        call = place.call(*SOFTMAXES)
        of_a_tensor = isinstance(call.func, ast.Attribute) and name_of(call.func.value) not in ("F", "torch", "functional")
        first = 0 if of_a_tensor else 1
    if len(call.args) > first:
        return [place.put((call.args[first], dim)) for dim in dims if dim]
    return [keyword(place, call, "dim", dim) for dim in dims if dim]


@form(r"instead of (\w+): (.+)")
def another_call(place: Place, name: str, code: str) -> Edited:
    call = place.call(name)
    assert isinstance(call.func, ast.Attribute)
    of = suffixed(place, call.func.value, "")
    return [place.put((call, f"{of}.{code.replace('...', f'*{of}.shape[:-1]')}"))]


@form(r"reshape in place of view fits")
def reshaped(place: Place) -> Edited:
    call = place.call("view")
    assert isinstance(call.func, ast.Attribute)
    return [place.put((call.func, f"{place.text(call.func.value)}.reshape"))]


@form(r"x\.size\(0\) in place of \d+ fits")
def size_of_the_batch(place: Place) -> Edited:
    return [place.put((place.call("view", "reshape").args[0], "x.size(0)"))]


@form(r"transpose\((\d, \d)\) of the scores fits", r"scores\.transpose\((\d, \d)\) has the classes at dim 1")
def turned_scores(place: Place, dims: str) -> Edited:
    call = only([c for c in place.calls("ctc_loss", "cross_entropy") or place.calls("")], "loss")
    return [behind(place, call.args[0], f".transpose({dims})")]


@form(r"transpose\((\d, \d)\) of the (first|second) operand fits")
def turned_operand(place: Place, dims: str, which: str) -> Edited:
    return [behind(place, place.call("bmm").args[which == "second"], f".transpose({dims})")]


@form(r"the second operand's \.t\(\) fits")
def second_operand(place: Place) -> Edited:
    return [behind(place, place.call("masked_fill").args[0], ".t()")]


@form(r"loop over the steps: x\.unbind\(1\) of \(batch, seq, feature\)")
def loop_over_steps(place: Place) -> Edited:
    loop = place.statement()
    assert isinstance(loop, ast.For)
    return [behind(place, loop.iter, ".unbind(1)")]


@form(r"the inverse is order\.argsort\(\)")
def inverse(place: Place) -> Edited:
    return [behind(place, place.call("index_select").args[1], ".argsort()")]


@form(r"repeat_interleave on both fits")
def repeated_alike(place: Place) -> Edited:
    changes: list[tuple[ast.expr, str]] = []
    for call in place.calls("repeat", anywhere=True):
        assert isinstance(call.func, ast.Attribute)
        assert [place.text(a) for a in call.args[1:]] == ["1"] * len(call.args[1:])
        changes.append((call, f"{place.text(call.func.value)}.repeat_interleave({place.text(call.args[0])}, 0)"))
    return [place.put(*changes)]


@form(r"unpack it first: (?:output, state = rnn\(x\)|h, c = cell\(x, state\))")
def unpacked(place: Place) -> Edited:
    """A call of a recurrent layer whose result is taken for a tensor."""
    calls = place.calls(*place.names_of("RNN", "LSTM", "GRU", "LSTMCell"), anywhere=True)
    changes: list[tuple[ast.expr, str]] = []
    for call in calls:
        around = next(place.within(call))
        taken = isinstance(around, ast.Subscript) or (
            isinstance(around, ast.Assign) and isinstance(around.targets[0], (ast.Tuple, ast.List))
        )
        if not taken:
            changes.append((call, f"{place.text(call)}[0]"))
    return [place.put(*changes)]


@form(r"output(\.squeeze\(\d\)) fits", r"(squeeze\(1\)) of the prediction fits")
def squeezed(place: Place, change: str) -> Edited:
    statement = place.statement()
    assert isinstance(statement, (ast.Return, ast.Assign))
    assert statement.value is not None
    value = statement.value.elts[-1] if isinstance(statement.value, ast.Tuple) else statement.value
    return [behind(place, value, f".{change.removeprefix('.')}")]


@form(r"(?!input|[hc]_0)([\w.]+)(\.transpose\(\d, \d\)) fits")
def turned_argument(place: Place, name: str, change: str) -> Edited:
    """An argument of a checked function: the function is known by what it was called."""
    return [behind(place, place.call(place.module.split(".")[-1] or place.kind).args[0], change)]


# States


def picked(place: Place, node: ast.expr, code: str) -> str:
    """Write what the suggestion picks in place of an expression; a Linear that takes it is as wide."""
    changes = [(node, code)]
    call = place.made("RNN", "LSTM", "GRU")
    is_wider = any(k.arg == "bidirectional" for k in call.keywords)
    for around in place.within(node) if is_wider else ():
        name = name_of(around.func) if isinstance(around, ast.Call) else ""
        for made in place.values_of(name):
            if isinstance(made, ast.Call) and name_of(made.func) == "Linear" and not place.text(made.args[0]).startswith("2 *"):
                changes.append((made.args[0], f"2 * ({place.text(made.args[0])})"))
    return place.put(*changes)


def subscript(place: Place) -> ast.Subscript:
    """Return what is indexed on the line, with the index; the outermost."""
    found = [n for n in ast.walk(place.statement()) if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Load)]
    outer = [n for n in found if not any(isinstance(around, ast.Subscript) for around in place.within(n))]
    return only([n for n in outer if isinstance(n.value, ast.Name)], "subscript on the line")


@form(
    r"rows are layer 0 forward, layer 0 reverse, \.\.\.: rnnshape\.last_state\(rnn, h_n\) has both of the last layer",
    r"rows are in the order of the layers: rnnshape\.last_state\(rnn, h_n\) is that of the last",
)
def last_state(place: Place) -> Edited:
    rows = subscript(place)
    return [picked(place, rows, f"rnnshape.last_state(self.{place.layer}, {place.text(rows.value)})")]


@form(
    r"the reverse direction ends at step 0: rnnshape\.last_state\(rnn, h_n\) has both at their ends, and so has "
    r"rnnshape\.last_step\(rnn, output(, lengths)?\)",
    r"pick each sample's own last step, rnnshape\.last_step\(rnn, output(, lengths)\), or pack the input and use h_n",
    r"steps count from 0: rnnshape\.last_step\(rnn, output(, lengths)\) is output at lengths - 1",
)
def last_step(place: Place, lengths: str) -> Edited:
    if lengths:
        names = [a.arg for n in ast.walk(place.tree) if isinstance(n, ast.FunctionDef) and n.name == "forward" for a in n.args.args]
        lengths = f", {only([n for n in names if 'len' in n], 'argument with lengths')}"
    steps = subscript(place)
    return [picked(place, steps, f"rnnshape.last_step(self.{place.layer}, {place.text(steps.value)}{lengths})")]


@form(r"rows are layer 0 forward, layer 0 reverse, \.\.\.: torch\.cat\(\[h_n\[0::2\], h_n\[1::2\]\], 2\) joins the directions")
def joined_directions(place: Place) -> Edited:
    call = place.call("cat")
    state = next(n for n in ast.walk(call) if isinstance(n, ast.Subscript)).value
    return [place.put((call, f"torch.cat([{place.text(state)}[0::2], {place.text(state)}[1::2]], 2)"))]


@form(r"the forward half is \[\.\.\., :(\d+)\], the reverse half \[\.\.\., \1:\]")
def halves(place: Place, width: str) -> Edited:
    changes: list[tuple[ast.expr, str]] = []
    for node in ast.walk(place.statement()):
        if isinstance(node, ast.Subscript) and (index := place.text(node.slice)).endswith("::2"):
            changes.append((node, f"{place.text(node.value)}[..., {f'{width}:' if index.endswith('1::2') else f':{width}'}]"))
    return [place.put(*changes)]


@form(r"sum over the steps, and divide by lengths\.unsqueeze\(-1\)")
def mean_of_real_steps(place: Place) -> Edited:
    call = place.call("mean")
    return [place.put((call, f"({place.text(call).replace('.mean(', '.sum(')} / lengths.unsqueeze(-1))"))]
