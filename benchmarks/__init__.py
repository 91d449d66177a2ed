"""Load runs, each one command: `.venv/bin/python -m benchmarks.<name>`. README.md says what they measure."""
