"""What is stored, and what a report means: tables, queries, migrations, vocabularies. Knows no Flask and no vault."""
