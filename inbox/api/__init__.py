"""The API for programs, under /api/v1/: a module for each kind of resource (contacts, conversations, messages, numbers,
people), what they share (`resources`), and what stands before each of them: who asks (`authentication`), with which
scopes (`permissions`), how often (`limits`), once under a name (`idempotency`), refused in which shape (`problems`).
"""
