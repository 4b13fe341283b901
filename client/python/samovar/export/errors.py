"""The one exception that a user is meant to read."""


class ExportError(Exception):
    """What was wrong, the limit, and the way out, in one text; the command prints it and ends with 1."""
