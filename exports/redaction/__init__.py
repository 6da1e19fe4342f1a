"""What of a case goes into which copy: the one way from a whole case to anything that leaves the office."""
