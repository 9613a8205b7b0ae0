"""The makers of nodes, one for each rule of the grammar; they decide nothing and never raise."""
