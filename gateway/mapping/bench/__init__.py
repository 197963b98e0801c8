"""The mapping work bench: with what a person comes to trust a mapping file. Nothing here decides how a record maps.

All of it works on files and values alone: no database, no Airflow, and nothing that only one operating system has.
"""
