"""What the simulated ministries share: their dossiers, their dates and the WSO2 door of the exchange platform (LGSP)."""
