"""The dry run: a model's own ``forward`` on tensors that have sizes and no elements."""
