"""The same province as a Tân Dân one-stop system shows it: pages from 1, Vietnamese fields, local time without a zone."""
