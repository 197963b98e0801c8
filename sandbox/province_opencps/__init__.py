"""The same province as an OpenCPS one-stop system shows it: /o/rest/v2, start and end, dates and booleans as text."""
