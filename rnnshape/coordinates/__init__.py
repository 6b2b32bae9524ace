"""Coordinates of elements, the book of which tensor has which, and how an operation is not followed twice."""
