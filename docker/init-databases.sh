#!/bin/bash
# Run once by the PostgreSQL image on an empty volume: two databases whose users do not see each other's.
#   airflow         owns Airflow's metadata
#   gateway_owner   owns the gateway's tables: `gateway db upgrade` and nothing else
#   gateway         moves data and cannot change tables: everything else that is done at night
#   gateway_serve   gives published sets to their readers, and writes down what it gave
set -euo pipefail

sql() {
  psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" "$@"
}

create() { # database, owner, the owner's password
  sql --dbname=postgres --set=name="$1" --set=owner="$2" --set=password="$3" <<'SQL'
create role :"owner" login password :'password';
create database :"name" owner :"owner" encoding 'UTF8' locale_provider builtin builtin_locale 'C.UTF-8' template template0;
revoke all on database :"name" from public;
SQL
}

create airflow airflow "${DB_PASSWORD_AIRFLOW:?set it in postgres.env}"
create gateway gateway_owner "${DB_PASSWORD_GATEWAY_OWNER:?set it in postgres.env}"
sql --dbname=gateway --set=password="${DB_PASSWORD_GATEWAY:?set it in postgres.env}" \
  --set=serving="${DB_PASSWORD_GATEWAY_SERVE:?set it in postgres.env}" <<'SQL'
create role gateway_runner nologin;
create role gateway_server nologin;
create role gateway_reader nologin;
create role gateway login password :'password' in role gateway_runner;
create role gateway_serve login password :'serving' in role gateway_server;
grant connect, temporary on database gateway to gateway_runner;
grant connect on database gateway to gateway_server;
grant connect on database gateway to gateway_reader;
SQL
