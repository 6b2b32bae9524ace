"""A model in a file: TOML or JSON to an nn.Module, which goes through the dry run like any other.

``reading`` gives the data and its line numbers, ``description`` what the file says, in terms of the closed list of ``kinds``;
``building`` makes the module of it, ``prediction`` has it predicted, and ``findings`` are told at the file's lines. ``schema``
is the JSON schema and ``source`` the module as Python. None but ``building`` and ``functions`` needs torch.
"""
