"""Pushes (đồng bộ hồ sơ): what clients told a simulated portal of their dossiers, and how a portal may mishandle it."""
