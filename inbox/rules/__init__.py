"""Pure rules: facts in, decisions out. No ORM, no clock, no settings."""
