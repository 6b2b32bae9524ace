"""What is judged where meaning is consumed: operands that meet, recurrent layers, the states used, and torch's exceptions."""
