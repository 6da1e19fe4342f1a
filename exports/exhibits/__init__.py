"""Exhibits: files that were handed in become numbered pages, or a reason why they cannot."""
