"""The core of the gateway: pipeline, mapping engine, store, sharing. Runs with or without Airflow."""
