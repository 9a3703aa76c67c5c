"""Support for the parts of the suite."""
