"""The Scipion plugin of libpicker: protocols that train, import and use pickers, in Scipion's own process."""
from importlib.metadata import PackageNotFoundError, version

import pwem

try:
    __version__ = version("scipion-em-libpicker")
except PackageNotFoundError:  # run from the sources
    __version__ = "0"

_logo = "libpicker_logo.png"
_references = ["Wang2016", "Zhu2017", "Masoumzadeh2019", "Yao2020"]


class Plugin(pwem.Plugin):
    """Nothing is installed by Scipion: libpicker is a Python package beside this one."""

    @classmethod
    def _defineVariables(cls):
        """No variables: there is no program to be found."""

    @classmethod
    def defineBinaries(cls, env):
        """No binaries: see README.md for the one line that installs libpicker."""

    @classmethod
    def getDependencies(cls):
        return []
