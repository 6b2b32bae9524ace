"""Uses: what an operation does with the axes of a tensor, where somebody may have meant another one.

A handler moves the tables, and emits a record for each use that it makes of them: it sums over this dim, it reads that one as
steps, it compares these rows. Whether that is right is not its affair: the rules of `rnnshape.rules` ask for the kinds of use
that they judge. Every record names the operation as torch calls it. Tensors stand beside their marks only where their numbers
tell something that no table does; a rule reads them through its `Step`.
"""

from __future__ import annotations

from typing import TypeAlias

from rnnshape.coordinates.mark import Mark
from rnnshape.operations.uses.layers import (
    Answer,
    Attending,
    AttentionInput,
    CellStep,
    Chaining,
    InitialState,
    LookAhead,
    Packing,
    RecurrentCall,
    RecurrentInput,
    RowsGoOn,
    StatePair,
    StatesGiven,
    TokenIds,
    Unpacking,
)
from rnnshape.operations.uses.losses import (
    Backward,
    Classes,
    ClassScores,
    Comparison,
    Ending,
    FlattenedTarget,
    Lengths,
    Levelling,
    LogProbabilities,
    LoopEnding,
    Output,
    Residual,
    Returned,
    RowLoss,
    WideLoss,
)
from rnnshape.operations.uses.meetings import (
    AddingUp,
    Addition,
    Broadcast,
    Choosing,
    ColumnDifference,
    Counting,
    Deciding,
    Disagreement,
    Filling,
    Gathering,
    Joining,
    Masking,
    Meeting,
    Numbering,
    Overwriting,
    Overwritten,
    Picking,
    Rolling,
    Turning,
    TurningBack,
)
from rnnshape.operations.uses.sums import (
    ChannelDropout,
    ChannelNorm,
    Comparing,
    Consumption,
    Contraction,
    Cumulation,
    Division,
    ImplicitDim,
    Normalisation,
    Pairing,
    Pooling,
    Product,
    Reduction,
    Remainder,
    Scaling,
    Sharing,
    Unfolding,
    Weighing,
    Window,
)

__all__ = [
    "AddingUp",
    "Addition",
    "Answer",
    "Attending",
    "AttentionInput",
    "Backward",
    "Broadcast",
    "CellStep",
    "Chaining",
    "ChannelDropout",
    "ChannelNorm",
    "Choosing",
    "ClassScores",
    "Classes",
    "ColumnDifference",
    "Comparing",
    "Comparison",
    "Consumption",
    "Contraction",
    "Counting",
    "Cumulation",
    "Deciding",
    "Disagreement",
    "Division",
    "Ending",
    "Filling",
    "FlattenedTarget",
    "Gathering",
    "ImplicitDim",
    "InitialState",
    "Joining",
    "Lengths",
    "Levelling",
    "LogProbabilities",
    "LookAhead",
    "LoopEnding",
    "Masking",
    "Meeting",
    "Normalisation",
    "Numbering",
    "Output",
    "Overwriting",
    "Overwritten",
    "Packing",
    "Pairing",
    "Picking",
    "Pooling",
    "Product",
    "RecurrentCall",
    "RecurrentInput",
    "Reduction",
    "Remainder",
    "Residual",
    "Returned",
    "Rolling",
    "RowLoss",
    "RowsGoOn",
    "Scaling",
    "Sharing",
    "StatePair",
    "StatesGiven",
    "TokenIds",
    "Turning",
    "TurningBack",
    "Unfolding",
    "Unpacking",
    "Use",
    "Weighing",
    "WideLoss",
    "Window",
    "marks_of",
]

Use: TypeAlias = (
    Addition | Answer | Consumption | Contraction | Product | Pairing | Weighing | Reduction | Scaling | Normalisation
    | Choosing | Filling | ImplicitDim | ChannelNorm | ChannelDropout | RecurrentCall | RecurrentInput | StatesGiven | StatePair
    | InitialState | CellStep | AttentionInput | Attending | Packing | TokenIds | Meeting | Disagreement | Joining | Broadcast
    | Classes | LogProbabilities | Lengths | Comparison | FlattenedTarget | WideLoss | Backward | Output | Returned | RowLoss
    | ColumnDifference | Ending | LoopEnding | Window | Unpacking | Overwriting | Gathering | AddingUp | ClassScores | Remainder
    | Rolling | Turning | Unfolding | Levelling
    | Division | Sharing | RowsGoOn | Chaining | Cumulation | Picking | Numbering | Overwritten | Comparing
    | Deciding | TurningBack | Counting | Masking | Pooling | LookAhead | Residual
)  # fmt: skip


def marks_of(use: Use) -> list[Mark]:
    """Return the marks of a use's operands."""
    found: list[Mark] = []
    for value in use:
        if isinstance(value, Mark):
            found.append(value)
        elif type(value) is tuple:
            found += [item for item in value if isinstance(item, Mark)]
    return found
