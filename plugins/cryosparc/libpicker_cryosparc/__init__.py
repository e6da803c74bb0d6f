"""Picking and training with libpicker as External jobs of cryoSPARC."""
