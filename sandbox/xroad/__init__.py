"""An exchange platform (trục liên thông) of the X-Road kind, simulated: REST r1 and SOAP 4.0 at one security server."""
