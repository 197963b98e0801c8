"""Matching (đối chiếu mã): which national code a local procedure or agency without one probably is, and what people decided."""
