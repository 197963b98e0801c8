"""Spreadsheets as people send them, CSV and XLSX, as records."""
