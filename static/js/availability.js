// The agent's own switch. Going away with open conversations asks first what becomes of them.
