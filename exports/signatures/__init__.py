"""Signatures on finished PDFs: making the office's document key, signing with it, and telling what a signature says.

Nothing here may fetch anything, ask a timestamp server, or keep a key longer than a call.
"""
