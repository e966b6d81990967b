"""Errors that a user can mend: one line that says what is wrong and what to do."""


class UserError(Exception):
    """Shown as one line, without a traceback; the command ends with exit code 1."""
