#!/bin/sh
# Runs once, when the database's folder is empty: the owner, who migrates, and one role a site. What each role may touch is
# granted by the migrations.
set -eu
psql --set ON_ERROR_STOP=1 --username postgres \
  --set owner_password="$OWNER_DATABASE_PASSWORD" \
  --set intake_password="$INTAKE_DATABASE_PASSWORD" \
  --set casework_password="$CASEWORK_DATABASE_PASSWORD" <<'SQL'
CREATE ROLE testimonio_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE testimonio_intake LOGIN PASSWORD :'intake_password';
CREATE ROLE testimonio_casework LOGIN PASSWORD :'casework_password';
CREATE DATABASE testimonio OWNER testimonio_owner;
REVOKE ALL ON DATABASE testimonio FROM PUBLIC;
GRANT CONNECT ON DATABASE testimonio TO testimonio_intake, testimonio_casework;
SQL
