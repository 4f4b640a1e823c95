"""What every wire promises, whoever implements it. One file per noun; each test runs over each wire."""
