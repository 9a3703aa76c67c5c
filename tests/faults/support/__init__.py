"""Support for the faults."""
