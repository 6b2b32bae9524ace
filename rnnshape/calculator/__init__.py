"""The calculator: every tensor of a recurrent layer from its configuration, and what it costs."""
