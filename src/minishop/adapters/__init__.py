"""Everything that does I/O or imports a third party: stores, HTTP clients, locks. Each is imported by its own name."""
