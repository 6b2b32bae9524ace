"""Suggestions as edits: what a reader of each form of suggestion changes in the source text.

`applied` takes the text of a program, a finding and its suggestion, and returns the programs that come of it: more than one
where the suggestion names several edits, of which each shall do. A form is a regular expression with a function; what a form
leaves to the reader, such as the names of his variables, is read off the line.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from programs import NotAppliedError, Place, behind, keyword, name_of, only, suffixed

Edited = list[str]

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


# Windows


@form(r"the steps from the second one on, and the new one behind them, fit")
def new_step_behind_the_others(place: Place) -> Edited:
    lists = [n for n in ast.walk(place.statement()) if isinstance(n, (ast.List, ast.Tuple)) and len(n.elts) == 2]
    new, window = only([n for n in lists if "[" in place.text(n.elts[1])], "a list of two").elts
    return [place.put((new, place.text(window).replace(":-1", "1:")), (window, place.text(new)))]


@form(r"rolled by -1, the window loses its oldest step, and has room behind the others")
def rolled_back(place: Place) -> Edited:
    rolls = [n for n in ast.walk(place.statement()) if isinstance(n, ast.Call) and name_of(n.func) == "roll"]
    shifts = [n for n in only(rolls, "a roll").args if isinstance(n, ast.Constant)]
    return [place.put((shifts[0], "-1"))]


# Layers


@form(r"batch_first=(True|False) of the layer fits")
def flag_of_the_layer(place: Place, value: str) -> Edited:
    return [keyword(place, place.made("RNN", "LSTM", "GRU", "MultiheadAttention"), "batch_first", value)]


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


@form(
    r"(?:the axis of size \d+ is at dim \d+: )?input(\.\w+\(.*?\)|\[0\]) fits",
    r"for \d+ samples? of one step: input(\.unsqueeze\(\d\))",
)
def of_the_input(place: Place, change: str) -> Edited:
    return [behind(place, place.reads().args[0], change)]


@form(
    r"the axis of size \d+ is at dim \d+: transpose\((\d, \d)\) of the input fits, "
    r"and transpose\(\1\) of the output turns it back",
    r"transpose\((\d, \d)\) of its input and of its output (?:drops whole features|normalises each feature)",
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


@form(r"(.+)\.clone\(\) keeps each as it was")
def a_copy_of_what_is_kept(place: Place, view: str) -> Edited:
    kept = [node for node in ast.walk(place.statement()) if isinstance(node, ast.expr) and ast.unparse(node) == view]
    return [place.put((only(kept, view), f"{view}.clone()"))]


# A call on the line


@form(r"(batch_first)=(True|False) fits", r"(enforce_sorted)=(False) fits")
def flag_of_packing(place: Place, name: str, value: str) -> Edited:
    return [keyword(place, place.call("pack_padded_sequence"), name, value)]


SOFTMAXES = ("softmax", "log_softmax", "normalize", "cumprod", "cummax", "cummin", "Softmax", "LogSoftmax")


@form(
    r"dim=(\d) normalises over the (?:steps|features|keys|queries|parts)(?:, dim=(\d) over the features)?",
    r"dim=(\d) of log_softmax has the classes",
    r"dim=(\d) scales each vector by itself",
    r"dim=(\d) fills each gap with the last number before it",
    r"dim=(\d) (?:multiplies|compares) (?:what each sample has|along the steps of each sample)",
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


@form(r"samples lie along dim 1 of a state: \[:, index\] picks from these")
def rows_of_samples(place: Place) -> Edited:
    if calls := place.calls("index_select"):
        return [place.put(*((call.args[0], "1") for call in calls))]
    picked = [node.slice for node in ast.walk(place.statement()) if isinstance(node, ast.Subscript)]
    return [place.put(*((index, f":, {place.text(index)}") for index in picked if isinstance(index, ast.Name)))]


@form(r"dims=(\d) rolls the steps of each sample")
def rolled_along(place: Place, dim: str) -> Edited:
    return [keyword(place, place.call("roll"), "dims", dim)]


@form(r"dim=(\d) compares vectors")
def along_another_dim(place: Place, dim: str) -> Edited:
    return [keyword(place, place.call("cosine_similarity"), "dim", dim)]


@form(r"instead of (\w+): (.+)")
def another_call(place: Place, name: str, code: str) -> Edited:
    call = place.call(name)
    assert isinstance(call.func, ast.Attribute)
    of = suffixed(place, call.func.value, "")
    return [place.put((call, f"{of}.{code.replace('...', f'*{of}.shape[:-1]')}"))]


@form(r"instead of (.+) on line (\d+): (.+)")
def another_count(place: Place, whole: str, line: str, code: str) -> Edited:
    at = [n for n in ast.walk(place.tree) if isinstance(n, ast.expr) and n.lineno == int(line) and ast.unparse(n) == whole]
    return [place.put((only(at, whole), code))]


@form(r"instead of (.+\)): (.+)")
def another_expression(place: Place, whole: str, code: str) -> Edited:
    parsed = ast.parse(whole, mode="eval").body
    assert isinstance(parsed, ast.Call)
    call = only([c for c in place.calls(name_of(parsed.func)) if ast.unparse(c) == whole], whole)
    return [place.put((call, code))]


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
    call = only(place.calls("ctc_loss", "cross_entropy") or place.calls(""), "loss")
    return [behind(place, call.args[0], f".transpose({dims})")]


OPERATIONS = ("bmm", "matmul", "mm", "cat", "stack", "add", "mul", "masked_fill", "einsum", "baddbmm", "addmm")
"""What takes several tensors, where one of them is edited."""


def operands(place: Place) -> list[ast.expr]:
    """Return the tensors of the one operation on the line."""
    binary = [n for n in ast.walk(place.statement()) if isinstance(n, ast.BinOp)]
    calls = place.calls(*OPERATIONS)
    if not calls:
        operation = only(binary, "operation on the line")
        return [operation.left, operation.right]
    call = only(calls, "operation on the line")
    if call.args and isinstance(call.args[0], (ast.List, ast.Tuple)):
        return call.args[0].elts
    tensors = [a for a in call.args if not isinstance(a, ast.Constant)]
    of_a_tensor = isinstance(call.func, ast.Attribute) and name_of(call.func.value) not in ("F", "torch", "functional")
    return [call.func.value, *tensors] if of_a_tensor and isinstance(call.func, ast.Attribute) else tensors


@form(r"(\..+\)) behind the (first|second|third|fourth) operand fits")
def behind_an_operand(place: Place, change: str, which: str) -> Edited:
    return [behind(place, operands(place)[("first", "second", "third", "fourth").index(which)], change)]


@form(r"(\..+\)) of one of them fits")
def behind_one_of_them(place: Place, change: str) -> Edited:
    return [behind(place, operand, change) for operand in operands(place)[:2]]


@form(r"(\w+)((?:\.\w+\(.*\))+|\[.*\]) in place of \1 fits")
def behind_a_name(place: Place, name: str, change: str) -> Edited:
    statement = place.statement()
    found = [n for n in ast.walk(statement) if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load)]
    arguments = [
        a
        for n in ast.walk(statement)
        if isinstance(n, (ast.Call, ast.List))
        for a in getattr(n, "args", getattr(n, "elts", ()))
    ]
    return [behind(place, only([n for n in found if n in arguments] or found, name), change)]


@form(r"output, lengths = pad_packed_sequence\(packed, batch_first=\.\.\.\) first")
def padded_first(place: Place) -> Edited:
    packed = only(place.statement_calls()[0].args, "argument")
    flag = "batch_first=True" if "batch_first=True" in place.source else "batch_first=False"
    return [place.put((packed, f"nn.utils.rnn.pad_packed_sequence({place.text(packed)}, {flag})[0]"))]


@form(r"\.long\(\) behind it fits")
def made_whole(place: Place) -> Edited:
    return [behind(place, place.call("embed", "embedding", "one_hot").args[0], ".long()")]


@form(r"(\w+, \(\w+, \w+\)) = (.+) fits")
def other_names(place: Place, names: str, value: str) -> Edited:
    statement = place.statement()
    assert isinstance(statement, ast.Assign)
    assert place.text(statement.value) == value
    return [place.put((statement.targets[0], names))]


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


def mask_of(place: Place, *names: str) -> ast.expr:
    """Return the mask that a call on the line is given."""
    given = [k.value for c in place.calls("", *place.names_of("MultiheadAttention"), "scaled_dot_product_attention")
             for k in c.keywords if k.arg in (names or ("key_padding_mask", "attn_mask"))]  # fmt: skip
    return only(given, "mask")


@form(r"(transpose\(.*?\)) of the mask fits")
def turned_mask(place: Place, change: str) -> Edited:
    return [behind(place, mask_of(place), f".{change}")]


@form(r"~ of the mask fits")
def inverted_mask(place: Place) -> Edited:
    mask = mask_of(place)
    return [place.put((mask, f"~({place.text(mask)})"))]


@form(r"(== 0|\.bool\(\)) of the mask fits")
def mask_of_bools(place: Place, change: str) -> Edited:
    mask = mask_of(place)
    return [place.put((mask, f"({place.text(mask)}){change}"))]


@form(r"key_padding_mask= in place of attn_mask= fits")
def mask_of_the_keys(place: Place) -> Edited:
    mask = mask_of(place, "attn_mask")
    start, _ = place._span(mask)
    assert place.source[:start].endswith("attn_mask=")
    return [place.source[: start - len("attn_mask=")] + "key_padding_mask=" + place.source[start:]]


@form(r"repeat_interleave in place of repeat fits")
def repeated_in_a_row(place: Place) -> Edited:
    call = place.call("repeat")
    assert isinstance(call.func, ast.Attribute)
    return [place.put((call, f"{place.text(call.func.value)}.repeat_interleave({place.text(call.args[0])}, 0)"))]


@form(r"transpose\(1, 2\) of query, key and value, and of what comes out fits")
def heads_before_steps(place: Place) -> Edited:
    call = place.call("scaled_dot_product_attention")
    given = ", ".join(suffixed(place, argument, ".transpose(1, 2)") for argument in call.args)
    return [place.put((call, f"{place.text(call.func)}({given}).transpose(1, 2)"))]


@form(r"\[:x\.size\(1\)\]\.transpose\(0, 1\) of the table fits")
def positions_of_the_steps(place: Place) -> Edited:
    table = next(n for n in ast.walk(place.statement()) if isinstance(n, ast.Subscript))
    return [place.put((table, f"{place.text(table.value)}[:x.size(1)].transpose(0, 1)"))]


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


@form(r"leave the squeeze out, or name a dim that is not the batch")
def squeezed_of_layers(place: Place) -> Edited:
    call = place.call("squeeze")
    return [place.put((call, place.text(call).replace("squeeze()", "squeeze(0)")))]


@form(r"output(\[-1\]|\.flatten\(0, 1\)) fits")
def rows_of_scores(place: Place, change: str) -> Edited:
    return [behind(place, place.call("cross_entropy").args[0], change)]


@form(r"output(\.squeeze\(\d\)) fits", r"(squeeze\(1\)) of the prediction fits")
def squeezed(place: Place, change: str) -> Edited:
    statement = place.statement()
    assert isinstance(statement, (ast.Return, ast.Assign))
    assert statement.value is not None
    value = statement.value.elts[-1] if isinstance(statement.value, ast.Tuple) else statement.value
    return [behind(place, value, f".{change.removeprefix('.')}")]


@form(r"(ignore_index)=(\d+) leaves the padding out")
def ignored(place: Place, name: str, value: str) -> Edited:
    return [keyword(place, place.call("cross_entropy", "nll_loss"), name, value)]


@form(r"output(\[.*-1\]) has the prediction of the last step")
def last_prediction(place: Place, rows: str) -> Edited:
    statement = place.statement()
    assert isinstance(statement, (ast.Return, ast.Assign))
    assert statement.value is not None
    return [behind(place, statement.value, rows)]


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
        takers = place.values_of(name_of(around.func)) if isinstance(around, ast.Call) else []
        widths = [c.args[0] for c in takers if isinstance(c, ast.Call) and name_of(c.func) == "Linear"]
        changes += [(w, f"2 * ({place.text(w)})") for w in widths if not place.text(w).startswith("2 *")]
    return place.put(*changes)


def subscript(place: Place) -> ast.Subscript:
    """Return what is indexed on the line, with the index; the outermost."""
    found = [n for n in ast.walk(place.statement()) if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Load)]
    outer = [n for n in found if not any(isinstance(around, ast.Subscript) for around in place.within(n))]
    return only([n for n in outer if isinstance(n.value, ast.Name)], "subscript on the line")


@form(r"\S+?(\[.*-1\]) has (?:the last step of each sample|every unit of the last step)")
def another_index(place: Place, index: str) -> Edited:
    picks = place.calls("select")
    node = only(picks, "select on the line") if picks else subscript(place)
    of = node.value if isinstance(node, ast.Subscript) else node.func.value if isinstance(node.func, ast.Attribute) else node
    return [place.put((node, f"{place.text(of)}{index}"))]


@form(r"dim=(\d), keepdim=True of (?:linalg_)?(\w+) scales each vector by itself")
def norm_of_each(place: Place, dim: str, name: str) -> Edited:
    call = place.call(name)
    kept = [f"{k.arg}={place.text(k.value)}" for k in call.keywords if k.arg not in ("dim", "keepdim")]
    args = ", ".join([*map(place.text, call.args), *kept, f"dim={dim}", "keepdim=True"])
    return [place.put((call, f"{place.text(call.func)}({args})"))]


@form(r"without squeeze, \w+ takes that dim")
def not_squeezed(place: Place) -> Edited:
    call = place.call("squeeze")
    of = call.args[0] if call.args else call.func.value if isinstance(call.func, ast.Attribute) else call
    return [place.put((call, place.text(of)))]


@form(r"without (flatten|view|reshape) the targets fit: a row of labels for each sample")
def not_flattened(place: Place, name: str) -> Edited:
    call = place.call(name)
    assert isinstance(call.func, ast.Attribute)
    return [place.put((call, place.text(call.func.value)))]


@form(r"dim=(\d), keepdim=True of (\w+) takes those of each together")
def total_of_each(place: Place, dim: str, name: str) -> Edited:
    call = place.call(name)
    source = call.args[:1] if place.text(call.func).startswith("torch.") else []
    args = ", ".join([*map(place.text, source), f"dim={dim}", "keepdim=True"])
    return [place.put((call, f"{place.text(call.func)}({args})"))]


@form(r"dim=(\d) of (\w+) (?:takes the steps together|takes the keys together|keeps the batch|has an id for each step)")
def another_dim_of(place: Place, dim: str, name: str) -> Edited:
    call = place.call(name)
    if any(k.arg in ("dim", "axis") for k in call.keywords):
        return [keyword(place, call, "dim", dim)]
    return [place.put((call.args[-1], dim))]


@form(r"h_n(\[0::2\]) has the forward state of each layer")
def forward_states(place: Place, rows: str) -> Edited:
    picks = [n for n in ast.walk(place.statement()) if isinstance(n, ast.Subscript)]
    return [place.put(*((pick, f"{place.text(pick.value)}{rows}") for pick in picks))]


@form(
    r"rows are layer 0 forward, layer 0 reverse, \.\.\.: rnnshape\.last_state\((\S+), \S+\) has both of the last layer"
    r"(?:; h_n is .*)?",
    r"rows are in the order of the layers: rnnshape\.last_state\((\S+), \S+\) is that of the last(?:; h_n is .*)?",
)
def last_state(place: Place, layer: str) -> Edited:
    assert layer in ("rnn", f"self.{place.layer}")
    rows = subscript(place)
    return [picked(place, rows, f"rnnshape.last_state(self.{place.layer}, {place.text(rows.value)})")]


@form(
    r"the reverse direction ends at step 0: rnnshape\.last_state\(\S+, \S+\) has both at their ends, and so has "
    r"rnnshape\.last_step\((\S+), ([^\s,]+)(, lengths)?\)(?:; (?:h_n|output) is .*)?",
    r"pick each sample's own last step, rnnshape\.last_step\((\S+), ([^\s,]+)(, lengths)\), "
    r"or pack the input and use h_n(?:; output is .*)?",
    r"steps count from 0: rnnshape\.last_step\((\S+), ([^\s,]+)(, lengths)\) is \S+ at lengths - 1(?:; output is .*)?",
)
def last_step(place: Place, layer: str, output: str, lengths: str) -> Edited:
    assert layer in ("rnn", f"self.{place.layer}")
    if lengths:
        forwards = [n for n in ast.walk(place.tree) if isinstance(n, ast.FunctionDef) and n.name == "forward"]
        names = [argument.arg for forward in forwards for argument in forward.args.args]
        lengths = f", {only([n for n in names if 'len' in n], 'argument with lengths')}"
    steps = subscript(place)
    assert output in ("output", place.text(steps.value))
    return [picked(place, steps, f"rnnshape.last_step(self.{place.layer}, {place.text(steps.value)}{lengths})")]


@form(r"rows are layer 0 forward, layer 0 reverse, \.\.\.: torch\.cat\(\[h_n\[0::2\], h_n\[1::2\]\], 2\) joins the directions")
def joined_directions(place: Place) -> Edited:
    call = place.call("cat")
    state = next(n for n in ast.walk(call) if isinstance(n, ast.Subscript)).value
    return [place.put((call, f"torch.cat([{place.text(state)}[0::2], {place.text(state)}[1::2]], 2)"))]


@form(r"the forward half is \[\.\.\., :(\d+)\], the reverse half \[\.\.\., \1:\]")
def halves(place: Place, width: str) -> Edited:
    cut = [n for n in ast.walk(place.statement()) if isinstance(n, ast.Subscript) and place.text(n.slice).endswith("::2")]
    half = [f"{width}:" if place.text(n.slice).endswith("1::2") else f":{width}" for n in cut]
    return [place.put(*((n, f"{place.text(n.value)}[..., {part}]") for n, part in zip(cut, half, strict=True)))]


@form(r"sum over the steps, and divide by lengths\.unsqueeze\(-1\)")
def mean_of_real_steps(place: Place) -> Edited:
    call = place.call("mean")
    return [place.put((call, f"({place.text(call).replace('.mean(', '.sum(')} / lengths.unsqueeze(-1))"))]


@form(r"unsqueeze\(1\) of the operand of sizes \(\d+,\) fits")
def a_column_of_the_operand(place: Place) -> Edited:
    """The operand is the last name or argument of every product or sum of the line."""
    line = place.statement()
    operands: list[tuple[ast.expr, str]] = []
    for node in ast.walk(line):
        if isinstance(node, ast.BinOp) and isinstance(node.right, ast.Name):
            operands.append((node.right, suffixed(place, node.right, ".unsqueeze(1)")))
        elif isinstance(node, ast.Call) and len(node.args) == 2 and isinstance(node.args[1], ast.Name):
            operands.append((node.args[1], suffixed(place, node.args[1], ".unsqueeze(1)")))
    return [place.put(*operands)]
