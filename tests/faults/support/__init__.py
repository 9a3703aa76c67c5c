"""What the faults share."""
