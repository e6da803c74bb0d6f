"""Names that several protocols share. Scipion stores the index of a choice: these lists only grow at the end."""

# What Model.create takes; a test holds the list against the library's.
ARCHITECTURES = [
    "deeppicker", "deeppicker-tf", "deeppicker-patch", "deepem", "deepem-klh", "deepem-klh-step20", "deepem-19s",
    "deepem-26s", "deepem-inflammasome", "parsed", "parsed-enhanced", "parsed-s2", "parsed-s2-classifier", "hydrapicker",
    "hydrapicker-code", "compact",
]
# The paper behind an architecture, a key of bibtex.py.
CITATIONS = {"deeppicker": "Wang2016", "deepem": "Zhu2017", "parsed": "Yao2020", "hydrapicker": "Masoumzadeh2019"}

FROM_PROTOCOL, FROM_FILE, FROM_SCRATCH = 0, 1, 2

RULES = ["off", "paper", "lua"]
OVERLAPS = ["keep", "drop"]
LOSSES = ["default", "nnpu"]

# Attributes of a coordinate. scipion-em-relion writes a coordinate that has the first one with all three.
SCORE, CLASS, PSI = "_rlnAutopickFigureOfMerit", "_rlnClassNumber", "_rlnAnglePsi"
