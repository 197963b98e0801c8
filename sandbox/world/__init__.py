"""The simulated province: procedures, agencies and dossiers as a function of seed, day and sizes."""
