"""How well local procedures find their national codes, on a test set made from a real catalogue."""
