"""What a message costs, measured on a running system beside the limit of the machine."""
