"""Customers' responses go to integrators' workflows, and bots' conversations to their programs (S0-11, S0-12).

A Relay is made in the transaction that received the word (`making`), sent by a worker in its conversation's order
(`sending`, its body by `bodies`), and answered at once or over the API (`answering`); where that fails people get the
conversation (`failing`). `receivers` hears what goes to workflows, `bots` what goes to bots; times that pass are found
by `sweeping`.
"""
