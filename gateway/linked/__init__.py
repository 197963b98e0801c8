"""What others' catalogues harvest: the shared sets as DCAT-AP 3, the procedures as CPSV-AP 3.2, in Turtle and JSON-LD."""
