"""A small Meta on loopback: Graph endpoints, signed webhooks and the customers' phones. Imports nothing of the product."""
