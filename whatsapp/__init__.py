"""The gateway: speaks the protocol of Meta and knows nothing of conversations."""
