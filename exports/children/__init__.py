"""Processes that read hostile files or draw documents: without keys or settings, under limits, killed when late."""
