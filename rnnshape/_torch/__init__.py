"""The only place for torch's oddities: what a value is, where a module lives, which frame is the user's."""

from rnnshape._torch.calling import Callers, called, drop_caller
from rnnshape._torch.compiling import compiled_with, compiler_below, is_left_to_python, once_compiled, uncompiled
from rnnshape._torch.frames import (
    MODULE_CALL,
    MOST_PLACES,
    TORCH_FORWARDS,
    calling_module,
    is_library,
    is_of_fakes,
    is_ours,
    is_unbatched_call,
    location_of,
    path_from_stack,
    traceback_location,
    user_frame,
    user_location,
)
from rnnshape._torch.importing import uncollected
from rnnshape._torch.modes import (
    function_modes,
    has_saved_tensors_hooks,
    is_autocast,
    is_captured,
    is_faked,
    is_in_backward,
    is_judged_here,
    is_recorded,
    is_traced,
    is_transformed,
    pop_mode,
    push_mode,
    saves_with,
    undispatched,
    unseen,
    watching_modes,
    without_functions,
    without_modes,
)
from rnnshape._torch.modules import RECURRENT, Family, has_hooks, is_distributed, is_sharded, named_modules
from rnnshape._torch.randomness import untouched_randomness
from rnnshape._torch.tensors import is_fake, known_values, memory_of, other_kind, packed_sizes

__all__ = [
    "MODULE_CALL", "MOST_PLACES", "RECURRENT", "TORCH_FORWARDS", "Callers", "Family", "called", "calling_module",
    "compiled_with", "compiler_below", "drop_caller", "function_modes", "has_hooks", "has_saved_tensors_hooks",
    "is_autocast", "is_captured", "is_distributed", "is_fake", "is_faked", "is_in_backward", "is_judged_here",
    "is_left_to_python", "is_library", "is_of_fakes", "is_ours", "is_recorded", "is_sharded", "is_traced", "is_transformed",
    "is_unbatched_call", "known_values", "location_of", "memory_of", "named_modules", "once_compiled", "other_kind",
    "packed_sizes", "path_from_stack", "pop_mode", "push_mode", "saves_with", "traceback_location", "uncollected",
    "uncompiled", "undispatched", "unseen", "untouched_randomness", "user_frame", "user_location", "watching_modes",
    "without_functions", "without_modes",
]  # fmt: skip
