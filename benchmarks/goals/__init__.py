"""The goals of the engines, row by row: each module measures some of them and says how."""
