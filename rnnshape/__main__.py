"""``python -m rnnshape`` is ``rnnshape``; torchrun needs it."""

from rnnshape.cli import main

if __name__ == "__main__":
    main(prog_name="rnnshape")
