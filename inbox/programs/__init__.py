"""Calling integrators' programs: the one door out (`door`), the signature that they verify (`signing`), and the call
that has both (`calling`)."""
