"""Dialogue scripts, played against the real server. See tests/integration/README.md for the language."""
