"""The tables that predictions print; beside each stands what is meant by it."""

from __future__ import annotations

from rnnshape import predict


def test_table_of_the_example() -> None:
    p = predict("LSTM", input_size=10, hidden_size=16, num_layers=2, bidirectional=True, batch=6, seq=9)
    assert (
        f"{p!r}\n"
        == """\
LSTM(10, 16, num_layers=2, bidirectional=True)    batch_first=False
  input   seq=9 batch=6 feature=10                   (9, 6, 10)  (L, N, H_in)
  h_0     (layers=2 directions=2) batch=6 hidden=16  (4, 6, 16)  (D*num_layers, N, H_out)   zeros unless given
  c_0     (layers=2 directions=2) batch=6 hidden=16  (4, 6, 16)  (D*num_layers, N, H_cell)  zeros unless given
  output  seq=9 batch=6 (directions=2 hidden=16)     (9, 6, 32)  (L, N, D*H_out)            both directions at every step
  h_n     (layers=2 directions=2) batch=6 hidden=16  (4, 6, 16)  (D*num_layers, N, H_out)   every layer at its final step
  c_n     (layers=2 directions=2) batch=6 hidden=16  (4, 6, 16)  (D*num_layers, N, H_cell)  every layer at its final step
  rows of h_n and c_n:
    row 0: layer 0 forward   row 1: layer 0 reverse   row 2: layer 1 forward   row 3: layer 1 reverse
  9,984 parameters, 39.0 KiB as float32
  1.02 MFLOPs in matrix products: 18,944 x 9 steps x 6 samples
"""
    )
    assert (p.parameter_count, p.flops_per_step, p.flops) == (9984, 18944, 18944 * 9 * 6)


def test_table_of_a_projection_batch_first() -> None:
    p = predict("LSTM", 10, 16, proj_size=4, batch_first=True, batch=1, seq=1)
    assert (
        f"{p!r}\n"
        == """\
LSTM(10, 16, batch_first=True, proj_size=4)
  input   batch=1 seq=1 feature=10    (1, 1, 10)  (N, L, H_in)
  h_0     layers=1 batch=1 proj=4     (1, 1, 4)   (D*num_layers, N, H_out)   zeros unless given
  c_0     layers=1 batch=1 hidden=16  (1, 1, 16)  (D*num_layers, N, H_cell)  zeros unless given
  output  batch=1 seq=1 proj=4        (1, 1, 4)   (N, L, D*H_out)            the last layer at every step
  h_n     layers=1 batch=1 proj=4     (1, 1, 4)   (D*num_layers, N, H_out)   every layer at its final step; never batch-first
  c_n     layers=1 batch=1 hidden=16  (1, 1, 16)  (D*num_layers, N, H_cell)  every layer at its final step; never batch-first
  1,088 parameters, 4.25 KiB as float32
  1.92 kFLOPs in matrix products: 1,920 x 1 step x 1 sample
"""
    )
    assert (p.spec.state_size, p.spec.hidden_size) == (4, 16)


def test_table_of_a_packed_sequence() -> None:
    p = predict("RNN", 3, 4, num_layers=3, bidirectional=True, nonlinearity="relu", lengths=[5, 2, 3], seq=12, dtype="float16")
    assert (
        f"{p!r}\n"
        == """\
RNN(3, 4, nonlinearity='relu', num_layers=3, bidirectional=True)    packed, lengths 5, 2 and 3
  input   packed=10 feature=3                       (10, 3)    (sum of lengths, H_in)     PackedSequence.data
  h_0     (layers=3 directions=2) batch=3 hidden=4  (6, 3, 4)  (D*num_layers, N, H_out)   zeros unless given
  output  packed=10 (directions=2 hidden=4)         (10, 8)    (sum of lengths, D*H_out)  both directions at every step
  h_n     (layers=3 directions=2) batch=3 hidden=4  (6, 3, 4)  (D*num_layers, N, H_out)   every layer at its final step
  padded  seq=5 batch=3 (directions=2 hidden=4)     (5, 3, 8)  (L, N, D*H_out)            what pad_packed_sequence returns
  rows of h_n:
    row 0: layer 0 forward   row 1: layer 0 reverse   row 2: layer 1 forward   row 3: layer 1 reverse
    row 4: layer 2 forward   row 5: layer 2 reverse
  batch_sizes: 3, 3, 2, 1, 1
  296 parameters, 592 B as float16
  4.96 kFLOPs in matrix products: 496 x 10 real steps (of 36 padded)
"""
    )
    assert sum(p.batch_sizes or ()) == sum(p.lengths or ()) == 10


def test_table_of_symbols() -> None:
    p = predict("GRU", 10, 16, bias=False)
    assert (
        f"{p!r}\n"
        == """\
GRU(10, 16, bias=False)    batch_first=False
  input   seq=T batch=B feature=10    (T, B, 10)  (L, N, H_in)
  h_0     layers=1 batch=B hidden=16  (1, B, 16)  (D*num_layers, N, H_out)  zeros unless given
  output  seq=T batch=B hidden=16     (T, B, 16)  (L, N, D*H_out)           the last layer at every step
  h_n     layers=1 batch=B hidden=16  (1, B, 16)  (D*num_layers, N, H_out)  every layer at its final step
  1,248 parameters, 4.88 KiB as float32
  2496*B*T FLOPs in matrix products: 2,496 x T steps x B samples
"""
    )
    assert p.c_0 is None


def test_table_of_an_unbatched_call() -> None:
    p = predict("GRU", 10, 16, bidirectional=True, batch=None, seq=4)
    assert (
        f"{p!r}\n"
        == """\
GRU(10, 16, bidirectional=True)    unbatched
  input   seq=4 feature=10                   (4, 10)  (L, H_in)
  h_0     (layers=1 directions=2) hidden=16  (2, 16)  (D*num_layers, H_out)  zeros unless given
  output  seq=4 (directions=2 hidden=16)     (4, 32)  (L, D*H_out)           both directions at every step
  h_n     (layers=1 directions=2) hidden=16  (2, 16)  (D*num_layers, H_out)  every layer at its final step
  rows of h_n:
    row 0: layer 0 forward   row 1: layer 0 reverse
  2,688 parameters, 10.5 KiB as float32
  20.0 kFLOPs in matrix products: 4,992 x 4 steps
"""
    )
    assert "batch" not in p.h_n.names


def test_tables_of_cells() -> None:
    p, unbatched = predict("LSTMCell", 3, 4, batch=6), predict("RNNCell", 3, 4, batch=None)
    assert (
        f"{p!r}\n{unbatched!r}\n"
        == """\
LSTMCell(3, 4)    one step
  input  batch=6 feature=3  (6, 3)  (N, H_in)
  h_0    batch=6 hidden=4   (6, 4)  (N, H_out)   zeros unless given
  c_0    batch=6 hidden=4   (6, 4)  (N, H_cell)  zeros unless given
  h_1    batch=6 hidden=4   (6, 4)  (N, H_out)   the new state
  c_1    batch=6 hidden=4   (6, 4)  (N, H_cell)  the new state
  144 parameters, 576 B as float32
  1.34 kFLOPs in matrix products: 224 x 6 samples
RNNCell(3, 4)    one step, unbatched
  input  feature=3  (3,)  (H_in)
  h_0    hidden=4   (4,)  (H_out)  zeros unless given
  h_1    hidden=4   (4,)  (H_out)  the new state
  36 parameters, 144 B as float32
  56 FLOPs in matrix products: 56
"""
    )
    assert (p.flops, unbatched.flops) == (2 * 4 * 4 * (3 + 4) * 6, 2 * 4 * (3 + 4))
