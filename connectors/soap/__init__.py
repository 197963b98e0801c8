"""SOAP: calls written from a vendored WSDL, answers streamed and held against it, WS-Security on both ways."""
