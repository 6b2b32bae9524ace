"""The entries of the catalogue of rules, a file for each family."""
