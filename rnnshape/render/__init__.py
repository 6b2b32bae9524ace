"""Reports and predictions as text for the terminal and as JSON lines. Nothing here computes anything."""
