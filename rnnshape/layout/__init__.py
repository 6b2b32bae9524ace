"""The Layout, its notation and its algebra: what every axis of a tensor means."""
