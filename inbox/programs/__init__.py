"""Calling integrators' programs: the one door out (`door`) and the signature that they verify (`signing`)."""
