"""The transport ministry's one-stop system: OpenCPS behind the exchange platform, at most three days a call."""
