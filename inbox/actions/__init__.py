"""Everything that changes the inbox, by verb: people, rules and programs call the same functions."""
