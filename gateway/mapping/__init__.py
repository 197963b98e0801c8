"""The mapping engine: a mapping file becomes plain functions, once; a source record goes in, a canonical row or a reason comes out."""
