"""A ministry's maritime single window, simulated: one SOAP operation that carries a whole XML document as a string."""
