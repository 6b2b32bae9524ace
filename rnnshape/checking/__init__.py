"""What `rnnshape.check` does with a call of what it stands around: a module, a class of modules, or any function."""
