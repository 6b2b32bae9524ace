"""What a layer, or an annotation, demands of sizes, and what a call did instead."""
