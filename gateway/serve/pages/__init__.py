"""The pages of the shared sets, for people: a catalogue with search, and a page for each set. No script, nothing from elsewhere."""
