"""The exceptions of libpicker: one class for each status of the C API, with the library's message as it is."""


class Error(Exception):
    """A call of libpicker that failed. The message names the thing, the file and the way out."""

    status = "PICKER_ERROR"  # name of the status in picker.h


class InvalidArgument(Error, ValueError):
    """An argument out of range, or one that contradicts another."""

    status = "PICKER_INVALID_ARGUMENT"


class NotFound(Error, FileNotFoundError, LookupError):
    """A file, format, architecture, column or name that does not exist."""

    status = "PICKER_NOT_FOUND"


class IoError(Error, OSError):
    """The system refused to open, read, write or rename."""

    status = "PICKER_IO"


class BadFile(Error):
    """A file that is damaged, truncated or not what its name says."""

    status = "PICKER_BAD_FILE"


class Unsupported(Error):
    """Well-formed, but a variant that is not handled."""

    status = "PICKER_UNSUPPORTED"


class Mismatch(Error):
    """Two things that do not fit together."""

    status = "PICKER_MISMATCH"


class Cancelled(Error):
    """A progress callback asked to stop."""

    status = "PICKER_CANCELLED"


class OutOfMemory(Error, MemoryError):
    """Too little memory."""

    status = "PICKER_OUT_OF_MEMORY"


class BackendError(Error, RuntimeError):
    """LibTorch is missing, does not fit, or failed."""

    status = "PICKER_BACKEND"


class InternalError(Error):
    """A fault of the library."""

    status = "PICKER_INTERNAL"
