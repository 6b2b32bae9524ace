"""Functions that say something about a tensor and make none: most calls that a mode sees are of these."""

from __future__ import annotations

__all__ = ["SILENT"]

SILENT = frozenset([
    "size", "dim", "numel", "shape.get", "dtype.get", "device.get", "ndim.get", "requires_grad.get", "is_leaf.get",
    "layout.get", "is_cuda.get", "is_sparse.get", "is_quantized.get", "is_floating_point", "is_complex", "is_contiguous",
    "stride", "storage_offset", "element_size", "nelement", "data_ptr", "ndimension", "is_cuda", "is_meta.get",
    "is_nested.get", "names.get", "grad_fn.get", "_backward_hooks.get", "output_nr.get", "_version.get", "itemsize.get",
    "nbytes.get", "is_pinned", "is_same_size", "result_type", "can_cast", "get_device", "is_inference", "is_conj", "is_neg",
    "dim_order", "is_mkldnn.get", "is_mps.get", "is_xla.get", "is_xpu.get", "is_vulkan.get", "is_ipu.get",
    "_is_view.get", "_base.get", "retains_grad.get", "volatile.get", "name.get",
])  # fmt: skip
"""Their names."""
