"""The province's one-stop portal (cổng một cửa) in the shape of iGate 2: bearer tokens, Spring pages."""
