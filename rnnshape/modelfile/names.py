"""Names that a file may not give, as they would mean something else in the module that is made of it, and that of its code."""

from __future__ import annotations

import keyword

__all__ = ["PLACE", "class_name", "free_name", "is_taken"]

PLACE = "<model>"
"""The name of the file that a step's line of code seems to stand in; the line is the number of the step, from 1."""

# What nn.Module has under a name that a file could give; a test holds it against torch.
_OF_MODULE = frozenset([
    "T_destination", "add_module", "apply", "bfloat16", "buffers", "call_super_init", "children", "compile", "cpu",
    "cuda", "double", "dump_patches", "eval", "extra_repr", "float", "forward", "get_buffer", "get_extra_state",
    "get_parameter", "get_submodule", "half", "ipu", "load_state_dict", "modules", "mtia", "named_buffers",
    "named_children", "named_modules", "named_parameters", "parameters", "register_backward_hook", "register_buffer",
    "register_forward_hook", "register_forward_pre_hook", "register_full_backward_hook",
    "register_full_backward_pre_hook", "register_load_state_dict_post_hook", "register_load_state_dict_pre_hook",
    "register_module", "register_parameter", "register_state_dict_post_hook", "register_state_dict_pre_hook",
    "requires_grad_", "set_extra_state", "set_submodule", "share_memory", "state_dict", "to", "to_empty", "train",
    "training", "type", "xpu", "zero_grad",
])  # fmt: skip
_OF_SOURCE = frozenset(["self", "nn", "torch", "super", "target"])


def is_taken(name: str) -> bool:
    """Tell whether a name means something else already: a word of Python, an attribute of nn.Module, or of the source.

    >>> is_taken("forward"), is_taken("class"), is_taken("encoder")
    (True, True, False)
    """
    return keyword.iskeyword(name) or name in _OF_MODULE or name in _OF_SOURCE


def free_name(wanted: str, taken: set[str]) -> str:
    """Return a name that nobody has: the wanted one, else with the first number that makes it free.

    >>> free_name("linear", {"linear", "linear_2"}), free_name("float", set())
    ('linear_3', 'float_2')
    """
    if wanted not in taken and not is_taken(wanted):
        return wanted
    return next(found for i in range(2, len(taken) + 3) if (found := f"{wanted}_{i}") not in taken)


def class_name(file: str) -> str:
    """Make the name of a class from that of a file.

    >>> class_name("sentence-classifier"), class_name("2 layers"), class_name("")
    ('SentenceClassifier', 'Model2Layers', 'Model')
    """
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in file).split()
    joined = "".join(w[:1].upper() + w[1:] for w in words)[:90]
    if not joined[:1].isalpha():
        return f"Model{joined}"
    return f"{joined}Model" if keyword.iskeyword(joined) else joined
