"""Who may read shared data sets, and the evidence of what was done: consumers, their keys, the audit chain."""
