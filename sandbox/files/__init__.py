"""An agency that sends spreadsheets: the same world as the simulated portals show, as files in a folder."""
