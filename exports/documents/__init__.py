"""The documents that can be drawn: each takes a production (exports/productions.py) and gives a PDF."""
