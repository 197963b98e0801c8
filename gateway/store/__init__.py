"""The database: tables, migrations, connections, and the statements that move rows."""
