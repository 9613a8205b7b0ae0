"""From syntax tree to core: names, types, units, totality."""
