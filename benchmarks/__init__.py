"""Side-by-side speed runs: our pipeline, dlt, and a bare floor, over the same data on the same machine."""
