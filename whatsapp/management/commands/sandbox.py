"""`manage.py sandbox`: start the small Meta on loopback, in the foreground."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from whatsapp.sandbox import server


class Command(BaseCommand):
    help = "Start the sandbox: Graph endpoints, signed webhooks, and the customers' phones at http://127.0.0.1:PORT/"
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=8001)
        parser.add_argument("--state", type=Path, help="keep everything in this JSON file (without: in memory only)")
        parser.add_argument("--product-url", default="", help="where the product is, such as http://127.0.0.1:8000")

    def handle(self, *args, port, state, product_url, **options):
        try:
            server.run(port, product_url, state, ready=self._say_ready)
        except OSError as trouble:
            raise CommandError(f"The sandbox can't start on port {port}: {trouble.strerror}") from trouble
        except ValueError as trouble:
            raise CommandError(str(trouble)) from trouble

    def _say_ready(self, port):
        self.stdout.write(f"Sandbox ready: the phone is at http://{server.HOST}:{port}/")
        self.stdout.flush()
