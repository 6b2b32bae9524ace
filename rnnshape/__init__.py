"""Know what every axis of a recurrent model's tensors means."""

__version__ = "0.1.0"
