"""python -m libpicker_cryosparc"""
import sys

from .main import main

sys.exit(main())
