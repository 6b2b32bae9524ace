"""A model in a file: TOML or JSON to a `rnnshape.calculator.model.ModelPrediction`, without torch.

``reading`` gives the data and its line numbers, ``description`` what the file says, ``walk`` the Layouts, ``schema`` the JSON
schema and ``source`` the nn.Module. What a layer does stands in ``kinds``, one function each, in one registry.
"""
