"""What leaves the office as files and not as paper: bags, the case as JSON, tables."""
