"""What each torch function does to coordinates, and the uses that it makes of them: a file for each kind of operation."""
