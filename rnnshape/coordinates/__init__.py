"""Which element of each axis every element of a tensor is: tables of coordinates, and what is known of one tensor."""
