"""The one way this gateway speaks HTTP: bounded in bytes, time, repeats and hours, hostile to nothing but ambiguity."""
