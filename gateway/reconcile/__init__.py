"""Reconciliation (đối soát): what two sides hold, compared in the database; each difference with one cause, and its life."""
