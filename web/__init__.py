"""Glue that both sites share: configuration, headers, fields, languages, boxes, error pages."""
