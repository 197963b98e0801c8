"""The demonstration: PostgreSQL, the simulated portals and a real Airflow on one machine, without Docker."""
