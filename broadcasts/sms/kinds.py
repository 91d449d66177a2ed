"""The kinds of gateways there are: another one is a class and a line here."""

from broadcasts.sms.gateway import Gateway
from broadcasts.sms.twilio import Twilio

GATEWAYS: dict[str, Gateway] = {"twilio": Twilio()}
CHOICES = [(key, gateway.name) for key, gateway in GATEWAYS.items()]
