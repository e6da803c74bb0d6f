"""The version of the plugin is that of the library: the file VERSION in the root of the repository."""
from pathlib import Path

from setuptools import setup

setup(version=(Path(__file__).resolve().parents[2] / "VERSION").read_text().strip())
