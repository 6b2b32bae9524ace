"""A drawing language of a few frozen shapes, one palette, and what makes SVG of them. Nothing here knows what is drawn."""
