"""The checks: each reads one part of the live accounts and gives findings about it."""
