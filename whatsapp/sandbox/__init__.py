"""A small Meta on loopback: Graph endpoints, signed webhooks, the customers' phones. Imports nothing of the product."""
